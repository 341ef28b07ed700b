"""A study's parts: what is drawn, what is left out, what a run's folder holds."""

import json
import multiprocessing
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import make_tone_library, write_csv

from mgrlib import pipeline, runs
from mgrlib.corpora import open_corpus
from mgrlib.errors import LibraryError, RunError, SettingsError, StudyError
from mgrlib.pipeline import Study, open_study, results_digest, start_study
from mgrlib.runs import run_folder
from mgrlib.settings import make_settings
from mgrlib.splits import song_groups


def study_of(folder, settings) -> Study:
    return Study(folder, settings, profile="smoke")


def test_a_catalog_is_written_and_read_back(tmp_path, small_settings, tone_library):
    study = study_of(tmp_path / "run", small_settings)
    catalog = study.catalog
    assert list(catalog.labels.columns) == ["Low", "High", "Noise"]
    songs = pd.read_csv(tmp_path / "run" / "catalog" / "songs.csv", keep_default_na=False)
    assert songs["path"].tolist() == catalog.images.paths
    assert len(songs) == 48
    taxonomy = pd.read_csv(tmp_path / "run" / "catalog" / "taxonomy.csv", keep_default_na=False)
    assert taxonomy.values.tolist()[2] == ["low noise", "Low", "Noise"]
    rejected = (tmp_path / "run" / "catalog" / "rejected.csv").read_text()
    assert rejected == "path,reason,detail\n"
    audit = json.loads((tmp_path / "run" / "audit.json").read_text())
    assert audit["labels"]["songs"] == 48
    assert audit["labels"]["counts"] == {"Low": 24, "High": 24, "Noise": 16}
    assert audit["labels"]["cardinality"] == pytest.approx(64 / 48)
    assert audit["labels"]["artists"] == 8
    assert audit["labels"]["albums"] == 16
    assert audit["trained"]["Noise"] == {"songs": 16, "test": 4, "train": 24, "drawn_down": False}
    stored = json.loads((tmp_path / "run" / "study.json").read_text())
    assert stored["evidence"] == "music"
    assert stored["corpus_words"] == f"48 songs of the library {tone_library.name}"
    assert stored["settings"] == small_settings.as_dict()


def test_the_audit_has_all_its_parts_and_no_folder_of_this_machine(tmp_path, tone_library):
    settings = make_settings(
        profile="smoke", corpus=str(tone_library), overrides="segment_seconds=1"
    )
    study = study_of(tmp_path / "run", settings)
    catalog = study.catalog
    text = (tmp_path / "run" / "audit.json").read_text()
    audit = json.loads(text)
    assert set(audit) == {
        "library", "labels", "trained", "split", "recall", "left_out", "rejected", "padded",
        "audio", "confounds", "duplicates", "leakage", "verdict",
    }  # fmt: skip
    assert audit == json.loads(json.dumps(catalog.audit()))
    assert catalog.audit() is catalog.audit(), "it is made once"
    assert str(tone_library) not in text
    assert audit["library"] == {"songs": 48, "usable": 48}
    assert audit["audio"]["formats"]["WAV"]["songs"] == 48
    assert list(audit["leakage"]["splits"]) == ["song", "album", "artist"]
    assert audit["leakage"]["splits"]["song"]["test"] == audit["split"]["test"]
    assert audit["verdict"]["worry"]
    pairs = pd.read_csv(tmp_path / "run" / "catalog" / "duplicates.csv")
    found = audit["duplicates"]
    assert len(pairs) == found["exact"] + found["near"]
    assert list(pairs) == [
        "path_1", "path_2", "kind", "shift_seconds", "similarity", "contradicting"
    ]  # fmt: skip


