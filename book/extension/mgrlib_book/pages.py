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
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
INJECTED = "injected-parameters"
OVERVIEWS = {"notebooks/03_per_depth_training.ipynb": "book/depth/index.md"}
"""The page that introduces the executions of a notebook that has several."""


def cell_text(cell: dict) -> str:
    """Text of a cell, which nbformat stores as a string or as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def code_of(notebook: dict) -> list[str]:
    """Code of a notebook cell by cell, without the parameters that papermill injected."""
    return [
        cell_text(cell).strip()
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


def with_own_labels(notebook: dict, suffix: str) -> dict:
    """Append `suffix` to the figure labels of a notebook, and to references to them.

    A notebook that is executed several times would define its labels on every page.
    Labels that already end in the suffix are kept.
    """
    figures = [cell["metadata"].get("mystnb", {}).get("figure", {}) for cell in notebook["cells"]]
    labels = {
        figure["name"]
        for figure in figures
        if figure.get("name") and not figure["name"].endswith(suffix)
    }
    for figure in figures:
        if figure.get("name") in labels:
            figure["name"] += suffix
    if labels:
        reference = re.compile(rf"(`|<)({'|'.join(map(re.escape, sorted(labels)))})(?=[`>])")
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = reference.sub(rf"\1\2{suffix}", cell_text(cell))
    return notebook


def with_own_title(notebook: dict, title: str) -> dict:
    """Add `title` to the heading of a notebook that is executed several times."""
    for cell in notebook["cells"]:
        heading = re.search(r"^# .*", cell_text(cell), flags=re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            if title not in heading[0]:
                longer = f"{heading[0].rstrip()}: {title}"
                cell["source"] = cell_text(cell).replace(heading[0], longer, 1)
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
            cell["source"] = re.sub(r"\]\(([\w./-]+\.ipynb)(?=[)#])", page_link, cell_text(cell))
    return notebook


def with_folded_defaults(notebook: dict) -> dict:
    """Fold the cell of default parameters where the run's own follow it."""
    tagged = {tag: cell for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])}
    if INJECTED in tagged and "parameters" in tagged:
        metadata = tagged["parameters"]["metadata"]
        metadata["tags"] = [*metadata["tags"], "hide-input"]
        metadata["mystnb"] = {"code_prompt_show": "Default parameters"}
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
    for fault in faults(json.loads(source_path.read_text("utf-8")), notebook):
        LOGGER.warning("%s of the run can't be shown: %s", executed, fault, location=docname)
    if suffix := executed.removeprefix(Path(source).stem).removesuffix(".ipynb"):
        title = cell_text(page["cells"][0]).splitlines()[0].removeprefix("# ")
        notebook = with_own_title(with_own_labels(notebook, suffix), title)
    notebook = with_folded_defaults(notebook)
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
