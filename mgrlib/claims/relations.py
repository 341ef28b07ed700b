"""Tests that the claims need beside those of `mgrlib.statistics`.

Notebook: 07_claims.
"""

import numpy as np
from scipy import stats

from ..statistics import Outcome, pearson


def pitman_morgan(first, second) -> Outcome:
    """Test of Pitman (1939) and Morgan (1939) that two paired variances are equal.

    Sums and differences of the pairs correlate just where the variances differ; `statistic`
    is that r, positive where the first varies more.
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return pearson(first + second, first - second)


def sign_flips(differences, *, most: int = 9_999) -> float:
    """Two-sided p of the sum of paired differences when their signs are flipped at random.

    All flips are counted where there are at most `most` of them (scipy's permutation test
    of one sample), else so many random ones, always the same. Zeros have no sign, so they
    count for nothing; with fewer than two other values p is 1.
    """
    values = np.asarray(differences, dtype=float)
    values = values[values != 0]
    if values.size < 2:
        return 1.0
    test = stats.permutation_test(
        (values,), lambda sample, axis: np.abs(sample.sum(axis=axis)),
        permutation_type="samples", alternative="greater", n_resamples=most,
        vectorized=True, rng=np.random.default_rng(0),
    )  # fmt: skip
    return float(test.pvalue)


def homogeneity(found, of) -> Outcome:
    """Chi-square test that counts `found` among counts `of` have one common share.

    Where every share is 0, or every one 1, the statistic is 0.
    """
    found, of = np.asarray(found, dtype=float), np.asarray(of, dtype=float)
    if found.size < 2:
        return Outcome(n=found.size, reason="fewer than 2 shares to compare")
    if not (np.isfinite(found).all() and np.isfinite(of).all() and (of > 0).all()):
        return Outcome(n=found.size, reason="the counts are not recorded")
    table = np.array([found, of - found])
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2:
        return Outcome(n=found.size, df=found.size - 1, statistic=0.0, p=1.0)
    test = stats.chi2_contingency(table, correction=False)
    return Outcome(
        n=found.size, df=int(test.dof), statistic=float(test.statistic), p=float(test.pvalue)
    )
