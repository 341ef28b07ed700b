"""The cache of images: made once, shared, resumed, and honest about what it could not read."""

import os
import shutil

import numpy as np
import pytest
from conftest import RATE, make_tone_library, tone

from mgrlib.audio import read_segment
from mgrlib.catalog import Sounds
from mgrlib.errors import RunError
from mgrlib.images import identify_file, make_images
from mgrlib.settings import make_settings
from mgrlib.spectrograms import song_images


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def library(tmp_path):
    return make_tone_library(tmp_path / "library", songs=24)


def settings(**overrides):
    return make_settings(profile="smoke", overrides={"segment_seconds": 1, **overrides})


def songs_of(library):
    return sorted(str(path.relative_to(library)) for path in library.rglob("*.wav"))


def make(library, paths=None, *, jobs=1, sounds=None, **overrides):
    paths = songs_of(library) if paths is None else paths
    return make_images(library, paths, settings=settings(**overrides), jobs=jobs, sounds=sounds)


def test_images_are_those_of_each_song_in_order(cache, library):
    paths = songs_of(library)[::-1]
    images = make(library, paths)
    assert images.paths == paths
    for row in (0, 11, 23):
        segment = read_segment(library / paths[row], segment_seconds=1, sample_rate=RATE)
        expected = song_images(
            segment.samples, scales=["linear", "mel"], sample_rate=RATE, n_fft=2048,
            hop_length=512, n_mels=128, top_db=80, image_size=32,
        )  # fmt: skip
        for scale in ("linear", "mel"):
            np.testing.assert_array_equal(images.pixels[scale][row], expected[scale])


def test_a_second_call_reads_no_audio(cache, library):
    first = make(library)
    second = make(library, sounds=Sounds(identify=identify_file, read=None))
    for scale, pixels in first.pixels.items():
        np.testing.assert_array_equal(second.pixels[scale], pixels)


def test_processes_make_the_same_images(cache, library, monkeypatch, tmp_path):
    alone = make(library)
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "other"))
    together = make(library, jobs=2)
    np.testing.assert_array_equal(alone.pixels["mel"], together.pixels["mel"])


def test_only_a_missing_shard_is_made_again(cache, library):
    make(library)
    shards = sorted(cache.rglob("*.npz"))
    assert len(shards) >= 4
    stamps = {shard: shard.stat().st_mtime_ns for shard in shards}
    shards[0].unlink()
    make(library)
    again = {s for s in cache.rglob("*.npz") if s.stat().st_mtime_ns != stamps[s]}
    assert again == {shards[0]}


def test_a_changed_song_changes_its_shard_only(cache, library):
    make(library)
    before = set(cache.rglob("*.npz"))
    song = library / songs_of(library)[3]
    os.utime(song, ns=(1, 1))
    images = make(library)
    assert len(images.paths) == 24
    assert len(set(cache.rglob("*.npz")) - before) == 3  # one shard of two scales and the sound


def test_a_further_scale_leaves_the_first_as_it_is(cache, library):
    make(library, scales=["linear"])
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.npz")}
    images = make(library)
    assert set(images.pixels) == {"linear", "mel"}
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items())


def test_bad_songs_are_reported_and_stop_nothing(cache, library):
    (library / "empty.wav").write_bytes(b"")
    (library / "words.mp3").write_text("no music\n" * 50)
    paths = ["nowhere.wav", *songs_of(library)[:6], "words.mp3", "empty.wav"]
    for _ in range(2):  # made, then read from the cache
        images = make(library, paths)
        assert images.paths == [path for path in paths[1:7] if path != "empty.wav"]
        reasons = {row["path"]: row["reason"] for row in images.rejected}
        assert reasons == {"nowhere.wav": "missing", "words.mp3": "unreadable",
                           "empty.wav": "empty"}  # fmt: skip


def test_scales_that_disagree_on_the_usable_songs_are_made_again(cache, library):
    paths = songs_of(library)
    song = library / paths[2]
    content, stamp = song.read_bytes(), song.stat().st_mtime_ns
    song.write_bytes(b"\0" * len(content))  # as if no decoder knew the file yet
    os.utime(song, ns=(stamp, stamp))
    assert len(make(library, scales=["linear"]).paths) == 23
    song.write_bytes(content)
    os.utime(song, ns=(stamp, stamp))
    images = make(library)
    assert images.paths == paths
    expected = make(library, scales=["mel"]).pixels["mel"]
    np.testing.assert_array_equal(images.pixels["mel"], expected)
    assert [len(pixels) for pixels in images.pixels.values()] == [24, 24]


def test_no_usable_song_gives_no_images(cache, library):
    images = make(library, ["nowhere.wav"])
    assert images.paths == []
    assert images.pixels["mel"].size == 0


def test_a_padded_song_is_counted(cache, library):
    import soundfile

    soundfile.write(library / "short.wav", tone(700, seconds=0.7), RATE)
    images = make(library, [*songs_of(library)[:4], "short.wav"])
    assert images.padded.sum() == 1
    assert images.seconds[images.padded][0] == pytest.approx(0.7, abs=0.01)


def test_progress_counts_every_song_once(cache, library):
    counted = []
    for _ in range(2):
        make_images(library, [*songs_of(library), "no.wav"], settings=settings(), jobs=1,
                    progress=counted.append)  # fmt: skip
    assert sum(counted) == 2 * 25


def test_a_cache_that_can_not_be_written_is_a_clear_error(cache, library):
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("a file where the folder should be")
    with pytest.raises(RunError, match="nothing can be written to"):
        make(library)
