"""The scales: one function and one row of the table `SCALES` each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from . import filters
from .transform import Sound


@dataclass(frozen=True)
class Scale:
    """One way to space the rows of a spectrogram.

    Attributes
    ----------
    rows : callable
        ``rows(sound)`` is the power in each row and frame, float32, shape=(rows, frames).
    frequencies : callable
        ``frequencies(sample_rate=, n_fft=, n_mels=)`` is the center of each row in Hz,
        ascending, shape=(rows,).
    definition : str
        What a row is, as a sentence without its full stop.
    """

    rows: Callable[[Sound], np.ndarray]
    frequencies: Callable[..., np.ndarray]
    definition: str


def linear(sound: Sound) -> np.ndarray:
    """The unscaled spectrogram of the paper's Figure 1: the power itself."""
    return sound.power


def mel(sound: Sound) -> np.ndarray:
    """Mel bands (Slaney formula and norm) of the paper's Figure 2."""
    return filters.mel_filters(**sound.spacing) @ sound.power


def linear_bands(sound: Sound) -> np.ndarray:
    """As many triangular bands as mel has, evenly spaced in Hz."""
    return filters.linear_filters(**sound.spacing) @ sound.power


SCALES: dict[str, Scale] = {
    "linear": Scale(
        linear, filters.linear_frequencies, "a bin of the transform, evenly spaced in Hz"
    ),
    "mel": Scale(
        mel,
        filters.mel_frequencies,
        "a triangular band, evenly spaced on Slaney's mel scale, of unit area over Hz",
    ),
    "linear-bands": Scale(
        linear_bands,
        filters.linear_bands_frequencies,
        "a triangular band, evenly spaced in Hz, of unit area over Hz",
    ),
}


def rows_below(hertz: float, *, scale: str, sample_rate: int, n_fft: int, n_mels: int) -> float:
    """Share of the rows of a scale whose center lies under `hertz`."""
    rows = SCALES[scale].frequencies(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
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
        centers = SCALES[scale].frequencies(**spacing)
        found[scale] = {
            "rows": len(centers),
            "lowest": float(centers[1] - centers[0]),
            "highest": float(centers[-1] - centers[-2]),
            "share": rows_below(hertz, scale=scale, **spacing),
        }
    return found
