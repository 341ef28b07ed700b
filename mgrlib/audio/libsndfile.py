"""Decoding by libsndfile: WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF."""

from pathlib import Path

import soundfile

from .native import Native, middle, to_mono


def read(path: Path, segment_seconds: float) -> Native:
    """Seek to the segment in the middle and decode it.

    Raises
    ------
    soundfile.SoundFileError, ValueError, TypeError, RuntimeError
        If it can't be decoded.
    """
    with soundfile.SoundFile(path) as stream:
        rate, total = stream.samplerate, stream.frames
        wanted = round(segment_seconds * rate)
        stream.seek(middle(total, wanted))
        frames = stream.read(wanted, dtype="float32", always_2d=True)
    if len(frames) == 0 and total:
        raise ValueError("no frames could be decoded")
    # A header may promise more than the file holds.
    seconds = total / rate if len(frames) == min(wanted, total) else len(frames) / rate
    return Native(to_mono(frames), rate, seconds)
