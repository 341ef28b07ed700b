"""Fingerprints: how two files are known to hold the same music.

A fingerprint is a row of 32-bit codes, one a frame; time in s, rates in Hz. Codes survive
what leaves the music alone: another encoding, another level, another start.
"""

from .codes import VERSION, fingerprint, frame_count, hop_seconds
from .comparing import LEAST_SECONDS, MOST_DIFFERENT, compare, most_different
from .duplicates import find_duplicates, group_numbers

__all__ = [
    "LEAST_SECONDS",
    "MOST_DIFFERENT",
    "VERSION",
    "compare",
    "find_duplicates",
    "fingerprint",
    "frame_count",
    "group_numbers",
    "hop_seconds",
    "most_different",
]
