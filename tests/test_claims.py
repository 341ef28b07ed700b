"""The claims of the paper: each judged on tables that satisfy it and on tables that break it."""

import itertools
import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from scipy import stats

from mgrlib import book, claims, paper, statistics
from mgrlib.claims import pairs as pair_claims
from mgrlib.claims import relations, report
from mgrlib.files import read_json, write_json

DEPTHS = (34, 50, 101, 152)
GENRES = list(paper.TABLE_1)
SIZES = np.array([round(count / 10) for count in paper.TABLE_1.values()])
PLACES = np.random.default_rng(3).permutation(np.linspace(-1, 1, 16))
"""One a genre, symmetric about 0, and not related to the sizes."""
USUAL = {"accuracy": 0.8, "f1": 0.35, "recall": 0.7, "precision": 0.25}
LARGE = (SIZES - SIZES.min()) / (SIZES.max() - SIZES.min())


def base(*, depths=DEPTHS, scales=("linear", "mel"), arm="corpus", genres=16) -> pd.DataFrame:
    """A table in which the genres spread about the usual values, and linear a little wider."""
    cells = itertools.product(range(genres), depths, scales)
    rows = [
        {"genre": GENRES[g], "depth": depth, "scale": scale, "weights": arm, "repeat": 0,
         "n_train": 2 * int(SIZES[g]) * 9, "n_test": 1800, "n_test_positive": int(SIZES[g]),
         "roc_auc": 0.8 + 0.05 * PLACES[g],
         **{name: value + PLACES[g] * (0.05 if scale == "mel" else 0.06)
            for name, value in USUAL.items()}}
        for g, depth, scale in cells
    ]  # fmt: skip
    return pd.DataFrame(rows)


def boxes(metric, centers, *, table=None) -> pd.DataFrame:
    """Boxes of a metric by (scale, depth): median and half width, ``depth`` None for all."""
    table = base() if table is None else table.copy()
    place = table["genre"].map(dict(zip(GENRES, PLACES, strict=True)))
    for (scale, depth), (center, width) in centers.items():
        rows = (table["scale"] == scale) & ((depth is None) | (table["depth"] == depth))
        table.loc[rows, metric] = center + width * place[rows]
    return table


def by_genre(metric, values, *, scale=None, table=None) -> pd.DataFrame:
    """A value a genre, at all depths, with both scales or one."""
    table = base() if table is None else table.copy()
    rows = (table["scale"] == scale) | (scale is None)
    table.loc[rows, metric] = table.loc[rows, "genre"].map(dict(zip(GENRES, values, strict=True)))
    return table


def differing(differences) -> pd.DataFrame:
    """F1 whose linear minus mel is given, a value a genre."""
    table = by_genre("f1", 0.5 + np.asarray(differences), scale="linear")
    return by_genre("f1", np.full(16, 0.5), scale="mel", table=table)


def at_101(better, worse, **more):
    """Accuracy with the better scale ahead at 101 alone, and with neither steadier throughout."""
    centers = {(worse, None): (0.8, 0.06), (better, None): (0.75, 0.05)}
    centers |= {(better, 101): (0.85, 0.05), (better, 34): (0.75, 0.1)} | more.get("others", {})
    return boxes("accuracy", centers, table=base(arm=more.get("arm", "none")))


NORMAL = stats.norm.ppf((np.arange(16) + 0.5) / 16)[np.argsort(np.argsort(PLACES))]
OUTLIER = np.where(PLACES.max() == PLACES, 8.0, NORMAL)
NOISE = np.random.default_rng(5).permutation(NORMAL)


def precision_table(*, signs=(1, -1, 1, -1), step=0.002, level=0.25):
    centers = {("linear", None): (level, 0.06)}
    centers |= {("mel", d): (level + sign * step, 0.05)
                for d, sign in zip(DEPTHS, signs, strict=True)}  # fmt: skip
    return boxes("precision", centers)


def scattered():
    """F1 high throughout, its order among the genres another one at every depth."""
    table = base()
    return table.assign(f1=np.random.default_rng(8).uniform(0.8, 0.9, len(table)))


def largest(*names):
    return differing([0.1 if name in names else 0.01 * k / 16 for k, name in enumerate(GENRES)])


