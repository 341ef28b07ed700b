"""``{claims-ledger}``: the paper's claims in a line each, and this run's verdicts."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from mgrlib.claims import NOISE_WORDS, UNDECIDED, VERDICTS
from mgrlib.files import read_json
from mgrlib.prose import escape

from .directives import MystDirective
from .reference import list_table

LEDGER = "notebooks/07_claims"
"""Page that has the claims in full, with rules and numbers."""

NONE_YET = (
    "**The claims have not been judged yet**: the run has no `claims.json`, which the notebook "
    "`07_claims` writes."
)

SHORT = {
    "C1": "Accuracy: better median at ResNet101 only",
    "C2": "F1: mel better at each depth, varies less",
    "C2b": "F1: more of the top scores are linear's",
    "C3": "Recall: mel better, median and low end",
    "C4": "Precision: worst metric, no scale better",
    "C4b": "F1 is far below accuracy",
    "C5": "F1 grows with a genre's size",
    "C5b": "More songs would raise a small genre's F1",
    "C6": "Recall is about the same for all genres",
    "C7": "Precision grows with size, explains F1",
    "C8": "Scales differ most in Hip-Hop and Rock",
    "C9": "Differences in F1 may be normal",
    "C9b": "Q–Q points leave the line only modestly",
    "C10": "F1 is higher with mel (paired t-test)",
}
"""The claims in a few words, by their names in `mgrlib.claims.CLAIMS`."""

MARKS = {
    **{holds: "✓" for holds, _ in VERDICTS.values()},
    **{fails: "✗" for _, fails in VERDICTS.values()},
    UNDECIDED: "–",
}
"""A sign before the words of a verdict."""

ON_SYNTHETIC = " on synthetic songs"


def ledger_lines(entries: Sequence[Mapping[str, Any]], *, pages: Collection[str]) -> list[str]:
    """MyST lines: a table with a row a claim, and how many have which verdict.

    Parameters
    ----------
    entries : sequence of mapping
        The content of ``claims.json``.
    pages : collection of str
        Pages of the book; a claim that is seen on none of them has no link.
    """
    synthetic = any(ON_SYNTHETIC in entry["verdict"] for entry in entries)
    here = "On synthetic songs" if synthetic else "This run"
    rows = [["Claim", "The paper says", here, "Beyond noise", "Seen in"]]
    for entry in entries:
        said = [escape(entry["id"]), escape(SHORT.get(entry["id"], entry["text"]))]
        # What a test finds elsewhere says nothing of a claim that can't be judged here.
        noise = NOISE_WORDS[None if entry["verdict"] == UNDECIDED else entry["beyond_noise"]]
        rows.append([*said, verdict_words(entry["verdict"]), noise, seen_in(entry, pages)])
    more = (
        f" In full, with rules and numbers: {page_link(LEDGER, pages)}." if LEDGER in pages else ""
    )
    head, *table = list_table("The paper's claims, judged on this run", rows, name="tab-claims")
    return [
        head,
        ":class: claims",
        *table,
        f"{counted(entries, synthetic=synthetic)} *Beyond noise*: whether a test finds more than "
        f"chance in what the run shows, in either direction.{more}",
    ]


def counted(entries: Sequence[Mapping[str, Any]], *, synthetic: bool) -> str:
    """How many claims have which verdict, as a sentence.

    >>> counted([{"verdict": "agrees"}, {"verdict": "agrees"}, {"verdict": "x"}], synthetic=False)
    '3 claims: 2 agree, 1 x.'
    """
    counts = Counter(entry["verdict"].removesuffix(ON_SYNTHETIC) for entry in entries)
    plural = {"agrees": "agree", "disagrees": "disagree"}
    order = list(dict.fromkeys(verdict.removesuffix(ON_SYNTHETIC) for verdict in [*MARKS, *counts]))
    known = [verdict for verdict in order if counts[verdict]]
    named = [f"{counts[verdict]} {plural.get(verdict, verdict)}" for verdict in known]
    where = ON_SYNTHETIC if synthetic else ""
    return f"{counts.total()} claims{where}: {', '.join(map(escape, named))}."


def verdict_words(verdict: str) -> str:
    """A verdict with its sign; that the songs are synthetic is said above the column.

    >>> verdict_words("agrees on synthetic songs"), verdict_words("not reproduced")
    ('✓ agrees', '✗ not reproduced')
    """
    return f"{MARKS.get(verdict, '')} {escape(verdict.removesuffix(ON_SYNTHETIC))}".strip()


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
