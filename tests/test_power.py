"""Power by simulation against the noncentral t, statsmodels and studies made up anew."""

import json
import math
import time

import made_up
import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from scipy import stats
from statsmodels.stats.power import TTestPower

from mgrlib import figures, statistics
from mgrlib.statistics.power import simulation as power
from mgrlib.statistics.power import words as power_words
from mgrlib.statistics.power.variances import Variances, f1_variance, variance_parts


def parts(**changes):
    """Variances of a made-up run of 16 genres, all known equally well."""
    known = {
        "n_genres": 16, "repeats": 1, "mean": 0.0, "total": 0.0016, "n_songs": 200,
        "songs": (0.0012,) * 16, "songs_estimate": 0.0012, "shared": 0.0, "training": None,
        "genres": 0.0004, "songs_by": "bootstrap",
    }  # fmt: skip
    return Variances(**{**known, **changes})


def with_own_deviations(metrics):
    """Genres that differ of their own, by 0.05 each."""
    metrics.loc[metrics["scale"] == "mel", "f1"] += metrics["genre"].str[-1].astype(int) * 0.05
    return metrics


def simulated(known, *, simulations=20_000, seed=0, **design):
    design = {"n_genres": 16, "n_songs": known.n_songs, **design}
    rng = np.random.default_rng(seed)
    return power.simulate_differences(known, **design, rng=rng, simulations=simulations)


# Simulation


@pytest.mark.parametrize("n", [4, 16, 64])
def test_of_normal_differences_it_is_the_power_of_statsmodels(n):
    effects = np.array([0.0, 0.005, 0.01, 0.02, 0.04])
    found = power.simulated_power(simulated(parts(), n_genres=n), effects)
    for effect, share in zip(effects, found, strict=True):
        expected = TTestPower().power(effect / 0.04, n, 0.05)
        expected = 1.0 if math.isnan(expected) else expected
        error = power.monte_carlo_error(expected, 20_000)
        assert share == pytest.approx(expected, abs=4 * error + 1e-9)


@pytest.mark.parametrize(
    ("design", "deviation"),
    [
        ({"n_songs": 400}, math.sqrt(0.0004 + 0.0006)),
        ({"n_songs": math.inf}, math.sqrt(0.0004)),
        ({"repeats": 3}, math.sqrt(0.0004 + 0.0004)),
        ({"n_songs": 100, "repeats": 2}, 0.04),
    ],
)
def test_songs_and_repeats_shrink_their_parts(design, deviation):
    made = simulated(parts(), **design)
    assert made.std() == pytest.approx(deviation, rel=0.01)
    variance = power.design_variance(parts(), **{"n_songs": 200, **design})
    assert math.sqrt(variance) == pytest.approx(deviation)
    least = power.detectable_effect(made)
    assert least == pytest.approx(deviation * statistics.detectable_dz(16), rel=0.03)


def test_repeats_shrink_training_and_leave_the_genres():
    known = parts(songs=(), n_songs=None, songs_by="none", training=0.0009, genres=0.0016)
    for repeats in (1, 9):
        expected = math.sqrt(0.0016 + 0.0009 / repeats)
        assert simulated(known, repeats=repeats).std() == pytest.approx(expected, rel=0.01)


def test_genres_that_are_known_unequally_are_drawn_from_the_runs():
    known = parts(songs=(0.0,) * 15 + (0.0192,), genres=0.0)
    made = simulated(known, n_genres=8)
    assert (made == 0).mean() == pytest.approx(15 / 16, abs=0.005)
    assert made.var() == pytest.approx(0.0012, rel=0.05)


@pytest.mark.parametrize("n", [4, 16, 64])
def test_songs_that_genres_share_raise_false_alarms(n):
    known = parts(shared=0.0002)
    made = simulated(known, n_genres=n)
    apart = 0.0016 - 0.0002
    # The mean varies more than the spread between genres tells, by this factor.
    factor = math.sqrt(1 + n * 0.0002 / apart)
    expected = 2 * stats.t.sf(stats.t.isf(0.025, n - 1) / factor, n - 1)
    (share,) = power.simulated_power(made, [0.0])
    assert share == pytest.approx(expected, abs=4 * power.monte_carlo_error(expected, 20_000))
    assert made.mean(axis=1).var() == pytest.approx(apart / n + 0.0002, rel=0.05)


