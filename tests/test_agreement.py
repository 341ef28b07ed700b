"""Where the scales disagree: counts, agreement and confusion against independent oracles."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from matplotlib.patches import Rectangle
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from mgrlib import disputed, figures, rankings, results, statistics
from mgrlib.errors import RunError
from mgrlib.metrics import binary_metrics
from mgrlib.statistics.agreement.answers import network_answers
from mgrlib.statistics.agreement.confusion import (
    ENOUGH,
    confusion_tests,
    describe_confusions,
    explained_by_company,
    most_confused,
)
from mgrlib.statistics.agreement.discordance import gap_stability, pooled, song_test
from mgrlib.statistics.agreement.networks import (
    CHANGES,
    MEASURES,
    kappas,
    larger_change,
    scale_minus_depth_by_song,
)
from mgrlib.statistics.outcome import Outcome

GENRES = ("Rock", "Jazz", "R&B", "<b>Folk</b>")
REFERENCES = {"joint": (34, 50), "baseline": (0,)}


def made_up(
    *, genres=GENRES, depths=(34, 50), scales=("linear", "mel"), repeats=1, songs=60, seed=0,
    own=0.7, references=True,
):  # fmt: skip
    """Answers of networks that hear the same song; `own` is what each hears by itself."""
    rng = np.random.default_rng(seed)
    rows = {"none": depths} | (REFERENCES if references else {})
    parts = []
    for repeat in range(repeats):
        truth = rng.random((songs, len(genres))) < np.linspace(0.45, 0.2, len(genres))
        truth[: len(genres)] |= np.eye(len(genres), dtype=bool)
        heard = rng.normal(1.6 * truth - 0.8, 1)
        for weights, own_depths in rows.items():
            for depth, scale in itertools.product(own_depths, scales):
                logits = heard + own * rng.normal(size=heard.shape)
                for column, genre in enumerate(genres):
                    cell = {"genre": genre, "depth": depth, "scale": scale, "weights": weights}
                    cell |= {"repeat": repeat, "truth": truth[:, column]}
                    cell |= {"path": [f"r{repeat}/song {i:02d}.wav" for i in range(songs)]}
                    cell["probability"] = 1 / (1 + np.exp(-logits[:, column]))
                    parts.append(pd.DataFrame(cell))
    return pd.concat(parts, ignore_index=True)[results.PREDICTION_COLUMNS]


def said(table: dict, *, truth: dict, weights="none") -> pd.DataFrame:
    """Predictions from ``{(depth, scale): {genre: [probability of each song]}}``."""
    parts = [
        pd.DataFrame(
            {"path": [f"{i}" for i in range(len(probability))], "genre": genre, "depth": depth,
             "scale": scale, "weights": weights, "repeat": 0,
             "truth": np.array(truth[genre], dtype=bool), "probability": probability}
        )
        for (depth, scale), genres in table.items()
        for genre, probability in genres.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def answers_of(predictions, arm="none"):
    return network_answers(predictions, arm=arm)


def one(predictions, *, genre, depth, scale, weights="none", repeat=0):
    """Truth and probability of one network, songs by path."""
    keys = {"genre": genre, "depth": depth, "scale": scale, "weights": weights, "repeat": repeat}
    rows = predictions
    for name, value in keys.items():
        rows = rows[rows[name] == value]
    rows = rows.sort_values("path")
    return rows["truth"].to_numpy(), rows["probability"].to_numpy()


# -- the answers


def test_networks_are_ordered_by_row_scale_and_depth():
    shuffled = made_up(depths=(152, 34)).sample(frac=1, random_state=1)
    networks = list(answers_of(shuffled).probability)
    assert networks[:4] == [("none", d, s) for s in ("linear", "mel") for d in (34, 152)]
    assert networks[4:8] == [("joint", d, s) for s in ("linear", "mel") for d in (34, 50)]
    assert networks[8:] == [("baseline", 0, "linear"), ("baseline", 0, "mel")]


def test_genres_are_ordered_by_their_positive_songs():
    predictions = made_up()
    sizes = answers_of(predictions).sizes()
    network = predictions.query("weights == 'none' and depth == 34 and scale == 'mel'")
    assert sizes.to_dict() == network.groupby("genre")["truth"].sum().to_dict()
    assert sizes.is_monotonic_decreasing


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="truth"), "lack the columns truth"),
        (lambda t: pd.concat([t, t.head(3)]), "3 answers of the predictions are there twice"),
        (lambda t: t.assign(truth=t["truth"] ^ (t["scale"] == "mel")), "contradict themselves"),
    ],
)
def test_predictions_that_can_not_be_right_are_refused(change, message):
    with pytest.raises(RunError, match=message):
        answers_of(change(made_up()))


@pytest.mark.parametrize(
    ("predictions", "arm", "reason"),
    [
        (None, "none", "no results/predictions.parquet"),
        (made_up(), "imagenet", "no answer of the arm imagenet"),
        (made_up().head(0), "none", "no answer of the arm none"),
        (made_up().assign(probability=np.nan), "none", "no answer of the arm none"),
    ],
)
def test_without_answers_there_is_a_reason(predictions, arm, reason):
    assert reason in answers_of(predictions, arm).reason
    numbers = statistics.agreement_numbers(predictions, arm=arm)
    assert list(numbers) == ["reason"] and reason in numbers["reason"]


def test_a_baseline_without_a_depth_is_read():
    predictions = made_up()
    predictions["depth"] = predictions["depth"].where(predictions["weights"] != "baseline")
    assert ("baseline", 0, "mel") in answers_of(predictions).probability


# -- right with one, wrong with the other

TRUTH = {"Rock": [1, 1, 1, 0, 0, 0, 0, 0], "Jazz": [0, 0, 0, 0, 0, 0, 1, 1]}
LINEAR = {"Rock": [0.9, 0.5, 0.1, 0.1, 0.2, 0.6, 0.7, 0.0], "Jazz": [0.1] * 6 + [0.9, 0.2]}
MEL = {"Rock": [0.9, 0.4, 0.2, 0.1, 0.8, 0.1, 0.9, 0.0], "Jazz": [0.1] * 5 + [0.9, 0.9, 0.8]}
HAND = said({(50, "linear"): LINEAR, (50, "mel"): MEL}, truth=TRUTH)


def test_songs_are_counted_by_hand():
    table = statistics.discordance(answers_of(HAND), depth=50)
    columns = ["songs", "both", "first", "second", "neither"]
    assert table.columns.tolist() == columns
    assert table.loc["positive", "Rock"].tolist() == [3, 1, 1, 0, 1]
    assert table.loc["negative", "Rock"].tolist() == [5, 2, 1, 1, 1]
    assert table.loc["all", "Rock"].tolist() == [8, 3, 2, 1, 2]
    assert table.loc["positive", "Jazz"].tolist() == [2, 1, 0, 1, 0]
    assert table.loc["negative", "Jazz"].tolist() == [6, 5, 1, 0, 0]
    assert pooled(table).loc["all"].tolist() == [16, 9, 3, 2, 2]


@pytest.mark.parametrize("row", ["none", "joint", "baseline"])
def test_four_counts_make_the_accuracy_of_both_scales(row):
    predictions = made_up()
    table = statistics.discordance(answers_of(predictions), depth=34, row=row).loc["all"]
    depth = 0 if row == "baseline" else 34
    for genre in GENRES:
        counts = table.loc[genre]
        for scale, own in (("linear", "first"), ("mel", "second")):
            truth, p = one(predictions, genre=genre, depth=depth, scale=scale, weights=row)
            accuracy = binary_metrics(truth, p)["accuracy"]
            assert (counts["both"] + counts[own]) / counts["songs"] == pytest.approx(accuracy)


@pytest.mark.parametrize(("first", "second"), [(9, 1), (1, 9), (5, 5), (0, 4), (1, 0), (30, 52)])
def test_mcnemar_as_statsmodels_has_it(first, second):
    test = statistics.mcnemar(first, second)
    oracle = statsmodels_mcnemar([[100, first], [second, 50]], exact=True)
    assert test.p == pytest.approx(oracle.pvalue)
    assert test.effect == pytest.approx(first / (first + second))
    assert test.interval[0] <= test.effect <= test.interval[1]


def test_mcnemar_without_a_disagreement_says_so():
    assert "same songs" in statistics.mcnemar(0, 0).reason


def test_holm_by_hand_leaves_out_what_was_not_tested():
    corrected = statistics.holm(pd.Series([0.03, np.nan, 0.01, 0.04], index=list("abcd")))
    assert corrected.drop("b").tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert math.isnan(corrected["b"])


def test_each_kind_of_songs_is_a_family_of_its_own():
    tested = statistics.scale_tests(statistics.discordance(answers_of(made_up()), depth=50))
    for kind in ("all", "positive", "negative"):
        rows = tested.loc[kind]
        assert rows["p_holm"].to_numpy() == pytest.approx(
            statistics.holm(rows["p"]).to_numpy(), nan_ok=True
        )
        assert (rows["p_holm"].dropna() >= rows["p"].dropna()).all()


def test_balanced_is_the_difference_of_balanced_accuracies():
    predictions = made_up()
    tested = statistics.scale_tests(statistics.discordance(answers_of(predictions), depth=50))
    shown = statistics.genre_table(tested)["both", "balanced"]
    for genre in GENRES:
        linear, mel = (
            binary_metrics(*one(predictions, genre=genre, depth=50, scale=s))["balanced_accuracy"]
            for s in ("linear", "mel")
        )
        assert shown[genre] == pytest.approx(linear - mel)


def test_the_song_is_the_unit_of_the_pooled_test():
    predictions = made_up(seed=3)
    test = song_test(answers_of(predictions), depth=50)
    net = np.zeros(60)
    for genre in GENRES:
        for scale, sign in (("linear", 1), ("mel", -1)):
            truth, p = one(predictions, genre=genre, depth=50, scale=scale)
            net += sign * ((p >= 0.5) == truth)
    oracle = stats.ttest_1samp(net, 0)
    assert (test.n, test.statistic) == (60, pytest.approx(oracle.statistic))
    assert test.p == pytest.approx(oracle.pvalue)


def test_a_genre_without_positives_is_not_tested_and_is_drawn_as_such():
    lost = made_up().assign(truth=lambda t: t["truth"] & (t["genre"] != "Jazz"))
    tested = statistics.scale_tests(statistics.discordance(answers_of(lost), depth=50))
    assert tested.loc[("positive", "Jazz"), ["difference", "p", "p_holm"]].isna().all()
    assert tested.loc[("negative", "Jazz"), "difference"] == pytest.approx(
        tested.loc[("all", "Jazz"), "difference"]
    )
    figure = drawn(figures.draw_disagreement, answers_of(lost), depth=50)
    assert text_of(figure) == "no songs"


def test_a_song_of_two_repeats_counts_once():
    twice = pd.concat([HAND, HAND.assign(repeat=1, probability=0.99)])
    expected = statistics.discordance(answers_of(HAND), depth=50)
    pd.testing.assert_frame_equal(statistics.discordance(answers_of(twice), depth=50), expected)


def test_words_name_the_counts_and_how_readily_each_says_yes():
    text = statistics.describe_discordance(answers_of(HAND), depth=50)
    assert (
        "16 answers with each scale: 9 are right with both, 3 with linear alone, 2 with mel" in text
    )
    yes = [sum(p >= 0.5 for v in t.values() for p in v) / 16 for t in (LINEAR, MEL)]
    said = [f"{100 * share:.1f} %" for share in yes]
    assert f"Linear says yes to {said[0]} of them and mel to {said[1]}" in text


# -- the songs


def test_gaps_are_the_losses_that_the_rankings_have():
    predictions = made_up(repeats=2)
    gaps = statistics.song_gaps(answers_of(predictions))
    assert gaps.columns.tolist() == [34, 50] and len(gaps) == 60
    linear, mel = (
        rankings.song_losses(predictions[predictions["scale"] == s], depth=34, arm="none")
        for s in ("linear", "mel")
    )
    assert gaps[34].to_numpy() == pytest.approx((linear - mel).reindex(gaps.index).to_numpy())


def test_certain_and_wrong_costs_no_more_than_in_the_metrics():
    table = said({(50, "linear"): {"Rock": [0.0]}, (50, "mel"): {"Rock": [1.0]}},
                 truth={"Rock": [1]})  # fmt: skip
    assert statistics.song_gaps(answers_of(table))[50].tolist() == pytest.approx([36.04], abs=0.01)


@pytest.mark.parametrize(("gaps", "expected"), [
    ({34: [1, 2, 3, 4], 50: [2, 4, 6, 9]}, 1), ({34: [1, 2, 3], 50: [3, 2, 1]}, -1),
    ({34: [1, 2, 3]}, math.nan), ({34: [1, 2, 3], 50: [0, 0, 0]}, math.nan), ({}, math.nan),
])  # fmt: skip
def test_stable_gaps_correlate_over_the_depths(gaps, expected):
    assert gap_stability(pd.DataFrame(gaps)) == pytest.approx(expected, nan_ok=True)


def test_disputed_songs_are_on_their_side_of_zero():
    gaps = pd.Series({"a": -0.3, "b": 0.1, "c": 0.5, "d": 0.0, "e": -0.1, "f": np.nan})
    assert disputed.most_disputed(gaps, n=5) == (["a", "e"], ["c", "b"])


def test_a_song_is_shown_by_its_name_and_never_by_its_path(tmp_path):
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "songs.csv").write_text(
        "path,title,artist\nsecret/0.wav,<i>One|Two</i>,007\nsecret/1.wav,,\n"
    )
    names = disputed.song_names(tmp_path)
    predictions = HAND.assign(path="secret/" + HAND["path"] + ".wav")
    asked = {"depth": 50, "arm": "none", "scales": ("linear", "mel")}
    paths = [f"secret/{i}.wav" for i in range(3)]
    text = disputed.song_list(paths, predictions, names, **asked)
    lines = text.splitlines()
    assert r"\<i\>One\|Two\<\/i\> by 007" in lines[0] and "**Rock** 0.90" in lines[1]
    assert lines[3] == "- **a song without a title**, has: Rock"
    assert lines[4].startswith("  - linear (") and lines[4].endswith("says **Rock** 0.50")
    assert "misses Rock 0.40" in lines[5] and "not in the catalog" in lines[6]
    assert "secret" not in text


def test_results_made_elsewhere_have_no_names(tmp_path):
    assert disputed.song_names(tmp_path).empty


# -- agreement


def test_every_kappa_is_that_of_scikit_learn():
    rng = np.random.default_rng(5)
    yes = rng.random((40, 6)) < np.linspace(0.1, 0.9, 6)
    found = kappas(yes)
    for i, j in itertools.product(range(6), repeat=2):
        assert found[i, j] == pytest.approx(cohen_kappa_score(yes[:, i], yes[:, j]))


def test_kappa_of_constant_answers_is_undefined_only_where_they_are_the_same():
    yes = np.array([[1, 1, 0, 1], [1, 1, 0, 0], [1, 1, 0, 1]], dtype=bool)
    found = kappas(yes)
    assert np.isnan(found[0, 1]) and np.isnan(found[0, 0])
    assert found[0, 2] == 0 and found[0, 3] == pytest.approx(
        cohen_kappa_score(yes[:, 0], yes[:, 3])
    )


def test_agreement_is_the_mean_over_repeats_and_genres():
    predictions = made_up(repeats=2)
    agreement = statistics.pair_agreement(answers_of(predictions))
    pair = {"depth": 34, "scale": "linear"}, {"depth": 50, "scale": "mel", "weights": "joint"}
    cells = {measure: [] for measure in MEASURES}
    for repeat, genre in itertools.product(range(2), GENRES):
        (truth, p), (_, q) = (one(predictions, genre=genre, repeat=repeat, **n) for n in pair)
        cells["kappa"].append(cohen_kappa_score(p >= 0.5, q >= 0.5))
        cells["errors"].append(cohen_kappa_score((p >= 0.5) == truth, (q >= 0.5) == truth))
        cells["spearman"].append(stats.spearmanr(p, q).statistic)
        cells["changed"].append(((p >= 0.5) != (q >= 0.5)).mean())
    for measure in MEASURES:
        value = agreement.matrix(measure).loc[("none", 34, "linear"), ("joint", 50, "mel")]
        assert value == pytest.approx(np.mean(cells[measure])), measure


def test_pairs_differ_in_what_they_say():
    agreement = statistics.pair_agreement(answers_of(made_up(depths=(34, 50, 101))))
    counts = [len(agreement.pairs("none", change)) for change in CHANGES]
    assert counts == [6, 3, 6]
    assert [len(agreement.pairs("baseline", change)) for change in CHANGES] == [0, 1, 0]


def test_changes_are_means_of_their_pairs():
    predictions = made_up()
    table = statistics.compare_changes(
        statistics.pair_agreement(answers_of(predictions)), rows=["none", "joint", "baseline"]
    )
    expected = []
    for genre, depth in itertools.product(GENRES, (34, 50)):
        linear, mel = (
            one(predictions, genre=genre, depth=depth, scale=s)[1] for s in ("linear", "mel")
        )
        expected.append(cohen_kappa_score(linear >= 0.5, mel >= 0.5))
    assert table.loc[("none", "scale"), "kappa"] == pytest.approx(np.mean(expected))
    assert table.loc[("none", "scale"), ["pairs", "genres"]].tolist() == [2, 4]


def heard_by(change: str) -> pd.DataFrame:
    """Networks that hear alike, but for what the scale or the depth makes them hear."""
    rng = np.random.default_rng(11)
    genres = [f"Genre {i}" for i in range(8)]
    truth = {genre: rng.random(80) < 0.5 for genre in genres}
    same = {genre: rng.normal(size=80) for genre in genres}
    parts = {}
    own = {key: {g: rng.normal(size=80) for g in genres} for key in ("linear", "mel", 34, 50)}
    for depth, scale in itertools.product((34, 50), ("linear", "mel")):
        extra = own[scale if change == "scale" else depth]
        noise = {g: 0.3 * rng.normal(size=80) for g in genres}
        parts[depth, scale] = {
            g: 1 / (1 + np.exp(-(same[g] + (change != "noise") * extra[g] + noise[g])))
            for g in genres
        }
    return said(parts, truth=truth)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("scale", "To change the scale changes the answers more than"),
        ("depth", "To change the scale changes the answers less than"),
        ("noise", "is within noise"),
    ],
)
def test_what_changes_the_answers_is_named(change, sentence):
    answers = answers_of(heard_by(change))
    agreement = statistics.pair_agreement(answers)
    test = statistics.depth_minus_scale(agreement, row="none")
    assert sentence in larger_change(test)
    assert sentence in larger_change(scale_minus_depth_by_song(answers))
    depth, scale = (agreement.by_genre("none", c) for c in ("depth", "scale"))
    oracle = stats.ttest_rel(depth, scale)
    assert test.statistic == pytest.approx(oracle.statistic)
    table = statistics.compare_changes(agreement, rows=["none"])
    text = statistics.describe_changes(table, agreement, answers)
    assert sentence in text and f"{100 * table.loc[('none', 'depth'), 'changed']:.1f}" in text


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"scales": ("mel",)}, "no depth at which none has both linear and mel"),
        ({"depths": (50,)}, "none has one depth only"),
        ({"genres": GENRES[:2]}, "2 pairs, fewer than the 3"),
    ],
)
def test_too_little_to_compare_changes_says_why(settings, reason):
    agreement = statistics.pair_agreement(answers_of(made_up(**settings)))
    test = statistics.depth_minus_scale(agreement, row="none")
    assert reason in test.reason and reason in larger_change(test)


def test_changes_by_song_are_the_mean_over_genres_and_pairs():
    predictions = made_up(seed=4, references=False)
    yes = {
        (depth, scale): np.stack(
            [one(predictions, genre=g, depth=depth, scale=scale)[1] >= 0.5 for g in GENRES]
        )
        for depth in (34, 50) for scale in ("linear", "mel")
    }  # fmt: skip
    by_scale = [(yes[d, "linear"] != yes[d, "mel"]).mean(axis=0) for d in (34, 50)]
    by_depth = [(yes[34, s] != yes[50, s]).mean(axis=0) for s in ("linear", "mel")]
    oracle = stats.ttest_rel(np.mean(by_scale, axis=0), np.mean(by_depth, axis=0))
    test = scale_minus_depth_by_song(answers_of(predictions))
    assert (test.n, test.statistic) == (60, pytest.approx(oracle.statistic))


def test_an_interval_that_touches_zero_is_within_noise():
    at_zero = Outcome(n=9, statistic=2.3, p=0.05, interval=(0.0, 0.2))
    assert "within noise" in larger_change(at_zero)


# -- confusion

HAS = {"A": [1] * 6 + [0] * 6, "B": [0] * 5 + [1] * 6 + [0], "C": [0] * 11 + [1]}
CALLED = {
    "linear": {"A": [0.9] * 12, "B": [0.9] * 4 + [0.1] * 8, "C": [0.1] * 12},
    "mel": {"A": [0.9] * 6 + [0.1] * 6, "B": [0.9] * 1 + [0.1] * 11, "C": [0.1] * 12},
}
CONFUSED = said({(50, scale): genres for scale, genres in CALLED.items()}, truth=HAS)


def test_confusions_by_hand():
    table = statistics.confusions(answers_of(CONFUSED), depth=50)
    rows = table.set_index(["genre", "called"])
    # A without B: songs 0 to 4, of which linear calls four B and mel one.
    pair = rows.loc["A", "B"]
    assert (pair["songs"], pair["linear"], pair["mel"]) == (5, 0.8, 0.2)
    assert (pair["mean"], pair["difference"]) == pytest.approx((0.5, 0.6))
    assert (pair["first"], pair["second"]) == (3, 0)
    # Without B are 0 to 4 and 11; called B are four and one of them.
    assert pair["alarm"] == pytest.approx((4 / 6 + 1 / 6) / 2)
    assert (pair["together"], pair["prevalence"]) == pytest.approx((1 / 6, 0.5))
    assert rows.loc[("B", "A"), ["linear", "mel"]].tolist() == [1, 0]
    assert rows["joint"].isna().all() and len(rows) == 6


def test_few_songs_are_not_ranked():
    table = statistics.confusions(answers_of(CONFUSED), depth=50)
    ranked = most_confused(table)
    assert (ranked["songs"] >= ENOUGH).all() and "C" not in set(ranked["genre"])
    assert ranked["mean"].is_monotonic_decreasing
    tested = confusion_tests(table).set_index(["genre", "called"])
    assert tested.loc[("B", "A"), "p"] == pytest.approx(2 * 0.5**5)
    assert tested.loc[("A", "B"), "p"] == pytest.approx(2 * 0.5**3)
    assert tested.loc[("B", "A"), "p_holm"] == pytest.approx(4 * 0.5**5)


def test_confusion_and_company_correlate_where_company_explains():
    table = pd.DataFrame(
        {"songs": [9, 9, 9, 9, 1], "mean": [0.5, 0.6, 0.7, 0.8, 0.0], "alarm": 0.4,
         "together": [0.1, 0.2, 0.3, 0.4, 0.9], "prevalence": 0.1}
    )  # fmt: skip
    assert explained_by_company(table) == (pytest.approx(1.0), 4)
    level = table.assign(together=0.1)
    rho, pairs = explained_by_company(level)
    assert math.isnan(rho) and pairs == 4


def test_a_scale_that_is_missing_leaves_the_other():
    answers = answers_of(CONFUSED[CONFUSED["scale"] == "mel"])
    pair = statistics.confusions(answers, depth=50).set_index(["genre", "called"]).loc["A", "B"]
    assert (pair["mel"], pair["mean"]) == (0.2, 0.2) and math.isnan(pair["difference"])
    table = statistics.confusions(answers, depth=50)
    assert "differ" not in describe_confusions(table)


def test_names_in_words_are_escaped():
    predictions = made_up(genres=("<b>Folk</b>", "R&B", "Jazz"))
    text = describe_confusions(statistics.confusions(answers_of(predictions), depth=50))
    assert "<b>" not in text and "songs that have" in text


# -- the numbers


def test_numbers_are_the_same_each_time_and_are_plain():
    predictions = made_up(repeats=2)
    numbers = statistics.agreement_numbers(predictions, arm="none")
    again = statistics.agreement_numbers(predictions, arm="none")
    assert json.dumps(numbers) == json.dumps(again)
    assert (numbers["n_songs"], numbers["n_genres"], numbers["repeats"]) == (60, 4, 2)
    assert set(numbers["discordance"]) == {"34", "50"}
    assert "song 0" not in json.dumps(numbers)


def test_numbers_of_one_scale_say_what_lacks():
    numbers = statistics.agreement_numbers(made_up(scales=("mel",)), arm="none")
    assert "it takes linear and mel, and ResNet50 has mel" in numbers["discordance"]["50"]["reason"]
    assert "both linear and mel" in numbers["depth_minus_scale"]["kappa"]["reason"]


# -- the figures


def drawn(draw, *data, **settings):
    figure = figures.make_figure(draw, *data, **settings)
    figure.draw_without_rendering()
    return figure


def text_of(figure):
    return " ".join(text.get_text().replace("\n", " ") for ax in figure.axes for text in ax.texts)


def test_bars_are_as_long_as_their_shares_linear_to_the_right():
    figure = drawn(figures.draw_disagreement, answers_of(HAND), depth=50)
    positive, negative = figure.axes
    ends = [
        sorted((round(bar.get_y() + bar.get_height() / 2), round(bar.get_x() + bar.get_width(), 6))
               for bar in ax.patches if isinstance(bar, Rectangle) and abs(bar.get_width()) > 0)
        for ax in (positive, negative)
    ]  # fmt: skip
    assert ends[0] == [(0, pytest.approx(100 / 3)), (1, -50.0)]
    assert ends[1] == [(0, -20.0), (0, 20.0), (1, pytest.approx(100 / 6))]
    labels = [label.get_text() for label in positive.get_yticklabels()]
    assert labels == ["Rock (3)", "Jazz (2)"]


def test_joint_and_baseline_stand_beside_and_a_star_marks_the_better_side():
    size = 40
    truth = {"Rock": [1] * size + [0] * size, "Jazz": [0] * size + [1] * size}
    right = {g: [0.9 if t else 0.1 for t in truth[g]] for g in truth}
    no = {g: [0.1] * 2 * size for g in truth}
    own = said({(50, "linear"): no, (50, "mel"): right}, truth=truth)
    joint = said({(50, "linear"): right, (50, "mel"): no}, truth=truth, weights="joint")
    figure = drawn(figures.draw_disagreement, answers_of(pd.concat([own, joint])), depth=50)
    marks = {line.get_marker(): line for line in figure.axes[0].lines if line.get_marker()}
    assert set(marks) >= {"D", "*"}
    assert (marks["*"].get_xdata() < 0).all() and len(marks["*"].get_xdata()) == 2
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "joint network" in legend and "logistic regression" not in legend
    assert "p < 0.05 after Holm" in legend


def test_the_heatmap_has_kappa_below_and_rho_above():
    agreement = statistics.pair_agreement(answers_of(made_up()))
    ax = drawn(figures.draw_agreement, agreement, height_inches=6).axes[0]
    values = ax.collections[0].get_array().reshape(10, 10)
    kappa, rho = (agreement.matrix(m).to_numpy() for m in ("kappa", "spearman"))
    assert values[4, 1] == pytest.approx(kappa[4, 1])
    assert values[1, 4] == pytest.approx(rho[1, 4])
    assert np.ma.getmaskarray(values).diagonal().all()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[:3] == ["linear 34", "linear 50", "mel 34"] and labels[-1] == "baseline mel"


def test_a_crowd_of_networks_is_drawn_without_numbers():
    many = made_up(scales=("linear", "mel", "linear-bands"), depths=(34, 50, 101, 152))
    figure = drawn(figures.draw_agreement, statistics.pair_agreement(answers_of(many)))
    assert not figure.axes[0].texts and len(figure.axes[0].get_yticklabels()) == 21


def test_confused_pairs_bear_their_rank():
    figure = drawn(figures.draw_confusions, statistics.confusions(answers_of(CONFUSED), depth=50))
    ranks = {t.get_text(): tuple(int(x) for x in t.get_position()) for t in figure.axes[0].texts}
    assert ranks["1"] == (1, 0) or ranks["2"] == (1, 0)  # A called B, or B called A: both 0.5
    cells = figure.axes[1].collections[0].get_array().reshape(3, 3)
    assert cells[0, 1] == pytest.approx(0.6) and cells.mask[2, 0]


@pytest.mark.parametrize(
    ("draw", "prepare", "message"),
    [
        ("draw_disagreement", lambda a: a, "no results/predictions.parquet"),
        ("draw_agreement", statistics.pair_agreement, "no two networks"),
        ("draw_confusions", lambda a: statistics.confusions(a, depth=50), "No pair of genres"),
    ],
)
def test_nothing_to_draw_says_why(draw, prepare, message):
    settings = {"depth": 50} if draw == "draw_disagreement" else {}
    figure = drawn(getattr(figures, draw), prepare(answers_of(None)), **settings)
    assert message in text_of(figure)


# -- the page


def write(folder, predictions, *, metrics_of=None, predict=True):
    """A run of metrics and predictions."""
    (folder / "results").mkdir(parents=True)
    source = predictions if metrics_of is None else metrics_of
    rows = [
        dict(zip(results.KEY, key, strict=True))
        | {"f1": 0.5, "n_test": len(group), "n_test_positive": int(group["truth"].sum())}
        for key, group in source.groupby(results.KEY, sort=False)
    ]
    pd.DataFrame(rows).to_csv(folder / "results" / "metrics.csv", index=False)
    if predict:
        predictions.to_parquet(folder / "results" / "predictions.parquet")
    return str(folder)


def constant(table):
    return table.assign(probability=np.where(table["scale"] == "mel", 0.9, 0.1))


@pytest.mark.parametrize(
    ("predictions", "predict", "sentences"),
    [
        (made_up(), False, ["there are none: the run has no results/predictions.parquet",
         "Nothing to count", "Which of the two changes more can't be said: there are no answers"]),
        (made_up(scales=("linear",), references=False), True,
         ["it takes linear and mel, and ResNet50 has linear", "no depth at which none has both",
          "There is no song of which it is known"]),
        (constant(made_up(depths=(34, 101), genres=GENRES[:2], references=False)), True,
         ["Which of the two changes more can't be said: no genre has the values",
          "Linear says yes to 0.0 % of them and mel to 100.0 %", "The run has no ResNet50"]),
        (made_up(depths=(50,), repeats=2, references=False), True,
         ["2 repeats, each with test songs of its own", "none has one depth only",
          "it takes two"]),
    ],
    ids=["metrics only", "one scale", "constant", "one depth and repeats"],
)  # fmt: skip
def test_the_page_explains_itself(predictions, predict, sentences, tmp_path):
    run = write(tmp_path / "elsewhere", predictions, predict=predict)
    said = words(run_cells("14_disagreement", run=run))
    for sentence in sentences:
        assert sentence in said
    assert "song 0" not in said
    for name in ("disagreement", "agreement-depths", "confused-genres"):
        assert (tmp_path / "elsewhere" / "figures" / f"{name}.svg").stat().st_size


def test_predictions_of_another_arm_leave_the_page_empty(tmp_path):
    other = made_up().replace({"weights": {"none": "corpus"}})
    both = pd.concat([other, made_up(references=False)])
    run = write(tmp_path / "run", made_up(), metrics_of=both)
    said = words(run_cells("14_disagreement", run=run, weights="corpus"))
    assert "no answer of the arm corpus" in said


def test_the_page_and_the_numbers_agree(tmp_path):
    predictions = made_up()
    shown = words(run_cells("14_disagreement", run=write(tmp_path / "run", predictions)))
    assert "60 test songs, 4 genres, depths 34, 50. One repeat." in shown
    assert "ResNet50 gave 240 answers with each scale" in shown
    test = statistics.agreement_numbers(predictions, arm="none")["depth_minus_scale"]["kappa"]
    assert f"{test['statistic']:.3f}".replace("-", "−") in shown and test["words"] in shown
