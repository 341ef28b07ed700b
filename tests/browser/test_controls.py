"""What a reader can press: search, theme, full screen, sidebars; by mouse and by keyboard."""

import pytest
from chromium import DESKTOP, PHONE

CHAPTER = "notebooks/04_across_depths.html"
FOCUSED = "document.activeElement"


def open_page(page, site, name: str, size: dict = DESKTOP) -> None:
    page.set_viewport_size(size)
    page.goto((site / name).as_uri(), wait_until="load")


def test_search_finds_a_word_from_disk(page, site):
    open_page(page, site, "index.html")
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input[type=search]").fill("spectrogram")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=spectrogram*")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert results.count() > 3
    results.first.click()
    page.locator("article h1").first.wait_for()
    assert "search.html" not in page.url
    assert "spectrogram" in page.locator("article").inner_text().lower()


def test_search_says_when_nothing_is_found(page, site):
    page.goto(f"{(site / 'search.html').as_uri()}?q=xylophonist", wait_until="load")
    page.locator("#search-results").get_by_text("did not match").wait_for()


def test_the_theme_button_changes_the_theme_and_is_remembered(page, site):
    open_page(page, site, CHAPTER)
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button:visible").click()
        seen.append(page.evaluate("document.documentElement.dataset.mode"))
    assert sorted(seen) == ["auto", "dark", "light"]
    while page.evaluate("document.documentElement.dataset.mode") != "dark":
        page.locator(".theme-switch-button:visible").click()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto((site / "index.html").as_uri())
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_full_screen(page, site):
    open_page(page, site, CHAPTER)
    page.locator(".btn-fullscreen-button").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.locator(".btn-fullscreen-button").click()
    page.wait_for_function("document.fullscreenElement === null")


def test_the_first_tab_leads_past_the_sidebar(page, site):
    open_page(page, site, CHAPTER)
    page.keyboard.press("Tab")
    link = page.locator("#pst-skip-link a")
    assert link.evaluate("link => link === document.activeElement")
    # It is seen when it has the focus, to which it glides.
    page.wait_for_function("link => link.getBoundingClientRect().y >= 0", arg=link.element_handle())
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main-content').contains(document.activeElement)")


@pytest.mark.parametrize("side", ["primary", "secondary"])
def test_a_phone_opens_and_closes_its_sidebars_by_keyboard(side, page, site):
    open_page(page, site, CHAPTER, PHONE)
    button = page.locator(f".{side}-toggle:visible").first
    sidebar = page.locator(f"#pst-{side}-sidebar-modal")
    assert not sidebar.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    sidebar.wait_for()
    assert sidebar.locator("a:visible").count() > 3
    assert page.evaluate(f"document.getElementById('pst-{side}-sidebar-modal').contains({FOCUSED})")
    page.keyboard.press("Escape")
    sidebar.wait_for(state="hidden")


def test_desktop_hides_and_shows_its_sidebar_by_keyboard(page, site):
    open_page(page, site, CHAPTER)
    button, sidebar = page.locator(".primary-toggle:visible"), page.locator("#pst-primary-sidebar")
    button.focus()
    page.keyboard.press("Enter")
    sidebar.wait_for(state="hidden")
    page.wait_for_function(f"{FOCUSED}.classList.contains('primary-toggle')")  # it keeps the focus
    page.keyboard.press("Enter")
    sidebar.wait_for()


def test_the_theme_button_keeps_the_focus(page, site):
    open_page(page, site, CHAPTER)
    before = page.evaluate("document.documentElement.dataset.mode")
    page.locator(".theme-switch-button:visible").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"document.documentElement.dataset.mode !== '{before}'")
    page.wait_for_function(f"{FOCUSED}.classList.contains('theme-switch-button')")


def test_folded_code_opens_by_keyboard_and_shows_its_focus(page, site):
    open_page(page, site, CHAPTER)
    summary = page.locator("details.hide > summary").first
    assert not summary.locator("xpath=..").get_attribute("open")
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.locator("xpath=..").locator("pre").first.is_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert summary.evaluate("element => getComputedStyle(element).outlineStyle") != "none"


def test_the_download_menu_offers_the_notebook(page, site):
    open_page(page, site, CHAPTER)
    page.locator(".dropdown-download-buttons > button").focus()
    page.keyboard.press("Enter")
    link = page.locator(".dropdown-download-buttons a[href$='.ipynb']")
    link.wait_for()
    assert (site / link.get_attribute("href").split("../")[-1]).is_file()
