"""The book of a run: its executed notebooks and the prose, rendered by Jupyter Book.

It is built again only when something that it is made of has changed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import BuildError, StudyError
from .files import ROOT, digest, write_text
from .notebooks import PAGES, SOURCES, package_digest, python_path


def build_book(run: Path) -> Path:
    """Render the book of a run with Jupyter Book; warnings are errors.

    Returns
    -------
    Path
        ``site/index.html`` of the run, which opens from disk.

    Raises
    ------
    StudyError
        If a notebook of the run has not been executed.
    BuildError
        If Jupyter Book fails.
    """
    if missing := [p.name for p in PAGES if not (run / "notebooks" / p.name).exists()]:
        raise StudyError(
            f"the run {run.name} lacks the executed notebooks {', '.join(missing)}: "
            "make them with python -m mgrlib run"
        )
    site, stamp_file = run / "site", run / "build" / "stamp"
    stamp = _book_stamp(run)
    if stamp_file.exists() and stamp_file.read_text() == stamp and (site / "index.html").exists():
        return site / "index.html"
    # jupyter-book has no __main__: this is what its console script does.
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", str(ROOT), "--path-output",
               str(run / "build"), "-W", "--keep-going", "-n", "-q"]  # fmt: skip
    environment = {**os.environ, "MGRLIB_RUN": str(run), "PYTHONPATH": python_path()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        log = run / "build" / "log.txt"
        write_text(log, f"{done.stdout}\n{done.stderr}")
        # Sphinx keeps what it has read and would not warn of it a second time.
        shutil.rmtree(run / "build" / "_build", ignore_errors=True)
        last = "\n".join(done.stderr.strip().split("\n")[-12:])
        raise BuildError(f"the book could not be built (see {log}):\n{last}")
    _publish(run / "build" / "_build" / "html", site)
    write_text(stamp_file, stamp)
    return site / "index.html"


def _publish(html: Path, site: Path) -> None:
    """Copy the new site whole, then put it in the place of the old one."""
    fresh = site.with_name("site.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(html, fresh, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"))
    shutil.rmtree(site, ignore_errors=True)
    fresh.rename(site)


def _book_stamp(run: Path) -> str:
    """Digest of all that the book is made of."""
    written = [run / name for name in ("study.json", "statistics.json", "claims.json")]
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml", *written]
    folders = (ROOT / "book", SOURCES, run / "notebooks")
    sources += [file for folder in folders for file in sorted(folder.rglob("*"))]
    present = [file for file in sources if file.is_file() and file.suffix != ".pyc"]
    return digest(package_digest(), [(file.name, file.read_bytes().hex()) for file in present])
