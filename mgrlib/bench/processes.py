"""The whole step from a library to its images: two processes against one, and their memory."""

import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from ..images import make_images
from ..settings import Settings
from ..spectrograms import SCALES
from .songs import SEGMENT_SECONDS
from .ways import DRAWING

WARMING_SONGS = 24
"""Enough for two shards, so that two processes are started and used."""


def bench_settings(folder: Path, *, scales: Iterable[str] = ("linear", "mel")) -> Settings:
    """By default both scales of the paper, at the size that the paper's networks see."""
    return Settings(corpus=str(folder), scales=tuple(scales), segment_seconds=SEGMENT_SECONDS,
                    **DRAWING)  # fmt: skip


@contextmanager
def empty_cache() -> Iterator[Path]:
    """A cache of its own for `make_images`, deleted afterwards."""
    before = os.environ.get("MGRLIB_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MGRLIB_CACHE"] = folder
        try:
            yield Path(folder)
        finally:
            del os.environ["MGRLIB_CACHE"]
            if before is not None:
                os.environ["MGRLIB_CACHE"] = before


def measure_processes(folder: Path, paths: list[str], *, rounds: int = 3) -> dict[str, float]:
    """Seconds for the images of all songs, with ``one`` process and with ``two``, in turns.

    The cache is empty each time, and the processes have begun to work before the time is taken.
    """
    settings, times = bench_settings(folder), {1: [], 2: []}

    def make(cache: Path, chosen: list[str], jobs: int) -> float:
        shutil.rmtree(cache / "images", ignore_errors=True)
        started = time.perf_counter()
        made = make_images(folder, chosen, settings=settings, jobs=jobs)
        if made.rejected:
            raise RuntimeError(f"songs of the benchmark were rejected: {made.rejected}")
        return time.perf_counter() - started

    with empty_cache() as cache:
        for _ in range(rounds):
            for jobs, taken in times.items():
                make(cache, paths[:WARMING_SONGS], jobs=2)
                taken.append(make(cache, paths, jobs))
    one, two = map(statistics.median, times.values())
    return {"songs": len(paths), "one": one, "two": two}


def measure_memory(folder: Path, paths: list[str]) -> int:
    """The most bytes that one worker has had, with the processes it has started itself.

    All scales are drawn. Pages that such processes share are counted in each of them.
    """
    settings = bench_settings(folder, scales=SCALES)
    with empty_cache():
        make_images(folder, paths, settings=settings, jobs=2)
        workers = psutil.Process().children()
        return max(sum(map(_peak, [worker, *worker.children(recursive=True)]))
                   for worker in workers)  # fmt: skip


def _peak(process: psutil.Process) -> int:
    """The most memory that a process has had; where the system doesn't tell, what it has now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        return 1024 * int(re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)[1])
    return process.memory_info().rss