CASES = [
    ("C1", True, lambda: at_101("mel", "linear")),
    ("C1", True, lambda: at_101("linear", "mel")),
    ("C1", False, lambda: at_101("mel", "linear", others={("mel", 50): (0.81, 0.05)})),
    ("C1", False, lambda: at_101("mel", "linear", others={("mel", 34): (0.75, 0.05)})),
    ("C1", False, lambda: base(arm="none")),
    ("C2", True, lambda: boxes("f1", {("mel", None): (0.40, 0.05)})),
    ("C2", False, lambda: boxes("f1", {("mel", None): (0.40, 0.05), ("mel", 50): (0.3, 0.05)})),
    ("C2", False, lambda: boxes("f1", {("mel", None): (0.40, 0.05), ("mel", 50): (0.4, 0.1),
                                       ("mel", 34): (0.4, 0.1)})),
    ("C2b", True, lambda: boxes("f1", {("linear", None): (0.3, 0.2), ("mel", None): (0.35, 0.1)})),
    ("C2b", False, lambda: boxes("f1", {("mel", None): (0.45, 0.06)})),
    ("C2b", False, lambda: boxes("f1", {("mel", None): (0.35, 0.06)})),
    ("C3", True, lambda: boxes("recall", {("mel", None): (0.75, 0.06)})),
    ("C3", False, lambda: boxes("recall", {("mel", None): (0.71, 0.2)})),
    ("C3", False, lambda: boxes("recall", {("mel", None): (0.75, 0.06), ("mel", 34): (0.6, 0.06)})),
    ("C4", True, precision_table),
    ("C4", False, lambda: precision_table(level=0.6)),
    ("C4", False, lambda: precision_table(signs=(1, 1, 1, 1))),
    ("C4", False, lambda: precision_table(step=0.02)),
    ("C4b", True, base),
    ("C4b", False, lambda: boxes("f1", {("mel", 152): (0.72, 0.05)})),
    ("C5", True, lambda: by_genre("f1", 0.2 + 0.5 * LARGE)),
    ("C5", False, lambda: by_genre("f1", 0.7 - 0.5 * LARGE)),
    ("C5", False, lambda: by_genre("f1", 0.5 + 0.2 * LARGE)),
    ("C5", False, lambda: by_genre("f1", 0.5 + 0.4 * PLACES)),
    ("C6", True, base),
    ("C6", False, lambda: by_genre("recall", 0.7 + 0.14 * PLACES)),
    ("C6", False, lambda: by_genre("recall", 0.7 + 0.02 * LARGE)),
    ("C7", True, lambda: by_genre("f1", 0.3 + 0.4 * LARGE,
                                  table=by_genre("precision", 0.2 + 0.5 * LARGE))),
    ("C7", False, lambda: by_genre("precision", 0.7 - 0.5 * LARGE)),
    ("C7", False, lambda: by_genre("f1", 0.4 + 0.2 * PLACES,
                                   table=by_genre("precision", 0.2 + 0.5 * LARGE))),
    ("C8", True, lambda: largest("Hip-Hop", "Rock")),
    ("C8", False, lambda: largest("Hip-Hop", "Electronic")),
    ("C9", True, lambda: differing(0.02 * NORMAL)),
    ("C9", False, lambda: differing(0.02 * OUTLIER)),
    ("C9b", True, lambda: differing(0.02 * NORMAL)),
    ("C9b", False, lambda: differing(0.02 * OUTLIER)),
    ("C10", True, lambda: differing(0.02 * NORMAL - 0.02)),
    ("C10", False, lambda: differing(0.02 * NORMAL + 0.02)),
    ("C10", False, lambda: differing(0.02 * NORMAL - 0.001)),
]  # fmt: skip


def judge(name, table, equal_sizes=None):
    (claim,) = (claim for claim in claims.CLAIMS if claim.id == name)
    return claim.judge(claims.Tables(table, equal_sizes))


@pytest.mark.parametrize(
    ("name", "holds", "table"), CASES, ids=[f"{n}-{h}-{k}" for k, (n, h, _) in enumerate(CASES)]
)
def test_a_claim_holds_on_a_table_made_for_it_and_not_on_one_made_against_it(name, holds, table):
    finding = judge(name, table())
    assert finding.reason is None
    assert finding.holds is holds
    assert finding.shows and finding.numbers


