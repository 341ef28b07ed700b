"""Small libraries of tones that the tests make, and folders of their own for runs and cache."""

import ast
import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mgrlib.files import ROOT

RATE = 22_050
SONG_FIELDS = ["path", "title", "artist", "album", "year", "subgenre_1", "subgenre_2"]


def pytest_collection_modifyitems(items):
    """The longest file first: begun last, it keeps one process busy and the other waiting."""
    items.sort(key=lambda item: item.path.name != "test_study.py")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Runs and cache of the tests, away from the user's."""
    patch = pytest.MonkeyPatch()
    base = tmp_path_factory.mktemp("mgrlib")
    patch.setenv("MGRLIB_RUNS", str(base / "runs"))
    patch.setenv("MGRLIB_CACHE", str(base / "cache"))
    yield base
    patch.undo()


def tone(hertz: float, *, seconds: float, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    """A sine with a little noise, so that no bin of its spectrum is empty."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(round(hertz)).normal(0, 0.01, len(time))
    return (level * np.sin(2 * np.pi * hertz * time) + noise).astype(np.float32)


def write_csv(path: Path, fields: list[str], rows: list[dict]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fields)
        writer.writeheader()
        writer.writerows(rows)


TAXONOMY = [
    {"subgenre": "low drone", "genre_1": "Low", "genre_2": ""},
    {"subgenre": "high drone", "genre_1": "High", "genre_2": ""},
    {"subgenre": "low noise", "genre_1": "Low", "genre_2": "Noise"},
    {"subgenre": "high noise", "genre_1": "High", "genre_2": "Noise"},
]


def make_tone_library(folder: Path, *, songs: int = 48, seconds: float = 1.2) -> Path:
    """A library of WAV files whose genres can be heard: low or high, with noise or without."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    rows = []
    for number in range(songs):
        high, noisy = number % 2, number % 3 == 0
        samples = tone((300, 4000)[high] * rng.uniform(0.8, 1.25), seconds=seconds)
        samples += noisy * rng.normal(0, 0.1, len(samples)).astype(np.float32)
        path = f"artist {number // 6}/song {number:02d}.wav"
        (folder / path).parent.mkdir(exist_ok=True)
        soundfile.write(folder / path, samples, RATE)
        pitch, texture = ("low", "high")[high], "noise" if noisy else "drone"
        rows.append(
            {
                "path": path,
                "title": f"Song {number}",
                "artist": f"Artist {number // 6}",
                "album": f"Album {number // 3}",
                "year": str(1980 + number % 40),
                "subgenre_1": f"{pitch} {texture}",
                "subgenre_2": "",
            }
        )
    write_csv(folder / "songs.csv", SONG_FIELDS, rows)
    write_csv(folder / "taxonomy.csv", ["subgenre", "genre_1", "genre_2"], TAXONOMY)
    return folder


@pytest.fixture(scope="session")
def tone_library(tmp_path_factory) -> Path:
    """48 songs of 1.2 s in three genres; not to be changed."""
    return make_tone_library(tmp_path_factory.mktemp("library") / "tones")


@pytest.fixture
def small_settings(tone_library):
    """Settings of a study of `tone_library` that takes seconds."""
    from mgrlib.settings import make_settings

    return make_settings(
        profile="smoke",
        corpus=str(tone_library),
        overrides={"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1},
    )


@pytest.fixture(scope="session")
def kept_runs(tone_library, own_folders) -> dict[str, Path]:
    """Small runs with kept networks, by how these were tuned; not to be changed."""
    import shutil

    from mgrlib.pipeline import start_study

    settings = {"segment_seconds": 1, "depths": [34], "scales": ["mel"], "songs": 48, "jobs": 1,
                "max_genres": 2, "keep_models": True}  # fmt: skip
    own = {
        "all": {"weights": ["none"], "precision": "float32"},
        "head": {"weights": ["none", "corpus"], "epochs": 3, "learning_rate": 0.01},
    }
    runs = {}
    for tune, others in own.items():
        study = start_study(
            profile="smoke", corpus=str(tone_library), name=f"kept-{tune}",
            overrides={**settings, **others, "tune": tune},
        )  # fmt: skip
        study.train()
        runs[tune] = study.folder
    yield runs
    for run in runs.values():  # hundreds of megabytes
        shutil.rmtree(run)


def run_cells(notebook: str, **parameters) -> list:
    """Run the code cells of a notebook in this process; the values that cells end in.

    Faster than a kernel, for the many cases that a page has to explain; that the notebooks
    run by papermill is held by tests/test_study.py.
    """
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text("utf-8"))["cells"]
    names, shown = {"display": lambda *values: shown.extend(values)}, []
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        lines = [line for line in "".join(cell["source"]).split("\n") if line[:1] != "%"]
        body = ast.parse("\n".join(lines)).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), notebook, "exec"), names)
        if last:
            value = eval(compile(ast.Expression(last.value), notebook, "eval"), names)
            shown += [] if value is None else [value]
        if "parameters" in cell["metadata"].get("tags", []):
            if unknown := set(parameters) - set(names):
                raise ValueError(f"{notebook} declares no {unknown}")
            names.update(parameters)
    return shown


def words(shown: list) -> str:
    """All that a notebook's cells say, as one text."""
    return "\n".join(str(getattr(value, "data", value)) for value in shown)
