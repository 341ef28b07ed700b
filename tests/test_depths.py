"""Is the difference the same at every depth? Tests, mixed model and figures against oracles."""

import math

import numpy as np
import pandas as pd
import pingouin
import pytest
from conftest import run_cells, words
from scipy import stats
from statsmodels.stats.anova import AnovaRM
from test_figures import axes, labels_of, legend_of, texts_of

from mgrlib import figures, paper, statistics
from mgrlib.files import read_json, write_json

GENRES = list(paper.TABLE_1)
DEPTHS = (34, 50, 101, 152)
CELL = ["genre", "depth", "scale", "weights", "repeat"]


def made_up(*, genres=8, depths=DEPTHS, effects=0.0, own=0.1, noise=0.03, level=0.2, arm="corpus",
            repeats=1, seed=0):  # fmt: skip
    """Metrics of one arm: linear is ahead by `effects` (one a depth) and by the genre's own."""
    rng = np.random.default_rng(seed)
    effects = np.broadcast_to(effects, len(depths))
    rows = []
    for place, genre in enumerate(GENRES[:genres]):
        mean, difference = 0.5 + level * rng.normal(), own * rng.normal()
        for depth, effect in zip(depths, effects, strict=True):
            for scale, side in (("linear", 0.5), ("mel", -0.5)):
                for repeat in range(repeats):
                    f1 = mean + side * (effect + difference) + noise * rng.normal()
                    rows.append([genre, depth, scale, arm, repeat, f1, 100 - place])
    table = pd.DataFrame(rows, columns=[*CELL, "f1", "n_test_positive"])
    return table.assign(accuracy=table["f1"] / 2 + 0.5, recall=table["f1"], precision=table["f1"])


def with_references(metrics, *, genres=8, seed=5):
    """The table with the rows ``joint`` and ``baseline``."""
    depths = sorted(metrics["depth"].unique())
    joint = made_up(genres=genres, depths=depths, arm="joint", seed=seed)
    baseline = made_up(genres=genres, depths=[0], arm="baseline", seed=seed + 1)
    return pd.concat([metrics, joint, baseline], ignore_index=True)


def scores(metrics):
    """F1, shape (genre, depth, scale: linear and mel), from the rows alone."""
    table = metrics.pivot_table(index="genre", columns=["depth", "scale"], values="f1", sort=False)
    return table.to_numpy().reshape(len(table), -1, 2)


def differences_of(values, depths=DEPTHS):
    return pd.DataFrame(values, columns=list(depths), index=GENRES[: len(values)])


# A test at each depth


def test_each_depth_is_a_paired_t_test():
    metrics = made_up(effects=(0.0, 0.05, -0.1, 0.0))
    found = statistics.depth_tests(metrics, arm="corpus")
    for depth, cells in zip(DEPTHS, scores(metrics).swapaxes(0, 1), strict=True):
        linear, mel = cells.T
        expected = stats.ttest_rel(linear, mel)
        row, interval = found.loc[depth], expected.confidence_interval(0.95)
        wider = expected.confidence_interval(1 - 0.05 / len(DEPTHS))
        assert row["t"] == pytest.approx(expected.statistic)
        assert row["p"] == pytest.approx(expected.pvalue)
        assert row["df"] == len(linear) - 1
        assert (row["low"], row["high"]) == pytest.approx(interval)
        assert (row["family_low"], row["family_high"]) == pytest.approx(wider)
        assert row["dz"] == pytest.approx((linear - mel).mean() / (linear - mel).std(ddof=1))
        assert (row["linear"], row["mel"]) == pytest.approx((linear.mean(), mel.mean()))


@pytest.mark.parametrize("seed", range(3))
def test_p_is_corrected_over_the_depths_as_by_pingouin(seed):
    metrics = made_up(effects=(0.0, 0.05, -0.1, 0.08), own=0.05, seed=seed)
    found = statistics.depth_tests(metrics, arm="corpus")
    expected = pingouin.multicomp(found["p"].to_numpy(), method="holm")[1]
    assert found["p_holm"].to_numpy() == pytest.approx(expected)


