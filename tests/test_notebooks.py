"""Executing notebooks: only when something changed, with captions filled and nothing leaked."""

import json

import pytest
from test_results import write_run

from mgrlib import notebooks
from mgrlib.book import build_book
from mgrlib.errors import BuildError, SettingsError, StudyError
from mgrlib.files import ROOT
from mgrlib.notebooks import PAGES, Page, choose_pages, execute_pages

PAGE = Page("04_across_depths")


def notebook(*cells: str, parameters: str = 'run = "runs/quick"') -> dict:
    sources = [(parameters, ["parameters"]), *((cell, []) for cell in cells)]
    return {
        "cells": [
            {"cell_type": "code", "id": f"c{i}", "metadata": {"tags": tags}, "source": source,
             "outputs": [], "execution_count": None}
            for i, (source, tags) in enumerate(sources)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A folder of source notebooks of the test's own."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setattr(notebooks, "SOURCES", folder)

    def write(content: dict) -> None:
        (folder / f"{PAGE.source}.ipynb").write_text(json.dumps(content))

    return write


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "runs" / "mine", {"weights": "corpus", "genre": "R&B"})


def execute(run, inputs="a"):
    return execute_pages(run, [PAGE], inputs=inputs, jobs=1)


def read_copy(run) -> dict:
    return json.loads((run / "notebooks" / PAGE.name).read_text())


def test_a_notebook_is_executed_once_until_something_changes(sources, run):
    content = notebook("print(run)")
    content["cells"][1]["metadata"]["mystnb"] = {
        "figure": {"name": "fig-paper-04", "caption": "{arm} of {genres}, {n_test} songs, {odd}"},
        "image": {"alt": "{genres} at {depths}"},
    }
    sources(content)
    assert execute(run) == 1
    assert execute(run) == 0
    assert execute(run, inputs="b") == 1
    copy = read_copy(run)
    assert copy["cells"][2]["outputs"][0]["text"].strip() == "runs/mine"
    shown = copy["cells"][2]["metadata"]["mystnb"]
    assert shown["figure"]["caption"] == r"corpus of R\&B, 10 songs, {odd}"
    assert shown["image"]["alt"] == "R&B at 34"
    injected = copy["cells"][1]["metadata"]
    assert {"injected-parameters", "hide-input"} <= set(injected["tags"])
    assert "papermill" not in json.dumps(copy["metadata"])
    assert str(run.parent.parent) not in json.dumps(copy)
    sources(notebook("print(run, 1)"))
    assert execute(run) == 1


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_kernel_that_does_not_start_is_started_again(sources, run, monkeypatch, deaths):
    import papermill

    sources(notebook("print(run)"))
    starts, real = [], papermill.execute_notebook

    def busy(*arguments, **options):
        starts.append(1)
        if len(starts) <= deaths:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return real(*arguments, **options)

    monkeypatch.setattr(papermill, "execute_notebook", busy)
    if deaths < notebooks.STARTS:
        assert execute(run) == 1
    else:
        with pytest.raises(BuildError, match="04_across_depths stopped: Kernel died before"):
            execute(run)
    assert len(starts) == min(deaths + 1, notebooks.STARTS)


def test_a_kernel_that_dies_at_work_is_one_clear_error(sources, run):
    sources(notebook("import os; os._exit(1)"))
    with pytest.raises(BuildError, match="04_across_depths stopped: Kernel died"):
        execute(run)


def test_a_page_is_executed_again_when_its_files_are_not_its_own(sources, run, monkeypatch):
    page = Page(PAGE.source, writes=("figures/fig03.png",))
    sources(notebook("from pathlib import Path", "Path(run, 'figures').mkdir(exist_ok=True)",
                     "Path(run, 'figures', 'fig03.png').write_text('mine')"))  # fmt: skip

    def made() -> int:
        return execute_pages(run, [page], inputs="a", jobs=1)

    assert (made(), made()) == (1, 0)
    (run / "figures" / "fig03.png").write_text("of another depth")
    assert (made(), made()) == (1, 0)
    (run / "figures" / "fig03.png").unlink()
    assert (made(), made()) == (1, 0)


def test_a_failing_cell_is_named_and_its_traceback_kept(sources, run):
    sources(notebook("1 / 0"))
    with pytest.raises(BuildError, match=r"04_across_depths failed: ZeroDivisionError"):
        execute(run)
    assert "ZeroDivisionError" in (run / "notebooks" / f"failed-{PAGE.name}").read_text()
    assert not (run / "notebooks" / PAGE.name).exists()


@pytest.mark.parametrize(
    ("only", "pages"),
    [(None, len(PAGES)), ("03_per_depth_training", 4), ("05", 1), ("06_statistical_test.ipynb", 1)],
)
def test_pages_are_chosen_by_name(only, pages):
    assert len(choose_pages(only)) == pages


def test_an_unknown_notebook_names_the_known_ones():
    said = "no notebook is called 'nosuch': choose one of 01_data"
    with pytest.raises(SettingsError, match=said):
        choose_pages("nosuch")


def test_a_book_needs_its_notebooks(run):
    with pytest.raises(StudyError, match=r"lacks the executed notebooks 01_dataset_audit\.ipynb"):
        build_book(run)


@pytest.mark.parametrize("file", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda f: f.stem)
def test_every_notebook_keeps_the_rules(file):
    cells = json.loads(file.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    prose = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    tagged = [c for c in code if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    names = [line.split(" = ")[0] for line in tagged[0]["source"]]
    assert names[:4] == ["run", "profile", "corpus", "overrides"]
    assert all("  # " in line for line in tagged[0]["source"]), "explain every parameter"
    assert max(len(cell["source"]) for cell in code) <= 12
    lines = sum(len(cell["source"]) for cell in code)
    assert len(prose.split()) > 3 * lines, "a notebook is an argument in prose"
    assert prose.startswith("# ")
