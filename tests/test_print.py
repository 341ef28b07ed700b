"""The book on paper: one page made of many, its links, and the PDF that Chromium makes."""

import io
import os
import re
import stat
import time
import zlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from mgrlib import printing
from mgrlib.__main__ import main
from mgrlib.errors import BuildError, StudyError
from mgrlib.printing import chromium, compose, contents, pictures, places

TOC = """\
format: jb-book
root: book/intro
parts:
  - caption: First & last
    chapters:
      - file: book/alpha
        sections:
          - file: book/deep/beta
            title: Not this one
  - caption: Second
    chapters:
      - file: notebooks/gamma
      - url: https://example.org/
        title: Elsewhere
"""

PAGE = """<!DOCTYPE html>
<html><head><link rel="stylesheet" href="{up}_static/print.css?v=1">
<link rel="stylesheet" href="https://example.org/x.css"></head>
<body><nav><article class="other">not this</article><a id="what-follows"></a></nav>
<article class="bd-article" role="main"><section id="{id}"><h1>{title}<a class="headerlink"
href="#{id}">#</a></h1>{body}
<section id="what-follows"><h2>What follows<a class="headerlink" href="#x">#</a></h2>
<p>The end of {title}.</p></section></section></article><footer>not this</footer></body></html>
"""

BODIES = {
    "index": ("Intro", '<p>See <a href="book/deep/beta.html#fig-one">Figure 1</a>.</p>'),
    "book/alpha": (
        "Alpha <&> “quotes”",
        '<p><a href="../index.html">home</a> <a href="intro.html">home again</a> '
        '<a href="#what-follows">below</a> <a href="deep/beta.html#what-follows">there</a> '
        '<a href="deep/beta.html#gone">gone</a> <a href="../genindex.html">index</a> '
        '<a href="https://example.org/">far</a></p>'
        '<audio controls src="x.ogg"></audio><button>Press</button>'
        '<div class="explorer"><select></select>explore</div>'
        "<details><summary>More</summary><p>folded words</p></details>",
    ),
    "book/deep/beta": (
        "Beta",
        '<figure id="fig-one"><a href="../../_images/one.png"><img alt="a square" loading="lazy" '
        'src="../../_images/one.png"></a><figcaption>Figure 1 A square</figcaption></figure>',
    ),
    "notebooks/gamma": (
        "Gamma",
        '<div class="cell"><details class="hide above-input"><summary>Show the code</summary>'
        '<div class="cell_input"><pre>secret = 1</pre></div></details>'
        '<div class="cell_input"><pre>secret = 2</pre></div>'
        '<div class="cell_output"><table id="tab-one"><caption>Table 1</caption><tr><th>n</th>'
        + "<th>x</th>" * 11
        + "</tr><tr>"
        + "<td>1</td>" * 12
        + "</tr></table></div></div>"
        '<pre class="highlight"><span class="n">make</span> <span class="o">pdf</span></pre>',
    ),
}


