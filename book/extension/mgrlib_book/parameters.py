"""``{parameters-table}``: the parameters of the notebooks, from the cells that declare them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from mgrlib.notebooks import PAGES, SOURCES
from mgrlib.prose import escape

from . import cells
from .directives import MystDirective
from .reference import list_table

DECLARED = re.compile(r"^(\w+) = (.*?)  # (.*)$", flags=re.MULTILINE)
UNUSED = "unused"
"""How the comment of a parameter begins that a notebook accepts and ignores."""


def declared(notebook: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Parameters of a notebook: default and comment by name."""
    found = {}
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            for name, default, comment in DECLARED.findall(cells.text_of(cell["source"])):
                found[name] = (default, comment)
    return found


def notebook_words(names: Sequence[str], every: Sequence[str]) -> str:
    """Notebooks in words: numbers as ranges, others by name.

    >>> every = ["01_a", "02_b", "03_c", "04_d", "explorer"]
    >>> notebook_words(["01_a", "02_b", "03_c", "explorer"], every), notebook_words(every, every)
    ('01 to 03, `explorer`', 'all')
    """
    if len(names) == len(every):
        return "all"
    numbers = [int(name[:2]) for name in names if name[:2].isdigit()]
    words, begin = [], None
    for number in numbers:
        begin = number if begin is None else begin
        if number + 1 not in numbers:
            middle = "" if number == begin else " to " if number > begin + 1 else ", "
            words.append(f"{begin:02d}{middle}{f'{number:02d}' if middle else ''}")
            begin = None
    return ", ".join([*words, *(f"`{name}`" for name in names if not name[:2].isdigit())])


def with_literals(comment: str) -> str:
    """A comment with the values that it names as code, since they may be copied.

    >>> with_literals('such as {"epochs": 2}; *None*: "auto"')
    'such as `{"epochs": 2}`\\\\; \\\\*None\\\\*\\\\: `"auto"`'
    """
    parts = re.split(r"(\[[^]]*\]|\{[^}]*\}|\"[^\"]*\")", comment)
    return "".join(
        f"`{part}`" if number % 2 else re.sub(r"\S+", lambda word: escape(word[0]), part)
        for number, part in enumerate(parts)
    )


def parameter_rows(notebooks: Mapping[str, Mapping[str, tuple[str, str]]]) -> list[list[str]]:
    """A row a parameter, under its head; notebooks that ignore it are not named."""
    used: dict[tuple[str, str], list[str]] = {}
    for notebook, parameters in notebooks.items():
        for name, (default, comment) in parameters.items():
            if not comment.startswith(UNUSED):
                used.setdefault((name, default), []).append(notebook)
    rows = [["Parameter", "Default", "Notebooks", "Meaning"]]
    for (name, default), names in used.items():
        comment = notebooks[names[0]][name][1]
        rows.append([f"`{name}`", f"`{default}`", notebook_words(names, list(notebooks)),
                     with_literals(comment)])  # fmt: skip
    return rows


def sources() -> Iterable[str]:
    """Names of the notebooks, in the order of the book, each once."""
    return dict.fromkeys(page.source for page in PAGES)


class ParametersTable(MystDirective):
    """``{parameters-table}``: a row a parameter."""

    def lines(self) -> list[str]:
        found = {}
        for name in sources():
            file = Path(SOURCES, f"{name}.ipynb")
            self.env.note_dependency(str(file))
            found[name] = declared(json.loads(file.read_text("utf-8")))
        return list_table("Parameters of the notebooks", parameter_rows(found),
                          name="tab-parameters")  # fmt: skip


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("parameters-table", ParametersTable)
