"""How the training is shown: curves of every network, costs, ranked songs, and their sound."""

import ast
import base64
import io
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import soundfile
from conftest import tone
from IPython.display import HTML, Markdown
from matplotlib.figure import Figure
from sklearn.metrics import log_loss
from test_results import write_run

from mgrlib import costs, excerpts, figures, rankings, results
from mgrlib.files import ROOT
from mgrlib.settings import make_settings

GENRES = [f"Genre {number}" for number in range(16)]


def made_up(*, genres=GENRES, arms=("none",), scales=("linear", "mel"), epochs=3, repeats=1,
            joint=True, seed=0):  # fmt: skip
    """Random histories, as in ``results/history.csv``."""
    rng = np.random.default_rng(seed)
    rows = [("(all)", "joint")] * joint + [(genre, arm) for genre in genres for arm in arms]
    return pd.DataFrame(
        {"genre": genre, "depth": 50, "scale": scale, "weights": arm, "repeat": repeat,
         "epoch": epoch, "train_loss": rng.uniform(0.1, 0.6), "train_f1": rng.random(),
         "seconds": 1.0}
        for genre, arm in rows for scale in scales for repeat in range(repeats)
        for epoch in range(1, epochs + 1)
    )  # fmt: skip


def drawn(history, *, genres=GENRES, value="train_loss"):
    height = figures.learning_panels_height(history, genres=genres)
    figure = figures.make_figure(
        figures.draw_learning_panels, history, value=value, genres=genres, height_inches=height
    )
    figure.draw_without_rendering()
    return figure


def curves_of(panel, *, thick=True):
    """The curves of a panel without the gray guide, which reaches from side to side."""
    curves = [line for line in panel.lines if line.get_color() != "#999999"]
    return [line for line in curves if (line.get_linewidth() > 1) is thick]


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


# Curves


@pytest.mark.parametrize("value", ["train_loss", "train_f1"])
@pytest.mark.parametrize(
    ("genres", "arms", "joint"), [(16, 3, True), (4, 1, True), (2, 2, False), (1, 1, True)]
)
def test_a_panel_for_every_genre_and_one_for_the_joint_network(genres, arms, joint, value):
    names, weights = GENRES[:genres], ["none", "imagenet", "corpus"][:arms]
    figure = drawn(made_up(genres=names, arms=weights, joint=joint), genres=names, value=value)
    titles = [panel.get_title() for panel in figure.axes]
    assert titles == names + ["all genres (joint)"] * joint
    assert all(len(curves_of(panel)) == 2 * arms for panel in figure.axes[:genres])
    assert all(len(curves_of(panel)) == 2 for panel in figure.axes[genres:])
    arms_named = [f"arm {arm}" for arm in weights]
    assert legend_of(figure)[:-1] == ["linear", "mel", *arms_named]


@pytest.mark.parametrize("value", ["train_loss", "train_f1"])
def test_a_curve_is_where_the_numbers_are(value):
    history = made_up(genres=["Jazz", "Rock"], arms=("none", "corpus"))
    figure = drawn(history, genres=["Rock", "Jazz"], value=value)
    shown = sorted(list(line.get_ydata()) for line in curves_of(figure.axes[1]))
    own = history[history["genre"] == "Jazz"].groupby(["weights", "scale"])[value]
    assert shown == sorted(values.tolist() for _, values in own)


def test_repeats_are_thin_and_their_mean_is_thick():
    history = made_up(genres=["Jazz"], scales=("mel",), repeats=4, joint=False)
    (panel,) = drawn(history, genres=["Jazz"]).axes
    (mean,) = curves_of(panel)
    assert len(curves_of(panel, thick=False)) == 4
    assert list(mean.get_ydata()) == pytest.approx(
        [history.loc[history["epoch"] == epoch, "train_loss"].mean() for epoch in (1, 2, 3)]
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("train_loss", log_loss([0, 1, 0, 1], [0.5] * 4)),
        ("train_f1", 2 * 0.5 * 1 / (0.5 + 1)),
    ],
)
def test_the_guide_is_what_knowing_nothing_gives(value, expected):
    figure = drawn(made_up(), value=value)
    guides = [
        [line.get_ydata()[0] for line in panel.lines if line.get_color() == "#999999"]
        for panel in figure.axes
    ]
    assert guides[:-1] == [[pytest.approx(expected)]] * 16
    assert guides[-1] == [], "the joint network does not learn from equal halves"


