"""Size or prevalence: the null model and equal sizes against hand calculation and libraries."""

import json
import math
import re

import numpy as np
import pandas as pd
import pingouin
import pytest
from conftest import run_cells, words
from matplotlib.collections import LineCollection
from scipy import stats
from sklearn import metrics as sk

from mgrlib import figures, paper, results, statistics
from mgrlib.metrics import binary_metrics

GENRES = ("Rock", "Pop", "Hip-Hop", "<b>Jazz</b>", "Folk", "Punk")
SHARES = (0.4, 0.3, 0.2, 0.15, 0.1, 0.06)
RATES = {"recall": 0.8, "false_positive_rate": 0.2}
NAMED = ["found", "missed", "false_alarms", "passed"]


def predictions_of(*, songs=150, depths=(34, 50), seed=0, skill=1.5, repeats=1):
    """Answers of networks that know a little, an arm and the rows beside it."""
    rng = np.random.default_rng(seed)
    parts = []
    for repeat in range(repeats):
        truth = rng.random((songs, len(GENRES))) < SHARES
        truth[: len(GENRES)] |= np.eye(len(GENRES), dtype=bool)
        rows = [(arm, depth) for arm in ("corpus", "joint") for depth in depths]
        for arm, depth in [*rows, ("baseline", 0)]:
            for scale in ("linear", "mel"):
                logits = rng.normal(skill * (truth - 0.5), 1)
                for column, genre in enumerate(GENRES):
                    key = {"genre": genre, "depth": depth, "scale": scale, "weights": arm}
                    values = {"truth": truth[:, column], "repeat": repeat}
                    values["probability"] = 1 / (1 + np.exp(-logits[:, column]))
                    paths = [f"{song}.wav" for song in range(songs)]
                    parts.append(pd.DataFrame({"path": paths, **key, **values}))
    return pd.concat(parts, ignore_index=True)[results.PREDICTION_COLUMNS]


def metrics_of(predictions):
    """The rows of ``metrics.csv``; a genre has four training songs for each test song."""
    rows = [
        dict(zip(results.KEY, key, strict=True))
        | binary_metrics(group["truth"], group["probability"])
        | {"n_train": 8 * int(group["truth"].sum()), "n_test": len(group)}
        | {"n_test_positive": int(group["truth"].sum()), "epochs": 1, "seconds": 0.0}
        | {"train_prevalence": group["truth"].mean()}
        for key, group in predictions.groupby(results.KEY, sort=False)
    ]
    return pd.DataFrame(rows)[results.COLUMNS + results.EXTRA_COLUMNS]


@pytest.fixture(scope="module")
def predictions():
    return predictions_of()


@pytest.fixture(scope="module")
def metrics(predictions):
    return metrics_of(predictions)


def cut(metrics, *, per_doubling=0.03, noise=0.01, seed=3):
    """The experiment made up: each doubling of the training songs had brought so much."""
    rng = np.random.default_rng(seed)
    equal = metrics[metrics["weights"] != "joint"].copy()
    least = equal["n_train"].min()
    doublings = np.log2(equal["n_train"] / least)
    for name in ("f1", "roc_auc", "average_precision"):
        lost = per_doubling * doublings + (doublings > 0) * rng.normal(0, noise, len(equal))
        equal[name] = equal[name] - lost
    return equal.assign(n_train=least)


# The null model


def test_precision_and_f1_of_a_test_set_made_with_these_rates():
    # 100 songs, 10 of the genre: 8 found, 18 of the other 90 wrongly taken for it.
    truth = np.repeat([True, False], [10, 90])
    said = np.repeat([True, False, True, False], [8, 2, 18, 72])
    assert statistics.null_precision(0.1, **RATES) == pytest.approx(sk.precision_score(truth, said))
    assert statistics.null_f1(0.1, **RATES) == pytest.approx(sk.f1_score(truth, said))


@pytest.mark.parametrize(
    ("rates", "precision", "f1"),
    [((1, 0), 1, 1), ((0, 0), 0, 0), ((0, 0.5), 0, 0), ((1, 1), 0.3, 0.6 / 1.3)],
)
def test_networks_that_know_all_or_nothing(rates, precision, f1):
    settings = dict(zip(RATES, rates, strict=True))
    assert statistics.null_precision(0.3, **settings) == pytest.approx(precision)
    assert statistics.null_f1(0.3, **settings) == pytest.approx(f1)


