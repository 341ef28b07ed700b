"""Tables of a run under the book's numbers: read, told in a reader's words, referred to."""

import copy
import json
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from mgrlib import claims, prose
from mgrlib.files import ROOT
from mgrlib.notebooks import PAGES

sys.path.insert(0, str(ROOT / "book" / "extension"))
pytest.importorskip("sphinx")
from bs4 import BeautifulSoup
from docutils import nodes
from mgrlib_book import cells, tables
from test_book_extension import code, notebook
from test_book_extension import png as picture
from test_book_extension import prose as text_cell
from test_claims import base

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def read_cells(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def frame_of(values, **axes):
    return pd.DataFrame(values, **axes).to_html()


def texts(rows):
    return [[cell.text for cell in row] for row in rows]


# Reading what pandas writes


def grid(rows):
    """Every position of a table with the text that reaches it, by hand from the spans."""
    found = {}
    for number, row in enumerate(rows):
        for cell in row:
            for down in range(cell.rows):
                for right in range(cell.columns):
                    assert (number + down, cell.start + right) not in found
                    found[number + down, cell.start + right] = cell.text
    return found


def test_spans_reach_every_cell_of_a_table_once():
    index = pd.MultiIndex.from_product([["a", "b"], ["x", "y"]])
    columns = pd.MultiIndex.from_tuples([("one", "n"), ("one", "p"), ("two", "n")])
    head, body = tables.read_table(frame_of(np.arange(12).reshape(4, 3), index=index,
                                            columns=columns))  # fmt: skip
    below = grid(body)
    assert len(below) == 4 * 5 and len(grid(head)) == 2 * 5
    assert [below[row, 0] for row in range(4)] == ["a", "a", "b", "b"]
    assert [below[row, 2] for row in range(4)] == ["0", "3", "6", "9"]


@pytest.mark.parametrize(
    ("frame", "header"),
    [
        (pd.DataFrame({"p": [1]}, index=["a"]), [["", "p"]]),
        (pd.DataFrame({"p": [1]}, index=["a"]).rename_axis("genre"), [["genre", "p"]]),
        (pd.DataFrame({"p": [1]}, index=["a"]).rename_axis(columns="test"), [["test", "p"]]),
        (
            pd.DataFrame({("s", "n"): [1], ("s", "p"): [2]}, index=["a"]).rename_axis("genre"),
            [["genre", "s"], ["n", "p"]],
        ),
        (
            pd.DataFrame([[1, 2]], index=pd.Index(["a"], name="genre"),
                         columns=pd.MultiIndex.from_product([["s"], ["n", "p"]],
                                                            names=["scale", "rule"])),
            [["genre", "s"], ["n", "p"]],
        ),
    ],
)  # fmt: skip
def test_names_of_the_index_stand_in_the_row_of_the_columns(frame, header):
    head, body = tables.read_table(frame.to_html())
    assert texts(tables.one_header(head, body)) == header


@pytest.mark.parametrize(
    ("told", "said"),
    [("-0.5", "−0.5"), ("-0.021 (0.188)", "−0.021 (0.188)"), ("-1.43 to -0.36", "−1.43 to −0.36"),
     ("-1.2e-05", "−1.2e−05"), ("-0.000", "0.000"), ("-0.001 (0.2)", "−0.001 (0.2)"),
     ("-0", "0"), ("Hip-Hop", "Hip-Hop"), ("linear-bands", "linear-bands"),
     ("NaN", "–"), ("<NA>", "–"), ("None", "–"), ("True", "yes"), ("2024-05-01", "2024-05-01")],
)  # fmt: skip
def test_a_cell_is_told_in_a_readers_words(told, said):
    assert tables.shown(told) == said


def test_numbers_stand_at_the_right_and_words_at_the_left():
    html = frame_of({"p": [0.25, np.nan], "n": ["16", "–"], "verdict": ["mel", "0.5"]})
    _, body = tables.read_table(html)
    assert tables.number_columns(body) == {1, 2}


def test_a_table_has_its_headers_and_their_reach():
    index = pd.MultiIndex.from_product([["a"], ["x", "y"]], names=["arm", "scale"])
    columns = pd.MultiIndex.from_tuples([("one", "n"), ("one", "p")])
    node = tables.table_node(frame_of([[1, 2], [3, -4]], index=index, columns=columns))
    entries = list(node.findall(nodes.entry))
    heads = [(e.astext(), e["heads"]) for e in entries if e.get("heads")]
    assert heads == [("arm", "col"), ("scale", "col"), ("one", "colgroup"), ("n", "col"),
                     ("p", "col"), ("a", "rowgroup"), ("x", "row"), ("y", "row")]  # fmt: skip
    right = [entry.astext() for entry in entries if "text-right" in entry["classes"]]
    assert right == ["n", "p", "1", "2", "3", "−4"]


def test_text_of_a_table_is_text():
    node = tables.table_node(frame_of({"<b>": ["<i>x</i> & ``` y"]}))
    assert "<i>x</i> & ``` y" in node.astext() and "<b>" in node.astext()


# Cells of a notebook


def table_output(frame, **metadata):
    data = {"text/html": frame._repr_html_(), "text/plain": "a table"}
    return {"output_type": "display_data", "metadata": metadata, "data": data}


def picture_output(**metadata):
    return {"output_type": "display_data", "metadata": metadata, "data": {"image/png": picture()}}


def markdown_output(text):
    return {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}}


