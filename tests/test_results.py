"""Result tables: from records, and back from files that may have been made elsewhere."""

import pandas as pd
import pytest

from mgrlib import results
from mgrlib.errors import RunError

HEADER = ",".join(results.COLUMNS)
ROW = "{genre},{depth},mel,{weights},0,0.9,0.8,0.7,0.6,0.65,0.3,0.5,0.8,20,10,4,1,2.5"


def write_run(folder, *rows, header=HEADER):
    (folder / "results").mkdir(parents=True)
    lines = [header, *(ROW.format(**{"genre": "Jazz", "depth": 34, **row}) for row in rows)]
    (folder / "results" / "metrics.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_results_made_elsewhere_are_read(tmp_path):
    metrics = results.read_metrics(write_run(tmp_path, {"weights": "none"}))
    assert metrics.columns.tolist() == results.COLUMNS
    assert metrics.loc[0, "weights"] == "none"
    assert metrics.loc[0, "f1"] == 0.65


@pytest.mark.parametrize("genre", ["None", "NA", "null", "nan", "1980", "007"])
def test_a_genre_may_be_called_like_a_missing_value(tmp_path, genre):
    metrics = results.read_metrics(write_run(tmp_path, {"weights": "none", "genre": genre}))
    assert metrics["genre"].tolist() == [genre]


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([], HEADER, "has no rows"),
        ([{"weights": "none"}], HEADER.replace("f1", "f2"), "lacks the columns f1"),
        ([{"weights": "none"}], HEADER.replace("scale", "s"), "lacks the columns scale"),
    ],
)
def test_a_wrong_table_says_what_it_lacks(tmp_path, rows, header, message):
    with pytest.raises(RunError, match=message):
        results.read_metrics(write_run(tmp_path, *rows, header=header))


def test_a_run_without_results_says_what_to_do(tmp_path):
    with pytest.raises(RunError, match=r"metrics.csv is missing: train first"):
        results.read_metrics(tmp_path)
    assert results.read_predictions(tmp_path) is None
    assert results.read_study(tmp_path) == {}
    assert results.read_history(tmp_path).empty


def test_a_run_is_found_from_the_working_directory_and_from_the_root(tmp_path, monkeypatch):
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert results.find_run("runs/mine") == (tmp_path / "runs" / "mine").resolve()
    monkeypatch.setattr(results, "ROOT", tmp_path)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert results.find_run("runs/mine") == (tmp_path / "runs" / "mine").resolve()
    with pytest.raises(RunError, match="no run at 'runs/yours': name a folder such as"):
        results.find_run("runs/yours")


@pytest.mark.parametrize(
    ("rows", "transfer"),
    [
        (["none", "imagenet", "corpus", "joint"], "imagenet"),
        (["baseline", "none", "corpus"], "corpus"),
        (["joint", "none"], "none"),
        (["a/trunk.pth", "none"], "a/trunk.pth"),
    ],
)
def test_the_transfer_arm(rows, transfer):
    metrics = pd.DataFrame({"weights": rows})
    assert results.transfer_arm(metrics) == transfer
    assert results.choose_arm(metrics, "auto") == transfer
    assert results.arms(metrics) == [r for r in rows if r not in ("joint", "baseline")]


def test_an_absent_arm_names_the_present_ones():
    metrics = pd.DataFrame({"weights": ["none", "joint"]})
    with pytest.raises(RunError, match="weights must be one of none, got 'imagenet'"):
        results.choose_arm(metrics, "imagenet")
    with pytest.raises(RunError, match="no row of a binary network"):
        results.transfer_arm(pd.DataFrame({"weights": ["joint"]}))


RECORD = {
    "model": {"genre": "(all)", "depth": 34, "scale": "mel", "weights": "joint", "repeat": 0},
    "rows": [
        {"genre": "Jazz", "f1": 0.5, "n_test": 2},
        {"genre": "Rock", "f1": 0.25, "n_test": 2},
    ],
    "history": [{"epoch": 1, "train_loss": 0.7, "train_f1": 0.1, "seconds": 3.0}],
    "probabilities": {"Jazz": [0.9, 0.2], "Rock": [0.4, 0.6]},
}


