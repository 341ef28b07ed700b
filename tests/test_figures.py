"""Figures: what is drawn, in which order, and what they say when there is nothing to draw."""

import math
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle

from mgrlib import figures, paper, statistics
from mgrlib.statistics import SCALES

GENRES = list(paper.TABLE_1)


def made_up(*, genres=GENRES, depths=(34, 50), scales=SCALES, references=True, seed=0):
    """Random metrics of one arm, and of the reference rows."""
    rng = np.random.default_rng(seed)
    cells = [("corpus", depth, scale) for depth in depths for scale in scales]
    if references:
        cells += [("joint", depth, scale) for depth in depths for scale in scales]
        cells += [("baseline", 0, scale) for scale in scales]
    return pd.DataFrame(
        {"genre": genre, "depth": depth, "scale": scale, "weights": arm, "repeat": 0}
        | dict(zip(("accuracy", "f1", "recall", "precision"), rng.random(4), strict=True))
        | {"n_test_positive": 100 - place}
        for place, genre in enumerate(genres)
        for arm, depth, scale in cells
    )


def axes(draw, *data, **settings):
    figure = figures.make_figure(draw, *data, **settings)
    figure.draw_without_rendering()
    return figure.axes[0]


def boxes_of(ax):
    return [patch for patch in ax.patches if isinstance(patch, PathPatch)]


