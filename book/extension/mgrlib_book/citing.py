"""What to cite, as BibTeX made of the files that hold it, so that none goes stale.

``{cite-study}`` writes the entry of this software from ``CITATION.cff``, ``{cite-run}`` that of an
archive of this run from its ``study.json``, and ``{bibtex} KEY …`` the entries of
``book/references.bib``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from mgrlib.files import read_json

BIBLIOGRAPHY = Path("book", "references.bib")
CITATION = "CITATION.cff"


def bib_entries(text: str) -> dict[str, str]:
    """Entries of a BibTeX file as they are written, by their keys.

    >>> bib_entries("@misc{a,\\n  year = {2020},\\n}\\n\\n@misc{b,\\n}\\n")
    {'a': '@misc{a,\\n  year = {2020},\\n}', 'b': '@misc{b,\\n}'}
    """
    found = re.finditer(r"^@\w+\{([^,\s]+),.*?^\}", text, flags=re.MULTILINE | re.DOTALL)
    return {match[1]: match[0] for match in found}


def bib_entry(kind: str, key: str, values: Mapping[str, Any]) -> str:
    """A BibTeX entry; a field without a value is left out.

    >>> print(bib_entry("misc", "a", {"title": "A {B}", "note": None}))
    @misc{a,
      title = {A {B}},
    }
    """
    known = {name: value for name, value in values.items() if value not in (None, "")}
    lines = [f"  {name} = {{{value}}}," for name, value in known.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def plain(text: str) -> str:
    """A text that BibTeX shows as it is, without what it would take for its own.

    >>> plain("my {songs} \\\\ 50 %")
    'my songs 50 %'
    """
    return " ".join(re.sub(r"[{}\\]", "", text).split())


def author_names(citation: Mapping[str, Any]) -> str:
    """Authors of a ``CITATION.cff``, in BibTeX's order, people and others alike.

    >>> author_names({"authors": [{"family-names": "A", "given-names": "B"}, {"name": "The Cs"}]})
    'A, B and {The Cs}'
    """
    return " and ".join(
        f"{{{author['name']}}}"
        if "name" in author
        else f"{author['family-names']}, {author['given-names']}"
        for author in citation["authors"]
    )


def study_entry(citation: Mapping[str, Any]) -> str:
    """The entry of this software."""
    released = str(citation["date-released"])
    values = {
        "author": author_names(citation),
        "title": citation["title"],
        "year": released[:4],
        "version": citation["version"],
        "url": citation.get("repository-code"),
        "note": f"{citation['license']} license",
    }
    return bib_entry("software", "mgrlib", values)


def run_entry(study: Mapping[str, Any], citation: Mapping[str, Any]) -> str:
    """The entry of an archive of a run; what only its depositor knows stands in capitals."""
    versions, name = study.get("versions", {}), study.get("name", "RUN")
    songs = plain(study.get("corpus_words") or "songs of unknown origin")
    code = [f"mgrlib {versions['mgrlib']}" if "mgrlib" in versions else "",
            f"commit {study['commit']}" if study.get("commit") else ""]  # fmt: skip
    values = {
        "author": "YOUR NAME",
        "title": f"Run {name} of the study: {citation['title']}",
        "year": "YEAR",
        "doi": "DOI OF THE ARCHIVE",
        "note": ", ".join([songs, *filter(None, code)]),
    }
    return bib_entry("dataset", f"mgrlib-{name}", values)


class BibtexDirective(SphinxDirective):
    """A directive that shows BibTeX."""

    def text(self) -> str:
        """What is shown."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """The text, to be copied."""
        text = self.text()
        return [nodes.literal_block(text, text, language="bibtex")]

    def citation(self) -> dict[str, Any]:
        """``CITATION.cff``, with the repository that the buttons of the pages lead to."""
        file = Path(self.env.srcdir, CITATION)
        self.env.note_dependency(str(file))
        address = self.config.html_theme_options.get("repository_url")
        return {**yaml.safe_load(file.read_text("utf-8")), "repository-code": address}


class CiteStudy(BibtexDirective):
    """``{cite-study}``: this software."""

    def text(self) -> str:
        return study_entry(self.citation())


class CiteRun(BibtexDirective):
    """``{cite-run}``: an archive of the run that the book shows."""

    def text(self) -> str:
        file = Path(self.config.mgrlib_run, "study.json")
        self.env.note_dependency(str(file))
        return run_entry(read_json(file) if file.exists() else {}, self.citation())


class Bibtex(BibtexDirective):
    """``{bibtex} KEY …``: entries of the bibliography."""

    required_arguments = 1
    final_argument_whitespace = True

    def text(self) -> str:
        file = Path(self.env.srcdir, BIBLIOGRAPHY)
        self.env.note_dependency(str(file))
        entries, keys = bib_entries(file.read_text("utf-8")), self.arguments[0].split()
        if unknown := [key for key in keys if key not in entries]:
            raise self.error(f"{BIBLIOGRAPHY} has no {', '.join(unknown)}")
        return "\n\n".join(entries[key] for key in keys)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("cite-study", CiteStudy)
    app.add_directive("cite-run", CiteRun)
    app.add_directive("bibtex", Bibtex)
