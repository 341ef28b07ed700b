"""Shards: the images of a few songs on one scale, or their sound, a file of the cache each.

A shard's file is named by all that its content depends on (each song's path, size and time
stamp, the settings that change pixels, a version number) and written atomically. It also
remembers which songs could not be used and why. Each song is drawn apart from this process,
so one that ends or holds up a decoder is rejected like any other. What is known of the sound
(`mgrlib.audio.measure` and a fingerprint) comes of the same decoding as the images.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import fingerprints
from .apart import ProcessEnded, TimedOut, apart
from .audio import COLUMNS, SOUND_VERSION, Segment, measure, read_segment
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

SOUND = "sound"
"""Stands beside the scales for what is known of the songs' sound."""

ALWAYS = ("seconds", "padded", "reasons", "details")
"""Arrays that every file of a shard has."""


class _Drawn(NamedTuple):
    """A song that can be used.

    Attributes
    ----------
    images : dict of str to ndarray
        Its image on each scale.
    seconds : float
        Duration of the whole song.
    padded : bool
        Whether its segment was padded.
    sound : dict or None
        See `mgrlib.audio.measure`.
    fingerprint : ndarray or None
    """

    images: dict[str, np.ndarray]
    seconds: float
    padded: bool
    sound: dict | None
    fingerprint: np.ndarray | None


def pixel_key(settings: Settings, scale: str) -> str:
    """Digest of the settings that the pixels of `scale` depend on."""
    names = ["segment_seconds", *DRAWING]
    used = {name: getattr(settings, name) for name in names if (name, scale) != UNUSED}
    return digest(VERSION, scale, used)


def sound_key(settings: Settings) -> str:
    """Digest of the settings that measures and fingerprints depend on."""
    used = {name: getattr(settings, name) for name in ("segment_seconds", "sample_rate")}
    return digest(SOUND_VERSION, fingerprints.VERSION, used)


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


def shard_files(
    shard: Sequence[tuple], settings: Settings, *, pixels: bool = True
) -> dict[str, Path]:
    """The file of a shard for each scale of `settings`, if `pixels`, and for its `SOUND`."""
    folder, name = cache_folder() / "images", f"{digest(shard)}.npz"
    keys = {scale: pixel_key(settings, scale) for scale in settings.scales} if pixels else {}
    keys[SOUND] = sound_key(settings)
    return {product: folder / f"{product}-{key}" / name for product, key in keys.items()}


def read_shard(file: Path) -> dict[str, np.ndarray] | None:
    """Content of a shard's file, or None if it is missing or damaged.

    Returns
    -------
    dict of str to ndarray
        ``reasons`` and ``details`` have a text a song, empty where it can be used;
        ``seconds``, ``padded`` and, of a scale, ``pixels`` or, of the sound, the names of
        `mgrlib.audio.COLUMNS` and ``fingerprints`` have a row for each song that can be used.
    """
    try:
        with np.load(file, allow_pickle=False) as loaded:
            # To its end: of an array that claims to be smaller, np.load would check no sum.
            content = {name: BytesIO(loaded.zip.read(name)) for name in loaded.zip.namelist()}
        arrays = {name.removesuffix(".npy"): np.lib.format.read_array(array, allow_pickle=False)
                  for name, array in content.items()}  # fmt: skip
    # Bits that have changed show as errors of any kind; the checksums see those in the arrays.
    except Exception:
        return None
    own = {"pixels"} if "pixels" in arrays else {*COLUMNS, "fingerprints"}
    return arrays if arrays.keys() == {*ALWAYS, *own} else None


