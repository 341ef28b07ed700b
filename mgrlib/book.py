"""The book of a run: its executed notebooks and the prose, rendered by Jupyter Book.

It is built again only when something that it is made of has changed, and then only the pages
that show it: Sphinx keeps what it has read in ``build/`` of the run.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from .errors import BuildError, StudyError
from .files import ROOT, digest, remove, runs_folder, write_text
from .notebooks import PAGES, SOURCES, python_path
from .progress import say
from .runs import cores

MOST_BYTES = 40_000_000
"""Of a site; a larger one is slow to publish and to copy, and is said to be."""
MOST_PROCESSES = 4
"""That read and write pages; more would wait for the largest page."""
ENVIRONMENT = ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL")
"""Variables that the pages depend on: the buttons above a page lead to that repository."""


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
    index = run / "site" / "index.html"
    stamp = _book_stamp(run)
    if _is_built(run, stamp):
        return index
    output = run / "build" / "_build"
    render = f"from mgrlib.book import render; raise SystemExit(render({str(output)!r}))"
    environment = {**os.environ, "MGRLIB_RUN": str(run), "PYTHONPATH": python_path()}
    done = subprocess.run([sys.executable, "-c", render], env=environment,
                          capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        log = run / "build" / "log.txt"
        write_text(log, f"{done.stdout}\n{done.stderr}")
        # Sphinx keeps what it has read and would not warn of it a second time.
        shutil.rmtree(output, ignore_errors=True)
        last = "\n".join(done.stderr.strip().split("\n")[-12:])
        raise BuildError(f"the book could not be built (see {log}):\n{last}")
    # Whatever stops this half-way, a site that is not whole is no current one.
    remove(run / "build" / "stamp")
    _publish(output / "html", run / "site")
    write_text(run / "build" / "stamp", stamp)
    if words := size_words(run / "site"):
        say(words)
    return index


def is_current(run: Path) -> bool:
    """Whether the site of a run shows what the run, the sources and the code now are."""
    return _is_built(run, _book_stamp(run))


def render(output: str) -> int:
    """Write the pages of the run that ``MGRLIB_RUN`` names to ``html`` in a folder.

    What ``jupyter-book build -W --keep-going -n`` does, but with several processes. It is
    meant for a process of its own.

    Returns
    -------
    int
        Exit code; warnings are on standard error.
    """
    # With it jsonschema compiles the grammar of web addresses, a second and a half for each
    # build; no setting of a book needs that check.
    sys.modules["rfc3987_syntax"] = None
    from jupyter_book.sphinx import build_sphinx

    overrides = {
        "external_toc_path": (ROOT / "_toc.yml").as_posix(),
        "latex_individualpages": False,
        "nitpicky": True,
    }
    done = build_sphinx(
        ROOT,
        Path(output, "html"),
        path_config=ROOT / "_config.yml",
        noconfig=True,
        confoverrides=overrides,
        warningiserror=True,
        keep_going=True,
        quiet=True,
        jobs=min(cores(), MOST_PROCESSES),
    )
    return done if isinstance(done, int) else 1


def repository(named: str, environment: Mapping[str, str]) -> str:
    """Address of the repository: that of the workflow at work, else the one `named`.

    >>> repository("https://github.com/a/b", {"GITHUB_REPOSITORY": "me/fork"})
    'https://github.com/me/fork'
    >>> repository("https://github.com/a/b", {})
    'https://github.com/a/b'
    """
    if not (fork := environment.get("GITHUB_REPOSITORY")):
        return named
    return f"{environment.get('GITHUB_SERVER_URL', 'https://github.com').rstrip('/')}/{fork}"


def size_words(site: Path, *, most: int = MOST_BYTES) -> str:
    """What makes a site heavier than `most` bytes, in a line; nothing where it is lighter."""
    sizes = {file: file.stat().st_size for file in _files(site)}
    if (total := sum(sizes.values())) <= most:
        return ""
    largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:5]
    named = ", ".join(f"{f.relative_to(site).as_posix()} {sizes[f] / 1e6:.1f}" for f in largest)
    return (
        f"mgrlib: warning: the site has {total / 1e6:.0f} MB, and it should have at most "
        f"{most / 1e6:.0f}; its largest files, in MB: {named}"
    )


def _is_built(run: Path, stamp: str) -> bool:
    file = run / "build" / "stamp"
    made = file.exists() and file.read_text("utf-8") == stamp
    return made and (run / "site" / "index.html").exists()


def _publish(html: Path, site: Path) -> None:
    """Copy the new site whole, then put it in the place of the old one."""
    fresh = site.with_name("site.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(html, fresh, ignore=shutil.ignore_patterns(".buildinfo", ".doctrees"))
    shutil.rmtree(site, ignore_errors=True)
    fresh.rename(site)


def _book_stamp(run: Path) -> str:
    """Digest of all that the book is made of."""
    names = ("_config.yml", "_toc.yml", "CITATION.cff", "requirements.txt")
    of_run = ("study.json", "statistics.json", "claims.json")
    sources = [ROOT / name for name in names] + [run / name for name in of_run]
    sources.append(runs_folder() / "bench" / "bench.json")  # of the page on speed
    states = [(file.name, _hash(file)) for file in sources if file.is_file()]
    for folder in (ROOT / "book", ROOT / "mgrlib", SOURCES, run / "notebooks"):
        states += [(str(file.relative_to(folder)), _hash(file)) for file in _files(folder)]
    return digest(states, [os.environ.get(name) for name in ENVIRONMENT])


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Files of a folder and of those in it, in an order of their own; no compiled code."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".pyc":
            yield file