def said(text, name="stderr"):
    return {"output_type": "stream", "name": name, "text": text}


FRAME = pd.DataFrame({"F1": [-0.5, 0.25]}, index=["linear", "mel"])
TABLE = {"mgrlib": {"table": {"name": "tab-scales", "caption": "F1 by scale, arm `none`."}}}


def test_a_named_table_becomes_a_directive_and_words_beside_it_stay():
    cell = code("f", outputs=[markdown_output("Said."), table_output(FRAME)], metadata=TABLE)
    (found,) = cells.with_numbered_tables(notebook(cell))["cells"]
    words, table = (output["data"] for output in found["outputs"])
    assert words == {"text/markdown": "Said."}
    assert list(table) == ["text/markdown"]
    assert table["text/markdown"].startswith(
        "~~~{run-table} F1 by scale, arm `none`.\n:name: tab-scales\n\n<div>"
    )
    assert found["metadata"]["mystnb"]["markdown_format"] == "myst"


def test_a_fence_is_longer_than_any_in_the_table():
    frame = pd.DataFrame({"x": ["~~~~~"]})
    cell = code("f", outputs=[table_output(frame)], metadata=TABLE)
    (found,) = cells.with_numbered_tables(notebook(cell))["cells"]
    assert found["outputs"][0]["data"]["text/markdown"].startswith("~~~~~~{run-table}")


def test_what_has_no_table_to_name_stays_as_it_is():
    cell = code("f", outputs=[markdown_output("No gains.")], metadata=TABLE)
    before = notebook(cell)
    assert cells.with_numbered_tables(copy.deepcopy(before)) == before


def test_outputs_that_name_themselves_get_cells_of_their_own():
    first = {"mgrlib": {"figure": {"name": "fig-a", "caption": "A."}, "alt": "a"}}
    second = {"mgrlib": {"table": {"name": "tab-b", "caption": "B."}}}
    outputs = [markdown_output("Said."), picture_output(**first), markdown_output("More."),
               table_output(FRAME, **second)]  # fmt: skip
    found = cells.with_outputs_apart(notebook(code("show()", outputs=outputs)))["cells"]
    assert [cell["source"] for cell in found] == ["show()", *3 * [cells.SHOWN_ABOVE]]
    assert ["remove-input" in cell["metadata"]["tags"] for cell in found] == [False, True, True,
                                                                              True]  # fmt: skip
    assert found[1]["metadata"]["mystnb"] == {"figure": first["mgrlib"]["figure"],
                                              "image": {"width": "100%", "alt": "a"}}  # fmt: skip
    assert found[3]["metadata"]["mgrlib"]["table"] == second["mgrlib"]["table"]
    assert len({cell["id"] for cell in found}) == 4
    assert [output for cell in found for output in cell["outputs"]] == outputs
    assert cells.unnumbered(notebook(*found)) == []


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (code("f", outputs=[table_output(FRAME)]), "table"),
        (code("f", outputs=[table_output(FRAME), table_output(FRAME)], metadata=TABLE), "table"),
        (code("f", outputs=[picture_output()]), "figure"),
        (code("f", outputs=[picture_output()], metadata=TABLE), "figure"),
    ],
)
def test_a_table_or_a_picture_without_a_name_is_told(cell, kind):
    (fault,) = cells.unnumbered(notebook(cell))
    assert f"outputs that are a {kind}" in fault


