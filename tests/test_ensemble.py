"""The networks as one multi-label classifier: against hand calculation and scikit-learn."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from sklearn import metrics as sk

from mgrlib import ensemble, figures, results
from mgrlib.ensemble import multilabel, thresholds
from mgrlib.errors import RunError

# Three songs, three genres. At 0.5 the songs are given {Rock}, {Rock, Jazz} and {Jazz}.
TRUTH = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
PROBABILITY = np.array([[0.9, 0.2, 0.1], [0.6, 0.7, 0.3], [0.4, 0.8, 0.3]])
GENRES = ("Rock", "Jazz", "Folk")


def predictions_of(truth, probability, *, genres=None, **key):
    """A predictions table of one ensemble."""
    songs, number = truth.shape
    genres = list(genres or (f"genre {g}" for g in range(number)))
    return pd.DataFrame(
        {
            "path": np.repeat([f"{song:03}.wav" for song in range(songs)], number),
            "genre": np.tile(genres, songs),
            **{"depth": 34, "scale": "mel", "weights": "none", "repeat": 0, **key},
            "truth": truth.ravel(),
            "probability": probability.ravel(),
        }
    )


def metrics_of(predictions, prevalence):
    """A metrics table with nothing but the prevalence of each genre."""
    table = predictions[["genre", *ensemble.KEY]].drop_duplicates()
    return table.assign(train_prevalence=table["genre"].map(prevalence))


def made_up(*, songs=120, genres=5, seed=0):
    """Truth and probabilities of genres that are ever rarer, better than chance."""
    rng = np.random.default_rng(seed)
    truth = rng.random((songs, genres)) < np.linspace(0.4, 0.1, genres)
    probability = 1 / (1 + np.exp(-(2 * truth + rng.normal(size=truth.shape) - 1)))
    return truth, probability.round(2)  # rounded, so that some are equal


def rows_by_rule(tables):
    return tables["ensemble"].set_index("rule")


def test_three_songs_by_hand():
    tables = ensemble.ensemble_tables(predictions_of(TRUTH, PROBABILITY, genres=GENRES))
    row = rows_by_rule(tables).loc["0.5"]
    # Given 4 genres, 3 of them right, of 4 that the songs have.
    assert row[["precision_micro", "recall_micro", "f1_micro"]].tolist() == [3 / 4] * 3
    # Rock: both right; Jazz: one of two right, found; Folk: never given.
    assert row["f1_macro"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert row["precision_macro"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert row["recall_macro"] == pytest.approx((1 + 1 + 0) / 3)
    assert row["hamming_loss"] == pytest.approx(2 / 9)
    assert row["subset_accuracy"] == pytest.approx(2 / 3)
    # Rock first of 1; Jazz and Rock first and second of 2; Folk third of 1.
    assert row["lrap"] == pytest.approx((1 + 1 + 1 / 3) / 3)
    # Rock: 1; Jazz: its song is second; Folk: its song shares the first place with another.
    assert row["mean_average_precision"] == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert row["roc_auc_macro"] == pytest.approx((1 + 1 / 2 + 3 / 4) / 3)
    assert row[["n_genres", "n_one_class", "n_test", "n_unlabeled"]].tolist() == [3, 0, 3, 0]


def test_the_metrics_are_those_of_scikit_learn():
    truth, probability = made_up()
    table = predictions_of(truth, probability)
    row = rows_by_rule(ensemble.ensemble_tables(table.sample(frac=1, random_state=1))).loc["0.5"]
    said = probability >= 0.5
    for name, score in {"f1": sk.f1_score, "precision": sk.precision_score,
                        "recall": sk.recall_score}.items():  # fmt: skip
        for average in ("micro", "macro"):
            assert row[f"{name}_{average}"] == pytest.approx(score(truth, said, average=average))
    assert row["hamming_loss"] == pytest.approx(sk.hamming_loss(truth, said))
    assert row["subset_accuracy"] == pytest.approx(sk.accuracy_score(truth, said))
    assert row["mean_average_precision"] == pytest.approx(
        sk.average_precision_score(truth, probability)
    )
    assert row["roc_auc_macro"] == pytest.approx(sk.roc_auc_score(truth, probability))


@pytest.mark.parametrize("case", ["ties", "song without a genre", "song with all", "all alike"])
def test_the_ranking_is_that_of_scikit_learn(case):
    truth, probability = made_up(songs=40)
    if case == "song without a genre":
        truth[::3] = False
    if case == "song with all":
        truth[::3] = True
    if case == "all alike":
        probability[:] = 0.5
    expected = sk.label_ranking_average_precision_score(truth, probability)
    assert multilabel.lrap(truth, probability) == pytest.approx(expected)


def test_a_row_an_ensemble_and_rule():
    truth, probability = made_up()
    table = pd.concat(
        predictions_of(truth, probability, depth=depth, scale=scale, weights=weights, repeat=repeat)
        for depth, weights in ((0, "baseline"), (34, "joint"), (34, "none"))
        for scale in ("linear", "mel")
        for repeat in (0, 1)
    )
    tables = ensemble.ensemble_tables(table, metrics_of(table, lambda genre: 0.2))
    rows = tables["ensemble"]
    assert rows.columns.tolist() == ensemble.COLUMNS
    assert not rows.duplicated([*ensemble.KEY, "rule"]).any()
    assert len(rows) == 3 * 2 * 2 * 3
    genres = tables["ensemble_genres"]
    assert genres.columns.tolist() == ensemble.GENRE_COLUMNS
    assert len(genres) == 5 * len(rows)
    means = genres.groupby([*ensemble.KEY, "rule"])["roc_auc"].mean()
    assert rows.set_index([*ensemble.KEY, "rule"])["roc_auc_macro"].to_dict() == pytest.approx(
        means.to_dict()
    )


def test_the_scores_of_a_genre_are_those_of_its_network():
    truth, probability = made_up()
    genres = ensemble.ensemble_tables(predictions_of(truth, probability))["ensemble_genres"]
    first = genres[genres["rule"] == "0.5"].iloc[0]
    assert first["f1"] == pytest.approx(sk.f1_score(truth[:, 0], probability[:, 0] >= 0.5))
    assert first["roc_auc"] == pytest.approx(sk.roc_auc_score(truth[:, 0], probability[:, 0]))
    assert first["n_test_positive"] == truth[:, 0].sum()
    assert first[["threshold_first", "threshold_second"]].tolist() == [0.5, 0.5]


# Prior correction


def test_the_correction_is_bayes_rule():
    # Of 1,000 songs 100 have the genre. A network says yes to 60 % of those and 30 % of others,
    # so at 1:1 its yes means 60 in 90; among the 1,000 it means 60 in 330.
    corrected = thresholds.prior_corrected(np.array([[60 / 90]]), [0.1])
    assert corrected == pytest.approx(60 / 330)


@pytest.mark.parametrize("prevalence", [0.01, 0.3, 0.5, 0.9])
def test_the_correction_keeps_order_and_ends(prevalence):
    probability = np.linspace(0, 1, 101)[:, None]
    corrected = thresholds.prior_corrected(probability, [prevalence])
    assert (np.diff(corrected[:, 0]) > 0).all()
    assert corrected[[0, -1], 0].tolist() == [0, 1]
    assert corrected[50, 0] == pytest.approx(prevalence)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, float("nan")])
def test_a_prevalence_is_a_share_of_some_songs(prevalence):
    with pytest.raises(ValueError, match="a prevalence must lie between 0 and 1"):
        thresholds.prior_corrected(np.array([[0.5]]), [prevalence])


def test_decisions_after_the_correction_are_those_of_corrected_probabilities():
    truth, probability = made_up()
    table = predictions_of(truth, probability)
    share = dict(zip(table["genre"].unique(), (0.45, 0.35, 0.33, 0.17, 0.12), strict=True))
    tables = ensemble.ensemble_tables(table, metrics_of(table, share))
    row = rows_by_rule(tables).loc["prior-corrected"]
    corrected = thresholds.prior_corrected(probability, list(share.values()))
    assert row["f1_macro"] == pytest.approx(sk.f1_score(truth, corrected >= 0.5, average="macro"))
    assert row["lrap"] == pytest.approx(
        sk.label_ranking_average_precision_score(truth, corrected)
    )  # the ranking of a song's genres changes, that of a genre's songs does not
    plain = rows_by_rule(tables).loc["0.5"]
    assert row["roc_auc_macro"] == plain["roc_auc_macro"]
    assert row["mean_average_precision"] == plain["mean_average_precision"]
    assert row["recall_micro"] < plain["recall_micro"]


def test_the_correction_serves_networks_that_are_calibrated_at_one_to_one():
    # Songs drawn from a known model, at 1:1 and at the prevalence 0.1: no threshold has fewer
    # errors than 0.5 after the correction.
    rng = np.random.default_rng(3)
    truth = rng.random((20_000, 2)) < 0.1
    score = rng.normal(size=truth.shape) + 2 * truth
    probability = 1 / (1 + np.exp(-(2 * score - 2)))  # log odds of two normals, 1:1
    table = predictions_of(truth, probability)
    tables = ensemble.ensemble_tables(table, metrics_of(table, lambda genre: 0.1))
    losses = rows_by_rule(tables)["hamming_loss"]
    assert losses.idxmin() == "prior-corrected"
    assert losses["prior-corrected"] < 0.6 * losses["0.5"]


@pytest.mark.parametrize("lacking", ["metrics", "column", "one genre"])
def test_without_prevalence_the_rule_is_absent(lacking):
    table = predictions_of(*made_up())
    metrics = metrics_of(table, lambda genre: 0.2)
    if lacking == "metrics":
        metrics = None
    elif lacking == "column":
        metrics = metrics.drop(columns="train_prevalence")
    else:
        metrics.loc[metrics.index[0], "train_prevalence"] = np.nan
    rules = ensemble.ensemble_tables(table, metrics)["ensemble"]["rule"]
    assert rules.tolist() == ["0.5", "F1-tuned"]


def test_a_wrong_prevalence_is_a_clear_error():
    table = predictions_of(*made_up())
    with pytest.raises(RunError, match="train_prevalence of 'genre 0' is 1: it must lie between"):
        ensemble.ensemble_tables(table, metrics_of(table, lambda genre: 1.0))


# Thresholds tuned for F1


@pytest.mark.parametrize("seed", range(6))
def test_no_threshold_has_a_higher_f1_than_the_tuned_one(seed):
    truth, probability = (values[:, -1] for values in made_up(songs=60, seed=seed))
    found = thresholds.best_threshold(truth, probability)
    tried = {t: sk.f1_score(truth, probability >= t) for t in np.linspace(0, 1, 201)}
    best = sk.f1_score(truth, probability >= found)
    assert best == pytest.approx(max(tried.values()))
    # Of equals the one that gives the genre to the fewest songs.
    fewest = min((probability >= t).sum() for t, f1 in tried.items() if f1 == max(tried.values()))
    assert (probability >= found).sum() == fewest


@pytest.mark.parametrize(
    ("truth", "probability", "threshold"),
    [
        ([1, 0], [0.8, 0.4], 0.6),  # between the two
        ([1, 1], [0.8, 0.4], 0.0),  # all songs have it
        ([0, 1], [0.8, 0.4], 0.0),  # the wrong way round: to all is best
        ([1, 0], [0.5, 0.5], 0.0),  # no threshold between equals
        ([1, 0, 0, 1], [0.9, 0.7, 0.5, 0.1], 0.8),  # 0.8 and 0 have the same F1, 2/3
        ([1], [1.0], 0.0),
    ],
)
def test_the_tuned_threshold_by_hand(truth, probability, threshold):
    found = thresholds.best_threshold(np.array(truth, dtype=bool), np.array(probability))
    assert found == pytest.approx(threshold)


def test_between_neighboring_floats_there_is_still_a_threshold():
    low = 0.5
    high = np.nextafter(low, 1)
    found = thresholds.best_threshold(np.array([True, False]), np.array([high, low]))
    assert low < found <= high


def test_without_a_positive_song_there_is_nothing_to_tune():
    assert np.isnan(thresholds.best_threshold(np.zeros(3, dtype=bool), np.array([0.1, 0.2, 0.3])))


def test_thresholds_come_from_the_other_half_only():
    truth, probability = made_up()
    half = thresholds.draw_halves(truth, seed=0)
    before = thresholds.cross_fit(truth, probability, half)
    changed = truth.copy()
    changed[half == 0] = ~changed[half == 0]
    after = thresholds.cross_fit(changed, probability, half)
    assert (after[0] == before[0]).all()  # of the first half: its labels have no say
    assert (after[1] != before[1]).any()


@pytest.mark.parametrize("songs", [2, 7, 120])
def test_the_halves_are_halves_and_share_each_genre(songs):
    truth, _ = made_up(songs=songs)
    half = thresholds.draw_halves(truth, seed=5)
    assert (half == 0).sum() == songs // 2
    if songs == 120:
        assert abs(truth[half == 0].sum(axis=0) - truth[half == 1].sum(axis=0)).max() <= 3


def test_tuned_decisions_are_pooled_over_both_halves():
    truth, probability = made_up(songs=200)
    tables = ensemble.ensemble_tables(predictions_of(truth, probability))
    genres = tables["ensemble_genres"].query("rule == 'F1-tuned'")
    limits = genres[["threshold_first", "threshold_second"]].to_numpy().T
    row = rows_by_rule(tables).loc["F1-tuned"]
    half = thresholds.draw_halves(truth, seed=ensemble.seed_from(0, "halves", 0))
    said = probability >= limits[half]
    assert row["f1_macro"] == pytest.approx(sk.f1_score(truth, said, average="macro"))
    assert (limits == thresholds.cross_fit(truth, probability, half)).all()


def test_a_genre_of_one_song_keeps_one_threshold_and_is_counted():
    truth, probability = made_up(songs=40)
    truth[:, 0] = np.arange(40) == 3
    tables = ensemble.ensemble_tables(predictions_of(truth, probability))
    rows = rows_by_rule(tables)
    assert rows["n_untuned"].to_dict() == {"0.5": 0, "F1-tuned": 1}
    kept = tables["ensemble_genres"].query("genre == 'genre 0' and rule == 'F1-tuned'")
    assert 0.5 in kept[["threshold_first", "threshold_second"]].to_numpy()


def test_the_same_halves_for_all_ensembles_of_a_repeat_whatever_the_order_of_rows():
    truth, probability = made_up()
    both = [predictions_of(truth, probability, scale=scale) for scale in ("linear", "mel")]
    table = pd.concat([both[0], both[1].sample(frac=1, random_state=2)])
    rows = ensemble.ensemble_tables(table)["ensemble"].drop(columns="scale")
    assert rows.iloc[:2].values.tolist() == rows.iloc[2:].values.tolist()


# What is undefined, and what is wrong


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_genre_with_one_class_is_left_out_of_macro_means(everywhere):
    truth, probability = made_up()
    truth[:, 2] = everywhere
    tables = ensemble.ensemble_tables(predictions_of(truth, probability))
    row = rows_by_rule(tables).loc["0.5"]
    rest, said = [0, 1, 3, 4], probability >= 0.5
    assert row["n_one_class"] == 1
    assert row["f1_macro"] == pytest.approx(
        sk.f1_score(truth[:, rest], said[:, rest], average="macro")
    )
    assert row["roc_auc_macro"] == pytest.approx(
        sk.roc_auc_score(truth[:, rest], probability[:, rest])
    )
    assert row["f1_micro"] == pytest.approx(sk.f1_score(truth, said, average="micro"))
    genres = tables["ensemble_genres"].query("rule == '0.5'").set_index("genre")
    named = genres.index[genres["roc_auc"].isna()]
    assert named.tolist() == ["genre 2"]
    assert genres.loc["genre 2", ensemble.BY_GENRE].isna().all()


def test_where_no_genre_has_both_classes_macro_means_are_missing():
    truth, probability = made_up()
    row = rows_by_rule(
        ensemble.ensemble_tables(predictions_of(np.zeros_like(truth), probability))
    ).loc["0.5"]
    assert row[["f1_macro", "mean_average_precision", "roc_auc_macro"]].isna().all()
    assert row["f1_micro"] == 0
    assert row["lrap"] == 1
    assert row["n_unlabeled"] == len(truth)


def test_nothing_called_is_an_f1_of_zero():
    truth, probability = made_up()
    row = rows_by_rule(ensemble.ensemble_tables(predictions_of(truth, probability / 10)))
    assert row.loc["0.5", ["precision_micro", "f1_micro", "f1_macro"]].tolist() == [0, 0, 0]
    assert row.loc["0.5", "hamming_loss"] == pytest.approx(truth.mean())
    assert row.loc["F1-tuned", "f1_macro"] > 0


def test_one_genre_is_no_ensemble():
    truth, probability = made_up(genres=1)
    tables = ensemble.ensemble_tables(predictions_of(truth, probability))
    assert tables["ensemble"].empty
    assert tables["ensemble_genres"].columns.tolist() == ensemble.GENRE_COLUMNS


def test_an_empty_table_gives_empty_tables():
    tables = ensemble.ensemble_tables(pd.DataFrame(columns=results.PREDICTION_COLUMNS))
    assert [len(table) for table in tables.values()] == [0, 0]


def test_an_ensemble_that_is_not_whole_says_so():
    truth, probability = made_up()
    table = predictions_of(truth, probability)
    part = table[table["genre"].isin(["genre 0", "genre 1"])].assign(depth=50)
    rows = ensemble.ensemble_tables(pd.concat([table, part]))["ensemble"]
    assert rows.groupby("depth")["n_genres"].first().to_dict() == {34: 5, 50: 2}


def broken(column, value):
    def change(table):
        return table.astype({column: object}).assign(
            **{column: [value, *table[column].tolist()[1:]]}
        )

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="probability"), "predictions lack the columns probability"),
        (lambda t: t.iloc[1:], r"the song '000.wav' has no row of 'Rock'"),
        (lambda t: pd.concat([t, t.iloc[:2]]), r"are there twice \(2 of them\)"),
        (broken("probability", 1.5), r"have a probability outside 0 to 1 \(1 of them\)"),
        (broken("probability", -0.1), "have a probability outside 0 to 1.*-0.1"),
        (broken("probability", float("nan")), r"have an empty cell \(1 of them\), such as"),
        (broken("genre", None), "have an empty cell"),
        (broken("truth", 2), "have a truth other than 0 and 1"),
        (
            lambda t: pd.concat([t, t.assign(depth=50, truth=~t["truth"])]),
            "contradict themselves on whether '000.wav' has",
        ),
    ],
)
def test_wrong_predictions_are_a_clear_error(change, message):
    table = change(predictions_of(TRUTH, PROBABILITY, genres=GENRES))
    with pytest.raises(RunError, match=message):
        ensemble.ensemble_tables(table)


@pytest.mark.parametrize("kind", ["int", "float", "bool"])
def test_truth_may_be_a_number(kind):
    table = predictions_of(TRUTH, PROBABILITY, genres=GENRES).astype({"truth": kind})
    assert rows_by_rule(ensemble.ensemble_tables(table)).loc["0.5", "f1_micro"] == 3 / 4


def test_more_evidence_is_never_worse():
    # Probabilities that move towards the truth raise every ranking metric or leave it.
    truth, probability = made_up()
    rows = []
    for step in (0, 0.3, 0.6, 1):
        moved = probability + step * (truth - probability)
        rows.append(rows_by_rule(ensemble.ensemble_tables(predictions_of(truth, moved))).loc["0.5"])
    for before, after in itertools.pairwise(rows):
        for name in (*ensemble.RANKED, "f1_micro", "subset_accuracy"):
            assert after[name] >= before[name], name
        assert after["hamming_loss"] <= before["hamming_loss"]
    assert rows[-1][["lrap", "f1_macro", "subset_accuracy", "roc_auc_macro"]].tolist() == [1] * 4


# Files


def test_the_tables_of_a_run_are_read_or_made(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    table = predictions_of(*made_up())
    metrics = metrics_of(table, lambda genre: 0.2).assign(f1=0.5)
    metrics.to_csv(folder / "metrics.csv", index=False)
    assert results.read_ensemble(tmp_path)["ensemble"].empty
    table.to_parquet(folder / "predictions.parquet")
    made = results.read_ensemble(tmp_path)
    assert made["ensemble"]["rule"].tolist() == list(ensemble.RULES)
    for name, content in made.items():
        content.to_csv(folder / f"{name}.csv", index=False)
    (folder / "predictions.parquet").unlink()
    read = results.read_ensemble(tmp_path)
    for name, content in made.items():
        pd.testing.assert_frame_equal(read[name], content, check_dtype=False)


# What the notebook shows


def study_tables(*, depths=(34, 50), repeats=(0,), prevalence=True):
    """The ensembles of a small study with all its rows."""
    cells = [("baseline", 0), *((row, d) for d in depths for row in ("joint", "corpus", "none"))]
    table = pd.concat(
        predictions_of(*made_up(songs=40, seed=seed), weights=row, depth=depth, scale=scale,
                       repeat=repeat)
        .assign(path=lambda rows, repeat=repeat, seed=seed: f"{seed} " + rows["path"])
        for seed, (row, depth) in enumerate(cells)
        for scale in ("linear", "mel")
        for repeat in repeats
    )  # fmt: skip
    return ensemble.ensemble_tables(
        table, metrics_of(table, lambda genre: 0.2) if prevalence else None
    )


def test_a_summary_has_the_arm_and_its_references_as_means_of_the_repeats():
    scores = study_tables()["ensemble"]
    again = scores.assign(repeat=1, f1_macro=scores["f1_macro"] + 0.1)
    summary = ensemble.summarize(pd.concat([scores, again]), arm="corpus")
    assert list(summary["weights"].unique()) == ["corpus", "joint", "baseline"]
    assert list(summary["rule"].unique()) == list(ensemble.RULES)
    assert len(summary) == (2 + 2 + 1) * 2 * 3
    first = summary.iloc[0]
    same = (scores[["weights", "depth", "scale", "rule"]] == first[:4].to_numpy()).all(axis=1)
    assert first["f1_macro"] == pytest.approx(scores.loc[same, "f1_macro"].item() + 0.05)


def test_a_summary_leaves_out_ensembles_that_lack_genres():
    scores = study_tables()["ensemble"]
    scores.loc[scores["depth"] == 50, "n_genres"] -= 1
    assert set(ensemble.summarize(scores, arm="corpus")["depth"]) == {0, 34}


def test_the_words_say_what_is_missing():
    words = ensemble.describe(study_tables())
    assert "An ensemble has 5 genres; of the 40 test songs" in words
    assert "absent" not in words
    without = ensemble.describe(study_tables(prevalence=False))
    assert "has no column `train_prevalence`" in without
    empty = ensemble.ensemble_tables(pd.DataFrame(columns=results.PREDICTION_COLUMNS))
    assert "no `results/predictions.parquet`" in ensemble.describe(empty)


def test_the_words_name_genres_with_one_class_and_the_loss_of_saying_no():
    truth, probability = made_up(songs=40)
    truth[:, 1:] = False
    truth[:, 0] = np.arange(40) == 3
    genres = ["Rock", "<b>", "Jazz", "Folk", "Pop"]
    table = predictions_of(truth, probability, genres=genres)
    words = ensemble.describe(ensemble.ensemble_tables(table))
    assert "each has 0.03 of them on average" in words
    assert f"Hamming loss of {truth.mean():.3f}" in words
    assert "all or none of the test songs have them: \\<b\\>, Folk, Jazz, Pop." in words
    assert "Up to 9 thresholds" in words  # one of Rock, both of the others
    assert "39 songs have none of the genres" in words


def drawn(scores, **settings):
    figure = figures.make_figure(figures.draw_ensemble, scores, arm="corpus", **settings)
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize("metric", ["f1_macro", "hamming_loss"])
def test_a_panel_for_each_rule_with_bars_as_long_as_the_scores(metric):
    summary = ensemble.summarize(study_tables()["ensemble"], arm="corpus")
    figure = drawn(summary, metric=metric)
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(ensemble.RULES)
    for ax, rule in zip(figure.axes, ensemble.RULES, strict=True):
        own = summary[(summary["weights"] == "corpus") & (summary["rule"] == rule)]
        lengths = [bar.get_width() for bar in ax.patches if isinstance(bar, Rectangle)]
        assert sorted(lengths) == pytest.approx(sorted(own[metric]))
        marks = [x for line in ax.lines if line.get_marker() == "D" for x in line.get_xdata()]
        joint = summary[(summary["weights"] == "joint") & (summary["rule"] == rule)]
        assert sorted(marks) == pytest.approx(sorted(joint[metric]))
        assert ax.get_xlim() == figure.axes[0].get_xlim()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["linear", "mel", "joint network", "logistic regression"]


def test_a_figure_of_what_is_there():
    scores = study_tables(prevalence=False)["ensemble"]
    summary = ensemble.summarize(scores[scores["weights"] != "joint"], arm="corpus")
    figure = drawn(summary, metric="f1_macro")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["0.5", "F1-tuned"]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["linear", "mel", "logistic regression"]


@pytest.mark.parametrize("lacking", ["all", "the arm"])
def test_a_figure_of_nothing_says_so(lacking):
    scores = study_tables()["ensemble"]
    scores = scores.iloc[:0] if lacking == "all" else scores[scores["weights"] != "corpus"]
    figure = drawn(ensemble.summarize(scores, arm="corpus"), metric="f1_macro")
    assert "No Macro F1 for the arm corpus" in figure.axes[0].texts[0].get_text()
