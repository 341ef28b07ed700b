"""Pages for everyone: what the theme and its companions leave out, put in after the build.

A picture without words for it is a warning, which fails the build. The rest is mended in
the written pages: names that a screen reader can say, roles that belong together, and a
frame around the picture of a figure, which on a phone moves sideways instead of shrinking.
"""

import re
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r"""\salt=(["'])(?P<value>.*?)\1""", re.DOTALL)
SOURCE = re.compile(r"""\ssrc=(["'])(?P<value>.*?)\1""")

FIGURE = re.compile(
    r"(?P<figure><figure\b[^>]*>\s*)(?P<picture><a\b[^>]*>\s*<img\b[^>]*>\s*</a>|<img\b[^>]*>)"
)
BRANCH = re.compile(
    r'(?P<link><a class="(?:current )?reference internal"[^>]*>(?P<words>[^<]*)</a>'
    r"\s*<details[^>]*>\s*)<summary>"
)
"""A chapter of the sidebar with pages of its own, and what folds them."""
EMPTY_HEADER = re.compile(r"<th(?P<rest>\b[^>]*)>(?P<inside>\s*(?:<p>\s*</p>)?\s*)</th>")
SIDEBAR = '<div id="pst-primary-sidebar"'


def images_without_words(html: str) -> list[str]:
    """The images of a page that have no alternative text, or the name of their file for one.

    >>> images_without_words('<img src="a/b.png" alt="b.png"/><img alt="A hill" src="c.png"/>')
    ['<img src="a/b.png" alt="b.png"/>']
    """
    return [image for image in IMAGE.findall(html) if not _says_something(image)]


def _says_something(image: str) -> bool:
    alt, source = ALT.search(image), SOURCE.search(image)
    words = unescape(alt["value"]).strip() if alt else ""
    return bool(words) and not (source and unescape(source["value"]).endswith(words))


def check_images(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Warn of pictures that say nothing to those who don't see them (``html-page-context``)."""
    for image in images_without_words(context.get("body") or ""):
        LOGGER.warning("an image has no alternative text: %s", image[:200], location=page)


def mend(html: str) -> str:
    """A page with all repairs; a page that has them stays as it is."""
    # The title of a fold says what it holds; the label would hide it from screen readers.
    html = html.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    html = BRANCH.sub(lambda m: f'{m["link"]}<summary aria-label="Pages of {_plain(m["words"])}">',
                      html)  # fmt: skip
    html = html.replace('role="doc-biblioentry"', 'role="listitem"')
    html = EMPTY_HEADER.sub(r"<td\g<rest>>\g<inside></td>", html)
    html = html.replace(
        f"{SIDEBAR} class", f'{SIDEBAR} role="complementary" aria-label="Book" class'
    )
    # The theme's class makes what is scrolled a stop of the keyboard.
    html = html.replace('<div class="math', '<div class="pst-scrollable-table-container math')
    return FIGURE.sub(r'\g<figure><div class="wide-picture">\g<picture></div>', html)


def _plain(words: str) -> str:
    return " ".join(words.split()).replace('"', "&quot;")


def nest(html: str) -> str:
    """A list whose inner lists stand inside of an item, where they may stand.

    >>> nest("<ul><li>a</li><ul><li>a.b</li></ul><li>c</li></ul>")
    '<ul><li>a<ul><li>a.b</li></ul></li><li>c</li></ul>'
    """
    begin, end = html.find("<ul>"), html.rfind("</ul>")
    inner = re.sub(r"</li>(\s*)<ul>", r"\1<ul>", html[begin:end])
    if inner == html[begin:end]:
        return html
    return f"{html[:begin]}{inner.replace('</ul>', '</ul></li>')}{html[end:]}"


def mend_index_of_sources(html: str) -> str:
    """The index of the package's sources with its lists as they should be."""
    before, article, rest = html.partition("<article")
    body, end, after = rest.partition("</article>")
    return f"{before}{article}{nest(body)}{end}{after}"


def mend_pages(app: Sphinx, error: Exception | None) -> None:
    """Repair the written pages (``build-finished``)."""
    if error or app.builder.name != "html":
        return
    for file in Path(app.outdir).rglob("*.html"):
        page = file.read_text("utf-8")
        mended = mend(page)
        if file.parent.name == "_modules" and file.name == "index.html":
            mended = mend_index_of_sources(mended)
        if mended != page:
            file.write_text(mended, "utf-8")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_js_file("access.js", loading_method="defer")
    app.connect("html-page-context", check_images)
    app.connect("build-finished", mend_pages)
