"""The files of a rendered book, read without a browser: pages, their links and what they load."""

import functools
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mgrlib.files import ROOT

RUN = (ROOT / os.environ.get("BROWSER_RUN", "runs/browser")).resolve()
SITE = RUN / "site"


class Parsed(NamedTuple):
    """What matters of one page."""

    ids: frozenset[str]
    links: tuple[str, ...]
    """Addresses that a reader can follow."""
    loads: tuple[str, ...]
    """Addresses of images, styles, scripts and sounds."""
    duplicates: tuple[str, ...]
    """Ids that occur more than once."""
    leads_to: str | None
    """Where a page that is no more than a redirect sends its reader."""


# What an element loads, by the attribute that says it.
LOADS = {
    **dict.fromkeys(["img", "script", "audio", "video", "source", "iframe", "input"], "src"),
    "link": "href",
}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids, self.links, self.loads, self.leads_to = [], [], [], None

    def handle_starttag(self, tag: str, attrs: list) -> None:
        attributes = dict(attrs)
        if name := attributes.get("id"):
            self.ids.append(name)
        if tag == "a" and attributes.get("name"):
            self.ids.append(attributes["name"])
        if tag in ("a", "area") and attributes.get("href") is not None:
            self.links.append(attributes["href"])
        if tag == "form" and attributes.get("action"):
            self.links.append(attributes["action"])
        if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
            self.leads_to = attributes["content"].split("url=")[-1]
        followed = tag == "link" and attributes.get("rel") in ("next", "prev", "search", "index")
        if tag in LOADS and (address := attributes.get(LOADS[tag])):
            (self.links if followed else self.loads).append(address)

    handle_startendtag = handle_starttag


@functools.cache
def parse(page: Path) -> Parsed:
    """Links, ids and loaded files of a page."""
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    seen, twice = set(), []
    for name in reader.ids:
        (twice.append if name in seen else seen.add)(name)
    return Parsed(
        frozenset(seen), tuple(reader.links), tuple(reader.loads), tuple(twice), reader.leads_to
    )


def pages_of(site: Path) -> list[str]:
    """Names of all pages, as paths below the site; without those that only lead to another."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [name for name in names if not parse(site / name).leads_to]


def fault_of(address: str, page: Path, site: Path) -> str | None:
    """Why an address on a page leads nowhere; None where it is right or on another machine."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return f"{address}: this machine's file" if parts.scheme == "file" else None
    if parts.path.startswith("/"):
        return f"{address}: would not be found from disk"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_relative_to(site):
        return f"{address}: outside of the site"
    if not target.is_file():
        return f"{address}: no such file"
    anchor = unquote(parts.fragment)
    if anchor and target.suffix == ".html" and anchor not in parse(target).ids:
        return f"{address}: no such place on the page"
    return None


def bytes_of(requests: list[str], site: Path, server: str) -> int:
    """Size of all files of the site that a page asked for, each once."""
    bases = (f"{site.as_uri()}/", f"{server}/")
    paths = {
        site / unquote(urlsplit(url.removeprefix(base)).path)
        for url in requests
        for base in bases
        if url.startswith(base)
    }
    return sum(path.stat().st_size for path in paths)


NAMES = pages_of(SITE)
