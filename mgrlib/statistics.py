"""What the results say: aggregation over genres, and the paper's paired tests.

Conventions: `metrics` is the table of ``results/metrics.csv``; a difference is linear
minus mel, so a negative one favors mel; repeats are averaged before anything else; a
value that is missing or not finite is left out, and the n that remains is stated.
Intervals are two-sided 95 % intervals.

Notebooks: 04_across_depths, 05_per_genre_analysis, 06_statistical_test.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy import stats

from . import paper
from .errors import StudyError

SCALES = ("linear", "mel")
TESTED = "f1"
DESCRIBED = ("accuracy", "f1", "recall", "precision")
"""The metrics that the paper draws (Figures 3 to 9)."""
CONFIDENCE = 0.95
LEAST = 3
"""The fewest pairs for a test: Shapiro–Wilk needs three."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One test, or the reason why it can't be computed.

    Parameters
    ----------
    n : int
        Pairs that went in.
    df : int, optional
        Degrees of freedom.
    statistic, p, effect : float, optional
        The test's own statistic, its two-sided p, and an effect size.
    interval : (float, float), optional
        95 % interval; each function says of what.
    reason : str, optional
        Why there is no result; then every value but `n` is None.

    Raises
    ------
    ValueError
        If the values contradict each other.
    """

    n: int
    df: int | None = None
    statistic: float | None = None
    p: float | None = None
    effect: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None

    def __post_init__(self):
        if (self.statistic is None) != (self.reason is not None):
            raise ValueError("an outcome has either a statistic or a reason why it has none")
        if self.statistic is not None and not math.isfinite(self.statistic):
            raise ValueError(f"a statistic must be finite, got {self.statistic}")
        if self.p is not None and not 0 <= self.p <= 1:
            raise ValueError(f"p must lie between 0 and 1, got {self.p}")
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            raise ValueError(f"an interval must run from low to high, got {self.interval}")

    def as_dict(self) -> dict:
        """``{n, df, statistic, p, effect, interval}``, and ``reason`` where there is one."""
        values = asdict(self)
        if self.interval is not None:
            values["interval"] = list(self.interval)
        if self.reason is None:
            del values["reason"]
        return values

    def in_words(self, symbol: str) -> str:
        """Such as ``t(15) = −3.587, p = 0.0027, n = 16``, or why there is no result."""
        if self.reason is not None:
            return f"can't be computed ({self.reason})"
        df = "" if self.df is None else f"({self.df})"
        p = "" if self.p is None else f", p {'< 0.0001' if self.p < 1e-4 else f'= {self.p:.4f}'}"
        return f"{symbol}{df} = {self.statistic:.3f}{p}, n = {self.n}".replace("-", "−")


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box of a box plot over genres: quartiles, and whiskers within 1.5 of their range."""

    depth: int
    scale: str
    n: int
    median: float
    q1: float
    q3: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class QuantilePairs:
    """Points of a normal Q–Q plot, lowest first, and their least-squares line."""

    names: tuple
    theoretical: tuple[float, ...]
    ordered: tuple[float, ...]
    slope: float
    intercept: float
    r: float


def genre_scores(metrics: pd.DataFrame, *, metric: str, arm: str) -> pd.DataFrame:
    """Columns ``genre, depth, scale, value``: the mean over repeats, finite values only.

    `arm` is a value of the column ``weights``, so also ``joint`` or ``baseline``.
    """
    rows = metrics[metrics["weights"] == arm]
    values = _finite_column(rows, metric)
    table = rows[["genre", "depth", "scale"]].assign(value=values).dropna(subset="value")
    # Results made elsewhere may leave the depth of a baseline empty.
    table["depth"] = table["depth"].fillna(0).astype(int)
    return table.groupby(["genre", "depth", "scale"], sort=False, as_index=False)["value"].mean()


