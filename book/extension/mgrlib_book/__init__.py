"""The Sphinx extension of this book: it joins the sources to the results of one run.

The book is built for the run that the environment variable ``MGRLIB_RUN`` names. The
notebooks in the table of contents are sources without outputs; this extension shows
the run's executed copies in their place (`pages`), gives the run's facts to the prose
(`facts`), numbers figures and tables as the paper does (`numbering`), and writes the
tables and galleries that would go stale if typed by hand (`directives`, `claims`), the
committed results (`reference`, `precision`, `songs`) and the genres of other data in those of
the paper (`taxonomies`). `site` makes the rendered pages work offline, opened from disk.
"""

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # the book reads mgrlib's settings and documents its modules
    sys.path.insert(0, str(ROOT))


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

    from . import (
        claims,
        directives,
        facts,
        numbering,
        pages,
        precision,
        reference,
        site,
        songs,
        taxonomies,
    )

    code = [path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))]
    app.add_config_value("mgrlib_run", str(find_run()), "env")
    # A changed value makes Sphinx read every page again.
    app.add_config_value("mgrlib_extension", digest(code), "env")
    parts = (pages, facts, numbering, directives, claims, reference, precision, songs, taxonomies,
             site)  # fmt: skip
    for part in parts:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
