"""A library of songs: two tables, as the paper keeps its own (section 3.1).

``songs.csv`` names the songs and up to three subgenres each, ``taxonomy.csv`` gives
every subgenre one or two genres; a song's genres are the union over its subgenres.
Paths are relative to the library's folder and stay inside it. A wrong table stops the
study at once, with the file, the line, the value and the rule.
Notebook: 01_dataset_audit.
"""

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from .errors import LibraryError, SettingsError
from .paper import GENRES as PAPER_GENRES

SONG_COLUMNS = ["path", "title", "artist", "album", "year"]
SUBGENRE_COLUMNS = ["subgenre_1", "subgenre_2", "subgenre_3"]
"""Those of the paper's library and of ``songs.csv``; a public data set may need more of them."""
GENRE_COLUMNS = ["genre_1", "genre_2"]
TAXONOMY_COLUMNS = ["subgenre", *GENRE_COLUMNS]
REJECTED_COLUMNS = ["path", "reason", "detail"]

Song = tuple
"""A song's path, then plain data on which its sound depends."""


@dataclass(frozen=True)
class Sounds:
    """Where the sound of songs comes from.

    Attributes
    ----------
    identify : callable
        ``identify(folder, path)`` is the `Song`, or raises `SongError`.
    read : callable
        ``read(folder, song, segment_seconds=..., sample_rate=...)`` is its
        `mgrlib.audio.Segment`, or raises `SongError`. Other processes call it, so it is a
        function of a module.
    make_file : callable, optional
        ``make_file(folder, path)`` makes the audio file of a song where it is missing.
    """

    identify: Callable[[Path, str], Song]
    read: Callable[..., Any]
    make_file: Callable[[Path, str], None] = lambda folder, path: None


@dataclass(frozen=True)
class Library:
    """A folder of songs with its two tables.

    Attributes
    ----------
    folder : Path
        Resolved folder that the paths of `songs` are relative to.
    songs : DataFrame
        Columns `SONG_COLUMNS` and those of `subgenre_columns`, all text, "" where absent.
    taxonomy : dict of str to tuple of str
        The one or two genres of each subgenre, in the file's order; none where a subgenre of
        a public data set has no counterpart among the genres.
    sounds : Sounds, optional
        Where the songs sound from; None where they are files that are there.
    rejected : tuple of dict
        ``{"path", "reason", "detail"}`` of songs that the data set names without what a study
        needs of them.
    published : tuple of Series
        The splits that were published with the data set: by path ``train``, ``validation``,
        ``test`` or, in no part, the empty text.
    about : Declaration, optional
        What a public data set says of itself, see `mgrlib.corpora.declaration`.
    """

    folder: Path
    songs: pd.DataFrame
    taxonomy: dict[str, tuple[str, ...]]
    sounds: Sounds | None = None
    rejected: tuple[dict, ...] = ()
    published: tuple[pd.Series, ...] = ()
    about: Any = None

    def file(self, path: str) -> Path:
        """The audio file of a song."""
        if self.sounds is not None:
            self.sounds.make_file(self.folder, path)
        return self.folder / path

    def labels(self) -> pd.DataFrame:
        """Which song has which genre: bool, shape=(songs, genres), index = paths."""
        return genre_labels(self.songs, self.taxonomy)


def read_library(folder: Path) -> Library:
    """Read and check ``songs.csv`` and ``taxonomy.csv`` of `folder`.

    Raises
    ------
    LibraryError
        If a table is missing, not UTF-8, lacks a column, or breaks a rule in a line.
    """
    folder = library_folder(folder)
    taxonomy = _read_taxonomy(folder / "taxonomy.csv")
    return Library(folder, _read_songs(folder / "songs.csv", taxonomy), taxonomy)


def library_folder(corpus: Path) -> Path:
    """The resolved folder of a library.

    Raises
    ------
    LibraryError
        If there is no such folder.
    """
    if not corpus.is_dir():
        raise LibraryError(
            f"corpus must be 'synthetic' or the folder of a library (with songs.csv and "
            f"taxonomy.csv), and {str(corpus)!r} is no folder"
        )
    return corpus.resolve()


