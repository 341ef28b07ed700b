"""Decoding by PyAV, which carries FFmpeg's decoders: AAC in MP4 and much else."""

from pathlib import Path

import numpy as np

from ..errors import SongError
from .native import Native


def read(path: Path, segment_seconds: float) -> Native:
    """Decode from a little before the segment to its end.

    Raises
    ------
    SongError
        If there is no sound in the file.
    av.FFmpegError, OSError, ValueError
        If it can't be decoded.
    """
    import av

    with av.open(str(path), metadata_errors="ignore") as container:
        if not container.streams.audio:
            raise SongError("unreadable", "the file has no audio stream")
        return _decode(container, segment_seconds)


def _decode(container, segment_seconds: float) -> Native:
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
    return Native(samples[offset : offset + round(segment_seconds * rate)], rate, seconds)
