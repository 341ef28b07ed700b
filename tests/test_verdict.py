"""The verdict: each rule on either side of its threshold, and on audits of which parts lack."""

import json
import re
from copy import deepcopy

import pytest

from mgrlib.audit import verdict
from mgrlib.audit.findings import cut, listed, percent


def record(**values) -> dict:
    nobody = {"songs": 0, "named": 40, "share": 0.0, "groups": 0}
    whole = {"train": 160, "test": 40, "wanted": 40, "artist": nobody, "album": nobody,
             "duplicates": {"pairs": 0, "songs": 0}, "one_sided": [],
             "deviation": {"genre": "Folk", "share": 0.22, "off": 0.02, "rms": 0.01}}  # fmt: skip
    return whole | values


GOOD = {
    "library": {"songs": 200, "usable": 200},
    "labels": {
        "songs": 200, "unlabeled": 0, "irlbl": {"Rock": 1.0, "Folk": 4.0}, "mean_ir": 2.5,
        "scumble": 0.02, "years": {"missing": 0},
    },
    "trained": {
        "Rock": {"songs": 200, "test": 40, "train": 80, "drawn_down": False},
        "Folk": {"songs": 130, "test": 26, "train": 80, "drawn_down": False},
    },
    "left_out": [{"genre": "Noise", "songs": 3, "reason": "too small: fewer than 8 songs"}],
    "rejected": {},
    "padded": 0,
    "coverage": {"songs": {"all": 200, "mapped": 190}, "subgenres": {"all": 9, "mapped": 8}},
    "audio": {"faults": {
        "truncated": {"songs": 0, "of": 200}, "clipped": {"songs": 2, "of": 200},
        "transcoded": {"songs": 0, "of": 0},
    }},
    "confounds": {
        "format": {"genres": {"Rock": 0.1, "Folk": 0.2}, "strongest": "Folk", "value": "MP3",
                   "inside": 0.5, "outside": 0.3},
        "channels": {"genres": {}, "strongest": None},
        "loudness": {"genres": {"Rock": 0.3, "Folk": 0.3}, "strongest": "Rock",
                     "inside": -9.0, "outside": -12.0},
    },
    "duplicates": {"exact": 0, "near": 0, "contradicting": 0},
    "leakage": {
        "without": {"artist": 0, "album": 0}, "groups": {"artist": 30, "album": 60},
        "spellings": {"artist": {"sets": 0, "examples": []}, "album": {"sets": 0, "examples": []}},
        "one_group": [], "split_by": "artist", "splits": {"artist": record()},
        "repeats": [{}], "distinct_splits": 1,
    },
}  # fmt: skip
"""An audit with nothing to worry about."""


def changed(*path, value) -> dict:
    """`GOOD` with one value changed."""
    audit = deepcopy(GOOD)
    place = audit
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return audit


def test_a_good_audit_has_no_worry_and_numbers_in_every_sentence_that_has_some():
    found = verdict(GOOD)
    assert found["worry"] == []
    assert found["summary"] == "Nothing should worry a reader in 16 points that were judged."
    assert "Every song has a genre." in found["fine"]
    assert any("has 26 songs there" in text and "0.10" in text for text in found["fine"])
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("labels", "unlabeled"), "1 song (0.5 %) has no genre: it serves as a negative"),
        (("padded",), "1 song (0.5 %) is shorter than the segment"),
        (("leakage", "without", "artist"), "1 song of 200 (0.5 %) has no artist"),
    ],
)
def test_one_song_is_no_plural(path, text):
    assert any(line.startswith(text) for line in verdict(changed(*path, value=1))["fine"])


def test_nothing_is_fine_about_no_songs():
    audit = {
        "library": {"songs": 9, "usable": 0},
        "labels": {"songs": 0, "irlbl": {}, "scumble": 0.0},
        "duplicates": {"exact": 0, "near": 0, "contradicting": 0},
    }
    assert verdict(audit)["fine"] == []