def cut(change):
    """Scores after training on as many songs as the smallest genre has."""
    table = base()
    place = table["genre"].map(dict(zip(GENRES, NOISE, strict=True)))
    smallest = table["n_train"].min()
    return table.assign(n_train=smallest, f1=table["f1"] - change + 0.01 * place,
                        roc_auc=table["roc_auc"] - change / 2 + 0.01 * place)  # fmt: skip


@pytest.mark.parametrize(("change", "holds"), [(0.05, True), (0.002, False), (-0.05, False)])
def test_more_songs_raise_f1_where_the_cut_lowers_it(change, holds):
    finding = judge("C5b", base(), cut(change))
    assert finding.holds is holds
    assert finding.numbers["gain in f1"]["n"] == 15  # Jazz is the smallest and was not cut
    assert finding.numbers["gain in f1"]["mean"] == pytest.approx(change, abs=0.002)
    assert finding.numbers["gain in roc_auc"]["mean"] == pytest.approx(change / 2, abs=0.002)
    assert set(finding.numbers["size_correlation with equal sizes"]) == {"linear", "mel"}


def test_every_claim_of_the_paper_is_there_once_and_in_order():
    assert [claim.id for claim in claims.CLAIMS] == [
        "C1", "C2", "C2b", "C3", "C4", "C4b", "C5", "C5b", "C6", "C7", "C8", "C9", "C9b", "C10",
    ]  # fmt: skip
    judged = {name for name, *_ in CASES} | {"C5b"}
    assert judged == {claim.id for claim in claims.CLAIMS}


# What is read


def test_both_readings_of_the_accuracy_claim_are_judged_on_the_arm_without_transfer():
    table = at_101("mel", "linear")
    other = base(arm="imagenet")
    finding = judge("C1", pd.concat([other, table.assign(weights="none")]))
    assert finding.numbers["arm"] == "none"
    assert finding.numbers["mel better at 101 alone"] is True
    assert finding.numbers["linear better at 101 alone"] is False
    assert finding.holds


def test_the_accuracy_claim_is_shown_but_not_decided_on_networks_with_transfer_learning():
    finding = judge("C1", at_101("mel", "linear", arm="imagenet"))
    assert finding.holds is None and "has no arm none" in finding.reason
    assert finding.numbers["mel better at 101 alone"] is True
    assert "Higher median accuracy with mel at 101" in finding.shows


def test_the_numbers_are_those_of_the_figures_and_of_the_test():
    table = differing(0.02 * NOISE - 0.01)
    assert (
        judge("C10", table).numbers["paired_t"]
        == (statistics.arm_statistics(table, arm="corpus")["paired_t"])
    )
    expected = statistics.compare_depths(table, metric="accuracy", arm="corpus")
    found = pd.DataFrame(judge("C1", table).numbers["by_depth"]).set_index("depth")
    for name in ("n", "linear", "mel", "difference"):
        np.testing.assert_allclose(found[name], expected[name])
    quartile = table[(table["depth"] == 50) & (table["scale"] == "mel")]["accuracy"].quantile(0.25)
    assert found.loc[50, "mel_q1"] == pytest.approx(quartile)


def test_the_largest_differences_are_named_and_judged_by_size_beside():
    finding = judge("C8", largest("Hip-Hop", "Rock"))
    assert finding.numbers["largest"] == ["Hip-Hop", "Rock"]
    assert finding.numbers["both are among the 3 largest genres"] is True
    other = judge("C8", largest("Electronic", "Jazz"))
    assert other.numbers["both are among the 3 largest genres"] is False


def test_genres_of_other_names_leave_the_largest_differences_undecided_but_stated():
    table = largest("Electronic", "Rock").replace({"genre": {"Rock": "Stone"}})
    finding = judge("C8", table)
    assert finding.holds is None and finding.reason == "the run has no genre Rock"
    assert finding.numbers["largest"] == ["Electronic", "Stone"]
    assert finding.numbers["both are among the 3 largest genres"] is True


def test_figures_by_genre_are_judged_at_the_depth_that_is_nearest_to_50():
    table = base(depths=(18, 34))
    assert judge("C5", table).numbers["depth"] == 34
    assert judge("C8", table).numbers["depth"] == 34


def test_a_claim_on_genres_is_judged_with_the_scale_that_there_is():
    table = by_genre("f1", 0.2 + 0.5 * LARGE)
    one = judge("C5", table[table["scale"] == "mel"])
    assert one.holds and set(one.numbers["n"]) == {"mel"}
    broken = by_genre("f1", 0.7 - 0.5 * LARGE, scale="linear", table=table)
    assert judge("C5", broken).holds is False


