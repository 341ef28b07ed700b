"""Where the spectrum of a segment ends, as an encoder leaves it.

Encoders of lossy formats leave out all above a frequency that depends on their bit rate, by
filters that fall within a few hundred Hz; music and microphones fall by some dB a kHz.
"""

from functools import lru_cache

import numpy as np

SPECTRA = 24
"""From all over the segment."""

BIN_HERTZ = 12.0
"""Distance of their bins, about."""

BAND_HERTZ = 100.0
"""Bands in which levels are compared."""

MEDIAN_BANDS = 5
"""Each band's level is the median of so many: a single tone is no content."""

BELOW_BANDS = (-7, -1)
ABOVE_BANDS = 4
"""Where the level is taken on both sides of an edge: the median of the bands just below, and
the highest of all from so many bands above."""

LEAST_EDGE = 30.0
"""dB of a fall that is called an edge. Measured: songs as they were played, also through
filters of up to eight poles, fall by at most 23, after lossy encoding by 39 to 79."""

LEAST_POWER = 1e-16
"""Of a bin: far below the noise of 24 bits."""


def mean_spectrum(samples: np.ndarray, *, rate: int) -> np.ndarray:
    """Mean power of some frames, Hann's window, as shares of full scale squared.

    Returns
    -------
    ndarray, float32, shape=(bins,)
        From 0 to half the rate.
    """
    import scipy.fft

    length = 2 ** round(np.log2(rate / BIN_HERTZ))
    if len(samples) < length:
        samples = np.pad(samples, (0, length - len(samples)))
    starts = np.linspace(0, len(samples) - length, SPECTRA).astype(int)
    total, block = np.zeros(length // 2 + 1, dtype=np.float32), max(1, 2**16 // length)
    for first in range(0, SPECTRA, block):
        frames = np.stack([samples[start : start + length]
                           for start in starts[first : first + block]])  # fmt: skip
        frames *= _hann(length)
        parts = scipy.fft.rfft(frames, axis=1).view(np.float32)
        np.square(parts, out=parts)
        total += parts.sum(axis=0).reshape(-1, 2).sum(axis=1)
    return total * (2 / (SPECTRA * float(np.square(_hann(length)).sum()) * length))


def find_edge(power: np.ndarray, *, rate: int) -> tuple[float, float]:
    """Where a spectrum falls off most steeply for good, and by how much.

    Parameters
    ----------
    power : ndarray, shape=(bins,)
        Of `mean_spectrum`.
    rate : int
        Hz.

    Returns
    -------
    bandwidth : float
        Hz; half the rate where nothing falls by `LEAST_EDGE`.
    edge : float
        dB from just below the bandwidth to the most that there is above it.
    """
    levels = _band_levels(power, rate)
    low, high = BELOW_BANDS
    if len(levels) <= ABOVE_BANDS - low:
        return rate / 2, 0.0
    below = _running_median(levels, high - low)
    above = np.maximum.accumulate(levels[::-1])[::-1]
    edges = np.arange(-low, len(levels) - ABOVE_BANDS)
    falls = below[edges + low] - above[edges + ABOVE_BANDS]
    steepest = int(falls.argmax())
    place, fall = int(edges[steepest]), float(falls[steepest])
    if fall < LEAST_EDGE:
        return rate / 2, max(0.0, fall)
    near = np.arange(place + low, place + ABOVE_BANDS)
    half = above[place + ABOVE_BANDS] + fall / 2
    return float((near[levels[near] > half].max() + 1) * BAND_HERTZ), fall


def _band_levels(power: np.ndarray, rate: int) -> np.ndarray:
    """Level in dB of each band up to half the rate, smoothed by a median."""
    first = _first_bins(2 * (len(power) - 1), rate)
    means = np.add.reduceat(power[: first[-1]], first[:-1]) / np.diff(first)
    levels = 10 * np.log10(np.maximum(means, LEAST_POWER))
    padded = np.pad(levels, MEDIAN_BANDS // 2, mode="edge")
    return _running_median(padded, MEDIAN_BANDS)


def _running_median(values: np.ndarray, size: int) -> np.ndarray:
    """The upper median of each `size` neighbors; sorting few is quicker than `np.median`."""
    windows = np.lib.stride_tricks.sliding_window_view(values, size)
    return np.sort(windows, axis=1)[:, size // 2]


@lru_cache(maxsize=8)
def _first_bins(length: int, rate: int) -> np.ndarray:
    """The first bin of each band, and of what is left above the last."""
    bands = int(rate / 2 // BAND_HERTZ)
    hertz = np.fft.rfftfreq(length, 1 / rate)
    return np.searchsorted(hertz, np.arange(bands + 1) * BAND_HERTZ)


@lru_cache(maxsize=8)
def _hann(length: int) -> np.ndarray:
    return np.hanning(length + 1)[:-1].astype(np.float32)