def test_holm_by_hand():
    values = {"a": 0.01, "b": 0.04, "c": 0.03}
    tests = pd.DataFrame({"p": values, "df": 7.0, "low": -1.0, "high": 1.0, "difference": 0.0})
    tests["p_holm"] = math.nan
    from mgrlib.statistics.depths.each_depth import _corrected

    assert _corrected(tests)["p_holm"].to_dict() == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06})


def test_a_depth_without_a_test_says_why_and_is_not_counted_in_the_correction():
    metrics = made_up(depths=(34, 50))
    metrics.loc[(metrics["depth"] == 50) & (metrics["genre"].isin(GENRES[2:])), "f1"] = math.nan
    found = statistics.depth_tests(metrics, arm="corpus")
    assert found.loc[50, "n"] == 2
    assert found.loc[50, "reason"] == "2 pairs, fewer than the 3 that it takes"
    assert math.isnan(found.loc[50, "p_holm"])
    assert found.loc[34, "p_holm"] == found.loc[34, "p"]
    assert found.loc[34, "family_low"] == pytest.approx(found.loc[34, "low"])


def test_repeats_are_averaged_and_only_those_of_both_scales_count():
    metrics = made_up(repeats=3)
    lost = (metrics["repeat"] == 2) & (metrics["scale"] == "mel") & (metrics["depth"] == 50)
    metrics.loc[lost, "f1"] = math.inf
    metrics.loc[(metrics["repeat"] == 2) & (metrics["depth"] == 50), "f1"] += 7
    kept = metrics[(metrics["repeat"] < 2) | (metrics["depth"] != 50)]
    mean = kept.groupby(["genre", "depth", "scale"], sort=False)["f1"].mean().unstack()
    expected = (mean["linear"] - mean["mel"]).unstack().loc[GENRES[:8]]
    found = statistics.depth_differences(metrics, arm="corpus")
    assert found.to_numpy() == pytest.approx(expected.to_numpy())
    assert (statistics.depth_tests(metrics, arm="corpus")["n"] == 8).all()


def test_depths_are_held_against_each_other():
    metrics = made_up(effects=(0.0, 0.1, 0.0, -0.1))
    values = statistics.depth_differences(metrics, arm="corpus")
    found = statistics.depth_contrasts(values)
    assert list(found.index) == [(34, 50), (34, 101), (34, 152), (50, 101), (50, 152), (101, 152)]
    for (shallow, deep), row in found.iterrows():
        expected = stats.ttest_rel(values[deep], values[shallow])
        assert row["t"] == pytest.approx(expected.statistic)
        assert (row["family_low"], row["family_high"]) == pytest.approx(
            expected.confidence_interval(1 - 0.05 / 6)
        )
    assert found["p_holm"].to_numpy() == pytest.approx(
        pingouin.multicomp(found["p"].to_numpy(), method="holm")[1]
    )


# The interaction


def test_the_interaction_is_that_of_a_two_way_analysis_of_the_scores():
    metrics = made_up(effects=(0.0, 0.05, -0.02, 0.03))
    table = AnovaRM(metrics, "f1", "genre", within=["scale", "depth"]).fit().anova_table
    found = statistics.depth_interaction(statistics.depth_differences(metrics, arm="corpus"))
    expected = table.loc["scale:depth"]
    assert found.anova.statistic == pytest.approx(expected["F Value"])
    assert (found.anova.df, found.df_error) == (expected["Num DF"], expected["Den DF"])
    assert found.anova.n == 8


