"""The archive of a run: what is in it, that it can be verified, and that it tells no secrets."""

import csv
import hashlib
import io
import json
import platform
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from mgrlib import pack
from mgrlib.__main__ import main
from mgrlib.errors import BuildError, RunError
from mgrlib.files import ROOT, read_json, write_json
from mgrlib.notebooks import PAGES
from mgrlib.pack.letters import commands
from mgrlib.pack.places import finder, public_settings, without
from mgrlib.settings import from_dict, make_settings

SONG = '=cmd|"/c calc"!A1\n../../<b>Ünï🎵</b>, "R&B".mp3'
"""The path of a song, and its title."""


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "home of me" / "my & music"
    folder.mkdir(parents=True)
    (folder / "songs.csv").write_text("path,subgenre_1\n")
    (folder / "taxonomy.csv").write_text("subgenre,genre_1\n")
    return folder


@pytest.fixture
def run(tmp_path, library, monkeypatch):
    """A run of songs with odd names that looks as if its book were built."""
    folder = tmp_path / "runs" / "mine"
    settings = make_settings(profile="smoke", corpus=str(library), overrides={"epochs": 3})
    study = {"name": "mine", "profile": "smoke", "settings": settings.as_dict(),
             "evidence": "music", "corpus_words": f"96 songs of {SONG}",
             "versions": {"mgrlib": "9.8.7"}, "commit": "0123456789ab-dirty",
             "training": {"finished": "2025-12-24"}}  # fmt: skip
    write_json(folder / "study.json", study)
    for name in ("audit", "statistics", "claims"):
        write_json(folder / f"{name}.json", {"song": SONG})
    catalog, table = folder / "catalog", io.StringIO()
    csv.writer(table).writerows([["path", "title"], [SONG, SONG]])
    rejected = f"path,reason,detail\nx.mp3,unreadable,FFmpeg: {library}/x.mp3: bad data\n"
    files = {
        catalog / "songs.csv": table.getvalue(),
        catalog / "rejected.csv": rejected,
        folder / "results" / "metrics.csv": "genre\nR&B\n",
        folder / "results" / "networks.csv": "genre,depth,scale,weights,repeat,file\n"
        "R&B,34,mel,none,0,a.safetensors\n",
        folder / "results" / "models" / "a.json": "{}",
        folder / "results" / "models" / "a.safetensors": "weights",
        folder / "results" / "models" / "of-other-settings.safetensors": "weights",
        folder / "figures" / "fig01.svg": "<svg/>",
        folder / "figures" / ".fig01.svg.x8d9wkd1": "left by a writer that was killed",
        folder / "notebooks" / "failed-04_across_depths.ipynb": "a traceback",
        folder / "site" / "index.html": f"<p>{folder}/figures</p>",
        folder / "site" / "_static" / "theme.js": "/theme/",
        folder / "build" / "log.txt": "of this machine",
    }
    files |= {folder / "notebooks" / page.name: "{}" for page in PAGES}
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "figures" / "fig01.png").write_bytes(b"\x89PNG")
    # What makes a book current is tested with the book.
    monkeypatch.setattr(pack, "outdated_pages", lambda run, pages, *, inputs: [])
    monkeypatch.setattr(pack, "is_current", lambda run: True)
    monkeypatch.setattr(pack, "printed", lambda run: None)
    monkeypatch.setenv("MGRLIB_RUNS", str(folder.parent))
    return folder


