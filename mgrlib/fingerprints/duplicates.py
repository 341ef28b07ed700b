"""Duplicates among many songs: the same samples, or the same music under other samples.

Five thousand copies of one song are twelve million pairs, so each song beyond the first of
its group is told once: with the first if these two are alike enough, else with the one that
joins it to the group.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import StudyError
from .candidates import find_candidates
from .codes import hop_seconds
from .comparing import Pairs, verified

COLUMNS = ("first", "second", "kind", "shift_seconds", "similarity")
EXACT, NEAR = "exact", "near"
MOST_CODES = 2**32
"""A code's place is a number of 32 bits: two million songs of 60 s."""

AROUND = 2
"""Hops by which the sum of two shifts may be off."""


def find_duplicates(
    fingerprints: np.ndarray, digests: Sequence[str], *, sample_rate: int
) -> pd.DataFrame:
    """Songs that hold the same music as another one.

    Parameters
    ----------
    fingerprints : ndarray, uint32, shape=(songs, frames)
        See `fingerprint`.
    digests : sequence of str, shape=(songs,)
        Equal where the decoded samples are equal; "" where that is not known.
    sample_rate : int
        Rate in Hz of what the fingerprints were made of.

    Returns
    -------
    DataFrame
        ``first < second``, rows of the two songs; ``kind`` "exact" (equal digests) or "near";
        ``shift_seconds``, by how much later the second has what the first has;
        ``similarity``, the share of equal bits, one half between different songs. A group
        of n songs that belong together has n - 1 rows.

    Raises
    ------
    StudyError
        If there are not as many digests as fingerprints, or more codes than can be numbered.
    """
    if len(fingerprints) != len(digests):
        raise StudyError(
            f"digests must be as many as the fingerprints, {len(fingerprints)}, got {len(digests)}"
        )
    if fingerprints.size > MOST_CODES:
        raise StudyError(
            f"duplicates are looked for among at most {MOST_CODES} codes, got "
            f"{fingerprints.size}: make segment_seconds shorter"
        )
    leader = _leaders(digests)
    songs = np.flatnonzero(leader == np.arange(len(leader)))
    copies = np.flatnonzero(leader != np.arange(len(leader)))
    codes = fingerprints if not len(copies) else fingerprints[songs]
    near = _near(codes, hop_seconds=hop_seconds(sample_rate))
    exact = {"first": leader[copies], "second": copies, "kind": EXACT,
             "shift_seconds": 0.0, "similarity": 1.0}  # fmt: skip
    near["first"], near["second"] = songs[near["first"]], songs[near["second"]]
    found = pd.concat([pd.DataFrame(exact), near]) if len(near) else pd.DataFrame(exact)
    return found[list(COLUMNS)].sort_values(["first", "second"], ignore_index=True)


def group_numbers(first: np.ndarray, second: np.ndarray, *, songs: int) -> np.ndarray:
    """The lowest song that each one is joined to by pairs, itself if by none.

    Parameters
    ----------
    first, second : ndarray of int, shape=(pairs,)
    songs : int
        Number of all songs.

    Returns
    -------
    ndarray of int, shape=(songs,)
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(songs, songs))
    _, part = connected_components(joined, directed=False)
    return np.unique(part, return_index=True)[1][part]


def _leaders(digests: Sequence[str]) -> np.ndarray:
    """The first song with each song's digest."""
    digests = np.asarray(digests, dtype=np.str_)
    _, first, which = np.unique(digests, return_index=True, return_inverse=True)
    return np.where(digests == "", np.arange(len(digests)), first[which])


def _near(codes: np.ndarray, *, hop_seconds: float) -> pd.DataFrame:
    found = verified(codes, *find_candidates(codes), hop_seconds=hop_seconds)
    pairs = _told_once(codes, found, hop_seconds=hop_seconds)
    first, second, shift, share = pairs
    return pd.DataFrame({
        "first": first, "second": second, "kind": NEAR,
        "shift_seconds": shift * hop_seconds, "similarity": 1 - share,
    })  # fmt: skip


def _told_once(codes: np.ndarray, found: Pairs, *, hop_seconds: float) -> Pairs:
    """A pair for each song but the first of its group."""
    first, second, shift, share = found
    head, joined = _walk(first, second, songs=len(codes))
    places = np.zeros(len(codes), dtype=np.int64)
    links = {}
    for link, (low, high) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        links[low, high] = links[high, low] = link
    chosen = []
    for song, before in joined:
        link = links[before, song]
        places[song] = places[before] + (shift[link] if first[link] == before else -shift[link])
        chosen.append(link)
    members = np.array([song for song, _ in joined], dtype=np.int64)
    chosen = np.array(chosen, dtype=np.int64)
    direct = verified(codes, head[members], members, places[members],
                      hop_seconds=hop_seconds, around=AROUND)  # fmt: skip
    rest = chosen[~np.isin(members, direct[1])]
    others = (first[rest], second[rest], shift[rest], share[rest])
    return tuple(np.concatenate(parts) for parts in zip(direct, others, strict=True))


def _walk(
    first: np.ndarray, second: np.ndarray, *, songs: int
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """The lowest song of each one's group, and the others with the song each is reached from."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    head = group_numbers(first, second, songs=songs)
    heads = np.unique(head[first])
    # One search from a song that there isn't, joined to the first of every group.
    rows, columns = np.append(first, np.full(len(heads), songs)), np.append(second, heads)
    joined = coo_array((np.ones(len(rows), dtype=bool), (rows, columns)),
                       shape=(songs + 1, songs + 1))  # fmt: skip
    order, before = breadth_first_order(joined.tocsr(), songs, directed=False)
    return head, [(song, int(before[song])) for song in order[1:].tolist() if before[song] != songs]
