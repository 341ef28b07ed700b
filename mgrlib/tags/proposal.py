"""The two tables as the tags propose them."""

import csv
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..catalog import SONG_COLUMNS, SUBGENRE_COLUMNS, TAXONOMY_COLUMNS
from ..errors import LibraryError, RunError, SongError
from ..files import write_text
from ..progress import bar
from ..taxonomies import find_row, loose_key
from .reading import Tags, read_tags
from .walk import AUDIO_EXTENSIONS, find_music

SONGS, TAXONOMY, WITHOUT_GENRE = "songs.csv", "taxonomy.csv", "songs-without-genre.csv"

SAYS_NOTHING = frozenset({
    "audio", "default", "general", "genre", "miscellaneou", "misc", "mp3", "multiple", "na",
    "nogenre", "none", "notavailable", "null", "other", "otro", "sonstige", "tba", "unbekannt",
    "unclassifiable", "unclassified", "undefined", "unknown", "unknowngenre", "unspecified",
    "variou",
})  # fmt: skip
"""Loose keys of names that people's programs write where no genre is known."""


FORMULA = ("=", "+", "-", "@")
"""What a cell begins with that spreadsheets take for a formula."""


@dataclass(frozen=True)
class Proposal:
    """What a folder's tags propose, and what they leave open.

    Attributes
    ----------
    folder : Path
    songs : list of dict
        Rows of ``songs.csv``, in the order of their paths.
    taxonomy : dict of str to tuple of str
        The genres of each subgenre; a subgenre that can't be mapped is its own genre.
    songs_of : dict of str to int
        Songs by subgenre, largest first.
    outside : list of str
        Subgenres that are common names without a counterpart among the paper's genres.
    unknown : list of str
        Subgenres that are no common names.
    without_genre : list of dict
        Rows of songs whose tags name no genre.
    shortened : int
        Songs that name more than three genres.
    unreadable, skipped : list of (str, str)
        Path and reason of files without readable tags (they are songs without a genre) and of
        what was passed over.
    """

    folder: Path
    songs: list[dict]
    taxonomy: dict[str, tuple[str, ...]]
    songs_of: dict[str, int]
    outside: list[str]
    unknown: list[str]
    without_genre: list[dict]
    shortened: int
    unreadable: list[tuple[str, str]]
    skipped: list[tuple[str, str]]


def propose_tables(folder: Path, *, show_progress: bool = False) -> Proposal:
    """Read the tags of all music under a folder and propose its tables.

    Parameters
    ----------
    folder : Path
    show_progress : bool
        Whether to show a bar on the console.

    Raises
    ------
    LibraryError
        If there is no such folder, no music in it, or a table that would be overwritten.
    """
    paths, skipped = songs_to_read(folder)
    tags, unreadable = _read_all(folder, paths, show_progress=show_progress)
    names = _spellings(tags.values())
    rows = {path: _row(path, found, names) for path, found in tags.items()}
    songs = [row for row in rows.values() if row["subgenre_1"]]
    songs_of = Counter(row[column] for row in songs for column in SUBGENRE_COLUMNS)
    del songs_of[""]
    known = {name: find_row("names", name) for name in sorted(songs_of, key=str.casefold)}
    return Proposal(
        folder=folder,
        songs=songs,
        taxonomy={name: (row and row.genres) or (name,) for name, row in known.items()},
        songs_of=dict(songs_of.most_common()),
        outside=[name for name in songs_of if known[name] and not known[name].genres],
        unknown=[name for name in songs_of if known[name] is None],
        without_genre=[row for row in rows.values() if not row["subgenre_1"]],
        shortened=sum(len(_subgenres(found, names)) > len(SUBGENRE_COLUMNS)
                      for found in tags.values()),
        unreadable=unreadable,
        skipped=skipped,
    )  # fmt: skip


def _read_all(
    folder: Path, paths: list[str], *, show_progress: bool
) -> tuple[dict[str, Tags], list[tuple[str, str]]]:
    """The tags of each file, and the files that have none that can be read."""
    tags, unreadable = {}, []
    with bar(len(paths) if show_progress else 0, "tags", unit="file") as progress:
        for path in paths:
            try:
                tags[path] = read_tags(folder / path)
            except SongError as error:
                tags[path] = Tags()
                unreadable.append((path, error.detail))
            progress(1)
    return tags, unreadable


