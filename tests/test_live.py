"""The live explorer: pictures against librosa, controls, errors, exports, answers of networks."""

import json
import re
from dataclasses import replace

import librosa
import numpy as np
import pytest
import scipy.signal
import soundfile
import yaml
from conftest import RATE, run_cells, tone, words
from matplotlib.figure import Figure
from test_results import write_run

from mgrlib.errors import RunError, SettingsError, StudyError
from mgrlib.explorer import live_song
from mgrlib.explorer.live import Explorer
from mgrlib.explorer.live_export import Origin, study_overrides, study_parameters
from mgrlib.explorer.live_networks import Listener, heard_segment, kept_choices
from mgrlib.explorer.live_view import (
    MOST_PIXELS,
    Drawer,
    Recording,
    View,
    make_view,
    to_shown,
)
from mgrlib.networks.kept import read_about
from mgrlib.networks.predict import choose_networks, predict_songs
from mgrlib.pipeline import open_study, start_study
from mgrlib.settings import Settings, make_settings
from mgrlib.spectrograms import SCALES, WINDOWS, power_spectrogram

RNG = np.random.default_rng(11)
NOISE = RNG.normal(0, 0.1, 3 * RATE).astype(np.float32)


@pytest.fixture(scope="module")
def recording() -> Recording:
    """Three seconds of a tone in noise."""
    return Recording(NOISE + tone(1000, seconds=3), RATE, "a <b>tone</b>")


@pytest.fixture(scope="module")
def study(tone_library):
    """A study of 48 songs of 1.2 s whose networks were not trained."""
    found = start_study(
        profile="smoke", corpus=str(tone_library), name="live",
        overrides={"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1},
    )  # fmt: skip
    assert len(found.catalog.songs) == 48
    return found


@pytest.fixture
def explorer(study):
    return Explorer(study)


def error_of(explorer) -> str:
    message = explorer.picture.message
    return message["text"] if message["kind"] == "error" else ""


# Windows


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("n_fft", [512, 2048])
def test_windows_are_those_of_librosa(window, n_fft):
    name = "boxcar" if window == "rectangular" else window
    expected = np.abs(librosa.stft(NOISE, n_fft=n_fft, hop_length=256, window=name)) ** 2
    found = power_spectrogram(NOISE, n_fft=n_fft, hop_length=256, window=window)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * expected.mean())


def test_the_usual_window_is_the_studys_bit_for_bit():
    named = power_spectrogram(NOISE, n_fft=1024, hop_length=256, window="hann")
    assert np.array_equal(power_spectrogram(NOISE, n_fft=1024, hop_length=256), named)
    expected = scipy.signal.get_window("hann", 1024).astype(np.float32)
    np.testing.assert_allclose(np.hanning(1025)[:-1].astype(np.float32), expected, atol=1e-7)


# Pictures


def test_a_mel_picture_is_librosas(recording):
    view = View(start=1, seconds=1.5, n_fft=1024, hop_length=256, n_mels=64, floor_db=-60)
    picture = Drawer(recording).draw(view)
    samples = recording.samples[RATE : RATE + round(1.5 * RATE)]
    power = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=1024, hop_length=256, n_mels=64, pad_mode="constant"
    )
    expected = librosa.power_to_db(power, ref=np.max, top_db=60)
    np.testing.assert_allclose(picture.levels, expected, atol=0.02)
    assert picture.times[[0, -1]] == pytest.approx([1, 1 + (len(picture.times) - 1) * 256 / RATE])
    np.testing.assert_allclose(picture.pixels, (picture.levels / 60 + 1) * 255, atol=0.51)


def test_rows_outside_of_the_range_are_left_out_and_change_no_level(recording):
    view = View(scale="linear", seconds=2, high_hz=RATE / 2)
    drawer = Drawer(recording)
    whole, cut = drawer.draw(view), drawer.draw(replace(view, low_hz=500, high_hz=2000))
    rows = (whole.frequencies >= 500) & (whole.frequencies <= 2000)
    np.testing.assert_array_equal(cut.levels, whole.levels[rows])
    assert cut.frequencies[0] >= 500
    assert cut.frequencies[-1] <= 2000


