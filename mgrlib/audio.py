"""One decoded segment a song: mono float32 samples in [-1, 1], time in s, rates in Hz.

libsndfile decodes what it can (WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF); PyAV, which
carries FFmpeg's decoders, takes the rest (AAC in MP4). Only the segment in the middle
of a song is read, by seeking. A song that can't be used raises `SongError`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .errors import SongError

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
        native, native_rate, seconds = _read_soundfile(path, segment_seconds)
    # soundfile takes some names for raw samples and raises TypeError for want of their rate.
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        native, native_rate, seconds = _read_av(path, segment_seconds, first_error=error)
    return _segment(native, native_rate, seconds, segment_seconds, sample_rate)


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
    start = _middle(len(song), wanted)
    native = song[start : start + wanted]
    return _segment(native, native_rate, len(song) / native_rate, segment_seconds, sample_rate)


def _segment(
    native: np.ndarray,
    native_rate: int,
    seconds: float,
    segment_seconds: float,
    sample_rate: int,
) -> Segment:
    """Check the samples of a segment, bring them to `sample_rate`, pad them at their end."""
    wanted = round(segment_seconds * sample_rate)
    if seconds < segment_seconds / 2:
        detail = f"{seconds:.2f} s, at least {segment_seconds / 2:g} s are needed"
        raise SongError("too short", detail)
    if not np.isfinite(native).all():
        raise SongError("not finite", "the samples hold NaN or infinity")
    if (peak := np.abs(native).max(initial=0.0)) > LOUDEST:
        raise SongError("not finite", f"a peak of {peak:.3g} has no finite power")
    if peak < SILENCE:
        raise SongError("silent", "the peak of the segment is under -80 dBFS")
    samples = soxr.resample(native, native_rate, sample_rate, quality="HQ")
    samples = np.asarray(samples[:wanted], dtype=np.float32)
    # Resampling may round a full segment one sample short: that is no padding.
    padded = round(seconds * sample_rate) < wanted
    if len(samples) < wanted:
        samples = np.pad(samples, (0, wanted - len(samples)))
    return Segment(samples=samples, seconds=seconds, padded=padded)


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


def _middle(total: int, wanted: int) -> int:
    return max(0, (total - wanted) // 2)


def _mono(frames: np.ndarray) -> np.ndarray:
    """(n, channels) float32 -> (n,): a sum of columns, several times cheaper than mean()."""
    total = frames[:, 0].copy()
    for channel in range(1, frames.shape[1]):
        total += frames[:, channel]
    return total if frames.shape[1] == 1 else total * np.float32(1 / frames.shape[1])


def _read_soundfile(path: Path, segment_seconds: float) -> tuple[np.ndarray, int, float]:
    with soundfile.SoundFile(path) as stream:
        rate, total = stream.samplerate, stream.frames
        wanted = round(segment_seconds * rate)
        stream.seek(_middle(total, wanted))
        frames = stream.read(wanted, dtype="float32", always_2d=True)
    if len(frames) == 0 and total:
        raise ValueError("no frames could be decoded")
    # A header may promise more than the file holds.
    seconds = total / rate if len(frames) == min(wanted, total) else len(frames) / rate
    return _mono(frames), rate, seconds


def _read_av(
    path: Path, segment_seconds: float, *, first_error: Exception
) -> tuple[np.ndarray, int, float]:
    """Decode with FFmpeg's decoders from a little before the segment to its end."""
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise SongError("unreadable", "the file has no audio stream")
            return _decode_av(container, segment_seconds)
    except (av.FFmpegError, OSError, ValueError) as error:
        detail = f"libsndfile: {_one_line(first_error)}; FFmpeg: {_one_line(error)}"
        raise SongError("unreadable", detail) from None


def _one_line(error: Exception) -> str:
    """What an error says, without the file's path, which the table already has."""
    known = getattr(error, "error_string", None) or getattr(error, "strerror", None)
    return " ".join(str(known or error).split())


def _decode_av(container, segment_seconds: float) -> tuple[np.ndarray, int, float]:
    import av

    stream = container.streams.audio[0]
    rate = stream.rate
    seconds = container.duration / 1_000_000 if container.duration else 0.0
    start = max(0.0, (seconds - segment_seconds) / 2)
    if start > 1:
        # Seek lands on a packet at or before the time asked for; the rest is cut by time stamps.
        container.seek(int((start - 0.5) * 1_000_000))
    mono = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    blocks, first = [], None
    for frame in container.decode(stream):
        first = frame.time if first is None and frame.time is not None else first
        blocks += [out.to_ndarray()[0] for out in mono.resample(frame)]
        if seconds and frame.time is not None and frame.time > start + segment_seconds:
            break
    if not blocks:
        raise ValueError("no frames could be decoded")
    samples = np.concatenate(blocks)
    offset = round(max(0.0, start - (first or 0.0)) * rate)
    seconds = seconds or len(samples) / rate
    return samples[offset : offset + round(segment_seconds * rate)], rate, seconds
