"""``{figure-gallery}``: the paper's figures as this run draws them, as thumbnails in a list.

Each leads to its figure in the chapter. A figure that the run does not draw is not there.
"""

import base64
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from mgrlib.pictures import light_png
from mgrlib.prose import escape

from .directives import MystDirective
from .numbering import PAPER_LABEL, paper_number

SUBJECTS = {
    1: "Unscaled",
    2: "Mel",
    3: "Accuracy by depth",
    4: "F1 by depth",
    5: "Recall by depth",
    6: "Precision by depth",
    7: "F1 by genre",
    8: "Recall by genre",
    9: "Precision by genre",
    10: "Q–Q plot",
}
"""What the paper's figures show, in a few letters."""

THUMBNAIL_WIDTH = 360
"""Pixels: about twice the width at which a thumbnail is shown."""


@dataclass(frozen=True)
class Drawn:
    """A figure of the paper as this run draws it: label, picture (PNG) and words for it."""

    label: str
    png: bytes
    caption: str
    alt: str


def drawn_figures(run: Path) -> list[Drawn]:
    """The paper's figures in the executed notebooks of a run, in the paper's order."""
    found = {}
    for path in sorted(run.glob("notebooks/[0-9]*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for figure in _figures(cell):
                found.setdefault(figure.label, figure)
    return sorted(found.values(), key=lambda figure: paper_number(figure.label))


def _figures(cell: dict) -> Iterator[Drawn]:
    """The picture of a cell that is labeled as a figure of the paper."""
    render = cell["metadata"].get("mystnb", {})
    figure, image = render.get("figure", {}), render.get("image", {})
    if not PAPER_LABEL.match(figure.get("name", "")):
        return
    for output in cell.get("outputs", []):
        if png := output.get("data", {}).get("image/png"):
            data = base64.b64decode("".join(png))
            yield Drawn(figure["name"], data, figure.get("caption", ""), image.get("alt", ""))
            return


def short_title(caption: str) -> str:
    """The beginning of a caption, up to its first comma or stop, without Markdown.

    >>> short_title("**Accuracy** on the test songs, by depth. Each box holds 16 genres.")
    'Accuracy on the test songs'
    """
    beginning = re.split(r"[,.:;](?:\s|$)", caption.strip(), maxsplit=1)[0]
    return re.sub(r"\{[a-z:]+\}|[*`_\\]", "", beginning).strip()


def write_thumbnail(png: bytes, path: Path) -> None:
    """Write a small copy of a picture, unless the same one is there."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    small = light_png(stream.getvalue())
    if not path.exists() or path.read_bytes() != small:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(small)


def gallery_item(figure: Drawn) -> str:
    """The name of a figure, with a link to it, as an item of a list in MyST."""
    number = paper_number(figure.label)
    subject = SUBJECTS.get(number) or short_title(figure.caption)
    return f"- [**Figure {number}** {escape(subject)}](#{figure.label})"


class FigureGallery(MystDirective):
    """``{figure-gallery}``: thumbnails of the paper's figures as this run draws them."""

    def run(self) -> list:
        """Put a thumbnail into each link; as a node, since MyST would cut the alternative text."""
        run, folder = Path(self.config.mgrlib_run), Path(self.env.doctreedir, "..", "thumbnails")
        for path in run.glob("notebooks/[0-9]*.ipynb"):
            self.env.note_dependency(str(path))
        if not (figures := drawn_figures(run)):
            return []
        listed = nodes.container(classes=["thumbnails"])
        listed += self.parse_text_to_nodes("\n".join(map(gallery_item, figures)))
        for figure, link in zip(figures, list(listed.findall(nodes.reference)), strict=True):
            path = (folder / f"thumbnail-{figure.label}.png").resolve()
            write_thumbnail(figure.png, path)
            relative = Path(os.path.relpath(path, self.env.srcdir)).as_posix()
            alt = figure.alt or short_title(figure.caption)
            link.insert(0, nodes.image(uri=f"/{relative}", alt=alt))
        return [listed]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("figure-gallery", FigureGallery)
