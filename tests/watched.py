"""Functions that tests call in a process apart, so that a hang, a crash or greed is an answer."""

import multiprocessing
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import RATE

linux = pytest.mark.skipif(sys.platform != "linux", reason="measures memory by /proc")


class Reader:
    """A process that reads one file after the other; its death is an answer, too."""

    def __init__(self, read: Callable, *, seconds: float):
        self.read, self.seconds = read, seconds
        self.process = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_) -> None:
        if self.process:
            self.process.kill()
            self.process.join()
            self.process = None

    def __call__(self, *arguments) -> dict:
        """What `read` returns; ``{"hangs": s}`` or ``{"crashes": exit code}`` if it doesn't."""
        if self.process is None:
            self._start()
        self.connection.send(arguments)
        try:
            if self.connection.poll(self.seconds):
                return self.connection.recv()
            answer = {"hangs": self.seconds}
        except EOFError:
            self.process.join()
            answer = {"crashes": self.process.exitcode}
        self.__exit__()
        return answer

    def _start(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self.connection, there = spawning.Pipe()
        self.process = spawning.Process(target=_serve, args=(there, self.read), daemon=True)
        self.process.start()
        there.close()
        self.connection.recv()  # imports are not what is timed


def _serve(connection, read: Callable) -> None:
    # A file that makes a decoder ask for 100 GB gets a MemoryError instead of the machine.
    resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
    connection.send("ready")
    while True:
        arguments = connection.recv()
        _forget_peak()
        start = time.perf_counter()
        answer = read(*arguments)
        connection.send(answer | {"took": time.perf_counter() - start, "peak": peak_megabytes()})


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes(process: int | str = "self") -> float:
    """The most memory that a process has had, 0 if it has ended."""
    with suppress(OSError, IndexError):
        status = Path(f"/proc/{process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    return 0.0


def descendants(process: int) -> list[int]:
    """The processes that a process has started, and those that these have started."""
    found = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


class Watch(threading.Thread):
    """The largest peak among the processes that this one has started, looked at every 50 ms."""

    def __enter__(self) -> "Watch":
        self.megabytes, self.over = 0.0, threading.Event()
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.join()

    def run(self) -> None:
        while not self.over.wait(0.05):
            peaks = map(peak_megabytes, descendants(os.getpid()))
            self.megabytes = max(self.megabytes, *peaks, 0.0)


def read_here(folder: str, name: str, segment_seconds: float) -> dict:
    """What `read_segment` makes of a file, in numbers."""
    from mgrlib.audio import read_segment
    from mgrlib.errors import SongError

    try:
        path = Path(folder) / name
        segment = read_segment(path, segment_seconds=segment_seconds, sample_rate=RATE)
    except SongError as error:
        return {"reason": error.reason, "detail": error.detail}
    samples = segment.samples
    # A sine is above 0.99 of its peak for a tenth of the time; clicks where it is cut are not.
    level = np.percentile(np.abs(samples[samples != 0]), 90)
    return {
        "samples": len(samples),
        "dtype": str(samples.dtype),
        "finite": bool(np.isfinite(samples).all()),
        "hertz": np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples),
        "level": float(level),
        "seconds": segment.seconds,
        "padded": segment.padded,
    }
