"""How large an effect is, and how surely a paired t-test would find it.

Conventions: dz is the mean difference over the standard deviation of the differences
(ddof 1), so t = dz √n; tests are two-sided at the level 0.05, intervals at 95 %. What
rests on the noncentral t distribution takes the differences to be normal.
Notebooks: 08_published_numbers, 15_power.
"""

import math

import numpy as np
from scipy import integrate, optimize, special, stats

from ..outcome import CONFIDENCE, LEVEL, Outcome
from .bayes import bayes_factor

POWER = 0.8
"""Power that counts as enough (Cohen 1988)."""
COHEN = {"small": 0.2, "medium": 0.5, "large": 0.8}
"""Cohen's (1988) words for the size of an effect."""


def hedges_g(dz: float, n: int) -> float:
    """dz without its bias in small samples (Hedges 1981, the exact factor of n − 1 df)."""
    half = (n - 1) / 2
    return dz * math.exp(special.gammaln(half) - special.gammaln(half - 0.5)) / math.sqrt(half)


def noncentral_cdf(t, df, nc):
    """Distribution function of the noncentral t; scipy's, which is NaN far out in its tails."""
    value = stats.nct.cdf(t, df, nc)
    return np.where(np.isnan(value), np.less(nc, t), value)


def dz_interval(t: float, n: int) -> tuple[float, float]:
    """95 % interval of the true dz: the effects under which t is not in a 2.5 % tail."""
    tail = (1 - CONFIDENCE) / 2
    reach = 8 + abs(t)

    def shift(p):
        return optimize.brentq(lambda nc: noncentral_cdf(t, n - 1, nc) - p, t - reach, t + reach)

    return shift(1 - tail) / math.sqrt(n), shift(tail) / math.sqrt(n)


def t_power(dz, n, *, level: float = LEVEL):
    """Chance that the paired t-test of n normal differences is significant, in either direction.

    Parameters
    ----------
    dz : float or array_like
        The true effect.
    n : int or array_like
        Pairs, 2 or more; broadcast against `dz`.
    """
    n = np.asarray(n)
    critical, nc = stats.t.isf(level / 2, n - 1), np.abs(dz) * np.sqrt(n)
    power = 1 - noncentral_cdf(critical, n - 1, nc) + noncentral_cdf(-critical, n - 1, nc)
    return power if np.ndim(power) else float(power)


def detectable_dz(n: int, *, power: float = POWER) -> float:
    """Least true dz, in absolute value, that the paired t-test of n pairs shows with this power."""
    reach = 1.0
    while t_power(reach, n) < power:
        reach *= 2
    return optimize.brentq(lambda dz: t_power(dz, n) - power, 0, reach)


def pairs_needed(dz: float, *, power: float = POWER, most: int = 1_000_000) -> int | None:
    """Least number of pairs with which a true dz is shown with this power; None above `most`."""
    if not abs(dz) > 0 or t_power(dz, most) < power:
        return None
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if t_power(dz, middle) >= power else (middle, high)
    return high


def exaggeration(dz: float, n: int) -> float:
    """How many times too large the absolute dz is on average where the test is significant.

    Gelman & Carlin (2014) call it the type M error; `dz` is the true effect, not 0.
    """
    critical, nc = stats.t.isf(LEVEL / 2, n - 1), abs(dz) * math.sqrt(n)

    def tail(sign):
        def moment(t):
            return t * stats.nct.pdf(sign * t, n - 1, nc)

        return integrate.quad(moment, critical, math.inf)[0]

    return (tail(1) + tail(-1)) / t_power(dz, n) / nc


def effect_numbers(test: Outcome) -> dict:
    """What t and n say beyond p; of `statistics.paired_t` or of a published test.

    Returns
    -------
    dict
        ``n, t, p``; ``dz`` and ``g`` with their intervals by the noncentral t;
        ``mean_interval``, that of the mean difference in standard deviations of the
        differences; ``bayes_factor``; ``agreeing``, the share of pairs that a normal
        distribution with this dz puts on the side of the mean; ``observed_power``, the power
        if the true effect were the observed one. ``{n, reason}`` where there is no test.
    """
    n, t = test.n, test.statistic
    if test.reason is not None:
        return {"n": n, "reason": test.reason}
    dz, unit = t / math.sqrt(n), 1 / math.sqrt(n)
    wide = float(stats.t.isf((1 - CONFIDENCE) / 2, n - 1)) * unit
    low, high = dz_interval(t, n)
    return {
        "n": n,
        "t": t,
        "p": test.p,
        "dz": dz,
        "dz_interval": [low, high],
        "g": hedges_g(dz, n),
        "g_interval": [hedges_g(low, n), hedges_g(high, n)],
        "mean_interval": [dz - wide, dz + wide],
        "bayes_factor": bayes_factor(t, n),
        "agreeing": float(stats.norm.cdf(abs(dz))),
        "observed_power": t_power(dz, n),
    }


def power_of(n: int) -> dict:
    """What n pairs can show: the power at Cohen's effects, and the least dz with power 0.8."""
    return {
        "n": n,
        "detectable_dz": detectable_dz(n),
        **{word: t_power(dz, n) for word, dz in COHEN.items()},
    }
