"""Thresholds, precision–recall curves and calibration against scikit-learn and statsmodels."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from scipy import stats
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from statsmodels.stats.proportion import proportion_confint
from test_prevalence import GENRES, axes_of, metrics_of, predictions_of, write_run

from mgrlib import ensemble, figures, statistics
from mgrlib.ensemble import calibration, curves

SETTINGS = {"arm": "corpus", "depth": 50}


@pytest.fixture(scope="module")
def predictions():
    return predictions_of(songs=120)


@pytest.fixture(scope="module")
def metrics(predictions):
    return metrics_of(predictions)


@pytest.fixture(scope="module")
def genres(predictions, metrics):
    return ensemble.ensemble_tables(predictions, metrics)["ensemble_genres"]


def calibrated_halves(*, pairs=60_000, prevalence=0.1, seed=0):
    """Truth at its prevalence, and probabilities that are right for equal halves.

    Scores are normal, one standard deviation wide and two apart: the log odds are 2x.
    """
    rng = np.random.default_rng(seed)
    truth = rng.random(pairs) < prevalence
    score = rng.normal(np.where(truth, 1, -1), 1)
    return truth, 1 / (1 + np.exp(-2 * score))


# Rules


@pytest.mark.parametrize("depth", [None, 50])
def test_a_table_by_rule_has_the_means_of_its_cells(genres, depth):
    table = curves.rule_table(genres, arm="corpus", depth=depth)
    assert list(table.columns) == [(s, r) for s in ("linear", "mel") for r in ensemble.RULES]
    assert list(table.index) == list(statistics.genre_sizes(genres).index)
    rows = genres.query("weights == 'corpus' and genre == 'Pop' and scale == 'mel'")
    rows = rows[(rows["rule"] == "F1-tuned") & ((depth is None) | (rows["depth"] == depth))]
    assert table.loc["Pop", ("mel", "F1-tuned")] == pytest.approx(rows["f1"].mean())


def test_thresholds_are_means_of_both_halves(genres, metrics):
    table = curves.rule_table(genres, arm="corpus", values="threshold", depth=34)
    assert (table["mel"]["0.5"] == 0.5).all()
    share = metrics.drop_duplicates("genre").set_index("genre")["train_prevalence"]
    expected = 1 - share[table.index]
    pd.testing.assert_series_equal(table["mel"]["prior-corrected"], expected, check_names=False)
    rows = genres.query("weights == 'corpus' and depth == 34 and genre == 'Folk'")
    row = rows[(rows["rule"] == "F1-tuned") & (rows["scale"] == "linear")].iloc[0]
    mean = (row["threshold_first"] + row["threshold_second"]) / 2
    assert table.loc["Folk", ("linear", "F1-tuned")] == pytest.approx(mean)


def test_the_papers_test_is_made_under_each_rule(genres, metrics):
    tests = curves.rule_tests(genres, arm="corpus")
    assert list(tests.index) == list(ensemble.RULES)
    from_metrics = statistics.paired_scores(metrics, arm="corpus")
    assert tests.loc["0.5", "t"] == pytest.approx(
        statistics.paired_t(from_metrics["difference"]).statistic
    )
    for rule, row in tests.iterrows():
        own = genres[(genres["weights"] == "corpus") & (genres["rule"] == rule)]
        means = own.groupby(["genre", "scale"])["f1"].mean().unstack()
        expected = stats.ttest_rel(means["linear"], means["mel"])
        assert (row["t"], row["p"]) == pytest.approx((expected.statistic, expected.pvalue))
        assert row["difference"] == pytest.approx((means["linear"] - means["mel"]).mean())


def made_up_rules(*intervals):
    rows = [{"t": 1.0, "low": low, "high": high, "reason": None} for low, high in intervals]
    return pd.DataFrame(rows, index=list(ensemble.RULES)[: len(rows)])


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        (
            made_up_rules((-1, 1), (-2, 1)),
            "does not depend on the rule: the mean difference of the scales is within",
        ),
        (made_up_rules((-2, -1), (-3, -1)), "is beyond noise in favor of mel under each of the 2"),
        (made_up_rules((-1, 1), (1, 2)), "prior-corrected: beyond noise in favor of linear"),
        (made_up_rules((-1, 1)), "can't be said: there are not two rules"),
    ],
)
def test_whether_the_comparison_depends_on_the_rule(tests, said):
    assert said in curves.depends_on_rule(tests)


def test_the_change_by_a_rule_is_tested_itself(genres):
    changes = curves.rule_changes(genres, arm="corpus")
    assert list(changes) == list(ensemble.RULES[1:])
    means = genres[genres["weights"] == "corpus"].pivot_table(
        index="genre", columns=["rule", "scale"], values="f1"
    )
    apart = {rule: means[rule]["linear"] - means[rule]["mel"] for rule in ensemble.RULES}
    for rule, test in changes.items():
        expected = stats.ttest_rel(apart[rule], apart["0.5"])
        assert (test.statistic, test.p) == pytest.approx((expected.statistic, expected.pvalue))
    mean = f"{(apart['F1-tuned'] - apart['0.5']).mean():+.3f}".replace("-", "−")
    assert f"F1-tuned by {mean} [" in curves.describe_rule_changes(changes)


def test_a_change_that_no_one_can_test_is_not_told(genres):
    one = genres[genres["rule"] == "F1-tuned"]
    assert curves.describe_rule_changes(curves.rule_changes(one, arm="corpus")) == ""
    assert curves.describe_zeros(one.iloc[:0], arm="corpus") == ""


def test_networks_without_a_find_are_counted():
    genres = pd.DataFrame(
        {"weights": "none", "rule": ["0.5", "0.5", "F1-tuned"], "f1": [0, 0.2, 0]}
    )
    assert "0.5: 1 of 2; F1-tuned: 1 of 1." in curves.describe_zeros(genres, arm="none")


def test_an_untestable_rule_says_why(genres):
    few = genres[genres["genre"].isin(GENRES[:2])]
    tests = curves.rule_tests(few, arm="corpus")
    assert tests["t"].isna().all()
    assert "2 pairs, fewer than the 3" in curves.depends_on_rule(tests)


# Curves


def test_curves_are_those_of_scikit_learn(predictions, metrics):
    drawn = curves.pr_curves(predictions, **SETTINGS)
    assert len(drawn) == len(GENRES) * 2 * 3
    rows = metrics.set_index(["genre", "scale", "weights", "depth"])["average_precision"]
    for curve in drawn:
        depth = 0 if curve.weights == "baseline" else 50
        key = (curve.genre, curve.scale, curve.weights, depth)
        assert curve.average_precision == pytest.approx(rows[key])
        own = predictions.query("scale == @curve.scale and weights == @curve.weights")
        own = own[(own["genre"] == curve.genre) & (own["depth"] == depth)]
        precision, recall, _ = sk.precision_recall_curve(own["truth"], own["probability"])
        # The area under the steps is the average precision: no corner was lost.
        assert -np.sum(np.diff(curve.recall) * curve.precision[:-1]) == pytest.approx(
            -np.sum(np.diff(recall) * precision[:-1])
        )
        assert curve.prevalence == pytest.approx(own["truth"].mean())


def test_repeats_are_pooled_and_one_sided_genres_left_out(predictions):
    rock = predictions["genre"] == "Rock"
    other = predictions.assign(repeat=1, truth=predictions["truth"] & ~rock)
    drawn = curves.pr_curves(pd.concat([predictions, other]), **SETTINGS)
    assert {curve.songs for curve in drawn} == {240}
    drawn = curves.pr_curves(other, **SETTINGS)
    assert {curve.genre for curve in drawn} == set(GENRES) - {"Rock"}


@pytest.mark.parametrize(("number", "places"), [(1, [0]), (3, [0, 2, 5]), (99, range(6))])
def test_chosen_genres_are_spread_over_the_sizes(predictions, number, places):
    drawn = curves.pr_curves(predictions, **SETTINGS)
    by_size = sorted({(-c.positives, GENRES.index(c.genre)) for c in drawn})
    expected = [GENRES[by_size[place][1]] for place in places]
    assert curves.chosen_genres(drawn, number=number) == expected


def test_no_curves_no_genres():
    assert curves.chosen_genres([]) == []


# Calibration


@pytest.mark.parametrize("bins", [1, 5, 10])
@pytest.mark.parametrize("decimals", [1, 6])
def test_bins_are_those_of_scikit_learn(bins, decimals):
    truth, probability = calibrated_halves(pairs=500)
    probability = probability.round(decimals)  # with one decimal many are equal
    table = calibration.reliability(truth, probability, bins=bins)
    observed, mean = calibration_curve(truth, probability, n_bins=bins, strategy="quantile")
    assert table["observed"].to_numpy() == pytest.approx(observed)
    assert table["probability"].to_numpy() == pytest.approx(mean)
    assert table["pairs"].sum() == 500
    positives = (table["observed"] * table["pairs"]).round()
    low, high = proportion_confint(positives, table["pairs"], method="wilson")
    assert table["low"].to_numpy() == pytest.approx(np.asarray(low), abs=1e-12)
    assert table["high"].to_numpy() == pytest.approx(np.asarray(high), abs=1e-12)


def test_a_bin_at_least_is_needed():
    with pytest.raises(ValueError, match="bins must be 1 or more, got 0"):
        calibration.reliability([True], [0.5], bins=0)


def test_scores_by_hand():
    truth, probability = [True, False, False, False], [0.8, 0.8, 0.1, 0.3]
    scores = calibration.calibration_scores(truth, probability, bins=2)
    # Bins {0.1, 0.3} with none of two and {0.8, 0.8} with one of two.
    assert scores["calibration_error"] == pytest.approx((0.2 + 0.3) / 2)
    assert scores["brier"] == pytest.approx((0.04 + 0.64 + 0.01 + 0.09) / 4)
    expected = -np.log([0.8, 0.2, 0.9, 0.7]).mean()
    assert scores["log_loss"] == pytest.approx(expected)
    assert (scores["pairs"], scores["prevalence"]) == (4, 0.25)


def one_genre(truth, probability, *, weights="corpus", scale="mel"):
    paths = [f"{song}.wav" for song in range(len(truth))]
    key = {"genre": "Jazz", "depth": 50, "scale": scale, "weights": weights, "repeat": 0}
    return pd.DataFrame({"path": paths, **key, "truth": truth, "probability": probability})


def test_the_correction_makes_probabilities_right_that_were_right_for_halves():
    rows = one_genre(*calibrated_halves())
    metrics = rows.iloc[:1].assign(train_prevalence=0.1)
    table = calibration.calibration_table(rows, metrics, **SETTINGS)
    table = table.set_index("probabilities")
    assert table.loc["as trained", "calibration_error"] > 0.1
    assert table.loc["prior-corrected", "calibration_error"] < 0.01
    assert table.loc["prior-corrected", "mean_probability"] == pytest.approx(0.1, abs=0.005)
    for name in ("brier", "log_loss"):
        assert table.loc["prior-corrected", name] < table.loc["as trained", name]
        assert table.loc["prior-corrected", name] < table.loc["π", name]
    prevalence = rows["truth"].mean()
    assert table.loc["π", "brier"] == pytest.approx(prevalence * 0.81 + (1 - prevalence) * 0.01)
    said = calibration.what_halves_do(table.reset_index(), arm="corpus")
    assert "0.10 of the 60000 pairs have it: they were trained on halves" in said
    assert "To give every song each genre's share" in said


@pytest.mark.parametrize("lost", ["column", "values"])
def test_without_prevalence_only_what_was_trained_is_shown(predictions, metrics, lost):
    metrics = metrics.drop(columns="train_prevalence")
    metrics = metrics if lost == "column" else metrics.assign(train_prevalence=np.nan)
    table = calibration.calibration_table(predictions, metrics, **SETTINGS)
    assert set(table["probabilities"]) == {"as trained"}
    assert list(calibration.reliability_table(predictions, metrics, **SETTINGS)) == ["as trained"]
    said = calibration.what_halves_do(table, arm="corpus")
    assert "The correction needs the column train_prevalence, which is absent." in said


def test_each_network_has_its_row_and_its_bins(predictions, metrics):
    table = calibration.calibration_table(predictions, metrics, **SETTINGS)
    rows = [(w, s) for w in ("corpus", "joint", "baseline") for s in ("linear", "mel")]
    as_trained = table[table["probabilities"] == "as trained"]
    assert list(zip(as_trained["weights"], as_trained["scale"], strict=True)) == rows
    own = predictions.query("weights == 'joint' and depth == 50 and scale == 'mel'")
    row = as_trained.set_index(["weights", "scale"]).loc["joint", "mel"]
    assert row["brier"] == pytest.approx(sk.brier_score_loss(own["truth"], own["probability"]))
    assert row["log_loss"] == pytest.approx(sk.log_loss(own["truth"], own["probability"]))
    bins = calibration.reliability_table(predictions, metrics, **SETTINGS)
    assert list(bins) == ["as trained", "prior-corrected"]
    joint = bins["as trained"].query("weights == 'joint' and scale == 'mel'")
    expected = calibration.reliability(own["truth"], own["probability"])
    pd.testing.assert_frame_equal(
        joint[list(expected)].reset_index(drop=True), expected, check_dtype=False
    )


# All numbers


@pytest.mark.parametrize("predictions_there", [None, "empty"])
def test_without_predictions_the_numbers_are_a_reason(predictions, metrics, predictions_there):
    table = predictions.iloc[:0] if predictions_there else None
    numbers = curves.curve_numbers(table, metrics, arm="corpus")
    assert numbers == {"reason": "the run has no results/predictions.parquet"}


@pytest.mark.parametrize(
    "keep",
    ["genre == genre", "scale == 'mel'", "genre in ('Rock', 'Pop')", "genre == 'Rock'",
     "weights == 'corpus'", "weights == 'joint'"],
)  # fmt: skip
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_numbers_for_any_predictions(predictions, metrics, keep):
    numbers = curves.curve_numbers(predictions.query(keep), metrics, arm="corpus")
    kept = json.loads(json.dumps(numbers))
    assert set(kept) == {"rules", "changes", "f1", "thresholds", "calibration"}
    if keep == "genre == genre":
        assert set(kept["thresholds"]["mel"]) == set(ensemble.RULES)
        assert set(kept["f1"]["linear"]["0.5"]) == set(GENRES)
        assert len(kept["calibration"]["34"]) == 13


# Figures and page


def test_a_panel_for_each_rule_has_its_bars(genres):
    settings = {"metric": "f1", "rules": ensemble.RULES, **SETTINGS}
    panels = axes_of(figures.draw_rules, genres, **settings)
    assert [panel.get_title("left") for panel in panels] == list(ensemble.RULES)
    table = curves.rule_table(genres, arm="corpus", depth=50)
    for panel, rule in zip(panels, ensemble.RULES, strict=True):
        drawn = [bar.get_width() for bar in panel.patches]
        expected = [*table["linear"][rule], *table["mel"][rule]]
        assert drawn == pytest.approx(expected)
        assert len(panel.lines) > 0  # joint network and logistic regression
    assert panels[1].get_xlim() == panels[0].get_xlim()


def test_a_panel_of_curves_shows_chance_and_equal_f1(predictions):
    drawn = curves.pr_curves(predictions, **SETTINGS)
    chosen = curves.chosen_genres(drawn, number=2)
    panels = axes_of(figures.draw_pr_curves, drawn, genres=chosen)
    assert len(panels) == 2
    for panel, genre in zip(panels, chosen, strict=True):
        own = [curve for curve in drawn if curve.genre == genre]
        across = [line for line in panel.lines if len(set(line.get_ydata())) == 1]
        assert own[0].prevalence in {line.get_ydata()[0] for line in across}
        grey = [line for line in panel.lines if line.get_color() == "#cccccc"]
        for line in grey:
            recall, precision = line.get_data()
            f1 = 2 * precision * recall / (precision + recall)
            assert np.ptp(f1) < 1e-9
        steps = [line for line in panel.lines if line.get_drawstyle() == "steps-post"]
        assert len(steps) == len(own) == 6
        legend = {text.get_text() for text in panel.get_legend().get_texts()}
        assert legend == {f"{c.average_precision:.2f}" for c in own if c.weights == "corpus"}


def test_reliability_is_drawn_before_and_after(predictions, metrics):
    bins = calibration.reliability_table(predictions, metrics, **SETTINGS)
    panels = axes_of(figures.draw_calibration, bins, arm="corpus")
    assert [panel.get_title("left") for panel in panels] == list(bins)
    for panel, table in zip(panels, bins.values(), strict=True):
        assert len(panel.containers) == 2  # one with intervals for each scale of the arm
        own = table.query("weights == 'corpus' and scale == 'mel'")
        drawn = panel.containers[1].lines[0].get_data()
        assert drawn[0] == pytest.approx(own["probability"].to_numpy())
        assert drawn[1] == pytest.approx(own["observed"].to_numpy())


@pytest.mark.parametrize(
    ("draw", "data", "settings"),
    [
        ("draw_rules", ensemble.ensemble_tables(pd.DataFrame(columns=ensemble.NEEDED))
         ["ensemble_genres"], {"metric": "f1", "rules": ensemble.RULES, **SETTINGS}),
        ("draw_pr_curves", [], {"genres": []}),
        ("draw_calibration", {}, {"arm": "corpus"}),
    ],
)  # fmt: skip
def test_a_figure_says_that_predictions_are_absent(draw, data, settings):
    (ax,) = axes_of(getattr(figures, draw), data, **settings)
    assert "the run has no predictions" in " ".join(ax.texts[0].get_text().split()) or (
        "No predictions" in ax.texts[0].get_text()
    )


def test_the_page_of_a_full_run(tmp_path, predictions, metrics):
    run = write_run(tmp_path / "mine", metrics, predictions=predictions)
    said = words(run_cells("12_thresholds", run=str(run)))
    assert "The figures of this page show ResNet50." in said
    assert "on the rule" in said or "do not say the same of the scales" in said
    assert "Average precision, linear minus mel: t(5) = " in said
    assert "they were trained on halves" in said
    for name in ("thresholds", "pr-curves", "pr-curves-all", "calibration"):
        assert (run / "figures" / f"{name}.png").exists()


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_page_of_a_table_alone_says_what_is_absent(tmp_path, metrics):
    said = words(run_cells("12_thresholds", run=str(write_run(tmp_path / "mine", metrics))))
    assert "No F1 by rule: there are no predictions." in said
    assert "can't be said: there are not two rules" in said
    assert "Of calibration nothing can be said" in said
    assert "Average precision, linear minus mel: t(5) = " in said


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_page_without_prevalence_leaves_the_correction_out(tmp_path, predictions, metrics):
    lost = metrics.drop(columns="train_prevalence")
    kept = predictions[predictions["genre"].isin(GENRES[:2]) & (predictions["scale"] == "mel")]
    run = write_run(tmp_path / "mine", lost, predictions=kept)
    said = words(run_cells("12_thresholds", run=str(run), depth=101))
    assert "The run has no ResNet101 in this arm." in said
    assert "The rule prior-corrected is absent" in said
    assert "The correction needs the column train_prevalence, which is absent." in said
