"""What a page depends on beside the content of files: which files there are.

A directive notes it by `note`; the page is read again when it has changed, and what processes that
read pages side by side have noted is brought together.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

STATES: dict[str, Callable[[Path], Any]] = {}
"""How each thing that can be noted is found in the book's sources, by its name."""


def note(env: BuildEnvironment, name: str) -> Any:
    """The state of `name` in `STATES`, remembered for the page that is being read."""
    state = STATES[name](Path(env.srcdir))
    _noted(env).setdefault(env.docname, {})[name] = state
    return state


def _noted(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    if not hasattr(env, "mgrlib_noted"):
        env.mgrlib_noted = {}
    return env.mgrlib_noted


def changed_pages(
    app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set
) -> list[str]:
    """Pages of which something that they noted is otherwise now (``env-get-outdated``)."""
    now = {name: state(Path(app.srcdir)) for name, state in STATES.items()}
    return [page for page, noted in _noted(env).items()
            if any(now.get(name) != state for name, state in noted.items())]  # fmt: skip


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop what a page noted that is read again (``env-purge-doc``)."""
    _noted(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Take over what pages noted in another process (``env-merge-info``)."""
    _noted(env).update({page: noted for page, noted in _noted(other).items() if page in docnames})


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("env-get-outdated", changed_pages)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