def make_shard(
    folder: Path,
    shard: Sequence[tuple],
    files: dict[str, Path],
    settings: Settings,
    read: Callable[..., Segment],
) -> int:
    """Draw the songs of a shard, measure their sound, or either, and write `files`.

    Parameters
    ----------
    folder : Path
        Folder of the library.
    shard : sequence of tuple
        Songs.
    files : dict of str to Path
        Those that are to be made, of `shard_files`; what has come to be there is left.
    read : callable
        See `mgrlib.catalog.Sounds`.

    Returns
    -------
    int
        Number of songs.
    """
    # Another run may have made them since this one has looked.
    files = {product: file for product, file in files.items() if not file.exists()}
    drawn: list[_Drawn] = []
    verdicts = []
    for song in shard if files else ():
        try:
            drawn.append(_draw_apart(folder, song, list(files), settings, read))
            verdicts.append(("", ""))
        except SongError as error:
            verdicts.append((error.reason, error.detail))
    for product, file in files.items():
        own = _sound(drawn) if product == SOUND else _pixels(drawn, product, settings.image_size)
        _write(file, own, drawn, verdicts)
    return len(shard)


def _pixels(drawn: list[_Drawn], scale: str, size: int) -> dict[str, np.ndarray]:
    pixels = np.array([song.images[scale] for song in drawn], dtype=np.uint8)
    return {"pixels": pixels.reshape(-1, size, size)}


def _sound(drawn: list[_Drawn]) -> dict[str, np.ndarray]:
    columns = {name: np.array([song.sound[name] for song in drawn], dtype=kind)
               for name, kind in COLUMNS.items()}  # fmt: skip
    codes = np.array([song.fingerprint for song in drawn], dtype=np.uint32)
    return {**columns, "fingerprints": codes.reshape(len(drawn), -1 if drawn else 0)}


def _write(
    file: Path,
    own: dict[str, np.ndarray],
    drawn: list[_Drawn],
    verdicts: list[tuple[str, str]],
) -> None:
    reasons, details = zip(*verdicts, strict=True)
    arrays = {
        **own,
        "seconds": np.array([song.seconds for song in drawn], dtype=float),
        "padded": np.array([song.padded for song in drawn], dtype=bool),
        "reasons": np.array(reasons, dtype=np.str_),
        "details": np.array(details, dtype=np.str_),
    }
    content = BytesIO()  # a zip that can't be written to its end raises errors of its own
    np.savez(content, **arrays)
    write_atomically(file, lambda stream: stream.write(content.getbuffer()))


def _draw_apart(folder: Path, song: tuple, products: list[str], settings: Settings, read) -> _Drawn:
    """Draw a song in another process.

    Raises
    ------
    SongError
        Those of `read`, and ``crashed`` and ``timed out``.
    """
    try:
        return apart(draw_song, folder, song, products, settings, read, seconds=SONG_SECONDS)
    except TimedOut:
        detail = f"it takes longer than {SONG_SECONDS:g} s to read and draw"
        raise SongError("timed out", detail) from None
    except ProcessEnded as error:
        raise SongError("crashed", str(error)) from None


def draw_song(
    folder: Path,
    song: tuple,
    products: Sequence[str],
    settings: Settings,
    read: Callable[..., Segment],
) -> _Drawn:
    """Read a song, draw it on some scales and, where `SOUND` is among them, measure it.

    Raises
    ------
    SongError
        If it can't be used.
    StudyError
        If the user has to mend something first.
    """
    rate = settings.sample_rate
    try:
        segment = read(folder, song, segment_seconds=settings.segment_seconds, sample_rate=rate)
    except (SongError, StudyError):
        raise
    except Exception as error:  # one file must not stop a run of thousands
        detail = " ".join(f"{type(error).__name__}: {error}".split())
        raise SongError("crashed", detail) from None
    sound = codes = None
    if SOUND in products:
        sound = measure(segment, sample_rate=rate)
        codes = fingerprints.fingerprint(segment.samples, sample_rate=rate)
    samples, seconds, padded = segment.samples, segment.seconds, segment.padded
    del segment  # images are quicker drawn in memory that is in use already
    scales = [product for product in products if product != SOUND]
    drawing = {name: getattr(settings, name) for name in DRAWING}
    images = song_images(samples, scales=scales, **drawing) if scales else {}
    return _Drawn(images, seconds, padded, sound, codes)


def read_file(folder: Path, song: tuple, *, segment_seconds: float, sample_rate: int) -> Segment:
    """The segment of a song that is a file, see `mgrlib.audio.read_segment`."""
    return read_segment(folder / song[0], segment_seconds=segment_seconds, sample_rate=sample_rate)