def test_large_pictures_are_averaged_down_after_clipping():
    levels = RNG.uniform(-80, 0, (960, 2400)).astype(np.float32)
    found = to_shown(levels, floor_db=-80, ceiling_db=-20)
    assert found.shape == MOST_PIXELS
    means = np.minimum(levels, -20).reshape(480, 2, 1200, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(found, (means + 80) / 60 * 255, atol=0.6)


def test_what_views_share_is_made_once(recording, monkeypatch):
    from mgrlib.explorer import live_view

    made = []
    sound = live_view.Sound
    monkeypatch.setattr(live_view, "Sound", lambda **given: made.append(given) or sound(**given))
    drawer, view = Drawer(recording), View(seconds=2)
    for other in ({}, {"scale": "linear"}, {"n_mels": 40, "scale": "log"}, {"floor_db": -40}):
        drawer.draw(replace(view, **other))
    assert len(made) == 1
    drawer.draw(replace(view, n_fft=512))
    assert len(made) == 2


def test_a_png_has_the_lowest_frequency_at_the_bottom(recording, tmp_path):
    from PIL import Image

    picture = Drawer(recording).draw(View(seconds=2))
    (tmp_path / "a.png").write_bytes(picture.png)
    image = np.asarray(Image.open(tmp_path / "a.png").convert("L"))
    np.testing.assert_array_equal(image, picture.pixels[::-1])


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_can_be_drawn_of_a_short_segment(recording, scale):
    picture = Drawer(recording).draw(View(scale=scale, seconds=0.1, n_fft=256, n_mels=32))
    assert picture.levels.shape == (len(picture.frequencies), len(picture.times))
    assert 0 < picture.pixels.max() <= 255


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"scale": "bark"}, "scale must be one of linear, mel,"),
        ({"window": "kaiser"}, "window must be one of hann,"),
        ({"n_fft": 63}, "n_fft must be a whole number between 64"),
        ({"n_mels": 3}, "n_mels must be a whole number between 8 and 1024, got 3"),
        ({"low_hz": 900, "high_hz": 300}, "under the highest, got 900 and 300 Hz: swap"),
        ({"low_hz": -1}, "at least 0 Hz"),
        ({"floor_db": -10, "ceiling_db": -20}, "got -10 and -20 dB"),
        ({"seconds": 0.01}, "0.1 to 120 s long, got 0.01 s"),
        ({"start": "soon"}, "start must be a number, got 'soon'"),
        ({"start": float("nan")}, "start must be a number"),
        ({"speed": 2}, "view has no 'speed': choose one of scale"),
    ],
)
def test_a_view_that_is_none_says_why(values, message):
    with pytest.raises(SettingsError, match=message):
        make_view(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"start": 2.5, "seconds": 1}, "must lie in the song, from 0 to 3.00 s, got 2.5 to 3.5 s"),
        ({"n_fft": 4096, "seconds": 0.1}, "at most the segment's 2205 samples .* got 4096: choose"),
        ({"low_hz": 1.0, "high_hz": 5.0, "seconds": 1}, "no row of mel lies between 1 and 5 Hz"),
        ({"n_fft": 65_536, "hop_length": 16, "seconds": 3}, "at most 24 million are drawn at once"),
    ],
)  # fmt: skip
def test_a_view_that_does_not_fit_says_why(recording, values, message):
    with pytest.raises(SettingsError, match=message):
        Drawer(recording).draw(View(**values))


def test_the_constant_q_transform_has_frames_of_its_own(recording):
    view = View(scale="cqt", seconds=0.2, n_mels=48)
    drawer = Drawer(recording)
    levels = [drawer.draw(replace(view, n_fft=n_fft)).levels for n_fft in (256, 65_536)]
    np.testing.assert_array_equal(*levels)


# Songs


