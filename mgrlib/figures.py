"""Figures in one style, readable at the width of a book column, in print and without color.

Conventions: every ``draw_...`` draws on the Axes that it is given and returns it. A
scale has one color and one hatch wherever it appears; the reference rows are told by
their marks: a diamond for ``joint``, a bar across for ``baseline``. A figure that can't
be drawn says why on its Axes. Colors are those of Okabe & Ito (2008).

Notebooks: 01_dataset_audit, 02_spectrogram_generation, 04_across_depths,
05_per_genre_analysis, 06_statistical_test.
"""

import functools
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from scipy import stats

from . import statistics
from .files import write_atomically

# A letter that no font has is drawn as an empty box; the notebook would print a warning
# a letter beside the figure, when it is shown, long after the code here has returned.
warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)

WIDTH_INCHES = 7.2
DPI = 200
INK = "#222222"
STYLE = {
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.title_fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#d9d9d9",
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "figure.facecolor": "white",
    "figure.dpi": 150,
    "text.parse_math": False,  # a genre may be called "$$$"
}
WIDE_FONTS = ("Noto Sans CJK JP", "Noto Sans", "Arial Unicode MS", "Yu Gothic", "Hiragino Sans")
LOOKS = {
    "linear": ("#E69F00", ""),
    "mel": ("#0072B2", "////"),
    "linear-bands": ("#009E73", "...."),
}
FURTHER_LOOKS = (("#CC79A7", "\\\\\\\\"), ("#56B4E9", "xxxx"), ("#D55E00", "----"), (INK, "++++"))
WORDS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "loss": "Loss (nats)",
    "average_precision": "Average precision",
    "roc_auc": "ROC-AUC",
}
"""Metrics in words; all but the loss lie between 0 and 1."""


def use_style():
    """Context in which figures have the style of the study."""
    return mpl.rc_context(STYLE | {"font.family": _families()})


@functools.cache
def _families() -> list[str]:
    """Matplotlib's own font, then those installed that know the letters it lacks."""
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in WIDE_FONTS if name in installed)]


def make_figure(draw: Callable, *data, height_inches: float = 4.2, **settings) -> Figure:
    """A figure of the column's width with one Axes, on which `draw` has drawn.

    >>> figure = make_figure(draw_qq, [-0.1, 0.0, 0.3], height_inches=3)
    >>> figure.axes[0].get_xlabel()
    'Normal quantiles'
    """
    with use_style():
        # Not by pyplot: a notebook would show the figure a second time.
        figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.subplots(), *data, **settings)
    return figure


def save_figure(figure: Figure, run: Path, number: int) -> Figure:
    """Write ``figures/figNN.png`` and ``.svg`` of a run, the same bytes for the same figure.

    Returns
    -------
    Figure
        `figure`, so that a cell of a notebook can end with this call.
    """
    stem = f"fig{number:02d}"
    with mpl.rc_context(STYLE | {"svg.hashsalt": stem}):
        for ending, metadata in (("png", {}), ("svg", {"Date": None})):
            write_atomically(
                run / "figures" / f"{stem}.{ending}",
                lambda stream, ending=ending, metadata=metadata: figure.savefig(
                    stream, format=ending, dpi=DPI, metadata=metadata
                ),
            )
    return figure


def scale_order(scales: Iterable[str]) -> list[str]:
    """Scales as every figure orders them: linear, mel, linear-bands, then the others."""
    present = sorted(set(scales))
    return [name for name in LOOKS if name in present] + [s for s in present if s not in LOOKS]


