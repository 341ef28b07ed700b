"""The segment of a song: decoded by whoever can, checked, resampled, padded."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from ..errors import SongError
from . import ffmpeg, libsndfile
from .native import Native, middle

SILENCE = 10 ** (-80 / 20)
"""A segment whose peak is under -80 dBFS is silent."""


LOUDEST = 1e6
"""Full scale is 1; far above it lie damaged files whose power overflows."""


@dataclass(frozen=True)
class Segment:
    """The middle of a song.

    Attributes
    ----------
    samples : ndarray, float32, shape=(round(segment_seconds * sample_rate),)
    seconds : float
        Duration of the whole song.
    padded : bool
        Whether zeros were added because the song is shorter than the segment.
    """

    samples: np.ndarray
    seconds: float
    padded: bool


def read_segment(path: Path, *, segment_seconds: float, sample_rate: int) -> Segment:
    """Decode the middle `segment_seconds` of a song, as mono, at `sample_rate`.

    A song shorter than the segment but at least half as long is padded at its end.

    Parameters
    ----------
    path : Path
        An audio file.
    segment_seconds : float
        Length of the segment in s.
    sample_rate : int
        Rate of the returned samples in Hz.

    Raises
    ------
    SongError
        Reasons: missing, not a file, empty, unreadable, too short, not finite, silent.
    """
    check_file(path)
    try:
        native = libsndfile.read(path, segment_seconds)
    # soundfile takes some names for raw samples and raises TypeError for want of their rate.
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        native = _by_ffmpeg(path, segment_seconds, first_error=error)
    return _segment(native, segment_seconds, sample_rate)


def cut_segment(
    song: np.ndarray, *, native_rate: int, segment_seconds: float, sample_rate: int
) -> Segment:
    """The segment that `read_segment` would take of a song, from the song in memory.

    Parameters
    ----------
    song : ndarray, float32, shape=(n,)
        The whole song, mono, at `native_rate` Hz.
    segment_seconds : float
        Length of the segment in s.
    sample_rate : int
        Rate of the returned samples in Hz.

    Raises
    ------
    SongError
        Reasons: too short, not finite, silent.
    """
    wanted = round(segment_seconds * native_rate)
    start = middle(len(song), wanted)
    native = Native(song[start : start + wanted], native_rate, len(song) / native_rate)
    return _segment(native, segment_seconds, sample_rate)


def _by_ffmpeg(path: Path, segment_seconds: float, *, first_error: Exception) -> Native:
    import av

    try:
        return ffmpeg.read(path, segment_seconds)
    except (av.FFmpegError, OSError, ValueError) as error:
        detail = f"libsndfile: {_one_line(first_error)}; FFmpeg: {_one_line(error)}"
        raise SongError("unreadable", detail) from None


def _one_line(error: Exception) -> str:
    """What an error says, without the file's path, which the table already has."""
    known = getattr(error, "error_string", None) or getattr(error, "strerror", None)
    return " ".join(str(known or error).split())


def _segment(native: Native, segment_seconds: float, sample_rate: int) -> Segment:
    """Check the samples of a segment, bring them to `sample_rate`, pad them at their end."""
    wanted = round(segment_seconds * sample_rate)
    if native.seconds < segment_seconds / 2:
        detail = f"{native.seconds:.2f} s, at least {segment_seconds / 2:g} s are needed"
        raise SongError("too short", detail)
    if not np.isfinite(native.samples).all():
        raise SongError("not finite", "the samples hold NaN or infinity")
    if (peak := np.abs(native.samples).max(initial=0.0)) > LOUDEST:
        raise SongError("not finite", f"a peak of {peak:.3g} has no finite power")
    if peak < SILENCE:
        raise SongError("silent", "the peak of the segment is under -80 dBFS")
    samples = soxr.resample(native.samples, native.rate, sample_rate, quality="HQ")
    samples = np.asarray(samples[:wanted], dtype=np.float32)
    # Resampling may round a full segment one sample short: that is no padding.
    padded = round(native.seconds * sample_rate) < wanted
    if len(samples) < wanted:
        samples = np.pad(samples, (0, wanted - len(samples)))
    return Segment(samples=samples, seconds=native.seconds, padded=padded)


def check_file(path: Path) -> None:
    """Raise `SongError` unless `path` is a regular file that is not empty."""
    try:
        if not path.exists():
            raise SongError("missing", "there is no such file")
        if not path.is_file():
            raise SongError("not a file", "a folder or a device bears this name")
        if path.stat().st_size == 0:
            raise SongError("empty", "the file has no bytes")
        if not os.access(path, os.R_OK):
            raise SongError("unreadable", "permission to read the file is missing")
    except OSError as error:
        raise SongError("unreadable", error.strerror or str(error)) from None