@pytest.mark.parametrize("name", ["recall", "false_positive_rate"])
def test_a_rate_beyond_one_is_an_error(name):
    with pytest.raises(ValueError, match=f"{name} must lie between 0 and 1, got 1.2"):
        statistics.null_f1([0.5], **RATES | {name: 1.2})


def test_the_papers_genres_under_the_null_model():
    null = statistics.paper_null()
    assert null["precision"]["Hip-Hop"] == pytest.approx(0.646, abs=5e-4)
    assert null["precision"]["Jazz"] == pytest.approx(0.059, abs=5e-4)
    assert null["macro_f1"] == pytest.approx(
        {"0.5": 0.349, "prior-corrected": 0.343, "F1-tuned": 0.463}, abs=5e-4
    )
    assert null["always_yes"] == pytest.approx(0.158, abs=5e-4)
    assert null["size_correlation"]["statistic"] == pytest.approx(0.97, abs=5e-3)
    assert null["size_correlation"]["n"] == len(paper.GENRES)
    assert null["recall_error"] == pytest.approx(0.076, abs=5e-4)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_rules_of_the_binormal_model_are_the_best_of_all_thresholds(share):
    apart = stats.norm.ppf(0.8) * 2
    thresholds = np.linspace(-4, 6, 20_001)
    recall, alarms = stats.norm.sf(thresholds - apart), stats.norm.sf(thresholds)
    f1 = 2 * share * recall / (share * recall + share + (1 - share) * alarms)
    errors = share * (1 - recall) + (1 - share) * alarms
    best = {"F1-tuned": f1.max(), "prior-corrected": f1[np.argmin(errors)]}
    best["0.5"] = float(statistics.null_f1(share, **RATES))
    for rule, expected in best.items():
        found = statistics.binormal_f1([share], rule=rule, **RATES)
        assert found == pytest.approx([expected], abs=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "0.3"}, "rule must be one of 0.5, prior-corrected, F1-tuned, got '0.3'"),
        ({"recall": 0.2}, "0 < false_positive_rate < recall < 1, got 0.2 and 0.2"),
    ],
)
def test_bad_input_of_the_binormal_model_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        statistics.binormal_f1([0.1], **{"rule": "0.5", **RATES, **change})


def test_a_correlation_is_that_of_pingouin():
    x, y = np.random.default_rng(1).normal(size=(2, 12))
    own, theirs = statistics.pearson(x, y), pingouin.corr(x, y).iloc[0]
    assert own.statistic == pytest.approx(theirs["r"])
    low, high = next(theirs[name] for name in ("CI95", "CI95%") if name in theirs)
    assert own.interval == pytest.approx((low, high), abs=6e-3)


def test_three_pairs_have_a_correlation_without_an_interval():
    test = statistics.pearson([1, 2, 3], [1, 2, 4])
    assert test.statistic == pytest.approx(stats.pearsonr([1, 2, 3], [1, 2, 4])[0])
    assert test.interval is None


# The run's own rates


def test_answers_are_recovered_exactly_from_the_table(metrics, predictions):
    counts = statistics.count_answers(metrics, arm="corpus", depth=50).set_index(["genre", "scale"])
    rows = predictions.query("weights == 'corpus' and depth == 50")
    for key, group in rows.groupby(["genre", "scale"]):
        tn, fp, fn, tp = sk.confusion_matrix(group["truth"], group["probability"] >= 0.5).ravel()
        assert counts.loc[key, NAMED].tolist() == [tp, fn, fp, tn]


@pytest.mark.parametrize("decimals", [3, 16])
def test_a_table_and_its_predictions_give_the_same_answers(metrics, predictions, decimals):
    from_table = statistics.count_answers(metrics.round(decimals), arm="corpus")
    lost = metrics.drop(columns=["accuracy", "n_test"])
    from_predictions = statistics.count_answers(lost, arm="corpus", predictions=predictions)
    order = ["genre", "depth", "scale", "repeat"]
    pd.testing.assert_frame_equal(
        from_table.set_index(order).sort_index(),
        from_predictions.set_index(order).sort_index(), check_dtype=False,
    )  # fmt: skip


def without_n_test(table):
    return table.drop(columns="n_test")


def other_accuracy(table):
    return table.assign(accuracy=0.99)


