"""How fast a file becomes images, four ways side by side."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .songs import BenchSongs
from .timing import in_turns

FINER = 3
"""How often our way and the floor are timed for each time of the slower ways."""


@dataclass(frozen=True)
class Reading:
    """Seconds of a core from one file to both images.

    Attributes
    ----------
    format : str
        File name extension without its dot.
    length : {"clip", "song"}
        Whether the file is as long as the segment, or longer.
    loaded_by : {"librosa", "PyAV"}
        Who decodes for the paper's way and for librosa with PIL.
    paper, pil, ours, floor : float
        The four ways of `mgrlib.bench.ways`.
    """

    format: str
    length: str
    loaded_by: str
    paper: float
    pil: float
    ours: float
    floor: float


def measure_readings(songs: list[BenchSongs], *, rounds: int = 5) -> Iterator[Reading]:
    """Each format's clip and song in turn, by all ways in turns."""
    for made in songs:
        for length in ("clip", "song"):
            yield measure_reading(getattr(made, length), length=length, rounds=rounds)


def measure_reading(path: Path, *, length: str, rounds: int) -> Reading:
    """One file by all ways in turns; processor time, which other programs disturb least."""
    from . import ways

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        slow = [lambda: ways.paper_way(path, folder), lambda: ways.librosa_and_pil(path, folder)]
        fast = [lambda: ways.ours(path), lambda: ways.floor(path)]
        times = in_turns(*slow, *fast * FINER, rounds=rounds, clock=time.process_time)
    return Reading(
        format=path.suffix[1:],
        length=length,
        loaded_by="librosa" if ways.librosa_decodes(path) else "PyAV",
        paper=times[0],
        pil=times[1],
        ours=statistics.median(times[2::2]),
        floor=statistics.median(times[3::2]),
    )
