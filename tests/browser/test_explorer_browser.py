"""The explorers of the page Look and listen, in a browser, from disk."""

from dataclasses import replace

import pandas as pd
import pytest
from playwright.sync_api import expect

from mgrlib import explorer, results, statistics

PAGE = "notebooks/look_and_listen.html"
SONGS, SCORES = "#explorer-listening", "#explorer-scores"
DRAWN = f"{SONGS} .mgrlib-view[data-drawn]"
PIXELS = """
canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 1) sum = (31 * sum + data[at]) % 1000000007;
    return sum;
}
"""
PLACE = "cursor => parseFloat(cursor.style.left)"


@pytest.fixture
def opened(page, site):
    """The page with both pictures drawn."""
    return open_page(page, f"{site.as_uri()}/{PAGE}")


def open_page(page, address: str):
    page.goto(address)
    expect(page.locator(DRAWN)).to_have_count(2)
    return page


def pictures(page) -> list[int]:
    """Digests of the two pictures as they are shown."""
    return [canvas.evaluate(PIXELS) for canvas in page.locator(f"{SONGS} canvas").all()]


def sound(page) -> str:
    return page.locator(f"{SONGS} audio").get_attribute("src") or ""


def now(page) -> float:
    return page.locator(f"{SONGS} audio").evaluate("audio => audio.currentTime")


def choose(page, where: str, which: str, value, *, place: int = 0) -> None:
    """Choose an option, and wait until what it asks for is drawn."""
    views = page.locator(f"{SONGS} .mgrlib-view")
    before = [view.get_attribute("data-drawn") for view in views.all()]
    page.locator(f"{where} select.explorer-{which}").nth(place).select_option(value)
    if where == SONGS:
        for view, count in zip(views.all(), before, strict=True):
            expect(view).not_to_have_attribute("data-drawn", count)


def test_another_genre_is_another_song_picture_and_sound(opened):
    before, heard = pictures(opened), sound(opened)
    status = opened.locator(f"{SONGS} .explorer-status")
    text = status.text_content()
    names = opened.locator(f"{SONGS} select.explorer-song option").all_text_contents()
    choose(opened, SONGS, "genre", "1")
    assert not set(before) & set(pictures(opened))
    assert sound(opened) != heard
    assert sound(opened).startswith("data:audio/mpeg;base64,")
    assert opened.locator(f"{SONGS} select.explorer-song option").all_text_contents() != names
    expect(status).not_to_have_text(text)


def test_another_song_of_the_genre_is_another_picture_and_sound(opened):
    before = pictures(opened), sound(opened)
    second = opened.locator(f"{SONGS} select.explorer-song option").nth(1)
    choose(opened, SONGS, "song", second.get_attribute("value"))
    assert not set(before[0]) & set(pictures(opened))
    assert sound(opened) != before[1]


def test_another_scale_changes_its_own_picture_and_no_sound(opened):
    (first, second), heard = pictures(opened), sound(opened)
    ticks = opened.locator(f"{SONGS} .view-frequency").first
    before = ticks.text_content()
    choose(opened, SONGS, "scale", "mel", place=0)
    assert pictures(opened) == [second, second] and first != second
    assert sound(opened) == heard
    expect(ticks).not_to_have_text(before)
    status = opened.locator(f"{SONGS} .explorer-status")
    expect(status).to_contain_text("both pictures on the scale mel")
    choose(opened, SONGS, "scale", "linear", place=1)
    assert pictures(opened) == [second, first]


def test_the_axes_are_in_hertz_and_seconds(opened):
    view = opened.locator(f"{SONGS} .mgrlib-view").first
    expect(view.locator(".view-hertz")).to_have_text("Frequency (Hz)")
    expect(view.locator(".view-seconds")).to_have_text("Time (s)")
    labels = [float(text) for text in view.locator(".view-frequency span").all_text_contents()]
    assert labels == sorted(labels) and labels[0] == 0 and labels[-1] >= 8000
    times = [float(text) for text in view.locator(".view-time span").all_text_contents()]
    assert times == sorted(times) and times[0] == 0
    expect(view.locator(".view-high")).to_have_text("0 dB")
    expect(view.locator("canvas")).to_have_accessible_name(
        opened.locator(f"{SONGS} canvas").first.get_attribute("aria-label")
    )


def test_both_cursors_follow_the_sound(opened):
    cursors = opened.locator(f"{SONGS} .view-cursor").all()
    at_first = [cursor.evaluate(PLACE) for cursor in cursors]
    opened.get_by_role("button", name="Play").click()
    expect(opened.get_by_role("button", name="Pause")).to_be_visible()
    opened.wait_for_function(f"document.querySelector('{SONGS} audio').currentTime > 0.4")
    opened.get_by_role("button", name="Pause").click()
    stopped = now(opened)
    places = [cursor.evaluate(PLACE) for cursor in cursors]
    assert places[0] == places[1] > at_first[0]
    lasts = opened.locator(f"{SONGS} audio").evaluate("audio => audio.duration")
    assert places[0] == pytest.approx(100 * stopped / lasts, abs=1.5)


