"""Figures of the training: loss and F1 by epoch, and the songs that networks know best and worst.

Color and shape of the marks are the scale's; the style of a line and whether its marks are
filled are the arm's. Every ``draw_...`` draws where it is told.
Notebook: 03_per_depth_training.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .canvas import (
    AXES_INCHES,
    INK,
    Look,
    divide,
    legend_columns,
    say,
    scale_looks,
    shade,
    tint,
    wrapped,
)
from .spectrograms import draw_spectrogram

LINE_STYLES = ("-", "--", ":", "-.", (0, (6, 2)))
FILLS = (1.0, 0.0, 0.5)
"""Of the marks, from white to the color itself."""
PANEL_COLUMNS = 4
SONG_COLUMNS = 3
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
        Columns ``weights, scale, epoch, train_loss`` of one depth.
    """
    if history.empty:
        return say(ax, "No network of this depth has a history in this run.")
    looks = _line_looks(history)
    means = history.groupby(["weights", "scale", "epoch"])["train_loss"].mean()
    for number, ((arm, scale), look) in enumerate(looks.items()):
        losses = means.loc[arm, scale]
        aside = _aside(number, len(looks), epochs=history["epoch"].max())
        ax.plot(losses.index + aside, losses, linewidth=1.6, **look)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set_xlim(0.5, history["epoch"].max() + 0.5)
    ax.set_xlabel("Epoch")
    ax.set_ylabel("Training loss (nats)")
    ax.grid(axis="y")
    handles = _legend_handles(history, arms=_arms(history))
    ax.legend(list(handles.values()), list(handles), loc="lower left", bbox_to_anchor=(0, 1.0),
              ncols=legend_columns(list(handles), width_inches=AXES_INCHES), columnspacing=1.2,
              handlelength=3, borderaxespad=0.3)  # fmt: skip
    return ax


def _line_looks(history: pd.DataFrame) -> dict[tuple[str, str], dict]:
    """How the line of each arm and scale looks: arms in the table's order, joint after them."""
    arms = {arm: number for number, arm in enumerate(_arms(history))}
    present = set(zip(history["weights"], history["scale"], strict=True))
    return {
        (arm, scale): _look(look, arm=number)
        for arm, number in arms.items()
        for scale, look in scale_looks(history["scale"]).items()
        if (arm, scale) in present
    }


def _arms(history: pd.DataFrame) -> list[str]:
    return sorted(history["weights"].unique(), key="joint".__eq__)


def _look(look: Look, *, arm: int) -> dict:
    dark = shade(look.color, 0.85)
    # A single epoch is a mark without a line, so its filling has to tell the arm, too.
    return {
        "color": dark, "linestyle": LINE_STYLES[arm % 5], "marker": look.mark,
        "markersize": 5, "markerfacecolor": tint(dark, FILLS[arm % 3]),
    }  # fmt: skip


def _aside(number: int, lines: int, *, epochs: int) -> float:
    """Shift of a line along the epochs: a single one gives points, which would hide each other."""
    return (number - (lines - 1) / 2) * 0.8 / lines if epochs == 1 else 0.0


def _legend_handles(history: pd.DataFrame, *, arms: Sequence[str]) -> dict[str, Line2D]:
    """Scales by color and mark, arms by line and filling."""
    handles = {scale: Line2D([], [], **_look(look, arm=0))
               for scale, look in scale_looks(history["scale"]).items()}  # fmt: skip
    plain = Look(INK, "", "-", "o")
    for number, arm in enumerate(arms):
        name = "joint network" if arm == "joint" else f"arm {arm}"
        handles[name] = Line2D([], [], **_look(plain, arm=number))
    return handles


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
        aside = _aside(number, len(looks), epochs=epochs)
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
    """Scales, arms and the guide, above all panels."""
    binary = history[history["weights"] != "joint"]  # the joint network's panel has a title
    handles = _legend_handles(history, arms=_arms(binary))
    handles |= {} if binary.empty else {words: guide}
    figure.legend(list(handles.values()), list(handles), loc="outside upper left",
                  ncols=legend_columns(list(handles)), columnspacing=1.2, handlelength=3,
                  borderaxespad=0.2)  # fmt: skip


def draw_song(
    ax: Axes,
    pictures: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    times: np.ndarray,
    floor_db: float,
) -> list[Axes]:
    """The spectrograms of a song, one a scale, up to three side by side, with one dB bar.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    pictures : mapping of str to (ndarray, ndarray)
        For each scale the levels in dB, shape (frequency, time), and the frequencies of
        the rows in Hz, ascending.
    times : ndarray, shape (time,)
        Center of each column in s.
    floor_db : float
        Level of the darkest color.

    Returns
    -------
    list of Axes
    """
    panels = divide(ax, len(pictures), columns=SONG_COLUMNS)
    for place, (panel, scale) in enumerate(zip(panels, pictures, strict=True)):
        levels, frequencies = pictures[scale]
        draw_spectrogram(panel, levels, frequencies=frequencies, times=times, floor_db=floor_db,
                         bar_label="Level (dB)")  # fmt: skip
        panel.set_title(scale, fontsize=10)
        panel.tick_params(labelsize=8)
        panel.images[0].colorbar.remove()  # one bar serves all
        if place % SONG_COLUMNS:
            panel.set_ylabel("")
        if place + SONG_COLUMNS < len(panels):
            panel.set_xlabel("")
    panels[0].figure.colorbar(panels[0].images[0], ax=panels, pad=0.02, label="Level (dB)")
    return panels


def song_height(pictures: Mapping) -> float:
    """Height in inches at which `draw_song` has room for its pictures."""
    return 0.4 + 2.3 * math.ceil(len(pictures) / SONG_COLUMNS)
