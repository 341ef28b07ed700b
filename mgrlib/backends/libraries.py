"""The spectrogram of one sound by four libraries: as each draws it by itself, and set alike.

Set alike means librosa's definition of `librosa.stft`: a periodic Hann window, frames
centered on multiples of the hop, zeros beyond the ends, the plain squared magnitude.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import ffmpeg
from .ffmpeg import Unavailable
from .picture import Picture


@dataclass(frozen=True)
class BackEnd:
    """A library that draws spectrograms.

    Attributes
    ----------
    default : callable
        ``default(samples, sample_rate=, n_fft=, hop_length=)`` is the picture that a user
        gets who gives the sound, its rate, and what can't be left out.
    alike : callable
        The same call for a picture of librosa's definition, as near as the library comes.
    defaults : str
        What the library chooses when it is not told, as a list of words.
    """

    default: Callable[..., Picture]
    alike: Callable[..., Picture]
    defaults: str


def frame_times(frames: int, *, hop_length: int, sample_rate: int) -> np.ndarray:
    """Middles in s of frames that are centered on multiples of the hop."""
    return np.arange(frames) * (hop_length / sample_rate)


def by_librosa(
    samples: np.ndarray, *, sample_rate: int, n_fft: int = 2048, hop_length: int = 512
) -> Picture:
    """`librosa.stft` and `librosa.power_to_db`, whose reference is 1 and whose top_db is 80."""
    import librosa

    power = np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop_length)) ** 2
    times = frame_times(power.shape[1], hop_length=hop_length, sample_rate=sample_rate)
    frequencies = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    return Picture(librosa.power_to_db(power), frequencies, times)


def _librosa_default(samples: np.ndarray, *, sample_rate: int, **_: int) -> Picture:
    return by_librosa(samples, sample_rate=sample_rate)


def _scipy_default(samples: np.ndarray, *, sample_rate: int, **_: int) -> Picture:
    import scipy.signal

    frequencies, times, power = scipy.signal.spectrogram(samples, sample_rate)
    return Picture.of_power(power, frequencies, times)


def _scipy_alike(samples: np.ndarray, *, sample_rate: int, n_fft: int, hop_length: int) -> Picture:
    import scipy.signal

    window = scipy.signal.windows.hann(n_fft, sym=False)
    transform = scipy.signal.ShortTimeFFT(window, hop_length, sample_rate)
    frames = 1 + len(samples) // hop_length
    # It refuses a sound under half a window; zeros after the end are what librosa adds.
    padded = np.pad(samples.astype(float), (0, max(0, n_fft - len(samples))))
    spectrum = transform.stft(padded, p0=0, p1=frames)
    times = frame_times(frames, hop_length=hop_length, sample_rate=sample_rate)
    return Picture.of_power(np.abs(spectrum) ** 2, transform.f, times)


def _torch_default(samples: np.ndarray, *, sample_rate: int, n_fft: int, **_: int) -> Picture:
    # Its hop is n_fft // 4 by default, its window a rectangle, as an explicit one of ones.
    return _torch(samples, sample_rate=sample_rate, n_fft=n_fft, hop_length=n_fft // 4,
                  window="ones", pad_mode="reflect")  # fmt: skip


def _torch_alike(samples: np.ndarray, *, sample_rate: int, n_fft: int, hop_length: int) -> Picture:
    return _torch(samples, sample_rate=sample_rate, n_fft=n_fft, hop_length=hop_length,
                  window="hann_window", pad_mode="constant")  # fmt: skip


def _torch(samples, *, sample_rate, n_fft, hop_length, window, pad_mode) -> Picture:
    import torch

    if pad_mode == "reflect" and len(samples) <= n_fft // 2:
        raise Unavailable("torch can't reflect a sound that is no longer than half a window")
    spectrum = torch.stft(
        torch.from_numpy(np.ascontiguousarray(samples)), n_fft, hop_length,
        window=getattr(torch, window)(n_fft), center=True, pad_mode=pad_mode, return_complex=True,
    )  # fmt: skip
    power = spectrum.abs().square().numpy()
    times = frame_times(power.shape[1], hop_length=hop_length, sample_rate=sample_rate)
    return Picture.of_power(power, np.fft.rfftfreq(n_fft, 1 / sample_rate), times)


def _ffmpeg_default(samples: np.ndarray, *, sample_rate: int, **_: int) -> Picture:
    return ffmpeg.levels(samples, sample_rate=sample_rate)


def _ffmpeg_alike(samples: np.ndarray, *, sample_rate: int, n_fft: int, hop_length: int) -> Picture:
    """Zeros around the sound, and so many columns that their hops and places are librosa's."""
    if n_fft % 2 or hop_length >= n_fft:
        raise Unavailable("FFmpeg's window is even and longer than the hop")
    frames = 1 + len(samples) // hop_length
    early = n_fft // 2 + ffmpeg.first_sample(n_fft=n_fft, hop_length=hop_length)
    before = early if early >= 0 else early % hop_length
    skipped = (before - early) // hop_length
    columns = skipped + frames + -(-n_fft // hop_length)
    # Half a sample a column: the filter rounds its hop down.
    padded = np.zeros(columns * hop_length + columns // 2, dtype=np.float32)
    # Levels end at full scale and 120 dB below it: a soft song would lose its lower ones.
    peak = float(np.abs(samples).max(initial=0.0)) or 1.0
    padded[before : before + len(samples)] = samples / peak
    drawn = ffmpeg.levels(padded, sample_rate=sample_rate, columns=columns, rows=n_fft // 2)
    times = frame_times(frames, hop_length=hop_length, sample_rate=sample_rate)
    levels = drawn.decibels[:, skipped : skipped + frames]
    return Picture(levels, drawn.frequencies, times)


LIBRARIES: dict[str, BackEnd] = {
    "librosa": BackEnd(
        _librosa_default,
        by_librosa,
        "window of 2048 samples (Hann), hop 512, zeros beyond the ends, dB relative to 1, "
        "cut 80 dB below the loudest",
    ),
    "scipy": BackEnd(
        _scipy_default,
        _scipy_alike,
        "scipy.signal.spectrogram: window of 256 samples (Tukey 0.25), hop 224, each frame's "
        "mean removed, nothing beyond the ends, power density, no dB",
    ),
    "torch": BackEnd(
        _torch_default,
        _torch_alike,
        "torch.stft: no default length, hop of a quarter of it, no window, ends reflected, no dB",
    ),
    "FFmpeg": BackEnd(
        _ffmpeg_default,
        _ffmpeg_alike,
        "showspectrumpic: window of 4096 samples (Hann, symmetric), 4096 columns whatever the "
        "length, dB relative to full scale, down to −120 dB, 8 bits",
    ),
}
"""The libraries; librosa, which the others are compared with, first."""


def draw_by_all(
    samples: np.ndarray, *, alike: bool, sample_rate: int, n_fft: int, hop_length: int
) -> tuple[dict[str, Picture], dict[str, str]]:
    """One sound by every library.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
    alike : bool
        Whether the libraries are told what librosa does, or left to themselves.

    Returns
    -------
    pictures : dict of str to Picture
    missing : dict of str to str
        Libraries that can't draw this sound, and why.
    """
    pictures, missing = {}, {}
    for name, library in LIBRARIES.items():
        draw = library.alike if alike else library.default
        try:
            pictures[name] = draw(samples, sample_rate=sample_rate, n_fft=n_fft,
                                  hop_length=hop_length)  # fmt: skip
        except Unavailable as why:
            missing[name] = str(why)
    return pictures, missing
