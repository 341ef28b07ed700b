"""The Sphinx extension of this book: it joins the sources to the results of one run.

The book is built for the run that the environment variable ``MGRLIB_RUN`` names. The
notebooks in the table of contents are sources without outputs; this extension shows
the run's executed copies in their place (`pages`), gives the run's facts to the prose
(`facts`), and numbers figures and tables as the paper does (`numbering`). It writes what would
go stale if typed by hand: the first page's ledger and thumbnails (`claims`, `gallery`), tables of
settings (`directives`), the documentation of the code (`library`), committed results
(`reference`, `precision`, `songs`, `speed`), where the run comes from (`reproducing`), what to cite
(`citing`), and the genres of other data in those of the paper (`taxonomies`). `launch` leads to
the repository; `site` makes the rendered pages work offline, opened from disk.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # the book reads mgrlib's settings and documents its modules
    sys.path.insert(0, str(ROOT))

PARTS = (
    "pages",
    "facts",
    "numbering",
    "tables",
    "noted",
    "directives",
    "gallery",
    "library",
    "claims",
    "reference",
    "precision",
    "songs",
    "speed",
    "reproducing",
    "citing",
    "parameters",
    "taxonomies",
    "launch",
    "site",
    "light",
    "tidy",
    "access",
)
"""The modules that are connected to Sphinx, in this order."""


def find_run() -> Path:
    """Folder of the run that the book shows, from ``MGRLIB_RUN``.

    Raises
    ------
    ExtensionError
        If the variable is not set or names no folder.
    """
    named = os.environ.get("MGRLIB_RUN", "")
    if not named or not Path(named).is_dir():
        raise ExtensionError(
            f"MGRLIB_RUN must name the folder of a run, got {named!r}: "
            "build the book with python -m mgrlib book RUN"
        )
    return Path(named).resolve()


def setup(app: Sphinx) -> dict:
    """Connect the parts of the extension to Sphinx."""
    from mgrlib.files import digest

    code = [path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))]
    app.add_config_value("mgrlib_run", str(find_run()), "env")
    # A changed value makes Sphinx read every page again.
    app.add_config_value("mgrlib_extension", digest(code), "env")
    for part in PARTS:
        import_module(f".{part}", __package__).setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
