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
from .coverage import coverage_audit
from .labels import label_statistics, rejection_counts
from .leakage import leakage
from .recall import recall_statistics
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
        The duplicates, as `mgrlib.audit.duplicates` finds them; None where not looked for.
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
    audit: dict[str, Any] = {"labels": label_statistics(songs, labels, taxonomy=library.taxonomy)}
    if splits:
        audit["trained"] = trained_sizes(trained, splits[0])
        audit["split"] = {"train": len(splits[0].train), "test": len(splits[0].test)}
        test = {genre: sizes["test"] for genre, sizes in audit["trained"].items()}
        audit["recall"] = recall_statistics(test, paper=TABLE_1)
    audit["left_out"] = list(left_out)
    rejected = [*library.rejected, *(images.rejected if images is not None else ())]
    audit["rejected"] = rejection_counts(rejected)
    named = len(library.songs) + len(library.rejected)
    audit["library"] = {"songs": named, "usable": named - len(rejected)}
    if images is not None:
        audit["padded"] = int(images.padded.sum())
    if _is_mapped(library, settings):
        audit["coverage"] = coverage_audit(songs, library.taxonomy)
    audit["leakage"] = leakage(
        songs, trained, splits, split_by=settings.split_by, test_fraction=settings.test_fraction,
        seed=settings.seed, pairs=pairs,
    )  # fmt: skip
    evidence = "synthetic" if settings.corpus in SYNTHETIC else "music"
    return audit | {"verdict": verdict(audit, evidence=evidence)}


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
