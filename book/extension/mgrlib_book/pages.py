"""Executed notebooks in the place of their sources.

A page of the book is a source notebook, free of outputs; its text is replaced by the
copy that papermill executed for the run. A notebook executed several times has one
small page file for each copy, whose metadata names both:
``{"mgrlib": {"source": "notebooks/03_….ipynb", "executed": "03_…-34.ipynb"}}``.
Anything wrong with a copy is a Sphinx warning, which fails a build with ``-W``.
"""

import json
import posixpath
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from mgrlib.files import digest
from mgrlib.notebooks import PAGES, SOURCES

from . import cells
from .cells import INJECTED, with_own_labels

LOGGER = logging.getLogger(__name__)
OVERVIEWS = {"notebooks/03_per_depth_training.ipynb": "book/depth/index.md"}
"""The page that introduces the executions of a notebook that has several."""


def code_of(notebook: dict) -> list[str]:
    """Code of a notebook cell by cell, without the parameters that papermill injected."""
    return [
        cells.text_of(cell["source"]).strip()
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and INJECTED not in cell["metadata"].get("tags", [])
    ]


def faults(source: dict, executed: dict) -> list[str]:
    """What keeps an executed copy from standing for its source, in words; empty if nothing."""
    found = []
    if code_of(source) != code_of(executed):
        found.append("its code differs from the source: execute the notebook again")
    outputs = [out for cell in executed["cells"] for out in cell.get("outputs", [])]
    if any(out.get("output_type") == "error" for out in outputs):
        found.append("a cell of it ended in an error")
    return found


@dataclass(frozen=True)
class Checked:
    """Whether the code of an executed copy is that of its source.

    Attributes
    ----------
    executed : str
        File name of the copy.
    source : str
        Path of the source, relative to the root.
    digest : str
        Digest of the source's code, without outputs, prose and parameters of the run.
    equal : bool
        Whether the copy's code has the same.
    """

    executed: str
    source: str
    digest: str
    equal: bool


def code_digest(notebook: dict) -> str:
    """Digest of a notebook's code, the same for a source and for a copy executed from it."""
    return digest(code_of(notebook))


def checked_pages(run: Path) -> list[Checked]:
    """The executed copies of a run, in the order of the book, held against their sources."""
    found = []
    for page in PAGES:
        source, copy = SOURCES / f"{page.source}.ipynb", run / "notebooks" / page.name
        if copy.exists():
            code = [code_digest(json.loads(path.read_text("utf-8"))) for path in (source, copy)]
            found.append(Checked(page.name, f"notebooks/{source.name}", code[0], len({*code}) == 1))
    return found


def with_own_title(notebook: dict, title: str) -> dict:
    """Add `title` to the heading of a notebook that is executed several times."""
    for cell in notebook["cells"]:
        heading = re.search(r"^# .*", cells.text_of(cell["source"]), flags=re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            if title not in heading[0]:
                longer = f"{heading[0].rstrip()}: {title}"
                cell["source"] = cells.text_of(cell["source"]).replace(heading[0], longer, 1)
            break
    return notebook


def with_book_links(notebook: dict, *, source: str, docname: str) -> dict:
    """Let links to other notebooks lead to their pages, from where this page stands.

    Parameters
    ----------
    notebook : dict
    source : str
        Path of the notebook that the links were written in, relative to the root.
    docname : str
        Page that shows it, which may be in another folder.
    """
    folder, page_folder = posixpath.dirname(source), posixpath.dirname(docname)

    def page_link(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(folder, match[1]))
        return f"]({posixpath.relpath(OVERVIEWS.get(target, target), page_folder)}"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = re.sub(
                r"\]\(([\w./-]+\.ipynb)(?=[)#])", page_link, cells.text_of(cell["source"])
            )
    return notebook


def origin(page: dict, docname: str) -> tuple[str, str]:
    """Source of a page, relative to the root, and the name of its executed copy."""
    named = page.get("metadata", {}).get("mgrlib", {})
    source = named.get("source", f"{docname}.ipynb")
    return source, named.get("executed", Path(source).name)


def show_executed(app: Sphinx, docname: str, text: list[str]) -> None:
    """Replace the text of a source notebook by the run's executed copy (``source-read``)."""
    if Path(app.env.doc2path(docname)).suffix != ".ipynb":
        return
    page = json.loads(text[0])
    source, executed = origin(page, docname)
    source_path = Path(app.srcdir, source)
    copy = Path(app.config.mgrlib_run, "notebooks", executed)
    app.env.note_dependency(str(source_path))
    app.env.note_dependency(str(copy))
    if not copy.exists():
        LOGGER.warning(
            "the run has no executed copy %s: execute the notebook", executed, location=docname
        )
        return
    notebook = json.loads(copy.read_text("utf-8"))
    wrong = faults(json.loads(source_path.read_text("utf-8")), notebook)
    wrong += cells.unmentioned(notebook)
    notebook = cells.with_outputs_apart(notebook)
    for fault in [*wrong, *cells.unnumbered(notebook)]:
        LOGGER.warning("%s of the run can't be shown: %s", executed, fault, location=docname)
    if suffix := executed.removeprefix(Path(source).stem).removesuffix(".ipynb"):
        title = cells.text_of(page["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
        notebook = with_own_title(with_own_labels(notebook, suffix), title)
    notebook = cells.with_parameters_first(cells.with_numbered_tables(notebook))
    notebook = cells.with_folded_code(notebook)
    text[0] = json.dumps(with_book_links(notebook, source=source, docname=docname))


def offer_sources(app: Sphinx, error: Exception | None) -> None:
    """Let the download button of a page of a shared notebook give that notebook."""
    if error or app.builder.name != "html":
        return
    for docname in app.env.found_docs:
        path = Path(app.env.doc2path(docname))
        if path.suffix == ".ipynb":
            source, _ = origin(json.loads(path.read_text("utf-8")), docname)
            offered = Path(app.outdir, "_sources", f"{docname}.ipynb")
            if source != f"{docname}.ipynb" and offered.exists():
                shutil.copyfile(Path(app.srcdir, source), offered)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("source-read", show_executed)
    app.connect("build-finished", offer_sources)
