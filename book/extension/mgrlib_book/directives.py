"""Tables and galleries that the book makes of code and results, so that none goes stale.

``{settings-table} GROUP`` lists the settings of a group, ``{figure-gallery}`` shows the
run's figures as thumbnails that lead to their pages, ``{module-list}`` documents every
module of `mgrlib`.
"""

import base64
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from mgrlib.prose import escape
from mgrlib.settings import RULES, Settings, profiles

from .facts import last_part
from .numbering import PAPER_LABEL, paper_number

MEANINGS: dict[str, dict[str, str]] = {
    "songs": {
        "corpus": "where the songs come from: a folder, or a public data set with its folder; "
        "synthetic-direct plays the synthetic songs in memory and keeps no files of them",
        "genres": "which genres are studied: all that are large enough, the paper's 16, a data "
        "set's own labels, or those named",
        "max_genres": "at most so many genres, the largest first",
        "min_songs": "a genre with fewer songs, or with fewer songs outside it, is left out",
        "songs": "at most so many songs; for the synthetic corpus, how many are made",
        "excerpts": "whether sound may be embedded in the book; auto: only that of synthetic songs",
    },
    "images": {
        "scales": "the frequency scales that are compared",
        "segment_seconds": "length in s of the segment taken from each song",
        "sample_rate": "rate in Hz to which the sound is brought, in mono",
        "n_fft": "length in samples of the window of each spectrum",
        "hop_length": "samples from one spectrum to the next",
        "n_mels": "number of rows of every scale but linear",
        "top_db": "range in dB below the loudest point; all that is softer is black",
        "image_size": "height and width of an image in pixels",
    },
    "networks": {
        "depths": "layers of the ResNets",
        "weights": "the arms: what the networks know before they see a genre",
        "tune": "what is trained for a genre: the whole network or its last layer alone",
        "joint_epochs": "epochs of the network that learns all genres at once",
        "epochs": "epochs of the network of one genre",
        "batch_size": "images in a step of training",
        "learning_rate": "step size of the optimizer",
        "precision": "arithmetic of training; auto: bfloat16 where the processor is built for it",
    },
    "test": {
        "test_fraction": "share of the songs kept for the test",
        "split_by": "what never stands on both sides of the split: a song, an album, an artist; "
        "or published: the split that came with a public data set",
        "repeats": "how often the whole experiment is drawn and trained anew",
        "equal_sizes": "whether each genre's network is trained a second time on as many songs as "
        "the smallest genre has, to tell a genre's size from its rarity",
        "seed": "the number from which all randomness comes",
    },
    "machine": {
        "device": "where networks are trained; auto: a GPU where there is one",
        "jobs": "processes at work at a time; a cluster has as many as it has workers",
        "scheduler": "who makes the images and trains: this machine, or the workers of a cluster",
        "keep_models": "whether the trained networks are kept in the run",
    },
}
"""What each setting means, by group; a test holds that no setting is missing."""

THUMBNAIL_WIDTH = 360
"""Pixels: twice the width at which a thumbnail is shown."""


def value_words(value: Any) -> str:
    """A value of a setting as one would type it; of a path the last part, of an address none."""
    if value is None:
        return "auto"
    if "://" in str(value):
        return "a cluster"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value))
    return f"{value:g}" if isinstance(value, float) else last_part(str(value))


def settings_table(group: str, chosen: Mapping[str, Any]) -> str:
    """MyST table of the settings of `group`: meaning, rule, the profiles' values, `chosen`'s."""
    names, tables = MEANINGS[group], profiles()
    defaults = {f.name: f.default for f in fields(Settings) if f.default is not MISSING}
    head = ["Setting", "Meaning and legal values", "Default", *tables, "This run"]
    rows = []
    for name, meaning in names.items():
        default = defaults[name]
        values = [default, *(table.get(name, "") for table in tables.values())]
        values.append(chosen.get(name, ""))
        cells = [escape(value_words(value)) if value != "" else "" for value in values]
        rows.append([f"`{name}`", f"{escape(meaning)} *({escape(RULES[name][1])})*", *cells])
    lines = [f":::{{list-table}} Settings: {group}", ":header-rows: 1"]
    lines += [":class: settings", f":name: tab-settings-{group}", ""]
    for row in [head, *rows]:
        lines += [f"{'* -' if n == 0 else '  -'} {cell}".rstrip() for n, cell in enumerate(row)]
    return "\n".join([*lines, ":::"])


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
    small = io.BytesIO()
    picture.quantize(128).save(small, "PNG", optimize=True)
    if not path.exists() or path.read_bytes() != small.getvalue():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(small.getvalue())


