"""One thing at a time: librosa's spectrogram with one choice changed to that of another library.

Each `Variation` changes a single choice of a linear or a mel picture; what it does to the
levels is the difference to the picture that has none changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.signal

from .libraries import Unavailable, frame_times
from .picture import Picture, describe_difference, difference


@dataclass(frozen=True)
class Variation:
    """One choice that is not librosa's.

    Attributes
    ----------
    group : str
        What is chosen, such as ``window``.
    words : str
        What it is, in the fewest words.
    change : mapping
        Arguments of `linear_picture` or `mel_picture`.
    of : {"linear", "mel"}
        The picture that is changed.
    cuts : bool
        Whether the floor itself is what changes, so that no cell is left out.
    """

    group: str
    words: str
    change: Mapping[str, Any] = field(default_factory=dict)
    of: str = "linear"
    cuts: bool = False


VARIATIONS = (
    Variation("window", "Hann, symmetric (FFmpeg's)", {"window": "symmetric"}),
    Variation("window", "Hamming", {"window": "hamming"}),
    Variation("window", "Tukey 0.25 (scipy's)", {"window": ("tukey", 0.25)}),
    Variation("window", "none (torch's)", {"window": "boxcar"}),
    Variation("padding", "ends reflected (torch's)", {"padding": "reflect"}),
    Variation("padding", "no padding (scipy's)", {"padding": None}),
    Variation("norm", "power density (scipy's)", {"norm": "density"}),
    Variation("norm", "power spectrum", {"norm": "spectrum"}),
    Variation("norm", "magnitude, taken for power", {"norm": "magnitude"}),
    Variation("reference", "the loudest (the study's)", {"reference": np.max}),
    Variation("reference", "the median", {"reference": np.median}),
    Variation("top_db", "60 dB", {"top_db": 60.0}, cuts=True),
    Variation("top_db", "none", {"top_db": None}, cuts=True),
    Variation("mel", "HTK's formula", {"htk": True}, of="mel"),
    Variation("mel", "no norm", {"norm": None}, of="mel"),
    Variation("mel", "HTK's, no norm (torchaudio's)", {"htk": True, "norm": None}, of="mel"),
    Variation("mel", "magnitudes summed", {"power": 1.0}, of="mel"),
)
"""The choices in which libraries differ, those of one group together."""


def linear_picture(
    samples: np.ndarray,
    *,
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    window: str | tuple = "hann",
    padding: str | None = "constant",
    norm: str = "none",
    reference=1.0,
    top_db: float | None = 80.0,
) -> Picture:
    """`librosa.stft` in dB, with librosa's choices or with others.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
    window : str or tuple
        A periodic window of `scipy.signal.get_window`, or ``symmetric``, a Hann window that
        ends in zero.
    padding : {"constant", "reflect", None}
        What lies beyond the ends; with None only frames that fit are made.
    norm : {"none", "density", "spectrum", "magnitude"}
        Squared magnitudes as they are, one-sided as `scipy.signal.spectrogram` scales them,
        or magnitudes that are taken for power.
    reference : float or callable
        What 0 dB is, see `librosa.power_to_db`.
    top_db : float, optional
        dB below the loudest at which levels are cut.

    Raises
    ------
    Unavailable
        If no frame fits into the sound.
    """
    import librosa

    if padding is None and len(samples) < n_fft:
        raise Unavailable("the sound is shorter than one window")
    shape = _window(window, n_fft)
    spectrum = librosa.stft(samples, n_fft=n_fft, hop_length=hop_length, window=shape,
                            center=padding is not None, pad_mode=padding or "constant")  # fmt: skip
    power = _normed(np.abs(spectrum), norm, window=shape, sample_rate=sample_rate)
    times = frame_times(power.shape[1], hop_length=hop_length, sample_rate=sample_rate)
    times = times + (0 if padding else n_fft / 2 / sample_rate)
    # A density is so small that librosa's smallest power would cut it.
    levels = librosa.power_to_db(power, ref=reference, top_db=top_db, amin=_least(norm))
    return Picture(levels, np.fft.rfftfreq(n_fft, 1 / sample_rate), times)


def _window(window: str | tuple, n_fft: int) -> np.ndarray:
    if window == "symmetric":
        return scipy.signal.windows.hann(n_fft, sym=True)
    return scipy.signal.get_window(window, n_fft)


def _least(norm: str) -> float:
    return 1e-30 if norm in ("density", "spectrum") else 1e-10


def _normed(magnitude: np.ndarray, norm: str, *, window: np.ndarray, sample_rate: int):
    if norm == "magnitude":
        return magnitude
    power = magnitude.astype(float) ** 2
    if norm == "none":
        return power
    one_sided = np.full(len(power), 2.0)  # both signs of a frequency but 0 and the highest
    one_sided[0] = 1.0
    one_sided[-1] = 1.0 if len(window) % 2 == 0 else 2.0
    unit = sample_rate * (window**2).sum() if norm == "density" else window.sum() ** 2
    return power * one_sided[:, None] / unit


def mel_picture(
    samples: np.ndarray,
    *,
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    n_mels: int,
    htk: bool = False,
    norm: str | None = "slaney",
    power: float = 2.0,
    top_db: float | None = 80.0,
) -> Picture:
    """`librosa.feature.melspectrogram` in dB, with librosa's choices or with others.

    Returns
    -------
    Picture
        Its rows bear the frequencies of Slaney's formula whatever `htk` is: rows are compared
        by their number, as a network sees them.
    """
    import librosa

    bands = librosa.feature.melspectrogram(
        y=samples, sr=sample_rate, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, htk=htk,
        norm=norm, power=power,
    )  # fmt: skip
    levels = librosa.power_to_db(bands ** (2 / power), top_db=top_db)
    rows = librosa.mel_frequencies(n_mels + 2, fmax=sample_rate / 2)[1:-1]
    times = frame_times(bands.shape[1], hop_length=hop_length, sample_rate=sample_rate)
    return Picture(levels, rows, times)


def vary(
    samples: np.ndarray,
    variations=VARIATIONS,
    *,
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    n_mels: int,
    top_db: float = 80.0,
) -> tuple[list[dict], dict[str, tuple[np.ndarray, Picture]]]:
    """What each variation does to the levels of one sound.

    Returns
    -------
    rows : list of dict
        ``group``, ``choice`` and the numbers of `describe_difference`; a variation that can't
        be had has ``reason`` instead of numbers.
    differences : dict of str to (ndarray, Picture)
        For each variation that can, by its group and words, the `difference` in dB and the
        picture on whose axes it lies.
    """
    framing = {"sample_rate": sample_rate, "n_fft": n_fft, "hop_length": hop_length}
    draw = {"linear": (linear_picture, framing), "mel": (mel_picture, framing | {"n_mels": n_mels})}
    plain = {of: make(samples, **kept, top_db=top_db) for of, (make, kept) in draw.items()}
    rows, differences = [], {}
    for variation in variations:
        make, kept = draw[variation.of]
        row = {"group": variation.group, "choice": variation.words}
        try:
            other = make(samples, **({"top_db": top_db} | kept | variation.change))
        except Unavailable as why:
            rows.append(row | {"reason": str(why)})
            continue
        one, floor = plain[variation.of], None if variation.cuts else top_db
        rows.append(row | describe_difference(one, other, top_db=floor))
        name = f"{variation.group}: {variation.words}"
        differences[name] = difference(one, other, top_db=floor).astype(np.float32), one
    return rows, differences