def test_genres_share_their_axes_and_the_joint_network_does_not():
    history = made_up(genres=GENRES[:5])
    history.loc[history["weights"] == "joint", "train_loss"] = 0.03
    panels = drawn(history, genres=GENRES[:5]).axes
    assert len({panel.get_ylim() for panel in panels[:5]}) == 1
    low, high = panels[-1].get_ylim()
    assert low < 0.03 < high < panels[0].get_ylim()[1]
    assert high - low == pytest.approx(0.1), "equal losses don't fill a panel"


def test_points_of_a_single_epoch_do_not_hide_each_other():
    history = made_up(genres=["Jazz"], arms=("none", "corpus"), epochs=1)
    panel = drawn(history, genres=["Jazz"]).axes[0]
    places = sorted(line.get_xdata()[0] for line in curves_of(panel))
    assert min(np.diff(places)) > 0.1
    assert np.mean(places) == pytest.approx(1)
    assert panel.get_xlim() == (0.5, 1.5)
    assert all(line.get_marker() != "None" for line in curves_of(panel))


def test_arms_and_scales_are_told_apart_without_color():
    history = made_up(genres=["Jazz"], arms=("none", "imagenet", "corpus"))
    lines = curves_of(drawn(history, genres=["Jazz"]).axes[0])
    looks = {
        (line.get_linestyle(), line.get_marker(), line.get_markerfacecolor() == "white")
        for line in lines
    }
    assert len(looks) == 6


def test_a_genre_without_a_history_says_so():
    history = made_up(genres=["Jazz"])
    figure = drawn(history, genres=["Jazz", "Rock"])
    assert [[text.get_text() for text in panel.texts] for panel in figure.axes] == [
        [], ["no history"], []
    ]  # fmt: skip


def test_no_history_at_all_says_so():
    figure = drawn(made_up().iloc[:0])
    (text,) = figure.axes[0].texts
    assert text.get_text() == "No network of this depth has a history in this run."


@pytest.mark.parametrize(("genres", "epochs"), [(16, 10), (4, 1), (3, 200)])
@pytest.mark.filterwarnings("error")
def test_names_and_numbers_of_panels_do_not_overlap(genres, epochs):
    names = [f"A long name of a genre, number {number}" for number in range(genres)]
    figure = drawn(made_up(genres=names, epochs=epochs), genres=names)
    boxes = [panel.title.get_window_extent() for panel in figure.axes]
    boxes += [
        tick.label1.get_window_extent()
        for panel in figure.axes for axis in (panel.xaxis, panel.yaxis)
        for tick in axis.get_major_ticks() if tick.label1.get_visible()
        and axis.get_view_interval()[0] <= tick.get_loc() <= axis.get_view_interval()[1]
    ]  # fmt: skip
    boxes.append(figure.legends[0].get_window_extent())
    overlapping = [
        (a, b) for n, a in enumerate(boxes) for b in boxes[:n]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]  # fmt: skip
    assert not overlapping
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_the_mean_figure_is_over_genres():
    history = made_up(genres=["Jazz", "Rock"], scales=("mel",), joint=False)
    figure = figures.make_figure(figures.draw_learning, history)
    (line,) = figure.axes[0].lines
    expected = history.groupby("epoch")["train_loss"].mean()
    assert list(line.get_ydata()) == pytest.approx(expected.tolist())
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "mel", "arm none"
    ]  # fmt: skip