def test_recall_that_is_the_same_for_all_genres_is_uniform():
    finding = judge("C6", base().assign(recall=0.7))
    assert finding.holds is True and finding.beyond_noise is False


@pytest.mark.parametrize(
    ("name", "table", "beyond"),
    [
        ("C1", lambda: at_101("mel", "linear"), True),
        ("C1", lambda: boxes("accuracy", {("mel", None): (0.8, 0.05)}), False),
        ("C2", base, False),
        ("C2b", lambda: by_genre("f1", np.full(16, 0.3), scale="linear", table=scattered()), True),
        ("C3", lambda: boxes("recall", {("mel", None): (0.6, 0.05)}), True),
        ("C4", precision_table, False),
        ("C4", lambda: precision_table(step=0.05), True),
        ("C6", lambda: by_genre("recall", 0.5 + 0.4 * PLACES), True),
        ("C8", lambda: differing(0.01 + 0.1 * LARGE), True),
        ("C9b", lambda: differing(0.02 * OUTLIER), True),
    ],
)
def test_what_is_beyond_noise_is_a_test_s_answer_in_either_direction(name, table, beyond):
    finding = judge(name, table())
    assert finding.beyond_noise is beyond
    assert finding.noise


# Words and files


@pytest.mark.parametrize(
    ("evidence", "yes", "no"),
    [
        ("music", "reproduced", "not reproduced"),
        ("synthetic", "agrees on synthetic songs", "disagrees on synthetic songs"),
        (None, "agrees", "disagrees"),
        ("hearsay", "agrees", "disagrees"),
    ],
)
def test_only_music_reproduces_a_claim(evidence, yes, no):
    assert claims.verdict(True, evidence) == yes
    assert claims.verdict(False, evidence) == no
    assert claims.verdict(None, evidence) == "not decidable here"
    found = {entry["verdict"] for entry in claims.ledger(claims.Tables(base()), evidence=evidence)}
    assert found <= {yes, no, "not decidable here"} and yes in found


KEYS = ["id", "text", "rule", "numbers", "verdict", "evidence", "page", "figure", "shows", "reason",
        "beyond_noise", "noise"]  # fmt: skip


def test_an_entry_has_all_keys_and_survives_as_strict_json(tmp_path):
    entries = claims.ledger(
        claims.Tables(untrained(scattered()), untrained(cut(0.05))), evidence="music"
    )
    write_json(tmp_path / "claims.json", entries)
    stored = json.loads((tmp_path / "claims.json").read_text("utf-8"), parse_constant=pytest.fail)
    for entry in stored:
        assert list(entry) == KEYS
        assert entry["evidence"] == "music"
        assert entry["page"].startswith("notebooks/") and entry["page"].endswith(".html")
        assert entry["reason"] is None
        assert entry["beyond_noise"] in (True, False)
        assert "arm" in entry["numbers"]


def test_results_made_elsewhere_have_unknown_evidence():
    entries = claims.ledger(claims.Tables(base()), evidence=None)
    assert {entry["evidence"] for entry in entries} == {"unknown"}


def test_a_finding_without_an_answer_needs_a_reason():
    with pytest.raises(ValueError, match="reason"):
        claims.Finding()
    with pytest.raises(ValueError, match="reason"):
        claims.Finding(holds=True, reason="none")


def test_the_text_of_a_claim_states_rule_numbers_and_reason_with_tags_escaped():
    table = largest("Hip-Hop", "Rock").replace({"genre": {"Rock": "<b>|x"}})
    entries = claims.ledger(claims.Tables(table), evidence=None)
    text = "\n".join(map(claims.claim_text, entries))
    assert "<b>" not in text and r"\<b\>\|x" in text
    assert "*Rule.* One scale has the higher median accuracy" in text
    assert "The run has no genre Rock" in text.replace("\\", "")


