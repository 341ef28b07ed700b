"""How unequal the genres are, and how often rare and common ones meet in one song.

The definitions are those of Charte et al. (2014, 2015, 2019), where they leave a choice as
the R package mldr has it (Charte & Charte 2015): SCUMBLE multiplies and averages over the
genres that a song has, and a song without a genre counts with zero. Genres without a song
are left out before. Notebook: 01_dataset_audit, "How unequal the genres are".
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def imbalance(counts: Mapping[str, int]) -> dict:
    """Imbalance of genres by their sizes alone (Charte et al. 2015).

    Parameters
    ----------
    counts : mapping of str to int
        Songs by genre, each at least 1.

    Returns
    -------
    dict
        ``irlbl``: by genre the songs of the largest genre over its own. ``mean_ir``: their
        mean. ``cvir``: their standard deviation (divisor n − 1) over their mean; None with
        fewer than two genres.

    >>> imbalance({"Rock": 30, "Jazz": 10})
    {'irlbl': {'Rock': 1.0, 'Jazz': 3.0}, 'mean_ir': 2.0, 'cvir': 0.7071067811865476}
    """
    sizes = np.array(list(counts.values()), dtype=float)
    ratios = sizes.max(initial=0) / sizes
    return {
        "irlbl": dict(zip(counts, ratios.tolist(), strict=True)),
        "mean_ir": float(ratios.mean()) if len(ratios) else None,
        "cvir": float(ratios.std(ddof=1) / ratios.mean()) if len(ratios) > 1 else None,
    }


def song_scumble(labels: np.ndarray) -> np.ndarray:
    """SCUMBLE of each song: how unequal in size the genres are that meet in it.

    One minus the geometric over the arithmetic mean of the IRLbl of its genres (Atkinson's
    index): 0 with one genre or none and where all are equally large, towards 1 where a very
    rare genre meets a very common one.

    Parameters
    ----------
    labels : bool, shape=(songs, genres)
        Every genre has a song.

    Returns
    -------
    float, shape=(songs,)
    """
    labels = np.asarray(labels, dtype=float)
    if not labels.size:
        return np.zeros(len(labels))
    counts, active = labels.sum(axis=0), labels.sum(axis=1)
    ratios, number = counts.max() / counts, np.maximum(active, 1)
    geometric = np.exp(labels @ np.log(ratios) / number)
    arithmetic = labels @ ratios / number
    # The two means of a single number would differ in the last digit.
    return np.where(active > 1, 1 - geometric / np.where(active > 1, arithmetic, 1), 0.0)


def concurrence(labels: pd.DataFrame) -> dict:
    """SCUMBLE of a data set and of each genre (Charte et al. 2014, 2019).

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, genres)
        Every genre has a song.

    Returns
    -------
    dict
        ``scumble``: mean over all songs. ``scumble_cv``: their standard deviation (divisor
        n − 1) over that mean; None where the mean is zero. ``scumble_by_genre``: mean over
        the songs of the genre.
    """
    values, scores = labels.to_numpy(dtype=float), song_scumble(labels.to_numpy())
    mean = float(scores.mean()) if len(scores) else 0.0
    by_genre = scores @ values / values.sum(axis=0)
    return {
        "scumble": mean,
        "scumble_cv": float(scores.std(ddof=1) / mean) if mean > 0 else None,
        "scumble_by_genre": dict(zip(labels, by_genre.tolist(), strict=True)),
    }


def co_occurrence(labels: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Songs that have both of two genres; each pair once, under the genre that comes first.

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, genres)

    Returns
    -------
    dict of str to dict of str to int
        Only pairs that a song has.
    """
    values = labels.to_numpy(dtype=np.float32)  # counts below 2 ** 24 are exact, and it is fast
    both = np.triu(values.T @ values, 1).astype(int)
    genres = list(labels)
    return {
        genre: {genres[other]: int(both[row, other]) for other in np.flatnonzero(both[row])}
        for row, genre in enumerate(genres)
        if both[row].any()
    }


def co_occurrence_table(
    counts: Mapping[str, int], pairs: Mapping[str, Mapping[str, int]]
) -> pd.DataFrame:
    """`co_occurrence` as a square table of songs, the diagonal being the songs of a genre.

    Parameters
    ----------
    counts : mapping of str to int
        Songs by genre; gives the order.
    pairs : mapping of str to mapping of str to int
        As `co_occurrence` gives them.
    """
    genres = list(counts)
    table = np.diag(list(counts.values()))
    for genre, others in pairs.items():
        for other, songs in others.items():
            row, column = genres.index(genre), genres.index(other)
            table[row, column] = table[column, row] = songs
    return pd.DataFrame(table, index=genres, columns=genres)


def label_sets(labels: pd.DataFrame) -> list[tuple[tuple[str, ...], int]]:
    """Sets of genres and the songs that have just these, the most frequent set first.

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, genres)

    Returns
    -------
    list of tuple
        A set, its genres in the order of the columns, () for none; and its songs.
    """
    values = labels.to_numpy(dtype=bool)
    if not values.size:
        return [((), len(values))] if len(values) else []
    # Eight genres a byte: many times faster to sort than rows of booleans.
    packed = np.ascontiguousarray(np.packbits(values, axis=1))
    rows = packed.view(f"V{packed.shape[1]}").ravel()
    _, first, songs = np.unique(rows, return_index=True, return_counts=True)
    genres = labels.columns.to_numpy(dtype=object)
    order = np.lexsort((first, -songs))
    return [(tuple(genres[values[first[at]]].tolist()), int(songs[at])) for at in order]
