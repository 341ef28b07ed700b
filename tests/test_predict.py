"""The command predict: genres of songs by kept networks, against the recorded predictions."""

import json
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from conftest import tone
from PIL import Image
from scipy.special import expit
from test_kept import ABOUT

from mgrlib.__main__ import main
from mgrlib.errors import RunError, SettingsError
from mgrlib.files import read_json
from mgrlib.networks.kept import read_about, write_network
from mgrlib.networks.predict import as_text, at_prevalence, choose_networks, predict_songs
from mgrlib.settings import from_dict, make_settings
from mgrlib.training import prior_shift


def strict(text: str) -> dict:
    """JSON without the NaN and Infinity that Python would let pass."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def songs(tone_library) -> list[str]:
    return sorted(map(str, (tone_library / "artist 0").glob("*.wav")))[:2]


@pytest.mark.parametrize(
    ("tune", "arm"),
    [("all", "none"), ("all", "joint"), ("head", "none"), ("head", "corpus"), ("head", "joint")],
)
def test_test_songs_get_the_recorded_probabilities(kept_runs, tone_library, tune, arm):
    run = kept_runs[tune]
    recorded = pd.read_parquet(run / "results" / "predictions.parquet")
    recorded = recorded[recorded["weights"] == arm].pivot(
        index="path", columns="genre", values="probability"
    )
    files = [str(tone_library / path) for path in recorded.index]
    result = predict_songs(run, files, choose_networks(run, weights=arm))
    found = pd.DataFrame(
        {song["path"]: {row["genre"]: row["probability"] for row in song["genres"]}
         for song in result["songs"]}
    ).T  # fmt: skip
    # In bfloat16, a step of the last digit of a logit may come of another number of threads.
    rounding = 1e-4 if tune == "all" else 4e-3
    assert recorded.to_numpy().std() > 2 * rounding
    np.testing.assert_allclose(found[recorded.columns], recorded, atol=rounding)


@pytest.mark.parametrize("prevalence", [0.02, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("probability", [0.0, 0.2, 0.5, 0.99, 1.0])
def test_the_probability_at_prevalence_is_bayes(prevalence, probability):
    # Of 1000 songs at this prevalence, those that look like this one with and without it.
    yes, no = 1000 * prevalence * probability, 1000 * (1 - prevalence) * (1 - probability)
    assert at_prevalence(probability, prevalence) == pytest.approx(yes / (yes + no))


def test_the_joint_networks_own_probability_comes_back():
    logits, share = np.array([[-3.0, 0.5, 4.0]]), np.array([0.05, 0.3, 0.6])
    even = expit(prior_shift(logits, share))[0]
    found = [at_prevalence(*pair) for pair in zip(even, share, strict=True)]
    np.testing.assert_allclose(found, expit(logits[0]))


def test_the_json_is_strict_and_says_all(kept_runs, songs, capsys):
    assert main(["predict", "--run", str(kept_runs["head"]), "--json", *songs]) == 0
    captured = capsys.readouterr()
    result = strict(captured.out)
    assert captured.err == ""
    assert list(result) == ["run", "corpus", "evidence", "warning", "depth", "scale", "weights",
                            "settings", "songs"]  # fmt: skip
    assert (result["run"], result["depth"], result["scale"]) == ("kept-head", 34, "mel")
    assert result["weights"] == "corpus"
    assert (result["evidence"], result["warning"]) == ("music", None)
    assert result["settings"]["segment_seconds"] == 1
    assert result["settings"]["image_size"] == 32
    assert [song["path"] for song in result["songs"]] == songs
    for song in result["songs"]:
        assert song["seconds"] == pytest.approx(1.2)
        assert song["padded"] is False
        values = [row["probability"] for row in song["genres"]]
        assert len(values) == 2
        assert values == sorted(values, reverse=True)
        assert all(0 <= value <= 1 for value in values)


def test_the_table_has_the_numbers_of_the_json(kept_runs, songs, capsys):
    arguments = ["predict", "--run", str(kept_runs["head"]), songs[0]]
    main([*arguments, "--json"])
    (song,) = strict(capsys.readouterr().out)["songs"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{songs[0]} (1.2 s)"
    for line, row in zip(lines[2:], song["genres"], strict=True):
        expected = [row["genre"], f"{row['probability']:.1%}",
                    f"{row['probability_at_prevalence']:.1%}"]  # fmt: skip
        assert line.split() == expected


@pytest.fixture
def synthetic_run(kept_runs, tmp_path) -> Path:
    """The run of heads as if its songs were synthetic."""
    run = tmp_path / "toy"
    shutil.copytree(kept_runs["head"], run, ignore=shutil.ignore_patterns("*.safetensors"))
    for file in (kept_runs["head"] / "results" / "models").glob("*.safetensors"):
        (run / "results" / "models" / file.name).symlink_to(file)
    for file, about in choose_networks(run).items():
        from safetensors.torch import load_file

        state = load_file(file)
        file.unlink()
        write_network(file, state, replace(about, evidence="synthetic"))
    return run


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_networks_of_synthetic_songs_warn(synthetic_run, songs, capsys, options):
    assert main(["predict", "--run", str(synthetic_run), *options, songs[0]]) == 0
    captured = capsys.readouterr()
    assert "warning: the networks of this run learned from synthetic songs" in captured.err
    if options:
        result = strict(captured.out)
        assert result["evidence"] == "synthetic"
        assert "learned from synthetic songs" in result["warning"]


def test_a_song_that_cannot_be_used_does_not_stop_the_others(kept_runs, songs, tmp_path, capsys):
    short, words = tmp_path / "short.wav", tmp_path / "words.mp3"
    soundfile.write(short, tone(440, seconds=0.3), 22_050)
    words.write_text("no sound at all")
    files = [str(short), songs[0], str(words), str(tmp_path), str(tmp_path / "gone.wav")]
    assert main(["predict", "--run", str(kept_runs["head"]), "--json", *files]) == 0
    captured = capsys.readouterr()
    result = strict(captured.out)["songs"]
    assert [song["path"] for song in result] == files
    reasons = [song.get("error", {}).get("reason") for song in result]
    assert reasons == ["too short", None, "unreadable", "not a file", "missing"]
    assert "name the audio files in it" in captured.err
    assert captured.err.count("\n") == 4


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_where_no_song_can_be_used_the_exit_code_is_2(kept_runs, capsys, options):
    arguments = ["predict", "--run", str(kept_runs["head"]), *options, "no/such.wav"]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err == (
        "mgrlib: no song could be used; no/such.wav: missing: there is no such file\n"
    )
    assert bool(captured.out) == bool(options)


def test_a_padded_song_says_so(kept_runs, tmp_path, capsys):
    file = tmp_path / "half.wav"
    soundfile.write(file, tone(440, seconds=0.7), 22_050)
    assert main(["predict", "--run", str(kept_runs["head"]), str(file)]) == 0
    assert "half.wav (0.7 s, padded with silence)" in capsys.readouterr().out


def test_a_run_without_networks_says_how_to_keep_them(kept_runs, tmp_path, capsys):
    run = tmp_path / "kept-head"
    shutil.copytree(kept_runs["head"], run, ignore=shutil.ignore_patterns("*.safetensors"))
    (run / "results" / "networks.csv").unlink()
    study = read_json(run / "study.json")
    study["settings"]["keep_models"] = False
    (run / "study.json").write_text(json.dumps(study))
    assert main(["predict", "--run", str(run), "song.wav"]) == 2
    message = capsys.readouterr().err
    assert "has kept no networks: train again with keep_models=true" in message
    assert message.count("\n") == 1
    words = shlex.split(message[message.index("python -m") :])
    assert words[:4] == ["python", "-m", "mgrlib", "run"]
    assert words[words.index("--name") + 1] == "kept-head"
    # The command asks for the run's own settings, and for the networks.
    asked = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    profile = words[words.index("--profile") + 1]
    corpus = study["settings"]["corpus"]
    found = make_settings(profile=profile, corpus=corpus, overrides=asked)
    assert found == replace(from_dict(study["settings"]), keep_models=True)


def test_a_run_that_is_not_there_is_one_line_and_exit_code_2(capsys):
    assert main(["predict", "--run", "runs/never-made", "song.wav"]) == 2
    assert capsys.readouterr().err.startswith("mgrlib: no run at 'runs/never-made'")


def test_a_run_made_elsewhere_is_told_from_a_study(tmp_path):
    with pytest.raises(RunError, match="has kept no networks: make a run with --set keep_models"):
        choose_networks(tmp_path)


@pytest.fixture
def run_of(tmp_path):
    """A run that has kept networks of the given (depth, scale, arm, repeat), without weights."""

    def make(*kept: tuple[int, str, str, int]) -> Path:
        rows = []
        for number, (depth, scale, weights, repeat) in enumerate(kept):
            name = f"{number}.safetensors"
            about = replace(ABOUT, depth=depth, scale=scale, weights=weights, repeat=repeat)
            path = tmp_path / "results" / "models" / name
            write_network(path, {"fc.bias": torch.zeros(1)}, about)
            rows.append(["Pop", depth, scale, weights, repeat, name])
        columns = ["genre", "depth", "scale", "weights", "repeat", "file"]
        pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "results" / "networks.csv")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("kept", "asked", "chosen"),
    [
        ([(34, "mel", "none", 0), (50, "mel", "none", 0)], {}, 1),
        ([(34, "mel", "none", 0), (101, "mel", "none", 0)], {}, 0),
        ([(34, "mel", "none", 0), (50, "mel", "none", 0)], {"depth": 34}, 0),
        ([(50, "linear", "none", 0), (50, "mel", "none", 0)], {}, 1),
        ([(50, "linear", "none", 0), (50, "mel", "none", 0)], {"scale": "linear"}, 0),
        ([(50, "linear", "none", 0), (50, "linear", "joint", 0)], {}, 0),
        ([(50, "mel", "none", 0), (50, "mel", "corpus", 0)], {}, 1),
        ([(50, "mel", "corpus", 0), (50, "mel", "imagenet", 0)], {}, 1),
        ([(50, "mel", "corpus", 0), (50, "mel", "joint", 0)], {"weights": "joint"}, 1),
        ([(50, "mel", "joint", 0)], {}, 0),
        ([(50, "mel", "none", 1), (50, "mel", "none", 0)], {}, 1),
    ],
)
def test_what_is_not_asked_for_has_a_default(run_of, kept, asked, chosen):
    (file,) = choose_networks(run_of(*kept), **asked)
    assert file.name == f"{chosen}.safetensors"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"depth": 152}, "depth must be one of those kept here, 34, 50, got 152"),
        ({"scale": "bark"}, "scale must be one of those kept here, mel, got 'bark'"),
        ({"weights": "imagenet"}, "weights must be one of those kept here, none, got 'imagenet'"),
    ],
)
def test_what_was_not_kept_is_an_error_that_names_what_was(run_of, asked, message):
    run = run_of((34, "mel", "none", 0), (50, "mel", "none", 0))
    with pytest.raises(SettingsError, match=message):
        choose_networks(run, **asked)


def test_files_outside_the_run_are_refused(run_of):
    run = run_of((50, "mel", "none", 0))
    table = run / "results" / "networks.csv"
    table.write_text(table.read_text().replace("0.safetensors", "../../../secret.safetensors"))
    with pytest.raises(RunError, match="must be the name of a file in results/models/"):
        choose_networks(run)


def test_grad_cam_draws_a_figure_a_song(kept_runs, songs, tmp_path, capsys):
    twin = tmp_path / Path(songs[0]).name  # of the same name in another folder
    shutil.copy(songs[0], twin)
    folder = tmp_path / "figures"
    run = str(kept_runs["head"])
    files = [*songs, str(twin)]
    assert main(["predict", "--run", run, "--json", "--gradcam", str(folder), *files]) == 0
    found = strict(capsys.readouterr().out)["songs"]
    names = [song["gradcam"]["figure"] for song in found]
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    assert len(set(names)) == 3
    for song in found:
        assert song["gradcam"]["genre"] == song["genres"][0]["genre"]
        assert song["gradcam"]["layer"] == "layer2"
        with Image.open(folder / song["gradcam"]["figure"]) as image:
            assert image.width > 1000
            assert len(image.convert("L").getcolors()) > 10


def test_grad_cam_explains_the_genre_that_was_asked_for(kept_runs, songs, tmp_path, capsys):
    run = str(kept_runs["all"])
    asked = ["predict", "--run", run, "--json", "--gradcam", str(tmp_path), songs[0], "--genre"]
    for genre in {g for about in choose_networks(kept_runs["all"]).values() for g in about.genres}:
        assert main([*asked, genre]) == 0
        (song,) = strict(capsys.readouterr().out)["songs"]
        assert song["gradcam"]["genre"] == genre
        assert (tmp_path / song["gradcam"]["figure"]).exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--genre", "Polka", "--gradcam", "figures"], "genre must be one of"),
        (["--genre", "Low"], "genre='Low' is for Grad-CAM: name a folder with --gradcam"),
        (["--depth", "7"], "depth must be one of those kept here, 34, got 7"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(kept_runs, songs, capsys, options, message):
    assert main(["predict", "--run", str(kept_runs["head"]), songs[0], *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_names_cannot_steer_a_terminal():
    rows = [{"genre": "日本\x1b[31m", "probability": 0.5, "probability_at_prevalence": 0.1},
            {"genre": "Pop", "probability": 0.25, "probability_at_prevalence": 0.05}]  # fmt: skip
    song = {"path": "a\nb\udcff.wav", "seconds": 2.0, "padded": False, "genres": rows}
    text = as_text({"songs": [song]})
    assert "\x1b" not in text
    text.encode("utf-8")
    lines = text.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("a\\x0ab\\xdcff.wav")
    # A Japanese letter takes two columns of a terminal.
    assert lines[2].index("50.0%") + 2 == lines[3].index("25.0%")


def test_kept_networks_agree_with_the_table_of_networks(kept_runs):
    for run in kept_runs.values():
        table = pd.read_csv(run / "results" / "networks.csv")
        assert set(table["file"]) <= {p.name for p in (run / "results" / "models").iterdir()}
        for row in table.to_dict("records"):
            about = read_about(run / "results" / "models" / row["file"])
            assert about.weights == row["weights"]
            assert row["genre"] in (*about.genres, "(all)")