def png(size=(40, 40), seed=None) -> bytes:
    from PIL import Image

    picture = Image.new("RGB", size, "navy")
    if seed is not None:
        import numpy as np

        noise = np.random.default_rng(seed).integers(0, 255, (size[1] // 8, size[0] // 8, 3))
        picture = Image.fromarray(noise.astype("uint8")).resize(size, Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def book(tmp_path, monkeypatch) -> Path:
    """Root of a tiny book, with a run ``runs/tiny`` whose site has four pages."""
    run = tmp_path / "runs" / "tiny"
    for name, (title, body) in BODIES.items():
        page = run / "site" / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        words = {"id": title.split()[0].lower(), "title": title.replace("<&>", "&lt;&amp;&gt;")}
        page.write_text(PAGE.format(up="../" * name.count("/"), body=body, **words), "utf-8")
    for file, data in {"_images/one.png": png(), "_static/print.css": b"p { color: red }"}.items():
        (run / "site" / file).parent.mkdir(exist_ok=True)
        (run / "site" / file).write_bytes(data)
    (run / "results").mkdir()
    (run / "results" / "metrics.csv").write_text("genre\n")
    os.utime(run / "results" / "metrics.csv", (0, 86400 * 365))
    (run / "study.json").write_text(
        '{"profile": "smoke", "corpus_words": "96 synthetic songs", "evidence": "synthetic",'
        ' "versions": {"mgrlib": "1.2.3"}, "commit": "abc123"}'
    )
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "_config.yml").write_text("title: Mel & linear?\nauthor: <Somebody>\n")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "gamma.ipynb").write_text('{"metadata": {}}')
    monkeypatch.setattr(printing, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def page(book) -> BeautifulSoup:
    """The page that is printed of the tiny book."""
    folder = book / "runs" / "tiny" / "build" / "pdf"
    html = printing._book_page(book / "runs" / "tiny", folder)({"book/alpha": 7})
    return BeautifulSoup(html, "html.parser")


def test_the_contents_are_read_in_order(book):
    leaves = contents.read_contents(book / "_toc.yml")
    assert [(leaf.name, leaf.part, leaf.depth) for leaf in leaves] == [
        ("book/intro", "", 0),
        ("book/alpha", "First & last", 0),
        ("book/deep/beta", "First & last", 1),
        ("notebooks/gamma", "Second", 0),
    ]


def test_the_books_own_contents_name_files_that_are_there():
    from mgrlib.files import ROOT

    leaves = contents.read_contents(ROOT / "_toc.yml")
    assert len({leaf.name for leaf in leaves}) == len(leaves) > 30
    for leaf in leaves:
        assert any((ROOT / f"{leaf.name}{kind}").exists() for kind in (".md", ".ipynb"))
    notebooks = {leaf.name: contents.notebook_of(leaf, ROOT) for leaf in leaves}
    assert notebooks["book/depth/resnet34"] == "notebooks/03_per_depth_training.ipynb"
    assert notebooks["notebooks/07_claims"] == "notebooks/07_claims.ipynb"
    assert notebooks["book/settings"] is None


def test_the_outline_goes_from_parts_to_sections(page):
    headings = [(tag.name, tag.get_text()) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert headings == [
        ("h1", "Contents"),
        ("h1", "Intro"), ("h2", "What follows"),
        ("h1", "First & last"),
        ("h2", "Alpha <&> “quotes”"), ("h3", "What follows"),
        ("h3", "Beta"), ("h4", "What follows"),
        ("h1", "Second"),
        ("h2", "Gamma"), ("h3", "What follows"),
    ]  # fmt: skip


def test_every_id_occurs_once_and_every_link_within_leads_to_one(page):
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(set(ids)) == len(ids)
    inside = [link["href"] for link in page.find_all("a", href=True) if link["href"][0] == "#"]
    assert len(inside) == 4 + 6
    assert {unquote(href[1:]) for href in inside} <= set(ids)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Figure 1", "#book/deep/beta/fig-one"),
        ("home", "#book/intro"),
        ("home again", "#book/intro"),
        ("below", "#book/alpha/what-follows"),
        ("there", "#book/deep/beta/what-follows"),
        ("gone", "#book/deep/beta"),
        ("far", "https://example.org/"),
    ],
)
def test_a_link_leads_where_the_sites_link_leads(page, words, target):
    link = page.main.find("a", string=words)
    assert link["href"] == target
    if target.startswith("#book/deep/beta/what"):
        assert "The end of Beta" in page.find(id=target[1:]).get_text()


def test_a_link_to_what_is_not_printed_leaves_its_words(page):
    assert page.find("a", string="index") is None
    assert "index" in page.main.get_text()


def test_what_only_works_on_a_screen_is_left_out(page):
    assert not page.select("audio, button, select, script, .explorer, .headerlink, .cell_input")
    for word in ("secret", "explore", "Press", "Show the code", "not this"):
        assert word not in page.get_text()
    assert page.find("details")["open"] == ""
    assert "folded words" in page.get_text()


def test_a_page_of_a_notebook_says_where_its_code_is(page):
    assert [line.code.get_text() for line in page.select(".print-source")] == [
        "notebooks/gamma.ipynb"
    ]


def test_pictures_and_styles_are_found_from_the_printed_page(page, book):
    folder = book / "runs" / "tiny" / "build" / "pdf"
    found = [tag["src"] for tag in page.find_all("img")]
    found += [tag["href"] for tag in page.find_all("link")]
    assert [(folder / path).resolve().relative_to(book / "runs" / "tiny").as_posix()
            for path in found] == ["site/_images/one.png", "site/_static/print.css"]  # fmt: skip
    assert "loading" not in page.img.attrs
    assert page.img["alt"] == "a square"


def test_the_title_page_says_what_was_studied(page):
    cover = page.select_one(".print-cover")
    facts = [tag.get_text() for tag in cover.find_all(["dt", "dd"])]
    assert dict(zip(facts[::2], facts[1::2], strict=True)) == {
        "Run": "tiny",
        "Songs": "96 synthetic songs",
        "Profile": "smoke",
        "Date of its results": "1971-01-01",
        "Software": "mgrlib 1.2.3",
        "Commit": "abc123",
    }
    assert "no evidence" in cover.select_one(".print-warning").get_text()
    assert "Mel & linear?" in cover.get_text()
    assert "<Somebody>" in cover.get_text()


def test_a_run_of_real_songs_has_no_warning(book):
    run = book / "runs" / "tiny"
    (run / "study.json").write_text('{"evidence": "music"}')
    assert printing.cover_of(run).warning == ""
    assert set(printing.cover_of(run).facts) == {"Run", "Date of its results", "Software"}


def test_the_date_is_that_which_the_run_notes(book):
    run = book / "runs" / "tiny"
    (run / "study.json").write_text('{"training": {"finished": "2024-02-29"}}')
    assert printing.cover_of(run).facts["Date of its results"] == "2024-02-29"


def test_the_contents_name_parts_chapters_and_their_pages(page):
    nav = page.select_one(".print-contents")
    assert [tag.get_text() for tag in nav.select(".print-part")] == ["First & last", "Second"]
    assert [tag.get_text() for tag in nav.select("a")] == [
        "Intro", "Alpha <&> “quotes”7", "Beta", "Gamma"
    ]  # fmt: skip


def test_running_heads_are_strings_whatever_a_title_holds(page):
    style = page.style.get_text()
    assert style.count("@page") == 4
    assert "<" not in style
    assert r'content: "Alpha \3c \26 \3e  \201c quotes\201d "' in style


def test_wide_tables_are_set_in_small_type_and_short_ones_kept_whole(page):
    assert page.find(id="notebooks/gamma/tab-one")["class"] == ["print-very-wide", "print-short"]


@pytest.mark.parametrize(
    ("columns", "rows", "marks"),
    [(3, 18, ["print-short"]), (6, 19, []), (7, 30, ["print-wide"]), (10, 2, ["print-very-wide",
     "print-short"])],
)  # fmt: skip
def test_tables_by_their_size(columns, rows, marks):
    row = f'<tr><td colspan="2">a</td>{"<td>b</td>" * (columns - 2)}</tr>'
    article = BeautifulSoup(f"<table class='x'>{row * rows}</table>", "html.parser")
    compose.mark_tables(article)
    assert article.table["class"] == ["x", *marks]


def test_code_has_no_parts(page):
    assert str(page.find("pre")) == '<pre class="highlight">make pdf</pre>'


def test_a_signature_keeps_the_name_of_what_it_documents():
    html = ('<article><dl class="py"><dt class="sig sig-object py" id="a.f"><span class="sig-pre">'
            '<span class="pre">a.</span></span><span class="sig-name"><span class="pre">f</span>'
            '</span><span>(</span><em class="sig-param"><span>x: int</span></em>)</dt></dl>'
            "</article>")  # fmt: skip
    article = BeautifulSoup(html, "html.parser").article
    compose.flatten_code(article)
    assert str(article.dt) == (
        '<dt class="sig sig-object py" id="a.f">a.<span class="sig-name">f</span>(x: int)</dt>'
    )


def test_a_link_to_a_source_is_dropped_with_its_words():
    html = '<article><a href="_modules/x.html"><span class="viewcode-link">[source]</span></a>'
    article = BeautifulSoup(html, "html.parser").article
    compose.set_links(article, address="index.html", names={}, ids=set())
    assert str(article) == "<article></article>"


def test_a_page_that_the_site_lacks_is_named(book):
    (book / "runs/tiny/site/book/alpha.html").unlink()
    with pytest.raises(BuildError, match=r"the site lacks book/alpha.html"):
        printing._book_page(book / "runs/tiny", book)


def test_a_page_without_text_is_named(book):
    (book / "runs/tiny/site/book/alpha.html").write_text("<html></html>")
    with pytest.raises(BuildError, match=r"book/alpha.html of the site has no text"):
        printing._book_page(book / "runs/tiny", book)


def test_a_picture_of_many_colors_gets_lighter_and_a_drawing_stays(tmp_path):
    noise, drawing = png((400, 300), seed=1), png((400, 300))
    jpeg = pictures.lighter(noise)
    assert jpeg[:3] == b"\xff\xd8\xff"
    from PIL import Image

    pixels = Image.open(io.BytesIO(noise)).convert("RGB").tobytes()
    assert len(jpeg) < len(zlib.compress(pixels)) * 2 / 3
    assert pictures.lighter(drawing) is None
    assert pictures.lighter(jpeg) is None
    for data, kind in ((noise, ".jpg"), (drawing, ".png")):
        file = tmp_path / "picture.png"
        file.write_bytes(data + bytes(pictures.LEAST_BYTES))
        assert pictures.lighter_copy(file, tmp_path / "copies").suffix == kind


def made_pdf() -> bytes:
    """A PDF as Chromium writes it, three sheets in a tree of two levels, with a misleading stream.

    Written by hand: sheet 1 is object 3, sheet 2 object 6, sheet 3 object 5.
    """
    return (
        b"%PDF-1.4\n"
        b"2 0 obj\n<</Type /Catalog\n/Pages 4 0 R\n/Dests 9 0 R\n/Lang (en)>>\nendobj\n"
        b"3 0 obj\n<</Type /Page\n/Parent 4 0 R>>\nendobj\n"
        b"4 0 obj\n<</Type /Pages\n/Count 3\n/Kids [3 0 R 7 0 R]>>\nendobj\n"
        b"5 0 obj\n<</Type /Page\n/Parent 7 0 R>>\nendobj\n"
        b"6 0 obj\n<</Type /Page\n/Parent 7 0 R>>\nendobj\n"
        b"7 0 obj\n<</Type /Pages\n/Count 2\n/Kids [6 0 R 5 0 R]\n/Parent 4 0 R>>\nendobj\n"
        b"8 0 obj\n<</Length 60>> stream\n\n9 0 obj\n<</wrong [3 0 R /XYZ 0 0 0]>>\nendobj\n"
        b"endstream\nendobj\n"
        b"9 0 obj\n<</book#2Falpha [6 0 R /XYZ 0 841.9 0]\n/last [5 0 R /XYZ 0 1 0]\n"
        b"/caf#C3#A9 [3 0 R /XYZ 0 1 0]\n/percent#2520 [3 0 R /XYZ 0 1 0]>>\nendobj\n"
    )


def test_the_sheets_of_named_places_are_read_from_a_pdf():
    found = places.page_numbers(made_pdf())
    assert found == {"book/alpha": 2, "last": 3, "café": 1, "percent ": 1}


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n1 0 obj\n<</Type /ObjStm>>\nendobj\n"])
def test_another_kind_of_pdf_has_no_places(pdf):
    assert places.page_numbers(pdf) == {}


def test_a_book_is_printed_twice_and_then_only_when_it_changes(book, monkeypatch):
    run, prints = book / "runs" / "tiny", []

    def print_page(html, pdf, *, browser):
        prints.append(html.read_text("utf-8"))
        pdf.write_bytes(made_pdf())

    monkeypatch.setattr(printing, "print_page", print_page)
    monkeypatch.setattr(printing, "require_chromium", lambda: Path("chromium"))
    assert printing.print_book(run) == run / "book.pdf"
    assert (run / "book.pdf").read_bytes() == made_pdf()
    assert '<span class="print-number">2</span>' not in prints[0]
    assert '<span class="print-number">2</span>' in prints[1]
    assert printing.printed(run) == run / "book.pdf"
    printing.print_book(run)
    assert len(prints) == 2
    (run / "site" / "_static" / "print.css").write_text("p { color: blue }")
    assert printing.printed(run) is None
    printing.print_book(run)
    assert len(prints) == 4
    (run / "book.pdf").unlink()
    printing.print_book(run)
    assert len(prints) == 6


def test_a_print_that_fails_leaves_the_old_pdf_and_is_tried_again(book, monkeypatch):
    run = book / "runs" / "tiny"
    (run / "book.pdf").write_bytes(b"old")

    def fails(html, pdf, *, browser):
        raise BuildError("no")

    monkeypatch.setattr(printing, "print_page", fails)
    monkeypatch.setattr(printing, "require_chromium", lambda: Path("chromium"))
    for _ in range(2):
        with pytest.raises(BuildError):
            printing.print_book(run)
    assert (run / "book.pdf").read_bytes() == b"old"


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_browser_is_the_one_that_is_named(tmp_path, monkeypatch):
    mine = program(tmp_path / "mine", "exit 0")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert chromium.find_chromium() == mine
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(StudyError, match="CHROMIUM must name the program"):
        chromium.find_chromium()


def test_the_browser_is_looked_for_on_the_path(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "PLACES", [])
    assert chromium.find_chromium() is None
    with pytest.raises(StudyError, match=r"none is installed here.*CHROMIUM"):
        chromium.require_chromium()
    chrome = program(tmp_path / "google-chrome", "exit 0")
    assert chromium.require_chromium() == chrome


def test_the_command_names_a_run_that_is_missing(capsys):
    assert main(["pdf", "no/such/run"]) == 2
    assert "no run at 'no/such/run'" in capsys.readouterr().err


def test_the_command_asks_for_a_browser_before_it_works(book, monkeypatch, capsys):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    assert main(["pdf", str(book / "runs" / "tiny")]) == 2
    error = capsys.readouterr().err
    assert "CHROMIUM must name the program of Chromium" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo gone wrong >&2; exit 1", "gone wrong"),
        ('for a; do case $a in --print-to-pdf=*) echo oops > "${a#*=}";; esac; done', "could not"),
    ],
)
def test_a_browser_that_makes_no_pdf_is_an_error(tmp_path, script, message):
    browser = program(tmp_path / "browser", script)
    with pytest.raises(BuildError, match=message):
        chromium.print_page(tmp_path / "a.html", tmp_path / "a.pdf", browser=browser)