def test_a_path_is_read_whatever_its_name(tmp_path):
    samples = tone(500, seconds=2, rate=44_100)
    soundfile.write(tmp_path / "song.flac", samples, 44_100)
    (tmp_path / "song.flac").rename(tmp_path / "song.txt")
    found = live_song.read_path(str(tmp_path / "song.txt"), sample_rate=RATE)
    assert found.seconds == pytest.approx(2, abs=1e-3)
    assert (found.name, found.song, found.start) == ("song.txt", None, 0)


def test_of_a_very_long_song_the_middle_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(live_song, "MOST_SECONDS", 1.0)
    soundfile.write(tmp_path / "long.wav", tone(500, seconds=3), RATE)
    found = live_song.read_path(str(tmp_path / "long.wav"), sample_rate=RATE)
    assert (found.seconds, found.start) == (1, 1)
    picture = Drawer(found).draw(View(start=1.5, seconds=0.5))
    assert picture.times[0] == 1.5


def write_bad(folder, kind: str) -> str:
    file = folder / kind
    if kind == "short.wav":
        soundfile.write(file, tone(500, seconds=0.02), RATE)
    elif kind == "silent.wav":
        soundfile.write(file, np.zeros(RATE), RATE)
    elif kind == "words.mp3":
        file.write_text("no sound")
    elif kind == "empty.wav":
        file.touch()
    elif kind == "folder":
        file.mkdir()
    return str(file)


BAD = {
    "missing.wav": "missing.wav can't be used, missing: there is no such file: check the path",
    "short.wav": "too short: 0.020 s, at least 0.1 s are needed: take a longer one",
    "silent.wav": "silent: .* take another song",
    "words.mp3": "words.mp3 can't be used, unreadable: .* take another file, such as WAV",
    "empty.wav": "empty: the file has no bytes",
    "folder": "not a file: .* name an audio file in it",
}


@pytest.mark.parametrize(("kind", "message"), BAD.items())
def test_a_file_that_is_no_song_is_told_in_the_explorer(explorer, tmp_path, kind, message):
    shown = explorer.picture.state
    explorer.controls["path"].value = write_bad(tmp_path, kind)
    assert explorer.picture.state is shown
    with pytest.raises(StudyError, match=message):
        raise StudyError(error_of(explorer))
    explorer.open_button.click()  # the same path again
    assert error_of(explorer)


def send(explorer, content: bytes, *, name="song.wav", size=None, part=1 << 20) -> list[dict]:
    """Play the browser of an upload; what the kernel answered."""
    answers = []
    explorer.uploading.widget.send = lambda answer, buffers=None: answers.append(answer)
    begun = {"begin": {"name": name, "size": len(content) if size is None else size}}
    explorer.uploading.widget.receive(None, begun, [])
    while "next" in answers[-1]:
        place = answers[-1]["next"]
        piece = memoryview(content[place : place + part])
        explorer.uploading.widget.receive(None, {"part": place}, [piece])
    return answers