def test_html_that_is_no_table_of_pandas_needs_no_name():
    data = {"text/html": "<div><table><tr><td>a player</td></tr></table></div>"}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    assert cells.unnumbered(notebook(code("f", outputs=[output]))) == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [("{numref}`tab-b` has it.", 0), ("{ref}`the table <tab-b>` has it.", 0), ("Nothing.", 1)],
)
def test_outputs_that_name_themselves_are_referred_to(text, faults):
    named = {"mgrlib": {"table": {"name": "tab-b", "caption": "B."}}}
    outputs = [markdown_output(text), table_output(FRAME, **named)]
    assert len(cells.unmentioned(notebook(code("f", outputs=outputs)))) == faults


def test_labels_of_tables_and_references_in_outputs_are_a_page_s_own():
    outputs = [markdown_output("{numref}`tab-scales`"), table_output(FRAME)]
    before = notebook(text_cell("{numref}`tab-scales`, {numref}`tab-scales-all`"),
                      code("f", outputs=outputs, metadata=TABLE))  # fmt: skip
    prose_cell, table_cell = cells.with_own_labels(before, "-34")["cells"]
    assert prose_cell["source"] == "{numref}`tab-scales-34`, {numref}`tab-scales-all`"
    assert table_cell["metadata"]["mgrlib"]["table"]["name"] == "tab-scales-34"
    assert table_cell["outputs"][0]["data"]["text/markdown"] == "{numref}`tab-scales-34`"


def test_code_that_shows_nothing_folds_with_the_next_that_does():
    found = cells.with_folded_code(notebook(
        text_cell("# Title"), code("import a"), code("b = 1", outputs=[said("50 %")]),
        code("b", outputs=[markdown_output("1")]), code("c", outputs=[markdown_output("2")]),
        code("d = 2"), text_cell("Then."), code("e = 3"),
    ))["cells"]  # fmt: skip
    assert [cell["source"] for cell in found] == [
        "# Title", "import a\n\nb = 1\n\nb", "c", "d = 2", "Then.", "e = 3"]  # fmt: skip
    folded = [cell for cell in found if cell["cell_type"] == "code"]
    assert all("hide-input" in cell["metadata"]["tags"] for cell in folded)
    assert folded[0]["outputs"] == [markdown_output("1")]


def test_what_is_printed_is_seen():
    found = cells.with_folded_code(notebook(code("print(1)", outputs=[said("1", "stdout")]),
                                            code("2", outputs=[markdown_output("2")])))  # fmt: skip
    assert [cell["source"] for cell in found["cells"]] == ["print(1)", "2"]


def test_the_parameters_of_the_run_come_first_and_the_defaults_with_them():
    defaults = code('run = "runs/quick"  # folder', tags=["parameters"])
    own = code('# Parameters\nrun = "runs/mine"\n', tags=["injected-parameters"])
    found = cells.with_parameters_first(notebook(text_cell("# T"), defaults, own, code("x")))
    _, shown, rest = cells.with_folded_code(found)["cells"]
    assert shown["source"].splitlines() == ['run = "runs/mine"', "", cells.REPLACED,
                                            'run = "runs/quick"  # folder']  # fmt: skip
    assert shown["metadata"]["mystnb"] == {"code_prompt_show": "Parameters of this run"}
    assert "hide-input" in shown["metadata"]["tags"] and rest["source"] == "x"


# What a notebook displays under a number


def test_prose_displays_what_is_numbered(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: shown.append((a, k)))
    prose.numbered(FRAME, name="tab-a", caption="A.")
    prose.numbered(FRAME, name="fig-b", caption="B.", alt="b")
    assert [k["metadata"]["mgrlib"] for _, k in shown] == [
        {"table": {"name": "tab-a", "caption": "A."}},
        {"figure": {"name": "fig-b", "caption": "B."}, "alt": "b"},
    ]


def test_the_tables_of_a_claim_have_names_that_its_text_refers_to():
    entries = claims.ledger(claims.Tables(base()), evidence="music")
    named = [table for entry in entries for table in claims.named_tables(entry)]
    names = [table["name"] for table in named]
    assert len(names) == len(set(names)) > len(entries)
    assert {"tab-c2-depth", "tab-c4-depth-2", "tab-c8-genre", "tab-c10-test"} <= set(names)
    for entry in entries:
        own = claims.named_tables(entry)
        references = claims.table_references(own)
        assert cells.REFERENCE.findall(references) == [table["name"] for table in own]
        assert all(f"Claim {entry['id']} " in table["caption"] for table in own)


