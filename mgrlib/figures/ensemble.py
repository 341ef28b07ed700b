"""The ensembles of a run under each rule for the threshold, side by side.

Notebook: 04_across_depths, "The ensemble".
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .canvas import BAR, DIAMOND, divide, legend_columns, say, scale_looks, scale_offset

ENSEMBLE_WORDS = {
    "f1_micro": "Micro F1",
    "f1_macro": "Macro F1",
    "precision_micro": "Micro precision",
    "precision_macro": "Macro precision",
    "recall_micro": "Micro recall",
    "recall_macro": "Macro recall",
    "hamming_loss": "Hamming loss",
    "subset_accuracy": "Subset accuracy",
    "lrap": "LRAP",
    "mean_average_precision": "mAP",
    "roc_auc_macro": "Macro ROC-AUC",
}
"""Metrics of an ensemble in words; all lie between 0 and 1."""
MARKS = {"joint": (DIAMOND, "joint network"), "baseline": (BAR, "logistic regression")}


def draw_ensemble(ax: Axes, scores: pd.DataFrame, *, metric: str, arm: str) -> list[Axes]:
    """A panel for each rule, in it a bar for each depth and scale of an arm.

    Diamonds are the joint network of the same depth and scale, bars across the baseline of
    the same scale. The panels share their axes.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    scores : DataFrame
        As `mgrlib.ensemble.summarize` gives them.
    metric : str
        A key of `ENSEMBLE_WORDS`.
    arm : str

    Returns
    -------
    list of Axes
    """
    own = scores[scores["weights"] == arm]
    if own[metric].isna().all():
        return [say(ax, f"No {ENSEMBLE_WORDS[metric]} for the arm {arm} in this run.")]
    depths, looks = sorted(own["depth"].unique()), scale_looks(scores["scale"])
    rules = scores["rule"].unique()
    panels = divide(ax, len(rules))
    for panel, rule in zip(panels, rules, strict=True):
        rows = scores[scores["rule"] == rule].set_index(["weights", "depth", "scale"])[metric]
        _draw_panel(panel, rows, arm=arm, depths=depths, looks=looks)
        panel.set_title(rule, fontsize=10, loc="left")
        panel.set_xlim(0, 1.08 * scores[metric].max() or 1)  # 1 where all are 0
    panels[0].tick_params(axis="y", labelleft=True)
    panels[0].figure.supxlabel(ENSEMBLE_WORDS[metric], fontsize=10)
    _add_legend(panels[0].figure, looks, marks=[m for m in MARKS if m in set(scores["weights"])])
    return panels


def ensemble_height(scores: pd.DataFrame, *, arm: str) -> float:
    """Height in inches at which `draw_ensemble` has room for its depths and scales."""
    depths = scores.loc[scores["weights"] == arm, "depth"].nunique()
    return max(3.6, 1.3 + depths * (0.1 + 0.14 * scores["scale"].nunique()))


def _draw_panel(panel: Axes, values: pd.Series, *, arm: str, depths: list, looks: dict) -> None:
    for scale, (color, hatch, *_) in looks.items():
        places = [place + scale_offset(scale, looks) for place in range(len(depths))]
        bars = [values.get((arm, depth, scale)) for depth in depths]
        panel.barh(places, bars, height=0.8 / len(looks), color=color, hatch=hatch,
                   edgecolor="white")  # fmt: skip
        for row, (mark, _) in MARKS.items():
            points = [values.get((row, 0 if row == "baseline" else d, scale)) for d in depths]
            panel.plot(points, places, **mark)
    panel.set_yticks(range(len(depths)), [f"ResNet{depth}" for depth in depths])
    panel.set_ylim(len(depths) - 0.5, -0.5)
    panel.tick_params(axis="y", length=0, labelleft=False)
    panel.xaxis.set_major_locator(MaxNLocator(5))
    panel.grid(axis="x")


def _add_legend(figure, looks: dict, *, marks: list[str]) -> None:
    entries = {
        scale: Patch(facecolor=look.color, edgecolor="white", hatch=look.hatch)
        for scale, look in looks.items()
    }
    entries |= {words: Line2D([], [], **mark) for mark, words in (MARKS[row] for row in marks)}
    figure.legend(list(entries.values()), list(entries), loc="outside upper left",
                  ncols=legend_columns(list(entries)), columnspacing=1.2,
                  borderaxespad=0.2)  # fmt: skip
