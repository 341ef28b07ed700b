"""The data sets of the library mirdata (Bittner et al. 2019) that have genre or style labels.

mirdata knows where a data set's files lie and how they are read; here its tracks become the
two tables. A subgenre is a label as mirdata gives it, and its own genre. Paths are relative to
the folder that mirdata calls ``data_home``.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from ..catalog import Library
from ..errors import LibraryError, SettingsError
from .building import songs_table, without_genre, year_of
from .declaration import Archive, Declaration, require_audio

LABEL_ATTRIBUTES = ("genre", "genres", "style")
"""Attributes of a track that may hold its labels, the first that has any counts."""
AUDIO_ATTRIBUTES = ("audio_path", "audio_mic_path")
DETAILS = {"groove_midi": "/"}
"""What separates a style from its details, as in ``funk/groove1``."""
PARTS = {"train": "train", "training": "train", "valid": "validation", "validation": "validation",
         "dev": "validation", "test": "test", "split01_train": "train",
         "split01_test": "test"}  # fmt: skip
LABELED = ("ballroom", "beatport_key", "dali", "giantsteps_key", "giantsteps_tempo",
           "groove_midi", "gtzan_genre", "guitarset", "irmas", "medleydb_melody",
           "medleydb_pitch", "openmic2018", "salami", "tonas")  # fmt: skip
"""Those of version 1.0 that have labels and audio."""

UNLABELED = "mirdata knows no genre or style of it"

READING_ERRORS = (OSError, LookupError, ValueError, TypeError, AttributeError)
"""What mirdata's readers raise on files that are missing or not as they expect."""


def open_library(kind: str, place: Path, *, metadata_only: bool) -> Library:
    """The library of ``mirdata:NAME``.

    Parameters
    ----------
    place : Path
        The folder of the data set, mirdata's ``data_home``. The index, which mirdata
        downloads into its own folder, may lie here instead.

    Raises
    ------
    SettingsError
        If mirdata is not installed or has no such data set.
    LibraryError
        If index, annotations or audio are missing, or tracks have no genre.
    """
    name = kind.removeprefix("mirdata:")
    data = _initialize(name, place)
    about = _declare(name, data)
    tracks = _tracks(about, data, place)
    labels, doubts = zip(*(_labels(track, DETAILS.get(name)) for track in tracks), strict=True)
    if not any(labels):
        _refuse_unlabeled(about, doubts, place)
    library = _library(tracks, labels, doubts, folder=place.resolve(), about=about)
    if not metadata_only:
        require_audio(about, about.archives, folder=library.folder, paths=library.songs["path"],
                      place=place)  # fmt: skip
    return library


def _initialize(name: str, place: Path) -> Any:
    try:
        import mirdata
    except ImportError:
        raise SettingsError(
            f"corpus 'mirdata:{name}:...' needs the package mirdata, which is not installed: "
            "pip install mirdata (it brings about 70 packages)"
        ) from None
    if name not in mirdata.list_datasets():
        raise SettingsError(
            f"mirdata has no data set {name!r}: those with genre or style labels are "
            f"{', '.join(LABELED)}"
        )
    try:
        data = mirdata.initialize(name, data_home=str(place.resolve()))
    except (ImportError, *READING_ERRORS) as error:
        raise SettingsError(
            f"mirdata can't open its data set {name!r} ({_one_line(error)}): some need packages "
            f"of their own, as in pip install 'mirdata[{name}]'"
        ) from None
    if (index := place / Path(data.index_path).name).is_file():
        data.index_path = str(index)
    return data


def _declare(name: str, data: Any) -> Declaration:
    licence = " ".join((data._license_info or "none is stated").split())
    archives = tuple(
        Archive(remote.filename, "", "MD5", remote.checksum, remote.url,
                remote.destination_dir or ".")
        for remote in (data.remotes or {}).values() if remote.checksum
    )  # fmt: skip
    return Declaration(
        id=f"mirdata:{name}",
        name=f"{name} of mirdata",
        home=data.readme,
        metadata_licence=licence,
        audio_licence=licence,
        citation="bittner2019",
        layout=f"python -c \"import mirdata; mirdata.initialize('{name}', data_home='FOLDER')"
        '.download()" gets what may be got, and FOLDER is the folder that corpus names',
        archives=archives,
    )


