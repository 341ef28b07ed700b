"""What stands on both sides of a split, against counts by hand and by plain loops."""

import time

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, mannwhitneyu

from mgrlib import figures
from mgrlib.audit import leakage, split_record
from mgrlib.audit.confounds import confounds, cramers_v, rank_biserial
from mgrlib.splits import Split, draw_split, song_groups

TEN = pd.DataFrame({
    "path": [f"{i}.wav" for i in range(10)],
    "artist": ["A", "A", "A", "B", "B", "", "", "C", "c ", "D"],
    "album": ["x", "x", "y", "z", "z", "z", "", "", "w", "w"],
})  # fmt: skip
LABELS = pd.DataFrame(
    {"Rock": [1, 1, 1, 1, 0, 0, 1, 1, 0, 0], "Jazz": [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]}, dtype=bool
)
HALVES = Split(train=np.array([0, 2, 4, 6, 8]), test=np.array([1, 3, 5, 7, 9]))


def record(songs=TEN, labels=LABELS, split=HALVES, *, test_fraction=0.5, pairs=None) -> dict:
    return split_record(songs, labels, split, test_fraction=test_fraction, pairs=pairs)


def test_artists_and_albums_on_both_sides_by_hand():
    found = record()
    # In the test set: A, B, "", C, D, of which A and B train; and x, z, z, "", w, which all do.
    assert found["artist"] == {"songs": 2, "named": 4, "share": 0.5, "groups": 2}
    assert found["album"] == {"songs": 4, "named": 4, "share": 1.0, "groups": 3}
    assert (found["train"], found["test"], found["wanted"]) == (5, 5, 5)
    assert found["duplicates"] is None


def test_shares_of_genres_that_stray_by_hand():
    # Rock: 3 of 6 in the test set; Jazz 1 of 2.
    assert record()["deviation"]["rms"] == 0
    found = record(test_fraction=0.25)
    assert found["deviation"] == {"genre": "Rock", "share": 0.5, "off": 0.25, "rms": 0.25}
    assert found["wanted"] == 2
    published = record(test_fraction=None)
    assert published["wanted"] == 5


def test_a_genre_on_one_side_is_named():
    split = Split(train=np.array([0, 1, 2, 3, 6, 7, 8]), test=np.array([4, 5, 9]))
    assert record(split=split)["one_sided"] == ["Rock", "Jazz"]


def test_duplicates_across_the_split_reach_over_others():
    pairs = pd.DataFrame({"path_1": ["0.wav", "1.wav", "4.wav"],
                          "path_2": ["1.wav", "3.wav", "6.wav"]})  # fmt: skip
    # 0 trains and is 1 and, by way of it, 3; 4 and 6 both train.
    assert record(pairs=pairs)["duplicates"] == {"pairs": 1, "songs": 2}
    assert record(pairs=pairs[:0])["duplicates"] == {"pairs": 0, "songs": 0}


def test_groups_of_genres_and_what_the_tables_do_not_say():
    found = leakage(TEN, LABELS)
    assert found["without"] == {"artist": 2, "album": 2}
    assert found["groups"] == {"artist": 5, "album": 4}
    assert found["genres"]["Rock"] == {
        "songs": 6, "artists": 3, "largest_artist": {"name": "A", "songs": 3, "share": 0.5},
        "albums": 3, "largest_album": {"name": "x", "songs": 2, "share": 1 / 3},
    }  # fmt: skip
    assert found["one_group"] == [
        {"genre": "Jazz", "by": "album", "name": "z", "songs": 2, "share": 1.0}
    ]
    assert found["spellings"]["artist"] == {"sets": 1, "examples": [["C", "c "]]}
    assert found["spellings"]["album"]["sets"] == 0
    assert "splits" not in found


def many(songs: int, *, artists: int, genres: int = 6, seed: int = 0):
    """Songs whose artists have two genres each, and two albums."""
    rng = np.random.default_rng(seed)
    artist = rng.integers(0, artists, songs)
    taste = np.array([rng.choice(genres, 2, replace=False) for _ in range(artists)])
    labels = np.zeros((songs, genres), dtype=bool)
    for column in (0, 1):
        labels[np.arange(songs), taste[artist, column]] |= rng.random(songs) < 0.7
    table = pd.DataFrame({"path": [f"{i}" for i in range(songs)],
                          "artist": [f"artist {a}" for a in artist],
                          "album": [f"{a}, {i % 2}" for i, a in enumerate(artist)]})  # fmt: skip
    return table, pd.DataFrame(labels, columns=[f"genre {g}" for g in range(genres)])


@pytest.mark.parametrize("split_by", ["song", "album", "artist"])
def test_each_way_to_split_is_what_a_study_would_draw(split_by):
    songs, labels = many(400, artists=50)
    groups = None if split_by == "song" else song_groups(songs, split_by)
    drawn = {"test_fraction": 0.2, "seed": 7}
    own = draw_split(labels.to_numpy(), groups=groups, **drawn)
    found = leakage(songs, labels, [own], split_by=split_by, **drawn)
    assert next(iter(found["splits"])) == split_by
    assert set(found["splits"]) == {"song", "album", "artist"}
    for way, record in found["splits"].items():
        other = leakage(songs, labels, [own], split_by="published", **drawn)["splits"][way]
        assert record == other
    assert found["splits"]["artist"]["artist"]["share"] == 0
    assert found["splits"]["artist"]["album"]["share"] == 0, "an album has one artist here"
    assert found["splits"]["album"]["album"]["share"] == 0
    assert found["splits"]["album"]["artist"]["share"] > 0.3
    assert found["splits"]["song"]["artist"]["share"] > 0.5
    trained = set(songs["artist"].iloc[own.train])
    shared = sum(name in trained for name in songs["artist"].iloc[own.test])
    assert found["splits"][split_by]["artist"]["songs"] == shared
    assert found["repeats"] == [{"duplicates": None, "artist": shared / len(own.test),
                                 "album": found["splits"][split_by]["album"]["share"]}]  # fmt: skip


