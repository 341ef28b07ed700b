"""The book for everyone: axe-core, phones, keyboards, light and dark.

axe-core looks at every page of the book and at some of the package's sources, which are all
made alike; on a phone also at the package's reference by one page. Colors are the same there.
"""

import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from chromium import DESKTOP, PHONE
from sites import NAMES

SOURCES = ("_modules/index.html", "_modules/mgrlib/results.html")
LOOKED_AT = [name for name in NAMES if not name.startswith("_modules/") or name in SOURCES]
REFERENCE = "book/api/audio.html"
ON_A_PHONE = [n for n in LOOKED_AT if not n.startswith("book/api/") or n == REFERENCE]
COLORS = ["color-contrast", "link-in-text-block"]
AXE = """
rules => axe.run(document, {resultTypes: ["violations"], preload: false, ...rules})
            .then(found => found.violations)
"""
THIN = """
() => {
    const paths = new Map()
    const path = element => {
        if (!element || element === document.body) return ""
        if (!paths.has(element)) {
            const [look, style] = ["class", "style"].map(name => element.getAttribute(name))
            paths.set(element, `${path(element.parentElement)} ${element.tagName} ${look} ${style}`)
        }
        return paths.get(element)
    }
    for (let more = true; more;) {
        const seen = new Map()
        more = false
        for (const element of document.body.querySelectorAll("*")) {
            if (element.childElementCount) continue
            const number = (seen.get(path(element)) || 0) + 1
            seen.set(path(element), number)
            if (number > 2) { element.remove(); more = true }
        }
    }
}
"""
"""Leave two of the innermost elements that look alike, up to the body; then of what holds them."""
TOO_WIDE = """
() => {
    const room = window.innerWidth
    if ([document.documentElement, document.body].every(e => e.scrollWidth <= room)) return []
    const kept = e => e.tagName !== "MAIN"
        && (getComputedStyle(e).overflowX !== "visible" || kept(e.parentElement))
    const wide = [...document.querySelectorAll("main *")].filter(
        e => e.getBoundingClientRect().right > room + 1 && !kept(e.parentElement))
    return [`wider than ${room}`, ...wide.slice(0, 8).map(e => e.outerHTML.slice(0, 160))]
}
"""


def grave(violations: list[dict]) -> list[str]:
    """The violations that keep people out, a line an element."""
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['html'][:200]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def axe_finds(page, *, themes: tuple[str, ...] = ("light", "dark")) -> dict[str, list[str]]:
    """Grave violations on an open page, by what was looked at.

    Measuring the contrast of each of ten thousand words takes minutes, so that is done
    for two of a kind, in each of `themes`; all other rules look at the whole page.
    """
    page.evaluate(AXE_SCRIPT)
    others = {"rules": {name: {"enabled": False} for name in COLORS}}
    found = {"structure": grave(page.evaluate(AXE, others))}
    if themes:
        page.evaluate(THIN)
    for theme in themes:
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found[theme] = grave(page.evaluate(AXE, {"runOnly": COLORS}))
    return {what: lines for what, lines in found.items() if lines}


@pytest.mark.parametrize(
    ("size", "name"),
    [*((DESKTOP, name) for name in LOOKED_AT), *((PHONE, name) for name in ON_A_PHONE)],
    ids=[*(f"desktop-{name}" for name in LOOKED_AT), *(f"phone-{name}" for name in ON_A_PHONE)],
)
def test_axe_finds_nothing_grave(size, name, tab, site):
    page, _ = tab
    page.set_viewport_size(size)
    page.goto((site / name).as_uri(), wait_until="load")
    found = axe_finds(page) if size == DESKTOP else axe_finds(page, themes=())
    assert not found, json.dumps(found, indent=1)


def test_axe_finds_what_is_wrong(page):
    fine = '<p>Words <a style="text-decoration: underline" href="#x">there</a></p>' * 9
    page.set_content(f"""<html lang="en"><title>Faulty</title><body style="background: white">
        <main><h1>Faulty</h1>{fine}<p style="color: #bbb">Pale words</p><img src="data:,"></main>
        </body></html>""")
    found = axe_finds(page)
    assert [line.split(":")[0] for line in found["structure"]] == ["image-alt"]
    assert "Pale words" in found["light"][0] and len(found["light"]) == 1


@pytest.mark.parametrize("name", LOOKED_AT)
def test_page_fits_a_phone(name, tab, site):
    page, _ = tab
    page.set_viewport_size(PHONE)
    page.goto((site / name).as_uri(), wait_until="load")
    assert page.evaluate(TOO_WIDE) == []
    # A narrow phone, or a window of 1280 px at 400 %.
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(TOO_WIDE) == []
