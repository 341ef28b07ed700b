"""Scores of the genres as marks on a line, one mark a scale: what an explorer shows, in print.

Notebook: look_and_listen.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .canvas import INK, genre_label, legend_columns, metric_words, say, scale_looks

APART = 0.22
"""Between the first and the last scale of a genre, of a row, so that no mark hides another."""


def draw_genre_dots(ax: Axes, scores: pd.DataFrame, sizes: pd.Series, *, metric: str) -> Axes:
    """A row for each genre and a mark for each scale, joined by a line.

    Parameters
    ----------
    scores : DataFrame, index genre, columns scales
        NaN draws no mark.
    sizes : Series, index genre
        Positive test songs, for the labels; NaN where they are not known.
    metric : str
        Names the axis.
    """
    if scores.isna().all(axis=None):
        return say(ax, f"No values of {metric_words(metric)} in this run.")
    looks = scale_looks(scores.columns)
    rows = np.arange(len(scores))
    ax.hlines(rows, scores.min(axis=1), scores.max(axis=1), color="#777777", linewidth=1.2)
    shifts = np.linspace(-APART / 2, APART / 2, len(looks)) if len(looks) > 1 else [0.0]
    marks = []
    for (scale, look), shift in zip(looks.items(), shifts, strict=True):
        mark = {"linestyle": "", "marker": look.mark, "markersize": 7, "color": look.color,
                "markeredgecolor": INK, "markeredgewidth": 0.8}  # fmt: skip
        ax.plot(scores[scale], rows + shift, zorder=3, **mark)
        marks.append(Line2D([], [], **mark))
    ax.set_yticks(rows, [genre_label(g, sizes.get(g, np.nan)) for g in scores.index])
    ax.set_ylim(len(scores) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(metric_words(metric))
    ax.grid(axis="x")
    ax.legend(marks, list(looks), loc="lower left", bbox_to_anchor=(0, 1.0),
              ncols=legend_columns(list(looks)))  # fmt: skip
    return ax


def genre_dots_height(scores: pd.DataFrame) -> float:
    """Height in inches at which `draw_genre_dots` has room for its genres."""
    return max(2.4, 1.1 + 0.26 * len(scores))
