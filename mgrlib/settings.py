"""Settings of a study: one frozen object that checks itself.

A profile (a table of ``profiles.toml``) gives values to the settings, single values
override it, and what neither names has the default below. Unknown names and values
outside their rule raise `SettingsError`, which names the legal ones.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .errors import SettingsError

PROFILES_FILE = Path(__file__).with_name("profiles.toml")
DEPTHS = (34, 50, 101, 152)
SCALES = ("linear", "mel", "linear-bands", "mel-htk", "log", "cqt")
ARMS = ("none", "imagenet", "corpus")
SYNTHETIC = ("synthetic", "synthetic-direct")
"""The corpora that the study makes itself, as files or in memory."""
PUBLIC = ("fma-small", "fma-medium", "fma-large", "fma-full", "mtg-jamendo", "gtzan")
"""The public data sets that are named with their folder, as in ``gtzan:/path``; those of
mirdata also with their name there, as in ``mirdata:ballroom:/path``."""
CORPUS_RULE = (
    "'synthetic' or the folder of a library (with songs.csv and taxonomy.csv), or "
    "'synthetic-direct', or a public data set with its folder: "
    f"{', '.join(f'{kind}:/path' for kind in PUBLIC)}, mirdata:NAME:/path"
)
GENRE_CHOICES = ("all", "paper", "native")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a study depends on; see the table in the book's page *Settings*.

    Raises
    ------
    SettingsError
        If a value breaks its rule (``RULES``).
    """

    corpus: str = "synthetic"
    genres: str | tuple[str, ...] = "all"
    max_genres: int = 16
    min_songs: int = 8
    songs: int = 960
    scales: tuple[str, ...] = ("linear", "mel")
    depths: tuple[int, ...] = DEPTHS
    weights: tuple[str, ...] = ("corpus",)
    tune: str = "head"
    joint_epochs: int = 5
    segment_seconds: float = 6.0
    sample_rate: int = 22_050
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128
    top_db: float = 80.0
    image_size: int = 64
    epochs: int = 10
    batch_size: int = 16
    learning_rate: float = 1e-3
    repeats: int = 1
    equal_sizes: bool = True
    seed: int = 2025
    test_fraction: float = 0.1
    split_by: str = "song"
    precision: str = "auto"
    device: str = "auto"
    jobs: int = 0
    scheduler: str = "local"
    keep_models: bool = False
    excerpts: bool | None = None

    def __post_init__(self):
        for field in fields(self):
            object.__setattr__(self, field.name, _checked(field.name, getattr(self, field.name)))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as stored in ``study.json``."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}


def profiles() -> dict[str, dict[str, Any]]:
    """The profiles by name, each a mapping of settings."""
    return tomllib.loads(PROFILES_FILE.read_text("utf-8"))


def make_settings(
    *, profile: str = "quick", corpus: str | None = None, overrides: Any = None
) -> Settings:
    """Settings of `profile` with `corpus` and `overrides` put over it.

    Parameters
    ----------
    profile : str
        A table of ``profiles.toml``.
    corpus : str, optional
        One of `SYNTHETIC`, the folder of a library, or a public data set with its folder.
    overrides : mapping, str or list of str, optional
        ``{"epochs": 2}``, ``"{epochs: 2}"`` (YAML) or ``["epochs=2"]``.

    Raises
    ------
    SettingsError
        If the profile or a name is unknown, or a value breaks its rule.
    """
    known = profiles()
    if profile not in known:
        raise SettingsError(f"unknown profile {profile!r}: choose one of {', '.join(known)}")
    values = {**known[profile], **parse_overrides(overrides)}
    if corpus is not None:
        values["corpus"] = corpus
    return with_absolute_paths(from_dict(values))


