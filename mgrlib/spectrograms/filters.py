"""Weights of the bands as sparse matrices, (bands, bins), and the frequencies of the rows."""

from functools import lru_cache

import numpy as np
import scipy.sparse


@lru_cache(maxsize=8)
def mel_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """`librosa.filters.mel` as a sparse matrix; it holds few non-zero weights."""
    import librosa

    dense = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return scipy.sparse.csr_array(dense.astype(np.float32))


@lru_cache(maxsize=8)
def linear_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """Triangles over [0, sample_rate / 2] that each reach to their neighbors' centers.

    The shapes are those of `torchaudio.functional.linear_fbanks`, the norm that of
    `mel_filters`: a triangle has unit area over Hz, so its peak is its spacing's inverse.
    """
    edges = _band_edges(sample_rate=sample_rate, n_mels=n_mels)
    spacing = edges[1]
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    distances = np.abs(edges[1:-1, None] - bins) / spacing
    weights = np.maximum(0, 1 - distances) / spacing
    return scipy.sparse.csr_array(weights.astype(np.float32))


def _band_edges(*, sample_rate: int, n_mels: int) -> np.ndarray:
    """Centers of the linear bands in Hz, between 0 and half the sample rate, both included."""
    return np.linspace(0, sample_rate / 2, n_mels + 2)


def linear_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each row of the linear scale in Hz, shape=(1 + n_fft // 2,)."""
    return np.fft.rfftfreq(n_fft, 1 / sample_rate)


def mel_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each mel band in Hz, shape=(n_mels,)."""
    import librosa

    return librosa.mel_frequencies(n_mels + 2, fmax=sample_rate / 2)[1:-1]


def linear_bands_frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each linear band in Hz, shape=(n_mels,)."""
    return _band_edges(sample_rate=sample_rate, n_mels=n_mels)[1:-1]
