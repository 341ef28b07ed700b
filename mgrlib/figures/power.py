"""Power by the run's own variances: curves over the effect, and the least effect of a design.

Every ``draw_...`` draws on the Axes that it is given. Notebook: 15_power.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from .. import statistics
from .canvas import say
from .published import LINES


def draw_power_curves(ax: Axes, numbers: Mapping) -> Axes:
    """Power against the mean difference in F1, a line for each number of genres.

    The band is that of the run's own number, for a deviation at either end of its interval.

    Parameters
    ----------
    numbers : dict
        As `statistics.power_numbers` gives it.
    """
    if "reason" in numbers:
        return say(ax, f"No power: {numbers['reason']}.")
    own, deviation = numbers["n_genres"], numbers["deviation"]
    for curve, (color, dashes) in zip(numbers["curves"], LINES, strict=False):
        is_own = curve["n_genres"] == own
        words = f"{curve['n_genres']} genres" + (" (this run)" if is_own else "")
        ax.plot(curve["effects"], curve["power"], color=color, linestyle=dashes,
                linewidth=2.6 if is_own else 1.6, label=words)  # fmt: skip
        if is_own:
            effects = np.array(curve["effects"])
            ends = [statistics.t_power(effects / end, own) for end in numbers["deviation_interval"]]
            ax.fill_between(effects, *ends, color=color, alpha=0.15, linewidth=0,
                            label="this run, deviation uncertain")  # fmt: skip
    ax.axhline(statistics.POWER, color="#777777", linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set(xlabel="True mean difference in F1", ylabel="Power at the level 0.05", ylim=(0, 1.02))
    ax.set_xlim(0, numbers["curves"][0]["effects"][-1])
    above = ax.secondary_xaxis("top", functions=(lambda x: x / deviation, lambda x: x * deviation))
    above.set_xlabel("dz: the same in deviations of this run's differences")
    ax.grid(axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.14), ncols=3, columnspacing=1.2)
    return ax


def draw_detectable(ax: Axes, numbers: Mapping) -> Axes:
    """The least mean difference in F1 with power 0.8, by genres and test songs.

    The run's own design is framed.
    """
    import seaborn as sns

    if "reason" in numbers:
        return say(ax, f"No power: {numbers['reason']}.")
    table = pd.DataFrame(numbers["detectable"])
    if table["n_songs"].isna().any() or table["n_songs"].nunique() < 2:
        return say(ax, "What the test songs add to the spread can't be told in this run: it has "
                       "neither predictions nor recall with the number of songs.")  # fmt: skip
    grid = table.pivot(index="n_genres", columns="n_songs", values="effect").sort_index()
    sns.heatmap(
        grid, ax=ax, annot=True, fmt=".3f", cmap="cividis_r", annot_kws={"fontsize": 9},
        linewidths=1, cbar_kws={"label": "Least mean difference in F1, power 0.8"},
    )  # fmt: skip
    row = grid.index.get_loc(numbers["n_genres"])
    column = grid.columns.get_loc(numbers["n_songs"])
    ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="#D55E00", linewidth=3))
    ax.set_xticklabels([f"{int(k):,}" for k in grid.columns], rotation=0)
    ax.set_yticklabels([f"{int(k)}" for k in grid.index], rotation=0)
    ax.set(xlabel="Test songs (a repeat)", ylabel="Genres")
    ax.tick_params(length=0)
    ax.collections[0].colorbar.outline.set_visible(False)
    return ax