def test_the_sound_goes_on_while_the_scale_changes(opened):
    opened.get_by_role("button", name="Play").click()
    opened.wait_for_function(f"document.querySelector('{SONGS} audio').currentTime > 0.2")
    choose(opened, SONGS, "scale", "mel", place=0)
    assert not opened.locator(f"{SONGS} audio").evaluate("audio => audio.paused")
    assert now(opened) > 0.2


def test_a_click_on_a_picture_moves_the_sound(opened):
    frame = opened.locator(f"{SONGS} .view-seek").nth(1)
    box = frame.bounding_box()
    frame.click(position={"x": box["width"] / 2, "y": 20})
    lasts = opened.locator(f"{SONGS} audio").evaluate("audio => audio.duration")
    assert now(opened) == pytest.approx(lasts / 2, abs=0.05 * lasts)


def test_all_can_be_done_with_the_keyboard(opened):
    before = pictures(opened)
    genre = opened.locator(f"{SONGS} select.explorer-genre")
    genre.focus()
    opened.keyboard.press("ArrowDown")
    expect(genre).to_have_value("1")
    opened.keyboard.press("Tab")
    expect(opened.locator(f"{SONGS} select.explorer-song")).to_be_focused()
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="Play")).to_be_focused()
    opened.keyboard.press("Space")
    button = opened.get_by_role("button", name="Pause")
    expect(button).to_be_focused()
    opened.keyboard.press("Space")
    for _ in range(2):  # past the scale of the first picture
        opened.keyboard.press("Tab")
    handle = opened.get_by_role("slider").first
    expect(handle).to_be_focused()
    opened.keyboard.press("Home")
    assert now(opened) == 0
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    step = opened.locator(f"{SONGS} audio").evaluate("audio => audio.duration") / 40
    assert now(opened) == pytest.approx(2 * step, rel=0.02)
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(2 * step, abs=0.06)
    opened.keyboard.press("Space")
    expect(opened.get_by_role("button", name="Pause")).to_be_visible()
    assert not set(before) & set(pictures(opened))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_its_screen(page, site, shots, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, f"{site.as_uri()}/{PAGE}")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for canvas in page.locator(f"{SONGS} canvas").all():
        assert canvas.bounding_box()["width"] >= 250
    for name in (SONGS, SCORES):
        page.locator(name).screenshot(path=shots / f"{name[1:]}-{width}-{theme}.png")


