"""Figures of what the networks see of a song, and of what an image of it loses.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebook: 02_spectrogram_generation.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .canvas import divide
from .spectrograms import DIFFERENCE_MAP, LEVEL, LEVEL_MAP, Drawn, draw_panel


def network_input_height(images: int) -> float:
    """Height in inches at which so many images side by side are about square."""
    return min(3.6, 0.8 + 5.6 / images)


def draw_network_input(
    axes: list[Axes], images: Mapping[str, np.ndarray], *, seconds: float, top_db: float
) -> list[Axes]:
    """The small gray images that networks see, a scale each, side by side.

    Parameters
    ----------
    axes : list of Axes
        One for each image.
    images : mapping of str to ndarray, uint8, shape (size, size)
        Rows are frequencies, the lowest first.
    seconds : float
        Time that an image spans.
    top_db : float
        dB between the levels 0 and 255.
    """
    few = len(axes) < 4
    for ax, (scale, image) in zip(axes, images.items(), strict=True):
        size = len(image)
        extent = (0, seconds, -0.5, size - 0.5)
        drawn = ax.imshow(
            image, origin="lower", cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        ax.set_title(f"{scale}, {size} × {size} pixels" if few else scale, fontsize=10)
        ax.set_xlabel("Time (s)")
        if ax is not axes[0]:
            ax.tick_params(labelleft=few)
    axes[0].set_ylabel("Row of the image")
    bar = axes[0].figure.colorbar(drawn, ax=axes, pad=0.02, label="Level (dB)")
    bar.set_ticks([0, 255 / 2, 255], labels=[f"{level:g}" for level in (-top_db, -top_db / 2, 0)])
    return axes


def losses_height(scales: int) -> float:
    """Height in inches at which `draw_losses` has room for so many scales."""
    return 1.1 + 1.75 * scales


def draw_losses(
    ax: Axes,
    pictures: Mapping[str, tuple[Drawn, np.ndarray]],
    *,
    floor_db: float,
    reach_db: float = 20,
) -> list[Axes]:
    """A row a scale: the levels, what an image keeps of them, and the difference in dB.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    pictures : mapping of str to (Drawn, ndarray)
        For each scale its levels, and those that are left, on the same rows and frames.
    floor_db : float
        Level of the darkest color.
    reach_db : float
        Difference of the darkest colors; larger ones have the same.
    """
    panels = divide(ax, 3 * len(pictures), columns=3)
    for number, (scale, (whole, left)) in enumerate(pictures.items()):
        row = panels[3 * number : 3 * number + 3]
        levels = {"vmin": floor_db, "vmax": 0, "cmap": LEVEL_MAP, "tick_share": 0.1}
        draw_panel(row[0], whole, **levels)
        gray = draw_panel(row[1], whole._replace(levels=left), **levels)
        both_cut = (left <= floor_db) & (whole.levels <= floor_db)
        change = np.where(both_cut, np.nan, left - whole.levels)
        moved = draw_panel(row[2], whole._replace(levels=change), tick_share=0.1, vmin=-reach_db,
                            vmax=reach_db, cmap=DIFFERENCE_MAP)  # fmt: skip
        for panel, title in zip(row, ("levels", "in the image", "difference"), strict=True):
            panel.set_title(f"{scale}: {title}", fontsize=9, pad=3)
            panel.tick_params(labelsize=8, labelbottom=number == len(pictures) - 1)
            panel.xaxis.set_major_locator(MaxNLocator(4))
        for panel in row[1:]:
            panel.tick_params(labelleft=False)
    for panel in panels[-3:]:
        panel.set_xlabel("Time (s)", fontsize=9)
    figure = panels[0].figure
    wide = {"location": "bottom", "aspect": 40, "pad": 0.02, "shrink": 0.9}
    figure.colorbar(gray, ax=[p for i, p in enumerate(panels) if i % 3 < 2], label=LEVEL, **wide)
    figure.colorbar(moved, ax=panels[2::3], label="Difference (dB)", extend="both",
                    **wide | {"aspect": 20})  # fmt: skip
    figure.supylabel("Frequency (Hz)", fontsize=10)
    return panels