def test_the_monte_carlo_error_is_that_of_many_simulations():
    shares = [power.simulated_power(simulated(parts(), simulations=500, seed=seed), [0.03])[0]
              for seed in range(200)]  # fmt: skip
    assert power.monte_carlo_error(np.mean(shares), 500) == pytest.approx(np.std(shares), rel=0.2)


# What an effect takes


@pytest.mark.parametrize("effect", [0.005, 0.02, 0.05])
def test_the_genres_needed_are_those_of_statsmodels(effect):
    expected = TTestPower().solve_power(effect_size=effect / 0.04, alpha=0.05, power=0.8)
    assert power.genres_needed(effect, parts(), n_songs=200) == math.ceil(expected)
    halved = TTestPower().solve_power(effect_size=effect / 1e-3**0.5, alpha=0.05, power=0.8)
    assert power.genres_needed(effect, parts(), n_songs=400) == math.ceil(halved)


def test_what_all_genres_share_no_number_of_genres_removes():
    known = parts(shared=0.0002)
    floor = math.sqrt(0.0002) * (stats.norm.isf(0.025) + stats.norm.ppf(0.8))
    assert power.genres_needed(0.98 * floor, known, n_songs=200) is None
    needed = power.genres_needed(1.2 * floor, known, n_songs=200)
    assert needed > TTestPower().solve_power(effect_size=1.2 * floor / 0.04, alpha=0.05, power=0.8)


@pytest.mark.parametrize("shared", [0.0, 0.00005])
def test_the_songs_needed_are_just_enough(shared):
    known, effect = parts(shared=shared), 0.02
    songs = power.songs_needed(effect, known)

    def power_with(k):
        scale = 200 / k
        error = math.sqrt((0.0004 + (0.0012 - shared) * scale) / 16 + shared * scale)
        return stats.nct.sf(stats.t.isf(0.025, 15), 15, effect / error)

    assert power_with(songs) >= 0.8 > power_with(songs - 1)


def test_no_number_of_songs_helps_where_the_genres_differ():
    assert power.songs_needed(0.01, parts(genres=0.0016)) is None
    assert power.songs_needed(0.01, parts(songs=(), songs_by="none")) is None


@pytest.mark.parametrize("shared", [0.0, 0.00005])
def test_the_repeats_needed_are_just_enough(shared):
    known, effect = parts(shared=shared, training=0.0008), 0.025
    repeats = power.repeats_needed(effect, known)

    def power_with(k):
        error = math.sqrt((0.0004 + (0.0012 - shared + 0.0008) / k) / 16 + shared / k)
        return stats.nct.sf(stats.t.isf(0.025, 15), 15, effect / error)

    assert power_with(repeats) >= 0.8 > power_with(repeats - 1)
    assert power.repeats_needed(0.01, parts(genres=0.0016)) is None
    assert power.repeats_needed(0.05, parts(songs=(), songs_by="none")) is None


@pytest.mark.parametrize(
    ("songs", "repeats", "said"),
    [
        (500, 3, "can show it with 500 songs or 3 repeats."),
        (None, 1, "can show it with 1 repeat, but with no number of songs."),
        (None, None, "can't show it with any number of songs or repeats."),
    ],
)
def test_what_an_effect_takes_is_said(songs, repeats, said):
    row = {"effect": 0.01, "genres": 90, "genres_with_4_times_the_songs": 30,
           "songs": songs, "repeats": repeats}  # fmt: skip
    numbers = {"songs_by": "bootstrap", "n_songs": 240, "n_genres": 16, "needed": [row],
               "variances": {"training": 0.001}}  # fmt: skip
    assert power_words.needed_words(numbers).endswith(f"the 16 genres of this run {said}")
    numbers |= {"songs_by": "none", "variances": {"training": None}}
    assert power_words.needed_words(numbers).endswith("takes 90 genres with 240 test songs.")