@pytest.mark.parametrize("seed", range(3))
def test_interaction_epsilon_and_ranks_as_by_pingouin(seed):
    values = differences_of(np.random.default_rng(seed).normal(0, [1, 2, 1, 0.5], (9, 4)))
    found = statistics.depth_interaction(values)
    long = values.rename_axis("genre").reset_index().melt("genre", var_name="depth")
    names = {"dv": "value", "within": "depth", "subject": "genre"}
    row = pingouin.rm_anova(long, correction=True, effsize="np2", **names).iloc[0]
    assert found.anova.statistic == pytest.approx(row["F"])
    assert found.anova.p == pytest.approx(row["p_GG_corr"])
    assert found.anova.effect == pytest.approx(row["np2"])
    assert found.epsilon == pytest.approx(row["eps"])
    ranks = pingouin.friedman(long, **names).iloc[0]
    assert found.friedman.statistic == pytest.approx(ranks["Q"])
    assert found.friedman.effect == pytest.approx(ranks["W"])
    assert found.friedman.p == pytest.approx(ranks["p_unc"])


def test_an_interaction_by_hand():
    # From depth to depth the differences change by 1, 2, 0: mean 1, deviation 1, t² = 3.
    values = differences_of([[1, 2], [2, 4], [3, 3]], depths=(34, 50))
    found = statistics.depth_interaction(values)
    assert (found.anova.df, found.df_error, found.epsilon) == (1, 2, pytest.approx(1))
    assert found.anova.statistic == pytest.approx(3)
    assert found.anova.p == pytest.approx(2 * stats.t.sf(math.sqrt(3), 2))
    assert found.friedman.reason == "Friedman's test takes three depths"


def test_the_same_difference_at_every_depth_is_no_interaction_and_another_is_one():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.01, (12, 4))
    noise -= noise.mean(axis=0)  # the mean difference is exactly the same at all depths
    same = statistics.depth_interaction(differences_of(noise - 0.3))
    assert same.anova.statistic == pytest.approx(0, abs=1e-9)
    assert same.anova.p == pytest.approx(1)
    other = statistics.depth_interaction(differences_of(noise + np.array([0, 0, 0, 0.05])))
    assert other.anova.p < 0.001


def test_two_significant_depths_and_two_others_need_no_interaction():
    # The fallacy of the page, as a table: verdicts differ, depths do not.
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (16, 4))
    noise = (noise - noise.mean(axis=0)) / noise.std(axis=0, ddof=1)
    values = differences_of(noise * [0.8, 0.8, 1.2, 1.2] - [0.5, 0.5, 0.5, 0.5])
    p = [statistics.paired_t(values[depth]).p for depth in DEPTHS]
    assert [value < 0.05 for value in p] == [True, True, False, False]
    assert statistics.depth_interaction(values).anova.p > 0.9


def test_genres_that_lack_a_depth_are_left_out_and_named():
    values = differences_of(np.random.default_rng(0).normal(size=(6, 4)))
    values.iloc[2, 1] = math.nan
    found = statistics.depth_interaction(values)
    assert found.left_out == (GENRES[2],)
    whole = statistics.depth_interaction(values.drop(index=GENRES[2]))
    assert found.anova == whole.anova
    assert found.anova.n == 5


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.ones((5, 1)), "it takes two depths with linear and mel, and there are 1"),
        (np.ones((5, 0)), "it takes two depths with linear and mel, and there are 0"),
        (np.eye(2), "2 genres with every depth, fewer than the 3 that it takes"),
        (np.zeros((5, 3)), "change alike, without noise"),
        (np.arange(15).reshape(5, 3), "change alike, without noise"),
        (np.full((5, 3), math.nan), "0 genres with every depth"),
    ],
)
def test_no_interaction_says_why(values, reason):
    found = statistics.depth_interaction(differences_of(values, depths=range(values.shape[1])))
    assert reason in found.anova.reason
    assert reason in found.in_words()
    said = statistics.depth_verdict(
        found, statistics.depth_contrasts(differences_of(values[:, :0], depths=()))
    )
    assert "can't be computed" in said


