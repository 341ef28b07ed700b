"""What the paper's published numbers imply.

The paper states one t and one p (section 4) and no mean, no deviation and no n; all else
here follows from these two. Notebook: 08_published_numbers.
"""

import math
from dataclasses import replace

import numpy as np
from scipy import stats

from ... import paper
from ...settings import DEPTHS
from ..outcome import CONFIDENCE, LEVEL, Outcome
from .bayes import bayes_factor
from .sizes import effect_numbers, power_of

METRICS = ("accuracy", "loss", "f1", "balanced_accuracy", "precision", "recall")
"""The metrics of the paper's single-genre models (section 3.3)."""
DECIMALS = 4
"""To which t and p are published."""
PRIOR_WIDTHS = {"medium": math.sqrt(0.5), "wide": 1.0, "ultrawide": math.sqrt(2)}
"""Prior widths of the Bayes factor in common use, as R's BayesFactor names them."""


def implied_by(
    t: float, p: float, *, decimals: int = DECIMALS, most: int = 10_000, sides: int = 2
) -> list[Outcome]:
    """Paired t-tests that a published `t` and rounded `p` can belong to.

    Parameters
    ----------
    t, p : float
    decimals : int
        Of the published p.
    most : int
        Largest n to try.
    sides : {1, 2}
        Of the test.

    Returns
    -------
    list of Outcome
        One for each n up to `most` whose p rounds to the published one; `effect` is dz,
        `interval` that of the mean difference in standard deviations of the differences.
    """
    n = np.arange(2, most + 1)
    exact = sides * stats.t.sf(abs(t), n - 1)
    fits = np.abs(exact - p) <= 0.5 * 10.0**-decimals
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)
    return [
        Outcome(
            n=int(k),
            df=int(k) - 1,
            statistic=float(t),
            p=float(q),
            effect=float(t / k**0.5),
            interval=(float((t - wide) / k**0.5), float((t + wide) / k**0.5)),
        )
        for k, q, wide in zip(n[fits], exact[fits], quantile[fits], strict=True)
    ]


def pairings(t: float, p: float, *, decimals: int = DECIMALS) -> list[dict]:
    """What a pair of the paper's test could be, and which of these t and p allow.

    Returns
    -------
    list of dict
        ``pair`` in words, its number ``n``, the ``p`` and ``dz`` that `t` would have with so
        many, the absolute t that the published p would have had (``t_of_p``), and whether p
        rounds to the published one (``compatible``).
    """
    depths, genres = len(DEPTHS), len(paper.GENRES)
    kinds = {
        "a depth": depths,
        "a genre": genres,
        "a genre at a depth": genres * depths,
        "a genre at a depth, with and without transfer": 2 * genres * depths,
    }
    rows = []
    for pair, n in kinds.items():
        exact = float(2 * stats.t.sf(abs(t), n - 1))
        rows.append(
            {
                "pair": pair,
                "n": n,
                "p": exact,
                "dz": t / math.sqrt(n),
                "t_of_p": float(stats.t.isf(p / 2, n - 1)),
                "compatible": abs(exact - p) <= 0.5 * 10.0**-decimals,
            }
        )
    return rows


def families(p: float) -> list[dict]:
    """The published p, adjusted for the tests that it may have been chosen from.

    The smallest p of m tests is multiplied by m, by Bonferroni and by Holm alike. That it
    is the smallest is an assumption; were it not, Holm's p could only be larger.
    """
    sizes = {
        "this test alone": 1,
        "the four depths": len(DEPTHS),
        "the six metrics": len(METRICS),
        "each metric at each depth": len(METRICS) * len(DEPTHS),
    }
    return [
        {"family": family, "tests": m, "p_adjusted": min(1.0, m * p), "below": m * p < LEVEL}
        for family, m in sizes.items()
    ]


def published() -> dict:
    """What follows from the paper's t and p (section 4).

    Returns
    -------
    dict
        ``t, p``; ``implied``, the tests that they can belong to, and ``implied_one_sided``, the
        sizes if p were one-sided; ``pairings``; ``families`` and ``most_tests``, the size
        of the largest family whose adjusted p is below 0.05; for the implied n
        ``effect``, `effect_numbers`, ``power``, `power_of`, and ``bayes_factors`` by prior
        width.
    """
    t, p = paper.T_STATISTIC, paper.P_VALUE
    implied = implied_by(t, p)
    n = implied[0].n
    return {
        "t": t,
        "p": p,
        "implied": [test.as_dict() for test in implied],
        "implied_one_sided": [test.n for test in implied_by(t, p, sides=1)],
        "implied_rounded": sorted({test.n for end in rounding(t) for test in implied_by(end, p)}),
        "pairings": pairings(t, p),
        "families": families(p),
        "most_tests": math.ceil(LEVEL / p) - 1,
        "effect": effect_numbers(replace(implied[0], p=p)),
        "power": power_of(n),
        "bayes_factors": {word: bayes_factor(t, n, r=r) for word, r in PRIOR_WIDTHS.items()},
    }


def rounding(value: float, *, decimals: int = DECIMALS) -> tuple[float, float]:
    """Between which values a number lies that is rounded to `value`."""
    half = 0.5 * 10.0**-decimals
    return value - half, value + half
