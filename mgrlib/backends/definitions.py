"""The rows of every scale by librosa, or written out where librosa has none of the kind.

They are slow and plain, to check the fast ones of `mgrlib.spectrograms` against. Power is
float, (rows, frames); settings are those of the study.
"""

from collections.abc import Callable

import numpy as np


def linear(samples, *, n_fft, hop_length, **_) -> np.ndarray:
    """The squared magnitude of `librosa.stft`."""
    import librosa

    return np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop_length)) ** 2


def mel(samples, *, sample_rate, n_fft, n_mels, htk=False, **framing) -> np.ndarray:
    """`librosa.feature.melspectrogram`, by Slaney's formula or by HTK's."""
    import librosa

    power = linear(samples, n_fft=n_fft, **framing)
    return librosa.feature.melspectrogram(S=power, sr=sample_rate, n_mels=n_mels, htk=htk)


def mel_htk(samples, **settings) -> np.ndarray:
    """`mel` by HTK's formula, with Slaney's norm."""
    return mel(samples, htk=True, **settings)


def linear_bands(samples, *, sample_rate, n_fft, n_mels, **framing) -> np.ndarray:
    """Triangles of unit area over Hz between evenly spaced frequencies, one after the other."""
    corners = np.linspace(0, sample_rate / 2, n_mels + 2)
    bins = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    triangles = [np.interp(bins, corners[i : i + 3], [0, 1, 0]) for i in range(n_mels)]
    return np.array(triangles) / corners[1] @ linear(samples, n_fft=n_fft, **framing)


def log(samples, *, sample_rate, n_fft, n_mels, frequencies, **framing) -> np.ndarray:
    """Mean power between borders in the geometric middle, from what is summed up to each.

    The borders end at half the sample rate, and a bin's power lies evenly over its width.
    """
    ratio = frequencies[1] / frequencies[0]
    borders = sample_rate / 2 * ratio ** np.arange(-n_mels, 1.0)
    width = sample_rate / n_fft
    power = linear(samples, n_fft=n_fft, **framing).astype(float)
    ends = (np.arange(len(power) + 1) - 0.5) * width
    summed = np.vstack([np.zeros(power.shape[1]), np.cumsum(power * width, axis=0)])
    inside = np.array([np.interp(borders, ends, frame) for frame in summed.T]).T
    return np.diff(inside, axis=0) / np.diff(borders)[:, None]


def cqt(samples, *, sample_rate, hop_length, n_mels, frequencies, **_) -> np.ndarray:
    """The squared magnitude of `librosa.cqt`, with the spacing of `frequencies`."""
    import librosa

    octave = round(1 / np.log2(frequencies[1] / frequencies[0]))
    found = librosa.cqt(samples, sr=sample_rate, hop_length=hop_length, fmin=frequencies[0],
                        n_bins=n_mels, bins_per_octave=octave)  # fmt: skip
    return np.abs(found) ** 2


DEFINITIONS: dict[str, Callable[..., np.ndarray]] = {
    "linear": linear,
    "mel": mel,
    "mel-htk": mel_htk,
    "linear-bands": linear_bands,
    "log": log,
    "cqt": cqt,
}
"""For each scale ``rows(samples, sample_rate=, n_fft=, hop_length=, n_mels=, frequencies=)``."""


def largest_difference(scale: str, levels: np.ndarray, samples: np.ndarray, **settings) -> float:
    """The most by which levels in dB differ from the definition of their scale.

    Parameters
    ----------
    scale : str
        A key of `DEFINITIONS`.
    levels : ndarray, shape=(rows, frames)
        dB below the loudest, cut at -`top_db`.
    samples : ndarray, float32, shape=(n,)
        What they were made of.
    **settings
        ``sample_rate``, ``n_fft``, ``hop_length``, ``n_mels``, ``top_db``, and
        ``frequencies``, the center of each row in Hz.
    """
    import librosa

    top_db = settings.pop("top_db")
    rows = DEFINITIONS[scale](samples, **settings)
    return float(np.abs(librosa.power_to_db(rows, ref=np.max, top_db=top_db) - levels).max())
