"""The prose pages of the book: what they are made of, and that none of it is out of date."""

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mgrlib import __version__, claims
from mgrlib.bench import __main__ as bench
from mgrlib.files import ROOT

sys.path.insert(0, str(ROOT / "book" / "extension"))
pytest.importorskip("mgrlib_book.directives")
from mgrlib_book import (
    citing,
    gallery,
    launch,
    library,
    parameters,
    speed,
)
from mgrlib_book import claims as ledger
from mgrlib_book import reproducing as again
from mgrlib_book.pages import Checked

PROSE = sorted((ROOT / "book").rglob("*.md"))


def page(name):
    return (ROOT / "book" / f"{name}.md").read_text("utf-8")


# The first page


def test_every_claim_has_a_few_words_and_every_verdict_a_sign_and_a_word():
    assert set(ledger.SHORT) == {claim.id for claim in claims.CLAIMS}
    assert max(map(len, ledger.SHORT.values())) <= 42  # one line of the ledger
    words = [word for pair in claims.VERDICTS.values() for word in pair] + [claims.UNDECIDED]
    shown = [ledger.verdict_words(word) for word in words]
    assert all(re.fullmatch("[✓✗–] [a-z ]+", said) for said in shown)


def test_the_ledger_says_where_it_holds_only_of_synthetic_songs():
    entry = {"id": "C5", "text": "", "beyond_noise": None, "page": "x.html", "figure": None}
    music, synthetic = (
        "\n".join(ledger.ledger_lines([entry | {"verdict": verdict}], pages=()))
        for verdict in ("not reproduced", "disagrees on synthetic songs")
    )
    assert "On synthetic songs" in synthetic and "On synthetic songs" not in music
    assert "✗ disagrees\n" in synthetic and "✗ not reproduced\n" in music


def test_the_gallery_names_the_paper_s_ten_figures():
    assert list(gallery.SUBJECTS) == list(range(1, 11))
    figure = gallery.Drawn("fig-paper-07", b"", "**F1** of each genre, with.", "bars")
    assert gallery.gallery_item(figure) == "- [**Figure 7** F1 by genre](#fig-paper-07)"


# The buttons


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "https://github.com/mgrlib/mgrlib"),
        ({"GITHUB_REPOSITORY": ""}, "https://github.com/mgrlib/mgrlib"),
        ({"GITHUB_REPOSITORY": "me/fork"}, "https://github.com/me/fork"),
        (
            {"GITHUB_REPOSITORY": "me/fork", "GITHUB_SERVER_URL": "https://git.example/"},
            "https://git.example/me/fork",
        ),
    ],
)
def test_the_repository_is_the_one_of_the_workflow_or_the_one_named(environment, address):
    named = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["repository"]["url"]
    assert launch.repository(named, environment) == address


def test_menus_hold_buttons_too():
    header = [{"url": "a"}, {"buttons": [{"url": "b"}, {"buttons": [{"url": "c"}]}]}]
    assert [button.get("url") for button in launch.buttons(header)] == ["a", None, "b", None, "c"]


def test_binder_installs_the_pins_and_makes_the_run_that_notebooks_look_for():
    folder = ROOT / ".binder"
    assert "-r ../requirements.txt" in (folder / "requirements.txt").read_text().splitlines()
    assert (folder / "runtime.txt").read_text().strip() == "python-3.11"
    assert (folder / "postBuild").stat().st_mode & 0o111
    for text in ((folder / "postBuild").read_text(), launch.COLAB):
        assert "--profile smoke --name quick" in text
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        found = parameters.declared(json.loads(notebook.read_text("utf-8")))
        assert found["run"][0] == '"runs/quick"', notebook.name


# Parameters


def test_the_table_of_parameters_has_all_that_notebooks_declare_and_use():
    cell = {
        "metadata": {"tags": ["parameters"]},
        "source": [
            'run = "runs/quick"  # folder\n',
            "depth = 50  # layers\n",
            "corpus = None  # unused here",
        ],
    }
    other = {"metadata": {"tags": ["parameters"]}, "source": 'run = "runs/quick"  # where # it is'}
    found = {name: parameters.declared({"cells": [{"metadata": {}}, cells]})
             for name, cells in {"01_a": cell, "02_b": other}.items()}  # fmt: skip
    assert found["02_b"] == {"run": ('"runs/quick"', "where # it is")}
    rows = parameters.parameter_rows(found)
    assert rows[1] == ["`run`", '`"runs/quick"`', "all", "folder"]
    assert rows[2] == ["`depth`", "`50`", "01", "layers"]
    assert len(rows) == 3


@pytest.mark.parametrize("name", parameters.sources())
def test_every_parameter_of_a_notebook_has_a_comment(name):
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
    (cell,) = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
    assert len(parameters.declared(notebook)) == len(lines)