def test_what_a_data_set_itself_rejects_comes_first(tmp_path, tone_library, monkeypatch):
    lost = {"path": "lost.wav", "reason": "no genre", "detail": "none in tracks.csv"}

    def opened(settings, **options):
        return replace(open_corpus(settings, **options), rejected=(lost,))

    monkeypatch.setattr(pipeline, "open_corpus", opened)
    settings = make_settings(
        profile="smoke", corpus=str(tone_library), overrides="segment_seconds=1"
    )
    study = study_of(tmp_path / "run", settings)
    audit = study.catalog.audit()
    assert audit["rejected"] == {"no genre": 1}
    assert audit["library"] == {"songs": 49, "usable": 48}
    assert "1 song of 49 (2.0 %) can't be used: 1 no genre." in audit["verdict"]["fine"]
    rejected = pd.read_csv(tmp_path / "run" / "catalog" / "rejected.csv")
    assert rejected.to_dict("records") == [lost]


def test_a_large_library_is_drawn_from_in_proportion(tmp_path, tone_library):
    settings = make_settings(
        profile="smoke", corpus=str(tone_library), overrides={"segment_seconds": 1, "songs": 24}
    )
    catalog = study_of(tmp_path / "run", settings).catalog
    assert len(catalog.songs) == 24
    assert catalog.labels.sum().to_dict() == {"Low": 12, "High": 12, "Noise": 8}
    for scale in ("linear", "mel"):
        assert len(catalog.images.pixels[scale]) == 24


@pytest.mark.parametrize("split_by", ["artist", "album"])
def test_groups_are_not_split(tmp_path, tone_library, split_by):
    settings = make_settings(
        profile="smoke",
        corpus=str(tone_library),
        overrides={"segment_seconds": 1, "split_by": split_by, "repeats": 2},
    )
    catalog = study_of(tmp_path / "run", settings).catalog
    names = catalog.songs[split_by].to_numpy()
    assert len(catalog.splits) == 2
    for split in catalog.splits:
        assert not set(names[split.train]) & set(names[split.test])


def test_songs_without_an_artist_are_groups_of_their_own():
    songs = pd.DataFrame(
        {"path": ["a", "b", "c", "d"], "artist": ["", "", "X", "X"], "album": ["", "A", "A", ""]}
    )
    artists, albums = (song_groups(songs, kind) for kind in ("artist", "album"))
    assert artists[2] == artists[3]
    assert len(set(artists)) == 3
    assert albums[1] == albums[2], "an album of several artists is one group"
    assert len(set(albums)) == 3


def test_a_genre_on_one_side_of_the_split_is_left_out_and_named(tmp_path):
    library = make_tone_library(tmp_path / "library")
    songs = pd.read_csv(library / "songs.csv", keep_default_na=False)
    songs["artist"] = np.where(songs["subgenre_1"].str.endswith("noise"), "One", songs["artist"])
    songs.to_csv(library / "songs.csv", index=False)
    settings = make_settings(
        profile="smoke",
        corpus=str(library),
        overrides={"segment_seconds": 1, "split_by": "artist", "test_fraction": 0.3},
    )
    catalog = study_of(tmp_path / "run", settings).catalog
    assert list(catalog.labels.columns) == ["Low", "High"]
    assert catalog.left_out == [
        {"genre": "Noise", "songs": 16,
         "reason": "one side of the split by artist has only one class: all songs of the genre "
                   "are of the artist 'One'"}
    ]  # fmt: skip


def test_too_few_usable_songs_say_why(tmp_path):
    library = make_tone_library(tmp_path / "library", songs=8)
    for file in list(library.rglob("*.wav"))[:5]:
        file.write_bytes(b"")
    settings = make_settings(profile="smoke", corpus=str(library), overrides="segment_seconds=1")
    with pytest.raises(LibraryError, match=r"3 of 8 songs are usable.*rejected are 5 empty; add"):
        _ = study_of(tmp_path / "run", settings).catalog


@pytest.mark.parametrize("name", ["a/b", "..", "../up", "", "white space", "semi;colon", "/abs"])
def test_a_name_that_is_no_folder_name_is_refused(name):
    with pytest.raises(RunError, match="a run's name must be letters, digits, dots"):
        run_folder(name, make_settings(profile="smoke"), profile="smoke")


