"""The numbers of the second question, as ``statistics.json`` keeps them.

Notebook: 09_every_depth.
"""

import pandas as pd

from ..paired import paired_t
from ..scores import DESCRIBED, TESTED
from .each_depth import (
    depth_contrasts,
    depth_differences,
    depth_interaction,
    depth_slopes,
    depth_tests,
    depth_verdict,
    genre_differences,
)
from .mixed import mixed_model


def depth_numbers(metrics: pd.DataFrame, *, arm: str) -> dict:
    """Tests at every depth, between the depths and of the interaction, for one arm.

    Returns
    -------
    dict
        Of F1, the metric tested: ``by_depth``, ``contrasts`` and ``genres`` (lists of
        rows), ``interaction``, ``trend`` (per doubling of the depth) and ``mixed``.
        ``metrics`` has ``by_depth`` and ``interaction`` of every metric described,
        ``references`` those of ``joint`` and ``baseline``. ``answer`` says it in words;
        ``reason`` is there where no depth has both scales.
    """
    differences = depth_differences(metrics, arm=arm)
    contrasts, found = depth_contrasts(differences), depth_interaction(differences)
    slopes = depth_slopes(differences)
    drawn = [name for name in DESCRIBED if name in metrics]
    numbers = {
        "arm": arm,
        "metric": TESTED,
        "difference": "linear - mel",
        "correction": "Holm for p, Bonferroni for intervals, within each list of rows",
        **_by_depth(metrics, arm=arm, metric=TESTED),
        "contrasts": _records(contrasts),
        "trend": {"slope": float(slopes.mean()) if len(slopes) else None,
                  **paired_t(slopes).as_dict()},
        "mixed": {
            "level": mixed_model(metrics, arm=arm).as_dict(),
            "level and difference": mixed_model(metrics, arm=arm, slope=True).as_dict(),
        },
        "genres": _records(genre_differences(metrics, arm=arm)),
        "metrics": {name: _by_depth(metrics, arm=arm, metric=name) for name in drawn},
        "references": {
            row: _by_depth(metrics, arm=row, metric=TESTED) for row in ("joint", "baseline")
        },
        "answer": depth_verdict(found, contrasts),
    }  # fmt: skip
    return numbers if len(differences) else numbers | {"reason": "no depth has linear and mel"}


def _by_depth(metrics, *, arm, metric) -> dict:
    """A test at each depth, and the interaction."""
    found = depth_interaction(depth_differences(metrics, arm=arm, metric=metric))
    return {
        "by_depth": _records(depth_tests(metrics, arm=arm, metric=metric)),
        "interaction": {
            "anova": found.anova.as_dict(),
            "friedman": found.friedman.as_dict(),
            "df_error": found.df_error,
            "epsilon": found.epsilon,
            "left_out": list(found.left_out),
        },
    }


def _records(table: pd.DataFrame) -> list[dict]:
    return table.reset_index().to_dict("records")