def test_the_verdict_follows_its_rule():
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.02, (12, 4))
    for effect, said in ((0.1, "varies with the depth, beyond noise"), (0, "is within noise")):
        values = differences_of(noise + np.array([0, 0, 0, effect]))
        found, contrasts = statistics.depth_interaction(values), statistics.depth_contrasts(values)
        assert (found.anova.p < 0.05) == bool(effect)
        assert said in statistics.depth_verdict(found, contrasts)
    room = contrasts[["family_low", "family_high"]].abs().to_numpy().max()
    assert f"differ by up to {room:.3f}" in statistics.depth_verdict(found, contrasts)


# Trend and genres


def test_slopes_are_those_of_a_line_over_the_logarithm_of_the_depth():
    values = differences_of(np.random.default_rng(0).normal(size=(5, 4)))
    values.iloc[1, 0] = math.nan
    found = statistics.depth_slopes(values)
    assert list(found.index) == [GENRES[0], *GENRES[2:5]]
    for genre, slope in found.items():
        assert slope == pytest.approx(np.polyfit(np.log2(DEPTHS), values.loc[genre], 1)[0])


@pytest.mark.parametrize("depths", [(), (50,)])
def test_no_slope_without_two_depths(depths):
    assert statistics.depth_slopes(differences_of(np.ones((4, len(depths))), depths)).empty


def test_a_genre_has_an_interval_over_its_depths():
    metrics = made_up()
    values = scores(metrics)
    found = statistics.genre_differences(metrics, arm="corpus")
    assert list(found.index) == GENRES[:8]
    for (genre, row), own in zip(found.iterrows(), values[..., 0] - values[..., 1], strict=True):
        expected = stats.ttest_1samp(own, 0)
        assert row["n_test_positive"] == 100 - GENRES.index(genre)
        assert row["difference"] == pytest.approx(own.mean())
        assert (row["low"], row["high"]) == pytest.approx(expected.confidence_interval(0.95))


def test_two_depths_give_a_genre_no_interval():
    found = statistics.genre_differences(made_up(depths=(34, 50)), arm="corpus")
    assert found["low"].isna().all()
    assert set(found["reason"]) == {"2 pairs, fewer than the 3 that it takes"}


# The mixed model: in a table without gaps its estimates have closed forms


def parts(metrics, *, slope, interaction):
    """Squares left within genres (and within genre and scale) by the fixed effects."""
    cells = scores(metrics)
    rest = cells - cells.mean(axis=(1, 2), keepdims=True)
    rest -= rest.mean(axis=(0, 2), keepdims=True)
    if slope:
        rest -= rest.mean(axis=1, keepdims=True)
    else:
        rest -= rest.mean(axis=(0, 1), keepdims=True)
    if interaction:
        rest -= rest.mean(axis=0, keepdims=True)
    return (rest**2).sum()


@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_the_effect_of_scale_is_the_mean_difference(slope, seed):
    metrics = made_up(effects=(0.05, 0, 0.02, -0.1), seed=seed)
    model = statistics.mixed_model(metrics, arm="corpus", slope=slope)
    values = scores(metrics)
    each = (values[..., 0] - values[..., 1]).mean(axis=0)
    assert model.reason is None
    assert model.scale.effect == pytest.approx(each.mean(), abs=1e-6)
    assert [test.effect for test in model.scale_at.values()] == pytest.approx(each, abs=1e-6)
    levels = [test.effect for test in model.levels.values()]
    assert levels == pytest.approx(values.mean(axis=(0, 2)), abs=1e-6)


def test_with_a_random_difference_the_error_is_that_of_the_paired_test():
    metrics = made_up(own=0.1)
    pairs = statistics.paired_scores(metrics, arm="corpus")["difference"]
    model = statistics.mixed_model(metrics, arm="corpus", slope=True)
    assert model.scale.statistic == pytest.approx(statistics.paired_t(pairs).statistic, rel=1e-3)
    error = pairs.std(ddof=1) / math.sqrt(len(pairs))
    low, high = model.scale.interval
    assert (high - low) / 2 == pytest.approx(stats.norm.isf(0.025) * error, rel=1e-3)


