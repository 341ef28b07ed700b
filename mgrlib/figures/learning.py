"""Figures of the training: loss and F1 by epoch, and the songs that networks know best and worst.

The color is the scale's, also told by its marks (open or filled); the style of a line
and the shape of its marks are the arm's. Every ``draw_...`` draws where it is told.
Notebook: 03_per_depth_training.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .canvas import INK, divide, say, scale_looks, shade, wrapped
from .songs import draw_spectrogram

LINE_STYLES = ("-", "--", ":", "-.", (0, (6, 2)))
MARKERS = ("o", "s", "^", "v", "D")
PANEL_COLUMNS = 4
JOINT_TITLE = "all genres (joint)"
GUIDES = {
    "train_loss": ("Training loss (nats)", math.log(2), "always 0.5 (ln 2)"),
    "train_f1": ("F1 on the training songs", 2 / 3, "always yes (2/3)"),
}
"""For each column: its name on an axis, and what knowing nothing gives on equal halves."""


def draw_learning(ax: Axes, history: pd.DataFrame) -> Axes:
    """Training loss by epoch, the mean over genres, a line for each arm and scale.

    Parameters
    ----------
    history : DataFrame
        Columns ``weights, scale, epoch, train_loss`` of one depth. The color is the
        scale's; the style of a line is the arm's.
    """
    if history.empty:
        return say(ax, "No network of this depth has a history in this run.")
    looks = _line_looks(history)
    means = history.groupby(["weights", "scale", "epoch"])["train_loss"].mean()
    for (arm, scale), look in looks.items():
        losses = means.loc[arm, scale]
        ax.plot(losses.index, losses, linewidth=1.6, label=f"{scale}, {arm}", **look)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlim(0.5, history["epoch"].max() + 0.5)
    ax.set_xlabel("Epoch")
    ax.set_ylabel("Training loss (nats)")
    ax.grid(axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, borderaxespad=0.3)
    return ax


def _line_looks(history: pd.DataFrame) -> dict[tuple[str, str], dict]:
    """How the line of each arm and scale looks: arms in the table's order, joint after them."""
    arms = {arm: number for number, arm in enumerate(_arms(history))}
    present = set(zip(history["weights"], history["scale"], strict=True))
    return {
        (arm, scale): _look(color, arm=number, scale=place)
        for arm, number in arms.items()
        for place, (scale, (color, _)) in enumerate(scale_looks(history["scale"]).items())
        if (arm, scale) in present
    }


def _arms(history: pd.DataFrame) -> list[str]:
    return sorted(history["weights"].unique(), key="joint".__eq__)


def _look(color: str, *, arm: int, scale: int) -> dict:
    dark = shade(color, 0.85)
    # Every other scale has open marks, so that print without color tells them apart.
    return {
        "color": dark, "linestyle": LINE_STYLES[arm % 5], "marker": MARKERS[arm % 5],
        "markersize": 4, "markerfacecolor": dark if scale % 2 else "white",
    }  # fmt: skip


def draw_learning_panels(
    ax: Axes, history: pd.DataFrame, *, value: str, genres: Sequence[str]
) -> list[Axes]:
    """Loss or F1 by epoch of every network: a panel a genre, and one of the joint network.

    The panels of the genres share both axes, that of the joint network has its own. Lines
    are means over repeats; where there are several, thin lines are the single ones. A gray
    line is what an answer that knows nothing would give on equal halves.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    history : DataFrame
        Columns ``genre, scale, weights, repeat, epoch`` and `value` of one depth.
    value : {"train_loss", "train_f1"}
    genres : sequence of str
        Which panels to draw, in this order; one without a history says so.

    Returns
    -------
    list of Axes
    """
    joint = history[history["weights"] == "joint"]
    binary = history[history["weights"] != "joint"]
    if history.empty:
        return [say(ax, "No network of this depth has a history in this run.")]
    panels = divide(ax, len(genres) + (not joint.empty), columns=PANEL_COLUMNS)
    own, (name, guide, words) = panels[: len(genres)], GUIDES[value]
    for panel, genre in zip(own, genres, strict=True):
        panel.axhline(guide, color="#999999", linewidth=0.9, zorder=1)
        _draw_panel(panel, binary, genre, value=value)
    _share_axes(own, binary, value=value)
    if not joint.empty:
        _draw_panel(panels[-1], joint.assign(genre=JOINT_TITLE), JOINT_TITLE, value=value)
        _set_limits(panels[-1], joint, value=value)
    figure = panels[0].figure
    figure.supxlabel("Epoch", fontsize=10)
    figure.supylabel(name, fontsize=10)
    _add_legend(figure, history, Line2D([], [], color="#999999", linewidth=0.9), words)
    return panels


