"""The numbers of the paper's figures and tests, as ``statistics.json`` keeps them.

Notebook: 06_statistical_test.
"""

from dataclasses import asdict

import numpy as np
import pandas as pd

from .correlation import pearson
from .effects.published import published
from .outcome import Outcome
from .paired import paired_t, quantile_pairs, shapiro_wilk
from .scores import (
    DESCRIBED,
    TESTED,
    box_summaries,
    compare_depths,
    genre_scores,
    genre_sizes,
    paired_scores,
)


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
    return pearson(sizes, means)


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
