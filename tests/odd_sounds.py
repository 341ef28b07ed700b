"""Ways to read songs that the tests hand to the processes that draw: slow, watched, deadly.

They stand in a module of their own, which those processes import.
"""

import os
import signal
import time
from pathlib import Path

from mgrlib.audio import Segment
from mgrlib.errors import LibraryError
from mgrlib.resources import peak_bytes
from mgrlib.shards import read_file

SLOW_SECONDS = 0.02


def read_slowly(folder: Path, song: tuple, **wanted) -> Segment:
    """Wait before a song is read, which costs no processor; note each reading and by whom."""
    note(folder, f"{os.getpid()} {song[0]}")
    time.sleep(SLOW_SECONDS)
    return read_file(folder, song, **wanted)


def read_and_weigh(folder: Path, song: tuple, **wanted) -> Segment:
    """Note the most memory that the process has had so far, in bytes."""
    segment = read_file(folder, song, **wanted)
    note(folder, f"{os.getpid()} {peak_bytes()}")
    return segment


def read_deadly(folder: Path, song: tuple, **wanted) -> Segment:
    """Harm the process for songs whose name begins with a harm."""
    harm = Path(song[0]).name.partition(" ")[0]
    if harm in HARMS:
        HARMS[harm]()
    return read_file(folder, song, **wanted)


def _raise(error: Exception) -> None:
    raise error


def _kill(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


HARMS = {
    "segfault": lambda: _kill(signal.SIGSEGV),
    "kill": lambda: _kill(signal.SIGKILL),
    "exit": lambda: os._exit(3),
    "leave": lambda: os._exit(0),
    "hang": lambda: time.sleep(600),
    "raise": lambda: _raise(IndexError("frame\n7")),
    "refuse": lambda: _raise(LibraryError("the library must be mended")),
}


def note(folder: Path, line: str) -> None:
    """Append a line, whole, to the notes beside a library."""
    with folder.with_suffix(".notes").open("a") as stream:
        stream.write(f"{line}\n")


def notes(folder: Path) -> list[str]:
    """All lines noted so far."""
    file = folder.with_suffix(".notes")
    return file.read_text().splitlines() if file.exists() else []
