"""From what a data set's files say to the tables of a library; shared by the loaders."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..catalog import SONG_COLUMNS, SUBGENRE_COLUMNS
from ..errors import LibraryError

NO_GENRE = "no genre"
"""Reason of songs that a data set names without a genre."""


def first_place(places: Iterable[Path], accepts: Callable[[Path], bool]) -> Path | None:
    """The first of some places that holds what is looked for, or None."""
    return next((place for place in places if accepts(place)), None)


def songs_table(texts: pd.DataFrame, subgenres: Sequence[Sequence[str]]) -> pd.DataFrame:
    """The table of songs: all text, with as many columns of subgenres as a song needs.

    Parameters
    ----------
    texts : DataFrame
        Some of `SONG_COLUMNS`, at least ``path``; the others are empty.
    subgenres : sequence of sequence of str
        Those of each song.

    Raises
    ------
    LibraryError
        If a path leaves the folder of the data set or stands twice.
    """
    check_paths(texts["path"])
    width = max([len(SUBGENRE_COLUMNS), *map(len, subgenres)])
    cells = np.full((len(texts), width), "", dtype=object)
    for row, names in enumerate(subgenres):
        cells[row, : len(names)] = names
    columns = [f"subgenre_{number}" for number in range(1, width + 1)]
    songs = texts.reindex(columns=SONG_COLUMNS, fill_value="").reset_index(drop=True)
    return pd.concat([songs, pd.DataFrame(cells, columns=columns)], axis=1).astype(str)


def check_paths(paths: pd.Series) -> None:
    """Hold that songs' paths are relative, stay in the data set's folder, and differ.

    Links are followed: large data sets often lie on another drive.

    Raises
    ------
    LibraryError
        If one does not.
    """
    for path in paths:
        if path[:1] in ("", "/") or ".." in path.split("/") or "\\" in path or "\0" in path:
            raise LibraryError(f"{path!r}: a song's path must stay inside the data set's folder")
    if len(twice := paths[paths.duplicated()]):
        raise LibraryError(f"{twice.iloc[0]!r}: a song must stand in a data set once")


def told_apart(names: pd.Series, ids: pd.Series) -> pd.Series:
    """Names of artists or albums that are equal where, and only where, their ids are.

    Albums called *Live* are many: grouped by their titles, strangers would be kept together.
    A name that several ids share gets its id in brackets; an id of several names has the first.

    >>> list(told_apart(pd.Series(["Live", "Live", "Demo"]), pd.Series([1, 2, 3])))
    ['Live [1]', 'Live [2]', 'Demo']
    """
    names = names.groupby(ids).transform("first")
    shared = ids.groupby(names).transform("nunique") > 1
    return names.mask(shared, (names + " [" + ids.astype(str) + "]").str.lstrip())


def year_of(dates: pd.Series) -> pd.Series:
    """The four digits that a date begins with, or the empty text."""
    return dates.str.extract(r"^(\d{4})(?!\d)", expand=False).fillna("")


def without_genre(paths: Iterable[str], detail: str) -> tuple[dict, ...]:
    """Rows of rejected songs."""
    return tuple({"path": path, "reason": NO_GENRE, "detail": detail} for path in paths)
