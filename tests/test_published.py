"""What t and p imply, against scipy, statsmodels, pingouin and simulated studies."""

import json
import math

import made_up
import numpy as np
import pandas as pd
import pingouin
import pytest
from conftest import run_cells, words
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from mgrlib import figures, paper, statistics

T, P, N = paper.T_STATISTIC, paper.P_VALUE, 16


@pytest.fixture(scope="module")
def published():
    return statistics.published()


# Bayes factor


@pytest.mark.parametrize("r", [0.2, math.sqrt(0.5), 1.4])
@pytest.mark.parametrize(
    ("t", "n"), [(T, N), (0.0, 16), (0.5, 3), (10.0, 16), (2.0, 1000), (-30.0, 200), (5.0, 2)]
)
def test_the_bayes_factor_is_pingouins(t, n, r):
    expected = float(pingouin.bayesfactor_ttest(t, n, paired=True, r=r))
    assert statistics.bayes_factor(t, n, r=r) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("t", "n", "r"), [(T, N, 0.707), (1.0, 9, 0.05), (-2.5, 40, 1.0)])
def test_the_bayes_factor_by_its_definition_over_the_effects(t, n, r):
    # Over the true effect itself, with its Cauchy prior, and not over the variance g.
    def weighted(dz):
        return stats.nct.pdf(t, n - 1, dz * math.sqrt(n)) * stats.cauchy.pdf(dz, scale=r)

    area = sum(integrate.quad(weighted, a, b, limit=200)[0] for a, b in
               [(-8, -1), (-1, 0), (0, 1), (1, 8)])  # fmt: skip
    expected = area / stats.t.pdf(t, n - 1)
    assert statistics.bayes_factor(t, n, r=r) == pytest.approx(expected, rel=1e-4)


def test_a_bayes_factor_beyond_every_number_is_infinite():
    assert statistics.bayes_factor(1e6, 300) == math.inf


@pytest.mark.parametrize(("t", "n", "r"), [(math.nan, 16, 1), (1, 1, 1), (1, 16, 0), (1, 16, -1)])
def test_a_bayes_factor_of_what_is_no_test(t, n, r):
    with pytest.raises(ValueError, match="takes a finite t, n >= 2 and r > 0"):
        statistics.bayes_factor(t, n, r=r)


# Effects and power


def test_the_numbers_of_the_published_test(published):
    effect = published["effect"]
    assert effect["n"] == N
    assert effect["dz"] == pytest.approx(-0.897, abs=5e-4)
    assert effect["g"] == pytest.approx(-0.851, abs=5e-4)
    assert effect["mean_interval"] == pytest.approx([-1.430, -0.364], abs=5e-4)
    assert effect["dz_interval"] == pytest.approx([-1.471, -0.302], abs=5e-4)
    assert effect["bayes_factor"] == pytest.approx(16.4, abs=0.05)


@pytest.mark.parametrize("n", [3, 16, 200])
def test_hedges_factor_by_gamma_functions(n):
    half = (n - 1) / 2
    expected = math.gamma(half) / math.gamma(half - 0.5) / math.sqrt(half)
    assert statistics.hedges_g(2.0, n) == pytest.approx(2 * expected)


def test_hedges_g_has_no_bias_where_dz_has():
    values = np.random.default_rng(0).normal(0.6, 1, (40_000, 6))
    dz = values.mean(axis=1) / values.std(axis=1, ddof=1)
    error = dz.std() / math.sqrt(len(dz))
    assert dz.mean() > 0.6 + 10 * error
    assert statistics.hedges_g(dz.mean(), 6) == pytest.approx(0.6, abs=4 * error)


@pytest.mark.parametrize(("t", "n"), [(T, N), (0.0, 3), (2.2, 5), (12.0, 64), (-200.0, 16)])
def test_the_interval_of_dz_leaves_t_in_its_tails(t, n):
    low, high = statistics.dz_interval(t, n)
    assert stats.nct.sf(t, n - 1, low * math.sqrt(n)) == pytest.approx(0.025, abs=1e-6)
    assert stats.nct.cdf(t, n - 1, high * math.sqrt(n)) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("n", [3, 4, 16, 64, 500])
