"""MTG-Jamendo's genre tags (Bogdanov et al. 2019): whole songs with several flat tags each.

The data set here is what its splits hold: 55,094 tracks with 87 tags, in five splits that
hold the same tracks with the same tags, no artist on two sides. The repository's larger table
``data/autotagging_genre.tsv`` has 8 tags more and 121 tracks without any other: too rare to
stand in every part of every split, they were left out when the splits were published. The
splits decide wherever they are, so that a result doesn't hang on what else lies there; the
larger table is read where there are no splits.

A subgenre is a tag without its prefix, and its own genre. Paths are those inside the audio
folder, as ``14/214.mp3`` or, of the smaller audio, ``14/214.low.mp3``.
"""

import csv
import re
from pathlib import Path

import pandas as pd

from ..catalog import Library
from .building import first_place, songs_table, told_apart, without_genre, year_of
from .declaration import Archive, Declaration, require_audio

_HOME = "https://github.com/MTG/mtg-jamendo-dataset"
_FILES = "https://cdn.freesound.org/mtg-jamendo/raw_30s"
METADATA = Archive(
    "mtg-jamendo-dataset", "", "git commit", "1b4fa8c32e076c73b5175c1703ae805b4109309d", _HOME, ".",
)  # fmt: skip


def _audio(kind: str, size: str, checksum: str) -> Archive:
    """A hundred archives. The repository's file ``data/download/raw_30s_{kind}_sha256_tars.txt``
    lists their SHA-256; the checksum here is that of this list."""
    return Archive(f"raw_30s_{kind}-*.tar", f"100 files, {size}", "SHA-256 of their list", checksum,
                   f"{_FILES}/{kind}/", kind)  # fmt: skip


ABOUT = Declaration(
    id="mtg-jamendo",
    name="MTG-Jamendo",
    home=_HOME,
    metadata_licence="CC BY-NC-SA 4.0",
    audio_licence="a Creative Commons license each (audio_licenses.txt of the repository)",
    citation="bogdanov2019",
    layout="data/splits/split-0/autotagging_genre-train.tsv and audio/14/214.mp3 or "
    "audio-low/14/214.low.mp3 lie in the folder that corpus names",
    archives=(
        METADATA,
        _audio("audio-low", "156 GB",
               "9c28e6090fac7fae7274296622e8fc8b6e905672c18707ac02c8be716d4623c3"),
        _audio("audio", "508 GB",
               "e49803608329103a78f82697a86b8c96d0b16f9cd02ddb6f4efb0b5207bd721f"),
    ),
)  # fmt: skip

TABLE = "autotagging_genre"
COLUMNS = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
PARTS = ("train", "validation", "test")
PREFIX = "genre---"
META_COLUMNS = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "TRACK_NAME", "ARTIST_NAME", "ALBUM_NAME",
                "RELEASEDATE"]  # fmt: skip

TABLE_PLACES = ("data", ".", "mtg-jamendo-dataset/data", "../data", "../../data")
AUDIO_PLACES = (".", "audio", "audio-low", "raw_30s/audio", "raw_30s/audio-low", "raw_30s",
                "data/audio", "data/audio-low")  # fmt: skip
ENDINGS = (".mp3", ".low.mp3")


def open_library(kind: str, place: Path, *, metadata_only: bool) -> Library:
    """The library of ``mtg-jamendo``.

    Parameters
    ----------
    place : Path
        The folder of the repository's ``data`` and the audio, or the audio with ``data`` beside.

    Raises
    ------
    LibraryError
        If metadata or audio are missing, packed or damaged.
    """
    data = first_place([place / name for name in TABLE_PLACES], _holds_tables)
    if data is None:
        what = f"no splits/split-0/{TABLE}-train.tsv in {place / 'data'}"
        enough = metadata_only or any(_holds_audio(place / name) for name in AUDIO_PLACES)
        raise ABOUT.lacks(what, ABOUT.archives[: 1 if enough else 2], place)
    try:
        tracks, published = _read_tables(data)
        texts = _read_names(data / "raw.meta.tsv", tracks)
    except (ValueError, OSError) as error:
        what = f"{data} can't be read, it is cut off or damaged ({error})"
        raise ABOUT.lacks(what, [METADATA], place) from None
    folder, ending = _audio_folder(place, tracks["path"])
    library = _library(tracks, texts, published, folder=folder.resolve(), ending=ending)
    if not metadata_only:
        require_audio(ABOUT, ABOUT.archives[1:2], folder=library.folder,
                      paths=library.songs["path"], place=place)  # fmt: skip
    return library


def _holds_tables(data: Path) -> bool:
    return (data / "splits" / "split-0").is_dir() or (data / f"{TABLE}.tsv").is_file()


