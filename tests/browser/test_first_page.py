"""The first page answers in one screen: question, answer, ledger and the figures' thumbnails."""

from itertools import pairwise

import pytest
from chromium import PHONE
from playwright.sync_api import expect

DESKTOPS = [(1440, 900), (1920, 1080)]
PARTS = ["h1", ".first-words .answer", "#tab-claims", ".thumbnails"]


def box(page, selector: str) -> dict:
    """Where a part stands, with its end."""
    found = page.locator(f"article {selector}").first.bounding_box()
    return found | {"end": found["y"] + found["height"], "right": found["x"] + found["width"]}


@pytest.mark.parametrize(("width", "height"), DESKTOPS)
def test_everything_is_in_one_screen(width, height, page, site, shots):
    page.set_viewport_size({"width": width, "height": height})
    page.goto((site / "index.html").as_uri(), wait_until="load")
    page.screenshot(path=shots / f"first-page-{width}.png")
    for part in PARTS:
        expect(page.locator(f"article {part}").first).to_be_visible()
        assert box(page, part)["end"] <= height and box(page, part)["right"] <= width, part


def test_the_ledger_has_a_line_a_claim_with_a_word_for_its_verdict(page, site):
    page.goto((site / "index.html").as_uri(), wait_until="load")
    rows = page.locator("#tab-claims tbody tr")
    assert rows.count() == 14
    for row in rows.all():
        claim, said, verdict, noise, _ = row.locator("td").all_inner_texts()
        assert claim.startswith("C") and said and noise in ("yes", "no", "–")
        assert verdict.split(" ", 1)[1].replace(" ", "").isalpha()
        # A line each, but where the name of a chapter takes two.
        assert row.bounding_box()["height"] <= 45


def test_a_phone_shows_the_parts_in_the_order_of_reading(page, site, shots):
    page.set_viewport_size(PHONE)
    page.goto((site / "index.html").as_uri(), wait_until="load")
    page.screenshot(path=shots / "first-page-phone.png", full_page=True)
    boxes = [box(page, part) for part in PARTS]
    assert all(one["end"] <= two["y"] for one, two in pairwise(boxes))
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_a_thumbnail_is_one_link_with_the_figure_s_name(page, site):
    page.goto((site / "index.html").as_uri(), wait_until="load")
    links = page.locator(".thumbnails a")
    for link in links.all():
        assert link.inner_text().startswith("Figure ")
        assert len(link.locator("img").get_attribute("alt")) > 20
    assert links.count() >= 9  # a run of one scale has no Q–Q plot
