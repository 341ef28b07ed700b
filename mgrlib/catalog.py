"""A library of songs: two tables, as the paper keeps its own (section 3.1).

``songs.csv`` names the songs and up to three subgenres each, ``taxonomy.csv`` gives
every subgenre one or two genres; a song's genres are the union over its subgenres.
Paths are relative to the library's folder and stay inside it. A wrong table stops the
study at once, with the file, the line, the value and the rule.
Notebook: 01_dataset_audit.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .errors import LibraryError, SettingsError
from .files import stays_in
from .paper import GENRES as PAPER_GENRES
from .tables import Report, Table, open_table, stop

SONG_COLUMNS = ["path", "title", "artist", "album", "year"]
SUBGENRE_COLUMNS = ["subgenre_1", "subgenre_2", "subgenre_3"]
"""Those of the paper's library and of ``songs.csv``; a public data set may need more of them."""
GENRE_COLUMNS = ["genre_1", "genre_2"]
TAXONOMY_COLUMNS = ["subgenre", *GENRE_COLUMNS]
REJECTED_COLUMNS = ["path", "reason", "detail"]
TABLES = ("songs.csv", "taxonomy.csv")

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


def read_library(folder: Path, *, report: Report = stop) -> Library:
    """Read and check ``songs.csv`` and ``taxonomy.csv`` of `folder`.

    Parameters
    ----------
    folder : Path
    report : callable
        Takes the error for each wrong line. By default the first one is raised; what
        returns leaves the line out.

    Raises
    ------
    LibraryError
        If a table is missing, not UTF-8, lacks a column, or breaks a rule in a line.
    """
    folder = library_folder(folder)
    taxonomy = _read_taxonomy(folder / "taxonomy.csv", report)
    return Library(folder, _read_songs(folder / "songs.csv", taxonomy, report), taxonomy)


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
        # Each name is looked up once, however many songs have it.
        codes, names = pd.factorize(songs[column])
        labels |= members[[row_of[name] for name in names]][codes]
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


def _open(path: Path, *, required: list[str], wanted: list[str]) -> Table:
    if not path.exists():
        raise LibraryError(f"{path} is missing: a library holds {_how_to_get(path)}")
    return open_table(path, required=required, wanted=wanted)


def _how_to_get(path: Path) -> str:
    """What to do about a missing table; tables are proposed where neither is there."""
    other = path.with_name(TABLES[path.name == TABLES[0]])
    if other.exists():
        columns = SONG_COLUMNS + SUBGENRE_COLUMNS if path.name == TABLES[0] else TAXONOMY_COLUMNS
        return (
            f"{path.name} beside {other.name}: write it, with the columns {','.join(columns)}, or "
            f"rename {other.name} and have both proposed by python -m mgrlib init"
        )
    return (
        f"{' and '.join(TABLES)}, which python -m mgrlib init {shlex.quote(str(path.parent))} "
        "proposes from the songs' tags"
    )


def _read_taxonomy(path: Path, report: Report) -> dict[str, tuple[str, ...]]:
    table = _open(path, required=TAXONOMY_COLUMNS[:2], wanted=TAXONOMY_COLUMNS)
    taxonomy: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    for line, cells in table.rows(TAXONOMY_COLUMNS, report=report):
        subgenre, *genres = map(str.strip, cells)
        if rule := _subgenre_rule(subgenre, genres, lines.get(subgenre)):
            report(table.wrong(line, subgenre, rule))
        # A wrong line still names its subgenre: the songs that have it are not wrong too.
        taxonomy.setdefault(subgenre, tuple(dict.fromkeys(filter(None, genres))))
        lines.setdefault(subgenre, line)
    if not taxonomy:
        raise LibraryError(f"{path}: has no rows: give every subgenre one or two genres")
    return taxonomy


def _subgenre_rule(subgenre: str, genres: list[str], line: int | None) -> str:
    """What is wrong with a line of the taxonomy, "" where nothing is."""
    if not subgenre:
        return "subgenre must not be empty"
    if line:
        return f"a subgenre must stand in one line only, and stands in line {line} too"
    return "" if genres[0] else "genre_1 of this subgenre must not be empty"


def _read_songs(path: Path, taxonomy: dict[str, tuple[str, ...]], report: Report) -> pd.DataFrame:
    wanted = [*SONG_COLUMNS, *SUBGENRE_COLUMNS]
    table = _open(path, required=["path", "subgenre_1"], wanted=wanted)
    further = {name for name in table.header if re.fullmatch(r"subgenre_[1-9]\d{0,8}", name)}
    columns = [*SONG_COLUMNS, *sorted({*SUBGENRE_COLUMNS, *further}, key=_number)]
    stays = stays_in(path.parent)
    first: dict[str, tuple[int, tuple[str, ...]]] = {}
    songs = []
    for line, cells in table.rows(columns, report=report):
        song = (cells[0], *map(str.strip, cells[1:]))
        known = first.setdefault(posixpath.normpath(song[0]), (line, song))
        problems = [
            *_path_problems(song, line, known, stays),
            *_label_problems(song, columns, taxonomy),
        ]
        for value, rule in problems:
            report(table.wrong(line, value, rule))
        if not problems:
            songs.append(song)
    if not first:
        raise LibraryError(f"{path}: has no rows: name at least one song")
    return pd.DataFrame(songs, columns=columns, dtype=str)


def _number(column: str) -> int:
    return int(column.removeprefix("subgenre_"))


def _path_problems(
    song: tuple[str, ...],
    line: int,
    known: tuple[int, tuple[str, ...]],
    stays: Callable[[str], bool],
) -> Iterator[tuple[str, str]]:
    """What is wrong with a song's path: the value and the rule that it breaks."""
    path = song[0]
    rule = "path must be relative and stay inside the library's folder"
    if not path.strip():
        yield path, "path must not be empty"
    elif path[0] == "/" or "\\" in path or path[1:2] == ":" or ".." in path.split("/"):
        yield path, rule
    elif not stays(path):
        yield path, f"{rule}, and this link leaves it"
    elif known[0] != line:
        what = "says the same" if known[1][1:] == song[1:] else "says something else of it"
        yield path, f"a song must stand in one line only, and line {known[0]} {what}: delete one"


def _label_problems(
    song: tuple[str, ...], columns: list[str], taxonomy: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with a song's subgenres and year: the value and the rule that it breaks."""
    year, *subgenres = song[len(SONG_COLUMNS) - 1 :]
    if not subgenres[0]:
        yield song[0], "subgenre_1 of this song must not be empty"
    for column, name in zip(columns[len(SONG_COLUMNS) :], subgenres, strict=True):
        if name and name not in taxonomy:
            yield name, f"{column} must be a subgenre of taxonomy.csv: correct it or add it there"
    if year and not (year.isdecimal() and len(year) == 4):
        yield year, "year must be empty or have four digits"