def read_archive(file: Path) -> dict[str, bytes]:
    """Files of an archive, relative to the one folder that it holds."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {name.split("/")[0] for name in names} == {"mine-archive"}
        return {name.partition("/")[2]: archive.read(name) for name in names}


def test_every_file_has_the_sum_that_the_archive_says(run):
    files = read_archive(pack.pack_run(run))
    sums = files.pop("SHA256SUMS").decode()
    said = dict(reversed(line.split("  ", 1)) for line in sums.splitlines())
    assert said == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="the program sha256sum is not here")
def test_the_programs_of_others_unpack_and_verify_it(run, tmp_path):
    with zipfile.ZipFile(pack.pack_run(run)) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / "mine-archive"
    subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True,
                   capture_output=True)  # fmt: skip
    rows = list(csv.reader((folder / "catalog" / "songs.csv").open(encoding="utf-8", newline="")))
    assert rows[1] == [SONG, SONG]
    assert read_json(folder / "audit.json") == {"song": SONG}


def test_it_holds_what_a_reader_needs_and_nothing_of_the_workshop(run):
    names = set(read_archive(pack.pack_run(run)))
    assert names == {
        "README.md", "CITATION.cff", "zenodo.json", "LICENSE", "requirements.txt", "SHA256SUMS",
        "study.json", "audit.json", "statistics.json", "claims.json", "catalog/songs.csv",
        "catalog/rejected.csv", "results/metrics.csv", "results/models/a.json", "figures/fig01.png",
        "figures/fig01.svg", "site/index.html", "site/_static/theme.js",
        *(f"notebooks/{page.name}" for page in PAGES),
    }  # fmt: skip


def test_networks_go_along_when_asked_for_and_only_those_of_the_run(run):
    names = set(read_archive(pack.pack_run(run, networks=True)))
    assert "results/models/a.safetensors" in names
    assert "results/networks.csv" in names
    assert "results/models/of-other-settings.safetensors" not in names


def test_the_print_goes_along(run, monkeypatch):
    (run / "book.pdf").write_bytes(b"%PDF")
    assert "book.pdf" not in read_archive(pack.pack_run(run))
    monkeypatch.setattr(pack, "printed", lambda run: run / "book.pdf")
    files = read_archive(pack.pack_run(run))
    assert files["book.pdf"] == b"%PDF"
    assert "`book.pdf`: the book on paper" in files["README.md"].decode()


def test_a_print_whose_page_names_a_folder_is_refused(run, monkeypatch):
    (run / "book.pdf").write_bytes(b"%PDF with its words packed")
    monkeypatch.setattr(pack, "printed", lambda run: run / "book.pdf")
    page = run / "build" / "pdf" / "book.html"
    page.parent.mkdir()
    page.write_text("<p>a warning of a library</p>")
    assert "book.pdf" in read_archive(pack.pack_run(run))
    page.write_text(f"<p>{run}/x.py: a warning of a library</p>")
    with pytest.raises(BuildError, match=r"book\.pdf names a folder of this machine"):
        pack.pack_run(run)


def test_no_file_names_a_folder_or_the_machine(run, library, tmp_path):
    files = read_archive(pack.pack_run(run))
    everything = b"\n".join([*files.values(), *(name.encode() for name in files)])
    for secret in (str(tmp_path), tmp_path.as_posix(), str(ROOT), str(library.parent),
                   library.parent.name, "home%20of%20me"):  # fmt: skip
        assert secret.encode() not in everything, secret
    host = re.compile(rf"(?<![\w-]){re.escape(platform.node())}(?![\w-])".encode())
    assert not host.search(everything)
    assert b"FFmpeg: my & music/x.mp3: bad data" in files["catalog/rejected.csv"]
    assert files["site/index.html"] == b"<p>mine/figures</p>"
    assert json.loads(files["study.json"])["settings"]["corpus"] == "my & music"


def test_the_run_itself_stays_as_it_is(run):
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    archive = pack.pack_run(run)
    after = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    assert after.keys() - before.keys() == {archive}
    assert {file: after[file] for file in before} == before


def test_the_same_run_gives_the_same_bytes(run, tmp_path):
    first = pack.pack_run(run).read_bytes()
    for file in run.rglob("*"):
        file.touch()  # a copy has other time stamps
    file.chmod(0o600)
    second = pack.pack_run(run, out=tmp_path / "deep" / "other.zip").read_bytes()
    assert first == second
    with zipfile.ZipFile(tmp_path / "deep" / "other.zip") as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_it_is_written_whole_or_not_at_all(run, monkeypatch):
    archive = pack.pack_run(run)
    before = archive.read_bytes()
    (run / "figures" / "fig01.png").write_bytes(b"\x89PNG " + str(run).encode())
    with pytest.raises(BuildError, match=r"figures/fig01\.png names a folder of this machine"):
        pack.pack_run(run)
    assert archive.read_bytes() == before
    assert not list(run.glob(".mine-archive*"))


@pytest.mark.parametrize(("excerpts", "allowed"), [(None, False), (False, False), (True, True)])
def test_sound_is_in_it_only_where_the_run_may_play_it(run, excerpts, allowed):
    study = read_json(run / "study.json")
    study["settings"]["excerpts"] = excerpts
    write_json(run / "study.json", study)
    page = run / "site" / "index.html"
    page.write_text('<audio src="data:audio/mpeg;base64,AAAA"></audio>')
    if allowed:
        files = read_archive(pack.pack_run(run))
        assert b"data:audio" in files["site/index.html"]
        words = files["README.md"].decode()
        assert "no song in this archive beside the excerpts" in words
        assert "under the licenses of their songs" in words
        return
    with pytest.raises(BuildError, match=r"site/index\.html holds sound"):
        pack.pack_run(run)


def test_it_says_how_to_cite_the_run_and_the_paper(run):
    files = read_archive(pack.pack_run(run))
    cited = yaml.safe_load(files["CITATION.cff"])
    assert "&" not in files["CITATION.cff"].decode()  # no aliases
    assert cited["cff-version"] == "1.2.0"
    assert cited["type"] == "dataset"
    assert "mine" in cited["title"]
    assert cited["version"] == "9.8.7"
    assert str(cited["date-released"]) == "2025-12-24"
    assert [work["type"] for work in cited["references"]] == ["software", "article"]
    assert cited["references"][1]["authors"][0]["family-names"] == "Karpiński"
    form = json.loads(files["zenodo.json"])["metadata"]
    assert form["title"] == cited["title"]
    assert form["upload_type"] == "dataset"
    assert "<b>" not in form["description"]  # it is HTML
    assert "Karpiński, Bartosz" in form["references"][1]


def test_the_readme_tells_how_to_run_again(run):
    text = read_archive(pack.pack_run(run))["README.md"].decode()
    assert "commit 0123456789ab, with changes that were not committed" in text
    assert "git checkout 0123456789ab\n" in text
    assert "sha256sum -c SHA256SUMS" in text
    assert f"96 songs of {' '.join(SONG.split())}" in text
    assert "--corpus 'PATH/my & music' --set epochs=3" in text


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"genres": ["R&B", "a, b", "it's", "Rock"], "learning_rate": 1e-5, "excerpts": True},
        {"depths": [34], "weights": ["none"], "scales": ["mel", "log"], "split_by": "album"},
    ],
    ids=str,
)
def test_the_commands_of_the_readme_make_the_same_settings(overrides):
    settings = make_settings(profile="smoke", overrides=overrides)
    study = {"profile": "smoke", "settings": settings.as_dict(), "commit": "abc"}
    last = commands(Path("runs/mine"), study, repository="https://x.org/a/b").split("\n")[-1]
    words = shlex.split(last)
    assert words[:6] == [".venv/bin/python", "-m", "mgrlib", "run", "--profile", "smoke"]
    pairs = [words[n + 1] for n, word in enumerate(words) if word == "--set"]
    assert make_settings(profile="smoke", overrides=pairs) == settings


def test_paths_and_addresses_leave_the_settings():
    settings = make_settings(profile="smoke").as_dict()
    given = settings | {"corpus": "gtzan:/home/me/x", "weights": ["none", "/home/me/trunk.pth"],
                        "scheduler": "tcp://10.0.0.1:8786"}  # fmt: skip
    public = public_settings(given)
    assert public["corpus"] == "gtzan:x"
    assert public["weights"] == ["none", "trunk.pth"]
    assert public["scheduler"] == "a cluster"
    assert public_settings(settings) == settings
    from_dict(settings)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ('"/home/me/a b/x"', '"a b/x"'),
        (r'"line\n/home/me/a b/x"', r'"line\na b/x"'),
        ("file:///home/me/a%20b/x", "file://a%20b/x"),
        ("/home/me/a b", "a b"),
        ("/home/me/a better one", "/home/me/a better one"),
        ("https://site.org/home/me/a b/", "https://site.org/home/me/a b/"),
    ],
)
def test_a_folder_is_found_however_it_is_written(text, cleaned):
    assert without(text.encode(), finder([Path("/home/me/a b")])) == cleaned.encode()


# What can't be packed


def test_results_made_elsewhere_are_refused(run):
    (run / "study.json").unlink()
    with pytest.raises(RunError, match=r"the run mine has no study\.json"):
        pack.pack_run(run)


def test_a_run_without_a_book_is_refused(run):
    (run / "site" / "index.html").unlink()
    with pytest.raises(RunError, match=r"has no book: make it with python -m mgrlib book .*mine"):
        pack.pack_run(run)


@pytest.mark.parametrize("part", ["outdated_pages", "is_current"])
def test_an_outdated_book_is_refused_with_the_command_that_mends_it(run, monkeypatch, part):
    stale = {"outdated_pages": lambda *run, **inputs: list(PAGES), "is_current": lambda run: False}
    monkeypatch.setattr(pack, part, stale[part])
    with pytest.raises(RunError, match=r"outdated.*make it anew with python -m mgrlib book"):
        pack.pack_run(run)


def test_networks_that_were_not_kept_are_refused(run):
    (run / "results" / "networks.csv").unlink()
    with pytest.raises(RunError, match="has kept no networks: leave --networks out"):
        pack.pack_run(run, networks=True)


def test_the_command_says_where_the_archive_is(run, capsys, monkeypatch):
    monkeypatch.chdir(run.parent.parent)
    assert main(["pack", "runs/mine"]) == 0
    assert "The archive: runs/mine/mine-archive.zip (0 MB)" in capsys.readouterr().out
    assert main(["pack", "runs/mine", "--out", "other.zip"]) == 0
    assert Path("other.zip").read_bytes() == (run / "mine-archive.zip").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["no-such"], "no-such"), (["runs/mine", "--out", "."], "--out must name a file")],
)
def test_a_bad_name_is_one_line_and_exit_code_2(run, capsys, monkeypatch, arguments, said):
    monkeypatch.chdir(run.parent.parent)
    assert main(["pack", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_run_that_is_worked_on_is_refused(run, capsys):
    with FileLock(run / ".lock"):
        assert main(["pack", str(run)]) == 2
    assert "another process works on the run mine" in capsys.readouterr().err
