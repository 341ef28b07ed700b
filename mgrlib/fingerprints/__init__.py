"""Fingerprints: how two files are known to hold the same music.

A fingerprint is a row of 32-bit codes, one a frame; time in s, rates in Hz. Codes survive
what leaves the music alone: another encoding, another level, another start.
"""

from .codes import VERSION, fingerprint, frame_count, hop_seconds

__all__ = ["VERSION", "fingerprint", "frame_count", "hop_seconds"]
