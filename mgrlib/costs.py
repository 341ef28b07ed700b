"""What training costs: images seen and seconds, by arm, against the joint network.

`metrics` is the table of ``results/metrics.csv``. Seconds are those of the training
steps, summed over networks, whether they ran one after another or side by side.
Notebook: 03_per_depth_training, "Time and cost".
"""

import math
from typing import Any

import pandas as pd

from .prose import escape
from .resources import duration, gibibytes
from .results import REFERENCE_ROWS

COLUMNS = ["networks", "images", "seconds", "seconds a network", "images a second"]


def training_costs(metrics: pd.DataFrame, *, depth: int) -> pd.DataFrame:
    """Networks, images seen and seconds of each row of a depth.

    Returns
    -------
    DataFrame
        Index: the arms, then ``joint`` and ``baseline`` (which is of no depth), where
        present. Columns `COLUMNS`; ``images`` are training songs times epochs, summed
        over networks. NaN where the table does not tell.
    """
    rows = metrics[(metrics["depth"] == depth) | (metrics["weights"] == "baseline")]
    arms = [arm for arm in rows["weights"].unique() if arm not in REFERENCE_ROWS]
    arms += [row for row in REFERENCE_ROWS if (rows["weights"] == row).any()]
    costs = {arm: _cost(rows[rows["weights"] == arm], joint=arm == "joint") for arm in arms}
    return pd.DataFrame.from_dict(costs, orient="index", columns=COLUMNS)


def _cost(rows: pd.DataFrame, *, joint: bool) -> list[float]:
    # A joint network has a row for each genre, which share its seconds but not its songs.
    networks = rows.drop_duplicates(["scale", "repeat"]) if joint else rows
    known = networks.reindex(columns=["n_train", "epochs"])
    images = (known["n_train"] * known["epochs"]).sum(min_count=1)
    seconds = rows.reindex(columns=["seconds"])["seconds"].sum(min_count=1)
    # Logistic regression has no epochs, and its time is not taken.
    images, seconds = (value if value > 0 else float("nan") for value in (images, seconds))
    return [len(networks), images, seconds, seconds / len(networks), images / seconds]


def cost_table(costs: pd.DataFrame) -> pd.DataFrame:
    """`training_costs` as text, rounded for a reader; a dash where a value is not known."""
    shown = {"images": "{:,.0f}", "seconds": "{:,.1f}", "seconds a network": "{:.3g}",
             "images a second": "{:,.0f}"}  # fmt: skip
    table = costs.astype({"networks": int}).astype(object)
    for column, form in shown.items():
        table[column] = [form.format(v) if math.isfinite(v) else "–" for v in costs[column]]
    return table


def compare_with_joint(costs: pd.DataFrame) -> str:
    """What one network a genre costs against one for all, as Markdown sentences."""
    if "joint" not in costs.index:
        return "The run has no joint network to compare with."
    joint, sentences = costs.loc["joint"], []
    for arm, own in costs.drop(index=list(REFERENCE_ROWS), errors="ignore").iterrows():
        images, seconds = own["images"] / joint["images"], own["seconds"] / joint["seconds"]
        if not (math.isfinite(images) and math.isfinite(seconds)):
            continue
        sentences.append(
            f"The {_networks(own['networks'])} of the arm {escape(arm)} saw {_times(images)} as "
            f"many images as the {_networks(joint['networks'])} for all genres and took "
            f"{_times(seconds)} as long."
        )
    return " ".join(sentences) or "The table of this run does not tell what training cost."


def _networks(number: float) -> str:
    return f"{number:.0f} network{'s' if number != 1 else ''}"


def _times(ratio: float) -> str:
    return f"{ratio:.1f} times" if ratio >= 1 else f"{ratio:.2g} times"


def describe_machine(study: dict[str, Any]) -> str:
    """Where a run was trained, from its ``study.json``, as Markdown sentences.

    Parameters
    ----------
    study : dict
        May have ``resolved`` (device, precision, jobs), ``hardware``, and ``training``
        (networks, seconds, jobs, peak_bytes, gpu_utilization as a share); what is missing
        is left out.
    """
    resolved, hardware = study.get("resolved", {}), study.get("hardware", {})
    if not resolved:
        return "The run does not record where it was trained."
    gpu = hardware.get("gpu") if resolved.get("device") == "cuda" else None
    where = escape(gpu or hardware.get("processor") or "an unknown processor")
    if (cores := hardware.get("cores")) and not gpu:
        where += f" with {cores} core{'s' if cores != 1 else ''}"
    how = ", ".join(
        f"{name} {escape(resolved[name])}" for name in ("device", "precision") if name in resolved
    )
    return f"Trained on {where} ({how}). {_describe_training(study.get('training') or {})}".strip()


def _describe_training(training: dict[str, Any]) -> str:
    """The last call that trained, on the clock, where the run has noted it."""
    if not {"networks", "seconds"} <= training.keys():
        return ""
    words = f"The last call that trained made {_networks(training['networks'])}, of this depth "
    words += f"or of several, in {duration(training['seconds'])}"
    if jobs := training.get("jobs"):
        words += f", with {jobs} process{'es' if jobs != 1 else ''}"
    if peak := training.get("peak_bytes"):
        words += f", at most {gibibytes(peak)} of memory each"
    if (busy := training.get("gpu_utilization")) is not None:
        words += f", the GPU at work {100 * busy:.0f} % of the time"
    return f"{words}."
