"""From a song's samples to what the networks see of it."""

from collections.abc import Iterable

import numpy as np

from .pixels import resize, to_decibels, to_pixels
from .scales import SCALES
from .transform import Sound

VERSION = 2
"""Changes whenever the pixels of an unchanged song would change."""


def levels(sound: Sound, scale: str, *, top_db: float) -> np.ndarray:
    """Levels of a scale in dB below the loudest, before anything is averaged or rounded.

    Returns
    -------
    ndarray, float32, shape=(rows, frames)
    """
    return to_decibels(SCALES[scale].rows(sound), top_db=top_db)


def song_images(
    samples: np.ndarray,
    *,
    scales: Iterable[str],
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    n_mels: int,
    top_db: float,
    image_size: int,
) -> dict[str, np.ndarray]:
    """What the networks see of one song: a square image a scale, from one shared STFT.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
        The song's segment at `sample_rate` Hz.
    scales : iterable of str
        Rows of `SCALES`.

    Returns
    -------
    dict of str to ndarray, uint8, shape=(image_size, image_size)
    """
    sound = Sound(samples=samples, sample_rate=sample_rate, n_fft=n_fft, hop_length=hop_length,
                  n_mels=n_mels)  # fmt: skip
    return {
        scale: to_pixels(resize(levels(sound, scale, top_db=top_db), image_size), top_db=top_db)
        for scale in scales
    }
