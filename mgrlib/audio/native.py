"""What a decoder gives of a song, before it is checked and resampled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import SongError

RATES = (1_000, 1_000_000)
"""Sample rates in Hz that are believed. At the highest, 30 s of mono take 120 MB."""

MOST_SAMPLES = 2**32
"""Of all channels; 13 hours of stereo at 44,100 Hz. No file keeps a decoder busy for longer."""


FEW = 16
"""Channels up to which they are added one by one."""


CLIPPED = 0.9999
"""Share of full scale from which on a sample is at its end: 16 bits end at 0.99997."""

CLIPPED_RUN = 3
"""Samples in a row, each at full scale, that a peak does not have unless it is cut off."""


@dataclass(frozen=True)
class Facts:
    """What a file says of itself, and what is there of it; the defaults are of no file.

    Attributes
    ----------
    format : str
        Name of the encoding, as "MP3" or "Ogg Vorbis".
    lossless : bool
        Whether the encoding keeps every sample as it was.
    channels : int
    bit_depth : int
        Bits of a sample in a lossless file, else 0.
    sound_bytes : float
        Bytes without tags and pictures; NaN where they are not known.
    promised_seconds : float
        Duration by the header; NaN where it states none.
    found_seconds : float
        Duration of what is there, by the last packet; NaN where it is not known.
    ended : bool
        False where a file ends without the mark that its format demands.
    """

    format: str = ""
    lossless: bool = False
    channels: int = 1
    bit_depth: int = 0
    sound_bytes: float = math.nan
    promised_seconds: float = math.nan
    found_seconds: float = math.nan
    ended: bool = True


NO_FACTS = Facts()


class Extremes:
    """The largest magnitude of any channel, and the samples of all channels that are clipped.

    Clipped are those beyond full scale, as decoders of lossy files give them, and those at
    full scale with others of their channel: `CLIPPED_RUN` or more in a row.

    Attributes
    ----------
    peak : float
        Full scale is 1.
    clipped, samples : int
        Of all channels.
    """

    def __init__(self):
        self.peak, self.clipped, self.samples = 0.0, 0, 0

    def add(self, block: np.ndarray) -> None:
        """Look at the next samples, one channel after the other or, shape=(n, channels), all."""
        if not block.size:
            return
        # Two passes without an array in between; few songs need a third.
        peak = max(float(block.max()), -float(block.min()))
        self.peak = max(self.peak, peak)
        self.samples += block.size
        if peak >= CLIPPED:
            channels = block.T if block.ndim > 1 else [block]
            self.clipped += sum(_count_clipped(np.abs(channel)) for channel in channels)

    @property
    def share(self) -> float:
        """The share of clipped samples."""
        return self.clipped / max(1, self.samples)


def _count_clipped(levels: np.ndarray) -> int:
    high = levels >= CLIPPED
    borders = np.flatnonzero(np.diff(high, prepend=False, append=False)).reshape(-1, 2)
    long = np.diff(borders, axis=1)[:, 0] >= CLIPPED_RUN
    counted = levels > 1
    for start, end in borders[long]:
        counted[start:end] = True
    return int(np.count_nonzero(counted))


class Native(NamedTuple):
    """The segment in the middle of a song as its file has it.

    Attributes
    ----------
    samples : ndarray, float32, shape=(n,)
        Mono; at most `segment_seconds` of them.
    rate : int
        Their rate in Hz.
    seconds : float
        Duration of the whole song.
    facts : Facts
    peak : float
        Largest magnitude of any channel, about the segment; full scale is 1.
    clipped : float
        Share of the samples that `Extremes` counts.
    """

    samples: np.ndarray
    rate: int
    seconds: float
    facts: Facts
    peak: float
    clipped: float


class BrokenPromise(Exception):
    """A file is not as its header says, or its decoder can't be trusted to seek in it.

    Parameters
    ----------
    message : str
    facts : Facts
        What the header says, as far as it was read.
    """

    def __init__(self, message: str, facts: Facts = NO_FACTS):
        super().__init__(message)
        self.facts = facts


def middle(total: int, wanted: int) -> int:
    """The first of `wanted` frames in the middle of `total`."""
    return max(0, (total - wanted) // 2)


def add_up(channels: Sequence[np.ndarray], out: np.ndarray) -> None:
    """Write the sum of channels, each of shape (n,), to `out`, shape (n,)."""
    if len(channels) == 1:
        out[:] = channels[0]
    elif len(channels) > FEW:
        np.sum(channels, axis=0, out=out)
    else:
        # Sums of whole channels: several times cheaper than a sum over few of them.
        np.add(channels[0], channels[1], out=out)
        for channel in channels[2:]:
            out += channel


def mix(channels: Sequence[np.ndarray], out: np.ndarray) -> None:
    """Write the mean of channels, each of shape (n,), to `out`, shape (n,)."""
    add_up(channels, out)
    if len(channels) > 1:
        out *= np.float32(1 / len(channels))


def check_rate(rate: int) -> None:
    """Raise `SongError` where a header's sample rate is absurd."""
    low, high = RATES
    if not low <= rate <= high:
        raise SongError(
            "unreadable", f"a sample rate of {rate:,} Hz, {low:,} to {high:,} Hz can be read"
        )


def check_length(frames: int, channels: int) -> None:
    """Raise `BrokenPromise` where decoding would go on for hours."""
    if frames * channels > MOST_SAMPLES:
        raise BrokenPromise(f"more than {MOST_SAMPLES:,} samples")
