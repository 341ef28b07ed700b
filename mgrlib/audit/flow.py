"""From subgenres to genres: which subgenre brings how many songs to which genre.

A song counts once in each of its subgenres, however often its row names it.
Notebook: 01_dataset_audit, "From subgenre to genre".
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..catalog import subgenre_columns


def subgenre_statistics(songs: pd.DataFrame, taxonomy: Mapping[str, Sequence[str]]) -> dict:
    """Songs by subgenre, and how many songs one subgenre alone gives two genres.

    Parameters
    ----------
    songs : DataFrame
        Columns ``subgenre_1``, ``subgenre_2``, …, text, "" where absent.
    taxonomy : mapping of str to sequence of str
        The genres of each subgenre.

    Returns
    -------
    dict
        ``subgenres``: how many have a song. ``built_in``: songs that one of their subgenres
        alone gives two genres. ``flow``: by subgenre, most songs first,
        ``{"songs", "genres"}``.
    """
    names = list(taxonomy)
    member = subgenre_members(songs, names)
    counts = member.sum(axis=0)
    pairs = np.array([len(taxonomy[name]) > 1 for name in names], dtype=bool)
    order = [place for place in np.argsort(-counts, kind="stable") if counts[place]]
    return {
        "subgenres": len(order),
        "built_in": int(member[:, pairs].any(axis=1).sum()),
        "flow": {
            names[place]: {"songs": int(counts[place]), "genres": list(taxonomy[names[place]])}
            for place in order
        },
    }


def subgenre_members(songs: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Which song has which subgenre, bool, shape=(songs, subgenres)."""
    place = {name: column for column, name in enumerate(names)} | {"": len(names)}
    member = np.zeros((len(songs), len(names) + 1), dtype=bool)
    for column in subgenre_columns(songs):
        member[np.arange(len(songs)), songs[column].map(place).to_numpy(int)] = True
    return member[:, :-1]


def flow_table(flow: Mapping[str, Mapping], *, most: int = 24) -> pd.DataFrame:
    """The streams from subgenres to genres, small subgenres gathered.

    Parameters
    ----------
    flow : mapping
        As `subgenre_statistics` gives it.
    most : int
        So many subgenres keep their name.

    Returns
    -------
    DataFrame
        ``subgenre, genre, songs, shared``: a row a stream. ``shared``: whether the
        subgenre feeds more than one genre. The gathered ones stand under ``""``.
    """
    fed = {name: entry for name, entry in flow.items() if entry["genres"]}
    rows = [
        (name if place < most or len(fed) <= most + 1 else "", genre, entry["songs"],
         len(entry["genres"]) > 1)
        for place, (name, entry) in enumerate(fed.items())
        for genre in entry["genres"]
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["subgenre", "genre", "songs", "shared"])
    keys = ["subgenre", "genre", "shared"]
    return table.groupby(keys, sort=False, as_index=False)["songs"].sum()[table.columns]


def gathered(flow: Mapping[str, Mapping], table: pd.DataFrame) -> int:
    """How many subgenres of `flow` have lost their name in its `flow_table`."""
    named = set(table["subgenre"]) - {""}
    return sum(bool(entry["genres"]) for entry in flow.values()) - len(named)