# The notebooks


def labels_of(path):
    return [n["name"] for n in cells.numbers({"cells": read_cells(path)}) if "name" in n]


def written_references():
    """Labels that sentences refer to: of notebooks, pages, and the extension's own lines."""
    texts = [cells.text_of(cell["source"]) for path in (ROOT / "notebooks").glob("*.ipynb")
             for cell in read_cells(path) if cell["cell_type"] == "markdown"]  # fmt: skip
    texts += [path.read_text("utf-8") for path in (ROOT / "book").rglob("*.md")]
    return {label for text in texts for label in cells.REFERENCE.findall(text)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_and_table_has_words_and_a_sentence_refers_to_it(path):
    for cell in read_cells(path):
        for kind, form in (("figure", r"fig-[a-z0-9-]+"), ("table", r"tab-[a-z0-9-]+")):
            if named := cells.number_of(cell, kind):
                assert re.fullmatch(form, named["name"]), cell["id"]
                assert named["caption"].endswith("."), cell["id"]
        if cells.number_of(cell, "figure"):
            assert cell["metadata"]["mystnb"]["image"]["alt"], cell["id"]
    assert set(labels_of(path)) <= written_references()


def test_no_label_is_given_twice():
    given = [label for path in (ROOT / "notebooks").glob("*.ipynb") for label in labels_of(path)]
    pages = [path.read_text("utf-8") for path in (ROOT / "book").rglob("*.md")]
    given += [label for page in pages for label in re.findall(r"^:name: (\S+)", page, re.MULTILINE)]
    assert len(given) == len(set(given))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chapter_says_what_it_asks_and_what_follows(path):
    prose_cells = [c for c in read_cells(path) if c["cell_type"] == "markdown"]
    assert "?" in cells.text_of(prose_cells[0]["source"])
    headings = [line for cell in prose_cells for line in cells.text_of(cell["source"]).split("\n")
                if re.match("##? ", line)]  # fmt: skip
    assert headings[-1] == "## What follows"


def test_pages_follow_the_paper_and_exist():
    names = [page.source for page in PAGES if page.source[0].isdigit()]
    assert list(dict.fromkeys(names)) == [path.stem for path in NOTEBOOKS]


# A book of two pages


CONF = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "book" / "extension")!r}]
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_output_stderr = "remove"
numfig, numfig_secnum_depth, root_doc = True, 0, "notebooks/1_one"
numfig_format = {{"figure": "Figure %s", "table": "Table %s"}}
exclude_patterns = ["run", "out"]
html_theme, html_sourcelink_suffix = "basic", ""
myst_enable_extensions = ["colon_fence"]

def setup(app):
    from mgrlib_book import numbering, pages, tables
    app.add_config_value("mgrlib_run", str(Path(__file__).parent / "run"), "env")
    for part in (pages, numbering, tables):
        part.setup(app)
