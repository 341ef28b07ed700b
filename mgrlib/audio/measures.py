"""What is measured of the segment that is decoded anyway, in a few passes over its samples.

Levels are in dB below full scale, which is 1; loudness is in LUFS, of the mono mix as one
channel; frequencies are in Hz. Peak and clipping are counted while the channels are decoded
(`mgrlib.audio.native.Extremes`).
Notebook: 01_dataset_audit.
"""

import hashlib
import math
from functools import lru_cache

import numpy as np

from .loudness import loudness, step_length
from .native import Native
from .segment import Segment
from .spectrum import find_edge, mean_spectrum

SOUND_VERSION = 1
"""Changes whenever the measures of an unchanged song would change."""

COLUMNS = {
    "format": "U24", "lossless": bool, "native_rate": np.int64, "channels": np.int64,
    "bit_depth": np.int64, "bit_rate": float, "seconds": float, "promised_seconds": float,
    "found_seconds": float, "truncated": bool, "loudness": float, "peak": float,
    "clipped": float, "silent": float, "offset": float, "bandwidth": float, "edge": float,
    "digest": "U16",
}  # fmt: skip
"""What is known of each song, and numpy's type of it; see `measure`."""

MISSING_SECONDS, MISSING_SHARE = 0.3, 0.005
"""A song is truncated that lacks more than both of what its header promises: the delays of
encoders and a last packet are shorter."""

SILENT_LEVEL = 10 ** (-60 / 20)
"""Windows of about 50 ms are silent whose root mean square is lower."""

LEAST_PEAK = 1e-10

WORDS = 2**13
"""Pairs of samples that share the weights of a digest."""


def measure(segment: Segment, *, sample_rate: int) -> dict:
    """What is known of a song, by the names of `COLUMNS`.

    Parameters
    ----------
    segment : Segment
    sample_rate : int
        Rate of ``segment.samples`` in Hz.

    Returns
    -------
    dict
        ``format`` ("" of a song that is no file), ``lossless``, ``native_rate`` in Hz,
        ``channels``, ``bit_depth`` (0 if lossy or unknown), ``bit_rate`` in kbit/s, NaN where
        unknown;
        ``seconds``, ``promised_seconds`` by the header and ``found_seconds`` by what is
        there, NaN where unknown; ``truncated``: whether the one is clearly shorter than the
        other, or the format's mark of its end is missing;
        ``loudness`` of the segment, NaN where all of it is below the gate; ``peak`` in dBFS;
        ``clipped``, ``silent``: shares of the segment; ``offset``: its mean, as share of full
        scale; ``bandwidth`` in Hz and ``edge`` in dB, see `find_edge`;
        ``digest``, see `digest_of`.
    """
    native, facts = segment.native, segment.native.facts
    samples, rate = native.samples, native.rate
    # Without the zeros that a short song is padded with.
    heard = segment.samples[: math.ceil(len(samples) / rate * sample_rate)]
    windows = mean_squares(samples, round(step_length(sample_rate) / sample_rate * rate / 2))
    bandwidth, edge = find_edge(mean_spectrum(samples, rate=rate), rate=rate)
    return {
        "format": facts.format,
        "lossless": facts.lossless,
        "native_rate": rate,
        "channels": facts.channels,
        "bit_depth": facts.bit_depth,
        "bit_rate": facts.sound_bytes * 8 / 1000 / native.seconds,
        "seconds": native.seconds,
        "promised_seconds": facts.promised_seconds,
        "found_seconds": facts.found_seconds,
        "truncated": lacks(facts.promised_seconds, facts.found_seconds) or not facts.ended,
        "loudness": loudness(windows, heard, sample_rate=sample_rate),
        "peak": 20 * math.log10(max(native.peak, LEAST_PEAK)),
        "clipped": native.clipped,
        "silent": float(np.mean(windows < SILENT_LEVEL**2)),
        "offset": float(heard.mean()),
        "bandwidth": bandwidth,
        "edge": edge,
        "digest": digest_of(native),
    }


def lacks(promised_seconds: float, found_seconds: float) -> bool:
    """Whether a song is clearly shorter than its header promises; not where one is NaN."""
    missing = promised_seconds - found_seconds
    return missing > MISSING_SECONDS and missing > MISSING_SHARE * promised_seconds


def mean_squares(samples: np.ndarray, length: int) -> np.ndarray:
    """Mean square of each window of `length` samples, without the rest; of all, if they are few.

    Returns
    -------
    ndarray, float32, shape=(windows,)
    """
    length = min(max(1, length), len(samples))
    windows = samples[: len(samples) // length * length].reshape(-1, length)
    return np.einsum("ij,ij->i", windows, windows) / length


def digest_of(native: Native) -> str:
    """Sixteen hexadecimal digits: equal for the same decoded audio, whatever the container.

    Of the segment's mono samples, all of their bits, their rate and the song's duration.
    """
    found = hashlib.sha256(b"%d %d" % (native.rate, round(native.seconds * native.rate)))
    found.update(hash_samples(native.samples))
    return found.hexdigest()[:16]


def hash_samples(samples: np.ndarray) -> bytes:
    """Eight bytes for every `WORDS` pairs of samples, in a third of the time of SHA-256.

    Pairs of float32 are taken for whole numbers of 64 bits and added up with odd weights
    drawn at random, modulo 2**64 (multilinear hashing): two blocks that differ have the same
    sum by chance once in 2**32 times or less.
    """
    block = 2 * WORDS
    whole = len(samples) // block * block
    rest = np.zeros(block, dtype=np.float32)
    rest[: len(samples) - whole] = samples[whole:]
    pairs = [np.ascontiguousarray(part).view("<u8").reshape(-1, WORDS)
             for part in (samples[:whole], rest)]  # fmt: skip
    sums = [np.einsum("ij,j->i", part, _hash_weights()) for part in pairs]
    return np.concatenate(sums).tobytes()


@lru_cache(maxsize=1)
def _hash_weights() -> np.ndarray:
    rng = np.random.default_rng(20250604)
    return rng.integers(2**63, size=WORDS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