def test_a_song_is_drawn_on_every_scale_with_one_bar():
    rows = {"linear": np.linspace(0, 11_025, 32), "mel": np.geomspace(40, 11_000, 16)}
    pictures = {scale: (np.full((len(f), 9), -30.0), f) for scale, f in rows.items()}
    figure = figures.make_figure(
        figures.draw_song, pictures, times=np.linspace(0, 4, 9), floor_db=-80
    )
    linear, mel, bar = figure.axes
    assert [linear.get_title(), mel.get_title()] == ["linear", "mel"]
    assert (linear.get_xlabel(), linear.get_ylabel()) == ("Time (s)", "Frequency (Hz)")
    assert bar.get_ylabel() == "Level (dB)"
    assert [ax.images[0].get_clim()[0] for ax in (linear, mel)] == [-80, -80]


# Costs


def spent(rows):
    table = pd.DataFrame(rows, columns=["genre", "depth", "scale", "weights", "repeat", "n_train",
                                        "epochs", "seconds"])  # fmt: skip
    return costs.training_costs(table, depth=50)


COSTS = [
    ("Jazz", 0, "mel", "baseline", 0, 40, 0, 0.0),
    ("Jazz", 34, "mel", "none", 0, 40, 5, 1000.0),
    ("Jazz", 50, "mel", "joint", 0, 100, 2, 10.0),
    ("Rock", 50, "mel", "joint", 0, 100, 2, 10.0),
    ("Jazz", 50, "mel", "none", 0, 40, 5, 30.0),
    ("Rock", 50, "mel", "none", 0, 80, 5, 50.0),
]


def test_costs_by_hand():
    table = spent(COSTS)
    assert table.index.tolist() == ["none", "joint", "baseline"]
    # Two networks saw 40 and 80 songs five times; the joint one saw 100 songs twice.
    assert table.loc["none"].tolist() == [2, 600, 80, 40, 7.5]
    assert table.loc["joint"].tolist() == [1, 200, 20, 20, 10]
    assert table.loc["baseline", "networks"] == 1
    assert table.loc["baseline"].isna().sum() == 4
    assert costs.compare_with_joint(table) == (
        "The 2 networks of the arm none saw 3.0 times as many images as the 1 network for all "
        "genres and took 4.0 times as long."
    )


def test_costs_for_a_reader_have_dashes_where_nothing_is_known():
    table = costs.cost_table(spent(COSTS))
    assert table.loc["none"].tolist() == [2, "600", "80.0", "40", "8"]
    assert table.loc["baseline"].tolist() == [1, "–", "–", "–", "–"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row for row in COSTS if row[3] != "joint"], "has no joint network"),
        ([(*row[:7], math.nan) for row in COSTS], "does not tell"),
        ([], "has no joint network"),
        ([("R&B", 50, "mel", "a_b.pth", 0, 9, 1, 3.0), COSTS[2]], r"the arm a\_b\.pth"),
    ],
)
def test_costs_that_are_not_known_are_said_so(rows, said):
    assert said in costs.compare_with_joint(spent(rows))


def test_results_made_elsewhere_may_lack_what_training_took(tmp_path):
    header = "genre,depth,scale,weights,repeat,f1"
    folder = write_run(tmp_path / "run", header=header)
    (folder / "results" / "metrics.csv").write_text(
        f"{header}\nJazz,50,mel,none,0,0.5\nJazz,50,mel,joint,0,0.5\n"
    )
    table = costs.training_costs(results.read_metrics(folder), depth=50)
    assert table["networks"].tolist() == [1, 1]
    assert table.drop(columns="networks").isna().all(axis=None)
    assert (costs.cost_table(table)["seconds"] == "–").all()


STUDY = {
    "resolved": {"device": "cpu", "precision": "bfloat16", "jobs": 2},
    "hardware": {"processor": "A <fast> one", "cores": 2, "gpu": "NVIDIA Z"},
}
TRAINING = {"networks": 34, "seconds": 400.0, "jobs": 2, "peak_bytes": 3 * 2**29}