def test_a_run_is_called_by_profile_and_library(tmp_path):
    synthetic = make_settings(profile="smoke")
    assert run_folder(None, synthetic, profile="smoke").name == "smoke"
    folder = tmp_path / "My music (2024)"
    folder.mkdir()
    own = make_settings(profile="smoke", corpus=str(folder))
    assert run_folder(None, own, profile="smoke").name == "My-music-2024-smoke"
    assert run_folder("my.run_1", own, profile="smoke").name == "my.run_1"


def test_a_corpus_that_is_no_folder_is_an_error():
    settings = make_settings(profile="smoke", corpus="/no/where")
    with pytest.raises(LibraryError, match="corpus must be 'synthetic' or the folder of a lib"):
        run_folder(None, settings, profile="smoke")


def test_a_folder_that_can_not_be_written_is_an_error(tmp_path, small_settings):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunError, match="the run can't be written to"):
        _ = study_of(tmp_path / "runs" / "mine", small_settings).catalog


def test_a_notebook_opens_the_run_that_is_there(tmp_path, small_settings, tone_library):
    study = study_of(tmp_path / "mine", small_settings)
    _ = study.catalog
    same = open_study(tmp_path / "mine")
    assert same.settings == small_settings
    given = {"profile": "smoke", "corpus": str(tone_library), "overrides": {"depths": [34]}}
    assert open_study(tmp_path / "mine", **given).settings == small_settings
    assert same.catalog.images.paths == study.catalog.images.paths


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"profile": "quick"}, "profile='quick' differs from the run's own, 'smoke'"),
        ({"corpus": "synthetic"}, "corpus='synthetic' differs from the run's own"),
        ({"overrides": {"epochs": 7}}, "epochs=7 differs from the run's own, 1"),
        ({"overrides": "epochs=7"}, "epochs=7 differs from the run's own, 1"),
        ({"overrides": {"epoch": 7}}, "unknown setting 'epoch'"),
        ({"overrides": {"epochs": 0}}, "epochs must be a whole number"),
    ],
)
def test_a_notebook_can_not_change_a_run(tmp_path, small_settings, given, message):
    study = study_of(tmp_path / "mine", small_settings)
    _ = study.catalog
    with pytest.raises(SettingsError) as caught:
        open_study(tmp_path / "mine", **given)
    assert message in str(caught.value)


def test_a_notebook_makes_a_run_where_there_is_none(tmp_path, tone_library):
    study = open_study(
        tmp_path / "new", profile="smoke", corpus=str(tone_library),
        overrides={"segment_seconds": 1},
    )  # fmt: skip
    assert len(study.catalog.songs) == 48
    assert (tmp_path / "new" / "study.json").exists()


def hold_lock(folder, settings, ready, done):
    with Study(folder, settings, profile="smoke").locked():
        ready.set()
        done.wait(30)


def test_a_second_process_is_refused_and_a_dead_one_is_not_waited_for(tmp_path, small_settings):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    arguments = (tmp_path / "run", small_settings, ready, done)
    other = context.Process(target=hold_lock, args=arguments)
    other.start()
    assert ready.wait(30)
    study = study_of(tmp_path / "run", small_settings)
    with pytest.raises(RunError, match="another process works on the run run"), study.locked():
        pass
    other.kill()
    other.join()
    with study.locked():
        assert os.environ[runs.LOCK_VARIABLE] == str(study.folder)
    assert runs.LOCK_VARIABLE not in os.environ


def test_a_song_is_found_by_its_path(tmp_path, small_settings):
    catalog = study_of(tmp_path / "run", small_settings).catalog
    assert catalog.find(None)["path"] == catalog.songs["path"].iloc[0]
    path = catalog.songs["path"].iloc[9]
    assert catalog.find(path)["path"] == path
    with pytest.raises(LibraryError, match="song must be a path of the run's catalog"):
        catalog.find("nowhere.mp3")


