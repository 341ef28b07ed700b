"""The Bayes factor of a paired t-test.

Rouder, Speckman, Sun, Morey & Iverson (2009), "Bayesian t tests for accepting and rejecting
the null hypothesis", equation 1. Notebook: 08_published_numbers.
"""

import math

import numpy as np
from scipy import integrate

PRIOR_WIDTH = math.sqrt(0.5)
"""Scale r of the prior that is used most; half of it lies within ±r."""


def bayes_factor(t: float, n: int, *, r: float = PRIOR_WIDTH) -> float:
    """How much likelier t is if there is an effect than if there is none (JZS, BF10).

    If there is one, dz has a Cauchy prior of scale `r` around zero and the variance
    Jeffreys' prior. The factor may overflow to infinity.

    Parameters
    ----------
    t : float
        Of a paired or one-sample t-test, two-sided.
    n : int
        Pairs, 2 or more.
    r : float
        Width of the prior on dz.

    Raises
    ------
    ValueError
        If t is not finite, n is below 2 or r is not above 0.

    Examples
    --------
    >>> round(bayes_factor(-3.5872, 16), 1)
    16.4
    """
    if not math.isfinite(t) or n < 2 or not 0 < r < math.inf:
        raise ValueError(f"a Bayes factor takes a finite t, n >= 2 and r > 0, got {t}, {n}, {r}")
    df = n - 1

    def log_ratio(u):
        """Logarithm of the integrand of equation 1 over its null, with g = exp(u)."""
        spread = np.log1p(n * r**2 * np.exp(u))
        misfit = np.log1p(t**2 / df * np.exp(-spread)) - np.log1p(t**2 / df)
        prior = -0.5 * (math.log(2 * math.pi) + u + np.exp(-u))
        return prior - 0.5 * spread - (df + 1) / 2 * misfit

    # Below -9 the prior is 0 to the last bit; above 80 the integrand falls as exp(-u).
    grid = np.linspace(-9, 80, 2_000)
    top = float(log_ratio(grid).max())
    peak = float(grid[log_ratio(grid).argmax()])
    area, _ = integrate.quad(
        lambda u: math.exp(log_ratio(u) - top), -9, 80, points=[peak - 2, peak, peak + 2], limit=200
    )
    log_factor = top + math.log(area)
    return math.exp(log_factor) if log_factor < 709 else math.inf