def subgenre_columns(songs: pd.DataFrame) -> list[str]:
    """The columns ``subgenre_1``, ``subgenre_2``, … of a table of songs, in this order."""
    return [name for name in songs if name.startswith("subgenre_")]


def genre_labels(songs: pd.DataFrame, taxonomy: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Union of the genres of each song's subgenres, bool, shape=(songs, genres)."""
    genres = list(dict.fromkeys(genre for pair in taxonomy.values() for genre in pair))
    place = {genre: column for column, genre in enumerate(genres)}
    # A row more of nothing: that of the empty text.
    members = np.zeros((len(taxonomy) + 1, len(genres)), dtype=bool)
    for row, pair in enumerate(taxonomy.values()):
        members[row, [place[genre] for genre in pair]] = True
    row_of = {name: row for row, name in enumerate(taxonomy)} | {"": len(taxonomy)}
    labels = np.zeros((len(songs), len(genres)), dtype=bool)
    for column in subgenre_columns(songs):
        labels |= members[[row_of[name] for name in songs[column]]]
    return pd.DataFrame(labels, index=songs["path"], columns=genres)


def choose_genres(
    labels: pd.DataFrame, *, genres: str | tuple[str, ...], min_songs: int, max_genres: int
) -> tuple[list[str], list[dict]]:
    """The genres to train, largest first, and those that are left out and why.

    A genre needs `min_songs` songs and as many songs without it.

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, genres)
    genres : {"all", "native", "paper"} or tuple of str
        Which of them to consider.

    Returns
    -------
    chosen : list of str
    left_out : list of dict
        ``{"genre", "songs", "reason"}``.

    Raises
    ------
    SettingsError
        If a genre is asked for that the taxonomy lacks.
    LibraryError
        If fewer than two genres remain.
    """
    counts = labels.sum().sort_values(ascending=False, kind="stable")
    wanted = _wanted_genres(list(counts.index), genres)
    chosen, left_out = [], []
    for genre, songs in counts.items():
        reason = _why_not(
            songs, len(labels) - songs, asked=genre in wanted, min_songs=min_songs,
            full=len(chosen) >= max_genres, max_genres=max_genres,
        )  # fmt: skip
        if reason:
            left_out.append({"genre": genre, "songs": int(songs), "reason": reason})
        else:
            chosen.append(genre)
    if len(chosen) < 2:
        sizes = ", ".join(f"{genre} {songs}" for genre, songs in counts.items())
        raise LibraryError(
            f"a study needs at least two genres with min_songs={min_songs} songs and as many "
            f"without them, and {len(chosen)} of {len(labels)} usable songs' genres "
            f"({sizes}) has them: add songs or lower min_songs"
        )
    return chosen, left_out


def _wanted_genres(present: list[str], genres: str | tuple[str, ...]) -> set[str]:
    if genres == "paper":
        return set(PAPER_GENRES)
    if isinstance(genres, str):
        return set(present)
    for genre in genres:
        if genre not in present:
            raise SettingsError(
                f"genres: {genre!r} is no genre of taxonomy.csv: choose from {', '.join(present)}"
            )
    return set(genres)


def _why_not(
    songs: int, others: int, *, asked: bool, min_songs: int, full: bool, max_genres: int
) -> str:
    if not asked:
        return "not among the genres asked for"
    if songs < min_songs:
        return f"too small: fewer than min_songs={min_songs} songs"
    if others < min_songs:
        return f"too common: fewer than min_songs={min_songs} songs without it"
    return f"beyond max_genres={max_genres}, largest first" if full else ""


def _rows(path: Path, *, required: list[str], known: list[str]) -> Iterator[tuple[int, dict]]:
    """Line number and fields of each row; absent columns read as empty."""
    if not path.is_file():
        raise LibraryError(f"{path} is missing: a library holds songs.csv and taxonomy.csv")
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = [name.strip() for name in reader.fieldnames or []]
            _check_header(path, header, required)
            reader.fieldnames = header
            for row in reader:
                if None in row:
                    raise _wrong(path, reader.line_num, row[None], "a row has no more fields "
                                 f"than the header ({len(header)})")  # fmt: skip
                yield reader.line_num, {name: row.get(name) or "" for name in known}
    except UnicodeDecodeError as error:
        raise LibraryError(f"{path}: must be UTF-8 text ({error.reason} at byte {error.start})"
                           ": save it as UTF-8") from None  # fmt: skip
    except OSError as error:
        raise LibraryError(f"{path} can't be read: {error.strerror}") from None
    except csv.Error as error:
        raise LibraryError(f"{path}: line {reader.line_num}: not a CSV table ({error})") from None


def _check_header(path: Path, header: list[str], required: list[str]) -> None:
    for name in required:
        if name not in header:
            raise LibraryError(
                f"{path}: line 1: the column {name!r} is missing, got {', '.join(header) or 'none'}"
            )
    for name in header:
        if name and header.count(name) > 1:
            raise LibraryError(f"{path}: line 1: the column {name!r} stands there twice")


def _wrong(path: Path, line: int, value: object, rule: str) -> LibraryError:
    return LibraryError(f"{path}: line {line}: {value!r}: {rule}")


def _read_taxonomy(path: Path) -> dict[str, tuple[str, ...]]:
    taxonomy: dict[str, tuple[str, ...]] = {}
    for line, row in _rows(path, required=TAXONOMY_COLUMNS[:2], known=TAXONOMY_COLUMNS):
        subgenre, *genres = (row[name].strip() for name in TAXONOMY_COLUMNS)
        if not subgenre:
            raise _wrong(path, line, subgenre, "subgenre must not be empty")
        if subgenre in taxonomy:
            raise _wrong(path, line, subgenre, "a subgenre must stand in one line only")
        if not genres[0]:
            raise _wrong(path, line, subgenre, "genre_1 of this subgenre must not be empty")
        taxonomy[subgenre] = tuple(dict.fromkeys(genre for genre in genres if genre))
    if not taxonomy:
        raise LibraryError(f"{path}: has no rows: give every subgenre one or two genres")
    return taxonomy


def _read_songs(path: Path, taxonomy: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    columns = [*SONG_COLUMNS, *SUBGENRE_COLUMNS]
    songs: dict[str, dict] = {}
    for line, row in _rows(path, required=["path", "subgenre_1"], known=columns):
        row |= {name: text.strip() for name, text in row.items() if name != "path"}
        _check_path(path, line, row["path"])
        if row["path"] in songs:
            raise _wrong(path, line, row["path"], "a song must stand in one line only")
        _check_subgenres(path, line, row, taxonomy)
        if row["year"] and not (row["year"].isdecimal() and len(row["year"]) == 4):
            raise _wrong(path, line, row["year"], "year must be empty or have four digits")
        songs[row["path"]] = row
    if not songs:
        raise LibraryError(f"{path}: has no rows: name at least one song")
    return pd.DataFrame(list(songs.values()), columns=columns, dtype=str)


def _check_path(table: Path, line: int, path: str) -> None:
    """Hold a path inside the library's folder, links included."""
    rule = "path must be relative and stay inside the library's folder"
    pure = PurePosixPath(path)
    if not path.strip() or "\0" in path:
        raise _wrong(table, line, path, "path must not be empty")
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path[1:2]:
        raise _wrong(table, line, path, rule)
    # realpath rather than Path.resolve: a loop of links is a broken song, no error here.
    real, folder = os.path.realpath(table.parent / path), os.path.realpath(table.parent)
    if os.path.commonpath([real, folder]) != folder:
        raise _wrong(table, line, path, f"{rule}, and this link leaves it")


def _check_subgenres(path: Path, line: int, row: dict, taxonomy: dict) -> None:
    if not row["subgenre_1"]:
        raise _wrong(path, line, row["path"], "subgenre_1 of this song must not be empty")
    for name in SUBGENRE_COLUMNS:
        if row[name] and row[name] not in taxonomy:
            rule = f"{name} must be a subgenre of taxonomy.csv: correct it or add it there"
            raise _wrong(path, line, row[name], rule)