def test_a_file_is_uploaded_in_parts(explorer, tmp_path):
    soundfile.write(tmp_path / "own.wav", tone(600, seconds=2), RATE)
    content = (tmp_path / "own.wav").read_bytes()
    answers = send(explorer, content, name="../../<b>own</b>.wav", part=10_000)
    assert len(answers) == 1 + -(-len(content) // 10_000)
    assert not error_of(explorer)
    assert explorer.recording.name == "b>.wav"
    assert explorer.recording.seconds == pytest.approx(2)
    assert explorer.drawn.recording is explorer.recording


@pytest.mark.parametrize(
    ("content", "size", "message"),
    [
        (b"", 300_000_000, "has 300 MB, and at most 200 MB can be uploaded: give its path"),
        (b"", 0, "has no bytes: take another file"),
        (b"no sound" * 99, None, "unreadable"),
    ],
)
def test_an_upload_that_can_not_be_used_is_told(explorer, content, size, message):
    answers = send(explorer, content, size=size)
    assert answers[-1] == {"done": True}
    assert message in error_of(explorer)
    assert explorer.uploading.upload is None


def test_an_upload_that_grows_beyond_its_promise_is_stopped(explorer, monkeypatch):
    monkeypatch.setattr(live_song, "MOST_BYTES", 1000)
    upload = live_song.Upload("x", 900)
    with pytest.raises(StudyError, match="at most 0 MB"):
        upload.add(b"1" * 1001)
    folder = upload.file.parent
    upload.drop()
    assert not folder.exists()


def test_a_file_that_takes_the_place_of_another_is_uploaded(explorer, tmp_path):
    soundfile.write(tmp_path / "own.wav", tone(600, seconds=1), RATE)
    content, widget = (tmp_path / "own.wav").read_bytes(), explorer.uploading.widget
    widget.send = lambda answer, buffers=None: None
    for name, size in [("first.wav", 10**6), ("second.wav", len(content))]:
        widget.receive(None, {"begin": {"name": name, "size": size}}, [])
    first, rest = content[:9000], content[9000:]
    # Both begins were answered: the browser has sent the first part of the second file twice.
    for place, part in [(0, first), (0, first), (70_000, b"stale"), (9000, rest)]:
        widget.receive(None, {"part": place}, [part])
    assert not error_of(explorer)
    assert explorer.recording.name == "second.wav"
    assert explorer.recording.seconds == pytest.approx(1)


def test_an_upload_that_breaks_off_is_told_and_forgotten(explorer):
    explorer.uploading.widget.send = lambda answer, buffers=None: None
    explorer.uploading.widget.receive(None, {"begin": {"name": "a.wav", "size": 10}}, [])
    folder = explorer.uploading.upload.file.parent
    explorer.uploading.widget.receive(None, {"failed": True}, [])
    assert "broke off: choose the file again" in error_of(explorer)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("C:\\music\\a.mp3", "a.mp3"), ("/", "a file without a name"), ("a\n\x00b", "a??b"),
     ("x" * 300, "x" * 80), (None, "None")],
)  # fmt: skip
def test_names_of_files_are_made_plain(name, expected):
    assert live_song.plain_name(name) == expected


def test_songs_are_found_by_genre_and_words(study):
    options, found = live_song.find_songs(study.catalog, genre="Noise", words="artist 3")
    labels = study.catalog.all_labels
    assert found == len(options) > 0
    assert all(labels.loc[path, "Noise"] and "artist" in path for _, path in options)
    rows = study.catalog.songs.set_index("path").loc[[path for _, path in options]]
    assert all("3" in " ".join([path, *row[["title", "artist", "album"]]])
               for path, row in rows.iterrows())  # fmt: skip
    everything, _ = live_song.find_songs(study.catalog)
    assert [path for _, path in everything] == list(study.catalog.songs["path"])
    assert live_song.find_songs(study.catalog, words="(") == ([], 0)


def test_a_list_of_songs_is_cut(study, monkeypatch, explorer):
    monkeypatch.setattr(live_song, "MOST_LISTED", 5)
    explorer.controls["find"].value = "song"
    assert len(explorer.controls["song"].options) in (5, 6)
    assert "48 songs found, the first 5 listed" in explorer.found.value


# Controls


def test_it_begins_with_the_runs_settings_and_the_middle_of_the_first_song(explorer, study):
    first = study.catalog.songs.iloc[0]
    assert explorer.recording.song == explorer.controls["song"].value == first["path"]
    assert explorer.view == View(seconds=1, start=0.1, n_fft=2048, hop_length=512)
    state = explorer.picture.state
    assert first["title"] in state["title"]
    assert state["levels"]["low_db"] == -80
    assert explorer.picture.picture[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("name", "value"),
    [("scale", "log"), ("n_fft", 512), ("hop_length", 128), ("window", "blackman"),
     ("n_mels", 40), ("low_hz", 900), ("high_hz", 3000), ("levels", (-60, -10)),
     ("seconds", 0.5), ("start", 0.0), ("colors", "gray")],
)  # fmt: skip
def test_every_control_changes_the_picture(explorer, name, value):
    before = explorer.picture.state, explorer.picture.picture
    explorer.controls[name].value = value
    after = explorer.picture.state, explorer.picture.picture
    assert after[0]["number"] == before[0]["number"] + 1
    assert after[1] != before[1] or name == "colors"
    assert {k: v for k, v in after[0].items() if k != "number"} != before[0]
    assert not error_of(explorer)


