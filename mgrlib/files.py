"""Files that are whole or absent, and digests that say what a result depends on.

Everything that a run keeps is written beside its final name and then moved there, so
a kill at any moment leaves either the old file or the new one.
"""

import functools
import hashlib
import json
import math
import os
import posixpath
import re
import stat
import tempfile
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from .errors import RunError

ROOT = Path(__file__).resolve().parent.parent

LEFTOVER_SECONDS = 24 * 3600.0
"""A temporary file that has lain still for so long belongs to a writer that was killed."""


def runs_folder() -> Path:
    """Folder of all runs: ``$MGRLIB_RUNS``, else ``runs/`` of the repository."""
    return Path(os.environ.get("MGRLIB_RUNS", ROOT / "runs")).absolute()


def cache_folder() -> Path:
    """Folder of what can be made again: ``$MGRLIB_CACHE``, else ``.cache/`` of the repository."""
    return Path(os.environ.get("MGRLIB_CACHE", ROOT / ".cache")).absolute()


def write_atomically(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it to `path`.

    Raises
    ------
    RunError
        If the folder can't be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_move(path, write)
    except OSError as error:
        raise _refused(path.parent, error) from None


def _refused(folder: Path, error: OSError) -> RunError:
    return RunError(
        f"nothing can be written to {folder} ({error.strerror or error}): free the folder, or name "
        "other places by the environment variables MGRLIB_RUNS and MGRLIB_CACHE; what is finished "
        "is kept"
    )


def _write_and_move(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}."[:100])
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Delete a file that may be missing.

    Raises
    ------
    RunError
        If the folder can't be written.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path.parent, error) from None


def remove_leftovers(folder: Path) -> None:
    """Delete what writers that were killed have left in `folder` more than a day ago."""
    for file in folder.glob(".*.????????"):  # as `write_atomically` names them
        with suppress(OSError):  # another process may do the same
            if time.time() - file.stat().st_mtime > LEFTOVER_SECONDS:
                file.unlink()


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def write_json(path: Path, content: Any) -> None:
    """Write strict JSON, see `as_json`."""
    write_text(path, as_json(content) + "\n")


def as_json(content: Any, *, ascii_only: bool = False) -> str:
    """Strict JSON: numbers that it can't hold (NaN, infinity) become null."""
    return json.dumps(_finite(content), indent=1, ensure_ascii=ascii_only, allow_nan=False)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text("utf-8"))


def update_json(path: Path, content: dict) -> None:
    """Replace the top-level keys of `content` in a JSON object file, keep the others."""
    present = read_json(path) if path.exists() else {}
    write_json(path, {**present, **content})


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if hasattr(content, "item") and getattr(content, "shape", None) == ():
        content = content.item()
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def stays_in(folder: Path) -> Callable[[str], bool]:
    """What tells whether a relative path stays in `folder`, links followed.

    A folder of files is looked at once, of a file only whether it is a link. None of them
    need be there.
    """
    root = os.path.realpath(folder)

    # realpath rather than Path.resolve: a loop of links is a broken file, no error here.
    def inside(path: str) -> bool:
        return os.path.commonpath([os.path.realpath(f"{root}/{path}"), root]) == root

    folder_is_inside = functools.cache(inside)

    def stays(path: str) -> bool:
        try:  # a Path would take three times as long
            is_link = stat.S_ISLNK(os.lstat(f"{root}/{path}").st_mode)
        except OSError:  # it is not there
            is_link = False
        return folder_is_inside(posixpath.dirname(path)) and (not is_link or inside(path))

    return stays


def digest(*parts: Any) -> str:
    """Sixteen hexadecimal digits that change when any of `parts` (plain data) changes."""
    text = json.dumps(_finite(parts), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def seed_from(*parts: Any) -> int:
    """A seed below 2**63 that depends on all of `parts` and on nothing else."""
    return int(digest(*parts), 16) >> 1


def slug(name: str) -> str:
    """`name` in lower-case ASCII letters, digits and hyphens, for file names."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-") or digest(name)[:8]
