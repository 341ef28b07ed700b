"""The grid: which networks a study needs, which are missing, and the making of those.

A study has one binary network a genre, depth, scale, arm and repeat, and beside them
the rows ``joint`` (one network for all genres, whose trunk the arm ``corpus`` starts
from) and ``baseline``. Each makes one record, a JSON file named by what it is and by a
digest of all that it depends on, written atomically by the process that trained it:
what is there is never trained again, after a kill too.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .files import (
    cache_folder,
    digest,
    read_json,
    seed_from,
    slug,
    write_atomically,
    write_json,
)
from .settings import ARMS, Settings, arm_name
from .splits import Split, balanced_subset

VERSION = 3
"""Changes whenever unchanged settings and pixels would give other records."""

ALL_GENRES = "(all)"
"""Genre of the joint network in names and histories."""

DEPTH_COST = {0: 0.0, 34: 1.0, 50: 1.25, 101: 2.0, 152: 2.75}
"""Relative time of a training step, for the progress shown."""


@dataclass(frozen=True)
class Model:
    """One network of the grid (or a baseline, depth 0)."""

    genre: str
    depth: int
    scale: str
    weights: str
    repeat: int


@dataclass(frozen=True)
class Data:
    """What the networks learn from.

    Attributes
    ----------
    pixels : dict of str to ndarray, uint8, shape=(n, size, size)
        Images of each scale.
    labels : ndarray of bool, shape=(n, genres)
    genres : tuple of str
    splits : tuple of Split
        One a repeat.
    """

    pixels: dict[str, np.ndarray]
    labels: np.ndarray
    genres: tuple[str, ...]
    splits: tuple[Split, ...]

    @cached_property
    def keys(self) -> dict[str, str]:
        """Digest of labels and pixels of each scale."""
        import hashlib

        keys = {}
        for scale, pixels in self.pixels.items():
            hashed = hashlib.blake2b(np.ascontiguousarray(pixels), digest_size=16)
            hashed.update(np.packbits(self.labels).tobytes())
            keys[scale] = digest(hashed.hexdigest(), pixels.shape, self.genres)
        return keys


@dataclass(frozen=True)
class Grid:
    """The networks of a study over `data`; records go to `folder`.

    `device` and `precision` are resolved ones, ``cpu`` or ``cuda`` and ``float32`` or
    ``bfloat16``; trunks and features, which can be made again, go to `cache`.
    """

    data: Data
    settings: Settings
    folder: Path
    device: str
    precision: str
    cache: Path = field(default_factory=cache_folder)

    def models(self) -> list[Model]:
        """All models of the study, shallow first."""
        s = self.settings
        return [
            Model(genre, depth, scale, weights, repeat)
            for depth in (0, *sorted(s.depths))
            for weights in (("baseline",) if depth == 0 else ("joint", *s.weights))
            for repeat in range(s.repeats)
            for genre in ((ALL_GENRES,) if weights == "joint" else self.data.genres)
            for scale in s.scales
        ]

    def key(self, model: Model) -> str:
        """Digest of all that the record of `model` depends on."""
        s, split = self.settings, self.data.splits[model.repeat]
        named = {**asdict(model), "weights": arm_name(model.weights)}
        parts = [VERSION, named, self.data.keys[model.scale], split.test.tolist(), s.seed]
        if model.weights == "baseline":
            return digest(*parts)
        parts += [s.batch_size, s.learning_rate, self.precision]
        if model.weights == "joint":
            return digest(*parts, s.joint_epochs)
        parts += [s.epochs, s.tune, self.arm_key(model.weights)]
        if model.weights == "corpus":
            parts.append(self.key(self.joint(model)))
        return digest(*parts)

    def joint(self, model: Model) -> Model:
        """The joint network whose trunk `model` starts from."""
        return replace(model, genre=ALL_GENRES, weights="joint")

    def record_file(self, model: Model) -> Path:
        """Where the record of `model` is or will be."""
        arm = slug(arm_name(model.weights))
        name = f"{slug(model.genre)}-{model.depth}-{model.scale}-{arm}-r{model.repeat}"
        return self.folder / f"{name}-{self.key(model)}.json"

    def trunk_file(self, joint: Model) -> Path:
        """Cached trunk of a joint network (safetensors)."""
        return self.cache / "trunks" / f"{self.key(joint)}.safetensors"

    def features_file(self, model: Model) -> Path:
        """Cached features of all songs by the trunk that the arm of `model` starts from."""
        trunk = replace(model, genre=ALL_GENRES)
        if model.weights == "corpus":
            key = digest("features", self.key(self.joint(model)))
        else:
            test = self.data.splits[model.repeat].test.tolist()
            key = digest(VERSION, self.data.keys[model.scale], test, self.precision,
                         self.seed(trunk, "weights"), self.arm_key(model.weights))  # fmt: skip
        return self.cache / "features" / f"{key}.npy"

    def arm_key(self, arm: str) -> str:
        """The arm's name, or the digest of its weight file."""
        return arm if arm in ARMS else _file_key(arm, Path(arm).stat().st_mtime_ns)

    def missing(self, models: list[Model]) -> list[Model]:
        """Those of `models` that have no record yet, or whose network was to be kept."""
        return [model for model in models if not self._is_there(model)]

    def _is_there(self, model: Model) -> bool:
        kept = not self.settings.keep_models or model.weights == "baseline"
        record = self.record_file(model)
        return record.exists() and (kept or record.with_suffix(".safetensors").exists())

    def cost(self, model: Model) -> float:
        """Relative time to train `model`, in steps of a ResNet34."""
        s = self.settings
        if model.weights == "joint":
            images, epochs = len(self.data.splits[model.repeat].train), s.joint_epochs
        else:
            column = self.data.genres.index(model.genre)
            images, epochs = 2 * int(self.data.labels[:, column].sum()), s.epochs
        cost = DEPTH_COST[model.depth] * images * epochs
        return cost / 1000 if s.tune == "head" and model.weights != "joint" else cost

    def subset(self, model: Model) -> np.ndarray:
        """Training songs of a binary model: the same for every depth, scale and arm."""
        return balanced_subset(
            self.data.labels,
            self.data.genres.index(model.genre),
            train=self.data.splits[model.repeat].train,
            seed=self.settings.seed,
            repeat=model.repeat,
        )

    def seed(self, model: Model, purpose: str) -> int:
        """Seed that depends on all but the scale."""
        m = model
        arm = arm_name(m.weights)
        return seed_from(self.settings.seed, m.repeat, m.genre, m.depth, arm, purpose)


