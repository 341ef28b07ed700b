"""Figure of Grad-CAM: a spectrogram, and beside it where a network found a genre.

Used by ``python -m mgrlib predict --gradcam``.
"""

import numpy as np
from matplotlib.axes import Axes

from .canvas import wrapped
from .songs import draw_spectrogram

HALF = 0.5
"""Heat from which a place is outlined on the spectrogram."""


def draw_attention(
    axes: list[Axes],
    image_db,
    heat,
    *,
    frequencies,
    times,
    floor_db: float | None = None,
    title: str = "",
) -> list[Axes]:
    """A spectrogram in dB, and the heat map of a network over the same seconds and Hz.

    Places of at least half of the largest heat are outlined on the spectrogram.

    Parameters
    ----------
    axes : list of Axes
        Two: for the spectrogram and for the heat map.
    image_db : array_like, shape (frequency, time)
        Levels in dB, lowest frequency first, in full resolution.
    heat : array_like, shape (rows, columns)
        Between 0 and 1, as `mgrlib.gradcam.heat_map` returns it. It covers the same
        frequencies and times in rows and columns of its own.
    frequencies, times : array_like
        Center of each row in Hz and of each column in s, of `image_db`.
    floor_db : float, optional
        Level of the darkest color of the spectrogram.
    title : str
        Of the whole figure.
    """
    heat = np.asarray(heat, dtype=float)
    frequencies, times = np.asarray(frequencies, float), np.asarray(times, float)
    rows, row_frequencies = _centers(frequencies, heat.shape[0])
    _, column_times = _centers(times, heat.shape[1])
    song, attention = axes
    draw_spectrogram(song, image_db, frequencies=frequencies, times=times, floor_db=floor_db)
    if heat.max() > HALF:
        song.contour(column_times, rows, heat, levels=[HALF], colors="white", linewidths=1.4)
    draw_spectrogram(
        attention, heat, frequencies=row_frequencies, times=column_times,
        bar_label="Weight for the genre (1 = largest)",
    )  # fmt: skip
    drawn = attention.images[0]
    drawn.set_cmap("cividis")  # seen alike with and without color vision
    drawn.set_clim(0, 1)
    song.set_title("The song", fontsize=10)
    attention.set_title("Grad-CAM", fontsize=10)
    attention.set_ylabel("")
    for ax in axes:
        ax.set_xlabel("Time in the song (s)")
    song.figure.suptitle(wrapped(title, 90), fontsize=11)
    return axes


def _centers(values: np.ndarray, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Centers of `parts` equal parts of an axis, as places on it and as values."""
    places = (np.arange(parts) + 0.5) * len(values) / parts - 0.5
    inside = np.interp(places, np.arange(len(values)), values)
    # The first center may lie left of the first value, where np.interp would stay.
    step = (values[-1] - values[0]) / max(len(values) - 1, 1)
    inside += step * (np.minimum(places, 0) + np.maximum(places - (len(values) - 1), 0))
    return places, inside
