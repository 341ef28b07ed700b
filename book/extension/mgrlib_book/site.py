"""A site that opens from disk and makes no request to another machine.

The first page is written as ``index.html`` itself, not as a redirect to it. Maths is
written as MathML, which browsers draw without a script, and thebe, which would fetch
one, is left out.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from mgrlib.files import digest

LOGGER = logging.getLogger(__name__)
REDIRECT = '<!DOCTYPE html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}">\n'


def put_first_page_at_index(app: Sphinx) -> None:
    """Write the root of the book to ``index.html`` and link to it there."""
    builder, root = app.builder, app.config.root_doc
    if builder.name != "html":
        return
    uri_of, file_of = builder.get_target_uri, builder.get_outfilename

    def get_target_uri(docname: str, typ: str | None = None) -> str:
        return uri_of("index" if docname == root else docname, typ)

    def get_outfilename(pagename: str) -> str:
        return file_of("index" if pagename == root else pagename)

    builder.get_target_uri, builder.get_outfilename = get_target_uri, get_outfilename


def redirect_root(app: Sphinx, error: Exception | None) -> None:
    """Leave a redirect at the root's own name: the search page makes its links of names."""
    root = app.config.root_doc
    if error is None and app.builder.name == "html" and root != "index":
        up = "../" * root.count("/")
        Path(app.outdir, f"{root}.html").write_text(REDIRECT.format(f"{up}index.html"), "utf-8")


def drop_unused_files(app: Sphinx, error: Exception | None) -> None:
    """Remove the theme's source maps, a third of the site, and its templates."""
    if error is None:
        for pattern in ("*.map", "*webpack-macros.html"):
            for path in Path(app.outdir, "_static").rglob(pattern):
                path.unlink()


def leave_thebe_out(app: Sphinx, config: Config) -> None:
    """Disconnect sphinx-thebe, which Jupyter Book loads unasked and which names a remote script."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__ == "sphinx_thebe":
                app.disconnect(listener.id)
    styles = app.registry.css_files
    styles[:] = [(name, attributes) for name, attributes in styles if "thebe" not in name]


def forget_sourceless_modules(app: Sphinx) -> list:
    """Keep modules that have no source, such as builtins, out of the index of sources."""
    known = getattr(app.env, "_viewcode_modules", {})
    for name in [name for name, source in known.items() if not source]:
        del known[name]
    return []


def mathml(node: nodes.Element, *, as_block: bool) -> str:
    """MathML of a formula; one that can't be translated is a warning, and shown as written."""
    try:
        return latex2mathml.tex2mathml(node.astext(), as_block=as_block)
    except (SyntaxError, ValueError) as error:  # of docutils 0.21 and later ones
        LOGGER.warning("this formula can't be written as MathML: %s", error, location=node)
        return f"<code>{escape(node.astext())}</code>"


def visit_math(self, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node, as_block=False))
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number if it has one."""
    number = f'<span class="eqno">({node["number"]})</span>' if node.get("number") else ""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(f"{number}{mathml(node, as_block=True)}</div>\n")
    raise nodes.SkipNode


def state_of_files(app: Sphinx, config: Config) -> None:
    """Note the style sheets' state: Sphinx copies them anew only where a page is written."""
    folders = [Path(app.srcdir, name) for name in config.html_static_path]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    config.mgrlib_static = digest([path.read_bytes().hex() for path in files])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.add_config_value("mgrlib_static", "", "html")
    app.connect("config-inited", leave_thebe_out)
    app.connect("config-inited", state_of_files)
    app.connect("builder-inited", put_first_page_at_index)
    app.connect("html-collect-pages", forget_sourceless_modules, priority=100)
    app.connect("build-finished", redirect_root)
    app.connect("build-finished", drop_unused_files)
