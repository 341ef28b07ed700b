"""What a decoder gives of a song, before it is checked and resampled."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import SongError

RATES = (1_000, 1_000_000)
"""Sample rates in Hz that are believed. At the highest, 30 s of mono take 120 MB."""

MOST_SAMPLES = 2**32
"""Of all channels; 13 hours of stereo at 44,100 Hz. No file keeps a decoder busy for longer."""


FEW = 16
"""Channels up to which they are added one by one."""


class Native(NamedTuple):
    """The segment in the middle of a song as its file has it.

    Attributes
    ----------
    samples : ndarray, float32, shape=(n,)
        Mono; at most `segment_seconds` of them.
    rate : int
        Their rate in Hz.
    seconds : float
        Duration of the whole song.
    """

    samples: np.ndarray
    rate: int
    seconds: float


class BrokenPromise(Exception):
    """A file is not as its header says, or its decoder can't be trusted to seek in it."""


def middle(total: int, wanted: int) -> int:
    """The first of `wanted` frames in the middle of `total`."""
    return max(0, (total - wanted) // 2)


def add_up(channels: Sequence[np.ndarray], out: np.ndarray) -> None:
    """Write the sum of channels, each of shape (n,), to `out`, shape (n,)."""
    if len(channels) == 1:
        out[:] = channels[0]
    elif len(channels) > FEW:
        np.sum(channels, axis=0, out=out)
    else:
        # Sums of whole channels: several times cheaper than a sum over few of them.
        np.add(channels[0], channels[1], out=out)
        for channel in channels[2:]:
            out += channel


def mix(channels: Sequence[np.ndarray], out: np.ndarray) -> None:
    """Write the mean of channels, each of shape (n,), to `out`, shape (n,)."""
    add_up(channels, out)
    if len(channels) > 1:
        out *= np.float32(1 / len(channels))


def check_rate(rate: int) -> None:
    """Raise `SongError` where a header's sample rate is absurd."""
    low, high = RATES
    if not low <= rate <= high:
        raise SongError(
            "unreadable", f"a sample rate of {rate:,} Hz, {low:,} to {high:,} Hz can be read"
        )


def check_length(frames: int, channels: int) -> None:
    """Raise `BrokenPromise` where decoding would go on for hours."""
    if frames * channels > MOST_SAMPLES:
        raise BrokenPromise(f"more than {MOST_SAMPLES:,} samples")