def _read_tables(data: Path) -> tuple[pd.DataFrame, list[pd.Series]]:
    """All tracks, index: their ids, and the part of each in every split."""
    folders = sorted((data / "splits").glob("split-[0-9]"))
    if not folders:
        return _tracks(_read_table(data / f"{TABLE}.tsv")), []
    tracks, published = None, []
    for folder in folders:
        parts = {part: _read_table(folder / f"{TABLE}-{part}.tsv") for part in PARTS}
        part_of = {row[0]: part for part, rows in parts.items() for row in rows}
        if len(part_of) < sum(map(len, parts.values())):
            raise ValueError(f"{folder.name}: a track stands there twice")
        if tracks is None:
            tracks = _tracks([row for rows in parts.values() for row in rows])
        named = [part_of.get(number, "") for number in tracks.index]
        published.append(pd.Series(named, index=tracks.index))
    return tracks, published


def _read_table(path: Path) -> list[list[str]]:
    """The rows of a table: five fields, then as many tags as the track has."""
    text = path.read_bytes().decode("utf-8-sig")
    # Not splitlines, which takes more for the end of a line than CR LF.
    lines = [line.split("\t") for line in text.removesuffix("\n").replace("\r", "").split("\n")]
    if lines[0][: len(COLUMNS)] != COLUMNS:
        raise ValueError(f"{path.name}: its first line has to name {', '.join(COLUMNS)}")
    is_track = re.compile(r"track_\d+").fullmatch
    for number, fields in enumerate(lines[1:], start=2):
        if len(fields) < len(COLUMNS) - 1 or not is_track(fields[0]):
            raise ValueError(f"{path.name}: line {number} is no track")
    _check_end(path, text, lines)
    return lines[1:]


def _tracks(rows: list[list[str]]) -> pd.DataFrame:
    """Index: track ids, sorted; columns artist_id, album_id, path (text) and tags (lists)."""
    rows = sorted(rows)
    tags = [
        list(dict.fromkeys(tag.removeprefix(PREFIX) for tag in row[5:] if _is_genre(tag)))
        for row in rows
    ]
    table = pd.DataFrame([row[:4] for row in rows], columns=["id", "artist_id", "album_id", "path"])
    return table.assign(tags=tags).set_index("id")


def _is_genre(tag: str) -> bool:
    return tag.startswith(PREFIX) and tag != PREFIX


def _check_end(path: Path, text: str, lines: list[list[str]]) -> None:
    """Refuse a table that ends within a tag: it would become a tag of its own."""
    *others, last = [tag for fields in lines[1:] for tag in fields[5:]] or [""]
    if not text.endswith("\n") and last not in others:
        raise ValueError(f"{path.name}: it ends within a line, at {last!r}")


def _read_names(path: Path, tracks: pd.DataFrame) -> pd.DataFrame:
    """Titles, artists, albums and years: from the optional table, else artists and albums by id."""
    if not path.is_file():
        return pd.DataFrame({"artist": tracks["artist_id"], "album": tracks["album_id"]})
    meta = pd.read_csv(
        path, sep="\t", usecols=META_COLUMNS, index_col="TRACK_ID", dtype=str,
        quoting=csv.QUOTE_NONE, keep_default_na=False, encoding="utf-8-sig",
    )  # fmt: skip
    meta = meta[~meta.index.duplicated()].reindex(tracks.index).fillna("")
    texts = {"title": meta["TRACK_NAME"], "year": year_of(meta["RELEASEDATE"])}
    for what in ("artist", "album"):
        ids, names = tracks[f"{what}_id"], meta[f"{what}_name".upper()]
        texts[what] = told_apart(names.mask(names == "", ids), ids)
    return pd.DataFrame(texts)


def _holds_audio(folder: Path) -> bool:
    return any(folder.glob("[0-9][0-9]"))


def _audio_folder(place: Path, paths: pd.Series) -> tuple[Path, str]:
    """Where the audio lies, and the ending of its files; without any, as it is published."""
    for folder in (place / name for name in AUDIO_PLACES):
        if _holds_audio(folder):
            for ending in ENDINGS:
                if any((folder / _with(path, ending)).is_file() for path in paths):
                    return folder, ending
    return place / "audio", ENDINGS[0]


def _with(path: str, ending: str) -> str:
    return path.removesuffix(".mp3") + ending


def _library(
    tracks: pd.DataFrame, texts: pd.DataFrame, published: list[pd.Series], *, folder: Path,
    ending: str,
) -> Library:  # fmt: skip
    paths = tracks["path"].map(lambda path: _with(path, ending))
    labeled = tracks["tags"].str.len() > 0
    tags = list(tracks["tags"][labeled])
    return Library(
        folder,
        songs_table(texts.assign(path=paths)[labeled], tags),
        {tag: (tag,) for tag in sorted({tag for names in tags for tag in names})},
        rejected=without_genre(paths[~labeled], "it has no tag that begins with genre---"),
        published=tuple(
            pd.Series(parts[labeled].to_numpy(), index=paths[labeled].to_numpy())
            for parts in published
        ),
        about=ABOUT,
    )