def test_what_a_stopped_browser_has_begun_is_no_pdf(tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "PRINT_SECONDS", 0.5)
    script = 'for a; do case $a in --print-to-pdf=*) printf %%PDF-1.4 > "${a#*=}";; esac; done'
    browser = program(tmp_path / "browser", f"{script}\nexec sleep 30")
    with pytest.raises(BuildError, match=r"not done after 0.5 s"):
        chromium.print_page(tmp_path / "a.html", tmp_path / "a.pdf", browser=browser)
    assert (tmp_path / "a.pdf").read_bytes() == b"%PDF-1.4"


def test_a_helper_of_the_browser_that_still_writes_does_no_harm(tmp_path, monkeypatch):
    def refuse(self):
        if not self._ignore_cleanup_errors:
            raise OSError(39, "Directory not empty")

    monkeypatch.setattr(chromium.tempfile.TemporaryDirectory, "cleanup", refuse)
    monkeypatch.setattr(chromium.tempfile, "tempdir", str(tmp_path))
    script = 'for a; do case $a in --print-to-pdf=*) echo "%PDF-1.4 %%EOF" > "${a#*=}";; esac; done'
    browser = program(tmp_path / "browser", script)
    chromium.print_page(tmp_path / "a.html", tmp_path / "a.pdf", browser=browser)


