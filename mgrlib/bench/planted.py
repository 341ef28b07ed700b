"""Planted duplicates: one song as other files, each made in a way that is known.

Songs are stereo, float32, shape=(n, 2), at `RATE`; lengths in s.
"""

import io
from dataclasses import dataclass

import numpy as np

RATE = 44_100
SHIFT_SECONDS = 3.0
TRIM_SECONDS = 2.4
"""One hundredth of a song of four minutes."""

LEVEL_OF_MUSIC_BEFORE = 0.5


@dataclass(frozen=True, kw_only=True)
class Variant:
    """How a file differs from the song that it holds.

    Attributes
    ----------
    codec : str
        PyAV's name of an encoder.
    container : str
        PyAV's name of a format.
    kbits : int
        Bit rate in kbit/s; 0 where the encoder has none.
    gain_db : float
    shift_seconds : float
        The song begins so much later, after something else, and ends with the file.
    trim_start_seconds, trim_end_seconds : float
        Cut off.
    """

    codec: str = "flac"
    container: str = "flac"
    kbits: int = 0
    gain_db: float = 0.0
    shift_seconds: float = 0.0
    trim_start_seconds: float = 0.0
    trim_end_seconds: float = 0.0


def _mp3(kbits: int, **rest: float) -> Variant:
    return Variant(codec="libmp3lame", container="mp3", kbits=kbits, **rest)


def _aac(kbits: int, **rest: float) -> Variant:
    return Variant(codec="aac", container="ipod", kbits=kbits, **rest)


VARIANTS = {
    "MP3 64 kbit/s": _mp3(64),
    "MP3 128 kbit/s": _mp3(128),
    "MP3 192 kbit/s": _mp3(192),
    "MP3 320 kbit/s": _mp3(320),
    "AAC 64 kbit/s": _aac(64),
    "AAC 128 kbit/s": _aac(128),
    "Ogg Vorbis": Variant(codec="vorbis", container="ogg"),
    "Opus 64 kbit/s": Variant(codec="libopus", container="ogg", kbits=64),
    "gain −6 dB": Variant(gain_db=-6),
    "gain +3 dB": Variant(gain_db=3),
    "shift 3 s": Variant(shift_seconds=SHIFT_SECONDS),
    "trim 1 % at the start": Variant(trim_start_seconds=TRIM_SECONDS),
    "trim 1 % at the end": Variant(trim_end_seconds=TRIM_SECONDS),
    "MP3 64 kbit/s, gain −6 dB, shift 3 s": _mp3(64, gain_db=-6, shift_seconds=SHIFT_SECONDS),
    "AAC 64 kbit/s, gain +3 dB, trim 1 %": _aac(64, gain_db=3, trim_start_seconds=TRIM_SECONDS),
}  # fmt: skip
"""What is planted, by its name in tables."""
