"""The whole book as one PDF, read back by a library that knows nothing of its making."""

import re
from collections.abc import Iterator

import pypdfium2
import pytest
from bs4 import BeautifulSoup
from chromium import why_no_chromium
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from mgrlib.files import ROOT
from mgrlib.printing import print_book
from mgrlib.printing.contents import read_contents

pytestmark = pytest.mark.skipif(why_no_chromium() is not None, reason="no Chromium")

MOST_BYTES = 20_000_000


@pytest.fixture(scope="module")
def pdf(run, site) -> PdfReader:
    """The book, printed now unless it is."""
    return PdfReader(print_book(run))


@pytest.fixture(scope="module")
def texts(run, pdf) -> list[str]:
    """Words of each sheet; by another library, which takes seconds for it, not minutes."""
    document = pypdfium2.PdfDocument(run / "book.pdf")
    return [page.get_textpage().get_text_range() for page in document]


@pytest.fixture(scope="module")
def articles(site) -> dict[str, BeautifulSoup]:
    """Text of each page of the site, by name."""
    found = {}
    for leaf in read_contents(ROOT / "_toc.yml"):
        file = site / ("index.html" if leaf.name == "book/intro" else f"{leaf.name}.html")
        found[leaf.name] = BeautifulSoup(file.read_text("utf-8"), "html.parser").find(
            "article", class_="bd-article"
        )
    return found


def plain(words: str) -> str:
    """Words without spaces and signs, which a PDF may set otherwise."""
    return re.sub(r"[\W_]+", "", words)


def outline(entries: list, depth: int = 0) -> Iterator[tuple[int, object]]:
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry, depth + 1)
        else:
            yield depth, entry


def test_the_outline_has_all_headings_of_the_site_in_order(pdf, articles):
    leaves = {leaf.name: leaf for leaf in read_contents(ROOT / "_toc.yml")}
    expected, part = ["Contents"], ""
    for name, article in articles.items():
        if leaves[name].part != part:
            part = leaves[name].part
            expected.append(part)
        for heading in article.find_all(re.compile("^h[1-6]$")):
            if heading.find_parent(class_="explorer"):
                continue
            for link in heading.find_all("a", class_="headerlink"):
                link.decompose()
            expected.append(heading.get_text())
    found = [entry.title for _, entry in outline(pdf.outline)]
    assert [plain(title) for title in found] == [plain(title) for title in expected]


def test_the_outline_leads_to_the_sheets_of_its_titles(pdf, texts):
    words = [plain(text) for text in texts]
    for _, entry in outline(pdf.outline):
        assert plain(entry.title) in words[pdf.get_destination_page_number(entry)]


def test_the_contents_say_the_right_numbers(pdf, texts, articles):
    first = min(
        pdf.get_destination_page_number(entry)
        for _, entry in outline(pdf.outline)
        if entry.title != "Contents"
    )
    contents = plain(" ".join(texts[1:first]))
    places = {name.lstrip("/"): place for name, place in pdf.named_destinations.items()}
    for name, article in articles.items():
        title = article.h1.get_text().rstrip("#\n")
        number = pdf.get_destination_page_number(places[name]) + 1
        assert plain(f"{title}{number}") in contents
        assert plain(title) in plain(texts[number - 1])


def test_every_link_leads_somewhere(pdf):
    places = {name.lstrip("/") for name in pdf.named_destinations}
    inside = outside = 0
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if "/Dest" in link:
                target = link["/Dest"]
                assert str(target).lstrip("/") in places
                inside += 1
            elif (address := link.get("/A", {}).get("/URI")) is not None:
                assert re.match("(https?|mailto):", str(address)), address
                outside += 1
    assert inside > 300
    assert outside > 20


def test_the_papers_figures_and_all_numbers_are_there(texts, articles):
    words = plain(" ".join(texts))
    for number in range(1, 11):
        assert f"Figure{number}" in words
    captions = [
        caption.get_text()
        for article in articles.values()
        for caption in article.select("figcaption, caption")
        if not caption.find_parent(class_="explorer")
    ]
    assert len(captions) > 60
    for caption in captions:
        assert plain(caption.rstrip("\n#¶"))[:60] in words


def test_every_picture_of_the_site_is_printed_with_its_words(pdf, articles):
    shown = [
        picture
        for article in articles.values()
        for picture in article.find_all("img")
        if not picture.find_parent(class_="explorer")
    ]
    figures = [node for node in structure(pdf) if node.get("/S") == "/Figure"]
    described = {plain(str(node["/Alt"])) for node in figures if "/Alt" in node}
    assert len(figures) >= len(shown)
    for picture in shown:
        assert plain(picture.get("alt", "")) in described, picture.get("src")


def structure(pdf: PdfReader) -> Iterator[dict]:
    """All nodes of the tree that a screen reader follows."""
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("/K"))


def test_it_is_tagged_and_says_its_language_and_title(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title


def test_fonts_are_embedded(pdf):
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            if inner["/Subtype"] != "/Type3":  # which holds its shapes itself
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])


def test_no_sheet_is_blank_and_all_are_of_one_size(pdf, texts):
    for number, text in enumerate(texts, start=1):
        assert len(plain(text)) > 40 or pdf.pages[number - 1].images, f"sheet {number}"
    assert {tuple(map(round, page.mediabox)) for page in pdf.pages} == {(0, 0, 595, 842)}
    assert 100 < len(texts) < 600


def test_what_only_works_on_a_screen_is_not_printed(texts):
    words = " ".join(texts)
    assert "Show the code" not in words
    assert "Parameters of this run" not in words


def test_the_title_page_names_the_run(texts, run):
    assert run.name in texts[0]
    assert "no evidence about music" in texts[0]


def test_it_stays_small(run, pdf):
    assert (run / "book.pdf").stat().st_size < MOST_BYTES