def card(figure: Drawn, picture: str) -> list[str]:
    """MyST lines of a thumbnail that leads to its figure."""
    title = short_title(figure.caption)
    return [
        ":::{grid-item-card}",
        f":img-top: {picture}",
        f":img-alt: {escape(figure.alt or title)}",
        f":link: {figure.label}",
        ":link-type: ref",
        ":class-card: thumbnail",
        f"**Figure {paper_number(figure.label)}** {escape(title)}",
        ":::",
    ]


def modules(package: Path) -> list[str]:
    """Dotted names of the modules of a package, `mgrlib` itself first.

    Of a package within a package only its own face is listed, not its parts.
    """
    names = set()
    for path in package.rglob("*.py"):
        *parents, name = path.relative_to(package.parent).with_suffix("").parts
        parts = parents if name == "__init__" else [*parents, name]
        if name != "__main__" and len(parts) <= 3 and not name.startswith("test_"):
            names.add(".".join(parts))
    return sorted(names)


def module_section(name: str) -> list[str]:
    """MyST lines that document a module under a heading of its own."""
    return [
        f"## {name}",
        "",
        "```{eval-rst}",
        f".. automodule:: {name}",
        "   :members:",
        # What a package offers of its modules is documented with these, and once.
        "   :ignore-module-all:",
        "   :member-order: bysource",
        "```",
        "",
    ]


class MystDirective(SphinxDirective):
    """A directive that writes MyST lines."""

    def lines(self) -> list[str]:
        """The lines that stand in the place of the directive."""
        raise NotImplementedError

    def run(self) -> list:
        """Parse the lines where the directive stands."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class SettingsTable(MystDirective):
    """``{settings-table} GROUP``: the settings of a group of `MEANINGS`."""

    required_arguments = 1

    def lines(self) -> list[str]:
        if self.arguments[0] not in MEANINGS:
            raise self.error(f"group must be one of {', '.join(MEANINGS)}")
        study = Path(self.config.mgrlib_run, "study.json")
        chosen = json.loads(study.read_text("utf-8")).get("settings", {}) if study.exists() else {}
        self.env.note_dependency(str(study))
        return settings_table(self.arguments[0], chosen).splitlines()


class FigureGallery(MystDirective):
    """``{figure-gallery}``: thumbnails of the paper's figures as this run draws them."""

    def lines(self) -> list[str]:
        run, folder = Path(self.config.mgrlib_run), Path(self.env.doctreedir, "..", "thumbnails")
        for path in run.glob("notebooks/[0-9]*.ipynb"):
            self.env.note_dependency(str(path))
        cards = []
        for figure in drawn_figures(run):
            path = (folder / f"thumbnail-{figure.label}.png").resolve()
            write_thumbnail(figure.png, path)
            relative = Path(os.path.relpath(path, self.env.srcdir)).as_posix()
            cards += card(figure, f"/{relative}")
        return ["::::{grid} 2 3 5 5", ":gutter: 2", "", *cards, "::::"] if cards else []


class ModuleList(MystDirective):
    """``{module-list}``: documentation of every module of `mgrlib`."""

    def lines(self) -> list[str]:
        self.env.mgrlib_modules = found = modules(Path(self.env.srcdir, "mgrlib"))
        self.env.mgrlib_modules_page = self.env.docname
        return [line for name in found for line in module_section(name)]


def reread_module_list(
    app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set
) -> list[str]:
    """Read the page of the modules again when one was added or removed."""
    known = getattr(env, "mgrlib_modules", None)
    stale = known is not None and known != modules(Path(app.srcdir, "mgrlib"))
    return [env.mgrlib_modules_page] if stale else []


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("settings-table", SettingsTable)
    app.add_directive("figure-gallery", FigureGallery)
    app.add_directive("module-list", ModuleList)
    app.connect("env-get-outdated", reread_module_list)
