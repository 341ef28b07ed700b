"""The command line: one line on standard error and exit code 2 for what the user can mend."""

import os
import subprocess
import sys

import pytest

from mgrlib.__main__ import main
from mgrlib.files import ROOT

BAD = {
    "profile": (["--profile", "huge"], "unknown profile 'huge': choose one of smoke, quick, paper"),
    "parameter": (["--set", "colour=red"], "unknown setting 'colour': choose one of corpus"),
    "depth": (["--set", "depths=18"], "depths must be one or more of 34, 50, 101, 152, got 18"),
    "scale": (["--set", "scales=bark"], "scales must be one or more of linear, mel, linear-bands"),
    "arm": (["--set", "weights=vgg"], "weights must be one or more arms of none, imagenet"),
    "corpus": (["--corpus", "no/where"], "corpus must be 'synthetic' or the folder of a library"),
    "data set": (["--corpus", "fma-tiny:/x"], "a public data set with its folder: fma-small:/path"),
    "data set's folder": (["--corpus", "gtzan:no/where"], "get genres.tar.gz (1.2 GB, MD5 5b3d6"),
    "type": (["--set", "epochs=few"], "epochs must be a whole number of at least 1, got 'few'"),
    "range": (["--set", "test_fraction=2"], "test_fraction must be a fraction between"),
    "slash": (["--name", "a/b"], "a run's name must be letters, digits, dots"),
    "climbing": (["--name", ".."], "a run's name must be letters, digits, dots"),
    "weight file": (["--set", "weights=no/such.pth"], "'/"),
    "notebook": (["--only", "99"], "no notebook is called '99': choose one of 01_dataset_audit"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_setting_is_one_line_and_exit_code_2(case, capsys):
    arguments, message = BAD[case]
    assert main(["run", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_an_unwritable_folder_is_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys):
    (tmp_path / "runs").write_text("a file where the folder should be")
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path / "runs"))
    assert main(["run", "--profile", "smoke"]) == 2
    captured = capsys.readouterr()
    assert "the run can't be written to" in captured.err
    assert captured.err.count("\n") == 1


def test_a_wrong_library_is_one_line_and_exit_code_2(tmp_path, capsys):
    (tmp_path / "songs.csv").write_text("path,subgenre_1\na.mp3,polka\n")
    (tmp_path / "taxonomy.csv").write_text("subgenre,genre_1\nbebop,Jazz\n")
    assert main(["run", "--profile", "smoke", "--corpus", str(tmp_path), "--name", "wrong"]) == 2
    message = capsys.readouterr().err
    assert "songs.csv: line 2: 'polka': subgenre_1 must be a subgenre of taxonomy.csv" in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--colour"], "unrecognized arguments: --colour"),
        (["walk"], "invalid choice: 'walk'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_wrong_command_is_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_book_of_no_run_is_one_line_and_exit_code_2(capsys):
    assert main(["book", "runs/never-made"]) == 2
    assert "no run at 'runs/never-made'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["book", "pdf"])
def test_no_study_begins_in_a_folder_that_is_no_run(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "has no study.json" in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    expected = "--corpus" if "run" in arguments else "from songs to a rendered book"
    assert expected in capsys.readouterr().out


def test_an_interruption_has_its_own_exit_code(monkeypatch, capsys):
    def interrupt(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("mgrlib.pipeline.Study.train", interrupt)
    assert main(["run", "--profile", "smoke", "--name", "interrupted"]) == 130
    assert "the next call goes on from here" in capsys.readouterr().err


def test_the_module_is_a_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mgrlib", "run", "--profile", "huge"],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "MGRLIB_RUNS": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("mgrlib: unknown profile")
    assert "Traceback" not in done.stderr
