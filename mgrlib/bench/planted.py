"""Planted duplicates: one song as other files, each made in a way that is known.

Songs are stereo, float32, shape=(n, 2), at `RATE`; lengths in s.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..corpora.synthetic.encoding import encode

RATE = 44_100
"""Hz; Opus is written at 48,000."""

OPUS_RATE = 48_000
SHIFT_SECONDS = 3.0
TRIM_SECONDS = 2.4
"""One hundredth of a song of four minutes, whose middle then moves by half as much."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """How a file differs from the FLAC file of the song that it holds.

    Attributes
    ----------
    extension : str
        File name extension, which says the format.
    kbits : int
        Bit rate in kbit/s, 0 for libsndfile's own choice.
    gain_db : float
        What goes beyond full scale is clipped.
    shift_seconds : float
        The song begins so much later, after what another song has there, and loses its end.
    trim_start_seconds, trim_end_seconds : float
        Cut off.
    exact : bool
        Whether the file's samples are those of the FLAC file, to the bit.
    """

    extension: str = ".flac"
    kbits: int = 0
    gain_db: float = 0.0
    shift_seconds: float = 0.0
    trim_start_seconds: float = 0.0
    trim_end_seconds: float = 0.0
    exact: bool = False


MP3_64, AAC_64 = {"extension": ".mp3", "kbits": 64}, {"extension": ".m4a", "kbits": 64}
VARIANTS: Mapping[str, Variant] = MappingProxyType({
    "WAV, the same samples": Variant(extension=".wav", exact=True),
    "MP3, 64 kbit/s": Variant(**MP3_64),
    "MP3, 128 kbit/s": Variant(extension=".mp3", kbits=128),
    "MP3, 192 kbit/s": Variant(extension=".mp3", kbits=192),
    "MP3, 320 kbit/s": Variant(extension=".mp3", kbits=320),
    "AAC, 64 kbit/s": Variant(**AAC_64),
    "AAC, 128 kbit/s": Variant(extension=".m4a", kbits=128),
    "Ogg Vorbis": Variant(extension=".ogg"),
    "Opus, 64 kbit/s": Variant(extension=".opus", kbits=64),
    "gain −6 dB": Variant(gain_db=-6),
    "gain +3 dB": Variant(gain_db=3),
    "shift 3 s": Variant(shift_seconds=SHIFT_SECONDS),
    "trim 1 %, start": Variant(trim_start_seconds=TRIM_SECONDS),
    "trim 1 %, end": Variant(trim_end_seconds=TRIM_SECONDS),
    "MP3, 64 kbit/s, −6 dB, shift 3 s": Variant(**MP3_64, gain_db=-6,
                                                 shift_seconds=SHIFT_SECONDS),
    "AAC, 64 kbit/s, +3 dB, trim 1 %": Variant(**AAC_64, gain_db=3,
                                                trim_start_seconds=TRIM_SECONDS),
})  # fmt: skip
"""What is planted, by its name in tables."""

CODECS = {".mp3": ("libmp3lame", "mp3"), ".m4a": ("aac", "ipod"), ".opus": ("libopus", "ogg")}
"""PyAV's names of the encoder and the container, of formats whose bit rate is chosen."""


def planted_file(song: np.ndarray, variant: Variant, *, before: np.ndarray) -> bytes:
    """The song as the file of a variant.

    Parameters
    ----------
    song : ndarray, float32, shape=(n, 2)
    before : ndarray, float32, shape=(m, 2)
        Of its start is what a shifted song comes after.
    """
    start, end = variant.trim_start_seconds, variant.trim_end_seconds
    song = song[round(start * RATE) : len(song) - round(end * RATE)]
    shift = round(variant.shift_seconds * RATE)
    song = np.concatenate([before[:shift], song[: len(song) - shift]])
    song = np.clip(song * np.float32(10 ** (variant.gain_db / 20)), -1, 1)
    if variant.exact:
        return _repacked(encode(song, sample_rate=RATE, extension=".flac"), variant.extension)
    if not variant.kbits:
        return encode(song, sample_rate=RATE, extension=variant.extension)
    return _encode_at(song, *CODECS[variant.extension], kbits=variant.kbits)


def _repacked(content: bytes, extension: str) -> bytes:
    """The same samples in another format: encoded apart, floats might be rounded otherwise."""
    import soundfile

    samples, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format=extension.removeprefix("."), subtype="PCM_16")
    return stream.getvalue()


def _encode_at(song: np.ndarray, codec: str, container: str, *, kbits: int) -> bytes:
    import av

    rate = OPUS_RATE if codec == "libopus" else RATE
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as file:
        track = file.add_stream(codec, rate=rate, layout="stereo")
        track.bit_rate = 1000 * kbits
        resampler = av.AudioResampler(format=track.format.name, layout="stereo", rate=rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(song.T), "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(track.encode(piece))
        file.mux(track.encode(None))
    return stream.getvalue()