@pytest.mark.parametrize("n", [3, 16])
def test_the_interval_of_a_deviation_covers_it_as_often_as_it_says(n):
    drawn = np.random.default_rng(3).normal(0, 2, (20_000, n)).std(axis=1, ddof=1)
    low, high = power.deviation_interval(1.0, n)
    assert ((drawn * low <= 2) & (drawn * high >= 2)).mean() == pytest.approx(0.95, abs=0.006)


# Variances of a run


@pytest.mark.parametrize(("recall", "false_alarms"), [(0.8, 0.2), (0.5, 0.05), (1.0, 0.3)])
def test_the_variance_of_f1_by_drawing_songs(recall, false_alarms):
    rng, songs, share = np.random.default_rng(4), 500, 0.2
    cells = [share * recall, share * (1 - recall), (1 - share) * false_alarms]
    counts = rng.multinomial(songs, [*cells, 1 - sum(cells)], size=40_000)
    hit, missed, false = counts[:, 0], counts[:, 1], counts[:, 2]
    f1 = 2 * hit / (2 * hit + missed + false)
    truth = 2 * cells[0] / (2 * cells[0] + cells[1] + cells[2])
    assert f1_variance(truth, recall, songs * share) == pytest.approx(f1.var(), rel=0.05)


def test_a_network_that_finds_nothing_has_no_variance_of_f1():
    assert f1_variance(0.0, 0.0, 10) == 0.0


def test_the_part_of_the_songs_is_what_other_test_songs_would_change():
    """Against the same networks asked about fresh songs, many times over."""
    made = {"genres": 5, "songs": 250, "depths": (34,)}
    fresh = []
    for seed in range(120):
        table = made_up.scores(made_up.answers(**made, seed=seed))
        fresh.append(statistics.paired_scores(table, arm="corpus")["difference"].sort_index())
    expected = np.mean(np.var(fresh, axis=0, ddof=1))
    found = []
    for seed in range(5):
        predictions = made_up.answers(**made, seed=1000 + seed)
        known = variance_parts(made_up.scores(predictions), predictions, arm="corpus")
        assert known.songs_by == "bootstrap"
        found.append(known.songs_estimate)
    assert np.mean(found) == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize("repeats", [1, 3])
def test_the_parts_add_up_to_what_was_observed(repeats):
    predictions = made_up.answers(genres=8, songs=400, repeats=repeats, seed=5)
    metrics = with_own_deviations(made_up.scores(predictions))  # no part has to be cut
    known = variance_parts(metrics, predictions, arm="corpus")
    pairs = statistics.paired_scores(metrics, arm="corpus")["difference"]
    assert known.total == pytest.approx(np.var(pairs, ddof=1))
    assert (known.training is None) == (repeats == 1)
    noise = (np.mean(known.songs) - known.shared + (known.training or 0)) / repeats
    assert known.genres + noise == pytest.approx(known.total)
    assert math.sqrt(known.genres) == pytest.approx(0.05 * np.std(range(8), ddof=1), rel=0.15)
    at_own_size = power.design_variance(known, n_songs=400, repeats=repeats)
    assert at_own_size == pytest.approx(known.total)


def test_repeats_tell_the_training_from_the_genres():
    """Without songs' part: a balanced one-way layout, by hand."""
    rng = np.random.default_rng(6)
    noise = rng.normal(0, 0.03, (12, 4)) + rng.normal(0, 0.05, (12, 1))
    rows = [
        {"genre": f"G{genre:02d}", "depth": 34, "scale": scale, "weights": "none",
         "repeat": repeat, "f1": 0.5 + (scale == "linear") * noise[genre, repeat]}
        for genre in range(12) for repeat in range(4) for scale in ("linear", "mel")
    ]  # fmt: skip
    known = variance_parts(pd.DataFrame(rows), None, arm="none")
    within = noise.var(axis=1, ddof=1).mean()
    assert known.songs_by == "none"
    assert known.training == pytest.approx(within)
    assert known.genres == pytest.approx(noise.mean(axis=1).var(ddof=1) - within / 4)
    assert known.as_training() is known


