"""A site that is built fast, and holds what its pages show and no more.

Sphinx never deletes: a page that was renamed, a picture of a notebook that was executed
again, the source of a module that is gone would stay in the site for ever. And it reads and
writes pages one by one where a single extension leaves open whether it may do otherwise.
"""

from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

SILENT = ("sphinx_multitoc_numbering",)
"""Extensions that don't say whether pages may be read in parallel, and let them: this one
numbers chapters when all pages are read."""
MADE = ("index", "genindex", "py-modindex", "search", "_modules/index")
"""Pages that are no sources'."""


def page_names(app: Sphinx) -> set[str]:
    """Names of all pages that a whole build would write."""
    modules = getattr(app.env, "_viewcode_modules", {})
    sources = [f"_modules/{name.replace('.', '/')}" for name, found in modules.items() if found]
    return {*app.env.found_docs, app.config.root_doc, *MADE, *sources}


def remove_others(folder: Path, kept: Iterable[str], *, pattern: str = "*") -> None:
    """Delete the files of a folder that match `pattern` but for those `kept`, relative to it."""
    known = {folder / name for name in kept}
    for file in folder.rglob(pattern):
        if file.is_file() and file not in known and "_static" not in file.parts:
            file.unlink()


def remove_stale_files(app: Sphinx, error: Exception | None) -> None:
    """Delete what earlier builds left in the site (``build-finished``)."""
    if error or app.builder.name != "html":
        return
    names, site = page_names(app), Path(app.outdir)
    pictures = [name for _, name in app.env.images.values()]
    remove_others(site, [f"{name}.html" for name in names], pattern="*.html")
    remove_others(site / "_images", pictures)
    remove_others(site / "_sources", [file for name in names for file in source_names(app, name)])


def source_names(app: Sphinx, docname: str) -> list[str]:
    """Names under which the source of a page may lie in the site."""
    if docname not in app.env.found_docs:
        return []
    ending = Path(app.env.doc2path(docname)).suffix
    return [f"{docname}{ending}", f"{docname}{ending}{app.config.html_sourcelink_suffix}"]


def take_newest_sources(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Let viewcode have the source that another process has read (``env-merge-info``).

    Of a module that it knows it would keep the one of an earlier build.
    """
    known = getattr(env, "_viewcode_modules", {})
    for name, found in getattr(other, "_viewcode_modules", {}).items():
        if found and known.get(name):
            code, tags, _, page = found
            known[name] = code, tags, known[name][2], page


def forget_other_modules(app: Sphinx) -> list:
    """Keep modules of other packages out of the index of sources (``html-collect-pages``).

    Viewcode has looked into them; which of them it still knows depends on the order of pages.
    """
    known = getattr(app.env, "_viewcode_modules", {})
    for name in [name for name in known if name.split(".")[0] != "mgrlib"]:
        del known[name]
    return []


def allow_parallel_reading(app: Sphinx, config: Config) -> None:
    """Say it for the extensions that are `SILENT` (``config-inited``)."""
    for name in SILENT:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", allow_parallel_reading)
    app.connect("env-merge-info", take_newest_sources, priority=100)
    app.connect("html-collect-pages", forget_other_modules, priority=100)
    # After all parts that write or delete files of their own.
    app.connect("build-finished", remove_stale_files, priority=900)
