"""Work in another process: what comes back, and what does not end this one."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import mgrlib.apart
from mgrlib.apart import ProcessEnded, TimedOut, apart
from mgrlib.errors import RunError, SongError
from mgrlib.files import ROOT

SOON = {"seconds": 30}


def test_a_result_comes_back_from_one_process_that_is_kept():
    first, second = apart(os.getpid, **SOON), apart(os.getpid, **SOON)
    assert first == second != os.getpid()
    assert apart(sorted, [3, 1, 2], **SOON) == [1, 2, 3]
    assert apart(os.getenv, "OMP_NUM_THREADS", **SOON) == "1"


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ZeroDivisionError) as caught:
        apart(divmod, 1, 0, **SOON)
    assert "work(*arguments)" in caught.value.__notes__[0], "where it was raised"
    with pytest.raises(ModuleNotFoundError):
        apart(__import__, "no_such_module", **SOON)


def test_an_error_of_a_song_keeps_its_parts():
    with pytest.raises(SongError) as caught:
        apart(raise_song_error, **SOON)
    assert (caught.value.reason, caught.value.detail) == ("silent", "of old")


def raise_song_error():
    raise SongError("silent", "of old")


@pytest.mark.parametrize(
    ("work", "argument", "words"),
    [
        (signal.raise_signal, signal.SIGSEGV, "its process was ended by SIGSEGV"),
        (signal.raise_signal, signal.SIGKILL, "ended by SIGKILL, as when memory runs out"),
        (os._exit, 3, "its process ended with exit code 3"),
        (os._exit, 0, "its process ended with exit code 0"),
        (sys.exit, 4, "its process ended with exit code 4"),
    ],
)
def test_a_task_that_ends_its_process_is_told(work, argument, words):
    with pytest.raises(ProcessEnded, match=words):
        apart(work, argument, **SOON)
    assert apart(abs, -1, **SOON) == 1


def test_a_task_is_not_blamed_for_what_an_earlier_one_did():
    process = apart(os.getpid, **SOON)
    os.kill(process, signal.SIGKILL)
    assert apart(os.getpid, **SOON) != process


def test_a_task_that_hangs_is_ended():
    started = time.monotonic()
    with pytest.raises(TimedOut):
        apart(time.sleep, 60, seconds=0.2)
    assert time.monotonic() - started < 20
    assert apart(abs, -1, **SOON) == 1


def test_the_clock_stops_with_the_task():
    process = apart(os.getpid, seconds=0.5)
    time.sleep(0.7)
    assert apart(os.getpid, **SOON) == process


def test_threads_have_a_process_each():
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(apart, pow, number, 2, **SOON) for number in range(200)]
        assert [answer.result() for answer in asked] == [number**2 for number in range(200)]
    assert len(mgrlib.apart._idle) <= 4


def test_a_process_that_waits_long_leaves():
    code = (
        "import mgrlib.apart as m, os, time\n"
        "process = m.apart(os.getpid, seconds=9)\n"
        "m._idle[0].process.wait(timeout=60)\n"
        "assert m.apart(os.getpid, seconds=9) != process\n"
        "assert len(m._idle) == 1\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_process_leaves_with_its_owner():
    code = (
        "import mgrlib.apart as m, os, signal\n"
        "print(m.apart(os.getpid, seconds=9), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    owner = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    process, deadline = int(owner.stdout), time.monotonic() + 4
    while is_alive(process):
        assert time.monotonic() < deadline, "before it would tire of waiting"
        time.sleep(0.01)


def is_alive(process: int) -> bool:
    import psutil

    return psutil.pid_exists(process) and psutil.Process(process).status() != "zombie"


def test_a_machine_without_room_for_a_process_is_a_clear_error(monkeypatch):
    def refuse(*arguments, **settings):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(mgrlib.apart, "_idle", [])
    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(RunError, match=r"no process can be started \(Resource temporarily"):
        apart(abs, -1, **SOON)
