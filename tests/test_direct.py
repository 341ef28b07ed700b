"""Synthetic songs straight to images: the same songs, without their files."""

import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from conftest import tone

import mgrlib.corpora.synthetic.direct as direct
from mgrlib.audio import cut_segment, read_segment
from mgrlib.corpora import is_synthetic, open_corpus
from mgrlib.errors import SongError
from mgrlib.images import make_images
from mgrlib.pipeline import start_study
from mgrlib.runs import run_folder
from mgrlib.settings import make_settings

SMALL = {"songs": 32, "segment_seconds": 1, "image_size": 32, "depths": [34], "min_songs": 2}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Runs and cache of one test."""
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))
    return tmp_path


def settings_of(corpus="synthetic-direct", **overrides):
    return make_settings(profile="smoke", corpus=corpus, overrides={**SMALL, **overrides})


def images_of(settings, *, jobs=1, **sounds):
    library = open_corpus(settings, jobs=1)
    paths = list(library.songs["path"])
    sounds = replace(library.sounds, **sounds) if sounds else library.sounds
    return make_images(library.folder, paths, settings=settings, jobs=jobs, sounds=sounds)


@pytest.mark.parametrize("seconds", [1.0, 1.37, 0.6, 0.5])
@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_a_song_in_memory_is_cut_as_its_file_is(tmp_path, seconds, rate):
    song = tone(700, seconds=seconds, rate=rate)
    soundfile.write(tmp_path / "song.wav", song, rate, subtype="FLOAT")
    wanted = {"segment_seconds": 1, "sample_rate": 22_050}
    expected = read_segment(tmp_path / "song.wav", **wanted)
    found = cut_segment(song, native_rate=rate, **wanted)
    np.testing.assert_array_equal(found.samples, expected.samples)
    assert (found.seconds, found.padded) == (expected.seconds, expected.padded)


@pytest.mark.parametrize(
    ("song", "reason"),
    [
        (np.zeros(22_050, np.float32), "silent"),
        (tone(700, seconds=0.4), "too short"),
        (np.full(22_050, np.nan, np.float32), "not finite"),
    ],
)
def test_a_song_in_memory_is_refused_as_its_file_is(song, reason):
    with pytest.raises(SongError) as caught:
        cut_segment(song, native_rate=22_050, segment_seconds=1, sample_rate=22_050)
    assert caught.value.reason == reason


def test_the_songs_and_their_images_are_those_of_the_synthetic_library(folders):
    filed, drawn = (open_corpus(settings_of(c), jobs=1) for c in ("synthetic", "synthetic-direct"))
    assert drawn.songs.equals(filed.songs)
    assert drawn.taxonomy == filed.taxonomy
    expected, found = (images_of(settings_of(c)) for c in ("synthetic", "synthetic-direct"))
    assert found.paths == expected.paths
    np.testing.assert_allclose(found.seconds, expected.seconds, atol=1e-4)
    exact = [row for row, path in enumerate(found.paths) if path.endswith((".wav", ".flac"))]
    assert 5 < len(exact) < 32
    for scale in ("linear", "mel"):
        pairs = (expected.pixels[scale].astype(int), found.pixels[scale].astype(int))
        unlike = np.abs(pairs[0] - pairs[1])
        # 16 bits of a file against 32: a gray level is 0.3 dB.
        assert unlike[exact].max() <= 3
        assert unlike[exact].mean() < 0.05
        assert unlike.mean() < 8  # MP3 and Vorbis leave out what one does not hear


def test_no_audio_file_is_written(folders):
    images_of(settings_of())
    kept = {path.name for path in (folders / "cache" / "synthetic-direct").rglob("*.*")}
    assert kept == {"songs.csv", "taxonomy.csv"}


def test_a_second_call_renders_no_song(folders, monkeypatch):
    first = images_of(settings_of())
    monkeypatch.setattr(direct, "plan_songs", None)
    second = images_of(settings_of(), read=None)
    np.testing.assert_array_equal(first.pixels["mel"], second.pixels["mel"])


def test_a_call_that_was_stopped_is_taken_up(folders):
    whole = images_of(settings_of())
    shards = sorted(folders.rglob("*.npz"))
    assert len(shards) >= 4
    stamps = {shard: shard.stat().st_mtime_ns for shard in shards}
    for shard in shards[::2]:
        shard.unlink()
    again = images_of(settings_of())
    np.testing.assert_array_equal(again.pixels["linear"], whole.pixels["linear"])
    renewed = {s for s in folders.rglob("*.npz") if s.stat().st_mtime_ns != stamps[s]}
    assert renewed == set(shards[::2])


def test_processes_draw_the_same_images(folders, monkeypatch):
    alone = images_of(settings_of(seed=4))
    monkeypatch.setenv("MGRLIB_CACHE", str(folders / "other"))
    together = images_of(settings_of(seed=4), jobs=2)
    np.testing.assert_array_equal(alone.pixels["mel"], together.pixels["mel"])


@pytest.mark.parametrize(
    ("change", "same"),
    [({"seed": 3}, False), ({"segment_seconds": 1.5}, False), ({"songs": 40}, False),
     ({"image_size": 64}, True), ({"epochs": 9}, True)],
)  # fmt: skip
def test_a_song_is_identified_by_what_it_sounds_like(folders, change, same):
    def identities(settings):
        library = open_corpus(settings, jobs=1)
        return [library.sounds.identify(library.folder, p) for p in library.songs["path"]]

    one, other = identities(settings_of()), identities(settings_of(**change))
    assert (one == other) is same
    if not same:
        assert not {repr(song[1:]) for song in one} & {repr(song[1:]) for song in other}


def test_a_new_version_of_the_generator_draws_anew(folders, monkeypatch):
    images_of(settings_of())
    before = len(list(folders.rglob("*.npz")))
    monkeypatch.setattr(direct, "VERSION", direct.VERSION + 1)
    images_of(settings_of())
    assert len(list(folders.rglob("*.npz"))) == 2 * before


def test_what_processes_are_given_is_small(folders):
    library = open_corpus(settings_of(), jobs=1)
    song = library.sounds.identify(library.folder, library.songs["path"][0])
    assert len(pickle.dumps((song, library.sounds.read))) < 1000


def test_one_song_becomes_a_file_when_it_is_asked_for(folders):
    catalog = start_study(profile="smoke", corpus="synthetic-direct", overrides=SMALL,
                          name=None).catalog  # fmt: skip
    whole = open_corpus(settings_of("synthetic"), jobs=1)
    for path in catalog.songs["path"][:3]:
        file = catalog.file(path)
        assert file.read_bytes() == (whole.folder / path).read_bytes()
        os.utime(file, (1, 1))
        assert catalog.file(path).stat().st_mtime == 1, "made once"
        assert read_segment(file, segment_seconds=1, sample_rate=22_050).seconds >= 1


def test_the_corpus_is_synthetic_and_its_run_has_a_name_of_its_own(folders):
    settings = settings_of()
    assert settings.corpus == "synthetic-direct"
    assert is_synthetic(settings)
    assert run_folder(None, settings, profile="smoke").name == "synthetic-direct-smoke"
    study = start_study(profile="smoke", corpus="synthetic-direct", overrides=SMALL, name=None)
    assert study.evidence == "synthetic"
    assert "no evidence about music" in study.caution
