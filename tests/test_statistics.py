"""Aggregation and tests against scipy, statsmodels, pingouin and hand calculations."""

import json
import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pingouin
import pytest
from matplotlib.cbook import boxplot_stats
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from mgrlib import paper, results, statistics
from mgrlib.errors import StudyError
from mgrlib.files import read_json, write_json

GENRES = list(paper.TABLE_1)


def table(scores, *, arm="corpus", depths=(34, 50), repeats=1):
    """Made-up metrics: `scores` gives F1 by genre and scale, the same at every depth."""
    rows = [
        {"genre": genre, "depth": depth, "scale": scale, "weights": arm, "repeat": repeat}
        | {"f1": value, "recall": value, "n_test_positive": 100 - place}
        for place, (genre, by_scale) in enumerate(scores.items())
        for scale, value in by_scale.items()
        for depth in depths
        for repeat in range(repeats)
    ]
    return pd.DataFrame(rows)


def random_table(seed=0, genres=GENRES, **settings):
    rng = np.random.default_rng(seed)
    return table(
        {genre: dict(zip(("linear", "mel"), rng.random(2), strict=True)) for genre in genres},
        **settings,
    )


def differences_with(t, n, seed=0):
    """n differences whose paired t is exactly `t`."""
    values = np.random.default_rng(seed).normal(size=n)
    values = (values - values.mean()) / values.std(ddof=1)
    return 0.03 * (values + t / math.sqrt(n))


def published_table():
    """16 genres whose differences have the paper's t."""
    differences = differences_with(paper.T_STATISTIC, 16)
    return table(
        {
            genre: {"linear": 0.5 + d / 2, "mel": 0.5 - d / 2}
            for genre, d in zip(GENRES, differences, strict=True)
        }
    )


# Aggregation


def test_a_pair_is_a_genre_with_the_mean_over_depths_and_repeats():
    metrics = pd.concat(
        [
            table({"Jazz": {"linear": 0.2, "mel": 0.3}}, depths=[34], repeats=2),
            table({"Jazz": {"linear": 0.6, "mel": 0.4}}, depths=[50], repeats=2),
        ]
    )
    pairs = statistics.paired_scores(metrics, arm="corpus")
    assert pairs.loc["Jazz"].to_dict() == pytest.approx(
        {"linear": 0.4, "mel": 0.35, "difference": 0.05, "cells": 4}
    )


def test_only_cells_of_both_scales_count():
    metrics = table({"Jazz": {"linear": 0.2, "mel": 0.3}, "Rock": {"linear": 0.5, "mel": 0.5}})
    lost = (metrics["depth"] == 50) & (metrics["scale"] == "mel") & (metrics["genre"] == "Jazz")
    metrics.loc[lost, "f1"] = math.nan
    metrics.loc[(metrics["depth"] == 50) & (metrics["scale"] == "linear"), "f1"] = 0.9
    pairs = statistics.paired_scores(metrics, arm="corpus")
    assert pairs.loc["Jazz", "linear"] == pytest.approx(0.2)
    assert pairs["cells"].to_dict() == {"Jazz": 1, "Rock": 2}


def test_pairs_run_from_the_largest_genre_to_the_smallest():
    metrics = random_table()
    metrics["n_test_positive"] = metrics["genre"].map(paper.TABLE_1)
    shuffled = metrics.sample(frac=1, random_state=1)
    assert list(statistics.paired_scores(shuffled, arm="corpus").index) == GENRES


def test_pairs_keep_to_their_arm():
    metrics = pd.concat([random_table(0, arm="none"), random_table(1, arm="joint")])
    expected = statistics.paired_scores(random_table(0, arm="none"), arm="none")
    pd.testing.assert_frame_equal(statistics.paired_scores(metrics, arm="none"), expected)


@pytest.mark.parametrize("lost", ["scale", "column", "values"])
def test_no_pairs_where_a_scale_or_the_metric_is_missing(lost):
    metrics = random_table()
    if lost == "scale":
        metrics = metrics[metrics["scale"] == "mel"]
    elif lost == "column":
        metrics = metrics.drop(columns="f1")
    else:
        metrics["f1"] = math.inf
    pairs = statistics.paired_scores(metrics, arm="corpus")
    assert pairs.empty
    assert list(pairs) == ["linear", "mel", "difference", "cells"]


def test_other_scales_can_be_paired():
    metrics = random_table().replace({"scale": {"mel": "linear-bands"}})
    pairs = statistics.paired_scores(metrics, arm="corpus", scales=("linear", "linear-bands"))
    assert list(pairs)[:2] == ["linear", "linear-bands"]
    assert len(pairs) == 16


