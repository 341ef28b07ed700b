"""Does bfloat16 change what the networks learn? (``python -m mgrlib.precision``)

The same study twice, on synthetic songs: once with products in bfloat16, once in
float32, with the same splits, first weights and order of batches. Each repeat draws all
of these anew, so the spread over repeats is the noise that the difference is held
against. Writes ``book/results/precision.json``, which the book shows.
"""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from .files import ROOT, write_json
from .pipeline import start_study
from .results import KEY, read_metrics, read_study
from .settings import parse_overrides

RESULT = ROOT / "book" / "results" / "precision.json"
SETTINGS = {"songs": 480, "repeats": 3}
"""Of the profile ``quick``, but fewer songs and three draws."""


def compare_precisions(float32: pd.DataFrame, bfloat16: pd.DataFrame) -> list[dict[str, Any]]:
    """Mean ROC-AUC at both precisions by depth and arm, and what noise there is.

    Parameters
    ----------
    float32, bfloat16 : DataFrame
        ``metrics.csv`` of two runs that differ in the precision alone.

    Returns
    -------
    list of dict
        ``depth, weights, repeats, float32, bfloat16, difference, standard_error, noise``:
        `difference` is bfloat16 minus float32, the mean over repeats of means over genres
        and scales, with its standard error; `noise` is the deviation of float32 over the
        repeats. The last two are None with one repeat.
    """
    both = float32.merge(bfloat16, on=KEY, suffixes=("_float32", "_bfloat16"))
    both = both[both["depth"] > 0]
    rows = []
    for (depth, weights), group in both.groupby(["depth", "weights"], sort=False):
        means = group.groupby("repeat")[["roc_auc_float32", "roc_auc_bfloat16"]].mean()
        difference = means["roc_auc_bfloat16"] - means["roc_auc_float32"]
        several = len(means) > 1
        rows.append(
            {
                "depth": int(depth),
                "weights": weights,
                "repeats": len(means),
                "float32": means["roc_auc_float32"].mean(),
                "bfloat16": means["roc_auc_bfloat16"].mean(),
                "difference": difference.mean(),
                "standard_error": difference.std() / math.sqrt(len(means)) if several else None,
                "noise": means["roc_auc_float32"].std() if several else None,
            }
        )
    return rows


def measure_precisions(
    overrides: Any = None, *, result: Path | None = None
) -> list[dict[str, Any]]:
    """Run the study at both precisions and write the comparison.

    Parameters
    ----------
    overrides : mapping, str or list of str, optional
        Settings to change, as `mgrlib.settings.make_settings` takes them.
    result : Path, optional
        File to write; by default the one that the book shows.
    """
    chosen, tables = {**SETTINGS, **parse_overrides(overrides)}, {}
    for precision in ("float32", "bfloat16"):
        study = start_study(
            profile="quick",
            corpus="synthetic",
            overrides={**chosen, "precision": precision},
            name=f"precision-{precision}",
        )
        study.train()
        tables[precision] = read_metrics(study.folder)
    rows = compare_precisions(tables["float32"], tables["bfloat16"])
    made = read_study(study.folder)
    about = {name: made[name] for name in ("corpus_words", "evidence", "hardware", "commit")}
    write_json(result or RESULT, {**about, "settings": made["settings"], "rows": rows})
    return rows


def main() -> None:
    """Measure and print the table."""
    print(pd.DataFrame(measure_precisions()).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
