"""The scales: one function and one row of the table `SCALES` each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import scipy.sparse

from . import constant_q, filters
from .transform import Sound


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One way to space the rows of a spectrogram.

    Attributes
    ----------
    frequencies : callable
        ``frequencies(sample_rate=, n_fft=, n_mels=)`` is the center of each row in Hz,
        ascending, shape=(rows,).
    definition : str
        What a row is, its formula, its norm and their source, as a sentence without its
        full stop.
    weights : callable, optional
        ``weights(sample_rate=, n_fft=, n_mels=)`` by which the shared power becomes rows,
        sparse, shape=(rows, bins).
    transform : callable, optional
        What makes the rows of a sound where no weights do.
    """

    frequencies: Callable[..., np.ndarray]
    definition: str
    weights: Callable[..., scipy.sparse.csr_array] | None = None
    transform: Callable[[Sound], np.ndarray] | None = None

    def rows(self, sound: Sound) -> np.ndarray:
        """The power in each row and frame, float32, shape=(rows, frames)."""
        if self.weights:
            return filters.weigh(self.weights(**sound.spacing), sound.power)
        return self.transform(sound)


SCALES: dict[str, Scale] = {
    "linear": Scale(
        transform=attrgetter("power"),
        frequencies=filters.linear_frequencies,
        definition="a bin of the short-time Fourier transform, evenly spaced in Hz from 0 to half "
        "the sample rate; its power as it is (librosa.stft, squared magnitude)",
    ),
    "mel": Scale(
        weights=filters.mel_filters,
        frequencies=filters.mel_frequencies,
        definition="a triangular band, evenly spaced on Slaney's mel scale, which is linear up to "
        "1 kHz and logarithmic above; of unit area over Hz (librosa.filters.mel)",
    ),
    "linear-bands": Scale(
        weights=filters.linear_filters,
        frequencies=filters.linear_bands_frequencies,
        definition="a triangular band, evenly spaced in Hz; of unit area over Hz "
        "(torchaudio.functional.linear_fbanks with mel's norm)",
    ),
    "mel-htk": Scale(
        weights=filters.htk_filters,
        frequencies=filters.htk_frequencies,
        definition="a triangular band, evenly spaced on HTK's mel scale, 2595 log10(1 + Hz / 700); "
        "of unit area over Hz (librosa.filters.mel with htk=True)",
    ),
    "log": Scale(
        weights=filters.log_filters,
        frequencies=filters.log_frequencies,
        definition="a span between borders evenly spaced in log Hz from C1 (32.70 Hz) to half the "
        "sample rate; the mean power over it, each bin standing for its own width (after the "
        "pooling of Müller 2015, section 3.1.1, which sums whole bins)",
    ),
    "cqt": Scale(
        transform=constant_q.constant_q,
        frequencies=constant_q.frequencies,
        definition="a filter of the constant-Q transform, evenly spaced in log Hz from C1 "
        "(32.70 Hz) with the fewest filters an octave that fit under half the sample rate; of "
        "unit sum and scaled by the root of its length (librosa.cqt, squared magnitude)",
    ),
}
"""In the order in which they are told and drawn."""


def rows_below(hertz: float, *, scale: str, sample_rate: int, n_fft: int, n_mels: int) -> float:
    """Share of the rows of a scale whose center lies under `hertz`."""
    rows = SCALES[scale].frequencies(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return float(np.mean(rows < hertz))


def empty_rows(*, scale: str, sample_rate: int, n_fft: int, n_mels: int) -> int:
    """Number of rows that no bin reaches; they are black in every image.

    A band narrower than the spacing of the bins, ``sample_rate / n_fft``, may fall between
    two of them. librosa leaves such rows empty too, and warns; a larger `n_fft` or fewer
    bands fill them.
    """
    weights = SCALES[scale].weights
    if not weights:
        return 0
    found = weights(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return int(np.sum(np.diff(found.indptr) == 0))


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
        For each scale the number of ``rows`` before an image is made of them, how many of
        them are ``empty`` (`empty_rows`), the distance in Hz between the two ``lowest`` and
        between the two ``highest``, and the ``share`` that lies under `hertz`.
    """
    spacing = {"sample_rate": sample_rate, "n_fft": n_fft, "n_mels": n_mels}
    found = {}
    for scale in (scale for scale in scales if scale in SCALES):
        centers = SCALES[scale].frequencies(**spacing)
        found[scale] = {
            "rows": len(centers),
            "empty": empty_rows(scale=scale, **spacing),
            "lowest": float(centers[1] - centers[0]),
            "highest": float(centers[-1] - centers[-2]),
            "share": rows_below(hertz, scale=scale, **spacing),
        }
    return found
