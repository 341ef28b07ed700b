"""Scale or resolution: pairs of scales, the two steps from linear to mel, and the page."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words
from scipy import stats
from statsmodels.stats.multitest import multipletests

from mgrlib import figures, results, spectrograms, statistics
from mgrlib.statistics.resolution import scale_pairs as resolution

THREE = ("linear", "mel", "linear-bands")
PAGE = "13_scale_or_resolution"


def made_up(
    *,
    scales=THREE,
    depths=(34, 50, 101),
    genres=8,
    repeats=2,
    effects=None,
    arm="corpus",
    noise=0.02,
) -> pd.DataFrame:
    """A table of metrics in which each scale adds its effect to F1."""
    rng, rows = np.random.default_rng(3), []
    effects = effects or {}
    for number in range(genres):
        for row, of_row in (("baseline", (0,)), ("joint", depths), (arm, depths)):
            for depth in of_row:
                for scale in scales:
                    for repeat in range(repeats):
                        f1 = 0.7 - 0.05 * number + effects.get(scale, 0) + rng.normal(0, noise)
                        rows.append({
                            "genre": f"genre {number}", "depth": depth, "scale": scale,
                            "weights": row, "repeat": repeat, "f1": f1, "n_test": 60,
                            "n_test_positive": 40 - number,
                        })  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=results.COLUMNS)


@pytest.fixture(scope="module")
def metrics() -> pd.DataFrame:
    return made_up(effects={"mel": 0.04})


def means_of(metrics: pd.DataFrame, arm: str = "corpus") -> pd.DataFrame:
    """Oracle: F1 by genre and scale, all cells alike."""
    rows = metrics[metrics["weights"] == arm]
    return rows.pivot_table(index="genre", columns="scale", values="f1", aggfunc="mean")


def test_every_pair_has_the_papers_test_and_holms_p(metrics):
    table, means = statistics.compare_pairs(metrics, arm="corpus"), means_of(metrics)
    assert list(table.index) == [
        ("linear", "mel"), ("linear", "linear-bands"), ("linear-bands", "mel"),
    ]  # fmt: skip
    tests = {pair: stats.ttest_rel(means[pair[0]], means[pair[1]]) for pair in table.index}
    for pair, row in table.iterrows():
        difference = means[pair[0]] - means[pair[1]]
        interval = tests[pair].confidence_interval(0.95)
        assert row["n"] == 8
        assert row["difference"] == pytest.approx(difference.mean())
        assert row["dz"] == pytest.approx(difference.mean() / difference.std())
        assert (row["t"], row["p"]) == pytest.approx((tests[pair].statistic, tests[pair].pvalue))
        assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    expected = multipletests([test.pvalue for test in tests.values()], method="holm")[1]
    np.testing.assert_allclose(table["p_holm"], expected)


def test_linear_minus_mel_is_the_test_of_the_paper_s_page(metrics):
    own = statistics.compare_pairs(metrics, arm="corpus").loc[("linear", "mel")]
    paired = statistics.paired_t(statistics.paired_scores(metrics, arm="corpus")["difference"])
    assert (own["t"], own["p"]) == pytest.approx((paired.statistic, paired.p))


def test_each_depth_has_its_test_and_holm_is_over_pairs_and_depths(metrics):
    table = statistics.compare_pairs_by_depth(metrics, arm="corpus")
    assert len(table) == 3 * 3
    for (first, second, depth), row in table.iterrows():
        means = means_of(metrics[metrics["depth"] == depth])
        test = stats.ttest_rel(means[first], means[second])
        assert (row["t"], row["p"]) == pytest.approx((test.statistic, test.pvalue))
    np.testing.assert_allclose(table["p_holm"], multipletests(table["p"], method="holm")[1])


@pytest.mark.parametrize("arm", ["corpus", "joint", "baseline"])
def test_the_steps_add_up_for_every_genre(metrics, arm):
    parts, means = statistics.decompose(metrics, arm=arm), means_of(metrics, arm)
    np.testing.assert_allclose(parts["whole"], parts["resolution"] + parts["scale"], atol=1e-15)
    expected = (means["linear"] - means["mel"]).reindex(parts.index)
    np.testing.assert_allclose(parts["whole"], expected)
    assert parts.index.tolist() == [f"genre {n}" for n in range(8)]  # the largest first


def test_the_steps_add_up_where_cells_are_missing(metrics):
    lost = (metrics["scale"] == "linear-bands") & (metrics["depth"] == 50)
    lost |= (metrics["genre"] == "genre 2") & (metrics["scale"] == "mel") & (metrics["repeat"] == 1)
    some = metrics.assign(f1=metrics["f1"].mask(lost))
    parts = statistics.decompose(some, arm="corpus")
    np.testing.assert_allclose(parts["whole"], parts["resolution"] + parts["scale"], atol=1e-15)
    rows = metrics[(metrics["weights"] == "corpus") & (metrics["genre"] == "genre 2")]
    shared = rows[(rows["depth"] != 50) & (rows["repeat"] == 0)].groupby("scale")["f1"].mean()
    assert parts.loc["genre 2", "whole"] == pytest.approx(shared["linear"] - shared["mel"])


def test_an_effect_of_mel_alone_is_a_step_in_scale(metrics):
    tests = statistics.part_tests(statistics.decompose(metrics, arm="corpus"))
    assert tests.loc["scale", "p_holm"] < 0.001
    assert tests.loc["scale", "difference"] == pytest.approx(-0.04, abs=0.01)
    assert tests.loc["resolution", "low"] < 0 < tests.loc["resolution", "high"]
    pairs = statistics.compare_pairs(metrics, arm="corpus")
    assert tests["t"].tolist() == pytest.approx(pairs["t"].tolist())


def test_the_contrast_holds_one_step_against_the_other(metrics):
    means = means_of(metrics)
    theirs = stats.ttest_1samp(2 * means["linear-bands"] - means["linear"] - means["mel"], 0)
    ours = statistics.part_contrast(statistics.decompose(metrics, arm="corpus"))
    assert (ours.statistic, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_a_share_is_given_only_of_a_whole_beyond_noise(metrics):
    parts = statistics.decompose(metrics, arm="corpus")
    expected = parts["scale"].mean() / parts["whole"].mean()
    assert resolution.scale_share(parts) == pytest.approx(expected)
    nothing = statistics.decompose(made_up(noise=0.2), arm="corpus")
    assert np.isnan(resolution.scale_share(nothing))


def test_the_interval_of_a_genre_is_over_its_depths(metrics):
    table = resolution.genre_parts(metrics, arm="corpus")
    rows = metrics[(metrics["weights"] == "corpus") & (metrics["genre"] == "genre 1")]
    by_depth = rows.pivot_table(index="depth", columns="scale", values="f1", aggfunc="mean")
    expected = stats.ttest_rel(by_depth["linear-bands"], by_depth["mel"]).confidence_interval()
    found = table.loc[("genre 1", "scale"), ["low", "high"]]
    assert found.tolist() == pytest.approx([expected.low, expected.high])


def test_friedmans_test_is_scipys(metrics):
    means = statistics.scale_means(metrics, arm="corpus")
    theirs = stats.friedmanchisquare(*means_of(metrics).to_numpy().T)
    ours = statistics.friedman(means)
    assert (ours.statistic, ours.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert ours.df == 2
    assert ours.effect == pytest.approx(theirs.statistic / (8 * 2))  # Kendall's W by its formula
    by_hand = means_of(metrics).rank(axis=1, ascending=False).mean()
    assert resolution.mean_ranks(means).to_dict() == pytest.approx(by_hand.to_dict())


def test_genres_of_one_mind_have_kendalls_w_of_one():
    means = pd.DataFrame({"linear": [0.1, 0.2, 0.3], "linear-bands": [0.2, 0.3, 0.4],
                          "mel": [0.3, 0.4, 0.5]})  # fmt: skip
    assert statistics.friedman(means).effect == pytest.approx(1)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (pd.DataFrame({"linear": [0.1] * 4, "mel": [0.2] * 4}), "three scales, and there are 2"),
        (pd.DataFrame({s: [0.1, 0.2] for s in THREE}), "2 genres with all scales, and it takes 3"),
        (pd.DataFrame({s: [0.1, 0.2, 0.3] for s in THREE}), "the scales are equal"),
    ],
)
def test_friedmans_test_says_why_it_can_not_be_computed(table, reason):
    assert reason in statistics.friedman(table).reason


def test_further_scales_are_paired_too():
    table = statistics.compare_pairs(made_up(scales=(*THREE, "log")), arm="corpus")
    assert len(table) == 6
    assert list(table.index)[:3] == list(statistics.PARTS.values())
    assert ("mel", "log") in table.index


def test_a_baseline_without_a_depth_counts(metrics):
    elsewhere = metrics.assign(depth=metrics["depth"].where(metrics["depth"] > 0))
    pd.testing.assert_frame_equal(
        statistics.compare_pairs(elsewhere, arm="baseline"),
        statistics.compare_pairs(metrics, arm="baseline"),
    )


def test_equal_scales_have_no_test_and_say_why():
    same = made_up(noise=0.0)
    table = statistics.compare_pairs(same, arm="corpus")
    assert table["p_holm"].isna().all()
    assert table["reason"].str.contains("no variance").all()
    assert "no test" in statistics.describe_pairs(table, arm="corpus")
    assert "can't be tested" in statistics.describe_parts(same, arm="corpus")


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        ({"mel": 0.1}, "Only the step in scale is beyond noise, in favor of mel's spacing"),
        ({"mel": -0.1}, "Only the step in scale is beyond noise, in favor of even spacing in Hz"),
        ({"linear": 0.1}, "Only the step in resolution is beyond noise, in favor of many narrow"),
        ({"linear": -0.1}, "Only the step in resolution is beyond noise, in favor of few wide"),
        ({"mel": 0.1, "linear": -0.1}, "Both steps count"),
        ({"linear-bands": 0.1}, "Both steps count"),
        ({}, "None of the three is beyond noise"),
    ],
)
def test_the_verdict_follows_from_the_effects(effects, said):
    described = statistics.describe_parts(made_up(effects=effects), arm="corpus")
    assert said in described
    assert "n = 8 genres" in described


def test_a_whole_beyond_noise_without_a_step_beyond_noise_is_not_assigned():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.2, 8)
    whole = -0.05 + rng.normal(0, 0.01, 8)
    values = {"linear": 0.5 + whole, "mel": np.full(8, 0.5), "linear-bands": 0.475 + noise}
    rows = [
        {"genre": f"genre {g}", "depth": 34, "scale": scale, "weights": "corpus", "repeat": 0,
         "f1": f1} for scale, column in values.items() for g, f1 in enumerate(column)
    ]  # fmt: skip
    said = statistics.describe_parts(pd.DataFrame(rows), arm="corpus")
    assert "The whole difference is beyond noise and neither step is" in said


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        (made_up(scales=("linear", "mel")), "the arm corpus has no networks of linear-bands"),
        (made_up(scales=("mel",)), "the arm corpus has no networks of linear and linear-bands"),
        (
            made_up(depths=(34, 50)).query("scale != 'mel' or depth != 50").query(
                "scale == 'mel' or depth != 34"
            ),
            "no genre has all three scales at the same depth",
        ),
    ],
)  # fmt: skip
def test_a_difference_that_can_not_be_split_says_why(metrics, reason):
    assert resolution.why_no_parts(metrics, arm="corpus") == reason
    numbers = statistics.resolution_numbers(metrics, arm="corpus")
    assert numbers["parts"] == {"reason": reason}


def test_the_numbers_are_plain_and_those_of_the_tables(metrics):
    numbers = statistics.resolution_numbers(metrics, arm="corpus")
    assert json.loads(json.dumps(numbers, allow_nan=False)) == numbers
    pairs = statistics.compare_pairs(metrics, arm="corpus")
    assert [row["p_holm"] for row in numbers["pairs"]] == pairs["p_holm"].tolist()
    assert len(numbers["by_depth"]) == 9
    assert len(numbers["references"]["baseline"]) == 3
    assert numbers["parts"]["share"] == resolution.scale_share(
        statistics.decompose(metrics, arm="corpus")
    )
    assert "reason" not in numbers
    assert statistics.resolution_numbers(metrics, arm="corpus") == numbers


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        (made_up(scales=("mel",)), "the arm corpus has one scale, mel"),
        (made_up().assign(f1=np.nan), "the arm corpus has no scale"),
    ],
)
def test_numbers_of_a_run_with_one_scale_say_why(metrics, reason):
    assert statistics.resolution_numbers(metrics, arm="corpus")["reason"] == reason


def test_rows_of_the_scales_are_described_by_librosas_defaults():
    rows = spectrograms.describe_rows(["linear", "mel", "linear-bands", "bark"])
    assert list(rows) == ["linear", "mel", "linear-bands"]
    assert {scale: row["rows"] for scale, row in rows.items()} == {
        "linear": 1025, "mel": 128, "linear-bands": 128,
    }  # fmt: skip
    assert rows["linear"]["lowest"] == pytest.approx(22_050 / 2048)
    assert rows["linear-bands"]["highest"] == pytest.approx(22_050 / 2 / 129)
    assert rows["mel"]["share"] == pytest.approx(0.297, abs=5e-4)
    assert rows["linear"]["share"] == pytest.approx(0.091, abs=5e-4)


DRAWN = {
    "pairs": (figures.draw_scale_pairs, figures.scale_pairs_height),
    "depths": (figures.draw_pairs_by_depth, figures.pairs_by_depth_height),
}


def texts(figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("scales", [("linear", "mel"), THREE, (*THREE, "log")])
def test_figures_hold_every_pair_and_the_references(name, scales):
    draw, height = DRAWN[name]
    table = made_up(scales=scales)
    figure = figures.make_figure(draw, table, arm="corpus", height_inches=height(table))
    said = texts(figure).replace("\n", " ")
    for first, second in statistics.scale_pairs(table, arm="corpus"):
        assert f"{first} − {second}" in said
    assert "joint network" in said
    assert "logistic regression" in said


def test_the_panels_hold_the_steps_of_every_genre(metrics):
    height = figures.parts_height(metrics, arm="corpus")
    figure = figures.make_figure(figures.draw_parts, metrics, arm="corpus", height_inches=height)
    parts = statistics.decompose(metrics, arm="corpus")
    for panel, name in zip(figure.axes, statistics.PARTS, strict=True):
        drawn = [line.get_xdata() for line in panel.lines if len(line.get_xdata()) == len(parts)]
        assert any(np.array_equal(values, parts[name]) for values in drawn)
    assert {panel.get_xlim() for panel in figure.axes} == {figure.axes[0].get_xlim()}


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (figures.draw_scale_pairs, "No two scales of the arm corpus"),
        (figures.draw_parts, "no networks of linear and linear-bands"),
        (figures.draw_pairs_by_depth, "with two scales"),
    ],
)
def test_figures_say_why_there_is_nothing_to_draw(draw, said):
    figure = figures.make_figure(draw, made_up(scales=("mel",)), arm="corpus")
    assert said in texts(figure).replace("\n", " ")


def write_run(folder: Path, table: pd.DataFrame, study: dict | None = None) -> Path:
    (folder / "results").mkdir(parents=True)
    table.to_csv(folder / "results" / "metrics.csv", index=False)
    if study:
        (folder / "study.json").write_text(json.dumps(study))
    return folder


def test_the_page_of_a_run_with_three_scales(tmp_path, metrics):
    study = {"settings": {"sample_rate": 16_000, "n_fft": 1024, "n_mels": 64}}
    run = write_run(tmp_path / "three", metrics, study)
    said = words(run_cells(PAGE, run=str(run)))
    assert "By the settings of this run" in said
    share = 100 * spectrograms.rows_below(1000, scale="mel", **study["settings"])
    assert f"{share:.1f} % of the mel rows" in said
    assert "Of the 64 linear bands" in said
    assert "it can be split" in said
    assert "Only the step in scale is beyond noise" in said
    assert "Friedman's test over 3 scales: χ²(2)" in said
    for name in ("pairs", "parts", "depths"):
        assert (run / "figures" / f"resolution-{name}.png").exists()


def test_the_page_of_results_made_elsewhere_without_the_third_scale(tmp_path):
    run = write_run(tmp_path / "two", made_up(scales=("linear", "mel"), effects={"mel": 0.1}))
    said = words(run_cells(PAGE, run=str(run)))
    assert "defaults of librosa" in said
    assert "9.1 % of the linear rows" in said
    assert "--set scales=linear,mel,linear-bands" in said
    assert "beyond noise, in favor of mel" in said
    assert "No steps to tell apart: the arm corpus has no networks of linear\\-bands." in said
    assert "it takes three scales, and there are 2" in said


FEW = {"genres": 4, "depths": (34, 50, 101), "repeats": 1}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (made_up(scales=("mel",), genres=4), "There is no pair"),
        (made_up(genres=2, depths=(34,)), "fewer than the 3 that it takes"),
        (made_up(genres=4, depths=(50,), repeats=1), "(ResNet50)"),
        (made_up(**FEW, noise=0.0), "no variance"),
        (made_up(**FEW).query("weights == 'corpus'").drop(columns="n_test_positive"), "n = 4"),
        (
            made_up(**FEW).assign(f1=lambda t: t["f1"].mask(t["scale"] == "linear-bands")),
            "the arm corpus has no networks of linear\\-bands",
        ),
        (made_up(genres=4).assign(f1=np.nan), "There is no pair"),
    ],
    ids=["one scale", "two genres", "one depth", "ties", "no sizes", "NaN", "all NaN"],
)
def test_the_page_explains_what_can_not_be_computed(tmp_path, table, expected):
    said = words(run_cells(PAGE, run=str(write_run(tmp_path / "run", table))))
    assert expected in said


def test_the_page_escapes_the_names_of_scales_and_arms(tmp_path):
    table = made_up(scales=("<b>", "mel"), arm="<i>", genres=4, depths=(34,))
    shown = run_cells(PAGE, run=str(write_run(tmp_path / "run", table)))
    said = "\n".join(value.data for value in shown if hasattr(value, "data"))
    assert "mel − \\<b\\>" in said
    assert "<b>" not in said
    assert "<i>" not in said
