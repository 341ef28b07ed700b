"""The power spectrogram, made once and shared by the scales of a song.

The transform is scipy's, in float32, of `librosa.stft`'s definition and several times faster.
Arrays are (bins, frames), as librosa's; in memory a frame's bins lie together, since writing
frame after frame costs a quarter less than writing a column of each bin's row.
"""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import scipy.fft

BLOCK_VALUES = 2**16
"""Values transformed at once, 32 frames of 2048: a block stays in the processor's cache."""

WINDOWS = {
    "hann": np.hanning,
    "hamming": np.hamming,
    "blackman": np.blackman,
    "rectangular": np.ones,
}
"""What fades a frame in and out; the study's is the first. Made one sample longer than a
frame and cut, so that they are periodic, as those of `scipy.signal.get_window`."""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """Samples, and how they are cut into frames and bands.

    Attributes
    ----------
    samples : ndarray, float32, shape=(n,)
    sample_rate : int
        Hz.
    n_fft, hop_length : int
        Window and hop in samples.
    n_mels : int
        Number of rows of the scales that have bands.
    window : str
        A row of `WINDOWS`, for the scales that share the transform.
    """

    samples: np.ndarray
    sample_rate: int
    n_fft: int
    hop_length: int
    n_mels: int
    window: str = "hann"

    @classmethod
    def of(cls, samples: np.ndarray, settings: Any) -> "Sound":
        """Samples framed as `settings` (a `mgrlib.settings.Settings`, say) have it."""
        names = ("sample_rate", "n_fft", "hop_length", "n_mels")
        return cls(samples=samples, **{name: getattr(settings, name) for name in names})

    @cached_property
    def power(self) -> np.ndarray:
        """`power_spectrogram` of the samples, made when it is first asked for."""
        frames = {"n_fft": self.n_fft, "hop_length": self.hop_length, "window": self.window}
        return power_spectrogram(self.samples, **frames)

    def with_bands(self, n_mels: int) -> "Sound":
        """The same sound with another number of bands; what was transformed stays so."""
        other = replace(self, n_mels=n_mels)
        vars(other).update({name: made for name, made in vars(self).items() if name == "power"})
        return other

    @property
    def spacing(self) -> dict[str, int]:
        """What the frequencies of a scale's rows depend on."""
        return {"sample_rate": self.sample_rate, "n_fft": self.n_fft, "n_mels": self.n_mels}

    @property
    def times(self) -> np.ndarray:
        """Middle of each frame in s, shape=(frames,)."""
        frames = 1 + (len(self.samples) - self.n_fft % 2) // self.hop_length
        return np.arange(frames) * (self.hop_length / self.sample_rate)


def power_spectrogram(
    samples: np.ndarray, *, n_fft: int, hop_length: int, window: str = "hann"
) -> np.ndarray:
    """Squared magnitude of the short-time Fourier transform, as `librosa.stft` defines it.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
    n_fft, hop_length : int
        Window and hop in samples.
    window : str
        A row of `WINDOWS`.

    Returns
    -------
    ndarray, float32, shape=(1 + n_fft // 2, frames)
        ``1 + n // hop_length`` frames, or ``1 + (n - 1) // hop_length`` if `n_fft` is odd.
    """
    padded = np.pad(samples.astype(np.float32, copy=False), n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]
    shape = _window(window, n_fft)
    power = np.empty((len(frames), 1 + n_fft // 2), dtype=np.float32)
    step = max(1, BLOCK_VALUES // n_fft)
    windowed = np.empty((step, n_fft), dtype=np.float32)
    for start in range(0, len(frames), step):
        block = power[start : start + step]
        cut = np.multiply(frames[start : start + step], shape, out=windowed[: len(block)])
        np.abs(scipy.fft.rfft(cut, axis=1), out=block)
        block *= block
    return power.T


@lru_cache(maxsize=8)
def _window(name: str, n_fft: int) -> np.ndarray:
    return WINDOWS[name](n_fft + 1)[:-1].astype(np.float32)