def no_songs_of_a_genre(table):
    return table.assign(n_test_positive=0, recall=math.nan, f1=math.nan, precision=0.0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_n_test, "results/metrics.csv has no n_test"),
        (other_accuracy, "accuracy, recall and precision contradict each other in 24 rows"),
        (no_songs_of_a_genre, "has no recall"),
        (lambda table: table[table["weights"] == "joint"], "no row of corpus"),
    ],
)
def test_why_answers_are_not_known(metrics, change, reason):
    assert reason in statistics.count_answers(change(metrics), arm="corpus")


def test_a_genre_without_test_songs_is_left_out(metrics):
    rock = metrics["genre"] == "Rock"
    lost = metrics.assign(
        n_test_positive=metrics["n_test_positive"].mask(rock, 0),
        recall=metrics["recall"].mask(rock),
    )
    counts = statistics.count_answers(lost, arm="corpus")
    assert set(counts["genre"]) == set(GENRES) - {"Rock"}


def test_the_null_model_has_the_mean_rates_of_a_scale(metrics):
    table = statistics.null_table(statistics.count_answers(metrics, arm="corpus", depth=50))
    rows = metrics.query("weights == 'corpus' and depth == 50").set_index(["scale", "genre"])
    for scale, own in table.groupby("scale"):
        expected = rows.loc[scale]
        assert own["null_recall"].to_numpy() == pytest.approx(expected["recall"].mean())
        alarms = own["false_positive_rate"].mean()
        precision = statistics.null_precision(
            own["prevalence"], recall=expected["recall"].mean(), false_positive_rate=alarms
        )
        assert own["null_precision"].to_numpy() == pytest.approx(precision)
        for name in ("f1", "precision", "recall"):
            pd.testing.assert_series_equal(
                own.set_index("genre")[name], expected.loc[own["genre"], name], check_names=False
            )
    assert table["positives"].iloc[: len(GENRES)].is_monotonic_decreasing


def test_scores_are_means_over_repeats():
    predictions = predictions_of(repeats=2, depths=(50,), songs=80)
    metrics = metrics_of(predictions.query("weights == 'corpus'"))
    table = statistics.null_table(statistics.count_answers(metrics, arm="corpus"))
    means = statistics.genre_scores(metrics, metric="f1", arm="corpus")
    expected = means.set_index(["scale", "genre"])["value"]
    found = table.set_index(["scale", "genre"])["f1"]
    pd.testing.assert_series_equal(found, expected.loc[found.index], check_names=False)
    assert set(table["repeats"]) == {2}


def made_up_rows(*, recall, alarms, positives, n_test=1000, repeats=1):
    return pd.DataFrame(
        {"positives": positives, "n_test": n_test, "repeats": repeats,
         "null_recall": recall, "null_false_positive_rate": alarms}
    )  # fmt: skip


def test_bands_are_those_of_the_binomial_where_no_song_is_wrongly_taken():
    from mgrlib.statistics.prevalence.null_fit import simulate_null

    rows = made_up_rows(recall=0.7, alarms=0.0, positives=[20, 100])
    f1 = simulate_null(rows, rng=np.random.default_rng(0), draws=40_000)["f1"]
    for column, positives in enumerate(rows["positives"]):
        found = stats.binom(positives, 0.7).ppf([0.025, 0.975])
        expected = 2 * found / (found + positives)
        assert np.percentile(f1[:, column], [2.5, 97.5]) == pytest.approx(expected, abs=0.01)


def test_repeats_narrow_a_band():
    from mgrlib.statistics.prevalence.null_fit import simulate_null

    spread = [
        simulate_null(made_up_rows(**{"recall": 0.7, "alarms": 0.2, "positives": [30]}, repeats=n),
                      rng=np.random.default_rng(0))["f1"].std()
        for n in (1, 4)
    ]  # fmt: skip
    assert spread[1] == pytest.approx(spread[0] / 2, rel=0.05)


def test_one_genre_in_twenty_lies_outside_where_the_null_model_is_true():
    rng = np.random.default_rng(5)
    positives = rng.integers(30, 300, size=400)
    counts = pd.DataFrame(
        {"genre": [f"genre {i}" for i in range(400)], "depth": 50, "scale": "mel", "repeat": 0,
         "found": rng.binomial(positives, 0.8), "false_alarms": rng.binomial(1000 - positives, 0.2)}
    )  # fmt: skip
    counts["missed"] = positives - counts["found"]
    counts["passed"] = 1000 - positives - counts["false_alarms"]
    fit = statistics.null_fit(statistics.null_table(counts), scale="mel", metric="f1")
    assert 0.02 < len(fit["outside"]) / 400 < 0.08
    assert fit["fit"]["statistic"] > 0.95
    low, high = fit["null_with_size_noise"]
    assert low <= fit["with_size"]["statistic"] <= high


