"""Songs as real files of `FORMATS` with tags, the same bytes every time."""

import io
from pathlib import Path

import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggvorbis
import mutagen.wave
import numpy as np

from ...files import write_atomically
from .encoding import encode
from .voices import SAMPLE_RATE

TAGGED = {
    ".wav": mutagen.wave.WAVE,
    ".flac": mutagen.flac.FLAC,
    ".ogg": mutagen.oggvorbis.OggVorbis,
    ".mp3": mutagen.mp3.MP3,
    ".m4a": mutagen.mp4.MP4,
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

ATOMS = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "tracknumber": "trkn",
}
"""The same in MP4."""


def write_song(path: Path, samples: np.ndarray, tags: dict[str, str], *, serial: int) -> None:
    """Write mono samples at 22,050 Hz with tags, whole or not at all.

    Parameters
    ----------
    path : Path
        Its extension, a key of `TAGGED`, says the format.
    samples : numpy.ndarray, shape=(samples,), float32
        Between -1 and 1.
    tags : dict
        Values for names out of `FRAMES`.
    serial : int
        Serial number of an Ogg stream, 32 bits.
    """
    extension = path.suffix
    content = encode(samples, sample_rate=SAMPLE_RATE, extension=extension, serial=serial)
    stream = io.BytesIO(content)
    _tag(stream, extension, tags)
    write_atomically(path, lambda file: file.write(stream.getbuffer()))


def _tag(stream: io.BytesIO, extension: str, tags: dict[str, str]) -> None:
    stream.seek(0)
    file = TAGGED[extension](stream)
    if file.tags is None:
        file.add_tags()
    for name, value in tags.items():
        if extension in (".wav", ".mp3"):
            file.tags.add(FRAMES[name](encoding=3, text=[value]))
        elif extension == ".m4a":
            # A track's number stands before the number of tracks; 0 where it is not known.
            file.tags[ATOMS[name]] = [(int(value), 0) if name == "tracknumber" else value]
        else:
            file.tags[name] = value
    stream.seek(0)
    file.save(stream)
