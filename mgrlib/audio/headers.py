"""How long MP3 and Ogg files are by their own account, and whether that can be believed.

Decoders believe it; to decode to the end for a check would cost as much as the whole song.
"""

from pathlib import Path
from typing import BinaryIO, NamedTuple

KILOBITS = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2
    0: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2.5
}
"""Bit rates of layer III in kb/s by the version bits of a frame's header (ISO 11172-3, 13818-3)."""

FEW_FRAMES = 4096
"""Bytes by which an MP3's count of its bytes may be wrong: two or three frames."""

LONGEST_PAGE = 65_307
"""Bytes of an Ogg page (RFC 3533)."""

PLACES = 16
"""Where an Ogg file is looked into."""


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
    """

    seconds: float | None
    start: int
    bytes_a_second: float

    def is_even(self, byte: int, seconds: float) -> bool:
        """Whether decoding as far as `seconds` took as many bytes as a constant rate takes."""
        return abs((byte - self.start) / self.bytes_a_second - seconds) < 0.1 + 0.02 * seconds


def read_mp3(path: Path) -> Mp3 | None:
    """The account that an MP3 gives of its length, or None where it is not to be believed.

    A first frame may state the numbers of frames and bytes (Xing's and Info's tags); the
    bytes have to be there, and no other song after them.
    """
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        start = _after_tags(file)
        frame = _bytes_at(file, start, 256)
        if len(frame) < 256 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:
            return None  # not a frame of layer III
        version, index = frame[1] >> 3 & 3, frame[2] >> 4
        if version not in KILOBITS or not 1 <= index <= len(KILOBITS[version]):
            return None
        pace = KILOBITS[version][index - 1] * 125
        tag = max(frame.find(b"Xing"), frame.find(b"Info"))
        if tag < 0:
            return Mp3((size - start) / pace, start, pace)
        end = start + int.from_bytes(frame[tag + 12 : tag + 16])
        stated = frame[tag + 7] & 3 == 3
        # The next song would begin as this one does.
        whole = end <= size + FEW_FRAMES and _bytes_at(file, end, 2) != frame[:2]
        return Mp3(None, start, pace) if stated and whole else None


def ogg_is_one_stream(path: Path) -> bool:
    """Whether the pages of an Ogg file are those of one stream, numbered upwards.

    They are not in a chain of songs, or where a video goes with the sound.
    """
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        places = [size * part // PLACES for part in range(PLACES)]
        pages = [_bytes_at(file, place, 2 * LONGEST_PAGE) for place in places]
        last = _bytes_at(file, max(0, size - LONGEST_PAGE), LONGEST_PAGE)
    heads = [page[page.find(b"OggS") :][:27] for page in pages] + [last[last.rfind(b"OggS") :][:27]]
    heads = [head for head in heads if len(head) == 27]
    numbers = [int.from_bytes(head[18:22], "little") for head in heads]
    return len({head[14:18] for head in heads}) == 1 and numbers == sorted(numbers)


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
