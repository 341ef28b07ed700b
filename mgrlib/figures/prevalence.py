"""Size or prevalence: the null model over Figures 7 and 9, and the experiment of equal sizes.

Notebook: 11_prevalence.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .. import statistics
from .canvas import (
    AXES_INCHES,
    DIAMOND,
    INK,
    divide,
    legend_columns,
    metric_words,
    say,
    scale_looks,
    scale_offset,
)
from .scores import draw_genre_bars

NULL = {
    "linestyle": "", "marker": "o", "markersize": 4.8, "markerfacecolor": INK,
    "markeredgecolor": "white", "markeredgewidth": 1.0, "zorder": 5,
}  # fmt: skip
SIDES = {"full": (INK, "o", "-"), "equal": ("none", "s", "--")}
"""Fill, marker and line of full and of equal training subsets."""
GAINS = {
    "f1": ("#D55E00", "o"), "roc_auc": ("#009E73", "^"), "average_precision": ("#CC79A7", "s"),
}  # fmt: skip


def draw_null_bars(
    ax: Axes, metrics: pd.DataFrame, table: pd.DataFrame | str, *, metric: str, depth: int, arm: str
) -> Axes:
    """Figure 7 or 9 with the null model over it: a dot and its 95 % band a genre and scale.

    Parameters
    ----------
    table : DataFrame or str
        As `statistics.null_table` gives it, or why there is none: then the bars stand alone.
    metric : {"f1", "precision"}
    """
    draw_genre_bars(ax, metrics, metric=metric, depth=depth, arm=arm)
    if isinstance(table, str) or not ax.get_legend():
        return ax
    looks = scale_looks(metrics["scale"])
    places = {genre: place for place, genre in enumerate(statistics.genre_sizes(metrics).index)}
    outline = [withStroke(linewidth=3.2, foreground="white")]
    for scale in table["scale"].unique():
        rows = table[table["scale"] == scale]
        at = rows["genre"].map(places) + scale_offset(scale, looks)
        low, high = (rows[f"null_{metric}_{end}"] for end in ("low", "high"))
        ax.hlines(at, low, high, color=INK, linewidth=1.2, zorder=3.5, path_effects=outline)
        ax.plot(rows[f"null_{metric}"], at, **NULL)
    mark = Line2D([], [], **NULL)
    return _extend_legend(ax, [(mark, "null model: prevalence alone, 95 %")])


def _extend_legend(ax: Axes, extra: list) -> Axes:
    legend = ax.get_legend()
    handles = [*legend.legend_handles, *(handle for handle, _ in extra)]
    labels = [text.get_text() for text in legend.get_texts()] + [words for _, words in extra]
    ax.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(0, 1.0),
        ncols=legend_columns(labels, width_inches=AXES_INCHES), columnspacing=1.2,
        borderaxespad=0.3,
    )  # fmt: skip
    return ax


def draw_equal_sizes(
    ax: Axes, metrics: pd.DataFrame, equal_sizes: pd.DataFrame | None, *, arm: str
) -> list[Axes]:
    """F1 against size under full and equal training subsets, and the gain against extra songs.

    A row of two panels for the arm, and one for ``baseline`` where the experiment has it. On
    the left a genre is two points, full and equal, joined by a line; the curves are the null
    model at the mean rates of either; diamonds are the joint network, which has full subsets
    only. Values are means over the scales and depths of both tables.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    equal_sizes : DataFrame or None
        As `results.read_equal_sizes` gives it.
    """
    if reason := statistics.why_no_equal_sizes(equal_sizes, arm=arm):
        return [say(ax, f"Nothing to compare: {reason}.")]
    has_baseline = statistics.why_no_equal_sizes(equal_sizes, arm="baseline") is None
    rows = [arm, *(["baseline"] if has_baseline else [])]
    panels = divide(ax, 2 * len(rows), columns=2)
    for left, right, row in zip(panels[::2], panels[1::2], rows, strict=True):
        _draw_sizes(left, metrics, equal_sizes, arm=row, joint=row == arm)
        _draw_gains(right, statistics.learning_gains(metrics, equal_sizes, arm=row))
        name = "logistic regression" if row == "baseline" else f"arm {row}"
        left.set_ylabel(f"F1, {name}")
    for panel in panels[:2]:
        if (legend := panel.get_legend_handles_labels())[0]:
            panel.legend(*legend, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2,
                         columnspacing=1.0, borderaxespad=0.3)  # fmt: skip
    return panels


def equal_sizes_height(equal_sizes: pd.DataFrame | None, *, arm: str) -> float:
    """Height in inches at which `draw_equal_sizes` has room for its panels."""
    if statistics.why_no_equal_sizes(equal_sizes, arm=arm):
        return 1.5
    has_baseline = statistics.why_no_equal_sizes(equal_sizes, arm="baseline") is None
    return 6.2 if has_baseline else 3.6


def _draw_sizes(panel: Axes, metrics, equal_sizes, *, arm: str, joint: bool) -> None:
    """F1 by genre size with full and with equal subsets, mean of the scales."""
    cells = statistics.shared_cells(metrics, equal_sizes, arm=arm, names=("f1",))
    means = statistics.genre_means(cells, name="f1")
    sizes = statistics.genre_sizes(metrics)
    size = sizes.reindex(means.index)
    if not (size > 0).all() or means.empty:
        say(panel, "The sizes of the genres are not recorded.")
        return
    depths = cells["depth"].unique()
    tables = {"full": metrics[metrics["depth"].fillna(0).isin(depths)], "equal": equal_sizes}
    panel.vlines(size, means["full"], means["equal"], color="#999999", linewidth=0.8, zorder=1)
    for side, (color, marker, _) in SIDES.items():
        # Squares are larger and hollow, so that a circle below stays visible.
        panel.plot(size, means[side], linestyle="", marker=marker, markerfacecolor=color,
                   markersize=4 if side == "full" else 7, markeredgecolor=INK,
                   markeredgewidth=0.9, label=f"{side} subsets")  # fmt: skip
    for side, (_, _, line) in SIDES.items():
        curve = statistics.null_curve(tables[side], arm=arm)
        if not isinstance(curve, str):
            panel.plot(curve["size"], curve["f1"], color=INK, linewidth=1.2, linestyle=line,
                       zorder=1.5, label=f"null model, {side}")  # fmt: skip
    if joint:
        _draw_joint(panel, tables["full"], sizes=sizes)
    _log_axis(panel, size)
    panel.set_ylim(0, 1)
    panel.grid(axis="y")
    panel.set_xlabel("Positive test songs")


def _draw_joint(panel: Axes, metrics, *, sizes) -> None:
    scores = statistics.genre_scores(metrics, metric="f1", arm="joint")
    means = scores.groupby("genre")["value"].mean()
    if not means.empty:
        mark = DIAMOND | {"markersize": 4.5, "markeredgewidth": 0.9, "zorder": 1.8}
        panel.plot(sizes.reindex(means.index), means, label="joint network", **mark)


def _draw_gains(panel: Axes, gains: pd.DataFrame) -> None:
    """Gain from full subsets against how many times more training songs these have."""
    known = [name for name in GAINS if gains[name].notna().any()]
    if gains["times"].isna().all() or not known:
        say(panel, "No training songs or no gain recorded.")
        return
    panel.axhline(0, color="#999999", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    for name in known:
        color, marker = GAINS[name]
        panel.plot(gains["times"], gains[name], linestyle="", marker=marker, markersize=5.5,
                   color=color, markeredgecolor=INK, markeredgewidth=0.6,
                   label=metric_words(name))  # fmt: skip
    _log_axis(panel, gains["times"], words="{:g}×")
    panel.grid(axis="y")
    panel.set_xlabel("Training songs, full against equal")
    panel.set_ylabel("Gain, full minus equal")


def _log_axis(panel: Axes, values, *, words: str = "{:g}") -> None:
    """A logarithmic axis whose ticks double, with as many as there is room for."""
    low, high = np.log2(values.min()), np.log2(values.max())
    step = max(1, round((high - low) / 6))
    start = np.floor(low) if words != "{:g}" else np.ceil(low)
    ticks = 2.0 ** np.arange(start, high + 0.5, step)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.format(value)))
    panel.xaxis.set_minor_locator(NullLocator())
    margin = 2 ** max(0.1, 0.05 * (high - low))
    panel.set_xlim(values.min() / margin, values.max() * margin)
