"""``{claims-ledger}``: the paper's claims and this run's verdicts, from ``claims.json``."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from mgrlib.claims import NOISE_WORDS, count_verdicts
from mgrlib.files import read_json
from mgrlib.prose import escape

from .directives import MystDirective
from .reference import list_table

LEDGER = "notebooks/07_claims"
"""Page that has the rules and the numbers."""

NONE_YET = (
    "**The claims have not been judged yet**: the run has no `claims.json`, which the notebook "
    "`07_claims` writes."
)


def ledger_lines(entries: Sequence[Mapping[str, Any]], *, pages: Collection[str]) -> list[str]:
    """MyST lines: a table with a row a claim, and how many have which verdict.

    Parameters
    ----------
    entries : sequence of mapping
        The content of ``claims.json``.
    pages : collection of str
        Pages of the book; a claim that is seen on none of them has no link.
    """
    rows = [["Claim", "The paper says", "This run", "Beyond noise", "Seen in"]]
    for entry in entries:
        said = [escape(entry[key]) for key in ("id", "text", "verdict")]
        rows.append([*said, NOISE_WORDS[entry["beyond_noise"]], seen_in(entry, pages)])
    more = f" Rules and numbers: {page_link(LEDGER, pages)}." if LEDGER in pages else ""
    head, *table = list_table("The paper's claims, judged on this run", rows, name="tab-claims")
    return [
        head,
        ":class: claims",
        *table,
        f"{escape(count_verdicts(entries))} *Beyond noise*: whether a test finds more than chance "
        f"in what the run shows, in whichever direction.{more}",
    ]


def seen_in(entry: Mapping[str, Any], pages: Collection[str]) -> str:
    """A link to the figure that a claim is read off, else to its page."""
    if entry.get("figure") and entry["page"].removesuffix(".html") in pages:
        return f"{{numref}}`fig-paper-{entry['figure']:02d}`"
    return page_link(entry["page"], pages)


def page_link(page: str, pages: Collection[str]) -> str:
    """A link to a page of the book by its title, or a dash where the book lacks it."""
    name = page.removesuffix(".html")
    return f"{{doc}}`/{name}`" if name in pages else "–"


class ClaimsLedger(MystDirective):
    """``{claims-ledger}``: the ledger of the run, or that there is none."""

    def lines(self) -> list[str]:
        file = Path(self.config.mgrlib_run, "claims.json")
        self.env.note_dependency(str(file))
        if not file.exists():
            return [NONE_YET]
        return ledger_lines(read_json(file), pages=self.env.found_docs)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("claims-ledger", ClaimsLedger)
