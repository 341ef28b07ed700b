"""What gives a genre away without music: file formats, rates and loudness that go with it.

Where one genre is all MP3 and the others FLAC, a network may learn the codec. How much a
property of the files tells of a genre is measured from 0 to 1: of a category by Cramér's V
with Bergsma's (2013) correction, without which few songs look like an association; of a
number by the rank-biserial correlation, twice the area under the ROC curve minus one,
without its sign. Half is a large effect by Cohen's (1988) convention. Loudness and where a
spectrum ends may belong to the music itself. Notebook: 01_dataset_audit.
"""

import numpy as np
import pandas as pd

CATEGORIES = ("format", "lossless", "native_rate", "channels")
NUMBERS = ("loudness", "bandwidth", "bit_rate")
"""Columns of `Images.sound`."""
FEW = 12
"""With fewer songs than this in a genre, or outside it, chance makes a large effect: the
standard error of the rank-biserial correlation is at least one sixth, 1 / √(3 · 12)."""


def confounds(sound: pd.DataFrame, labels: pd.DataFrame) -> dict[str, dict]:
    """How much properties of the files tell of each genre.

    Parameters
    ----------
    sound : DataFrame
        `Images.sound`, one row a song; a property that it lacks is left out.
    labels : DataFrame of bool, shape=(songs, genres)
        The same songs in the same order.

    Returns
    -------
    dict of str to dict
        By property: ``genres``, the strength 0 to 1 for each genre with enough songs;
        ``strongest``, the genre with the largest one (None without any), and ``value``,
        of a category, the one in which the genre differs most, with its share ``inside``
        and ``outside`` the genre; of a number the two medians. A property in which all
        songs are alike has no ``genres``.
    """
    found = {}
    for name in (name for name in (*CATEGORIES, *NUMBERS) if name in sound):
        values = sound[name].to_numpy()
        known = values != "" if name == "format" else np.isfinite(values.astype(float))
        if name in NUMBERS:
            known &= values.astype(float) != 0  # bit_rate 0: not known
        found[name] = _one(values[known], labels.loc[known], is_number=name in NUMBERS)
    return found


def _one(values: np.ndarray, labels: pd.DataFrame, *, is_number: bool) -> dict:
    strengths = {}
    if len(np.unique(values)) > 1:
        strength = rank_biserial if is_number else cramers_v
        for genre in labels:
            has = labels[genre].to_numpy(dtype=bool)
            if FEW <= has.sum() <= len(has) - FEW:
                strengths[genre] = abs(strength(values, has))
    if not strengths:
        return {"genres": {}, "strongest": None}
    strongest = max(strengths, key=strengths.__getitem__)
    has = labels[strongest].to_numpy(dtype=bool)
    return {"genres": strengths, "strongest": strongest,
            **(_medians if is_number else _shares)(values, has)}  # fmt: skip


def _medians(values: np.ndarray, has: np.ndarray) -> dict:
    return {"inside": float(np.median(values[has])), "outside": float(np.median(values[~has]))}


def _shares(values: np.ndarray, has: np.ndarray) -> dict:
    """The category whose share in the genre exceeds that outside it most."""
    shares = {value: (float((values[has] == value).mean()), float((values[~has] == value).mean()))
              for value in np.unique(values)}  # fmt: skip
    value = max(shares, key=lambda v: shares[v][0] - shares[v][1])
    inside, outside = shares[value]
    return {"value": str(value), "inside": inside, "outside": outside}


def cramers_v(values: np.ndarray, has: np.ndarray) -> float:
    """Cramér's V between a category and a genre, with the correction of Bergsma (2013).

    Parameters
    ----------
    values : ndarray, shape=(n,)
        At least two categories.
    has : ndarray of bool, shape=(n,)
        At least one song of each kind.

    Returns
    -------
    float
        0 (nothing in common, or no more than chance makes) to 1.
    """
    kinds, place = np.unique(values, return_inverse=True)
    table = np.zeros((len(kinds), 2))
    np.add.at(table, (place, has.astype(int)), 1)
    n = table.sum()
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    phi = (np.square(table - expected) / expected).sum() / n
    rows = len(kinds)
    phi = max(0.0, phi - (rows - 1) / (n - 1))
    least = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, 2))
    return float(np.sqrt(phi / (least - 1)))


def rank_biserial(values: np.ndarray, has: np.ndarray) -> float:
    """Rank-biserial correlation: how far songs with the genre lie above those without, −1 to 1.

    Parameters
    ----------
    values : ndarray, shape=(n,)
    has : ndarray of bool, shape=(n,)
        At least one song of each kind.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]  # ties share their mean rank
    inside, outside = int(has.sum()), int((~has).sum())
    above = ranks[has].sum() - inside * (inside + 1) / 2
    return float(2 * above / (inside * outside) - 1)
