"""The reference run: made one arm at a time, kept as small tables, shown in the book."""

import json
import os
import re
import socket
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgrlib import models, reference, results, runs
from mgrlib.__main__ import main
from mgrlib.errors import RunError, SettingsError
from mgrlib.files import ROOT, read_json
from mgrlib.paper import GENRES, SONGS
from mgrlib.pipeline import Study

sys.path.insert(0, str(ROOT / "book" / "extension"))
pytest.importorskip("sphinx")
from mgrlib_book import reference as shown
from test_book_extension import build, small_book, words

TINY = {"songs": 32, "segment_seconds": 1, "depths": [34], "scales": ["mel"], "max_genres": 2,
        "min_songs": 2, "epochs": 1, "joint_epochs": 1, "test_fraction": 0.25,
        "jobs": 1, "device": "cpu"}  # fmt: skip
IMAGENET_MISSING = "weights: imagenet: resnet34.pth can't be downloaded (no network)"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Runs and cache of one test, and no ImageNet weights."""
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))

    def missing(arm, depth):
        raise SettingsError(IMAGENET_MISSING)

    monkeypatch.setattr(models, "read_weights", missing)
    return tmp_path


def make(folders, **changes):
    asked = {"sizes": [32], "overrides": TINY, "name": "tiny", "folder": folders / "kept"}
    return reference.make_reference(**{**asked, **changes})


def records(folders):
    return {file: file.stat().st_mtime_ns for file in folders.glob("runs/*/results/models/*.json")}


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# Making


def test_a_reference_is_made_arm_by_arm_and_goes_on(folders, monkeypatch, capsys):
    trained, train = [], Study.train

    def stopped_in_the_second_arm(study, depth=None):
        trained.append(study.settings.weights)
        if len(study.settings.weights) == 2:
            raise KeyboardInterrupt
        return train(study, depth)

    monkeypatch.setattr(Study, "train", stopped_in_the_second_arm)
    with pytest.raises(KeyboardInterrupt):
        make(folders)
    assert trained == [("corpus",), ("none", "corpus")]
    kept = reference.read_tables(folders / "kept" / "tiny-32")
    assert results.arms(kept["metrics"]) == ["corpus"]
    before = records(folders)

    monkeypatch.setattr(Study, "train", train)
    (folder,) = make(folders)
    assert folder == folders / "kept" / "tiny-32"
    after = records(folders)
    assert {file: after[file] for file in before} == before, "nothing is trained again"
    kept = reference.read_tables(folder)
    assert set(kept["metrics"]["weights"]) == {"baseline", "joint", "none", "corpus"}
    assert kept["provenance"]["left_out"] == {"imagenet": "its weights could not be had"}
    assert f"the arm imagenet is left out, the next call tries it again: {IMAGENET_MISSING}" in (
        capsys.readouterr().err
    )

    once = contents(folder)
    make(folders)
    assert records(folders) == after
    assert contents(folder) == once

    network = models.build_resnet(34, outputs=1000, seed=1)
    monkeypatch.setattr(models, "read_weights", lambda arm, depth: network.state_dict())
    make(folders)
    assert {file: stamp for file, stamp in records(folders).items() if file in after} == after
    kept = reference.read_tables(folder)
    assert set(results.arms(kept["metrics"])) == {"none", "imagenet", "corpus"}
    assert kept["provenance"]["left_out"] == {}


def test_the_tables_are_small_and_say_where_they_come_from(folders):
    (folder,) = make(folders, overrides={**TINY, "weights": "none"})
    found = contents(folder)
    assert set(found) == {
        "metrics.csv", "ensemble.csv", "equal_sizes.csv", "statistics.json", "provenance.json",
    }  # fmt: skip
    assert sum(map(len, found.values())) < 30_000
    provenance = read_json(folder / "provenance.json")
    study = read_json(folders / "runs" / "tiny-32" / "study.json")
    for name in ("hardware", "versions", "commit", "corpus_words"):
        assert provenance[name] == study[name]
    assert provenance["evidence"] == "synthetic"
    assert provenance["corpus_words"] == "32 synthetic songs"
    assert provenance["seed"] == study["settings"]["seed"]
    assert provenance["settings"]["image_size"] == 32
    assert provenance["resolved"]["device"] == "cpu"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", provenance["date"])
    assert provenance["images_seconds"] > 0
    metrics = results.read_metrics(folders / "runs" / "tiny-32")
    total = metrics.loc[metrics["weights"] == "none", "seconds"].sum()
    arm = provenance["arms"]["none"]
    assert arm["training_seconds"] == pytest.approx(total, abs=0.1)
    assert arm["wall_seconds"] > total / 2
    text = b"".join(found.values()).decode()
    for secret in (str(folders), str(ROOT), socket.gethostname()):
        assert secret not in text


def test_the_reference_is_the_paper_s_grid(monkeypatch):
    monkeypatch.setattr(reference, "_make_run", lambda start, arms, folder: start(arms))
    small, large = reference.make_reference()
    assert [small.name, large.name] == ["reference-128", "reference-224"]
    for study, size in ((small, 128), (large, 224)):
        s = study.settings
        assert (s.songs, s.segment_seconds, s.image_size) == (SONGS, 30, size)
        assert (s.depths, s.scales) == ((34, 50, 101, 152), ("linear", "mel"))
        assert (s.max_genres, s.tune, s.corpus) == (len(GENRES), "all", "synthetic-direct")
        assert set(s.weights) == {"none", "corpus", "imagenet"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"songs": 64}, "a run with its own songs is not the reference: name it"),
        ({"overrides": ["epochs=2"]}, "a run with its own epochs is not the reference"),
        ({"overrides": ["image_size=64"], "name": "x"}, "image_size is given by the sizes"),
        ({"sizes": ["128", "huge"]}, "image_size must be pixels between 32 and 1024, got 'huge'"),
        ({"overrides": ["weights=vgg"]}, "weights must be one or more arms"),
        ({"songs": "many", "name": "x"}, "songs must be a whole number of at least 16"),
        ({"name": "a/b"}, "a run's name must be letters"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_made(tmp_path, monkeypatch, asked, message):
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    with pytest.raises((SettingsError, RunError), match=re.escape(message)):
        reference.make_reference(**asked, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command_line_tells_it_in_one_line(capsys):
    assert main(["reference", "--songs", "64"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_make_reference_is_the_one_command():
    done = subprocess.run(["make", "-n", "reference", "SET=jobs=8 device=cuda"], cwd=ROOT,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert "python -m mgrlib reference --set 'jobs=8' --set 'device=cuda'" in done.stdout


def test_the_hardware_names_the_gpu_that_the_driver_tells_of(tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA H200'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert runs.provenance()["hardware"]["gpu"] == "NVIDIA H200"
    program.write_text("#!/bin/sh\nexit 9\n")
    assert "gpu" not in runs.provenance()["hardware"]


# Keeping


GENRES_OF_TEST = ["Jazz", "Rock", "R&B", "None", "Folk <i>"]


def made_up_metrics() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [
        {"genre": genre, "depth": depth, "scale": scale, "weights": arm, "repeat": 0,
         "f1": rng.random(), "roc_auc": rng.random(), "accuracy": rng.random(),
         "n_test_positive": 5, "seconds": rng.random() * 100}
        for arm, depths in {"baseline": [0], "joint": [34, 50], "none": [34, 50],
                            "corpus": [34, 50]}.items()
        for depth in depths
        for genre in GENRES_OF_TEST
        for scale in ("linear", "mel")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def made_up_run(folder, **study):
    (folder / "results").mkdir(parents=True)
    made_up_metrics().to_csv(folder / "results" / "metrics.csv", index=False)
    content = {"evidence": "synthetic", "corpus_words": "9 songs of *x*", "commit": "abc"}
    (folder / "study.json").write_text(json.dumps({**content, **study}), "utf-8")
    return folder


def test_the_tables_of_any_run_can_be_kept_without_its_machine(tmp_path):
    settings = {"corpus": "/home/someone/my music", "weights": ["none", "/home/someone/net.pth"],
                "seed": 5, "scheduler": "tcp://head.example.org:8786", "jobs": 9}  # fmt: skip
    run = made_up_run(tmp_path / "mine", settings=settings, profile="quick")
    folder = reference.keep_tables(run, folder=tmp_path / "kept")
    kept = reference.read_tables(folder)
    assert kept["provenance"]["settings"] == {"corpus": "my music", "weights": ["none", "net.pth"],
                                              "seed": 5}  # fmt: skip
    assert not re.search("someone|example", (folder / "provenance.json").read_text("utf-8"))
    assert kept["metrics"]["genre"].unique().tolist() == GENRES_OF_TEST
    pd.testing.assert_frame_equal(kept["metrics"], made_up_metrics(), rtol=1e-4)
    assert len((folder / "metrics.csv").read_text().splitlines()[1]) < 60
    assert kept["ensemble"] is None


def test_the_statistics_are_those_of_the_kept_table(tmp_path):
    folder = reference.keep_tables(made_up_run(tmp_path / "mine"), folder=tmp_path)
    rows = pd.read_csv(folder / "metrics.csv", keep_default_na=False).query("weights == 'corpus'")
    table = rows.pivot_table(index="genre", columns="scale", values="f1", aggfunc="mean")
    expected = stats.ttest_rel(table["linear"], table["mel"])
    found = read_json(folder / "statistics.json")
    assert found["arm"] == "corpus"
    assert found["paired_t"]["statistic"] == pytest.approx(expected.statistic, rel=1e-12)
    assert found["paired_t"]["p"] == pytest.approx(expected.pvalue, rel=1e-12)


def test_an_ensemble_that_is_gone_is_kept_no_more(tmp_path):
    run = made_up_run(tmp_path / "mine")
    (run / "results" / "ensemble.csv").write_text("weights,rule,f1_micro\nnone,0.5,0.123456789\n")
    folder = reference.keep_tables(run, folder=tmp_path / "kept")
    assert (folder / "ensemble.csv").read_text() == "weights,rule,f1_micro\nnone,0.5,0.12346\n"
    (run / "results" / "ensemble.csv").unlink()
    reference.keep_tables(run, folder=tmp_path / "kept")
    assert not (folder / "ensemble.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("provenance.json", None, "provenance.json is missing: tables are kept with"),
        ("provenance.json", '{"a": ', "can't be read"),
        ("metrics.csv", "", "can't be read"),
        ("metrics.csv", "genre,f1\nJazz,1\n", "lacks the columns depth, scale, weights, repeat"),
    ],
)
def test_a_damaged_table_is_a_clear_error(tmp_path, name, text, message):
    folder = reference.keep_tables(made_up_run(tmp_path / "mine"), folder=tmp_path / "kept")
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(RunError, match=message):
        reference.read_tables(folder)


def test_a_run_without_results_can_not_be_kept(tmp_path):
    with pytest.raises(RunError, match="is missing: train first"):
        reference.keep_tables(tmp_path, folder=tmp_path / "kept")


# Showing


def test_the_means_are_those_over_genres():
    metrics = made_up_metrics()
    head, *rows = shown.mean_rows(metrics)
    assert head[:5] == ["Arm", "Depth", "Genres", "F1, linear", "F1, mel"]
    assert [row[:2] for row in rows] == [
        ["baseline", "–"], ["joint", "34"], ["joint", "50"], ["none", "34"], ["none", "50"],
        ["corpus", "34"], ["corpus", "50"],
    ]  # fmt: skip
    cell = metrics.query("weights == 'none' and depth == 50 and scale == 'mel'")["roc_auc"]
    assert rows[4][2:] == ["5", *rows[4][3:6], f"{cell.mean():.3f}"]


def test_the_differences_are_those_of_scipy():
    metrics = made_up_metrics()
    _, *rows = shown.difference_rows(metrics)
    assert [row[0] for row in rows] == ["none", "corpus"]
    for arm, *cells in rows:
        table = metrics[metrics["weights"] == arm].pivot_table(
            index="genre", columns="scale", values="f1", aggfunc="mean"
        )
        test = stats.ttest_rel(table["linear"], table["mel"])
        low, high = test.confidence_interval()
        numbers = [float(x.replace("−", "-")) for x in re.findall(r"−?\d+\.?\d*", " ".join(cells))]
        mean = (table["linear"] - table["mel"]).mean()
        assert numbers[:6] == pytest.approx([5, mean, low, high, 4, test.statistic], abs=6e-4)
        assert numbers[6] == pytest.approx(test.pvalue, abs=6e-3)


def test_three_scales_are_compared_pair_by_pair():
    metrics = made_up_metrics()
    bands = metrics[metrics["scale"] == "mel"].assign(scale="linear-bands")
    bands["f1"] = bands["f1"] ** 2
    metrics = pd.concat([metrics, bands], ignore_index=True)
    _, *rows = shown.pair_rows(metrics)
    assert len(rows) == 3
    table = metrics[metrics["weights"] == "corpus"].pivot_table(
        index="genre", columns="scale", values="f1", aggfunc="mean"
    )
    pairs = {row[0].replace("\\", ""): row for row in rows}
    for first, second in (("linear", "mel"), ("linear", "linear-bands"), ("linear-bands", "mel")):
        row, test = pairs[f"{first} − {second}"], stats.ttest_rel(table[first], table[second])
        difference = (table[first] - table[second]).mean()
        assert float(row[2].replace("−", "-")) == pytest.approx(difference, abs=1e-4)
        assert row[4].endswith(f"{test.pvalue:.2f}") or test.pvalue < 0.01
    assert shown.mean_rows(metrics)[0][3:6] == ["F1, linear", "F1, mel", "F1, linear-bands"]


def test_too_few_genres_have_no_test_and_the_table_says_why():
    metrics = made_up_metrics().query("genre in ['Jazz', 'Rock']")
    _, row, _ = shown.difference_rows(metrics)
    assert row[2] == r"no test: 2 pairs\, fewer than the 3 that it takes"
    assert len(row) == len(shown.difference_rows(metrics)[0])


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """The page of the reference runs, built without any and again with two of them."""
    folder = tmp_path_factory.mktemp("book")
    run = small_book(folder)
    toc = folder / "_toc.yml"
    toc.write_text(f"{toc.read_text()}- file: book/reference-run\n- file: book/paper-protocol\n")
    (folder / "book/paper-protocol.md").write_text("# The protocol\n")
    page = folder / "book/reference-run.md"
    page.write_text((ROOT / "book/reference-run.md").read_text("utf-8"), "utf-8")
    html, found = run / "build/_build/html/book/reference-run.html", []
    for made in (False, True):
        if made:
            music = {"evidence": "music", "corpus_words": "7 songs of <i>x</i>"}
            settings = {"seed": 77, "corpus": "synthetic-direct", "weights": ["none", "corpus"],
                        "image_size": 128}  # fmt: skip
            noted = {"arms": {"none": {"wall_seconds": 930.0, "gpu_utilization": 0.61}},
                     "left_out": {"imagenet": "its weights could not be had"},
                     "hardware": {"gpu": "A <b>GPU", "cores": 16}}  # fmt: skip
            one = made_up_run(folder / "made" / "reference-128", settings=settings)
            (one / "reference.json").write_text(json.dumps(noted), "utf-8")
            for each in (one, made_up_run(folder / "made" / "somebody", **music)):
                reference.keep_tables(each, folder=folder / "book" / "results")
        done = build(folder, run)
        assert done.returncode == 0, done.stderr
        found.append(words(html))
    return found


def test_without_a_reference_run_the_book_says_so_and_how_to_make_one(books):
    assert "whole grid has not been made yet" in books[0]
    assert "make reference" in books[0]
    assert "Means over genres" not in books[0]


def test_committed_reference_runs_are_shown_with_their_provenance(books):
    text = books[1]
    assert "whole grid has not been made yet" not in text
    assert text.count("Means over genres") == text.count("Provenance") == 2
    synthetic, music = text.split("somebody", 1)
    for said in ("reference-128", "Synthetic songs are no evidence about music", "9 songs of *x*",
                 "77", "A &lt;b&gt;GPU, 16 cores", "abc",
                 "16 min on the clock, ", "of training steps, the GPU at work 61 % of the time",
                 "Left out: imagenet its weights could not be had", "image size 128"):  # fmt: skip
        assert said in synthetic, said
    assert "These songs are music." in music
    assert "7 songs of &lt;i&gt;x&lt;/i&gt;" in music
    metrics = made_up_metrics().query("weights == 'corpus'")
    table = metrics.pivot_table(index="genre", columns="scale", values="f1", aggfunc="mean")
    t = stats.ttest_rel(table["linear"], table["mel"]).statistic
    assert f"t(4) = {t:.3f}".replace("-", "−") in synthetic
