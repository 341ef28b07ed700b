"""The benchmarks' pieces on tiny songs: what is timed is right; no test looks at a time."""

import json
import os
import sys
from importlib import import_module

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate

from mgrlib.audio import read_segment
from mgrlib.bench import __main__ as command
from mgrlib.bench import drawing, images, processes, projection, songs, ways
from mgrlib.bench.reading import Reading, measure_reading
from mgrlib.bench.timing import in_turns, row
from mgrlib.files import ROOT
from mgrlib.spectrograms import SCALES, song_images

KEYS = ["name", "ours", "baseline", "baseline_name", "ratio", "unit", "goal"]
SECONDS = 1.0


@pytest.fixture(scope="module", autouse=True)
def short_segment():
    """Segments of 1 s instead of 30."""
    patch = pytest.MonkeyPatch()
    for module in (songs, ways, drawing, processes, images):
        patch.setattr(module, "SEGMENT_SECONDS", SECONDS)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, songs.BenchSongs]:
    """The clip of 1 s and the song of 3 s of every format, by extension."""
    folder = tmp_path_factory.mktemp("songs")
    return {found.extension: found for found in songs.write_songs(folder, song_seconds=3.0)}


def segment_of(path) -> np.ndarray:
    return read_segment(path, segment_seconds=SECONDS, sample_rate=ways.SAMPLE_RATE).samples


# Times


def test_calls_take_turns_and_the_first_turn_is_not_counted():
    called, time = [], [0.0]

    def work(name, *seconds):
        left = list(seconds)

        def call():
            called.append(name)
            time[0] += left.pop(0)

        return call

    found = in_turns(work("a", 100, 1, 3, 2), work("b", 100, 9, 7, 8), rounds=3,
                     clock=lambda: time[0])  # fmt: skip
    assert found == (2, 8)
    assert called == ["a", "b"] * 4


def test_a_row_has_the_ratio_of_the_baseline_to_ours():
    line = row("reading", (0.5, 6.0), baseline_name="a slow way", unit="s", goal=None)
    assert list(line) == KEYS
    assert line["ratio"] == 12
    assert command.words(line) == "reading: 0.5 s, a slow way 6: 12.00 times"
    assert command.words(line | {"goal": 1 / 1.45}).endswith("12.00 times (at least 0.69)")


# Songs


def test_the_sides_of_a_song_differ_and_its_treble_is_there():
    sides = songs.stereo_song(3.0)
    assert sides.shape == (3 * 44_100, 2)
    assert np.abs(sides[:, 0] - sides[:, 1]).max() > 0.05
    power = np.abs(np.fft.rfft(sides[:, 0])) ** 2
    treble = power[np.fft.rfftfreq(len(sides), 1 / 44_100) > 12_000].sum()
    assert treble > 1e-5 * power.sum()


