"""Tables of a run, numbered and captioned as every other table of the book.

A notebook displays a table of pandas, which is HTML without a number. ``{run-table} CAPTION``
takes that HTML and makes a table of the document of it: with a caption, a label that
``{numref}`` knows, headers that say what they head, numbers to the right with true minus
signs. `cells` writes the directive; the numbers are given by `numbering`.
"""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

WORDS = {"NaN": "–", "nan": "–", "<NA>": "–", "NaT": "–", "None": "–", "True": "yes", "False": "no"}
"""Values that pandas shows in words of its own."""

BESIDE_NUMBERS = re.compile(r"\b(?:to|p|n|e)\b|(?<=\d)e(?=[-−+]\d)")
DIGITS_AND_SIGNS = re.compile(r"[\d\s.,:()\[\]+\-−±<>=%–]*")
NO_SIGN = re.compile(r"[−+](?=0(?:\.0*)?(?![\d.]))")
"""The sign of a number that rounds to nothing."""

MINUS = re.compile(r"(?<![\w–-])-(?=[\d.])|(?<=\de)-(?=\d)")


@dataclass(frozen=True)
class Cell:
    """A cell of an HTML table: its text, whether it heads others, and where it stands."""

    text: str
    heads: bool = False
    rows: int = 1
    columns: int = 1
    start: int = 0


Row = list[Cell]


