"""The segment of a song: decoded by whoever can, checked, resampled, padded."""

import math
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr

from ..errors import SongError
from . import ffmpeg, libsndfile
from .native import NO_FACTS, BrokenPromise, Extremes, Native, middle

FFMPEG_FIRST = {
    ".3gp", ".aac", ".ac3", ".ape", ".avi", ".m4a", ".m4b", ".m4v", ".mka", ".mkv", ".mov",
    ".mp4", ".mpc", ".oga", ".ogg", ".opus", ".tta", ".webm", ".wma", ".wv",
}  # fmt: skip
"""Extensions of the files that PyAV is given first: what libsndfile does not read, and Ogg,
which it decodes more slowly. All others are libsndfile's. Either takes what the other leaves."""

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
    native : Native
        What the decoder gave of it.
    """

    samples: np.ndarray
    seconds: float
    padded: bool
    native: Native


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
    return _segment(_decode(path, segment_seconds), segment_seconds, sample_rate)


def read_middle(path: Path, *, most_seconds: float, sample_rate: int) -> Segment:
    """Decode a whole song, or the middle `most_seconds` of a longer one; nothing is padded.

    Parameters
    ----------
    path : Path
        An audio file.
    most_seconds : float
        Length in s up to which all of a song is decoded.
    sample_rate : int
        Rate of the returned samples in Hz.

    Raises
    ------
    SongError
        Reasons: missing, not a file, empty, unreadable, not finite, silent.
    """
    check_file(path)
    native = _decode(path, most_seconds)
    return _segment(native, min(most_seconds, native.seconds), sample_rate)


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
    samples, extremes = song[start : start + wanted], Extremes()
    extremes.add(samples)
    native = Native(samples, native_rate, len(song) / native_rate, NO_FACTS, extremes.peak,
                    extremes.share)  # fmt: skip
    return _segment(native, segment_seconds, sample_rate)


def _decode(path: Path, segment_seconds: float) -> Native:
    """By the first decoder that reads the file as its header promises, by seeking; or else
    by the first that reads anything of it, from its start."""
    decoders = {"libsndfile": libsndfile, "FFmpeg": ffmpeg}
    names = list(decoders)
    if path.suffix.lower() in FFMPEG_FIRST:
        names.reverse()
    # FFmpeg passes over damage where libsndfile ends.
    attempts = [(name, decoders[name].read_by_seeking) for name in names]
    attempts += [(name, decoders[name].read_from_start) for name in ("FFmpeg", "libsndfile")]
    said, promised = {}, math.nan
    for name, read in attempts:
        try:
            return _with_promise(read(path, segment_seconds), promised)
        except (BrokenPromise, *decoders[name].errors()) as error:
            said[name] = one_line(error)
            if math.isnan(promised):
                promised = getattr(error, "facts", NO_FACTS).promised_seconds
    detail = "; ".join(f"{name}: {said[name]}" for name in decoders)
    raise SongError("unreadable", detail)


def _with_promise(native: Native, promised_seconds: float) -> Native:
    """Keep what a header has promised where another decoder found the song."""
    if math.isnan(promised_seconds):
        return native
    return native._replace(facts=replace(native.facts, promised_seconds=promised_seconds))


def one_line(error: Exception) -> str:
    """What an error says, without the file's path, which the table already has."""
    known = getattr(error, "error_string", None) or getattr(error, "strerror", None)
    return " ".join(str(known or error).split())


def _segment(native: Native, segment_seconds: float, sample_rate: int) -> Segment:
    """Check the samples of a segment, bring them to `sample_rate`, pad them at their end."""
    wanted = round(segment_seconds * sample_rate)
    if native.seconds < segment_seconds / 2:
        detail = f"{native.seconds:.2f} s, at least {segment_seconds / 2:g} s are needed"
        raise SongError("too short", detail)
    samples = soxr.resample(native.samples, native.rate, sample_rate, quality="HQ")[:wanted]
    # After resampling there are fewer samples to look at. Whatever is not finite spreads.
    peak = _peak(samples)
    if not np.isfinite(peak):
        raise SongError("not finite", "the samples hold NaN or infinity")
    if peak > LOUDEST:
        raise SongError("not finite", f"a peak of {peak:.3g} has no finite power")
    if peak < SILENCE:
        raise SongError("silent", "the peak of the segment is under -80 dBFS")
    # Resampling may round a full segment one sample short: that is no padding.
    padded = round(native.seconds * sample_rate) < wanted
    if len(samples) < wanted:
        samples = np.pad(samples, (0, wanted - len(samples)))
    return Segment(samples=samples, seconds=native.seconds, padded=padded, native=native)


def _peak(samples: np.ndarray) -> float:
    """The largest magnitude, NaN if any sample is; two passes and no array in between."""
    return float(np.maximum(samples.max(initial=0), -samples.min(initial=0)))


def check_file(path: Path) -> None:
    """Raise `SongError` unless `path` is a regular file that is not empty."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise SongError("missing", "there is no such file") from None
    except (OSError, ValueError) as error:  # a loop of links, a closed folder, an absurd name
        raise SongError("unreadable", getattr(error, "strerror", None) or str(error)) from None
    if not stat.S_ISREG(status.st_mode):
        raise SongError("not a file", "a folder or a device bears this name")
    if status.st_size == 0:
        raise SongError("empty", "the file has no bytes")
    if not os.access(path, os.R_OK):
        raise SongError("unreadable", "permission to read the file is missing")
