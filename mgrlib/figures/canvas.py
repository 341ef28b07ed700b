"""The canvas of every figure: one style, one size, one look a scale, and the files of a run.

A scale has one color, one hatch, one line and one mark wherever it appears (`LOOKS`); the
reference rows are told by their marks: a diamond for ``joint``, a bar across for
``baseline``. A figure that can't be drawn says why on its Axes. Colors are those of Okabe &
Ito (2008), which people with any color vision tell apart.
"""

import functools
import math
import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..files import write_atomically

# A letter that no font has is drawn as an empty box; the notebook would print a warning
# a letter beside the figure, when it is shown, long after the code here has returned.
warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)

WIDTH_INCHES = 7.2
AXES_INCHES = 5.6
"""What is left of the width beside the names of the genres."""
REASON_INCHES = 1.2
"""Height of a figure that only says why there is nothing to draw."""
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


class Look(NamedTuple):
    """How a scale looks in every figure; each of the four tells it from the others."""

    color: str
    hatch: str
    line: str | tuple
    mark: str


LOOKS = {
    "linear": Look("#E69F00", "", "-", "o"),
    "mel": Look("#0072B2", "////", (0, (5, 1.5)), "s"),
    "linear-bands": Look("#009E73", "....", (0, (1, 1)), "^"),
    "mel-htk": Look("#56B4E9", "\\\\\\\\", (0, (5, 1.5, 1, 1.5)), "v"),
    "log": Look("#CC79A7", "----", (0, (9, 2)), "P"),
    "cqt": Look("#D55E00", "xxxx", (0, (3, 1.2, 1, 1.2, 1, 1.2)), "X"),
}
"""The scales of `mgrlib.spectrograms`, in the order of every figure."""
FURTHER_LOOKS = (
    Look("#F0E442", "++++", (0, (2, 2)), "<"),
    Look("#999999", "oo", (0, (12, 2, 2, 2)), ">"),
    Look(INK, "**", (0, (1, 3)), "p"),
)
"""Of scales that results made elsewhere may bring."""
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
DIAMOND = {
    "linestyle": "", "marker": "D", "markersize": 6, "markerfacecolor": "white",
    "markeredgecolor": INK, "markeredgewidth": 1.3, "zorder": 4,
}  # fmt: skip
BAR = {
    "linestyle": "", "marker": "|", "markersize": 9, "markeredgecolor": INK,
    "markeredgewidth": 2.0, "zorder": 4,
}  # fmt: skip


def use_style():
    """Context in which figures have the style of the study."""
    return mpl.rc_context(STYLE | {"font.family": _families()})


@functools.cache
def _families() -> list[str]:
    """Matplotlib's own font, then those installed that know the letters it lacks."""
    installed = set(font_manager.get_font_names())
    return ["DejaVu Sans", *(name for name in WIDE_FONTS if name in installed)]


def make_figure(
    draw: Callable, *data, height_inches: float = 4.2, columns: int | None = None, **settings
) -> Figure:
    """A figure of the column's width on whose Axes `draw` has drawn.

    With `columns`, `draw` gets a list of so many Axes side by side. Where nothing could be
    drawn, the figure is as low as the reason needs.

    >>> figure = make_figure(lambda ax, label: ax.set_xlabel(label), "Time (s)")
    >>> figure.axes[0].get_xlabel()
    'Time (s)'
    """
    with use_style():
        # Not by pyplot: a notebook would show the figure a second time.
        figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(ncols=columns or 1, squeeze=False)[0]
        draw(list(axes) if columns else axes[0], *data, **settings)
        if not any(ax.axison for ax in figure.axes):  # a reason alone, see `say`
            figure.set_figheight(min(height_inches, REASON_INCHES))
        # Once and for all: else each file and each page would lay it out again.
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine("none")
    return figure


def save_figure(figure: Figure, run: Path, name: int | str) -> Figure:
    """Write a figure of a run as PNG and SVG, the same bytes for the same figure.

    Parameters
    ----------
    name : int or str
        A figure of the paper by its number, as ``figures/figNN``; another by a name.

    Returns
    -------
    Figure
        `figure`, so that a cell of a notebook can end with this call.
    """
    stem = name if isinstance(name, str) else f"fig{name:02d}"
    with mpl.rc_context(STYLE | {"svg.hashsalt": stem}):
        # A third of the time of the best compression, for files that are a tenth larger.
        for ending, options in (
            ("png", {"pil_kwargs": {"compress_level": 3}}), ("svg", {"metadata": {"Date": None}}),
        ):  # fmt: skip
            write_atomically(
                run / "figures" / f"{stem}.{ending}",
                lambda stream, ending=ending, options=options: figure.savefig(
                    stream, format=ending, dpi=DPI, **options
                ),
            )
    return figure


