"""Where the songs come from: every corpus is, or becomes, a folder with two tables."""

from collections.abc import Callable
from pathlib import Path

from ..catalog import Library, read_library
from ..files import cache_folder, digest
from ..settings import SYNTHETIC, Settings


def is_synthetic(settings: Settings) -> bool:
    """Whether the songs are made by the study itself: no evidence about music."""
    return settings.corpus in SYNTHETIC


def open_corpus(
    settings: Settings, *, jobs: int, progress: Callable[[int], None] = lambda songs: None
) -> Library:
    """The library of a study; the synthetic one is rendered first where it is missing.

    Of ``synthetic-direct`` only the tables are written: its songs sound when they are drawn.

    Parameters
    ----------
    progress : callable
        Called with the number of songs that have become ready.

    Raises
    ------
    LibraryError
        If the corpus is no library or its tables are wrong.
    """
    if not is_synthetic(settings):
        return read_library(Path(settings.corpus))
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