def test_a_browser_that_hangs_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "PRINT_SECONDS", 0.2)
    browser = program(tmp_path / "browser", "exec sleep 30")
    start = time.monotonic()
    with pytest.raises(BuildError, match=r"not done after 0.2 s"):
        chromium.print_page(tmp_path / "a.html", tmp_path / "a.pdf", browser=browser)
    assert time.monotonic() - start < 10


@pytest.mark.skipif(chromium.find_chromium() is None, reason="no Chromium")
def test_chromium_prints_the_tiny_book(book):
    """The numbers in the contents are those of the sheets on which the titles stand."""
    from mgrlib.files import ROOT

    run = book / "runs" / "tiny"
    style = (ROOT / "book" / "static" / "print.css").read_text("utf-8")
    (run / "site" / "_static" / "print.css").write_text(style)
    data = printing.print_book(run).read_bytes()
    numbers = places.page_numbers(data)
    assert numbers["book/intro"] == 3  # after the title page and the contents
    assert numbers["book/alpha"] == 4
    assert numbers["book/deep/beta"] == numbers["book/deep/beta/fig-one"] == 5
    assert numbers["notebooks/gamma"] == 6
    assert len(re.findall(rb"/Type /Page\b", data)) == 6
    assert b"/Marked true" in data  # tagged
    assert b"/Lang (en)" in data
    titles = re.findall(rb"/Title \(((?:[^()\\]|\\.)*)\)", data)
    assert [title.decode("latin-1") for title in titles if title in (b"Beta", b"Gamma")] == [
        "Beta", "Gamma"
    ]  # fmt: skip
    assert b"https://example.org/" in data
    html = (run / "build" / "pdf" / "book.html").read_text("utf-8")
    assert '<span>Gamma</span><span class="print-number">6</span>' in html
