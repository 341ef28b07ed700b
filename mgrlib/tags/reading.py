"""The tags of a music file, and the names of genres in them.

One table of field names serves every container: ID3 (MP3, WAV, AIFF), Vorbis comments (Ogg,
Opus, FLAC), MP4, APEv2 and ASF. Numbers of ID3's list of genres become their names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ..errors import SongError
from ..taxonomies import key, read_rows

FIELDS = {
    "title": ("title", "TIT2", "©nam"),
    "artist": ("artist", "TPE1", "©ART", "Author"),
    "album": ("album", "TALB", "©alb", "WM/AlbumTitle"),
    # When the music appeared tells more of it than when this copy of it did.
    "year": ("originaldate", "originalyear", "TDOR", "TORY", "WM/OriginalReleaseYear",
             "date", "year", "TDRC", "TYER", "©day", "WM/Year"),
    "genre": ("genre", "TCON", "TXXX:genre", "©gen", "WM/Genre"),
}  # fmt: skip
"""What each field is called, the first that is there counts; case doesn't."""

LONGEST = 500
LONGEST_GENRE = 100
"""Characters that are kept of a text and of a genre's name."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_BETWEEN_VALUES = re.compile(r"[;|\\\x00\r\n]+")
_BETWEEN_NAMES = re.compile("[,/]")


@dataclass(frozen=True)
class Tags:
    """What the tags of a file say; "" and no genres where they say nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""
    year: str = ""
    genres: tuple[str, ...] = ()


def read_tags(file: Path) -> Tags:
    """Read the tags of a music file.

    Raises
    ------
    SongError
        If the file can't be read or is damaged.
    """
    found = {name.casefold(): value for name, value in _native_tags(file).items()}
    texts = {field: _first(found, names) for field, names in FIELDS.items()}
    genres = [name for text in texts["genre"] for name in split_genres(text)]
    year = re.search(r"(?<!\d)[12]\d{3}", " ".join(texts["year"]))
    return Tags(
        title=_clean(", ".join(texts["title"][:1])),
        artist=_clean(", ".join(texts["artist"])),
        album=_clean(", ".join(texts["album"][:1])),
        year=year.group() if year else "",
        genres=tuple(dict.fromkeys(genres)),
    )


def _native_tags(file: Path) -> Any:
    """The file's own mapping of field to value; empty where it has none."""
    import mutagen
    from mutagen.apev2 import APENoHeaderError, APEv2
    from mutagen.mp3 import MP3

    try:
        opened = mutagen.File(file)
        if opened is None:
            raise mutagen.MutagenError("no known format")
        # Older programs wrote APEv2 tags to MP3 files.
        tags = APEv2(file) if isinstance(opened, MP3) and not opened.tags else opened.tags
    except APENoHeaderError:
        tags = None
    # On damaged files mutagen's parsers raise what they happen to run into.
    except Exception as error:
        raise SongError("no tags", _clean(f"{type(error).__name__}: {error}")) from None
    return tags or {}


def _first(found: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    """The texts of the first field that has any."""
    texts = (_texts(found.get(name.casefold())) for name in names)
    return next((text for text in texts if text), [])


def _texts(value: Any) -> list[str]:
    """A tag's value in any container, as a list of texts."""
    if value is None:
        return []
    # Of ID3's genre frames `genres` has numbers as names; other frames have `text`.
    value = getattr(value, "genres", None) or getattr(value, "text", value)
    values = [value] if isinstance(value, str) else list(value)
    texts = (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
             for text in values)  # fmt: skip
    return [text for text in texts if text.strip()]


def _clean(text: str, *, longest: int = LONGEST) -> str:
    """One line without control characters, cut to `longest` characters."""
    return " ".join(_CONTROL.sub(" ", text[: 4 * longest]).split())[:longest].rstrip()


@lru_cache(maxsize=100_000)
def split_genres(text: str) -> tuple[str, ...]:
    """The names of genres in a tag's text.

    Values are parted by ``;``, ``|``, a backslash, line ends and NUL, names also by ``,`` and
    ``/``, unless the list of common names has them together.

    >>> split_genres("Rock; Pop/Funk"), split_genres("Folk, World, & Country, Jazz")
    (('Rock', 'Pop/Funk'), ('Folk, World, & Country', 'Jazz'))
    >>> split_genres("R&B/Soul"), split_genres("Drum & Bass / Techno")
    (('R&B/Soul',), ('Drum & Bass', 'Techno'))
    """
    text = text[: 100 * LONGEST_GENRE]
    names = [
        _clean(name, longest=LONGEST_GENRE)
        for value in _BETWEEN_VALUES.split(text)
        for name in _names_in(value)
    ]
    return tuple(dict.fromkeys(name for name in names if key(name)))


def _names_in(value: str) -> Iterator[str]:
    """Cut at commas and slashes, but keep the longest runs that are one common name."""
    cuts = [0, *(cut.end() for cut in _BETWEEN_NAMES.finditer(value)), len(value) + 1]
    first = 0
    while first < len(cuts) - 1:
        last = min(len(cuts) - 1, first + _longest_run())
        while last > first + 1 and _parts(value[cuts[first] : cuts[last] - 1]) not in _compounds():
            last -= 1
        yield value[cuts[first] : cuts[last] - 1]
        first = last


def _parts(name: str) -> tuple[str, ...]:
    """The keys of what commas and slashes part, and these: "Rock, Pop" is not "Rock/Pop"."""
    return (*map(key, _BETWEEN_NAMES.split(name)), *_BETWEEN_NAMES.findall(name))


@cache
def _compounds() -> frozenset[tuple[str, ...]]:
    """The common names that hold a comma or a slash."""
    return frozenset(
        _parts(row.name) for row in read_rows("names") if _BETWEEN_NAMES.search(row.name)
    )


@cache
def _longest_run() -> int:
    return max(len(parts) // 2 + 1 for parts in _compounds())
