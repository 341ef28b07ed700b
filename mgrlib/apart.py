"""Work in another process, so that whatever ends that process does not end this one.

A decoder is C code that reads files nobody has checked: it may crash, wait forever or ask
for all the memory there is. `apart` lets such work happen in a process that is kept for
the next call, so a call costs a fraction of a millisecond. A process that has nothing to
do for a while, or whose owner is gone, ends by itself.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from .errors import RunError

IDLE_SECONDS = 5.0
"""How long a process waits for its next task."""

THREADS = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


class ProcessEnded(Exception):
    """A task ended the process that it was done in; the message says how."""


class TimedOut(ProcessEnded):
    """A task took longer than it was given."""


def apart(work: Callable, *arguments: Any, seconds: float) -> Any:
    """``work(*arguments)``, done in another process of one thread.

    A process that ends may have been harmed by an earlier task, so the task is then
    given to a new process, and has that one for itself.

    Parameters
    ----------
    work : callable
        A function of a module. What it raises is raised here.
    seconds : float
        How long it may take.

    Raises
    ------
    ProcessEnded
        If the task ends the new process as well.
    TimedOut
        If it takes longer than `seconds`.
    RunError
        If no process can be started.
    """
    message = ForkingPickler.dumps((work, arguments, seconds))
    if (used := _waiting_process()) is not None:
        try:
            return _answer(used, message)
        except TimedOut:
            raise
        except ProcessEnded:
            pass
    return _answer(_Process(), message)


class _Process:
    """A process that does one task after the other."""

    def __init__(self):
        self.pipe, theirs = Pipe()
        code = (f"import sys; sys.path[:] = {sys.path!r}; from mgrlib.apart import _serve; "
                f"_serve({theirs.fileno()})")  # fmt: skip
        try:
            # In a group of its own, where a terminal's Ctrl-C does not reach it. What decoders
            # print about a file would tear the progress bar; errors come through the pipe.
            self.process = subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                process_group=0, pass_fds=[theirs.fileno()], env={**os.environ, **THREADS},
            )  # fmt: skip
        except OSError as error:
            raise RunError(
                f"no process can be started ({error.strerror}): lower the setting jobs, or end "
                "other programs; what is finished is kept"
            ) from None
        finally:
            theirs.close()

    def ask(self, message: bytes) -> tuple[bool, Any]:
        try:
            self.pipe.send_bytes(message)
            return self.pipe.recv()
        except (EOFError, OSError):
            self.pipe.close()
            raise _ending(self.process.wait()) from None


# Threads share it: a list's pop and append are atomic. A forked process must not talk into
# the pipes of the process that it comes from.
_idle: list[_Process] = []
os.register_at_fork(after_in_child=_idle.clear)


def _waiting_process() -> _Process | None:
    """The one that was used last; those that have waited too long are forgotten."""
    for process in list(_idle):
        if process.process.poll() is not None:
            with suppress(ValueError):  # another thread was quicker
                _idle.remove(process)
    with suppress(IndexError):
        return _idle.pop()
    return None


def _answer(process: _Process, message: bytes) -> Any:
    done, result = process.ask(message)
    _idle.append(process)
    if not done:
        raise result
    return result


def _ending(code: int) -> ProcessEnded:
    if code == -signal.SIGALRM:
        return TimedOut("it took too long")
    if code == -signal.SIGKILL:
        return ProcessEnded("its process was ended by SIGKILL, as when memory runs out")
    if code < 0:
        return ProcessEnded(f"its process was ended by {signal.Signals(-code).name}")
    return ProcessEnded(f"its process ended with exit code {code}")


def _serve(descriptor: int) -> None:
    """Do what comes through the pipe until nothing comes any more."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(OSError):  # where memory runs out, this process is the one to go
        Path("/proc/self/oom_score_adj").write_text("500")
    pipe = Connection(descriptor)
    with suppress(EOFError, OSError):  # the owner is gone
        while pipe.poll(IDLE_SECONDS):
            pipe.send(_done(pipe.recv_bytes()))


def _done(message: bytes) -> tuple[bool, Any]:
    try:
        work, arguments, seconds = ForkingPickler.loads(message)
        # Python can't interrupt a library that hangs; this signal ends the process.
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return True, work(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except Exception as error:
        error.add_note(traceback.format_exc())  # where it was raised is lost on the way
        return False, error
