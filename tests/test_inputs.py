"""What a run was made of: digests that anybody can compute from the tables and the images."""

import hashlib
import time

import numpy as np
import pytest

from mgrlib import pipeline, results, runs
from mgrlib.files import read_json
from mgrlib.grid import mapped
from mgrlib.pipeline import start_study
from mgrlib.runs import input_digests


@pytest.fixture
def run(tmp_path):
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "songs.csv").write_bytes(b"path\na.wav\n")
    (tmp_path / "catalog" / "taxonomy.csv").write_bytes(b"subgenre,genre_1\n")
    return tmp_path


def pixels(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (5, 8, 8), dtype=np.uint8)


def test_they_are_the_sums_of_the_bytes(run):
    images = pixels()
    found = input_digests(run, {"linear": images, "mel": images[::-1]})
    by_hand = hashlib.sha256(b"".join(row.tobytes() for image in images for row in image))
    assert found["images linear"] == by_hand.hexdigest()
    assert found["images mel"] != found["images linear"]
    assert found["songs.csv"] == hashlib.sha256(b"path\na.wav\n").hexdigest()
    assert set(found) == {"songs.csv", "taxonomy.csv", "images linear", "images mel"}


def test_images_in_a_file_are_hashed_once(run, tmp_path, monkeypatch):
    images = mapped(pixels(), tmp_path / "arrays")
    first = input_digests(run, {"mel": images})
    assert first["images mel"] == hashlib.sha256(pixels().tobytes()).hexdigest()
    monkeypatch.setattr(runs.np, "ascontiguousarray", lambda images: pytest.fail("read again"))
    assert input_digests(run, {"mel": images}) == first


def test_a_damaged_note_of_a_digest_is_made_again(run, tmp_path):
    images = mapped(pixels(), tmp_path / "arrays")
    first = input_digests(run, {"mel": images})
    (note,) = (tmp_path / "arrays").glob("*.sha256")
    note.write_text("12")
    assert input_digests(run, {"mel": images}) == first
    assert note.read_text().strip() == first["images mel"]


@pytest.fixture(scope="module")
def study(tone_library):
    settings = {"segment_seconds": 1, "depths": [34], "scales": ["mel"], "songs": 48, "jobs": 1,
                "max_genres": 2, "weights": ["none"]}  # fmt: skip
    study = start_study(profile="smoke", corpus=str(tone_library), name="tables",
                        overrides=settings)  # fmt: skip
    study.train()
    return study


def test_a_run_says_what_it_was_made_of_and_when(study):
    said = read_json(study.folder / "study.json")
    table = (study.folder / "catalog" / "songs.csv").read_bytes()
    seen = study.catalog.images.pixels["mel"]
    assert said["inputs"]["songs.csv"] == hashlib.sha256(table).hexdigest()
    assert said["inputs"]["images mel"] == hashlib.sha256(seen.tobytes()).hexdigest()
    assert time.strptime(said["training"]["finished"], "%Y-%m-%d")
    study.train()
    assert read_json(study.folder / "study.json") == said


# The tables are written when what they are made of has changed


@pytest.fixture
def written(monkeypatch):
    """Counts how often the tables are made."""
    calls, make = [], results.tables_from_records

    def counted(*arguments, **settings):
        calls.append(1)
        return make(*arguments, **settings)

    monkeypatch.setattr(results, "tables_from_records", counted)
    return calls


def test_tables_of_the_same_records_are_not_made_again(study, written):
    study.train()
    assert not written


@pytest.mark.parametrize("name", ["metrics.csv", "predictions.parquet", "history.csv"])
@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_table_that_somebody_changed_is_made_again(study, written, name, how):
    table = study.folder / "results" / name
    before = table.read_bytes()
    table.unlink() if how == "missing" else table.write_bytes(b"mine")
    study.train()
    assert table.read_bytes() == before
    assert len(written) == 1


def test_tables_are_made_again_when_the_code_changed(study, written, monkeypatch):
    monkeypatch.setattr(pipeline, "package_digest", lambda: "of another version")
    study.train()
    assert len(written) == 1


def test_tables_are_made_again_of_a_record_that_is_new(study, written):
    record = next((study.folder / "results" / "models").glob("*-mel-none-*.json"))
    record.unlink()
    study.train()
    assert len(written) == 1
    assert record.exists()