def scale_looks(scales: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Color and hatch of each scale, in the order of `scale_order`."""
    others = [scale for scale in scale_order(scales) if scale not in LOOKS]
    further = {s: FURTHER_LOOKS[i % len(FURTHER_LOOKS)] for i, s in enumerate(others)}
    return {scale: (LOOKS | further)[scale] for scale in scale_order(scales)}


def draw_spectrogram(
    ax: Axes,
    image_db,
    *,
    frequencies,
    times,
    floor_db: float | None = None,
    bar_label: str = "Level relative to the loudest (dB)",
) -> Axes:
    """A spectrogram with axes in s and Hz and a dB bar (Figures 1 and 2).

    Parameters
    ----------
    image_db : array_like, shape (frequency, time)
        Levels in dB, lowest frequency first.
    frequencies : array_like, shape (frequency,)
        Center of each row in Hz, ascending. Rows are drawn equally high, as the network
        sees them; the ticks say where the frequencies lie, evenly spaced or not.
    times : array_like, shape (time,)
        Center of each column in s, evenly spaced.
    floor_db : float, optional
        Level of the darkest color; by default the lowest of the image.

    Raises
    ------
    ValueError
        If the shapes don't fit or the frequencies don't ascend.
    """
    image = np.asarray(image_db, dtype=float)
    frequencies, times = np.asarray(frequencies, float), np.asarray(times, float)
    if image.shape != (frequencies.size, times.size):
        raise ValueError(
            f"image_db must have the shape (frequencies, times), here "
            f"({frequencies.size}, {times.size}), got {image.shape}"
        )
    if (np.diff(frequencies) <= 0).any():
        raise ValueError("frequencies must ascend: turn the image and its rows round")
    half = (times[-1] - times[0]) / max(times.size - 1, 1) / 2 or 0.5
    drawn = ax.imshow(
        image,
        origin="lower",
        aspect="auto",
        cmap="magma",
        interpolation="nearest",
        vmin=floor_db,
        extent=(times[0] - half, times[-1] + half, -0.5, frequencies.size - 0.5),
    )
    marks = _hertz_ticks(frequencies)
    ax.set_yticks(np.interp(marks, frequencies, np.arange(frequencies.size)))
    ax.set_yticklabels([f"{mark:g}" for mark in marks])
    ax.set_xlabel("Time (s)")
    ax.set_ylabel("Frequency (Hz)")
    ax.figure.colorbar(drawn, ax=ax, pad=0.02, label=bar_label)
    return ax


def _hertz_ticks(frequencies: np.ndarray) -> np.ndarray:
    """Round frequencies for ticks: even steps on an even axis, octaves on a warped one."""
    low, high = frequencies[0], frequencies[-1]
    steps = np.diff(frequencies)
    if steps.size == 0 or np.ptp(steps) < 0.05 * steps.mean():
        marks = MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        return marks[(marks >= low) & (marks <= high)]
    octaves = np.array([125, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000], dtype=float)
    octaves = octaves[(octaves >= low) & (octaves <= high)]
    rows = np.interp(octaves, frequencies, np.arange(frequencies.size))
    # Labels of 9 pt need about a twentieth of the height each.
    apart = np.diff(rows, prepend=-np.inf) > 0.05 * frequencies.size
    return octaves[apart]


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
        return _say(ax, f"No values of {_words(metric)} for the arm {arm} in this run.")
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
    ax.set_ylabel(_words(metric))
    ax.grid(axis="y")
    point = Line2D([], [], linestyle="", marker="o", markersize=4, color="#666666")
    return _legend(ax, looks, [(point, "one genre"), *joint])


def _draw_group(ax, metrics, *, metric, row, depth, place, looks) -> None:
    """The boxes of one depth, one a scale, and the genres as points."""
    scores = statistics.genre_scores(metrics, metric=metric, arm=row)
    boxes = statistics.box_summaries(metrics, metric=metric, arm=row)
    ranks = {name: i for i, name in enumerate(statistics.genre_sizes(metrics).index)}
    width = 0.8 / len(looks)
    for box in (box for box in boxes if row == "baseline" or box.depth == depth):
        color, hatch = looks[box.scale]
        center = place + _offset(box.scale, looks)
        _draw_box(ax, box, center=center, width=0.82 * width, color=color, hatch=hatch)
        cells = scores[(scores["depth"] == box.depth) & (scores["scale"] == box.scale)]
        # The golden ratio spreads any number of genres evenly, and always alike.
        side = (cells["genre"].map(ranks) * 0.618034 % 1 - 0.5) * 0.6 * width
        ax.plot(
            center + side, cells["value"], linestyle="", marker="o", markersize=4,
            markerfacecolor=_shade(color, 0.75), markeredgecolor="white", markeredgewidth=0.5,
            zorder=3,
        )  # fmt: skip


def _draw_box(ax, box: statistics.Box, *, center, width, color, hatch) -> None:
    numbers = {
        "med": box.median, "q1": box.q1, "q3": box.q3, "whislo": box.low, "whishi": box.high,
    }  # fmt: skip
    line = {"color": _shade(color, 0.6), "linewidth": 1.2}
    ax.bxp(
        [numbers], positions=[center], widths=width, showfliers=False, patch_artist=True,
        manage_ticks=False, whiskerprops=line, capprops=line,
        medianprops={"color": INK, "linewidth": 2.2},
        boxprops={
            "facecolor": _tint(color, 0.45), "edgecolor": _shade(color, 0.6), "linewidth": 1.2,
            "hatch": hatch, "hatchcolor": _tint(color, 0.75),
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
        edge = places[box.depth] + _offset(box.scale, looks) + 0.33 / len(looks)
        ax.plot(edge, box.median, **DIAMOND)
    return [(Line2D([], [], **DIAMOND), "median of the joint network")] if boxes else []


DIAMOND = {
    "linestyle": "", "marker": "D", "markersize": 6, "markerfacecolor": "white",
    "markeredgecolor": INK, "markeredgewidth": 1.3, "zorder": 4,
}  # fmt: skip
BAR = {
    "linestyle": "", "marker": "|", "markersize": 9, "markeredgecolor": INK,
    "markeredgewidth": 2.0, "zorder": 4,
}  # fmt: skip


def draw_genre_bars(ax: Axes, metrics: pd.DataFrame, *, metric: str, depth: int, arm: str) -> Axes:
    """A bar for each genre and scale at one depth, largest genre on top (Figures 7 to 9).

    The number behind a genre is that of its positive test songs. Diamonds are the joint
    network of the same depth and scale, bars across the baseline of the same scale.
    """
    table = statistics.genre_scores(metrics, metric=metric, arm=arm)
    table = table[table["depth"] == depth]
    if table.empty:
        return _say(ax, f"No values of {_words(metric)} for ResNet{depth}, arm {arm}.")
    sizes = statistics.genre_sizes(metrics)
    looks = scale_looks(metrics["scale"])
    height = 0.8 / len(looks)
    for scale, (color, hatch) in looks.items():
        values = table[table["scale"] == scale].set_index("genre")["value"].reindex(sizes.index)
        places = np.arange(len(sizes)) + _offset(scale, looks)
        ax.barh(places, values, height=height, color=color, hatch=hatch, edgecolor="white")
        for place in places[values.isna()]:
            ax.text(0.005, place, "no value", fontsize=9, va="center", color="#666666")
    extra = _draw_references(ax, metrics, metric=metric, depth=depth, genres=sizes.index)
    ax.set_yticks(np.arange(len(sizes)), [_genre_label(g, n) for g, n in sizes.items()])
    ax.set_ylim(len(sizes) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    if metric != "loss":
        ax.set_xlim(0, 1)
    ax.set_xlabel(f"{_words(metric)}, ResNet{depth}")
    if sizes.notna().any():
        ax.set_ylabel("Genre (its positive test songs)")
    ax.grid(axis="x")
    return _legend(ax, looks, extra)


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
            offsets = table["scale"].map(lambda scale: _offset(scale, looks))
            ax.plot(table["value"], table["genre"].map(places) + offsets, **mark)
            entries.append((Line2D([], [], **mark), words))
    return entries


def draw_qq(ax: Axes, differences, *, label: str = "Difference in F1 (linear − mel)") -> Axes:
    """Ordered differences against normal quantiles, with line and band (Figure 10).

    The line is the least-squares line of `scipy.stats.probplot`. The band holds 95 % of
    the values of each order statistic, one at a time, if the differences come from the
    normal distribution of the line.

    Parameters
    ----------
    differences : array_like or Series, shape (pair,)
        An index, where there is one, names the lowest and the highest point.
    label : str
        What the differences are, for the axis.
    """
    points = statistics.quantile_pairs(differences)
    if isinstance(points, str):
        return _say(ax, f"No Q–Q plot: {points}.")
    x, ordered = np.array(points.theoretical), np.array(points.ordered)
    rank = np.arange(1, x.size + 1)
    tail = (1 - statistics.CONFIDENCE) / 2
    low, high = (
        points.intercept
        + points.slope * stats.norm.ppf(stats.beta.ppf(q, rank, rank.size + 1 - rank))
        for q in (tail, 1 - tail)
    )
    ax.fill_between(x, low, high, color="#d9d9d9", linewidth=0, label="pointwise 95 % band")
    ax.plot(x, points.intercept + points.slope * x, color=INK, linewidth=1.2, label="normal line")
    ax.plot(
        x, ordered, linestyle="", marker="o", markersize=6, markerfacecolor="#009E73",
        markeredgecolor="white", markeredgewidth=0.6, label="one genre",
    )  # fmt: skip
    if isinstance(differences, pd.Series):
        _name_extremes(ax, points)
    ax.axhline(0, color="#999999", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.5)
    ax.set_xlabel("Normal quantiles")
    ax.set_ylabel(label)
    ax.margins(x=0.22, y=0.08)  # room for the names beside the outermost points
    ax.legend(loc="upper left")
    return ax


def _name_extremes(ax, points: statistics.QuantilePairs) -> None:
    for place, side, shift in ((0, "right", -8), (-1, "left", 8)):
        ax.annotate(
            _wrapped(points.names[place], 14),
            (points.theoretical[place], points.ordered[place]),
            xytext=(shift, 0), textcoords="offset points", ha=side, va="center", fontsize=9,
        )  # fmt: skip


def draw_genre_sizes(ax: Axes, counts: pd.Series, *, paper: Mapping[str, int]) -> Axes:
    """Each genre's share of all genre labels, this run's beside the paper's (Table 1).

    Parameters
    ----------
    counts : Series or mapping of str to int
        Songs by genre in this run.
    paper : mapping of str to int
        Songs by genre in the paper; genres that it lacks have a bar and no mark.
    """
    counts = pd.Series(counts).sort_values(ascending=False, kind="stable")
    if not counts.sum() > 0:
        return _say(ax, "This run has no song in a genre.")
    share = 100 * counts / counts.sum()
    theirs = 100 * pd.Series(paper, dtype=float).reindex(counts.index) / sum(paper.values())
    places = np.arange(len(counts))
    ax.barh(places, share, height=0.7, color="#999999", label="this run")
    ax.plot(theirs, places, **DIAMOND, label="the paper")
    ax.set_yticks(places, [_genre_label(genre, n) for genre, n in counts.items()])
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Share of all genre labels (%)")
    ax.set_ylabel("Genre (songs in this run)")
    ax.grid(axis="x")
    ax.legend(loc="lower right")
    return ax


def _words(metric: str) -> str:
    return WORDS.get(metric, metric)


def _has(metrics: pd.DataFrame, metric: str, arm: str) -> bool:
    return not statistics.genre_scores(metrics, metric=metric, arm=arm).empty


def _offset(scale: str, looks: Mapping) -> float:
    """Place of a scale's box or bar beside the middle of its group."""
    return (list(looks).index(scale) - (len(looks) - 1) / 2) * 0.8 / len(looks)


def _genre_label(genre: str, n: float) -> str:
    name = _wrapped(genre, 24)
    return f"{name} ({n:.0f})" if np.isfinite(n) else name


def _wrapped(name: str, width: int) -> str:
    """At most two lines of a name; what is longer ends in an ellipsis."""
    return "\n".join(textwrap.wrap(str(name), width, max_lines=2, placeholder=" …"))


def _tint(color: str, amount: float) -> tuple:
    return tuple(1 - amount * (1 - part) for part in to_rgb(color))


def _shade(color: str, amount: float) -> tuple:
    return tuple(amount * part for part in to_rgb(color))


def _legend(ax: Axes, looks: Mapping, extra: list) -> Axes:
    """A legend above the Axes, so that it never lies on the data."""
    handles = [
        Patch(facecolor=_tint(color, 0.8), edgecolor=_shade(color, 0.6), hatch=hatch)
        for color, hatch in looks.values()
    ]
    entries = len(handles) + len(extra)
    ax.legend(
        handles + [handle for handle, _ in extra],
        list(looks) + [words for _, words in extra],
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=entries if entries <= 5 else -(-entries // 2),
        columnspacing=1.2,
        borderaxespad=0.3,
    )
    return ax


def _say(ax: Axes, text: str) -> Axes:
    """The reason why there is nothing to draw, in place of the drawing."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, textwrap.fill(text, 60), ha="center", va="center", transform=ax.transAxes)
    return ax