def test_the_tables_of_a_claim_have_its_depths_or_scales():
    entries = {e["id"]: e for e in claims.ledger(claims.Tables(base()), evidence=None)}
    by_depth, tests = claims.claim_tables(entries["C2"])
    assert list(by_depth) == list(DEPTHS) and (by_depth.loc["n"] == "16").all()
    (by_scale,) = claims.claim_tables(entries["C7"])
    assert list(by_scale) == ["linear", "mel"]
    medians = claims.claim_tables(entries["C4"])[0]
    assert medians.loc["p_holm", 34] == "1.0000"
    paired = entries["C2"]["numbers"]["paired_t"]
    assert tests.loc["paired t", "p"] == report.cell_words(paired["p"])
    assert tests.loc["paired t", "high"] == report.cell_words(paired["interval"][1])
    assert tests.loc["pitman morgan", "n"] == "16"
    tests, differences = claims.claim_tables(entries["C8"])
    assert list(tests.index) == ["spearman with size"]
    assert len(differences) == 16 and list(differences) == ["differences"]


def test_the_ledger_shows_whole_sentences_escaped():
    table = claims.ledger_table(claims.ledger(claims.Tables(base()), evidence="music"))
    assert list(table.index) == [claim.id for claim in claims.CLAIMS]
    table.loc["C1", "This run shows"] = "<b> " + 40 * "long "
    html = claims.as_html(table)
    assert "&lt;b&gt; " + (40 * "long ").strip() in html and "..." not in html


def test_a_value_is_shown_or_a_dash():
    assert report.value_words(math.nan) == report.value_words(None) == "–"
    assert report.value_words([]) == "none"
    assert report.value_words(-0.25) == "−0\\.25"


def test_the_book_is_built_again_when_the_ledger_changes(tmp_path):
    before = book._book_stamp(tmp_path)
    (tmp_path / "claims.json").write_text("[]", "utf-8")
    assert book._book_stamp(tmp_path) != before


# What can't be judged


def untrained(table: pd.DataFrame) -> pd.DataFrame:
    """The same table without transfer learning, of which all claims can be judged."""
    return table.replace({"weights": {"corpus": "none"}})


ALL = {claim.id for claim in claims.CLAIMS}
SCALES = {"C1", "C2", "C2b", "C3", "C4", "C4b", "C8", "C9", "C9b", "C10"}
DEGENERATE = {
    "one scale": (lambda: base(scales=("mel",)), SCALES, "no linear images"),
    "other scales": (lambda: base(scales=("bark", "erb")), ALL, "no linear and no mel images"),
    "one depth": (lambda: base(depths=(50,)), {"C1", "C2", "C3", "C4", "C4b"}, "only ResNet50 has"),
    "no 101": (lambda: base(depths=(34, 50)), {"C1"}, "the run has no ResNet101"),
    "two genres": (lambda: base(genres=2), ALL, "at least 3 genres"),
    "no depth": (lambda: base().assign(depth=np.nan), ALL, "no depth has"),
    "no accuracy": (lambda: base().drop(columns="accuracy"), {"C1", "C4", "C4b"},
                    "no column accuracy"),
    "no recall": (lambda: base().drop(columns="recall"), {"C3", "C4", "C6", "C7"},
                  "no column recall"),
    "no value": (lambda: base().assign(f1=np.nan), ALL - {"C1", "C3", "C6"}, "no depth has"),
    "no sizes": (lambda: base().drop(columns="n_test_positive"), {"C5", "C6", "C7"},
                 "sizes of the genres are not recorded"),
    "one size": (lambda: base().assign(n_test_positive=9), {"C5", "C6", "C7"}, "values are equal"),
    "no difference": (lambda: by_genre("f1", 0.5 + 0.1 * PLACES), {"C8", "C9", "C9b", "C10"},
                      "all 16 values are equal"),
    "one value": (lambda: base().assign(accuracy=0.5, f1=0.5, recall=0.5, precision=0.5),
                  {"C5", "C7", "C8", "C9", "C9b", "C10"}, "are equal"),
    "no recall of any song": (lambda: base().assign(recall=0.0, precision=0.0),
                              {"C6", "C7"}, "is 0 for every genre"),
    "constant precision gap": (lambda: boxes("precision", {("mel", None): (0.26, 0.06)}), {"C4"},
                               "is the same for every genre"),
    "baseline alone": (lambda: base(arm="baseline"), ALL, "no row of a binary network"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "undecided", "reason"), DEGENERATE.values(), ids=list(DEGENERATE)
)
def test_what_can_t_be_judged_says_why_and_never_raises(table, undecided, reason):
    findings = claims.judge_claims(claims.Tables(untrained(table())))
    assert {n for n, finding in findings.items() if finding.holds is None} == undecided | {"C5b"}
    reasons = {finding.reason for finding in findings.values() if finding.reason}
    assert any(reason in said for said in reasons)