def test_with_a_random_level_alone_the_error_is_that_of_independent_cells():
    metrics = made_up(own=0.1)
    rows, genres, depths = len(metrics), 8, len(DEPTHS)
    residual = parts(metrics, slope=False, interaction=False) / (rows - genres - depths)
    low, high = statistics.mixed_model(metrics, arm="corpus").scale.interval
    error = math.sqrt(4 * residual / rows)
    assert (high - low) / 2 == pytest.approx(stats.norm.isf(0.025) * error, rel=1e-3)


def test_standard_deviations_are_those_of_the_mean_squares():
    metrics = made_up(own=0.1)
    values = scores(metrics)
    genres, depths = values.shape[:2]
    left = parts(metrics, slope=True, interaction=True) / ((genres - 1) * 2 * (depths - 1))
    level = values.mean(axis=(1, 2)).var(ddof=1) - left / (2 * depths)
    # The stratum of the scales holds only what one genre's scales have of their own.
    own = (values[..., 0] - values[..., 1]).mean(axis=1).var(ddof=1) - 2 * left / depths
    found = statistics.mixed_model(metrics, arm="corpus", slope=True).deviations
    assert found["residual"] == pytest.approx(math.sqrt(left), rel=2e-3)
    assert found["genre"] == pytest.approx(math.sqrt(level), rel=2e-2)
    assert found["scale by genre"] == pytest.approx(math.sqrt(own), rel=2e-2)


@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize("effects", [0.0, (0.05, 0, 0.02, -0.1)])
def test_the_likelihood_ratio_has_its_closed_form(slope, effects):
    metrics = made_up(own=0.1, effects=effects)
    found = statistics.mixed_model(metrics, arm="corpus", slope=slope).interaction
    without, given = (parts(metrics, slope=slope, interaction=yes) for yes in (False, True))
    strata = len(metrics) - 8 * (2 if slope else 1)
    expected = strata * math.log(without / given)
    assert found.statistic == pytest.approx(expected, rel=1e-2, abs=1e-3)
    assert found.df == 3
    assert found.p == pytest.approx(stats.chi2.sf(found.statistic, 3))


def test_where_genres_agree_the_second_model_is_the_first():
    metrics = made_up(own=0.0, noise=0.05, seed=7)
    values = scores(metrics)
    own = (values[..., 0] - values[..., 1]).mean(axis=1).var(ddof=1)
    left = parts(metrics, slope=True, interaction=True) / (7 * 2 * 3)
    assert own < 2 * left / 4, "the table is made so that the estimate lies below zero"
    one, other = (
        statistics.mixed_model(metrics, arm="corpus", slope=slope) for slope in (False, True)
    )
    assert other.deviations["scale by genre"] == 0
    assert other.scale == one.scale
    assert "estimated as zero" in other.notes[0]


def test_a_genre_that_lacks_a_depth_still_counts_in_the_model():
    metrics = made_up()
    metrics = metrics[(metrics["genre"] != GENRES[0]) | (metrics["depth"] != 50)]
    model = statistics.mixed_model(metrics, arm="corpus", slope=True)
    assert (model.n, model.n_genres) == (8 * 4 - 1, 8)
    assert model.reason is None


@pytest.mark.parametrize(
    ("change", "slope", "reason"),
    [
        ({"genres": 2}, False, "2 genres, fewer than the 3 that it takes"),
        ({"depths": (50,)}, True, "one depth a genre"),
        ({"noise": 0.0}, True, "leaves no noise"),
        ({"noise": 0.0, "own": 0.0}, False, "leaves no noise"),
    ],
)
def test_no_model_says_why(change, slope, reason):
    model = statistics.mixed_model(made_up(**change), arm="corpus", slope=slope)
    assert reason in model.reason
    assert model.as_dict()["reason"] == model.reason
    assert statistics.effects_table(model).empty


