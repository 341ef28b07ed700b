"""Figures of the songs: their spectrograms, what a network sees, the sizes of the genres.

Every ``draw_...`` draws on the Axes that it is given and returns it.
Notebooks: 01_dataset_audit, 02_spectrogram_generation (Figures 1 and 2).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from .canvas import DIAMOND, genre_label, say


def draw_spectrogram(
    ax: Axes,
    image_db,
    *,
    frequencies,
    times,
    floor_db: float | None = None,
    bar_label: str = "Level relative to the loudest (dB)",
) -> Axes:
    """A spectrogram with axes in s and Hz and a dB bar (Figures 1 and 2).

    Parameters
    ----------
    image_db : array_like, shape (frequency, time)
        Levels in dB, lowest frequency first.
    frequencies : array_like, shape (frequency,)
        Center of each row in Hz, ascending. Rows are drawn equally high, as the network
        sees them; the ticks say where the frequencies lie, evenly spaced or not.
    times : array_like, shape (time,)
        Center of each column in s, evenly spaced.
    floor_db : float, optional
        Level of the darkest color; by default the lowest of the image.

    Raises
    ------
    ValueError
        If the shapes don't fit or the frequencies don't ascend.
    """
    image = np.asarray(image_db, dtype=float)
    frequencies, times = np.asarray(frequencies, float), np.asarray(times, float)
    if image.shape != (frequencies.size, times.size):
        raise ValueError(
            f"image_db must have the shape (frequencies, times), here "
            f"({frequencies.size}, {times.size}), got {image.shape}"
        )
    if (np.diff(frequencies) <= 0).any():
        raise ValueError("frequencies must ascend: turn the image and its rows round")
    half = (times[-1] - times[0]) / max(times.size - 1, 1) / 2 or 0.5
    drawn = ax.imshow(
        image,
        origin="lower",
        aspect="auto",
        cmap="magma",
        interpolation="nearest",
        vmin=floor_db,
        extent=(times[0] - half, times[-1] + half, -0.5, frequencies.size - 0.5),
    )
    marks = _hertz_ticks(frequencies)
    ax.set_yticks(np.interp(marks, frequencies, np.arange(frequencies.size)))
    ax.set_yticklabels([f"{mark:g}" for mark in marks])
    ax.set_xlabel("Time (s)")
    ax.set_ylabel("Frequency (Hz)")
    ax.figure.colorbar(drawn, ax=ax, pad=0.02, label=bar_label)
    return ax


def _hertz_ticks(frequencies: np.ndarray) -> np.ndarray:
    """Round frequencies for ticks: even steps on an even axis, octaves on a warped one."""
    low, high = frequencies[0], frequencies[-1]
    steps = np.diff(frequencies)
    if steps.size == 0 or np.ptp(steps) < 0.05 * steps.mean():
        marks = MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        return marks[(marks >= low) & (marks <= high)]
    octaves = np.array([125, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000], dtype=float)
    octaves = octaves[(octaves >= low) & (octaves <= high)]
    rows = np.interp(octaves, frequencies, np.arange(frequencies.size))
    # Labels of 9 pt need about a twentieth of the height each.
    apart = np.diff(rows, prepend=-np.inf) > 0.05 * frequencies.size
    return octaves[apart]


def draw_genre_sizes(ax: Axes, counts: pd.Series, *, paper: Mapping[str, int]) -> Axes:
    """Each genre's share of all genre labels, this run's beside the paper's (Table 1).

    Parameters
    ----------
    counts : Series or mapping of str to int
        Songs by genre in this run.
    paper : mapping of str to int
        Songs by genre in the paper; genres that it lacks have a bar and no mark.
    """
    counts = pd.Series(counts).sort_values(ascending=False, kind="stable")
    if not counts.sum() > 0:
        return say(ax, "This run has no song in a genre.")
    share = 100 * counts / counts.sum()
    theirs = 100 * pd.Series(paper, dtype=float).reindex(counts.index) / sum(paper.values())
    places = np.arange(len(counts))
    ax.barh(places, share, height=0.7, color="#999999", label="this run")
    ax.plot(theirs, places, **DIAMOND, label="the paper")
    ax.set_yticks(places, [genre_label(genre, n) for genre, n in counts.items()])
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("Share of all genre labels (%)")
    ax.set_ylabel("Genre (songs in this run)")
    ax.grid(axis="x")
    ax.legend(loc="lower right")
    return ax


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
    for ax, (scale, image) in zip(axes, images.items(), strict=True):
        size = len(image)
        extent = (0, seconds, -0.5, size - 0.5)
        drawn = ax.imshow(
            image, origin="lower", cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        ax.set_title(f"{scale}, {size} × {size} pixels", fontsize=10)
        ax.set_xlabel("Time (s)")
    axes[0].set_ylabel("Row of the image")
    bar = axes[0].figure.colorbar(drawn, ax=axes, pad=0.02, label="Level (dB)")
    bar.set_ticks([0, 255 / 2, 255], labels=[f"{level:g}" for level in (-top_db, -top_db / 2, 0)])
    return axes
