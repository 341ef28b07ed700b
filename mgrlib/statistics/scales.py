"""The scales of a run, in one order, and what of a page they fill.

The paper compares two scales, `SCALES`; a run may have others beside them or instead. A
page that compares linear with mel says by `describe_compared` what it leaves out.
"""

import pandas as pd

from ..prose import escape
from ..settings import SCALES as ALL_SCALES
from .scores import SCALES, TESTED, box_summaries, finite_column, paired_scores

PAIRS_PAGE = "[Scale or resolution](13_scale_or_resolution.ipynb)"


def ordered_scales(scales) -> list[str]:
    """Scales in the order of the settings, those made elsewhere after them by name.

    >>> ordered_scales({"cqt", "mel", "bark"})
    ['mel', 'cqt', 'bark']
    """
    present = {str(scale) for scale in scales}
    known = [scale for scale in ALL_SCALES if scale in present]
    return known + sorted(present - set(known))


def present_scales(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> list[str]:
    """Scales of which `arm` has values, as `ordered_scales`."""
    rows = metrics[metrics["weights"] == arm]
    return ordered_scales(rows.loc[finite_column(rows, metric).notna(), "scale"].dropna())


def describe_compared(metrics: pd.DataFrame, *, arm: str) -> str:
    """What of an arm's scales a page on linear minus mel compares; empty if it has just these."""
    present = present_scales(metrics, arm=arm)
    others = [scale for scale in present if scale not in SCALES]
    if missing := [scale for scale in SCALES if scale not in present]:
        return _without_pair(arm, present, missing=missing)
    if not others:
        return ""
    return (
        "What is compared on this page is linear with mel, as in the paper. Where a figure or a "
        f"table is of single scales, it has {_listed(others)} as well; {PAIRS_PAGE} tests every "
        "pair."
    )


def _without_pair(arm: str, present: list[str], *, missing: list[str]) -> str:
    lacking = "neither linear nor mel" if len(missing) == 2 else f"no {missing[0]}"
    if not present:
        return f"The arm {escape(arm)} has no values of any scale, so nothing can be compared."
    words = (
        f"Linear minus mel, the comparison of the paper, can't be made here: the arm {escape(arm)} "
        f"has {lacking} networks. What needs it says so; what is of single scales is of "
        f"{_listed(present)}."
    )
    return words if len(present) == 1 else f"{words} {PAIRS_PAGE} tests every pair that there is."


def describe_medians(metrics: pd.DataFrame, *, metric: str, arm: str) -> str:
    """Medians over the genres, depth by depth, of the scales beyond linear and mel.

    Of one of these two as well where it has no partner; empty where there is none.
    """
    pair = paired_scores(metrics, arm=arm, metric=metric)
    boxes = box_summaries(metrics, metric=metric, arm=arm)
    told = SCALES if len(pair) else ()
    parts = []
    for scale in ordered_scales({box.scale for box in boxes} - set(told)):
        medians = ", ".join(f"ResNet{b.depth} {b.median:.3f}" for b in boxes if b.scale == scale)
        parts.append(f"with {escape(scale)}: {medians}")
    return f"Medians {'; '.join(parts)}." if parts else ""


def _listed(names: list[str]) -> str:
    """Names as a sentence has them.

    >>> _listed(["log", "cqt", "mel"])
    'log, cqt and mel'
    """
    *first, last = map(escape, names)
    return f"{', '.join(first)} and {last}" if first else last
