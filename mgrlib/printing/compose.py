"""The pages of a site as one long page to be printed.

The pages are taken as the site shows them, so their numbers, captions and citations are
the site's. What only works on a screen is left out: code (the page names its notebook),
sound, explorers, buttons. Every id gets the name of its page before it, since pages may
share ids, and links between pages become links within the one page.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from ..errors import BuildError
from .contents import Leaf

LEFT_OUT = [
    "script", "style", "button", "input", "select", "form", "audio", "video", "iframe",
    "a.headerlink", "details.hide", "div.cell_input", ".explorer",
]  # fmt: skip
"""Selectors of what is not printed."""

NAMING = ["for", "headers", "aria-labelledby", "aria-describedby", "aria-controls"]
"""Attributes that name ids of the same page."""

WIDE_COLUMNS, VERY_WIDE_COLUMNS = 7, 10
"""A table with so many columns is set in smaller type."""

SHORT_ROWS = 18
"""A table of so few rows is never cut in two."""


@dataclass
class Chapter:
    """A page on its way into print: where it stands, its file in the site, title and text."""

    leaf: Leaf
    address: str
    title: str
    article: Tag = field(repr=False)


def address_of(leaf: Leaf, *, root: str) -> str:
    """File of a page in the site; the first page is ``index.html``."""
    return "index.html" if leaf.name == root else f"{leaf.name}.html"


def read_chapter(site: Path, leaf: Leaf, *, root: str) -> Chapter:
    """Read the text of a page of the site.

    Raises
    ------
    BuildError
        If the site lacks the page, or it has no text.
    """
    address = address_of(leaf, root=root)
    file = site / address
    if not file.exists():
        raise BuildError(f"the site lacks {address}: build it again with python -m mgrlib book")
    article = _article(file.read_text("utf-8"))
    if article is None or article.h1 is None:
        raise BuildError(f"{address} of the site has no text with a title")
    for element in article.select(", ".join(LEFT_OUT)):
        element.decompose()
    return Chapter(leaf, address, article.h1.get_text().strip(), article)


def _article(html: str) -> Tag | None:
    """The text of a page, without what stands around it, which can be longer."""
    start, end = html.find('<article class="bd-article'), html.rfind("</article>")
    return BeautifulSoup(html[start:end] if start >= 0 else "", "html.parser").article


def set_levels(article: Tag, *, by: int) -> None:
    """Lower the headings of a page by so many levels, at most to the sixth."""
    for heading in article.find_all([f"h{level}" for level in range(1, 7)]):
        heading.name = f"h{min(6, int(heading.name[1]) + by)}"


def set_ids(article: Tag, name: str) -> set[str]:
    """Put the name of the page before each id of it, and return the new ids."""
    for element in article.find_all(True):
        if own := element.get("id"):
            element["id"] = f"{name}/{own}"
        for attribute in NAMING:
            if named := element.get(attribute):
                words = named if isinstance(named, list) else named.split()
                element[attribute] = " ".join(f"{name}/{word}" for word in words)
    return {element["id"] for element in article.find_all(id=True)}


def set_pictures(article: Tag, *, address: str, place: Callable[[str], str]) -> None:
    """Let pictures be found from the page that is printed, see `read_chapters`."""
    for picture in article.find_all("img"):
        parts = urlsplit(picture.get("src", ""))
        if parts.path and not parts.scheme:
            folder = posixpath.dirname(address)
            picture["src"] = place(posixpath.normpath(posixpath.join(folder, unquote(parts.path))))
        # The browser would print before it has seen them.
        picture.attrs.pop("loading", None)


def set_links(article: Tag, *, address: str, names: dict[str, str], ids: set[str]) -> None:
    """Turn links to pages of the book into links within it; drop those to other files.

    Parameters
    ----------
    article : Tag
    address : str
        File of this page in the site.
    names : dict
        Name of a page of the book by its file.
    ids : set of str
        All ids of the book; a link to one that is not printed leads to its page.
    """
    for link in article.find_all("a", href=True):
        parts = urlsplit(link["href"])
        if parts.scheme or parts.netloc:
            continue
        folder = posixpath.dirname(address)
        file = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
        name = names.get(file if parts.path else address)
        if name is None:
            _drop_link(link)
            continue
        target = f"{name}/{unquote(parts.fragment)}"
        link["href"] = f"#{target if target in ids else name}"
        link.attrs.pop("title", None)


def _drop_link(link: Tag) -> None:
    """Keep the words or the picture of a link, or nothing of a link to a source."""
    if link.select_one(".viewcode-link"):
        link.decompose()
    else:
        link.unwrap()


def open_folds(article: Tag) -> None:
    """Open what is folded: paper can't be clicked."""
    for fold in article.find_all("details"):
        fold["open"] = ""


