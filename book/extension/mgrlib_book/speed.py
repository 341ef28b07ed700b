"""How fast it is: what ``make bench`` measured, and what this run took.

``{bench-table}`` shows the rows of ``runs/bench/bench.json``, where this machine has measured
everything that ``book/results/bench.json`` holds, else those that are committed there.
``{run-times}`` sums up the column ``seconds`` of the run's ``metrics.csv``.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from mgrlib import results
from mgrlib.errors import StudyError
from mgrlib.files import read_json, runs_folder
from mgrlib.prose import escape, fixed
from mgrlib.resources import duration, gibibytes

from .directives import MystDirective
from .reference import FOLDER, list_table

NONE_YET = "**This has not been measured yet**: `make bench` does, and the next book shows it."
COUNTED = {"pairs": "pairs"}
"""Units of what is counted, in which a ratio is no speed."""


def measured(local: Path, committed: Path) -> dict[str, Any] | None:
    """The rows to show, with the machine where it is known: this machine's if they are all there.

    Returns
    -------
    dict or None
        ``rows``, and ``here``: whether they were measured on this machine. None if there are none.
    """
    kept = read_json(committed) if committed.exists() else None
    rows = read_json(local) if local.exists() else []
    if kept is None:
        return {"rows": rows, "here": True} if rows else None
    if {row["name"] for row in kept["rows"]} <= {row["name"] for row in rows}:
        return {"rows": rows, "here": True}
    return {**kept, "here": False}


def quantity(value: float, unit: str) -> str:
    """A value of a row with its unit, three digits long or whole.

    >>> quantity(2022105088, "bytes"), quantity(13.2528, "s of a core"), quantity(384, "pairs")
    ('2.02 GB', '13.3 s of a core', '384 pairs')
    >>> quantity(0.00834, "s")
    '8.34 ms'
    """
    if unit == "bytes":
        return f"{value / 1e9:.2f} GB"
    if unit in COUNTED:
        return f"{value:,.0f} {unit}"
    if unit.split(" ")[0] == "s" and value < 1:
        return f"{1000 * value:.3g} m{unit}"
    return f"{value:.3g} {unit}"


def ratio_words(row: Mapping[str, Any]) -> list[str]:
    """The cells of a row's ratio and goal, the goal with whether it is reached."""
    if row["goal"] is None:
        return [fixed(row["ratio"], 2), "–"]
    reached = "✓ reached" if row["ratio"] >= row["goal"] else "✗ missed"
    return [fixed(row["ratio"], 2), f"{row['goal']:g} {reached}"]


def bench_lines(found: Mapping[str, Any]) -> list[str]:
    """MyST lines: where it was measured, and a row a measurement, times apart from counts."""
    lines = [machine_words(found), ""]
    for counts, title, name in (
        (False, "Times and memory, each beside a baseline", "tab-bench"),
        (True, "What the search for duplicates finds", "tab-bench-found"),
    ):
        rows = [row for row in found["rows"] if (row["unit"] in COUNTED) == counts]
        if rows:
            lines += list_table(title, bench_rows(rows), name=name)
    return lines


def bench_rows(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The cells of a table, under its head."""
    table = [["Measured", "Ours", "Baseline", "Ratio", "Goal"]]
    for row in rows:
        theirs = f"{quantity(row['baseline'], row['unit'])} ({row['baseline_name']})"
        ours = escape(quantity(row["ours"], row["unit"]))
        table.append([escape(row["name"]), ours, escape(theirs), *ratio_words(row)])
    return table


def machine_words(found: Mapping[str, Any]) -> str:
    """On what machine the rows were measured."""
    if found["here"]:
        return "Measured by `make bench` on the machine that built this book."
    hardware, versions = found["hardware"], found["versions"]
    return (
        f"Measured on {hardware['cores']} cores of {escape(hardware['processor'])} with mgrlib "
        f"{escape(versions['mgrlib'])}, commit {escape(found['commit'])}."
    )


def times_lines(metrics: pd.DataFrame, training: Mapping[str, Any]) -> list[str]:
    """MyST lines: seconds of the run's networks by arm and depth, and what training took in all."""
    rows = [["Arm", "Depth", "Networks", "A network", "All"]]
    for (arm, depth), seconds in network_seconds(metrics).groupby(["weights", "depth"], sort=False):
        if taken := seconds.sum():  # that of logistic regression is not taken
            whole = quantity(taken, "s") if taken < 90 else duration(taken)
            rows.append([escape(arm), str(depth), str(len(seconds)),
                         quantity(seconds.median(), "s"), whole])  # fmt: skip
    return [training_words(training), "", *list_table("Training time of the networks of this run",
                                                      rows, name="tab-run-times")]  # fmt: skip


def network_seconds(metrics: pd.DataFrame) -> pd.Series:
    """Seconds of each network; those of a joint network are divided among its genres' rows."""
    known = metrics.dropna(subset="seconds")
    network = known["genre"].where(known["weights"] != "joint", "all")
    keys = [known["weights"], known["depth"], known["scale"], known["repeat"], network]
    return known.groupby(keys, sort=False)["seconds"].sum()


def training_words(training: Mapping[str, Any]) -> str:
    """What training took on the clock, of memory, and of a GPU."""
    if not training:
        return "The run does not say how long its training took on the clock."
    words = [f"{training['networks']} networks were trained in {duration(training['seconds'])} on "
             f"the clock, {training['jobs']} at a time"]  # fmt: skip
    if training.get("peak_bytes"):
        words.append(f"in processes of at most {gibibytes(training['peak_bytes'])}")
    if training.get("gpu_utilization") is not None:
        words.append(f"the GPU at work {100 * training['gpu_utilization']:.0f} % of the time")
    return f"When training was last called, {', '.join(words)}."


class BenchTable(MystDirective):
    """``{bench-table}``: what ``make bench`` measured, or that nothing was."""

    def lines(self) -> list[str]:
        local = runs_folder() / "bench" / "bench.json"
        committed = Path(self.env.srcdir, FOLDER, "bench.json")
        for file in (local, committed):
            self.env.note_dependency(str(file))
        found = measured(local, committed)
        return bench_lines(found) if found else [NONE_YET]


class RunTimes(MystDirective):
    """``{run-times}``: what the networks of this run took."""

    def lines(self) -> list[str]:
        run = Path(self.config.mgrlib_run)
        study = run / "study.json"
        for file in (study, run / "results" / "metrics.csv"):
            self.env.note_dependency(str(file))
        try:
            metrics = results.read_metrics(run)
        except StudyError as error:
            return [escape(error)]
        if "seconds" not in metrics:
            return ["The results of this run don't say how long its networks were trained."]
        training = read_json(study).get("training") if study.exists() else None
        return times_lines(metrics, training or {})


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("bench-table", BenchTable)
    app.add_directive("run-times", RunTimes)
