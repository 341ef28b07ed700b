"""The flow of songs from subgenres to genres, an alluvial diagram.

Notebook: 01_dataset_audit, "From subgenre to genre".
"""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from .canvas import INK, LOOKS, say, wrapped

MOST_GENRES = 24
SHARED = {"facecolor": LOOKS["mel"].color, "alpha": 0.55, "linewidth": 0, "zorder": 2}
SINGLE = {"facecolor": "#c4c4c4", "alpha": 0.85, "linewidth": 0, "zorder": 1}
BLOCK_WIDTH = 0.025
"""Where the distance of the two columns is 1."""
LEAST = 1.5
"""Height that a name has at least, where the mean block of the longer column has 1."""
NAME_INCHES = 0.28
"""So much of the figure's height goes to a name of the longer column."""


def draw_flow(ax: Axes, table: pd.DataFrame, *, songs: Mapping[str, int], others: int) -> Axes:
    """A stream from each subgenre, at the left, to each of its genres, at the right.

    The width of a stream is its number of songs; those of a subgenre that feeds two
    genres are blue.

    Parameters
    ----------
    table : DataFrame
        ``subgenre, genre, songs, shared``, as `mgrlib.audit.flow_table` gives it.
    songs : mapping of str to int
        Songs by genre.
    others : int
        How many subgenres stand under ``""``.
    """
    named = table[table["subgenre"] != ""]
    if (named["subgenre"] == named["genre"]).all():
        return say(ax, "Every subgenre is a genre of its own: there is no flow to draw.")
    table = _gathered(table, songs)
    right = _column(table, "genre", {genre: -songs.get(genre, 0) for genre in table["genre"]})
    rank = table["genre"].map({genre: place for place, genre in enumerate(right.index)})
    middle = (rank * table["songs"]).groupby(table["subgenre"]).sum()
    left = _column(table, "subgenre", dict(middle / table.groupby("subgenre")["songs"].sum()))
    least = LEAST * table["songs"].sum() / max(len(left), len(right))
    left, right = (_placed(column, least=least) for column in (left, right))
    _draw_streams(ax, table.assign(rank=rank), left["top"], right["top"])
    own = table.groupby("subgenre")["songs"].max()  # every stream has all songs of its subgenre
    _draw_names(ax, left, x=0, gathered=f"{others} other subgenres", songs=own)
    _draw_names(ax, right, x=1, gathered="other genres", songs=songs)
    reach = max(left.attrs["reach"], right.attrs["reach"])
    ax.set_xlim(-0.8, 1.7)
    ax.set_ylim(reach, -reach)
    # Not `set_axis_off`: a figure of such Axes alone is taken for a reason, see `say`.
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    entries = {"subgenre of one genre": SINGLE, "subgenre of two genres": SHARED}
    ax.legend([Patch(**look) for look in entries.values()], list(entries), loc="lower center",
              bbox_to_anchor=(0.5, 1.0), ncols=2)  # fmt: skip
    return ax


def flow_height(table: pd.DataFrame) -> float:
    """Height in inches at which `draw_flow` has room for its names."""
    rows = max(table["subgenre"].nunique(), min(table["genre"].nunique(), MOST_GENRES))
    return max(3.0, 0.6 + NAME_INCHES * rows)


def _gathered(table: pd.DataFrame, songs: Mapping[str, int]) -> pd.DataFrame:
    """The small genres as one, where there are more than have room."""
    largest = sorted(set(table["genre"]), key=lambda genre: -songs.get(genre, 0))[:MOST_GENRES]
    table = table.assign(genre=table["genre"].where(table["genre"].isin(largest), ""))
    keys = ["subgenre", "genre", "shared"]
    return table.groupby(keys, sort=False, as_index=False)["songs"].sum()


def _column(table: pd.DataFrame, name: str, order: Mapping[str, float]) -> pd.Series:
    """Height of each block of a column, in its order; what is gathered comes last."""
    heights = table.groupby(name)["songs"].sum()
    return heights[sorted(heights.index, key=lambda block: (block == "", order[block]))]


def _placed(heights: pd.Series, *, least: float) -> pd.DataFrame:
    """Where each block begins and how high it is, the column's middle being 0.

    Each has room for its name.
    """
    slots = heights.clip(lower=least) + 0.2 * least
    reach = slots.sum() / 2
    placed = pd.DataFrame({"top": slots.cumsum() - (slots + heights) / 2 - reach,
                           "height": heights})  # fmt: skip
    placed.attrs["reach"] = reach
    return placed


def _draw_streams(ax: Axes, table: pd.DataFrame, left: pd.Series, right: pd.Series) -> None:
    """Streams leave and enter a block in the order of the blocks that they join it with."""
    starts, ends, begins = left.to_dict(), right.to_dict(), {}
    for row in table.sort_values("rank", kind="stable").itertuples():
        begins[row.Index] = starts[row.subgenre]
        starts[row.subgenre] += row.songs
    places = {name: place for place, name in enumerate(left.index)}
    for row in table.sort_values(
        "subgenre", kind="stable", key=lambda c: c.map(places)
    ).itertuples():
        stream = _stream(begins[row.Index], ends[row.genre], row.songs)
        ends[row.genre] += row.songs
        ax.add_patch(PathPatch(stream, **(SHARED if row.shared else SINGLE)))


def _stream(start: float, end: float, width: float) -> Path:
    """A band from the left column to the right one, level at both ends."""
    a, b = BLOCK_WIDTH, 1 - BLOCK_WIDTH
    points = [
        (a, start), (0.5, start), (0.5, end), (b, end),
        (b, end + width), (0.5, end + width), (0.5, start + width), (a, start + width),
        (a, start),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _draw_names(
    ax: Axes, column: pd.DataFrame, *, x: int, gathered: str, songs: Mapping[str, int]
) -> None:
    """The blocks of a column and their names, on the outer side."""
    side = (-1, 1)[x]
    ax.bar([x - side * BLOCK_WIDTH / 2] * len(column), column["height"], bottom=column["top"],
           width=BLOCK_WIDTH, color=INK)  # fmt: skip
    for name, block in column.iterrows():
        words = f"{wrapped(name, 30)} ({songs[name]:.0f})" if name else gathered
        ax.text(x + side * 0.03, block["top"] + block["height"] / 2, words, fontsize=9,
                ha=("right", "left")[x], va="center")  # fmt: skip