def divide(ax: Axes, number: int, *, columns: int | None = None) -> list[Axes]:
    """So many Axes in the place of one, in rows of `columns` or all in one row."""
    columns = min(number, columns or number)
    grid = ax.get_subplotspec().subgridspec(math.ceil(number / columns), columns)
    figure = ax.figure
    ax.remove()
    return [figure.add_subplot(grid[place // columns, place % columns]) for place in range(number)]


def scale_order(scales: Iterable[str]) -> list[str]:
    """Scales as every figure orders them: as `LOOKS` does, then others by name."""
    present = sorted(set(scales))
    return [name for name in LOOKS if name in present] + [s for s in present if s not in LOOKS]


def scale_looks(scales: Iterable[str]) -> dict[str, Look]:
    """The look of each scale, in the order of `scale_order`."""
    others = [scale for scale in scale_order(scales) if scale not in LOOKS]
    further = {s: FURTHER_LOOKS[i % len(FURTHER_LOOKS)] for i, s in enumerate(others)}
    return {scale: (LOOKS | further)[scale] for scale in scale_order(scales)}


def metric_words(metric: str) -> str:
    """A metric as an axis names it."""
    return WORDS.get(metric, metric)


def scale_offset(scale: str, looks: Mapping) -> float:
    """Place of a scale's box or bar beside the middle of its group."""
    return (list(looks).index(scale) - (len(looks) - 1) / 2) * 0.8 / len(looks)


def genre_label(genre: str, n: float) -> str:
    """A genre with its number of songs, where that is known."""
    name = wrapped(genre, 24)
    return f"{name} ({n:.0f})" if math.isfinite(n) else name


def wrapped(name: str, width: int) -> str:
    """At most two lines of a name; what is longer ends in an ellipsis."""
    return "\n".join(textwrap.wrap(str(name), width, max_lines=2, placeholder=" …"))


def tint(color: str, amount: float) -> tuple:
    """A lighter color: 0 is white, 1 the color itself."""
    return tuple(1 - amount * (1 - part) for part in to_rgb(color))


def shade(color: str, amount: float) -> tuple:
    """A darker color: 0 is black, 1 the color itself."""
    return tuple(amount * part for part in to_rgb(color))


def zero_reach(axes: Iterable[Axes]) -> float:
    """The largest distance from zero that is drawn on any of `axes`, and a little more."""
    ends = np.abs([ax.dataLim.intervalx for ax in axes]).ravel()
    return 1.05 * max(0.01, *ends[np.isfinite(ends)])


def set_rows(ax: Axes, labels: list[str], *, reach: float) -> None:
    """Rows of differences from top to bottom, zero in the middle."""
    ax.axvline(0, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    ax.set_xlim(-reach, reach)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def add_legend(ax: Axes, looks: Mapping, extra: list) -> Axes:
    """A legend above the Axes, so that it never lies on the data."""
    handles = [
        Patch(facecolor=tint(look.color, 0.8), edgecolor=shade(look.color, 0.6), hatch=look.hatch)
        for look in looks.values()
    ]
    names = list(looks) + [words for _, words in extra]
    ax.legend(
        handles + [handle for handle, _ in extra],
        names,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=legend_columns(names, width_inches=AXES_INCHES),
        columnspacing=1.2,
        borderaxespad=0.3,
    )
    return ax


def legend_columns(names: Sequence[str], *, width_inches: float = WIDTH_INCHES) -> int:
    """Columns of a legend of 9 pt that is no wider than the page, or than so much of it.

    Entries run down the columns, as Matplotlib sets them; a column is as wide as its
    longest name.

    >>> legend_columns(["linear", "mel"]), legend_columns(["a long name, again"] * 9)
    (2, 4)
    """
    for columns in range(len(names), 1, -1):
        if sum(_column_inches(part) for part in np.array_split(names, columns)) <= width_inches:
            return columns
    return 1


def _column_inches(names: Iterable[str]) -> float:
    """Width of a legend's column: the sign, the space beside it, and letters of 9 pt."""
    return 0.5 + 0.072 * max(map(len, names))


def say(ax: Axes, text: str) -> Axes:
    """The reason why there is nothing to draw, in place of the drawing."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, textwrap.fill(text, 60), ha="center", va="center", transform=ax.transAxes)
    return ax
