"""A whole song, decoded from its first packet to its last in constant memory."""

import hashlib
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import SongError
from . import ffmpeg, libsndfile
from .ffmpeg_facts import read_facts
from .headers import read_mp3, read_ogg, read_pcm_frames
from .measures import lacks
from .native import Extremes, Facts, check_length, check_rate, mix
from .segment import check_file, one_line

GATHERED = 2**16
"""Samples of a channel that are looked at at once."""

GAP = 2048
"""Samples that may lie between two frames by their time stamps: where packets are of two
lengths, as in Vorbis, these stray by less."""


class Whole(NamedTuple):
    """What decoding all of a file has found.

    Attributes
    ----------
    format : str
        Name of the encoding.
    seconds : float
        Duration of what could be decoded.
    promised_seconds : float
        Duration by the header; NaN where it states none.
    truncated : bool
        Whether the one is clearly shorter than the other, or the mark of the end is missing.
    damaged : int
        Packets that could not be decoded, and other places where the file is broken.
    peak : float
        Largest magnitude of any channel; full scale is 1.
    clipped : float
        Share of the samples that `mgrlib.audio.native.Extremes` counts.
    digest : str
        Sixteen hexadecimal digits of the mono samples and their rate:
        equal for the same decoded audio, whatever the container.
    """

    format: str
    seconds: float
    promised_seconds: float
    truncated: bool
    damaged: int
    peak: float
    clipped: float
    digest: str


def decode_whole(path: Path) -> Whole:
    """Decode a file from its first packet to its last.

    Damaged packets are passed over and counted.

    Parameters
    ----------
    path : Path
        An audio file.

    Raises
    ------
    SongError
        If nothing of it can be decoded.
    """
    check_file(path)
    try:
        return _by_ffmpeg(path)
    except (SongError, ffmpeg.BrokenPromise, *ffmpeg.errors()) as error:
        said = one_line(error)
    try:
        return _by_libsndfile(path)
    except (SongError, ffmpeg.BrokenPromise, *libsndfile.errors()):
        raise SongError("unreadable", said) from None


def _by_ffmpeg(path: Path) -> Whole:
    heard = _Heard()
    with ffmpeg.open_sound(path, strictly=True) as (container, stream):
        ogg = read_ogg(path) if container.format.name == "ogg" else None
        facts = read_facts(container, stream, ogg)
        for frame in ffmpeg.all_frames(container, stream, report_damage=heard.note_damage):
            heard.add_frame(frame)
    heard.work_off()
    return heard.whole(facts, _promised(path, facts, heard.rate))


def _by_libsndfile(path: Path) -> Whole:
    """For the few files that FFmpeg does not take; here nothing tells damage from the end."""
    heard = _Heard()
    with libsndfile.open_sound(path) as (_, stream):
        heard.begin(stream.samplerate)
        facts = libsndfile.read_facts(path, stream, stream.frames, None)
        for block in libsndfile.blocks(stream):
            heard.add(list(block.T))
    return heard.whole(facts, facts.promised_seconds)


def _promised(path: Path, facts: Facts, rate: int) -> float:
    """As `mgrlib.audio.segment` knows it from both decoders: FFmpeg does not keep all of it."""
    if facts.format == "MP3" and (mp3 := read_mp3(path)):
        return mp3.promised_seconds
    if facts.format in ("WAV", "AIFF"):
        return read_pcm_frames(path) / max(1, rate)
    return facts.promised_seconds


class _Heard:
    """What has been decoded so far; frames are gathered, since they are small."""

    def __init__(self):
        self.rate = self.channels = self.frames = self.damaged = 0
        self.parts: list[list[np.ndarray]] = []
        self.extremes, self.digest = Extremes(), hashlib.sha256()
        self.next_place, self.lost = math.nan, False

    def note_damage(self) -> None:
        """Count a packet that can't be decoded."""
        self.damaged += 1
        self.lost = True

    def begin(self, rate: int) -> None:
        """Take the rate, with which the digest begins."""
        self.rate = rate
        check_rate(rate)
        self.digest.update(b"%d " % rate)

    def add_frame(self, frame) -> None:
        """Take a frame that FFmpeg has decoded.

        Raises
        ------
        BrokenPromise
            If the rate or the number of channels changes.
        """
        if not self.rate:
            self.begin(frame.sample_rate)
        ffmpeg.check_same(frame, rate=self.rate, channels=self.channels)
        self._look_for_gap(frame)
        self.parts.append(ffmpeg.channels_of(frame))
        self.channels = len(self.parts[-1])
        if sum(len(part[0]) for part in self.parts) >= GATHERED:
            self.work_off()

    def _look_for_gap(self, frame) -> None:
        """Count what a container has left out: its own checks see damage before a decoder."""
        if frame.pts is None:
            return
        place = float(frame.pts * frame.time_base) * self.rate
        if place - self.next_place > GAP and not self.lost:
            self.damaged += 1
        self.next_place, self.lost = place + frame.samples, False

    def work_off(self) -> None:
        """Measure the frames that have been gathered."""
        if self.parts:
            self.add([np.concatenate(pieces) for pieces in zip(*self.parts, strict=True)])
        self.parts = []

    def add(self, channels: list[np.ndarray]) -> None:
        """Measure the next samples of all channels."""
        for channel in channels:
            self.extremes.add(channel)
        mono = np.empty(len(channels[0]), dtype=np.float32)
        mix(channels, out=mono)
        self.digest.update(mono)
        self.frames += len(mono)
        check_length(self.frames, len(channels))

    def whole(self, facts: Facts, promised_seconds: float) -> Whole:
        """What has been found.

        Raises
        ------
        SongError
            If nothing has been decoded.
        """
        if not self.frames:
            raise SongError("unreadable", "no samples could be decoded")
        seconds = self.frames / self.rate
        return Whole(
            format=facts.format,
            seconds=seconds,
            promised_seconds=promised_seconds,
            truncated=lacks(promised_seconds, seconds) or not facts.ended,
            damaged=self.damaged,
            peak=self.extremes.peak,
            clipped=self.extremes.share,
            digest=self.digest.hexdigest()[:16],
        )
