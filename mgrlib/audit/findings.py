"""What a rule of the verdict finds, and the words that its sentences share.

Sentences are plain text: a page escapes them. Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

NAMED = 4
"""So many genres, artists or formats are named; the others are counted."""
LONGEST_NAME = 60


class Finding(NamedTuple):
    """One point of the verdict.

    Attributes
    ----------
    is_fine : bool
    topic : str
        In two to five words, for the summary.
    text : str
        A sentence, or a few, with the numbers.
    """

    is_fine: bool
    topic: str
    text: str


def part(audit: dict, *keys: str) -> Any:
    """A part of an audit, None where it or what holds it is absent.

    >>> part({"labels": {"songs": 3}}, "labels", "songs"), part({}, "labels", "songs")
    (3, None)
    """
    for key in keys:
        if not isinstance(audit, dict) or audit.get(key) is None:
            return None
        audit = audit[key]
    return audit


def listed(names: Sequence[str]) -> str:
    """Names in a row, long ones cut, many ones counted.

    >>> listed(["a", "b"]), listed(list("abcdef"))
    ('a and b', 'a, b, c, d and 2 more')
    """
    shown = [cut(name) for name in names[:NAMED]]
    if len(names) > NAMED:
        shown.append(f"{len(names) - NAMED} more")
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def cut(name: str) -> str:
    """A name on one line, not longer than is readable."""
    name = " ".join(str(name).split())
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> count(1, "song"), count(2, "pair of songs", "pairs of songs")
    ('1 song', '2 pairs of songs')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def agreeing(number: int, one: str, many: str) -> str:
    """The form of a verb that goes with a number of things.

    >>> agreeing(1, "has", "have"), agreeing(0, "has", "have")
    ('has', 'have')
    """
    return one if number == 1 else many


def percent(share: float) -> str:
    """A share as a percentage, never rounded to nothing or to all.

    >>> percent(0.123), percent(0.0004), percent(0.9999), percent(0.0)
    ('12.3 %', 'under 0.1 %', 'over 99.9 %', '0.0 %')
    """
    if 0 < share < 0.0005:
        return "under 0.1 %"
    if 0.9995 <= share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f} %"