def _finite_column(rows: pd.DataFrame, metric: str) -> pd.Series:
    if metric not in rows:
        return pd.Series(np.nan, index=rows.index)
    values = pd.to_numeric(rows[metric], errors="coerce").astype(float)
    return values.where(np.isfinite(values))


def genre_sizes(metrics: pd.DataFrame) -> pd.Series:
    """Positive test songs of each genre, largest first; NaN, in file order, if not recorded."""
    sizes = _finite_column(metrics, "n_test_positive").groupby(metrics["genre"], sort=False).max()
    return sizes.sort_values(ascending=False, kind="stable").rename("n_test_positive")


def nearest_depth(metrics: pd.DataFrame, depth: int, *, arm: str) -> int:
    """The depth of `arm` that is nearest to `depth`; of two, the smaller.

    Raises
    ------
    StudyError
        If `depth` is not a whole number, or `arm` has no rows.
    """
    if isinstance(depth, bool) or not isinstance(depth, int | np.integer):
        raise StudyError(f"depth must be a whole number such as 50, got {depth!r}")
    present = sorted(metrics.loc[metrics["weights"] == arm, "depth"].dropna().unique())
    if not present:
        raise StudyError(f"no depth for the arm {arm!r}: metrics.csv has no row of it")
    return int(min(present, key=lambda other: abs(other - depth)))


def paired_scores(
    metrics: pd.DataFrame, *, arm: str, metric: str = TESTED, scales: tuple[str, str] = SCALES
) -> pd.DataFrame:
    """One row a genre: the mean of each scale over depths and repeats, and their difference.

    The paper aggregates F1 over its models and pairs the scales (section 4); its t and p
    imply one pair a genre. Only cells (genre, depth, repeat) that both scales have count,
    so that a failed model never makes the means unlike.

    Returns
    -------
    DataFrame
        Index ``genre``, largest first; columns the two `scales`, ``difference`` (the
        first minus the second) and ``cells``. Empty where a scale is missing.
    """
    first, second = scales
    rows = metrics[(metrics["weights"] == arm) & metrics["scale"].isin(scales)]
    rows = rows.assign(value=_finite_column(rows, metric), repeat=rows["repeat"].fillna(0))
    cells = rows.pivot_table(
        index=["genre", "depth", "repeat"], columns="scale", values="value", aggfunc="mean"
    ).reindex(columns=[first, second])
    by_genre = cells.dropna().groupby("genre")
    pairs = by_genre.mean().assign(cells=by_genre.size()).rename_axis(columns=None)
    pairs.insert(2, "difference", pairs[first] - pairs[second])
    return pairs.reindex([genre for genre in genre_sizes(metrics).index if genre in pairs.index])


def shapiro_wilk(differences) -> Outcome:
    """Shapiro–Wilk test of normality: `statistic` is W; no df, effect or interval.

    The paper tests its F1 differences so before the t-test (section 4).
    """
    values, reason = _usable(differences)
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
    values, reason = _usable(differences)
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


def _usable(values) -> tuple[np.ndarray, str | None]:
    """The values as an array, and the reason why they can't be tested, if there is one."""
    values = np.asarray(values, dtype=float).ravel()
    if lost := int((~np.isfinite(values)).sum()):
        return values, f"{lost} of {values.size} values are not finite"
    if not values.size:
        return values, "no genre has the values that it takes"
    if values.size < LEAST:
        return values, f"{_count(values.size, 'pair')}, fewer than the {LEAST} that it takes"
    # Equal but for rounding: a test would divide by rounding errors.
    if np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max()):
        return values, f"all {values.size} values are equal, so they have no variance"
    return values, None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size_correlation(
    metrics: pd.DataFrame, *, arm: str, metric: str, scale: str, depth: int | None = None
) -> Outcome:
    """Pearson r between a metric and the genre's size (its positive test songs).

    The paper reads such a correlation off Figures 7 and 9. `statistic` and `effect` are
    r, `interval` is Fisher's; `depth` None averages over depths.
    """
    table = genre_scores(metrics, metric=metric, arm=arm)
    table = table[(table["scale"] == scale) & ((depth is None) | (table["depth"] == depth))]
    means = table.groupby("genre")["value"].mean()
    sizes = genre_sizes(metrics).reindex(means.index)
    if means.size and not np.isfinite(sizes).all():
        return Outcome(n=means.size, reason="the sizes of the genres are not recorded")
    if reason := _usable(means)[1] or _usable(sizes)[1]:
        return Outcome(n=means.size, reason=reason)
    test = stats.pearsonr(sizes, means)
    r = float(test.statistic)
    low, high = test.confidence_interval(CONFIDENCE)
    # With three pairs Fisher's interval has no finite width.
    interval = (float(low), float(high)) if means.size > 3 else None
    return Outcome(
        n=means.size, df=means.size - 2, statistic=r, p=float(test.pvalue), effect=r,
        interval=interval,
    )  # fmt: skip


