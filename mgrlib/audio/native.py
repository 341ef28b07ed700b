"""What a decoder gives of a song, before it is checked and resampled."""

from typing import NamedTuple

import numpy as np


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


def middle(total: int, wanted: int) -> int:
    """The first of `wanted` frames in the middle of `total`."""
    return max(0, (total - wanted) // 2)


def to_mono(frames: np.ndarray) -> np.ndarray:
    """(n, channels) float32 -> (n,): a sum of columns, several times cheaper than mean()."""
    total = frames[:, 0].copy()
    for channel in range(1, frames.shape[1]):
        total += frames[:, channel]
    return total if frames.shape[1] == 1 else total * np.float32(1 / frames.shape[1])
