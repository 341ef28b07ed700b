"""What the live explorer writes: a picture, the levels, and settings for papermill.

A file of settings is YAML for ``papermill NOTEBOOK OUT -f FILE``. One is for the study's own
notebooks and has what these know, ``run``, ``profile``, ``corpus``, ``overrides`` and ``song``;
the other opens the explorer at the same view. Notebook: explorer.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from matplotlib.figure import Figure

from ..errors import SettingsError, StudyError
from ..figures import make_figure, use_style
from ..figures.canvas import wrapped
from ..figures.spectrograms import LEVEL, Drawn, draw_panel
from ..files import ROOT, digest, runs_folder, slug, write_atomically, write_text
from ..settings import Settings, make_settings
from .live_view import Picture, View

FORMAT = 1
"""Of the array's file; changes whenever a reader of older files would stumble."""

NOT_IN_STUDY = {
    "window": "the study always uses a Hann window",
    "low_hz": "the study shows and learns from all rows",
    "high_hz": "the study shows and learns from all rows",
    "ceiling_db": "the study's lightest color is the loudest point",
    "start": "the study takes the middle of a song",
    "colors": "the study's figures have one color map",
}
"""Of a view, what no setting of the study knows, and what the study does instead."""


@dataclass(frozen=True)
class Origin:
    """The run that an explorer shows; without one, all is None.

    Attributes
    ----------
    run : Path or None
        Its folder.
    profile : str or None
    settings : Settings
        The defaults where there is no run.
    """

    run: Path | None = None
    profile: str | None = None
    settings: Settings = field(default_factory=Settings)


def export_folder(named: str) -> Path:
    """The folder of that name, made where it is missing.

    Raises
    ------
    SettingsError
        If nothing can be written there.
    """
    folder = Path(named).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(folder, os.W_OK) else "it may not be written to"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        raise SettingsError(
            f"nothing can be written to the folder {named!r} ({reason}): type the name of another "
            "one into the field Folder"
        )
    return folder


def draw_figure(picture: Picture) -> Figure:
    """A picture with axes in s and Hz and a dB bar."""
    return make_figure(_draw, picture, height_inches=3.4)


def _draw(ax, picture: Picture) -> None:
    view, name = picture.view, picture.recording.name
    drawn = Drawn(picture.levels, picture.frequencies, picture.times)
    image = draw_panel(ax, drawn, tick_share=0.05, cmap=view.colors, vmin=view.floor_db,
                       vmax=view.ceiling_db)  # fmt: skip
    ax.set_xlabel("Time in the song (s)")
    ax.set_ylabel("Frequency (Hz)")
    ax.set_title(wrapped(f"{name}: {view.scale}", 80), fontsize=10)
    ax.figure.colorbar(image, ax=ax, pad=0.02, label=LEVEL)


def write_picture(file: Path, picture: Picture) -> None:
    """Write a picture with its axes as PNG."""
    figure = draw_figure(picture)
    with use_style():
        write_atomically(file, lambda stream: figure.savefig(stream, format="png", dpi=200))


def write_array(file: Path, picture: Picture) -> None:
    """Write the levels as ``.npz``: arrays of numbers and text, to be read without pickle.

    ``levels_db`` (frequency, time), float32, ``frequencies_hz``, ``times_s``, and ``about``, a
    text of JSON with the view, the sample rate and the song.
    """
    recording = picture.recording
    about = {"format": FORMAT, "name": recording.name, "song": recording.song,
             "sample_rate": recording.sample_rate, "view": picture.view.as_dict()}  # fmt: skip
    arrays = {"levels_db": np.ascontiguousarray(picture.levels), "times_s": picture.times,
              "frequencies_hz": picture.frequencies,
              "about": np.array(json.dumps(about, ensure_ascii=False))}  # fmt: skip
    write_atomically(file, lambda stream: np.savez_compressed(stream, **arrays))


