"""The audit's numbers on labels, against arithmetic by hand, a naive reading, and R's mldr."""

import json
import math
import statistics
from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgrlib import paper
from mgrlib.audit import label_statistics
from mgrlib.audit.flow import flow_table
from mgrlib.audit.imbalance import co_occurrence_table, imbalance, label_sets, song_scumble
from mgrlib.audit.recall import recall_error, recall_statistics, songs_needed
from mgrlib.catalog import genre_labels
from mgrlib.errors import SettingsError

TAXONOMY = {
    "house": ("Electronic", "Dance"), "techno": ("Electronic",), "bebop": ("Jazz",),
    "noise": ("Experimental",), "unmapped": (),
}  # fmt: skip
ROWS = [
    # path, artist, album, year, subgenres
    ("1", "A", "One", "1994", ["house", "techno"]),
    ("2", "A", "One", "1995", ["techno"]),
    ("3", "A", "Two", "2003", ["techno", "techno"]),
    ("4", "B", "", "", ["house"]),
    ("5", "", "", "0000", ["bebop", "techno"]),
    ("6", "", "", "1723", ["unmapped"]),
]


def table(rows):
    columns = max(len(row[4]) for row in rows)
    return pd.DataFrame([
        dict(zip(("path", "artist", "album", "year"), row, strict=False))
        | {f"subgenre_{n + 1}": dict(enumerate(row[4])).get(n, "") for n in range(columns)}
        for row in rows
    ])  # fmt: skip


@pytest.fixture(scope="module")
def small():
    songs = table(ROWS)
    return label_statistics(songs, genre_labels(songs, TAXONOMY), taxonomy=TAXONOMY)


def test_counts_by_hand(small):
    # Electronic has songs 1 to 5, Dance 1 and 4, Jazz 5; Experimental none: it does not count.
    assert small["counts"] == {"Electronic": 5, "Dance": 2, "Jazz": 1}
    assert (small["songs"], small["artists"], small["albums"]) == (6, 2, 2)
    assert (small["genres"], small["assignments"], small["unlabeled"]) == (3, 8, 1)
    assert small["cardinality"] == pytest.approx(8 / 6)
    assert small["density"] == pytest.approx(8 / 6 / 3)
    # {E, D}: 1, 4. {E}: 2, 3. {E, J}: 5. {}: 6.
    assert small["distinct_label_sets"] == 4
    assert small["single_sets"] == 2
    assert small["label_sets"][0] == {"genres": ["Electronic", "Dance"], "songs": 2}
    assert {"genres": [], "songs": 1} in small["label_sets"]
    assert small["sizes"] == {"0": 1, "1": 2, "2": 3}
    assert small["co_occurrence"] == {"Electronic": {"Dance": 2, "Jazz": 1}}


def test_imbalance_by_hand(small):
    # IRLbl: 5/5, 5/2, 5/1. Their mean is 8.5/3; deviations from it square to 4.0556 + 4.6944
    # ... in full: (1 - 8.5/3)² + (2.5 - 8.5/3)² + (5 - 8.5/3)² = 8.1667, over 2, rooted.
    assert small["irlbl"] == {"Electronic": 1.0, "Dance": 2.5, "Jazz": 5.0}
    assert small["mean_ir"] == pytest.approx(8.5 / 3)
    assert small["cvir"] == pytest.approx(math.sqrt(8.1666667 / 2) / (8.5 / 3))
    # SCUMBLE of {E, D}: 1 - √(1 × 2.5) / 1.75; of {E, J}: 1 - √(1 × 5) / 3; of others 0.
    dance, jazz = 1 - math.sqrt(2.5) / 1.75, 1 - math.sqrt(5) / 3
    assert small["scumble"] == pytest.approx((2 * dance + jazz) / 6)
    by_genre = small["scumble_by_genre"]
    assert by_genre["Electronic"] == pytest.approx((2 * dance + jazz) / 5)
    assert by_genre["Dance"] == pytest.approx(dance)
    assert by_genre["Jazz"] == pytest.approx(jazz)
    spread = statistics.stdev([dance, dance, jazz, 0, 0, 0])
    assert small["scumble_cv"] == pytest.approx(spread / small["scumble"])


def test_subgenres_by_hand(small):
    # "techno" in 1, 2, 3 (named twice there, counted once) and 5.
    assert small["subgenres"] == 4
    assert small["flow"]["techno"] == {"songs": 4, "genres": ["Electronic"]}
    assert small["flow"]["house"] == {"songs": 2, "genres": ["Electronic", "Dance"]}
    assert small["flow"]["unmapped"] == {"songs": 1, "genres": []}
    assert next(iter(small["flow"])) == "techno"
    assert small["built_in"] == 2  # songs 1 and 4, by "house"


