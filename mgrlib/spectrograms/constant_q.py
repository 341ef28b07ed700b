"""The constant-Q transform: it has windows of its own and shares no other transform."""

import itertools
import math
import warnings

import numpy as np

from ..errors import SettingsError
from .filters import LOWEST_HZ
from .transform import Sound

HANN_BANDWIDTH = 1.50018310546875
"""Of Hann's window in bins, as librosa has it."""

MOST_VALUES = 2**27
"""Most complex values of one octave, 1 GiB: beyond, a song takes many seconds and GB."""


def constant_q(sound: Sound) -> np.ndarray:
    """Squared magnitude of `librosa.cqt`, from C1 on, in the frames of the shared transform.

    Returns
    -------
    ndarray, float32, shape=(n_mels, frames)

    Raises
    ------
    SettingsError
        If the lowest windows are too long for their number: librosa halves the sample rate
        from octave to octave only as long as it can halve the hop.
    """
    import librosa

    frames = len(sound.times)
    bins = _bins_per_octave(sample_rate=sound.sample_rate, n_mels=sound.n_mels)
    _check_size(sound, bins_per_octave=bins, frames=frames)
    with warnings.catch_warnings():
        # A sound shorter than the lowest window is continued with zeros, as it should be.
        warnings.filterwarnings("ignore", "n_fft=.* is too large for input signal")
        found = librosa.cqt(
            sound.samples,
            sr=sound.sample_rate,
            hop_length=sound.hop_length,
            fmin=LOWEST_HZ,
            n_bins=sound.n_mels,
            bins_per_octave=bins,
        )[:, :frames]
    return np.square(found.real) + np.square(found.imag)


def frequencies(*, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    """Center of each constant-Q filter in Hz, shape=(n_mels,)."""
    bins = _bins_per_octave(sample_rate=sample_rate, n_mels=n_mels)
    return LOWEST_HZ * 2 ** (np.arange(n_mels) / bins)


def _bins_per_octave(*, sample_rate: int, n_mels: int) -> int:
    """The fewest with which all filters, the skirt of the highest too, lie under Nyquist.

    The rule is that of `librosa.filters.wavelet_lengths`, written out so that an axis can be
    drawn without importing librosa.
    """
    nyquist = sample_rate / 2
    for bins in itertools.count(math.ceil((n_mels - 1) / math.log2(nyquist / LOWEST_HZ))):
        highest = LOWEST_HZ * 2 ** ((n_mels - 1) / bins)
        step = 4 ** (1 / bins)
        if highest * (1 + HANN_BANDWIDTH / 2 * (step - 1) / (step + 1)) <= nyquist:
            return bins


def _check_size(sound: Sound, *, bins_per_octave: int, frames: int) -> None:
    octaves = math.ceil(sound.n_mels / bins_per_octave)
    halvings = octaves - 1
    while sound.hop_length % 2**halvings:
        halvings -= 1
    longest = sound.sample_rate / LOWEST_HZ / (2 ** (1 / bins_per_octave) - 1)
    window = 2 ** math.ceil(math.log2(longest / 2**halvings))
    if window * (frames + bins_per_octave) > MOST_VALUES:
        raise SettingsError(
            f"cqt takes at most {MOST_VALUES} values an octave, and hop_length="
            f"{sound.hop_length} with n_mels={sound.n_mels} and sample_rate={sound.sample_rate} "
            f"makes it {frames} frames of {window}: choose a hop_length that is divisible by "
            f"{2 ** (octaves - 1)}, fewer bands or a shorter segment"
        )
