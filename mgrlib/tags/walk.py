"""The music files under a folder, each once, and none outside of it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

AUDIO_EXTENSIONS = frozenset({
    ".aac", ".aif", ".aifc", ".aiff", ".alac", ".ape", ".au", ".caf", ".dff", ".dsf", ".flac",
    ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mp4", ".mpc", ".oga", ".ogg", ".opus", ".spx",
    ".tta", ".w64", ".wav", ".wave", ".weba", ".wma", ".wv",
})  # fmt: skip
"""Endings of the names that are taken for music, in lower case."""

HIDDEN = "hidden"
UNREADABLE_FOLDER = "the folder can't be read"
OUTSIDE = "a link that leaves the folder"
DANGLING = "a link that leads nowhere or in a circle"
NO_FILE = "a pipe or a device"
AGAIN = "a link to what is listed under its own name"
NAME = "a name that songs.csv can't hold (not UTF-8, with a backslash, or begun like a drive)"


def find_music(folder: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Walk through a folder for music.

    Links to folders are not followed: what they lead to is outside, or is listed under its own
    name. A link to a file inside counts where that file is not listed itself.

    Parameters
    ----------
    folder : Path
        Resolved.

    Returns
    -------
    songs : list of str
        Paths relative to `folder`, with ``/``, sorted.
    skipped : list of (str, str)
        Path and reason of what may hold music and was passed over, sorted.
    """
    skipped: list[tuple[str, str]] = []
    files, links = [], []
    for path, is_link in _entries(folder, skipped):
        (links if is_link else files).append(path)
    seen = {str(folder / path) for path in files}
    for path in sorted(links):
        if reason := _why_not(folder, path, seen):
            skipped.append((path, reason))
        else:
            files.append(path)
    good = [path for path in files if _can_be_written(path)]
    skipped += [(path, NAME) for path in files if not _can_be_written(path)]
    return sorted(good), sorted(skipped)


def _entries(folder: Path, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, bool]]:
    """Paths of music files and of links to folders, and whether it is a link."""

    def cannot_read(error: OSError) -> None:
        skipped.append((_relative(error.filename, folder), UNREADABLE_FOLDER))

    for base, folders, files in os.walk(folder, onerror=cannot_read):
        music = {name for name in files if Path(name).suffix.lower() in AUDIO_EXTENSIONS}
        for name in [*folders, *music]:
            full = Path(base, name)
            path = _relative(full, folder)
            if name.startswith("."):
                skipped.append((path, HIDDEN))
            elif full.is_symlink():
                yield path, True
            elif name in music and full.is_file():
                yield path, False
            elif name in music:
                skipped.append((path, NO_FILE))
        folders[:] = [name for name in folders if not name.startswith(".")]


def _relative(path: str | Path, folder: Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _why_not(folder: Path, path: str, seen: set[str]) -> str:
    """Why a link is passed over, "" where it is not; notes what it leads to in `seen`."""
    try:
        target = os.path.realpath(folder / path, strict=True)
    except OSError:
        return DANGLING
    if os.path.commonpath([target, folder]) != str(folder):
        return OUTSIDE
    if target in seen or not Path(target).is_file():
        return AGAIN
    seen.add(target)
    return ""


def _can_be_written(path: str) -> bool:
    is_text = not re.search("[\ud800-\udfff]", path)
    return is_text and "\\" not in path and path[1:2] != ":"
