"""Figures and tables numbered as the paper numbers them.

A label ``fig-paper-03`` or ``tab-paper-01`` gives its figure or table the paper's
number; every other one is counted S1, S2, … in the order of the book.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from .cells import numbers

PAPER_LABEL = re.compile(r"^(fig|tab)-paper-(\d+)$")
KINDS = {"fig": "Figure", "tab": "Table"}


def paper_number(label: str) -> int | None:
    """The paper's number in a label, or None for a label of the book's own.

    >>> paper_number("fig-paper-03"), paper_number("fig-training")
    (3, None)
    """
    match = PAPER_LABEL.match(label)
    return int(match[2]) if match else None


def renumbered(assigned: Mapping[str, Mapping[str, Mapping[str, tuple]]]) -> dict:
    """Sphinx's figure numbers (page, kind, label) with the numbers described above."""
    counted: dict[str, int] = {}

    def number(kind: str, label: str) -> tuple:
        if (known := paper_number(label)) is not None:
            return (known,)
        counted[kind] = counted.get(kind, 0) + 1
        return (f"S{counted[kind]}",)

    return {
        page: {
            kind: {label: number(kind, label) for label in labels} for kind, labels in kinds.items()
        }
        for page, kinds in assigned.items()
    }


def restore_numbers(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx back its own last numbers, so that it rewrites only pages that changed."""
    env.toc_fignumbers = getattr(env, "mgrlib_plain_numbers", env.toc_fignumbers)
    return []


def number_as_the_paper(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Rewrite Sphinx's numbers after it has assigned them (``env-get-updated``)."""
    before = getattr(env, "mgrlib_numbers", None)
    env.mgrlib_plain_numbers = env.toc_fignumbers
    env.mgrlib_numbers = renumbered(env.toc_fignumbers)
    # A copy: Sphinx drops a page's numbers from its own table when it reads the page again.
    env.toc_fignumbers = dict(env.mgrlib_numbers)
    # A changed number is also quoted by pages that did not change themselves.
    return [] if before == env.mgrlib_numbers else sorted(env.found_docs)


def declared_labels(notebooks: Path) -> set[str]:
    """Labels of the figures and tables that the notebooks of a folder show if a run has them."""
    contents = (json.loads(path.read_text("utf-8")) for path in notebooks.glob("*.ipynb"))
    return {shown["name"] for content in contents for shown in numbers(content) if "name" in shown}


def name_absent(
    app: Sphinx, env: BuildEnvironment, node: nodes.Element, content: nodes.Node
) -> nodes.Node | None:
    """A reference to a figure or table that this run does not have, as plain words.

    A run with one scale has no Q–Q plot; a page that mentions Figure 10 still builds.
    """
    label = node.get("reftarget", "")
    kind = KINDS.get(label.split("-")[0])
    if kind is None or node.get("reftype") not in ("numref", "ref"):
        return None
    words = f"a {kind.lower()} that this run does not have"
    if (number := paper_number(label)) is not None:
        words = f"{kind} {number}"
    elif not {label, re.sub(r"-\d+$", "", label)} & declared_labels(Path(app.srcdir, "notebooks")):
        return None
    return nodes.inline("", words, classes=["not-in-this-run"])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    # Sphinx assigns its numbers at the default priority, 500.
    app.connect("env-get-updated", restore_numbers, priority=100)
    app.connect("env-get-updated", number_as_the_paper, priority=900)
    app.connect("missing-reference", name_absent)