SHARED = {"songs": 30, "named": 40, "share": 0.75, "groups": 12}
WORRIES = {
    "few test songs": (
        ("trained", "Folk", "test"),
        24,
        r"Folk, has 24 songs.*0\.10; above 0\.1 it is in 1 of 2",
    ),
    "no test song": (("trained", "Folk", "test"), 0, r"The test set has no song of Folk"),
    "drawn down": (("trained", "Rock", "drawn_down"), True, r"More songs have the genre.*Rock"),
    "imbalance": (("labels", "irlbl", "Folk"), 10.0, r"10\.0 times the songs of Folk"),
    "scumble": (("labels", "scumble"), 0.11, r"often share.*0\.110"),
    "unlabeled": (("labels", "unlabeled"), 3, r"3 songs \(1\.5 %\) have no genre"),
    "rejected": (("library", "usable"), 180, r"20 songs of 200 \(10\.0 %\) can't be used"),
    "padded": (("padded",), 11, r"11 songs \(5\.5 %\) are shorter"),
    "years": (("labels", "years", "missing"), 21, r"21 songs of 200 have no year"),
    "no artist": (
        ("leakage", "without", "artist"),
        50,
        r"50 songs of 200 \(25\.0 %\) have no artist",
    ),
    "spellings": (
        ("leakage", "spellings", "artist"),
        {"sets": 1, "examples": [["ABBA", "Abba"]]},
        r"1 artist is spelled.*ABBA and Abba",
    ),
    "artist on both sides": (
        ("leakage", "splits", "artist"),
        record(artist=SHARED),
        r"30 of 40 test songs \(75\.0 %\) are by artists.*Pampalk",
    ),
    "album on both sides": (
        ("leakage", "splits", "artist"),
        record(album=SHARED),
        r"are from albums that train too \(12 of them\).*split_by=album",
    ),
    "one group": (
        ("leakage", "one_group"),
        [{"genre": "Folk", "by": "artist", "name": "Bob", "songs": 90, "share": 0.9}],
        r"more than half of Folk: of Folk, the artist Bob has 90\.0 %",
    ),
    "size": (
        ("leakage", "splits", "artist"),
        record(test=70),
        r"70 songs where 40 were wanted.*too few artists",
    ),
    "genre's share": (
        ("leakage", "splits", "artist"),
        record(deviation={"genre": "Folk", "share": 0.6, "off": 0.4, "rms": 0.3}),
        r"20\.0 % of all; the genre furthest from that is Folk, with 60\.0 % of its songs there: "
        r"there are too few artists",
    ),
    "repeats": (("leakage", "repeats"), [{}, {}], r"The 2 repeats have 1 different test set"),
    "left out": (
        ("left_out",),
        [{"genre": "Noise", "reason": "one side of the split has only one class"}],
        r"Noise could not be trained",
    ),
    "coverage": (("coverage", "songs", "mapped"), 90, r"90 of 200 songs \(45\.0 %\) get a genre"),
    "duplicates across": (
        ("leakage", "splits", "artist"),
        record(duplicates={"pairs": 1, "songs": 2}),
        r"2 test songs have a duplicate in training",
    ),
    "contradicting": (
        ("duplicates", "contradicting"),
        1,
        r"In 1 of 3 pairs of duplicates the genres differ",
    ),
    "clipped": (
        ("audio", "faults", "clipped", "songs"),
        3,
        r"3 of 200 songs \(1\.5 %\) may be clipped",
    ),
    "format": (
        ("confounds", "format", "genres", "Folk"),
        0.8,
        r"The format goes with Folk \(association 0\.80 .*: 50\.0 % of its songs are MP3, 30\.0 %",
    ),
    "loudness": (("confounds", "loudness", "genres", "Rock"), 0.6, r"a median of −9\.0 LUFS in it"),
}


@pytest.mark.parametrize(("path", "value", "text"), WORRIES.values(), ids=WORRIES)
def test_each_rule_worries_beyond_its_threshold(path, value, text):
    audit = changed(*path, value=value)
    if audit["leakage"]["splits"]["artist"]["duplicates"]["songs"] or path[0] == "duplicates":
        audit["duplicates"] |= {"exact": 1, "near": 2}
    worries = verdict(audit)["worry"]
    assert len(worries) == 1
    assert re.search(text, worries[0])


INNER = [(part, key) for part in ("labels", "leakage") for key in GOOD[part]]


@pytest.mark.parametrize("key", [*GOOD, *INNER], ids=str)
@pytest.mark.parametrize("gone", ["absent", "none"])
def test_a_part_that_lacks_is_not_judged(key, gone):
    audit = deepcopy(GOOD)
    *path, last = (key,) if isinstance(key, str) else key
    place = audit
    for step in path:
        place = place[step]
    if gone == "absent":
        del place[last]
    else:
        place[last] = None
    found = verdict(audit)
    assert found["worry"] == []
    assert len(found["fine"]) <= len(verdict(GOOD)["fine"])


def test_of_nothing_there_is_nothing_to_say():
    assert verdict({}) == {"summary": "Nothing could be judged.", "fine": [], "worry": []}


def test_the_summary_names_the_gravest_first_and_what_is_synthetic():
    audit = changed("leakage", "splits", "artist", value=record(artist=SHARED, album=SHARED))
    audit["padded"] = audit["labels"]["unlabeled"] = 100
    found = verdict(audit, evidence="synthetic")
    assert found["summary"] == (
        "These songs are synthetic, no evidence about music; 12 points are fine, 4 should worry a "
        "reader: albums on both sides, artists on both sides, padded songs, 1 more."
    )
    assert "padded" not in found["fine"]


def test_names_are_shown_short_and_on_one_line():
    audit = changed("leakage", "one_group", value=[
        {"genre": "<b>\n" * 40, "by": "album", "name": "x", "songs": 9, "share": 0.8}])  # fmt: skip
    (worry,) = verdict(audit)["worry"]
    assert "\n" not in worry
    assert len(worry) < 400
    assert cut("a  b\n c") == "a b c"


def test_lists_and_percentages():
    assert listed(["a"]) == "a"
    assert listed(list("abcdefg")) == "a, b, c, d and 3 more"
    assert percent(1.0) == "100.0 %"
    assert percent(0.99999) == "over 99.9 %"