@pytest.mark.parametrize(
    ("study", "said"),
    [
        ({}, ["does not record where it was trained"]),
        (STUDY, [r"Trained on A \<fast\> one with 2 cores (device cpu, precision bfloat16)."]),
        (
            STUDY | {"resolved": {"device": "cuda", "precision": "bfloat16"}},
            ["Trained on NVIDIA Z (device cuda"],
        ),
        (
            STUDY | {"training": TRAINING | {"gpu_utilization": None}},
            ["made 34 networks", "in 7 min, with 2 processes, at most 1.5 GiB of memory each."],
        ),
        (
            STUDY | {"training": TRAINING | {"gpu_utilization": 0.934}},
            ["the GPU at work 93 % of the time."],
        ),
    ],
)
def test_the_machine_in_words(study, said):
    words = costs.describe_machine(study)
    assert all(part in words for part in said)
    assert ("The last call" in words) is ("training" in study)


# Ranked songs


def predictions(probabilities, truth, *, scales=("linear",), depth=50, arm="none", repeat=0):
    """`probabilities[path]` and `truth[path]` list a value a genre."""
    return pd.DataFrame(
        {"path": path, "genre": f"G{number}", "depth": depth, "scale": scale, "weights": arm,
         "repeat": repeat, "truth": truth[path][number], "probability": values[number]}
        for path, values in probabilities.items() for scale in scales
        for number in range(len(values))
    )  # fmt: skip


def test_a_song_s_loss_by_hand():
    said = predictions({"a": [0.8, 0.5], "b": [0.9, 0.1]}, {"a": [1, 0], "b": [0, 1]})
    losses = rankings.song_losses(said, depth=50, arm="none")
    assert losses["a"] == pytest.approx(-(math.log(0.8) + math.log(0.5)) / 2)
    assert losses["b"] == pytest.approx(-math.log(0.1))
    assert losses.index.tolist() == ["a", "b"]


def test_losses_are_scikit_learn_s_averaged_over_scales():
    rng = np.random.default_rng(4)
    paths = [f"{number}.mp3" for number in range(7)]
    truth = {path: rng.random(5) > 0.5 for path in paths}
    parts = {
        scale: predictions({path: rng.random(5) for path in paths}, truth, scales=(scale,))
        for scale in ("linear", "mel")
    }
    losses = rankings.song_losses(pd.concat(parts.values()), depth=50, arm="none")
    for path in paths:
        each = [
            log_loss(rows["truth"].astype(int), rows["probability"], labels=[0, 1])
            for part in parts.values()
            for rows in [part[part["path"] == path]]
        ]
        assert losses[path] == pytest.approx(np.mean(each))
    assert losses.is_monotonic_increasing


def test_only_the_networks_asked_for_are_ranked():
    one = predictions({"a": [0.9]}, {"a": [1]})
    others = [
        predictions({"a": [0.2], "b": [0.2]}, {"a": [1], "b": [1]}, **other)
        for other in ({"depth": 34}, {"arm": "joint"}, {"repeat": 1})
    ]
    losses = rankings.song_losses(pd.concat([one, *others]), depth=50, arm="none")
    assert losses.to_dict() == {"a": pytest.approx(-math.log(0.9))}


@pytest.mark.parametrize("table", [None, predictions({"a": [0.9]}, {"a": [1]}, depth=34)])
def test_no_predictions_leave_no_songs(table):
    losses = rankings.song_losses(table, depth=50, arm="none")
    assert losses.empty
    assert rankings.best_and_worst(losses, n=3) == ([], [])


def test_a_wrong_answer_without_doubt_costs_much_and_not_everything():
    losses = rankings.song_losses(predictions({"a": [0.0]}, {"a": [1]}), depth=50, arm="none")
    assert losses["a"] == pytest.approx(log_loss([1], [0.0], labels=[0, 1]))


