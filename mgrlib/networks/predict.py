"""Genres of any song, by the networks that a run has kept.

Each song is decoded and drawn with the settings that its networks were trained with.
Networks are read one after the other and each sees all songs, so that memory holds one.
A song that can't be used is reported beside the others and stops nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unicodedata import combining, east_asian_width

import numpy as np
import pandas as pd

from ..audio import Segment, read_segment
from ..ensemble.thresholds import prior_corrected
from ..errors import RunError, SettingsError, SongError
from ..results import arms, read_networks, read_study, transfer_arm
from ..spectrograms import song_images
from .kept import IMAGE, About, read_about, read_network

DEPTH = 50
"""The depth that answers where none is asked for, as in the chapter on genres."""

WARNING = (
    "the networks of this run learned from synthetic songs: their answers about music are no "
    "evidence; train on a library of music with --corpus"
)

Networks = dict[Path, About]
"""Files of kept networks of one depth, scale and arm, and what they are."""


def choose_networks(
    run: Path, *, depth: int | None = None, scale: str | None = None, weights: str | None = None
) -> Networks:
    """Kept networks of one depth, scale and arm of a run, of its first repeat.

    Parameters
    ----------
    run : Path
        Folder of the run.
    depth : int, optional
        By default 50, or the nearest that was kept.
    scale : str, optional
        By default mel, or the first that was kept.
    weights : str, optional
        An arm or ``joint``; by default the arm for transfer learning.

    Raises
    ------
    RunError
        If the run has kept no network, or a file is missing or damaged.
    SettingsError
        If it has kept none of that arm, depth or scale.
    """
    table = read_networks(run)
    if table.empty:
        raise RunError(_nothing_kept(run))
    table = table[table["repeat"] == table["repeat"].min()]
    table = _only(table, "weights", weights, transfer_arm(table) if arms(table) else "joint")
    nearest = min(table["depth"], key=lambda kept: (abs(kept - DEPTH), kept))
    table = _only(table, "depth", depth, nearest)
    scales = list(table["scale"])
    table = _only(table, "scale", scale, "mel" if "mel" in scales else scales[0])
    files = [run / "results" / "models" / name for name in table["file"]]
    networks = {file: read_about(file) for file in files}
    for file, about in networks.items():
        if (about.image, about.scale) != (networks[files[0]].image, networks[files[0]].scale):
            raise RunError(f"{file.name} reads other images than {files[0].name}: train again")
    return networks


def _only(table: pd.DataFrame, name: str, asked: Any, default: Any) -> pd.DataFrame:
    wanted = default if asked is None else asked
    if wanted not in (kept := list(dict.fromkeys(table[name]))):
        words = ", ".join(map(str, kept))
        raise SettingsError(f"{name} must be one of those kept here, {words}, got {asked!r}")
    return table[table[name] == wanted]


def _nothing_kept(run: Path) -> str:
    import json
    import shlex

    from ..settings import make_settings

    study = read_study(run)
    if not study:
        return f"{run.name} has kept no networks: make a run with --set keep_models=true"
    usual = make_settings(profile=study["profile"]).as_dict()
    own = {name: value for name, value in study["settings"].items()
           if name != "corpus" and value != usual.get(name)}  # fmt: skip
    changed = [f"{name}={value if isinstance(value, str) else json.dumps(value)}"
               for name, value in {**own, "keep_models": True}.items()]  # fmt: skip
    words = ["python", "-m", "mgrlib", "run", "--profile", study["profile"], "--name", run.name]
    words += [word for pair in changed for word in ("--set", pair)]
    return (
        f"the run {run.name} has kept no networks: train again with keep_models=true, and only "
        f"what is not kept is trained: {shlex.join(words)}"
    )


def check_genre(genre: str | None, networks: Networks, *, gradcam: Path | None) -> None:
    """Raise `SettingsError` if `genre` has no network, or no folder is named for its figures."""
    known = [name for about in networks.values() for name in about.genres]
    if genre is not None and gradcam is None:
        raise SettingsError(f"genre={genre!r} is for Grad-CAM: name a folder with --gradcam")
    if genre is not None and genre not in known:
        raise SettingsError(f"genre must be one of {', '.join(known)}, got {genre!r}")


@dataclass(frozen=True)
class Song:
    """A song that was named: what a network sees of it, or why it can't be used.

    Attributes
    ----------
    path : str
    image : ndarray, uint8, shape=(image_size, image_size), or None
    seconds : float
        Duration of the whole song.
    padded : bool
        Whether it is shorter than the segment.
    error : SongError or None
    """

    path: str
    image: np.ndarray | None = None
    seconds: float = 0.0
    padded: bool = False
    error: SongError | None = None


def read_song(path: str | Path, about: About) -> Song:
    """Decode and draw one song as the network of `about` knows songs."""
    try:
        segment = segment_of(path, about)
    except SongError as error:
        return Song(str(path), error=error)
    return Song(str(path), image_of(segment, about), segment.seconds, bool(segment.padded))


def image_of(segment: Segment, about: About) -> np.ndarray:
    """What the network of `about` sees of a segment, uint8, shape=(image_size, image_size)."""
    drawing = {name: about.image[name] for name in IMAGE if name != "segment_seconds"}
    return song_images(segment.samples, scales=[about.scale], **drawing)[about.scale]


def segment_of(path: str | Path, about: About) -> Segment:
    """The part of a song that the network of `about` hears; raises `SongError`."""
    if Path(path).is_dir():
        raise SongError("not a file", "a folder: name the audio files in it")
    settings = {name: about.image[name] for name in ("segment_seconds", "sample_rate")}
    return read_segment(Path(path), **settings)


def probabilities(network: Any, about: About, pixels: np.ndarray) -> np.ndarray:
    """Probabilities of a kept network, as if songs with and without a genre were equally many.

    Parameters
    ----------
    network, about
        As `mgrlib.networks.kept.read_network` returns them.
    pixels : ndarray, uint8, shape=(n, image_size, image_size)

    Returns
    -------
    ndarray, shape=(n, genres)
    """
    from ..models import resolve_device, resolve_precision
    from ..training import Normalization, Recipe, features, predict, prior_shift, sigmoid

    device = resolve_device("auto")
    best = resolve_precision("auto", device)
    recipe = Recipe(epochs=1, batch_size=64, learning_rate=1e-3, seed=0, device=device,
                    precision=best if about.precision == "bfloat16" else "float32")  # fmt: skip
    settings = {"normalization": Normalization(**about.normalization), "recipe": recipe}
    if about.trunk is None:
        logits = predict(network, pixels, **settings)
    else:
        # The folded layer subtracts large numbers, which bfloat16 would not survive.
        found = features(network, pixels, **settings)
        exact = replace(recipe, precision="float32")
        logits = predict(network.fc, found, normalization=None, recipe=exact)
    if about.weights == "joint":
        logits = prior_shift(logits, np.array([about.prevalence[g] for g in about.genres]))
    return sigmoid(logits)


def at_prevalence(probability: float, prevalence: float) -> float:
    """A probability learned where a genre was 1 in 2, where its share is `prevalence`.

    See `mgrlib.ensemble.thresholds.prior_corrected`; a share of 0 or 1 is moved inwards by 1e-6.
    """
    share = min(max(prevalence, 1e-6), 1 - 1e-6)
    return float(prior_corrected(np.array([probability]), share)[0])


def predict_songs(
    run: Path,
    files: Sequence[str],
    networks: Networks,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:
    """Genres of songs with probabilities, the likeliest first.

    Parameters
    ----------
    run : Path
        Folder of the run.
    files : sequence of str
        Audio files.
    networks : Networks
        Of the run, see `choose_networks`.
    progress : callable
        Called with the number of songs that have been read.

    Returns
    -------
    dict
        Plain data: ``run, corpus, evidence, warning, depth, scale, weights, settings``
        and ``songs``, each with ``path, seconds, padded, genres`` or ``path, error``. A
        genre has ``probability``, as learned where it was 1 in 2, and
        ``probability_at_prevalence``, where it is as frequent as in training.
    """
    about = next(iter(networks.values()))
    songs = []
    for path in files:
        songs.append(read_song(path, about))
        progress(1)
    usable = [song for song in songs if song.error is None]
    answers = iter(_answers(networks, usable))
    return {
        "run": run.name,
        "corpus": read_study(run).get("corpus_words"),
        "evidence": about.evidence,
        "warning": WARNING if about.evidence == "synthetic" else None,
        "depth": about.depth,
        "scale": about.scale,
        "weights": about.weights,
        "settings": {name: about.image[name] for name in IMAGE},
        "songs": [_failed(song) if song.error else next(answers) for song in songs],
    }


def _failed(song: Song) -> dict[str, Any]:
    error = {"reason": song.error.reason, "detail": song.error.detail}
    return {"path": song.path, "error": error}


def groups_of(networks: Mapping[Path, About]) -> list[list[Path]]:
    """Files that are read as one network: a whole one, or all heads over one trunk."""
    groups: dict[str, list[Path]] = {}
    for file, about in networks.items():
        groups.setdefault(about.trunk or file.name, []).append(file)
    return list(groups.values())


def _answers(networks: Networks, songs: list[Song]) -> list[dict[str, Any]]:
    """What stands in the result of each song."""
    genres: list[list[dict]] = [[] for _ in songs]
    for group in groups_of(networks) if songs else []:
        network, about = read_network(*group)
        table = probabilities(network, about, np.stack([song.image for song in songs]))
        for rows, values in zip(genres, table, strict=True):
            rows += [
                {"genre": genre, "probability": float(value),
                 "probability_at_prevalence": at_prevalence(float(value), about.prevalence[genre])}
                for genre, value in zip(about.genres, values, strict=True)
            ]  # fmt: skip
    return [
        {"path": song.path, "seconds": song.seconds, "padded": song.padded,
         "genres": sorted(rows, key=lambda row: -row["probability"])}
        for song, rows in zip(songs, genres, strict=True)
    ]  # fmt: skip


def as_text(result: dict[str, Any]) -> str:
    """The songs that could be used as tables for a terminal, in percent."""
    blocks = []
    for song in result["songs"]:
        if "genres" in song:
            padded = ", padded with silence" if song["padded"] else ""
            rows = [(_printable(row["genre"]), row) for row in song["genres"]]
            width = max(_columns(name) for name, _ in rows)
            lines = [f"{_printable(song['path'])} ({song['seconds']:.1f} s{padded})"]
            lines.append(f"  {'genre':{max(width, 5)}}  at 1 in 2  as in training")
            lines += [
                f"  {name}{' ' * (max(width, 5) - _columns(name))}  {row['probability']:9.1%}"
                f"  {row['probability_at_prevalence']:14.1%}"
                for name, row in rows
            ]
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def refusals(result: dict[str, Any]) -> list[str]:
    """A line for each song that could not be used."""
    return [
        _printable(f"{song['path']}: {song['error']['reason']}: {song['error']['detail']}")
        for song in result["songs"]
        if "error" in song
    ]


def _printable(text: str) -> str:
    """`text` on one line, without what a terminal would obey and not show."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _columns(text: str) -> int:
    """Columns of a terminal that `text` takes: East Asian letters take two."""
    return sum((not combining(c)) * (1 + (east_asian_width(c) in "WF")) for c in text)