def test_the_fit_by_libraries(metrics):
    table = statistics.null_table(statistics.count_answers(metrics, arm="corpus", depth=34))
    fit = statistics.null_fit(table, scale="mel", metric="precision")
    rows = table[table["scale"] == "mel"]
    real, null = rows["precision"], rows["null_precision"]
    assert fit["r_squared"] == pytest.approx(sk.r2_score(real, null))
    assert fit["spearman"] == pytest.approx(stats.spearmanr(real, null).statistic)
    assert fit["fit"]["statistic"] == pytest.approx(stats.pearsonr(real, null).statistic)
    expected = stats.pearsonr(rows["positives"], real - null).statistic
    assert fit["rest_with_size"]["statistic"] == pytest.approx(expected)


def test_a_run_that_is_the_null_model_is_explained_whole():
    counts = pd.DataFrame(
        {"genre": list("abcd"), "depth": 50, "scale": "mel", "repeat": 0,
         "found": [40, 20, 12, 4], "missed": [10, 5, 3, 1],
         "false_alarms": [30, 35, 37, 39], "passed": [120, 140, 148, 156]}
    )  # fmt: skip
    fit = statistics.null_fit(statistics.null_table(counts), scale="mel", metric="f1")
    assert fit["r_squared"] == pytest.approx(1)
    assert fit["fit"]["statistic"] == pytest.approx(1)
    assert fit["outside"] == []
    assert "no variance" in fit["rest_with_size"]["reason"]
    said = statistics.describe_null_fit(fit, metric="F1")
    assert "R² 1.00, n = 4" in said
    assert "What lies between" not in said


def test_genres_outside_are_named_without_markup(metrics):
    table = statistics.null_table(statistics.count_answers(metrics, arm="corpus", depth=34))
    fit = statistics.null_fit(table, scale="mel", metric="f1") | {"outside": ["<b>Jazz</b>"]}
    fit |= {"r_squared": -0.5, "spearman": -0.1, "null_with_size_noise": [-0.7, 0.9]}
    said = statistics.describe_null_fit(fit, metric="F1")
    assert "1 genre lies outside" in said
    assert not re.search(r"-\d", said), "a minus sign, not a hyphen"
    assert "<b>" not in said


# The experiment of equal sizes


def test_correlations_are_those_of_each_table(metrics):
    equal = cut(metrics)
    found = statistics.equal_size_correlations(metrics, equal, arm="corpus")
    for side, table in (("full", metrics), ("equal", equal)):
        for scale in ("linear", "mel"):
            own = statistics.size_correlation(table, arm="corpus", metric="f1", scale=scale)
            assert found[side][scale]["statistic"] == pytest.approx(own.statistic)
            assert found[side][scale]["interval"] == pytest.approx(list(own.interval))
        rows = table[table["weights"] == "corpus"]
        means = rows.groupby("genre")["f1"].mean()
        size = statistics.genre_sizes(metrics)[means.index]
        mean = found[side]["mean"]
        assert mean["statistic"] == pytest.approx(stats.pearsonr(size, means).statistic)
        assert mean["spearman"] == pytest.approx(stats.spearmanr(size, means).statistic)
        line = stats.linregress(np.log2(size), means)
        assert mean["per_doubling"]["statistic"] == pytest.approx(line.slope)
    full, equal_r = (found[side]["mean"]["statistic"] for side in ("full", "equal"))
    assert found["difference"]["mean"]["statistic"] == pytest.approx(full - equal_r)


