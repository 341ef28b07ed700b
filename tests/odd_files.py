"""Makers of bad and odd audio files, from nothing: see tests/horrors.py for the table of them.

The song in most of them has three parts of 1 s, sines of 300, 1000 and 3000 Hz, so that the
pitch of a segment says which part was read.
"""

import io
import math
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import mutagen.apev2
import mutagen.id3
import mutagen.mp4
import mutagen.ogg
import numpy as np
import soundfile
from PIL import Image

from mgrlib.corpora.synthetic.encoding import encode

RATE = 22_050
PITCHES = (300, 1000, 3000)
LEVEL = 0.3
HOURS = 3


# Sounds


def sine(hertz: float, *, seconds: float, rate: int = RATE) -> np.ndarray:
    """A tone, float32, shape=(n,)."""
    phase = 2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate
    return (LEVEL * np.sin(phase)).astype(np.float32)


def song(*, rate: int = RATE) -> np.ndarray:
    """Three tones, one after the other, float32, shape=(3 * rate,)."""
    return np.concatenate([sine(hertz, seconds=1.0, rate=rate) for hertz in PITCHES])


def muxed(
    samples: np.ndarray,
    *,
    codec: str,
    container: str,
    rate: int = RATE,
    options: dict | None = None,
    coding: dict | None = None,
    layout: str = "mono",
    video: str = "",
) -> bytes:
    """Samples, shape=(n,), in all channels as FFmpeg's `codec` in its `container`."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=container, options=options or {}) as file:
        pictures = _video(file, video) if video else []
        if codec:
            track = file.add_stream(codec, rate=rate, layout=layout, options=coding or {})
            if codec == "wmav2":
                track.bit_rate = 64_000  # without one it refuses
            # Interleaved: PyAV takes and gives planes amiss where there are more than eight.
            frames = np.repeat(samples, track.layout.nb_channels)[None]
            frame = av.AudioFrame.from_ndarray(frames, format="flt", layout=layout)
            frame.sample_rate = rate
            formats = [f.name for f in track.codec.audio_formats or []] or ["s16"]
            resampler = av.AudioResampler(format=formats[0], layout=layout, rate=rate)
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                file.mux(track.encode(part))
            file.mux(track.encode(None))
        for packet in pictures:
            file.mux(packet)
    return stream.getvalue()


def _video(file, codec: str) -> list:
    track = file.add_stream(codec, rate=10)
    track.width = track.height = 64
    track.pix_fmt = "yuv420p"
    frames = [av.VideoFrame(64, 64, "yuv420p") for _ in range(30)]
    for number, frame in enumerate(frames):
        frame.pts = number
    return [packet for frame in [*frames, None] for packet in track.encode(frame)]


def wav(data: bytes, *, rate=RATE, channels=1, bits=16, kind=1, size=None, before=b"") -> bytes:
    """A WAV file whose header may say anything; `before` are chunks before the samples."""
    block = max(1, channels * bits // 8)
    header = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, kind, channels, rate, rate * block % 2**32, block % 2**16, bits
    )
    size = len(data) if size is None else size
    body = b"WAVE" + header + before + struct.pack("<4sI", b"data", size) + data
    return struct.pack("<4sI", b"RIFF", (len(body) - len(data) + size) % 2**32) + body


def pcm(samples: np.ndarray) -> bytes:
    """Samples as 16-bit numbers."""
    return (samples * 32_767).astype("<i2").tobytes()


# Makers: each takes the path of the file


def holding(content: Callable[[], bytes] | bytes) -> Callable[[Path], object]:
    """The maker of a file with this content."""
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content())


def encoded(extension: str, samples: np.ndarray | None = None, *, rate: int = RATE):
    """The maker of a good file of a format, whatever its name says."""
    return holding(lambda: good(extension, samples, rate=rate))


def good(extension: str, samples: np.ndarray | None = None, *, rate: int = RATE) -> bytes:
    """A good file of a format."""
    samples = song(rate=rate) if samples is None else samples
    return encode(samples, sample_rate=rate, extension=extension)


def written(samples: Callable[[], np.ndarray], *, rate: int = RATE, **how):
    """The maker of a file of samples by libsndfile."""
    how = {"format": "WAV", "subtype": "FLOAT", **how}
    return lambda path: soundfile.write(path, samples(), rate, **how)


def made(codec: str, container: str, **how):
    """The maker of a file by FFmpeg."""
    return holding(lambda: muxed(song(rate=how.get("rate", RATE)), codec=codec,
                                 container=container, **how))  # fmt: skip


def cut(make: Callable[[], bytes], share: float):
    """The maker of a file that ends too early."""
    return holding(lambda: (content := make())[: int(share * len(content))])


def early_moov() -> bytes:
    """An MP4 whose table of contents, the moov box, precedes its samples."""
    content = good(".m4a")
    boxes, place = [], 0
    while place < len(content):
        (size,) = struct.unpack_from(">I", content, place)
        boxes.append(content[place : place + size])
        place += size
    moov = bytearray(next(box for box in boxes if box[4:8] == b"moov"))
    table = moov.index(b"stco")
    (count,) = struct.unpack_from(">I", moov, table + 8)
    for entry in range(count):
        (offset,) = struct.unpack_from(">I", moov, table + 12 + 4 * entry)
        struct.pack_into(">I", moov, table + 12 + 4 * entry, offset + len(moov))
    others = [box for box in boxes if box[4:8] != b"moov"]
    return b"".join([others[0], bytes(moov), *others[1:]])


def no_length(flac: bytes) -> bytes:
    """A FLAC whose header does not tell how many samples follow, as of a stream."""
    total = slice(21, 26)  # 4 bits of the rate's neighbor, then 36 bits of the total
    return flac[: total.start] + bytes([flac[21] & 0xF0, 0, 0, 0, 0]) + flac[total.stop :]


def with_nan(first: float, last: float, value: float = math.nan) -> np.ndarray:
    """The song with another value from `first` to `last` s."""
    samples = song()
    samples[int(first * RATE) : int(last * RATE)] = value
    return samples


def in_stereo(left: float, right: float) -> np.ndarray:
    """The song in two channels, each scaled."""
    return song()[:, None] * np.array([left, right], dtype=np.float32)


def mp3_frames(samples: np.ndarray, *, rate: int = RATE, **coding: str) -> bytes:
    """MP3 without a tag and without a header that tells its length."""
    bare = {"write_xing": "0", "id3v2_version": "0"}
    return muxed(samples, codec="libmp3lame", container="mp3", rate=rate, options=bare,
                 coding={"reservoir": "0", **coding})  # fmt: skip


def noisy() -> np.ndarray:
    """The song with noise, which takes more bytes."""
    noise = np.random.default_rng(5).normal(0, 0.03, 3 * RATE)
    return song() + noise.astype(np.float32)


def vbr_mp3() -> bytes:
    """MP3 of variable bit rate without a header; more than half of its bytes are its last third."""
    samples = song()
    noise = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    samples[2 * RATE :] += noise
    return mp3_frames(samples, b="0", **{"flags": "+qscale", "global_quality": "354"})


def tagged_mp3(path: Path, *frames: mutagen.id3.Frame) -> None:
    """An MP3 with ID3v2 frames."""
    path.write_bytes(good(".mp3"))
    tags = mutagen.id3.ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(path)


def huge_picture(path: Path) -> None:
    """An ID3 tag with a picture of 10 MB; its bytes look like MP3 frames here and there."""
    noise = np.random.default_rng(2).bytes(10_000_000)
    tagged_mp3(path, mutagen.id3.APIC(mime="image/jpeg", type=3, data=noise))


def huge_cover(path: Path) -> None:
    """An M4A with a cover of 10 MB."""
    path.write_bytes(good(".m4a"))
    file = mutagen.mp4.MP4(path)
    file["covr"] = [mutagen.mp4.MP4Cover(b"\xff\xd8\xff" + bytes(10_000_000))]
    file.save()


def jpeg() -> bytes:
    """A small picture."""
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(stream, "JPEG")
    return stream.getvalue()


def small_cover(path: Path) -> None:
    """An MP3 with a picture that FFmpeg takes for a video stream."""
    tagged_mp3(path, mutagen.id3.APIC(mime="image/jpeg", type=3, data=jpeg()))


def id3v2(text: bytes, *, size: int | None = None) -> bytes:
    """An ID3v2.4 tag with a title that says it is UTF-8; its size may lie."""
    frame = struct.pack(">4sIHB", b"TIT2", len(text) + 1, 0, 3) + text
    size = len(frame) if size is None else size
    digits = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + digits + frame


def latin_comment(extension: str) -> Callable[[], bytes]:
    """A file with a tag in Latin-1 where UTF-8 must be."""

    def make() -> bytes:
        stream = io.BytesIO()
        how = {".flac": "FLAC", ".ogg": "OGG", ".wav": "WAV"}[extension]
        with soundfile.SoundFile(stream, "w", RATE, 1, format=how) as file:
            file.title = "cafe"
            file.write(song())
        content = stream.getvalue().replace(b"cafe", b"caf\xe9")
        return checked_again(content) if extension == ".ogg" else content

    return make


def checked_again(ogg: bytes) -> bytes:
    """The same Ogg pages with the right checksums."""
    stream, pages = io.BytesIO(ogg), []
    while stream.tell() < len(ogg):
        pages.append(mutagen.ogg.OggPage(stream).write())
    return b"".join(pages)


def latin_m4a(path: Path) -> None:
    """An M4A with a title in Latin-1 where UTF-8 must be."""
    path.write_bytes(good(".m4a"))
    file = mutagen.mp4.MP4(path)
    file["\xa9nam"] = "cafe"
    file.save()
    path.write_bytes(path.read_bytes().replace(b"cafe", b"caf\xe9"))


def old_tags(path: Path) -> None:
    """An MP3 with an APE tag and an ID3v1 tag behind it."""
    path.write_bytes(good(".mp3"))
    tags = mutagen.apev2.APEv2()
    tags["Title"] = "x" * 5000
    tags.save(path)
    with path.open("ab") as stream:
        stream.write(b"TAG" + b"caf\xe9".ljust(124, b"\0") + b"\xff")


def chained(extension: str, *, rates: tuple[int, int] = (RATE, RATE)) -> Callable[[], bytes]:
    """Two Ogg streams, one after the other: the song's first and second half."""
    first = song(rate=rates[0])[: round(1.5 * rates[0])]
    second = song(rate=rates[1])[round(1.5 * rates[1]) :]
    return lambda: (
        encode(first, sample_rate=rates[0], extension=extension, serial=1)
        + encode(second, sample_rate=rates[1], extension=extension, serial=2)
    )


