"""Every page of the book, from disk and from a server of this machine."""

import pytest
from sites import NAMES, bytes_of, fault_of, parse

from mgrlib.files import ROOT

SITE_BYTES = 40_000_000
PAGE_BYTES = 3_000_000
BROKEN_IMAGES = """
async () => {
    const broken = image => image.decode().then(() => null, () => image.outerHTML)
    return (await Promise.all([...document.images].map(broken))).filter(Boolean)
}
"""


def test_the_book_has_its_pages(site):
    assert {"index.html", "search.html", "genindex.html"} <= set(NAMES)
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert notebooks - {path.stem for path in (site / "notebooks").glob("*.html")} <= {
        "03_per_depth_training"  # a page a depth
    }


def test_the_old_name_of_the_first_page_leads_there(tab, site):
    page, _ = tab
    page.goto((site / "book" / "intro.html").as_uri())
    page.wait_for_url((site / "index.html").as_uri())


def test_the_site_is_small(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < SITE_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_page_has_no_broken_link(name, site):
    page = parse(site / name)
    addresses = {*page.links, *page.loads}
    assert not [fault for a in addresses if (fault := fault_of(a, site / name, site))]
    assert not page.duplicates, "ids that occur twice: a link to them is ambiguous"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("origin", ["disk", "server"])
def test_page_loads_whole_and_asks_no_other_machine(name, origin, tab, site, server):
    page, faults = tab
    faults.clear()
    page.goto(f"{site.as_uri() if origin == 'disk' else server}/{name}", wait_until="load")
    assert page.evaluate(BROKEN_IMAGES) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title()
    assert not faults.all()
    assert bytes_of(faults.requests, site, server) < PAGE_BYTES
