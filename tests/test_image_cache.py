"""What the cache of images survives: kills, crashes, hangs, other runs, full disks, bit rot."""

import contextlib
import os
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import odd_sounds
import pandas as pd
import psutil
import pytest
import soundfile
from conftest import RATE, make_tone_library, tone
from odd_sounds import notes, read_and_weigh, read_deadly

import mgrlib.images
import mgrlib.shards
from mgrlib.audio import COLUMNS
from mgrlib.catalog import Sounds
from mgrlib.errors import LibraryError, RunError
from mgrlib.files import ROOT
from mgrlib.images import Images, identify_file, make_images
from mgrlib.settings import SCALES, Settings, make_settings
from mgrlib.shards import read_file, read_shard

PROGRAM = """
import sys
from pathlib import Path
import mgrlib.shards
from mgrlib.catalog import Sounds
from mgrlib.images import identify_file, make_images
from mgrlib.settings import make_settings
from odd_sounds import read_slowly

mgrlib.shards.SHARD_SONGS = 2
library, jobs, scales = sys.argv[1:]
settings = make_settings(profile="smoke",
                         overrides={"segment_seconds": 1, "scales": scales.split(",")})
paths = sorted(str(path.relative_to(library)) for path in Path(library).rglob("*.wav"))
print("begins", flush=True)
made = make_images(Path(library), paths, settings=settings, jobs=int(jobs),
                   sounds=Sounds(identify=identify_file, read=read_slowly))
print(len(made.paths), len(made.rejected))
"""


@pytest.fixture(scope="module")
def songs(tmp_path_factory) -> Path:
    """30 songs of 1.2 s; not to be changed."""
    return make_tone_library(tmp_path_factory.mktemp("songs") / "songs", songs=30)


