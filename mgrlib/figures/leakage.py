"""Figures of what a split may let through: how much of a genre is one artist or one album.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from .canvas import INK, say
from .songs import GRAY, genre_rows_height, set_genre_rows, shown_genres

MARKS = {
    "artist": {"marker": "o", "markerfacecolor": INK, "markersize": 5, "zorder": 4},
    "album": {"marker": "s", "markerfacecolor": "white", "markersize": 9, "zorder": 3},
}


def draw_concentration(ax: Axes, genres: Mapping[str, Mapping]) -> Axes:
    """Share of each genre's songs that its largest artist and its largest album have.

    Where that is more than half, dashed, a network may learn the artist instead of the
    genre. At the right: how many artists the genre has.

    Parameters
    ----------
    genres : mapping of str to mapping
        ``audit["leakage"]["genres"]``.
    """
    counts = {genre: row["songs"] for genre, row in genres.items() if row["songs"]}
    named = [name for name in MARKS if any(genres[g][f"{name}s"] for g in counts)]
    if not named:
        return say(ax, "No song of this run has an artist or an album.")
    rows = shown_genres(dict(sorted(counts.items(), key=lambda item: -item[1])))
    shares = {name: [_share(genres.get(genre), name) for genre in rows] for name in named}
    places = np.arange(len(rows))
    ends = np.array(list(shares.values()))
    ax.hlines(places, ends.min(axis=0), ends.max(axis=0), color=GRAY, linewidth=1.5)
    for name, share in shares.items():
        ax.plot(share, places, linestyle="", markeredgecolor=INK,
                label=f"its largest {name}", **MARKS[name])  # fmt: skip
    ax.axvline(50, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    if "artist" in named:
        _note_artists(ax, [genres.get(genre, {}).get("artists") for genre in rows])
    set_genre_rows(ax, counts, rows)
    ax.set_xlim(-2, 102)
    ax.grid(axis="x")
    ax.set_xlabel("Share of the genre's songs (%)")
    ax.set_ylabel("Genre (songs)")
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside upper left", ncols=len(named))
    return ax


def _share(row: Mapping | None, name: str) -> float:
    """In percent; none for a row that stands for several genres, or of which nothing is known."""
    known = row and row[f"{name}s"]
    return 100 * row[f"largest_{name}"]["share"] if known else np.nan


def _note_artists(ax: Axes, artists: list[int | None]) -> None:
    notes = ["" if n is None else "1 artist" if n == 1 else f"{n:,} artists" for n in artists]
    for place, note in enumerate(notes):
        ax.text(1.01, place, note, transform=ax.get_yaxis_transform(), fontsize=9, va="center")


def concentration_height(genres: Mapping[str, Mapping]) -> float:
    """Height in inches at which `draw_concentration` has room for its genres."""
    counts = {genre: row["songs"] for genre, row in genres.items()}
    return genre_rows_height(len(shown_genres(counts)), head_inches=1.3)
