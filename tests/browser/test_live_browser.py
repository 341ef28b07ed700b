"""The live explorer, driven end to end in JupyterLab: by keyboard, by mouse, by a listener."""

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

from mgrlib.files import ROOT

# Read at once: the fixtures of the other tests turn it to a folder of their own.
CACHE = {name: os.environ[name] for name in ("MGRLIB_CACHE",) if name in os.environ}

pytestmark = pytest.mark.xdist_group("jupyterlab")

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
    """A song of 40 s, one of 20 ms, and a file that is none."""
    folder = tmp_path_factory.mktemp("music")
    rate, rng = 22_050, np.random.default_rng(1)
    times = np.arange(40 * rate) / rate
    samples = 0.3 * np.sin(2 * np.pi * 440 * times * (1 + times / 80)) + rng.normal(
        0, 0.01, times.size
    )
    soundfile.write(folder / "forty seconds.flac", samples, rate)
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
    page.goto(f"{lab}/lab/tree/explorer.ipynb")
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(SHOWN, timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
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


def test_the_explorer_shows_a_song_with_axes(explorer, shots):
    root = explorer.locator(EXPLORER)
    assert "Frequency (Hz)" in root.inner_text()
    assert "Time (s)" in root.inner_text()
    assert re.search(
        r"Spectrogram of .+ s, mel", root.locator("canvas").get_attribute("aria-label")
    )
    root.screenshot(path=shots / "live-light.png")


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())