def quantile_pairs(differences) -> QuantilePairs | str:
    """Points and line of a normal Q–Q plot by `scipy.stats.probplot`, or why there are none.

    Filliben's medians of the order statistics on one axis, the ordered differences on
    the other (Figure 10).
    """
    values, reason = _usable(differences)
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


def box_summaries(metrics: pd.DataFrame, *, metric: str, arm: str) -> list[Box]:
    """A box over genres for each depth and scale of `arm` (Figures 3 to 6)."""
    table = genre_scores(metrics, metric=metric, arm=arm)
    groups = table.groupby(["depth", "scale"], sort=False)["value"]
    boxes = [_box(int(depth), str(scale), values) for (depth, scale), values in groups]
    return sorted(boxes, key=lambda box: box.depth)


def _box(depth: int, scale: str, values: pd.Series) -> Box:
    q1, median, q3 = (float(q) for q in np.percentile(values, [25, 50, 75]))
    reach = 1.5 * (q3 - q1)
    inside = values[(values >= q1 - reach) & (values <= q3 + reach)]
    return Box(
        depth=depth, scale=scale, n=len(values), median=median, q1=q1, q3=q3,
        # A quartile between two genres may lie beyond the last genre within reach.
        low=float(min(inside.min(), q1)), high=float(max(inside.max(), q3)),
    )  # fmt: skip


def implied_by(t: float, p: float, *, decimals: int = 4, most: int = 10_000) -> list[Outcome]:
    """Paired t-tests that a published `t` and rounded two-sided `p` can belong to.

    Returns
    -------
    list of Outcome
        One for each n up to `most` whose p rounds to the published one; `effect` is dz,
        `interval` that of the mean difference in standard deviations of the differences.
    """
    n = np.arange(2, most + 1)
    exact = 2 * stats.t.sf(abs(t), n - 1)
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


