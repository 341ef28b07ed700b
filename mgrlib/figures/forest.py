"""Differences between the scales: forest plots by depth and by genre, and the interaction.

A difference is linear minus mel: left of zero mel is better, right of it linear (the
loss, where less is better, is the other way round). Every ``draw_...`` draws on the Axes
that it is given and returns it.
Notebook: 09_every_depth.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import statistics
from .canvas import (
    BAR,
    DIAMOND,
    INK,
    LOOKS,
    genre_label,
    metric_words,
    say,
    scale_looks,
    set_rows,
    shade,
    tint,
    zero_reach,
)

MEAN = {
    "linestyle": "", "marker": "o", "markersize": 6, "markerfacecolor": INK,
    "markeredgecolor": INK, "zorder": 4,
}  # fmt: skip
POOLED = MEAN | {"marker": "s", "markersize": 7}
GENRE = {
    "linestyle": "", "marker": "o", "markersize": 3.6, "markerfacecolor": "#9a9a9a",
    "markeredgecolor": "white", "markeredgewidth": 0.4, "zorder": 3,
}  # fmt: skip
THICK = {"color": INK, "linewidth": 2.2, "solid_capstyle": "butt", "zorder": 2}
THIN = {"color": INK, "linewidth": 0.9, "solid_capstyle": "butt", "zorder": 2}
DEPTH_MARKS = ("o", "s", "^", "v", "P", "X", "<", ">")
BASELINE_DASHES = ((0, (1, 1.5)), (0, (5, 2)))
"""For linear and for mel."""


@dataclass(frozen=True, eq=False)
class _Row:
    """One row of a forest plot."""

    label: str
    mark: dict
    mean: float
    interval: tuple[float, float]
    family: tuple[float, float] = (math.nan, math.nan)
    p: float = math.nan
    points: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))


def draw_depth_forest(ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1") -> Axes:
    """A row a depth: mean difference, its interval, that of all depths together, the genres.

    Beneath them the mean over the depths, the joint network at each depth, and logistic
    regression, where the run has them, without the genres. At the right p by Holm's
    method, each block of depths by itself.
    """
    rows = _depth_rows(metrics, arm=arm, metric=metric)
    if not rows:
        return say(ax, f"No depth of the arm {arm} has {metric_words(metric)} with linear and mel.")
    ranks = {genre: i for i, genre in enumerate(statistics.genre_sizes(metrics).index)}
    for place, row in enumerate(rows):
        _draw_interval(ax, row, place - (0.13 if row.points.size else 0))
        # The golden ratio spreads any number of genres evenly, and always alike.
        side = np.array([ranks[genre] * 0.618034 % 1 for genre in row.points.index])
        ax.plot(row.points, place + 0.12 + 0.24 * side, **GENRE)
        if row.mark is POOLED and row is not rows[-1]:
            ax.axhline(place + 0.5, color="#999999", linewidth=0.8)
        words = f"{row.p:.3f}" if math.isfinite(row.p) else "no test"
        ax.text(1.02, place, words, transform=ax.get_yaxis_transform(), fontsize=9, va="center")
    ax.annotate("p (Holm)", (1.02, 0), (0, -5), xycoords="axes fraction",
                textcoords="offset points", fontsize=9, va="top")  # fmt: skip
    _finish(ax, [row.label for row in rows], metric=metric)
    return _legend(ax, _depth_entries(rows), columns=3)


def depth_forest_height(metrics: pd.DataFrame, *, arm: str) -> float:
    """Height in inches at which `draw_depth_forest` has room for its rows."""
    return max(2.6, 1.2 + 0.42 * len(_depth_rows(metrics, arm=arm, metric="f1")))


def _depth_rows(metrics, *, arm, metric) -> list[_Row]:
    rows = _rows_of_arm(metrics, arm=arm, metric=metric, label="ResNet{}", mark=MEAN)
    if not rows:
        return []
    pooled = statistics.paired_scores(metrics, arm=arm, metric=metric)["difference"]
    test = statistics.paired_t(pooled)
    interval = test.interval or (math.nan, math.nan)
    p = math.nan if test.p is None else test.p
    rows.append(_Row("mean of depths", POOLED, pooled.mean(), interval, p=p, points=pooled))
    rows += _rows_of_arm(metrics, arm="joint", metric=metric, label="joint ResNet{}", mark=DIAMOND)
    label = "logistic regression"
    return rows + _rows_of_arm(metrics, arm="baseline", metric=metric, label=label, mark=BAR)


def _rows_of_arm(metrics, *, arm, metric, label, mark) -> list[_Row]:
    tests = statistics.depth_tests(metrics, arm=arm, metric=metric)
    differences = statistics.depth_differences(metrics, arm=arm, metric=metric)
    return [
        _Row(
            label.format(depth), mark, row["difference"], (row["low"], row["high"]),
            (row["family_low"], row["family_high"]) if len(tests) > 1 else (math.nan, math.nan),
            row["p_holm"], differences[depth].dropna()[: None if mark is MEAN else 0],
        )
        for depth, row in tests.iterrows()
    ]  # fmt: skip


def _draw_interval(ax, row: _Row, place: float) -> None:
    ax.plot(row.family, [place, place], **THIN)
    ax.plot(row.interval, [place, place], **THICK)
    ax.plot(row.mean, place, **row.mark)


def _depth_entries(rows: list[_Row]) -> list:
    marks = {"mean, 95 % interval": MEAN | THICK | {"linestyle": "-"}, "one genre": GENRE}
    if any(math.isfinite(row.family[0]) for row in rows):
        marks["95 % for all depths at once"] = THIN
    for mark, words in ((DIAMOND, "joint network"), (BAR, "logistic regression")):
        if any(row.mark is mark for row in rows):
            marks[words] = mark
    return [(Line2D([], [], **mark), words) for words, mark in marks.items()]


def _finish(ax, labels: list[str], *, metric: str) -> None:
    """Rows from top to bottom, zero in the middle, and words for its sides."""
    reach = zero_reach([ax])
    left, right = ("linear", "mel") if metric == "loss" else ("mel", "linear")
    for scale, end in ((left, -reach), (right, reach)):
        ax.axvspan(0, end, color=tint(LOOKS[scale].color, 0.07), linewidth=0, zorder=0)
    set_rows(ax, labels, reach=reach)
    # Zero is in the middle, and so are the words for its two sides.
    sides = f"← {left} better      {right} better →"
    ax.set_xlabel(f"{sides}\nDifference in {metric_words(metric)} (linear − mel)")


def _legend(ax, entries: list, *, columns: int) -> Axes:
    """A legend above the Axes, in as many columns as a page has room for beside the labels."""
    handles, words = zip(*entries, strict=True)
    ax.legend(handles, words, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns,
              columnspacing=1.2, borderaxespad=0.3)  # fmt: skip
    return ax


def draw_genre_forest(ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1") -> Axes:
    """A row a genre, the largest on top: the mean over the depths, and each depth by its mark.

    The interval is that of the mean over the depths, with the test songs as given. The
    number behind a genre is that of its positive test songs.
    """
    genres = statistics.genre_differences(metrics, arm=arm, metric=metric)
    if genres.empty:
        return say(ax, f"No genre of the arm {arm} has {metric_words(metric)} with linear and mel.")
    places = {genre: place for place, genre in enumerate(genres.index)}
    for genre, row in genres.iterrows():
        interval = (row["low"], row["high"])
        _draw_interval(ax, _Row(genre, MEAN, row["difference"], interval), places[genre] - 0.18)
    entries = [(Line2D([], [], **(MEAN | THICK | {"linestyle": "-"})), "mean, 95 % interval")]
    entries += _draw_depth_marks(ax, metrics, places, arm=arm, metric=metric)
    entries += _draw_reference_marks(ax, metrics, places, metric=metric)
    sizes = genres["n_test_positive"]
    _finish(ax, [genre_label(genre, n) for genre, n in sizes.items()], metric=metric)
    if sizes.notna().any():
        ax.set_ylabel("Genre (its positive test songs)")
    return _legend(ax, entries, columns=3)


def genre_forest_height(metrics: pd.DataFrame) -> float:
    """Height in inches at which `draw_genre_forest` has room for its genres."""
    return max(3.0, 1.3 + 0.36 * metrics["genre"].nunique())


def _draw_depth_marks(ax, metrics, places, *, arm, metric) -> list:
    differences = statistics.depth_differences(metrics, arm=arm, metric=metric)
    entries = []
    for number, (depth, values) in enumerate(differences.items()):
        look = {
            "linestyle": "", "marker": DEPTH_MARKS[number % len(DEPTH_MARKS)], "markersize": 4.5,
            "markerfacecolor": str(0.78 - 0.56 * number / max(1, differences.shape[1] - 1)),
            "markeredgecolor": INK, "markeredgewidth": 0.5, "zorder": 3,
        }  # fmt: skip
        ax.plot(values, [places[genre] + 0.16 for genre in values.index], **look)
        entries.append((Line2D([], [], **look), f"ResNet{depth}"))
    return entries


def _draw_reference_marks(ax, metrics, places, *, metric) -> list:
    entries = []
    for row, mark, words in (
        ("joint", DIAMOND | {"markersize": 4.5, "markeredgewidth": 1.0}, "joint network, mean"),
        ("baseline", BAR, "logistic regression"),
    ):
        pairs = statistics.paired_scores(metrics, arm=row, metric=metric)
        pairs = pairs[pairs.index.isin(places)]
        if not pairs.empty:
            ax.plot(pairs["difference"], [places[genre] + 0.16 for genre in pairs.index], **mark)
            entries.append((Line2D([], [], **mark), words))
    return entries


def draw_interaction(ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1") -> Axes:
    """The mean over the genres by depth, a line a scale: parallel lines are no interaction.

    A bar reaches half the half-width of the paired difference's 95 % interval to either
    side, so that the bars of a depth overlap where that interval includes zero.
    Diamonds are the joint network, level lines the baseline, of the scale's color.
    """
    tests = statistics.depth_tests(metrics, arm=arm, metric=metric)
    if tests.empty:
        return say(ax, f"No depth of the arm {arm} has {metric_words(metric)} with linear and mel.")
    looks = scale_looks(statistics.SCALES)
    joint = statistics.depth_tests(metrics, arm="joint", metric=metric).reindex(tests.index)
    baseline = statistics.depth_tests(metrics, arm="baseline", metric=metric)
    half = ((tests["high"] - tests["low"]) / 4).fillna(0)
    for number, (scale, look) in enumerate(looks.items()):
        dark, dashes = shade(look.color, 0.75), BASELINE_DASHES[number]
        places = np.arange(len(tests)) + 0.12 * (number - 0.5)
        ax.errorbar(
            places, tests[scale], yerr=half, color=dark, marker=look.mark,
            markersize=6, capsize=3, linewidth=1.6, zorder=3,
        )  # fmt: skip
        ax.plot(places + 0.3 * (number - 0.5), joint[scale],
                **DIAMOND | {"markeredgecolor": dark})  # fmt: skip
        for level in baseline[scale]:
            ax.axhline(level, color=dark, linewidth=1.2, linestyle=dashes, zorder=1)
    ax.set_xticks(range(len(tests)), [f"ResNet{depth}" for depth in tests.index])
    ax.set_xlim(-0.6, len(tests) - 0.4)
    ax.set_ylabel(f"{metric_words(metric)}, mean of {tests['n'].max()} genres")
    ax.grid(axis="y")
    return _legend(ax, _interaction_entries(looks, joint, baseline), columns=5)


def _interaction_entries(looks, joint, baseline) -> list:
    entries = [
        (Line2D([], [], color=shade(look.color, 0.75), marker=look.mark), scale)
        for scale, look in looks.items()
    ]
    if joint["n"].notna().any():
        entries.append((Line2D([], [], **DIAMOND), "joint network"))
    if not baseline.empty:
        level = Line2D([], [], color=INK, linewidth=1.2, linestyle=BASELINE_DASHES[1])
        entries.append((level, "logistic regression (dots: linear, dashes: mel)"))
    return entries
