"""Size or prevalence: the numbers of notebook 11 in one place.

`null_model` and `null_fit` say what prevalence alone does to a score, `equal_sizes` what is
left when all genres have equally many training songs.
Notebook: 11_prevalence.
"""

import pandas as pd

from .equal_sizes import (
    equal_size_correlations,
    gain_tests,
    learning_gains,
    why_no_equal_sizes,
)
from .null_fit import count_answers, null_fit, null_table
from .null_model import paper_null

__all__ = ["equal_size_correlations", "null_numbers", "prevalence_numbers"]


def prevalence_numbers(
    metrics: pd.DataFrame, equal_sizes: pd.DataFrame | None, *, arm: str
) -> dict:
    """The numbers of notebook 11: the null model, and the experiment of equal sizes.

    Returns
    -------
    dict
        ``paper`` (`paper_null`); ``null`` by depth, scale and metric (`null_fit`);
        ``equal_sizes``: `equal_size_correlations` and `gain_tests` of the arm, and of
        ``baseline``, which has no trunk. Where nothing can be computed, a ``reason``.
    """
    depths = metrics.loc[metrics["weights"] == arm, "depth"].dropna().astype(int).unique()
    return {
        "paper": paper_null(),
        "null": {
            str(depth): null_numbers(metrics, arm=arm, depth=depth) for depth in sorted(depths)
        },
        "equal_sizes": {
            row: {"reason": reason}
            if (reason := why_no_equal_sizes(equal_sizes, arm=row))
            else {
                **equal_size_correlations(metrics, equal_sizes, arm=row),
                "gains": gain_tests(learning_gains(metrics, equal_sizes, arm=row)),
            }
            for row in (arm, "baseline")
        },
    }


def null_numbers(metrics: pd.DataFrame, *, arm: str, depth: int) -> dict:
    """`null_fit` of F1 and precision by scale at one depth, or the ``reason`` why not."""
    counts = count_answers(metrics, arm=arm, depth=depth)
    if isinstance(counts, str):
        return {"reason": counts}
    table = null_table(counts)
    return {
        str(scale): {
            name: null_fit(table, scale=scale, metric=name) for name in ("f1", "precision")
        }
        for scale in table["scale"].unique()
    }