def learning_panels_height(history: pd.DataFrame, *, genres: Sequence[str]) -> float:
    """Height in inches at which `draw_learning_panels` has room for its panels."""
    if history.empty:
        return 2.0
    panels = len(genres) + int((history["weights"] == "joint").any())
    return 1.1 + 1.25 * math.ceil(panels / PANEL_COLUMNS)


def _draw_panel(panel: Axes, history: pd.DataFrame, genre: str, *, value: str) -> None:
    panel.set_title(wrapped(genre, 22), fontsize=9, pad=3)
    panel.grid(axis="y")
    panel.tick_params(labelsize=8)
    rows, looks = history[history["genre"] == genre], _line_looks(history)
    if rows.empty:
        panel.text(0.5, 0.5, "no history", fontsize=8, color="#666666", ha="center", va="center",
                   transform=panel.transAxes)  # fmt: skip
    epochs = history["epoch"].max()
    for number, ((arm, scale), look) in enumerate(looks.items()):
        lines = rows[(rows["weights"] == arm) & (rows["scale"] == scale)]
        # A single epoch gives points, which would hide each other.
        aside = (number - (len(looks) - 1) / 2) * 0.8 / len(looks) if epochs == 1 else 0
        if lines["repeat"].nunique() > 1:
            thin = {"linewidth": 0.5, "alpha": 0.45, "marker": "." if epochs == 1 else None}
            for _, single in lines.groupby("repeat"):
                panel.plot(single["epoch"] + aside, single[value], color=look["color"],
                           linestyle=look["linestyle"], markersize=3, **thin)  # fmt: skip
        means = lines.groupby("epoch")[value].mean()
        small = {"linewidth": 1.2, "markersize": 5 if epochs == 1 else 3, "markeredgewidth": 0.8}
        panel.plot(means.index + aside, means, markevery=max(1, epochs // 5), **(look | small))


def _share_axes(panels: list[Axes], history: pd.DataFrame, *, value: str) -> None:
    """One range for all genres, labeled on the left and below only."""
    for place, panel in enumerate(panels):
        _set_limits(panel, history, value=value, guide=GUIDES[value][1])
        first, last = place % PANEL_COLUMNS == 0, place + PANEL_COLUMNS >= len(panels)
        panel.tick_params(labelleft=first, labelbottom=last)


def _set_limits(panel: Axes, history: pd.DataFrame, *, value: str, guide: float | None = None):
    panel.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
    epochs = 1 if history.empty else history["epoch"].max()
    panel.set_xlim(0.5, epochs + 0.5)
    if value == "train_f1":
        panel.set_ylim(0, 1)
        return
    values = [v for v in (history[value].min(), history[value].max(), guide) if v is not None]
    low, high = np.nanmin(values), np.nanmax(values)
    # At least a tenth of a nat: a hair's breadth must not fill a panel.
    margin = max(0.06 * (high - low), (0.1 - (high - low)) / 2)
    panel.set_ylim(low - margin, high + margin)
    panel.yaxis.set_major_locator(MaxNLocator(4))


def _add_legend(figure, history: pd.DataFrame, guide: Line2D, words: str) -> None:
    """Scales by color and filling, arms by line and mark, above all panels."""
    binary = history[history["weights"] != "joint"]
    arms = list(binary["weights"].unique())
    handles = {}
    for place, (scale, (color, _)) in enumerate(scale_looks(history["scale"]).items()):
        handles[scale] = Line2D([], [], **_look(color, arm=0, scale=place) | {"linestyle": "-"})
    for number, arm in enumerate(arms):
        handles[f"arm {arm}"] = Line2D([], [], **_look(INK, arm=number, scale=1))
    handles |= {words: guide} if arms else {}
    figure.legend(list(handles.values()), list(handles), loc="outside upper left", ncols=6,
                  columnspacing=1.2, handlelength=3, borderaxespad=0.2)  # fmt: skip


def draw_song(
    axes: Sequence[Axes],
    pictures: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    times: np.ndarray,
    floor_db: float,
) -> list[Axes]:
    """The spectrograms of a song side by side, one a scale, with one dB bar.

    Parameters
    ----------
    axes : sequence of Axes
        One for each picture.
    pictures : mapping of str to (ndarray, ndarray)
        For each scale the levels in dB, shape (frequency, time), and the frequencies of
        the rows in Hz, ascending.
    times : ndarray, shape (time,)
        Center of each column in s.
    floor_db : float
        Level of the darkest color.
    """
    for ax, (scale, (levels, frequencies)) in zip(axes, pictures.items(), strict=True):
        draw_spectrogram(ax, levels, frequencies=frequencies, times=times, floor_db=floor_db,
                         bar_label="Level (dB)")  # fmt: skip
        ax.set_title(scale, fontsize=10)
        if ax is not axes[-1]:  # one bar serves all
            ax.images[0].colorbar.remove()
    for ax in axes[1:]:
        ax.set_ylabel("")
    return list(axes)