def test_a_way_that_can_not_be_gone_says_why():
    songs, labels = many(60, artists=9)
    songs["album"], songs["artist"] = "", "One"
    own = draw_split(labels.to_numpy(), test_fraction=0.2, seed=1)
    found = leakage(songs, labels, [own, own], test_fraction=0.2, seed=1)
    assert found["splits"]["album"] == {"reason": "no song has an album"}
    assert found["splits"]["artist"] == {"reason": "all songs are of one artist"}
    assert found["splits"]["song"]["album"] == {"songs": 0, "named": 0, "share": None, "groups": 0}
    assert found["distinct_splits"] == 1


def test_nothing_to_audit_is_no_error():
    found = leakage(TEN[:0], LABELS[:0])
    assert found["genres"]["Rock"]["artists"] == 0
    assert found["one_group"] == []


def test_a_hundred_thousand_songs_take_seconds():
    songs, labels = many(100_000, artists=5000, genres=16)
    own = Split(train=np.arange(10_000, 100_000), test=np.arange(10_000))
    started = time.process_time()
    leakage(songs, labels, [own])
    assert time.process_time() - started < 6  # 1 s on a machine with nothing else to do


@pytest.mark.parametrize("kinds", [2, 5])
@pytest.mark.parametrize("songs", [40, 400])
def test_cramers_v_is_that_of_chi_squared_corrected(kinds, songs):
    rng = np.random.default_rng(kinds * songs)
    values = rng.integers(0, kinds, songs)
    has = rng.random(songs) < np.where(values == 0, 0.8, 0.3)
    table = pd.crosstab(values, has).to_numpy()
    phi = chi2_contingency(table, correction=False).statistic / songs
    rows, columns = table.shape
    phi = max(0, phi - (rows - 1) * (columns - 1) / (songs - 1))
    rows, columns = (k - (k - 1) ** 2 / (songs - 1) for k in (rows, columns))
    assert cramers_v(values, has) == pytest.approx(np.sqrt(phi / (min(rows, columns) - 1)))


def test_cramers_v_of_chance_and_of_certainty():
    has = np.arange(200) % 2 == 0
    assert cramers_v(np.where(has, "MP3", "FLAC"), has) == pytest.approx(1)
    assert cramers_v(np.arange(200) // 100, has) == 0


def test_rank_biserial_is_twice_the_area_minus_one():
    rng = np.random.default_rng(3)
    has = rng.random(80) < 0.4
    values = np.round(rng.normal(size=80) + has, 1)  # rounded, so that there are ties
    area = mannwhitneyu(values[has], values[~has]).statistic / (has.sum() * (~has).sum())
    assert rank_biserial(values, has) == pytest.approx(2 * area - 1)


def test_a_codec_that_gives_a_genre_away_is_found():
    sound = pd.DataFrame({
        "format": ["MP3"] * 30 + ["FLAC"] * 50 + ["MP3"] * 20,
        "native_rate": 44_100, "channels": [1, 2] * 50,
        "loudness": np.r_[np.full(30, -9.0), np.linspace(-30, -10, 70)], "bit_rate": [128.0] * 100,
    })  # fmt: skip
    labels = pd.DataFrame({"Punk": np.arange(100) < 30, "Few": np.arange(100) < 11})
    found = confounds(sound, labels)
    assert found["format"]["strongest"] == "Punk"
    assert (found["format"]["value"], found["format"]["inside"]) == ("MP3", 1.0)
    assert found["format"]["outside"] == pytest.approx(20 / 70)
    assert found["format"]["genres"]["Punk"] > 0.6
    assert found["loudness"]["genres"] == {"Punk": 1.0}
    assert found["loudness"]["inside"] == -9.0
    assert found["channels"]["genres"]["Punk"] < 0.1
    for alike in ("native_rate", "bit_rate"):
        assert found[alike] == {"genres": {}, "strongest": None}
    assert "lossless" not in found


def test_the_figure_has_a_mark_for_each_genre_and_says_when_nothing_is_known():
    genres = leakage(TEN, LABELS)["genres"]
    figure = figures.make_figure(
        figures.draw_concentration, genres, height_inches=figures.concentration_height(genres)
    )
    marks = {line.get_label(): line.get_xdata() for line in figure.axes[0].get_lines()}
    np.testing.assert_allclose(marks["its largest artist"], [50, 50])
    np.testing.assert_allclose(marks["its largest album"], [100 / 3, 100])
    assert [text.get_text() for text in figure.axes[0].texts] == ["3 artists", "1 artist"]
    unknown = leakage(TEN.assign(artist="", album=""), LABELS)["genres"]
    figure = figures.make_figure(figures.draw_concentration, unknown)
    assert "No song of this run has an artist" in figure.axes[0].texts[0].get_text()