def test_sizes_keep_the_order_of_the_file_where_they_are_not_recorded():
    metrics = random_table(genres=["Jazz", "Rock", "Ambient"]).drop(columns="n_test_positive")
    sizes = statistics.genre_sizes(metrics)
    assert list(sizes.index) == ["Jazz", "Rock", "Ambient"]
    assert sizes.isna().all()


@pytest.mark.parametrize(("asked", "shown"), [(50, 50), (18, 34), (200, 152), (42, 34), (130, 152)])
def test_nearest_depth(asked, shown):
    metrics = random_table(depths=(34, 50, 152))
    assert statistics.nearest_depth(metrics, asked, arm="corpus") == shown


@pytest.mark.parametrize(
    ("depth", "arm", "message"),
    [
        ("fifty", "corpus", "depth must be a whole number such as 50, got 'fifty'"),
        (True, "corpus", "got True"),
        (50.5, "corpus", "got 50.5"),
        (50, "imagenet", "no depth for the arm 'imagenet'"),
    ],
)
def test_a_depth_that_is_none_is_named(depth, arm, message):
    with pytest.raises(StudyError, match=message):
        statistics.nearest_depth(random_table(), depth, arm=arm)


# Tests


def test_the_published_t_over_16_genres_gives_the_published_p():
    pairs = statistics.paired_scores(published_table(), arm="corpus")
    test = statistics.paired_t(pairs["difference"])
    assert (test.n, test.df) == (16, 15)
    assert test.statistic == pytest.approx(-3.5872)
    assert round(test.p, 4) == 0.0027
    assert round(test.effect, 3) == -0.897


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [3, 16, 64])
def test_paired_t_against_scipy_statsmodels_and_pingouin(seed, n):
    linear, mel = np.random.default_rng(seed).random((2, n))
    test = statistics.paired_t(linear - mel)
    by_scipy = stats.ttest_rel(linear, mel)
    assert (test.statistic, test.p) == pytest.approx((by_scipy.statistic, by_scipy.pvalue))
    by_statsmodels = DescrStatsW(linear - mel)
    assert test.interval == pytest.approx(by_statsmodels.tconfint_mean())
    assert (test.statistic, test.p, test.df) == pytest.approx(by_statsmodels.ttest_mean())
    by_pingouin = pingouin.ttest(linear, mel, paired=True)
    assert test.p == pytest.approx(by_pingouin["p_val"].iloc[0])
    # dz is the paired t over the root of n.
    assert test.effect == pytest.approx(by_scipy.statistic / math.sqrt(n))


def test_paired_t_by_hand():
    test = statistics.paired_t([1.0, 2.0, 3.0])
    assert test.statistic == pytest.approx(2 / (1 / math.sqrt(3)))
    assert test.effect == pytest.approx(2.0)
    wide = 4.30265 / math.sqrt(3)  # the 97.5 % quantile of t with 2 df
    assert test.interval == pytest.approx((2 - wide, 2 + wide), abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_shapiro_wilk_against_scipy_and_pingouin(seed):
    values = np.random.default_rng(seed).normal(size=16)
    test = statistics.shapiro_wilk(values)
    by_pingouin = pingouin.normality(values)
    assert (test.statistic, test.p) == pytest.approx(tuple(stats.shapiro(values)))
    assert test.statistic == pytest.approx(by_pingouin["W"].iloc[0])
    assert (test.df, test.effect, test.interval) == (None, None, None)


@pytest.mark.parametrize("test", [statistics.shapiro_wilk, statistics.paired_t])
@pytest.mark.parametrize(
    ("differences", "reason"),
    [
        ([], "no genre has the values"),
        ([0.1], "1 pair, fewer than the 3"),
        ([0.1, 0.2], "2 pairs, fewer than the 3"),
        ([0.1, math.nan, 0.2, 0.3], "1 of 4 values are not finite"),
        ([0.1, math.inf, 0.2, 0.3], "1 of 4 values are not finite"),
        ([0.0] * 16, "all 16 values are equal"),
        ([0.3 - 0.1, 0.2, 0.1 + 0.1, 0.2], "all 4 values are equal"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cant_be_tested_says_why(test, differences, reason):
    outcome = test(differences)
    assert reason in outcome.reason
    assert outcome.n == len(differences)
    assert (outcome.df, outcome.statistic, outcome.p, outcome.interval) == (None,) * 4
    assert "can't be computed" in outcome.in_words("t")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "either a statistic or a reason"),
        ({"statistic": 1.0, "reason": "none"}, "either a statistic or a reason"),
        ({"statistic": math.nan}, "must be finite, got nan"),
        ({"statistic": 1.0, "p": 1.2}, "p must lie between 0 and 1, got 1.2"),
        ({"statistic": 1.0, "interval": (2.0, 1.0)}, r"from low to high, got \(2.0, 1.0\)"),
    ],
)
def test_an_outcome_checks_itself(values, message):
    with pytest.raises(ValueError, match=message):
        statistics.Outcome(n=16, **values)


def test_an_outcome_in_words():
    test = statistics.Outcome(n=16, df=15, statistic=-3.5872, p=0.0027)
    assert test.in_words("t") == "t(15) = −3.587, p = 0.0027, n = 16"
    assert "p < 0.0001" in statistics.Outcome(n=9, statistic=1.0, p=1e-9).in_words("W")


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((-0.2, -0.1), "beyond noise, in favor of mel"),
        ((0.1, 0.2), "beyond noise, in favor of linear"),
        ((-0.1, 0.1), "within noise"),
    ],
)
def test_verdict(interval, words):
    assert words in statistics.verdict(statistics.Outcome(n=9, statistic=0.0, interval=interval))


