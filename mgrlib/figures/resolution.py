"""Pairs of scales: their differences, the two steps from linear to mel, and the depths.

A difference is the first scale of a pair minus the second: left of zero the second is
better, right of it the first. Every ``draw_...`` draws on the Axes that it is given and
returns it.
Notebook: 13_scale_or_resolution.
"""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import statistics
from ..statistics.resolution.scale_pairs import (
    PARTS,
    compare_pairs,
    compare_pairs_by_depth,
    decompose,
    genre_parts,
    pair_words,
    part_tests,
    why_no_parts,
)
from .canvas import (
    BAR,
    DIAMOND,
    divide,
    genre_label,
    metric_words,
    say,
    set_rows,
    wrapped,
    zero_reach,
)
from .forest import GENRE, MEAN, POOLED, THICK, THIN

SMALL_DIAMOND = DIAMOND | {"markersize": 5, "markeredgewidth": 1.0}
REFERENCES = (
    ("joint", SMALL_DIAMOND, "joint network"),
    ("baseline", BAR, "logistic regression"),
)
SIGNS = {"whole": "", "resolution": "= ", "scale": "+ "}


def draw_scale_pairs(ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1") -> Axes:
    """A row a pair of scales: the mean difference, its 95 % interval, and every genre.

    Diamonds are the mean difference of ``joint``, bars across that of ``baseline``. At the
    right p by Holm's method over the pairs.
    """
    table = compare_pairs(metrics, arm=arm, metric=metric)
    if table.empty:
        return say(ax, f"No two scales of the arm {arm} have {metric_words(metric)}.")
    ranks = {genre: i for i, genre in enumerate(statistics.genre_sizes(metrics).index)}
    for place, (pair, row) in enumerate(table.iterrows()):
        genres = statistics.paired_scores(metrics, arm=arm, metric=metric, scales=pair)
        # The golden ratio spreads any number of genres evenly, and always alike.
        side = np.array([ranks[genre] * 0.618034 % 1 for genre in genres.index])
        ax.plot(genres["difference"], place - 0.05 + 0.22 * side, **GENRE)
        _draw_mean(ax, row, place - 0.2)
        words = f"{row['p_holm']:.3f}" if math.isfinite(row["p_holm"]) else "no test"
        ax.text(1.02, place, words, transform=ax.get_yaxis_transform(), fontsize=9, va="center")
    ax.annotate("p (Holm)", (1.02, 0), (0, -20), xycoords="axes fraction",
                textcoords="offset points", fontsize=9, va="top")  # fmt: skip
    entries = [_mean_entry(), (Line2D([], [], **GENRE), "one genre")]
    for name, mark, words in REFERENCES:
        means = compare_pairs(metrics, arm=name, metric=metric)["difference"].reindex(table.index)
        if means.notna().any():
            ax.plot(means, np.arange(len(table)) + 0.3, **mark)
            entries.append((Line2D([], [], **mark), words))
    set_rows(ax, [_label(*pair) for pair in table.index], reach=zero_reach([ax]))
    left, right = ("first", "second") if metric == "loss" else ("second", "first")
    sides = f"← {left} better      {right} better →"
    ax.set_xlabel(f"{sides}\nDifference in {metric_words(metric)}")
    handles, words = zip(*entries, strict=True)
    ax.legend(handles, words, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4,
              columnspacing=1.2, borderaxespad=0.3)  # fmt: skip
    return ax


def scale_pairs_height(metrics: pd.DataFrame) -> float:
    """Height in inches at which `draw_scale_pairs` has room for its pairs."""
    scales = metrics["scale"].nunique()
    return 1.5 + 0.6 * max(1, scales * (scales - 1) / 2)


def draw_parts(ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1") -> list[Axes]:
    """Linear minus mel and its two parts in three panels, a row a genre, largest on top.

    Of each genre the mean over the depths with its 95 % interval over these, and beneath
    all the mean over the genres with its own.
    """
    if reason := why_no_parts(metrics, arm=arm, metric=metric):
        return [say(ax, f"The difference can't be split: {reason}.")]
    parts, spread = (f(metrics, arm=arm, metric=metric) for f in (decompose, genre_parts))
    tests, panels = part_tests(parts), divide(ax, len(PARTS))
    rows = np.arange(len(parts))
    entries = [_mean_entry(), (Line2D([], [], **MEAN | THIN | {"linestyle": "-", "markersize": 4}),
                               "genre, 95 % over depths")]  # fmt: skip
    for panel, (part, pair) in zip(panels, PARTS.items(), strict=True):
        for place, (low, high) in enumerate(spread.xs(part, level="part")[["low", "high"]].values):
            panel.plot((low, high), (place - 0.12, place - 0.12), **THIN)
        panel.plot(parts[part], rows - 0.12, **MEAN | {"markersize": 4})
        _draw_mean(panel, tests.loc[part], len(parts), mark=POOLED | {"markersize": 5})
        panel.axhline(len(parts) - 0.5, color="#999999", linewidth=0.8)
        panel.set_title(f"{SIGNS[part]}{pair_words(*pair)}\n({part})", fontsize=9)
    for name, mark, words in REFERENCES:
        found = decompose(metrics, arm=name, metric=metric)
        if len(found):
            for panel, part in zip(panels, PARTS, strict=True):
                panel.plot(found[part].reindex(parts.index), rows + 0.2, **mark)
                panel.plot(found[part].mean(), len(parts) + 0.55, **mark)
            entries.append((Line2D([], [], **mark), words))
    sizes = statistics.genre_sizes(metrics).reindex(parts.index)
    labels = [genre_label(genre, n) for genre, n in sizes.items()] + ["mean of the genres"]
    for panel in panels:
        set_rows(panel, labels, reach=zero_reach(panels))
        panel.set_ylim(len(parts) + 0.9, -0.5)
        panel.tick_params(labelleft=panel is panels[0])
    return _share(panels, entries, metric=metric)


def parts_height(metrics: pd.DataFrame, *, arm: str) -> float:
    """Height in inches at which `draw_parts` has room for its genres, or for its reason."""
    if why_no_parts(metrics, arm=arm):
        return 1.2
    return 1.9 + 0.26 * (metrics["genre"].nunique() + 1)


def draw_pairs_by_depth(
    ax: Axes, metrics: pd.DataFrame, *, arm: str, metric: str = "f1"
) -> list[Axes]:
    """A panel a pair of scales, a row a depth: mean difference and its 95 % interval.

    Diamonds are ``joint`` at the same depth; logistic regression has a row of its own.
    """
    table = compare_pairs_by_depth(metrics, arm=arm, metric=metric)
    if table.empty:
        return [say(ax, f"No depth of the arm {arm} has {metric_words(metric)} with two scales.")]
    pairs = list(dict.fromkeys(key[:2] for key in table.index))
    depths = sorted(set(table.index.get_level_values("depth")))
    joint, baseline = (compare_pairs_by_depth(metrics, arm=name, metric=metric)
                       for name in ("joint", "baseline"))  # fmt: skip
    panels = divide(ax, len(pairs), columns=3)
    for panel, pair in zip(panels, pairs, strict=True):
        for place, depth in enumerate(depths):
            if (*pair, depth) in table.index:
                _draw_mean(panel, table.loc[(*pair, depth)], place - 0.12)
            if (*pair, depth) in joint.index:
                panel.plot(joint.loc[(*pair, depth), "difference"], place + 0.22, **SMALL_DIAMOND)
        if (*pair, 0) in baseline.index:
            _draw_mean(panel, baseline.loc[(*pair, 0)], len(depths), mark=BAR)
        panel.set_title(_label(*pair), fontsize=9)
    labels = [f"ResNet{depth}" for depth in depths]
    labels += ["logistic\nregression"] if len(baseline) else []
    for number, panel in enumerate(panels):
        set_rows(panel, labels, reach=zero_reach(panels))
        panel.tick_params(labelleft=number % 3 == 0)
    entries = [_mean_entry()]
    entries += [
        (Line2D([], [], **mark), words)
        for (_, mark, words), found in zip(REFERENCES, (joint, baseline), strict=True)
        if len(found)
    ]
    return _share(panels, entries, metric=metric)


def pairs_by_depth_height(metrics: pd.DataFrame) -> float:
    """Height in inches at which `draw_pairs_by_depth` has room for its panels."""
    scales = metrics["scale"].nunique()
    rows = math.ceil(max(1, scales * (scales - 1) / 2) / 3)
    return 0.6 + rows * (1.4 + 0.32 * metrics["depth"].nunique())


def _draw_mean(ax, row: pd.Series, place: float, *, mark: dict = MEAN) -> None:
    ax.plot((row["low"], row["high"]), (place, place), **THICK)
    ax.plot(row["difference"], place, **mark)


def _mean_entry() -> tuple:
    return Line2D([], [], **MEAN | THICK | {"linestyle": "-"}), "mean, 95 % interval"


def _label(first: str, second: str) -> str:
    """A pair on one line, or on two where the names of the scales are long."""
    one_line = pair_words(first, second)
    return one_line if len(one_line) < 16 else f"{wrapped(first, 18)} −\n{wrapped(second, 18)}"


def _share(panels: list[Axes], entries: list, *, metric: str) -> list[Axes]:
    """One label and one legend for all panels."""
    better = "first" if metric == "loss" else "second"
    label = f"Difference in {metric_words(metric)} (left of zero the {better} scale is better)"
    panels[0].figure.supxlabel(label, fontsize=10)
    handles, words = zip(*entries, strict=True)
    panels[0].figure.legend(handles, words, loc="outside upper left", ncols=4,
                            columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
    return panels
