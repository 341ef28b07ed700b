"""Decoding by libsndfile: WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF."""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from .headers import Mp3, read_flac_start, read_mp3, read_ogg, read_pcm_frames
from .native import BrokenPromise, Extremes, Facts, Native, check_length, check_rate, middle, mix

BLOCK = 2**17
"""Samples of all channels to decode at once: they stay in the processor's cache."""

TAIL = 8192
"""Frames at the end that are decoded to see that they are there; libFLAC is slow to seek to
its last block, of 4,096 frames most often."""


MP3_LEAD = 8192
"""Frames that are decoded before the segment of an MP3: a frame may need bits that others
before it have set aside, at low bit rates more of them than libmpg123 looks back."""


DEPTHS = {
    "PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64,
    "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32,
}  # fmt: skip
"""Bits of a sample in the encodings of libsndfile that lose nothing."""

NAMES = {"VORBIS": "Ogg Vorbis", "OPUS": "Opus", "MPEG_LAYER_III": "MP3", "MPEG_LAYER_II": "MP2",
         "MPEG_LAYER_I": "MP1", "WAVEX": "WAV", "RF64": "WAV", "W64": "WAV"}  # fmt: skip
"""What some of libsndfile's encodings and formats are called here."""


def errors() -> tuple[type[Exception], ...]:
    """What a file that can't be decoded may raise here."""
    return (soundfile.SoundFileError, OSError, RuntimeError, ValueError, MemoryError)


class _Quiet:
    """Sends to nowhere what C libraries write to descriptor 2 while any thread is inside.

    libmpg123 remarks there on good files too (wherever it seeks to, it lacks the bits that
    earlier frames have set aside), and offers no way to stop it through libsndfile.
    """

    def __init__(self):
        self.lock, self.inside, self.kept = threading.Lock(), 0, None

    def __enter__(self):
        with self.lock:
            self.inside += 1
            if self.inside == 1:
                self._divert()

    def __exit__(self, *error):
        with self.lock:
            self.inside -= 1
            if not self.inside and self.kept is not None:
                os.dup2(self.kept, 2)
                os.close(self.kept)
                self.kept = None

    def _divert(self) -> None:
        try:
            self.kept = os.dup(2)
        except OSError:  # there is no descriptor 2
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


QUIET = _Quiet()


class _Stream(soundfile.SoundFile):
    """Read in sequence: soundfile seeks after every block where it can, at a block's cost."""

    def seekable(self) -> bool:
        return False


def read_by_seeking(path: Path, segment_seconds: float) -> Native:
    """Seek to the segment in the middle and decode it.

    Raises
    ------
    SongError
        If the sample rate is absurd.
    BrokenPromise
        If the file holds less than its header promises.
    """
    with open_sound(path) as (handle, stream):
        rate, total = stream.samplerate, stream.frames
        mp3 = read_mp3(path) if stream.format == "MP3" else None
        if mp3 and mp3.seconds is not None:
            total = min(total, round(mp3.seconds * rate))
        facts = read_facts(path, stream, total, mp3)
        if not total or (stream.format == "MP3" and not (mp3 and mp3.believed)):
            raise BrokenPromise("the length in its header can't be believed", facts)
        wanted = min(round(segment_seconds * rate), total)
        start = middle(total, wanted)
        lead, extremes = min(start, MP3_LEAD) if mp3 else 0, Extremes()
        stream.seek(start - lead)
        samples = _read(stream, wanted, skip=lead, extremes=extremes)
        byte = os.lseek(handle, 0, os.SEEK_CUR)
        if mp3:
            # To seek to the end, libmpg123 would look at every frame of the file.
            kept = mp3.seconds is None or mp3.is_even(byte, (start + wanted) / rate)
        else:
            kept = _has_end(stream, start + wanted)
        if len(samples) < wanted or not kept:
            raise BrokenPromise("the file does not hold what its header promises", facts)
        return Native(samples, rate, total / rate, facts, extremes.peak, extremes.share)