def test_best_and_worst_share_no_song_and_the_extreme_ones_come_first():
    losses = pd.Series({"c": 0.3, "a": 0.1, "e": 0.5, "b": 0.2, "d": 0.4})
    assert rankings.best_and_worst(losses, n=2) == (["a", "b"], ["e", "d"])
    assert rankings.best_and_worst(losses, n=9) == (["a", "b"], ["e", "d"])


def described(song, **values):
    table = predictions({"x": [0.31, 0.904, 0.4999, 0.5]}, {"x": [0, 1, 1, 0]}, **values)
    answers = rankings.song_answers(table, "x", depth=50, arm="none")
    return rankings.describe_song(
        pd.Series(song), answers, loss=0.416, scales=values.get("scales", ["linear"])
    )


def test_a_song_in_words():
    said = described({"path": "x", "title": "Go", "artist": "Moby"}, scales=["linear", "mel"])
    assert said.splitlines() == [
        "**Go by Moby**, loss 0.42 nats",
        "",
        "- has: G1, G2",
        "- linear: says **G1** 0.90, G3 0.50; misses G2 0.49",
        "- mel: says **G1** 0.90, G3 0.50; misses G2 0.49",
    ]


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "**x** [a](http://b)", "`c` {{ d }}", "a\n\n# b", "$x$"]
)
def test_titles_and_artists_are_shown_as_they_are(title):
    from html import unescape

    from markdown_it import MarkdownIt

    said = described({"path": "x", "title": title, "artist": title})
    html = MarkdownIt().render(said)
    assert not re.search(r"<(script|a|code|h1)\b", html)
    plain = " ".join(title.split())
    assert f"<strong>{plain} by {plain}</strong>" in unescape(html)


def test_a_song_without_a_title_is_not_named_by_its_place():
    said = described({"path": "home/me/secret.mp3", "title": " ", "artist": ""})
    assert "secret" not in said
    assert said.startswith("**a song without a title**")


# Sound


@pytest.mark.parametrize(
    ("corpus", "chosen", "plays"),
    [
        ("synthetic", "auto", True),
        ("synthetic", "true", True),
        ("synthetic", "false", False),
        ("/home/me/music", "auto", False),
        ("/home/me/music", "true", True),
        ("/home/me/music", "false", False),
    ],
)
def test_only_synthetic_songs_sound_unless_the_setting_says_so(corpus, chosen, plays):
    settings = make_settings(profile="smoke", corpus=corpus, overrides=[f"excerpts={chosen}"])
    assert excerpts.may_play(settings) is plays
    assert (excerpts.why_silent(settings) == "") is plays
    assert "/home" not in excerpts.why_silent(settings)


