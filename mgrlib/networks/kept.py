"""Networks that a run keeps: safetensors files that say what they are.

A file has the weights, named as torchvision names them, and in its metadata under the
key ``mgrlib`` what is needed to use them: genres, settings of the image, normalization,
how frequent the genres were. A network that was tuned whole is one file. Of one whose
head alone was tuned the file has the last layer, and names the file beside it that has
the trunk. Files are read as data (never unpickled) and checked before they are used.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RunError, SettingsError
from ..files import write_atomically
from ..models import DEPTH_BUILDERS, build_resnet
from ..settings import Settings
from ..spectrograms import SCALES, VERSION

FORMAT = 1
"""Changes whenever older files could no longer be used."""

IMAGE = ("segment_seconds", "sample_rate", "n_fft", "hop_length", "n_mels", "top_db", "image_size")
"""Settings that make the image of a song."""

HEAD = ("fc.weight", "fc.bias")


@dataclass(frozen=True, kw_only=True)
class About:
    """What a kept network is.

    Attributes
    ----------
    genres : tuple of str
        Of the outputs, in their order.
    depth, scale, weights, repeat, tune, precision
        As in the table of metrics and the settings; `weights` is the arm or ``joint``.
    normalization : dict
        ``mean`` and ``deviation`` of the training images in gray levels.
    image : dict
        The settings `IMAGE`, and ``version`` of the drawing of spectrograms.
    prevalence : dict of str to float
        Share of the training songs that have the genre.
    evidence : str
        What the songs were: ``synthetic`` or ``music``.
    trunk : str or None
        File beside this one that has all layers but the last.
    trunk_digest : str or None
        Digest of the trunk that the head was trained on.
    """

    genres: tuple[str, ...]
    depth: int
    scale: str
    weights: str
    repeat: int
    tune: str
    precision: str
    normalization: dict[str, float]
    image: dict[str, float]
    prevalence: dict[str, float]
    evidence: str
    trunk: str | None = None
    trunk_digest: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "genres", tuple(self.genres))

    @property
    def settings(self) -> Settings:
        """Settings of the image, checked."""
        return Settings(**{name: self.image[name] for name in IMAGE}, scales=(self.scale,))


def write_network(path: Path, state: Mapping[str, Any], about: About | None = None) -> str:
    """Write weights, whole or not at all, and what they are (None for a mere trunk).

    Parameters
    ----------
    state : mapping of str to torch.Tensor or ndarray

    Returns
    -------
    str
        Digest of the weights and their description.
    """
    import torch
    from safetensors.torch import save

    tensors = {name: torch.as_tensor(tensor).detach().cpu().contiguous()
               for name, tensor in state.items()}  # fmt: skip
    described = asdict(about) if about else None
    key = _digest(described, tensors)
    content = {"format": FORMAT, "digest": key, "about": described}
    metadata = {"mgrlib": json.dumps(content, ensure_ascii=False, allow_nan=False)}
    write_atomically(path, lambda stream: stream.write(save(tensors, metadata)))
    return key


def _digest(described: dict | None, tensors: Mapping[str, Any]) -> str:
    import torch

    hashed = hashlib.blake2b(json.dumps(described, sort_keys=True).encode(), digest_size=16)
    for name, tensor in sorted(tensors.items()):
        hashed.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        hashed.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return hashed.hexdigest()


def read_about(file: Path) -> About:
    """What the network of a file is; only the file's header is read.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds no network of this project.
    """
    about = _header(file)["about"]
    if about is None:
        raise _foreign(file, "it is the trunk of others")
    try:
        found = About(**about)
        _check(found)
    except (KeyError, TypeError, ValueError, AttributeError, SettingsError) as error:
        raise _foreign(file, f"its description is wrong: {error}") from None
    if found.image["version"] != VERSION:
        raise RunError(
            f"{file.name} was trained on images of another version ({found.image['version']}, "
            f"here {VERSION}): train again"
        )
    return found


def digest_of(file: Path) -> str:
    """Digest of a file's weights and description, as noted in it."""
    return _header(file)["digest"]


def read_network(file: Path | str, *others: Path | str) -> tuple[Any, About]:
    """A kept network, ready to use.

    Parameters
    ----------
    file : Path or str
    others : Path or str
        Further heads over the same trunk: their outputs stand beside that of `file`.

    Returns
    -------
    network : torch.nn.Module
        Maps (batch, 1, frequency, time) to (batch, genres), in the mode of evaluation.
    about : About

    Raises
    ------
    RunError
        If a file is missing, damaged or foreign, or the trunk is another one.
    """
    import torch

    files = [Path(file), *map(Path, others)]
    abouts = [read_about(path) for path in files]
    about = _together(files, abouts)
    state = _weights(files[0])
    with torch.device("meta"):  # nothing is drawn: all weights come from the files
        network = build_resnet(about.depth, outputs=len(about.genres), seed=0)
    if about.trunk is not None:
        trunk = _weights(_trunk_file(files[0], about))
        layers = {name: layer for name, layer in trunk.items() if name not in HEAD}
        state = layers | _stacked_heads(files, abouts, width=network.fc.in_features)
    _check_layers(files[0], state, network.state_dict())
    network.load_state_dict(state, assign=True)
    return network.to(memory_format=torch.channels_last).eval(), about


