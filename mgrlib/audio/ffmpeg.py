"""Decoding by PyAV, which carries FFmpeg's decoders: AAC in MP4, Ogg, and much else.

FFmpeg is kept to the one file: formats that name other files or addresses (playlists,
lists of pictures, session descriptions) are not read. It gets the file's bytes and not its
name, which it might take for an address, or believe where the content says otherwise.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import SongError
from .ffmpeg_facts import SEEKABLE, read_facts, with_frame
from .headers import Ogg, read_ogg
from .native import (
    BrokenPromise,
    Extremes,
    Native,
    add_up,
    check_length,
    check_rate,
    middle,
    mix,
)

FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,matroska,mov,mp3,mpc,mpc8,mpeg,"
    "mpegts,ogg,oma,rm,tak,tta,voc,w64,wav,wv,xwma"
)
"""FFmpeg's names of formats whose files hold their sound themselves."""

OPTIONS = {"protocol_whitelist": "none", "format_whitelist": FORMATS}

STRICTLY = {"err_detect": "crccheck+bitstream+buffer+explode"}

LEAD_SECONDS = 0.2
"""Decoded before the segment: decoders need some packets before their output is right."""

SLACK = 4096
"""Frames by which a time stamp may be wrong: more than a packet of Vorbis, Opus or AAC."""

LONGEST_PACKET = 2**16
"""Frames in the longest packet that lies across the segment's ends, one of FLAC."""

NUMBERS = {
    "u8": (np.uint8, 128, 2**-7),
    "s16": (np.int16, 0, 2**-15),
    "s32": (np.int32, 0, 2**-31),
    "s64": (np.int64, 0, 2**-63),
    "flt": (np.float32, 0, 1),
    "dbl": (np.float64, 0, 1),
}
"""Type, zero and unit of the numbers in FFmpeg's sample formats."""

BATCH = 2**15
"""Samples of a channel that are gathered before they are looked at: they stay in the cache."""

FEW_PLANES = 8
"""Of more planes PyAV takes too many: it counts pointers until one is null, beyond their end."""


def errors() -> tuple[type[Exception], ...]:
    """What a file that can't be decoded may raise here."""
    import av

    return (av.FFmpegError, OSError, RuntimeError, ValueError, MemoryError)


def read_by_seeking(path: Path, segment_seconds: float) -> Native:
    """Seek to a little before the segment in the middle and decode to its end.

    Raises
    ------
    SongError
        If there is no sound in the file, or its sample rate is absurd.
    BrokenPromise
        If the format can't be trusted, or the file holds less than its header promises.
    """
    with open_sound(path) as (container, stream):
        ogg = read_ogg(path) if container.format.name == "ogg" else None
        facts = read_facts(container, stream, ogg)
        if not _can_seek(container, stream, ogg):
            raise BrokenPromise("not a format to seek in", facts)
        frames = container.decode(stream)
        first = next(frames, None)
        if first is None or first.pts is None:
            raise BrokenPromise("no samples with a time could be decoded", facts)
        # An implicit extension of AAC doubles the rate that the header has.
        rate = first.sample_rate
        check_rate(rate)
        # Samples before the time 0 are no part of the song: Vorbis may have some.
        zero = max(0, first.pts)
        ticks = float(rate * stream.time_base)
        total = round(stream.duration * ticks) - _delay(stream)
        wanted = min(round(segment_seconds * rate), total)
        start = middle(total, wanted)
        landing = start - round(LEAD_SECONDS * rate)
        if landing > 0:
            container.seek(zero + int(landing / ticks), stream=stream)
            frames = container.decode(stream)
        else:
            frames = chain([first], frames)
        extremes = Extremes()
        try:
            samples = _cut(frames, start, wanted, rate=rate, zero=zero, ticks=ticks,
                           extremes=extremes)  # fmt: skip
        except BrokenPromise as error:
            raise BrokenPromise(str(error), facts) from None
        facts = with_frame(facts, stream, first, seconds=total / rate)
        return Native(samples, rate, total / rate, facts, extremes.peak, extremes.share)


def read_from_start(path: Path, segment_seconds: float) -> Native:
    """Count what can be decoded, then decode as far as the end of its middle.

    Damaged packets are passed over.

    Raises
    ------
    SongError
        If there is no sound in the file, or its sample rate is absurd.
    BrokenPromise
        If nothing can be decoded, or the rate changes within the file.
    """
    total = rate = 0
    with open_sound(path) as (container, stream):
        ogg = read_ogg(path) if container.format.name == "ogg" else None
        facts = read_facts(container, stream, ogg)
        for frame in all_frames(container, stream):
            if not total:
                rate, first = frame.sample_rate, frame
            check_same(frame, rate=rate)
            total += frame.samples
            check_length(total, frame.layout.nb_channels)
        if not total:
            raise BrokenPromise("no samples could be decoded", facts)
        check_rate(rate)
        facts = with_frame(facts, stream, first, seconds=total / rate)
    wanted = min(round(segment_seconds * rate), total)
    start = middle(total, wanted)
    samples, place, extremes = np.empty(wanted, dtype=np.float32), 0, Extremes()
    with open_sound(path) as (container, stream):
        for frame in all_frames(container, stream):
            _put(frame, place - start, samples, extremes=extremes)
            place += frame.samples
            if place >= start + wanted:
                break
    found = samples[: place - start]
    return Native(found, rate, total / rate, facts, extremes.peak, extremes.share)


class _Nameless:
    """The bytes of a file.

    By the name of a file of zeros, as a download that failed leaves, FFmpeg would believe
    that it is MP3 and take all of it into memory to find a frame.
    """

    def __init__(self, file: BinaryIO):
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


