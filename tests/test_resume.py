"""Kills, interruptions and second calls: real processes, and what the next call makes of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest

from mgrlib.files import ROOT
from mgrlib.pipeline import Study, start_study

SETTINGS = ["depths=34", "scales=mel", "segment_seconds=1", "songs=48", "weights=corpus", "jobs=2"]
"""Thirteen records: a joint network, three binary ones that start from its trunk, and three
baselines, the latter two also of equal sizes."""


@pytest.fixture(scope="module")
def undisturbed(tone_library, tmp_path_factory) -> Study:
    """The study as one call makes it."""
    with pytest.MonkeyPatch.context() as patch:
        study = study_in(tmp_path_factory.mktemp("undisturbed"), tone_library, patch)
        study.train()
    return study


def study_in(folder: Path, library: Path, patch: pytest.MonkeyPatch) -> Study:
    """The study with folders of its own, to be trained by this process."""
    for name, value in folders_in(folder).items():
        patch.setenv(name, value)
    return start_study(profile="smoke", corpus=str(library), name="run",
                       overrides=[*SETTINGS, "jobs=1"])  # fmt: skip


def folders_in(folder: Path) -> dict[str, str]:
    return {"MGRLIB_RUNS": str(folder / "runs"), "MGRLIB_CACHE": str(folder / "cache")}


@contextmanager
def command(folder: Path, library: Path):
    """``python -m mgrlib run`` at work, in a process group of its own as in a terminal."""
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    process = subprocess.Popen(
        [sys.executable, "-m", "mgrlib", "run", "--profile", "smoke", "--corpus", str(library),
         "--name", "run", "--only", "01", *settings],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        cwd=ROOT, env={**os.environ, **folders_in(folder)},
        # Where the tests run in the background, a shell has told them to ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)
        process.communicate()


def kill(process: subprocess.Popen) -> None:
    """kill -9 of a process and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(true: Callable[[], object], process: subprocess.Popen) -> None:
    """Wait for something that `process` does."""
    deadline = time.monotonic() + 120
    while not true():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def records(folder: Path) -> dict[str, int]:
    """Time stamp in ns of each record."""
    files = (folder / "runs" / "run" / "results" / "models").glob("*.json")
    return {file.name: file.stat().st_mtime_ns for file in files}


def assert_finishes_as(undisturbed: Study, study: Study, *, before: dict[str, int]) -> None:
    """The next call trains only what is missing, and all is as if nothing had happened."""
    total = len(undisturbed.grid.models())
    assert 0 < len(before) < total
    assert study.train() == total - len(before)
    after = records(study.folder.parent.parent)
    assert len(after) == total
    assert {name: after[name] for name in before} == before
    for name, read in {"metrics.csv": pd.read_csv, "predictions.parquet": pd.read_parquet}.items():
        own, other = (read(s.folder / "results" / name).drop(columns="seconds", errors="ignore")
                      for s in (study, undisturbed))  # fmt: skip
        pd.testing.assert_frame_equal(own, other, check_exact=True)


def test_after_kills_the_next_call_makes_only_what_is_missing(
    undisturbed, tone_library, tmp_path, monkeypatch
):
    shards = tmp_path / "cache" / "images"
    for moment in (
        lambda: list(shards.rglob("*.npz")),  # while images are made
        lambda: len(records(tmp_path)) >= 2,  # while networks are trained
    ):
        with command(tmp_path, tone_library) as process:
            wait_until(moment, process)
            kill(process)
            process.wait()
    study = study_in(tmp_path, tone_library, monkeypatch)
    assert_finishes_as(undisturbed, study, before=records(tmp_path))


def test_an_interruption_is_one_line_and_loses_nothing(
    undisturbed, tone_library, tmp_path, monkeypatch
):
    with command(tmp_path, tone_library) as process:
        wait_until(lambda: len(records(tmp_path)) >= 2, process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does at Ctrl-C
        output, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    assert "Traceback" not in error and "Warning" not in error
    lines = [line for line in error.splitlines() if line.startswith("mgrlib:")]
    assert lines == ["mgrlib: interrupted; the next call goes on from here"]
    assert error.endswith(f"{lines[0]}\n")
    study = study_in(tmp_path, tone_library, monkeypatch)
    assert_finishes_as(undisturbed, study, before=records(tmp_path))


def test_a_second_process_is_refused_while_the_first_is_alive(tone_library, tmp_path, monkeypatch):
    with command(tmp_path, tone_library) as first:
        wait_until(lambda: list((tmp_path / "cache" / "images").rglob("*.npz")), first)
        with command(tmp_path, tone_library) as second:
            output, error = second.communicate(timeout=60)
        assert first.poll() is None
        assert second.returncode == 2
        assert (output, error) == (
            "",
            "mgrlib: another process works on the run run: wait for it\n",
        )
        # Only the first itself: its workers live on for a moment, the lock does not.
        first.kill()
        first.wait()
        assert (tmp_path / "runs" / "run" / ".lock").exists()
        with study_in(tmp_path, tone_library, monkeypatch).locked():
            pass
