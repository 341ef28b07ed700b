"""What the book holds, in its order: the parts and pages of ``_toc.yml``."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """A page of the book: its name, its part, and how deep it stands under the part."""

    name: str
    part: str = ""
    depth: int = 0

    def __post_init__(self) -> None:
        if self.name.startswith(("/", "../")):
            raise ValueError(f"a page is named from the root of the book, got {self.name!r}")


def read_contents(file: Path) -> list[Leaf]:
    """Pages of the book in their order, the first page before all parts.

    Parameters
    ----------
    file : Path
        A table of contents as Jupyter Book reads it (``format: jb-book``).
    """
    import yaml

    contents = yaml.safe_load(file.read_text("utf-8"))
    parts = contents.get("parts", [{"chapters": contents.get("chapters", [])}])
    return [
        Leaf(contents["root"]),
        *(leaf for part in parts for leaf in _leaves(part.get("chapters", []), part, depth=0)),
    ]


def _leaves(entries: list[dict], part: dict[str, Any], *, depth: int) -> Iterator[Leaf]:
    for entry in entries:
        if "file" in entry:  # the other kind is the address of another site
            yield Leaf(entry["file"], part.get("caption", ""), depth)
        yield from _leaves(entry.get("sections", []), part, depth=depth + 1)


def notebook_of(leaf: Leaf, root: Path) -> str | None:
    """Notebook that makes a page, relative to the root of the book; None for a page of prose."""
    file = root / f"{leaf.name}.ipynb"
    if not file.exists():
        return None
    named = json.loads(file.read_text("utf-8"))["metadata"].get("mgrlib", {})
    return named.get("source", f"{leaf.name}.ipynb")