def test_the_interval_of_the_difference_is_a_bootstrap_over_genres():
    rng = np.random.default_rng(2)
    genres = [f"genre {i}" for i in range(24)]
    size = pd.Series(np.geomspace(10, 200, 24).round(), genres)
    score = pd.Series(0.1 * np.log(size) + rng.normal(0, 0.1, 24), genres)
    rows = pd.DataFrame({"genre": genres, "depth": 50, "scale": "mel", "weights": "a", "repeat": 0})
    metrics = rows.assign(f1=score.to_numpy(), n_test_positive=size.to_numpy())
    lost = (score - 0.03 * np.log(size) + rng.normal(0, 0.05, 24)).to_numpy()
    own = statistics.equal_size_correlations(metrics, metrics.assign(f1=lost), arm="a")
    theirs = stats.bootstrap(
        (size, score, lost), lambda s, f, e: np.corrcoef(s, f)[0, 1] - np.corrcoef(s, e)[0, 1],
        paired=True, vectorized=False, method="percentile", rng=np.random.default_rng(0),
        n_resamples=4000,
    )  # fmt: skip
    assert own["difference"]["mel"]["interval"] == pytest.approx(
        list(theirs.confidence_interval), abs=0.03
    )


def test_only_cells_of_both_tables_count(metrics):
    equal = cut(metrics)
    fewer = equal[(equal["depth"] != 34) & (equal["genre"] != "Punk")]
    found = statistics.equal_size_correlations(metrics, fewer, arm="corpus")
    at_50 = metrics[(metrics["depth"] == 50) & (metrics["genre"] != "Punk")]
    expected = statistics.size_correlation(at_50, arm="corpus", metric="f1", scale="mel")
    assert found["full"]["mel"]["statistic"] == pytest.approx(expected.statistic)
    assert found["full"]["mel"]["n"] == len(GENRES) - 1


@pytest.mark.parametrize(
    ("equal", "arm", "reason"),
    [
        (None, "corpus", "the run has no results/equal_sizes.csv"),
        ("empty", "corpus", "the run has no results/equal_sizes.csv"),
        ("cut", "joint", "results/equal_sizes.csv has no row of joint"),
    ],
)
def test_without_the_experiment_the_full_correlation_stands_alone(metrics, equal, arm, reason):
    table = {"cut": cut(metrics), "empty": metrics.iloc[:0]}.get(equal)
    found = statistics.equal_size_correlations(metrics, table, arm=arm)
    assert found["full"]["mean"]["statistic"] is not None
    assert reason in found["equal"]["mean"]["reason"]
    assert reason in found["difference"]["mean"]["reason"]
    assert reason in statistics.what_remains(found)


def test_unrecorded_sizes_are_the_reason(metrics):
    lost = metrics.drop(columns="n_test_positive")
    found = statistics.equal_size_correlations(lost, cut(metrics), arm="corpus")
    assert found["full"]["mean"]["reason"] == "the sizes of the genres are not recorded"


def test_gains_are_full_minus_equal(metrics):
    equal = cut(metrics)
    gains = statistics.learning_gains(metrics, equal, arm="corpus")
    assert list(gains.index) == list(statistics.genre_sizes(metrics).index)
    for name in ("f1", "roc_auc", "average_precision"):
        means = [
            t[t["weights"] == "corpus"].groupby("genre")[name].mean() for t in (metrics, equal)
        ]
        expected = (means[0] - means[1])[gains.index]
        pd.testing.assert_series_equal(gains[name], expected, check_names=False)
    assert gains["times"].iloc[-1] == 1
    assert gains["f1"].iloc[-1] == pytest.approx(0)


def test_the_mean_gain_is_tested_over_genres_with_extra_songs(metrics):
    gains = statistics.learning_gains(metrics, cut(metrics), arm="baseline")
    test = statistics.gain_tests(gains)["roc_auc"]
    more = gains.loc[gains["times"] > 1, "roc_auc"]
    expected = stats.ttest_1samp(more, 0)
    assert test["mean"]["n"] == len(GENRES) - 1
    assert test["mean"]["statistic"] == pytest.approx(expected.statistic)
    assert test["mean"]["gain"] == pytest.approx(more.mean())
    line = stats.linregress(np.log2(gains.loc[more.index, "times"]), more)
    slope = test["per_doubling"]
    assert slope["n"] == len(GENRES) - 1
    assert slope["statistic"] == pytest.approx(line.slope)
    assert slope["p"] == pytest.approx(line.pvalue)
    reach = stats.t.ppf(0.975, len(more) - 2) * line.stderr
    assert slope["interval"] == pytest.approx([line.slope - reach, line.slope + reach])
    assert "ROC-AUC: mean gain +0.0" in statistics.describe_gains(gains)


def outcome(r, interval):
    return {"n": 16, "statistic": r, "interval": interval}


