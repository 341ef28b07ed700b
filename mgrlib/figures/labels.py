"""Figures of a data set's labels: how unequal the genres are, and which of them meet.

Every ``draw_...`` draws on the Axes that it is given and returns it. Genres stand in the
order of their size. Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .canvas import DIAMOND, INK, genre_label, say, wrapped
from .songs import GRAY, genre_rows_height, set_genre_rows, shown_genres

MOST_CELLS = 20
"""So many rows and columns of a matrix have room for a number in each cell."""


def draw_imbalance(axes: Sequence[Axes], labels: Mapping, *, paper: Mapping[str, float]) -> None:
    """IRLbl of each genre, on a logarithmic axis, and the SCUMBLE of its songs.

    Parameters
    ----------
    axes : two Axes
    labels : mapping
        ``counts, irlbl, mean_ir, scumble, scumble_by_genre`` of `mgrlib.audit.label_statistics`.
    paper : mapping of str to float
        IRLbl of the paper's genres; a diamond each.
    """
    if not labels["counts"]:
        say(axes[1], "")
        say(axes[0], "No song has a genre.")
        return
    genres = shown_genres(labels["counts"])
    places = np.arange(len(genres))
    panels = zip(axes, ("irlbl", "scumble_by_genre"), ("mean_ir", "scumble"), strict=True)
    for ax, name, mean in panels:
        ax.barh(places, pd.Series(labels[name]).reindex(genres), height=0.7, color=GRAY)
        ax.axvline(labels[mean], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.grid(axis="x")
        set_genre_rows(ax, labels["counts"], genres)
    axes[1].set_yticks([])
    axes[0].set_xscale("log")
    axes[0].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes[0].plot(pd.Series(paper, dtype=float).reindex(genres), places, **DIAMOND)
    axes[0].set_xlabel("IRLbl: times rarer than the largest")
    axes[1].set_xlabel("SCUMBLE of its songs")
    axes[1].set_xlim(left=0)
    entries = {"mean": Line2D([], [], color=INK, linewidth=1.2, linestyle=(0, (4, 3)))}
    if set(paper) & set(genres):
        entries["the paper"] = Line2D([], [], **DIAMOND)
    handles, words = list(entries.values()), list(entries)
    axes[0].figure.legend(handles, words, loc="outside upper left", ncols=2)


def draw_co_occurrence(ax: Axes, table: pd.DataFrame, *, most: int = MOST_CELLS) -> Axes:
    """Share of a genre's songs that have another genre too: rows given, columns asked.

    Parameters
    ----------
    table : DataFrame
        As `mgrlib.audit.co_occurrence_table` gives it.
    most : int
        So many of the largest genres are drawn.
    """
    import seaborn as sns

    table = table.iloc[:most, :most]
    if len(table) < 2:
        return say(ax, "With one genre there is no pair of genres.")
    songs = np.diag(table)
    share = 100 * table.to_numpy() / songs[:, None]
    np.fill_diagonal(share, np.nan)
    words = np.array([["" if not value > 0 else "<1" if value < 0.5 else f"{value:.0f}"
                       for value in row] for row in share])  # fmt: skip
    sns.heatmap(
        share, ax=ax, cmap="mako_r", vmin=0, vmax=max(1, np.nanmax(share)), annot=words, fmt="",
        annot_kws={"fontsize": 8}, linewidths=0.4, xticklabels=[wrapped(g, 20) for g in table],
        yticklabels=[genre_label(g, n) for g, n in zip(table, songs, strict=True)],
        cbar_kws={"label": "Share of the row's songs (%)", "aspect": 30, "pad": 0.02},
    )  # fmt: skip
    ax.patch.set(facecolor="white", edgecolor="#c4c4c4", hatch="//////", linewidth=0)
    ax.tick_params(length=0)
    ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(axis="y", labelrotation=0)
    ax.set_ylabel("Of the songs with …")
    ax.set_xlabel("… so many (%) also have …")
    return ax


def co_occurrence_height(table: pd.DataFrame) -> float:
    """Height in inches at which `draw_co_occurrence` has room for its genres."""
    return genre_rows_height(min(len(table), MOST_CELLS), head_inches=1.9)