def train_grid(
    grid: Grid,
    *,
    jobs: int,
    depths: tuple[int, ...] | None = None,
    progress: Callable[[float, str], None] = lambda cost, what: None,
) -> int:
    """Train what is missing of the grid, in `jobs` processes of one thread each.

    One thread a network makes the records the same to the bit whatever `jobs` is.

    Parameters
    ----------
    depths : tuple of int, optional
        Only these depths (and the baseline); all by default.
    progress : callable
        Called with the cost done and the name of what was done.

    Returns
    -------
    int
        Number of records made.
    """
    models = [m for m in grid.models() if depths is None or m.depth in (0, *depths)]
    missing = grid.missing(models)
    made = 0
    for stage in (_joint_tasks, _binary_tasks):
        made += _run(list(stage(grid, missing)), jobs=jobs, progress=progress)
    return made


def _run(tasks: list[tuple], *, jobs: int, progress: Callable[[float, str], None]) -> int:
    from joblib import Parallel, delayed, parallel_config

    if not tasks:
        return 0
    made = 0
    # loky replaces a worker that has grown, as workers that train networks do, and warns of it.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
    with parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = Parallel(n_jobs=jobs, return_as="generator_unordered", max_nbytes=100_000)
        for cost, name, records in parallel(
            delayed(work)(*arguments) for work, *arguments in tasks
        ):
            made += records
            progress(cost, name)
    return made


def _joint_tasks(grid: Grid, missing: list[Model]) -> Iterator[tuple]:
    """Joint networks whose record is missing, or whose trunk a missing model needs."""
    needed = {grid.joint(m) for m in missing if m.weights == "corpus"}
    wanted = [m for m in missing if m.weights == "joint"]
    for joint in needed:
        corpus = replace(joint, weights="corpus")
        kept = grid.features_file(corpus) if _head_only(grid) else grid.trunk_file(joint)
        if joint not in wanted and not kept.exists():
            wanted.append(joint)
    for model in sorted(wanted, key=lambda m: (m.depth, m.repeat, m.scale)):
        yield _train_joint, grid, model


