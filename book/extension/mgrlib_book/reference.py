"""The reference runs: small tables that are committed, shown with where they come from.

``{reference-runs}`` shows every folder of ``book/results``, or says that there is none.
The numbers are computed from the committed ``metrics.csv`` when the book is built.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from mgrlib import results, statistics
from mgrlib.errors import RunError
from mgrlib.files import slug
from mgrlib.prose import caution, escape, fixed
from mgrlib.reference import NAME, kept_folders, read_tables
from mgrlib.resources import duration

from .directives import MystDirective, value_words
from .facts import answer, p_words
from .noted import STATES, note

FOLDER = Path("book", "results")
"""Of the committed tables, within the book's sources."""

NONE_YET = """\
## The paper's grid at its size

**The paper's whole grid has not been made yet**: no tables of it are committed. On a machine with
a GPU, one command makes it:

```bash
make reference
```"""

MEANS = {"f1": "F1", "roc_auc": "ROC-AUC", "average_precision": "average precision"}
"""Metrics of the table of means."""

STEPS = (
    "[Scale or resolution](../notebooks/13_scale_or_resolution.ipynb) says what the steps are, and "
    "draws them for a run that has the three scales."
)

SETTINGS = ["songs", "segment_seconds", "image_size", "depths", "tune", "epochs", "joint_epochs",
            "batch_size", "learning_rate", "test_fraction", "split_by", "repeats"]  # fmt: skip
"""Settings that the table of provenance names; the others are in the file."""

VERSIONS = ["mgrlib", "python", "torch", "torchvision", "librosa", "numpy"]


def list_table(title: str, rows: Iterable[Iterable[str]], *, name: str) -> list[str]:
    """MyST lines of a table with a caption; the first row is its head."""
    lines = [f":::{{list-table}} {title}", ":header-rows: 1", f":name: {name}", ""]
    for row in rows:
        lines += [f"{'* -' if n == 0 else '  -'} {cell}".rstrip() for n, cell in enumerate(row)]
    return [*lines, ":::", ""]


def provenance_rows(provenance: Mapping[str, Any]) -> list[list[str]]:
    """Where a run comes from: what was asked, on what it was made, when and of which code."""
    settings = provenance.get("settings") or {}
    hardware, resolved = provenance.get("hardware") or {}, provenance.get("resolved") or {}
    versions = provenance.get("versions") or {}
    asked = [f"{n.replace('_', ' ')} {value_words(settings[n])}" for n in SETTINGS if n in settings]
    cores = f"{hardware['cores']} cores" if "cores" in hardware else None
    machine = [hardware.get("gpu"), hardware.get("processor"), cores, hardware.get("system"),
               resolved.get("device"), resolved.get("precision")]  # fmt: skip
    images = provenance.get("images_seconds")
    found = {
        "Songs": provenance.get("corpus_words"),
        "Profile": provenance.get("profile"),
        "Settings": ", ".join(asked),
        "Seed": provenance.get("seed"),
        "Machine": ", ".join(str(part) for part in machine if part),
        "Software": ", ".join(f"{n} {versions[n]}" for n in VERSIONS if n in versions),
        "Commit": provenance.get("commit"),
        "Date": provenance.get("date"),
        "Songs to images": None if images is None else duration(images),
    }
    for arm, noted in (provenance.get("arms") or {}).items():
        found[f"Time of {arm}"] = time_words(noted)
    for arm, why in (provenance.get("left_out") or {}).items():
        found[f"Left out: {arm}"] = why
    shown = [[escape(name), escape(said)] for name, said in found.items() if said not in (None, "")]
    return [["What", "Of this run"], *shown]


def time_words(noted: Mapping[str, Any]) -> str:
    """How long an arm took, on the clock and in training, when, and how busy the GPU was."""
    words = []
    if noted.get("wall_seconds"):
        words.append(f"{duration(noted['wall_seconds'])} on the clock")
    if noted.get("training_seconds"):
        words.append(f"{duration(noted['training_seconds'])} of training steps")
    if noted.get("gpu_utilization") is not None:
        words.append(f"the GPU at work {100 * noted['gpu_utilization']:.0f} % of the time")
    return ", ".join([*words, *([noted["date"]] if noted.get("date") else [])])


