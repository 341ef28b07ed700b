"""Which songs stand for a genre."""

from collections.abc import Iterable

import pandas as pd


def choose_songs(
    labels: pd.DataFrame, genres: Iterable[str], *, each: int = 1
) -> dict[str, list[str]]:
    """For each genre songs that have it and as few other genres as can be found.

    No song is taken twice. Every genre gets its first song before any gets its second; of
    songs with as many genres the first in the table is taken.

    Parameters
    ----------
    labels : DataFrame of bool, shape=(songs, genres)
        Index: paths.
    genres : iterable of str
        Columns of `labels`, in the order in which they choose.
    each : int
        Songs wanted of a genre.

    Returns
    -------
    dict of str to list of str
        Paths, at most `each`; genres without a song of their own are not in it.

    Examples
    --------
    >>> labels = pd.DataFrame({"Rock": [True, True], "Jazz": [True, False]}, index=["a", "b"])
    >>> choose_songs(labels, ["Rock", "Jazz"])
    {'Rock': ['b'], 'Jazz': ['a']}
    """
    fewest_first = labels.loc[labels.sum(axis=1).sort_values(kind="stable").index]
    chosen: dict[str, list[str]] = {genre: [] for genre in genres}
    taken: set[str] = set()
    for _ in range(each):
        for genre, songs in chosen.items():
            having = fewest_first.index[fewest_first[genre]]
            if (song := next((path for path in having if path not in taken), None)) is not None:
                songs.append(song)
                taken.add(song)
    return {genre: songs for genre, songs in chosen.items() if songs}