def naming(text: str) -> Callable[[Path], None]:
    """The maker of a text that names a good song beside it."""

    def make(path: Path) -> None:
        (path.parent / "decoy.wav").write_bytes(good(".wav"))
        path.write_text(text.replace("DECOY", str(path.parent / "decoy.wav")))

    return make


def long_wav(path: Path) -> None:
    """Hours of 16-bit stereo at 44.1 kHz, 1.9 GB, of which all but the middle is a hole."""
    frames = HOURS * 3600 * 44_100
    tone = np.repeat(sine(1000, seconds=40, rate=44_100)[:, None], 2, axis=1)
    with path.open("wb") as stream:
        stream.write(wav(b"", rate=44_100, channels=2, size=4 * frames))
        stream.truncate(44 + 4 * frames)
        stream.seek(44 + 4 * (frames // 2 - 20 * 44_100))
        stream.write(pcm(tone))


def long_flac(path: Path) -> None:
    """Hours at 8 kHz, digital silence but for the middle."""
    silence = np.zeros(10 * 8000, dtype=np.int16)
    half = (HOURS * 3600 - 40) // 20
    with soundfile.SoundFile(path, "w", 8000, 1, format="FLAC") as file:
        for _ in range(half):
            file.write(silence)
        file.write(sine(1000, seconds=40, rate=8000))
        for _ in range(half):
            file.write(silence)


def long_mp3(path: Path) -> None:
    """Hours of MP3 frames, an hour of each tone, without a header that tells their number."""
    frames = [mp3_frames(sine(hertz, seconds=10, rate=16_000), rate=16_000, b="16k")
              for hertz in PITCHES]  # fmt: skip
    path.write_bytes(b"".join(part * (HOURS * 120) for part in frames))


def long_m4a(path: Path) -> None:
    """Hours of AAC packets, an hour of each tone."""
    _long(path, codec="aac", rate=16_000, packet=1024, format="fltp")


def long_opus(path: Path) -> None:
    """Hours of Opus packets of 60 ms, an hour of each tone."""
    _long(path, codec="libopus", rate=48_000, packet=2880, format="flt",
          options={"frame_duration": "60"})  # fmt: skip


def _long(path: Path, *, codec: str, rate: int, packet: int, format: str, options=None) -> None:
    """Hours of packets that are encoded once and repeated."""
    with av.open(str(path), "w", format={"aac": "ipod", "libopus": "ogg"}[codec]) as file:
        track = file.add_stream(codec, rate=rate, layout="mono", options=options or {})
        position = 0
        for hertz in PITCHES:
            packets = _packets(codec, sine(hertz, seconds=0.6, rate=rate), rate, format, options)
            for number in range(HOURS * 1200 * rate // packet):
                part = av.Packet(packets[number % len(packets)])
                part.stream, part.duration = track, packet
                part.pts = part.dts = position
                position += packet
                file.mux(part)


def _packets(codec: str, samples: np.ndarray, rate: int, format: str, options) -> list[bytes]:
    """Some encoded packets of a steady tone."""
    coder = av.CodecContext.create(codec, "w")
    coder.sample_rate, coder.layout, coder.format = rate, "mono", format
    coder.options = options or {}
    frame = av.AudioFrame.from_ndarray(samples[None], format=format, layout="mono")
    frame.sample_rate = rate
    return [bytes(packet) for packet in coder.encode(frame)][3:8]


def huge_tag(path: Path) -> None:
    """An MP3 behind an ID3 tag of 100 MB, which is a hole."""
    with path.open("wb") as stream:
        stream.write(id3v2(b"x", size=100_000_000)[:10])
        stream.seek(10 + 100_000_000)
        stream.write(good(".mp3"))


def sparse(header: bytes, size: int) -> Callable[[Path], None]:
    """The maker of a large file that is a header and a hole."""

    def make(path: Path) -> None:
        path.write_bytes(header)
        os.truncate(path, len(header) + size)

    return make


def loop(path: Path) -> None:
    """Two links that point to each other."""
    other = path.with_name("loop.wav")
    path.symlink_to(other)
    other.symlink_to(path)


def zipped() -> bytes:
    """A ZIP archive with a good song in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("song.wav", good(".wav"))
    return stream.getvalue()
