"""The whole audit of a data set, the content of ``audit.json``: its parts, put together.

What is not known is absent: without audio there is no ``audio`` and no ``duplicates``, and
without a study (too few songs, say) nothing is trained or split. Notebook: 01_dataset_audit.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ..catalog import Library
from ..paper import GENRES, TABLE_1
from ..settings import SYNTHETIC, Settings
from ..splits import Split
from .confounds import confounds
from .coverage import coverage_audit
from .duplicates import duplicate_audit, duplicate_pairs
from .labels import label_statistics, rejection_counts
from .leakage import leakage
from .recall import recall_statistics
from .sound import sound_audit
from .verdict import verdict


def full_audit(
    songs: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    settings: Settings,
    library: Library,
    images: Any = None,
    pairs: pd.DataFrame | None = None,
    genres: Sequence[str] = (),
    left_out: Sequence[dict] = (),
    splits: Sequence[Split] = (),
) -> dict:
    """The content of ``audit.json``.

    Parameters
    ----------
    songs : DataFrame
        The songs that are audited, columns as in `Library`.
    labels : DataFrame of bool, shape=(songs, genres)
        All their genres.
    settings : Settings
    library : Library
        Where the songs come from; what it rejected is counted.
    images : mgrlib.images.Images, optional
        Of `songs`, in their order; None where only the tables were read.
    pairs : DataFrame, optional
        The duplicates, as `find_pairs` finds them; by default they are found now.
    genres : sequence of str
        Those that are trained; all of `labels` are looked at where there are none.
    left_out : sequence of dict
        ``{"genre", "songs", "reason"}``.
    splits : sequence of Split
        One a repeat; none where there is no study.

    Returns
    -------
    dict
        ``labels, left_out, rejected, library, leakage, verdict``; with `splits` also
        ``trained``, ``split`` and ``recall``; with `images` also ``padded``, ``audio`` and
        ``confounds``; with `pairs` ``duplicates``. What each holds: the book's page *Files
        of a run*.
    """
    trained = labels[list(genres)] if genres else labels.loc[:, labels.any()]
    if pairs is None and images is not None:
        pairs = find_pairs(images, labels, settings=settings)
    rejected = [*library.rejected, *(images.rejected if images is not None else ())]
    named = len(library.songs) + len(library.rejected)
    audit = {
        "library": {"songs": named, "usable": named - len(rejected)},
        "labels": label_statistics(songs, labels, taxonomy=library.taxonomy),
        **(_study(trained, splits[0]) if splits else {}),
        "left_out": list(left_out),
        "rejected": rejection_counts(rejected),
    }
    if _is_mapped(library, settings):
        audit["coverage"] = coverage_audit(songs, library.taxonomy)
    if images is not None:
        audit["padded"] = int(images.padded.sum())
    if images is not None and images.sound is not None:
        audit["audio"] = sound_audit(images.sound, segment_seconds=settings.segment_seconds)
        audit["confounds"] = confounds(images.sound, trained)
    if pairs is not None:
        audit["duplicates"] = duplicate_audit(
            pairs, songs, labels, segment_seconds=settings.segment_seconds,
            sample_rate=settings.sample_rate,
        )  # fmt: skip
    audit["leakage"] = leakage(
        songs, trained, splits, split_by=settings.split_by, test_fraction=settings.test_fraction,
        seed=settings.seed, pairs=pairs,
    )  # fmt: skip
    evidence = "synthetic" if settings.corpus in SYNTHETIC else "music"
    return audit | {"verdict": verdict(audit, evidence=evidence)}


def find_pairs(images: Any, labels: pd.DataFrame, *, settings: Settings) -> pd.DataFrame | None:
    """The duplicates, see `mgrlib.audit.duplicate_pairs`; None where no audio was listened to."""
    if images.fingerprints is None:
        return None
    return duplicate_pairs(images, labels, sample_rate=settings.sample_rate)


def _study(trained: pd.DataFrame, split: Split) -> dict:
    """What is trained and tested, and what the numbers of test songs mean."""
    sizes = trained_sizes(trained, split)
    test = {genre: row["test"] for genre, row in sizes.items()}
    return {
        "trained": sizes,
        "split": {"train": len(split.train), "test": len(split.test)},
        "recall": recall_statistics(test, paper=TABLE_1),
    }


def _is_mapped(library: Library, settings: Settings) -> bool:
    """Whether a public data set's own labels were mapped to the paper's genres."""
    genres = {genre for pair in library.taxonomy.values() for genre in pair}
    return (library.about is not None and settings.genres not in ("all", "native")
            and genres <= set(GENRES))  # fmt: skip


def trained_sizes(labels: pd.DataFrame, split: Split) -> dict[str, dict]:
    """Songs of each trained genre: in all, for testing, and for training.

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, trained genres)

    Returns
    -------
    dict of str to dict
        ``songs, test, train`` (half of them negatives) and ``drawn_down``: whether there
        are fewer songs without the genre than with it.
    """
    songs, test = labels.sum(), labels.iloc[split.test].sum()
    sizes = {}
    for genre in labels:
        positives = int(songs[genre] - test[genre])
        train = 2 * min(positives, len(split.train) - positives)
        sizes[genre] = {"songs": int(songs[genre]), "test": int(test[genre]), "train": train,
                        "drawn_down": train < 2 * positives}  # fmt: skip
    return sizes
