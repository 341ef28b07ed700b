"""Duplicates among very many songs, in a process of their own so that its memory can be told.

``python -m mgrlib.bench.many CODES SONGS`` prints the seconds of processor time, the most
bytes, and the pairs that were planted, found and named besides.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..fingerprints import find_duplicates
from ..resources import peak_bytes

SAMPLE_RATE = 22_050
PLANTED_SHARE = 0.01
ERRORS = (0.0, 0.02, 0.05, 0.1, 0.15)
"""Shares of bits that differ in the duplicates, as they do after encoders of 320 to 64 kbit/s."""

MOST_SHIFT = 75
"""Codes, 3 s."""

PARTS = 8


def many_codes(base: np.ndarray, *, songs: int, rng: np.random.Generator) -> np.ndarray:
    """Fingerprints as different as those of songs, made of few: the last ones are duplicates.

    Each is one of `base`, begun elsewhere, with bits turned over that are drawn for it and for
    each of its `PARTS`: codes follow each other as in a song. The last hundredth repeats the
    first with errors and a shift.

    Parameters
    ----------
    base : ndarray, uint32, shape=(few, frames)
    songs : int

    Returns
    -------
    ndarray, uint32, shape=(songs, frames)
    """
    frames, planted = base.shape[1], round(PLANTED_SHARE * songs)
    codes = np.empty((songs, frames), dtype=np.uint32)
    for song in range(songs):
        turned = np.repeat(rng.integers(2**32, size=PARTS, dtype=np.uint32), -(-frames // PARTS))
        begun = np.roll(base[rng.integers(len(base))], rng.integers(frames))
        codes[song] = begun ^ turned[:frames]
    for place in range(planted):
        copy = np.roll(codes[place], rng.integers(-MOST_SHIFT, MOST_SHIFT + 1))
        codes[songs - planted + place] = copy ^ _errors(frames, ERRORS[place % len(ERRORS)], rng)
    return codes


def _errors(frames: int, share: float, rng: np.random.Generator) -> np.ndarray:
    bits = rng.random((frames, 32)) < share
    return np.packbits(bits, axis=1, bitorder="little").view("<u4")[:, 0]


def main(arguments: Sequence[str]) -> None:
    """Make so many fingerprints of those in a file and look for the duplicates."""
    base, songs = np.load(Path(arguments[0])), int(arguments[1])
    codes = many_codes(base, songs=songs, rng=np.random.default_rng(1))
    started = time.process_time()
    pairs = find_duplicates(codes, [""] * songs, sample_rate=SAMPLE_RATE)
    seconds = time.process_time() - started
    planted = round(PLANTED_SHARE * songs)
    found = int((pairs["second"] - pairs["first"] == songs - planted).sum())
    print(seconds, peak_bytes(), planted, found, len(pairs) - found)


if __name__ == "__main__":
    main(sys.argv[1:])
