"""The explorers of a page: what stands in them, how much it weighs, and that it can do no harm."""

import base64
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import librosa
import numpy as np
import pandas as pd
import pytest
import soundfile
from conftest import run_cells, words
from PIL import Image
from test_results import HEADER, write_run

from mgrlib import excerpts, explorer, figures, results, spectrograms
from mgrlib.errors import LibraryError, SettingsError
from mgrlib.explorer import listening_explorer, pictures, shelf
from mgrlib.explorer.page import assemble, json_for_html
from mgrlib.figures import dots
from mgrlib.pipeline import Study
from mgrlib.settings import SCALES

HOSTILE = '</script><img src=x onerror="alert(1)"><!-- ${alert(2)} \u2028 \ud800 &lt;'
SPACING = {"sample_rate": 22_050, "n_fft": 2048, "n_mels": 128}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory, tone_library):
    """Songs of 1.2 s in the genres Low, High and Noise, which may not be played."""
    from mgrlib.settings import make_settings

    own = {"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1}
    settings = make_settings(profile="smoke", corpus=str(tone_library), overrides=own)
    return Study(tmp_path_factory.mktemp("runs") / "tones", settings, profile="smoke").catalog


@pytest.fixture(scope="module")
def played(catalog):
    """The same songs, openly licensed."""
    return replace(catalog, settings=replace(catalog.settings, excerpts=True))


@pytest.fixture(scope="module")
def whole(played):
    """An explorer with all that was wanted."""
    return listening_explorer(played, budget=10**8)


def decoded(text: str) -> np.ndarray:
    """Gray levels 0..255 of a picture, lowest frequency first."""
    picture = Image.open(io.BytesIO(base64.b64decode(text)))
    return np.asarray(picture.convert("L"), dtype=float)[::-1]


class Elements(HTMLParser):
    """Tags and attributes of a page, and what stands in its JSON."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.attributes, self.json, self._in_json = [], [], "", False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self._in_json = tag == "script" and ("type", "application/json") in attrs

    def handle_data(self, data):
        self.json += data if self._in_json else ""

    def handle_endtag(self, tag):
        self._in_json = False


# Which songs


def test_songs_are_chosen_by_few_other_genres_and_never_twice():
    labels = pd.DataFrame(
        {"Rock": [1, 1, 1, 0], "Jazz": [1, 1, 0, 1], "Folk": [1, 0, 0, 0]}, index=list("abcd")
    ).astype(bool)
    one = explorer.choose_songs(labels, ["Rock", "Jazz", "Folk"])
    assert one == {"Rock": ["c"], "Jazz": ["d"], "Folk": ["a"]}
    # Rock takes b before Jazz can; a, which has most genres, is left for Folk.
    two = explorer.choose_songs(labels, ["Rock", "Jazz", "Folk"], each=2)
    assert two == {"Rock": ["c", "b"], "Jazz": ["d"], "Folk": ["a"]}
    assert explorer.choose_songs(labels[:2], ["Folk", "Jazz", "Rock"]) == {
        "Folk": ["a"], "Jazz": ["b"],
    }  # fmt: skip


def test_a_genre_offers_its_own_songs_and_then_others_that_have_it(whole, catalog):
    songs, labels = whole.data["songs"], catalog.all_labels
    assert [genre["name"] for genre in whole.data["genres"]] == list(catalog.labels)
    for genre in whole.data["genres"]:
        assert len(genre["songs"]) >= 2
        assert all(genre["name"] in songs[at]["genres"] for at in genre["songs"])
    named = {f"Song {n} by Artist {n // 6}" for n in range(len(labels))}
    assert {song["name"] for song in songs} <= named


# Pictures and axes


def test_pictures_are_averaged_and_never_enlarged():
    levels = np.arange(16.0).reshape(4, 4)
    expected = [[2.5, 4.5], [10.5, 12.5]]
    assert pictures.averaged(levels, rows=2, columns=2) == pytest.approx(np.array(expected))
    assert pictures.averaged(levels, rows=9, columns=9) == pytest.approx(levels)


def test_a_picture_has_the_levels_of_the_song(whole, catalog):
    shown = whole.data["songs"][0]
    path = _path_of(catalog, shown["name"])
    samples, rate = soundfile.read(catalog.file(path), dtype="float32")
    start = (len(samples) - rate) // 2
    sound = spectrograms.Sound(samples=samples[start : start + rate], hop_length=512, **SPACING)
    for scale, text in shown["pictures"].items():
        levels = spectrograms.levels(sound, scale, top_db=80)
        rows = np.array_split(np.arange(levels.shape[0]), 16)
        coarse = np.array([levels[part].mean() for part in rows])
        got = decoded(text) / 255 * 80 - 80
        split = np.array_split(got, 16)
        assert [part.mean() for part in split] == pytest.approx(coarse, abs=1.5), scale
        assert got.shape == (128, 44)


def _path_of(catalog, name: str) -> str:
    songs = catalog.songs
    return songs.loc[songs["title"] == name.split(" by ")[0], "path"].item()


@pytest.mark.parametrize("genre", ["Low", "High"])
def test_the_loudest_row_of_a_tone_is_at_its_frequency(whole, genre):
    """Tones of 300 and 4000 Hz, each detuned by at most a quarter, on the linear scale."""
    at = next(g for g in whole.data["genres"] if g["name"] == genre)["songs"][0]
    rows = decoded(whole.data["songs"][at]["pictures"]["linear"]).mean(axis=1)
    hertz = (rows.argmax() + 0.5) / len(rows) * 11_025
    target = {"Low": 300, "High": 4000}[genre]
    assert 0.78 * target - 90 < hertz < 1.27 * target + 90


def test_ticks_of_a_linear_axis_lie_at_their_rows():
    ticks = pictures.frequency_ticks(np.linspace(0, 10_000, 101))
    # Row 40 of 101, counted from 0, has 4000 Hz.
    assert {label: place for place, label in ticks}["4000"] == pytest.approx(40.5 / 101, abs=1e-4)
    assert ticks[0] == (pytest.approx(0.5 / 101, abs=1e-4), "0")


@pytest.mark.parametrize("scale", ["mel", "mel-htk", "log"])
def test_ticks_of_a_warped_axis_lie_where_the_definition_has_them(scale):
    frequencies = spectrograms.SCALES[scale].frequencies(**SPACING)
    ticks = pictures.frequency_ticks(frequencies)
    hertz = np.array([float(label) for _, label in ticks])
    if scale == "log":  # 128 rows of equal width in octaves above C1
        expected = np.log2(hertz / 32.7032) / np.log2(11_025 / 32.7032)
    else:  # the centers of 128 of 130 points, evenly spaced in mel
        mel, top = (librosa.hz_to_mel(f, htk=scale == "mel-htk") for f in (hertz, 11_025))
        expected = (mel / top * 129 - 0.5) / 128
    assert [place for place, _ in ticks] == pytest.approx(expected, abs=0.002)
    assert np.diff(expected).min() > 0.08 and "1000" in [label for _, label in ticks]


@pytest.mark.parametrize(
    ("start", "seconds", "ticks"),
    [
        (0, 5, [(0, "0"), (0.2, "1"), (0.4, "2"), (0.6, "3"), (0.8, "4"), (1, "5")]),
        (10, 20, [(0, "10"), (0.25, "15"), (0.5, "20"), (0.75, "25"), (1, "30")]),
        (-0.5, 2, [(0, "-0.5"), (0.25, "0"), (0.5, "0.5"), (0.75, "1"), (1, "1.5")]),
    ],
)
def test_ticks_of_time(start, seconds, ticks):
    assert pictures.time_ticks(start, seconds) == ticks


def test_picture_and_sound_share_their_seconds(whole):
    """44 frames of 512 samples, the first in the middle of its column, and 1 s of sound."""
    span, heard = whole.data["span"], whole.data["heard"]
    assert span == {
        "start": pytest.approx(-256 / 22_050),
        "seconds": pytest.approx(44 * 512 / 22_050),
    }
    assert heard == {"start": 0, "seconds": 1}


def test_colors_run_from_the_lowest_level_to_the_highest():
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    stops = pictures.color_stops("viridis")
    ends = [to_hex(colormaps["viridis"](end)) for end in (0.0, 1.0)]
    assert [stops[0], stops[-1]] == ends and len(stops) == 33


# Sound


def test_no_sound_where_it_may_not_be_played(catalog):
    silent = listening_explorer(catalog, budget=10**8)
    assert all(song["sound"] is None for song in silent.data["songs"])
    assert silent.data["silence"] == excerpts.why_silent(catalog.settings).replace("`", "")
    assert "openly licensed" in silent.html
    mp3 = base64.b64encode(excerpts.excerpt_mp3(np.zeros(22_050), sample_rate=22_050))[:5]
    assert mp3.decode() not in json.dumps(silent.data["songs"])


def test_the_sound_is_the_middle_of_the_song_and_begins_with_the_picture(whole, catalog):
    song = whole.data["songs"][0]
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(song["sound"])))
    samples, own = soundfile.read(catalog.file(_path_of(catalog, song["name"])))
    middle = samples[(len(samples) - own) // 2 :][:own]
    assert whole.data["silence"] == ""
    assert (rate, len(heard)) == (own, own)
    # An encoder's delay would turn the phase of the tone: 50 ms are 15 periods of 300 Hz.
    assert np.corrcoef(heard, middle)[0, 1] > 0.9


def test_an_excerpt_is_not_late():
    clicks = np.zeros(3 * 22_050, dtype=np.float32)
    clicks[[22_050, 44_100]] = 0.9
    heard, _ = soundfile.read(io.BytesIO(excerpts.excerpt_mp3(clicks, sample_rate=22_050)))
    for at in (22_050, 44_100):
        assert abs(np.abs(heard[at - 2000 : at + 2000]).argmax() - 2000) < 30


def test_the_length_is_bounded_by_the_segment(catalog):
    assert listening_explorer(catalog, seconds=9).data["heard"]["seconds"] == 1


# The budget


def part_of(whole, share: float) -> int:
    """Bytes of the script and the styles, and a share of the rest."""
    data = len(json_for_html(whole.data).encode())
    return round(len(whole.html.encode()) - data * (1 - share))


@pytest.mark.parametrize("share", [0.97, 0.8, 0.6, 0.4, 0.25])
def test_the_budget_is_a_rule(played, whole, share):
    budget = part_of(whole, share)
    held = listening_explorer(played, budget=budget)
    assert len(held.html.encode()) <= budget
    assert held.left_out.startswith("Left out, to keep the page light: ")
    assert held.left_out in held.html
    assert {"linear", "mel"} <= set(held.data["songs"][0]["pictures"])


def test_all_is_shown_where_it_fits(whole, catalog):
    assert whole.left_out == ""
    assert len(whole.data["songs"]) == 6
    for song in whole.data["songs"]:
        assert list(song["pictures"]) == list(SCALES) and song["sound"]


def test_further_scales_go_first_then_second_songs_then_small_genres(played, whole):
    steps = [
        listening_explorer(played, budget=part_of(whole, share)).left_out
        for share in (0.95, 0.7, 0.45, 0.2)
    ]
    seen = " | ".join(dict.fromkeys(steps))
    order = [seen.index("second song of each genre on"), seen.index("the first song of each genre"),
             seen.index("a second song of each genre"), seen.index("the genres ")]  # fmt: skip
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"budget": 20_000}, "budget must hold a song at least, got 20000 bytes"),
        ({"songs_per_genre": 0}, "songs_per_genre must be 1 to 5, got 0"),
        ({"songs_per_genre": "2"}, "songs_per_genre must be 1 to 5, got '2'"),
        ({"seconds": 0}, "seconds must be a number from 1 on, got 0"),
        ({"seconds": None}, "seconds must be a number from 1 on, got None"),
    ],
)
def test_a_setting_without_meaning_is_refused(catalog, settings, message):
    with pytest.raises(SettingsError, match=message):
        listening_explorer(catalog, **settings)


def test_the_scales_of_the_run_come_first(played):
    own = replace(played, settings=replace(played.settings, scales=("cqt",)))
    every = listening_explorer(own, songs_per_genre=1, budget=10**8)
    first = listening_explorer(own, songs_per_genre=1, budget=part_of(every, 0.3))
    assert list(first.data["scales"]) == ["linear", "mel", "cqt"]


# Songs and scales that can't be shown


def test_songs_that_can_not_be_read_are_counted(catalog, whole, monkeypatch):
    gone = _path_of(catalog, whole.data["songs"][0]["name"])
    missing = replace(catalog.library, folder=catalog.library.folder)
    file = type(missing).file
    monkeypatch.setattr(type(missing), "file", lambda self, path: file(self, path) / "gone"
                        if path == gone else file(self, path))  # fmt: skip
    held = listening_explorer(catalog)
    assert "Songs that could not be read: 1." in held.left_out
    assert len(held.data["songs"]) == 5


def test_no_song_at_all_is_an_error(catalog, tmp_path):
    nowhere = replace(catalog, library=replace(catalog.library, folder=tmp_path))
    with pytest.raises(LibraryError, match=r"none of the 6 songs chosen .* can be read"):
        listening_explorer(nowhere)


def test_a_scale_that_can_not_be_drawn_says_why(catalog, monkeypatch):
    draw = shelf.levels

    def levels(sound, scale, **settings):
        if scale == "cqt":
            raise SettingsError("its windows are too long")
        return draw(sound, scale, **settings)

    monkeypatch.setattr(shelf, "levels", levels)
    held = listening_explorer(catalog, songs_per_genre=1)
    assert "Not drawn is cqt: its windows are too long." in held.html
    assert "cqt" not in held.data["scales"]


# Hostile names


def test_json_holds_in_a_page_whatever_it_holds():
    text = json_for_html({"title": HOSTILE})
    assert json.loads(text) == {"title": HOSTILE}
    assert not set("<>&\u2028\ud800") & set(text)
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_for_html(float("nan"))


def test_names_from_tags_never_become_html(catalog):
    safe = HOSTILE.replace("\ud800", "")
    names = {genre: f"{genre}{safe}" for genre in catalog.all_labels}
    hostile = replace(
        catalog,
        songs=catalog.songs.assign(title=safe, artist=safe),
        all_labels=catalog.all_labels.rename(columns=names),
        labels=catalog.labels.rename(columns=names),
    )
    found = Elements(listening_explorer(hostile, songs_per_genre=1, budget=60_000).html)
    plain = Elements(listening_explorer(catalog, songs_per_genre=1, budget=60_000).html)
    assert found.tags == plain.tags and found.attributes == plain.attributes
    assert "onerror" not in found.attributes
    data = json.loads(found.json)
    assert data["genres"][0]["name"].endswith(safe)
    assert data["songs"][0]["name"] == f"{safe} by {safe}"


def test_an_explorer_stands_alone(whole):
    elements = Elements(whole.html)
    assert not {"link", "img", "iframe"} & set(elements.tags)
    assert not {"src", "href"} & set(elements.attributes)
    assert json.loads(elements.json) == json.loads(json.dumps(whole.data))
    assert "innerHTML" not in whole.html and "http:" not in whole.html.replace(
        "http://www.w3.org", ""
    )


def test_without_scripts_a_page_says_what_stands_in_its_place():
    made = assemble("x", "<p>content</p>", {}, files=("explorer.css",))
    assert "<noscript><p>This explorer needs JavaScript. The figure below" in made
    assert '<div class="explorer-content" hidden>' in made


# Results


def metrics_of(rows, columns=("genre", "depth", "scale", "weights", "repeat", "f1")):
    return pd.DataFrame(rows, columns=list(columns))


TWO = metrics_of([
    ("Jazz", 34, "mel", "none", 0, 0.5), ("Jazz", 34, "mel", "none", 1, 0.7),
    ("Jazz", 34, "linear", "none", 0, 0.4), ("Jazz", 50, "mel", "none", 0, 0.9),
    ("Rock", 34, "mel", "none", 0, 0.2), ("Rock", 34, "linear", "none", 0, 0.25),
    ("Rock", 34, "mel", "joint", 0, 0.1), ("Rock", None, "mel", "baseline", 0, 0.3),
])  # fmt: skip


def test_the_page_has_the_means_over_repeats():
    data = explorer.scores_data(TWO, arm="none")
    assert [scale["name"] for scale in data["scales"]] == ["linear", "mel"]
    assert [genre["name"] for genre in data["genres"]] == ["Jazz", "Rock"]
    binary, joint, baseline = data["networks"]
    assert binary["depths"] == [34, 50]
    assert binary["values"] == {"f1": [[[0.4, 0.6], [0.25, 0.2]], [[None, 0.9], [None, None]]]}
    assert joint["values"]["f1"] == [[[None, None], [None, 0.1]]]
    assert baseline["depths"] == [0] and baseline["values"]["f1"] == [[[None, None], [None, 0.3]]]


def test_means_over_depths_are_of_cells_that_all_scales_have():
    means = explorer.genre_means(TWO, metric="f1", arm="none")
    # Jazz at depth 50 has mel alone and does not count.
    assert means.to_dict("index") == {
        "Jazz": {"linear": pytest.approx(0.4), "mel": pytest.approx(0.6)},
        "Rock": {"linear": 0.25, "mel": 0.2},
    }
    only = explorer.genre_means(TWO, metric="f1", arm="joint")
    assert only.to_dict("index") == {"Rock": {"mel": 0.1}}


def test_metrics_without_values_are_not_offered(tmp_path):
    run = write_run(tmp_path / "run", {"weights": "none"})
    metrics = results.read_metrics(run).assign(recall=np.nan, loss=[np.inf])
    data = explorer.scores_data(metrics, arm="none")
    offered = [metric["name"] for metric in data["metrics"]]
    assert "recall" not in offered and "loss" not in offered and "f1" in offered
    assert data["genres"] == [{"name": "Jazz", "songs": 4}]
    assert len(data["scales"]) == 1
    assert json.loads(Elements(explorer.scores_explorer(metrics, arm="none")).json) == data


def test_results_of_hostile_genres_stay_text():
    safe = HOSTILE.replace("\ud800", "")
    made = explorer.scores_explorer(TWO.replace({"genre": {"Jazz": safe}}), arm="none")
    assert Elements(made).tags == Elements(explorer.scores_explorer(TWO, arm="none")).tags


def test_every_scale_has_its_mark_and_color():
    looks = figures.scale_looks(["mel", "linear", "own"])
    rows = [("Jazz", 34, scale, "none", 0, 0.5) for scale in looks]
    scales = explorer.scores_data(metrics_of(rows), arm="none")["scales"]
    assert [(s["name"], s["mark"], s["color"]) for s in scales] == [
        (name, look.mark, look.color) for name, look in looks.items()
    ]
    assert len({scale["mark"] for scale in scales}) == 3


def test_dots_lie_at_the_means():
    means = explorer.genre_means(TWO, metric="f1", arm="none")
    figure = figures.make_figure(dots.draw_genre_dots, means, pd.Series({"Jazz": 4.0}), metric="f1")
    (ax,) = figure.axes
    drawn = {line.get_marker(): list(line.get_xdata()) for line in ax.lines}
    assert drawn == {"o": pytest.approx([0.4, 0.25]), "s": pytest.approx([0.6, 0.2])}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Jazz (4)", "Rock"]
    nothing = figures.make_figure(dots.draw_genre_dots, explorer.NO_MEANS, means, metric="f1")
    assert "No values of F1" in nothing.axes[0].texts[0].get_text()


# The page


def test_results_without_songs_are_told_apart(tmp_path):
    foreign = write_run(tmp_path / "foreign", {"weights": "none"})
    assert explorer.made_elsewhere(foreign)
    (foreign / "study.json").write_text("{}")
    assert not explorer.made_elsewhere(foreign)
    assert not explorer.made_elsewhere(tmp_path / "not yet there")


def test_the_page_of_results_made_elsewhere(tmp_path):
    run = write_run(tmp_path / "foreign", {"weights": "none"}, header=HEADER)
    said = words(run_cells("look_and_listen", run=str(run)))
    assert "made elsewhere: the run has no songs" in said
    assert 'id="explorer-scores"' in said and 'id="explorer-listening"' not in said
    assert (run / "figures" / "look-song.png").exists()
    assert (run / "figures" / "look-scores.png").exists()
    assert str(tmp_path) not in said


def test_the_page_of_songs_without_results(tmp_path, tone_library):
    own = {"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1}
    run = tmp_path / "runs" / "songs"
    said = words(run_cells("look_and_listen", run=str(run), profile="smoke",
                           corpus=str(tone_library), overrides=own, seconds=1))  # fmt: skip
    assert 'id="explorer-listening"' in said and 'id="explorer-scores"' not in said
    assert "This run has no results yet" in said
    assert not (run / "results").exists()
    assert str(tone_library) not in said
