"""Spectrogram images: arrays are (frequency, time), row 0 is the lowest frequency.

A `Sound` is transformed once (`transform`); each scale of the table `SCALES` makes its rows
of it, with the weights of `filters` or, for ``cqt``, a transform of its own (`constant_q`); the
rows become levels in dB, a square and 256 levels of gray (`pixels`), in which 0..255 stands
for -top_db..0 dB below the image's own maximum. The definitions are librosa's (McFee et al.
2015): `librosa.stft` (Hann, centered, zero padding), `librosa.feature.melspectrogram` (Slaney)
and `librosa.power_to_db(ref=np.max)`.

The paper draws two images with librosa (section 3.1), linear and mel, and does not state
its settings. Mel differs from linear in two ways, where its rows lie and how few and wide
they are; ``linear-bands`` has as many bands as mel, evenly spaced in Hz.
Notebook: 02_spectrogram_generation.
"""

from .drawing import VERSION, levels, song_images
from .filters import htk_filters, linear_filters, log_filters, mel_filters
from .pixels import AMIN, resize, to_decibels, to_pixels
from .scales import SCALES, Scale, describe_rows, empty_rows, rows_below
from .transform import WINDOWS, Sound, power_spectrogram

__all__ = [
    "AMIN", "SCALES", "VERSION", "WINDOWS", "Scale", "Sound", "describe_rows", "empty_rows",
    "htk_filters", "levels", "linear_filters", "log_filters", "mel_filters", "power_spectrogram",
    "resize", "rows_below", "song_images", "to_decibels", "to_pixels",
]  # fmt: skip