def _binary_tasks(grid: Grid, missing: list[Model]) -> Iterator[tuple]:
    """Baselines and binary networks; heads over one trunk are one task."""
    heads: dict[Model, list[Model]] = {}
    for model in missing:
        if model.weights == "joint":
            continue
        if model.weights == "baseline" or _head_only(grid):
            heads.setdefault(replace(model, genre=ALL_GENRES), []).append(model)
        else:
            yield _train_network, grid, model
    for trunk, models in heads.items():
        work = _train_baselines if trunk.weights == "baseline" else _train_heads
        yield work, grid, trunk, models


def _head_only(grid: Grid) -> bool:
    return grid.settings.tune == "head"


def _recipe(grid: Grid, model: Model, *, epochs: int) -> Any:
    from .training import Recipe

    _one_thread(grid.device)
    return Recipe(
        epochs=epochs,
        batch_size=grid.settings.batch_size,
        learning_rate=grid.settings.learning_rate,
        seed=grid.seed(model, "batches"),
        device=grid.device,
        precision=grid.precision,
    )


def _one_thread(device: str) -> None:
    import torch

    if device == "cpu":
        torch.set_num_threads(1)


def _normalization(grid: Grid, model: Model) -> Any:
    from .training import Normalization

    train = grid.data.splits[model.repeat].train
    return Normalization.of(grid.data.pixels[model.scale][train])


def _train_joint(grid: Grid, model: Model) -> tuple[float, str, int]:
    """Train one network for all genres; keep its trunk or what its trunk says."""
    from .models import build_resnet
    from .training import features, fit, predict, prior_shift, sigmoid

    pixels, split = grid.data.pixels[model.scale], grid.data.splits[model.repeat]
    recipe = _recipe(grid, model, epochs=grid.settings.joint_epochs)
    normalization = _normalization(grid, model)
    network = build_resnet(
        model.depth, outputs=len(grid.data.genres), seed=grid.seed(model, "weights")
    )
    targets = grid.data.labels[split.train]
    history = fit(network, pixels[split.train], targets, normalization=normalization, recipe=recipe)
    corpus = replace(model, weights="corpus")
    if "corpus" in grid.settings.weights and _head_only(grid):
        found = features(network, pixels, normalization=normalization, recipe=recipe)
        _save_array(grid.features_file(corpus), found)
    if "corpus" in grid.settings.weights and not _head_only(grid):
        _save_state(grid.trunk_file(model), network)
    logits = predict(network, pixels[split.test], normalization=normalization, recipe=recipe)
    probabilities = sigmoid(prior_shift(logits, targets.mean(axis=0)))
    _write_record(grid, model, dict(zip(grid.data.genres, probabilities.T, strict=True)),
                  history=history, n_train=len(split.train), keep=network)  # fmt: skip
    return grid.cost(model), f"ResNet{model.depth} {model.scale} joint", 1


def _train_network(grid: Grid, model: Model) -> tuple[float, str, int]:
    """Train one binary network whole, from the weights of its arm."""
    from .training import fit, predict, sigmoid

    pixels, split = grid.data.pixels[model.scale], grid.data.splits[model.repeat]
    recipe, subset = _recipe(grid, model, epochs=grid.settings.epochs), grid.subset(model)
    normalization = _normalization(grid, model)
    network = _start(grid, model)
    targets = grid.data.labels[subset, grid.data.genres.index(model.genre), None]
    history = fit(network, pixels[subset], targets, normalization=normalization, recipe=recipe)
    logits = predict(network, pixels[split.test], normalization=normalization, recipe=recipe)
    _write_record(grid, model, {model.genre: sigmoid(logits[:, 0])},
                  history=history, n_train=len(subset), keep=network)  # fmt: skip
    return grid.cost(model), f"ResNet{model.depth} {model.scale} {model.genre}", 1


def _start(grid: Grid, model: Model, *, trained_whole: bool = True):
    """A ResNet with one output and the first weights of the model's arm."""
    from safetensors.torch import load_file

    from .models import build_resnet, load_trunk, read_weights

    seed = grid.seed(model, "weights")
    network = build_resnet(model.depth, outputs=1, seed=seed, identity_blocks=trained_whole)
    if model.weights == "corpus":
        file = grid.trunk_file(grid.joint(model))
        load_trunk(network, load_file(file), source=file.name)
    elif model.weights != "none":
        load_trunk(network, read_weights(model.weights, model.depth), source=model.weights)
    return network