def test_a_taxonomy_of_two_equal_genres_needs_no_repair(tmp_path):
    library = make_tone_library(tmp_path / "library")
    rows = [
        {"subgenre": f"{pitch} {kind}", "genre_1": pitch, "genre_2": pitch}
        for pitch in ("low", "high")
        for kind in ("drone", "noise")
    ]
    write_csv(library / "taxonomy.csv", ["subgenre", "genre_1", "genre_2"], rows)
    settings = make_settings(profile="smoke", corpus=str(library), overrides="segment_seconds=1")
    catalog = study_of(tmp_path / "run", settings).catalog
    assert catalog.all_labels.sum(axis=1).eq(1).all()


@pytest.mark.parametrize(
    "overrides", [{"device": "cuda"}, {"weights": ["none", "no/such.pth"]}, {"min_songs": 40}]
)
def test_a_failed_call_leaves_the_run_as_it_was(tmp_path, monkeypatch, tone_library, overrides):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    asked = {"profile": "smoke", "corpus": str(tone_library), "name": "mine"}
    settings = {"segment_seconds": 1, "depths": [34]}
    _ = start_study(**asked, overrides=settings).catalog
    before = (tmp_path / "mine" / "study.json").read_text()
    with pytest.raises(StudyError):
        start_study(**asked, overrides={**settings, **overrides}).train()
    assert (tmp_path / "mine" / "study.json").read_text() == before


def test_a_run_keeps_its_corpus(tmp_path, monkeypatch, tone_library):
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    settings = {"segment_seconds": 1, "depths": [34]}
    asked = {"profile": "smoke", "overrides": settings, "name": "mine"}
    _ = start_study(corpus=str(tone_library), **asked).catalog
    assert start_study(corpus=None, **asked).settings.corpus == str(tone_library)
    with pytest.raises(SettingsError, match="corpus='synthetic' differs from that of the run"):
        start_study(corpus="synthetic", **asked)


def test_results_made_elsewhere_are_not_written_over(tmp_path, monkeypatch):
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    (tmp_path / "theirs" / "results").mkdir(parents=True)
    (tmp_path / "theirs" / "results" / "metrics.csv").write_text("genre\nJazz\n")
    with pytest.raises(RunError, match=r"holds results without a study\.json, made elsewhere"):
        open_study(tmp_path / "theirs")
    with pytest.raises(RunError, match=r"holds results without a study\.json"):
        start_study(profile="smoke", corpus=None, overrides=None, name="theirs")


def test_a_relative_corpus_is_found_from_everywhere(tmp_path, monkeypatch, tone_library):
    monkeypatch.chdir(tone_library.parent)
    study = open_study(
        tmp_path / "new", profile="smoke", corpus=tone_library.name,
        overrides={"segment_seconds": 1},
    )  # fmt: skip
    _ = study.catalog
    monkeypatch.chdir(tmp_path)
    assert open_study(tmp_path / "new").settings.corpus == str(tone_library)


def test_positives_that_outnumber_are_drawn_down_and_the_audit_says_so(tmp_path):
    library = make_tone_library(tmp_path / "library")
    songs = pd.read_csv(library / "songs.csv", keep_default_na=False)
    songs.loc[songs.index % 5 != 0, "subgenre_1"] = "low noise"
    songs.to_csv(library / "songs.csv", index=False)
    settings = make_settings(profile="smoke", corpus=str(library), overrides="segment_seconds=1")
    audit = study_of(tmp_path / "run", settings).catalog.audit()
    low = audit["trained"]["Low"]
    assert low["drawn_down"]
    assert low["train"] == 2 * (36 - (low["songs"] - low["test"]))


@pytest.mark.parametrize(
    ("file", "content", "same"),
    [("study.json", '{"seed": 1, "commit": "b2"}', True),
     ("study.json", '{"seed": 2, "commit": "a1"}', False),
     ("audit.json", "{}", False), ("results/metrics.csv", "genre\n", False),
     ("screenshots/page.png", "", True)],
)  # fmt: skip
def test_notebooks_are_outdated_by_what_they_read(tmp_path, file, content, same):
    (tmp_path / "study.json").write_text('{"seed": 1, "commit": "a1"}')
    before = results_digest(tmp_path)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content)
    assert (results_digest(tmp_path) == before) == same
