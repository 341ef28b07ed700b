"""What a data set holds, in numbers that a reader can check: the audit of a catalog.

Cardinality is the mean number of labels a song, density that number over the number of
genres (Tsoumakas & Katakis 2007). Notebook: 01_dataset_audit (Table 1).
"""

from collections import Counter

import numpy as np
import pandas as pd

from ..prose import escape


def label_statistics(songs: pd.DataFrame, labels: pd.DataFrame) -> dict:
    """Numbers about songs and their genres.

    Parameters
    ----------
    songs : DataFrame
        Columns ``artist`` and ``album`` among others, one row a song.
    labels : DataFrame of bool, shape=(songs, genres)

    Returns
    -------
    dict
        ``songs, artists, albums, genres, assignments, cardinality, density,
        distinct_label_sets, unlabeled`` and ``counts``, songs by genre, largest first.
    """
    counts = labels.sum().sort_values(ascending=False, kind="stable")
    assignments = int(counts.sum())
    cardinality = assignments / len(labels)
    return {
        "songs": len(labels),
        "artists": int(songs.loc[songs["artist"] != "", "artist"].nunique()),
        "albums": int(songs.loc[songs["album"] != "", "album"].nunique()),
        "genres": labels.shape[1],
        "assignments": assignments,
        "cardinality": cardinality,
        "density": cardinality / labels.shape[1],
        "distinct_label_sets": len(np.unique(labels.to_numpy(), axis=0)),
        "unlabeled": int((~labels.any(axis=1)).sum()),
        "counts": {genre: int(songs) for genre, songs in counts.items()},
    }


def rejection_counts(rejected: list[dict]) -> dict[str, int]:
    """Rejected songs by reason, most frequent first."""
    return dict(Counter(row["reason"] for row in rejected).most_common())


def table_1(counts: dict[str, int], *, songs: int, paper: dict[str, int], paper_songs: int) -> str:
    """Table 1, songs by genre, this run's beside the paper's, as a MyST table.

    Parameters
    ----------
    counts : dict of str to int
        Songs by genre in this run.
    songs : int
        Songs in all; a song counts in each of its genres.
    paper, paper_songs
        The same for the paper.
    """
    genres = [*paper, *(genre for genre in counts if genre not in paper)]
    lines = [
        ":::{table} Songs by genre, here and in the paper, and their share of all songs.",
        ":name: tab-paper-01",
        "",
        "| Genre | Here | Share (%) | Paper | Share (%) |",
        "|:--|--:|--:|--:|--:|",
    ]
    for genre in genres:
        here = _count_and_share(counts.get(genre), songs)
        lines.append(
            f"| {escape(genre)} | {here} | {_count_and_share(paper.get(genre), paper_songs)} |"
        )
    here, theirs = (
        f"{sum(c.values()) / n:.2f}" for c, n in ((counts, songs), (paper, paper_songs))
    )
    lines.append(f"| *songs* | {songs} | | {paper_songs} | |")
    lines.append(f"| *genres a song* | {here} | | {theirs} | |")
    return "\n".join([*lines, ":::"])


def _count_and_share(count: int | None, songs: int) -> str:
    return "– | –" if count is None else f"{count} | {100 * count / songs:.1f}"
