"""``{precision-table}``: bfloat16 against float32, from ``book/results/precision.json``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scipy import stats
from sphinx.application import Sphinx

from mgrlib.files import read_json
from mgrlib.prose import caution, escape, fixed

from .directives import MystDirective, value_words
from .reference import FOLDER, list_table

NAMED = ["songs", "image_size", "tune", "epochs", "joint_epochs", "batch_size"]


def precision_lines(measured: Mapping[str, Any]) -> list[str]:
    """MyST lines: what was compared, and a row a depth and arm."""
    settings, rows = measured["settings"], measured["rows"]
    repeats = max(row["repeats"] for row in rows)
    near = sum(row["noise"] is not None and abs(row["difference"]) < row["noise"] for row in rows)
    none = sum(_may_be_zero(row) for row in rows)
    said = ", ".join(f"{n.replace('_', ' ')} {value_words(settings[n])}" for n in NAMED)
    table = [["Arm", "Depth", "float32", "bfloat16", "Difference", "Standard error", "Noise"]]
    for row in sorted(rows, key=lambda row: row["weights"]):
        numbers = [row["float32"], row["bfloat16"], row["difference"], row["standard_error"],
                   row["noise"]]  # fmt: skip
        cells = ["–" if number is None else fixed(number, 4) for number in numbers]
        table.append([escape(row["weights"]), str(row["depth"]), *cells])
    return [
        f"The same study was trained at both precisions {repeats} times, with the same splits, "
        f"first weights and orders of batches ({escape(measured['corpus_words'])}; "
        f"{escape(said)}; {escape(measured['hardware']['processor'])}). {{numref}}`tab-precision` "
        "has the mean ROC-AUC over genres and scales. The difference is paired, and its standard "
        "error is over the draws; the 95\u00a0% interval of Student's t holds 0 in "
        f"{none} of {len(rows)} rows. *Noise* is the deviation of float32 alone from one draw to "
        f"the next; the difference is smaller than that in {near} of {len(rows)} rows. "
        f"{caution(measured['evidence'])}",
        "",
        *list_table("ROC-AUC in bfloat16 and float32", table, name="tab-precision"),
    ]


def _may_be_zero(row: Mapping[str, Any]) -> bool:
    """Whether the 95 % interval of the mean difference holds 0."""
    if row["standard_error"] is None:
        return False
    reach = stats.t.ppf(0.975, row["repeats"] - 1) * row["standard_error"]
    return abs(row["difference"]) <= reach


class PrecisionTable(MystDirective):
    """``{precision-table}``: the committed comparison, or how to make it."""

    def lines(self) -> list[str]:
        file = Path(self.env.srcdir, FOLDER, "precision.json")
        self.env.note_dependency(str(file))
        if not file.exists():
            return ["**This has not been measured yet**: no table is committed."]
        return precision_lines(read_json(file))


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("precision-table", PrecisionTable)
