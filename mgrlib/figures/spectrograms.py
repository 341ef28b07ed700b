"""Figures of spectrograms: one song, small multiples, the gallery, differences in dB.

Rows are drawn equally high, as a network sees them; the ticks say where the frequencies
lie. Levels are magma from black (low) to light (high); differences are blue where a picture
is lower than the other and red where it is higher, white at 0 dB and gray where there is
none: both maps are told apart with any color vision. Every ``draw_...`` draws on the Axes
that it is given and returns it. Notebook: 02_spectrogram_generation.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator, NullLocator

from .canvas import divide, say, scale_looks, shade, wrapped

LEVEL = "Level relative to the loudest (dB)"
LEVEL_MAP = "magma"
DIFFERENCE_MAP = colormaps["RdBu_r"].with_extremes(bad="#c8c8c8")
OCTAVES = np.array([31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000])
MOST_CELLS = (600, 1200)
"""Rows and columns from twice as many of which on a picture is thinned before it is drawn."""
LARGE_CELLS = 300
GUIDE_HZ = 1000.0
"""Where the gallery has a line in every picture."""


class Drawn(NamedTuple):
    """A picture and its axes: dB of shape (frequency, time), rows in Hz, columns in s."""

    levels: np.ndarray
    frequencies: np.ndarray
    times: np.ndarray


def draw_spectrogram(
    ax: Axes,
    image_db,
    *,
    frequencies,
    times,
    floor_db: float | None = None,
    bar_label: str = LEVEL,
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
    drawn = draw_panel(ax, Drawn(image_db, frequencies, times), tick_share=0.05,
                        cmap=LEVEL_MAP, vmin=floor_db)  # fmt: skip
    ax.set_xlabel("Time (s)")
    ax.set_ylabel("Frequency (Hz)")
    ax.figure.colorbar(drawn, ax=ax, pad=0.02, label=bar_label)
    return ax


def draw_panel(ax: Axes, picture: Drawn, *, tick_share: float, **colors) -> AxesImage:
    """A picture with ticks in Hz, without titles and bar.

    Parameters
    ----------
    tick_share : float
        Ticks are apart by at least so much of the height.
    **colors
        Of `matplotlib.axes.Axes.imshow`.

    Raises
    ------
    ValueError
        If the shapes don't fit or the frequencies don't ascend.
    """
    image, frequencies, times = (np.asarray(part, dtype=float) for part in picture)
    if image.shape != (frequencies.size, times.size):
        raise ValueError(
            f"image_db must have the shape (frequencies, times), here "
            f"({frequencies.size}, {times.size}), got {image.shape}"
        )
    if (np.diff(frequencies) <= 0).any():
        raise ValueError("frequencies must ascend: turn the image and its rows round")
    half = (times[-1] - times[0]) / max(times.size - 1, 1) / 2 or 0.5
    extent = (times[0] - half, times[-1] + half, -0.5, frequencies.size - 0.5)
    # Cells that are large enough to be seen are drawn as such, smaller ones averaged.
    blend = "nearest" if max(image.shape) <= LARGE_CELLS else "auto"
    drawn = ax.imshow(_thinned(image), origin="lower", aspect="auto", interpolation=blend,
                      extent=extent, **colors)  # fmt: skip
    marks = hertz_ticks(frequencies, share=tick_share)
    ax.set_yticks(np.interp(marks, frequencies, np.arange(frequencies.size)))
    ax.set_yticklabels([f"{mark:g}" for mark in marks])
    return drawn


def _thinned(image: np.ndarray) -> np.ndarray:
    """Means over blocks where there are more rows or columns than a page can show."""
    blocks = [max(1, length // most) for length, most in zip(image.shape, MOST_CELLS, strict=True)]
    if blocks == [1, 1]:
        return image
    known = np.isfinite(image)
    total, count = np.where(known, image, 0), known.astype(np.float32)
    for axis, block in enumerate(blocks):
        starts = np.arange(0, image.shape[axis], block)
        total, count = (np.add.reduceat(part, starts, axis=axis) for part in (total, count))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def hertz_ticks(frequencies: np.ndarray, *, share: float) -> np.ndarray:
    """Round frequencies for ticks: even steps on an even axis, octaves on a warped one.

    Parameters
    ----------
    frequencies : array, shape (rows,)
        Of the rows of a picture, in Hz, ascending.
    share : float
        Of the axis that a tick's label needs.

    >>> hertz_ticks(np.linspace(0, 11025, 100), share=0.07)
    array([    0.,  2000.,  4000.,  6000.,  8000., 10000.])
    """
    low, high = frequencies[0], frequencies[-1]
    steps = np.diff(frequencies)
    if steps.size == 0 or np.ptp(steps) < 0.05 * steps.mean():
        marks = MaxNLocator(round(0.4 / share), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        return marks[(marks >= low) & (marks <= high)]
    octaves = OCTAVES[(low <= OCTAVES) & (high >= OCTAVES)]
    rows = np.interp(octaves, frequencies, np.arange(frequencies.size))
    kept: list[int] = []
    # From above, where the octaves are widest, so that 8000 is not lost to 125.
    for place in range(len(octaves) - 1, -1, -1):
        if not kept or rows[kept[-1]] - rows[place] > share * frequencies.size:
            kept.append(place)
    return octaves[kept[::-1]]


# Small multiples


def panels_height(panels: int, *, across: int = 3, inches: float = 1.7) -> float:
    """Height in inches at which so many panels of a figure have room."""
    return 0.75 + inches * math.ceil(panels / across)


def draw_panels(
    ax: Axes,
    pictures: Mapping[str, Drawn],
    *,
    limits: tuple[float, float],
    across: int = 3,
    cmap: str = LEVEL_MAP,
    bar_label: str = LEVEL,
) -> list[Axes]:
    """Pictures of one song side by side, each with its own rows, with one bar.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    pictures : mapping of str to Drawn
        By the panels' titles.
    limits : tuple of float
        Levels of the darkest and of the lightest color.
    across : int
        Panels side by side.

    Returns
    -------
    list of Axes
    """
    if not pictures:
        return [say(ax, "There is nothing to draw.")]
    panels = _grid(ax, pictures, across=across)
    colors = {"cmap": cmap, "vmin": limits[0], "vmax": limits[1]}
    for panel, picture in zip(panels, pictures.values(), strict=True):
        drawn = draw_panel(panel, picture, tick_share=0.1, **colors)
    return _finish(panels, drawn, across=across, bar_label=bar_label)


def draw_differences(
    ax: Axes, pictures: Mapping[str, Drawn], *, reach_db: float = 20, across: int = 3
) -> list[Axes]:
    """Differences between pictures in dB, white at 0, all with one bar.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels; without pictures it says so.
    pictures : mapping of str to Drawn
        Differences by the panels' titles; NaN is drawn gray.
    reach_db : float
        Difference of the darkest colors; larger ones have the same.
    """
    if not pictures:
        return [say(ax, "There is no other picture to compare with.")]
    panels = _grid(ax, pictures, across=across)
    for panel, picture in zip(panels, pictures.values(), strict=True):
        drawn = draw_panel(panel, picture, tick_share=0.1, cmap=DIFFERENCE_MAP, vmin=-reach_db,
                            vmax=reach_db)  # fmt: skip
    label = "Difference (dB)"
    return _finish(panels, drawn, across=across, bar_label=label, extend="both")


def _grid(ax: Axes, pictures: Mapping, *, across: int) -> list[Axes]:
    panels = divide(ax, len(pictures), columns=across)
    width = round(63 / min(across, len(panels)))
    for panel, title in zip(panels, pictures, strict=True):
        panel.set_title(wrapped(title, width), fontsize=9, pad=3)
        panel.tick_params(labelsize=8)
        panel.xaxis.set_major_locator(MaxNLocator(4))
    return panels


def _finish(
    panels: list[Axes], drawn: AxesImage, *, across: int, bar_label: str, **bar
) -> list[Axes]:
    """One bar for all panels, and labels at the edges only."""
    figure = panels[0].figure
    figure.colorbar(drawn, ax=panels, pad=0.015, aspect=30, label=bar_label, **bar)
    for place, panel in enumerate(panels):
        panel.set_xlim(panels[0].get_xlim())
        panel.tick_params(labelbottom=place + across >= len(panels))
    figure.supxlabel("Time (s)", fontsize=10)
    figure.supylabel("Frequency (Hz)", fontsize=10)
    return panels


# Where the rows lie


def draw_rows(ax: Axes, rows: Mapping[str, np.ndarray], *, hertz: float = GUIDE_HZ) -> Axes:
    """Which frequency lies at which height of a picture, a line for each scale.

    Parameters
    ----------
    rows : mapping of str to ndarray
        For each scale the center of each row in Hz, ascending.
    hertz : float
        Drawn as a line across.
    """
    for scale, look in scale_looks(rows).items():
        centers = np.asarray(rows[scale])
        height = 100 * (np.arange(len(centers)) + 0.5) / len(centers)
        seen = centers > 0
        ax.plot(height[seen], centers[seen], color=shade(look.color, 0.85), linewidth=1.8,
                linestyle=look.line, label=scale)  # fmt: skip
    ax.axhline(hertz, color="#777777", linewidth=0.9, zorder=1)
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    marks = OCTAVES[(max(low, 30) <= OCTAVES) & (high >= OCTAVES)]
    ax.set_yticks(marks, [f"{mark:g}" for mark in marks])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(max(low, 20), high)
    ax.set_xlim(0, 100)
    ax.set_xlabel("Height in the picture (%)")
    ax.set_ylabel("Frequency (Hz)")
    ax.grid()
    # Pictures end at high frequencies: the corner of high rows and low ones is free.
    ax.legend(loc="lower right", frameon=True, edgecolor="none", handlelength=3.5)
    return ax


# The gallery

GAP = 0.08
"""Between the songs of the gallery, of a song's height."""


