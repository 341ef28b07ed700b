"""The tables of genre names: reading, checking, looking up."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..errors import LibraryError
from ..paper import GENRES

FILES = {"fma": "fma.csv", "mtg-jamendo": "mtg_jamendo.csv", "names": "names.csv"}
"""The tables by kind."""

COLUMNS = ["name", "genre_1", "genre_2", "reason"]


@dataclass(frozen=True)
class Row:
    """A name, its genres among the paper's 16 (two at most, or none) and why.

    Attributes
    ----------
    name : str
    genres : tuple of str
    reason : str
    parent : str
        The name above it in FMA's tree, "" for a root and elsewhere.
    tracks : int
        Of the data set as published, 0 for common names. FMA counts a track in the genres above
        its own too.
    """

    name: str
    genres: tuple[str, ...]
    reason: str
    parent: str = ""
    tracks: int = 0


def key(name: str) -> str:
    """What the spellings of a genre's name have in common.

    Case, accents, spaces, hyphens and dots don't count, and "and", "&", "+", "'n'" are one.

    >>> key("Hip-Hop"), key("hip hop"), key("Drum & Bass"), key("Drum'n'Bass")
    ('hiphop', 'hiphop', 'drumnbass', 'drumnbass')
    """
    return "".join(_words(name))


def loose_key(name: str) -> str:
    """`key` without a last word "music" and without a plural's s.

    >>> loose_key("Soundtracks"), loose_key("House Music"), loose_key("Bass")
    ('soundtrack', 'house', 'bass')
    """
    words = _words(name)
    if len(words) > 1 and words[-1] == "music":
        words.pop()
    return _singular("".join(words))


def _words(name: str) -> list[str]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    joined = re.sub(r"['’‘`´]", "", re.sub(r"&|\+|\band\b", " n ", bare.casefold()))
    return re.findall(r"[^\W_]+", joined)


def _singular(text: str) -> str:
    plural = len(text) > 3 and text.endswith("s") and not text.endswith("ss")
    return text[:-1] if plural else text


@cache
def read_rows(kind: str) -> tuple[Row, ...]:
    """The rows of a table, checked.

    Parameters
    ----------
    kind : str
        A key of `FILES`.

    Raises
    ------
    LibraryError
        If a row lacks its reason, names a genre that is not one of the paper's, or has the
        name of another row.
    """
    return check_rows(Path(__file__).with_name(FILES[kind]))


def check_rows(path: Path) -> tuple[Row, ...]:
    """Read and check a table with the columns ``name, genre_1, genre_2, reason``.

    Raises
    ------
    LibraryError
        As `read_rows` does.
    """
    rows, line_of = [], {}
    for line, row in _lines(path):
        fault = _fault(row)
        first = line_of.setdefault(key(row.name), line)
        if not fault and first < line:
            fault = f"line {first} has this name but for its spelling: delete one of them"
        if fault:
            raise LibraryError(f"{path.name}: line {line}: {row.name!r}: {fault}")
        rows.append(row)
    return tuple(rows)


def _lines(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for line, cells in enumerate(csv.DictReader(stream, strict=True), 2):
            name, *genres, reason = (cells[column].strip() for column in COLUMNS)
            row = Row(
                name,
                tuple(genre for genre in genres if genre),
                reason,
                parent=cells.get("parent", ""),
                tracks=int(cells.get("tracks", 0)),
            )
            yield line, row


def _fault(row: Row) -> str:
    if not key(row.name):
        return "name must have a letter or a digit"
    if not row.reason:
        return "reason must not be empty: say why these genres, or why none"
    for genre in row.genres:
        if genre not in GENRES:
            return f"{genre!r} is no genre of the paper: choose from {', '.join(GENRES)}"
    return "genre_1 and genre_2 must differ" if len(set(row.genres)) < len(row.genres) else ""


@cache
def _by_key(kind: str) -> dict[str, Row]:
    exact = {key(row.name): row for row in read_rows(kind)}
    return {loose_key(row.name): row for row in reversed(read_rows(kind))} | exact


def find_row(kind: str, name: str) -> Row | None:
    """The row of a name in any spelling, None where the table has none.

    A name that stands there but for a plural or a last word "music" is found where none
    stands there as it is: Afrobeats is not Afrobeat.
    """
    rows = _by_key(kind)
    return rows.get(key(name)) or rows.get(_singular(key(name))) or rows.get(loose_key(name))


def paper_taxonomy(kind: str, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The paper's genres of each name.

    Parameters
    ----------
    kind : str
        A corpus: ``"fma"`` (of any size, as ``"fma-small"``) or ``"mtg-jamendo"``; of any other
        the names are looked up among the common ones.
    names : iterable of str
        Genres of FMA by title, tags of MTG-Jamendo without ``genre---``, or common names.

    Returns
    -------
    dict of str to tuple of str
        By name, in the order of `names`; () where the 16 have no counterpart or the common
        names lack it.

    Raises
    ------
    LibraryError
        If a name is unknown in a table that has all names of its data set.
    """
    table = "fma" if kind.startswith("fma") else kind if kind in FILES else "names"
    found = {name: find_row(table, name) for name in names}
    if table != "names" and (unknown := [name for name, row in found.items() if row is None]):
        raise LibraryError(
            f"{unknown[0]!r} is no genre of {kind} as published: mgrlib/taxonomies/{FILES[table]} "
            "has them all; correct the metadata, or add a row there"
        )
    return {name: row.genres if row else () for name, row in found.items()}