def test_size_correlation_against_scipy():
    metrics = random_table(3)
    test = statistics.size_correlation(metrics, arm="corpus", metric="f1", scale="mel", depth=50)
    rows = metrics[(metrics["scale"] == "mel") & (metrics["depth"] == 50)]
    expected = stats.pearsonr(rows["n_test_positive"], rows["f1"])
    assert (test.statistic, test.p) == pytest.approx((expected.statistic, expected.pvalue))
    by_pingouin = pingouin.corr(rows["n_test_positive"], rows["f1"])
    assert test.interval == pytest.approx(tuple(by_pingouin["CI95"].iloc[0]), abs=0.006)
    assert (test.n, test.df) == (16, 14)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n_test_positive": math.nan}, "sizes of the genres are not recorded"),
        ({"n_test_positive": 12}, "all 16 values are equal"),
        ({"f1": math.nan}, "no genre has the values"),
        ({"scale": "linear"}, "no genre has the values"),
    ],
)
def test_size_correlation_says_what_is_missing(change, reason):
    metrics = random_table().assign(**change)
    test = statistics.size_correlation(metrics, arm="corpus", metric="f1", scale="mel")
    assert reason in test.reason


def test_quantile_pairs_are_those_of_probplot_with_their_genres():
    differences = pd.Series([0.3, -0.1, 0.2, 0.0], index=["A", "B", "C", "D"])
    points = statistics.quantile_pairs(differences)
    (theoretical, ordered), line = stats.probplot(differences)
    np.testing.assert_allclose(points.theoretical, theoretical)
    np.testing.assert_allclose(points.ordered, ordered)
    assert (points.slope, points.intercept, points.r) == pytest.approx(line)
    assert points.names == ("B", "D", "C", "A")


def test_implied_by_the_published_numbers_is_one_pair_a_genre():
    (test,) = statistics.implied_by(paper.T_STATISTIC, paper.P_VALUE)
    assert (test.n, test.df) == (16, 15)
    assert test.effect == pytest.approx(-0.897, abs=5e-4)
    assert test.interval == pytest.approx((-1.430, -0.364), abs=5e-4)


@pytest.mark.parametrize(("t", "p", "sizes"), [(12.706, 0.05, [2]), (2.0, 0.9, [])])
def test_implied_by_other_numbers(t, p, sizes):
    assert [test.n for test in statistics.implied_by(t, p)] == sizes


# Boxes and depths


@pytest.mark.parametrize("seed", range(6))
def test_boxes_are_those_of_matplotlib(seed):
    metrics = random_table(seed, genres=GENRES[: 4 + 2 * seed])
    for box in statistics.box_summaries(metrics, metric="f1", arm="corpus"):
        cells = (metrics["depth"] == box.depth) & (metrics["scale"] == box.scale)
        (theirs,) = boxplot_stats(metrics.loc[cells, "f1"].to_numpy())
        assert (box.low, box.q1, box.median, box.q3, box.high) == pytest.approx(
            tuple(theirs[name] for name in ("whislo", "q1", "med", "q3", "whishi"))
        )