def split_corpus(corpus: str) -> tuple[str, str]:
    """The kind of a corpus and its folder as text.

    >>> split_corpus("gtzan:/data"), split_corpus("mirdata:ballroom:/data")
    (('gtzan', '/data'), ('mirdata:ballroom', '/data'))
    >>> split_corpus("/my/music"), split_corpus("synthetic")
    (('folder', '/my/music'), ('synthetic', ''))
    """
    if corpus in SYNTHETIC:
        return corpus, ""
    kind, colon, place = corpus.partition(":")
    if colon and kind in PUBLIC:
        return kind, place
    if colon and kind == "mirdata":
        name, _, place = place.partition(":")
        return f"mirdata:{name}", place
    return "folder", corpus


def with_absolute_paths(settings: Settings) -> Settings:
    """The same settings, their folders and files named from any working directory."""
    corpus = settings.corpus
    kind, place = split_corpus(corpus)
    if place:
        place = str(Path(place).expanduser().absolute())
        corpus = place if kind == "folder" else f"{kind}:{place}"
    weights = [arm if arm in ARMS else str(Path(arm).expanduser().absolute())
               for arm in settings.weights]  # fmt: skip
    return replace(settings, corpus=corpus, weights=tuple(weights))


def arm_name(arm: str) -> str:
    """Name of an arm in tables and figures: of a weight file, only the file's name."""
    return arm if arm in ARMS else Path(arm).name


def from_dict(values: Mapping[str, Any]) -> Settings:
    """Settings from plain data; unknown names are errors."""
    legal = [field.name for field in fields(Settings)]
    for name in values:
        if name not in legal:
            raise SettingsError(f"unknown setting {name!r}: choose one of {', '.join(legal)}")
    return Settings(**values)


def parse_overrides(overrides: Any) -> dict[str, Any]:
    """A mapping of settings from a mapping, a YAML mapping, or ``key=value`` words.

    >>> parse_overrides(["depths=34,50", "epochs=2"])
    {'depths': ['34', '50'], 'epochs': 2}
    """
    if isinstance(overrides, str):
        loaded = _yaml(overrides)
        overrides = loaded if isinstance(loaded, Mapping) else [overrides]
    if isinstance(overrides, Mapping):
        return {str(key): value for key, value in overrides.items()}
    return dict(_parse_pair(pair) for pair in overrides or [] if str(pair).strip())


def _parse_pair(pair: Any) -> tuple[str, Any]:
    name, equals, text = str(pair).partition("=")
    if not equals:
        raise SettingsError(f"an override must read key=value, got {str(pair)!r}")
    value = _yaml(text) if text.strip() else ""  # YAML reads nothing as null, which has a meaning
    if isinstance(value, str) and "," in value:
        value = [part.strip() for part in value.split(",") if part.strip()]
    return name.strip(), value