# The library


def test_every_package_has_a_page_in_the_contents():
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    found = library.packages(library.modules(ROOT / "mgrlib"))
    for package in found:
        assert f"{{module-list}} {package}\n" in (
            ROOT / f"{library.page_of(package)}.md"
        ).read_text("utf-8")
        assert f"file: {library.page_of(package)}\n" in contents
    assert sorted(name for names in found.values() for name in names) == library.modules(
        ROOT / "mgrlib"
    )


@pytest.mark.parametrize("what", ["data", "attribute"])
def test_constants_keep_their_docstrings_but_for_those_that_python_makes_up(what):
    hooks, lines = library.PlainConstants(), ["Samples to decode: they stay in the cache."]
    hooks.hide(None, what, "a.B", None, None, lines)
    assert lines == []
    hooks.show(None, what, "a.B", None, None, lines)
    assert lines == ["Samples to decode: they stay in the cache."]
    hooks.hide(None, what, "a.C", None, None, made_up := ["Alias for field number 6"])
    hooks.show(None, what, "a.C", None, None, made_up)
    assert made_up == []


# Citing


def test_the_study_s_entry_is_made_of_the_citation_file():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    entry = citing.study_entry(citation)
    assert f"  title = {{{citation['title']}}}," in entry
    assert f"  version = {{{__version__}}}," in entry
    assert "  author = {{The mgrlib contributors}}," in entry


def test_a_run_s_entry_says_what_its_songs_were_and_shows_no_markup_of_its_names():
    study = {"name": "x", "corpus_words": "3 songs of {a\\b}", "commit": "abc",
             "versions": {"mgrlib": "1.0"}}  # fmt: skip
    entry = citing.run_entry(study, {"title": "T"})
    assert "note = {3 songs of ab, mgrlib 1.0, commit abc}" in entry
    assert "YOUR NAME" in citing.run_entry({}, {"title": "T"})


def test_the_pages_cite_entries_that_there_are():
    text = (ROOT / citing.BIBLIOGRAPHY).read_text("utf-8")
    entries = citing.bib_entries(text)
    assert len(entries) == len(re.findall(r"^@", text, flags=re.MULTILINE))
    keys = re.findall(r"^```\{bibtex\} (.+)$", page("citing"), flags=re.MULTILINE)
    assert keys and {key for line in keys for key in line.split()} <= set(entries)


def test_the_paper_s_39_sources_are_marked_and_in_its_order():
    entries = citing.bib_entries((ROOT / citing.BIBLIOGRAPHY).read_text("utf-8"))
    marked = [key for key, entry in entries.items() if "keywords = {paper}" in entry]
    assert len(marked) == 39
    assert (marked[0], marked[15], marked[32], marked[38]) == (
        "ali2017", "matocha2018", "tzanetakis2002", "discogs",
    )  # fmt: skip
    for key in marked:
        assert re.search(r"^  (year = \{\d{4}\}|url = )", entries[key], flags=re.MULTILINE), key
        assert "  title = " in entries[key] and "  author = " in entries[key], key
    assert page("references").count("{bibliography}") == 2


# Speed


def row(name="a", *, unit="s", ratio=2.0, goal=1.5, **rest):
    return {"name": name, "ours": 0.5, "baseline": 0.5 * ratio, "baseline_name": "stock",
            "ratio": ratio, "unit": unit, "goal": goal} | rest  # fmt: skip


KEPT = {"hardware": {"cores": 2, "processor": "P"}, "versions": {"mgrlib": "1"}, "commit": "abc",
        "rows": [row("a"), row("b")]}  # fmt: skip


@pytest.mark.parametrize(
    ("local", "kept", "here", "names"),
    [
        (None, KEPT, False, ["a", "b"]),
        ([row("a")], KEPT, False, ["a", "b"]),  # only a part was measured here
        ([row("b"), row("a"), row("c")], KEPT, True, ["b", "a", "c"]),
        ([row("a")], None, True, ["a"]),
    ],
)
def test_this_machine_s_measurement_is_shown_where_it_is_whole(tmp_path, local, kept, here, names):
    paths = tmp_path / "local.json", tmp_path / "kept.json"
    for path, content in zip(paths, (local, kept), strict=True):
        if content is not None:
            path.write_text(json.dumps(content))
    found = speed.measured(*paths)
    assert found["here"] == here
    assert [line["name"] for line in found["rows"]] == names


def test_without_a_measurement_there_is_nothing_to_show(tmp_path):
    assert speed.measured(tmp_path / "no.json", tmp_path / "none.json") is None


def test_a_row_says_whether_its_goal_is_reached():
    assert speed.ratio_words(row()) == ["2.00", "1.5 ✓ reached"]
    assert speed.ratio_words(row(ratio=1.2)) == ["1.20", "1.5 ✗ missed"]
    assert speed.ratio_words(row(goal=None)) == ["2.00", "–"]


