"""Rules for the threshold genre by genre, precision–recall curves, reliability diagrams.

Notebook: 12_thresholds.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .canvas import INK, divide, legend_columns, metric_words, say, scale_looks, shade, wrapped
from .scores import draw_genre_bars

ISO_F1 = (0.2, 0.4, 0.6, 0.8)
REFERENCES = {
    "joint": ("joint network", {"linewidth": 0.9}),
    "baseline": ("logistic regression", {"linestyle": (0, (0.1, 2.2)), "linewidth": 1.6,
                                         "dash_capstyle": "round"}),
}  # fmt: skip
"""Words and line of the rows beside an arm."""
FEW_SCALES = 3
"""With more, the lines of an arm fill a panel, and those of `REFERENCES` are left out."""


def draw_rules(
    ax: Axes, genres: pd.DataFrame, *, metric: str, depth: int, arm: str, rules: Sequence[str]
) -> list[Axes]:
    """A panel for each rule with the bars of Figure 7: a metric by genre and scale.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    genres : DataFrame
        The table ``ensemble_genres`` of `mgrlib.ensemble.ensemble_tables`.
    rules : sequence of str
        The rules to draw, of those that the table has.
    """
    rows = genres[(genres["weights"] == arm) & (genres["depth"] == depth)]
    rules = [rule for rule in rules if (rows["rule"] == rule).any()]
    if not rules:
        return [say(ax, f"No predictions of the arm {arm} at ResNet{depth} in this run.")]
    panels = divide(ax, len(rules))
    for panel, rule in zip(panels, rules, strict=True):
        draw_genre_bars(panel, genres[genres["rule"] == rule], metric=metric, depth=depth, arm=arm)
        panel.set_title(rule, fontsize=10, loc="left")
        panel.set_xlim(0, max(0.2, 1.08 * genres[metric].max()))
        panel.set_xlabel("")
        if panel is not panels[0]:
            panel.tick_params(axis="y", labelleft=False)
            panel.set_ylabel("")
    legend = panels[0].get_legend()
    words = [text.get_text() for text in legend.get_texts()]
    panels[0].figure.legend(
        legend.legend_handles, words, loc="outside upper left", ncols=legend_columns(words),
        columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip
    for panel in panels:
        if panel.get_legend():
            panel.get_legend().remove()
    panels[0].figure.supxlabel(f"{metric_words(metric)}, ResNet{depth}", fontsize=10)
    return panels


def draw_pr_curves(
    ax: Axes, curves: Sequence, *, genres: Sequence[str], across: int = 3
) -> list[Axes]:
    """A panel for each genre: precision against recall, lines of equal F1, and chance.

    Thick lines are the arm, with the average precision in the legend; thin ones are the joint
    network of the same scale, dotted ones logistic regression. The line across is the genre's
    prevalence, which is the precision of a network that knows nothing. Of more than
    `FEW_SCALES` scales the arm alone is drawn.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    curves : sequence of `mgrlib.ensemble.curves.Curve`
    genres : sequence of str
        The genres to draw, in order.
    """
    if not genres:
        return [say(ax, "No precision–recall curves: the run has no predictions at this depth.")]
    panels = divide(ax, len(genres), columns=across)
    looks = scale_looks({curve.scale for curve in curves})
    if len(looks) > FEW_SCALES:
        curves = [curve for curve in curves if curve.weights not in REFERENCES]
    for place, (panel, genre) in enumerate(zip(panels, genres, strict=True)):
        own = [curve for curve in curves if curve.genre == genre]
        _draw_pr_panel(panel, own, looks=looks, small=across > 3)
        panel.tick_params(axis="y", labelleft=place % across == 0)
        panel.tick_params(axis="x", labelbottom=place + across >= len(genres))
    figure = panels[0].figure
    figure.supxlabel("Recall", fontsize=10)
    figure.supylabel("Precision", fontsize=10)
    present = {curve.weights for curve in curves}
    _name_lines(figure, present, looks=looks, dashed="chance: prevalence")
    return panels


def pr_curves_height(number: int, *, across: int = 3) -> float:
    """Height in inches at which `draw_pr_curves` has room for so many panels."""
    return 0.9 + -(-number // across) * 7.0 / across if number else 1.5


def _draw_pr_panel(panel: Axes, curves: list, *, looks, small: bool) -> None:
    _draw_iso_f1(panel, labels=not small)
    size, thin, lines = (8, {"linewidth": 1.4}, []) if small else (9, {}, [])
    for curve in reversed(curves):  # the arm on top
        own = curve.weights not in REFERENCES
        line = _line(curve.weights, curve.scale, looks) | (thin if own else {})
        (drawn,) = panel.plot(
            curve.recall, curve.precision, drawstyle="steps-post", zorder=3 if own else 2, **line
        )
        if own:
            lines.insert(0, (drawn, f"{curve.average_precision:.2f}"))
    panel.axhline(curves[0].prevalence, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    title = f"{wrapped(curves[0].genre, 18)} ({curves[0].positives})"
    panel.set_title(title, fontsize=size, loc="left")
    if lines:
        panel.legend(*zip(*lines, strict=True), loc="upper right", title="AP", fontsize=size,
                     title_fontsize=size, handlelength=1.4, borderaxespad=0.1,
                     labelspacing=0.2, ncols=-(-len(lines) // FEW_SCALES),
                     columnspacing=0.8, handletextpad=0.4)  # fmt: skip
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1.03)
    panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    panel.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    panel.tick_params(labelsize=size)


def _draw_iso_f1(panel: Axes, *, labels: bool) -> None:
    """Lines on which F1 is the same, with their values where there is room."""
    for f1 in ISO_F1:
        recall = np.linspace(f1 / (2 - f1), 1, 200)  # from where precision is 1
        panel.plot(recall, f1 * recall / (2 * recall - f1), color="#cccccc", linewidth=0.8,
                   zorder=0.5)  # fmt: skip
        if labels:
            panel.text(0.99, f1 / (2 - f1), f"F1 {f1:g}", fontsize=8, color="#666666",
                       ha="right", va="bottom", zorder=0.6)  # fmt: skip


def _line(weights: str, scale: str, looks) -> dict:
    """How the line of a network looks: color and dashes by scale, width by what it is."""
    dark = shade(looks[scale].color, 0.8)  # three times as dark as the ground, or darker
    style = {"color": dark, "linestyle": looks[scale].line, "linewidth": 2.0}
    return style | REFERENCES[weights][1] if weights in REFERENCES else style


def _name_lines(figure, present: set[str], *, looks, dashed: str) -> None:
    """One legend for all panels."""
    entries = {scale: Line2D([], [], **_line("", scale, looks)) for scale in looks}
    for row, (words, style) in REFERENCES.items():
        if row in present:
            entries[words] = Line2D([], [], color=INK, **style)
    entries[dashed] = Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    figure.legend(list(entries.values()), list(entries), loc="outside upper left",
                  ncols=legend_columns(list(entries)), columnspacing=1.2,
                  borderaxespad=0.2)  # fmt: skip


def draw_calibration(ax: Axes, bins: dict[str, pd.DataFrame], *, arm: str) -> list[Axes]:
    """Reliability diagrams: how often a genre is there where a network says p.

    A panel for each entry of `bins`, before and after the correction. On the diagonal the
    probabilities are right. Points of the arm have Wilson's 95 % intervals. Of more than
    `FEW_SCALES` scales the arm alone is drawn.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    bins : dict of str to DataFrame
        By title, the table of `mgrlib.ensemble.calibration.reliability_table`.
    """
    if not any(len(table) for table in bins.values()):
        return [say(ax, "No reliability diagram: the run has no predictions at this depth.")]
    panels = divide(ax, len(bins))
    looks = scale_looks({scale for table in bins.values() for scale in table["scale"]})
    for panel, (title, table) in zip(panels, bins.items(), strict=True):
        panel.plot([0, 1], [0, 1], color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0.5)
        shown = table[(table["weights"] == arm) | (len(looks) <= FEW_SCALES)]
        for (weights, scale), rows in shown.groupby(["weights", "scale"], sort=False):
            line, mark = _line(weights, scale, looks), looks[scale].mark
            _draw_reliability(panel, rows, own=weights == arm, line=line, mark=mark)
        panel.set_title(title, fontsize=10, loc="left")
        panel.set_xlim(0, 1)
        panel.set_ylim(0, 1)
        panel.set_aspect("equal")
        panel.grid()
        panel.set_xlabel("Probability, mean of a bin")
    panels[0].set_ylabel("Share that has the genre")
    present = {row for table in bins.values() for row in table["weights"]}
    present = present if len(looks) <= FEW_SCALES else {arm}
    _name_lines(panels[0].figure, present, looks=looks, dashed="as often as said")
    return panels


def _draw_reliability(panel: Axes, rows: pd.DataFrame, *, own: bool, line: dict, mark: str) -> None:
    panel.plot(rows["probability"], rows["observed"], zorder=3 if own else 2, **line)
    if own:
        reach = [rows["observed"] - rows["low"], rows["high"] - rows["observed"]]
        panel.errorbar(rows["probability"], rows["observed"], yerr=np.clip(reach, 0, None),
                       linestyle="", marker=mark, markersize=4.5, color=line["color"],
                       markeredgecolor="white", markeredgewidth=0.5, elinewidth=1.2,
                       zorder=3.5)  # fmt: skip
