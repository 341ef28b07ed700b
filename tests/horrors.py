"""Bad and odd audio files, and what must become of each.

A row of `HORRORS` has a file's name, how it is made and what is expected of it: the sound of
its middle third, which in the song of most of them is a sine of 1000 Hz, or the reason for
which it is refused. The makers are in tests/odd_files.py.
"""

import gzip
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from odd_files import (
    LEVEL,
    RATE,
    chained,
    cut,
    early_moov,
    encoded,
    good,
    holding,
    huge_cover,
    huge_picture,
    huge_tag,
    id3v2,
    in_stereo,
    jpeg,
    latin_comment,
    latin_m4a,
    long_flac,
    long_m4a,
    long_mp3,
    long_opus,
    long_wav,
    loop,
    made,
    muxed,
    naming,
    no_length,
    noisy,
    old_tags,
    pcm,
    sine,
    small_cover,
    song,
    sparse,
    vbr_mp3,
    wav,
    with_nan,
    written,
    zipped,
)

EXTENSIONS = [".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".m4a"]


@dataclass(frozen=True)
class Sound:
    """The segment that is expected: pitch of its strongest bin, peak, and what is known of it."""

    hertz: float = 1000.0
    seconds: float | tuple[float, float] = 3.0  # of the song, or the least and the most of it
    padded: bool = False
    level: float = LEVEL


@dataclass(frozen=True)
class Refused:
    """The reason that is expected, and a pattern that the detail has."""

    reason: str
    says: str = ""


@dataclass(frozen=True)
class Horror:
    """How a file is made and what is expected of it."""

    make: Callable[[Path], object]
    expected: Sound | Refused
    segment_seconds: float = 1.0


WORDS = b"these are words and no sound\n" * 40
PAGE = b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>\n" * 9
MIDI = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x40\x60\x80\x3c\0\0\xff\x2f\0"
HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.0,\n{}\n#EXT-X-ENDLIST\n"
PLS = "[playlist]\nFile1=DECOY\nTitle1=song\nLength1=3\nNumberOfEntries=1\nVersion=2\n"
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=song\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n"
JUNK = np.random.default_rng(3).integers(0, 200, 70_000, dtype=np.uint8).tobytes()
FRAGMENTS = {"movflags": "empty_moov+default_base_moof", "frag_duration": "200000"}
UNREADABLE = Refused("unreadable")
LEFT = (2.0, 3.1)  # a song that was cut may be measured by its header or by what is left

HORRORS: dict[str, Horror] = {
    # What is no sound
    "no bytes.mp3": Horror(holding(b""), Refused("empty")),
    "zero bytes.mp3": Horror(holding(bytes(100_000)), UNREADABLE),
    "zero bytes.wav": Horror(holding(bytes(100_000)), UNREADABLE),
    "zero bytes.m4a": Horror(holding(bytes(100_000)), UNREADABLE),
    "one byte.flac": Horror(holding(b"f"), UNREADABLE),
    "words.mp3": Horror(holding(WORDS), UNREADABLE),
    "words.flac": Horror(holding(WORDS), UNREADABLE),
    "words.m4a": Horror(holding(WORDS), UNREADABLE),
    "words.txt": Horror(holding(WORDS), UNREADABLE),
    "words.raw": Horror(holding(WORDS), UNREADABLE),
    "2 GB of zeros.mp3": Horror(sparse(b"", 2**31), UNREADABLE),
    "2 GB of zeros.flac": Horror(sparse(b"", 2**31), UNREADABLE),
    "2 GB of zeros.wav": Horror(sparse(b"", 2**31), UNREADABLE),
    "chance.mp3": Horror(holding(np.random.default_rng(4).bytes(100_000)), UNREADABLE),
    "page.mp3": Horror(holding(PAGE), UNREADABLE),
    "picture.mp3": Horror(holding(jpeg), UNREADABLE),
    "picture.jpg": Horror(holding(jpeg), UNREADABLE),
    "archive.mp3": Horror(holding(zipped), UNREADABLE),
    "packed.wav.gz": Horror(holding(lambda: gzip.compress(good(".wav"))), UNREADABLE),
    "notes.mid": Horror(holding(MIDI), UNREADABLE),
    "folder.mp3": Horror(Path.mkdir, Refused("not a file")),
    "pipe.mp3": Horror(os.mkfifo, Refused("not a file")),
    "device.wav": Horror(lambda path: path.symlink_to("/dev/zero"), Refused("not a file")),
    "loop of links.wav": Horror(loop, Refused("unreadable", "symbolic links")),
    "dangling link.wav": Horror(lambda path: path.symlink_to("nothing.wav"), Refused("missing")),
    # What names other files, which must stay closed
    "list.m3u8": Horror(naming(HLS.format("DECOY")), UNREADABLE),
    "relative list.m3u8": Horror(naming(HLS.format("decoy.wav")), UNREADABLE),
    "list.mp3": Horror(naming(HLS.format("DECOY")), UNREADABLE),
    "simple list.m3u": Horror(naming("#EXTM3U\nDECOY\n"), UNREADABLE),
    "list.pls": Horror(naming(PLS), UNREADABLE),
    "script.ffconcat": Horror(naming("ffconcat version 1.0\nfile decoy.wav\n"), UNREADABLE),
    "script.mp3": Horror(naming("ffconcat version 1.0\nfile decoy.wav\n"), UNREADABLE),
    "session.sdp": Horror(holding(SDP.encode()), UNREADABLE),
    # Cut short
    "cut at 75 %.mp3": Horror(cut(lambda: good(".mp3"), 0.75), Sound(seconds=LEFT)),
    "cut at 40 %.mp3": Horror(cut(lambda: good(".mp3"), 0.4), Sound(300, seconds=(1.0, 1.3))),
    "cut at 10 %.mp3": Horror(cut(lambda: good(".mp3"), 0.1), Refused("too short")),
    "cut in its header.mp3": Horror(holding(lambda: good(".mp3")[:40]), UNREADABLE),
    "cut at 85 %.flac": Horror(cut(lambda: good(".flac"), 0.85), Sound(seconds=LEFT)),
    "cut at 40 %.flac": Horror(cut(lambda: good(".flac"), 0.4), Sound(300, seconds=(1.0, 1.3))),
    "cut at 10 %.flac": Horror(cut(lambda: good(".flac"), 0.1), Refused("too short")),
    "cut in its header.flac": Horror(holding(lambda: good(".flac")[:30]), UNREADABLE),
    "cut at 40 %.ogg": Horror(
        cut(lambda: good(".ogg", noisy()), 0.4), Sound(300, seconds=(0.5, 1.3), padded=True)
    ),
    "cut in its header.ogg": Horror(holding(lambda: good(".ogg")[:2000]), UNREADABLE),
    "cut at 40 %.opus": Horror(
        cut(lambda: good(".opus"), 0.4), Sound(300, seconds=(0.9, 1.0), padded=True)
    ),
    "cut at 40 %.aiff": Horror(cut(lambda: good(".aiff"), 0.4), Sound(300, seconds=1.2)),
    "cut at 75 %.wav": Horror(cut(lambda: good(".wav"), 0.75), Sound(seconds=2.25)),
    "cut at 40 %.wav": Horror(cut(lambda: good(".wav"), 0.4), Sound(300, seconds=1.2)),
    "only a header.wav": Horror(holding(wav(b"")), Refused("too short")),
    "cut before its moov.m4a": Horror(cut(lambda: good(".m4a"), 0.9), UNREADABLE),
    "cut behind its moov.m4a": Horror(cut(early_moov, 0.75), Sound(seconds=LEFT)),
    # Odd samples
    "all zeros.wav": Horror(written(lambda: np.zeros(3 * RATE)), Refused("silent")),
    "all zeros.mp3": Horror(encoded(".mp3", np.zeros(3 * RATE, np.float32)), Refused("silent")),
    "NaN.wav": Horror(written(lambda: with_nan(0, 3)), Refused("not finite")),
    "one NaN.wav": Horror(written(lambda: with_nan(1.5, 1.5001)), Refused("not finite")),
    "infinity.wav": Horror(written(lambda: with_nan(1.5, 1.6, math.inf)), Refused("not finite")),
    "NaN before the middle.wav": Horror(written(lambda: with_nan(0.1, 0.2)), Sound()),
    "1e300.wav": Horror(
        written(lambda: with_nan(1.5, 1.6).astype(float) * 1e300, subtype="DOUBLE"),
        Refused("not finite"),
    ),
    "one bit of dither.wav": Horror(
        written(lambda: song() * 1e-4, subtype="PCM_16"), Refused("silent")
    ),
    "DC only.wav": Horror(written(lambda: np.full(3 * RATE, 0.5)), Sound(0, level=0.5)),
    "opposite phases.wav": Horror(written(lambda: in_stereo(1, -1)), Refused("silent")),
    "one side only.wav": Horror(written(lambda: in_stereo(1, 0)), Sound(level=LEVEL / 2)),
    "six channels.wav": Horror(written(lambda: np.repeat(song()[:, None], 6, axis=1)), Sound()),
    "six channels.flac": Horror(
        written(lambda: np.repeat(song()[:, None], 6, axis=1), format="FLAC", subtype="PCM_24"),
        Sound(),
    ),
    "16 channels.wv": Horror(made("wavpack", "wv", layout="hexadecagonal"), Sound()),
    "8 bits.wav": Horror(written(song, subtype="PCM_U8"), Sound()),
    "24 bits.wav": Horror(written(song, subtype="PCM_24"), Sound()),
    "24 bits.flac": Horror(written(song, format="FLAC", subtype="PCM_24"), Sound()),
    "64 bits.wav": Horror(written(song, subtype="DOUBLE"), Sound()),
    "four bits.wav": Horror(written(song, subtype="IMA_ADPCM"), Sound(seconds=(3, 3.05))),
    "logarithmic.wav": Horror(written(song, subtype="ULAW"), Sound()),
    "big-endian.wav": Horror(written(song, subtype="PCM_16", endian="BIG"), Sound()),
    "compressed.aifc": Horror(written(song, format="AIFF", subtype="ULAW"), Sound()),
    "little-endian.aifc": Horror(
        written(song, format="AIFF", subtype="PCM_16", endian="LITTLE"), Sound()
    ),
    # Odd rates and lengths
    "8 kHz.wav": Horror(written(lambda: song(rate=8000), rate=8000), Sound()),
    "8 kHz.mp3": Horror(encoded(".mp3", rate=8000), Sound()),
    "192 kHz.wav": Horror(written(lambda: song(rate=192_000), rate=192_000), Sound()),
    "192 kHz.flac": Horror(encoded(".flac", rate=192_000), Sound()),
    "0.1 s.wav": Horror(encoded(".wav", sine(1000, seconds=0.1)), Refused("too short")),
    "0.1 s.mp3": Horror(encoded(".mp3", sine(1000, seconds=0.1)), Refused("too short")),
    "0.1 s.m4a": Horror(encoded(".m4a", sine(1000, seconds=0.1)), Refused("too short")),
    "0.7 s.flac": Horror(
        encoded(".flac", sine(1000, seconds=0.7)), Sound(seconds=0.7, padded=True)
    ),
    "0.7 s.m4a": Horror(encoded(".m4a", sine(1000, seconds=0.7)), Sound(seconds=0.7, padded=True)),
    "3 hours.wav": Horror(long_wav, Sound(seconds=10_800), 30.0),
    "3 hours.flac": Horror(long_flac, Sound(seconds=10_800), 30.0),
    "3 hours.mp3": Horror(long_mp3, Sound(seconds=(10_700, 10_950)), 30.0),
    "3 hours.opus": Horror(long_opus, Sound(seconds=(10_790, 10_810)), 30.0),
    "3 hours.m4a": Horror(long_m4a, Sound(seconds=(10_790, 10_810)), 30.0),
    # Headers that lie
    "length 0.wav": Horror(holding(lambda: wav(pcm(song()), size=0)), Sound()),
    "length of a stream.wav": Horror(holding(lambda: wav(pcm(song()), size=2**32 - 1)), Sound()),
    "half the length.wav": Horror(
        holding(lambda: wav(pcm(song()), size=3 * RATE)), Sound(300, seconds=1.5)
    ),
    "4 GHz.wav": Horror(holding(lambda: wav(pcm(song()), rate=4_000_000_000)), UNREADABLE),
    "a second of 1 GHz.wav": Horror(
        sparse(wav(b"", rate=10**9, bits=8, size=3 * 10**9), 3 * 10**9), UNREADABLE, 30.0
    ),
    "rate 0.wav": Horror(holding(lambda: wav(pcm(song()), rate=0)), UNREADABLE),
    "rate 1.wav": Horror(holding(lambda: wav(pcm(song()), rate=1)), UNREADABLE),
    "no channels.wav": Horror(holding(lambda: wav(pcm(song()), channels=0)), UNREADABLE),
    "1024 channels.wav": Horror(
        sparse(wav(b"", rate=44_100, channels=1024, size=2**31), 2**31), Refused("silent")
    ),
    "65535 channels.wav": Horror(holding(lambda: wav(pcm(song()), channels=65_535)), UNREADABLE),
    "0 bits.wav": Horror(holding(lambda: wav(pcm(song()), bits=0)), UNREADABLE),
    "odd chunks.wav": Horror(
        holding(lambda: wav(pcm(song()), before=b"junk\x03\0\0\0abc\0LIST\x01\0\0\0x\0")), Sound()
    ),
    "a chunk of 4 GB.wav": Horror(
        holding(lambda: wav(pcm(song()), before=b"junk\xff\xff\xff\xff")), UNREADABLE
    ),
    "MP3 in RIFF.wav": Horror(made("libmp3lame", "wav"), Sound(seconds=(2.9, 3.2))),
    "no length.flac": Horror(holding(lambda: no_length(good(".flac"))), Sound(seconds=(2.9, 3.1))),
    "variable rate.mp3": Horror(holding(vbr_mp3), Sound(seconds=(2.9, 3.2))),
    "junk before.mp3": Horror(
        holding(lambda: JUNK[:9000] + good(".mp3")), Sound(seconds=(2.9, 3.2))
    ),
    "much junk before.mp3": Horror(holding(lambda: JUNK + good(".mp3")), UNREADABLE),
    "zeros before.mp3": Horror(
        holding(lambda: bytes(5000) + good(".mp3")), Sound(seconds=(2.9, 3.2))
    ),
    # Tags
    "tag of 100 MB.mp3": Horror(huge_tag, Sound(seconds=(2.9, 3.1))),
    "huge picture.mp3": Horror(huge_picture, Sound(seconds=(2.9, 3.1))),
    "huge picture.m4a": Horror(huge_cover, Sound()),
    "small picture.mp3": Horror(small_cover, Sound(seconds=(2.9, 3.1))),
    "Latin tag.mp3": Horror(
        holding(lambda: id3v2(b"caf\xe9") + good(".mp3")), Sound(seconds=(2.9, 3.1))
    ),
    "Latin tag.flac": Horror(holding(latin_comment(".flac")), Sound()),
    "Latin tag.ogg": Horror(holding(latin_comment(".ogg")), Sound()),
    "Latin tag.wav": Horror(holding(latin_comment(".wav")), Sound()),
    "Latin tag.m4a": Horror(latin_m4a, Sound()),
    "old tags.mp3": Horror(old_tags, Sound(seconds=(2.9, 3.1))),
    "tag of 200 MB that is not there.mp3": Horror(
        holding(lambda: id3v2(b"x", size=200_000_000) + good(".mp3")), UNREADABLE
    ),
    # Containers
    "early moov.m4a": Horror(holding(early_moov), Sound()),
    "late moov.mp4": Horror(made("aac", "mp4"), Sound(seconds=(2.9, 3.1))),
    "fragments.mp4": Horror(made("aac", "mp4", options=FRAGMENTS), Sound(seconds=(2.9, 3.1))),
    "video with sound.mp4": Horror(made("aac", "mp4", video="mpeg4"), Sound(seconds=(2.9, 3.1))),
    "video with sound.mkv": Horror(
        made("libopus", "matroska", rate=48_000, video="libx264"), Sound(seconds=(2.9, 3.1))
    ),
    "video without sound.mp4": Horror(
        holding(lambda: muxed(song(), codec="", container="mp4", video="mpeg4")),
        Refused("unreadable", "no audio"),
    ),
    "chained.ogg": Horror(holding(chained(".ogg")), Sound(seconds=(2.9, 3.1))),
    "chained.opus": Horror(holding(chained(".opus")), Sound(seconds=(2.9, 3.1))),
    "chained rates.ogg": Horror(
        holding(chained(".ogg", rates=(RATE, 44_100))), Refused("unreadable", "streams")
    ),
    "lossless.m4a": Horror(made("alac", "ipod"), Sound()),
    "bare.aac": Horror(made("aac", "adts"), Sound(seconds=(2.9, 3.2))),
    "windows.wma": Horror(made("wmav2", "asf"), Sound(seconds=(2.9, 3.2))),
    "web.webm": Horror(made("libopus", "webm", rate=48_000), Sound(seconds=(2.9, 3.1))),
    "old.mp2": Horror(made("mp2", "mp2"), Sound(seconds=(2.9, 3.2))),
    "cinema.ac3": Horror(made("ac3", "ac3", rate=48_000), Sound(seconds=(2.9, 3.2))),
    "packed.wv": Horror(made("wavpack", "wv"), Sound(seconds=(2.9, 3.1))),
    "true.tta": Horror(made("tta", "tta"), Sound(seconds=(2.9, 3.1))),
    "apple.caf": Horror(written(song, format="CAF", subtype="PCM_16"), Sound()),
    "64.rf64": Horror(written(song, format="RF64", subtype="PCM_16"), Sound()),
    "64.w64": Horror(written(song, format="W64", subtype="PCM_16"), Sound()),
    "sun.au": Horror(written(song, format="AU", subtype="PCM_16"), Sound()),
    # Names
    "ein Lied, «日本語» 🎵.flac": Horror(encoded(".flac"), Sound()),
    "two\nlines.wav": Horror(encoded(".wav"), Sound()),
    "two\nlines.m4a": Horror(encoded(".m4a"), Sound()),
    "-i.m4a": Horror(encoded(".m4a"), Sound()),
    "%03d.m4a": Horror(encoded(".m4a"), Sound()),
    "http:song.m4a": Horror(encoded(".m4a"), Sound()),
    "concat:a|b.m4a": Horror(encoded(".m4a"), Sound()),
    "[a-z]*?.m4a": Horror(encoded(".m4a"), Sound()),
    " ": Horror(encoded(".m4a"), Sound()),
    "no extension": Horror(encoded(".m4a"), Sound()),
    "x" * 250 + ".m4a": Horror(encoded(".m4a"), Sound()),
}
"""A name for each file, how it is made and what must become of it."""

OTHER_NAMES = zip(EXTENSIONS, [*EXTENSIONS[1:], ".txt"], strict=True)
HORRORS |= {
    f"{real[1:]} named {said}": Horror(encoded(real), Sound(seconds=(2.9, 3.1)))
    for real, said in OTHER_NAMES
}


def judge(horror: Horror, answer: dict) -> str:
    """What is wrong with an answer, or nothing."""
    expected = horror.expected
    if "hangs" in answer or "crashes" in answer:
        return str(answer)
    if isinstance(expected, Refused):
        right = answer.get("reason") == expected.reason and expected.says in answer["detail"]
        return "" if right else f"expected {expected}, got {answer}"
    if "reason" in answer:
        return f"expected {expected}, got {answer}"
    least, most = np.broadcast_to(expected.seconds, 2)
    checks = {
        "samples": answer["samples"] == round(horror.segment_seconds * RATE),
        "dtype": answer["dtype"] == "float32",
        "finite": answer["finite"],
        "hertz": abs(answer["hertz"] - expected.hertz) < 4,
        "level": abs(answer["level"] / expected.level - 1) < 0.25,
        "seconds": least - 0.01 <= answer["seconds"] <= most + 0.01,
        "padded": answer["padded"] == expected.padded,
    }
    wrong = [f"{name} {answer[name]}" for name, right in checks.items() if not right]
    return f"expected {expected}, got {', '.join(wrong)}" if wrong else ""
