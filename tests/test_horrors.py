"""Every bad or odd file ends in the right image or in rejected.csv with its reason.

The files and what is expected of them are in tests/horrors.py. They are read in a process
apart, so that one that hangs, crashes or takes too much memory fails its own test.
"""

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import RATE, TAXONOMY, write_csv
from horrors import HORRORS, Refused, Sound, judge
from odd_files import encoded, good
from watched import Reader, Watch, linux, read_here

from mgrlib.catalog import read_library
from mgrlib.errors import LibraryError, SongError

MEGABYTES = 400
SECONDS_A_FILE = 20
SECONDS_ALL = 120
IN_A_TABLE = {
    name: horror
    for name, horror in HORRORS.items()
    # A name of blanks is refused by songs.csv, a link to a device leaves the folder.
    if name.strip() and name != "device.wav"
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A library of all of them; the large files are holes."""
    folder = tmp_path_factory.mktemp("horrors")
    for name, horror in HORRORS.items():
        horror.make(folder / name)
    yield folder
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_size > 10_000_000:
            path.unlink()


@pytest.fixture(scope="module")
def reader():
    with Reader(read_here, seconds=SECONDS_A_FILE) as reader:
        yield reader


def test_there_are_enough_of_them():
    assert len(HORRORS) >= 40


@linux
@pytest.mark.parametrize("name", HORRORS, ids=[ascii(name)[1:-1][:50] for name in HORRORS])
def test_it_ends_in_the_right_segment_or_its_reason(folder, reader, name):
    answer = reader(str(folder), name, HORRORS[name].segment_seconds)
    assert not judge(HORRORS[name], answer)
    assert answer["peak"] < MEGABYTES
    if "reason" in answer:
        assert answer["detail"]
        assert str(folder) not in answer["detail"]
        assert "\n" not in answer["detail"]


def study_here(corpus: str) -> dict:
    """What a study makes of a library before it trains: its images and rejected.csv."""
    from mgrlib.pipeline import start_study

    study = start_study(
        profile="smoke", corpus=corpus, name="horrors",
        overrides={"segment_seconds": 1, "songs": 1000, "depths": [34], "jobs": 1},
    )  # fmt: skip
    with Watch() as watch:
        images = study.catalog.images
    with (study.folder / "catalog" / "rejected.csv").open(newline="", encoding="utf-8") as stream:
        rejected = list(csv.DictReader(stream))
    return {
        "pixels": dict(zip(images.paths, images.pixels["linear"], strict=True)),
        "seconds": dict(zip(images.paths, images.seconds, strict=True)),
        "padded": dict(zip(images.paths, images.padded, strict=True)),
        "rejected": rejected,
        "workers": watch.megabytes,
    }


@pytest.fixture(scope="module")
def study(folder):
    rows = [
        {"path": name, "subgenre_1": TAXONOMY[number % 4]["subgenre"]}
        for number, name in enumerate(IN_A_TABLE)
    ]
    write_csv(folder / "songs.csv", ["path", "subgenre_1"], rows)
    write_csv(folder / "taxonomy.csv", ["subgenre", "genre_1", "genre_2"], TAXONOMY)
    with Reader(study_here, seconds=SECONDS_ALL) as reader:
        return reader(str(folder))


@linux
def test_a_study_of_all_of_them_ends(study):
    assert "pixels" in study
    assert 0 < study["workers"] < MEGABYTES
    assert study["peak"] < MEGABYTES


@linux
def test_rejected_csv_has_the_bad_ones_with_their_reasons(study, folder):
    expected = {name: horror.expected for name, horror in IN_A_TABLE.items()}
    expected = {name: wanted for name, wanted in expected.items() if isinstance(wanted, Refused)}
    rejected = {row["path"]: row for row in study["rejected"]}
    assert {name: row["reason"] for name, row in rejected.items()} == {
        name: wanted.reason for name, wanted in expected.items()
    }
    assert all(expected[name].says in row["detail"] for name, row in rejected.items())
    assert not [row for row in rejected.values() if str(folder) in row["detail"]]


def sounds() -> dict[str, Sound]:
    """The files that sound, and how."""
    return {n: h.expected for n, h in IN_A_TABLE.items() if isinstance(h.expected, Sound)}


@linux
def test_the_others_have_images(study):
    assert set(study["pixels"]) == set(sounds())


@linux
def test_the_brightest_row_of_each_image_is_that_of_the_tone(study):
    off = {}
    for name, expected in sounds().items():
        pixels = study["pixels"][name].astype(float)
        hertz_a_row = RATE / 2 / len(pixels)
        brightest = pixels.mean(axis=1).argmax()
        off[name] = abs(brightest + 0.5 - expected.hertz / hertz_a_row)
    assert not {name: rows for name, rows in off.items() if rows > 1}


@linux
def test_lengths_and_padding_are_known(study):
    for name, expected in sounds().items():
        least, most = np.broadcast_to(expected.seconds, 2)
        assert least - 0.01 <= study["seconds"][name] <= most + 0.01, name
        assert study["padded"][name] == expected.padded, name


# Names


NAMES = ["http:song.m4a", "concat:a|b.m4a", "-", "-i.m4a", "%03d.m4a", "pipe:0", "two\nlines.m4a",
         "~.m4a", "song.raw"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_relative_name_is_a_file_and_no_address(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(good(".m4a"))
    assert not judge(HORRORS["early moov.m4a"], read_here("", name, 1.0))


@linux
@pytest.mark.parametrize("extension", [".wav", ".mp3", ".m4a"])
def test_a_name_need_not_be_utf_8(tmp_path, extension):
    name = os.fsdecode(b"caf\xe9" + extension.encode())
    encoded(extension)(tmp_path / name)
    assert not judge(HORRORS["early moov.m4a"], read_here(str(tmp_path), name, 1.0))


def listed(folder: Path, name: str) -> list[str]:
    """The paths of a library whose songs.csv lists this name."""
    write_csv(folder / "taxonomy.csv", ["subgenre", "genre_1", "genre_2"], TAXONOMY)
    write_csv(folder / "songs.csv", ["path", "subgenre_1"],
              [{"path": name, "subgenre_1": "low drone"}])  # fmt: skip
    return list(read_library(folder).songs["path"])


@pytest.mark.parametrize("name", [n for n in IN_A_TABLE if not re.fullmatch(r"[\w .%-]+", n)],
                         ids=ascii)  # fmt: skip
def test_songs_csv_carries_odd_names(tmp_path, name):
    assert listed(tmp_path, name) == [name]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (" ", "path must not be empty"),
        ("a\\b.wav", "path must be relative and stay inside"),
        ("/dev/zero", "path must be relative and stay inside"),
        ("../song.wav", "path must be relative and stay inside"),
        ("C:song.wav", "path must be relative and stay inside"),
        ("device.wav", "this link leaves it"),
        ("outside/song.wav", "this link leaves it"),
        ("up/song.wav", "this link leaves it"),
    ],
)
def test_songs_csv_refuses_what_leaves_the_folder(tmp_path, name, message):
    (tmp_path / "device.wav").symlink_to("/dev/zero")
    (tmp_path / "outside").symlink_to("/etc")
    (tmp_path / "up").symlink_to("..")
    with pytest.raises(LibraryError, match=f"line 2.*{message}"):
        listed(tmp_path, name)


def test_songs_csv_refuses_names_that_are_no_utf_8(tmp_path):
    listed(tmp_path, "song.wav")
    (tmp_path / "songs.csv").write_bytes(b"path,subgenre_1\ncaf\xe9.wav,low drone\n")
    with pytest.raises(LibraryError, match="must be UTF-8 text"):
        read_library(tmp_path)


def test_a_name_that_no_file_can_have_is_a_broken_song(tmp_path):
    answer = read_here(str(tmp_path), "x" * 300 + ".wav", 1.0)
    assert answer["reason"] in ("missing", "unreadable")
    assert str(tmp_path) not in answer["detail"]


# Permission


def read_as_nobody(folder: str, name: str, segment_seconds: float) -> dict:
    """As `read_here`, without the rights of root; the reader's process is spoiled by it."""
    os.chdir(folder)  # the folders above may be closed to others
    if os.geteuid() == 0:
        os.setuid(65_534)
    return read_here("", name, segment_seconds)


@linux
@pytest.mark.parametrize("extension", [".wav", ".m4a"])
def test_a_file_without_permission_is_a_broken_song(tmp_path, extension):
    tmp_path.chmod(0o755)
    encoded(extension)(tmp_path / f"song{extension}")
    (tmp_path / f"song{extension}").chmod(0)
    with Reader(read_as_nobody, seconds=SECONDS_A_FILE) as reader:
        answer = reader(str(tmp_path), f"song{extension}", 1.0)
    assert (answer["reason"], "permission" in answer["detail"].lower()) == ("unreadable", True)


@linux
def test_a_folder_without_permission_holds_broken_songs(tmp_path):
    (tmp_path / "closed").mkdir()
    encoded(".wav")(tmp_path / "closed" / "song.wav")
    (tmp_path / "closed").chmod(0)
    with Reader(read_as_nobody, seconds=SECONDS_A_FILE) as reader:
        answer = reader(str(tmp_path), "closed/song.wav", 1.0)
    (tmp_path / "closed").chmod(0o755)
    assert answer["reason"] == "unreadable"
    assert "ermission" in answer["detail"]


def test_a_song_that_goes_while_it_is_read_is_a_broken_song(tmp_path, monkeypatch):
    import mgrlib.audio.segment as module

    monkeypatch.setattr(module, "check_file", lambda path: None)
    with pytest.raises(SongError) as caught:
        module.read_segment(tmp_path / "gone.wav", segment_seconds=1.0, sample_rate=RATE)
    assert str(tmp_path) not in caught.value.detail
