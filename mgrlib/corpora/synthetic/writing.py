"""Songs as real files: WAV, FLAC, Ogg Vorbis or MP3 with tags, the same bytes every time."""

import io
from pathlib import Path

import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.ogg
import mutagen.oggvorbis
import mutagen.wave
import numpy as np
import soundfile

from ...files import write_atomically
from .voices import SAMPLE_RATE

ENCODINGS = {
    ".wav": {"format": "WAV", "subtype": "PCM_16"},
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".ogg": {"format": "OGG", "subtype": "VORBIS"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III"},
}
"""What each file name extension is written as."""

TAGGED = {
    ".wav": mutagen.wave.WAVE,
    ".flac": mutagen.flac.FLAC,
    ".ogg": mutagen.oggvorbis.OggVorbis,
    ".mp3": mutagen.mp3.MP3,
}
FRAMES = {
    "title": mutagen.id3.TIT2,
    "artist": mutagen.id3.TPE1,
    "album": mutagen.id3.TALB,
    "date": mutagen.id3.TDRC,
    "genre": mutagen.id3.TCON,
    "tracknumber": mutagen.id3.TRCK,
}
"""Vorbis comments and the ID3 frames that mean the same."""


def write_song(path: Path, samples: np.ndarray, tags: dict[str, str], *, serial: int) -> None:
    """Write mono samples at 22,050 Hz with tags, whole or not at all.

    Parameters
    ----------
    path : Path
        Its extension, a key of `ENCODINGS`, says the format.
    samples : numpy.ndarray, shape=(samples,), float32
        Between -1 and 1.
    tags : dict
        Values for names out of `FRAMES`.
    serial : int
        Serial number of an Ogg stream, 32 bits.
    """
    stream = io.BytesIO()
    soundfile.write(stream, samples, SAMPLE_RATE, **ENCODINGS[path.suffix])
    if path.suffix == ".ogg":
        stream = _renumbered(stream, serial)
    _tag(stream, path.suffix, tags)
    write_atomically(path, lambda file: file.write(stream.getbuffer()))


def _renumbered(stream: io.BytesIO, serial: int) -> io.BytesIO:
    """The same Ogg stream under our serial number: libsndfile draws one by the clock."""
    stream.seek(0)
    end = len(stream.getbuffer())
    numbered = io.BytesIO()
    while stream.tell() < end:
        page = mutagen.ogg.OggPage(stream)
        page.serial = serial % 2**32
        numbered.write(page.write())
    return numbered


def _tag(stream: io.BytesIO, extension: str, tags: dict[str, str]) -> None:
    stream.seek(0)
    file = TAGGED[extension](stream)
    if file.tags is None:
        file.add_tags()
    for name, value in tags.items():
        if extension in (".wav", ".mp3"):
            file.tags.add(FRAMES[name](encoding=3, text=[value]))
        else:
            file.tags[name] = value
    stream.seek(0)
    file.save(stream)