@pytest.mark.parametrize("dz", [0.0, 0.05, -0.2, 0.5, 0.897, 2.0])
def test_power_is_that_of_statsmodels(dz, n):
    expected = TTestPower().power(abs(dz), n, 0.05)
    if math.isnan(expected):  # statsmodels gives up where the power is 1
        expected = 1.0
    assert statistics.t_power(dz, n) == pytest.approx(expected, abs=1e-6)


def test_power_of_many_effects_at_once():
    effects = np.array([0.1, 0.5, 1.0])
    expected = [statistics.t_power(dz, N) for dz in effects]
    assert statistics.t_power(effects, N) == pytest.approx(expected)


@pytest.mark.parametrize("n", [3, 4, 16, 64, 1000])
def test_the_least_effect_is_that_of_statsmodels(n):
    expected = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
    assert statistics.detectable_dz(n) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("dz", [0.05, 0.28, -0.5, 0.9, 3.0])
def test_the_pairs_needed_are_those_of_statsmodels(dz):
    expected = TTestPower().solve_power(effect_size=abs(dz), alpha=0.05, power=0.8)
    assert statistics.pairs_needed(dz) == math.ceil(expected)


def test_no_number_of_pairs_shows_nothing():
    assert statistics.pairs_needed(0.0) is None
    assert statistics.pairs_needed(0.01, most=100) is None


def test_significant_effects_are_exaggerated_as_in_simulated_studies():
    values = np.random.default_rng(1).normal(0.5, 1, (100_000, N))
    t, p = stats.ttest_1samp(values, 0, axis=1)
    seen = np.abs(t[p < 0.05]) / math.sqrt(N)
    assert statistics.exaggeration(0.5, N) == pytest.approx(seen.mean() / 0.5, rel=5e-3)


def test_a_test_that_can_not_be_made_says_why():
    numbers = statistics.effect_numbers(statistics.paired_t([0.1, 0.2]))
    assert numbers == {"n": 2, "reason": "2 pairs, fewer than the 3 that it takes"}


def test_effect_numbers_of_differences_against_pingouin():
    differences = np.random.default_rng(2).normal(0.4, 1, 12)
    numbers = statistics.effect_numbers(statistics.paired_t(differences))
    expected = pingouin.ttest(differences, 0).iloc[0]
    assert numbers["bayes_factor"] == pytest.approx(float(expected["BF10"]), rel=2e-3)
    assert abs(numbers["dz"]) == pytest.approx(expected["cohen_d"])
    assert numbers["observed_power"] == pytest.approx(expected["power"])
    ends = np.array(expected["CI95"]) / differences.std(ddof=1)
    assert numbers["mean_interval"] == pytest.approx(ends.tolist(), abs=0.01)


# Number of pairs, pairings, families


def test_one_number_of_pairs_alone_fits(published):
    assert [test["n"] for test in published["implied"]] == [N]
    assert published["implied_rounded"] == [N]
    assert published["implied_one_sided"] == []
    one_sided = stats.t.sf(abs(T), np.arange(1, 400))
    assert not np.isin(np.round(one_sided, 4), P).any()


def test_pairings_against_scipy(published):
    rows = pd.DataFrame(published["pairings"]).set_index("n")
    assert rows.index.tolist() == [4, 16, 64, 128]
    assert rows["compatible"].tolist() == [False, True, False, False]
    for n, row in rows.iterrows():
        # A sample of that size with exactly this t.
        values = np.random.default_rng(n).normal(size=n)
        values = (values - values.mean()) / values.std(ddof=1) + T / math.sqrt(n)
        assert row["p"] == pytest.approx(stats.ttest_1samp(values, 0).pvalue)
        assert row["dz"] == pytest.approx(values.mean() / values.std(ddof=1))
        assert 2 * stats.t.sf(row["t_of_p"], n - 1) == pytest.approx(P)


@pytest.mark.parametrize("method", ["bonferroni", "holm"])
def test_families_against_statsmodels(published, method):
    for row in published["families"]:
        others = np.linspace(0.2, 0.9, row["tests"] - 1)
        rejected, adjusted, *_ = multipletests([P, *others], alpha=0.05, method=method)
        assert row["p_adjusted"] == pytest.approx(adjusted[0])
        assert row["below"] == rejected[0]
    assert published["families"][1]["p_adjusted"] == pytest.approx(0.0108)


