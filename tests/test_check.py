"""``check``: what is wrong with a library, as the command says it and as its JSON holds it."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import public_sets
import pytest
import soundfile
from conftest import RATE, TAXONOMY, tone, write_csv

from mgrlib.__main__ import main
from mgrlib.bench import metadata
from mgrlib.catalog import Library
from mgrlib.check import deep
from mgrlib.check.corpus import MOST_LINES
from mgrlib.corpora.declaration import Archive
from mgrlib.files import ROOT

CONTRACT = {
    "songs", "artists", "albums", "genres", "assignments", "cardinality", "density",
    "distinct_label_sets", "mean_ir", "cvir", "scumble", "counts", "unlabeled", "irlbl",
}  # fmt: skip
ROWS = [
    ("a.mp3", "Ann", "One", "low drone"),
    ("b.mp3", "Ann", "Two", "low noise"),
    ("c.mp3", "", "", "high drone"),
]


def write_tables(folder: Path, rows=ROWS, *, columns=("path", "artist", "album", "subgenre_1")):
    folder.mkdir(exist_ok=True)
    write_csv(folder / "taxonomy.csv", ["subgenre", "genre_1", "genre_2"], TAXONOMY)
    write_csv(folder / "songs.csv", list(columns),
              [dict(zip(columns, row, strict=True)) for row in rows])  # fmt: skip
    return folder


@pytest.fixture
def check(tmp_path, capsys):
    """Runs the command; its audit, and what it printed and said."""

    def run(corpus, *options, code=0):
        out = tmp_path / "audit.json"
        assert main(["check", str(corpus), "--json", str(out), *options]) == code
        said = capsys.readouterr()
        audit = json.loads(out.read_text("utf-8")) if out.exists() else None
        assert audit is None or str(tmp_path) not in json.dumps(audit)
        return SimpleNamespace(audit=audit, out=said.out, lines=said.err.splitlines())

    return run


def test_metadata_alone_needs_no_audio(tmp_path, check):
    found = check(write_tables(tmp_path / "library"), "--metadata-only")
    labels = found.audit["labels"]
    assert set(labels) >= CONTRACT
    assert labels["counts"] == {"Low": 2, "Noise": 1, "High": 1}
    assert (labels["songs"], labels["artists"], labels["albums"]) == (3, 1, 2)
    assert labels["cardinality"] == pytest.approx(4 / 3)
    assert not {"audio", "padded", "deep"} & set(found.audit)
    assert "3 songs of the library library" in found.out
    assert "Low 2, High 1, Noise 1" in found.out


@pytest.mark.parametrize("rows", [ROWS[:2], ROWS[:1]], ids=["two songs", "one song"])
def test_a_library_too_small_for_a_study_is_audited(tmp_path, check, rows):
    found = check(write_tables(tmp_path / "library", rows), "--metadata-only")
    assert found.audit["labels"]["songs"] == len(rows)
    assert "and a study needs at least 16" in found.audit["stops"]
    assert found.audit["verdict"]["worry"][0].startswith("A study of it stops: ")
    assert len(found.lines) == 1
    assert found.lines[0].startswith("mgrlib: a study of it stops: ")


def test_all_songs_are_audited_and_some_are_drawn(tone_library, check):
    found = check(tone_library, "--metadata-only", "--profile", "smoke", "--set", "songs=16")
    assert found.audit["labels"]["songs"] == 48
    assert sum(found.audit["split"].values()) == 48
    assert "12 songs to train on and 4 to test on" in found.out


def test_a_study_that_stops_by_its_draw_is_said(tone_library, check):
    settings = ["--set", "songs=16", "--set", "min_songs=12"]
    found = check(tone_library, "--metadata-only", *settings)
    assert "a study needs at least" in found.lines[0]
    assert found.audit["labels"]["songs"] == 48


def test_every_wrong_line_is_listed(tmp_path, check):
    rows = [("../a.mp3", "", "", "low drone"), ("b.mp3", "", "", "polka"),
            ("c.mp3", "", "", "polka"), ("c.mp3", "", "", "low drone")]  # fmt: skip
    found = check(write_tables(tmp_path / "library", rows), "--metadata-only", code=2)
    assert [line.partition("songs.csv: ")[2].partition(": ")[0] for line in found.lines] == [
        "line 2", "line 3", "line 5"
    ]  # fmt: skip
    assert found.lines[1].endswith("correct it or add it there (and so in 1 more wrong line)")
    assert found.out == ""
    assert found.audit is None


def test_many_wrong_lines_are_counted(tmp_path, check):
    rows = [(f"{n}.mp3", "", "", f"style {n}") for n in range(MOST_LINES + 5)]
    found = check(write_tables(tmp_path / "library", rows), "--metadata-only", code=2)
    assert len(found.lines) == MOST_LINES + 1
    assert found.lines[-1] == "mgrlib: and 5 more wrong lines"


def test_a_broken_end_is_listed_too(tmp_path, check):
    folder = write_tables(tmp_path / "library", [("a.mp3", "", "", "polka")])
    with (folder / "songs.csv").open("a") as stream:
        stream.write('b.mp3,"x\n')
    found = check(folder, "--metadata-only", code=2)
    assert ["line 2" in found.lines[0], "line 3: not a CSV" in found.lines[1]] == [True, True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--set", "genres=Low,Polka"], "'Polka' is no genre of taxonomy.csv"),
        (["--set", "colour=red"], "unknown setting 'colour'"),
        (["--profile", "huge"], "unknown profile 'huge'"),
        (["--set", "split_by=published"], "split_by=published: "),
        (["--json", "."], "or - to print it, and '.' can't be: it is a folder"),
        (["--json", f"{__file__}/out.json"], "out.json' can't be: "),
    ],
)
def test_what_is_asked_wrongly_is_one_line(tone_library, check, options, message):
    found = check(tone_library, "--metadata-only", *options, code=2)
    assert len(found.lines) == 1
    assert message in found.lines[0]


def test_a_folder_without_tables_is_told_of_init(tmp_path, check):
    lines = check(tmp_path, code=2).lines
    assert len(lines) == 1
    assert "taxonomy.csv is missing" in lines[0]
    assert f"mgrlib init {tmp_path}" in lines[0]


def test_one_table_of_two_is_told_how_the_other_is_written(tmp_path, check):
    write_csv(tmp_path / "songs.csv", ["path", "subgenre_1"], [])
    (line,) = check(tmp_path, code=2).lines
    assert "taxonomy.csv is missing" in line
    assert "the columns subgenre,genre_1,genre_2, or rename songs.csv" in line


def test_json_alone_is_printed(tone_library, capsys):
    assert main(["check", str(tone_library), "--metadata-only", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["labels"]["songs"] == 48


def test_nothing_of_a_table_reaches_the_terminal_as_a_command(tmp_path, check):
    genre = "\x1b[2J<b>\u202e"
    write_tables(tmp_path, [(f"\x1b[1m{n}.mp3", "\x07", "=1+1", "s") for n in range(3)])
    (tmp_path / "taxonomy.csv").write_text(f"subgenre,genre_1\ns,{genre}\n", encoding="utf-8")
    found = check(tmp_path, "--set", "min_songs=2")
    assert found.audit["labels"]["counts"] == {}
    assert found.audit["rejected"] == {"missing": 3}
    for line in [*found.out.splitlines(), *found.lines]:
        assert line.isprintable()
    found = check(tmp_path, "--metadata-only", "--set", "min_songs=2")
    assert found.audit["labels"]["counts"] == {genre: 3}
    for line in [*found.out.splitlines(), *found.lines]:
        assert line.isprintable()


@pytest.mark.parametrize(
    ("kind", "name", "make"),
    [
        ("fma-small", "FMA small", lambda folder: public_sets.make_fma(folder, audio=False)),
        ("mtg-jamendo", "MTG-Jamendo", lambda folder: public_sets.make_jamendo(folder, audio="")),
    ],
)
def test_the_metadata_of_a_public_data_set_is_enough(tmp_path, check, kind, name, make):
    make(tmp_path / "set")
    found = check(f"{kind}:{tmp_path / 'set'}", "--metadata-only", "--set", "genres=native")
    assert set(found.audit["labels"]) >= CONTRACT
    assert f"songs of {name}" in found.out


def test_synthetic_songs_are_said_to_be_synthetic(check):
    found = check("synthetic-direct", "--metadata-only", "--profile", "smoke")
    assert found.audit["labels"]["songs"] == 96
    assert "synthetic" in found.audit["verdict"]["summary"]


# Sound


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> Path:
    """Six songs: two good ones, a missing, an empty, a cut one, and one that is no sound."""
    folder = tmp_path_factory.mktemp("broken")
    names = ["good", "other", "missing", "empty", "cut", "text"]
    write_tables(folder, [(f"{name}.flac", "", "", "low drone") for name in names])
    for name in ("good", "other", "cut"):
        soundfile.write(folder / f"{name}.flac", tone(300 + len(name), seconds=3), RATE)
    whole = (folder / "cut.flac").read_bytes()
    (folder / "cut.flac").write_bytes(whole[: len(whole) * 3 // 4])
    (folder / "empty.flac").touch()
    (folder / "text.flac").write_text("no sound at all\n" * 100)
    return folder


SECOND = ("--set", "segment_seconds=1", "--set", "jobs=1")


def test_songs_that_cannot_be_used_are_named_with_their_reason(broken, check):
    found = check(broken, *SECOND)
    assert found.audit["rejected"] == {"missing": 1, "empty": 1, "unreadable": 1}
    assert found.audit["labels"]["songs"] == 3
    for name in ("missing", "empty", "text"):
        assert f"'{name}.flac' (" in found.out
    assert "deep" not in found.audit


def test_decoding_all_finds_what_lies_beyond_the_segment(broken, check, monkeypatch):
    found = check(broken, *SECOND, "--deep")
    deeply = found.audit["deep"]
    assert deeply["songs"] == 4
    assert [row["path"] for row in deeply["unreadable"]] == ["text.flac"]
    assert [row["path"] for row in deeply["truncated"]] == ["cut.flac"]
    assert 8 < deeply["seconds"] < 8.5
    assert deeply["archives"] == []
    assert "The end is missing in 1 song of 4" in "\n".join(found.audit["verdict"]["worry"])
    # A second time the cache knows.
    monkeypatch.setattr(deep, "decode_song", None)
    assert check(broken, *SECOND, "--deep").audit["deep"] == deeply


def test_what_may_lie_in_the_machine_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(deep, "decode_song", lambda folder, path, size: {
        "path": path, "reason": "crashed", "unreadable": "it ended"})  # fmt: skip
    assert deep.decode_block(tmp_path, [("a", 1, 2)])[0]["unreadable"] == "it ended"
    monkeypatch.setattr(deep, "decode_song", lambda folder, path, size: {"path": path})
    assert deep.decode_block(tmp_path, [("a", 1, 2)]) == [{"path": "a"}]


def test_archives_are_compared_with_their_published_checksums(tmp_path):
    contents = {"good.zip": b"right", "bad.zip": b"wrong"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    archives = [
        Archive("good.zip", "", "MD5", hashlib.md5(b"right").hexdigest(), "", "."),
        Archive("bad.zip", "", "SHA-1", hashlib.sha1(b"right").hexdigest(), "", "."),
        Archive("absent.zip", "", "SHA-256", "0" * 64, "", "."),
        Archive("good.zip", "", "git commit", "0" * 40, "", "."),
    ]
    about = SimpleNamespace(archives=archives)
    found = deep.check_archives(Library(tmp_path, None, {}, about=about), tmp_path)
    assert [(row["name"], row["equal"]) for row in found] == [
        ("good.zip", True),
        ("bad.zip", False),
    ]


def test_deep_needs_audio(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["check", "x", "--deep", "--metadata-only"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# The benchmark


def test_the_benchmark_checks_a_library_like_a_real_one(tmp_path, capsys):
    metadata.write_library(tmp_path, songs=1500)
    metadata.check_here(str(tmp_path), str(tmp_path))
    assert int(capsys.readouterr().out.split()[-1]) > 10**6
    labels = json.loads((tmp_path / "audit.json").read_text("utf-8"))["labels"]
    assert labels["songs"] == 1500
    assert labels["genres"] == 16


def test_rows_of_the_benchmark():
    seconds, memory, beside = metadata.metadata_rows(5.0, 5e8, 1.0, songs=100_000)
    assert (seconds["ratio"], seconds["goal"], seconds["unit"]) == (2, 1, "s")
    assert (memory["ratio"], memory["goal"], memory["unit"]) == (2, 1, "bytes")
    assert (beside["ratio"], beside["goal"]) == (0.2, None)


def test_a_reader_that_leaves_early_gets_no_traceback(tone_library):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mgrlib", "check", str(tone_library), "--metadata-only"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    os.close(writer)
    assert done.returncode == 1
    assert "BrokenPipeError" not in done.stderr and "Traceback" not in done.stderr
