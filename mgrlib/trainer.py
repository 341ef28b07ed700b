"""The making of a grid's missing networks, in several processes of one thread each.

Joint networks come first, since the arm ``corpus`` starts from their trunks; then the
binary networks and the baselines. The process that trained a network writes its record.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from .files import write_atomically, write_json
from .grid import ALL_GENRES, Grid, Model


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

    features, split = _features(grid, trunk), grid.data.splits[trunk.repeat]
    for model in models:
        recipe, subset = _recipe(grid, model, epochs=grid.settings.epochs), grid.subset(model)
        # Centered between the two classes, a short training need not move the threshold first.
        values = standardize(features, train=subset)
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