@contextmanager
def open_sound(path: Path, *, strictly: bool = False) -> Iterator[tuple]:
    """The container in a file and its stream of sound.

    Decoders that work strictly refuse what a checksum disagrees with.
    """
    import av

    with (
        path.open("rb", buffering=0) as file,
        av.open(_Nameless(file), options=OPTIONS, metadata_errors="ignore") as container,
    ):
        stream = container.streams.best("audio")
        if stream is None:
            raise SongError("unreadable", "the file has no audio stream")
        if stream.codec_context is None:
            raise BrokenPromise("no decoder knows the encoding")
        for other in container.streams:
            if other is not stream:
                other.discard = av.stream.Discard.all
        if strictly:
            stream.codec_context.options = STRICTLY
        yield container, stream


def _can_seek(container, stream, ogg: Ogg | None) -> bool:
    """Whether duration and time stamps are exact and the file goes on to its end."""
    if container.format.name not in SEEKABLE or not stream.duration:
        return False
    if ogg is not None:
        return ogg.one_stream
    last = stream.index_entries[-1] if len(stream.index_entries) else None
    return last is not None and last.pos + last.size <= container.size


def _delay(stream) -> int:
    """Samples that the duration of a stream counts though they are cut off: Opus in Ogg."""
    header = stream.codec_context.extradata or b""
    if stream.codec_context.name != "opus" or stream.container.format.name != "ogg":
        return 0
    return int.from_bytes(header[10:12], "little")  # RFC 7845, "pre-skip"


def _cut(
    frames: Iterable,
    start: int,
    wanted: int,
    *,
    rate: int,
    zero: int,
    ticks: float,
    extremes: Extremes,
) -> np.ndarray:
    """`wanted` samples, mono, from `start` on of frames that are decoded from somewhere before.

    The frames have no gaps, but where packets are of two lengths, as in Vorbis, the places
    that time stamps give them, counted in `1 / ticks` from `zero`, may be wrong by a part of
    a packet: their median is right.
    """
    samples = np.empty(wanted + 4 * SLACK + 2 * LONGEST_PACKET, dtype=np.float32)
    parts, channels, done, end, origins = [], 0, 0, 0, []
    for frame in frames:
        length, time = frame.samples, frame.pts
        if time is None:
            raise BrokenPromise("a packet has no time stamp")
        place = (time - zero) * ticks
        if not origins and place + length < start - SLACK:
            continue
        if place >= start + wanted + SLACK or end + length > len(samples):
            break
        check_same(frame, rate=rate, channels=channels)
        parts.append(channels_of(frame))
        origins.append(place - end)
        channels, end = len(parts[-1]), end + length
        if end - done >= BATCH:
            _gather(parts, out=samples[done:end], extremes=extremes)
            parts, done = [], end
    if not origins or np.ptp(origins) > 2 * SLACK:
        raise BrokenPromise("the time stamps do not follow each other")
    if parts:
        _gather(parts, out=samples[done:end], extremes=extremes)
    first = start - round(float(np.median(origins)))
    found = samples[max(0, first) : min(end, first + wanted)]
    if first < 0 or len(found) < wanted - SLACK:
        raise BrokenPromise("the file does not hold what its header promises")
    if channels > 1:
        # Divided by their number at the end, in one pass.
        found *= np.float32(1 / channels)
    return found


def _gather(parts: list[list[np.ndarray]], *, out: np.ndarray, extremes: Extremes) -> None:
    """Write the sum of the channels of some frames to `out`.

    Frames are too small to be worked on one by one.
    """
    channels = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
    for channel in channels:
        extremes.add(channel)
    add_up(channels, out=out)


def all_frames(container, stream, *, report_damage: Callable[[], None] = lambda: None) -> Iterator:
    """All frames that can be decoded; damaged packets are passed over and reported."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.EOFError:  # the container ends here
            return
        except av.InvalidDataError:
            report_damage()
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            report_damage()
            continue
        yield from frames


def check_same(frame, *, rate: int, channels: int = 0) -> None:
    """Raise `BrokenPromise` where a stream's rate or, if any are given, its channels change."""
    if frame.sample_rate != rate:
        raise BrokenPromise(f"the sample rate changes from {rate} to {frame.sample_rate} Hz")
    if channels and (found := frame.layout.nb_channels) != channels:
        raise BrokenPromise(f"the number of channels changes from {channels} to {found}")


def _put(frame, place: int, out: np.ndarray, *, extremes: Extremes) -> None:
    """Write a decoded frame, as mono, to `out` from `place` on, as far as it lies in `out`."""
    low, high = max(0, -place), min(frame.samples, len(out) - place)
    if low < high:
        channels = [channel[low:high] for channel in channels_of(frame)]
        for channel in channels:
            extremes.add(channel)
        mix(channels, out=out[place + low : place + high])


def channels_of(frame) -> list[np.ndarray]:
    """The channels of a decoded frame, float32, each of shape (n,); they lie in its memory."""
    name, length, planes = frame.format.name, frame.samples, frame.planes
    if len(planes) > FEW_PLANES:
        planes = planes[: frame.layout.nb_channels]
    if name == "fltp":  # of most decoders
        return [np.frombuffer(plane, np.float32, length) for plane in planes]
    kind, zero, unit = NUMBERS[name.removesuffix("p")]
    if frame.format.is_planar:
        channels = [np.frombuffer(plane, kind, length) for plane in planes]
    else:
        count = frame.layout.nb_channels
        channels = list(np.frombuffer(planes[0], kind, length * count).reshape(-1, count).T)
    return [((channel - float(zero)) * unit).astype(np.float32) for channel in channels]
