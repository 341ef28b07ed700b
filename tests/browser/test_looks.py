"""How the book looks on a desk, a phone and a projector, in light and dark: pictures to look at.

They lie in ``screenshots/`` of the run. What a program can see of it is tested: that figures
and formulas keep a readable size, and that the keyboard moves what is wider than the window.
"""

import pytest
from chromium import DESKTOP, PHONE

PROJECTOR = {"width": 853, "height": 480}
"""1280 × 720 at 150 %."""
SIZES = {"desktop": DESKTOP, "phone": PHONE, "projector": PROJECTOR}
MAIN = {
    "first-page": "index.html",
    "songs": "notebooks/01_dataset_audit.html",
    "spectrograms": "notebooks/02_spectrogram_generation.html",
    "across-depths": "notebooks/04_across_depths.html",
    "claims": "notebooks/07_claims.html",
    "look-and-listen": "notebooks/look_and_listen.html",
}
LETTERS = """
picture => picture.getBoundingClientRect().width / 7.2 / 72 * 9
"""
"""Pixels of the letters at the ticks: 9 pt where a figure is 7.2 inches wide."""


@pytest.mark.parametrize(
    ("size", "theme"),
    [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark"),
     ("projector", "light")],
)  # fmt: skip
def test_main_pages_have_their_picture_taken(size, theme, tab, site, shots):
    page, _ = tab
    page.set_viewport_size(SIZES[size])
    for title, name in MAIN.items():
        page.goto((site / name).as_uri(), wait_until="load")
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        shot = shots / f"{title}-{size}-{theme}.jpg"
        page.screenshot(path=shot, type="jpeg", quality=50, full_page=True, animations="disabled")
        assert shot.stat().st_size > 10_000


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [MAIN["across-depths"], MAIN["spectrograms"]])
def test_letters_in_figures_are_readable(name, size, tab, site):
    page, _ = tab
    page.set_viewport_size(SIZES[size])
    page.goto((site / name).as_uri(), wait_until="load")
    pictures = page.locator("figure .wide-picture img")
    assert pictures.count()
    assert all(picture.evaluate(LETTERS) > 9 for picture in pictures.all())


def test_the_keyboard_moves_a_picture_that_is_wider_than_a_phone(page, site):
    page.set_viewport_size(PHONE)
    page.goto((site / MAIN["across-depths"]).as_uri(), wait_until="load")
    frame = page.locator("figure .wide-picture").first
    assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth + 100")
    frame.locator("a").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("frame => frame.scrollLeft > 10", arg=frame.element_handle())


def test_the_keyboard_moves_code_that_is_unfolded(page, site):
    page.set_viewport_size(PHONE)
    page.goto((site / MAIN["across-depths"]).as_uri(), wait_until="load")
    page.wait_for_timeout(500)  # until the theme has looked for what can be scrolled
    for summary in page.locator("article details > summary").all():
        summary.press("Enter")
    page.wait_for_function("""() => {
        const wide = [...document.querySelectorAll("article pre")]
            .filter(code => code.scrollWidth > code.clientWidth)
        return wide.length > 0 && wide.every(code => code.tabIndex === 0) }""")


def test_a_figure_has_a_white_ground_in_the_dark(page, site):
    page.goto((site / MAIN["across-depths"]).as_uri(), wait_until="load")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    ground = "element => getComputedStyle(element).backgroundColor"
    assert page.locator("figure img").first.evaluate(ground) == "rgb(255, 255, 255)"
    assert page.locator("body").evaluate(ground) != "rgb(255, 255, 255)"
