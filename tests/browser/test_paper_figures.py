"""The paper's ten figures stand under their numbers, as the run drew them."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from PIL import Image
from sites import NAMES, parse

NUMBERS = range(1, 11)
IN_VIEW = """
name => { const box = document.getElementById(name).getBoundingClientRect();
          return box.top < window.innerHeight && box.bottom > 0 }
"""
SHAPE = (96, 64)
"""To which pictures are brought that are compared: sizes and formats of a figure differ."""


def small(picture) -> np.ndarray:
    """A picture in few gray pixels."""
    return np.asarray(Image.open(picture).convert("L").resize(SHAPE, Image.Resampling.BOX), float)


def file_of(address: str) -> Path:
    """The file at an address that a page loaded from disk."""
    return Path(unquote(urlsplit(address).path))


def home_of(site, number: int) -> str:
    """Name of the one page that holds a figure of the paper."""
    pages = [name for name in NAMES if f"fig-paper-{number:02d}" in parse(site / name).ids]
    assert len(pages) == 1, f"Figure {number} is on {pages}"
    return pages[0]


@pytest.mark.parametrize("number", NUMBERS)
def test_figure_stands_under_its_number(number, tab, run, site):
    page, _ = tab
    page.goto(f"{(site / home_of(site, number)).as_uri()}#fig-paper-{number:02d}")
    figure = page.locator(f"#fig-paper-{number:02d}")
    assert figure.locator(".caption-number").inner_text().strip() == f"Figure {number}"
    assert len(figure.locator(".caption-text").inner_text()) > 20
    assert len(figure.locator("img").get_attribute("alt")) > 20
    address = figure.locator("img").evaluate("image => image.currentSrc")
    shown = small(file_of(address))
    drawn = {n: small(run / "figures" / f"fig{n:02d}.png") for n in NUMBERS}
    distance = {n: np.abs(shown - drawn[n]).mean() for n in NUMBERS}
    others = [distance[n] for n in NUMBERS if n != number]
    assert distance[number] < 0.8 * min(others), distance


def test_thumbnails_lead_to_the_figures(page, site):
    for number in NUMBERS:
        page.goto((site / "index.html").as_uri())
        thumbnail = page.locator(f'article a[href$="#fig-paper-{number:02d}"]:has(img)')
        assert thumbnail.count() == 1
        assert thumbnail.locator("img").evaluate("image => image.naturalWidth") > 100
        thumbnail.click()
        figure = page.locator(f"#fig-paper-{number:02d}")
        figure.wait_for()
        assert page.url.endswith(f"{home_of(site, number)}#fig-paper-{number:02d}")
        page.wait_for_function(IN_VIEW, arg=f"fig-paper-{number:02d}")
