"""The Free Music Archive as a data set (Defferrard et al. 2017), in its four sizes.

Songs have any number of genres of a tree of 163: a song's subgenres are its genres, a
subgenre's genre is the root above it. Paths are those inside the audio folder, as
``000/000002.mp3``. The sizes hold each other: the songs of small are also in medium.
"""

import ast
import csv
import os
from pathlib import Path

import pandas as pd

from ..catalog import Library
from .building import first_place, songs_table, told_apart, without_genre, year_of
from .declaration import Archive, Declaration, require_audio

SIZES = {
    "small": ("7.2 GiB", "ade154f733639d52e35e32f5593efe5be76c6d70"),
    "medium": ("22 GiB", "c67b69ea232021025fca9231fc1c7c1a063ab50b"),
    "large": ("93 GiB", "497109f4dd721066b5ce5e5f250ec604dc78939e"),
    "full": ("879 GiB", "0f0ace23fbe9ba30ecb7e95f763e435ea802b8ab"),
}
"""Size and SHA-1 of each archive of audio, smallest first."""
FOLDERS = ("fma_metadata", *(f"fma_{size}" for size in SIZES))

_FILES = "https://os.unil.cloud.switch.ch/fma"
METADATA = Archive(
    "fma_metadata.zip", "342 MiB", "SHA-1", "f0df49ffe5f2a6008d7dc83c6915b31835dfe733",
    f"{_FILES}/fma_metadata.zip", ".",
)  # fmt: skip


def _declare(size: str) -> Declaration:
    name = f"fma_{size}"
    audio = Archive(f"{name}.zip", SIZES[size][0], "SHA-1", SIZES[size][1],
                    f"{_FILES}/{name}.zip", ".")  # fmt: skip
    return Declaration(
        id=f"fma-{size}",
        name=f"FMA {size}",
        home="https://github.com/mdeff/fma",
        metadata_licence="CC BY 4.0",
        audio_licence="as each artist chose (in tracks.csv)",
        citation="defferrard2017",
        layout=f"fma_metadata/tracks.csv and {name}/000/000002.mp3 lie in the folder that corpus "
        "names",
        archives=(METADATA, audio),
    )


DECLARATIONS = {f"fma-{size}": _declare(size) for size in SIZES}

COLUMNS = {
    ("set", "split"): "split",
    ("set", "subset"): "subset",
    ("album", "id"): "album_id",
    ("album", "title"): "album",
    ("album", "date_released"): "released",
    ("artist", "id"): "artist_id",
    ("artist", "name"): "artist",
    ("track", "date_recorded"): "recorded",
    ("track", "genres"): "genres",
    ("track", "title"): "title",
}
"""The columns of ``tracks.csv`` that are read, of more than fifty."""
READING_ERRORS = (OSError, ValueError, LookupError, SyntaxError, TypeError, RecursionError,
                  MemoryError, csv.Error)  # fmt: skip
"""What a table raises that is not as it should be, lists of genres that are none among it."""
PARTS = {"training": "train", "validation": "validation", "test": "test"}


def open_library(kind: str, place: Path, *, metadata_only: bool) -> Library:
    """The library of ``fma-small``, ``fma-medium``, ``fma-large`` or ``fma-full``.

    Parameters
    ----------
    place : Path
        The folder of ``fma_metadata`` and the audio, or either of these two.

    Raises
    ------
    LibraryError
        If metadata or audio are missing, packed or damaged.
    """
    about, size = DECLARATIONS[kind], kind.removeprefix("fma-")
    base = place.parent if place.name in FOLDERS else place
    tables = first_place(
        [base / "fma_metadata", place / "fma_metadata", place, base / "data/fma_metadata"],
        lambda folder: (folder / "tracks.csv").is_file() and (folder / "genres.csv").is_file(),
    )
    if tables is None:
        enough = metadata_only or _audio_folder(base, size).is_dir()
        raise about.lacks(f"no tracks.csv and genres.csv in {base / 'fma_metadata'}",
                          about.archives[: 1 if enough else 2], base)  # fmt: skip
    try:
        titles, roots = _read_genres(tables / "genres.csv")
        tracks = _in_subset(_read_tracks(tables / "tracks.csv"), size)
        names = _genres_of(tracks, titles)
    except READING_ERRORS as error:
        what = f"{tables} can't be read, it is cut off or damaged ({_one_line(error)})"
        raise about.lacks(what, [METADATA], base) from None
    library = _library(tracks, names, folder=_audio_folder(base, size), taxonomy=roots, about=about)
    if not metadata_only:
        require_audio(about, about.archives[1:], folder=library.folder,
                      paths=library.songs["path"], place=base)  # fmt: skip
    return library