def _yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _integer(value: Any) -> int:
    if isinstance(value, bool) or float(value) != int(float(value)):
        raise ValueError
    return int(float(value))


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    return float(value)


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _between(read: Callable, low: float, high: float) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        number = read(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return check


def _one_of(*legal: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in legal:
            raise ValueError
        return value

    return check


def _some_of(read: Callable, accepts: Callable[[Any], bool]) -> Callable[[Any], tuple]:
    """One or more distinct values, in the order given."""

    def check(value: Any) -> tuple:
        items = value if isinstance(value, list | tuple) else [value]
        chosen = tuple(read(item) for item in items)
        if not chosen or len(set(chosen)) < len(chosen) or not all(map(accepts, chosen)):
            raise ValueError
        return chosen

    return check


def _corpus(value: Any) -> str:
    """Refuse what looks like a data set, as in ``fma-tiny:/path``, and is none with its folder.

    A folder with a colon is named as a path, ``./a:b``; a single letter is a drive of Windows.
    """
    word = _word(value)
    kind, place = split_corpus(word)
    nameless = kind == "mirdata:" or word in (*PUBLIC, "mirdata")
    unknown = kind == "folder" and re.match(r"[\w-]{2,}:", word)
    if kind not in SYNTHETIC and (not place or nameless or unknown):
        raise ValueError
    return word


def _genres(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str) and value.strip() in GENRE_CHOICES:
        return value.strip()
    chosen = _some_of(_word, bool)(value)
    if len(chosen) < 2:
        raise ValueError
    return chosen


def _is_arm(name: str) -> bool:
    return name in ARMS or "/" in name or name.endswith((".safetensors", ".pth", ".pt"))


def _arms(value: Any) -> tuple:
    chosen = _some_of(_word, _is_arm)(value)
    if len({arm_name(arm) for arm in chosen}) < len(chosen):
        raise ValueError
    return chosen


def _scheduler(value: Any) -> str:
    address = _word(value)
    parts = urlsplit(address)
    if address != "local" and not (
        parts.scheme in ("tcp", "tls") and parts.hostname and parts.port
        and address == f"{parts.scheme}://{parts.netloc}"
    ):  # fmt: skip
        raise ValueError
    return address


def _optional_flag(value: Any) -> bool | None:
    return None if value is None or value == "auto" else _flag(value)


RULES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "corpus": (_corpus, CORPUS_RULE),
    "genres": (_genres, "all, paper, native or a list of at least two genres"),
    "max_genres": (_between(_integer, 2, 1000), "a whole number of at least 2"),
    "min_songs": (_between(_integer, 2, 10**6), "a whole number of at least 2"),
    "songs": (_between(_integer, 16, 10**7), "a whole number of at least 16"),
    "scales": (_some_of(_word, SCALES.__contains__), f"one or more of {', '.join(SCALES)}"),
    "depths": (
        _some_of(_integer, DEPTHS.__contains__),
        f"one or more of {', '.join(map(str, DEPTHS))}",
    ),
    "weights": (
        _arms,
        f"one or more arms of {', '.join(ARMS)} or the paths of weight files of different names",
    ),
    "tune": (_one_of("all", "head"), "all or head"),
    "joint_epochs": (_between(_integer, 1, 10_000), "a whole number of at least 1"),
    "segment_seconds": (_between(_number, 0.5, 3600), "seconds between 0.5 and 3600"),
    "sample_rate": (_between(_integer, 4000, 192_000), "Hz between 4000 and 192000"),
    "n_fft": (_between(_integer, 64, 65_536), "a whole number between 64 and 65536"),
    "hop_length": (_between(_integer, 16, 65_536), "a whole number between 16 and 65536"),
    "n_mels": (_between(_integer, 8, 1024), "a whole number between 8 and 1024"),
    "top_db": (_between(_number, 10, 200), "dB between 10 and 200"),
    "image_size": (_between(_integer, 32, 1024), "pixels between 32 and 1024"),
    "epochs": (_between(_integer, 1, 10_000), "a whole number of at least 1"),
    "batch_size": (_between(_integer, 2, 4096), "a whole number between 2 and 4096"),
    "learning_rate": (_between(_number, 1e-8, 10), "a number between 1e-8 and 10"),
    "repeats": (_between(_integer, 1, 1000), "a whole number between 1 and 1000"),
    "equal_sizes": (_flag, "true or false"),
    "seed": (_between(_integer, 0, 2**31 - 1), "a whole number between 0 and 2147483647"),
    "test_fraction": (_between(_number, 0.02, 0.5), "a fraction between 0.02 and 0.5"),
    "split_by": (
        _one_of("song", "album", "artist", "published"),
        "song, album, artist or published",
    ),
    "precision": (_one_of("auto", "float32", "bfloat16"), "auto, float32 or bfloat16"),
    "device": (_one_of("auto", "cpu", "cuda"), "auto, cpu or cuda"),
    "jobs": (_between(_integer, 0, 1024), "a whole number of processes, 0 for one a core"),
    "scheduler": (_scheduler, "local, or tcp://HOST:PORT of a Dask scheduler (or tls://)"),
    "keep_models": (_flag, "true or false"),
    "excerpts": (_optional_flag, "true, false or auto"),
}
"""For each setting, what reads and checks its value, and the rule in words."""


def _checked(name: str, value: Any) -> Any:
    read, rule = RULES[name]
    try:
        return read(value)
    except (ValueError, TypeError, OverflowError):
        raise SettingsError(f"{name} must be {rule}, got {value!r}") from None