def test_every_format_is_written(made):
    assert list(made) == [".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".m4a"]


def test_a_long_song_has_its_length(tmp_path):
    import soundfile

    songs.write_long_song(tmp_path / "long.flac", hours=1 / 60)
    info = soundfile.info(tmp_path / "long.flac")
    assert (info.duration, info.channels, info.samplerate) == (60, 2, 44_100)


def test_a_library_names_each_file_several_times(tmp_path, made):
    files = [made[".wav"].clip, made[".mp3"].song]
    paths = songs.link_library(tmp_path / "library", files, copies=2)
    assert len(set(paths)) == 4
    assert sorted(path.name for path in (tmp_path / "library").iterdir()) == sorted(paths)
    assert (tmp_path / "library" / paths[-1]).read_bytes() == files[1].read_bytes()


# Ways


@pytest.mark.parametrize("length", ["clip", "song"])
@pytest.mark.parametrize("extension", songs.FORMATS)
def test_the_floor_has_the_samples_that_we_read(made, extension, length):
    path = getattr(made[extension], length)
    found, ours = ways.floor(path), segment_of(path)
    # Encoders append silence to a clip; the longest frame is 1,024 samples at 44.1 kHz.
    assert abs(len(found) - len(ours)) < 600
    shared = min(len(found), len(ours))
    np.testing.assert_allclose(found[:shared], ours[:shared], atol=1e-3)


@pytest.mark.parametrize("extension", songs.FORMATS)
def test_librosa_loads_the_same_segment(made, extension):
    path = made[extension].song
    found, ours = ways.load_by_librosa(path), segment_of(path)
    assert len(found) > 0.98 * SECONDS * ways.SAMPLE_RATE
    likeness = correlate(found, ours) / np.sqrt((found**2).sum() * (ours**2).sum())
    # Decoders count an encoder's delay differently: less than one hop of 512 samples.
    assert abs(np.argmax(likeness) - (len(ours) - 1)) < 512
    assert likeness.max() > 0.9


@pytest.mark.parametrize("way", [ways.paper_way, ways.librosa_and_pil])
def test_other_ways_leave_two_pictures(made, tmp_path, way):
    way(made[".flac"].clip, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linear.png", "mel.png"]
    linear, mel = (np.asarray(Image.open(tmp_path / f"{scale}.png").convert("L"), dtype=float)
                   for scale in ("linear", "mel"))  # fmt: skip
    assert linear.shape == mel.shape == (224, 224)
    assert linear.std() > 10
    assert mel.std() > 10
    assert np.abs(linear - mel).mean() > 5


def test_pictures_by_librosa_and_pil_are_ours(made, tmp_path):
    ways.librosa_and_pil(made[".flac"].song, tmp_path)
    for scale, image in ways.ours(made[".flac"].song).items():
        theirs = np.asarray(Image.open(tmp_path / f"{scale}.png"), dtype=float)
        assert np.abs(theirs - image[::-1]).mean() < 3  # PIL rounds the edges of its areas


def test_a_reading_has_a_time_for_each_way(made):
    found = measure_reading(made[".wav"].clip, length="clip", rounds=1)
    assert (found.format, found.length, found.loaded_by) == ("wav", "clip", "librosa")
    assert min(found.paper, found.pil, found.ours, found.floor) > 0


@pytest.mark.parametrize(
    ("extension", "program", "loads"),
    [(".mp3", None, True), (".m4a", None, False), (".m4a", "/usr/bin/ffmpeg", True)],
)
def test_librosa_needs_a_program_for_aac(monkeypatch, tmp_path, extension, program, loads):
    monkeypatch.setattr(ways.shutil, "which", lambda name: program)
    assert ways.librosa_decodes(tmp_path / f"song{extension}") is loads


# Drawing, processes, memory


def test_every_scale_and_the_transform_have_a_time():
    samples = drawing.some_music()
    assert len(samples) == 22_050
    assert set(drawing.measure_scales(samples, rounds=1)) == {*SCALES, "transform"}
    assert set(drawing.measure_drawing(samples, rounds=1)) == {"ours", "apart"}


def test_processes_and_memory_are_measured_in_a_cache_of_their_own(made, tmp_path):
    before = os.environ["MGRLIB_CACHE"]
    library = tmp_path / "library"
    paths = songs.link_library(library, [made[".wav"].clip, made[".flac"].song], copies=2)
    found = processes.measure_processes(library, paths, rounds=1)
    assert found["songs"] == 4
    assert min(found["one"], found["two"]) > 0
    # numpy alone takes 20 MB, and no worker takes more than the machine has.
    assert 2e7 < processes.measure_memory(library, paths) < 1e11
    assert os.environ["MGRLIB_CACHE"] == before


def test_a_song_that_is_not_read_is_no_measurement(tmp_path):
    (tmp_path / "empty.wav").touch()
    with pytest.raises(RuntimeError, match=r"empty\.wav"):
        processes.measure_processes(tmp_path, ["empty.wav"], rounds=1)


# Rows and projection


def reading(**changed) -> Reading:
    times = {"paper": 0.6, "pil": 0.1, "ours": 0.04, "floor": 0.03}
    return Reading(
        **{"format": "mp3", "length": "clip", "loaded_by": "librosa", **times, **changed}
    )


def test_rows_of_a_reading():
    paper, pil, floor = images.reading_rows(reading())
    assert [line["ratio"] for line in (paper, pil, floor)] == pytest.approx([15, 2.5, 0.75])
    assert [line["goal"] for line in (paper, pil, floor)] == [12, None, 1 / 1.45]
    assert floor["name"].endswith("against the floor")
    (by_pyav, *_) = images.reading_rows(reading(format="m4a", loaded_by="PyAV"))
    assert by_pyav["baseline_name"] == "the paper's way, decoded by PyAV"


def test_rows_of_workers():
    two, memory = images.worker_rows({"songs": 9, "one": 6.0, "two": 3.0},
                                     {"songs": 9, "hours": 1.0, "bytes": 2e8})  # fmt: skip
    assert (two["ratio"], two["goal"]) == (2, 1.8)
    assert (memory["ratio"], memory["goal"], memory["unit"]) == (2, 1, "bytes")


def test_the_projection_is_that_by_hand():
    # 18,019 songs of 0.04 s on 2 cores are 360.38 s.
    readings = [reading(), reading(format="wav", ours=0.02, floor=0.01)]
    mp3, wav, mix = projection.projections(readings, cores=2)
    assert mp3["ours"] == pytest.approx(360.38)
    assert mp3["paper"] == pytest.approx(5405.7)
    assert wav["ours"] == pytest.approx(180.19)
    assert (mix["format"], mix["ours"]) == ("equal parts", pytest.approx(270.285))
    assert mix["floor"] == pytest.approx(180.19)
    first, line, *_ = projection.projection_lines(readings, cores=2)
    assert first == "18,019 songs on 2 cores, were each as fast as one core alone:"
    assert line == ("  mp3, clips: the paper's way 1 h 30 min, librosa and PIL 15 min, ours 6 min, "
                    "the floor 5 min")  # fmt: skip


@pytest.fixture
def quick_bench(monkeypatch):
    """The benchmark of images with one format, whose reading is made up."""
    monkeypatch.setattr(songs, "FORMATS", (".wav",))
    monkeypatch.setattr(images, "SONG_SECONDS", 2.0)
    monkeypatch.setattr(images, "LONG_HOURS", 1 / 60)
    monkeypatch.setattr(images, "COPIES", 1)
    monkeypatch.setattr(images, "measure_readings", lambda songs: [reading()])


def test_the_command_writes_rows_and_the_table_of_the_book(
    quick_bench, monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    monkeypatch.setattr(images, "RESULT", tmp_path / "speed.json")
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # the command sets them
        monkeypatch.setenv(f"{library}_NUM_THREADS", "1")
    command.main(["images", "--book"])

    def strict(text):
        return json.loads(text, parse_constant=lambda name: pytest.fail(name))

    rows = strict((tmp_path / "bench" / "bench.json").read_text())
    assert all(list(line) == KEYS for line in rows)
    assert len({line["name"] + line["baseline_name"] for line in rows}) == len(rows)
    assert len(rows) == 3 + 1 + len(SCALES) + 2
    assert f"{rows[0]['name']}: 0.04 s of a core a song" in capsys.readouterr().out
    kept = strict((tmp_path / "speed.json").read_text())
    assert kept["readings"] == [vars(reading())]
    assert set(kept["hardware"]) <= {"system", "processor", "cores", "gpu"}
    assert str(tmp_path) not in json.dumps(kept)
    assert speed_text(kept)  # the book can show it


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit) as exit:
        command.main(["nonsense"])
    assert exit.value.code == 2
    assert f"one of {', '.join(command.PARTS)}, got nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("part", command.PARTS)
def test_every_part_has_its_function(part):
    assert callable(getattr(import_module(f"mgrlib.bench.{part}"), command.PARTS[part]))


# The book


@pytest.fixture(scope="module", autouse=True)
def extension():
    """The book's extension can be imported."""
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(ROOT / "book" / "extension"))
    yield
    patch.undo()


def speed_text(measured) -> str:
    from mgrlib_book.songs import speed_lines

    return "\n".join(speed_lines(measured))


def test_the_book_shows_the_measured_speed():
    text = speed_text({
        "hardware": {"processor": "<Chip>", "cores": 2},
        "versions": {"librosa": "0.11.0", "soundfile": "1", "av": "2"},
        "segment_seconds": 30.0, "song_seconds": 210.0,
        "readings": [vars(reading()), vars(reading(format="m4a", length="song", loaded_by="PyAV"))],
        "drawing": {"ours": 0.01, "apart": 0.03},
        "scales": {"linear": 0.003, "cqt": 0.12, "transform": 0.005},
        "processes": {"songs": 84, "one": 4.0, "two": 2.1},
        "memory": {"songs": 85, "hours": 1.0, "bytes": 3.06e8},
    })  # fmt: skip
    assert "<Chip>" not in text
    assert "3.0 times as long" in text
    assert "1.90 times as fast as one" in text
    assert "at most 306 MB" in text
    assert "For m4a librosa needs the program ffmpeg" in text
    row = ["mp3,\u00a0clip", "600", "100", "40.0", "30.0", "15.0", "1.33"]
    assert "\n  - ".join([f"* - {row[0]}", *row[1:]]) in text
    assert "* - `cqt`\n  - 120" in text


def test_the_book_has_every_scale_as_it_is_defined():
    from mgrlib_book.songs import scales_lines

    text = "\n".join(scales_lines())
    assert all(f"* - `{scale}`" in text for scale in SCALES)
    assert "* - `linear`" in text and "- 1025\n  - 9 %" in text
    assert "- 128\n  - 30 %" in text  # mel


def test_the_book_says_which_decoder_is_first(monkeypatch):
    from mgrlib_book import songs as page

    monkeypatch.setattr(page, "FFMPEG_FIRST", {".m4a", ".aac"})
    text = "\n".join(page.decoders_lines())
    assert "* - `.aac`, `.m4a`\n  - FFmpeg\n  - libsndfile" in text


def test_the_extension_has_the_directives():
    from mgrlib_book import songs as page

    added = {}
    page.setup(type("App", (), {"add_directive": added.__setitem__}))
    assert set(added) == {"decoders-table", "scales-table", "speed-table"}
    assert "mgrlib_book.songs" in sys.modules


def test_images_of_the_bench_are_those_of_the_study(made):
    path = made[".wav"].clip
    expected = song_images(segment_of(path), scales=["linear", "mel"], sample_rate=22_050,
                           n_fft=2048, hop_length=512, n_mels=128, top_db=80.0,
                           image_size=224)  # fmt: skip
    for scale, image in ways.ours(path).items():
        np.testing.assert_array_equal(image, expected[scale])
