"""Figures of a run's songs: how many of them each genre has.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .canvas import DIAMOND, genre_label, say


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
        return say(ax, "This run has no song in a genre.")
    share = 100 * counts / counts.sum()
    theirs = 100 * pd.Series(paper, dtype=float).reindex(counts.index) / sum(paper.values())
    places = np.arange(len(counts))
    ax.barh(places, share, height=0.7, color="#999999", label="this run")
    ax.plot(theirs, places, **DIAMOND, label="the paper")
    ax.set_yticks(places, [genre_label(genre, n) for genre, n in counts.items()])
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Share of all genre labels (%)")
    ax.set_ylabel("Genre (songs in this run)")
    ax.grid(axis="x")
    ax.legend(loc="lower right")
    return ax
