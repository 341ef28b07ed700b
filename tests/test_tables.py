"""Tables as people make them: read as they are meant, or refused with line, value and rule."""

import csv

import pytest

from mgrlib.errors import LibraryError
from mgrlib.tables import open_table, printable, shown

COLUMNS = ["path", "title", "year"]
ROWS = [["a.mp3", "Sigur Rós – 歌", "1999"], ["b.mp3", 'twelve "inch"', ""]]


def write(folder, content):
    file = folder / "songs.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read(folder, content, *, report=None):
    """The rows of a table with this content, with their lines."""
    table = open_table(write(folder, content), required=["path"], wanted=COLUMNS)
    return list(table.rows(COLUMNS, **({"report": report} if report else {})))


def refusal(folder, content) -> str:
    with pytest.raises(LibraryError) as caught:
        read(folder, content)
    message = str(caught.value)
    assert message.startswith(str(folder / "songs.csv"))
    assert "\n" not in message
    assert len(message) - len(str(folder)) < 300
    return message


def as_written(*, delimiter=",", ends="\r\n", encoding="utf-8") -> bytes:
    """The rows as Python's own writer writes them."""
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=ends)
    writer.writerows([COLUMNS, *ROWS])
    return stream.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=ascii)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=ascii)
def test_what_spreadsheets_write_is_read(tmp_path, encoding, ends, delimiter):
    content = as_written(delimiter=delimiter, ends=ends, encoding=encoding)
    assert read(tmp_path, content) == [(2, ROWS[0]), (3, ROWS[1])]


def test_utf_16_of_either_order_needs_its_mark(tmp_path):
    content = as_written(encoding="utf-16-be")
    assert read(tmp_path, b"\xfe\xff" + content) == [(2, ROWS[0]), (3, ROWS[1])]
    assert "must be UTF-8 text" in refusal(tmp_path, content)


def test_lines_are_those_of_an_editor(tmp_path):
    content = 'path,title\n\na.mp3,"two\nlines"\n,\nb.mp3,x\n'
    assert [line for line, _ in read(tmp_path, content)] == [3, 6]


def test_absent_columns_and_short_rows_are_empty(tmp_path):
    assert read(tmp_path, "mood,path\nsad,a.mp3\ngay\n") == [
        (2, ["a.mp3", "", ""]),
        (3, ["", "", ""]),
    ]


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(\"http://x\")", "@SUM(1)", "+1", "-1", "<b>R&B</b>", "{{x}}", "\x1b[2J"]
)  # fmt: skip
def test_a_cell_is_data_whatever_it_holds(tmp_path, cell):
    quoted = cell.replace('"', '""')
    assert read(tmp_path, f'path,title\na.mp3,"{quoted}"\n')[0][1][1] == cell


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path\ncaf\xe9\n".encode("latin-1"), "line 2: must be UTF-8 text, and byte 9 (0xe9)"),
        (b"path\r\na\r\n\x80\r\n", "line 3: must be UTF-8 text, and byte 10 (0x80)"),
        (b"\xff\xfep\0a\0t\0h\0\n\0\x00\xd8", "line 2: must be UTF-8 text"),
        (b"path\na\0b\n", "line 2: must be UTF-8 text, and holds a NUL character"),
        (bytes(1000), "line 1: must be UTF-8 text, and holds a NUL character"),
        (b"PK\x03\x04\x14\x00\x06\x00", "line 1: must be UTF-8 text"),
        (b"", "the column 'path' is missing, got none: the first line names the columns"),
        (b"\n \n\n", "the column 'path' is missing, got none"),
        (b"a.mp3,A,1999\nb.mp3,B,\n", "line 1: the column 'path' is missing, got a.mp3, A, 1999: "
         "the first line names the columns, as in path,title,year"),
        (b"\nPath;title\na;b\n", "line 2: the column 'path' is missing, got Path, title"),
        (b"path|title\na|b\n", "the column 'path' is missing, got path|title"),
        (b"path,x;path;y\n", "the header can be read with commas and semicolons"),
        (b"path,title,title\n", "line 1: the column 'title' stands there twice"),
        (b'path,title\na,b\nc,"d\ne,f\n', "line 3: not a CSV table (unexpected end of data)"),
        (b'path,title\na,b\nc,"d\ne,"f"\n', "line 3: not a CSV table (',' expected after"),
        (b'"path,title\na,b\n', "line 1: not a CSV table"),
        (b"path,title\na,b,c,d\n", "line 2: ['c', 'd']: a row has no more fields than the header"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line(tmp_path, content, message):
    assert message in refusal(tmp_path, content)


def test_a_giant_cell_is_named_and_not_shown(tmp_path):
    rows = "path,title\n" + "a.mp3,A\n" * 70 + "b.mp3," + "y" * 10_000_000 + "\n"
    limit = csv.field_size_limit()
    message = refusal(tmp_path, rows)
    assert "line 72: column 'title': a cell has at most 131,072 characters" in message
    assert "this one has 10,000,000" in message
    assert "yyy" not in message
    assert csv.field_size_limit() == limit


def test_a_quotation_mark_that_swallows_the_table_is_found_where_it_opens(tmp_path):
    message = refusal(tmp_path, 'path,title\na,b\nc,"d\n' + "e,f\n" * 100_000)
    assert "line 3: not a CSV table (unexpected end of data)" in message


def test_thousands_of_columns_are_one_short_line(tmp_path):
    wide = ",".join(f"c{n}" for n in range(20_000))
    assert "the column 'path' is missing, got c0, c1" in refusal(tmp_path, f"{wide}\n")
    assert "line 2: ['c0', 'c1'" in refusal(tmp_path, f"path\nx,{wide}\n")
    assert read(tmp_path, f"path,{wide}\nx,{wide}\n") == [(2, ["x", "", ""])]


def test_a_report_takes_long_rows_and_goes_on(tmp_path):
    problems = []
    rows = read(tmp_path, "path\na,b\nc\nd,e\n", report=problems.append)
    assert rows == [(3, ["c", "", ""])]
    assert [(error.line, error.value) for error in problems] == [(2, ["b"]), (4, ["e"])]


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "songs.csv").mkdir()
    with pytest.raises(LibraryError, match=r"songs.csv is no file"):
        open_table(tmp_path / "songs.csv", required=["path"], wanted=COLUMNS)


def test_a_device_is_no_table(tmp_path):
    (tmp_path / "songs.csv").symlink_to("/dev/zero")
    with pytest.raises(LibraryError, match=r"songs.csv is no file"):
        open_table(tmp_path / "songs.csv", required=["path"], wanted=COLUMNS)


def test_a_hole_of_terabytes_is_not_read(tmp_path):
    with (tmp_path / "songs.csv").open("wb") as stream:
        stream.truncate(2**31)
    with pytest.raises(LibraryError, match=r"2,147,483,648 bytes: a table has at most"):
        open_table(tmp_path / "songs.csv", required=["path"], wanted=COLUMNS)


@pytest.mark.parametrize("text", ["\x1b]0;title\x07", "a\r\nb", "\u202egnp.mp3", "\x9b31m", "\0"])
def test_nothing_that_a_terminal_obeys_is_shown(text):
    for way in (shown, printable):
        assert way(text).isprintable()
        assert way(text * 50).isprintable()
        assert len(way(text * 50)) <= 80
