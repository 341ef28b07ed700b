"""Work for a Dask cluster: real schedulers and workers on this machine, and what can go wrong."""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import make_tone_library
from distributed.comm import CommClosedError
from odd_sounds import read_deadly
from threadpoolctl import threadpool_info

from mgrlib.__main__ import main
from mgrlib.catalog import Sounds
from mgrlib.errors import RunError, SettingsError
from mgrlib.files import ROOT
from mgrlib.images import identify_file, make_images
from mgrlib.pipeline import Study
from mgrlib.runs import checked_name
from mgrlib.settings import make_settings
from mgrlib.workers import cluster, perform
from mgrlib.workers.cluster import Expected, Needs, shortcomings


class Dask:
    """A scheduler and its workers, processes of this machine."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder, self.file = folder, folder / "scheduler.json"
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self.environment = {**os.environ, "PYTHONPATH": path, **environment}
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.workers = []
        wait_until(lambda: self.file.exists() and self.file.read_text().endswith("}"))
        self.address = json.loads(self.file.read_text())["address"]

    def _start(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", str(self.file),
                   "--no-dashboard"]  # fmt: skip
        log = (self.folder / f"{arguments[0]}.log").open("a")
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder,
                                env=self.environment)  # fmt: skip

    def add_worker(self) -> None:
        self.workers.append(self._start("worker", "--nthreads", "1", "--no-nanny",
                                        "--memory-limit", "0"))  # fmt: skip

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@contextmanager
def dask_cluster(folder: Path, *, workers: int, **environment: str):
    folder.mkdir(exist_ok=True)
    started = Dask(folder, environment)
    try:
        for _ in range(workers):
            started.add_worker()
        yield started
    finally:
        started.end()


def wait_until(true, *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    """A scheduler with two workers; not to be harmed."""
    folder = tmp_path_factory.mktemp("dask")
    with dask_cluster(folder, workers=2, OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2") as started:
        wait_until(lambda: len(pids_of(started)) == 2)
        yield started


def pids_of(started: Dask, tasks: int = 40) -> set[int]:
    """Processes that do the work of a cluster."""
    return set(perform([(os.getpid,)] * tasks, jobs=1, scheduler=started.address))


def results_of(study: Study) -> tuple[pd.DataFrame, ...]:
    folder = study.folder / "results"
    tables = [pd.read_csv(folder / f"{name}.csv") for name in ("metrics", "equal_sizes")]
    scores = [table.drop(columns="seconds") for table in tables]
    return *scores, pd.read_parquet(folder / "predictions.parquet")


def test_a_study_that_loses_a_worker_half_way_ends_as_a_local_one(
    tmp_path, monkeypatch, small_settings, capsys
):
    def study_of(name: str, **settings) -> Study:
        monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / name / "cache"))
        few = replace(small_settings, scales=("mel",), **settings)
        return Study(tmp_path / name / "run", few, profile="smoke")

    local = study_of("local")
    local.train()
    with dask_cluster(tmp_path / "dask", workers=2) as started:
        study = study_of("cluster", scheduler=started.address)
        records = study.folder / "results" / "models"
        when_killed = []

        def kill_one() -> None:
            wait_until(lambda: list(records.glob("*.json")))
            started.workers[0].kill()
            when_killed.append(len(list(records.glob("*.json"))))

        killer = threading.Thread(target=kill_one)
        killer.start()
        made = study.train()
        killer.join()
    assert 1 <= when_killed[0] < made == len(local.grid.models())
    assert f"{made} networks to train, by the workers of the cluster\n" in capsys.readouterr().err
    for own, other in zip(results_of(study), results_of(local), strict=True):
        pd.testing.assert_frame_equal(own, other, check_exact=True)
    for scale, pixels in local.catalog.images.pixels.items():
        assert (pixels == study.catalog.images.pixels[scale]).all()
    left = [file for file in tmp_path.rglob(".*") if "seen-by" in file.name]
    assert left == []


def test_the_workers_do_the_work_also_one_alone(tmp_path, two_workers):
    assert pids_of(two_workers) == {worker.pid for worker in two_workers.workers}
    with dask_cluster(tmp_path / "one", workers=1) as started:
        assert pids_of(started) == {started.workers[0].pid}


def test_a_task_has_one_thread(two_workers):
    # numpy is loaded before the libraries are asked, so there is one to look at.
    tasks = [(__import__, "numpy"), *[(threadpool_info,)] * 4]
    found = [pools for pools in perform(tasks, jobs=1, scheduler=two_workers.address)
             if isinstance(pools, list)]  # fmt: skip
    assert {pool["num_threads"] for pools in found for pool in pools} == {1}


def test_an_error_of_a_task_is_the_study_s_own(two_workers):
    with pytest.raises(RunError, match="a run's name must be letters"):
        list(perform([(checked_name, "a/b")], jobs=1, scheduler=two_workers.address))


def test_nothing_to_do_asks_no_scheduler():
    assert list(perform([], jobs=1, scheduler="tcp://127.0.0.1:1")) == []


def test_what_is_not_begun_is_dropped_at_an_interruption(tmp_path, two_workers):
    commands = [["sh", "-c", f"sleep 0.1; touch {tmp_path}/{n}"] for n in range(60)]
    tasks = [(subprocess.call, command) for command in commands]
    results = perform(tasks, jobs=1, scheduler=two_workers.address)
    next(results)
    results.close()
    time.sleep(0.5)
    begun = len(list(tmp_path.iterdir()))
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) == begun < 30


def refused(started: Dask, needs: Needs) -> str:
    with pytest.raises(SettingsError) as caught:
        list(perform([(os.getpid,)], jobs=1, scheduler=started.address, needs=needs))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_worker_with_another_version_is_refused(two_workers, monkeypatch):
    own = dict(cluster.versions())
    monkeypatch.setattr(cluster, "versions", lambda: tuple({**own, "numpy": "0.1"}.items()))
    message = refused(two_workers, Needs())
    assert f"has numpy {own['numpy']}, this machine 0.1: workers need the same" in message
    assert "scheduler: the worker tcp://127.0.0.1:" in message
    assert message.endswith("2 of 2 workers differ")


def test_a_worker_with_older_code_is_refused(two_workers, monkeypatch):
    monkeypatch.setattr(cluster, "CODE", "0123456789abcdef")
    assert f"has mgrlib code {cluster._code()[:8]}, this machine code 01234567" in refused(
        two_workers, Needs()
    )


def test_a_worker_that_does_not_see_the_folder_is_refused(two_workers, monkeypatch, tmp_path):
    @contextmanager
    def elsewhere(folders):
        yield "a file that only this machine has"

    monkeypatch.setattr(cluster, "_token", elsewhere)
    message = refused(two_workers, Needs(folders=(tmp_path,)))
    assert f"does not see this machine's folder {tmp_path}" in message


def test_a_worker_on_another_device_is_refused(two_workers):
    needs = Needs(asked=("cpu", "float32"), resolved=("cuda", "bfloat16"))
    assert "would train on cpu in float32, this machine on cuda in bfloat16" in refused(
        two_workers, needs
    )


def expected(needs: Needs, *, token: str = "", sizes: tuple[int, ...] = ()) -> Expected:
    return Expected(needs, token, sizes, cluster.versions())


def test_a_worker_that_has_all_lacks_nothing(tmp_path):
    (tmp_path / "token").touch()
    (tmp_path / "songs.csv").write_text("path")
    needs = Needs(folders=(tmp_path,), files=(tmp_path / "songs.csv",),
                  asked=("cpu", "float32"), resolved=("cpu", "float32"))  # fmt: skip
    assert shortcomings(expected(needs, token="token", sizes=(4,)), threads=1) == []
    assert {file.name for file in tmp_path.iterdir()} == {"token", "songs.csv"}


@pytest.mark.parametrize("size", [3, None])
def test_a_worker_needs_the_same_files(tmp_path, size):
    file = tmp_path / "songs.csv"
    if size is not None:
        file.write_text("x" * size)
    found = shortcomings(expected(Needs(files=(file,)), sizes=(4,)), threads=1)
    assert found == [f"does not see this machine's file {file}"]


def test_a_worker_has_one_thread():
    [found] = shortcomings(expected(Needs()), threads=4)
    assert found == "has 4 threads, where one must be: start it with --nthreads 1"


def test_a_worker_that_joins_late_is_looked_at_too(tmp_path, monkeypatch):
    with dask_cluster(tmp_path / "dask", workers=1) as started:
        # The check before the work finds all well; the one before a worker's first task does not.
        monkeypatch.setattr(cluster, "_check_workers", lambda *arguments: None)
        monkeypatch.setattr(cluster, "CODE", "0123456789abcdef")
        wait_until(lambda: "Registered to" in (started.folder / "worker.log").read_text())
        assert "this machine code 01234567" in refused(started, Needs())


@contextmanager
def silence():
    """A port on which a program listens that never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def nothing():
    """A port on which no program listens."""
    with silence() as port:
        pass
    yield port