def test_an_error_is_told_and_the_picture_stays_until_it_is_mended(explorer):
    shown = explorer.picture.state
    explorer.controls["low_hz"].value = 9000
    explorer.controls["high_hz"].value = 200
    assert "got 9000 and 200 Hz: swap or change them" in error_of(explorer)
    assert explorer.picture.state["number"] == shown["number"] + 1
    explorer.controls["low_hz"].value = 100
    assert explorer.picture.message == {"text": "", "kind": ""}


def test_a_frame_longer_than_the_segment_is_told(explorer):
    explorer.controls["n_fft"].value = 16_384
    explorer.controls["seconds"].value = 0.2
    assert "at most the segment's 4410 samples (0.2 s at 22050 Hz), got 16384" in error_of(explorer)
    explorer.controls["n_fft"].value = 256
    assert not error_of(explorer)


def test_the_segment_stays_in_the_song(explorer):
    explorer.controls["seconds"].value = 1.1
    explorer.controls["start"].value = 1.0
    view = explorer.view
    assert view.start + view.seconds <= explorer.recording.seconds + 1e-9
    assert not error_of(explorer)


def test_what_has_no_effect_is_switched_off(explorer):
    explorer.controls["scale"].value = "linear"
    assert explorer.controls["n_mels"].disabled
    explorer.controls["scale"].value = "cqt"
    assert explorer.controls["n_fft"].disabled
    assert explorer.controls["window"].disabled
    assert not explorer.controls["n_mels"].disabled


def test_another_song_keeps_the_settings(explorer, study):
    explorer.controls["n_fft"].value = 512
    other = study.catalog.songs["path"].iloc[5]
    explorer.controls["song"].value = other
    assert explorer.drawn.recording.song == other
    assert explorer.view.n_fft == 512
    assert explorer.picture.state["song"] == 2


@pytest.mark.parametrize(
    ("key", "name"),
    [("later", "start"), ("shorter", "seconds"), ("scale", "scale"), ("n_fft", "n_fft"),
     ("window", "window"), ("colors", "colors")],
)  # fmt: skip
def test_keys_change_controls(explorer, key, name):
    explorer.controls["seconds"].value = 0.5
    before = explorer.controls[name].value
    explorer.picture.receive(None, {"key": key}, [])
    assert explorer.controls[name].value != before
    assert explorer.drawn.view == explorer.view


def test_keys_that_are_none_do_nothing(explorer):
    before = explorer.view
    explorer.picture.receive(None, {"key": "__class__"}, [])
    assert explorer.view == before


def test_the_sound_of_the_segment_is_sent_when_it_is_asked_for(explorer):
    sent = []
    explorer.picture.send = lambda message, buffers: sent.append((message, buffers))
    key = explorer.picture.state["sound_key"]
    explorer.picture.receive(None, {"want": "sound", "key": "of another"}, [])
    explorer.picture.receive(None, {"want": "sound", "key": key}, [])
    ((message, (wav,)),) = sent
    assert message == {"sound": key}
    assert wav[:4] == b"RIFF"
    # No trait has it, so that a notebook that keeps its widgets keeps no sound.
    assert not [n for n, v in explorer.picture.get_state().items() if v == wav]


def test_sound_is_written_as_it_is(tmp_path):
    samples = tone(440, seconds=0.2)
    (tmp_path / "a.wav").write_bytes(live_song.wav(samples, RATE))
    found, rate = soundfile.read(tmp_path / "a.wav")
    assert rate == RATE
    np.testing.assert_allclose(found, samples, atol=1e-4)
    (tmp_path / "b.wav").write_bytes(live_song.wav(3 * samples / samples.max(), RATE))
    assert np.abs(soundfile.read(tmp_path / "b.wav")[0]).max() == pytest.approx(1, abs=1e-3)