@pytest.mark.parametrize(
    ("full", "difference", "said"),
    [
        ([0.3, 0.9], [-0.1, 0.2], "is within noise"),
        ([0.3, 0.9], [0.1, 0.4], "is beyond noise"),
        ([-0.1, 0.9], [0.1, 0.4], "with full and r = −0.20 with equal subsets (n = 16). The first"),
        ([0.3, 0.9], None, "their difference has no interval"),
    ],
)
def test_what_remains_names_noise(full, difference, said):
    found = {"full": outcome(0.7, full), "equal": outcome(-0.2, None)}
    found["difference"] = outcome(0.9, difference)
    text = statistics.what_remains({side: {"mean": test} for side, test in found.items()})
    assert ("r = 0.70 there remains r = −0.20" in text) == (full[0] > 0)
    assert said in text


@pytest.mark.parametrize(
    ("settings", "arm", "said"),
    [
        ({"tune": "all"}, "corpus", "the trunk of the arm corpus has learned from all training"),
        ({"tune": "head"}, "corpus", "Caution"),
        ({"tune": "head"}, "imagenet", "only the heads learn"),
        ({"tune": "all"}, "none", "the whole network learns from equally many songs"),
        (None, "imagenet", "is not recorded"),
        (None, "<i>", r"\<i\>"),
    ],
)
def test_what_the_experiment_makes_equal(settings, arm, said):
    study = {} if settings is None else {"settings": settings}
    assert said in statistics.what_is_equal(study, arm=arm)


# All numbers


def f1_alone(table):
    return table[[*results.KEY, "f1"]]


def lost_values(table):
    return table.assign(f1=table["f1"].mask(table["scale"] == "mel"))


CHANGES = {
    "nothing": lambda table: table,
    "one scale": lambda table: table[table["scale"] == "mel"],
    "two genres": lambda table: table[table["genre"].isin(GENRES[:2])],
    "one genre": lambda table: table[table["genre"] == "Rock"],
    "F1 alone": f1_alone,
    "a scale without values": lost_values,
    "no training songs": lambda table: table.drop(columns="n_train"),
    "ties": lambda table: table.assign(f1=0.5),
    "an arm alone": lambda table: table[table["weights"] == "corpus"],
    "no depth of the baseline": lambda t: t.assign(depth=t["depth"].where(t["depth"] > 0)),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("experiment", [True, False])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_numbers_or_reasons_for_any_table(metrics, name, experiment):
    changed = CHANGES[name](metrics)
    equal = CHANGES[name](cut(metrics)) if experiment else None
    numbers = statistics.prevalence_numbers(changed, equal, arm="corpus")
    assert json.loads(json.dumps(numbers)).keys() == {"paper", "null", "equal_sizes"}
    if not experiment:
        assert "no results/equal_sizes.csv" in numbers["equal_sizes"]["corpus"]["reason"]


def test_numbers_are_the_same_each_time(metrics):
    equal = cut(metrics)
    twice = [statistics.prevalence_numbers(metrics, equal, arm="corpus") for _ in range(2)]
    assert json.dumps(twice[0]) == json.dumps(twice[1])
    assert set(twice[0]["null"]) == {"34", "50"}
    assert twice[0]["equal_sizes"]["baseline"]["equal"]["mean"]["n"] == len(GENRES)


# Figures and page


def axes_of(draw, *data, **settings):
    figure = figures.make_figure(draw, *data, **settings)
    figure.draw_without_rendering()
    return figure.axes


def test_dots_of_the_null_model_stand_on_the_bars(metrics):
    table = statistics.null_table(statistics.count_answers(metrics, arm="corpus", depth=50))
    settings = {"metric": "f1", "depth": 50, "arm": "corpus"}
    (ax,) = axes_of(figures.draw_null_bars, metrics, table, **settings)
    (bare,) = axes_of(figures.draw_genre_bars, metrics, **settings)
    dots = [line for line in ax.lines[len(bare.lines) :] if line.get_marker() == "o"]
    drawn = [value for line in dots for value in line.get_xdata()]
    assert drawn == pytest.approx(table["null_f1"].tolist())
    bars = sorted(bar.get_y() + bar.get_height() / 2 for bar in ax.patches)
    assert sorted(y for line in dots for y in line.get_ydata()) == pytest.approx(bars)
    bands = [c for c in ax.collections if isinstance(c, LineCollection)]
    ends = [segment[:, 0] for band in bands for segment in band.get_segments()]
    assert np.array(ends) == pytest.approx(table[["null_f1_low", "null_f1_high"]].to_numpy())
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"linear", "mel", "joint network", "logistic regression"} < set(legend)