def test_years_by_hand(small):
    years = small["years"]
    assert (years["dated"], years["missing"]) == (4, 2)  # "" and "0000" are no years
    assert (years["first"], years["last"], years["median"]) == (1723, 2003, 1994.5)
    assert years["before_recording"] == 1
    assert years["step"] == 10
    assert years["songs"] == {"1720": 1, "1990": 2, "2000": 1}
    assert years["by_genre"] == {"Electronic": {"1990": 2, "2000": 1}, "Dance": {"1990": 1},
                                 "Jazz": {}}  # fmt: skip


def test_a_short_span_is_counted_by_year():
    songs = table([row for row in ROWS if row[3] > "1900"])
    years = label_statistics(songs, genre_labels(songs, TAXONOMY), taxonomy=TAXONOMY)["years"]
    assert (years["step"], years["songs"]) == (1, {"1994": 1, "1995": 1, "2003": 1})


# The sets of emotions of 593 songs (Trohidis et al. 2008), each by its six labels in the data
# set's order, as they stand in R's mldr; the measures below are those that its version 0.4 gives.
EMOTIONS = {
    "100001": 81, "011000": 74, "000001": 72, "001110": 67, "001000": 42, "110000": 38,
    "000110": 37, "001100": 30, "001010": 25, "100000": 24, "010000": 23, "000010": 12,
    "000011": 12, "111000": 11, "110001": 7, "100010": 6, "011100": 6, "010001": 5, "000100": 5,
    "100011": 4, "001001": 3, "001011": 3, "101000": 2, "010010": 1, "010100": 1, "001101": 1,
    "000111": 1,
}  # fmt: skip


