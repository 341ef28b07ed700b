"""The shape of the package: imports in one direction, cheap to import, documented."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import mgrlib
from mgrlib.files import ROOT

LEVELS = [
    {"errors", "paper", "prose", "progress", "pictures"},
    {"files", "apart", "tables"},
    {"settings", "taxonomies", "fingerprints"},
    {"audio", "backends", "catalog", "metrics", "statistics", "models", "steps", "rankings",
     "group_draw"},
    {"corpora", "tags", "spectrograms", "splits", "figures", "workers"},
    {"shards", "audit"},
    {"fidelity", "images", "runs", "resources", "excerpts", "disputed", "ensemble"},
    {"dataset", "training"},
    {"grid", "results", "check"},
    {"networks", "costs", "claims", "analysis"},
    {"tasks"},
    {"trainer"},
    {"explorer"},
    {"notebooks"},
    {"book"},
    {"printing", "pipeline"},
    {"bench", "precision", "reference", "pack"},
    {"__main__"},
]  # fmt: skip
"""Lowest first: a module imports from lower levels only (or from its own package)."""

LEVEL_OF = {name: level for level, names in enumerate(LEVELS) for name in names}
FILES = sorted((ROOT / "mgrlib").rglob("*.py"))
HEAVY = {"torch", "torchvision", "librosa", "matplotlib", "pandas", "scipy", "sklearn", "numpy"}


def room(file: Path) -> str:
    """Module or sub-package of mgrlib that a file belongs to."""
    return file.relative_to(ROOT / "mgrlib").parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> set[str]:
    """Rooms of mgrlib that a file imports from, anywhere in it."""
    package = ["mgrlib", *file.relative_to(ROOT / "mgrlib").parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module or "").split(".")
            names = [part for part in base if part]
            targets = [names] if len(names) > 1 else [[*names, a.name] for a in node.names]
            found |= {target[1] for target in targets if len(target) > 1}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("mgrlib.")}
    return {name for name in found if not name.startswith("__version")} - {room(file)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_imports_upward(file):
    if file.parent == ROOT / "mgrlib" and file.name == "__init__.py":
        assert imported_rooms(file) == set()
        return
    assert room(file) in LEVEL_OF, "give a new module its level"
    upward = {name for name in imported_rooms(file) if LEVEL_OF[name] >= LEVEL_OF[room(file)]}
    assert not upward


def loaded_by(code: str) -> set[str]:
    command = f"{code}; import sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True,
                          check=True, cwd=ROOT)  # fmt: skip
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert not HEAVY & loaded_by("import mgrlib")


def test_the_command_line_answers_before_it_loads_anything_heavy():
    assert not HEAVY & loaded_by("import mgrlib.__main__")


@pytest.mark.parametrize(
    "module", ["statistics", "figures", "results", "ensemble", "claims", "notebooks", "metrics"]
)
def test_the_analysis_does_not_load_torch(module):
    assert "torch" not in loaded_by(f"import mgrlib.{module}")


def public_members():
    for info in pkgutil.walk_packages(mgrlib.__path__, "mgrlib."):
        if info.name == "mgrlib.__main__":
            continue
        module = importlib.import_module(info.name)
        yield pytest.param(module, id=info.name)
        for name, member in vars(module).items():
            own = getattr(member, "__module__", None) == info.name
            if own and not name.startswith("_") and (
                inspect.isfunction(member) or inspect.isclass(member)
            ):  # fmt: skip
                yield pytest.param(member, id=f"{info.name}.{name}")


@pytest.mark.parametrize("member", public_members())
def test_what_is_public_is_documented(member):
    assert (member.__doc__ or "").strip()


def test_notebooks_are_kept_without_outputs():
    import json

    for file in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(file.read_text("utf-8"))["cells"]
        assert len({cell["id"] for cell in cells}) == len(cells)
        for cell in cells:
            assert not cell.get("outputs")
            assert not cell.get("execution_count")
