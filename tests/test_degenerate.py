"""Every page of the analysis on results that lack what it asks for: it explains, and goes on."""

import functools
import math
import re

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from IPython.display import HTML, Markdown

from mgrlib import figures, results
from mgrlib.errors import RunError
from mgrlib.files import ROOT
from mgrlib.metrics import binary_metrics

GENRES = ("Rock", "Hip-Hop", "<b>Jazz & Co</b>", "R&B", "1980")
PAGES = sorted(
    file.stem for file in (ROOT / "notebooks").glob("*.ipynb") if "04" <= file.stem[:2] <= "15"
)
ROWS = {"corpus": (34, 50), "joint": (34, 50), "baseline": (0,)}


def made_up_predictions(seed: int = 0, songs: int = 40) -> pd.DataFrame:
    """Answers of networks that know a little, for songs with one to three of the genres."""
    rng = np.random.default_rng(seed)
    truth = rng.random((songs, len(GENRES))) < np.linspace(0.5, 0.15, len(GENRES))
    truth[np.arange(5), np.arange(5)] = True
    paths, parts = [f"song {i}.wav" for i in range(songs)], []
    for weights, depths in ROWS.items():
        for depth in depths:
            for scale in ("linear", "mel"):
                logits = rng.normal(1.5 * truth - 0.75, 1.0)
                for column, genre in enumerate(GENRES):
                    cell = {"genre": genre, "depth": depth, "scale": scale, "weights": weights}
                    cell |= {"truth": truth[:, column], "path": paths, "repeat": 0}
                    cell["probability"] = 1 / (1 + np.exp(-logits[:, column]))
                    parts.append(pd.DataFrame(cell))
    return pd.concat(parts, ignore_index=True)[results.PREDICTION_COLUMNS]


def metrics_of(predictions: pd.DataFrame) -> pd.DataFrame:
    rows = [
        dict(zip(results.KEY, key, strict=True))
        | binary_metrics(group["truth"], group["probability"])
        | {"n_train": 60, "n_test": len(group), "n_test_positive": int(group["truth"].sum())}
        | {"epochs": 2, "seconds": 1.0, "train_prevalence": group["truth"].mean()}
        for key, group in predictions.groupby(results.KEY, sort=False)
    ]
    return pd.DataFrame(rows)[results.COLUMNS + results.EXTRA_COLUMNS]


def both(keep):
    """A change of metrics and predictions alike: the rows that `keep` names."""
    return lambda table, own: table[keep(table)]


def on_metrics(change):
    """A change of the metrics alone, so that the predictions are left out."""
    return lambda table, own: change(table.copy()) if own == "metrics" else None


def blank_mel(table):
    table.loc[table["scale"] == "mel", results.METRICS] = math.nan
    return table


def lose_one(table):
    table.loc[table.index[0], results.METRICS] = math.nan
    return table


def level(table):
    table[results.METRICS] = 0.5
    return table


def tie(table):
    for name in results.METRICS:
        table[name] = np.where(table["scale"] == "mel", 0.6, 0.5)
    return table


def add_joint_name(table):
    return table.replace({"weights": {"corpus": "my *weights*.pt"}})


CASES = {
    "all that a run has": lambda table, own: table,
    "metrics alone": on_metrics(lambda table: table),
    "one scale": both(lambda t: t["scale"] == "mel"),
    "one depth": both(lambda t: t["depth"].isin([0, 34])),
    "two genres": both(lambda t: t["genre"].isin(GENRES[:2])),
    "one genre": both(lambda t: t["genre"] == GENRES[2]),
    "no reference rows": both(lambda t: t["weights"] == "corpus"),
    "another scale": lambda table, own: table.replace({"scale": {"mel": "cqt"}}),
    "an arm of any name": lambda table, own: add_joint_name(table),
    "no values of mel": on_metrics(blank_mel),
    "one value lost": on_metrics(lose_one),
    "zero differences": on_metrics(level),
    "equal differences": on_metrics(tie),
    "keys and F1 alone": on_metrics(lambda table: table[[*results.KEY, "f1"]]),
    "no sizes": on_metrics(lambda table: table.drop(columns=["n_test_positive", "n_test"])),
}


@functools.cache
def made_up_run() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predictions and their metrics, which every case starts from; not to be changed."""
    predictions = made_up_predictions()
    return predictions, metrics_of(predictions)


def write_case(folder, name):
    predictions, metrics = made_up_run()
    metrics = CASES[name](metrics, "metrics")
    predictions = CASES[name](predictions, "predictions")
    (folder / "results").mkdir(parents=True)
    metrics.to_csv(folder / "results" / "metrics.csv", index=False)
    if predictions is not None:
        predictions.to_parquet(folder / "results" / "predictions.parquet", index=False)
    return folder


@pytest.fixture(autouse=True)
def one_small_picture(monkeypatch):
    """Draw each figure once, with few pixels: what it looks like is not asked here."""

    def draw(figure, run, name):
        figure.set_dpi(20)
        figure.canvas.draw()
        return figure

    monkeypatch.setattr(figures, "save_figure", draw)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_page_explains_what_it_cannot_compute(page, name, tmp_path):
    shown = run_cells(page, run=str(write_case(tmp_path / "mine", name)))
    assert len(words(shown)) > 100
    prose = words([value for value in shown if isinstance(value, Markdown | HTML)])
    assert "<b>" not in prose, "a genre's name must not become markup"
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b(?! of)", prose), "say why there is no number"


@pytest.mark.parametrize("page", PAGES)
def test_a_run_without_binary_networks_is_an_error_that_says_so(page, tmp_path):
    folder = write_case(tmp_path / "mine", "metrics alone")
    table = pd.read_csv(folder / "results" / "metrics.csv")
    table[table["weights"] == "joint"].to_csv(folder / "results" / "metrics.csv", index=False)
    with pytest.raises(RunError, match="no row of a binary network"):
        run_cells(page, run=str(folder))
