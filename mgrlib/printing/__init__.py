"""The book on paper: one PDF of all pages, printed by Chromium from the built site.

The site's pages are put one below the other (`compose`) behind a title page and the
contents (`document`), and printed with bookmarks (`chromium`), twice: the first print
tells on which page each chapter begins (`places`), the second one says so in the contents.
How it looks is said in ``book/static/print.css``.
"""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import quote

from ..files import ROOT, digest, read_json, write_atomically, write_text
from ..prose import CAUTION
from ..runs import results_date
from .chromium import find_chromium, print_page, require_chromium
from .compose import read_chapters
from .contents import notebook_of, read_contents
from .document import Cover, book_html
from .pictures import lighter_copy
from .places import page_numbers

__all__ = ["find_chromium", "print_book", "printed", "printed_page", "require_chromium"]

PDF = "book.pdf"


def print_book(run: Path) -> Path:
    """Print the site of a run, unless the same one is printed.

    Returns
    -------
    Path
        ``book.pdf`` of the run.

    Raises
    ------
    StudyError
        If there is no Chromium.
    BuildError
        If the site is not whole.
    """
    if current := printed(run):
        return current
    browser, folder, stamp = require_chromium(), run / "build" / "pdf", _stamp(run)
    (folder / "stamp").unlink(missing_ok=True)
    html, fresh = printed_page(run).resolve(), folder / "book.pdf"
    page = _book_page(run, folder)
    numbers: dict[str, int] = {}
    for _ in range(2):
        write_text(html, page(numbers))
        print_page(html, fresh, browser=browser)
        numbers = page_numbers(fresh.read_bytes())
    with fresh.open("rb") as source:
        write_atomically(run / PDF, lambda stream: shutil.copyfileobj(source, stream))
    fresh.unlink()
    write_text(folder / "stamp", stamp)
    return run / PDF


def printed(run: Path) -> Path | None:
    """``book.pdf`` of a run where it is there and shows the run's site as it is now."""
    stamp = run / "build" / "pdf" / "stamp"
    if not (stamp.exists() and (run / PDF).exists()):
        return None
    return run / PDF if stamp.read_text("utf-8") == _stamp(run) else None


def printed_page(run: Path) -> Path:
    """The page that ``book.pdf`` of a run was printed from; in a PDF the words are packed."""
    return run / "build" / "pdf" / "book.html"


def _book_page(run: Path, folder: Path) -> Callable[[dict[str, int]], str]:
    """What gives the HTML of a run's whole book, in `folder`, for the numbers of its pages."""
    site, leaves = run / "site", read_contents(ROOT / "_toc.yml")

    def place(path: str) -> str:
        picture = lighter_copy(site / path, folder / "pictures")
        return quote(Path(os.path.relpath(picture, folder)).as_posix())

    made = {leaf.name: notebook_of(leaf, ROOT) for leaf in leaves}
    sources = {name: notebook for name, notebook in made.items() if notebook}
    chapters = read_chapters(site, leaves, place=place, sources=sources)
    styles = [Path(os.path.relpath(style, folder)).as_posix() for style in _styles(site)]
    return partial(book_html, cover_of(run), chapters, styles)


def _styles(site: Path) -> list[Path]:
    """Style sheets of the site, in the order in which its first page names them."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    links = [link["href"].partition("?")[0] for link in page.select('link[rel="stylesheet"]')]
    return [site / link for link in dict.fromkeys(links) if (site / link).is_file()]


def cover_of(run: Path) -> Cover:
    """Title page of the book of a run."""
    import yaml

    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    study = read_json(run / "study.json") if (run / "study.json").exists() else {}
    facts = {
        "Run": run.name,
        "Songs": study.get("corpus_words", ""),
        "Profile": study.get("profile", ""),
        "Date of its results": results_date(run, study),
        "Software": f"mgrlib {study.get('versions', {}).get('mgrlib', '')}".strip(),
        "Commit": study.get("commit") or "",
    }
    return Cover(
        config["title"],
        config["author"],
        {name: value for name, value in facts.items() if value not in ("", "unknown")},
        CAUTION["synthetic"] if study.get("evidence") == "synthetic" else "",
    )


def _stamp(run: Path) -> str:
    """Digest of all that the print is made of."""
    site = run / "site"
    files = sorted(file for file in site.rglob("*") if file.is_file())
    code = [file.read_bytes().hex() for file in sorted(Path(__file__).parent.glob("*.py"))]
    state = [(str(file.relative_to(site)), digest(file.read_bytes().hex())) for file in files]
    return digest(code, str(cover_of(run)), state)