def compare_depths(metrics: pd.DataFrame, *, metric: str, arm: str) -> pd.DataFrame:
    """What Figures 3 to 6 let one read: one row a depth that has both scales.

    Returns
    -------
    DataFrame
        Index ``depth``; columns ``n`` (genres with both scales), ``linear`` and ``mel``
        (medians over these), ``linear_iqr`` and ``mel_iqr``, and the mean ``difference``
        with the ``low`` and ``high`` end of its interval, not corrected for the number
        of depths (NaN where it can't be computed).
    """
    rows = {}
    for depth in sorted(metrics.loc[metrics["weights"] == arm, "depth"].dropna().unique()):
        pairs = paired_scores(metrics[metrics["depth"] == depth], arm=arm, metric=metric)
        if pairs.empty:
            continue
        low, high = paired_t(pairs["difference"]).interval or (math.nan, math.nan)
        quarters = pairs[list(SCALES)].quantile([0.25, 0.5, 0.75])
        spread = quarters.loc[0.75] - quarters.loc[0.25]
        rows[int(depth)] = {
            "n": len(pairs),
            "linear": quarters.loc[0.5, "linear"],
            "mel": quarters.loc[0.5, "mel"],
            "linear_iqr": spread["linear"],
            "mel_iqr": spread["mel"],
            "difference": pairs["difference"].mean(),
            "low": low,
            "high": high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("depth")


def count_depths(table: pd.DataFrame) -> dict[str, int]:
    """`compare_depths` in counts of depths: medians, spreads, and intervals without zero."""
    if table.empty:
        table = pd.DataFrame(columns=["linear", "mel", "linear_iqr", "mel_iqr", "low", "high"])
    return {
        "depths": len(table),
        "mel higher": int((table["mel"] > table["linear"]).sum()),
        "mel spreads less": int((table["mel_iqr"] < table["linear_iqr"]).sum()),
        "mel beyond noise": int((table["high"] < 0).sum()),
        "linear beyond noise": int((table["low"] > 0).sum()),
        "not testable": int(table["low"].isna().sum()),
    }


def verdict(test: Outcome) -> str:
    """What the interval of a mean difference, linear minus mel, says in a sentence."""
    if test.interval is None:
        return ""
    low, high = test.interval
    if low <= 0 <= high:
        return "The mean difference is within noise: its 95\u00a0% interval includes zero."
    scale = "mel" if high < 0 else "linear"
    return f"The mean difference is beyond noise, in favor of {scale}."


def arm_statistics(metrics: pd.DataFrame, *, arm: str) -> dict:
    """Shapiro–Wilk and paired t of one arm, over one pair a genre."""
    differences = paired_scores(metrics, arm=arm)["difference"]
    return {
        "n_genres": differences.size,
        "shapiro": shapiro_wilk(differences).as_dict(),
        "paired_t": paired_t(differences).as_dict(),
    }


def study_statistics(metrics: pd.DataFrame, *, arm: str, arms=()) -> dict:
    """The content of ``statistics.json``.

    Parameters
    ----------
    metrics : DataFrame
        ``results/metrics.csv``.
    arm : str
        The transfer arm, over which the paper's test is made.
    arms : iterable of str
        Arms whose tests are listed beside it.
    """
    rows = metrics[metrics["weights"] == arm]
    pairs = paired_scores(metrics, arm=arm)
    points = quantile_pairs(pairs["difference"])
    drawn = [name for name in DESCRIBED if name in metrics]
    return {
        "arm": arm,
        "difference": "linear - mel",
        "metric": TESTED,
        "pair": "one genre, the mean over depths and repeats that both scales have",
        "depths": sorted(int(depth) for depth in rows["depth"].dropna().unique()),
        "scales": [str(scale) for scale in rows["scale"].unique()],
        "repeats": int(rows["repeat"].nunique()),
        **arm_statistics(metrics, arm=arm),
        "qq": None if isinstance(points, str) else asdict(points),
        "pairs": pairs.reset_index().to_dict("records"),
        "arms": {name: arm_statistics(metrics, arm=name) for name in arms},
        "metrics": {name: _described(metrics, metric=name, arm=arm) for name in drawn},
        "paper": published(),
    }


def _described(metrics: pd.DataFrame, *, metric: str, arm: str) -> dict:
    """One metric: boxes, medians and differences by depth, correlation with genre size."""
    table = compare_depths(metrics, metric=metric, arm=arm)
    scales = metrics.loc[metrics["weights"] == arm, "scale"].unique()
    return {
        "boxes": [asdict(box) for box in box_summaries(metrics, metric=metric, arm=arm)],
        "by_depth": table.reset_index().to_dict("records"),
        "size_correlation": {
            str(scale): size_correlation(metrics, arm=arm, metric=metric, scale=scale).as_dict()
            for scale in scales
        },
    }


def published() -> dict:
    """The paper's t and p (section 4), and the tests that they can belong to."""
    implied = implied_by(paper.T_STATISTIC, paper.P_VALUE)
    return {
        "t": paper.T_STATISTIC,
        "p": paper.P_VALUE,
        "implied": [test.as_dict() for test in implied],
    }