def gallery_height(songs: int) -> float:
    """Height in inches at which `draw_gallery` has room for so many songs."""
    return 0.9 + 0.62 * songs


def draw_gallery(
    axes: Sequence[Axes],
    songs: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
    *,
    seconds: float,
    floor_db: float,
) -> list[Axes]:
    """A row a song and a column a scale; a line in each picture lies at `GUIDE_HZ`.

    Parameters
    ----------
    axes : sequence of Axes
        One for each scale.
    songs : mapping of str to mapping of str to (ndarray, ndarray)
        For each song's label its scales, each with the levels in dB, shape (frequency,
        time), and the frequencies of its rows in Hz.
    seconds : float
        Time that a picture spans.
    floor_db : float
        Level of the darkest color.
    """
    scales = list(next(iter(songs.values())))
    for ax, scale in zip(axes, scales, strict=True):
        for place, pictures in enumerate(songs.values()):
            levels, frequencies = pictures[scale]
            bottom = place + 1 - GAP
            drawn = ax.imshow(
                levels, origin="lower", aspect="auto", cmap=LEVEL_MAP, vmin=floor_db, vmax=0,
                interpolation="nearest", extent=(0, seconds, bottom, place),
            )  # fmt: skip
            share = np.interp(GUIDE_HZ, frequencies, np.arange(len(frequencies)) + 0.5)
            line = bottom - (1 - GAP) * share / len(frequencies)
            ax.plot([0, seconds], [line, line], color="white", linewidth=0.6)
        ax.set_title(scale, fontsize=9, pad=4)
        ax.set_xlim(0, seconds)
        ax.set_ylim(len(songs) - GAP, 0)
        ax.set_yticks([])
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.spines[["left", "bottom"]].set_visible(False)
    names = [wrapped(name, 18) for name in songs]
    axes[0].set_yticks(np.arange(len(songs)) + (1 - GAP) / 2, names, fontsize=9)
    axes[0].tick_params(axis="y", length=0)
    figure = axes[0].figure
    figure.supxlabel("Time (s)", fontsize=10)
    figure.colorbar(drawn, ax=list(axes), pad=0.015, aspect=40, label=LEVEL)
    return list(axes)


def draw_picture(ax: Axes, pixels: np.ndarray | None) -> Axes:
    """A picture that another program has drawn, as it is, without axes.

    Parameters
    ----------
    pixels : ndarray, uint8, shape (height, width, 3)
        Red, green and blue, row 0 on top; None says that there is none.
    """
    if pixels is None:
        return say(ax, "This build of FFmpeg can't draw the picture.")
    ax.imshow(pixels, interpolation="auto")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
