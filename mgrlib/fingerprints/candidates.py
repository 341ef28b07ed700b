"""Pairs of songs that may hold the same music, found without comparing all with all.

Songs that share a code are neighbors in the sorted list of all codes. Each pair of
neighbors votes for the shift at which the two codes lie over each other; where two codes
or more agree on a shift, the pair is a candidate. A song's place in a list of `n` is 0..n-1,
shifts are in frames: what is at `t` in the first song is at `t + shift` in the second.
"""

import numpy as np

ENTRIES = 2**24
"""Codes that are sorted at most; of more, those that a hash of the code picks."""

LINKS = 2**24
"""Votes at most."""

NEIGHBORS = 16
"""Entries after each that share its code and that it is linked with, at most: a code in many
songs says little of any pair, and makes no more links than it has songs times this."""

LEAST_BITS = 6
"""Set and unset bits of a code that can be looked up: 0 is silence."""

LEAST_VOTES = 2
SLICE_SONGS = 4096
GOLDEN = np.uint32(2654435769)
"""2**32 over the golden ratio: its multiples spread over all 32 bits (Knuth's hash)."""

Candidates = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""First song, second song, shift and votes, an array each."""


def find_candidates(codes: np.ndarray) -> Candidates:
    """Pairs of songs whose codes agree on a shift, most votes first.

    Parameters
    ----------
    codes : ndarray, uint32, shape=(songs, frames)

    Returns
    -------
    tuple of ndarray
        ``first, second, shift, votes``; a pair stands there once a shift. ``first < second``.
    """
    entries = _sorted_entries(codes)
    return _count_votes(*_links(entries, frames=codes.shape[1]), codes.shape)


def _sorted_entries(codes: np.ndarray) -> np.ndarray:
    """A code's first place in each song, code in the high 32 bits, sorted."""
    share = min(1.0, ENTRIES / max(1, codes.size))
    found = []
    for start in range(0, len(codes), SLICE_SONGS):
        block = codes[start : start + SLICE_SONGS]
        bits = np.bitwise_count(block)
        usable = (bits >= LEAST_BITS) & (bits <= 32 - LEAST_BITS)
        usable[:, 1:] &= block[:, 1:] != block[:, :-1]
        if share < 1:
            usable &= block * GOLDEN < np.uint32(share * 2**32)
        place = np.flatnonzero(usable)
        key = block.ravel()[place].astype(np.uint64) << np.uint64(32)
        found.append(key | (place + start * codes.shape[1]).astype(np.uint64))
    entries = np.concatenate(found) if found else np.empty(0, np.uint64)
    entries.sort()
    return entries


def _links(entries: np.ndarray, *, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Places of two songs' same code, of near neighbors first, as many as `LINKS`."""
    song = (entries & np.uint64(2**32 - 1)) // np.uint64(frames)
    code = entries >> np.uint64(32)
    again = np.zeros(len(entries), dtype=bool)
    again[1:] = (code[1:] == code[:-1]) & (song[1:] == song[:-1])
    entries, code = entries[~again], code[~again]
    places = (entries & np.uint64(2**32 - 1)).astype(np.int64)
    starts, made = [], 0
    for distance in range(1, NEIGHBORS + 1):
        linked = np.flatnonzero(code[distance:] == code[:-distance])
        made += len(linked)
        if made > LINKS and starts:
            break
        starts.append(linked)
    before = [places[linked] for linked in starts]
    after = [places[linked + distance] for distance, linked in enumerate(starts, 1)]
    return np.concatenate(before), np.concatenate(after)


def _count_votes(before: np.ndarray, after: np.ndarray, shape: tuple[int, int]) -> Candidates:
    songs, frames = shape
    first, second = before // frames, after // frames
    shift = after % frames - before % frames
    keys = (first * songs + second) * (2 * frames) + shift + frames
    keys, votes = np.unique(keys, return_counts=True)
    adjacent = np.zeros(len(keys) + 1, dtype=bool)
    adjacent[1:-1] = keys[1:] == keys[:-1] + 1
    # A shift between two hops gives its votes to both.
    total = votes.copy()
    total[1:] += np.where(adjacent[1:-1], votes[:-1], 0)
    total[:-1] += np.where(adjacent[1:-1], votes[1:], 0)
    kept = np.flatnonzero(total >= LEAST_VOTES)
    kept = kept[np.argsort(-total[kept], kind="stable")]
    pair, shift = keys[kept] // (2 * frames), keys[kept] % (2 * frames) - frames
    return pair // songs, pair % songs, shift, total[kept]
