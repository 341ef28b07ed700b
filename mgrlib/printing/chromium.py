"""The browser that prints: Chromium or Chrome of this machine, without a window."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..errors import BuildError, StudyError

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
         "microsoft-edge"]  # fmt: skip
PLACES = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
]
"""Where the browser is installed on systems that don't put it on the path."""

VARIABLE = "CHROMIUM"
"""Environment variable that names the browser's program."""

PRINT_SECONDS = 600.0


def find_chromium() -> Path | None:
    """Program of the browser: ``$CHROMIUM``, else the first that is installed; or None.

    Raises
    ------
    StudyError
        If ``CHROMIUM`` names no program.
    """
    if named := os.environ.get(VARIABLE):
        if found := shutil.which(named):
            return Path(found)
        raise StudyError(f"{VARIABLE} must name the program of Chromium or Chrome, got {named!r}")
    found = next(filter(None, map(shutil.which, [*NAMES, *PLACES])), None)
    return Path(found) if found else None


def require_chromium() -> Path:
    """Program of the browser.

    Raises
    ------
    StudyError
        If there is none.
    """
    if found := find_chromium():
        return found
    raise StudyError(
        "the book is printed by Chromium or Chrome 131 or later, and none is installed here: "
        "install one (Debian and Ubuntu: apt install chromium), or name its program by the "
        f"environment variable {VARIABLE}"
    )


def print_page(page: Path, pdf: Path, *, browser: Path) -> None:
    """Print a page from disk as PDF with bookmarks, tagged for screen readers.

    Raises
    ------
    BuildError
        If the browser makes no PDF.
    """
    # The browser's helpers may write to its profile for a moment after it has ended.
    profiles = {"prefix": "mgrlib-print-", "ignore_cleanup_errors": True}
    with tempfile.TemporaryDirectory(**profiles) as profile:
        command = [
            str(browser),
            "--headless",
            # Root may not use the browser's sandbox, and the page is our own.
            *(["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []),
            "--disable-gpu",
            "--disable-dev-shm-usage",  # containers have little of it
            "--disable-extensions",
            "--no-first-run",
            # Nothing of the page is fetched, and nothing by the browser itself.
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            "--export-tagged-pdf",
            f"--print-to-pdf={pdf}",
            page.as_uri(),
        ]
        pdf.unlink(missing_ok=True)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PRINT_SECONDS)
            said = done.stderr.strip().split("\n")[-1]
        except subprocess.TimeoutExpired:
            said = f"it was not done after {PRINT_SECONDS:g} s"
        except OSError as error:
            said = str(error)
    if not _is_whole(pdf):
        raise BuildError(f"{browser} could not print the book: {said}")


def _is_whole(pdf: Path) -> bool:
    """Whether a PDF is there with its end: a browser that is stopped may leave the beginning."""
    content = pdf.read_bytes() if pdf.exists() else b""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
