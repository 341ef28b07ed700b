"""Levels in dB, squares by the mean over areas, and 256 levels of gray."""

from functools import lru_cache

import numpy as np
import scipy.sparse

from .filters import BLOCK_FRAMES, overlaps

AMIN = 1e-10
"""Smallest power, as in `librosa.power_to_db`."""


def to_decibels(power: np.ndarray, *, top_db: float) -> np.ndarray:
    """dB below the largest value, cut at -`top_db`: `librosa.power_to_db(ref=np.max)`.

    Parameters
    ----------
    power : ndarray, float32, shape=(rows, frames)

    Returns
    -------
    ndarray, float32, shape=(rows, frames)
    """
    reference = np.maximum(power.max(initial=0), AMIN, dtype=np.float32)
    floor = np.maximum(reference * 10 ** (-top_db / 10), AMIN, dtype=np.float32)
    decibels = np.empty_like(power)
    for start in range(0, power.shape[1], BLOCK_FRAMES):
        block = decibels[:, start : start + BLOCK_FRAMES]
        np.maximum(power[:, start : start + BLOCK_FRAMES], floor, out=block)
        np.log10(block, out=block)
        block -= np.log10(reference)
        block *= 10
    return decibels


def resize(image: np.ndarray, size: int) -> np.ndarray:
    """Scale to (size, size) by the mean over the area that each new pixel covers."""
    rows, columns = (_area_weights(length, size) for length in image.shape)
    # Time first: the frames of a spectrogram lie together in memory.
    return rows @ (columns @ image.T).T


@lru_cache(maxsize=32)
def _area_weights(length: int, size: int) -> scipy.sparse.csr_array:
    """Sparse (size, length) matrix: each row averages length/size neighboring pixels."""
    return overlaps(np.linspace(0, length, size + 1), np.arange(length + 1))


def to_pixels(decibels: np.ndarray, *, top_db: float) -> np.ndarray:
    """Quantize -top_db..0 dB to 0..255, uint8."""
    return np.rint((decibels / top_db + 1) * 255).astype(np.uint8)
