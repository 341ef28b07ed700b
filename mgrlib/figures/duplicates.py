"""How alike duplicates are, and how alike songs are that have nothing to do with each other.

Notebook: 01_dataset_audit, "Duplicates".
"""

import numpy as np
from matplotlib.axes import Axes

from ..fingerprints import MOST_DIFFERENT
from .canvas import INK

DIFFERENT = "different songs"
MARK = {"linestyle": "", "marker": "|", "markersize": 9, "markeredgewidth": 1.0, "alpha": 0.7}


def draw_likeness(ax: Axes, measured: dict, *, seconds: str = "30") -> Axes:
    """Share of equal bits of planted pairs, a row a kind, and of different songs; a mark a pair.

    Different songs are told from duplicates by the dashed line. They lie a little above one
    half, since each pair is compared at the shift at which it is most alike.

    Parameters
    ----------
    measured : dict
        As `mgrlib.audit.duplicates.read_planted` gives it.
    seconds : str
        Length of the segments, a key of ``measured["segments"]``.
    """
    scores = measured["segments"][seconds]
    rows = {kind: found["similarity"] for kind, found in scores["kinds"].items()}
    rows[DIFFERENT] = scores["different"]
    for place, (kind, similarity) in enumerate(rows.items()):
        color = "#D55E00" if kind == DIFFERENT else "#0072B2"
        ax.plot(similarity, np.full(len(similarity), place), color=color, **MARK)
    ax.axvline(1 - MOST_DIFFERENT, color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=0.5)
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0.48, 1.01)
    ax.set_xlabel("Share of equal bits")
    ax.grid(axis="x")
    return ax


def likeness_height(measured: dict, *, seconds: str = "30") -> float:
    """Height in inches at which `draw_likeness` has room for its rows."""
    return 1.0 + 0.24 * (1 + len(measured["segments"][seconds]["kinds"]))
