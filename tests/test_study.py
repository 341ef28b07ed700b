"""The smoke study from songs to book, once; and what a reader, a user and a reviewer find in it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import papermill
import pytest
from conftest import make_tone_library, run_cells, words
from IPython.display import HTML, Markdown
from PIL import Image

from mgrlib import results
from mgrlib.__main__ import main
from mgrlib.files import ROOT, read_json, runs_folder
from mgrlib.notebooks import PAGES, execute_with_restarts

CALL = ["run", "--profile", "smoke", "--name", "browser", "--set", "keep_models=true"]
"""The call of `make test-browser`, so that one run can serve both."""


def make_study() -> Path:
    """Make the study, or take it up, and return its run folder.

    It lies in a folder of the tests' own, or among the user's where ``SHARED_STUDY`` is set.
    """
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("SHARED_STUDY"):
            patch.delenv("MGRLIB_RUNS")
            patch.delenv("MGRLIB_CACHE")
        assert main(CALL) == 0
        return runs_folder() / "browser"


@pytest.fixture(scope="module")
def smoke(own_folders):
    """The run folder of the smoke study on synthetic songs; not to be changed."""
    return make_study()


def execute(name: str, out: Path, **parameters) -> None:
    """Execute a notebook by plain papermill."""
    source = ROOT / "notebooks" / f"{name}.ipynb"
    execute_with_restarts(
        papermill.execute_notebook, source, out, parameters=parameters, progress_bar=False
    )


def test_every_cell_of_the_grid_has_its_row(smoke):
    metrics = results.read_metrics(smoke)
    assert metrics.columns.tolist() == results.COLUMNS + results.EXTRA_COLUMNS
    sizes = metrics.groupby("weights").size().to_dict()
    genres = metrics["genre"].nunique()
    assert genres == 4
    assert sizes == {"none": genres * 2 * 2, "joint": genres * 2 * 2, "baseline": genres * 2}
    for name in results.METRICS:
        assert metrics[name].notna().all()
    bounded = [name for name in results.METRICS if name != "loss"]
    assert metrics[bounded].stack().between(0, 1).all()


def test_predictions_give_back_the_metrics(smoke):
    predictions = results.read_predictions(smoke)
    metrics = results.read_metrics(smoke).set_index(results.KEY)
    for key, rows in predictions.groupby(results.KEY):
        said = rows["probability"] >= 0.5
        assert metrics.loc[key, "accuracy"] == pytest.approx((said == rows["truth"]).mean())
        assert metrics.loc[key, "n_test_positive"] == rows["truth"].sum()


def test_the_ensembles_at_one_half_are_the_networks_of_the_metrics(smoke):
    metrics = results.read_metrics(smoke).set_index(results.KEY).sort_index()
    tables = results.read_ensemble(smoke)
    plain = tables["ensemble_genres"].query("rule == '0.5'").set_index(results.KEY).sort_index()
    shared = ["precision", "recall", "f1", "average_precision", "roc_auc", "n_test_positive"]
    pd.testing.assert_frame_equal(plain[shared], metrics[shared])
    assert set(tables["ensemble"]["rule"]) == {"0.5", "prior-corrected", "F1-tuned"}


def test_the_run_says_how_it_was_made(smoke):
    study = read_json(smoke / "study.json")
    assert study["profile"] == "smoke"
    assert study["evidence"] == "synthetic"
    assert study["corpus_words"] == "96 synthetic songs"
    assert set(study["versions"]) >= {"python", "torch", "librosa", "mgrlib"}
    assert study["hardware"]["cores"] >= 1


def test_statistics_are_those_of_the_table(smoke):
    from scipy import stats

    metrics = results.read_metrics(smoke).query("weights == 'none'")
    table = metrics.pivot_table(index="genre", columns="scale", values="f1", aggfunc="mean")
    expected = stats.ttest_rel(table["linear"], table["mel"])
    found = read_json(smoke / "statistics.json")
    assert found["arm"] == "none"
    assert found["difference"] == "linear - mel"
    assert found["paired_t"]["n"] == 4
    assert found["paired_t"]["statistic"] == pytest.approx(expected.statistic)
    assert found["paired_t"]["p"] == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("number", range(1, 11))
def test_every_figure_of_the_paper_is_drawn(smoke, number):
    picture = smoke / "figures" / f"fig{number:02d}.png"
    with Image.open(picture) as image:
        assert image.width > 1000
        assert len(image.convert("L").getcolors()) > 10
    assert "<svg" in picture.with_suffix(".svg").read_text("utf-8")[:500]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_notebook_was_executed_without_an_error(smoke, page):
    notebook = nbformat.read(smoke / "notebooks" / page.name, as_version=4)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert outputs
    assert not [out for out in outputs if out.output_type == "error"]


def site_text(smoke, name: str) -> str:
    return (smoke / "site" / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        ("notebooks/01_dataset_audit.html", ["Table 1"]),
        ("notebooks/02_spectrogram_generation.html", ["Figure 1", "Figure 2"]),
        ("notebooks/04_across_depths.html", ["Figure 3", "Figure 4", "Figure 5", "Figure 6"]),
        ("notebooks/05_per_genre_analysis.html", ["Figure 7", "Figure 8", "Figure 9"]),
        ("notebooks/06_statistical_test.html", ["Figure 10"]),
    ],
)
def test_the_book_numbers_as_the_paper_does(smoke, page, labels):
    captions = re.findall(r'class="caption-number">((?:Figure|Table) \w+)', site_text(smoke, page))
    assert [label for label in captions if not label.split()[1].startswith("S")] == labels


def test_the_first_page_says_what_the_results_are(smoke):
    text = site_text(smoke, "index.html")
    for said in ("96 synthetic songs", "smoke", "none", "no evidence about music", "Karpiński"):
        assert said in text


def test_a_depth_that_the_run_lacks_has_a_page_that_says_so(smoke):
    assert "The run has no ResNet152" in site_text(smoke, "book/depth/resnet152.html")


def test_the_site_names_no_path_of_this_machine_and_asks_for_nothing(smoke):
    for page in (smoke / "site").rglob("*.html"):
        text = page.read_text("utf-8")
        assert str(smoke.parent) not in text
        assert str(ROOT) not in text
        sources = re.findall(r'(?:<script|<img|<iframe|<audio)[^>]*?\ssrc="([^"]+)"', text)
        sources += re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', text)
        assert not [source for source in sources if re.match(r"(https?:)?//", source)], page.name


def test_the_archive_can_be_verified_and_names_no_folder(smoke, tmp_path):
    assert main(["pack", str(smoke), "--out", str(tmp_path / "a.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    lines = files.pop("SHA256SUMS").decode().splitlines()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert dict(reversed(line.split("  ", 1)) for line in lines) == sums
    for name in ("site/index.html", "figures/fig10.svg", "results/metrics.csv", "README.md",
                 "notebooks/07_claims.ipynb", "catalog/songs.csv", "CITATION.cff"):  # fmt: skip
        assert name in files
    secrets = [str(smoke.parent), str(ROOT)]
    said = [(name, secret) for name, content in files.items() for secret in secrets
            if secret.encode() in content and not name.startswith("site/_static/")]  # fmt: skip
    assert not said
    assert sum(map(len, files.values())) < 100e6
    assert sum(len(content) for name, content in files.items() if name.startswith("site/")) < 40e6


def test_a_second_call_does_nothing_again(smoke, capsys):
    kept = [*smoke.glob("results/models/*"), *smoke.glob("notebooks/*"), smoke / "site/index.html"]
    stamps = {file: file.stat().st_mtime_ns for file in kept}
    make_study()
    assert {file: file.stat().st_mtime_ns for file in kept} == stamps
    assert "site/index.html" in capsys.readouterr().out


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks"], ids=["root", "notebooks"])
def test_a_notebook_runs_by_plain_papermill(smoke, tmp_path, folder):
    source = ROOT / "notebooks" / "04_across_depths.ipynb"
    command = [sys.executable, "-m", "papermill", str(source.relative_to(folder)),
               str(tmp_path / "out.ipynb"), "-p", "run", str(smoke)]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    cells = json.loads((tmp_path / "out.ipynb").read_text("utf-8"))["cells"]
    assert any("image/png" in out.get("data", {}) for c in cells for out in c.get("outputs", []))


def test_results_made_elsewhere_go_through_the_analysis(smoke, tmp_path):
    (tmp_path / "elsewhere" / "results").mkdir(parents=True)
    shutil.copy(smoke / "results" / "metrics.csv", tmp_path / "elsewhere" / "results")
    for name in ("04_across_depths", "05_per_genre_analysis", "06_statistical_test"):
        execute(name, tmp_path / "out.ipynb", run=str(tmp_path / "elsewhere"))
    assert (tmp_path / "elsewhere" / "statistics.json").exists()


def test_a_bad_parameter_of_a_notebook_ends_in_its_message(smoke, tmp_path):
    with pytest.raises(papermill.PapermillExecutionError, match="weights must be one of none"):
        execute("06_statistical_test", tmp_path / "out.ipynb", run=str(smoke), weights="imagenet")


@pytest.fixture(scope="module")
def own(own_folders, tmp_path_factory):
    """A run on a library of one's own with broken songs: its folder, and the reasons by song."""
    library = make_tone_library(tmp_path_factory.mktemp("libraries") / "<b>My & songs")
    songs = pd.read_csv(library / "songs.csv", keep_default_na=False)
    broken = songs["path"].tolist()[:3]
    (library / broken[0]).unlink()
    (library / broken[1]).write_bytes(b"")
    (library / broken[2]).write_text("words, no sound\n" * 99)
    songs[["title", "artist"]] = "<b>My " + songs[["title", "artist"]]
    songs.to_csv(library / "songs.csv", index=False)
    arguments = ["run", "--profile", "smoke", "--corpus", str(library), "--name", "own"]
    settings = ["segment_seconds=1", "depths=34", "songs=40", "scales=mel"]
    arguments += [part for s in settings for part in ("--set", s)]
    assert main([*arguments, "--only", "01_dataset_audit"]) == 0
    reasons = {broken[0]: "missing", broken[1]: "empty", broken[2]: "unreadable"}
    return own_folders / "runs" / "own", reasons


def test_a_library_with_broken_songs_is_studied_all_the_same(own):
    run, reasons = own
    rejected = pd.read_csv(run / "catalog" / "rejected.csv")
    assert dict(zip(rejected["path"], rejected["reason"], strict=True)) == reasons
    assert len(pd.read_csv(run / "catalog" / "songs.csv")) == 40
    assert len(results.read_metrics(run).query("weights == 'none'")) == 3
    assert (run / "notebooks" / "01_dataset_audit.ipynb").exists()


@pytest.mark.parametrize("source", dict.fromkeys(page.source for page in PAGES))
def test_no_page_lets_a_name_of_ones_own_become_markup(own, source):
    run, _ = own
    depth = {"depth": 34} if source == "03_per_depth_training" else {}
    shown = run_cells(source, run=str(run), **depth)
    assert len(words(shown)) > 100
    assert "<b>My" not in words([value for value in shown if isinstance(value, Markdown | HTML)])
