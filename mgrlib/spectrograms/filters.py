"""Weights of the bands as sparse matrices, (bands, bins), and the frequencies of the rows.

All of them come from two constructions, of triangles and of overlaps, that hold only the
weights which are not zero: 1024 bands of 32,769 bins would otherwise take 270 MB.
"""

from functools import lru_cache

import numpy as np
import scipy.sparse

LOWEST_HZ = 440 * 2 ** (-45 / 12)
"""The note C1, 32.70 Hz: where the scales begin that are spaced by octaves."""

BLOCK_FRAMES = 64
"""Frames worked on at once: a block stays in the processor's cache."""

SLANEY_LINEAR = 200 / 3
"""Hz a mel up to 1 kHz, by Slaney's Auditory Toolbox (1998); above, 27 mels are a factor of 6.4."""


def weigh(weights: scipy.sparse.csr_array, power: np.ndarray) -> np.ndarray:
    """``weights @ power`` by blocks of frames, for frames that lie together in memory.

    Parameters
    ----------
    weights : sparse array, shape=(rows, bins)
    power : ndarray, shape=(bins, frames)

    Returns
    -------
    ndarray, float32, shape=(rows, frames)
    """
    weighed = np.empty((power.shape[1], weights.shape[0]), dtype=np.float32).T
    for start in range(0, power.shape[1], BLOCK_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        weighed[:, block] = weights @ power[:, block]
    return weighed


def linear_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each row of the linear scale in Hz, shape=(1 + n_fft // 2,)."""
    return np.fft.rfftfreq(n_fft, 1 / sample_rate)


def mel_edges(*, sample_rate: int, n_mels: int) -> np.ndarray:
    """Feet and centers of the bands in Hz, evenly spaced on Slaney's mel scale."""
    kink = 1000 / SLANEY_LINEAR
    top = sample_rate / 2
    highest = kink + 27 * np.log(top / 1000) / np.log(6.4) if top > 1000 else top / SLANEY_LINEAR
    mels = np.linspace(0, highest, n_mels + 2)
    return np.where(mels < kink, mels * SLANEY_LINEAR, 1000 * 6.4 ** ((mels - kink) / 27))


def htk_edges(*, sample_rate: int, n_mels: int) -> np.ndarray:
    """Feet and centers of the bands in Hz, evenly spaced on HTK's mel scale."""
    mels = np.linspace(0, 2595 * np.log10(1 + sample_rate / 2 / 700), n_mels + 2)
    return 700 * (10 ** (mels / 2595) - 1)


def linear_edges(*, sample_rate: int, n_mels: int) -> np.ndarray:
    """Feet and centers of the bands, evenly spaced in Hz."""
    return np.linspace(0, sample_rate / 2, n_mels + 2)


def log_edges(*, sample_rate: int, n_mels: int) -> np.ndarray:
    """Borders of spans of equal width in log Hz, from `LOWEST_HZ` to half the sample rate."""
    return np.geomspace(LOWEST_HZ, sample_rate / 2, n_mels + 1)


def triangles(edges: np.ndarray, *, sample_rate: int, n_fft: int) -> scipy.sparse.csr_array:
    """Triangular bands of unit area over Hz, each reaching to its neighbors' centers.

    Between two edges a bin lies on the rising side of one band and on the falling side of
    the band before. A band narrower than the bins' spacing may hold none of them: its row
    is empty, as in librosa.

    Parameters
    ----------
    edges : ndarray, shape=(bands + 2,)
        Feet and centers in Hz: those of band k are ``edges[k : k + 3]``.

    Returns
    -------
    sparse array, float32, shape=(bands, 1 + n_fft // 2)
    """
    hertz = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    band = np.clip(np.searchsorted(edges, hertz, side="right") - 1, 0, len(edges) - 2)
    rise = np.clip((hertz - edges[band]) / np.diff(edges)[band], 0, 1)
    rows, shares = np.concatenate([band, band - 1]), np.concatenate([rise, 1 - rise])
    bins = np.tile(np.arange(len(hertz)), 2)
    heights = 2 / (edges[2:] - edges[:-2])
    held = (rows >= 0) & (rows < len(heights)) & (shares > 0)
    rows, bins, shares = rows[held], bins[held], shares[held]
    weights = (shares * heights[rows]).astype(np.float32)
    return scipy.sparse.csr_array((weights, (rows, bins)), shape=(len(heights), len(hertz)))


def means(edges: np.ndarray, *, sample_rate: int, n_fft: int) -> scipy.sparse.csr_array:
    """Means over the spans between neighboring edges in Hz.

    A bin stands for its own width, half a bin to each side, so that a span narrower than a
    bin holds a part of one and no row is empty.

    Returns
    -------
    sparse array, float32, shape=(len(edges) - 1, 1 + n_fft // 2)
    """
    borders = (np.arange(2 + n_fft // 2) - 0.5) * (sample_rate / n_fft)
    return overlaps(edges, borders)


def overlaps(edges: np.ndarray, borders: np.ndarray) -> scipy.sparse.csr_array:
    """Which share of each span between `edges` each cell between `borders` covers.

    Both ascend, and the cells cover all spans, so that each row of the result sums to one.

    Returns
    -------
    sparse array, float32, shape=(len(edges) - 1, len(borders) - 1)
    """
    cuts = np.union1d(edges, borders)
    cuts = cuts[(cuts >= edges[0]) & (cuts <= edges[-1])]
    middles = (cuts[1:] + cuts[:-1]) / 2
    rows = np.searchsorted(edges, middles) - 1
    # Where the last edge is the last border, rounding may put it beyond.
    cells = np.clip(np.searchsorted(borders, middles) - 1, 0, len(borders) - 2)
    shares = (np.diff(cuts) / np.diff(edges)[rows]).astype(np.float32)
    shape = len(edges) - 1, len(borders) - 1
    return scipy.sparse.csr_array((shares, (rows, cells)), shape=shape)


@lru_cache(maxsize=8)
def mel_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """The weights of `librosa.filters.mel`."""
    edges = mel_edges(sample_rate=sample_rate, n_mels=n_mels)
    return triangles(edges, sample_rate=sample_rate, n_fft=n_fft)


@lru_cache(maxsize=8)
def htk_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """The weights of `librosa.filters.mel(htk=True)`: its norm stays Slaney's."""
    edges = htk_edges(sample_rate=sample_rate, n_mels=n_mels)
    return triangles(edges, sample_rate=sample_rate, n_fft=n_fft)


@lru_cache(maxsize=8)
def linear_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """The triangles of `torchaudio.functional.linear_fbanks` with the norm of `mel_filters`."""
    edges = linear_edges(sample_rate=sample_rate, n_mels=n_mels)
    return triangles(edges, sample_rate=sample_rate, n_fft=n_fft)


@lru_cache(maxsize=8)
def log_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """The mean power over spans of equal width in log Hz."""
    edges = log_edges(sample_rate=sample_rate, n_mels=n_mels)
    return means(edges, sample_rate=sample_rate, n_fft=n_fft)


def mel_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each of Slaney's mel bands in Hz, shape=(n_mels,)."""
    return mel_edges(sample_rate=sample_rate, n_mels=n_mels)[1:-1]


def htk_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each of HTK's mel bands in Hz, shape=(n_mels,)."""
    return htk_edges(sample_rate=sample_rate, n_mels=n_mels)[1:-1]


def linear_bands_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each linear band in Hz, shape=(n_mels,)."""
    return linear_edges(sample_rate=sample_rate, n_mels=n_mels)[1:-1]


def log_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Geometric mean of the borders of each row of the log scale in Hz, shape=(n_mels,)."""
    edges = log_edges(sample_rate=sample_rate, n_mels=n_mels)
    return np.sqrt(edges[1:] * edges[:-1])
