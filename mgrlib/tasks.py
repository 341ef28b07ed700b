"""The work of one process: train a network, measure it on the test songs, write its record.

Each function trains one joint network, one binary network, or all heads or baselines of
a depth, scale and arm, in one thread, and returns what it has `Done`.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .files import write_atomically, write_json
from .grid import Grid, Model
from .networks.keeping import folded, keep_network, keep_trunk
from .resources import peak_bytes


@dataclass(frozen=True)
class Done:
    """What a task has done.

    Attributes
    ----------
    cost : float
        As `mgrlib.grid.Grid.cost` counts it.
    name : str
        For the reader who waits.
    records : int
        Records written.
    peak : int
        The most memory that the process has had, in bytes.
    """

    cost: float
    name: str
    records: int
    peak: int


def _recipe(grid: Grid, model: Model, *, epochs: int) -> Any:
    from .training import Recipe

    prepare(grid.device)
    return Recipe(
        epochs=epochs,
        batch_size=grid.settings.batch_size,
        learning_rate=grid.settings.learning_rate,
        seed=grid.seed(model, "batches"),
        device=grid.device,
        precision=grid.precision,
    )


def prepare(device: str) -> None:
    """Set torch so that a network comes out the same to the bit whoever trains beside it."""
    import torch

    if device == "cpu":
        torch.set_num_threads(1)
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False
    # Else a GPU would round the products of float32 to ten bits.
    torch.backends.cudnn.allow_tf32 = False


_made_once: dict[tuple, Any] = {}
"""What this process needs again: norms of the images, images and a step on the GPU."""


def _once(*key: Any, make: Any) -> Any:
    if key not in _made_once:
        _made_once[key] = make()
    return _made_once[key]


def _normalization(grid: Grid, model: Model) -> Any:
    from .training import Normalization

    split = grid.data.splits[model.repeat]
    return _once(
        "normalization", grid.data.keys[model.scale], split.test.tobytes(),
        make=lambda: Normalization.of(grid.data.pixels[model.scale], rows=split.train),
    )  # fmt: skip


def images(grid: Grid, scale: str) -> Any:
    """All images of a scale where training reads them: in shared memory or on the GPU."""
    from .training import resident

    pixels = grid.data.pixels[scale]
    if grid.device == "cpu":
        return pixels
    return _once("images", grid.data.keys[scale], make=lambda: resident(pixels, grid.device))


def network_and_step(grid: Grid, network: Any, recipe: Any) -> tuple[Any, Any]:
    """A network with the weights of `network` and its training step.

    On a GPU both are those of the last network of the same shape, whose memory gets the
    new weights, so that a step is captured once for all genres and scales of a depth.
    """
    from .steps import make_step

    if grid.device == "cpu":
        return network, make_step(network, recipe)
    state = network.state_dict()
    key = ("step", tuple(tensor.shape for tensor in state.values()), recipe.batch_size,
           grid.precision, grid.settings.image_size)  # fmt: skip
    if key not in _made_once:
        for other in [k for k in _made_once if k[0] == "step"]:  # one graph holds memory at a time
            del _made_once[other]
        _made_once[key] = network, make_step(network, recipe)
    kept, step = _made_once[key]
    kept.load_state_dict(state)
    return kept, step


def train_joint(grid: Grid, model: Model) -> Done:
    """Train one network for all genres; keep its trunk or what its trunk says."""
    from .models import build_resnet
    from .training import features, fit, predict, prior_shift, sigmoid

    split, pixels = grid.data.splits[model.repeat], images(grid, model.scale)
    recipe = _recipe(grid, model, epochs=grid.settings.joint_epochs)
    seen = {"normalization": _normalization(grid, model), "recipe": recipe}
    network, step = network_and_step(grid, build_resnet(
        model.depth, outputs=len(grid.data.genres), seed=grid.seed(model, "weights")
    ), recipe)  # fmt: skip
    targets = grid.data.labels[split.train]
    history = fit(network, pixels, targets, rows=split.train, step=step, **seen)
    if "corpus" in grid.settings.weights and grid.head_only:
        found = features(network, pixels, **seen)
        _save_array(grid.features_file(replace(model, weights="corpus")), found)
    if "corpus" in grid.settings.weights and not grid.head_only:
        _save_state(grid.trunk_file(model), network)
    logits = predict(network, pixels, rows=split.test, **seen)
    probabilities = sigmoid(prior_shift(logits, targets.mean(axis=0)))
    _write_record(grid, model, dict(zip(grid.data.genres, probabilities.T, strict=True)),
                  history=history, n_train=len(split.train), keep=network.state_dict())  # fmt: skip
    return _done(grid, [model], f"ResNet{model.depth} {model.scale} joint")


def train_network(grid: Grid, model: Model) -> Done:
    """Train one binary network whole, from the weights of its arm."""
    from .training import fit, predict, sigmoid

    subset, pixels = grid.subset(model), images(grid, model.scale)
    recipe = _recipe(grid, model, epochs=grid.settings.epochs)
    seen = {"normalization": _normalization(grid, model), "recipe": recipe}
    network, step = network_and_step(grid, _start(grid, model), recipe)
    targets = grid.data.labels[subset, grid.data.genres.index(model.genre), None]
    history = fit(network, pixels, targets, rows=subset, step=step, **seen)
    logits = predict(network, pixels, rows=grid.data.splits[model.repeat].test, **seen)
    _write_record(grid, model, {model.genre: sigmoid(logits[:, 0])},
                  history=history, n_train=len(subset), keep=network.state_dict())  # fmt: skip
    return _done(grid, [model], f"ResNet{model.depth} {model.scale} {model.genre}")


def seconds_an_image(grid: Grid, model: Model) -> float:
    """Time that one image takes in training, from a second batch; nothing is kept."""
    from .models import build_resnet
    from .training import fit

    recipe = _recipe(grid, model, epochs=2)
    rows = grid.data.splits[model.repeat].train[: recipe.batch_size]
    outputs = 1 if model.genre in grid.data.genres else len(grid.data.genres)
    network = build_resnet(model.depth, outputs=outputs, seed=0)
    history = fit(network, images(grid, model.scale), np.zeros((len(rows), outputs)), rows=rows,
                  normalization=_normalization(grid, model), recipe=recipe)  # fmt: skip
    return history[-1]["seconds"] / len(rows)


def _done(grid: Grid, models: list[Model], name: str) -> Done:
    cost = sum(grid.cost(model) for model in models)
    return Done(cost, name, len(models), peak_bytes(grid.device))


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


def train_heads(grid: Grid, trunk: Model, models: list[Model]) -> Done:
    """Train the last layer of several binary networks over one fixed trunk, from zero."""
    import torch

    from .steps import make_step
    from .training import fit, predict, sigmoid, standardize

    features, split = _features(grid, trunk), grid.data.splits[trunk.repeat]
    if grid.settings.keep_models:
        keep_trunk(grid, trunk, lambda: _start(grid, trunk, trained_whole=False).state_dict())
    head, step = torch.nn.Linear(features.shape[1], 1), None
    for model in models:
        recipe, subset = _recipe(grid, model, epochs=grid.settings.epochs), grid.subset(model)
        # Centered between the two classes, a short training need not move the threshold first.
        values = standardize(features, train=subset)
        for parameter in head.parameters():  # a convex problem: nothing to draw
            torch.nn.init.zeros_(parameter)
        step = step or make_step(head, recipe)
        targets = grid.data.labels[subset, grid.data.genres.index(model.genre), None]
        seen = {"normalization": None, "recipe": recipe}
        history = fit(head, values, targets, rows=subset, step=step, **seen)
        logits = predict(head, values, rows=split.test, **seen)
        kept = folded(head, features[subset]) if grid.keeps(model) else None
        _write_record(grid, model, {model.genre: sigmoid(logits[:, 0])},
                      history=history, n_train=len(subset), keep=kept)  # fmt: skip
    return _done(grid, models, f"ResNet{trunk.depth} {trunk.scale} heads")


def _features(grid: Grid, trunk: Model) -> np.ndarray:
    """Features of all songs by a trunk; those of other arms than corpus are made here."""
    from .training import features

    file = grid.features_file(trunk)
    if not file.exists():
        network = _start(grid, trunk, trained_whole=False)
        found = features(
            network,
            images(grid, trunk.scale),
            normalization=_normalization(grid, trunk),
            recipe=_recipe(grid, trunk, epochs=1),
        )
        _save_array(file, found)
    return np.load(file, allow_pickle=False)


def train_baselines(grid: Grid, row: Model, models: list[Model]) -> Done:
    """Fit the logistic regressions of all genres on one scale."""
    from .training import fit_baseline, row_statistics

    prepare("cpu")
    values, split = row_statistics(grid.data.pixels[row.scale]), grid.data.splits[row.repeat]
    for model in models:
        subset = grid.subset(model)
        truth = grid.data.labels[subset, grid.data.genres.index(model.genre)]
        probability = fit_baseline(values[subset], truth, values[split.test])
        _write_record(grid, model, {model.genre: probability}, n_train=len(subset))
    return _done(grid, models, f"baseline {row.scale}")


def _write_record(
    grid: Grid,
    model: Model,
    probabilities: dict[str, np.ndarray],
    *,
    n_train: int,
    history: list[dict] = (),
    keep: dict[str, Any] | None = None,
) -> None:
    """Measure the test songs and write one record; keep the weights `keep` where asked."""
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
    # A joint network that is there may be the trunk of heads that are kept: it stays.
    if keep is not None and grid.keeps(model) and not grid.network_file(model).exists():
        keep_network(grid, model, keep, normalization=_normalization(grid, model))
    record = {
        "model": model.as_dict(),
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
