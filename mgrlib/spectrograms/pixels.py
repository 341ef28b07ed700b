"""Levels in dB, squares by the mean over areas, and 256 levels of gray."""

from functools import lru_cache

import numpy as np
import scipy.sparse

AMIN = 1e-10
"""Smallest power, as in `librosa.power_to_db`."""


def to_decibels(power: np.ndarray, *, top_db: float) -> np.ndarray:
    """dB below the largest value, cut at -`top_db`: `librosa.power_to_db(ref=np.max)`."""
    reference = max(AMIN, float(power.max(initial=0.0)))
    decibels = 10 * np.log10(np.maximum(power, np.float32(AMIN)) / np.float32(reference))
    return np.maximum(decibels, -top_db)


def resize(image: np.ndarray, size: int) -> np.ndarray:
    """Scale to (size, size) by the mean over the area that each new pixel covers."""
    rows, columns = (_area_weights(length, size) for length in image.shape)
    return rows @ image @ columns.T


@lru_cache(maxsize=32)
def _area_weights(length: int, size: int) -> scipy.sparse.csr_array:
    """Sparse (size, length) matrix: each row averages length/size neighboring pixels."""
    edges = np.arange(size + 1) * (length / size)
    pixels = np.arange(length)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.clip(overlap, 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return scipy.sparse.csr_array(weights.astype(np.float32))


def to_pixels(decibels: np.ndarray, *, top_db: float) -> np.ndarray:
    """Quantize -top_db..0 dB to 0..255, uint8."""
    return np.rint((decibels / top_db + 1) * 255).astype(np.uint8)
