"""Where the buttons above a page lead: to its source, and to machines that run it.

The repository is named in ``_config.yml``; where a workflow of GitHub builds the book, its own
repository is taken in that place. A page that shows one of several executions of a notebook leads
to that notebook. ``{colab-cell}`` writes the cell that prepares Colab.
"""

import json
from collections.abc import Iterator
from os import environ
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

from mgrlib.book import repository

from .pages import origin

COLAB = """\
!git clone --depth 1 {}.git study
%cd study
%pip install --quiet --editable .
%pip install --quiet av soxr mutagen iterative-stratification papermill anywidget
!python -m mgrlib run --profile smoke --name quick --only 06_statistical_test
!python -m mgrlib run --profile smoke --name quick --only 07_claims"""
"""What a notebook needs that was opened alone, on a machine with most of the libraries."""


def name_repository(app: Sphinx, config: Config) -> None:
    """Tell the theme the repository, and the prose ``{{ repository }}`` (``config-inited``)."""
    options = config.html_theme_options
    options["repository_url"] = address = repository(options["repository_url"], environ)
    link = f"[{'/'.join(address.split('/')[-2:])}]({address})"
    config.myst_substitutions = {**config.myst_substitutions, "repository": link}


def buttons(header: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All buttons of a page's header, those of its menus too."""
    for button in header:
        yield button
        yield from buttons(button.get("buttons", []))


def lead_to_source(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Let the buttons of a page name the notebook that it shows (``html-page-context``)."""
    if pagename not in app.env.found_docs:
        return
    path = Path(app.env.doc2path(pagename))
    if path.suffix != ".ipynb":
        return
    source, _ = origin(json.loads(path.read_text("utf-8")), pagename)
    for button in buttons(context.get("header_buttons", [])):
        if button.get("url", "").startswith("http"):
            button["url"] = button["url"].replace(f"{pagename}.ipynb", source)


class ColabCell(SphinxDirective):
    """``{colab-cell}``: what makes a notebook run that was opened alone."""

    def run(self) -> list[nodes.Node]:
        """The cell, to be copied."""
        text = COLAB.format(self.config.html_theme_options["repository_url"])
        return [nodes.literal_block(text, text, language="ipython3")]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("colab-cell", ColabCell)
    app.connect("config-inited", name_repository)
    # The theme makes its buttons at 501.
    app.connect("html-page-context", lead_to_source, priority=600)
