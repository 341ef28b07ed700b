"""The songs of the live explorer: of the run, by a path, uploaded, or a tone made here.

Everything that is somebody's file is decoded by `mgrlib.audio`, whatever its name says.
Notebook: explorer.
"""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile

from ..audio import read_middle
from ..dataset import Catalog
from ..errors import SongError, StudyError
from ..rankings import song_name
from ..spectrograms import SCALES, Sound
from .live_view import LEAST_SECONDS, Recording

MOST_SECONDS = 1800.0
"""Of a longer song the middle is kept: 30 minutes at 22,050 Hz take 160 MB."""

MOST_BYTES = 200_000_000
"""Of an upload: 18 minutes of a CD without compression, hours of MP3."""

MOST_LISTED = 300
"""Songs in a list; a browser is slow with thousands."""

NAME_LETTERS = 80


def read_recording(
    path: Path, *, sample_rate: int, name: str, song: str | None = None
) -> Recording:
    """Decode a song.

    Raises
    ------
    StudyError
        If it can't be used; the message names it and the reason.
    """
    try:
        found = read_middle(path, most_seconds=MOST_SECONDS, sample_rate=sample_rate)
        seconds = len(found.samples) / sample_rate
        if seconds < LEAST_SECONDS:
            raise SongError(
                "too short", f"{seconds:.3f} s, at least {LEAST_SECONDS:g} s are needed"
            )
    except SongError as error:
        raise StudyError(f"{name} can't be used, {error}: {_way_out(error)}") from None
    except MemoryError:
        raise StudyError(f"{name} does not fit into memory: take a shorter song") from None
    start = max(0.0, (found.seconds - MOST_SECONDS) / 2)
    return Recording(found.samples, sample_rate, name, song, start)


def _way_out(error: SongError) -> str:
    ways = {
        "missing": "check the path; it is taken from the folder of the notebook",
        "not a file": "name an audio file in it",
        "silent": "take another song, there is nothing to see in this one",
        "too short": "take a longer one",
    }
    return ways.get(error.reason, "take another file, such as WAV, FLAC, MP3, M4A or Ogg")


def read_path(text: str, *, sample_rate: int) -> Recording:
    """Decode the file of a path that was typed; `read_recording` says what is raised."""
    if not text.strip():
        raise StudyError("no file is named: type the path of an audio file")
    try:
        path = Path(text.strip()).expanduser()
    except RuntimeError:  # ~nobody
        path = Path(text.strip())
    return read_recording(path, sample_rate=sample_rate, name=plain_name(path.name or text))


def plain_name(name: Any) -> str:
    """The name of a file for a reader: one line, printable, without folders, not too long."""
    last = str(name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter if letter.isprintable() else "?" for letter in last)
    return shown[:NAME_LETTERS] or "a file without a name"


def rising_tone(sample_rate: int) -> Recording:
    """Eight seconds that show what scales do: a tone rising two octaves a second, and clicks.

    >>> rising_tone(22_050).seconds
    8.0
    """
    seconds, lowest = 8.0, 40.0
    times = np.arange(round(seconds * sample_rate)) / sample_rate
    hertz = lowest * (0.45 * sample_rate / lowest) ** (times / seconds)
    samples = 0.3 * np.sin(2 * np.pi * np.cumsum(hertz) / sample_rate)
    samples += 0.1 * np.sin(2 * np.pi * 440 * times)
    samples[::sample_rate] += 0.5
    samples += np.random.default_rng(0).normal(0, 1e-4, len(times))
    return Recording(samples.astype(np.float32), sample_rate, "A test tone, made here")


class Upload:
    """A file that arrives in parts, decoded from a temporary file that bears no name of its.

    Parameters
    ----------
    name : str
        What the sender calls it; only shown.
    size : int
        Bytes that the sender promises.

    Raises
    ------
    StudyError
        If it is larger than `MOST_BYTES`, or empty.
    """

    def __init__(self, name: Any, size: Any):
        self.name, self.size = plain_name(name), int(size)
        self._check(self.size)
        if self.size <= 0:
            raise StudyError(f"{self.name} has no bytes: take another file")
        self.folder = tempfile.TemporaryDirectory(prefix="mgrlib-upload-")
        self.file = Path(self.folder.name) / "song"
        self.received = 0

    def _check(self, size: int) -> None:
        if size > MOST_BYTES:
            raise StudyError(
                f"{self.name} has {size / 1e6:.0f} MB, and at most {MOST_BYTES / 1e6:.0f} MB can "
                "be uploaded: give its path instead, or a compressed copy"
            )

    def add(self, part: bytes) -> bool:
        """Take the next part; True when all are there."""
        self.received += len(part)
        self._check(self.received)
        with self.file.open("ab") as stream:
            stream.write(part)
        return self.received >= self.size

    def finish(self, *, sample_rate: int) -> Recording:
        """Decode what has arrived, and delete it; `read_recording` says what is raised."""
        try:
            return read_recording(self.file, sample_rate=sample_rate, name=self.name)
        finally:
            self.drop()

    def drop(self) -> None:
        """Delete what has arrived."""
        self.folder.cleanup()


def name_of(row: pd.Series) -> str:
    """A song of a catalog for a reader: title and artist, or its path."""
    return " ".join(song_name(row).split()) if row["title"].strip() else row["path"]


def find_songs(
    catalog: Catalog, *, genre: str | None = None, words: str = ""
) -> tuple[list[tuple[str, str]], int]:
    """Songs of a genre in whose names all of some words occur.

    Returns
    -------
    options : list of (name, path)
        In the catalog's order, at most `MOST_LISTED`.
    found : int
        How many there are.
    """
    songs = catalog.songs
    if genre is not None:
        songs = songs[catalog.all_labels.loc[songs["path"], genre].to_numpy()]
    text = songs[["path", "title", "artist", "album"]].agg(" ".join, axis=1).str.casefold()
    for word in words.casefold().split():
        songs, text = (part[text.str.contains(word, regex=False)] for part in (songs, text))
    listed = songs.iloc[:MOST_LISTED]
    return [(name_of(row), row["path"]) for _, row in listed.iterrows()], len(songs)


def read_song(catalog: Catalog, path: str | None, *, sample_rate: int) -> Recording:
    """Decode a song of a catalog by its path, or the first one.

    Raises
    ------
    StudyError
        If there is no such song or it can't be used.
    """
    row = catalog.find(path)
    names = {"name": name_of(row), "song": row["path"]}
    return read_recording(catalog.file(row["path"]), sample_rate=sample_rate, **names)


def wav(samples: np.ndarray, sample_rate: int) -> bytes:
    """Samples as WAV of 16 bits, scaled down where they are louder than full scale."""
    peak = max(1.0, float(np.abs(samples).max(initial=0.0)))
    stream = io.BytesIO()
    soundfile.write(stream, samples / peak, sample_rate, format="WAV", subtype="PCM_16")
    return stream.getvalue()


def warm_up() -> None:
    """Make a first constant-Q transform, which imports and compiles for seconds."""
    sound = Sound(samples=np.zeros(4096, np.float32), sample_rate=22_050, n_fft=2048,
                  hop_length=512, n_mels=84)  # fmt: skip
    SCALES["cqt"].rows(sound)
