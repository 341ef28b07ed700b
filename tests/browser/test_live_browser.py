"""The live explorer, driven end to end in JupyterLab: by keyboard, by mouse, by a listener."""

import functools
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from mgrlib.files import ROOT

# Read at once: the fixtures of the other tests turn it to a folder of their own.
CACHE = {name: os.environ[name] for name in ("MGRLIB_CACHE",) if name in os.environ}

SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none", "autosaveInterval": 0},
    "docmanager-extension/plugin": {"autosave": False},
}  # fmt: skip
IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.session?.kernel?.connectionStatus === "connected"
    && context.session.kernel.status === "idle";
}"""
EXPLORER = ".mgrlib-live"
SHOWN = f"{EXPLORER} [data-shown]"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """A song of 30 s, one of 20 ms, and a file that is none."""
    folder = tmp_path_factory.mktemp("music")
    rate, rng = 22_050, np.random.default_rng(1)
    times = np.arange(30 * rate) / rate
    samples = 0.3 * np.sin(2 * np.pi * 440 * times * (1 + times / 60)) + rng.normal(
        0, 0.01, times.size
    )
    soundfile.write(folder / "thirty seconds.flac", samples, rate)
    soundfile.write(folder / "blink.wav", samples[:441], rate)
    (folder / "words.mp3").write_text("no sound at all")
    return folder


@pytest.fixture(scope="module")
def lab(run, music, tmp_path_factory):
    """Address of a JupyterLab with a copy of the notebook that shows the run."""
    folder = tmp_path_factory.mktemp("lab")
    source = json.loads((ROOT / "notebooks" / "explorer.ipynb").read_text("utf-8"))
    for cell in source["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = "".join(cell["source"]).replace('"runs/quick"', repr(str(run)))
    work = folder / "work"
    work.mkdir()
    (work / "explorer.ipynb").write_text(json.dumps(source))
    for name, values in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1",
               f"--port={port}", "--allow-root", f"--ServerApp.root_dir={work}",
               "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True",
               "--LabApp.extension_manager=readonly",
               f"--LabApp.user_settings_dir={folder / 'settings'}",
               f"--LabApp.workspaces_dir={folder / 'workspaces'}"]  # fmt: skip
    private = {"JUPYTER_CONFIG_DIR": folder / "config", "JUPYTER_RUNTIME_DIR": folder / "runtime",
               "IPYTHONDIR": folder / "ipython", "MGRLIB_RUNS": run.parent,
               "PYTHONPATH": ROOT}  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "MGRLIB_CACHE"}
    environment |= {k: str(v) for k, v in private.items()} | CACHE
    log = (folder / "lab.log").open("w")
    server = subprocess.Popen(command, cwd=work, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api", server, folder / "lab.log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="module")
def explorer(tab, lab):
    """The page with the notebook, all of it run, and its explorer."""
    page, _ = tab
    page.set_viewport_size({"width": 1440, "height": 1700})  # all of it fits a screenshot
    page.goto(f"{lab}/lab/tree/explorer.ipynb")
    page.wait_for_function(IDLE, timeout=180_000)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(SHOWN, timeout=180_000)
    page.wait_for_function(IDLE, timeout=180_000)
    page.locator(EXPLORER).scroll_into_view_if_needed()
    return page


def shown(page) -> int:
    """Number of the state whose picture is drawn."""
    return int(page.locator(SHOWN).get_attribute("data-shown"))


def wait_for_new(page, before: int) -> None:
    page.wait_for_function(
        "([where, before]) => Number(document.querySelector(where).dataset.shown) > before",
        arg=[SHOWN, before],
    )


def pixels(page) -> str:
    """The picture as it is drawn, as text that differs where the picture does."""
    return page.evaluate(f"document.querySelector('{EXPLORER} canvas').toDataURL()")


def field(page, label: str):
    """A control by the text of its label."""
    return page.locator(EXPLORER).get_by_label(label, exact=True)


def said(page) -> str:
    return page.locator(f"{EXPLORER} .live-error").inner_text()


def change(page, act) -> float:
    """Do something that changes the picture; ms in the browser until the new one is drawn."""
    before = shown(page)
    page.evaluate(
        """([where, before]) => {
          const root = document.querySelector(where);
          const begin = () => { window.liveBegun ??= performance.now(); };
          window.liveBegun = window.liveTime = undefined;
          for (const kind of ["input", "change", "keydown", "pointerdown"])
            document.addEventListener(kind, begin, { capture: true, once: true });
          const watcher = new MutationObserver(() => {
            // A picture that was still on its way is none of this change.
            if (Number(root.dataset.shown) <= before || window.liveBegun === undefined) return;
            watcher.disconnect();
            window.liveTime = performance.now() - window.liveBegun;
          });
          watcher.observe(root, { attributes: true, attributeFilter: ["data-shown"] });
        }""",
        [SHOWN, before],
    )
    act()
    return page.wait_for_function("window.liveTime").json_value()


def test_the_explorer_shows_a_song_with_axes(explorer, shots):
    root = explorer.locator(EXPLORER)
    told = root.text_content()
    assert "Frequency (Hz)" in told
    assert "Time (s)" in told
    assert re.search(
        r"Spectrogram of .+ s, mel", root.locator("canvas").get_attribute("aria-label")
    )
    root.screenshot(path=shots / "live-light.png")


def test_the_picture_follows_the_controls(explorer, shots):
    times = {}

    def does(name, act) -> None:
        before = pixels(explorer)
        times[name] = change(explorer, act)
        assert pixels(explorer) != before, name

    scale = explorer.locator(EXPLORER).get_by_role("combobox", name="Scale", exact=True).first
    does("scale by keyboard", lambda: scale.press("ArrowUp"))
    does("n_fft", lambda: field(explorer, "n_fft").select_option("512"))
    does("window", lambda: field(explorer, "Window").select_option("rectangular"))
    does("colors", lambda: field(explorer, "Colors").select_option("viridis"))
    seconds = explorer.get_by_role("slider", name="Length (s)")
    does("length by keyboard", lambda: seconds.press("PageDown"))
    start = explorer.get_by_role("slider", name="Start (s)")
    does("start by keyboard", lambda: start.press("ArrowRight"))
    low = explorer.get_by_role("slider", name="Levels (dB), lowest")
    does("levels by keyboard", lambda: low.press("ArrowRight"))
    (shots / "live-times.json").write_text(json.dumps(times, indent=1))


def test_the_last_value_of_a_slider_that_is_dragged_is_drawn(explorer):
    handle = explorer.get_by_role("slider", name="Start (s)")
    box = handle.bounding_box()
    before = shown(explorer)
    explorer.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    explorer.mouse.down()
    for step in range(1, 30):
        explorer.mouse.move(box["x"] + box["width"] / 2 + step, box["y"] + 3)
    explorer.mouse.up()
    wait_for_new(explorer, before)
    # The slider shows hundredths.
    explorer.wait_for_function(
        """([where, handle]) => {
            const label = document.querySelector(where).getAttribute("aria-label");
            const drawn = Number(label.match(/, ([0-9.]+) to [0-9.]+ s,/)[1]);
            return Math.abs(drawn - Number(handle.getAttribute("aria-valuetext"))) < 0.01;
        }""",
        arg=[f"{EXPLORER} canvas", handle.element_handle()],
    )


def test_keys_of_the_explorer_are_none_of_the_notebook(explorer):
    cells = "window.jupyterapp.shell.currentWidget.content.widgets.length"
    before, scale = explorer.evaluate(cells), field(explorer, "Colors").input_value()
    # The picture takes keys once its sound is there.
    picture = explorer.locator(f"{EXPLORER} .view-seek")
    picture.wait_for(state="visible")
    change(explorer, lambda: picture.press("c"))
    # The picture of a change before may have come meanwhile.
    expect(field(explorer, "Colors")).not_to_have_value(scale)
    for key in ("b", "x", "d", "d"):  # in the notebook: new, cut, delete
        picture.press(key)
    field(explorer, "Window").press("x")
    assert explorer.evaluate(cells) == before


def test_the_cursor_follows_the_sound(explorer):
    root = explorer.locator(EXPLORER)
    cursor = root.locator(".view-cursor")
    play = root.locator(".view-play")
    play.wait_for(state="visible")
    left = cursor.evaluate("cursor => cursor.style.left")
    play.click()
    explorer.wait_for_function(
        "([where, left]) => document.querySelector(where).style.left !== left",
        arg=[f"{EXPLORER} .view-cursor", left],
    )
    play.click()
    picture = root.locator(".view-seek")
    picture.press("Home")
    first = cursor.evaluate("cursor => parseFloat(cursor.style.left)")
    picture.press("ArrowRight")
    explorer.wait_for_function(
        "([where, left]) => parseFloat(document.querySelector(where).style.left) > left",
        arg=[f"{EXPLORER} .view-cursor", first],
    )


def test_what_cannot_be_done_is_said_with_the_way_out(explorer, music, shots):
    def fails(act, *expected) -> None:
        act()
        explorer.locator(f"{EXPLORER} .is-wrong").wait_for()
        for words in expected:
            explorer.locator(f"{EXPLORER} .live-error", has_text=words).wait_for()

    def is_fine() -> None:
        explorer.locator(f"{EXPLORER} .is-wrong").wait_for(state="detached")

    path = field(explorer, "Own file")

    def name(file) -> None:
        path.fill(str(file))
        path.press("Enter")

    fails(lambda: name("/nowhere/at all.wav"), "at all.wav", "check the path")
    explorer.locator(EXPLORER).screenshot(path=shots / "live-error.png")
    fails(lambda: name(music / "blink.wav"), "too short", "at least 0.1 s")
    fails(lambda: name(music / "words.mp3"), "words.mp3 can't be used, unreadable")
    name("")
    is_fine()
    field(explorer, "Upload a file").set_input_files(music / "words.mp3")
    explorer.locator(f"{EXPLORER} .live-error", has_text="take another file").wait_for()
    low = field(explorer, "Lowest (Hz)")
    low.fill("20000")
    fails(lambda: low.press("Enter"), "swap or change them")
    low.fill("50")
    change(explorer, lambda: low.press("Enter"))
    is_fine()


def test_a_file_of_ones_own_is_uploaded(explorer, music):
    before = shown(explorer)
    field(explorer, "Upload a file").set_input_files(music / "thirty seconds.flac")
    wait_for_new(explorer, before)
    explorer.locator(f"{EXPLORER} .view-title", has_text="thirty seconds.flac").wait_for()
    # Its sound comes when the controls have rested.
    explorer.locator(f"{EXPLORER} .view-play").wait_for(state="visible")


def test_thirty_seconds_are_drawn_after_every_control(explorer, shots):
    """How long each takes is kept beside the screenshots."""
    # The sliders end where the song does, which is longer than the one before.
    for slider, key in (("Start (s)", "Home"), ("Length (s)", "End")):
        handle = explorer.get_by_role("slider", name=slider)
        change(explorer, functools.partial(handle.press, key))
    drawn, times = explorer.locator(f"{EXPLORER} canvas"), {}

    def does(name, choose) -> None:
        before = pixels(explorer)
        times[name] = change(explorer, choose)
        assert pixels(explorer) != before, name
        assert ", 0 to 30 s, " in drawn.get_attribute("aria-label")

    scale = explorer.locator(EXPLORER).get_by_role("combobox", name="Scale", exact=True).first
    own = scale.input_value()
    others = [name for name in scale.locator("option").all_inner_texts() if name != own]
    for name in (*others, own):
        does(f"scale {name}", functools.partial(scale.select_option, name))
    for label, value in {"n_fft": "4096", "hop_length": "1024", "Window": "blackman",
                         "Colors": "gray"}.items():  # fmt: skip
        does(f"{label} {value}", functools.partial(field(explorer, label).select_option, value))
    (shots / "live-times-of-30-s.json").write_text(json.dumps(times, indent=1))


def test_networks_answer_with_grad_cam(explorer, run, shots):
    if not (run / "results" / "networks.csv").exists():
        pytest.skip("the run has kept no networks")
    explorer.get_by_role("button", name="Ask the networks").click()
    answer = explorer.locator(f"{EXPLORER} .live-answer")
    answer.wait_for(timeout=180_000)
    assert "%" in answer.locator("td").first.inner_text()
    assert "Grad-CAM" in answer.locator("img").get_attribute("alt")
    assert answer.locator("img").evaluate("image => image.naturalWidth") > 500
    synthetic = json.loads((run / "study.json").read_text("utf-8"))["evidence"] == "synthetic"
    cautions = explorer.locator(f"{EXPLORER} .live-caution").all_inner_texts()
    assert any("synthetic" in words for words in cautions) == synthetic
    explorer.locator(EXPLORER).screenshot(path=shots / "live-networks.png")


def test_exports_are_written(explorer, tmp_path):
    folder = field(explorer, "Folder")
    folder.fill(str(tmp_path))
    folder.press("Enter")
    for name, ending in (("Picture", "*.png"), ("Array", "*.npz"), ("Settings", "*.yaml")):
        explorer.get_by_role("button", name=name).press("Enter")
        explorer.locator(f"{EXPLORER} .live-message", has_text=ending[1:]).wait_for()
        assert list(tmp_path.glob(ending))


def test_it_is_usable_when_dark_and_narrow(explorer, shots):
    explorer.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    explorer.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    explorer.set_viewport_size({"width": 640, "height": 1900})
    explorer.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    root = explorer.locator(EXPLORER)
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth + 1")
    root.screenshot(path=shots / "live-dark.png")


def test_nothing_of_ours_complained(tab):
    _, faults = tab
    assert not faults.foreign
    assert not faults.page
    ours = [line for line in faults.console if "blob:" in line or "anywidget" in line]
    assert not ours


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())