def bars_of(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def texts_of(ax):
    return " ".join(text.get_text().replace("\n", " ") for text in ax.texts)


def legend_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def labels_of(axis):
    return [text.get_text() for text in axis.get_ticklabels()]


# Boxes


@pytest.mark.parametrize(
    ("depths", "scales", "references", "boxes"),
    [
        ((34, 50, 101, 152), SCALES, True, 10),
        ((34, 50, 101, 152), SCALES, False, 8),
        ((50,), ("mel",), False, 1),
        ((34, 50), ("linear", "mel", "linear-bands", "cqt"), True, 12),
    ],
)
def test_a_box_for_each_depth_and_scale(depths, scales, references, boxes):
    metrics = made_up(depths=depths, scales=scales, references=references)
    ax = axes(figures.draw_boxes, metrics, metric="f1", arm="corpus")
    assert len(boxes_of(ax)) == boxes
    depth_labels = [f"ResNet{depth}" for depth in depths]
    assert labels_of(ax.xaxis) == ["logistic\nregression"] * references + depth_labels
    assert legend_of(ax)[: len(scales)] == figures.scale_order(scales)
    assert ("median of the joint network" in legend_of(ax)) is references


def test_box_and_points_are_where_the_numbers_are():
    metrics = made_up(depths=(50,), scales=("mel",), references=False)
    ax = axes(figures.draw_boxes, metrics, metric="f1", arm="corpus")
    (box,) = boxes_of(ax)
    heights = box.get_path().vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx(
        tuple(metrics["f1"].quantile([1 / 4, 3 / 4]))
    )
    (points,) = [line for line in ax.lines if len(line.get_ydata()) == 16]
    assert sorted(points.get_ydata()) == pytest.approx(sorted(metrics["f1"]))


def test_linear_stands_left_of_mel_and_each_has_its_own_color_and_hatch():
    ax = axes(
        figures.draw_boxes, made_up(depths=(50,), references=False), metric="f1", arm="corpus"
    )
    left, right = sorted(boxes_of(ax), key=lambda box: box.get_path().vertices[:, 0].mean())
    assert left.get_hatch() != right.get_hatch()
    assert to_hex(left.get_facecolor()) != to_hex(right.get_facecolor())
    assert right.get_hatch() == figures.LOOKS["mel"][1]


def test_one_color_a_scale_whatever_else_is_drawn():
    alone = figures.scale_looks(["mel"])
    among = figures.scale_looks(["cqt", "mel", "linear", "linear-bands"])
    assert alone["mel"] == among["mel"]
    assert list(among) == ["linear", "mel", "linear-bands", "cqt"]
    for part in zip(*among.values(), strict=True):  # colors, hatches, lines, marks
        assert len(set(part)) == 4


def test_the_diamond_is_the_median_of_the_joint_network():
    metrics = made_up(depths=(50,), scales=("mel",))
    ax = axes(figures.draw_boxes, metrics, metric="f1", arm="corpus")
    (diamond,) = [line for line in ax.lines if line.get_marker() == "D"]
    expected = metrics.loc[metrics["weights"] == "joint", "f1"].median()
    assert diamond.get_ydata() == pytest.approx([expected])


def test_the_legend_lies_above_the_data():
    ax = axes(figures.draw_boxes, made_up(), metric="f1", arm="corpus")
    legend = ax.get_legend().get_window_extent()
    assert legend.y0 >= ax.get_window_extent().y1 - 1
    assert legend.x1 <= ax.figure.bbox.x1


# Bars


def test_bars_run_from_the_largest_genre_down():
    metrics = made_up(references=False).sample(frac=1, random_state=3)
    ax = axes(figures.draw_genre_bars, metrics, metric="f1", depth=50, arm="corpus")
    assert len(bars_of(ax)) == 32
    assert labels_of(ax.yaxis) == [f"{genre} ({100 - i})" for i, genre in enumerate(GENRES)]
    assert ax.yaxis_inverted()
    assert ax.get_xlabel() == "F1, ResNet50"


def test_a_bar_is_as_long_as_its_score_and_linear_is_above_mel():
    metrics = made_up(genres=["Rock", "Jazz"], references=False)
    ax = axes(figures.draw_genre_bars, metrics, metric="recall", depth=34, arm="corpus")
    drawn = [bar.get_width() for bar in sorted(bars_of(ax), key=lambda bar: bar.get_y())]
    rows = metrics[metrics["depth"] == 34].set_index(["genre", "scale"])["recall"]
    order = [(genre, scale) for genre in ("Rock", "Jazz") for scale in SCALES]
    assert drawn == pytest.approx([rows[cell] for cell in order])


def test_references_stand_on_their_bars():
    metrics = made_up(genres=["Rock", "Jazz"], scales=("mel",))
    ax = axes(figures.draw_genre_bars, metrics, metric="f1", depth=50, arm="corpus")
    joint, baseline = ax.lines
    rows = metrics[metrics["depth"].isin([0, 50])].set_index(["weights", "genre"])["f1"]
    assert list(joint.get_xdata()) == pytest.approx(rows["joint"].tolist())
    assert list(baseline.get_xdata()) == pytest.approx(rows["baseline"].tolist())
    assert list(joint.get_ydata()) == pytest.approx([0, 1])
    assert legend_of(ax) == ["mel", "joint network", "logistic regression"]


def test_a_missing_score_is_said_in_its_place():
    metrics = made_up(references=False)
    metrics.loc[(metrics["genre"] == "Jazz") & (metrics["depth"] == 50), "f1"] = math.nan
    ax = axes(figures.draw_genre_bars, metrics, metric="f1", depth=50, arm="corpus")
    assert texts_of(ax) == "no value no value"
    assert len(labels_of(ax.yaxis)) == 16


def test_sizes_that_are_not_recorded_are_not_made_up():
    metrics = made_up(genres=["Jazz", "Rock"]).drop(columns="n_test_positive")
    ax = axes(figures.draw_genre_bars, metrics, metric="f1", depth=50, arm="corpus")
    assert labels_of(ax.yaxis) == ["Jazz", "Rock"]
    assert ax.get_ylabel() == ""


@pytest.mark.parametrize("size", [2, 16])
def test_genre_names_do_not_overlap(size):
    metrics = made_up(genres=[f"A genre with a very long name, number {i}" for i in range(size)])
    height = figures.genre_bars_height(metrics)
    ax = axes(
        figures.draw_genre_bars, metrics, metric="f1", depth=50, arm="corpus", height_inches=height
    )
    extents = [text.get_window_extent() for text in ax.get_yticklabels()]
    assert all(low.y1 <= high.y0 for high, low in pairwise(extents))
    assert all(extent.x0 >= 0 for extent in extents)
    assert all(text.get_fontsize() >= 9 for text in ax.get_yticklabels())


# Q–Q


def test_qq_points_line_and_names():
    differences = pd.Series([0.02, -0.3, 0.1, 0.04], index=["A", "Lowest", "Highest", "B"])
    ax = axes(figures.draw_qq, differences)
    points = statistics.quantile_pairs(differences)
    line, dots, _ = ax.lines
    assert list(dots.get_ydata()) == pytest.approx([-0.3, 0.02, 0.04, 0.1])
    assert list(dots.get_xdata()) == pytest.approx(points.theoretical)
    middle = points.intercept + points.slope * np.array(points.theoretical)
    np.testing.assert_allclose(line.get_ydata(), middle)
    assert texts_of(ax) == "Lowest Highest"
    assert legend_of(ax) == ["pointwise 95 % band", "normal line", "one genre"]
    assert ax.get_ylabel() == "Difference in F1 (linear − mel)"


def test_the_qq_band_holds_as_many_normal_samples_as_it_says():
    # The band of the order statistics of a standard normal sample of 16.
    ax = axes(figures.draw_qq, np.random.default_rng(0).normal(size=16))
    (band,) = ax.collections
    points = statistics.quantile_pairs(np.random.default_rng(0).normal(size=16))
    corners = band.get_paths()[0].vertices
    low, high = (
        [side(corners[np.isclose(corners[:, 0], x), 1]) for x in points.theoretical]
        for side in (np.min, np.max)
    )
    samples = np.random.default_rng(1).normal(points.intercept, points.slope, size=(20_000, 16))
    inside = (np.sort(samples) >= low) & (np.sort(samples) <= high)
    np.testing.assert_allclose(inside.mean(axis=0), 0.95, atol=0.01)


@pytest.mark.parametrize(
    ("differences", "reason"),
    [([], "no genre has"), ([0.1, 0.2], "fewer than the 3"), ([0.0] * 4, "are equal")],
)
def test_no_qq_plot_says_why(differences, reason):
    assert reason in texts_of(axes(figures.draw_qq, differences))


# Spectrograms and sizes


def test_spectrogram_axes_are_in_seconds_and_hertz():
    frequencies, times = np.linspace(0, 11_025, 64), np.linspace(0, 6, 40)
    image = np.linspace(-80, 0, 64)[:, None] * np.ones(40)
    ax = axes(figures.draw_spectrogram, image, frequencies=frequencies, times=times)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Time (s)", "Frequency (Hz)")
    assert labels_of(ax.yaxis) == ["0", "2000", "4000", "6000", "8000", "10000"]
    assert ax.get_xlim() == pytest.approx((-6 / 78, 6 + 6 / 78))
    assert ax.get_yticks()[1] == pytest.approx(2000 / 11_025 * 63)
    bar = ax.figure.axes[1]
    assert bar.get_ylabel() == "Level relative to the loudest (dB)"


def test_ticks_of_a_warped_axis_lie_at_their_frequencies():
    frequencies = np.geomspace(30, 11_000, 128)
    ax = axes(
        figures.draw_spectrogram, np.zeros((128, 8)), frequencies=frequencies, times=np.arange(8)
    )
    marks = [float(label) for label in labels_of(ax.yaxis)]
    assert marks == [31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000]
    rows = np.log(np.array(marks) / 30) / np.log(11_000 / 30) * 127
    np.testing.assert_allclose(ax.get_yticks(), rows, atol=0.02)


@pytest.mark.parametrize(
    ("shape", "frequencies", "message"),
    [
        ((4, 3), [1, 2, 3, 4, 5], r"here \(5, 3\), got \(4, 3\)"),
        ((4, 3), [4, 3, 2, 1], "frequencies must ascend"),
    ],
)
def test_a_spectrogram_that_does_not_fit_its_axes(shape, frequencies, message):
    with pytest.raises(ValueError, match=message):
        axes(figures.draw_spectrogram, np.zeros(shape), frequencies=frequencies, times=np.arange(3))


def test_genre_sizes_beside_the_papers():
    counts = {"Jazz": 50, "Rock": 150, "Regional Music": 20}
    ax = axes(figures.draw_genre_sizes, counts, paper=paper.TABLE_1)
    assert labels_of(ax.yaxis) == ["Rock (150)", "Jazz (50)", "Regional Music (20)"]
    assert [bar.get_width() for bar in bars_of(ax)] == pytest.approx(
        [15000 / 220, 5000 / 220, 2000 / 220]
    )
    theirs = ax.lines[0].get_xdata()
    assert theirs[0] == pytest.approx(100 * 4356 / 26_701)
    assert math.isnan(theirs[2])


# Whatever a run holds


ODD_RUNS = {
    "one scale": made_up(scales=("linear",)),
    "one depth": made_up(depths=(152,)),
    "two genres": made_up(genres=["Rock", "Jazz"]),
    "one genre": made_up(genres=["Rock"]),
    "nan": made_up().assign(f1=lambda rows: rows["f1"].where(rows.index % 3 > 0)),
    "nothing": made_up().assign(f1=math.nan),
    "no column": made_up().drop(columns="f1"),
    "five scales": made_up(scales=("linear", "mel", "linear-bands", "cqt", "bark")),
    "no references": made_up(references=False),
    "empty baseline depth": made_up().assign(
        depth=lambda rows: rows["depth"].where(rows["depth"] > 0)
    ),
    "odd names": made_up(genres=["$a_1$ $", "Ünïcödé – 100 %", "日本の音楽", "x" * 90, "_hidden"]),
}


@pytest.mark.parametrize("run", ODD_RUNS)
@pytest.mark.parametrize("kind", ["boxes", "bars", "qq"])
@pytest.mark.filterwarnings("error", "ignore:Glyph .* missing from font")
def test_every_run_gives_a_figure(run, kind, tmp_path):
    metrics = ODD_RUNS[run]
    depth = statistics.nearest_depth(metrics, 50, arm="corpus")
    pairs = statistics.paired_scores(metrics, arm="corpus")
    figure = {
        "boxes": lambda: figures.make_figure(
            figures.draw_boxes, metrics, metric="f1", arm="corpus"
        ),
        "bars": lambda: figures.make_figure(
            figures.draw_genre_bars, metrics, metric="f1", depth=depth, arm="corpus"
        ),
        "qq": lambda: figures.make_figure(figures.draw_qq, pairs["difference"]),
    }[kind]()
    figures.save_figure(figure, tmp_path, 4)
    assert (tmp_path / "figures" / "fig04.png").stat().st_size > 5000
    if run in ("nothing", "no column"):
        assert texts_of(figure.axes[0]).startswith("No ")


# Files


def test_saved_files_are_the_same_for_the_same_figure(tmp_path):
    metrics = made_up()
    for name in ("a", "b"):
        figure = figures.make_figure(figures.draw_boxes, metrics, metric="f1", arm="corpus")
        assert figures.save_figure(figure, tmp_path / name, 4) is figure
    for ending in ("png", "svg"):
        first, second = (tmp_path / name / "figures" / f"fig04.{ending}" for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in first.parent.iterdir()) == ["fig04.png", "fig04.svg"]
    assert b"<dc:date>" not in second.read_bytes()


def test_a_figure_has_the_width_of_the_column_and_200_dots_an_inch(tmp_path):
    figure = figures.make_figure(figures.draw_qq, [0.1, 0.2, 0.4])
    figures.save_figure(figure, tmp_path, 10)
    header = (tmp_path / "figures" / "fig10.png").read_bytes()[16:24]
    assert int.from_bytes(header[:4], "big") == pytest.approx(7.2 * 200, abs=1)


def test_the_style_stays_inside_its_context():
    before = dict(mpl.rcParams)
    figures.make_figure(figures.draw_qq, [0.1, 0.2, 0.4])
    assert dict(mpl.rcParams) == before


def test_the_qq_plot_shows_the_reference_rows_where_they_can_be_drawn():
    own = pd.Series([0.1, -0.2, 0.05, 0.3], index=list("abcd"))
    rows = {"joint": -own, "baseline": pd.Series([0.0, 0.0, 0.0, 0.0])}
    figure = figures.make_figure(figures.draw_qq, own, references=rows)
    words = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert words[-1] == "joint network"
    drawn = [line for line in figure.axes[0].get_lines() if line.get_label() == "joint network"]
    np.testing.assert_allclose(drawn[0].get_ydata(), sorted(-own))
