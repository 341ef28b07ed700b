"""One decoded segment a song: mono float32 samples in [-1, 1], time in s, rates in Hz.

libsndfile (WAV, FLAC, MP3, AIFF) and PyAV, which carries FFmpeg's decoders (Ogg Vorbis,
Opus, AAC in MP4 and much else), each take what the other leaves. Only the segment in the
middle of a song is read, by seeking, unless the file is damaged or of a format where seeking
can't be trusted. A song that can't be used raises `SongError`. `measure` says what is known
of a song from that segment, `decode_whole` from all of it.
"""

from .measures import COLUMNS, SOUND_VERSION, measure
from .native import Facts, Native
from .segment import (
    FFMPEG_FIRST,
    SILENCE,
    Segment,
    check_file,
    cut_segment,
    read_middle,
    read_segment,
)
from .whole import Whole, decode_whole

__all__ = [
    "COLUMNS", "FFMPEG_FIRST", "SILENCE", "SOUND_VERSION", "Facts", "Native", "Segment", "Whole",
    "check_file", "cut_segment", "decode_whole", "measure", "read_middle", "read_segment",
]  # fmt: skip
