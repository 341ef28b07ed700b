"""What a claim is, and what a run shows of it.

Conventions: a claim is judged by a rule that was written before any result was looked at.
A finding says whether the rule holds, or why it can't be judged; and beside it whether a
stated test says that what was found is more than noise, at the level `LEVEL`.
Notebook: 07_claims.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..statistics import LEVEL
from .tables import Tables

UNDECIDED = "not decidable here"
VERDICTS = {
    "music": ("reproduced", "not reproduced"),
    "synthetic": ("agrees on synthetic songs", "disagrees on synthetic songs"),
    "unknown": ("agrees", "disagrees"),
}
"""Words for a rule that holds and for one that doesn't, by what the songs are evidence of."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a run shows of a claim.

    Parameters
    ----------
    numbers : dict
        All values that the rule uses, with n and depths.
    holds : bool, optional
        Whether the rule holds; None where it can't be judged.
    reason : str, optional
        Why it can't be judged.
    shows : str
        What is seen, in a sentence or two.
    beyond_noise : bool, optional
        Whether the test of `noise` is significant; None where there is no such test.
    noise : str
        The test, in words.

    Raises
    ------
    ValueError
        If a finding that can't be judged has no reason, or one that can has a reason.
    """

    numbers: dict[str, Any] = field(default_factory=dict)
    holds: bool | None = None
    reason: str | None = None
    shows: str = ""
    beyond_noise: bool | None = None
    noise: str = ""

    def __post_init__(self):
        if (self.holds is None) != (self.reason is not None):
            raise ValueError("a finding either holds or not, or has a reason why neither")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A claim of the paper, and how it is judged.

    Attributes
    ----------
    id : str
    text : str
        What the paper says.
    rule : str
        When a run agrees: what `judge` computes, in a sentence.
    page : str
        Page of the book, relative to the site, on which it is seen.
    figure : int or None
        The paper's figure on that page that it is read off.
    judge : callable
        From `Tables` to a `Finding`; it raises nothing.
    compares : bool
        Whether the claim is about which scale is better, so that it changes with the names
        of the scales.
    """

    id: str
    text: str
    rule: str
    page: str
    figure: int | None
    judge: Callable[[Tables], Finding]
    compares: bool = False


def verdict(holds: bool | None, evidence: str | None) -> str:
    """A verdict in words, by what the songs are evidence of.

    >>> verdict(True, "music"), verdict(False, None)
    ('reproduced', 'disagrees')
    """
    if holds is None:
        return UNDECIDED
    yes, no = VERDICTS.get(evidence, VERDICTS["unknown"])
    return yes if holds else no


def significant(p: float | None) -> bool | None:
    """Whether `p` is below `LEVEL`; None where there is no p."""
    return None if p is None or p != p else bool(p < LEVEL)
