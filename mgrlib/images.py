"""The images of a library, made once and kept: uint8 arrays (song, frequency, time).

Songs are gathered in shards; a shard of a scale is one file of the cache, named by all
that its pixels depend on (each song's path, size and time stamp, the settings that
change pixels, a version number) and written atomically. A shard also remembers the
songs that could not be used and why, so that a second call reads no audio at all.
Notebook: 02_spectrogram_generation.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path

import numpy as np

from .audio import Segment, check_file, read_segment
from .catalog import Song, Sounds
from .errors import SongError
from .files import cache_folder, digest, write_atomically
from .settings import Settings
from .spectrograms import VERSION, song_images
from .workers import Needs, perform

SHARD_SONGS = 8
"""Songs of a shard on average."""


@dataclass(frozen=True)
class Images:
    """Images of the usable songs of a library, in the library's order.

    Attributes
    ----------
    paths : list of str
        The n usable songs.
    pixels : dict of str to ndarray, uint8, shape=(n, image_size, image_size)
        One array a scale, row 0 is the lowest frequency.
    seconds : ndarray, shape=(n,)
        Durations of the whole songs in s.
    padded : ndarray of bool, shape=(n,)
        Songs shorter than the segment, padded with silence.
    rejected : list of dict
        ``{"path", "reason", "detail"}`` of the songs that could not be used.
    """

    paths: list[str]
    pixels: dict[str, np.ndarray]
    seconds: np.ndarray
    padded: np.ndarray
    rejected: list[dict]

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
        )


def make_images(
    folder: Path,
    paths: Sequence[str],
    *,
    settings: Settings,
    jobs: int,
    progress: Callable[[int], None] = lambda songs: None,
    sounds: Sounds | None = None,
) -> Images:
    """Decode each song once and draw it on every scale, unless the cache has it.

    Parameters
    ----------
    folder : Path
        Folder of the library.
    paths : sequence of str
        Songs, relative to `folder`.
    settings : Settings
        Scales, segment, transform and image size.
    jobs : int
        Number of processes.
    progress : callable
        Called with the number of songs that have become ready.
    sounds : Sounds, optional
        Where the sound comes from, by default the files.

    Returns
    -------
    Images
        Songs that can't be used stand in ``rejected``; they never stop the run.
    """
    sounds = sounds or Sounds(identify=identify_file, read=read_file)
    songs, rejected = _identify(folder, paths, sounds)
    shards = _shards(songs)
    outdated = {}
    for number, shard in enumerate(shards):
        if files := _missing_files(shard, settings):
            outdated[number] = files
        else:
            progress(len(shard))
    make = partial(_make_shards, folder, shards, settings=settings, read=sounds.read, jobs=jobs)
    make(outdated, progress=progress)
    unequal = {n: files for n, shard in enumerate(shards)
               if (files := _unequal_files(shard, settings))}  # fmt: skip
    make(unequal)
    progress(len(rejected))
    return _assemble(paths, shards, rejected, settings)


def pixel_key(settings: Settings, scale: str) -> str:
    """Digest of the settings that the pixels of `scale` depend on."""
    names = ["segment_seconds", "sample_rate", "n_fft", "hop_length", "top_db", "image_size"]
    names += [] if scale == "linear" else ["n_mels"]
    return digest(VERSION, scale, {name: getattr(settings, name) for name in names})


def _missing_files(shard: list[Song], settings: Settings) -> dict[str, Path]:
    files = {scale: _shard_file(shard, scale, settings) for scale in settings.scales}
    return {scale: file for scale, file in files.items() if not file.exists()}


def _unequal_files(shard: list[Song], settings: Settings) -> dict[str, Path]:
    """All files of a shard whose scales disagree on which songs can be used.

    They may if they were made at different times, before and after a decoder was added,
    say; a row of one would then be another song than the same row of the other.
    """
    files = {scale: _shard_file(shard, scale, settings) for scale in settings.scales}
    usable = {tuple(np.load(f, allow_pickle=False)["reasons"] == "") for f in files.values()}
    return files if len(usable) > 1 else {}


def _make_shards(
    folder: Path,
    shards: list[list[Song]],
    files: dict[int, dict[str, Path]],
    *,
    settings: Settings,
    read: Callable[..., Segment],
    jobs: int,
    progress: Callable[[int], None] = lambda songs: None,
) -> None:
    """Make the files of some shards, by their numbers, in several processes."""
    needs = Needs(
        folders=tuple({file.parent for made in files.values() for file in made.values()}),
        files=tuple(table for table in [folder / "songs.csv"] if table.exists()),
    )
    tasks = [(_make_shard, folder, shards[n], files[n], settings, read) for n in files]
    for made in perform(tasks, jobs=jobs, scheduler=settings.scheduler, needs=needs):
        progress(made)


def identify_file(folder: Path, path: str) -> Song:
    """The song of a file: its path, its size in bytes and its time stamp in ns."""
    check_file(folder / path)
    status = (folder / path).stat()
    return path, status.st_size, status.st_mtime_ns


def read_file(folder: Path, song: Song, *, segment_seconds: float, sample_rate: int) -> Segment:
    """The segment of a song that is a file, see `mgrlib.audio.read_segment`."""
    return read_segment(folder / song[0], segment_seconds=segment_seconds, sample_rate=sample_rate)


def _identify(folder: Path, paths: Sequence[str], sounds: Sounds) -> tuple[list[Song], list[dict]]:
    songs, rejected = [], []
    for path in paths:
        try:
            songs.append(sounds.identify(folder, path))
        except SongError as error:
            rejected.append({"path": path, "reason": error.reason, "detail": error.detail})
    return songs, rejected


def _shards(songs: list[Song]) -> list[list[Song]]:
    """Cut the songs, ordered by a hash of their path, where the hash ends in zeros.

    A song that comes or goes so changes its shard, at most up to the next such hash,
    and not all that follow. No shard has more than twice `SHARD_SONGS` songs.
    """
    shards: list[list[Song]] = [[]]
    keyed = [(hashlib.sha256(song[0].encode()).digest(), song) for song in songs]
    for key, song in sorted(keyed, key=itemgetter(0)):
        shards[-1].append(song)
        if key[-1] % SHARD_SONGS == 0 or len(shards[-1]) == 2 * SHARD_SONGS:
            shards.append([])
    return [shard for shard in shards if shard]


def _shard_file(shard: list[Song], scale: str, settings: Settings) -> Path:
    folder = cache_folder() / "images" / f"{scale}-{pixel_key(settings, scale)}"
    return folder / f"{digest(shard)}.npz"


def _make_shard(
    folder: Path,
    shard: list[Song],
    files: dict[str, Path],
    settings: Settings,
    read: Callable[..., Segment],
) -> int:
    """Decode the songs of a shard and write the file of each scale in `files`."""
    names = ["sample_rate", "n_fft", "hop_length", "n_mels", "top_db", "image_size"]
    drawing = {name: getattr(settings, name) for name in names}
    images: dict[str, list[np.ndarray]] = {scale: [] for scale in files}
    seconds, padded, reasons, details = [], [], [], []
    for song in shard:
        reason = detail = ""
        try:
            segment = read(
                folder,
                song,
                segment_seconds=settings.segment_seconds,
                sample_rate=settings.sample_rate,
            )
            for scale, image in song_images(segment.samples, scales=files, **drawing).items():
                images[scale].append(image)
            seconds.append(segment.seconds)
            padded.append(segment.padded)
        except SongError as error:
            reason, detail = error.reason, error.detail
        reasons.append(reason)
        details.append(detail)
    size = settings.image_size
    for scale, file in files.items():
        content = {
            "pixels": np.array(images[scale], dtype=np.uint8).reshape(-1, size, size),
            "seconds": np.array(seconds, dtype=float),
            "padded": np.array(padded, dtype=bool),
            "reasons": np.array(reasons, dtype=np.str_),
            "details": np.array(details, dtype=np.str_),
        }
        write_atomically(file, lambda stream, content=content: np.savez(stream, **content))
    return len(shard)


def _assemble(
    paths: Sequence[str], shards: list[list[Song]], rejected: list[dict], settings: Settings
) -> Images:
    """Read the shards back, each song's images to its row: nothing is held twice."""
    place = {path: row for row, path in enumerate(paths)}
    shape = (len(paths), settings.image_size, settings.image_size)
    pixels = {scale: np.empty(shape, dtype=np.uint8) for scale in settings.scales}
    seconds, padded, usable = np.zeros(len(paths)), *np.zeros((2, len(paths)), dtype=bool)
    rejected = list(rejected)
    for shard in shards:
        loaded = {
            scale: np.load(_shard_file(shard, scale, settings), allow_pickle=False)
            for scale in settings.scales
        }
        first = loaded[settings.scales[0]]
        reasons, details = first["reasons"], first["details"]
        rejected += [
            {"path": song[0], "reason": str(reason), "detail": str(detail)}
            for song, reason, detail in zip(shard, reasons, details, strict=True)
            if reason
        ]
        rows = np.array([place[song[0]] for song in shard])[reasons == ""]
        usable[rows] = True
        seconds[rows], padded[rows] = first["seconds"], first["padded"]
        for scale, part in loaded.items():
            pixels[scale][rows] = part["pixels"]
    whole = usable.all()
    return Images(
        paths=[path for path, kept in zip(paths, usable, strict=True) if kept],
        pixels=pixels if whole else {scale: array[usable] for scale, array in pixels.items()},
        seconds=seconds[usable],
        padded=padded[usable],
        rejected=sorted(rejected, key=lambda row: place[row["path"]]),
    )
