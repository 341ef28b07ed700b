"""Tables that people make: CSV files read whole, or refused with the line that is wrong.

UTF-8 with or without a byte order mark, or UTF-16 with one; commas, semicolons or tabs,
whichever gives the header its columns. Nothing is guessed: a table that could be read in
two ways, or in an encoding that does not say its name, is an error with the way out. A
cell is data, whatever it holds; an error shows its first characters and no control
characters, so that nothing of a table reaches a terminal as a command.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .errors import LibraryError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks and what follows them; without one a table is UTF-8."""

MOST_BYTES = 2**30
SHOWN_CHARACTERS = 80

Report = Callable[[LibraryError], None]
"""Takes what is wrong with a table: raises it, or keeps it, and then the line is left out."""


class WrongLine(LibraryError):
    """One line of a table that breaks a rule.

    Parameters
    ----------
    table : Path
    line : int
        Where the line begins, from 1.
    value : object
        What is wrong; the message shows its beginning.
    rule : str
        What it breaks, and the way out.
    """

    def __init__(self, table: Path, line: int, value: object, rule: str):
        super().__init__(f"{table}: line {line}: {shown(value)}: {rule}")
        self.table, self.line, self.value, self.rule = table, line, value, rule


def stop(error: LibraryError) -> None:
    """The `Report` that raises the first error."""
    raise error


def shown(value: object, *, most: int = SHOWN_CHARACTERS) -> str:
    """A value for an error or the console: one line, quoted, short, no control characters.

    >>> shown("caf\\x1b[2J"), shown("a" * 100, most=9)
    ("'caf\\\\x1b[2J'", "'aaaaaaa…")
    """
    # Cut before it is quoted too: a cell may be megabytes long.
    text = repr(value[: most + 1] if isinstance(value, str) else value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def printable(text: object, *, most: int = SHOWN_CHARACTERS) -> str:
    """Text for the console as `shown`, without quotes around it.

    >>> printable("R&B \\x1b[2J")
    'R&B \\\\x1b[2J'
    """
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text)[: most + 1])
    return line if len(line) <= most else f"{line[: most - 1]}…"


@dataclass(frozen=True)
class Table:
    """A CSV file that has the header that was asked for; see `open_table`.

    Attributes
    ----------
    path : Path
    content : bytes
    encoding : str
    delimiter : str
    header : list of str
        Names of its columns.
    """

    path: Path
    content: bytes = field(repr=False)
    encoding: str
    delimiter: str
    header: list[str]

    def rows(
        self, columns: Sequence[str], *, report: Report = stop
    ) -> Iterator[tuple[int, list[str]]]:
        """The line and the cells of every row, "" where the table has no such column.

        Rows without any text are passed over: spreadsheets leave them at the end.

        Raises
        ------
        LibraryError
            If what follows is no CSV, or, by `report`, if a row is longer than the header.
        """
        width = len(self.header)
        place = {name: column for column, name in enumerate(self.header)}
        places = [place.get(name, width) for name in columns]
        records = _records(self.path, self.content, self.encoding, self.delimiter)
        next(records)
        for line, cells in records:
            if len(cells) > width:
                rule = f"a row has no more fields than the header ({width})"
                report(self.wrong(line, cells[width : width + SHOWN_CHARACTERS], rule))
                continue
            cells += [""] * (width + 1 - len(cells))
            yield line, [cells[place] for place in places]

    def wrong(self, line: int, value: object, rule: str) -> WrongLine:
        """The error for a line of this table."""
        return WrongLine(self.path, line, value, rule)


