"""Images and networks in parallel: in processes of this machine, or on a Dask cluster.

A task is a function with its arguments; what it makes it writes to files, whole or not
at all, so a task that is lost with its process can be done again elsewhere.
"""

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import RunError
from .cluster import Needs, on_cluster

Task = tuple
"""A function and its arguments."""


def perform(
    tasks: Sequence[Task],
    *,
    jobs: int,
    scheduler: str = "local",
    threads: int = 1,
    needs: Needs | None = None,
    backend: str = "loky",
) -> Iterator[Any]:
    """Do all tasks, several at a time, and yield their results as they come.

    Parameters
    ----------
    tasks : sequence of tuple
        Each a function of this package and its arguments, which can be pickled.
    jobs : int
        Processes of this machine. A cluster has as many as it has.
    scheduler : str
        ``"local"``, or the address of a Dask scheduler, ``tcp://HOST:PORT``.
    threads : int
        Of each process of this machine. Tasks on a cluster have one.
    needs : Needs, optional
        What the workers of a cluster must have; they are checked first.
    backend : {"loky", "threading"}
        Of this machine: processes, or threads for tasks that have their work done by
        processes of their own (`mgrlib.apart`).

    Raises
    ------
    SettingsError
        If the cluster can't be reached, or a worker lacks what is needed.
    RunError
        If the cluster is lost, or a task kills its workers.
    """
    if not tasks:
        return
    # The first is of loky, which replaces a worker that has grown, as workers that train networks
    # do; the others are of a call that is interrupted, whose results are in their files.
    for message in ("A worker stopped while some jobs", ".*tasks have been successfully executed",
                    ".*tasks which were still being processed"):  # fmt: skip
        warnings.filterwarnings("ignore", message=message)
    if scheduler == "local":
        yield from _on_this_machine(tasks, jobs=jobs, threads=threads, backend=backend)
    else:
        yield from on_cluster(tasks, scheduler=scheduler, needs=needs or Needs())


def _on_this_machine(
    tasks: Sequence[Task], *, jobs: int, threads: int, backend: str
) -> Iterator[Any]:
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    inner = {"inner_max_num_threads": threads} if backend == "loky" else {}
    try:
        with parallel_config(backend=backend, **inner):
            parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", max_nbytes=100_000)
            owner = os.getpid()  # with one job joblib works here
            results = parallel(delayed(_undisturbed)(owner, *task) for task in tasks)
        yield from results
    except TerminatedWorkerError:
        raise RunError(
            "the machine has ended a process, most likely for want of memory: lower the setting "
            "jobs, or end other programs; what is finished is kept, and the next call goes on from "
            "here"
        ) from None


def _undisturbed(owner: int, work: Callable, *arguments: Any) -> Any:
    """Do a task where a terminal's Ctrl-C does not reach, unless that is the owner's process.

    It goes to the whole group, and a process that it meets between two tasks would print a
    traceback. The owner hears it, and ends the others.
    """
    if os.getpid() != owner:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return work(*arguments)
