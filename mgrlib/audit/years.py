"""When the songs were made: years by genre, and what the tables do not say.

Notebook: 01_dataset_audit, "Years".
"""

import numpy as np
import pandas as pd

FIRST_RECORDING = 1877
"""Edison's phonograph: an earlier year is that of a composition, or an error."""
LONG_SPAN_YEARS = 30
"""Songs of more years than this are counted by decade."""


def year_statistics(songs: pd.DataFrame, labels: pd.DataFrame) -> dict:
    """Songs by year, and by genre and year or decade.

    Parameters
    ----------
    songs : DataFrame
        Column ``year``, text: four digits, or anything else where it is not known.
    labels : DataFrame of bool, shape=(songs, genres)

    Returns
    -------
    dict
        ``dated, missing`` (songs), ``first, last, median`` (None without a year),
        ``before_recording`` (songs dated before `FIRST_RECORDING`), ``step`` (years a bin,
        10 or 1), ``songs`` by bin and ``by_genre``: by genre, songs by bin. A bin is named
        by its first year.
    """
    text = songs["year"].fillna("").astype(str).str.strip()
    known = text.str.fullmatch(r"[0-9]{4}").to_numpy(dtype=bool) & (text != "0000").to_numpy()
    years = text[known].astype(int).to_numpy()
    statistics = {"dated": len(years), "missing": int(len(text) - len(years))}
    if not len(years):
        return statistics | {"first": None, "last": None, "median": None, "before_recording": 0,
                             "step": 10, "songs": {}, "by_genre": {}}  # fmt: skip
    first, last = int(years.min()), int(years.max())
    step = 10 if last - first >= LONG_SPAN_YEARS else 1
    bins, place = np.unique(years // step * step, return_inverse=True)
    inside = np.zeros((len(years), len(bins)), dtype=np.float32)
    inside[np.arange(len(years)), place] = 1
    by_genre = (labels.to_numpy(dtype=np.float32)[known].T @ inside).astype(int)
    return statistics | {
        "first": first,
        "last": last,
        "median": float(np.median(years)),
        "before_recording": int((years < FIRST_RECORDING).sum()),
        "step": step,
        "songs": _counted(bins, np.bincount(place)),
        "by_genre": {g: _counted(bins, row) for g, row in zip(labels, by_genre, strict=True)},
    }


def _counted(bins: np.ndarray, songs: np.ndarray) -> dict[str, int]:
    return {str(year): int(number) for year, number in zip(bins, songs, strict=True) if number}
