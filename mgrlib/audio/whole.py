"""A whole song, decoded from its first packet to its last in constant memory."""

import hashlib
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import SongError
from . import ffmpeg
from .ffmpeg_facts import read_facts
from .headers import read_mp3, read_ogg, read_pcm_frames
from .measures import lacks
from .native import Extremes, Facts, check_rate, mix
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
        return _decode(path)
    except (ffmpeg.BrokenPromise, *ffmpeg.errors()) as error:
        raise SongError("unreadable", one_line(error)) from None


def _decode(path: Path) -> Whole:
    heard = _Heard()
    with ffmpeg.open_sound(path, strictly=True) as (container, stream):
        ogg = read_ogg(path) if container.format.name == "ogg" else None
        facts = read_facts(container, stream, ogg)
        for frame in ffmpeg.all_frames(container, stream, report_damage=heard.note_damage):
            heard.add(frame)
    heard.work_off()
    if not heard.frames:
        raise SongError("unreadable", "no samples could be decoded")
    seconds = heard.frames / heard.rate
    promised = _promised(path, facts, heard.rate)
    return Whole(
        format=facts.format,
        seconds=seconds,
        promised_seconds=promised,
        truncated=lacks(promised, seconds) or not facts.ended,
        damaged=heard.damaged,
        peak=heard.extremes.peak,
        clipped=heard.extremes.share,
        digest=heard.digest.hexdigest()[:16],
    )


def _promised(path: Path, facts: Facts, rate: int) -> float:
    """As `mgrlib.audio.segment` knows it from both decoders: FFmpeg does not keep all of it."""
    if facts.format == "MP3" and (mp3 := read_mp3(path)):
        return mp3.promised_seconds
    if facts.format in ("WAV", "AIFF"):
        return read_pcm_frames(path) / rate
    return facts.promised_seconds


class _Heard:
    """What has been decoded so far; frames are gathered, since they are small."""

    def __init__(self):
        self.rate = self.frames = self.damaged = self.gathered = 0
        self.parts: list[list[np.ndarray]] = []
        self.extremes, self.digest = Extremes(), hashlib.sha256()
        self.next_place, self.lost = math.nan, False

    def note_damage(self) -> None:
        """Count a packet that can't be decoded."""
        self.damaged += 1
        self.lost = True

    def add(self, frame) -> None:
        """Take a decoded frame.

        Raises
        ------
        BrokenPromise
            If the rate or the number of channels changes.
        """
        if not self.rate:
            self.rate = frame.sample_rate
            check_rate(self.rate)
            self.digest.update(b"%d " % self.rate)
        channels = len(self.parts[0]) if self.parts else 0
        ffmpeg.check_same(frame, rate=self.rate, channels=channels)
        self._look_for_gap(frame)
        self.parts.append(ffmpeg.channels_of(frame))
        self.frames += frame.samples
        self.gathered += frame.samples
        if self.gathered >= GATHERED:
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
        """Measure what has been gathered."""
        if not self.parts:
            return
        channels = [np.concatenate(pieces) for pieces in zip(*self.parts, strict=True)]
        for channel in channels:
            self.extremes.add(channel)
        mono = np.empty_like(channels[0])
        mix(channels, out=mono)
        self.digest.update(mono)
        self.parts, self.gathered = [], 0
