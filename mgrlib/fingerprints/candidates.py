"""Pairs of songs that may hold the same music, found without comparing all with all.

Two codes of the same moment often differ in some bits, so a code is looked up by some of its
bytes, one choice of bytes after the other. Entries that are equal there lie side by side in
a sorted list; each votes, with its nearest neighbors, for a pair of songs and the shift at
which the two lie over each other. Songs are numbered by their row; shifts are in codes: what
is at `t` in the first song is at ``t + shift`` in the second.
"""

import numpy as np

FEW_CODES = 2**18
"""So many codes are looked up by two of their four bytes, more of them by three."""

TWO_BYTES = (0x0000FFFF, 0x00FF00FF, 0xFF0000FF, 0x00FFFF00, 0xFF00FF00, 0xFFFF0000)
THREE_BYTES = (0x00FFFFFF, 0xFF00FFFF, 0xFFFF00FF, 0xFFFFFF00)

ENTRIES = 2**23
"""Codes that are sorted at once; of more, those that a hash of the bytes picks."""

LINKS = 2**24
"""Votes of one choice of bytes at most."""

NEIGHBORS = 16
"""Entries that one is linked with at most: bytes that very many songs share say little of
any pair, and make no more votes than there are songs times this."""

LEAST_VOTES = 2
CANDIDATES = 64
"""A song, on average, at most; those with fewer votes are not looked at."""

SLICE_SONGS = 4096
GOLDEN = np.uint32(2654435769)
"""2**32 over the golden ratio: its multiples are spread over all 32 bits (Knuth)."""

LOW = np.uint64(2**32 - 1)

Candidates = tuple[np.ndarray, np.ndarray, np.ndarray]
"""First song, second song and shift, an array each."""


def find_candidates(codes: np.ndarray) -> Candidates:
    """Pairs of songs whose codes agree on a shift, most votes first, `CANDIDATES` a song.

    Parameters
    ----------
    codes : ndarray, uint32, shape=(songs, frames)

    Returns
    -------
    tuple of ndarray
        ``first, second, shift`` with ``first < second``; a pair stands there once a shift.
    """
    choices = TWO_BYTES if codes.size <= FEW_CODES else THREE_BYTES
    votes = [_votes(_entries(codes, np.uint32(mask)), codes.shape) for mask in choices]
    return _count(np.concatenate(votes), codes.shape)


def _entries(codes: np.ndarray, mask: np.uint32) -> np.ndarray:
    """Some bytes of the codes above and their place below, sorted; once a song."""
    frames = codes.shape[1]
    share = min(1.0, ENTRIES / max(1, codes.size))
    found = [np.empty(0, dtype=np.uint64)]
    for start in range(0, len(codes), SLICE_SONGS):
        block = codes[start : start + SLICE_SONGS]
        usable = block != 0
        block = block & mask
        if share < 1:
            usable &= block * GOLDEN < np.uint32(share * 2**32)
        place = np.flatnonzero(usable)
        key = block.ravel()[place].astype(np.uint64) << np.uint64(32)
        found.append(key | (place + start * frames).astype(np.uint64))
    entries = np.concatenate(found)
    entries.sort()
    song = (entries & LOW) // np.uint64(frames)
    repeated = (entries[1:] >> np.uint64(32) == entries[:-1] >> np.uint64(32)) & (
        song[1:] == song[:-1]
    )
    return np.delete(entries, np.flatnonzero(repeated) + 1)


def _votes(entries: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A number for the pair and the shift of each link, see `_count`."""
    songs, frames = shape
    key = entries >> np.uint64(32)
    place = (entries & LOW).astype(np.int64)
    votes, made = [np.empty(0, np.int64)], 0
    for distance in range(1, NEIGHBORS + 1):
        linked = np.flatnonzero(key[distance:] == key[:-distance])
        made += len(linked)
        if made > LINKS:
            break
        before, after = place[linked], place[linked + distance]
        first, second = before // frames, after // frames
        shift = after - before - (second - first) * frames
        votes.append((first * songs + second) * (2 * frames) + shift + frames)
    return np.concatenate(votes)


def _count(votes: np.ndarray, shape: tuple[int, int]) -> Candidates:
    """Pairs and shifts that at least `LEAST_VOTES` votes are for; `votes` is sorted in place."""
    songs, frames = shape
    votes.sort()
    # Almost every vote is alone; only the others are copied.
    company = votes[1:] <= votes[:-1] + 1
    kept = np.zeros(len(votes), dtype=bool)
    kept[1:] |= company
    kept[:-1] |= company
    votes = votes[kept]
    begins = np.flatnonzero(np.diff(votes, prepend=-1))
    votes, counts = votes[begins], np.diff(begins, append=len(votes))
    # What lies between two shifts votes now for this one, now for that.
    adjacent = votes[1:] == votes[:-1] + 1
    total = counts.copy()
    total[1:] += counts[:-1] * adjacent
    total[:-1] += counts[1:] * adjacent
    kept = np.flatnonzero(total >= LEAST_VOTES)
    kept = kept[np.argsort(-total[kept], kind="stable")][: CANDIDATES * songs]
    pair, shift = votes[kept] // (2 * frames), votes[kept] % (2 * frames) - frames
    return pair // songs, pair % songs, shift
