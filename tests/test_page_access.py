"""The repairs of the book's pages for everyone, against a parser of HTML."""

import sys

import pytest
from bs4 import BeautifulSoup

from mgrlib.files import ROOT

sys.path.insert(0, str(ROOT / "book" / "extension"))

from mgrlib_book import access

PAGE = """<body><div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar">
<li><a class="reference internal" href="depth.html">Training, "by"
 depth</a><details><summary><span role="presentation"></span></summary><ul></ul></details></li>
<li><a class="current reference internal" href="#">Current</a>
<details open="open"><summary><span role="presentation"></span></summary></details></li></div>
<article><details><summary aria-label="Toggle hidden content"><p>Show the code</p></summary>
</details>
<figure id="f"><a class="image-reference" href="f.png"><img alt="A hill" src="f.png"/>
</a><figcaption>Figure 1</figcaption></figure>
<figure><img alt="A lake" src="g.png"/></figure>
<div role="list"><div role="doc-biblioentry">A source</div></div>
<table><tr><th class="head"><p></p></th><th scope="col">Genre</th><th></th></tr></table>
<div class="math notranslate"><math></math></div></article></body>"""


@pytest.fixture(scope="module")
def mended():
    return BeautifulSoup(access.mend(PAGE), "html.parser")


def test_folds_have_a_name(mended):
    chapter, current, code = mended.find_all("summary")
    assert chapter["aria-label"] == 'Pages of Training, "by" depth'
    assert current["aria-label"] == "Pages of Current"
    assert "aria-label" not in code.attrs and code.get_text() == "Show the code"


def test_the_pictures_of_figures_stand_in_a_frame(mended):
    frames = mended.select("figure > .wide-picture")
    assert [frame.img["alt"] for frame in frames] == ["A hill", "A lake"]
    assert frames[0].a["href"] == "f.png"
    assert not mended.select("figcaption .wide-picture, .wide-picture figcaption")


def test_roles_belong_together(mended):
    assert [child["role"] for child in mended.select("[role=list] > div")] == ["listitem"]
    assert mended.select_one("#pst-primary-sidebar")["role"] == "complementary"


def test_an_empty_header_is_no_header(mended):
    assert [cell.name for cell in mended.select("tr > *")] == ["td", "th", "td"]
    assert mended.td["class"] == ["head"]


def test_a_formula_can_be_scrolled_by_keys(mended):
    assert mended.select_one("div.math")["class"] == [
        "pst-scrollable-table-container", "math", "notranslate",
    ]  # fmt: skip


def test_what_is_mended_stays_as_it_is():
    assert access.mend(access.mend(PAGE)) == access.mend(PAGE)
    assert access.mend("<p>Nothing to do</p>") == "<p>Nothing to do</p>"


@pytest.mark.parametrize(
    ("image", "fine"),
    [
        ('<img src="a.png" alt="A hill at dawn"/>', True),
        ("<img alt='A hill' src='a.png'>", True),
        ('<img src="a.png"/>', False),
        ('<img src="a.png" alt=""/>', False),
        ('<img src="a.png" alt=" "/>', False),
        ('<img src="../_images/a.png" alt="_images/a.png"/>', False),
        ('<img src="../_images/a.png" alt="../_images/a.png"/>', False),
    ],
)
def test_pictures_without_words_are_found(image, fine):
    assert access.images_without_words(f"<p>{image}</p>") == ([] if fine else [image])


def test_inner_lists_stand_inside_of_items():
    # As viewcode writes its index: a list in a list.
    listed = (
        "<article><ul><li>a</li>\n<ul><li>a.b</li>\n<ul><li>a.b.c</li></ul></ul><li>d</li></ul>"
    )
    page = access.mend_index_of_sources(f"<ul><li>menu</li><ul></ul></ul>{listed}</article><p>x")
    article = BeautifulSoup(page, "html.parser").article
    assert all(inner.parent.name == "li" for inner in article.ul.find_all("ul"))
    assert [item.find(string=True).strip() for item in article.find_all("li")] == [
        "a", "a.b", "a.b.c", "d",
    ]  # fmt: skip
    assert page.startswith("<ul><li>menu</li><ul></ul></ul>") and page.endswith("<p>x")
    assert access.mend_index_of_sources(page) == page