def songs_to_read(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """As `find_music`, where tables may be proposed.

    Raises
    ------
    LibraryError
        As `propose_tables` does.
    """
    try:
        is_folder = folder.is_dir()
    except PermissionError:  # of a folder above it
        is_folder = False
    if not is_folder:
        raise LibraryError(f"FOLDER must be a folder with music, and {str(folder)!r} is none")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise LibraryError(f"{folder} can't be read: permit reading it")
    for name in (SONGS, TAXONOMY, WITHOUT_GENRE):
        if (folder / name).exists():
            raise LibraryError(
                f"{folder / name} is there already, and tables are not overwritten: delete or "
                "rename it to have new ones proposed"
            )
    if not os.access(folder, os.W_OK):
        raise _cannot_write(folder)
    paths, skipped = find_music(folder.resolve())
    if not paths:
        endings = ", ".join(sorted(ending[1:] for ending in AUDIO_EXTENSIONS))
        raise LibraryError(
            f"{folder} holds no music{_first(skipped)}: files are known by the endings {endings}"
        )
    return paths, skipped


def _first(skipped: list[tuple[str, str]]) -> str:
    """One of the files and folders that were passed over: all music may lie there."""
    return f" ({skipped[0][0]!r} was skipped: {skipped[0][1]})" if skipped else ""


def _spellings(tags: Iterable[Tags]) -> dict[str, str]:
    """One name for all spellings of a genre: the most frequent; "" where it says nothing."""
    times = Counter(name for found in tags for name in found.genres)
    spellings = defaultdict(list)
    for name in sorted(times, key=lambda name: (-times[name], name)):
        row = find_row("names", name)
        spellings[(row.name,) if row else loose_key(name)].append(name)
    return {
        name: "" if loose_key(name) in SAYS_NOTHING or not _is_word(name) else group[0]
        for group in spellings.values()
        for name in group
    }


def _is_word(name: str) -> bool:
    """Whether it is more than a number, which is no genre unless a common name."""
    return any(c.isalpha() for c in name) or find_row("names", name) is not None


def _subgenres(tags: Tags, names: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(names[name] for name in tags.genres if names[name]))


def _row(path: str, tags: Tags, names: dict[str, str]) -> dict:
    subgenres = [*_subgenres(tags, names), "", "", ""]
    texts = [path, tags.title, tags.artist, tags.album, tags.year]
    return dict(zip([*SONG_COLUMNS, *SUBGENRE_COLUMNS], [*texts, *subgenres], strict=False))


def write_tables(proposal: Proposal) -> list[Path]:
    """Write the tables of a proposal, ``songs.csv`` last; the files that were written.

    Raises
    ------
    LibraryError
        If no song has a genre (``songs-without-genre.csv`` is written) or the folder can't be
        written.
    """
    columns = [*SONG_COLUMNS, *SUBGENRE_COLUMNS]
    taxonomy = [
        dict(zip(TAXONOMY_COLUMNS, [name, *genres, ""], strict=False))
        for name, genres in proposal.taxonomy.items()
    ]
    tables = {
        WITHOUT_GENRE: (columns, proposal.without_genre),
        TAXONOMY: (TAXONOMY_COLUMNS, taxonomy),
        SONGS: (columns, proposal.songs),
    }
    written = []
    for name, (header, rows) in tables.items():
        if rows:
            written.append(_write_table(proposal.folder / name, header, rows))
    if not proposal.songs:
        raise LibraryError(
            f"none of {len(proposal.without_genre)} songs names a genre in its tags"
            f"{_first(proposal.skipped)}: "
            f"{written[0]} lists them; write their genres as subgenre_1, rename it to {SONGS}, "
            f"and give each of them a line in {TAXONOMY} (subgenre,genre_1,genre_2)"
        )
    return written


def _write_table(path: Path, header: list[str], rows: list[dict]) -> Path:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _as_text(column, cell) for column, cell in row.items()}
                     for row in rows)  # fmt: skip
    try:
        write_text(path, stream.getvalue())
    except RunError:
        raise _cannot_write(path.parent) from None
    return path


def _as_text(column: str, cell: str) -> str:
    """The cell as a spreadsheet takes it for text: `read_library` reads the same of it."""
    if not cell.startswith(FORMULA):
        return cell
    return f"./{cell}" if column == "path" else f" {cell}"


def _cannot_write(folder: Path) -> LibraryError:
    return LibraryError(
        f"nothing can be written to {folder}, where songs.csv and taxonomy.csv have to lie: "
        "permit writing there, or copy the music"
    )
