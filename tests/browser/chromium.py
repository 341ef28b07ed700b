"""Chromium: whether it is here, how it is looked through, and what is noted of its pages.

As a script it says why the tests are skipped, if they are, and then ends with `SKIPPED`.
"""

import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mgrlib.printing.chromium import find_chromium

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SKIPPED = 3
"""Exit code; a script that breaks ends with 1, and that must not pass for a missing browser."""
LOCAL_SCHEMES = ("file", "data", "blob", "about", "chrome-error")


def why_no_chromium() -> str | None:
    """The reason why there is no browser to test in; None where there is one.

    Raises
    ------
    StudyError
        If ``CHROMIUM`` names no program: who names one wants it tested.
    """
    return None if find_chromium() else "no Chromium is installed (CHROMIUM=... names one)"


@dataclass
class Faults:
    """What went wrong in the pages of one context, and all that they asked for."""

    console: list[str] = field(default_factory=list)
    page: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """The faults as lines."""
        kinds = {
            "error on the console": self.console,
            "error of the page": self.page,
            "failed request": self.failed,
            "request to another machine": self.foreign,
        }
        return [f"{kind}: {line}" for kind, lines in kinds.items() for line in lines]

    def clear(self) -> None:
        """Forget what was seen so far."""
        for lines in (self.console, self.page, self.failed, self.foreign, self.requests):
            lines.clear()


def is_local(url: str) -> bool:
    """Whether an address stays on this machine.

    >>> [is_local(url) for url in ("file:///a.html", "http://127.0.0.1:80/", "http://a.org/")]
    [True, True, False]
    """
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss"):
        return parts.hostname in ("127.0.0.1", "localhost", "::1")
    return parts.scheme in LOCAL_SCHEMES


def watch(context) -> Faults:
    """Note what the pages of a context of Playwright ask for and complain of, from now on."""
    faults = Faults()

    def on_request(request) -> None:
        faults.requests.append(request.url)
        if not is_local(request.url):
            faults.foreign.append(request.url)

    def on_response(response) -> None:
        if response.status >= 400:
            faults.failed.append(f"{response.url} ({response.status})")

    def on_console(message) -> None:
        if message.type == "error":
            faults.console.append(f"{message.text} ({message.location.get('url', '')})")

    def on_failure(request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left behind by going to another page
            faults.failed.append(f"{request.url} ({request.failure})")

    context.on("request", on_request)
    context.on("response", on_response)
    context.on("console", on_console)
    context.on("requestfailed", on_failure)
    context.on("weberror", lambda error: faults.page.append(str(error.error)))
    return faults


if __name__ == "__main__":
    if why := why_no_chromium():
        print(f"make test-browser: skipped, for {why}")
        sys.exit(SKIPPED)
