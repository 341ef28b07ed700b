"""Any scale goes through the whole study: looks, pages, seeds; also without the paper's two."""

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from IPython.display import HTML, Markdown
from made_up import KEY, answers, write
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from mgrlib import figures, results, statistics
from mgrlib.files import ROOT
from mgrlib.grid import ALL_GENRES, Data, Grid, Model, read_records
from mgrlib.metrics import binary_metrics
from mgrlib.settings import SCALES, make_settings
from mgrlib.splits import draw_split
from mgrlib.trainer import train_grid

PAGES = sorted(
    file.stem for file in (ROOT / "notebooks").glob("*.ipynb") if "04" <= file.stem[:2] <= "15"
)
PUBLISHED = "08_published_numbers"
OF_EVERY_SCALE = {
    "04_across_depths": ["fig03", "fig04", "fig05", "fig06", "ensemble"],
    "05_per_genre_analysis": ["fig07", "fig08", "fig09"],
    "11_prevalence": ["null-f1", "null-precision"],
    "12_thresholds": ["thresholds", "pr-curves", "pr-curves-all", "calibration"],
    "13_scale_or_resolution": ["resolution-pairs", "resolution-depths"],
    "14_disagreement": ["agreement-depths"],
}
"""The figures that show each scale of a run."""


# Looks


def test_the_looks_are_those_of_all_scales_in_their_order():
    assert tuple(figures.LOOKS) == SCALES


@pytest.mark.parametrize("part", figures.LOOKS["mel"]._fields)
def test_any_one_part_of_a_look_tells_all_scales_apart(part):
    looks = figures.scale_looks([*SCALES, "bark", "erb", "<b>"])
    assert len({getattr(look, part) for look in looks.values()}) == len(SCALES) + 3


def luminance(color: str) -> float:
    """Relative luminance by the Web Content Accessibility Guidelines 2.2."""
    parts = np.array(to_rgb(color))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def without(cone: str, color: str) -> np.ndarray:
    """A color in linear RGB as dichromats see it (Viénot, Brettel & Mollon 1999)."""
    seen = {
        "red": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
        "green": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    }[cone]
    return np.clip(np.array(seen) @ np.array(to_rgb(color)) ** 2.2, 0, 1)


@pytest.mark.parametrize("cone", ["red", "green"])
def test_no_two_colors_are_the_same_to_the_color_blind(cone):
    seen = {scale: without(cone, look.color) ** (1 / 2.2) for scale, look in figures.LOOKS.items()}
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 0.12, (one, other)


def test_every_color_stands_out_from_white():
    for look in figures.LOOKS.values():
        assert 1.05 / (luminance(look.color) + 0.05) > 1.9


@pytest.mark.parametrize("names", [SCALES, [*SCALES, "joint network", "logistic regression"]])
def test_a_legend_of_all_scales_fits_the_page(names):
    columns = figures.canvas.legend_columns(list(names))
    assert 3 <= columns <= len(names)


# Pages


