"""A real browser before the book of a run, and a watch on all that it loads.

`make test-browser` names the run in ``BROWSER_RUN``. A test that takes `page` fails at its end
when the page logged an error, or asked for anything that failed or that lies on another
machine; `faults` holds what was seen, for a test that has to forgive something.
"""

import functools
import os
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chromium import DESKTOP, Faults, watch, why_no_chromium
from playwright.sync_api import Page, sync_playwright
from sites import RUN

from mgrlib.printing.chromium import find_chromium

SECONDS = 15
"""Of patience with a page, in all waiting that a test does not limit itself."""


@pytest.fixture(scope="session")
def run() -> Path:
    """Folder of the run whose book is tested; not to be changed."""
    if not (RUN / "study.json").exists():
        pytest.fail(f"{RUN} is no run: name one, make test-browser RUN=runs/quick")
    return RUN


@pytest.fixture(scope="session")
def site(run) -> Path:
    """Folder of the rendered book; not to be changed."""
    if not (run / "site" / "index.html").exists():
        pytest.fail(f"{run} has no book: build it with python -m mgrlib book {run}")
    return run / "site"


@pytest.fixture(scope="session")
def shots(run) -> Path:
    """Folder that keeps screenshots for whoever wants to look."""
    folder = run / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing and keeps connections open."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass


@pytest.fixture(scope="session")
def server(site):
    """Address of the book on a server of this machine, without a slash at its end."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window."""
    if why := why_no_chromium():
        pytest.skip(why)
    # A sandbox is not to be had as root; /dev/shm is small in containers.
    arguments = ["--disable-dev-shm-usage", *["--no-sandbox"] * (os.geteuid() == 0)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(browser):
    """A context of its own for a test: 1440 px wide, light."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    context.set_default_timeout(1000 * SECONDS)
    yield context
    context.close()


@pytest.fixture
def faults(context) -> Faults:
    """What goes wrong in `context`; a test with `page` fails if anything is left at its end."""
    return watch(context)


@pytest.fixture
def page(context, faults) -> Page:
    """An empty page of `context`."""
    page = context.new_page()
    yield page
    assert not faults.all()


@pytest.fixture(scope="module")
def tab(browser):
    """One page for many tests of a file, and its faults: a page a test costs more than a test."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(1000 * SECONDS)
    faults = watch(context)
    yield context.new_page(), faults
    context.close()