@pytest.mark.parametrize(
    ("answer", "said"),
    [(CommClosedError("closed"), None), (ImportError("no mgrlib"), "can't run mgrlib .no mgrlib"),
     (["has torch 1"], "has torch 1: workers need"), ([], None)],
)  # fmt: skip
def test_a_worker_that_is_lost_while_it_is_asked_stops_nothing(answer, said):
    class Client:
        def submit(self, *task, pure):
            return SimpleNamespace(result=lambda timeout: 0)

        def run(self, *task, on_error):
            return {"tcp://a:1": [], "tcp://b:2": answer}

    with pytest.raises(SettingsError, match=said) if said else nullcontext():
        cluster._check_workers(Client(), "tcp://s:1", expected(Needs()))


@pytest.mark.parametrize("port_of", [silence, nothing])
def test_a_scheduler_that_is_not_there_is_one_line_and_exit_code_2(
    port_of, tone_library, monkeypatch, capsys
):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with port_of() as port:
        # Another segment, so that no image is in the cache.
        settings = [f"scheduler=tcp://127.0.0.1:{port}", "segment_seconds=0.9"]
        arguments = itertools.chain(*(("--set", setting) for setting in settings))
        code = main(["run", "--profile", "smoke", "--corpus", str(tone_library),
                     "--name", "unreachable", *arguments])  # fmt: skip
    assert code == 2
    written = capsys.readouterr().err.splitlines()
    [error] = [line for line in written if line and "song/s" not in line]  # but for the bar
    assert error.startswith(f"mgrlib: scheduler=tcp://127.0.0.1:{port} is no Dask scheduler")