def test_counts_stand_apart_from_times():
    found = {**KEPT, "here": False, "rows": [row("a"), row("b", unit="pairs", ours=3, baseline=4)]}
    text = "\n".join(speed.bench_lines(found))
    times, counts = text.split(":name: tab-bench-found")
    assert "500 ms" in times and "1 s \\(stock\\)" in times and "2 cores of P" in times
    assert "3 pairs" in counts and "4 pairs" in counts


def test_the_seconds_of_a_joint_network_are_those_of_its_rows():
    metrics = pd.DataFrame(
        [("Rock", 34, "mel", "joint", 0, 10.0), ("Jazz", 34, "mel", "joint", 0, 10.0),
         ("Rock", 34, "mel", "none", 0, 3.0), ("Jazz", 34, "mel", "none", 0, 5.0)],
        columns=["genre", "depth", "scale", "weights", "repeat", "seconds"],
    )  # fmt: skip
    assert sorted(speed.network_seconds(metrics)) == [3.0, 5.0, 20.0]
    text = "\n".join(speed.times_lines(metrics, {"networks": 3, "seconds": 40, "jobs": 2}))
    assert "3 networks were trained in 40 s on the clock, 2 at a time" in text
    assert "joint\n  - 34\n  - 1\n  - 20 s\n  - 20 s" in text
    assert "none\n  - 34\n  - 2\n  - 4 s\n  - 8 s" in text


def test_all_of_bench_is_kept_for_the_book_and_a_part_is_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MGRLIB_RUNS", str(tmp_path))
    monkeypatch.setattr(bench, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(bench, "_run", lambda part, book: [row(part)])
    bench.main(["--book", "images"])
    assert not (tmp_path / "kept.json").exists()
    bench.main(["--book"])
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert [line["name"] for line in kept["rows"]] == list(bench.PARTS)
    assert kept["versions"]["mgrlib"] == __version__


# Made again


def test_provenance_names_what_a_study_knows_and_leaves_out_what_it_does_not():
    study = {"name": "a<b", "settings": {"seed": 7}, "versions": {"torch": "2.13.0"}}
    text = "\n".join(again.provenance_lines(study))
    assert "Run\n  - a\\<b" in text and "Seed\n  - 7" in text and "torch\n  - 2\\.13\\.0" in text
    assert "Processor" not in text and "GPU\n  - none" in text


def test_digests_are_shown_by_their_beginnings():
    text = "\n".join(again.inputs_lines({"songs.csv": "0123456789abcdef" * 4}))
    assert "songs\\.csv\n  - `0123456789abcdef…`" in text


def test_a_copy_whose_code_differs_is_named():
    pages = [Checked("01_a.ipynb", "notebooks/01_a.ipynb", "a" * 64, True),
             Checked("02_b.ipynb", "notebooks/02_b.ipynb", "b" * 64, False)]  # fmt: skip
    text = "\n".join(again.code_lines(pages))
    assert "1 of 2 executed notebooks" in text
    assert f"`02_b.ipynb`\n  - `{'b' * 16}`\n  - ✗ no" in text


# The prose


def test_every_term_that_a_page_uses_is_in_the_glossary():
    glossary = page("glossary")
    entries = re.split(r":::\{glossary\}\n|\n:::\n", glossary)[1::2]
    terms = {line.lower() for entry in entries for line in entry.splitlines() if line[:1].strip()}
    assert 40 <= len(terms) <= 100
    used = {
        (named[2] or named[1]).lower()
        for path in PROSE
        for named in re.finditer(r"\{term\}`([^`<]+?)(?:\s*<([^>]+)>)?`", path.read_text("utf-8"))
    }
    assert len(used) >= 15 and {re.sub(r"\s+", " ", term) for term in used} <= terms


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_table_and_figure_of_a_page_has_a_caption_and_a_label(path):
    text = path.read_text("utf-8")
    for directive, caption, options in re.findall(
        r"^:{3,}\{(list-table|table|figure)\}(.*)\n((?::\S+:.*\n)*)", text, flags=re.MULTILINE
    ):
        assert caption.strip(), (directive, options)
        assert re.search(r"^:name: (tab|fig)-", options, flags=re.MULTILINE), caption
    assert not re.search(r"^\|.*\|$", text, flags=re.MULTILINE)  # such a table has no number


def test_every_page_but_the_redirected_has_one_title():
    for path in PROSE:
        code = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert len(re.findall(r"^# ", code, flags=re.MULTILINE)) == 1, path


def test_committed_pictures_are_small():
    assert Path(ROOT, "book/static/result.png").stat().st_size <= 80_000