@pytest.mark.parametrize("depth", [50, 101])
def test_without_a_null_model_the_bars_stand_alone(metrics, depth):
    settings = {"metric": "f1", "depth": depth, "arm": "corpus"}
    (ax,) = axes_of(figures.draw_null_bars, metrics, "no reason", **settings)
    (bare,) = axes_of(figures.draw_genre_bars, metrics, **settings)
    assert len(ax.lines) == len(bare.lines)


@pytest.mark.parametrize(("baseline", "panels"), [(True, 4), (False, 2)])
def test_panels_of_equal_sizes(metrics, baseline, panels):
    equal = cut(metrics)
    equal = equal if baseline else equal[equal["weights"] == "corpus"]
    drawn = axes_of(figures.draw_equal_sizes, metrics, equal, arm="corpus")
    assert len(drawn) == panels
    left, right = drawn[:2]
    points = {line.get_label(): line for line in left.lines}
    size = statistics.genre_sizes(metrics)
    assert sorted(points["full subsets"].get_xdata()) == sorted(size)
    assert len(points["equal subsets"].get_xdata()) == len(GENRES)
    assert {"null model, full", "null model, equal", "joint network"} < set(points)
    gains = statistics.learning_gains(metrics, equal, arm="corpus")
    by_name = {line.get_label(): line for line in right.lines}
    assert by_name["ROC-AUC"].get_ydata() == pytest.approx(gains["roc_auc"].tolist())
    assert left.get_xscale() == right.get_xscale() == "log"


def test_the_figure_says_that_the_experiment_is_absent(metrics):
    (ax,) = axes_of(figures.draw_equal_sizes, metrics, None, arm="corpus")
    assert "equal_sizes=true" in " ".join(ax.texts[0].get_text().split())


def write_run(folder, metrics, *, predictions=None, equal=None):
    (folder / "results").mkdir(parents=True)
    metrics.to_csv(folder / "results" / "metrics.csv", index=False)
    if predictions is not None:
        predictions.to_parquet(folder / "results" / "predictions.parquet", index=False)
    if equal is not None:
        equal.to_csv(folder / "results" / "equal_sizes.csv", index=False)
    return folder


def test_the_page_of_a_full_run(tmp_path, metrics, predictions):
    run = write_run(tmp_path / "mine", metrics, predictions=predictions, equal=cut(metrics))
    said = words(run_cells("11_prevalence", run=str(run)))
    assert "a precision of 0.646 in Hip-Hop and of 0.059 in Jazz" in said
    assert "test sets drawn from the null model have " in said
    assert "there remains r = " in said
    assert "Size and prevalence: r(4) = 1.000" in said
    assert "How the arm corpus" in said or "Caution" in said
    for name in ("null-f1", "null-precision", "equal-sizes"):
        assert (run / "figures" / f"{name}.svg").exists()


def test_the_page_of_a_table_alone_says_what_is_absent(tmp_path, metrics):
    run = write_run(tmp_path / "mine", metrics)
    said = words(run_cells("11_prevalence", run=str(run), depth=101))
    assert "The run has no ResNet101 in this arm. " in said
    assert "Not in this run: the run has no results/equal_sizes.csv" in said
    assert "`--set equal_sizes=true`" in said


def test_predictions_stand_in_for_lost_columns(tmp_path, metrics, predictions):
    lost = f1_alone(metrics)
    run = write_run(tmp_path / "mine", lost, predictions=predictions)
    assert "test sets drawn from the null model have " in words(
        run_cells("11_prevalence", run=str(run))
    )
    run = write_run(tmp_path / "bare", lost)
    said = words(run_cells("11_prevalence", run=str(run)))
    assert "results/metrics.csv has no n_test, n_test_positive, recall, accuracy" in said


@pytest.mark.parametrize("name", ["one scale", "no training songs"])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_page_explains_any_experiment(tmp_path, metrics, name):
    changed = CHANGES[name](metrics)
    run = write_run(tmp_path / "mine", changed, equal=CHANGES[name](cut(metrics)))
    said = words(run_cells("11_prevalence", run=str(run)))
    assert "remain" in said
    assert "<b>" not in said.split("genre  ")[0]