def test_without_a_run_it_begins_with_a_tone():
    explorer = Explorer()
    assert "test tone" in explorer.picture.state["title"]
    assert "no networks to ask" in explorer.told_in_words()
    explorer.asking.ask()
    assert "name one with run=" in error_of(explorer)
    with pytest.raises(SettingsError, match="needs a run with songs"):
        Explorer(song="a.wav")


def test_it_begins_as_it_is_told(study, tmp_path):
    soundfile.write(tmp_path / "own.wav", tone(600, seconds=2), RATE)
    view = {"scale": "cqt", "start": 0.5, "seconds": 0.75, "n_fft": 3000, "floor_db": -70}
    explorer = Explorer(study, file=str(tmp_path / "own.wav"), view=view)
    assert explorer.drawn.view == View(**view)
    with pytest.raises(StudyError, match="check the path"):
        Explorer(study, file=str(tmp_path / "none.wav"))
    with pytest.raises(SettingsError, match="view has no"):
        Explorer(study, view={"zoom": 2})


# Exports


def exported(explorer, folder, kind: str) -> list:
    explorer.controls["folder"].value = str(folder / "new")
    explorer.export(kind)
    assert explorer.picture.message["text"].startswith("Written to ")
    return sorted((folder / "new").iterdir())


def test_the_array_comes_back_without_pickle(explorer, tmp_path):
    explorer.controls["low_hz"].value = 300
    (file,) = exported(explorer, tmp_path, "array")
    with np.load(file, allow_pickle=False) as found:
        np.testing.assert_array_equal(found["levels_db"], explorer.drawn.levels)
        np.testing.assert_array_equal(found["frequencies_hz"], explorer.drawn.frequencies)
        np.testing.assert_array_equal(found["times_s"], explorer.drawn.times)
        about = json.loads(str(found["about"]))
    assert View(**about["view"]) == explorer.view
    assert about["song"] == explorer.recording.song


def test_the_picture_is_a_png_with_axes(explorer, tmp_path):
    from PIL import Image

    (file,) = exported(explorer, tmp_path, "picture")
    with Image.open(file) as image:
        assert image.format == "PNG"
        assert min(image.size) > 500
    axes = explorer.figure().axes
    assert "(Hz)" in axes[0].get_ylabel()
    assert "(s)" in axes[0].get_xlabel()
    assert "(dB)" in axes[1].get_ylabel()


def test_settings_come_back_to_the_explorer(explorer, study, tmp_path):
    explorer.controls["window"].value = "blackman"
    explorer.controls["seconds"].value = 0.6
    ours, _ = exported(explorer, tmp_path, "settings")
    parameters = yaml.safe_load(ours.read_text("utf-8"))
    assert set(parameters) == {"run", "song", "view"}
    again = Explorer(open_study(parameters["run"]), song=parameters["song"],
                     view=parameters["view"])  # fmt: skip
    assert again.drawn.view == explorer.drawn.view
    assert again.picture.picture == explorer.picture.picture


def test_settings_go_to_the_studys_notebooks(explorer, study, tmp_path):
    explorer.controls["n_fft"].value = 1024
    explorer.controls["scale"].value = "cqt"
    explorer.controls["window"].value = "hamming"
    _, theirs = exported(explorer, tmp_path, "settings")
    text = theirs.read_text("utf-8")
    parameters = yaml.safe_load(text)
    notebook = json.loads((live_root() / "02_spectrogram_generation.ipynb").read_text("utf-8"))
    declared = "".join("".join(c["source"]) for c in notebook["cells"]
                       if "parameters" in c["metadata"].get("tags", []))  # fmt: skip
    assert all(f"{name} = " in declared for name in parameters)
    song = parameters.pop("song")
    made = open_study(**parameters)
    assert made.folder != study.folder
    changed = {"n_fft": 1024, "scales": ("linear", "mel", "cqt")}
    assert made.settings == replace(study.settings, **changed)
    assert song in set(study.catalog.songs["path"])
    assert "# Not part of them: window hamming (the study always uses a Hann window)." in text


