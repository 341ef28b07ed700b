"""Every song decoded to its end, and archives compared with their published checksums.

Songs are decoded apart from this process, a block of them at a time whose findings are
kept in the cache: a check that is stopped goes on where it was.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..apart import TimedOut, apart
from ..audio import decode_whole
from ..audio.measures import lacks
from ..audit.rules_check import FAULTS
from ..catalog import Library
from ..corpora.declaration import Archive
from ..errors import RunError, SongError
from ..files import cache_folder, digest, read_json, write_json
from ..images import identify_file
from ..progress import bar
from ..settings import Settings, split_corpus
from ..shards import DOUBTFUL
from ..workers import perform

VERSION = 1
"""Of what is noted of a song; in the name of the cache's files."""

BLOCK_SONGS = 8
LEAST_SECONDS = 60.0
BYTES_A_SECOND = 10**6
"""A song may take `LEAST_SECONDS`, and a second for so many bytes of its file."""

READ_BYTES = 2**20
DIGESTS = {"MD5": hashlib.md5, "SHA-1": hashlib.sha1, "SHA-256": hashlib.sha256}


def deep_check(library: Library, settings: Settings, *, jobs: int) -> dict:
    """Decode every song, and read every archive that still lies in the corpus's folder.

    Returns
    -------
    dict
        ``songs``: how many were decoded; ``seconds``: of them all; ``unreadable``,
        ``damaged``, ``truncated`` and ``longer`` (than the header says): lists of
        ``{"path", "detail"}``; ``archives``: list of
        ``{"name", "algorithm", "published", "found", "equal"}``.
    """
    songs, found = _identify(library), []
    with bar(len(songs), "decoding", unit="song") as progress:
        blocks = [songs[start : start + BLOCK_SONGS] for start in range(0, len(songs), BLOCK_SONGS)]
        tasks = [(decode_block, library.folder, block) for block in blocks]
        for block in perform(tasks, jobs=jobs, backend="threading"):
            found += block
            progress(len(block))
    order = {song[0]: row for row, song in enumerate(songs)}
    found.sort(key=lambda row: order[row["path"]])
    return {
        "songs": len(found),
        "seconds": sum(row.get("seconds", 0) for row in found),
        **{name: [{"path": row["path"], "detail": row[name]} for row in found if name in row]
           for name in FAULTS},
        "archives": check_archives(library, Path(split_corpus(settings.corpus)[1])),
    }  # fmt: skip


def _identify(library: Library) -> list[tuple]:
    """Songs that are files; the others are named by the check of their segments."""
    songs = []
    for path in library.songs["path"] if library.sounds is None else ():
        try:
            songs.append(identify_file(library.folder, path))
        except SongError:
            continue
    return songs


def decode_block(folder: Path, songs: list[tuple]) -> list[dict]:
    """What is found in some songs; read from the cache where it has that.

    Parameters
    ----------
    folder : Path
        Folder of the library.
    songs : list of tuple
        As `identify_file` names them.
    """
    file = cache_folder() / "deep" / f"{digest(VERSION, songs)}.json"
    with suppress(OSError, ValueError):  # missing, or damaged
        return read_json(file)
    found = [decode_song(folder, path, size) for path, size, _ in songs]
    if not any(row.get("reason") in DOUBTFUL for row in found):
        write_json(file, found)
    return found


def decode_song(folder: Path, path: str, size: int) -> dict:
    """What is found in a song of `size` bytes: ``path``, ``seconds``, and what is wrong."""
    seconds = LEAST_SECONDS + size / BYTES_A_SECOND
    try:
        whole = apart(decode_whole, folder / path, seconds=seconds)
    except RunError:
        raise
    except TimedOut:
        detail = f"it takes longer than {seconds:.0f} s"
        return {"path": path, "reason": "timed out", "unreadable": detail}
    except SongError as error:
        return {"path": path, "unreadable": str(error)}
    except Exception as error:  # one file must not stop a check of thousands
        detail = " ".join(f"{type(error).__name__}: {error}".split())
        return {"path": path, "reason": "crashed", "unreadable": detail}
    row = {"path": path, "seconds": whole.seconds}
    lengths = f"{whole.seconds:.1f} s are there, the header says {whole.promised_seconds:.1f} s"
    if whole.damaged:
        row["damaged"] = f"{whole.damaged:,} broken places in {whole.seconds:.1f} s"
    if whole.truncated:
        known = whole.promised_seconds > whole.seconds
        row["truncated"] = lengths if known else f"after {whole.seconds:.1f} s the end is missing"
    elif lacks(whole.seconds, whole.promised_seconds):
        row["longer"] = lengths
    return row


def check_archives(library: Library, place: Path) -> list[dict]:
    """The archives of a public data set that lie in its folder, and their checksums."""
    archives = library.about.archives if library.about else ()
    lying = [(archive, file) for archive in archives if (file := _find(archive, place))]
    with bar(sum(file.stat().st_size for _, file in lying), "checksums") as progress:
        return [_compare(archive, file, progress) for archive, file in lying]


def _find(archive: Archive, place: Path) -> Path | None:
    folders = (place, place.parent, place / archive.folder)
    files = (folder / archive.name for folder in folders)
    known = archive.algorithm in DIGESTS
    return next((file for file in files if known and file.is_file()), None)


def _compare(archive: Archive, file: Path, progress: Callable[[int], None]) -> dict:
    digest = DIGESTS[archive.algorithm](usedforsecurity=False)
    with file.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
            progress(len(block))
    found = digest.hexdigest()
    return {"name": archive.name, "algorithm": archive.algorithm, "published": archive.checksum,
            "found": found, "equal": found == archive.checksum.lower()}  # fmt: skip
