"""What files say of their own length, and whether that can be believed.

Decoders believe it; to decode to the end for a check would cost as much as the whole song.
Also where the sound begins, after tags that may hold a picture of megabytes.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

KILOBITS = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2
    0: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2.5
}
"""Bit rates of layer III in kb/s by the version bits of a frame's header (ISO 11172-3, 13818-3)."""

MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Sample rates in Hz by the version bits."""

FEW_FRAMES = 4096
"""Bytes by which an MP3's count of its bytes may be wrong: two or three frames."""

LONGEST_PAGE = 65_307
"""Bytes of an Ogg page (RFC 3533)."""

PLACES = 16
"""Where an Ogg file is looked into."""

MOST_CHUNKS = 1000
"""Chunks, blocks or pages that are passed over in search of the sound."""


class Mp3(NamedTuple):
    """What an MP3 says of its length.

    Attributes
    ----------
    seconds : float or None
        Duration by the size of the file, at the first frame's bit rate; None where the
        first frame states the number of frames.
    start : int
        The byte where the first frame begins.
    bytes_a_second : float
        By the first frame's bit rate.
    believed : bool
        Whether the bytes that the first frame states are there, and no other song after them.
    promised_seconds : float
        By the number of frames that the first frame states; NaN where it states none.
    sound_bytes : int
        From the first frame to the stated or the file's end.
    share : float
        Which share of the bytes that the first frame states is there.
    """

    seconds: float | None
    start: int
    bytes_a_second: float
    believed: bool
    promised_seconds: float
    sound_bytes: int
    share: float = 1.0

    def is_even(self, byte: int, seconds: float) -> bool:
        """Whether decoding as far as `seconds` took as many bytes as a constant rate takes."""
        return abs((byte - self.start) / self.bytes_a_second - seconds) < 0.1 + 0.02 * seconds


class Ogg(NamedTuple):
    """What the pages of an Ogg file tell.

    Attributes
    ----------
    one_stream : bool
        Whether they are those of one stream, numbered upwards. They are not in a chain of
        songs, or where a video goes with the sound.
    ended : bool
        Whether the last page is whole and marked as the stream's last (RFC 3533, section 6).
    sound_bytes : int
        Bytes of the pages after those of the headers.
    """

    one_stream: bool
    ended: bool
    sound_bytes: int


def read_mp3(path: Path) -> Mp3 | None:
    """The account that an MP3 gives of its length, or None where it begins with no frame.

    A first frame may state the numbers of frames and bytes (Xing's and Info's tags).
    """
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        start = _after_tags(file)
        frame = _bytes_at(file, start, 256)
        if len(frame) < 256 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
            return None  # not a frame of layer III
        version, index, pitch = frame[1] >> 3 & 3, frame[2] >> 4, frame[2] >> 2 & 3
        if version not in KILOBITS or not 1 <= index <= len(KILOBITS[version]) or pitch == 3:
            return None
        pace = KILOBITS[version][index - 1] * 125
        tag = max(frame.find(b"Xing"), frame.find(b"Info"))
        if tag < 0:
            return Mp3((size - start) / pace, start, pace, True, math.nan, size - start)
        frames, stated = struct.unpack(">II", frame[tag + 8 : tag + 16])
        if frame[tag + 7] & 3 != 3:
            return Mp3(None, start, pace, False, math.nan, size - start)
        # The next song would begin as this one does.
        end = start + stated
        believed = end <= size + FEW_FRAMES and _bytes_at(file, end, 2) != frame[:2]
        seconds = frames * (1152 if version == 3 else 576) / MP3_RATES[version][pitch]
        there = min(end, size) - start
        return Mp3(None, start, pace, believed, seconds, there, there / max(1, stated))


def read_ogg(path: Path) -> Ogg:
    """What the pages of an Ogg file tell, from a few places in it."""
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        places = [size * part // PLACES for part in range(PLACES)]
        pages = [_bytes_at(file, place, 2 * LONGEST_PAGE) for place in places]
        last = _bytes_at(file, max(0, size - LONGEST_PAGE), LONGEST_PAGE)
        start = next(_ogg_sound(file), size)
    last = last[last.rfind(b"OggS") :]
    heads = [page[page.find(b"OggS") :][:27] for page in pages] + [last[:27]]
    heads = [head for head in heads if len(head) == 27]
    numbers = [int.from_bytes(head[18:22], "little") for head in heads]
    one_stream = len({head[14:18] for head in heads}) == 1 and numbers == sorted(numbers)
    ended = len(last) > 27 and bool(last[5] & 4) and len(last) >= _page_bytes(last)
    return Ogg(one_stream, ended, size - start)


def read_flac_start(path: Path) -> int:
    """The byte where the frames of a FLAC file begin, after its blocks of metadata (RFC 9639)."""
    with path.open("rb", buffering=0) as file:
        place = _after_tags(file)
        if _bytes_at(file, place, 4) != b"fLaC":
            return place
        place += 4
        for _ in range(MOST_CHUNKS):
            head = _bytes_at(file, place, 4)
            place += 4 + int.from_bytes(head[1:], "big")
            if len(head) < 4 or head[0] & 0x80:
                break
        return place


def read_pcm_frames(path: Path) -> float:
    """The number of frames that the header of a WAV or AIFF file states, NaN where none.

    libsndfile corrects it by the size of the file, so that a file that was cut short would
    look whole. A length of 0 or of about 4 GB stands for "not known" in a stream.
    """
    with path.open("rb", buffering=0) as file:
        form, kind = (head := _bytes_at(file, 0, 12))[:4], head[8:]
        if form == b"RIFF" and kind == b"WAVE":
            chunks, order = _chunks(file, "little"), "little"
        elif form == b"FORM" and kind in (b"AIFF", b"AIFC"):
            chunks, order = _chunks(file, "big"), "big"
        else:
            return math.nan
        frame = 0
        for name, place, length in chunks:
            if name == b"COMM":
                frames = int.from_bytes(_bytes_at(file, place + 2, 4), order)
                return float(frames) if frames else math.nan
            if name == b"fmt ":
                frame = int.from_bytes(_bytes_at(file, place + 12, 2), order)
            if name == b"data":
                known = frame and 0 < length < 2**32 - 2**16
                return length / frame if known else math.nan
    return math.nan


def _chunks(file: BinaryIO, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Name, place of the content and length of the chunks of a RIFF or IFF file."""
    place = 12
    for _ in range(MOST_CHUNKS):
        head = _bytes_at(file, place, 8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], order)
        yield head[:4], place + 8, length
        place += 8 + length + length % 2


def _ogg_sound(file: BinaryIO) -> Iterator[int]:
    """Where the first page begins that ends at a later time than 0: headers' pages do not."""
    place = 0
    for _ in range(MOST_CHUNKS):
        head = _bytes_at(file, place, 27 + 255)
        if len(head) < 27 or head[:4] != b"OggS":
            return
        if int.from_bytes(head[6:14], "little", signed=True) > 0:
            yield place
        place += _page_bytes(head)


def _page_bytes(page: bytes) -> int:
    """Bytes of an Ogg page, by the table of lengths in its header."""
    return 27 + page[26] + sum(page[27 : 27 + page[26]])


def _after_tags(file: BinaryIO) -> int:
    """Where the first frame begins, after any ID3v2 tags."""
    start = 0
    while (head := _bytes_at(file, start, 10))[:3] == b"ID3" and len(head) == 10:
        length = 0
        for byte in head[6:]:
            length = length << 7 | byte & 0x7F
        start += 10 + length + (10 if head[5] & 0x10 else 0)
    return start


def _bytes_at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)