@pytest.fixture
def library(tmp_path):
    """18 songs of 1.2 s, to be changed."""
    return make_tone_library(tmp_path / "library", songs=18)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(mgrlib.shards, "SHARD_SONGS", 2)
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def undisturbed(songs, tmp_path_factory) -> dict[str, bytes]:
    """The files that an undisturbed call makes of `songs`."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("undisturbed")
        patch.setenv("MGRLIB_CACHE", str(folder))
        patch.setattr(mgrlib.shards, "SHARD_SONGS", 2)
        make(songs)
        return contents(folder)


def make(
    library: Path, *, jobs: int = 1, read=read_file, pixels: bool = True, **overrides
) -> Images:
    settings = make_settings(profile="smoke", overrides={"segment_seconds": 1, **overrides})
    paths = sorted(str(path.relative_to(library)) for path in library.rglob("*.wav"))
    sounds = Sounds(identify=identify_file, read=read)
    return make_images(library, paths, settings=settings, jobs=jobs, sounds=sounds, pixels=pixels)


def contents(cache: Path) -> dict[str, bytes]:
    """Each file of a cache, by its path in it."""
    return {str(f.relative_to(cache)): f.read_bytes() for f in cache.rglob("*.*") if f.is_file()}


def stamps(cache: Path) -> dict[Path, int]:
    """Time stamp in ns of each shard."""
    return {file: file.stat().st_mtime_ns for file in cache.rglob("*.npz")
            if not file.name.startswith(".")}  # fmt: skip


@contextlib.contextmanager
def maker(library: Path, cache: Path, *, jobs: int = 2, scales: str = "linear,mel"):
    """A process at work on the images of a library; it waits 20 ms a song."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(library), str(jobs), scales],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT / "tests",
        env={**os.environ, "MGRLIB_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def end(processes: list) -> None:
    """kill -9"""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait()


def all_of(process: subprocess.Popen) -> list[psutil.Process]:
    """A process and those that draw for it."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def wait_for_shards(count: int, cache: Path, process: subprocess.Popen) -> dict[Path, int]:
    """Wait until so many shards are there; each is whole from the moment that it is seen."""
    deadline, seen = time.monotonic() + 60, {}
    while len(seen) < count:
        for file in set(found := stamps(cache)) - set(seen):
            assert read_shard(file) is not None
        seen = found
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
    return seen


def wait_for_second_songs(process: subprocess.Popen, songs: Path) -> None:
    """Wait until each of two processes has drawn a song: who ends at its first is to blame."""
    deadline = time.monotonic() + 60
    while True:
        read = Counter(line.split()[0] for line in notes(songs))
        if [read[str(child.pid)] > 1 for child in all_of(process)[1:]] == [True, True]:
            return
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def whole_files(cache: Path) -> dict[str, bytes]:
    """All but what a killed writer may leave."""
    return {name: content for name, content in contents(cache).items() if name.endswith(".npz")}


@pytest.mark.parametrize(
    ("jobs", "whom", "counts"), [(2, "all", (1, 8, 14)), (1, "all", (5,)), (2, "parent", (5,))]
)
def test_after_kills_the_next_call_makes_only_what_is_missing(
    songs, undisturbed, cache, jobs, whom, counts
):
    total = len(undisturbed)
    assert total > 20
    finished: dict[Path, int] = {}
    for count in counts:  # one kill after the other, on what was left
        with maker(songs, cache, jobs=jobs) as process:
            wait_for_shards(max(count, len(finished) + 1), cache, process)
            end(all_of(process) if whom == "all" else all_of(process)[:1])
        found = stamps(cache)
        assert finished.items() <= found.items()
        finished = found
    assert 0 < len(finished) < total
    images = make(songs)
    assert len(images.paths) == 30
    assert whole_files(cache) == undisturbed
    assert finished.items() <= stamps(cache).items()


def test_after_kills_at_random_moments_the_next_call_finishes(songs, undisturbed, cache):
    rng = np.random.default_rng(5)
    for delay in rng.uniform(0.2, 0.7, size=4):
        with maker(songs, cache) as process:
            process.stdout.readline()
            time.sleep(delay)
            end(all_of(process))
        assert all(read_shard(file) is not None for file in stamps(cache))
    before = stamps(cache)
    make(songs)
    assert whole_files(cache) == undisturbed
    assert before.items() <= stamps(cache).items()


def test_a_process_that_is_killed_is_replaced_and_no_song_is_blamed(songs, undisturbed, cache):
    with maker(songs, cache) as process:
        wait_for_second_songs(process, songs)
        end(all_of(process)[1:])
        output, error = process.communicate(timeout=60)
    assert (process.returncode, output.split()[-2:], error) == (0, ["30", "0"], "")
    assert contents(cache) == undisturbed


def test_what_a_killed_writer_left_is_deleted_a_day_later(library, cache):
    make(library, scales=["linear"])
    [folder] = (cache / "images").glob("linear-*")
    old, young = folder / ".0123.npz.abcd_123", folder / ".0123.npz.efgh_456"
    for file, hours in ((old, 25), (young, 23)):
        file.touch()
        os.utime(file, (time.time() - hours * 3600,) * 2)
    next(folder.glob("*.npz")).unlink()
    make(library, scales=["linear"])
    assert not old.exists()
    assert young.exists()


def test_two_runs_share_the_cache(songs, undisturbed, tmp_path):
    cache = tmp_path / "cache"
    odd_sounds.note(songs, "")  # the file is there
    before = len(notes(songs))
    with (
        maker(songs, cache) as one,
        maker(songs, cache) as same,
        maker(songs, cache, scales="mel") as other,
        maker(songs, cache, scales="linear,linear-bands") as killed,
    ):
        wait_for_shards(5, cache, one)
        end(all_of(killed))
        for process in (one, same, other):
            output, error = process.communicate(timeout=60)
            assert (process.returncode, output.split()[-2:], error) == (0, ["30", "0"], "")
    made = whole_files(cache)
    assert {name: made[name] for name in undisturbed} == undisturbed
    assert len(notes(songs)) - before <= 4 * 30, "at worst each of the four read all"


def test_what_another_run_has_made_meanwhile_is_not_made_again(library, cache):
    made = make(library, scales=["linear"])
    before = stamps(cache)
    settings = make_settings(profile="smoke", overrides={"segment_seconds": 1, "scales": "linear"})
    shards = mgrlib.shards.cut_shards(identify_file(library, path) for path in made.paths)
    for shard in shards:
        files = mgrlib.shards.shard_files(shard, settings)
        count = mgrlib.shards.make_shard(library, shard, files, settings, None)
        assert count == len(shard)
    assert stamps(cache) == before


def write_songs(library: Path, *names: str) -> None:
    for number, name in enumerate(names):
        soundfile.write(library / name, tone(500 + number, seconds=1.2), RATE)


@pytest.mark.parametrize("jobs", [1, 2])
def test_songs_that_end_or_hold_up_their_process_stop_nothing(library, cache, jobs, monkeypatch):
    monkeypatch.setattr(mgrlib.shards, "SONG_SECONDS", 3.0)
    expected = make(library, scales=["linear"])
    before = stamps(cache)
    harms = ["segfault", "kill", "exit", "leave", "hang", "raise"]
    write_songs(library, *(f"{harm} it.wav" for harm in harms))
    images = make(library, jobs=jobs, read=read_deadly, scales=["linear"])
    assert images.paths == expected.paths
    np.testing.assert_array_equal(images.pixels["linear"], expected.pixels["linear"])
    verdicts = {row["path"].split()[0]: (row["reason"], row["detail"]) for row in images.rejected}
    assert verdicts == {
        "segfault": ("crashed", "its process was ended by SIGSEGV"),
        "kill": ("crashed", "its process was ended by SIGKILL, as when memory runs out"),
        "exit": ("crashed", "its process ended with exit code 3"),
        "leave": ("crashed", "its process ended with exit code 0"),
        "hang": ("timed out", "it takes longer than 3 s to read and draw"),
        "raise": ("crashed", "IndexError: frame 7"),
    }
    # The machine may have been at fault: the next call tries these again, and only these.
    between = stamps(cache)
    again = make(library, jobs=jobs, scales=["linear"])
    assert (len(again.paths), again.rejected) == (24, [])
    assert before.items() & between.items() & stamps(cache).items()
    assert make(library, read=None, scales=["linear"]).paths == again.paths


def test_a_verdict_about_the_file_is_kept(library, cache):
    (library / "words.wav").write_text("no music\n" * 50)
    assert [row["reason"] for row in make(library).rejected] == ["unreadable"]
    before = stamps(cache)
    assert [row["reason"] for row in make(library, read=None).rejected] == ["unreadable"]
    assert stamps(cache) == before


def test_what_the_user_must_mend_ends_the_run(library, cache):
    write_songs(library, "refuse it.wav")
    with pytest.raises(LibraryError, match="the library must be mended"):
        make(library, jobs=2, read=read_deadly)


def limit_file_size() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))  # bytes


def test_a_refused_write_is_one_line_and_loses_nothing(songs, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("MGRLIB_CACHE", str(cache))
    make(songs, scales=["linear"])
    before = stamps(cache)
    values = ["segment_seconds=1", "scales=linear,mel", "jobs=2", "depths=34"]
    changes = [word for value in values for word in ("--set", value)]
    done = subprocess.run(
        [sys.executable, "-m", "mgrlib", "run", "--profile", "smoke", "--name", "full",
         "--corpus", str(songs), *changes],
        capture_output=True, text=True, cwd=ROOT, preexec_fn=limit_file_size,
        env={**os.environ, "MGRLIB_RUNS": str(tmp_path / "runs")},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    [line] = [line for line in done.stderr.splitlines() if line and "song/s" not in line]
    assert line.startswith(f"mgrlib: nothing can be written to {cache}/images/mel-")
    assert "(File too large): free the folder, or name other places by" in line
    assert line.endswith("what is finished is kept")
    assert stamps(cache).items() >= before.items()
    assert [name for name in contents(cache) if not name.endswith(".npz")] == []
    assert len(make(songs, scales=["linear", "mel"]).paths) == 30
    assert stamps(cache).items() >= before.items()


@contextlib.contextmanager
def small_disk(folder: Path, *, size: str) -> Iterator[None]:
    """A disk of its own under `folder`, where this user can mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("this user can't mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_loses_nothing(songs, cache, undisturbed):
    with small_disk(cache, size="36k"):
        with pytest.raises(RunError, match="No space left on device") as caught:
            make(songs, jobs=2)
        assert "\n" not in str(caught.value)
        assert str(cache) in str(caught.value)
        time.sleep(0.2)  # the other thread may be at its last shard
        before = stamps(cache)
        assert 2 < len(before) < len(undisturbed)
        assert [name for name in contents(cache) if not name.endswith(".npz")] == []
        subprocess.run(["mount", "-o", "remount,size=10m", str(cache)], check=True)
        make(songs, jobs=2)
        assert whole_files(cache) == undisturbed
        assert stamps(cache).items() >= before.items()


DAMAGES = {
    "no bytes": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "one byte less": lambda content: content[:-1],
    "zeros": lambda content: b"\0" * len(content),
    "another file": lambda content: b"fLaC" + content,
    "text": lambda content: b"path,reason\n",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_shard_is_made_again(library, cache, damage):
    expected = make(library)
    before = contents(cache)
    broken = sorted(stamps(cache))[::5]
    for file in broken:
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
    untouched = stamps(cache).items() - {file: stamps(cache)[file] for file in broken}.items()
    images = make(library)
    for scale, pixels in expected.pixels.items():
        np.testing.assert_array_equal(images.pixels[scale], pixels)
    assert contents(cache) == before
    assert untouched <= stamps(cache).items()


def test_no_flipped_bit_reaches_the_images(library, cache):
    make(library, scales=["mel"])
    file = min(stamps(cache))
    content, expected = file.read_bytes(), read_shard(file)
    rng, noticed = np.random.default_rng(3), 0
    for place in rng.choice(8 * len(content), size=400, replace=False):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        file.write_bytes(flipped)
        if (found := read_shard(file)) is None:
            noticed += 1
        else:  # a bit that says nothing, such as a date of the archive
            for name, array in expected.items():
                np.testing.assert_array_equal(found[name], array)
    assert noticed > 300


def test_files_that_do_not_stay_are_a_clear_error(library, cache, monkeypatch):
    monkeypatch.setattr(mgrlib.images, "read_shard", lambda file: None)
    with pytest.raises(RunError, match="was written and can't be read: something else deletes"):
        make(library)


CHANGES = {
    "segment_seconds": (0.8, SCALES),
    "sample_rate": (16_000, SCALES),
    "n_fft": (1024, SCALES),
    "hop_length": (256, SCALES),
    "top_db": (60, SCALES),
    "image_size": (40, SCALES),
    "n_mels": (64, [scale for scale in SCALES if scale != "linear"]),
    "corpus": ("elsewhere", []),
    "genres": ("paper", []),
    "max_genres": (3, []),
    "min_songs": (5, []),
    "songs": (99, []),
    "scales": (["mel"], []),
    "depths": ([50], []),
    "weights": (["imagenet"], []),
    "tune": ("head", []),
    "joint_epochs": (7, []),
    "epochs": (9, []),
    "batch_size": (8, []),
    "learning_rate": (0.1, []),
    "repeats": (2, []),
    "equal_sizes": (False, []),
    "seed": (4, []),
    "test_fraction": (0.2, []),
    "split_by": ("artist", []),
    "precision": ("float32", []),
    "device": ("cpu", []),
    "jobs": (2, []),
    "scheduler": ("tcp://127.0.0.1:8786", []),
    "keep_models": (True, []),
    "excerpts": (True, []),
}
"""For each setting another value, and the scales whose pixels it changes."""


def test_every_setting_is_declared_to_change_pixels_or_not():
    assert set(CHANGES) == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize("setting", CHANGES)
def test_the_key_changes_with_what_changes_pixels(setting):
    value, expected = CHANGES[setting]
    usual = make_settings(profile="smoke")
    changed = make_settings(profile="smoke", overrides={setting: value})
    assert getattr(changed, setting) != getattr(usual, setting)
    key = mgrlib.shards.pixel_key
    assert [s for s in SCALES if key(changed, s) != key(usual, s)] == list(expected)


@pytest.mark.parametrize("setting", CHANGES)
def test_the_key_of_the_sound_changes_with_what_is_heard(setting):
    usual = make_settings(profile="smoke")
    changed = make_settings(profile="smoke", overrides={setting: CHANGES[setting][0]})
    key = mgrlib.shards.sound_key
    assert (key(changed) != key(usual)) == (setting in ("segment_seconds", "sample_rate"))


@pytest.mark.parametrize("setting", [name for name, (_, scales) in CHANGES.items() if scales])
def test_what_changes_the_key_changes_pixels(library, cache, setting):
    """So no setting stands in the key for nothing."""
    value, scales = CHANGES[setting]
    wanted = {"scales": ["mel"], "jobs": 1}
    usual, changed = make(library, **wanted), make(library, **wanted, **{setting: value})
    assert "mel" in scales
    assert not np.array_equal(usual.pixels["mel"], changed.pixels["mel"])


def test_each_scale_has_a_key_of_its_own(monkeypatch):
    settings = make_settings(profile="smoke")
    keys = {mgrlib.shards.pixel_key(settings, scale) for scale in SCALES}
    assert len(keys) == len(SCALES)
    monkeypatch.setattr(mgrlib.shards, "VERSION", mgrlib.shards.VERSION + 1)
    assert not keys & {mgrlib.shards.pixel_key(settings, scale) for scale in SCALES}


def test_the_sound_of_images_from_before_is_made_alone(library, cache):
    whole = make(library)
    before = contents(cache)
    sounds = [file for file in stamps(cache) if file.parent.name.startswith("sound-")]
    for file in sounds:
        file.unlink()
    images = stamps(cache)
    again = make(library)
    assert contents(cache) == before
    assert images.items() <= stamps(cache).items()
    pd.testing.assert_frame_equal(again.sound, whole.sound)
    np.testing.assert_array_equal(again.fingerprints, whole.fingerprints)


def test_the_sound_alone_draws_nothing(library, cache):
    (library / "words.wav").write_text("no music\n" * 50)
    heard = make(library, pixels=False)
    assert heard.pixels == {}
    assert {file.parent.name.partition("-")[0] for file in stamps(cache)} == {"sound"}
    assert [row["reason"] for row in heard.rejected] == ["unreadable"]
    whole = make(library)
    pd.testing.assert_frame_equal(heard.sound, whole.sound)
    assert whole.paths == heard.paths == list(heard.sound.index)
    assert len(heard.fingerprints) == len(heard.paths)


def test_the_sound_stays_with_its_song(library, cache):
    images = make(library)
    some = images.take([5, 2, 9])
    assert list(some.sound.index) == some.paths == [images.paths[row] for row in (5, 2, 9)]
    np.testing.assert_array_equal(some.fingerprints, images.fingerprints[[5, 2, 9]])
    np.testing.assert_array_equal(some.sound["seconds"], some.seconds)


def test_no_song_has_no_sound(library, cache):
    for song in library.rglob("*.wav"):
        song.write_text("no music\n" * 50)
    images = make(library)
    assert (len(images.sound), images.fingerprints.shape[0]) == (0, 0)
    assert list(images.sound) == list(COLUMNS)


def replace(song: Path, *, keep_stamp: bool) -> None:
    """Another song of equal size."""
    stamp = song.stat().st_mtime_ns
    soundfile.write(song, tone(2000, seconds=1.2), RATE)
    os.utime(song, ns=(stamp, stamp + (not keep_stamp)))


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda song: os.utime(song, ns=(1, 1)), True),
        (lambda song: replace(song, keep_stamp=False), True),
        (lambda song: soundfile.write(song, tone(2000, seconds=1.3), RATE), True),
        (lambda song: song.rename(song.with_stem("renamed")), True),
        (lambda song: None, False),
        (lambda song: song.chmod(0o600), False),
        # The limit of telling files by size and time stamp, as make and rsync have it.
        (lambda song: replace(song, keep_stamp=True), False),
    ],
    ids=["touched", "replaced", "longer", "renamed", "as it was", "permissions", "disguised"],
)
def test_the_key_changes_with_the_file(library, cache, change, again):
    make(library, scales=["mel"])
    before = stamps(cache)
    change(sorted(library.rglob("*.wav"))[3])
    make(library, scales=["mel"])
    made = stamps(cache).keys() - before.keys()
    # Renamed, a song leaves one shard and joins another one; each has pixels and sound.
    assert len(made) / 2 in ((1, 2, 3) if again else (0,))


