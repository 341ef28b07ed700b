"""Where the songs come from: every corpus is, or becomes, a folder with two tables.

A public data set is a module with a `Declaration` and a function that yields the tables.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ..catalog import Library, read_library
from ..errors import LibraryError, SettingsError
from ..files import cache_folder, digest
from ..paper import GENRES as PAPER_GENRES
from ..settings import PUBLIC, SYNTHETIC, Settings, split_corpus
from ..taxonomies import paper_taxonomy

LOADERS = {kind: "fma" if kind.startswith("fma-") else kind.replace("-", "_") for kind in PUBLIC}
"""The module of each public data set; those of mirdata have one together."""


def is_synthetic(settings: Settings) -> bool:
    """Whether the songs are made by the study itself: no evidence about music."""
    return settings.corpus in SYNTHETIC


def open_corpus(
    settings: Settings,
    *,
    jobs: int,
    progress: Callable[[int], None] = lambda songs: None,
    metadata_only: bool = False,
) -> Library:
    """The library of a study; the synthetic one is rendered first where it is missing.

    Of ``synthetic-direct`` only the tables are written: its songs sound when they are drawn.
    A public data set has the genres that the setting ``genres`` asks for, its own or the
    paper's, and with ``split_by=published`` only the songs of its published splits.

    Parameters
    ----------
    progress : callable
        Called with the number of songs that have become ready.
    metadata_only : bool
        Whether the tables are all that is needed: no audio has to be there.

    Raises
    ------
    LibraryError
        If the corpus is no library, its tables are wrong, a data set is not there, or it can't be
        read.
    SettingsError
        If it lacks the genres or the published splits that are asked for.
    """
    kind, place = split_corpus(settings.corpus)
    if kind in (*SYNTHETIC, "folder") and settings.split_by == "published":
        raise SettingsError(
            "split_by=published: only public data sets come with splits, and this corpus is none: "
            "use song, album or artist"
        )
    if kind in SYNTHETIC:
        return _open_synthetic(settings, jobs=jobs, progress=progress)
    try:
        library = _open_place(kind, Path(place), metadata_only=metadata_only)
    except PermissionError as error:
        raise LibraryError(f"{error.filename} can't be read: permit reading it") from None
    if kind == "folder":
        return library
    return _in_published(_with_genres(library, kind, settings.genres), settings)


def _open_place(kind: str, place: Path, *, metadata_only: bool) -> Library:
    if kind == "folder":
        return read_library(place)
    loader = import_module(f".{LOADERS.get(kind, 'mirdata_sets')}", __name__)
    return loader.open_library(kind, place, metadata_only=metadata_only)


def _open_synthetic(settings: Settings, *, jobs: int, progress: Callable[[int], None]) -> Library:
    from . import synthetic

    parts = {
        "songs": settings.songs,
        "segment_seconds": settings.segment_seconds,
        "seed": settings.seed,
    }
    folder = cache_folder() / settings.corpus / digest(synthetic.VERSION, parts)
    if settings.corpus == "synthetic-direct":
        from .synthetic import direct

        library = direct.open_library(folder, **parts)
        progress(len(library.songs))
        return library
    synthetic.make_library(folder, **parts, jobs=jobs, progress=progress)
    return read_library(folder)


def _with_genres(library: Library, kind: str, genres: str | tuple[str, ...]) -> Library:
    """The library with the data set's own genres, or the paper's."""
    if genres in ("all", "native"):
        return library
    own = {genre for pair in library.taxonomy.values() for genre in pair}
    if genres != "paper":
        if own.issuperset(genres):
            return library
        if unknown := sorted(set(genres) - set(PAPER_GENRES)):
            raise SettingsError(
                f"genres: {unknown[0]!r} is no genre of {library.about.name} "
                f"({', '.join(sorted(own))}), and not all of them are the paper's "
                f"({', '.join(PAPER_GENRES)})"
            )
    return replace(library, taxonomy=paper_taxonomy(kind, list(library.taxonomy)))


def _in_published(library: Library, settings: Settings) -> Library:
    """With ``split_by=published``, the library without the songs of no part."""
    if settings.split_by != "published":
        return library
    name = library.about.name
    splits = library.published[: settings.repeats]
    if not library.published:
        raise SettingsError(
            f"split_by=published: no split was published with {name}: use song, album or artist"
        )
    if len(splits) < settings.repeats:
        raise SettingsError(
            f"repeats={settings.repeats} with split_by=published: {name} has {len(splits)} "
            f"published split{'s' * (len(splits) > 1)}: lower repeats, or use split_by=song"
        )
    held = [(parts.reindex(library.songs["path"], fill_value="") != "").to_numpy()
            for parts in splits]  # fmt: skip
    kept = sum(held) == len(held)
    rejected = tuple(
        {"path": path, "reason": "not in the published split", "detail": "it is in no part of it"}
        for path in library.songs["path"][~kept]
    )
    songs = library.songs[kept].reset_index(drop=True)
    return replace(library, songs=songs, rejected=library.rejected + rejected)