@pytest.mark.parametrize(
    ("equal_sizes", "reason"),
    [
        (None, "no networks trained on subsets of equal sizes"),
        (base(arm="none"), "the arm corpus was not trained on subsets of equal sizes"),
        (base(), "no genre has the values"),
        (cut(0.1).drop(columns="n_train"), "sizes of the training subsets are not recorded"),
        (cut(0.1)[lambda t: t["genre"].isin(GENRES[:2])], "2 pairs, fewer than the 3"),
    ],
)
def test_what_the_experiment_of_equal_sizes_can_t_say(equal_sizes, reason):
    finding = judge("C5b", base(), equal_sizes)
    assert finding.holds is None and reason in finding.reason


def test_equal_sizes_without_roc_auc_still_judge_f1():
    finding = judge("C5b", base().drop(columns="roc_auc"), cut(0.05))
    assert finding.holds is True
    assert "ROC-AUC by an unknown amount" in finding.shows


def test_repeats_and_a_third_scale_change_nothing_but_the_means():
    table = base()
    more = pd.concat([table, table.assign(repeat=1), table.assign(scale="linear-bands", f1=0.9)])
    for name, finding in claims.judge_claims(claims.Tables(more)).items():
        assert finding.holds == judge(name, table).holds


# Tests of the judges


def test_sign_flips_count_all_flips():
    differences = [3.0, 0.0, -1.0, 2.0, 1.0]
    flips = itertools.product((-1, 1), repeat=5)
    sums = [abs(np.dot(flip, differences)) for flip in flips]
    assert relations.sign_flips(differences) == pytest.approx(np.mean(np.array(sums) >= 5))
    assert relations.sign_flips([0.0, 0.0]) == relations.sign_flips([2.0]) == 1.0


def test_pitman_morgan_is_the_t_test_of_the_variance_ratio():
    rng = np.random.default_rng(1)
    x = rng.normal(size=20)
    y = 0.5 * x + 0.4 * rng.normal(size=20)
    ratio, r = x.var(ddof=1) / y.var(ddof=1), np.corrcoef(x, y)[0, 1]
    t = (ratio - 1) * math.sqrt(18) / (2 * math.sqrt(ratio * (1 - r**2)))
    found = relations.pitman_morgan(x, y)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 18))
    assert found.statistic > 0  # the first varies more


def test_homogeneity_is_the_chi_square_of_counts():
    found, of = np.array([5.0, 8.0, 30.0]), np.array([10.0, 20.0, 40.0])
    share = found.sum() / of.sum()
    expected = ((found - of * share) ** 2 / (of * share * (1 - share))).sum()
    test = relations.homogeneity(found, of)
    assert test.statistic == pytest.approx(expected)
    assert test.p == pytest.approx(stats.chi2.sf(expected, 2))
    assert relations.homogeneity(of, of).p == relations.homogeneity(0 * of, of).p == 1.0
    assert relations.homogeneity(found, [10, np.nan, 40]).reason == "the counts are not recorded"


@pytest.mark.parametrize("function", [statistics.pearson, statistics.spearman])
def test_correlations_are_scipy_s_or_say_why_not(function):
    x, y = np.random.default_rng(2).normal(size=(2, 12))
    oracle = {statistics.pearson: stats.pearsonr, statistics.spearman: stats.spearmanr}[function]
    test = function(x, y)
    assert (test.statistic, test.p) == pytest.approx(tuple(oracle(x, y)))
    assert "equal" in function(x, np.ones(12)).reason


def test_points_outside_the_band_are_counted_as_the_plot_draws_them():
    chance = pair_claims.outside_by_chance(12)
    samples = np.random.default_rng(0).normal(size=(pair_claims.SAMPLES, 12))
    expected = [len(pair_claims.outside(statistics.quantile_pairs(s))) for s in samples[:300]]
    assert list(chance[:300]) == expected
    points = statistics.quantile_pairs(pd.Series(OUTLIER, index=GENRES))
    assert pair_claims.outside(points)[-1] == GENRES[int(OUTLIER.argmax())]


# Chance


