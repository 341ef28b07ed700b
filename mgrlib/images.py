"""The images of a library, made once and kept: uint8 arrays (song, frequency, time).

With them comes what is known of the songs' sound. Songs are gathered in shards, which are
files of the cache (`mgrlib.shards`): a second call reads no audio at all, a call that was
stopped is taken up, a file that is damaged is made again, and two runs may share the cache.
Notebook: 02_spectrogram_generation.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .audio import COLUMNS, Segment, check_file
from .catalog import Song, Sounds
from .errors import RunError, SongError
from .files import digest, remove, remove_leftovers
from .settings import Settings
from .shards import DOUBTFUL, SOUND, cut_shards, make_shard, read_file, read_shard, shard_files
from .workers import Needs, perform

BLOCK_SONGS = 256
"""Images that are moved at once."""


@dataclass(frozen=True)
class Images:
    """Images of the usable songs of a library, in the library's order.

    Attributes
    ----------
    paths : list of str
        The n usable songs.
    pixels : dict of str to ndarray, uint8, shape=(n, image_size, image_size)
        One array a scale, row 0 is the lowest frequency; none where only the sound was asked for.
    seconds : ndarray, shape=(n,)
        Durations of the whole songs in s.
    padded : ndarray of bool, shape=(n,)
        Songs shorter than the segment, padded with silence.
    rejected : list of dict
        ``{"path", "reason", "detail"}`` of the songs that could not be used.
    sound : DataFrame, optional
        What is known of each song: index = `paths`, columns of `mgrlib.audio.COLUMNS`.
    fingerprints : ndarray, uint32, shape=(n, frames), optional
        See `mgrlib.fingerprints.fingerprint`.
    """

    paths: list[str]
    pixels: dict[str, np.ndarray]
    seconds: np.ndarray
    padded: np.ndarray
    rejected: list[dict]
    sound: pd.DataFrame | None = None
    fingerprints: np.ndarray | None = None

    def take(self, indices: Sequence[int]) -> "Images":
        """Only the songs at `indices`; the rejected songs are kept."""
        if np.array_equal(indices, np.arange(len(self.paths))):
            return self  # many songs' images are large: no copy of all of them
        return Images(
            paths=[self.paths[i] for i in indices],
            pixels={scale: pixels[indices] for scale, pixels in self.pixels.items()},
            seconds=self.seconds[indices],
            padded=self.padded[indices],
            rejected=self.rejected,
            sound=None if self.sound is None else self.sound.iloc[indices],
            fingerprints=None if self.fingerprints is None else self.fingerprints[indices],
        )


def make_images(
    folder: Path,
    paths: Sequence[str],
    *,
    settings: Settings,
    jobs: int,
    progress: Callable[[int], None] = lambda songs: None,
    sounds: Sounds | None = None,
    pixels: bool = True,
) -> Images:
    """Decode each song once, draw it on every scale and measure its sound, unless the cache has it.

    Parameters
    ----------
    folder : Path
        Folder of the library.
    paths : sequence of str
        Songs, relative to `folder`.
    settings : Settings
        Scales, segment, transform and image size.
    jobs : int
        Number of processes that draw.
    progress : callable
        Called with the number of songs that have become ready.
    sounds : Sounds, optional
        Where the sound comes from, by default the files.
    pixels : bool
        Whether to draw; else the sound is measured only.

    Returns
    -------
    Images
        Songs that can't be used stand in ``rejected``; they never stop the run. Those that
        crashed or timed out are tried again by every call.

    Raises
    ------
    RunError
        If the cache can't be written; what is finished is kept.
    """
    sounds = sounds or Sounds(identify=identify_file, read=read_file)
    songs, rejected = _identify(folder, paths, sounds)
    progress(len(rejected))
    shards = cut_shards(songs)
    rows = _Rows(paths, settings, pixels=pixels)
    lacking = {}
    for number, shard in enumerate(shards):
        if files := rows.fill(shard, again=DOUBTFUL):
            lacking[number] = files
        else:
            progress(len(shard))
    # Once for what is missing, once for shards whose scales turn out to disagree.
    for report in (progress, lambda songs: None):
        _make(folder, shards, lacking, settings, sounds.read, jobs=jobs, progress=report)
        lacking = {n: files for n in lacking if (files := rows.fill(shards[n]))}
    for file in (file for files in lacking.values() for file in files.values()):
        raise RunError(
            f"{file} was written and can't be read: something else deletes or changes the files "
            "of this folder; name another one by the environment variable MGRLIB_CACHE"
        )
    return rows.images(rejected)


def identify_file(folder: Path, path: str) -> Song:
    """The song of a file: its path, its size in bytes and its time stamp in ns.

    As make and rsync do it: a file whose content changes has another of these, or is told
    by ``touch``. To read all of it would take as long as to draw it.
    """
    check_file(folder / path)
    status = (folder / path).stat()
    return path, status.st_size, status.st_mtime_ns


def _identify(folder: Path, paths: Sequence[str], sounds: Sounds) -> tuple[list[Song], list[dict]]:
    songs, rejected = [], []
    for path in paths:
        try:
            songs.append(sounds.identify(folder, path))
        except SongError as error:
            rejected.append({"path": path, "reason": error.reason, "detail": error.detail})
    return songs, rejected


def _make(
    folder: Path,
    shards: list[list[Song]],
    lacking: dict[int, dict[str, Path]],
    settings: Settings,
    read: Callable[..., Segment],
    *,
    jobs: int,
    progress: Callable[[int], None],
) -> None:
    """Make the files of some shards, by their numbers, several shards at a time."""
    files = [file for made in lacking.values() for file in made.values()]
    needs = Needs(
        folders=tuple({file.parent for file in files}),
        files=tuple(table for table in [folder / "songs.csv"] if table.exists()),
    )
    for cache in needs.folders:
        remove_leftovers(cache)
    for file in files:
        remove(file)
    # The largest first, so that processes end together; among equals each run has an order
    # of its own, so that two at once meet on few shards.
    order = sorted(lacking, key=lambda n: (-len(shards[n]), digest(os.getpid(), n)))
    tasks = [(make_shard, folder, shards[n], lacking[n], settings, read) for n in order]
    for made in perform(tasks, jobs=jobs, scheduler=settings.scheduler, needs=needs,
                        backend="threading"):  # fmt: skip
        progress(made)


class _Rows:
    """The images and the sound of all songs, filled shard by shard: nothing is held twice."""

    def __init__(self, paths: Sequence[str], settings: Settings, *, pixels: bool):
        self.paths, self.settings, self.drawn = list(paths), settings, pixels
        self.row = {path: row for row, path in enumerate(paths)}
        shape = (len(paths), settings.image_size, settings.image_size)
        scales = settings.scales if pixels else ()
        self.pixels = {scale: np.empty(shape, dtype=np.uint8) for scale in scales}
        self.sound = {name: np.zeros(len(paths), dtype=kind) for name, kind in COLUMNS.items()}
        self.fingerprints = np.zeros((len(paths), 0), dtype=np.uint32)
        self.padded = np.zeros(len(paths), dtype=bool)
        self.usable = np.zeros(len(paths), dtype=bool)
        self.rejected: list[dict] = []

    def fill(self, shard: list[Song], *, again: Sequence[str] = ()) -> dict[str, Path]:
        """Take a shard's images and sound from its files, or return those to be made first.

        All must, where the files disagree on which songs can be used: they may if they
        were made at different times, before and after a decoder was added, say, and a row
        of one would be another song than the same row of the other.

        Parameters
        ----------
        again : sequence of str
            Reasons that make a file one to be made again.
        """
        files = shard_files(shard, self.settings, pixels=self.drawn)
        contents = {product: read_shard(file) for product, file in files.items()}
        lacking = {
            product: files[product]
            for product, content in contents.items()
            if content is None or np.isin(content["reasons"], again).any()
        }
        if lacking:
            return lacking
        if len({tuple(content["reasons"] == "") for content in contents.values()}) > 1:
            return files
        self._place(shard, contents)
        return {}

    def _place(self, shard: list[Song], contents: dict[str, dict[str, np.ndarray]]) -> None:
        sound = contents[SOUND]
        self.rejected += [
            {"path": song[0], "reason": str(reason), "detail": str(detail)}
            for song, reason, detail in zip(shard, sound["reasons"], sound["details"], strict=True)
            if reason
        ]
        rows = np.array([self.row[song[0]] for song in shard])[sound["reasons"] == ""]
        self.usable[rows] = True
        self.padded[rows] = sound["padded"]
        for name, values in self.sound.items():
            values[rows] = sound[name]
        self._place_codes(rows, sound["fingerprints"])
        for scale, pixels in self.pixels.items():
            pixels[rows] = contents[scale]["pixels"]

    def _place_codes(self, rows: np.ndarray, codes: np.ndarray) -> None:
        if len(rows) and not self.fingerprints.shape[1]:  # the first tells how long they are
            self.fingerprints = np.zeros((len(self.paths), codes.shape[1]), dtype=np.uint32)
        if len(rows):
            self.fingerprints[rows] = codes

    def images(self, rejected: list[dict]) -> Images:
        """The usable songs; their images move up in place."""
        kept = np.flatnonzero(self.usable)
        for pixels in self.pixels.values() if len(kept) < len(self.paths) else ():
            for start in range(0, len(kept), BLOCK_SONGS):
                block = kept[start : start + BLOCK_SONGS]
                pixels[start : start + len(block)] = pixels[block]
        paths = [self.paths[row] for row in kept]
        sound = {name: values[kept] for name, values in self.sound.items()}
        return Images(
            paths=paths,
            pixels={scale: pixels[: len(kept)] for scale, pixels in self.pixels.items()},
            seconds=sound["seconds"],
            padded=self.padded[kept],
            rejected=sorted(rejected + self.rejected, key=lambda row: self.row[row["path"]]),
            sound=pd.DataFrame(sound, index=pd.Index(paths, name="path")),
            fingerprints=self.fingerprints[kept],
        )