def test_records_become_tables(tmp_path):
    songs = ["a.mp3", "b.mp3", "c.mp3", "d.mp3", "e.mp3", "f.mp3"]
    truth = pd.DataFrame({"Jazz": [1, 0, 1, 0, 0, 0], "Rock": [0, 1, 1, 1, 1, 0]}, index=songs)
    tables = results.tables_from_records(
        [RECORD], paths=[["b.mp3", "a.mp3"]], train_paths=[songs[2:]], truth=truth.astype(bool)
    )
    results.write_tables(tmp_path, tables)
    metrics = results.read_metrics(tmp_path)
    assert metrics.columns.tolist() == results.COLUMNS + results.EXTRA_COLUMNS
    assert metrics["train_prevalence"].tolist() == [0.25, 0.75]  # of the training songs alone
    assert metrics[["genre", "weights", "f1"]].values.tolist() == [
        ["Jazz", "joint", 0.5], ["Rock", "joint", 0.25],
    ]  # fmt: skip
    predictions = results.read_predictions(tmp_path)
    assert predictions.columns.tolist() == results.PREDICTION_COLUMNS
    jazz = predictions[predictions["genre"] == "Jazz"]
    assert jazz[["path", "truth", "probability"]].values.tolist() == [
        ["b.mp3", False, 0.9], ["a.mp3", True, 0.2],
    ]  # fmt: skip
    history = results.read_history(tmp_path)
    assert history["genre"].tolist() == ["(all)"]
    assert history.columns.tolist() == results.HISTORY_COLUMNS


EQUAL = {
    "model": {**RECORD["model"], "genre": "Jazz", "weights": "none", "subset": "smallest"},
    "rows": [{"genre": "Jazz", "f1": 0.125, "n_train": 4, "n_test": 2}],
    "history": [{"epoch": 1, "train_loss": 0.7, "train_f1": 0.1, "seconds": 3.0}],
    "probabilities": {"Jazz": [0.3, 0.1]},
}


@pytest.fixture
def tables_of():
    songs = ["a.mp3", "b.mp3", "c.mp3", "d.mp3"]
    truth = pd.DataFrame({"Jazz": [True, False] * 2, "Rock": [False, True] * 2}, index=songs)

    def make(*records: dict) -> dict[str, pd.DataFrame]:
        return results.tables_from_records(
            records, paths=[songs[:2]], train_paths=[songs[2:]], truth=truth
        )

    return make


def test_equal_sizes_have_a_table_of_their_own_and_change_no_other(tables_of, tmp_path):
    plain, both = tables_of(RECORD), tables_of(RECORD, EQUAL)
    for name in set(plain) - {"equal_sizes"}:
        pd.testing.assert_frame_equal(plain[name], both[name])
    results.write_tables(tmp_path, both)
    table = results.read_equal_sizes(tmp_path)
    assert table.columns.tolist() == results.read_metrics(tmp_path).columns.tolist()
    shown = ["genre", "depth", "scale", "weights", "f1", "n_train", "train_prevalence"]
    assert table[shown].values.tolist() == [["Jazz", 34, "mel", "none", 0.125, 4, 0.5]]


def test_without_equal_sizes_their_table_is_absent(tables_of, tmp_path):
    results.write_tables(tmp_path, tables_of(RECORD, EQUAL))
    results.write_tables(tmp_path, tables_of(RECORD))
    assert not (tmp_path / "results" / "equal_sizes.csv").exists()
    assert results.read_equal_sizes(tmp_path) is None


def test_a_table_of_equal_sizes_without_rows_is_as_none(tmp_path):
    run = write_run(tmp_path, {"weights": "none"})
    (run / "results" / "equal_sizes.csv").write_text(HEADER + "\n")
    assert results.read_equal_sizes(run) is None


def test_a_table_of_equal_sizes_without_f1_names_what_it_lacks(tmp_path):
    run = write_run(tmp_path, {"weights": "none"})
    (run / "results" / "equal_sizes.csv").write_text("genre,depth,scale\nJazz,34,mel\n")
    with pytest.raises(RunError, match=r"equal_sizes\.csv lacks the columns weights, repeat, f1"):
        results.read_equal_sizes(run)


def test_the_ensembles_are_written_beside_the_metrics(tmp_path):
    songs = ["a.mp3", "b.mp3", "c.mp3", "d.mp3"]
    truth = pd.DataFrame({"Jazz": [True, False] * 2, "Rock": [False, True] * 2}, index=songs)
    tables = results.tables_from_records(
        [RECORD], paths=[songs[:2]], train_paths=[songs[2:]], truth=truth
    )
    results.write_tables(tmp_path, tables)
    (tmp_path / "results" / "predictions.parquet").unlink()
    scores = results.read_ensemble(tmp_path)["ensemble"].set_index("rule")
    assert scores.index.tolist() == ["0.5", "prior-corrected", "F1-tuned"]
    # Every decision is right: Jazz 0.9 and 0.2, Rock 0.4 and 0.6; half of the training songs
    # have each genre, so the correction changes nothing.
    assert scores.loc["0.5", "f1_micro"] == scores.loc["prior-corrected", "f1_micro"] == 1


def test_a_description_escapes_what_a_library_is_called(tmp_path):
    run = write_run(tmp_path / "run", {"weights": "none"})
    (run / "study.json").write_text('{"corpus_words": "3 songs of <b>", "evidence": "synthetic"}')
    said = results.describe_run(run, arm="none")
    assert "\\<b\\>" in said
    assert "no evidence about music" in said
