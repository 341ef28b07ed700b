"""The folder of a run: its name, its lock, and what is noted of how it was made."""

import hashlib
import os
import platform
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .catalog import library_folder
from .errors import RunError
from .files import ROOT, runs_folder, write_text
from .settings import Settings, split_corpus

LOCK_VARIABLE = "MGRLIB_RUN_LOCKED"
"""Names the run whose lock the parent process holds, so its notebooks don't ask for it."""

PACKAGES = ["numpy", "scipy", "pandas", "scikit-learn", "librosa", "soundfile", "soxr", "torch",
            "torchvision", "matplotlib", "papermill", "jupyter-book"]  # fmt: skip


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a run; a second process is refused, a dead one leaves no lock.

    Raises
    ------
    RunError
        If another process works on this run, or the folder can't be written.
    """
    from filelock import FileLock, Timeout

    if os.environ.get(LOCK_VARIABLE) == str(folder):
        yield
        return
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise RunError(f"another process works on the run {folder.name}: wait for it") from None
    except OSError as error:
        raise RunError(
            f"the run can't be written to {folder} ({error.strerror}): free the folder, or name "
            "another place for all runs by the environment variable MGRLIB_RUNS"
        ) from None
    os.environ[LOCK_VARIABLE] = str(folder)
    try:
        yield
    finally:
        del os.environ[LOCK_VARIABLE]
        lock.release()


def run_folder(name: str | None, settings: Settings, *, profile: str) -> Path:
    """Folder of a run by its name, or by profile and corpus where it has none.

    Raises
    ------
    RunError
        If the name is not letters, digits, dots, hyphens and underscores.
    """
    if name is None:
        name = profile
        if settings.corpus != "synthetic":
            kind, place = split_corpus(settings.corpus)
            library = library_folder(Path(place)).name if kind == "folder" else kind
            name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', library).strip('-.') or 'library'}-{profile}"
    return runs_folder().resolve() / checked_name(name)


def checked_name(name: str) -> str:
    """`name` if it can be the name of a run, a `RunError` otherwise."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name) or set(name) == {"."}:
        raise RunError(
            f"a run's name must be letters, digits, dots, hyphens and underscores, got {name!r}"
        )
    return name


def cores() -> int:
    """Processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def input_digests(run: Path, pixels: Mapping[str, np.ndarray]) -> dict[str, str]:
    """SHA-256 of what a run is made of, for ``study.json``.

    Parameters
    ----------
    run : Path
        Folder with ``catalog/songs.csv`` and ``catalog/taxonomy.csv``, whose bytes are hashed.
    pixels : dict of str to ndarray, uint8, shape=(n, size, size)
        Images of each scale in the order of ``songs.csv``, hashed song by song and row by row,
        the lowest frequency first. Where they are mapped from a file that is named by its
        content, the digest is kept beside it.

    Notes
    -----
    Files of songs are not hashed: of a large library that takes as long as to draw it, and all
    that was learned from them is in the images.
    """
    tables = {name: run / "catalog" / name for name in ("songs.csv", "taxonomy.csv")}
    found = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in tables.items()}
    return found | {f"images {scale}": _pixels_digest(images) for scale, images in pixels.items()}


def _pixels_digest(pixels: np.ndarray) -> str:
    kept = Path(pixels.filename).with_suffix(".sha256") if isinstance(pixels, np.memmap) else None
    if kept and kept.exists() and re.fullmatch("[0-9a-f]{64}", known := kept.read_text().strip()):
        return known
    hashed = hashlib.sha256(np.ascontiguousarray(pixels)).hexdigest()
    if kept:
        write_text(kept, f"{hashed}\n")
    return hashed


def results_date(run: Path, study: Mapping[str, Any]) -> str:
    """Day (``2025-12-24``) on which the last network of a run was trained.

    Of a run whose ``study.json`` does not note it, the day of the newest record; "" without any.
    """
    if noted := study.get("training", {}).get("finished"):
        return noted
    records = [*run.glob("results/models/*.json"), *run.glob("results/metrics.csv")]
    newest = max((file.stat().st_mtime for file in records), default=None)
    return "" if newest is None else time.strftime("%Y-%m-%d", time.gmtime(newest))


def provenance() -> dict[str, Any]:
    """Versions, hardware and commit, for ``study.json``; no name of the machine or its user."""
    python = {"mgrlib": __version__, "python": platform.python_version()}
    return {"versions": {**python, **_versions()}, "hardware": _hardware(), "commit": _commit()}


def _versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def _hardware() -> dict[str, Any]:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), flags=re.MULTILINE)
        model = names[0] if names else model
    found = {"system": platform.system(), "processor": model, "cores": cores()}
    return {**found, **({"gpu": gpu} if (gpu := _gpu()) else {})}


def _gpu() -> str:
    """Names of the GPUs as NVIDIA's driver tells them, without loading torch; or nothing."""
    ask = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(ask, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ", ".join(line.strip() for line in done.stdout.splitlines() if line.strip())


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()
