"""Memory and time: what training needs of the machine, and what the machine has.

Sizes are in bytes, times in seconds.
"""

import re
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROCESS_BYTES = 900 * 2**20
"""What a process keeps that has trained several networks: libraries, their plans, free lists."""

CUDA_BYTES = 300 * 2**20
"""What a build of torch with CUDA adds to that, with or without a GPU."""

SHARE = 0.85
"""Of the free memory that training may fill."""


def training_bytes(
    depth: int,
    *,
    outputs: int,
    image_size: int,
    batch_size: int,
    precision: str,
    kept: bool = False,
    songs: int = 0,
) -> int:
    """Memory of a process that trains networks: an estimate from above.

    Counted are weights, gradients and AdamW's two moments, and what autograd keeps of a
    batch for the way back, found by running the network without numbers (on torch's
    device ``meta``).

    Parameters
    ----------
    kept : bool
        Whether networks are written to files.
    songs : int
        Songs whose features are taken from a trunk.
    """
    import torch

    from .models import build_resnet

    with torch.device("meta"):
        network = build_resnet(depth, outputs=outputs, seed=0)
    half = precision == "bfloat16"
    weights = sum(4 * parameter.numel() for parameter in network.parameters())
    saved: dict[int, int] = {}

    def count(tensor):
        storage = tensor.untyped_storage()
        saved[storage._cdata] = storage.nbytes()
        return tensor

    if half:
        network.bfloat16()
    dtype = torch.bfloat16 if half else torch.float32
    images = torch.empty(batch_size, 1, image_size, image_size, device="meta", dtype=dtype)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        network(images)
    copies = 4.5 if half else 4
    process = PROCESS_BYTES + (CUDA_BYTES if torch.version.cuda else 0)
    features = 4 * 4 * songs * network.fc.in_features
    return round(process + (copies + 2 * kept) * weights + 1.3 * sum(saved.values()) + features)


def available_bytes(device: str = "cpu") -> int:
    """Free memory of the GPU, or of the machine or the container that this process is in."""
    if device == "cuda":
        import torch

        return torch.cuda.mem_get_info()[0]
    import psutil

    free = psutil.virtual_memory().available
    limit, used = _number("memory.max"), _number("memory.current")
    if limit is None or used is None:
        return free
    return min(free, max(limit - used + _cached_files(), 0))


CONTAINER = Path("/sys/fs/cgroup")


def _number(name: str) -> int | None:
    try:
        return int((CONTAINER / name).read_text())
    except (OSError, ValueError):  # no such file, or the word "max"
        return None


def _cached_files() -> int:
    """Memory that holds files only because nobody else has asked for it yet."""
    try:
        lines = (CONTAINER / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))


def bounded_jobs(jobs: int, *, need: int, available: int) -> int:
    """As many of `jobs` processes of `need` bytes each as fit, at least one."""
    return max(1, min(jobs, int(SHARE * available / need)))


def peak_bytes(device: str = "cpu") -> int:
    """The most memory that this process has had, of the device or of the machine."""
    if device == "cuda":
        import torch

        return torch.cuda.max_memory_reserved()  # also what graphs keep for their replays
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage, which on Linux begins with the peak of the process that started this one.
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), flags=re.MULTILINE)
        return 1024 * int(found[1])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def gibibytes(size: float) -> str:
    """A size in words.

    >>> gibibytes(1.5 * 2**30)
    '1.5 GiB'
    """
    return f"{size / 2**30:.1f} GiB"


def duration(seconds: float) -> str:
    """A time in words.

    >>> duration(40), duration(400), duration(40_000)
    ('40 s', '7 min', '11 h 7 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@contextmanager
def watched_gpu(device: str, *, every: float = 1.0) -> Iterator[list[float]]:
    """Shares of time in which the GPU worked, one every second while the block runs.

    As ``nvidia-smi``, which comes with the driver, reports them; empty without it.
    """
    shares: list[float] = []
    program = shutil.which("nvidia-smi") if device == "cuda" else None
    if program is None:
        yield shares
        return
    import torch

    # By its own name: torch counts only the GPUs that the process may see.
    gpu = f"GPU-{torch.cuda.get_device_properties(torch.cuda.current_device()).uuid}"
    query = [program, f"--id={gpu}", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(every):
            said = subprocess.run(query, capture_output=True, text=True).stdout.strip()
            if said.isdigit():
                shares.append(int(said) / 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield shares
    finally:
        stop.set()
        watcher.join()
