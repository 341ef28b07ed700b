"""Shards: the images of a few songs on one scale, a file of the cache each.

A shard's file is named by all that its pixels depend on (each song's path, size and time
stamp, the settings that change pixels, a version number) and written atomically. It also
remembers which songs could not be used and why. Each song is drawn apart from this process,
so one that ends or holds up a decoder is rejected like any other.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from operator import itemgetter
from pathlib import Path

import numpy as np

from .apart import ProcessEnded, TimedOut, apart
from .audio import Segment, read_segment
from .errors import SongError, StudyError
from .files import cache_folder, digest, write_atomically
from .settings import Settings
from .spectrograms import VERSION, song_images

SHARD_SONGS = 8
"""Songs of a shard on average."""

SONG_SECONDS = 180.0
"""How long a song may take: thousands of times as long as one does."""

DOUBTFUL = ("crashed", "timed out")
"""Reasons that may lie in the machine: too little memory, a slow drive."""

DRAWING = ("sample_rate", "n_fft", "hop_length", "n_mels", "top_db", "image_size")
"""Settings of `song_images`; with the length of the segment, all that pixels depend on."""

UNUSED = ("n_mels", "linear")
"""A setting and the scale that does without it: linear has no bands."""

Drawn = tuple[dict[str, np.ndarray], float, bool]
"""A song's image on each scale, the song's seconds, and whether its segment was padded."""


def pixel_key(settings: Settings, scale: str) -> str:
    """Digest of the settings that the pixels of `scale` depend on."""
    names = ["segment_seconds", *DRAWING]
    used = {name: getattr(settings, name) for name in names if (name, scale) != UNUSED}
    return digest(VERSION, scale, used)


def cut_shards(songs: Iterable[tuple]) -> list[list[tuple]]:
    """Cut the songs, ordered by a hash of their path, where the hash ends in zeros.

    A song that comes or goes so changes its shard, at most up to the next such hash,
    and not all that follow. No shard has more than twice `SHARD_SONGS` songs.
    """
    shards: list[list[tuple]] = [[]]
    keyed = [(hashlib.sha256(song[0].encode()).digest(), song) for song in songs]
    for key, song in sorted(keyed, key=itemgetter(0)):
        shards[-1].append(song)
        if key[-1] % SHARD_SONGS == 0 or len(shards[-1]) == 2 * SHARD_SONGS:
            shards.append([])
    return [shard for shard in shards if shard]


def shard_files(shard: Sequence[tuple], settings: Settings) -> dict[str, Path]:
    """The file of a shard for each scale of `settings`."""
    folder, name = cache_folder() / "images", f"{digest(shard)}.npz"
    return {
        scale: folder / f"{scale}-{pixel_key(settings, scale)}" / name for scale in settings.scales
    }


def read_shard(file: Path) -> dict[str, np.ndarray] | None:
    """Content of a shard's file, or None if it is missing or damaged.

    Returns
    -------
    dict of str to ndarray
        ``reasons`` and ``details`` have a text a song, empty where it can be used;
        ``pixels``, ``seconds`` and ``padded`` have a row for each song that can be used.
    """
    try:
        with np.load(file, allow_pickle=False) as content:
            return {name: content[name] for name in
                    ("pixels", "seconds", "padded", "reasons", "details")}  # fmt: skip
    # Bits that have changed show as errors of any kind; the checksums see those in the arrays.
    except Exception:
        return None


def make_shard(
    folder: Path,
    shard: Sequence[tuple],
    files: dict[str, Path],
    settings: Settings,
    read: Callable[..., Segment],
) -> int:
    """Draw the songs of a shard on the scales of `files` and write these.

    Parameters
    ----------
    folder : Path
        Folder of the library.
    shard : sequence of tuple
        Songs.
    files : dict of str to Path
        The file of each scale that is to be made; what has come to be there is left.
    read : callable
        See `mgrlib.catalog.Sounds`.

    Returns
    -------
    int
        Number of songs.
    """
    # Another run may have made them since this one has looked.
    files = {scale: file for scale, file in files.items() if not file.exists()}
    drawn: list[Drawn] = []
    verdicts = []
    for song in shard if files else ():
        try:
            drawn.append(_draw_apart(folder, song, list(files), settings, read))
            verdicts.append(("", ""))
        except SongError as error:
            verdicts.append((error.reason, error.detail))
    for scale, file in files.items():
        _write(file, scale, drawn, verdicts, size=settings.image_size)
    return len(shard)


def _write(
    file: Path, scale: str, drawn: list[Drawn], verdicts: list[tuple[str, str]], *, size: int
) -> None:
    pixels = np.array([images[scale] for images, _, _ in drawn], dtype=np.uint8)
    reasons, details = zip(*verdicts, strict=True)
    content = BytesIO()  # a zip that can't be written to its end raises errors of its own
    np.savez(
        content,
        pixels=pixels.reshape(-1, size, size),
        seconds=np.array([seconds for _, seconds, _ in drawn], dtype=float),
        padded=np.array([padded for _, _, padded in drawn], dtype=bool),
        reasons=np.array(reasons, dtype=np.str_),
        details=np.array(details, dtype=np.str_),
    )
    write_atomically(file, lambda stream: stream.write(content.getbuffer()))


def _draw_apart(folder: Path, song: tuple, scales: list[str], settings: Settings, read) -> Drawn:
    """Draw a song in another process.

    Raises
    ------
    SongError
        Those of `read`, and ``crashed`` and ``timed out``.
    """
    try:
        return apart(draw_song, folder, song, scales, settings, read, seconds=SONG_SECONDS)
    except TimedOut:
        detail = f"it takes longer than {SONG_SECONDS:g} s to read and draw"
        raise SongError("timed out", detail) from None
    except ProcessEnded as error:
        raise SongError("crashed", str(error)) from None


def draw_song(
    folder: Path,
    song: tuple,
    scales: Iterable[str],
    settings: Settings,
    read: Callable[..., Segment],
) -> Drawn:
    """Read a song and draw it on some scales.

    Raises
    ------
    SongError
        If it can't be used.
    StudyError
        If the user has to mend something first.
    """
    wanted = {name: getattr(settings, name) for name in ("segment_seconds", "sample_rate")}
    drawing = {name: getattr(settings, name) for name in DRAWING}
    try:
        segment = read(folder, song, **wanted)
    except (SongError, StudyError):
        raise
    except Exception as error:  # one file must not stop a run of thousands
        detail = " ".join(f"{type(error).__name__}: {error}".split())
        raise SongError("crashed", detail) from None
    images = song_images(segment.samples, scales=scales, **drawing)
    return images, segment.seconds, segment.padded


def read_file(folder: Path, song: tuple, *, segment_seconds: float, sample_rate: int) -> Segment:
    """The segment of a song that is a file, see `mgrlib.audio.read_segment`."""
    return read_segment(folder / song[0], segment_seconds=segment_seconds, sample_rate=sample_rate)
