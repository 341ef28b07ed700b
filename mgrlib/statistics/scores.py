"""Scores by genre: means over repeats, pairs of scales, boxes over genres.

Conventions: `metrics` is the table of ``results/metrics.csv``; repeats are averaged before
anything else; a value that is missing or not finite is left out.

Notebooks: 04_across_depths, 05_per_genre_analysis.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import StudyError
from .paired import paired_t

SCALES = ("linear", "mel")
TESTED = "f1"
DESCRIBED = ("accuracy", "f1", "recall", "precision")
"""The metrics that the paper draws (Figures 3 to 9)."""


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


def genre_scores(metrics: pd.DataFrame, *, metric: str, arm: str) -> pd.DataFrame:
    """Columns ``genre, depth, scale, value``: the mean over repeats, finite values only.

    `arm` is a value of the column ``weights``, so also ``joint`` or ``baseline``.
    """
    rows = metrics[metrics["weights"] == arm]
    values = finite_column(rows, metric)
    table = rows[["genre", "depth", "scale"]].assign(value=values).dropna(subset="value")
    # Results made elsewhere may leave the depth of a baseline empty.
    table["depth"] = table["depth"].fillna(0).astype(int)
    return table.groupby(["genre", "depth", "scale"], sort=False, as_index=False)["value"].mean()


def finite_column(rows: pd.DataFrame, metric: str) -> pd.Series:
    """A column as numbers, NaN where it is absent, no number or not finite."""
    if metric not in rows:
        return pd.Series(np.nan, index=rows.index)
    values = pd.to_numeric(rows[metric], errors="coerce").astype(float)
    return values.where(np.isfinite(values))


def genre_sizes(metrics: pd.DataFrame) -> pd.Series:
    """Positive test songs of each genre, largest first; NaN, in file order, if not recorded."""
    sizes = finite_column(metrics, "n_test_positive").groupby(metrics["genre"], sort=False).max()
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
    rows = rows.assign(value=finite_column(rows, metric), repeat=rows["repeat"].fillna(0))
    cells = rows.pivot_table(
        index=["genre", "depth", "repeat"], columns="scale", values="value", aggfunc="mean"
    ).reindex(columns=[first, second])
    by_genre = cells.dropna().groupby("genre")
    pairs = by_genre.mean().assign(cells=by_genre.size()).rename_axis(columns=None)
    pairs.insert(2, "difference", pairs[first] - pairs[second])
    return pairs.reindex([genre for genre in genre_sizes(metrics).index if genre in pairs.index])


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
