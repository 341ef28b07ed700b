"""From samples to codes: signs of how the energy's slope over bands changes in time.

After Haitsma & Kalker (2002): 33 bands give 32 bits a frame, and a bit says whether a band
has gained on the next higher one since some frames ago. Their long frames, which make it
matter little where the frames of another file begin, are means of short ones here.
"""

from functools import lru_cache

import numpy as np
import scipy.fft

VERSION = 6
"""Changes whenever the same samples would give another fingerprint."""

HOP_SECONDS = 0.04
"""From one code to the next, about."""

LOWEST_HZ, HIGHEST_HZ = 300.0, 2000.0
"""Where every encoder keeps what it hears."""

LEAST_RATE = 5000
"""Hz to which sound is decimated: more than `HIGHEST_HZ` needs is time lost."""

WINDOW_SECONDS = 0.0929
SMOOTHING_SECONDS = 0.37
LAG_SECONDS = 0.19
"""Between the two energies that a bit compares."""

BITS = 32
LEAST_CHANGE = 1e-3
"""A bit is set by a change of the logarithm of energy of at least this: none in silence."""

FLOOR, QUIETEST = 1e-9, 1e-6
"""Power below which a band is taken for silent: as a share of the loudest, and at least, that
of a tone of -100 dBFS: what remains below are errors of rounding."""

LEAST_BITS = 6
"""Set and unset bits of a code that tells something: music has 12 to 21 set."""

TAPS = 8
"""Samples of the decimating filter for one that it leaves."""

BLOCK = 16
"""Decimated samples that are made by one row of a matrix product."""

FRAMES = 64
"""Frames transformed at once: they stay in the processor's cache."""


def hop_seconds(sample_rate: int) -> float:
    """From one code to the next in s, exactly."""
    _, hop, *_ = _frames(sample_rate)
    return hop * _factor(sample_rate) / sample_rate


def frame_count(samples: int, *, sample_rate: int) -> int:
    """Number of codes of so many samples, at least 1."""
    window, hop, smoothing, lag = _frames(sample_rate)
    frames = 1 + max(0, samples // _factor(sample_rate) - window) // hop
    return max(1, frames - lag - smoothing + 1)


def fingerprint(samples: np.ndarray, *, sample_rate: int) -> np.ndarray:
    """The codes of a segment.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
        Mono.
    sample_rate : int
        Their rate in Hz. Codes compare only with codes of the same rate.

    Returns
    -------
    ndarray, uint32, shape=(`frame_count`,)
        0 where next to nothing changes, as in silence, or what did in the frame before.

    Notes
    -----
    Haitsma & Kalker, A Highly Robust Audio Fingerprinting System, ISMIR 2002.
    """
    *_, lag = _frames(sample_rate)
    energies = _energies(samples, sample_rate)
    level = np.log(energies + max(FLOOR * float(energies.max()), QUIETEST))
    slope = level[:, :-1] - level[:, 1:]
    bits = slope[lag:] - slope[:-lag] > LEAST_CHANGE
    codes = np.packbits(bits, axis=1, bitorder="little").view("<u4")[:, 0].astype(np.uint32)
    count = np.bitwise_count(codes)
    dull = (count < LEAST_BITS) | (count > BITS - LEAST_BITS)
    dull[1:] |= codes[1:] == codes[:-1]
    codes[dull] = 0
    return codes


def _energies(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Smoothed energy in each band, shape=(frames + lag, BITS + 1)."""
    window, hop, smoothing, lag = _frames(sample_rate)
    kept = frame_count(len(samples), sample_rate=sample_rate) + lag
    length = window + (kept + smoothing - 2) * hop
    sound = _decimate(np.asarray(samples, dtype=np.float32), length, factor=_factor(sample_rate))
    cut = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    low, bands = _bands(sample_rate)
    energies = np.empty((len(cut), BITS + 1), dtype=np.float32)
    for start in range(0, len(cut), FRAMES):
        windowed = cut[start : start + FRAMES] * _hann(window)
        spectra = scipy.fft.rfft(windowed, axis=1)[:, low : low + len(bands)]
        energies[start : start + FRAMES] = (spectra.real**2 + spectra.imag**2) @ bands
    return sum(weight * energies[place : place + kept]
               for place, weight in enumerate(_weights(smoothing)))  # fmt: skip


def _factor(sample_rate: int) -> int:
    return max(1, sample_rate // LEAST_RATE)


@lru_cache(maxsize=8)
def _frames(sample_rate: int) -> tuple[int, int, int, int]:
    """Window and hop in decimated samples, means and lag in hops."""
    rate = sample_rate / _factor(sample_rate)
    window = scipy.fft.next_fast_len(round(WINDOW_SECONDS * rate), real=True)
    hop = round(HOP_SECONDS * rate)
    return window, hop, round(SMOOTHING_SECONDS * rate / hop), round(LAG_SECONDS * rate / hop)


def _decimate(samples: np.ndarray, length: int, *, factor: int) -> np.ndarray:
    """Every `factor`-th sample of the sound below the new rate's half, shape=(length,).

    As products of matrices, which take a sixth of the time of a loop over the filter's taps.
    """
    rows = -(-length // BLOCK) + 1
    size = rows * BLOCK * factor
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    blocks = samples[:size].reshape(rows, -1)
    own, next_block = _decimator(factor)
    return (blocks[:-1] @ own + blocks[1:] @ next_block).ravel()[:length]


@lru_cache(maxsize=8)
def _decimator(factor: int) -> tuple[np.ndarray, np.ndarray]:
    """What a block and the next one give to a block's output, shape=(BLOCK * factor, BLOCK)."""
    size = TAPS * factor
    places = np.arange(size) - (size - 1) / 2
    taps = np.sinc(places / factor) * np.hanning(size + 2)[1:-1]
    matrix = np.zeros((2 * BLOCK * factor, BLOCK), dtype=np.float32)
    for column in range(BLOCK):
        matrix[column * factor : column * factor + size, column] = taps / taps.sum()
    return matrix[: BLOCK * factor], matrix[BLOCK * factor :]


@lru_cache(maxsize=8)
def _weights(size: int) -> np.ndarray:
    weights = np.hanning(size + 2)[1:-1].astype(np.float32)
    return weights / weights.sum()


@lru_cache(maxsize=8)
def _hann(size: int) -> np.ndarray:
    return np.hanning(size + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=8)
def _bands(sample_rate: int) -> tuple[int, np.ndarray]:
    """First bin, and what each bin from there on gives to each band, shape=(bins, BITS + 1).

    Triangles that overlap: a tone at a band's edge moves from one to the other gradually.
    """
    window, *_ = _frames(sample_rate)
    rate = sample_rate / _factor(sample_rate)
    bins = scipy.fft.rfftfreq(window, 1 / rate)
    edges = np.geomspace(LOWEST_HZ, min(HIGHEST_HZ, 0.45 * rate), BITS + 3)
    below = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    above = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    shares = np.clip(np.minimum(below, above), 0, None)
    used = np.flatnonzero(shares.any(axis=1))
    return int(used[0]), shares[used[0] : used[-1] + 1].astype(np.float32)
