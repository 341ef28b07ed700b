"""The documentation of `mgrlib`: a page a package, and one page that leads to them.

``{package-pages}`` lists the packages with what they are for and a link to the page of each.
``{module-list} PACKAGE`` documents every module of a package; of `mgrlib` itself the modules that
are in no package. A package without a page is a warning, which fails a build with ``-W``.
"""

import ast
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .directives import MystDirective
from .noted import STATES, note
from .reference import list_table

LOGGER = logging.getLogger(__name__)
SINGLE = "The single modules: settings, runs, training, the pipeline"
PAGES = "book/api"
"""Folder of the pages of the packages."""


def modules(package: Path) -> list[str]:
    """Dotted names of the modules of a package, the package itself first.

    Of a package within a package only its own face is listed, not its parts.
    """
    names = set()
    for path in package.rglob("*.py"):
        *parents, name = path.relative_to(package.parent).with_suffix("").parts
        parts = parents if name == "__init__" else [*parents, name]
        if name != "__main__" and len(parts) <= 3 and not name.startswith("test_"):
            names.add(".".join(parts))
    return sorted(names)


def packages(names: list[str]) -> dict[str, list[str]]:
    """Modules by the page that documents them.

    >>> packages(["mgrlib", "mgrlib.audio", "mgrlib.audio.native", "mgrlib.files"])
    {'mgrlib': ['mgrlib', 'mgrlib.files'], 'mgrlib.audio': ['mgrlib.audio', 'mgrlib.audio.native']}
    """
    with_parts = {name.rpartition(".")[0] for name in names if name.count(".") == 2}
    found: dict[str, list[str]] = {}
    for name in names:
        above = ".".join(name.split(".")[:2])
        page = above if above in with_parts else name.split(".")[0]
        found.setdefault(page, []).append(name)
    return dict(sorted(found.items()))


def module_lines(name: str, *, heading: bool) -> list[str]:
    """MyST lines that document a module, under a heading of its own if asked for."""
    return [
        *([f"## {name}", ""] if heading else []),
        "```{eval-rst}",
        f".. automodule:: {name}",
        "   :members:",
        # What a package offers of its modules is documented with these, and once.
        "   :ignore-module-all:",
        "   :member-order: bysource",
        "```",
        "",
    ]


def first_sentence(name: str, root: Path) -> str:
    """What a module is for: the first line of its docstring."""
    path = root.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return text.split("\n")[0]


def page_of(package: str) -> str:
    """Name of the page that documents a package.

    >>> page_of("mgrlib.audio"), page_of("mgrlib")
    ('book/api/audio', 'book/api/mgrlib')
    """
    return f"{PAGES}/{package.removeprefix('mgrlib.')}"


def overview(found: dict[str, list[str]], root: Path) -> list[str]:
    """MyST lines: a row a package."""
    rows = [["Package", "What it is for", "Modules"]]
    for package, names in found.items():
        said = first_sentence(package, root) if package != "mgrlib" else SINGLE
        link = f"[`{package}`](/{page_of(package)}.md)"
        rows.append([link, said.replace("``", "`"), str(len(names))])
    return list_table("The packages of mgrlib", rows, name="tab-packages")


def remembered(env: BuildEnvironment) -> dict[str, list[str]]:
    """The modules by their page; this page is read again when one is added or removed."""
    return packages(note(env, "modules"))


class PackagePages(MystDirective):
    """``{package-pages}``: a table of the packages."""

    def lines(self) -> list[str]:
        found = remembered(self.env)
        for package in found:
            if page_of(package) not in self.env.found_docs:
                LOGGER.warning("the package %s has no page %s", package, page_of(package))
        return overview(found, Path(self.env.srcdir))


class ModuleList(MystDirective):
    """``{module-list} PACKAGE``: documentation of every module of a package."""

    required_arguments = 1

    def lines(self) -> list[str]:
        package = self.arguments[0]
        names = remembered(self.env).get(package)
        if not names:
            raise self.error(f"{package} is no package of mgrlib")
        # The title of the page names the package itself, but for mgrlib.
        return [line for name in names
                for line in module_lines(name, heading=name != package or name == "mgrlib")
                ]  # fmt: skip


class PlainConstants:
    """Docstrings of constants as they are written: napoleon would read ``a: b`` as a type.

    It gets none of them to see. Where Python has made one up, as of the fields of a named tuple,
    there is none.
    """

    def __init__(self):
        self.kept: dict[str, list[str]] = {}

    def hide(self, app: Sphinx, what: str, name: str, item, options, lines: list[str]) -> None:
        """Take a docstring away before napoleon looks at it (``autodoc-process-docstring``)."""
        if what in ("attribute", "data"):
            made_up = lines[:1] and lines[0].startswith("Alias for field number")
            self.kept[name] = [] if made_up else list(lines)
            lines.clear()

    def show(self, app: Sphinx, what: str, name: str, item, options, lines: list[str]) -> None:
        """Put it back."""
        lines.extend(self.kept.pop(name, []))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("package-pages", PackagePages)
    app.add_directive("module-list", ModuleList)
    STATES["modules"] = lambda root: modules(root / "mgrlib")
    constants = PlainConstants()
    # Napoleon listens at 500.
    app.connect("autodoc-process-docstring", constants.hide, priority=400)
    app.connect("autodoc-process-docstring", constants.show, priority=600)
