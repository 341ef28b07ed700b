"""What FFmpeg reads of a file's headers, in words and numbers of ours, before it decodes."""

import math
import re
from dataclasses import replace

from .headers import Ogg
from .native import Facts

SEEKABLE = {"mov,mp4,m4a,3gp,3g2,mj2", "ogg"}
"""Formats with an exact duration and exact time stamps. Elsewhere FFmpeg may estimate them
from the bit rate, so these files are decoded from the start."""

NAMES = {
    "aac": "AAC", "ac3": "AC-3", "alac": "ALAC", "ape": "Monkey's Audio", "dca": "DTS",
    "eac3": "E-AC-3", "flac": "FLAC", "mp1float": "MP1", "mp2": "MP2", "mp2float": "MP2",
    "mp3": "MP3", "mp3float": "MP3", "opus": "Opus", "tta": "True Audio", "vorbis": "Vorbis",
    "wavpack": "WavPack", "wmalossless": "WMA Lossless", "wmapro": "WMA", "wmav1": "WMA",
    "wmav2": "WMA",
}  # fmt: skip
"""What FFmpeg's decoders are called here; the others go by their own names."""

LOSSLESS = {"alac", "ape", "flac", "mlp", "tak", "truehd", "tta", "wavpack", "wmalossless"}

MEASURED = {"aac", "ac3", "eac3", "mp3", "mpeg", "mpegts", "amr", "dts", "ogg"}
"""Containers that state no duration: FFmpeg has it from the bit rate or the last page."""

MICROSECONDS = 1_000_000
"""FFmpeg's unit of the duration of a container."""


def read_facts(container, stream, ogg: Ogg | None) -> Facts:
    """What the headers say; the channels and the end are known when frames are decoded."""
    codec, kind = stream.codec_context.name, container.format.name.partition(",")[0]
    lossless = codec in LOSSLESS or (codec.startswith("pcm_") and not codec.endswith("law"))
    promised = math.nan
    if kind not in MEASURED and (stream.duration or container.duration):
        promised = (float(stream.duration * stream.time_base) if stream.duration
                    else container.duration / MICROSECONDS)  # fmt: skip
    return Facts(
        format=_format_name(codec, kind),
        lossless=lossless,
        sound_bytes=_sound_bytes(container, stream, ogg),
        promised_seconds=promised,
        ended=ogg is None or ogg.ended,
    )


def _format_name(codec: str, kind: str) -> str:
    if codec.startswith("pcm_"):
        return {"wav": "WAV", "w64": "WAV", "aiff": "AIFF"}.get(kind, "PCM")
    name = NAMES.get(codec, codec)
    return f"Ogg {name}" if (codec, kind) == ("vorbis", "ogg") else name


def with_frame(facts: Facts, stream, frame, *, seconds: float) -> Facts:
    """The facts, and what only a decoded frame and the end of the song tell."""
    return replace(
        facts,
        channels=frame.layout.nb_channels,
        bit_depth=_bit_depth(stream, frame) if facts.lossless else 0,
        found_seconds=seconds,
    )


def _bit_depth(stream, frame) -> int:
    """Bits of a sample: 24 of them are decoded to numbers of 32."""
    codec, header = stream.codec_context.name, stream.codec_context.extradata or b""
    if codec == "alac" and len(header) > 17:
        return header[17]  # "bitDepth" of Apple's specification, after the name of the box
    if codec == "flac" and len(header) > 13:
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1  # RFC 9639, section 8.2
    if digits := re.match(r"pcm_[suf](\d+)", codec):
        return int(digits[1])
    return frame.format.bits


def _sound_bytes(container, stream, ogg: Ogg | None) -> float:
    """Bytes of the stream; NaN where only FFmpeg's decoding would tell."""
    if ogg is not None:
        return ogg.sound_bytes
    own = stream.codec_context.bit_rate
    if stream.duration and own and container.format.name in SEEKABLE:
        stated = own / 8 * float(stream.duration * stream.time_base)  # the sum of its packets
        return min(stated, float(container.size))
    return float(container.size) if len(container.streams) == 1 else math.nan
