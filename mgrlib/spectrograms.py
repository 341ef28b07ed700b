"""Spectrogram images: arrays are (frequency, time), row 0 is the lowest frequency.

All scales start from one power spectrogram and end as square uint8 images in which
0..255 stands for -top_db..0 dB below the image's own maximum. The definitions are
librosa's (McFee et al. 2015): `librosa.stft` (Hann, centered, zero padding),
`librosa.feature.melspectrogram` (Slaney) and `librosa.power_to_db(ref=np.max)`. The
transform itself is scipy's, in float32, which is several times faster.

The paper draws two images with librosa (section 3.1), linear and mel, and does not state
its settings. Mel differs from linear in two ways, where its rows lie and how few and wide
they are; ``linear-bands`` has as many bands as mel, evenly spaced in Hz.
Notebook: 02_spectrogram_generation.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

import numpy as np
import scipy.fft
import scipy.sparse

VERSION = 1
"""Changes whenever the pixels of an unchanged song would change."""

BLOCK_FRAMES = 64
"""Frames transformed at once: a block's spectrum stays in the processor's cache."""

AMIN = 1e-10
"""Smallest power, as in `librosa.power_to_db`."""


def power_spectrogram(samples: np.ndarray, *, n_fft: int, hop_length: int) -> np.ndarray:
    """Squared magnitude of the short-time Fourier transform, as `librosa.stft` defines it.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
    n_fft, hop_length : int
        Window and hop in samples.

    Returns
    -------
    ndarray, float32, shape=(1 + n_fft // 2, 1 + n // hop_length)
    """
    padded = np.pad(samples.astype(np.float32, copy=False), n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop_length]
    window = _hann(n_fft)
    power = np.empty((1 + n_fft // 2, len(frames)), dtype=np.float32)
    for start in range(0, len(frames), BLOCK_FRAMES):
        spectrum = scipy.fft.rfft(frames[start : start + BLOCK_FRAMES] * window, axis=1)
        block = np.square(spectrum.real) + np.square(spectrum.imag)
        power[:, start : start + len(block)] = block.T
    return power


@lru_cache(maxsize=8)
def _hann(n_fft: int) -> np.ndarray:
    return np.hanning(n_fft + 1)[:-1].astype(np.float32)


def linear_scale(power: np.ndarray, *, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """The unscaled spectrogram of the paper's Figure 1: the power itself."""
    return power


def mel_scale(power: np.ndarray, *, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Mel bands (Slaney formula and norm) of the paper's Figure 2, shape=(n_mels, frames)."""
    return mel_filters(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels) @ power


@lru_cache(maxsize=8)
def mel_filters(*, sample_rate: int, n_fft: int, n_mels: int) -> scipy.sparse.csr_array:
    """`librosa.filters.mel` as a sparse matrix; it holds few non-zero weights."""
    import librosa

    dense = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return scipy.sparse.csr_array(dense.astype(np.float32))


def linear_bands_scale(
    power: np.ndarray, *, sample_rate: int, n_fft: int, n_mels: int
) -> np.ndarray:
    """As many triangular bands as mel has, evenly spaced in Hz, shape=(n_mels, frames)."""
    return linear_filters(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels) @ power


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


SCALES: dict[str, tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]] = {
    "linear": (linear_scale, linear_frequencies),
    "mel": (mel_scale, mel_frequencies),
    "linear-bands": (linear_bands_scale, linear_bands_frequencies),
}
"""For each scale: power spectrogram -> rows of the scale, and the rows' frequencies."""


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
    power = power_spectrogram(samples, n_fft=n_fft, hop_length=hop_length)
    images = {}
    for scale in scales:
        to_scale, _ = SCALES[scale]
        rows = to_scale(power, sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
        decibels = resize(to_decibels(rows, top_db=top_db), image_size)
        images[scale] = to_pixels(decibels, top_db=top_db)
    return images


def rows_below(hertz: float, *, scale: str, sample_rate: int, n_fft: int, n_mels: int) -> float:
    """Share of the rows of a scale whose center lies under `hertz`."""
    _, frequencies = SCALES[scale]
    rows = frequencies(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return float(np.mean(rows < hertz))


def describe_rows(
    scales: Iterable[str],
    *,
    sample_rate: int = 22_050,
    n_fft: int = 2048,
    n_mels: int = 128,
    hertz: float = 1000,
) -> dict[str, dict[str, float]]:
    """How the rows of some scales lie, by default with librosa's settings.

    Parameters
    ----------
    scales : iterable of str
        Those that are no rows of `SCALES` are left out.

    Returns
    -------
    dict
        For each scale the number of ``rows`` before an image is made of them, the distance
        in Hz between the two ``lowest`` and between the two ``highest``, and the ``share``
        that lies under `hertz`.
    """
    spacing = {"sample_rate": sample_rate, "n_fft": n_fft, "n_mels": n_mels}
    found = {}
    for scale in (scale for scale in scales if scale in SCALES):
        centers = SCALES[scale][1](**spacing)
        found[scale] = {
            "rows": len(centers),
            "lowest": float(centers[1] - centers[0]),
            "highest": float(centers[-1] - centers[-2]),
            "share": rows_below(hertz, scale=scale, **spacing),
        }
    return found