def test_the_measures_of_r_mldr_on_a_public_data_set():
    rows = [[digit == "1" for digit in marks] for marks, n in EMOTIONS.items() for _ in range(n)]
    names = ["amazed", "happy", "relaxing", "quiet", "sad", "angry"]
    labels = pd.DataFrame(rows, columns=names)
    songs = pd.DataFrame({"artist": "", "album": "", "year": ""}, index=labels.index)
    found = label_statistics(songs, labels, taxonomy={})
    assert (found["songs"], found["genres"], found["distinct_label_sets"]) == (593, 6, 27)
    assert found["single_sets"] == 4
    assert found["label_sets"][0]["songs"] == 81
    assert found["cardinality"] == pytest.approx(1.86846543, abs=1e-8)
    assert found["density"] == pytest.approx(0.31141091, abs=1e-8)
    assert found["mean_ir"] == pytest.approx(1.47806846, abs=1e-8)
    assert found["scumble"] == pytest.approx(0.01095238, abs=1e-8)
    assert found["scumble_cv"] == pytest.approx(1.26456012, abs=1e-8)
    theirs = {"amazed": (1.526012, 0.002159), "happy": (1.590361, 0.014332),
              "relaxing": (1, 0.023786), "quiet": (1.783784, 0.023132),
              "sad": (1.571429, 0.016133), "angry": (1.396825, 0.001331)}  # fmt: skip
    for name, (ratio, scumble) in theirs.items():
        assert found["irlbl"][name] == pytest.approx(ratio, abs=1e-6)
        assert found["scumble_by_genre"][name] == pytest.approx(scumble, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_a_naive_reading_gives_the_same(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 13)
    labels = pd.DataFrame(rng.random((60, sizes)) < rng.random(sizes) / 2)
    labels = labels.set_axis([f"g{n}" for n in labels], axis=1)
    songs = pd.DataFrame({"artist": [""] * 60, "album": "", "year": ""})
    found = label_statistics(songs, labels, taxonomy={})
    sets = [tuple(g for g in labels if labels.loc[row, g]) for row in labels.index]
    counts = Counter(genre for chosen in sets for genre in chosen)
    ratios = {genre: max(counts.values()) / songs for genre, songs in counts.items()}
    assert found["counts"] == counts
    assert found["irlbl"] == pytest.approx(ratios)
    scores = [
        1 - statistics.geometric_mean(values) / statistics.mean(values) if values else 0
        for values in ([ratios[genre] for genre in chosen] for chosen in sets)
    ]
    assert found["scumble"] == pytest.approx(statistics.mean(scores), abs=1e-12)
    assert song_scumble(labels[list(counts)].to_numpy()) == pytest.approx(scores, abs=1e-12)
    assert found["distinct_label_sets"] == len(set(sets))
    assert found["unlabeled"] == sets.count(())
    pairs = Counter(frozenset(pair) for chosen in sets for pair in combinations(chosen, 2))
    square = co_occurrence_table(found["counts"], found["co_occurrence"])
    for one, other in combinations(counts, 2):
        assert square.loc[one, other] == square.loc[other, one] == pairs[frozenset({one, other})]
    assert np.diag(square).tolist() == list(found["counts"].values())


def test_label_sets_of_many_genres():
    labels = pd.DataFrame(np.eye(3, 20, dtype=bool)[[0, 0, 1, 2]]).set_axis(
        [f"g{n}" for n in range(20)], axis=1
    )
    sets = label_sets(labels)
    assert sets == [(("g0",), 2), (("g1",), 1), (("g2",), 1)]


def test_the_papers_imbalance_follows_from_its_table():
    found = imbalance(paper.TABLE_1)
    assert found["irlbl"]["Jazz"] == 5641 / 278
    ratios = [5641 / count for count in paper.TABLE_1.values()]
    assert found["mean_ir"] == pytest.approx(statistics.mean(ratios))
    assert found["cvir"] == pytest.approx(statistics.stdev(ratios) / statistics.mean(ratios))


@pytest.mark.parametrize("rows", [0, 1, 6])
def test_what_is_not_defined_is_none_and_all_of_it_is_json(rows):
    """No song, one song, songs of one genre."""
    songs = table(ROWS).iloc[:rows].assign(subgenre_1="bebop", subgenre_2="")
    found = label_statistics(songs, genre_labels(songs, TAXONOMY), taxonomy=TAXONOMY)
    assert found["cvir"] is None
    assert found["scumble"] == 0
    assert found["scumble_cv"] is None
    assert found["mean_ir"] == (1.0 if rows else None)
    assert found["cardinality"] == (1.0 if rows else None)
    assert found["density"] == (1.0 if rows else None)
    assert found["distinct_label_sets"] == (1 if rows else 0)
    json.dumps(found, allow_nan=False)


def test_songs_without_any_genre():
    songs = table(ROWS).assign(subgenre_1="unmapped", subgenre_2="")
    found = label_statistics(songs, genre_labels(songs, TAXONOMY), taxonomy=TAXONOMY)
    assert (found["genres"], found["unlabeled"], found["distinct_label_sets"]) == (0, 6, 1)
    assert (found["cardinality"], found["density"], found["mean_ir"]) == (0.0, None, None)
    assert found["label_sets"] == [{"genres": [], "songs": 6}]
    json.dumps(found, allow_nan=False)


def test_small_subgenres_are_gathered():
    flow = {f"s{n}": {"songs": 9 - n, "genres": ["A", "B"] if n % 2 else ["A"]} for n in range(6)}
    flow["nowhere"] = {"songs": 3, "genres": []}
    table = flow_table(flow, most=3)
    assert list(dict.fromkeys(table["subgenre"])) == ["s0", "s1", "s2", ""]
    rest = table[table["subgenre"] == ""].set_index(["genre", "shared"])["songs"]
    # s3, s4 and s5 have 6, 5 and 4 songs; s3 and s5 feed both genres.
    assert rest.to_dict() == {("A", True): 10, ("B", True): 10, ("A", False): 5}
    assert set(flow_table(flow, most=5)["subgenre"]) == {f"s{n}" for n in range(6)}


# The smallest genre's recall


def test_the_papers_smallest_genre():
    found = recall_statistics({"Jazz": 12, "Rock": 40}, paper=paper.TABLE_1)
    assert found["paper"]["genre"] == "Jazz"
    assert found["paper"]["positives"] == 28
    assert found["paper"]["standard_error"]["0.8"] == pytest.approx(math.sqrt(0.16 / 28))
    assert found["smallest"]["genre"] == "Jazz"
    assert found["smallest"]["standard_error"]["0.5"] == pytest.approx(0.5 / math.sqrt(12))
    assert found["needed"] == {"0.5": 100, "0.8": 64}


@pytest.mark.parametrize(("positives", "found"), [(10, 5), (10, 8), (40, 32), (1000, 500)])
def test_wilsons_interval_as_scipy_has_it(positives, found):
    interval = stats.binomtest(found, positives).proportion_ci(0.95, "wilson")
    half = recall_error(positives)["half_width"][str(found / positives)]
    assert half == pytest.approx((interval.high - interval.low) / 2)


def test_no_song_no_error():
    assert recall_error(0)["standard_error"] == {"0.5": None, "0.8": None}
    assert recall_statistics({}, paper=paper.TABLE_1)["smallest"] is None
    with pytest.raises(SettingsError, match=r"standard_error must be above 0, got 0"):
        songs_needed(standard_error=0, recall=0.5)