def test_one_repeat_leaves_both_readings_open():
    known = parts()
    other = known.as_training()
    assert (other.genres, other.training) == (0.0, known.genres)
    row = {r["repeats"]: r for r in power._by_repeats(known, seed=0)}
    assert row[1]["if_training"] == row[1]["if_genres"]
    assert row[10]["if_training"] < row[10]["if_genres"]


def test_without_predictions_the_networks_are_taken_to_err_independently():
    metrics = with_own_deviations(made_up.scores(made_up.answers(genres=6, songs=300, seed=7)))
    known = variance_parts(metrics, None, arm="corpus")
    assert (known.songs_by, known.shared) == ("approximation", 0.0)
    metrics["v"] = f1_variance(metrics["f1"], metrics["recall"], metrics["n_test_positive"])
    by_hand = metrics.groupby("genre")["v"].sum() / 2**2
    genres = statistics.paired_scores(metrics, arm="corpus").index
    assert known.songs == pytest.approx(by_hand[genres].tolist())


def test_the_songs_part_is_never_more_than_what_is_seen():
    predictions = made_up.answers(genres=6, songs=40, seed=8)
    metrics = made_up.scores(predictions)
    mean = metrics.groupby(["genre", "depth"])["f1"].transform("mean")
    metrics["f1"] = mean + 0.1 * (metrics["f1"] - mean)
    known = variance_parts(metrics, predictions, arm="corpus")
    assert np.mean(known.songs) == pytest.approx(known.total)
    assert known.songs_estimate > 10 * known.total
    said = power_words.spread_words(statistics.power_numbers(metrics, predictions, arm="corpus"))
    assert "above all that is seen" in said
    said += power_words.own_words(statistics.power_numbers(metrics, predictions, arm="corpus"))
    alone = statistics.detectable_dz(6) * math.sqrt(known.songs_estimate)
    assert f"as large as estimated, it would take {alone:.3f}" in said
    assert "Nothing remains" in said


# All numbers


@pytest.fixture(scope="module")
def study():
    predictions = made_up.answers(genres=9, songs=120, arms=("corpus", "joint", "baseline"))
    return with_own_deviations(made_up.scores(predictions)), predictions


def test_the_numbers_are_the_same_each_time_and_soon_there(study):
    start = time.process_time()
    numbers = statistics.power_numbers(*study, arm="corpus")
    assert time.process_time() - start < 5
    again = statistics.power_numbers(*study, arm="corpus")
    assert json.dumps(numbers) == json.dumps(again)


def test_the_designs_contain_the_runs_own(study):
    numbers = statistics.power_numbers(*study, arm="corpus")
    table = pd.DataFrame(numbers["detectable"]).pivot(
        index="n_genres", columns="n_songs", values="effect"
    )
    assert table.loc[9, 120] == numbers["own"]["effect"] == numbers["by_repeats"][0]["if_genres"]
    assert (table.diff(axis=1).iloc[:, 1:] < 0).all(axis=None), "more songs show less"
    assert (table.diff(axis=0).iloc[1:] < 0).all(axis=None), "more genres show less"
    curve = next(c for c in numbers["curves"] if c["n_genres"] == 9)
    assert np.interp(numbers["own"]["effect"], curve["effects"], curve["power"]) == pytest.approx(
        0.8, abs=0.01
    )
    low, high = numbers["own"]["interval"]
    assert low < numbers["own"]["effect"] < high


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[rows["scale"] == "mel"], "no genre has the values that it takes"),
        (lambda rows: rows[rows["genre"] < "Genre 2"], "2 pairs, fewer than the 3"),
        (lambda rows: rows.assign(f1=0.5), "all 9 values are equal"),
        (lambda rows: rows.assign(f1=math.nan), "no genre has the values that it takes"),
    ],
    ids=["one scale", "two genres", "equal", "nan"],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_page_of_a_run_whose_differences_can_not_be_tested(study, tmp_path, change, reason):
    metrics, predictions = study
    run = made_up.write(tmp_path / "run", change(metrics), predictions)
    said = words(run_cells("15_power", run=str(run)))
    assert f"No power can be computed: {reason}" in said
    assert f"No false alarms can be counted: {reason}" in said


