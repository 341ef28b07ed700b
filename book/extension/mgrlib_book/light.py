"""Light pages: scripts without what no page uses.

The theme's script of icons holds two thousand of them, half of what a page loads, and the
book uses some twenty. Each page would load the index of the search as well, which only the
search page asks as long as `search_as_you_type` is off.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

ICON = re.compile(
    r'"?(?P<name>[\w-]+)"?:\[\d+,\d+,\[(?P<aliases>[^\]]*)\],"[0-9a-f]+",'
    r'(?:"[^"]*"|\["[^"]*","[^"]*"\])\],?'
)
"""An entry of the script's tables: size, other names, its letter, and one path or two."""
USED = re.compile(r"\bfa-([a-z0-9-]+)")
SEARCH = re.compile(
    r'\s*<script src="[^"]*\b(?:_static/searchtools|_static/language_data|searchindex)\.js[^"]*">'
    r"</script>"
)


def used_icons(texts: list[str]) -> set[str]:
    """Names of the icons that pages and scripts ask for, without their ``fa-``."""
    return {name for text in texts for name in USED.findall(text)}


def with_icons(script: str, used: set[str]) -> str:
    """The script of icons with those of some names, or other names, and no others."""

    def kept(entry: re.Match) -> str:
        names = {entry["name"], *re.findall(r'"([\w-]+)"', entry["aliases"])}
        return entry[0] if names & used else ""

    return ICON.sub(kept, script)


def without_search(page: str) -> str:
    """A page that does not load the search's scripts."""
    return SEARCH.sub("", page)


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Take out of the written site what no page uses (``build-finished``)."""
    if error or app.builder.name != "html":
        return
    site, texts = Path(app.outdir), []
    for file in site.rglob("*.html"):
        page = file.read_text("utf-8")
        texts.append(page)
        lighter = page if file.name == "search.html" else without_search(page)
        if lighter != page and not app.config.html_theme_options.get("search_as_you_type"):
            file.write_text(lighter, "utf-8")
    scripts = [file for file in site.glob("_static/**/*.js") if file.name != "fontawesome.js"]
    texts += [file.read_text("utf-8") for file in scripts]
    if whole := _script_of_icons(app):
        target = site / "_static" / "scripts" / "fontawesome.js"
        target.write_text(with_icons(whole.read_text("utf-8"), used_icons(texts)), "utf-8")


def _script_of_icons(app: Sphinx) -> Path | None:
    """The theme's own, since that of the site may have been made lighter before."""
    folders = app.builder.theme.get_theme_dirs()
    scripts = (Path(folder, "static", "scripts", "fontawesome.js") for folder in folders)
    return next((script for script in scripts if script.exists()), None)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("build-finished", lighten)
