"""Figures of a run's songs: how many of them each genre has, and when they were made.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .canvas import DIAMOND, INK, genre_label, say

GRAY = "#999999"
MOST_GENRES = 40
"""So many genres have a row each; of more, the largest and the smallest."""


def shown_genres(counts: Mapping[str, int], *, most: int = MOST_GENRES) -> list[str]:
    """Genres that have a row, largest first; a row of dots stands for those between.

    >>> shown_genres({"a": 9, "b": 5, "c": 3, "d": 1}, most=2)
    ['a', '… 2 more …', 'd']
    """
    genres = [genre for genre, songs in counts.items() if songs > 0]
    if len(genres) <= most:
        return genres
    half = most // 2
    return [*genres[:half], f"… {len(genres) - 2 * half} more …", *genres[-half:]]


def genre_rows_height(rows: int, *, head_inches: float = 1.1) -> float:
    """Height in inches of a figure with so many rows of text of 9 pt."""
    return max(2.4, head_inches + 0.23 * rows)


def set_genre_rows(ax: Axes, counts: Mapping[str, int], genres: Sequence[str]) -> None:
    """A row a genre from top to bottom, with its number of songs."""
    labels = [genre_label(genre, counts[genre]) if genre in counts else genre for genre in genres]
    ax.set_yticks(range(len(genres)), labels)
    ax.set_ylim(len(genres) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)


def draw_genre_sizes(ax: Axes, counts: pd.Series, *, paper: Mapping[str, int]) -> Axes:
    """Each genre's share of all genre labels, this run's beside the paper's (Table 1).

    Parameters
    ----------
    counts : Series or mapping of str to int
        Songs by genre in this run.
    paper : mapping of str to int
        Songs by genre in the paper; genres that it lacks have a bar and no mark.
    """
    counts = pd.Series(counts, dtype=float).sort_values(ascending=False, kind="stable")
    if not counts.sum() > 0:
        return say(ax, "This run has no song in a genre.")
    genres = shown_genres(counts)
    share = (100 * counts / counts.sum()).reindex(genres)
    theirs = 100 * pd.Series(paper, dtype=float).reindex(genres) / sum(paper.values())
    places = np.arange(len(genres))
    ax.barh(places, share, height=0.7, color=GRAY, label="this run")
    ax.plot(theirs, places, **DIAMOND, label="the paper")
    set_genre_rows(ax, counts, genres)
    ax.set_xlabel("Share of all genre labels (%)")
    ax.set_ylabel("Genre (songs in this run)")
    ax.grid(axis="x")
    ax.legend(loc="lower right")
    return ax


def draw_years(ax: Axes, years: Mapping, counts: Mapping[str, int]) -> Axes:
    """When the songs of each genre were made: a row a genre, a bar a year or a decade.

    The height of a bar is the share of the genre's dated songs, on one scale for all
    rows. The top row is the whole data set.

    Parameters
    ----------
    years : mapping
        As `mgrlib.audit.years.year_statistics` gives it.
    counts : mapping of str to int
        Songs by genre; gives the order.
    """
    if not years["dated"]:
        return say(ax, "No song of this run has a year.")
    rows = {"all songs": years["songs"]}
    rows |= {g: years["by_genre"].get(g, {}) for g in shown_genres(counts)}
    table = pd.DataFrame(rows).T.astype(float).fillna(0)
    table.columns = table.columns.astype(int)
    dated = table.sum(axis=1)
    share = table.div(dated.where(dated > 0), axis=0).fillna(0)
    step, top = years["step"], share.to_numpy().max()
    for place, (name, row) in enumerate(share.iterrows()):
        # The axis points down: a bar that stands on its line has a negative height.
        ax.bar(row.index + step / 2, -0.86 * row / top, bottom=place + 0.4, width=0.86 * step,
               color=INK if name == "all songs" else GRAY)  # fmt: skip
        ax.axhline(place + 0.4, color="#c4c4c4", linewidth=0.6)
    set_genre_rows(ax, dict(dated.astype(int)) | {"all songs": years["dated"]}, list(rows))
    ax.spines["left"].set_visible(False)
    ax.set_ylabel("Genre (songs with a year)")
    ax.set_xlabel("Decade" if step > 1 else "Year")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    ax.text(1, 1.01, f"highest bar: {100 * top:.0f} % of its row's songs", fontsize=9,
            ha="right", va="bottom", transform=ax.transAxes)  # fmt: skip
    return ax
