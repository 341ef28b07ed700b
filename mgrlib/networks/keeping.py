"""What a study keeps of its networks, where the setting ``keep_models`` asks for it.

Beside the record of a network stands a safetensors file of the same name. Heads over a
fixed trunk are kept as last layers that read the trunk's plain features, and their
trunk once: that of the arm ``corpus`` is the joint network. See `mgrlib.networks.kept`.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from ..corpora import is_synthetic
from ..grid import ALL_GENRES, Grid, Model
from ..settings import arm_name
from ..spectrograms import VERSION
from .kept import HEAD, IMAGE, About, digest_of, write_network


def folded(head: Any, train_features: np.ndarray) -> dict[str, np.ndarray]:
    """A last layer over plain features, from one that learned over standardized ones.

    Parameters
    ----------
    head : torch.nn.Linear
        Reads features as `mgrlib.training.standardize` makes them.
    train_features : ndarray, shape=(n, d)
        The plain features of the songs that it was trained on.

    Returns
    -------
    dict
        ``fc.weight``, shape=(outputs, d), and ``fc.bias``, shape=(outputs,), float32.
    """
    from ..training import mean_and_deviation

    mean, deviation = (part.astype(np.float64) for part in mean_and_deviation(train_features))
    weight, bias = (p.detach().cpu().double().numpy() for p in (head.weight, head.bias))
    plain = weight / (deviation * np.sqrt(len(mean)))
    values = plain, bias - plain @ mean
    return {name: part.astype(np.float32) for name, part in zip(HEAD, values, strict=True)}


def keep_trunk(grid: Grid, model: Model, state: Callable[[], dict[str, Any]]) -> None:
    """Keep the trunk of the heads of `model`'s depth and arm, unless it is there.

    Parameters
    ----------
    state : callable
        Gives the weights of the trunk; not called where they are kept already.
    """
    file = grid.kept_trunk(model)
    if not file.exists():
        layers = state().items()
        write_network(file, {name: layer for name, layer in layers if name not in HEAD})


def keep_network(grid: Grid, model: Model, state: dict[str, Any], *, normalization: Any) -> None:
    """Keep the weights `state` of a network, or of its head, with all that says what it is."""
    trunk, train = grid.kept_trunk(model), grid.data.splits[model.repeat].train
    shares = grid.data.labels[train].mean(axis=0).tolist()
    prevalence = dict(zip(grid.data.genres, shares, strict=True))
    genres = grid.data.genres if model.genre == ALL_GENRES else (model.genre,)
    drawing = {name: getattr(grid.settings, name) for name in IMAGE}
    about = About(
        genres=genres,
        depth=model.depth,
        scale=model.scale,
        weights=arm_name(model.weights),
        repeat=model.repeat,
        tune=grid.settings.tune,
        precision=grid.precision,
        normalization=asdict(normalization),
        image={**drawing, "version": VERSION},
        prevalence={genre: prevalence[genre] for genre in genres},
        evidence="synthetic" if is_synthetic(grid.settings) else "music",
        trunk=trunk and trunk.name,
        trunk_digest=trunk and digest_of(trunk),
    )
    write_network(grid.network_file(model), state, about)


def kept_networks(grid: Grid) -> list[dict[str, Any]]:
    """The networks of the current settings that are there, a row of ``networks.csv`` each."""
    return [
        {
            **model.as_dict(),
            "weights": arm_name(model.weights),
            "file": grid.network_file(model).name,
        }
        for model in grid.models()
        if grid.network_file(model).exists()
    ]