def read_from_start(path: Path, segment_seconds: float) -> Native:
    """Count what can be decoded, then decode as far as the end of its middle.

    Raises
    ------
    SongError
        If the sample rate is absurd.
    BrokenPromise
        If the header promises sound and there is none, or it does not end.
    """
    with open_sound(path) as (_, stream):
        promised = stream.frames
        total = sum(len(block) for block in blocks(stream))
        if promised and not total:
            raise BrokenPromise("no samples could be decoded")
    with open_sound(path) as (_, stream):
        rate, extremes = stream.samplerate, Extremes()
        wanted = min(round(segment_seconds * rate), total)
        samples = _read(stream, wanted, skip=middle(total, wanted), extremes=extremes)
        facts = read_facts(path, stream, total, None)
        return Native(samples, rate, total / rate, facts, extremes.peak, extremes.share)


def read_facts(path: Path, stream: soundfile.SoundFile, total: int, mp3: Mp3 | None) -> Facts:
    """What the headers say, and that `total` frames are there."""
    rate, depth = stream.samplerate, DEPTHS.get(stream.subtype, 0)
    name = NAMES.get(stream.subtype) if stream.format in ("OGG", "MP3") else None
    promised, size, ended = math.nan, float(path.stat().st_size), True
    if stream.format == "OGG":
        _, ended, size = read_ogg(path)
    elif stream.format == "FLAC":
        promised, size = (total or math.nan) / rate, size - read_flac_start(path)
    elif mp3:
        promised, size = mp3.promised_seconds, mp3.sound_bytes
    elif depth:
        promised, size = read_pcm_frames(path) / rate, total * stream.channels * depth / 8
    return Facts(
        format=name or NAMES.get(stream.format, stream.format),
        lossless=depth > 0,
        channels=stream.channels,
        bit_depth=depth,
        sound_bytes=size,
        promised_seconds=promised,
        found_seconds=total / rate * (mp3.share if mp3 else 1),
        ended=ended,
    )


@contextmanager
def open_sound(path: Path) -> Iterator[tuple[int, soundfile.SoundFile]]:
    """The descriptor of a file and its stream."""
    # soundfile takes some names for files of bare samples; a descriptor has no name.
    with (
        path.open("rb", buffering=0) as file,
        QUIET,
        _Stream(file.fileno(), closefd=False) as stream,
    ):
        check_rate(stream.samplerate)
        if stream.format == "OGG" and not read_ogg(path).one_stream:
            raise BrokenPromise("there are several streams in the file")
        yield file.fileno(), stream


def blocks(stream: soundfile.SoundFile, most: int | None = None) -> Iterator[np.ndarray]:
    """The next frames, shape=(n, channels), as far as they can be decoded; one buffer for all."""
    frames = max(1, BLOCK // stream.channels)
    buffer = np.empty((frames, stream.channels), dtype=np.float32)
    done = 0
    while most is None or done < most:
        block = buffer if most is None else buffer[: most - done]
        try:
            block = stream.read(out=block)
        except soundfile.SoundFileError:
            return
        if not len(block):
            return
        done += len(block)
        check_length(done, stream.channels)
        yield block


def _read(stream: soundfile.SoundFile, wanted: int, *, skip: int, extremes: Extremes) -> np.ndarray:
    """`wanted` frames after the next `skip`, mono, or as many as there are."""
    samples = np.empty(wanted, dtype=np.float32)
    place = -skip
    for block in blocks(stream, skip + wanted):
        block, place = block[max(0, -place) :], place + len(block)
        if len(block):
            extremes.add(block)
            mix(block.T, out=samples[place - len(block) : place])
    return samples[: max(0, place)]


def _has_end(stream: soundfile.SoundFile, place: int) -> bool:
    """Whether the frames at the promised end are there; `place` is as far as is known."""
    rest = min(TAIL, stream.frames - place)
    stream.seek(stream.frames - rest)
    return sum(len(block) for block in blocks(stream, rest)) == rest
