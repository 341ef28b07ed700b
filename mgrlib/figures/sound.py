"""Figures of how a run's songs sound: how long they are, and how loud those of each genre.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebook: 01_dataset_audit, "Sound".
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .canvas import INK, say
from .songs import GRAY, genre_rows_height, set_genre_rows, shown_genres

BARS = 40
FEW_MINUTES = 3.0
"""Songs up to so long are measured in seconds."""
LONGEST = 0.99
"""Share of the songs that lie within the axis; the last bar holds longer ones, too."""
ALL = "all songs"


def draw_durations(ax: Axes, sound: pd.DataFrame, *, segment_seconds: float) -> Axes:
    """How long the songs are, beside the length of the segment.

    Parameters
    ----------
    sound : DataFrame
        `mgrlib.images.Images.sound`.
    segment_seconds : float
        In s.
    """
    if sound.empty:
        return say(ax, "This run has no song that was heard.")
    seconds = sound["seconds"].to_numpy()
    last = max(np.quantile(seconds, LONGEST), 1.2 * segment_seconds)
    unit, length = ("s", 1) if last <= 60 * FEW_MINUTES else ("minutes", 60)
    last /= length
    durations = seconds / length
    ax.hist(np.minimum(durations, last), bins=BARS, range=(0, last), color=GRAY)
    ax.axvline(segment_seconds / length, color=INK, linewidth=1.2, linestyle=(0, (4, 3)),
               label="the segment that is heard")  # fmt: skip
    ax.set_xlim(0, last)
    more = " (longer ones in the last bar)" if durations.max() > last else ""
    ax.set_xlabel(f"Duration in {unit}{more}")
    ax.set_ylabel("Songs")
    ax.grid(axis="y")
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1))
    return ax


def draw_loudness(ax: Axes, sound: pd.DataFrame, labels: pd.DataFrame) -> Axes:
    """How loud the songs of each genre are: a row a genre, the top row is the whole data set.

    A line from the 5th to the 95th percentile, a bar over the middle half, a mark at the median.

    Parameters
    ----------
    sound : DataFrame
        `mgrlib.images.Images.sound`.
    labels : DataFrame of bool, shape=(songs, genres)
        The same songs in the same order.
    """
    loudness = sound["loudness"].to_numpy()
    if not np.isfinite(loudness).any():
        return say(ax, "No song of this run is loud enough for its loudness to be defined.")
    counts = labels.sum().sort_values(ascending=False, kind="stable")
    rows = {ALL: np.ones(len(sound), dtype=bool)}
    rows |= {genre: labels[genre].to_numpy() if genre in labels else np.zeros(len(sound), bool)
             for genre in shown_genres(counts)}  # fmt: skip
    for place, (name, has) in enumerate(rows.items()):
        heard = loudness[has & np.isfinite(loudness)]
        if not len(heard):
            continue
        low, first, median, third, high = np.quantile(heard, [0.05, 0.25, 0.5, 0.75, 0.95])
        ax.plot([low, high], [place, place], color=INK, linewidth=0.9, zorder=2)
        ax.barh(place, third - first, left=first, height=0.6, zorder=3,
                color="#666666" if name == ALL else GRAY)  # fmt: skip
        ax.plot(median, place, marker="|", markersize=11, markeredgewidth=2.2, color="white",
                zorder=4)  # fmt: skip
    middle = np.nanmedian(loudness)
    ax.axvline(middle, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    set_genre_rows(ax, dict(counts) | {ALL: len(sound)}, list(rows))
    ax.set_xlabel("Loudness of the segment (LUFS)")
    ax.set_ylabel("Genre (songs)")
    ax.grid(axis="x")
    return ax


def loudness_height(labels: pd.DataFrame) -> float:
    """Height in inches at which `draw_loudness` has room for its rows."""
    return genre_rows_height(1 + len(shown_genres(labels.sum().sort_values(ascending=False))))
