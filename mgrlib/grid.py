"""The grid: which networks a study needs, what each depends on, and which are missing.

A study has one binary network a genre, depth, scale, arm and repeat, and beside them
the rows ``joint`` (one network for all genres, whose trunk the arm ``corpus`` starts
from) and ``baseline``. With the setting ``equal_sizes`` binary networks and baselines
come twice: once more on a subset cut to the size of the smallest genre's, which tells
what a genre's size does in training from what its share of the test songs does to a
score. Each makes one record, a JSON file named by what it is and by a
digest of all that it depends on, written atomically by the process that trained it:
what is there is never trained again, after a kill too.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import hashlib
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
)
from .settings import ARMS, Settings, arm_name
from .splits import Split, balanced_subset, smaller_sides

VERSION = 7
"""Changes whenever unchanged settings and pixels would give other records."""

SUBSETS = BALANCED, SMALLEST = ("balanced", "smallest")
"""A genre's own training songs, or as many of them as the smallest genre has."""

ALL_GENRES = "(all)"
"""Genre of the joint network in names and histories."""

DEPTH_COST = {0: 0.0, 34: 1.0, 50: 1.25, 101: 2.0, 152: 2.75}
"""Time of a training step relative to ResNet34, for the time left that is shown."""


@dataclass(frozen=True)
class Model:
    """One network of the grid (or a baseline, depth 0)."""

    genre: str
    depth: int
    scale: str
    weights: str
    repeat: int
    subset: str = BALANCED

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as stored in records and digests; a balanced subset is not mentioned."""
        values = asdict(self)
        if self.subset == BALANCED:
            del values["subset"]
        return values


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
        labels = np.packbits(self.labels).tobytes().hex()
        return {s: digest(_content(p), labels, self.genres) for s, p in self.pixels.items()}

    def __getstate__(self) -> dict:
        # Images mapped from files travel to other processes as the files' names.
        pixels = {scale: getattr(p, "filename", None) or p for scale, p in self.pixels.items()}
        return {**self.__dict__, "pixels": pixels}

    def __setstate__(self, state: dict) -> None:
        pixels = {scale: np.load(p, mmap_mode="r", allow_pickle=False) if isinstance(p, Path | str)
                  else p for scale, p in state["pixels"].items()}  # fmt: skip
        self.__dict__.update(state, pixels=pixels)


def mapped(pixels: np.ndarray, folder: Path) -> np.ndarray:
    """`pixels` from a file of `folder` that several processes map into one memory."""
    file = folder / f"{_content(pixels)}.npy"
    if not file.exists():
        write_atomically(file, lambda stream: np.save(stream, pixels))
    return np.load(file, mmap_mode="r", allow_pickle=False)


def _content(pixels: np.ndarray) -> str:
    """Digest of pixels; of a mapped file it is the name."""
    if isinstance(pixels, np.memmap):
        return Path(pixels.filename).stem
    hashed = hashlib.blake2b(np.ascontiguousarray(pixels), digest_size=16)
    return digest(hashed.hexdigest(), pixels.shape)


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
            Model(genre, depth, scale, weights, repeat, subset)
            for depth in (0, *sorted(s.depths))
            for weights in (("baseline",) if depth == 0 else ("joint", *s.weights))
            for repeat in range(s.repeats)
            for subset in (SUBSETS if s.equal_sizes and weights != "joint" else (BALANCED,))
            for genre in ((ALL_GENRES,) if weights == "joint" else self.data.genres)
            for scale in s.scales
        ]

    def key(self, model: Model) -> str:
        """Digest of all that the record of `model` depends on."""
        s, split = self.settings, self.data.splits[model.repeat]
        named = {**model.as_dict(), "weights": arm_name(model.weights)}
        parts = [VERSION, named, self.data.keys[model.scale], split.test.tolist(), s.seed]
        if model.weights == "baseline":
            return digest(*parts)
        parts += [s.batch_size, s.learning_rate, self.device, self.precision]
        if model.weights == "joint":
            return digest(*parts, s.joint_epochs)
        parts += [s.epochs, s.tune, self.arm_key(model.weights)]
        if model.weights == "corpus":
            parts.append(self.key(self.joint(model)))
        return digest(*parts)

    @property
    def head_only(self) -> bool:
        """Whether the last layer alone is tuned."""
        return self.settings.tune == "head"

    def joint(self, model: Model) -> Model:
        """The joint network whose trunk `model` starts from."""
        return replace(self.trunk(model), weights="joint")

    def trunk(self, model: Model) -> Model:
        """What all heads of a depth, scale, arm and repeat share, whatever their songs."""
        return replace(model, genre=ALL_GENRES, subset=BALANCED)

    def record_file(self, model: Model) -> Path:
        """Where the record of `model` is or will be."""
        arm = slug(arm_name(model.weights))
        name = f"{slug(model.genre)}-{model.depth}-{model.scale}-{arm}-r{model.repeat}"
        name += "" if model.subset == BALANCED else f"-{model.subset}"
        return self.folder / f"{name}-{self.key(model)}.json"

    def keeps(self, model: Model) -> bool:
        """Whether the network of `model` is to be kept."""
        kept = model.weights != "baseline" and model.subset == BALANCED
        return kept and self.settings.keep_models

    def network_file(self, model: Model) -> Path:
        """Where the network of `model` is kept (safetensors), if it is."""
        return self.record_file(model).with_suffix(".safetensors")

    def kept_trunk(self, model: Model) -> Path | None:
        """The file of the trunk that a kept head goes with; None for a network kept whole."""
        if not self.head_only or model.weights in ("joint", "baseline"):
            return None
        if model.weights == "corpus":
            return self.network_file(self.joint(model))
        seed = self.seed(self.trunk(model), "weights")
        key = digest(VERSION, model.depth, seed, self.arm_key(model.weights))
        arm = slug(arm_name(model.weights))
        return self.folder / f"trunk-{model.depth}-{arm}-r{model.repeat}-{key}.safetensors"

    def trunk_file(self, joint: Model) -> Path:
        """Cached trunk of a joint network (safetensors)."""
        return self.cache / "trunks" / f"{self.key(joint)}.safetensors"

    def features_file(self, model: Model) -> Path:
        """Cached features of all songs by the trunk that the arm of `model` starts from."""
        if model.weights == "corpus":
            key = digest("features", self.key(self.joint(model)))
        else:
            test = self.data.splits[model.repeat].test.tolist()
            key = digest(VERSION, self.data.keys[model.scale], test, self.device, self.precision,
                         self.seed(self.trunk(model), "weights"),
                         self.arm_key(model.weights))  # fmt: skip
        return self.cache / "features" / f"{key}.npy"

    def arm_key(self, arm: str) -> str:
        """The arm's name, or the digest of its weight file."""
        return arm if arm in ARMS else _file_key(arm, Path(arm).stat().st_mtime_ns)

    def missing(self, models: list[Model]) -> list[Model]:
        """Those of `models` that have no record yet, or whose network was to be kept."""
        return [model for model in models if not self._is_there(model)]

    def _is_there(self, model: Model) -> bool:
        files = [self.record_file(model)]
        if self.keeps(model):
            files += [self.network_file(model), self.kept_trunk(model)]
        return all(file.exists() for file in files if file)

    def cost(self, model: Model) -> float:
        """Time to train `model`, in images that a ResNet34 trains on."""
        s = self.settings
        if model.weights == "joint":
            images, epochs = len(self.data.splits[model.repeat].train), s.joint_epochs
        else:
            images, epochs = 2 * self._side(model), s.epochs
        # To measure a test song takes about a quarter of a training step.
        seen = images * epochs + len(self.data.splits[model.repeat].test) / 4
        cost = DEPTH_COST[model.depth] * seen
        return cost / 1000 if s.tune == "head" and model.weights != "joint" else cost

    @cached_property
    def _sides(self) -> list[np.ndarray]:
        """Positives (and negatives) of each genre's balanced subset, for each repeat."""
        return [smaller_sides(self.data.labels[split.train]) for split in self.data.splits]

    def _side(self, model: Model) -> int:
        """Positives (and negatives) that a binary model learns from."""
        sides = self._sides[model.repeat]
        own = sides[self.data.genres.index(model.genre)]
        return int(own if model.subset == BALANCED else sides.min())

    def subset(self, model: Model) -> np.ndarray:
        """Training songs of a binary model: the same for every depth, scale and arm."""
        return balanced_subset(
            self.data.labels,
            self.data.genres.index(model.genre),
            train=self.data.splits[model.repeat].train,
            seed=self.settings.seed,
            repeat=model.repeat,
            most=self._side(model),
        )

    def seed(self, model: Model, purpose: str) -> int:
        """Seed that depends on all but the scale and the subset."""
        m = model
        arm = arm_name(m.weights)
        return seed_from(self.settings.seed, m.repeat, m.genre, m.depth, arm, purpose)


@lru_cache(maxsize=64)
def _file_key(path: str, time_stamp: int) -> str:
    """Digest of a weight file, read once for each of its time stamps."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_records(grid: Grid) -> list[dict]:
    """The records of the current settings, in the grid's order."""
    files = (grid.record_file(model) for model in grid.models())
    return [read_json(file) for file in files if file.exists()]
