"""The paper's paired tests, and what belongs to them: normality, correlation, Q–Q points.

Conventions: a difference is linear minus mel, so a negative one favors mel. Intervals are
two-sided 95 % intervals.

Notebook: 06_statistical_test.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from .outcome import CONFIDENCE, Outcome, usable


@dataclass(frozen=True, kw_only=True)
class QuantilePairs:
    """Points of a normal Q–Q plot, lowest first, and their least-squares line."""

    names: tuple
    theoretical: tuple[float, ...]
    ordered: tuple[float, ...]
    slope: float
    intercept: float
    r: float


def shapiro_wilk(differences) -> Outcome:
    """Shapiro–Wilk test of normality: `statistic` is W; no df, effect or interval.

    The paper tests its F1 differences so before the t-test (section 4).
    """
    values, reason = usable(differences)
    if reason:
        return Outcome(n=values.size, reason=reason)
    test = stats.shapiro(values)
    return Outcome(n=values.size, statistic=float(test.statistic), p=float(test.pvalue))


def paired_t(differences) -> Outcome:
    """Two-sided paired t-test of the differences against zero.

    Returns
    -------
    Outcome
        `effect` is Cohen's dz, the mean difference over the standard deviation of the
        differences (ddof 1); `interval` is that of the mean difference.
    """
    values, reason = usable(differences)
    n = values.size
    if reason:
        return Outcome(n=n, reason=reason)
    test = stats.ttest_1samp(values, 0.0)
    low, high = test.confidence_interval(CONFIDENCE)
    return Outcome(
        n=n,
        df=n - 1,
        statistic=float(test.statistic),
        p=float(test.pvalue),
        effect=float(values.mean() / values.std(ddof=1)),
        interval=(float(low), float(high)),
    )


def quantile_pairs(differences) -> QuantilePairs | str:
    """Points and line of a normal Q–Q plot by `scipy.stats.probplot`, or why there are none.

    Filliben's medians of the order statistics on one axis, the ordered differences on
    the other (Figure 10).
    """
    values, reason = usable(differences)
    if reason:
        return reason
    (theoretical, ordered), (slope, intercept, r) = stats.probplot(values, dist="norm")
    labels = pd.Series(differences).index
    return QuantilePairs(
        names=tuple(labels[position] for position in np.argsort(values, kind="stable")),
        theoretical=tuple(theoretical.tolist()),
        ordered=tuple(ordered.tolist()),
        slope=float(slope),
        intercept=float(intercept),
        r=float(r),
    )


def quantile_band(points: QuantilePairs) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of the pointwise 95 % band of a Q–Q plot, shapes ``(pair,)``.

    It holds 95 % of the values of each order statistic, one at a time, of samples of the
    normal distribution that the plot's line stands for; by the beta distribution of uniform
    order statistics (`scipy.stats.beta`).
    """
    rank = np.arange(1, len(points.ordered) + 1)
    tail = (1 - CONFIDENCE) / 2
    low, high = (
        points.intercept
        + points.slope * stats.norm.ppf(stats.beta.ppf(q, rank, rank.size + 1 - rank))
        for q in (tail, 1 - tail)
    )
    return low, high


def verdict(test: Outcome) -> str:
    """What the interval of a mean difference, linear minus mel, says in a sentence."""
    if test.interval is None:
        return ""
    low, high = test.interval
    if low <= 0 <= high:
        return "The mean difference is within noise: its 95\u00a0% interval includes zero."
    scale = "mel" if high < 0 else "linear"
    return f"The mean difference is beyond noise, in favor of {scale}."