def test_one_depth_has_a_model_without_interaction():
    metrics = made_up(depths=(50,))
    model = statistics.mixed_model(metrics, arm="corpus")
    assert model.interaction.reason == "there is one depth alone"
    pairs = statistics.paired_scores(metrics, arm="corpus")["difference"]
    assert model.scale.statistic == pytest.approx(statistics.paired_t(pairs).statistic, rel=1e-3)


def test_no_pairs_no_model():
    metrics = made_up()
    model = statistics.mixed_model(metrics[metrics["scale"] == "mel"], arm="corpus")
    assert model.reason == "no genre has the values that it takes"


# The numbers


def test_numbers_hold_the_tests_of_every_row(tmp_path):
    metrics = with_references(made_up(genres=5, depths=(34, 50)), genres=5)
    numbers = statistics.depth_numbers(metrics, arm="corpus")
    assert "reason" not in numbers
    assert [row["depth"] for row in numbers["by_depth"]] == [34, 50]
    assert [row["depth"] for row in numbers["references"]["baseline"]["by_depth"]] == [0]
    assert set(numbers["metrics"]) == set(statistics.DESCRIBED)
    assert numbers["mixed"]["level"]["scale_at"]["50"]["n"] == 10
    write_json(tmp_path / "numbers.json", numbers)
    kept = read_json(tmp_path / "numbers.json")
    assert kept["interaction"]["anova"]["p"] == numbers["interaction"]["anova"]["p"]


def test_numbers_without_pairs_say_why(tmp_path):
    metrics = made_up()
    numbers = statistics.depth_numbers(metrics[metrics["scale"] == "mel"], arm="corpus")
    assert numbers["reason"] == "no depth has linear and mel"
    write_json(tmp_path / "numbers.json", numbers)


# Figures


def test_a_row_for_each_depth_then_the_references():
    metrics = with_references(made_up())
    ax = axes(figures.draw_depth_forest, metrics, arm="corpus")
    depths = [f"ResNet{depth}" for depth in DEPTHS]
    joint = [f"joint {name}" for name in depths]
    assert labels_of(ax.yaxis) == [*depths, "mean of depths", *joint, "logistic regression"]
    assert "95 % for all depths at once" in legend_of(ax)
    assert ax.get_xlabel().startswith("← mel better      linear better →")
    assert sum(ax.get_xlim()) == pytest.approx(0)
    p = statistics.depth_tests(metrics, arm="corpus")["p_holm"]
    assert texts_of(ax).split()[:4] == [f"{value:.3f}" for value in p]


def test_the_mean_of_a_depth_is_drawn_at_its_difference():
    metrics = made_up(effects=(0.1, 0, 0, -0.1))
    ax = axes(figures.draw_depth_forest, metrics, arm="corpus")
    black = [line for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata()) == 1]
    expected = statistics.depth_tests(metrics, arm="corpus")["difference"]
    assert [line.get_xdata()[0] for line in black] == pytest.approx(expected.tolist())


def test_one_depth_has_no_interval_for_all_depths():
    ax = axes(figures.draw_depth_forest, made_up(depths=(50,)), arm="corpus")
    assert legend_of(ax) == ["mean, 95 % interval", "one genre"]


def test_less_loss_is_better():
    metrics = made_up().rename(columns={"f1": "loss"}).assign(f1=0.5)
    ax = axes(figures.draw_depth_forest, metrics, arm="corpus", metric="loss")
    assert ax.get_xlabel().startswith("← linear better      mel better →")