# Figures and page


def axes_of(draw, numbers):
    figure = figures.make_figure(draw, numbers)
    figure.draw_without_rendering()
    return figure.axes


def test_a_curve_for_each_number_of_genres_and_a_frame_for_the_run(study):
    numbers = statistics.power_numbers(*study, arm="corpus")
    ax = axes_of(figures.draw_power_curves, numbers)[0]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    sizes = [label.split()[0] for label in labels if "genres" in label]
    assert sizes == ["4", "8", "9", "16", "32", "64"]
    assert "9 genres (this run)" in labels
    ax = axes_of(figures.draw_detectable, numbers)[0]
    (frame,) = ax.patches
    rows = [label.get_text() for label in ax.get_yticklabels()]
    columns = [label.get_text() for label in ax.get_xticklabels()]
    assert (columns[int(frame.get_x())], rows[int(frame.get_y())]) == ("120", "9")


@pytest.mark.parametrize("draw", [figures.draw_power_curves, figures.draw_detectable])
def test_a_figure_without_power_says_why(draw):
    ax = axes_of(draw, {"arm": "corpus", "reason": "2 pairs"})[0]
    assert "No power: 2 pairs." in [text.get_text() for text in ax.texts]


def test_a_run_that_can_not_tell_the_songs_part_has_no_grid(study):
    metrics, _ = study
    numbers = statistics.power_numbers(metrics[[*made_up.KEY, "f1"]], None, arm="corpus")
    assert numbers["songs_by"] == "none"
    assert (numbers["n_songs"], numbers["variances"]["songs"]) == (None, None)
    ax = axes_of(figures.draw_detectable, numbers)[0]
    assert "can't be told" in " ".join(text.get_text() for text in ax.texts)


def test_the_page_of_a_whole_run(study, tmp_path):
    metrics, predictions = study
    run = made_up.write(tmp_path / "run", metrics, predictions)
    shown = run_cells("15_power", run=str(run))
    said = words(shown)
    numbers = statistics.power_numbers(metrics, predictions, arm="corpus")
    assert "A bootstrap over the test songs puts" in said
    assert "which one repeat can't tell apart" in said
    assert f"a mean difference of {numbers['own']['effect']:.3f} F1" in said
    assert "with 10" in said
    assert "To show 0.01 F1 takes" in said
    assert [list(value.index) for value in shown if isinstance(value, pd.DataFrame)][-1] == [
        "corpus", "joint", "baseline",
    ]  # fmt: skip
    for name in ("power-curves", "power-designs"):
        assert (run / "figures" / f"{name}.png").exists()


@pytest.mark.parametrize(
    ("columns", "words_of_it"),
    [(None, "Without predictions the delta method"), (["f1"], "How much of that is owed")],
)
def test_the_page_of_results_made_elsewhere(study, tmp_path, columns, words_of_it):
    metrics = study[0] if columns is None else study[0][[*made_up.KEY, *columns]]
    metrics = metrics.replace({"weights": {"corpus": "my <arm>"}})
    said = words(run_cells("15_power", run=str(made_up.write(tmp_path / "run", metrics))))
    assert words_of_it in said
    assert "9 genres" in said
    assert "nan" not in said.replace("NaN", "").lower().split("significant")[1]


def test_the_page_of_a_run_with_repeats(tmp_path):
    predictions = made_up.answers(genres=6, songs=150, repeats=3, seed=9)
    metrics = with_own_deviations(made_up.scores(predictions))
    said = words(
        run_cells("15_power", run=str(made_up.write(tmp_path / "r", metrics, predictions)))
    )
    assert "By what 3 repeats vary beyond that" in said
    assert "6 genres, 150 test songs and 3 repeats" in said
    assert "Where two numbers stand" not in said
