"""The same sound by other libraries: librosa, scipy, torch, FFmpeg, and why they differ.

The paper makes its images with librosa (section 3.1) and says in its conclusions that
libraries, "like Librosa, FFMPEG", seem to be implemented differently, so that images which
are the same in theory "might look vastly different"; it compares none (section 5).
`draw_by_all` draws one sound by each of `LIBRARIES`, `vary` changes one choice at a time.
Nothing of this is used to make the images of the study. Notebook: 02_spectrogram_generation.
"""

from .definitions import DEFINITIONS, largest_difference
from .ffmpeg import Unavailable, own_picture
from .libraries import LIBRARIES, BackEnd, draw_by_all
from .picture import Picture, describe_difference, difference
from .variations import VARIATIONS, Variation, linear_picture, mel_picture, vary

__all__ = [
    "DEFINITIONS", "LIBRARIES", "VARIATIONS", "BackEnd", "Picture", "Unavailable", "Variation",
    "describe_difference", "difference", "draw_by_all", "largest_difference", "linear_picture",
    "mel_picture", "own_picture", "vary",
]  # fmt: skip