@pytest.mark.parametrize(
    ("rate", "seconds", "heard"),
    [(22_050, 4, 4), (22_050, 30, 10), (8000, 6, 6), (192_000, 1, 1), (44_100, 12, 10)],
)
def test_an_excerpt_is_mp3_of_the_right_length_and_tone(rate, seconds, heard):
    samples = tone(700, seconds=seconds, rate=rate)
    sound = excerpts.excerpt_mp3(samples, sample_rate=rate)
    assert len(sound) < 75_000
    decoded, decoded_rate = soundfile.read(io.BytesIO(sound))
    assert (decoded_rate, decoded.ndim) == (22_050, 1)
    # An MP3 holds whole frames of 576 samples, and a little before and behind.
    assert len(decoded) / decoded_rate == pytest.approx(heard, abs=0.15)
    middle = decoded[len(decoded) // 4 : -len(decoded) // 4]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    loudest = np.argmax(spectrum) * decoded_rate / len(middle)
    assert loudest == pytest.approx(700, abs=5)


def test_an_excerpt_is_the_middle_of_the_segment():
    samples = np.concatenate([tone(300, seconds=10), tone(2000, seconds=10), tone(300, seconds=10)])
    decoded, rate = soundfile.read(io.BytesIO(excerpts.excerpt_mp3(samples, sample_rate=22_050)))
    inner = decoded[rate // 2 : -rate // 2]
    spectrum = np.abs(np.fft.rfft(inner))
    assert np.argmax(spectrum) * rate / len(inner) == pytest.approx(2000, abs=5)


def test_a_segment_beyond_full_scale_is_not_clipped():
    decoded, _ = soundfile.read(
        io.BytesIO(excerpts.excerpt_mp3(tone(500, seconds=1, level=4.0), sample_rate=22_050))
    )
    inner = decoded[3000:-3000]
    # A sine's crest factor is √2; a clipped one comes near to a square wave's 1.
    assert np.abs(inner).max() / np.sqrt(np.mean(inner**2)) == pytest.approx(2**0.5, abs=0.1)


def test_the_player_holds_its_sound_and_names_no_file():
    class Reader(HTMLParser):
        tags: list = []  # noqa: RUF012

        def handle_starttag(self, tag, attributes):
            self.tags = [*self.tags, (tag, dict(attributes))]

    name = 'A "quoted" <b>title</b>\n& more'
    reader = Reader()
    reader.feed(excerpts.player(tone(500, seconds=2), sample_rate=22_050, name=name))
    (_, (tag, found)) = reader.tags
    assert tag == "audio"
    assert found["aria-label"] == 'Excerpt of A "quoted" <b>title</b> & more'
    assert (found["preload"], "controls" in found) == ("none", True)
    kind, sound = found["src"].split(",", 1)
    assert kind == "data:audio/mpeg;base64"
    assert len(found["src"]) < 100_000
    assert soundfile.info(io.BytesIO(base64.b64decode(sound))).format == "MP3"


# The notebook


def execute(folder, **parameters):
    """What each cell of the notebook shows, by the cell's id, and all Markdown and HTML of it."""
    file = ROOT / "notebooks" / "03_per_depth_training.ipynb"
    names, shown = {}, {}
    for cell in json.loads(file.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        shown[cell["id"]] = here = []
        names["display"] = here.append
        names["numbered"] = lambda picture, here=here, **words: here.append(picture)
        lines = [line for line in cell["source"] if not line.startswith(("%", "from IPython"))]
        tree = ast.parse("".join(lines))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell["id"], "exec"), names)
        if last is not None:
            here.append(eval(compile(ast.Expression(last.value), cell["id"], "eval"), names))
        if cell["id"] == "parameters":
            names |= {"HTML": HTML, "Markdown": Markdown, "run": str(folder), **parameters}
    texts = [
        o.data for outputs in shown.values() for o in outputs if isinstance(o, HTML | Markdown)
    ]
    return shown, "\n".join(texts)


def test_the_notebook_shows_songs_and_plays_them_only_where_it_may(tmp_path, tone_library):
    overrides = {"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1}
    new = {"profile": "smoke", "corpus": str(tone_library), "overrides": overrides}
    shown, words = execute(tmp_path / "mine", depth=34, **new)
    for cell in ("figure-learning", "figure-loss", "figure-f1"):
        assert [type(output) for output in shown[cell]] == [Figure]
    for cell in ("best-songs", "worst-songs"):
        assert sum(isinstance(output, Figure) for output in shown[cell]) == 3
    assert re.findall(r"\*\*Song \d+ by Artist \d\*\*", words)
    assert "There is no sound on this page" in words
    assert "<audio" not in words

    study = json.loads((tmp_path / "mine" / "study.json").read_text())
    study["settings"]["excerpts"] = True
    (tmp_path / "mine" / "study.json").write_text(json.dumps(study))
    shown, words = execute(tmp_path / "mine", depth=34)
    assert shown["train-missing"][0].data == "Trained just now: 0."
    assert words.count("<audio") == 6
    assert "no sound" not in words
    assert str(tone_library) not in words

    shown, words = execute(tmp_path / "mine", depth=152)
    assert "The run has no ResNet152" in words
    assert "no predictions of ResNet152" in words
    assert shown["best-songs"] == shown["worst-songs"] == []