def open_table(path: Path, *, required: Sequence[str], wanted: Sequence[str]) -> Table:
    """Read a table and check it as far as its header.

    Parameters
    ----------
    path : Path
    required : sequence of str
        Columns that it must have.
    wanted : sequence of str
        The columns that are asked for, which the error shows.

    Raises
    ------
    LibraryError
        If it is no file, no text in a known encoding, or its first line is not the header.
    """
    content = _read(path)
    encoding = _encoding(path, content)
    headers = _headers(path, content, encoding)
    whole = [mark for mark, (_, names) in headers.items() if set(required) <= set(names)]
    if len({tuple(headers[mark][1]) for mark in whole}) > 1:
        ways = " and ".join(DELIMITERS[mark] for mark in whole)
        raise LibraryError(f"{path}: line 1: the header can be read with {ways}: use only one")
    # Where none fits, the one that fits best shows what is missing.
    best = max(headers, key=lambda mark: len(set(wanted) & set(headers[mark][1])))
    delimiter = whole[0] if whole else best
    line, header = headers[delimiter]
    _check_header(f"{path}: line {line}", header, required, wanted)
    return Table(path, content, encoding, delimiter, header)


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise LibraryError(f"{path} {'is no file' if path.exists() else 'is missing'}")
        if (size := path.stat().st_size) > MOST_BYTES:
            raise LibraryError(f"{path} has {size:,} bytes: a table has at most {MOST_BYTES:,}")
        return path.read_bytes()
    except OSError as error:
        raise LibraryError(f"{path} can't be read: {error.strerror}") from None


def _encoding(path: Path, content: bytes) -> str:
    """UTF-8, or what the byte order mark says, if all of the content is that."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        before, nul, _ = content.decode(encoding).partition("\0")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding, errors="ignore")
        nul = f"byte {error.start + 1:,} ({content[error.start]:#04x}) is none"
    else:
        nul = nul and "holds a NUL character"
    if nul:
        line = 1 + len(re.findall(r"\r\n?|\n", before))
        raise LibraryError(
            f"{path}: line {line}: must be UTF-8 text, and {nul}: save the table as UTF-8, which "
            "spreadsheets call 'CSV UTF-8'"
        )
    return encoding


def _headers(path: Path, content: bytes, encoding: str) -> dict[str, tuple[int, list[str]]]:
    """The first line that has text, and its cells as each delimiter cuts them."""
    headers, errors = {}, []
    for delimiter in DELIMITERS:
        try:
            line, cells = next(_records(path, content, encoding, delimiter), (1, []))
            headers[delimiter] = line, [cell.strip() for cell in cells]
        except LibraryError as error:
            errors.append(error)
    if not headers:
        raise errors[0]
    return headers


def _check_header(
    where: str, header: list[str], required: Sequence[str], wanted: Sequence[str]
) -> None:
    for name in required:
        if name not in header:
            got = printable(", ".join(header)) or "none"
            raise LibraryError(
                f"{where}: the column {name!r} is missing, got {got}: the first line names the "
                f"columns, as in {','.join(wanted)}"
            )
    for name, times in Counter(header).items():
        if name and times > 1:
            raise LibraryError(f"{where}: the column {shown(name)} stands there twice")


def _records(
    path: Path, content: bytes, encoding: str, delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """The line where each record begins, and its cells; records without text are left out."""
    stream = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        if "field limit" not in str(error):
            raise LibraryError(
                f"{path}: line {line}: not a CSV table ({error}): mend the quotation marks of the "
                "row that begins here; a cell that has one is quoted, and has it twice"
            ) from None
    else:
        return
    raise _long_cell(path, content, encoding, delimiter, line=line)


def _long_cell(
    path: Path, content: bytes, encoding: str, delimiter: str, *, line: int
) -> LibraryError:
    """The error for a cell that is too long: the reader does not say which one it is."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        names, cells = [], []
        for start, cells in _records(path, content, encoding, delimiter):
            names = names or cells
            if start == line:
                break
    finally:
        csv.field_size_limit(limit)
    column, size = next((n, len(cell)) for n, cell in enumerate(cells) if len(cell) > limit)
    name = shown(names[column]) if column < len(names) else column + 1
    return LibraryError(
        f"{path}: line {line}: column {name}: a cell has at most {limit:,} characters, this one "
        f"has {size:,}: shorten it, or close the quotation mark that it opens"
    )
