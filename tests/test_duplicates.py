"""Duplicates: those that are planted are found, no others are named, and no pair is tried twice."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from mgrlib.audit.duplicates import duplicate_audit, duplicate_pairs, duplicate_table
from mgrlib.bench import duplicates as bench
from mgrlib.bench.many import many_codes
from mgrlib.bench.planted import RATE, VARIANTS, planted_file
from mgrlib.corpora.synthetic import render_song
from mgrlib.errors import StudyError
from mgrlib.fingerprints import candidates as lookup
from mgrlib.fingerprints import find_duplicates, group_numbers, hop_seconds

SAMPLE_RATE = 22_050
HOP = hop_seconds(SAMPLE_RATE)


def made_up(songs: int, *, frames: int = 200, seed: int = 0) -> np.ndarray:
    """Codes of songs that have nothing in common."""
    return np.random.default_rng(seed).integers(2**32, size=(songs, frames), dtype=np.uint32)


def with_errors(codes: np.ndarray, share: float, *, seed: int = 1) -> np.ndarray:
    wrong = np.random.default_rng(seed).random((*codes.shape, 32)) < share
    return codes ^ np.packbits(wrong, axis=-1).view(np.uint32)[..., 0]


def found(codes: np.ndarray, digests=None) -> pd.DataFrame:
    digests = [""] * len(codes) if digests is None else digests
    return find_duplicates(codes, digests, sample_rate=SAMPLE_RATE)


def pairs_of(table: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(table["first"], table["second"], strict=True))


# Codes that are made up


@pytest.mark.parametrize("shift", [-75, -1, 0, 20, 75])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.2])
def test_a_pair_is_found_with_its_shift_and_likeness(shift, share):
    codes = made_up(30)
    there, here = (slice(max(0, by), min(200, 200 + by)) for by in (shift, -shift))
    codes[17, there] = with_errors(codes[4], share)[here]
    (only,) = found(codes).to_dict("records")
    assert (only["first"], only["second"], only["kind"]) == (4, 17, "near")
    assert only["shift_seconds"] == pytest.approx(shift * HOP)
    assert only["similarity"] == pytest.approx(1 - share, abs=0.02)


@pytest.mark.parametrize("share", [0.35, 0.5])
def test_what_is_not_alike_enough_is_not_named(share):
    codes = made_up(30)
    codes[17] = with_errors(codes[4], share)
    codes[17, ::20] = codes[4, ::20]  # enough to be looked at
    assert len(lookup.find_candidates(codes)[0])
    assert found(codes).empty


def test_an_overlap_of_less_than_a_quarter_is_not_named():
    codes = made_up(30)
    codes[17, :45] = codes[4, -45:]
    codes[18, :55] = codes[5, -55:]
    assert pairs_of(found(codes)) == [(5, 18)]


def test_equal_digests_are_exact_and_unknown_ones_are_not():
    codes = made_up(6)
    codes[5] = codes[3]
    table = found(codes, ["a", "b", "a", "", "b", ""])
    assert pairs_of(table) == [(0, 2), (1, 4), (3, 5)]
    assert table["kind"].tolist() == ["exact", "exact", "near"]
    assert table["similarity"].tolist() == [1, 1, 1]


def test_a_copy_of_a_near_duplicate_joins_its_group():
    codes = made_up(5)
    codes[1] = codes[3] = with_errors(codes[0], 0.1)
    table = found(codes, ["a", "b", "c", "b", "d"])
    assert pairs_of(table) == [(0, 1), (1, 3)]
    assert group_numbers(table["first"], table["second"], songs=5).tolist() == [0, 0, 2, 0, 4]


def test_a_group_is_told_by_its_first_song():
    codes = np.repeat(made_up(1), 200, axis=0)
    assert pairs_of(found(codes)) == [(0, song) for song in range(1, 200)]


def test_the_ends_of_a_chain_are_told_by_what_joins_them():
    long = made_up(1, frames=480, seed=9)[0]
    codes = np.concatenate([made_up(3), [long[:200], long[140:340], long[280:480]]])
    table = found(codes)
    assert pairs_of(table) == [(3, 4), (4, 5)]
    assert table["shift_seconds"].tolist() == pytest.approx([-140 * HOP] * 2)


@pytest.mark.parametrize("shape", [(0, 50), (1, 50), (2, 0), (2, 1)])
def test_too_little_to_compare_gives_no_pairs(shape):
    table = found(np.ones(shape, dtype=np.uint32))
    assert table.empty
    assert list(table) == ["first", "second", "kind", "shift_seconds", "similarity"]


@pytest.mark.parametrize("code", [0, 0x0F0F0F0F])
def test_silence_is_no_duplicate_of_silence(code):
    codes = made_up(40)
    codes[:, 30:] = 0
    codes[:, 50] = code
    assert found(codes).empty


def test_digests_must_be_as_many_as_fingerprints():
    with pytest.raises(StudyError, match="digests must be as many as the fingerprints, 3, got 2"):
        found(made_up(3), ["a", "b"])


# Not quadratic


def test_songs_that_share_nothing_are_hardly_compared():
    codes = made_up(2000)
    first, *_ = lookup.find_candidates(codes)
    assert len(first) < len(codes)
    assert found(codes).empty


def test_songs_that_share_a_beginning_are_compared_with_few():
    codes = made_up(2000)
    codes[:, :20] = codes[0, :20]
    first, *_ = lookup.find_candidates(codes)
    assert len(first) <= lookup.NEIGHBORS * len(codes)
    assert found(codes).empty


def test_of_many_songs_a_sample_of_codes_is_enough(monkeypatch):
    base = made_up(50, frames=700, seed=3)
    codes = many_codes(base, songs=1000, rng=np.random.default_rng(0))
    monkeypatch.setattr(lookup, "FEW_CODES", 0)
    monkeypatch.setattr(lookup, "ENTRIES", 84 * len(codes))  # as many a song as of 100,000
    named = [pair for pair in pairs_of(found(codes)) if pair[1] >= 990]
    assert named == [(song, song + 990) for song in range(10)]


# Sound


SOUND = (
    "WAV, the same samples",
    "MP3, 64 kbit/s",
    "AAC, 64 kbit/s",
    "Opus, 64 kbit/s",
    "gain −6 dB",
    "gain +3 dB",
    "trim 1 %, start",
    "trim 1 %, end",
    "MP3, 64 kbit/s, −6 dB, shift 3 s",
)


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> tuple:
    """Six songs of two artists, and the variants of two of them."""
    patch = pytest.MonkeyPatch()
    patch.setattr(bench, "SONGS", 6)
    patch.setattr(bench, "SONG_SECONDS", 13.0)
    patch.setattr(bench, "SEGMENTS", (4.0, 10.0))
    patch.setattr(bench, "VARIANTS", {name: VARIANTS[name] for name in SOUND})
    yield bench.plant(bench_song, range(6), chosen=[1, 4], folder=tmp_path_factory.mktemp("songs"))
    patch.undo()


def bench_song(index: int) -> np.ndarray:
    genre, artist = ("House", "one") if index < 3 else ("Hard Rock", "another")
    samples = render_song([genre], seconds=13.0, seed=2, index=index, artist=artist)
    return np.repeat(np.repeat(samples, 2)[:, None], 2, axis=1)


def test_variants_are_found_and_nothing_else(heard):
    scores = bench.score(*heard, chosen=[1, 4], seconds=10.0)
    assert {name: kind["found"] for name, kind in scores["kinds"].items()} == dict.fromkeys(
        SOUND, 2
    )
    assert scores["pairs"] == scores["right"] == 2 * len(SOUND)
    assert min(min(kind["similarity"]) for kind in scores["kinds"].values()) > 0.75
    assert max(scores["different"]) < 0.65


def test_of_four_seconds_a_shift_of_three_leaves_too_little(heard):
    scores = bench.score(*heard, chosen=[1, 4], seconds=4.0)
    missed = {name for name, kind in scores["kinds"].items() if kind["found"] < 2}
    assert missed == {"MP3, 64 kbit/s, −6 dB, shift 3 s"}
    assert scores["pairs"] == scores["right"]


def test_a_planted_file_is_what_its_name_says():
    import io

    import soundfile

    song, before = (np.full((RATE * 6, 2), level, np.float32) for level in (0.5, 0.25))
    shifted = planted_file(song, VARIANTS["shift 3 s"], before=before)
    samples, rate = soundfile.read(io.BytesIO(shifted))
    assert rate == RATE and len(samples) == len(song)
    assert samples[3 * RATE - 1, 0] == 0.25 and samples[3 * RATE, 0] == 0.5
    louder = planted_file(song, VARIANTS["gain +3 dB"], before=before)
    assert soundfile.read(io.BytesIO(louder))[0].max() == pytest.approx(0.5 * 10**0.15, abs=1e-4)
    trimmed = planted_file(song, VARIANTS["trim 1 %, end"], before=before)
    assert soundfile.info(io.BytesIO(trimmed)).frames == round(3.6 * RATE)


def test_rows_of_the_benchmark(heard):
    scores = {"pairs": 5, "right": 4, "kinds": {"a": {"planted": 4, "found": 3},
                                                "b": {"planted": 4, "found": 1}}}  # fmt: skip
    recall, precision = bench.found_rows(scores, seconds="10")
    assert (recall["ratio"], recall["goal"]) == (0.5, 0.95)
    assert (precision["ratio"], precision["goal"]) == (0.8, 1)


# The audit


@pytest.fixture
def four_songs() -> tuple:
    """Songs 0 and 1 are equal, 0 and 3 alike; 0 has other genres than either."""
    codes = made_up(4)
    codes[1] = codes[0]
    codes[3] = with_errors(codes[0], 0.1)
    paths = ["a.mp3", "b <i>.flac", "c.mp3", "d|e.ogg"]
    labels = pd.DataFrame({"Rock": [1, 1, 0, 0], "Pop": [1, 0, 1, 0], "Jazz": [0, 0, 0, 1]})
    images = SimpleNamespace(
        paths=paths,
        fingerprints=codes,
        sound=pd.DataFrame({"digest": ["x", "x", "y", "z"]}, index=paths),
    )
    return images, pd.DataFrame({"path": paths}), labels.astype(bool)


def test_pairs_carry_paths_and_contradictions(four_songs):
    images, _, labels = four_songs
    pairs = duplicate_pairs(images, labels, sample_rate=SAMPLE_RATE)
    assert list(pairs) == [
        "path_1",
        "path_2",
        "kind",
        "shift_seconds",
        "similarity",
        "contradicting",
    ]
    assert pairs["path_2"].tolist() == ["b <i>.flac", "d|e.ogg"]
    assert pairs["contradicting"].tolist() == [True, True]
    labels.iloc[1] = labels.iloc[0]
    again = duplicate_pairs(images, labels, sample_rate=SAMPLE_RATE)
    assert again["contradicting"].tolist() == [False, True]


def test_the_audit_counts_pairs_groups_and_contradictions(four_songs):
    images, songs, labels = four_songs
    pairs = duplicate_pairs(images, labels, sample_rate=SAMPLE_RATE)
    audit = duplicate_audit(pairs, songs, labels, segment_seconds=8.3, sample_rate=SAMPLE_RATE)
    counts = {name: value for name, value in audit.items() if isinstance(value, int)}
    assert counts == {"exact": 1, "near": 1, "groups": 1, "largest": 3, "songs": 3,
                      "contradicting": 2, "disjoint": 1}  # fmt: skip
    assert audit["detector"]["codes"] == 193
    table = duplicate_table(audit)
    assert r"b \<i\>\.flac" in table and r"d\|e\.ogg" in table and "all pairs" in table


def test_without_duplicates_there_is_no_table(four_songs):
    images, songs, labels = four_songs
    pairs = duplicate_pairs(images, labels, sample_rate=SAMPLE_RATE).head(0)
    audit = duplicate_audit(pairs, songs, labels, segment_seconds=8.3, sample_rate=SAMPLE_RATE)
    assert (audit["songs"], audit["largest"], audit["groups"]) == (0, 0, 0)
    assert duplicate_table(audit) == ""