def _tracks(about: Declaration, data: Any, place: Path) -> list[Any]:
    index = Path(data.index_path).name
    try:
        tracks = [data.track(number) for number in data.track_ids]
    except READING_ERRORS as error:
        what = f"no index {index} that fits ({_one_line(error)})"
        raise about.lacks(what, (), place) from None
    if not tracks:
        raise about.lacks(f"its index {index} names no tracks", (), place)
    return tracks


def _refuse_unlabeled(about: Declaration, doubts: Sequence[str], place: Path) -> NoReturn:
    if why := next(filter(None, doubts), ""):
        what = f"no track has a genre or style in {place} ({why})"
        raise about.lacks(what, about.archives, place)
    raise LibraryError(
        f"{about.name}: its tracks have no genre or style; data sets that have some are "
        f"{', '.join(LABELED)}"
    )


def _labels(track: Any, details: str | None) -> tuple[list[str], str]:
    """A track's labels and, where there are none, why."""
    doubt = ""
    for attribute in LABEL_ATTRIBUTES:
        try:
            value = getattr(track, attribute, None)
        except READING_ERRORS as error:
            doubt = _one_line(error)
            continue
        if isinstance(value, dict):  # of genres and of subgenres whose genre nobody tells
            value = value.get("genres")
        names = [value] if isinstance(value, str) else list(value or ())
        names = [str(name).partition(details)[0] if details else str(name) for name in names]
        if found := list(dict.fromkeys(name.strip() for name in names if name.strip())):
            return found, ""
    return [], doubt


def _library(
    tracks: Sequence[Any], labels: Sequence[list[str]], doubts: Sequence[str], *, folder: Path,
    about: Declaration,
) -> Library:  # fmt: skip
    rows = [_texts(track, folder) for track in tracks]
    texts = pd.DataFrame(rows)
    if (texts["path"] == "").all():
        raise LibraryError(f"{about.name} has no audio: its tracks are annotations alone")
    used = pd.Series([bool(names) for names in labels]) & (texts["path"] != "")
    paths = [row["path"] or track.track_id for row, track in zip(rows, tracks, strict=True)]
    rejected = tuple(
        row
        for path, kept, names, doubt in zip(paths, used, labels, doubts, strict=True)
        if not kept
        for row in without_genre([path], "it has no audio" if names else doubt or UNLABELED)
    )
    parts = pd.Series([row["part"] for row in rows])[used]
    published = pd.Series(parts.to_numpy(), index=texts["path"][used].to_numpy())
    names = [names for names, kept in zip(labels, used, strict=True) if kept]
    return Library(
        folder,
        songs_table(texts[used].assign(year=year_of(texts["year"])), names),
        {name: (name,) for name in sorted({name for song in names for name in song})},
        rejected=rejected,
        published=(published,) if {"train", "test"} <= set(published) else (),
        about=about,
    )


def _texts(track: Any, folder: Path) -> dict[str, str]:
    """What is known of a track, as text; of several artists the first."""
    audio = next((path for name in AUDIO_ATTRIBUTES if (path := _text(track, name))), "")
    return {
        "path": Path(os.path.relpath(audio, folder)).as_posix() if audio else "",
        "title": _text(track, "title"),
        "artist": _text(track, "artist") or _text(track, "artists"),
        "album": _text(track, "album"),
        "year": _text(track, "year"),
        "part": PARTS.get(_text(track, "split"), ""),
    }


def _text(track: Any, attribute: str) -> str:
    try:
        value = getattr(track, attribute, None)
    except READING_ERRORS:
        return ""
    value = value[0] if isinstance(value, list | tuple) and value else value
    return str(value).strip() if isinstance(value, str | int) else ""


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
