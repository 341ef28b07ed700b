"""Building a book: when it is built, what Sphinx is asked for, and what stays in the site."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from mgrlib import book
from mgrlib.book import build_book, is_current, size_words
from mgrlib.errors import BuildError
from mgrlib.files import ROOT
from mgrlib.notebooks import PAGES

sys.path.insert(0, str(ROOT / "book" / "extension"))
tidy = pytest.importorskip("mgrlib_book.tidy")


@pytest.fixture
def run(tmp_path):
    """A run whose notebooks are there, and no more."""
    folder = tmp_path / "runs" / "mine"
    (folder / "notebooks").mkdir(parents=True)
    for page in PAGES:
        (folder / "notebooks" / page.name).write_text("{}")
    (folder / "study.json").write_text("{}")
    return folder


@pytest.fixture
def builds(monkeypatch):
    """Counts builds, each of which writes a page; ``fail`` makes them fail."""
    state = SimpleNamespace(number=0, fail=False)

    def build(command, *, env, **options):
        state.number += 1
        output = book.Path(env["MGRLIB_RUN"], "build", "_build")
        (output / "html").mkdir(parents=True, exist_ok=True)
        (output / "html" / "index.html").write_text(f"build {state.number}")
        (output / "html" / ".buildinfo").write_text("of Sphinx")
        return subprocess.CompletedProcess(command, int(state.fail), "", "a warning\nof a page\n")

    monkeypatch.setattr(book.subprocess, "run", build)
    return state


def test_a_book_is_built_once_until_something_changes(run, builds):
    assert not is_current(run)
    index = build_book(run)
    assert index.read_text() == "build 1"
    assert not (index.parent / ".buildinfo").exists()
    assert is_current(run)
    build_book(run)
    assert builds.number == 1
    (run / "notebooks" / PAGES[3].name).write_text('{"cells": []}')
    assert not is_current(run)
    assert build_book(run).read_text() == "build 2"


@pytest.mark.parametrize("part", ["site", "study", "bench", "repository"])
def test_a_book_is_built_again_for_all_that_it_shows(run, builds, monkeypatch, part):
    build_book(run)
    if part == "site":
        (run / "site" / "index.html").unlink()
    elif part == "bench":  # the page on speed shows it
        file = book.runs_folder() / "bench" / "bench.json"
        file.parent.mkdir(parents=True)
        file.write_text("[]")
    elif part == "study":
        (run / "study.json").write_text('{"evidence": "music"}')
    else:  # the buttons of the pages lead to it
        monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/fork")
    assert not is_current(run)


def test_a_build_that_fails_leaves_the_old_site_and_begins_anew(run, builds):
    index = build_book(run)
    (run / "study.json").write_text('{"evidence": "music"}')
    builds.fail = True
    with pytest.raises(BuildError, match="could not be built"):
        build_book(run)
    assert index.read_text() == "build 1"
    assert "of a page" in (run / "build" / "log.txt").read_text()
    assert not (run / "build" / "_build").exists()
    assert not is_current(run)


def test_a_site_that_was_not_published_whole_is_not_current(run, builds, monkeypatch):
    build_book(run)
    sources = (run / "study.json").read_text()
    (run / "study.json").write_text('{"evidence": "music"}')
    with monkeypatch.context() as killed:
        killed.setattr(book, "_publish", lambda html, site: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_book(run)
    (run / "study.json").write_text(sources)
    assert not is_current(run)


def test_sphinx_is_strict_and_works_in_parallel(run, monkeypatch, tmp_path):
    asked = {}

    def build_sphinx(source, output, **options):
        asked.update(options, source=source, output=output)
        return 0

    sphinx = SimpleNamespace(build_sphinx=build_sphinx)
    monkeypatch.setitem(sys.modules, "jupyter_book.sphinx", sphinx)
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)
    monkeypatch.setattr(book, "cores", lambda: 64)
    assert book.render(str(tmp_path)) == 0
    assert asked["warningiserror"] and asked["keep_going"]
    assert asked["confoverrides"]["nitpicky"] is True
    assert asked["jobs"] == book.MOST_PROCESSES
    assert (asked["source"], asked["output"]) == (ROOT, tmp_path / "html")


def test_sphinx_that_ends_in_an_exception_has_failed(monkeypatch, tmp_path):
    sphinx = SimpleNamespace(build_sphinx=lambda *folders, **options: ValueError("odd"))
    monkeypatch.setitem(sys.modules, "jupyter_book.sphinx", sphinx)
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)
    assert book.render(str(tmp_path)) == 1


def test_a_heavy_site_is_said_to_be_with_its_largest_files(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a.png").write_bytes(bytes(1_200_000))
    (tmp_path / "b.html").write_bytes(bytes(400_000))
    assert size_words(tmp_path) == ""
    assert size_words(tmp_path, most=1_000_000) == (
        "mgrlib: warning: the site has 2 MB, and it should have at most 1; its largest files, "
        "in MB: _images/a.png 1.2, b.html 0.4"
    )


def test_a_heavy_site_is_published_all_the_same(run, builds, monkeypatch, capsys):
    monkeypatch.setattr(book.size_words, "__kwdefaults__", {"most": 3})
    assert build_book(run).exists()
    assert "the site has 0 MB" in capsys.readouterr().err


# What stays in the site


@pytest.fixture
def app(tmp_path):
    """A Sphinx application that has built the pages ``book/a`` and ``notebooks/b``."""
    environment = SimpleNamespace(
        found_docs={"book/a", "notebooks/b"},
        images={"x.png": ({"book/a"}, "x1.png")},
        _viewcode_modules={"mgrlib.kept": ("", {}, {"f": "book/a"}, "f"), "mgrlib.not": False},
        doc2path=lambda name: f"{name}.md" if name == "book/a" else f"{name}.ipynb",
    )
    config = SimpleNamespace(root_doc="book/a", html_sourcelink_suffix="")
    builder = SimpleNamespace(name="html")
    return SimpleNamespace(env=environment, config=config, builder=builder, outdir=str(tmp_path))


def test_what_no_page_shows_leaves_the_site(app, tmp_path):
    kept = ["index.html", "search.html", "genindex.html", "book/a.html", "notebooks/b.html",
            "_modules/index.html", "_modules/mgrlib/kept.html", "_images/x1.png",
            "_sources/book/a.md", "_sources/notebooks/b.ipynb", "_static/frame.html",
            "_static/mgrlib.css", "objects.inv", "searchindex.js"]  # fmt: skip
    stale = ["book/renamed.html", "_modules/mgrlib/gone.html", "_images/before.png",
             "_sources/book/renamed.md", "_modules/mgrlib/not.html"]  # fmt: skip
    for name in kept + stale:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    tidy.remove_stale_files(app, None)
    left = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*") if f.is_file()}
    assert left == set(kept)


def test_a_build_that_failed_deletes_nothing(app, tmp_path):
    (tmp_path / "other.html").write_text("")
    tidy.remove_stale_files(app, ValueError("no"))
    app.builder.name = "singlehtml"
    tidy.remove_stale_files(app, None)
    assert (tmp_path / "other.html").exists()


def test_sources_of_modules_are_those_read_last(app):
    used = {"f": "book/api"}
    app.env._viewcode_modules = {"mgrlib.a": ("old", {"f": 1}, used, "p"), "mgrlib.b": False}
    read = {"mgrlib.a": ("new", {"g": 2}, {"g": "book/b"}, "p"), "mgrlib.b": False}
    tidy.take_newest_sources(app, app.env, [], SimpleNamespace(_viewcode_modules=read))
    assert app.env._viewcode_modules["mgrlib.a"] == ("new", {"g": 2}, used, "p")


def test_sources_of_other_packages_are_no_part_of_the_book(app):
    app.env._viewcode_modules["functools"] = ("", {}, {}, "x")
    assert tidy.forget_other_modules(app) == []
    assert "functools" not in app.env._viewcode_modules
    assert "mgrlib.kept" in app.env._viewcode_modules
