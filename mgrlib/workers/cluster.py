"""Work for a Dask cluster: what its workers must have, and how tasks get there and back.

joblib's backend for Dask sends the tasks. A worker is a process, here or elsewhere, that
sees the folders of the run and of the cache under the same paths, and has the versions
of everything that a result depends on. Each is checked before its first task, also one
that joins late. How a user starts a cluster is on the book's page *Use a cluster*.
"""

import asyncio
import logging
import os
import platform
import tempfile
import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

from ..errors import RunError, SettingsError
from ..files import digest

CONNECT_SECONDS = 10
"""How long a scheduler is given to answer."""

WORKER_SECONDS = 60
"""How long the first worker is waited for."""

WATCH_SECONDS = 5
"""How often is looked whether there are workers."""

PACKAGES = ["dask", "distributed", "joblib", "numpy", "scipy", "scikit-learn", "librosa", "soxr",
            "soundfile", "av", "torch", "torchvision", "safetensors"]  # fmt: skip
THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]

logger = logging.getLogger(__name__)


def _code() -> str:
    folder = Path(__file__).parents[1]
    files = sorted(folder.rglob("*.py"))
    return digest([[str(file.relative_to(folder)), file.read_text("utf-8")] for file in files])


# At import: what counts is the code that a worker has loaded, not what is on its disk now.
CODE = _code()


@dataclass(frozen=True)
class Needs:
    """What the tasks find on this machine and must find on every worker.

    Attributes
    ----------
    folders : tuple of Path
        Folders in which the tasks read and write.
    files : tuple of Path
        Other files that they read.
    asked : tuple of str
        The settings ``device, precision``; empty for tasks that train nothing.
    resolved : tuple of str
        What they mean on this machine.
    """

    folders: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    asked: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expected:
    """What a worker is compared with.

    Attributes
    ----------
    needs : Needs
    token : str
        Name of a file in each of the folders.
    sizes : tuple of int
        Sizes of the files in bytes.
    versions : tuple of (str, str)
        Of Python and the packages.
    """

    needs: Needs
    token: str
    sizes: tuple[int, ...]
    versions: tuple[tuple[str, str], ...]


def on_cluster(tasks: Sequence[tuple], *, scheduler: str, needs: Needs) -> Iterator[Any]:
    """Do all tasks on the cluster of `scheduler`; see `mgrlib.workers.perform`."""
    with _connected(scheduler) as client, _token(needs.folders) as token:
        sizes = tuple(file.stat().st_size for file in needs.files)
        expected = Expected(needs, token, sizes, versions())
        with _losses_explained(scheduler):
            _check_workers(client, scheduler, expected)
            with _watched(client, scheduler):
                yield from _results(client, tasks, expected)
    for folder in needs.folders:
        # A network file system may remember what was missing until the folder is listed.
        list(folder.iterdir())


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    """A client of the scheduler; when it closes, the cluster drops what is not yet begun."""
    try:
        from distributed import Client
    except ImportError as error:
        raise SettingsError(
            f"scheduler={scheduler} needs the package {error.name}: install dask and distributed, "
            "with the versions in requirements.txt"
        ) from None
    for name in ("distributed", "distributed.client"):  # say at length what is one line here
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        _greet(scheduler)
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0] or "it speaks another language"
        raise SettingsError(
            f"scheduler={scheduler} is no Dask scheduler that answers ({reason}): start one there, "
            "or set scheduler=local"
        ) from None
    with client:
        yield client


def _greet(scheduler: str) -> None:
    """Connect once: for what is no scheduler, its dashboard say, a client waits forever."""
    from distributed import Security
    from distributed.core import connect

    async def greet() -> None:
        security = Security().get_connection_args("client")
        greeting = connect(scheduler, timeout=CONNECT_SECONDS, **security)
        (await asyncio.wait_for(greeting, CONNECT_SECONDS + 1)).abort()

    with ThreadPoolExecutor(1) as thread:  # the thread of a notebook is busy with a loop
        thread.submit(asyncio.run, greet()).result()


@contextmanager
def _token(folders: Sequence[Path]) -> Iterator[str]:
    """A new file in each folder, by which a worker proves that it sees the same folder."""
    name = f".seen-by-workers-{uuid.uuid4().hex}"
    with ExitStack() as stack:
        for folder in folders:
            file = folder / name
            stack.callback(file.unlink, missing_ok=True)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                file.touch()
            except OSError as error:
                raise RunError(f"nothing can be written to {folder} ({error.strerror})") from None
        yield name


def versions() -> tuple[tuple[str, str], ...]:
    """Versions of Python, of this package's code, and of the packages that results depend on."""
    python = ".".join(platform.python_version_tuple()[:2])
    found = {"Python": python, "mgrlib": f"code {CODE[:8]}"}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "none"
    return tuple(found.items())


def shortcomings(expected: Expected, *, threads: int) -> list[str]:
    """On a worker of so many `threads`: what it lacks, in words; nothing where all is well."""
    found = [*_other_versions(expected), *_unseen(expected), *_other_device(expected.needs)]
    if threads > 1:
        # Threads share torch's generator and the GPU's memory, and take turns in Python.
        found.append(f"has {threads} threads, where one must be: start it with --nthreads 1")
    return found


def _other_versions(expected: Expected) -> list[str]:
    own = dict(versions())
    return [f"has {name} {own.get(name)}, this machine {version}"
            for name, version in expected.versions if own.get(name) != version]  # fmt: skip


