"""The watch itself: a fault in a page or a link is seen, else the other tests would say little."""

import pytest
from chromium import is_local, watch
from sites import fault_of, parse

FAULTY = """<!DOCTYPE html><html lang="en"><title>Faulty</title>
<img src="missing.png" alt="Nothing"><img src="http://example.org/picture.png" alt="Far away">
<script>console.error("an error"); throw new Error("thrown")</script></html>"""


def test_faults_of_a_page_are_seen(browser, tmp_path):
    (tmp_path / "faulty.html").write_text(FAULTY)
    context = browser.new_context()
    context.route("http://**", lambda route: route.abort())  # it is not to leave this machine
    faults, page = watch(context), context.new_page()
    page.goto((tmp_path / "faulty.html").as_uri(), wait_until="load")
    assert any("an error" in line for line in faults.console)
    assert faults.page == ["thrown"]
    assert any("missing.png" in line for line in faults.failed)
    assert faults.foreign == ["http://example.org/picture.png"]
    assert len(faults.all()) >= 4
    faults.clear()
    assert not faults.all()
    context.close()


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("file:///a.html", True),
        ("http://127.0.0.1:80/", True),
        ("ws://localhost:8888/api", True),
        ("data:text/plain,a", True),
        ("blob:null/1", True),
        ("http://example.org/", False),
        ("https://127.0.0.1.example.org/", False),
        ("ftp://127.0.0.1/", False),
    ],
)
def test_what_stays_on_this_machine(url, local):
    assert is_local(url) == local


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("#here", None),
        ("other.html", None),
        ("other.html?q=1#there%20too", None),
        ("https://example.org/page.html#x", None),
        ("#nowhere", "no such place"),
        ("other.html#nowhere", "no such place"),
        ("missing.html", "no such file"),
        ("../outside.html", "outside"),
        ("/other.html", "from disk"),
        ("file:///other.html", "this machine"),
    ],
)
def test_links_are_followed(address, fault, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "outside.html").write_text("")
    (site / "page.html").write_text('<p id="here">Here</p>')
    (site / "other.html").write_text('<p id="there too">There</p>')
    found = fault_of(address, site / "page.html", site)
    assert found is None if fault is None else fault in found


def test_a_page_is_parsed(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<meta http-equiv="refresh" content="0; url=index.html"><p id="a"><p id="a">'
        '<a href="b.html"><img src="c.png"/></a><link rel="next" href="d.html">'
        '<link rel="stylesheet" href="e.css"><form action="search.html">'
    )
    parsed = parse(page)
    assert parsed.links == ("b.html", "d.html", "search.html")
    assert parsed.loads == ("c.png", "e.css")
    assert parsed.duplicates == ("a",) and parsed.leads_to == "index.html"
