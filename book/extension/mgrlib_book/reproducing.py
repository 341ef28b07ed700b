"""Where the run of this book comes from, and that its pages are what their sources do.

``{run-provenance}`` shows settings in brief, seed, versions and hardware of ``study.json``,
``{run-inputs}`` the digests of what the run was made of, and ``{run-code}`` the digest of every
notebook's code beside whether the executed copy has the same.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from mgrlib.files import read_json
from mgrlib.notebooks import PAGES, SOURCES
from mgrlib.prose import escape

from .directives import MystDirective
from .pages import Checked, checked_pages
from .reference import list_table

NO_STUDY = "The run has no `study.json`: its results were made elsewhere."
NO_INPUTS = "The run does not say what it was made of: an earlier version made it."
SHOWN_DIGITS = 16
"""Of a digest; a change of one bit changes them all."""


def provenance_lines(study: Mapping[str, Any]) -> list[str]:
    """MyST lines: two tables, what was run on what, and the versions of what it was run with."""
    settings, resolved = study.get("settings", {}), study.get("resolved", {})
    hardware = study.get("hardware", {})
    found = {
        "Run": study.get("name"),
        "Songs": study.get("corpus_words"),
        "Profile": study.get("profile"),
        "Seed": settings.get("seed"),
        "Draws of split, subsets and weights": settings.get("repeats"),
        "Commit of the code": study.get("commit"),
        "System": hardware.get("system"),
        "Processor": hardware.get("processor"),
        "Cores": hardware.get("cores"),
        "GPU": hardware.get("gpu") or "none",
        "Trained on": resolved.get("device"),
        "Arithmetic": resolved.get("precision"),
        "Processes": resolved.get("jobs"),
    }
    rows = [[name, escape(said)] for name, said in found.items() if said not in (None, "")]
    versions = [[escape(name), escape(said)] for name, said in study.get("versions", {}).items()]
    return [
        *list_table("How this run was made", [["What", "Of this run"], *rows], name="tab-made"),
        *list_table("Versions", [["Software", "Version"], *versions], name="tab-versions"),
    ]


def inputs_lines(inputs: Mapping[str, str]) -> list[str]:
    """MyST lines: a row an input, with the beginning of its SHA-256."""
    rows = [[escape(name), f"`{digest[:SHOWN_DIGITS]}…`"] for name, digest in inputs.items()]
    return list_table("SHA-256 of what the run was made of", [["Input", "Digest"], *rows],
                      name="tab-inputs")  # fmt: skip


def code_lines(pages: Iterable[Checked]) -> list[str]:
    """MyST lines: a row an executed notebook, with the digest of its code."""
    pages = list(pages)
    rows = [["Executed notebook", "Digest of its code", "Same as the source"]]
    for page in pages:
        same = "✓ yes" if page.equal else "✗ no"
        rows.append([f"`{page.executed}`", f"`{page.digest[:SHOWN_DIGITS]}`", same])
    equal = sum(page.equal for page in pages)
    return [
        f"When this page was built, {equal} of {len(pages)} executed notebooks had the code of "
        "their sources.",
        "",
        *list_table("The code of the executed notebooks", rows, name="tab-code"),
    ]


class StudyDirective(MystDirective):
    """A directive that shows a part of ``study.json``."""

    def study(self) -> dict[str, Any]:
        """The content of the file; empty where the run has none."""
        file = Path(self.config.mgrlib_run, "study.json")
        self.env.note_dependency(str(file))
        return read_json(file) if file.exists() else {}


class RunProvenance(StudyDirective):
    """``{run-provenance}``: how the run was made."""

    def lines(self) -> list[str]:
        study = self.study()
        return provenance_lines(study) if study else [NO_STUDY]


class RunInputs(StudyDirective):
    """``{run-inputs}``: digests of what the run was made of."""

    def lines(self) -> list[str]:
        inputs = self.study().get("inputs")
        return inputs_lines(inputs) if inputs else [NO_INPUTS]


class RunCode(MystDirective):
    """``{run-code}``: digests of the notebooks' code, and whether copy and source agree."""

    def lines(self) -> list[str]:
        run = Path(self.config.mgrlib_run)
        for page in PAGES:
            self.env.note_dependency(str(SOURCES / f"{page.source}.ipynb"))
            self.env.note_dependency(str(run / "notebooks" / page.name))
        return code_lines(checked_pages(run))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("run-provenance", RunProvenance)
    app.add_directive("run-inputs", RunInputs)
    app.add_directive("run-code", RunCode)
