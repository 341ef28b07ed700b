"""The audit of a whole corpus: its tables, its sound, and whether a study of it can be made."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ..audit import full_audit, verdict
from ..catalog import Library, genre_labels, read_library
from ..corpora import is_synthetic, open_corpus
from ..dataset import Catalog, make_catalog
from ..errors import LibraryError
from ..images import Images, make_images
from ..progress import bar
from ..runs import cores
from ..settings import SYNTHETIC, Settings, split_corpus
from ..tables import WrongLine
from .deep import deep_check

MOST_LINES = 20
"""So many wrong lines of the tables are said, then how many more there are."""


@dataclass(frozen=True)
class Check:
    """What was found.

    Attributes
    ----------
    corpus : str
        The corpus without the path of its folder.
    audit : dict
        As in ``audit.json`` of a run, of all songs; with ``stops`` where there can be no
        study, and ``deep`` where all was decoded.
    rejected : list of dict
        ``{"path", "reason", "detail"}`` of songs that can't be used.
    study : str
        What a study with these settings would do, in words; empty where there can be none.
    stops : str
        Why there can be none.
    """

    corpus: str
    audit: dict
    rejected: list[dict] = field(repr=False)
    study: str
    stops: str


def check_corpus(settings: Settings, *, metadata_only: bool = False, deep: bool = False) -> Check:
    """Audit all songs of a corpus.

    Parameters
    ----------
    settings : Settings
        Of the study that it is meant for.
    metadata_only : bool
        Whether only the tables are read; no audio need be there.
    deep : bool
        Whether every song is decoded to its end, and the archives that a public data set
        came in are compared with their published checksums.

    Raises
    ------
    LibraryError
        If the tables are wrong; of a library folder the message has a line for each.
    SettingsError
        If the settings ask for what the corpus has not.
    """
    jobs = settings.jobs or cores()
    library = _open(settings, jobs=jobs, metadata_only=metadata_only)
    images = None if metadata_only else _read_sound(library, settings, jobs=jobs)
    audit, study, stops = _audit(library, images, settings)
    audit |= {"stops": stops} if stops else {}
    audit |= {"deep": deep_check(library, settings, jobs=jobs)} if deep else {}
    audit["verdict"] = verdict(audit, evidence="synthetic" if is_synthetic(settings) else "music")
    rejected = [*library.rejected, *(images.rejected if images else ())]
    return Check(_name(settings, library), audit, rejected, study, stops)


def _open(settings: Settings, *, jobs: int, metadata_only: bool) -> Library:
    kind, place = split_corpus(settings.corpus)
    size = settings.songs if kind in SYNTHETIC else 0
    try:
        with bar(size, "songs", unit="song") as progress:
            return open_corpus(settings, jobs=jobs, progress=progress, metadata_only=metadata_only)
    except WrongLine:
        if kind != "folder":
            raise
        raise LibraryError("\n".join(wrong_lines(Path(place)))) from None


def wrong_lines(folder: Path) -> list[str]:
    """All that is wrong with the tables of a library, a line each; the first `MOST_LINES`.

    Lines that break one rule with one value are one: a misspelt subgenre is said once.
    """
    found: list[LibraryError] = []
    try:
        read_library(folder, report=found.append)
    except LibraryError as error:  # beyond this place nothing can be read
        found.append(error)
    times = Counter(map(_what, found))
    first = {_what(error): str(error) for error in reversed(found)}
    lines = [
        first[what] + _and_more(number - 1, " (and so in {})") for what, number in times.items()
    ]
    more = _and_more(len(lines) - MOST_LINES, "and {}")
    return [*lines[:MOST_LINES], *filter(None, [more])]


def _and_more(lines: int, text: str) -> str:
    return text.format(f"{lines:,} more wrong line{'s' * (lines > 1)}") if lines > 0 else ""


def _what(error: LibraryError) -> tuple:
    return (error.table, str(error.value), error.rule) if isinstance(error, WrongLine) else (error,)


def _read_sound(library: Library, settings: Settings, *, jobs: int) -> Images:
    """What the songs sound like, measured where the cache has not kept it; no image."""
    with bar(len(library.songs), "sound", unit="song") as progress:
        return make_images(
            library.folder,
            list(library.songs["path"]),
            settings=settings,
            jobs=jobs,
            progress=progress,
            sounds=library.sounds,
            pixels=False,
        )


def _audit(library: Library, images: Images | None, settings: Settings) -> tuple[dict, str, str]:
    """The audit of all usable songs, what a study of them does, and what would stop it."""
    read = images or _unread(library.songs)
    whole = replace(settings, songs=max(settings.songs, len(read.paths)))
    catalog, study, stops = None, "", ""
    try:
        catalog = drawn = make_catalog(library, read, whole)
        if settings.songs < len(read.paths):
            drawn = make_catalog(library, read, settings)
        study = _study_words(drawn)
    except LibraryError as error:
        stops = str(error)
    audit = _full_audit(library, images, whole, catalog)
    return audit, study, stops


def _study_words(catalog: Catalog) -> str:
    train, test = (len(side) for side in (catalog.splits[0].train, catalog.splits[0].test))
    genres = len(catalog.labels.columns)
    return f"{genres} genres, {train:,} songs to train on and {test:,} to test on"


def _full_audit(
    library: Library, images: Images | None, settings: Settings, catalog: Catalog | None
) -> dict:
    """The audit of a catalog of all songs, or without one where there can be no study."""
    if catalog is None:
        songs, parts = library.songs, {}
        if images is not None:
            songs = songs[songs["path"].isin(images.paths)].reset_index(drop=True)
        labels = genre_labels(songs, library.taxonomy)
    else:
        songs, labels = catalog.songs, catalog.all_labels
        parts = {"genres": list(catalog.labels), "left_out": catalog.left_out,
                 "splits": catalog.splits}  # fmt: skip
    return full_audit(songs, labels, settings=settings, library=library, images=images, **parts)


def _unread(songs: pd.DataFrame) -> Images:
    """Songs of which only the tables are known."""
    nothing = np.zeros(len(songs))
    return Images(paths=list(songs["path"]), pixels={}, seconds=nothing,
                  padded=nothing.astype(bool), rejected=[])  # fmt: skip


def _name(settings: Settings, library: Library) -> str:
    kind, place = split_corpus(settings.corpus)
    songs = f"{len(library.songs):,} songs of"
    if kind == "folder":
        return f"{songs} the library {Path(place).name}"
    return f"{songs} {library.about.name if library.about else kind}"
