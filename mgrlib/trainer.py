"""The making of a grid's missing networks, in several processes of one thread each.

Joint networks come first, since the arm ``corpus`` starts from their trunks; then the
binary networks and the baselines. The process that trained a network writes its record.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from . import tasks
from .grid import DEPTH_COST, Grid, Model
from .resources import (
    PROCESS_BYTES,
    available_bytes,
    bounded_jobs,
    duration,
    gibibytes,
    training_bytes,
)
from .settings import ARMS
from .workers import Needs, perform

NETWORK_SECONDS = 0.5
"""To draw the first weights of a network and write its record."""


@dataclass(frozen=True)
class Forecast:
    """What training the missing networks will take on this machine, or how many they are.

    Attributes
    ----------
    networks : int
        Records that are missing.
    cost : float
        Of all of them, as `Grid.cost` counts it.
    seconds : float
        Time, from a step measured now; 0 where no network is trained whole.
    jobs : int
        Processes: as many as were asked for, or as fit into the free memory; 0 where the
        workers of a cluster train.
    need, available : int
        Memory of each process at most, and what is free now, in bytes.
    """

    networks: int
    cost: float
    seconds: float
    jobs: int
    need: int
    available: int

    def __str__(self) -> str:
        workers = {0: "by the workers of the cluster", 1: "1 process"}
        words = f"{self.networks} networks to train, "
        words += workers.get(self.jobs, f"{self.jobs} processes")
        if self.need:
            words += f" of at most {gibibytes(self.need)} ({gibibytes(self.available)} are free)"
        return f"{words}, about {duration(self.seconds)}" if self.seconds else words


def missing_models(grid: Grid, depths: tuple[int, ...] | None = None) -> list[Model]:
    """Models without a record, of all depths or of `depths` and the baseline."""
    return grid.missing([m for m in grid.models() if depths is None or m.depth in (0, *depths)])


def forecast(grid: Grid, missing: list[Model], *, jobs: int) -> Forecast:
    """Count what is left, bound its memory, and measure a step of the shallowest network."""
    steps = [*joint_tasks(grid, missing), *binary_tasks(grid, missing)]
    whole = [task[2] for task in steps if task[0] in (tasks.train_joint, tasks.train_network)]
    models = {*missing, *whole}
    cost, available = sum(map(grid.cost, models)), available_bytes(grid.device)
    if grid.settings.scheduler != "local":
        return Forecast(len(missing), cost, 0.0, 0, 0, available)
    need = max(_bytes(grid, depth) for depth in {model.depth for model in models})
    # One process feeds a GPU: its networks share the images and the captured step.
    jobs = 1 if grid.device == "cuda" else bounded_jobs(jobs, need=need, available=available)
    seconds = 0.0
    if whole:
        first = min(whole, key=lambda model: model.depth)
        unit = tasks.seconds_an_image(grid, first) / DEPTH_COST[first.depth]
        seconds = (cost * unit + NETWORK_SECONDS * len(whole)) / jobs
    return Forecast(len(missing), cost, seconds, jobs, need, available)


def _bytes(grid: Grid, depth: int) -> int:
    s = grid.settings
    if depth == 0:
        return PROCESS_BYTES
    need = training_bytes(
        depth,
        outputs=len(grid.data.genres),
        image_size=s.image_size,
        batch_size=s.batch_size,
        precision=grid.precision,
        kept=s.keep_models or "corpus" in s.weights,
        songs=len(grid.data.labels) if grid.head_only else 0,
    )
    # On a CPU the processes share images that are mapped from a file.
    on_device = sum(pixels.nbytes for pixels in grid.data.pixels.values())
    return need + on_device if grid.device == "cuda" else need


def train_grid(
    grid: Grid,
    *,
    jobs: int,
    depths: tuple[int, ...] | None = None,
    report: Callable[[tasks.Done], None] = lambda done: None,
) -> int:
    """Train what is missing of the grid, in `jobs` processes of one thread each.

    One thread a network makes the records the same to the bit whatever `jobs` is.

    Parameters
    ----------
    depths : tuple of int, optional
        Only these depths (and the baseline); all by default.
    report : callable
        Called with each task that is done.

    Returns
    -------
    int
        Number of records made.
    """
    missing, made = missing_models(grid, depths), 0
    for stage in (joint_tasks, binary_tasks):
        for done in _run(grid, list(stage(grid, missing)), jobs=jobs):
            made += done.records
            report(done)
    return made


def _run(grid: Grid, work: list[tuple], *, jobs: int) -> Iterator[tasks.Done]:
    s = grid.settings
    needs = Needs(
        folders=(grid.folder, *(grid.cache / name for name in ("arrays", "trunks", "features"))),
        files=tuple(Path(arm) for arm in s.weights if arm not in ARMS),
        asked=(s.device, s.precision),
        resolved=(grid.device, grid.precision),
    )
    yield from perform(work, jobs=jobs, scheduler=s.scheduler, needs=needs)


def joint_tasks(grid: Grid, missing: list[Model]) -> Iterator[tuple]:
    """Joint networks whose record is missing, or whose trunk a missing model needs."""
    needed = {grid.joint(m) for m in missing if m.weights == "corpus"}
    wanted = [m for m in missing if m.weights == "joint"]
    for joint in needed:
        corpus = replace(joint, weights="corpus")
        kept = grid.features_file(corpus) if grid.head_only else grid.trunk_file(joint)
        if joint not in wanted and not kept.exists():
            wanted.append(joint)
    for model in sorted(wanted, key=lambda m: (m.depth, m.repeat, m.scale)):
        yield tasks.train_joint, grid, model


def binary_tasks(grid: Grid, missing: list[Model]) -> Iterator[tuple]:
    """Baselines and binary networks; heads over one trunk are one task."""
    heads: dict[Model, list[Model]] = {}
    for model in missing:
        if model.weights == "joint":
            continue
        if model.weights == "baseline" or grid.head_only:
            heads.setdefault(grid.trunk(model), []).append(model)
        else:
            yield tasks.train_network, grid, model
    for trunk, models in heads.items():
        work = tasks.train_baselines if trunk.weights == "baseline" else tasks.train_heads
        yield work, grid, trunk, models