def test_a_whisker_never_ends_inside_its_box():
    scores = {str(i): {"mel": value} for i, value in enumerate([0.1, 0.1, 0.1, 0.9])}
    (box,) = statistics.box_summaries(table(scores, depths=[34]), metric="f1", arm="corpus")
    assert box.high == box.q3 == pytest.approx(0.3)


def test_compare_depths_by_hand():
    scores = {
        "A": {"linear": 0.1, "mel": 0.2},
        "B": {"linear": 0.2, "mel": 0.4},
        "C": {"linear": 0.3, "mel": 0.6},
    }
    compared = statistics.compare_depths(table(scores), metric="f1", arm="corpus")
    assert list(compared.index) == [34, 50]
    row = compared.loc[34]
    assert row[["n", "linear", "mel"]].tolist() == pytest.approx([3, 0.2, 0.4])
    assert row[["linear_iqr", "mel_iqr"]].tolist() == pytest.approx([0.1, 0.2])
    assert row["difference"] == pytest.approx(-0.2)
    wide = 4.30265 * 0.1 / math.sqrt(3)
    assert (row["low"], row["high"]) == pytest.approx((-0.2 - wide, -0.2 + wide), abs=1e-5)


def test_count_depths_by_hand():
    compared = pd.DataFrame(
        {
            "linear": [0.5, 0.5, 0.5],
            "mel": [0.6, 0.4, 0.5],
            "linear_iqr": [0.2, 0.1, 0.1],
            "mel_iqr": [0.1, 0.2, 0.1],
            "low": [-0.2, 0.1, math.nan],
            "high": [-0.1, 0.2, math.nan],
        }
    )
    assert list(statistics.count_depths(compared).values()) == [3, 1, 1, 1, 1, 1]
    assert set(statistics.count_depths(pd.DataFrame()).values()) == {0}


# The file


def test_study_statistics_hold_every_test_by_the_contract(tmp_path):
    numbers = statistics.study_statistics(published_table(), arm="corpus", arms=["corpus"])
    write_json(tmp_path / "statistics.json", numbers)
    stored = read_json(tmp_path / "statistics.json")
    assert (stored["arm"], stored["difference"]) == ("corpus", "linear - mel")
    assert stored["n_genres"] == 16
    assert stored["depths"] == [34, 50]
    for name in ("shapiro", "paired_t"):
        assert set(stored[name]) == {"n", "df", "statistic", "p", "effect", "interval"}
    assert stored["paired_t"]["df"] == 15
    assert round(stored["paired_t"]["p"], 4) == 0.0027
    assert stored["shapiro"]["df"] is None
    assert stored["arms"]["corpus"]["paired_t"] == stored["paired_t"]
    assert stored["paper"]["t"] == -3.5872
    assert stored["qq"]["names"][0] in GENRES


@pytest.mark.parametrize(
    "metrics",
    [
        random_table()[lambda rows: rows["scale"] == "mel"],
        random_table(genres=["Rock", "Jazz"]),
        random_table().assign(f1=0.5),
        random_table().assign(f1=math.nan),
    ],
    ids=["one scale", "two genres", "equal", "nan"],
)
@pytest.mark.filterwarnings("error")
def test_study_statistics_are_null_with_a_reason_where_they_cant_be_computed(metrics):
    numbers = statistics.study_statistics(metrics, arm="corpus", arms=["corpus"])
    for name in ("shapiro", "paired_t"):
        assert numbers[name]["reason"]
        assert numbers[name]["statistic"] is numbers[name]["p"] is None
    assert numbers["qq"] is None
    assert json.dumps(numbers, default=float)


def test_references_are_the_tables_own_words():
    metrics = pd.concat([random_table(arm=arm) for arm in ("none", *results.REFERENCE_ROWS)])
    assert statistics.study_statistics(metrics, arm=results.transfer_arm(metrics))["arm"] == "none"


@pytest.mark.parametrize("module", ["statistics", "figures", "metrics"])
def test_no_torch_behind_the_analysis(module):
    program = f"import sys, mgrlib.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("seed", range(3))
def test_holm_is_that_of_statsmodels_and_leaves_out_what_was_not_tested(seed):
    from statsmodels.stats.multitest import multipletests

    p = pd.Series(np.random.default_rng(seed).random(6) ** 3, index=list("fbdace"))
    found = statistics.holm(pd.concat([p, pd.Series({"z": math.nan})]))
    np.testing.assert_allclose(found[p.index], multipletests(p, method="holm")[1])
    assert math.isnan(found["z"])
    assert statistics.holm(pd.Series(dtype=float)).empty
