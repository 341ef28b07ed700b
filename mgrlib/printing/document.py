"""The page that is printed: a title page, the contents and the chapters, as HTML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from .compose import Chapter


@dataclass(frozen=True)
class Cover:
    """What the title page says.

    Parameters
    ----------
    title, author : str
        Of the book.
    facts : dict
        What was studied, and when and with what.
    warning : str
        What a reader must know before any number; may be empty.
    """

    title: str
    author: str
    facts: Mapping[str, str]
    warning: str = ""


def book_html(
    cover: Cover,
    chapters: list[Chapter],
    styles: list[str],
    numbers: Mapping[str, int],
) -> str:
    """HTML of the whole book.

    Parameters
    ----------
    cover : Cover
    chapters : list of Chapter
    styles : list of str
        Addresses of style sheets.
    numbers : dict
        Number of the paper's page on which each chapter begins, by its name; none at first.
    """
    links = "\n".join(f'<link rel="stylesheet" href="{escape(style)}">' for style in styles)
    body = "\n".join(
        _chapter(chapter, part=part, number=number)
        for number, (part, chapter) in enumerate(_with_parts(chapters))
    )
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<meta name="author" content="{escape(cover.author)}">
<title>{escape(cover.title)}</title>
{links}
<style>
{_running_heads(chapters)}
</style>
</head>
<body class="printed-book">
{_cover(cover)}
{_contents(chapters, numbers)}
<main class="bd-main">
{body}
</main>
</body>
</html>
"""


def _with_parts(chapters: list[Chapter]) -> Iterator[tuple[str, Chapter]]:
    """Chapters, each with the name of the part that begins with it, or none."""
    before = ""
    for chapter in chapters:
        part = chapter.leaf.part
        yield (part if part != before else ""), chapter
        before = part


def _cover(cover: Cover) -> str:
    facts = "\n".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in cover.facts.items()
    )
    warning = f'<p class="print-warning">{escape(cover.warning)}</p>' if cover.warning else ""
    return f"""<section class="print-cover">
<p class="print-title">{escape(cover.title)}</p>
<p class="print-author">{escape(cover.author)}</p>
<dl>
{facts}
</dl>
{warning}
</section>"""


def _contents(chapters: list[Chapter], numbers: Mapping[str, int]) -> str:
    lines = []
    for part, chapter in _with_parts(chapters):
        if part:
            lines.append(f'<p class="print-part">{escape(part)}</p>')
        name, depth = chapter.leaf.name, chapter.leaf.depth
        lines.append(
            f'<p class="print-entry depth-{depth}"><a href="#{escape(name)}">'
            f"<span>{escape(chapter.title)}</span>"
            f'<span class="print-number">{numbers.get(name, "")}</span></a></p>'
        )
    rows = "\n".join(lines)
    return f'<nav class="print-contents">\n<h1>Contents</h1>\n{rows}\n</nav>'


def _chapter(chapter: Chapter, *, part: str, number: int) -> str:
    heading = f'<h1 class="print-part">{escape(part)}</h1>\n' if part else ""
    name = escape(chapter.leaf.name)
    return f"""<section class="print-chapter" id="{name}" style="page: chapter-{number}">
{heading}{chapter.article}
</section>"""


def _running_heads(chapters: list[Chapter]) -> str:
    """A style for the pages of each chapter: part and title stand above the text."""
    return "\n".join(
        f"@page chapter-{number} {{ @top-left {{ content: {_css(chapter.leaf.part)} }} "
        f"@top-right {{ content: {_css(chapter.title)} }} }}"
        for number, chapter in enumerate(chapters)
    )


def _css(text: str) -> str:
    """`text` as a string of a style sheet, harmless within HTML."""
    safe = "".join(c if c.isalnum() or c in " .,:;-–—()?!" else f"\\{ord(c):x} " for c in text)
    return f'"{safe}"'