def test_a_cluster_without_workers_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 0.5)
    with dask_cluster(tmp_path / "dask", workers=0) as started:
        message = refused(started, Needs())
    assert f"has had no worker for 0.5 s: start some with dask worker {started.address}" in message


def test_without_dask_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match="needs the package distributed: install dask and"):
        list(perform([(os.getpid,)], jobs=1, scheduler="tcp://127.0.0.1:1"))


def test_a_task_that_ends_its_workers_is_an_error_and_no_wait(tmp_path):
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with dask_cluster(tmp_path / "dask", workers=1, **once) as started:
        tasks = [(signal.raise_signal, signal.SIGKILL)]
        with pytest.raises(RunError, match="a task has ended 1 workers, the last was tcp://"):
            list(perform(tasks, jobs=1, scheduler=started.address))


def test_a_song_that_ends_its_process_costs_the_cluster_no_worker(
    two_workers, tmp_path, monkeypatch
):
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))
    library = make_tone_library(tmp_path / "library", songs=12)
    deadly = "artist 1/segfault it.wav"
    shutil.copy(library / "artist 1" / "song 06.wav", library / deadly)
    wanted = {"segment_seconds": 1, "scales": "linear", "scheduler": two_workers.address}
    settings = make_settings(profile="smoke", overrides=wanted)
    paths = sorted(str(path.relative_to(library)) for path in library.rglob("*.wav"))
    images = make_images(library, paths, settings=settings, jobs=1,
                         sounds=Sounds(identify=identify_file, read=read_deadly))  # fmt: skip
    assert len(images.paths) == 12
    assert [row["path"] for row in images.rejected] == [deadly]
    assert pids_of(two_workers) == {worker.pid for worker in two_workers.workers}


def test_a_task_that_ends_a_process_of_this_machine_is_an_error_in_one_line():
    tasks = [(signal.raise_signal, signal.SIGKILL), (abs, -1)]
    with pytest.raises(RunError, match="has ended a process, most likely for want of memory") as e:
        list(perform(tasks, jobs=2))
    assert "\n" not in str(e.value)
    assert sorted(perform([(abs, -1), (abs, -2)], jobs=2)) == [1, 2]


def test_a_lost_scheduler_is_an_error_and_a_lost_worker_is_told(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(cluster, "WATCH_SECONDS", 0.1)
    with dask_cluster(tmp_path / "dask", workers=1) as started:
        results = perform([(time.sleep, 0.01)] * 5 + [(time.sleep, 60)], jobs=1,
                          scheduler=started.address)  # fmt: skip
        next(results)
        started.workers[0].kill()
        wait_until(lambda: "has no worker left: waiting for others" in caplog.text)
        started.scheduler.kill()
        with pytest.raises(RunError, match=r"scheduler=tcp://.* is lost: start it again"):
            list(results)