def study(folder, scales, *, genres=4, songs=40):
    """A run of made-up answers with metrics of every kind, joint network and baseline too."""
    made = {"genres": genres, "songs": songs, "scales": scales}
    parts = [answers(**made, arms=("corpus", "joint")), answers(**made, arms=("baseline",))]
    predictions = pd.concat(parts, ignore_index=True)
    rows = [
        dict(zip(KEY, key, strict=True))
        | binary_metrics(group["truth"], group["probability"])
        | {"n_train": 40, "n_test": len(group), "n_test_positive": int(group["truth"].sum())}
        | {"epochs": 2, "seconds": 1.0, "train_prevalence": group["truth"].mean()}
        for key, group in predictions.groupby(KEY, sort=False)
    ]
    table = pd.DataFrame(rows)[results.COLUMNS + results.EXTRA_COLUMNS]
    return write(folder, table, predictions[results.PREDICTION_COLUMNS])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run with all scales, and one with neither linear nor mel; only read."""
    folder = tmp_path_factory.mktemp("runs")
    return {"six": study(folder / "six", SCALES), "two": study(folder / "two", ("log", "cqt"))}


@pytest.fixture
def drawn(monkeypatch):
    """The figures of a page by their names, drawn once with few pixels and not written."""
    found = {}

    def keep(figure, run, name):
        figure.set_dpi(30)
        figure.canvas.draw()
        found[name if isinstance(name, str) else f"fig{name:02d}"] = figure
        return figure

    monkeypatch.setattr(figures, "save_figure", keep)
    return found


def texts_of(figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def said_in(figure) -> str:
    return "\n".join(text.get_text() for text in texts_of(figure)).replace("−\n", "− ")


def legends_of(figure) -> list:
    own = [ax.get_legend() for ax in figure.axes if ax.get_legend()]
    return own + figure.legends


def says_no_number_as_words(shown) -> bool:
    prose = words([value for value in shown if isinstance(value, Markdown | HTML)])
    return not re.search(r"\bnan\b|\binf\b|\bNone\b(?! of)", prose)


@pytest.mark.parametrize("page", OF_EVERY_SCALE)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_page_has_room_for_all_scales_and_names_them(page, runs, drawn):
    shown = run_cells(page, run=str(runs["six"]))
    assert says_no_number_as_words(shown)
    for name, figure in drawn.items():
        for legend in legends_of(figure):
            extent = legend.get_window_extent()
            assert extent.x0 >= -1, name
            assert extent.x1 <= 1.01 * figure.bbox.x1, name
    for name in OF_EVERY_SCALE.get(page, []):
        lines = set(re.split(r"\n| − | \d+(?=\n|$)", said_in(drawn[name])))
        assert set(SCALES) <= {line.strip() for line in lines}, name
    if page not in ("11_prevalence", "13_scale_or_resolution"):
        assert "What is compared on this page is linear with mel" in words(shown)


@pytest.mark.parametrize("page", [page for page in PAGES if page != PUBLISHED])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_page_of_a_run_without_linear_and_mel_shows_what_it_can(page, runs, drawn):
    shown = run_cells(page, run=str(runs["two"]))
    assert says_no_number_as_words(shown)
    if page not in ("11_prevalence", "13_scale_or_resolution"):
        assert "the arm corpus has neither linear nor mel networks" in words(shown)
    empty = [table for table in shown if isinstance(table, pd.DataFrame) and table.empty]
    assert not empty, "say why there is no table"
    for name in OF_EVERY_SCALE.get(page, []):
        assert {"log", "cqt"} <= set(re.findall(r"\w+", said_in(drawn[name]))), name


def test_medians_of_further_scales_are_told_beside_the_pair(runs):
    metrics = results.read_metrics(runs["six"])
    said = statistics.describe_medians(metrics, metric="f1", arm="corpus")
    rows = metrics[(metrics["weights"] == "corpus") & (metrics["scale"] == "cqt")]
    medians = rows.groupby("depth")["f1"].median()
    assert f"with cqt: ResNet34 {medians[34]:.3f}, ResNet50 {medians[50]:.3f}" in said
    assert "with mel:" not in said


@pytest.mark.parametrize(
    ("scales", "said"),
    [
        (("linear", "mel"), ""),
        (("linear", "mel", "cqt"), "single scales, it has cqt as well"),
        (("mel", "cqt"), "has no linear networks"),
        (("cqt",), "has neither linear nor mel networks"),
    ],
)
def test_a_page_says_what_it_compares(scales, said, runs):
    metrics = results.read_metrics(runs["six"])
    found = statistics.describe_compared(metrics[metrics["scale"].isin(scales)], arm="corpus")
    assert said in found
    assert bool(found) is bool(said)


def test_pairs_of_other_spacings_are_mel_and_a_scale_of_as_many_rows(runs):
    metrics = results.read_metrics(runs["six"])
    said = statistics.describe_spacing(metrics, arm="corpus")
    assert re.findall(r"^- (.*?):", said.replace("\\", ""), re.M) == [
        "linear-bands − mel", "mel − mel-htk", "mel − log", "mel − cqt",
    ]  # fmt: skip
    assert "by Holm's method over 15 tests" in said
    two = metrics[metrics["scale"].isin(("linear", "mel"))]
    assert "has no such pair" in statistics.describe_spacing(two, arm="corpus")


# Pairs: the networks of two scales differ in their images and in nothing else


@pytest.fixture
def grid(tmp_path):
    """A study of all scales whose images are the same."""
    rng = np.random.default_rng(3)
    labels = rng.random((30, 2)) < (0.5, 0.4)
    images = rng.integers(0, 255, (30, 32, 32), dtype=np.uint8)
    splits = (draw_split(labels, test_fraction=0.25, seed=1, repeat=0),)
    data = Data(dict.fromkeys(SCALES, images), labels, ("Pop", "Folk"), splits)
    settings = make_settings(
        profile="smoke",
        overrides={"scales": list(SCALES), "depths": [34], "epochs": 1, "joint_epochs": 1,
                   "weights": ["corpus"], "tune": "head", "batch_size": 8},
    )  # fmt: skip
    return Grid(data, settings, tmp_path, device="cpu", precision="float32", cache=tmp_path / "c")


@pytest.mark.parametrize("scale", SCALES)
def test_seeds_and_songs_are_those_of_mel(grid, scale):
    for model in (m for m in grid.models() if m.scale == "mel"):
        other = replace(model, scale=scale)
        for purpose in ("weights", "batches"):
            assert grid.seed(other, purpose) == grid.seed(model, purpose)
        if model.genre != ALL_GENRES:
            np.testing.assert_array_equal(grid.subset(other), grid.subset(model))


def test_a_further_scale_changes_no_key_of_the_others(grid):
    few = replace(grid, settings=replace(grid.settings, scales=("mel",)))
    own = [model for model in grid.models() if model.scale == "mel"]
    assert few.models() == own
    assert [few.key(model) for model in own] == [grid.key(model) for model in own]


def test_equal_images_have_equal_answers_on_a_third_scale(grid):
    pair = replace(grid, settings=replace(grid.settings, scales=("mel", "cqt")))
    train_grid(pair, jobs=1)
    found = {}
    for record in read_records(pair):
        key = replace(Model(**record["model"]), scale="")
        found.setdefault(key, []).append(record["probabilities"])
    for mel, cqt in found.values():
        assert mel == cqt
