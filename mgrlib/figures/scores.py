"""Figures of the scores: boxes over depths, bars over genres, Q–Q plot.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebooks: 04_across_depths (Figures 3 to 6), 05_per_genre_analysis (Figures 7 to 9),
06_statistical_test (Figure 10).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import statistics
from .canvas import (
    BAR,
    DIAMOND,
    INK,
    add_legend,
    genre_label,
    metric_words,
    say,
    scale_looks,
    scale_offset,
    shade,
    tint,
    wrapped,
)


def draw_boxes(ax: Axes, metrics: pd.DataFrame, *, metric: str, arm: str) -> Axes:
    """A box over genres for each depth and scale, every genre a point (Figures 3 to 6).

    Boxes are quartiles, whiskers reach to the last genre within 1.5 times their range. A
    genre has the same sideways place in every box. Beside them stand the ``baseline``
    as boxes of its own and the median of ``joint`` as a diamond, where the run has them.
    """
    groups = [("baseline", 0)] if _has(metrics, metric, "baseline") else []
    depths = statistics.genre_scores(metrics, metric=metric, arm=arm)["depth"].unique()
    groups += [(arm, int(depth)) for depth in sorted(depths)]
    if not depths.size:
        return say(ax, f"No values of {metric_words(metric)} for the arm {arm} in this run.")
    looks = scale_looks(metrics["scale"])
    for place, (row, depth) in enumerate(groups):
        _draw_group(ax, metrics, metric=metric, row=row, depth=depth, place=place, looks=looks)
    joint = _draw_joint_medians(ax, metrics, metric=metric, depths=dict(map(reversed, groups)))
    labels = ["logistic\nregression" if row == "baseline" else f"ResNet{d}" for row, d in groups]
    ax.set_xticks(range(len(groups)), labels)
    ax.tick_params(axis="x", length=0)
    if groups[0][0] == "baseline":
        ax.axvline(0.5, color="#999999", linewidth=0.8, linestyle=(0, (4, 3)))
    margin = 0.5 + max(0, 3 - len(groups)) / 2  # a single depth keeps narrow boxes
    ax.set_xlim(-margin, len(groups) - 1 + margin)
    ax.set_ylabel(metric_words(metric))
    ax.grid(axis="y")
    point = Line2D([], [], linestyle="", marker="o", markersize=4, color="#666666")
    return add_legend(ax, looks, [(point, "one genre"), *joint])


def _draw_group(ax, metrics, *, metric, row, depth, place, looks) -> None:
    """The boxes of one depth, one a scale, and the genres as points."""
    scores = statistics.genre_scores(metrics, metric=metric, arm=row)
    boxes = statistics.box_summaries(metrics, metric=metric, arm=row)
    ranks = {name: i for i, name in enumerate(statistics.genre_sizes(metrics).index)}
    width = 0.8 / len(looks)
    for box in (box for box in boxes if row == "baseline" or box.depth == depth):
        color, hatch, *_ = looks[box.scale]
        center = place + scale_offset(box.scale, looks)
        _draw_box(ax, box, center=center, width=0.82 * width, color=color, hatch=hatch)
        cells = scores[(scores["depth"] == box.depth) & (scores["scale"] == box.scale)]
        # The golden ratio spreads any number of genres evenly, and always alike.
        side = (cells["genre"].map(ranks) * 0.618034 % 1 - 0.5) * 0.6 * width
        ax.plot(
            center + side, cells["value"], linestyle="", marker="o", markersize=4,
            markerfacecolor=shade(color, 0.75), markeredgecolor="white", markeredgewidth=0.5,
            zorder=3,
        )  # fmt: skip


def _draw_box(ax, box: statistics.Box, *, center, width, color, hatch) -> None:
    numbers = {
        "med": box.median, "q1": box.q1, "q3": box.q3, "whislo": box.low, "whishi": box.high,
    }  # fmt: skip
    line = {"color": shade(color, 0.6), "linewidth": 1.2}
    ax.bxp(
        [numbers], positions=[center], widths=width, showfliers=False, patch_artist=True,
        manage_ticks=False, whiskerprops=line, capprops=line,
        medianprops={"color": INK, "linewidth": 2.2},
        boxprops={
            "facecolor": tint(color, 0.45), "edgecolor": shade(color, 0.6), "linewidth": 1.2,
            "hatch": hatch, "hatchcolor": tint(color, 0.75),
        },
    )  # fmt: skip


def _draw_joint_medians(ax, metrics, *, metric, depths: Mapping[int, str]) -> list:
    """Diamonds at the medians of ``joint``; the entry for the legend if there is one."""
    looks = scale_looks(metrics["scale"])
    places = {depth: place for place, depth in enumerate(depths) if depth}
    boxes = statistics.box_summaries(metrics, metric=metric, arm="joint")
    boxes = [box for box in boxes if box.depth in places]
    for box in boxes:
        # On the edge of the box, so that it hides no genre.
        edge = places[box.depth] + scale_offset(box.scale, looks) + 0.33 / len(looks)
        ax.plot(edge, box.median, **DIAMOND)
    return [(Line2D([], [], **DIAMOND), "median of the joint network")] if boxes else []


def draw_genre_bars(ax: Axes, metrics: pd.DataFrame, *, metric: str, depth: int, arm: str) -> Axes:
    """A bar for each genre and scale at one depth, largest genre on top (Figures 7 to 9).

    The number behind a genre is that of its positive test songs. Diamonds are the joint
    network of the same depth and scale, bars across the baseline of the same scale.
    """
    table = statistics.genre_scores(metrics, metric=metric, arm=arm)
    table = table[table["depth"] == depth]
    if table.empty:
        return say(ax, f"No values of {metric_words(metric)} for ResNet{depth}, arm {arm}.")
    sizes = statistics.genre_sizes(metrics)
    looks = scale_looks(metrics["scale"])
    height = 0.8 / len(looks)
    for scale, (color, hatch, *_) in looks.items():
        values = table[table["scale"] == scale].set_index("genre")["value"].reindex(sizes.index)
        places = np.arange(len(sizes)) + scale_offset(scale, looks)
        ax.barh(places, values, height=height, color=color, hatch=hatch, edgecolor="white")
        for place in places[values.isna()]:
            ax.text(0.005, place, "no value", fontsize=9, va="center", color="#666666")
    extra = _draw_references(ax, metrics, metric=metric, depth=depth, genres=sizes.index)
    ax.set_yticks(np.arange(len(sizes)), [genre_label(g, n) for g, n in sizes.items()])
    ax.set_ylim(len(sizes) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    if metric != "loss":
        ax.set_xlim(0, 1)
    ax.set_xlabel(f"{metric_words(metric)}, ResNet{depth}")
    if sizes.notna().any():
        ax.set_ylabel("Genre (its positive test songs)")
    ax.grid(axis="x")
    return add_legend(ax, looks, extra)


def genre_bars_height(metrics: pd.DataFrame) -> float:
    """Height in inches at which `draw_genre_bars` has room for its genres and scales."""
    rows = metrics["genre"].nunique() * (0.1 + 0.14 * metrics["scale"].nunique())
    return max(3.0, 1.0 + rows)


def _draw_references(ax, metrics, *, metric, depth, genres) -> list:
    """Marks of ``joint`` and ``baseline``; their entries for the legend."""
    looks = scale_looks(metrics["scale"])
    places = {genre: place for place, genre in enumerate(genres)}
    entries = []
    for row, mark, words in (
        ("joint", DIAMOND | {"markersize": 4.5, "markeredgewidth": 1.0}, "joint network"),
        ("baseline", BAR, "logistic regression"),
    ):
        table = statistics.genre_scores(metrics, metric=metric, arm=row)
        table = table[table["depth"] == depth] if row == "joint" else table
        if not table.empty:
            offsets = table["scale"].map(lambda scale: scale_offset(scale, looks))
            ax.plot(table["value"], table["genre"].map(places) + offsets, **mark)
            entries.append((Line2D([], [], **mark), words))
    return entries


def draw_qq(
    ax: Axes,
    differences,
    *,
    references: Mapping[str, pd.Series] | None = None,
    label: str = "Difference in F1 (linear − mel)",
) -> Axes:
    """Ordered differences against normal quantiles, with line and band (Figure 10).

    The line is the least-squares line of `scipy.stats.probplot`; the band is that of
    `mgrlib.statistics.quantile_band`.

    Parameters
    ----------
    differences : array_like or Series, shape (pair,)
        An index, where there is one, names the lowest and the highest point.
    references : mapping of str to Series, optional
        Differences of ``joint`` and ``baseline``, drawn smaller; those that have no Q–Q plot
        are left out.
    label : str
        What the differences are, for the axis.
    """
    points = statistics.quantile_pairs(differences)
    if isinstance(points, str):
        return say(ax, f"No Q–Q plot: {points}.")
    x, ordered = np.array(points.theoretical), np.array(points.ordered)
    low, high = statistics.quantile_band(points)
    ax.fill_between(x, low, high, color="#d9d9d9", linewidth=0, label="pointwise 95 % band")
    ax.plot(x, points.intercept + points.slope * x, color=INK, linewidth=1.2, label="normal line")
    ax.plot(
        x, ordered, linestyle="", marker="o", markersize=6, markerfacecolor="#009E73",
        markeredgecolor="white", markeredgewidth=0.6, label="one genre",
    )  # fmt: skip
    for row, values in (references or {}).items():
        _draw_reference_points(ax, values, row=row)
    if isinstance(differences, pd.Series):
        _name_extremes(ax, points)
    ax.axhline(0, color="#999999", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    ax.set_xlabel("Normal quantiles")
    ax.set_ylabel(label)
    ax.margins(x=0.22, y=0.08)  # room for the names beside the outermost points
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, columnspacing=1.2)
    return ax


def _draw_reference_points(ax, differences: pd.Series, *, row: str) -> None:
    points = statistics.quantile_pairs(differences)
    if isinstance(points, str):
        return
    mark, words = {
        "joint": (DIAMOND | {"markersize": 4, "markeredgewidth": 0.8}, "joint network"),
        "baseline": (BAR | {"markersize": 7, "markeredgewidth": 1.2}, "logistic regression"),
    }[row]
    ax.plot(points.theoretical, points.ordered, **mark | {"zorder": 1.8}, label=words)


def _name_extremes(ax, points: statistics.QuantilePairs) -> None:
    for place, side, shift in ((0, "right", -8), (-1, "left", 8)):
        ax.annotate(
            wrapped(points.names[place], 14),
            (points.theoretical[place], points.ordered[place]),
            xytext=(shift, 0), textcoords="offset points", ha=side, va="center", fontsize=9,
        )  # fmt: skip


def _has(metrics: pd.DataFrame, metric: str, arm: str) -> bool:
    return not statistics.genre_scores(metrics, metric=metric, arm=arm).empty