def study_overrides(view: View, settings: Settings) -> dict[str, Any]:
    """Settings of the study that a view asks for and `settings` have otherwise.

    Raises
    ------
    SettingsError
        If the study refuses a value.
    """
    asked = {
        "n_fft": view.n_fft,
        "hop_length": view.hop_length,
        "n_mels": view.n_mels,
        "top_db": -view.floor_db,
        "segment_seconds": view.seconds,
        "scales": [*settings.scales, *({view.scale} - set(settings.scales))],
    }
    own = settings.as_dict()
    checked = Settings(**{**own, **asked}).as_dict()
    return {name: checked[name] for name in asked if checked[name] != own[name]}


def study_parameters(picture: Picture, origin: Origin) -> dict[str, Any]:
    """Parameters of the study's notebooks that show the song as the view does.

    Settings can't be changed in a run: where some differ, another run is named, which
    the notebook makes. The song is left out where it is not one of the run's.

    Raises
    ------
    StudyError
        If the study refuses a value, or there is no run.
    """
    if origin.run is None:
        raise StudyError(
            "there are no settings of a run to change, since no run with songs is open: open the "
            "explorer with run=, or make a library of your files with python -m mgrlib init FOLDER"
        )
    changed = study_overrides(picture.view, origin.settings)
    song = {} if picture.recording.song is None else {"song": picture.recording.song}
    if not changed:
        return {"run": run_name(origin.run), **song}
    usual = make_settings(profile=origin.profile).as_dict()
    values = {**origin.settings.as_dict(), **changed}
    corpus = values.pop("corpus")
    overrides = {name: value for name, value in values.items() if value != usual[name]}
    name = f"{origin.run.name[:40]}-{digest(corpus, values)[:6]}"
    return {"run": run_name(runs_folder() / name), "profile": origin.profile, "corpus": corpus,
            "overrides": overrides, **song}  # fmt: skip


def run_name(run: Path) -> str:
    """A run as a notebook's parameter: from the repository's root where it lies there."""
    return str(run.relative_to(ROOT)) if run.is_relative_to(ROOT) else str(run)


def write_study_settings(file: Path, picture: Picture, origin: Origin) -> None:
    """Write parameters for the study's notebooks; `study_parameters` says what is raised."""
    parameters = study_parameters(picture, origin)
    view, recording = picture.view, picture.recording
    lines = [
        "Settings of the live explorer for the notebooks of the study, such as:",
        f"papermill notebooks/02_spectrogram_generation.ipynb out.ipynb -f {file.name}",
    ]
    if "overrides" in parameters:
        lines += ["They make a new run: all its songs are drawn with these settings."]
    if recording.song is None:
        lines += ["The song is no song of the run, and the notebook shows the run's first."]
    usual = View(high_hz=recording.sample_rate / 2)
    for name, why in NOT_IN_STUDY.items():
        if name == "start" or getattr(view, name) != getattr(usual, name):
            lines += [f"Not part of them: {name} {getattr(view, name)} ({why})."]
    write_text(file, _commented(lines) + _yaml(parameters))


def view_parameters(picture: Picture, origin: Origin, *, path: str | None) -> dict[str, Any]:
    """Parameters of the explorer's notebook that open it at a view."""
    parameters: dict[str, Any] = {} if origin.run is None else {"run": run_name(origin.run)}
    if picture.recording.song is not None:
        parameters["song"] = picture.recording.song
    elif path is not None:
        parameters["file"] = path
    return {**parameters, "view": picture.view.as_dict()}


def write_view_settings(file: Path, picture: Picture, origin: Origin, *, path: str | None) -> None:
    """Write parameters that open the explorer at a view.

    Parameters
    ----------
    path : str or None
        Of the file that is shown, where it is no song of the run; an upload has none.
    """
    lines = [
        "Opens the live explorer at this view:",
        f"papermill notebooks/explorer.ipynb out.ipynb -f {file.name}",
    ]
    parameters = view_parameters(picture, origin, path=path)
    write_text(file, _commented(lines) + _yaml(parameters))


def _commented(lines: list[str]) -> str:
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def _yaml(parameters: dict[str, Any]) -> str:
    return yaml.safe_dump(parameters, sort_keys=False, allow_unicode=True)


def export_stem(picture: Picture) -> str:
    """Name of the files of a picture, without ending: song, scale and what tells views apart."""
    view, recording = picture.view, picture.recording
    return f"{slug(recording.name)[:40]}-{view.scale}-{digest(view.as_dict(), recording.song)[:6]}"