def _stacked_heads(files: list[Path], abouts: list[About], *, width: int) -> dict[str, Any]:
    import torch

    heads = [_weights(file) for file in files]
    for file, head, about in zip(files, heads, abouts, strict=True):
        wanted = torch.nn.Linear(width, len(about.genres), device="meta")
        _check_layers(file, head, wanted.state_dict(prefix="fc."))
    return {name: torch.cat([head[name] for head in heads]) for name in HEAD}


def _header(file: Path) -> dict:
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise RunError(f"{file.name} is missing in {file.parent.name}/: train again; only what is "
                       "missing is trained")  # fmt: skip
    try:
        with safe_open(file, framework="numpy") as opened:
            metadata = opened.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise _damaged(file, str(error)) from None
    try:
        content = json.loads(metadata["mgrlib"])
        version = content["format"]
        content["about"], content["digest"]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _foreign(file, "it does not say what it is") from None
    if version != FORMAT:
        raise _foreign(file, f"its format is {version!r}, here {FORMAT}")
    return content


def _weights(file: Path) -> dict[str, Any]:
    """The tensors of a file, as they were written."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    header = _header(file)
    try:
        tensors = load_file(file)
    except (SafetensorError, OSError) as error:
        raise _damaged(file, str(error)) from None
    if _digest(header["about"], tensors) != header["digest"]:
        raise _damaged(file, "its content is not what was written")
    return tensors


def _damaged(file: Path, reason: str) -> RunError:
    one_line = " ".join(reason.split())
    return RunError(
        f"{file.name} is damaged ({one_line}): delete it and train again with keep_models=true; "
        "only what is missing is trained"
    )


def _foreign(file: Path, reason: str) -> RunError:
    return RunError(
        f"{file.name} is no network of this project ({reason}): name a .safetensors file that a "
        "run with keep_models=true wrote"
    )


def _check(about: About) -> None:
    """Raise `ValueError` unless the values of a description can be used."""
    rules = {
        "depth": about.depth in DEPTH_BUILDERS,
        "scale": about.scale in SCALES,
        "genres": len(about.genres) > 0 and all(isinstance(g, str) for g in about.genres),
        "weights": isinstance(about.weights, str),
        "repeat": isinstance(about.repeat, int),
        "tune": about.tune in ("all", "head"),
        "precision": about.precision in ("float32", "bfloat16"),
        "evidence": about.evidence in ("synthetic", "music"),
        "normalization": set(about.normalization) == {"mean", "deviation"}
        and np.isfinite(list(about.normalization.values())).all()
        and about.normalization["deviation"] > 0,
        "prevalence": all(0 <= about.prevalence[genre] <= 1 for genre in about.genres),
        "image": set(about.image) == {*IMAGE, "version"} and bool(about.settings),
        "trunk": about.trunk is None or _is_plain_name(about.trunk),
    }
    for name, holds in rules.items():
        if not holds:
            raise ValueError(f"{name} is {getattr(about, name)!r}")


def _is_plain_name(name: str) -> bool:
    """Whether a name stays in the folder where it is looked for."""
    return not set(name) & set("/\\:\0") and name.endswith(".safetensors") and name[0] != "."


def _together(files: list[Path], abouts: list[About]) -> About:
    """The description of several heads over one trunk as one network."""
    first = abouts[0]
    own = ("genres", "prevalence")
    for file, about in zip(files[1:], abouts[1:], strict=True):
        names = [field.name for field in fields(About) if field.name not in own]
        differing = [name for name in names if getattr(about, name) != getattr(first, name)]
        if about.trunk is None or differing:
            reason = f"{differing[0]} differs" if differing else "it has a trunk of its own"
            raise RunError(f"{file.name} does not go with {files[0].name}: {reason}")
    return replace(
        first,
        genres=tuple(genre for about in abouts for genre in about.genres),
        prevalence={g: share for about in abouts for g, share in about.prevalence.items()},
    )


def _trunk_file(file: Path, about: About) -> Path:
    trunk = file.with_name(about.trunk)
    if digest_of(trunk) != about.trunk_digest:
        raise RunError(
            f"{file.name} was trained on another trunk than {trunk.name} holds now: delete it and "
            "train again with keep_models=true"
        )
    return trunk


def _check_layers(file: Path, state: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name in {**wanted, **state}:
        here, there = state.get(name), wanted.get(name)
        if here is None or there is None:
            raise _foreign(file, f"the layer {name} is {'missing' if here is None else 'unknown'}")
        if (here.shape, here.dtype) != (there.shape, there.dtype):
            raise _foreign(file, f"the layer {name} has the shape {tuple(here.shape)} {here.dtype}")