def test_it_says_so_where_no_script_runs(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{PAGE}")
    for name in (SONGS, SCORES):
        note = page.locator(f"{name} noscript p")
        expect(note).to_be_visible()
        expect(note).to_contain_text("This explorer needs JavaScript.")
    expect(page.locator(f"{SONGS} select").first).to_be_hidden()
    context.close()


# Results


@pytest.fixture
def scores(run) -> tuple[pd.DataFrame, str]:
    metrics = results.read_metrics(run)
    return metrics, results.transfer_arm(metrics)


def table_of(page) -> dict[str, list[float]]:
    """The rows of the explorer's table but for the mean, by their names."""
    rows = page.locator(f"{SCORES} tbody tr").all()
    cells = [[part.strip() for part in row.locator("th, td").all_text_contents()] for row in rows]
    return {
        name.rsplit(" (", 1)[0]: [float(part.replace("\u2212", "-")) for part in numbers]
        for name, *numbers in cells
    }


def test_results_begin_with_the_mean_f1_of_the_genres(opened, scores):
    metrics, arm = scores
    expected = explorer.genre_means(metrics, metric="f1", arm=arm)
    shown = table_of(opened)
    assert list(shown) == list(expected.index)
    for genre, (linear, mel, difference) in shown.items():
        assert [linear, mel] == pytest.approx(list(expected.loc[genre]), abs=0.0007)
        assert difference == pytest.approx(linear - mel, abs=0.0011)
    marks = opened.locator(f"{SCORES} .explorer-drawing .mark")
    expect(marks).to_have_count(int(expected.notna().to_numpy().sum()))


@pytest.mark.parametrize("metric", ["recall", "roc_auc"])
def test_results_by_metric_depth_and_genre(opened, scores, metric):
    metrics, arm = scores
    table = statistics.genre_scores(metrics, metric=metric, arm=arm)
    depths, genres = sorted(table["depth"].unique()), list(table_of(opened))
    drawing = opened.locator(f"{SCORES} .explorer-drawing")
    before = drawing.inner_html()
    choose(opened, SCORES, "metric", metric)
    choose(opened, SCORES, "depth", "0")
    cells = table.set_index(["genre", "depth", "scale"])["value"]
    for genre, (linear, mel, _) in table_of(opened).items():
        wanted = [cells[genre, depths[0], scale] for scale in ("linear", "mel")]
        assert [linear, mel] == pytest.approx(wanted, abs=0.0006)
    assert drawing.inner_html() != before
    choose(opened, SCORES, "depth", "all")
    choose(opened, SCORES, "genre", "1")
    shown = table_of(opened)
    assert list(shown) == [f"ResNet{depth}" for depth in depths]
    last = [cells[genres[1], depths[-1], scale] for scale in ("linear", "mel")]
    assert shown[f"ResNet{depths[-1]}"][:2] == pytest.approx(last, abs=0.0006)
    expect(opened.locator(f"{SCORES} .explorer-status")).to_contain_text(genres[1])


def test_reference_rows_can_be_chosen(opened, scores):
    metrics, _ = scores
    choose(opened, SCORES, "network", "2")
    expected = explorer.genre_means(metrics, metric="f1", arm="baseline")
    for genre, (linear, mel, _) in table_of(opened).items():
        assert [linear, mel] == pytest.approx(list(expected.loc[genre]), abs=0.0006)
    expect(opened.locator(f"{SCORES} .explorer-status")).to_contain_text("no depth")


def odd_results(*scales: str, depths=(34,), f1=0.5) -> pd.DataFrame:
    rows = [(g, d, s, "none", 0, f1 + at / 8) for g in ("Jazz", "Rock") for d in depths
            for at, s in enumerate(scales)]  # fmt: skip
    return pd.DataFrame(rows, columns=["genre", "depth", "scale", "weights", "repeat", "f1"])


@pytest.mark.parametrize(
    ("metrics", "marks", "columns", "said"),
    [
        (odd_results("mel"), 2, ["mel"], "F1, ResNet34: mel 0.500."),
        (odd_results("mel", f1=1.0), 2, ["mel"], "F1, ResNet34: mel 1.000."),
        (odd_results("linear", "mel", depths=(34, 50)), 4, ["linear", "mel", "linear \u2212 mel"],
         "mean of 2 depths: linear 0.500, mel 0.625; linear \u2212 mel = \u22120.125. linear is "
         "higher in 0 of 2 genres, mel in 2."),
        (odd_results("mel", "cqt", "own"), 6, ["mel", "cqt", "own", "mel \u2212 cqt"],
         "mel \u2212 cqt = \u22120.125."),
    ],
)  # fmt: skip
def test_results_of_odd_runs(page, tmp_path, metrics, marks, columns, said):
    file = tmp_path / "page.html"
    html = explorer.scores_explorer(metrics, arm="none")
    file.write_text(f'<!doctype html><meta charset="utf-8">{html}', "utf-8")
    page.goto(file.as_uri())
    expect(page.locator(f"{SCORES} .explorer-drawing .mark")).to_have_count(marks)
    heads = page.locator(f"{SCORES} thead th").all_text_contents()
    assert heads == ["Genre (test songs)", *columns]
    expect(page.locator(f"{SCORES} .explorer-status")).to_contain_text(said)
    pair = page.locator(f"{SCORES} .explorer-pair").first
    assert pair.is_visible() == (len(metrics["scale"].unique()) > 2)
    if pair.is_visible():
        choose(page, SCORES, "scale", "2", place=1)
        assert page.locator(f"{SCORES} thead th").last.text_content() == "mel \u2212 own"


# Odd libraries


@pytest.fixture(scope="module")
def silent_catalog(tone_library, tmp_path_factory):
    from mgrlib.pipeline import Study
    from mgrlib.settings import make_settings

    own = {"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1}
    settings = make_settings(profile="smoke", corpus=str(tone_library), overrides=own)
    return Study(tmp_path_factory.mktemp("runs") / "tones", settings, profile="smoke").catalog


def test_hostile_names_are_shown_as_they_are(page, silent_catalog, tmp_path):
    name = '</script><img src=x onerror="document.title = 1"> ${2} <!-- &lt;'
    catalog = replace(silent_catalog, songs=silent_catalog.songs.assign(title=name, artist=""))
    html = explorer.listening_explorer(catalog, songs_per_genre=1, budget=100_000).html
    file = tmp_path / "page.html"
    file.write_text(f'<!doctype html><meta charset="utf-8"><title>0</title>{html}', "utf-8")
    open_page(page, file.as_uri())
    assert page.locator(f"{SONGS} select.explorer-song option").first.text_content() == name
    expect(page.locator(f"{SONGS} .explorer-status")).to_contain_text(name)
    assert page.locator("img").count() == 0 and page.title() == "0"


def test_songs_that_may_not_be_played_are_shown_and_silent(page, silent_catalog, tmp_path):
    html = explorer.listening_explorer(silent_catalog, songs_per_genre=1, budget=100_000).html
    file = tmp_path / "page.html"
    file.write_text(f'<!doctype html><meta charset="utf-8">{html}', "utf-8")
    open_page(page, file.as_uri())
    expect(page.get_by_role("button", name="Play")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.locator(".view-silence")).to_contain_text("There is no sound on this page")
    assert sound(page) == "" and len(set(pictures(page))) == 2