def _train_heads(grid: Grid, trunk: Model, models: list[Model]) -> tuple[float, str, int]:
    """Train the last layer of several binary networks over one fixed trunk, from zero."""
    import torch

    from .training import fit, predict, sigmoid, standardize

    values, split = _features(grid, trunk), grid.data.splits[trunk.repeat]
    values = standardize(values, train=split.train)
    for model in models:
        recipe, subset = _recipe(grid, model, epochs=grid.settings.epochs), grid.subset(model)
        head = torch.nn.Linear(values.shape[1], 1)
        for parameter in head.parameters():  # a convex problem: nothing to draw
            torch.nn.init.zeros_(parameter)
        targets = grid.data.labels[subset, grid.data.genres.index(model.genre), None]
        history = fit(head, values[subset], targets, normalization=None, recipe=recipe)
        logits = predict(head, values[split.test], normalization=None, recipe=recipe)
        _write_record(grid, model, {model.genre: sigmoid(logits[:, 0])},
                      history=history, n_train=len(subset), keep=head)  # fmt: skip
    cost = sum(grid.cost(model) for model in models)
    return cost, f"ResNet{trunk.depth} {trunk.scale} heads", len(models)


def _features(grid: Grid, trunk: Model) -> np.ndarray:
    """Features of all songs by a trunk; those of other arms than corpus are made here."""
    from .training import features

    file = grid.features_file(trunk)
    if not file.exists():
        network = _start(grid, trunk, trained_whole=False)
        recipe = _recipe(grid, trunk, epochs=1)
        found = features(
            network,
            grid.data.pixels[trunk.scale],
            normalization=_normalization(grid, trunk),
            recipe=recipe,
        )
        _save_array(file, found)
    return np.load(file, allow_pickle=False)


def _train_baselines(grid: Grid, row: Model, models: list[Model]) -> tuple[float, str, int]:
    from .training import fit_baseline

    _one_thread(grid.device)
    pixels, split = grid.data.pixels[row.scale], grid.data.splits[row.repeat]
    for model in models:
        subset = grid.subset(model)
        truth = grid.data.labels[subset, grid.data.genres.index(model.genre)]
        probability = fit_baseline(pixels[subset], truth, pixels[split.test])
        _write_record(grid, model, {model.genre: probability}, n_train=len(subset))
    return 0.0, f"baseline {row.scale}", len(models)


def _write_record(
    grid: Grid,
    model: Model,
    probabilities: dict[str, np.ndarray],
    *,
    n_train: int,
    history: list[dict] = (),
    keep: Any = None,
) -> None:
    """Measure the test songs and write one record; keep the network where asked."""
    from .metrics import binary_metrics

    split = grid.data.splits[model.repeat]
    # A joint network's time is shared among its rows, so that sums over a table are right.
    seconds = sum(row["seconds"] for row in history) / len(probabilities)
    rows = []
    for genre, probability in probabilities.items():
        truth = grid.data.labels[split.test, grid.data.genres.index(genre)]
        counts = {
            "n_train": n_train,
            "n_test": len(truth),
            "n_test_positive": int(truth.sum()),
            "epochs": len(history),
            "seconds": seconds,
        }
        rows.append({"genre": genre, **binary_metrics(truth, probability), **counts})
    file = grid.record_file(model)
    if keep is not None and grid.settings.keep_models:
        _save_state(file.with_suffix(".safetensors"), keep)
    record = {
        "model": asdict(model),
        "rows": rows,
        "history": list(history),
        "probabilities": {g: [float(p) for p in values] for g, values in probabilities.items()},
    }
    if not file.exists():  # a trunk may be trained again for its features alone
        write_json(file, record)


def _save_array(path: Path, values: np.ndarray) -> None:
    write_atomically(path, lambda stream: np.save(stream, values))


def _save_state(path: Path, network: Any) -> None:
    from safetensors.torch import save

    state = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    write_atomically(path, lambda stream: stream.write(save(state)))


@lru_cache(maxsize=64)
def _file_key(path: str, time_stamp: int) -> str:
    """Digest of a weight file, read once for each of its time stamps."""
    import hashlib

    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_records(grid: Grid) -> list[dict]:
    """The records of the current settings, in the grid's order."""
    files = (grid.record_file(model) for model in grid.models())
    return [read_json(file) for file in files if file.exists()]
