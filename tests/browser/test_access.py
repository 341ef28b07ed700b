"""The book for everyone: axe-core, phones, keyboards, light and dark.

axe-core looks at every page of the book and at some of the package's sources, which are all
made alike.
"""

import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from chromium import DESKTOP, PHONE
from sites import NAMES

SOURCES = ("_modules/index.html", "_modules/mgrlib/spectrograms.html")
LOOKED_AT = [name for name in NAMES if not name.startswith("_modules/") or name in SOURCES]
COLORS = ["color-contrast", "link-in-text-block"]
AXE = """
colors => axe.run(document, {resultTypes: ["violations"], preload: false,
                             ...(colors ? {runOnly: colors} : {})})
             .then(found => found.violations)
"""
TOO_WIDE = """
() => {
    const room = window.innerWidth
    if ([document.documentElement, document.body].every(e => e.scrollWidth <= room)) return []
    const wide = [...document.querySelectorAll("main *")].filter(
        e => e.getBoundingClientRect().right > room + 1 && e.checkVisibility())
    return ["wider than " + room, ...wide.slice(0, 8).map(e => e.outerHTML.slice(0, 160))]
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


@pytest.mark.parametrize("name", LOOKED_AT)
def test_axe_finds_nothing_grave(name, tab, site):
    page, _ = tab
    found = {}
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        page.goto((site / name).as_uri(), wait_until="load")
        page.evaluate(AXE_SCRIPT)
        # The other theme has other colors, and that is all.
        for theme, rules in (("light", None), ("dark", COLORS)):
            page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            if lines := grave(page.evaluate(AXE, rules)):
                found[f"{theme}, {size['width']} px"] = lines
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("name", NAMES)
def test_page_fits_a_phone(name, tab, site):
    page, _ = tab
    page.set_viewport_size(PHONE)
    page.goto((site / name).as_uri(), wait_until="load")
    assert page.evaluate(TOO_WIDE) == []
    # A narrow phone, or a window of 1280 px at 400 %.
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(TOO_WIDE) == []