def _unseen(expected: Expected) -> Iterator[str]:
    for folder in expected.needs.folders:
        if not (folder / expected.token).exists():
            yield f"does not see this machine's folder {folder}"
            continue
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            yield f"can't write to {folder} ({error.strerror})"
    for file, size in zip(expected.needs.files, expected.sizes, strict=True):
        if not file.is_file() or file.stat().st_size != size:
            yield f"does not see this machine's file {file}"


def _other_device(needs: Needs) -> Iterator[str]:
    if not needs.asked:
        return
    from ..models import resolve_device, resolve_precision

    device, precision = needs.asked
    try:
        device = resolve_device(device)
    except SettingsError:
        device = "no GPU"
    found = (device, resolve_precision(precision, device))
    if found != needs.resolved:
        yield f"would train on {' in '.join(found)}, this machine on {' in '.join(needs.resolved)}"


def _answer(expected: Expected, dask_worker: Any = None) -> list[str]:
    return shortcomings(expected, threads=dask_worker.state.nthreads)


def _check_workers(client: Any, scheduler: str, expected: Expected) -> None:
    from distributed.comm import CommClosedError

    try:
        # A task also wakes a cluster that starts workers only when there is work.
        client.submit(abs, 0, pure=False).result(timeout=WORKER_SECONDS)
    except TimeoutError:
        raise SettingsError(
            f"scheduler={scheduler} has had no worker for {WORKER_SECONDS} s: start some with "
            f"dask worker {scheduler} --nthreads 1"
        ) from None
    asked = client.run(_answer, expected, on_error="return")
    # One that is lost while it is asked has nothing to do with the others.
    answers = {w: answer for w, answer in asked.items() if not isinstance(answer, CommClosedError)}
    failed = {worker: [f"can't run mgrlib ({answer})"] if isinstance(answer, Exception) else answer
              for worker, answer in answers.items() if answer}  # fmt: skip
    for worker, found in failed.items():
        also = f"; {len(failed)} of {len(answers)} workers differ" if len(failed) > 1 else ""
        raise SettingsError(_complaint(worker, found) + also)


def _complaint(worker: str, found: Sequence[str]) -> str:
    also = f" (and {len(found) - 1} differences more)" if len(found) > 1 else ""
    return (
        f"scheduler: the worker {worker} {found[0]}{also}: workers need the same folders under "
        "the same paths and the same versions; start them again when that is so"
    )


@cache
def _first_look(expected: Expected) -> tuple[str, ...]:
    """On a worker, once before its first task: what it lacks."""
    from distributed import get_worker

    return tuple(shortcomings(expected, threads=get_worker().state.nthreads))


def _do(expected: Expected, work: Any, *arguments: Any) -> Any:
    """On a worker: a task, with one thread as on the machine that sent it."""
    from distributed import get_worker
    from threadpoolctl import threadpool_limits

    if found := _first_look(expected):
        raise SettingsError(_complaint(get_worker().address, found))
    for name in THREAD_VARIABLES:  # for libraries that are loaded later
        os.environ[name] = "1"
    threadpool_limits(limits=1)
    return work(*arguments)


def _results(client: Any, tasks: Sequence[tuple], expected: Expected) -> Iterator[Any]:
    from joblib import Parallel, delayed

    # Not all at once: a grid of many networks would fill the scheduler's memory.
    parallel = Parallel(backend=_backend(client), return_as="generator_unordered", batch_size=1,
                        pre_dispatch="256 + 2 * n_jobs")  # fmt: skip
    # joblib leaves a large argument with one worker alone, and with it dies what needs it. The
    # arguments of a partial it does not look at: they travel with the task.
    yield from parallel(delayed(partial(_do, expected, *task))() for task in tasks)


@contextmanager
def _losses_explained(scheduler: str) -> Iterator[None]:
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    kept = "what is finished is kept, and the next call goes on from here"
    try:
        yield
    except KilledWorker as error:
        raise RunError(
            f"scheduler={scheduler}: a task has ended {error.allowed_failures + 1} workers, the "
            f"last was {error.last_worker.address}: most likely they need more memory; {kept}"
        ) from None
    except (CancelledError, CommClosedError):
        raise RunError(f"scheduler={scheduler} is lost: start it again; {kept}") from None


def _backend(client: Any) -> Any:
    """joblib's backend for Dask, where it would wait forever or work on this machine."""
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs):
            # With one job joblib asks no backend and works here.
            return max(2, super().effective_n_jobs(n_jobs))

        def submit(self, func, callback=None):
            # joblib calls back for what a task returns or raises, not for a task that is lost.
            def lost(future):
                if error := future.exception():
                    callback(error)

            future = super().submit(func, callback)
            future.add_done_callback(lost)
            return future

        def retrieve_result_callback(self, out):
            if isinstance(out, BaseException):
                raise out
            return super().retrieve_result_callback(out)

    return Backend(client=client)


@contextmanager
def _watched(client: Any, scheduler: str) -> Iterator[None]:
    """Tell the user while the block runs when the last worker has gone: Dask waits for others."""
    stop = threading.Event()

    def watch() -> None:
        told = False
        with suppress(Exception):  # the connection may end at any moment
            while not stop.wait(WATCH_SECONDS):
                alone = not client.ncores()
                if alone and not told:
                    logger.warning(f"scheduler={scheduler} has no worker left: waiting for others")
                told = alone

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        stop.set()
