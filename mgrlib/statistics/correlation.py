"""How far two series of the same genres go together."""

import numpy as np
from scipy import stats

from .outcome import CONFIDENCE, Outcome, usable


def pearson(x, y) -> Outcome:
    """Pearson's r: `statistic` and `effect` are r, `interval` is Fisher's.

    Parameters
    ----------
    x, y : array_like of float, shape (genre,)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if reason := usable(y)[1] or usable(x)[1]:
        return Outcome(n=y.size, reason=reason)
    test = stats.pearsonr(x, y)
    r = float(test.statistic)
    # With three pairs Fisher's interval has no finite width.
    interval = tuple(map(float, test.confidence_interval(CONFIDENCE))) if x.size > 3 else None
    return Outcome(
        n=x.size, df=x.size - 2, statistic=r, p=float(test.pvalue), effect=r, interval=interval
    )


def spearman(x, y) -> Outcome:
    """Spearman's rank correlation; `statistic` and `effect` are ρ."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if reason := usable(y)[1] or usable(x)[1]:
        return Outcome(n=y.size, reason=reason)
    test = stats.spearmanr(x, y)
    rho = float(test.statistic)
    return Outcome(n=x.size, statistic=rho, p=float(test.pvalue), effect=rho)
