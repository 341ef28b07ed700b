"""What a data set's labels are, in numbers that a reader can check.

Cardinality is the mean number of genres a song, density that number over the number of
genres (Tsoumakas et al. 2010). Notebook: 01_dataset_audit, "Labels".
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .flow import subgenre_statistics
from .imbalance import co_occurrence, concurrence, imbalance, label_sets
from .years import year_statistics

LARGEST_SETS = 12
"""So many of the most frequent sets of genres are named."""


def label_statistics(
    songs: pd.DataFrame, labels: pd.DataFrame, *, taxonomy: Mapping[str, Sequence[str]]
) -> dict:
    """Numbers about songs and their genres; a genre without a song does not count.

    Parameters
    ----------
    songs : DataFrame
        Columns ``artist``, ``album``, ``year`` and the subgenres, one row a song.
    labels : DataFrame of bool, shape=(songs, genres)
    taxonomy : mapping of str to sequence of str
        The genres of each subgenre.

    Returns
    -------
    dict
        ``songs, artists, albums, genres, assignments, cardinality, density,
        distinct_label_sets, unlabeled``; ``counts``, songs by genre, largest first, which
        is the order of the genres everywhere; ``sizes``, songs by number of genres;
        ``label_sets``, the most frequent sets; ``single_sets``, the sets that one song
        has; ``co_occurrence``; ``years``; and the keys of
        `imbalance.imbalance`, `imbalance.concurrence` and `flow.subgenre_statistics`.
        None where a number is not defined, such as the density of no genre.
    """
    counts = labels.sum().sort_values(ascending=False, kind="stable")
    counts = counts[counts > 0]
    labels = labels[counts.index]
    sets, assignments = label_sets(labels), int(counts.sum())
    sizes = np.bincount(labels.to_numpy(dtype=bool).sum(axis=1)) if len(labels) else ()
    cardinality = assignments / len(labels) if len(labels) else None
    counts = {genre: int(number) for genre, number in counts.items()}
    return {
        "songs": len(labels),
        "artists": _distinct(songs["artist"]),
        "albums": _distinct(songs["album"]),
        "genres": len(counts),
        "assignments": assignments,
        "cardinality": cardinality,
        "density": cardinality / len(counts) if counts else None,
        "distinct_label_sets": len(sets),
        **imbalance(counts),
        **concurrence(labels),
        "unlabeled": int(sizes[0]) if len(sizes) else 0,
        "counts": counts,
        "sizes": {str(size): int(number) for size, number in enumerate(sizes) if number},
        "single_sets": sum(number == 1 for _, number in sets),
        "label_sets": [
            {"genres": list(genres), "songs": number} for genres, number in sets[:LARGEST_SETS]
        ],
        "co_occurrence": co_occurrence(labels),
        **subgenre_statistics(songs, taxonomy),
        "years": year_statistics(songs, labels),
    }


def _distinct(names: pd.Series) -> int:
    """Different names; none where the table does not say."""
    return int(names[names != ""].nunique())


def rejection_counts(rejected: list[dict]) -> dict[str, int]:
    """Rejected songs by reason, most frequent first."""
    return dict(Counter(row["reason"] for row in rejected).most_common())