"""


def write_book(folder):
    """Sources and executed copies of a notebook of its own and of one executed for a depth."""
    own = {"mgrlib": {"table": {"name": "tab-own", "caption": "Made in a loop."}}}
    shown = [markdown_output("{numref}`tab-own` and {numref}`tab-paper-02`"),
             table_output(FRAME, **own)]  # fmt: skip
    myst = {"mystnb": {"markdown_format": "myst"}}
    paper = {"mgrlib": {"table": {"name": "tab-paper-02", "caption": "The paper's."}}}
    executed = notebook(
        text_cell("# One\n\n{numref}`tab-scales`, {numref}`tab-scales-34`, {numref}`tab-absent`"),
        code("default = 1", tags=["parameters"]),
        code("# Parameters\ndefault = 2", tags=["injected-parameters"]),
        code("secret = 1", outputs=[said("progress")]),
        code("f", outputs=[table_output(FRAME)], metadata=TABLE),
        code("loop()", outputs=shown, metadata=myst),
        code("g", outputs=[table_output(FRAME)], metadata=paper),
        code("gone", metadata={"mgrlib": {"table": {"name": "tab-absent", "caption": "Absent."}}}),
        code("last", outputs=[markdown_output("The end.")]),
        text_cell("```{toctree}\ndeep\n```"),
    )  # fmt: skip
    deep = notebook(text_cell("# Many\n\n{numref}`tab-scales`"), executed["cells"][4])
    shared = {"source": "notebooks/many.ipynb", "executed": "many-34.ipynb"}
    stub = notebook(text_cell("# Depth 34"), mgrlib=shared)
    pages = {"1_one": executed, "deep": stub, "many": deep}
    for name, content in pages.items():
        bare = copy.deepcopy(content)
        own = [c for c in bare["cells"] if cells.INJECTED not in c["metadata"].get("tags", [])]
        bare["cells"] = [c | {"outputs": []} if c["cell_type"] == "code" else c for c in own]
        write(folder / "notebooks" / f"{name}.ipynb", bare)
    (folder / "conf.py").write_text(CONF + 'exclude_patterns += ["notebooks/many.ipynb"]\n')
    write(folder / "run/notebooks/1_one.ipynb", executed)
    write(folder / "run/notebooks/many-34.ipynb", deep)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def build(folder, builder="html", *more):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-b", builder, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([*command, str(folder), str(folder / "out" / builder)],
                          capture_output=True, text=True, env=environment)  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    write_book(folder)
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def soup(folder, page, builder="html"):
    return BeautifulSoup((folder / "out" / builder / page).read_text("utf-8"), "html.parser")


def test_tables_are_numbered_as_the_paper_s_or_counted(book):
    page = soup(book, "notebooks/1_one.html")
    captions = {table["id"]: table.caption.text.split(".")[0] for table in page.find_all("table")}
    assert captions == {
        "tab-scales": "Table S1 F1 by scale, arm none",
        "tab-own": "Table S2 Made in a loop",
        "tab-paper-02": "Table 2 The paper’s",
    }
    (deep,) = soup(book, "notebooks/deep.html").find_all("table")
    assert deep["id"] == "tab-scales-34" and "Table S3" in deep.caption.text


def test_references_lead_to_tables_on_any_page(book):
    page = soup(book, "notebooks/1_one.html")
    links = {a["href"]: a.text for a in page.find_all("a", class_="reference internal")}
    assert links["#tab-scales"] == "Table S1" and links["#tab-own"] == "Table S2"
    assert links["deep.html#tab-scales-34"] == "Table S3"
    assert "a table that this run does not have" in page.text


def test_headers_say_what_they_head(book):
    table = soup(book, "notebooks/1_one.html").find(id="tab-scales")
    heads = [(th.text.strip(), th["scope"]) for th in table.find_all("th")]
    assert heads == [("F1", "col"), ("linear", "row"), ("mel", "row")]
    numbers = [td.text.strip() for td in table.tbody.find_all("td")]
    assert numbers == ["−0.5", "0.25"] or numbers == ["−0.50", "0.25"]
    assert all("text-right" in td["class"] for td in table.tbody.find_all("td"))


def test_all_code_is_folded_and_the_parameters_come_first(book):
    page = soup(book, "notebooks/1_one.html")
    folds = [fold.summary.text.split()[0] for fold in page.find_all("details")]
    blocks = page.find_all("div", class_="highlight")
    assert all(block.find_parent("details") for block in blocks)
    assert "default = 2" in blocks[0].text and folds[0] == "Parameters"
    assert "secret = 1" in blocks[1].text and "loop" not in blocks[1].text
    assert len(folds) == len(blocks) == 5


def test_one_long_page_has_the_same_numbers(book):
    assert build(book, "singlehtml").returncode == 0
    page = soup(book, "notebooks/1_one.html", "singlehtml")
    captions = [table.caption.text for table in page.find_all("table")]
    assert [re.search("Table S?[0-9]+", text)[0] for text in captions] == [
        "Table S1", "Table S2", "Table 2", "Table S3"]  # fmt: skip


def test_a_page_that_is_read_again_keeps_the_numbers(book):
    path = book / "run/notebooks/many-34.ipynb"
    path.write_text(path.read_text("utf-8").replace("# Many", "# Very many"), "utf-8")
    done = build(book)
    assert done.returncode == 0 and "1 changed" in done.stdout
    assert "Table S3" in soup(book, "notebooks/deep.html").caption.text


def test_sources_that_are_offered_hold_no_outputs(book):
    for path in (book / "out/html/_sources").rglob("*.ipynb*"):
        assert not any(cell.get("outputs") for cell in read_cells(path)), path
    offered = (book / "out/html/_sources/notebooks/deep.ipynb").read_text("utf-8")
    assert offered == (book / "notebooks/many.ipynb").read_text("utf-8")