def test_the_largest_family(published):
    most = published["most_tests"]
    assert most * P < 0.05 <= (most + 1) * P


def test_the_published_numbers_can_be_written(published):
    assert json.loads(json.dumps(published)) == published


# Figures


def axes_of(draw, *data, **settings):
    figure = figures.make_figure(draw, *data, **settings)
    figure.draw_without_rendering()
    return figure.axes


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_p_is_drawn_for_every_pairing_and_only_16_is_marked(published):
    whole, near = axes_of(figures.draw_p_values, published, columns=2)
    for ax in (whole, near):
        marked = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"]
        assert marked == [N]
    assert {text.get_text() for text in whole.texts} >= {"4", "16", "64", "128"}


def test_bayes_factors_are_drawn_for_tests_that_there_are(published):
    tests = {"the paper": published["effect"], "this run": {"n": 2, "reason": "too few"},
             "other": {"n": 9, "t": 1e5}}  # fmt: skip
    (ax,) = axes_of(figures.draw_bayes_factors, tests)
    assert legend_of(ax) == ["the paper, n = 16", "other, n = 9"]
    at = [line.get_ydata()[0] for line in ax.lines if line.get_marker() == "o" and
          len(line.get_xdata())]  # fmt: skip
    assert at[0] == pytest.approx(published["effect"]["bayes_factor"])


def test_without_a_test_the_figure_says_so():
    (ax,) = axes_of(figures.draw_bayes_factors, {"this run": {"n": 2, "reason": "too few"}})
    assert "No test to draw." in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize(("n", "lines"), [(None, 3), (16, 3), (9, 4)])
def test_power_is_drawn_for_the_run_too(published, n, lines):
    (ax,) = axes_of(figures.draw_power, published, n=n)
    sizes = [words for words in legend_of(ax) if words.startswith("n = ")]
    assert len(sizes) == lines
    assert sum("this run" in words for words in sizes) == (n is not None)


# The page


@pytest.fixture(scope="module")
def study():
    arms = ("corpus", "joint", "baseline")
    return made_up.scores(made_up.answers(genres=9, songs=60, arms=arms))


def test_the_page_sets_the_run_beside_the_paper(study, tmp_path):
    shown = run_cells("08_published_numbers", run=str(made_up.write(tmp_path / "run", study)))
    said = words(shown)
    assert "fit for n = 16" in said
    assert "If p were one-sided, no number of pairs would fit" in said
    assert "Compatible with t and p: a genre (16 pairs)" in said
    assert "best of up to 18 tests" in said
    tables = [value for value in shown if isinstance(value, pd.DataFrame)]
    beside = next(table for table in tables if "the paper" in table)
    assert beside.columns.tolist() == [
        "the paper",
        "this run",
        "joint network",
        "logistic regression",
    ]
    pairs = statistics.paired_scores(study, arm="corpus")
    expected = stats.ttest_rel(pairs["linear"], pairs["mel"]).statistic
    assert beside.loc["t", "this run"] == pytest.approx(expected, abs=1e-4)
    assert {9, 16, 64} <= set(tables[2].index)
    for name in ("published-n", "published-bayes", "published-power"):
        assert (tmp_path / "run" / "figures" / f"{name}.png").exists()
        assert (tmp_path / "run" / "figures" / f"{name}.svg").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[rows["scale"] == "mel"], "no genre has the values that it takes"),
        (lambda rows: rows[rows["genre"] < "Genre 2"], "2 pairs, fewer than the 3 that it takes"),
        (lambda rows: rows.assign(f1=0.5), "all 9 values are equal"),
        (lambda rows: rows.assign(f1=math.nan), "no genre has the values that it takes"),
        (lambda rows: rows[rows["depth"] == 34].drop(columns=["recall", "n_test_positive"]), None),
    ],
    ids=["one scale", "two genres", "equal", "nan", "one depth"],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_page_of_a_run_without_a_test(study, tmp_path, change, reason):
    run = made_up.write(tmp_path / "run", change(study))
    said = words(run_cells("08_published_numbers", run=str(run)))
    assert "fit for n = 16" in said
    assert (f"can't be computed ({reason}" in said) if reason else ("at 95 %, n = 9" in said)