def mean_rows(metrics: pd.DataFrame) -> list[list[str]]:
    """Means over genres by arm and depth, the scales side by side."""
    scales = list(metrics["scale"].unique())
    # A page has room for six columns of means.
    room = list(MEANS)[: max(1, 6 // len(scales))]
    shown = {name: MEANS[name] for name in room if name in metrics}
    head = [f"{words}, {scale}" for words in shown.values() for scale in scales]
    rows = [["Arm", "Depth", "Genres", *head]]
    for arm in metrics["weights"].unique():
        means = {name: genre_means(metrics, name, arm) for name in shown}
        for depth, genres in genre_counts(metrics, arm).items():
            cells = [means[name].get((depth, scale)) for name in shown for scale in scales]
            words = ["–" if cell is None else fixed(cell) for cell in cells]
            rows.append([escape(arm), str(depth) if depth else "–", str(genres), *words])
    return rows


def genre_means(metrics: pd.DataFrame, metric: str, arm: str) -> dict[tuple[int, str], float]:
    """Mean over genres of a metric for each depth and scale of an arm."""
    scores = statistics.genre_scores(metrics, metric=metric, arm=arm)
    return scores.groupby(["depth", "scale"])["value"].mean().to_dict()


def genre_counts(metrics: pd.DataFrame, arm: str) -> dict[int, int]:
    """Genres of each depth of an arm."""
    scores = statistics.genre_scores(metrics, metric="f1", arm=arm)
    return scores.groupby("depth")["genre"].nunique().to_dict()


def difference_rows(metrics: pd.DataFrame) -> list[list[str]]:
    """The paired difference in F1 of every arm, one pair a genre, with Student's test.

    The column d is Cohen's d of the differences (dz).
    """
    rows = [["Arm", "Genres", "Linear − mel", "95\u00a0% interval", "t", "p", "d",
             "Shapiro–Wilk"]]  # fmt: skip
    for arm in results.arms(metrics):
        differences = statistics.paired_scores(metrics, arm=arm)["difference"]
        test, normal = statistics.paired_t(differences), statistics.shapiro_wilk(differences)
        cells = [escape(arm), str(test.n)]
        if test.reason is not None:
            rows.append([*cells, f"no test: {escape(test.reason)}", *5 * ["–"]])
            continue
        low, high = test.interval
        normality = "–" if normal.p is None else p_words(normal.p)
        rows.append([*cells, fixed(differences.mean(), 4), f"{fixed(low, 4)} to {fixed(high, 4)}",
                     f"t({test.df}) = {fixed(test.statistic)}", p_words(test.p),
                     fixed(test.effect, 2), normality])  # fmt: skip
    return rows


def pair_rows(metrics: pd.DataFrame) -> list[list[str]]:
    """Every pair of the scales of the transfer arm, with p by itself and by Holm's method."""
    rows = [["Difference in F1", "Genres", "Mean", "95\u00a0% interval", "p", "p (Holm)", "d"]]
    pairs = statistics.compare_pairs(metrics, arm=results.transfer_arm(metrics))
    for (first, second), row in pairs.dropna(subset="p").iterrows():
        rows.append([escape(f"{first} − {second}"), str(row["n"]), fixed(row["difference"], 4),
                     f"{fixed(row['low'], 4)} to {fixed(row['high'], 4)}", p_words(row["p"]),
                     p_words(row["p_holm"]), fixed(row["dz"], 2)])  # fmt: skip
    return rows


def ensemble_rows(ensemble: pd.DataFrame) -> list[list[str]]:
    """The ensemble at the paper's threshold: means over repeats, by arm, depth and scale."""
    shown = {"f1_micro": "micro F1", "f1_macro": "macro F1", "hamming_loss": "Hamming loss",
             "subset_accuracy": "subset accuracy", "lrap": "ranking precision",
             "mean_average_precision": "mAP", "roc_auc_macro": "ROC-AUC"}  # fmt: skip
    names = [name for name in shown if name in ensemble]
    rows = ensemble[ensemble["rule"] == "0.5"]
    groups = rows.groupby(["weights", "depth", "scale"], sort=False)[names].mean()
    lines = [["Arm", "Depth", "Scale", *(shown[name] for name in names)]]
    for (arm, depth, scale), values in groups.iterrows():
        words = ["–" if value != value else fixed(value) for value in values]
        lines.append([escape(arm), str(int(depth)) if depth else "–", escape(scale), *words])
    return lines


def run_section(folder: Path) -> list[str]:
    """MyST lines of one reference run: what it is, what it found, where it comes from."""
    kept = read_tables(folder)
    metrics, provenance, label = kept["metrics"], kept["provenance"], slug(folder.name)
    test = statistics.paired_t(
        statistics.paired_scores(metrics, arm=results.transfer_arm(metrics))["difference"]
    )
    lines = [
        f"## {escape(folder.name)}",
        "",
        ":::{admonition} What these numbers are evidence of",
        ":class: warning" if provenance.get("evidence") == "synthetic" else ":class: note",
        caution(provenance.get("evidence")),
        ":::",
        "",
        f"{answer({'paired_t': test.as_dict()}, provenance)} "
        f"The test is over the arm {escape(results.transfer_arm(metrics))}, means over "
        f"{metrics['repeat'].nunique()} draws of split, subsets and weights.",
        "",
    ]
    tables: dict[str, tuple[str, Callable[[], list]]] = {
        "test": ("F1, linear minus mel, one pair a genre", lambda: difference_rows(metrics)),
        "scales": ("Each pair of scales", lambda: pair_rows(metrics)),
        "means": ("Means over genres", lambda: mean_rows(metrics)),
        "provenance": ("Provenance", lambda: provenance_rows(provenance)),
    }
    if kept["ensemble"] is not None:
        title = "The ensembles at the threshold 0.5"
        tables["ensemble"] = (title, lambda: ensemble_rows(kept["ensemble"]))
    if metrics["scale"].nunique() > 2:
        arm = results.transfer_arm(metrics)
        lines += [f"{statistics.describe_parts(metrics, arm=arm)} {STEPS}", ""]
    else:
        del tables["scales"]
    for name, (title, rows) in tables.items():
        caption = f"{escape(folder.name)}: {title}"
        lines += list_table(caption, rows(), name=f"tab-{label}-{name}")
    return lines


def files(srcdir: str | Path) -> list[str]:
    """The committed tables, whose coming and going changes the page."""
    return sorted(str(path) for path in Path(srcdir, FOLDER).glob("*/*"))


class ReferenceRuns(MystDirective):
    """``{reference-runs}``: every committed reference run, or how to make one."""

    def lines(self) -> list[str]:
        for path in note(self.env, "reference runs"):
            self.env.note_dependency(path)
        folders = kept_folders(Path(self.env.srcdir, FOLDER))
        try:
            sections = [line for folder in folders for line in run_section(folder)]
        except RunError as error:
            raise self.error(str(error)) from None
        whole = any(folder.name.startswith(f"{NAME}-") for folder in folders)
        return sections if whole else [*NONE_YET.splitlines(), "", *sections]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("reference-runs", ReferenceRuns)
    STATES["reference runs"] = files