def live_root():
    from mgrlib.files import ROOT

    return ROOT / "notebooks"


def test_a_view_that_no_study_can_have_still_opens_the_explorer(explorer, tmp_path):
    explorer.controls["seconds"].value = 0.2
    explorer.controls["folder"].value = str(tmp_path)
    explorer.export("settings")
    (file,) = tmp_path.glob("*.yaml")
    assert file.name.endswith("-explorer.yaml")
    message = explorer.picture.message["text"]
    assert file.name in message
    assert "segment_seconds must be" in message


def test_unchanged_settings_name_the_run_itself(explorer, study):
    origin = Origin(study.folder, study.profile, study.settings)
    found = study_parameters(explorer.drawn, origin)
    assert found == {"run": str(study.folder), "song": explorer.recording.song}


def test_only_what_differs_is_overridden():
    settings = make_settings(profile="quick")
    same = View(seconds=settings.segment_seconds)
    assert study_overrides(same, settings) == {}
    other = replace(same, hop_length=256, floor_db=-70, window="hamming", colors="gray")
    assert study_overrides(other, settings) == {"hop_length": 256, "top_db": 70.0}


def test_a_folder_that_can_not_be_written_is_told(explorer, tmp_path):
    (tmp_path / "file").touch()
    explorer.controls["folder"].value = str(tmp_path / "file")
    for kind in ("picture", "array", "settings"):
        explorer.export(kind)
        assert error_of(explorer)


def test_a_view_that_is_not_drawn_is_not_exported(explorer, tmp_path):
    explorer.controls["folder"].value = str(tmp_path)
    explorer.controls["high_hz"].value = 0
    explorer.export("picture")
    assert error_of(explorer)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cant_be_written_to_names_the_way_out(explorer, tmp_path):
    (tmp_path / "file").write_text("no folder")
    explorer.controls["folder"].value = str(tmp_path / "file" / "within")
    explorer.export("picture")
    assert "type the name of another one into the field Folder" in error_of(explorer)


# Networks


def test_a_run_without_networks_says_how_to_keep_them(explorer):
    explorer.asking.ask()
    assert "keep_models=true" in error_of(explorer)
    assert "python -m mgrlib run --profile smoke --name live" in error_of(explorer)
    assert "keep_models=true" in explorer.told_in_words()
    with pytest.raises(RunError, match="name one with run="):
        kept_choices(None)


@pytest.mark.parametrize("tune", ["all", "head"])
def test_networks_say_of_a_song_what_predict_says(kept_runs, tune):
    run = kept_runs[tune]
    explorer = Explorer(open_study(run))
    explorer.asking.ask()
    assert not error_of(explorer)
    answer = explorer.asking.answer
    file = explorer.study.catalog.file(explorer.recording.song)
    expected = predict_songs(run, [str(file)], choose_networks(run))["songs"][0]["genres"]
    # The explorer resamples a whole song, `predict` its middle.
    found = dict(zip(answer.genres["genre"], answer.genres["probability"], strict=True))
    assert found == pytest.approx({r["genre"]: r["probability"] for r in expected}, abs=0.05)
    assert answer.genre == answer.genres["genre"].iloc[0]
    assert answer.heat.values.shape == (32, 32)
    html = explorer.asking.result.value
    assert 'alt="' in html
    assert "data:image/png;base64," in html


def test_another_choice_asks_again_and_an_old_answer_says_so(kept_runs):
    explorer = Explorer(open_study(kept_runs["head"]))
    controls = explorer.asking.controls
    explorer.picture.receive(None, {"key": "ask"}, [])
    assert explorer.asking.answer.about.weights == "corpus"
    controls["weights"].value = "joint"
    assert explorer.asking.answer.about.weights == "joint"
    last = explorer.asking.answer.genres["genre"].iloc[-1]
    controls["looked_for"].value = last
    assert explorer.asking.answer.genre == last
    explorer.controls["seconds"].value = 0.5
    assert "ask again" in explorer.asking.stale.value
    explorer.asking.ask()
    assert explorer.asking.stale.value == ""