def flatten_code(article: Tag) -> None:
    """Take the colors from code: each would be a part of its own to a screen reader."""
    for code in article.find_all(["code", "pre"]):
        code.string = code.get_text()
    for signature in article.find_all("dt", class_="sig"):
        _merge_text(signature, but="sig-name")


def _merge_text(element: Tag, *, but: str) -> None:
    """Replace what is within an element by its text, but for parts of a class."""
    merged: list = [""]
    for part in element.find_all(lambda tag: but in tag.get("class", [])):
        part.string = part.get_text()
    for part in list(element.descendants):
        if isinstance(part, Tag) and but in part.get("class", []):
            merged += [part, ""]
        elif not isinstance(part, Tag) and but not in part.parent.get("class", []):
            merged[-1] += part
    element.clear()
    element.extend(merged)


def mark_tables(article: Tag) -> None:
    """Give tables of many columns the class of smaller type, and those of few rows theirs."""
    for table in article.find_all("table"):
        rows = table.find_all("tr")
        columns = max(map(_columns, rows), default=0)
        marks = {
            "print-wide": WIDE_COLUMNS <= columns < VERY_WIDE_COLUMNS,
            "print-very-wide": columns >= VERY_WIDE_COLUMNS,
            "print-short": len(rows) <= SHORT_ROWS,
        }
        table["class"] = [*table.get("class", []), *(mark for mark in marks if marks[mark])]


def _columns(row: Tag) -> int:
    return sum(int(cell.get("colspan", 1)) for cell in row.find_all(["td", "th"]))


def name_source(article: Tag, source: str) -> None:
    """Say below the title which notebook holds the code of a page."""
    line = BeautifulSoup('<p class="print-source"></p>', "html.parser")
    line.p.extend(["The code of this page, not printed here, is in ", line.new_tag("code"), "."])
    line.code.string = source
    article.h1.insert_after(line)


def read_chapters(
    site: Path,
    leaves: list[Leaf],
    *,
    place: Callable[[str], str],
    sources: Mapping[str, str],
) -> list[Chapter]:
    """Texts of all pages, ready to stand one below the other.

    Parameters
    ----------
    site : Path
        A built site.
    leaves : list of Leaf
        The first is the site's ``index.html``.
    place : callable
        Gives the address of a picture, from the page that is printed, for its path in the site.
    sources : dict
        Notebook that a page was made by, by the page's name.

    Raises
    ------
    BuildError
        If the site lacks a page.
    """
    root = leaves[0].name
    chapters = [read_chapter(site, leaf, root=root) for leaf in leaves]
    # The site also leaves a redirect at the first page's own name.
    names = {f"{root}.html": root} | {chapter.address: chapter.leaf.name for chapter in chapters}
    ids = {new for chapter in chapters for new in set_ids(chapter.article, chapter.leaf.name)}
    for chapter in chapters:
        article, name = chapter.article, chapter.leaf.name
        if name in sources:
            name_source(article, sources[name])
        set_levels(article, by=chapter.leaf.depth + bool(chapter.leaf.part))
        set_pictures(article, address=chapter.address, place=place)
        set_links(article, address=chapter.address, names=names, ids=ids)
        open_folds(article)
        flatten_code(article)
        mark_tables(article)
    return chapters
