"""How alike two fingerprints are where they lie over each other, and when that is too much.

The codes of different songs differ in half of their bits, give or take `DEVIATION` over the
square root of the seconds compared: chance alone, normally distributed, on synthetic songs
and on music. Pairs far below that are no chance.
"""

import numpy as np

DEVIATION = 0.034
"""Standard deviation of the share of different bits over 1 s of two different songs."""

DEVIATIONS = 9.0
"""How far below one half a share must lie: chance comes so far once in 10**19."""

MOST_DIFFERENT = 0.25
"""Share of bits that may differ however long the pair. Of 14,196 pairs of different pieces of
music, heard for 4 to 10 s, two with a loop in common came to 0.29, the others to 0.36 or more,
each at the shift where they are most alike."""

LEAST_SECONDS = 1.0
LEAST_PART = 0.25
"""Overlap that duplicates have at least, in s of sound and as part of the segment: one loop or
drum of a machine at the end of one song and the start of another makes no duplicate."""

CHUNK_CODES = 2**18
"""Codes compared at once: they stay in the processor's cache."""

COARSE_CODES = 96
"""Codes of a song that a first look takes."""

COARSE_SHARE = 0.42
"""Share of different bits beyond which a candidate gets no second look."""

Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""First song, second song, shift and share of different bits, an array each."""


def compare(
    codes: np.ndarray, first: np.ndarray, second: np.ndarray, shift: np.ndarray, *, step: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Share of bits that differ between pairs of songs, each at a shift.

    Parameters
    ----------
    codes : ndarray, uint32, shape=(songs, frames)
    first, second, shift : ndarray of int, shape=(pairs,)
        Code `t` of the first song is compared with code ``t + shift`` of the second.
    step : int
        Compare every so many codes only.

    Returns
    -------
    tuple of ndarray, shape=(pairs,)
        Shares, 1 where there is nothing to compare, and how many codes were compared:
        those that overlap, where neither song is silent (code 0).
    """
    frames = codes.shape[1]
    shares, counts = np.ones(len(first)), np.zeros(len(first), dtype=np.int64)
    at = np.arange(0, frames, step)
    rows = max(1, CHUNK_CODES // max(1, len(at)))
    for start in range(0, len(first), rows):
        part = slice(start, start + rows)
        there = at + shift[part, None]
        inside = (there >= 0) & (there < frames)
        ours = codes[first[part, None], at]
        theirs = codes[second[part, None], np.clip(there, 0, frames - 1)]
        inside &= (ours != 0) & (theirs != 0)
        errors = (np.bitwise_count(ours ^ theirs) * inside).sum(axis=1)
        counts[part] = inside.sum(axis=1)
        np.divide(errors, 32 * counts[part], out=shares[part], where=counts[part] > 0)
    return shares, counts


def most_different(counts: np.ndarray, *, hop_seconds: float) -> np.ndarray:
    """Share of bits that may differ in a duplicate of which so many codes were compared.

    Returns
    -------
    ndarray, shape=counts.shape
        Below 0 where so few can't tell.
    """
    seconds = counts * hop_seconds
    by_chance = 0.5 - DEVIATIONS * DEVIATION / np.sqrt(np.maximum(seconds, 1e-9))
    return np.where(seconds < LEAST_SECONDS, -1.0, np.minimum(by_chance, MOST_DIFFERENT))


def verified(
    codes: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    shift: np.ndarray,
    *,
    hop_seconds: float,
    around: int = 1,
) -> Pairs:
    """The candidates that are duplicates, each at the best shift `around` its own.

    Returns
    -------
    tuple of ndarray
        ``first, second, shift, share``: a pair once, where it is most alike.
    """
    frames = codes.shape[1]
    step = max(1, frames // COARSE_CODES)
    near = compare(codes, first, second, shift, step=step)[0] < COARSE_SHARE
    near &= np.abs(shift) <= (1 - LEAST_PART) * frames
    first, second, shift = first[near], second[near], shift[near]
    found = []
    for offset in range(-around, around + 1):
        shares, counts = compare(codes, first, second, shift + offset)
        passed = shares <= most_different(counts, hop_seconds=hop_seconds)
        found.append((first[passed], second[passed], shift[passed] + offset, shares[passed]))
    first, second, shift, shares = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((shift, shares, second, first))
    pairs = first[order] * len(codes) + second[order]
    order = order[np.unique(pairs, return_index=True)[1]]
    return first[order], second[order], shift[order], shares[order]