class _Reader(HTMLParser):
    """Rows of the head and of the body of the first table of a text."""

    def __init__(self):
        super().__init__()
        self.head: list[list[dict]] = []
        self.body: list[list[dict]] = []
        self._part, self._cell = self.body, None

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in ("thead", "tbody"):
            self._part = self.head if tag == "thead" else self.body
        elif tag == "tr":
            self._part.append([])
        elif tag in ("th", "td"):
            spans = {name: int(value) for name, value in attrs if name in ("rowspan", "colspan")}
            self._cell = {"text": "", "heads": tag == "th", "rows": spans.get("rowspan", 1),
                          "columns": spans.get("colspan", 1)}  # fmt: skip
            self._part[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell["text"] += data


def read_table(html: str) -> tuple[list[Row], list[Row]]:
    """Head and body of the table in `html`, each cell with the column in which it starts."""
    reader = _Reader()
    reader.feed(html)
    return _placed(reader.head), _placed(reader.body)


def _placed(rows: list[list[dict]]) -> list[Row]:
    """Rows whose cells know their column, past the cells that reach down from above."""
    taken: dict[int, int] = {}
    placed = []
    for row in rows:
        column, cells = 0, []
        for cell in row:
            while taken.get(column):
                column += 1
            text = " ".join(cell["text"].split())
            cells.append(Cell(**{**cell, "text": text, "start": column}))
            column += cell["columns"]
        taken = {place: left - 1 for place, left in taken.items() if left > 1}
        for cell in cells:
            reached = range(cell.start, cell.start + cell.columns)
            taken |= dict.fromkeys(reached, cell.rows - 1) if cell.rows > 1 else {}
        placed.append(cells)
    return placed


def one_header(head: list[Row], body: list[Row]) -> list[Row]:
    """The head without the row of its own that pandas gives to the names of the index.

    The names move up beside those of the columns, and reach down over all their levels.
    """
    index = sum(cell.heads for cell in body[0]) if body else 1
    if len(head) < 2 or any(cell.text for cell in head[-1] if cell.start >= index):
        return head
    rows = [[cell for cell in row if cell.start >= index] for row in head[:-1]]
    names = [replace(cell, rows=len(rows)) for cell in head[-1] if cell.start < index]
    return [[*names, *rows[0]], *rows[1:]]


def is_number(text: str) -> bool:
    """Whether a cell is a number, or numbers such as an interval with its p.

    >>> is_number("-0.021 (0.188)"), is_number("0.30 to 1.47"), is_number("Hip-Hop")
    (True, True, False)
    """
    rest = BESIDE_NUMBERS.sub("", text)
    return bool(DIGITS_AND_SIGNS.fullmatch(rest)) and any(sign.isdigit() for sign in rest)


def shown(text: str) -> str:
    """The text of a cell for a reader: true minus signs in numbers, no words of Python's.

    >>> shown("-0.5"), shown("-0.00"), shown("Hip-Hop"), shown("NaN"), shown("1.2e-05")
    ('−0.5', '0.00', 'Hip-Hop', '–', '1.2e−05')
    """
    text = WORDS.get(text, text)
    return NO_SIGN.sub("", MINUS.sub("−", text)) if is_number(text) else text


def number_columns(body: list[Row]) -> set[int]:
    """Columns that hold numbers and nothing else but dashes, below their header."""
    texts: dict[int, list[str]] = {}
    for cell in (cell for row in body for cell in row if not cell.heads):
        texts.setdefault(cell.start, []).append(shown(cell.text))
    told = {column: [text for text in found if text not in ("", "–")]
            for column, found in texts.items()}  # fmt: skip
    return {column for column, found in told.items() if found and all(map(is_number, found))}


def table_node(html: str) -> nodes.table:
    """The table in `html` as a table of the document, without a caption yet."""
    head, body = read_table(html)
    head = one_header(head, body)
    width = max((cell.start + cell.columns for row in [*head, *body] for cell in row), default=1)
    numbers = number_columns(body)
    group = nodes.tgroup("", cols=width)
    group += [nodes.colspec("", colwidth=1) for _ in range(width)]
    if head:
        group += nodes.thead("", *[_row(row, numbers, axis="col") for row in head])
    group += nodes.tbody("", *[_row(row, numbers, axis="row") for row in body])
    return nodes.table("", group, classes=["colwidths-auto", "dataframe"])


def _row(cells: Row, numbers: set[int], *, axis: str) -> nodes.row:
    return nodes.row("", *[_entry(cell, numbers, axis=axis) for cell in cells])


def _entry(cell: Cell, numbers: set[int], *, axis: str) -> nodes.entry:
    """A cell with its alignment and, of one that heads others, their direction."""
    wide = cell.columns > 1
    side = "center" if wide else "right" if cell.start in numbers else "left"
    entry = nodes.entry("", nodes.paragraph("", shown(cell.text)), classes=[f"text-{side}"])
    if cell.heads and cell.text:
        several = wide if axis == "col" else cell.rows > 1
        entry["heads"] = f"{axis}group" if several else axis
    if cell.rows > 1:
        entry["morerows"] = cell.rows - 1
    if wide:
        entry["morecols"] = cell.columns - 1
    return entry


class RunTable(SphinxDirective):
    """``{run-table} CAPTION``: a table of pandas, in HTML, under a caption and a number."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {
        "name": directives.unchanged_required,
        "class": directives.class_option,
    }

    def run(self) -> list:
        """The table, with the words of its caption parsed where the directive stands."""
        table = table_node("\n".join(self.content))
        table["classes"] += self.options.get("class", [])
        caption, messages = self.state.inline_text(self.arguments[0], self.lineno)
        table.insert(0, nodes.title(self.arguments[0], "", *caption))
        self.add_name(table)
        self.set_source_info(table)
        return [table, *messages]


def visit_entry(self, node: nodes.entry) -> None:
    """Write a cell; one that heads others says which, one without words heads none."""
    type(self).visit_entry(self, node)
    row, tag = node.parent, self.body[-1].lstrip()
    in_head = isinstance(row.parent, nodes.thead)
    scope = node.get("heads") or ("col" if in_head else "row" if tag.startswith("<th") else "")
    kind = "th" if scope and node.astext().strip() else "td"
    scoped = f' scope="{scope}"' if kind == "th" else ""
    self.body[-1] = re.sub(r"^\s*<t[hd]", f"<{kind}{scoped}", self.body[-1])
    self.context[-1] = f"</{kind}>\n"


def depart_entry(self, node: nodes.entry) -> None:
    """Close a cell."""
    type(self).depart_entry(self, node)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("run-table", RunTable)
    app.add_node(nodes.entry, override=True, html=(visit_entry, depart_entry))
