"""Songs to be read: the same stereo music in every format, as a clip and as a whole song."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..corpora.synthetic import render_song
from ..corpora.synthetic.encoding import ENCODINGS, encode

RATE = 44_100
"""Hz; Opus is written at 48,000."""

SEGMENT_SECONDS = 30.0
FORMATS = tuple(ENCODINGS)
"""File name extensions."""


@dataclass(frozen=True)
class BenchSongs:
    """Files of one format.

    Attributes
    ----------
    extension : str
        With its dot.
    clip : Path
        As long as the segment that is wanted.
    song : Path
        Longer: the segment in its middle is wanted.
    """

    extension: str
    clip: Path
    song: Path


def stereo_song(seconds: float) -> np.ndarray:
    """Two synthetic songs at `RATE`, one nearer to either side, shape=(n, 2), float32.

    They are rendered at half the rate and played an octave up, so that the band is filled
    up to 20 kHz, as in music: an encoder is quick with what has no treble.
    """
    near, far = np.float32(0.7), np.float32(0.3)
    left, right = (render_song([subgenre], seconds=2 * seconds, seed=1, index=index)
                   for index, subgenre in enumerate(("Hard Rock", "House")))  # fmt: skip
    n = round(seconds * RATE)
    left, right = left[:n], right[:n]
    return np.stack([near * left + far * right, far * left + near * right], axis=1)


def write_songs(folder: Path, *, song_seconds: float) -> list[BenchSongs]:
    """Write the same music in every format, as a clip and as a song."""
    whole = stereo_song(song_seconds)
    start = (len(whole) - round(SEGMENT_SECONDS * RATE)) // 2
    lengths = {"clip": whole[start : len(whole) - start], "song": whole}
    for name, samples in lengths.items():
        for extension in FORMATS:
            content = encode(samples, sample_rate=RATE, extension=extension)
            (folder / f"{name}{extension}").write_bytes(content)
    return [BenchSongs(extension, *(folder / f"{name}{extension}" for name in lengths))
            for extension in FORMATS]  # fmt: skip


def write_long_song(path: Path, *, hours: float) -> None:
    """Write a FLAC file of many hours: some noise, again and again."""
    import soundfile

    block = np.random.default_rng(1).normal(0, 0.1, (60 * RATE, 2)).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE, 2, compression_level=0) as stream:
        for _ in range(round(60 * hours)):
            stream.write(block)


def link_library(folder: Path, files: list[Path], *, copies: int) -> list[str]:
    """Give every file several names in `folder`; the paths of a library of that many songs."""
    folder.mkdir()
    paths = [f"{copy:03d}-{file.parent.name}-{file.name}"
             for copy in range(copies) for file in files]  # fmt: skip
    for path, file in zip(paths, files * copies, strict=True):
        os.link(file, folder / path)
    return paths