def _audio_folder(base: Path, size: str) -> Path:
    """That of this size or, as they hold the same clips, of a larger one."""
    sizes = list(SIZES)[list(SIZES).index(size) :]
    names = [f"fma_{name}" for name in sizes if name == size or name != "full"]
    places = [base / folder / name for name in names for folder in (".", "data", name)]
    has_audio = first_place(places, lambda folder: any(folder.glob("[0-9][0-9][0-9]")))
    return (has_audio or places[0]).resolve()


def _read_genres(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Title of each genre by its id, and title of its root by its title."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["genre_id"]: row for row in csv.DictReader(stream, strict=True)}
    titles = {number: row["title"] for number, row in rows.items()}
    for number, row in rows.items():
        if row["top_level"] not in rows:
            raise ValueError(f"genres.csv: the row of genre {number!r} is cut, or its root missing")
    if len(set(titles.values())) < len(titles):
        raise ValueError("genres.csv: every genre needs a title of its own")
    return titles, {row["title"]: (titles[row["top_level"]],) for row in rows.values()}


def _read_tracks(path: Path) -> pd.DataFrame:
    """The columns of `COLUMNS` as text; index: the track's number.

    Two lines of headers name the columns, and a third holds the index's own name.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = list(zip(next(reader, []), next(reader, []), strict=True))
    places = [header.index(column) for column in COLUMNS]
    tracks = pd.read_csv(
        path, header=None, skiprows=2, usecols=sorted({0, *places}), dtype=str,
        keep_default_na=False, encoding="utf-8-sig",
    )  # fmt: skip
    tracks = tracks[tracks[0] != "track_id"].set_index(0)
    # What a row lacks reads as empty; its last column is the title.
    if not tracks.empty and not tracks[places[-1]].iloc[-1] and not _ends_a_line(path):
        raise ValueError(f"tracks.csv: it ends within the row of track {tracks.index[-1]!r}")
    return tracks[places].set_axis(COLUMNS.values(), axis=1).set_index(tracks.index.astype(int))


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read() == b"\n"


def _in_subset(tracks: pd.DataFrame, size: str) -> pd.DataFrame:
    """Every track is noted with the smallest subset that holds it."""
    if size == "full":  # the tracks of large, whole instead of clips
        return tracks
    held = list(SIZES)[: list(SIZES).index(size) + 1]
    return tracks[tracks["subset"].isin(held)]


def _genres_of(tracks: pd.DataFrame, titles: dict[str, str]) -> pd.Series:
    """Titles of each track's genres; the column ``genre_top`` is empty for more than half."""
    numbers = {text: list(dict.fromkeys(map(str, ast.literal_eval(text))))
               for text in tracks["genres"].unique()}  # fmt: skip
    if unknown := {number for found in numbers.values() for number in found} - set(titles):
        raise ValueError(f"tracks.csv names the genre {min(unknown)!r}, which genres.csv lacks")
    names = {text: [titles[number] for number in found] for text, found in numbers.items()}
    return tracks["genres"].map(names)


def _library(
    tracks: pd.DataFrame, names: pd.Series, *, folder: Path, taxonomy: dict, about: Declaration
) -> Library:
    # A missing album has the number −1: not one album of a thousand strangers.
    no_album = ~(pd.to_numeric(tracks["album_id"], errors="coerce") >= 0)
    path = [f"{number // 1000:03d}/{number:06d}.mp3" for number in tracks.index]
    texts = pd.DataFrame(
        {
            "path": path,
            "title": tracks["title"],
            "artist": told_apart(tracks["artist"], tracks["artist_id"]),
            "album": told_apart(tracks["album"], tracks["album_id"]).mask(no_album, ""),
            "year": year_of(tracks["released"].mask(tracks["released"] == "", tracks["recorded"])),
        }
    )
    labeled = names.str.len() > 0
    texts = texts[labeled]
    parts = tracks["split"].map(PARTS).fillna("")[labeled]
    return Library(
        folder,
        songs_table(texts, list(names[labeled])),
        taxonomy,
        rejected=without_genre(pd.Series(path)[~labeled.to_numpy()], "its list of genres is empty"),
        published=(pd.Series(parts.to_numpy(), index=texts["path"].to_numpy()),),
        about=about,
    )


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