def test_networks_hear_as_much_as_they_learned_from(kept_runs):
    (file, *_) = choose_networks(kept_runs["all"])
    about = read_about(file)
    recording = Recording(tone(500, seconds=9), RATE, "nine seconds")
    segment, start = heard_segment(recording, View(start=2, seconds=4), about)
    assert (start, len(segment.samples)) == (3.5, RATE)
    _, start = heard_segment(recording, View(start=0, seconds=0.2), about)
    assert start == 0
    short = Recording(recording.samples[: RATE // 3], RATE, "short")
    with pytest.raises(StudyError, match=r"too short: .* they learned from 1 s a song; choose"):
        heard_segment(short, View(seconds=0.2), about)


def test_networks_that_are_missing_are_told(kept_runs, tmp_path):
    import shutil

    run = tmp_path / "broken"
    shutil.copytree(kept_runs["all"], run, ignore=shutil.ignore_patterns("*.safetensors"))
    explorer = Explorer(open_study(run))
    explorer.asking.ask()
    assert "is missing in models/: train again" in error_of(explorer)


def test_networks_in_memory_are_bounded(kept_runs, monkeypatch):
    from mgrlib.explorer import live_networks

    monkeypatch.setattr(live_networks, "MOST_BYTES", 1)
    listener = Listener(kept_runs["all"])
    picture = Drawer(Recording(tone(500, seconds=1), RATE, "x")).draw(View(seconds=1))
    listener.ask(picture)
    assert len(listener._loaded) == 1


def test_names_in_an_answer_are_escaped(kept_runs):
    from mgrlib.explorer.live_networks import answer_html

    picture = Drawer(Recording(tone(500, seconds=1), RATE, "x")).draw(View(seconds=1))
    answer = Listener(kept_runs["all"]).ask(picture)
    named = replace(answer, genre='<b>"', genres=answer.genres.assign(genre="<i>"))
    assert "<i>" not in answer_html(named)
    assert '<b>"' not in answer_html(named)
    assert "&lt;i&gt;" in answer_html(named)


def test_the_settings_are_the_defaults_without_a_run(tmp_path):
    explorer = Explorer()
    assert explorer.settings == Settings()
    (file,) = exported(explorer, tmp_path, "settings")
    assert set(yaml.safe_load(file.read_text("utf-8"))) == {"view"}


# The page


def test_the_page_shows_what_the_explorer_shows_first(study):
    shown = run_cells("explorer", run=str(study.folder), view={"scale": "cqt", "n_mels": 48})
    (explorer,) = [value for value in shown if isinstance(value, Explorer)]
    (figure,) = [value for value in shown if isinstance(value, Figure)]
    assert explorer.drawn.view.scale == "cqt"
    assert figure.axes[0].images[0].get_extent()[3] == pytest.approx(47.5)
    assert "has kept no networks that could be asked" in words(shown)
    assert repr(explorer) == "The live explorer"


def test_the_page_of_results_made_elsewhere_says_so(tmp_path):
    run = write_run(tmp_path / "theirs")
    told = words(run_cells("explorer", run=str(run)))
    assert "results that were made elsewhere" in told
    assert "A test tone" in told.replace("\\", "")
    assert str(tmp_path) not in told


def test_the_tables_name_every_control_and_key():
    from pathlib import Path

    from mgrlib.explorer.live_controls import CONTROLS, KEYS, ViewControls

    script = Path(live_song.__file__).with_name("live.js").read_text("utf-8")
    keys = re.findall(
        r'(?:^|[ {])"?([a-z+-])"?: "', script.partition("KEYS = {")[2].partition("}")[0]
    )
    assert len(keys) > 8
    told = set(" ".join(KEYS).replace("−", "-").replace(",", "").split())
    assert set(keys) <= told
    labels = {c.description.partition(" (")[0] for c in ViewControls(Settings()).controls.values()}
    listed = {part for names in CONTROLS for part in names.split(", ")}
    assert labels - {"Length"} <= listed | {"Levels"}