def test_exchanging_all_genres_turns_every_difference():
    tables = claims.Tables(differing(0.02 * NORMAL - 0.02))
    turned = tables.exchange(GENRES)
    for depth in (None, *DEPTHS):
        before, after = (t._pairs("f1", "corpus")[depth] for t in (tables, turned))
        np.testing.assert_allclose(after["difference"], -before["difference"])
        np.testing.assert_allclose(after["linear"], before["mel"])
    assert judge("C10", tables.metrics).holds
    assert claims.judge_claims(turned)["C10"].holds is False


def test_exchanging_one_genre_leaves_the_others():
    tables = claims.Tables(differing(0.02 * NORMAL))
    before, after = (t.pairs("f1", arm="corpus") for t in (tables, tables.exchange(["Jazz"])))
    changed = before.index[~np.isclose(before["difference"], after["difference"])]
    assert list(changed) == ["Jazz"]


def test_what_chance_gives_is_the_same_each_time_and_rare_for_a_clear_difference():
    tables = claims.Tables(untrained(differing(0.02 * NORMAL - 0.03)))
    first, again = (
        claims.exchanged_verdicts(tables, rng=np.random.default_rng(0), times=10) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert claims.observed_verdicts(tables)["C10"]
    assert first["C10"].mean() <= 0.2
    assert list(first) == [claim.id for claim in claims.COMPARING]


def test_claims_that_can_t_be_judged_are_not_left_to_chance():
    tables = claims.Tables(base(depths=(34, 50)))
    found = claims.exchanged_verdicts(tables, rng=np.random.default_rng(0), times=2)
    assert list(found) == [c.id for c in claims.COMPARING if c.id != "C1"]


# The notebook


@pytest.fixture
def few_exchanges(monkeypatch):
    """The page asks for many exchanges, which take seconds."""
    every = claims.exchanged_verdicts
    monkeypatch.setattr(
        claims, "exchanged_verdicts", lambda *args, rng, times: every(*args, rng=rng, times=5)
    )


def write(folder, table, *, study=None, equal_sizes=None):
    (folder / "results").mkdir(parents=True)
    table.to_csv(folder / "results" / "metrics.csv", index=False)
    if equal_sizes is not None:
        equal_sizes.to_csv(folder / "results" / "equal_sizes.csv", index=False)
    if study:
        write_json(folder / "study.json", study)
    return folder


@pytest.mark.usefixtures("few_exchanges")
def test_the_notebook_writes_the_ledger_of_a_whole_run(tmp_path):
    study = {"evidence": "synthetic", "corpus_words": "960 synthetic songs"}
    folder = write(tmp_path / "run", differing(0.02 * NORMAL - 0.02), study=study,
                   equal_sizes=cut(0.05))  # fmt: skip
    said = words(run_cells("07_claims", run=str(folder))).replace("\\", "")
    entries = read_json(folder / "claims.json")
    assert [entry["id"] for entry in entries] == [claim.id for claim in claims.CLAIMS]
    verdicts = {entry["id"]: entry["verdict"] for entry in entries}
    assert verdicts["C10"] == verdicts["C5b"] == "agrees on synthetic songs"
    assert "reproduced" not in said
    assert "<td>F1 is higher with mel: paired t = −3.5872, p = 0.0027.</td>" in said
    assert re.search(r"Verdicts on 14 claims: \d+ × agrees on synthetic songs, \d+ × ", said)
    assert "Synthetic songs are no evidence about music" in said
    assert "At least as many agree in" in said


@pytest.mark.usefixtures("few_exchanges")
def test_the_notebook_serves_on_metrics_alone(tmp_path):
    folder = write(tmp_path / "elsewhere", base())
    said = words(run_cells("07_claims", run=str(folder)))
    assert {entry["evidence"] for entry in read_json(folder / "claims.json")} == {"unknown"}
    assert "The run has no networks trained on subsets of equal sizes" in said.replace("\\", "")
    assert "Arm of C1: corpus" in said


@pytest.mark.usefixtures("few_exchanges")
@pytest.mark.parametrize("case", ["one scale", "two genres", "no depth", "one value"])
def test_the_notebook_says_what_can_t_be_judged(tmp_path, case):
    table, undecided, reason = DEGENERATE[case]
    folder = write(tmp_path / "run", untrained(table()))
    said = words(run_cells("07_claims", run=str(folder))).replace("\\", "")
    entries = read_json(folder / "claims.json")
    found = {entry["id"] for entry in entries if entry["verdict"] == "not decidable here"}
    assert found == undecided | {"C5b"}
    assert reason[1:] in said  # its first letter becomes a capital