def test_a_row_for_each_genre_and_a_mark_for_each_depth():
    metrics = with_references(made_up())
    ax = axes(figures.draw_genre_forest, metrics, arm="corpus")
    expected = [f"{genre} ({100 - place})" for place, genre in enumerate(GENRES[:8])]
    assert [label.replace("\n", " ") for label in labels_of(ax.yaxis)] == expected
    marks = {line.get_label(): line.get_marker() for line in ax.get_legend().get_lines()}
    assert len(legend_of(ax)) == 7
    assert len(set(marks.values())) == len(marks)
    drawn = {line.get_marker(): line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 8}
    values = statistics.depth_differences(metrics, arm="corpus")
    assert drawn["v"] == pytest.approx(values[152].to_numpy())
    baseline = statistics.paired_scores(metrics, arm="baseline")["difference"]
    assert drawn["|"] == pytest.approx(baseline.to_numpy())


def test_bars_of_a_depth_overlap_where_the_interval_includes_zero():
    metrics = with_references(made_up(own=0.02, effects=(0.0, 0.2, 0.01, -0.2)))
    ax = axes(figures.draw_interaction, metrics, arm="corpus")
    tests = statistics.depth_tests(metrics, arm="corpus")
    linear, mel = (
        [path.vertices[:, 1] for path in bars.lines[2][0].get_paths()] for bars in ax.containers
    )
    for (_, row), one, other in zip(tests.iterrows(), linear, mel, strict=True):
        overlap = min(one.max(), other.max()) > max(one.min(), other.min())
        assert overlap == (row["low"] < 0 < row["high"])
    assert labels_of(ax.xaxis) == [f"ResNet{depth}" for depth in DEPTHS]
    assert legend_of(ax)[:3] == ["linear", "mel", "joint network"]


@pytest.mark.parametrize("draw", ["draw_depth_forest", "draw_genre_forest", "draw_interaction"])
def test_a_figure_without_pairs_says_so(draw):
    metrics = made_up()
    ax = axes(getattr(figures, draw), metrics[metrics["scale"] == "mel"], arm="corpus")
    assert "arm corpus has F1 with linear and mel" in texts_of(ax)


# The page


def page(folder, metrics) -> str:
    (folder / "results").mkdir(parents=True)
    metrics.to_csv(folder / "results" / "metrics.csv", index=False)
    return words(run_cells("09_every_depth", run=str(folder)))


def test_the_page_of_a_run_with_a_known_interaction(tmp_path):
    effects = (0.0, 0.0, 0.0, -0.3)
    metrics = with_references(made_up(effects=effects, own=0.02))
    said = page(tmp_path, metrics)
    assert "At 1 the difference is significant by itself, and at 1 after Holm's" in said
    assert "Pairs of depths whose differences are apart beyond noise: 3 of 6" in said
    assert "varies with the depth, beyond noise" in said
    assert "n = 8 genres" in said
    for name in ("forest-depths", "forest-genres", "interaction"):
        assert (tmp_path / "figures" / f"{name}.svg").stat().st_size > 5000
        assert (tmp_path / "figures" / f"{name}.png").exists()


def drop(column, value):
    return lambda metrics: metrics[metrics[column] != value]


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        (None, {"effects": -0.05}, "with the depth is within noise"),
        (drop("scale", "mel"), {}, "none, so nothing can be compared"),
        (None, {"depths": (50,)}, "it takes two depths with linear and mel, and there are 1"),
        (None, {"genres": 2}, "2 pairs, fewer than the 3 that it takes"),
        (lambda m: m.assign(f1=math.nan), {}, "none, so nothing can be compared"),
        (lambda m: m.assign(f1=0.5), {}, "all 5 values are equal"),
        (lambda m: m[[*CELL, "f1"]], {"arm": "<b>"}, r"arm \<b\>"),
    ],
)
def test_the_page_of_results_made_elsewhere(tmp_path, monkeypatch, change, settings, said):
    monkeypatch.setattr(figures, "save_figure", lambda figure, *_: figure.draw_without_rendering())
    metrics = made_up(**{"genres": 5, "depths": (34, 50)} | settings)
    assert said in page(tmp_path, metrics if change is None else change(metrics))