def test_the_library_may_be_moved(library, cache):
    make(library)
    before = stamps(cache)
    make(library.rename(library.with_name("moved")), read=None)
    assert stamps(cache) == before


def test_processes_that_draw_stay_small(tmp_path, cache):
    """The paper's settings, all scales, and a song that lasts half an hour."""
    library = tmp_path / "library"
    library.mkdir()
    block = tone(300, seconds=60)
    with soundfile.SoundFile(library / "0.wav", "w", RATE, 1) as stream:
        for _ in range(30):
            stream.write(block)
    for number in range(1, 10):
        os.link(library / "0.wav", library / f"{number}.wav")
    paths = sorted(path.name for path in library.iterdir())
    settings = make_settings(profile="paper", overrides={"scales": list(SCALES)})
    make_images(library, paths, settings=settings, jobs=1,
                sounds=Sounds(identify=identify_file, read=read_and_weigh))  # fmt: skip
    peaks = [int(line.split()[1]) for line in notes(library)]
    assert len(peaks) == 10
    assert peaks[-1] < 400e6
    assert peaks[-1] - peaks[4] < 10e6, "songs in a row add nothing"


def test_the_images_are_not_held_twice(library, cache, monkeypatch):
    monkeypatch.setattr(mgrlib.images, "BLOCK_SONGS", 2)
    (library / "words.wav").write_text("no music\n" * 50)  # so that images move up
    settings = {"image_size": 512, "scales": ["linear", "mel"]}
    expected = make(library, **settings)
    tracemalloc.start()
    images = make(library, **settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = sum(pixels.nbytes for pixels in images.pixels.values())
    assert peak < 1.6 * size  # a shard of four of eighteen songs, once
    for scale, pixels in expected.pixels.items():
        np.testing.assert_array_equal(images.pixels[scale], pixels)
