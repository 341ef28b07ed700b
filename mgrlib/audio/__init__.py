"""One decoded segment a song: mono float32 samples in [-1, 1], time in s, rates in Hz.

libsndfile decodes what it can (WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF); PyAV, which
carries FFmpeg's decoders, takes the rest (AAC in MP4). Only the segment in the middle
of a song is read, by seeking. A song that can't be used raises `SongError`.
"""

from .segment import SILENCE, Segment, check_file, cut_segment, read_segment

__all__ = ["SILENCE", "Segment", "check_file", "cut_segment", "read_segment"]
