"""Figure of Grad-CAM: a spectrogram, and beside it where a network found a genre.

Used by ``python -m mgrlib predict --gradcam``.
"""

import numpy as np
from matplotlib.axes import Axes

from .canvas import wrapped
from .spectrograms import draw_spectrogram

HALF = 0.5
"""Heat above which a place is outlined on the spectrogram."""


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

    Places of more than half of the largest heat are outlined on the spectrogram.

    Parameters
    ----------
    axes : list of Axes
        Two: for the spectrogram and for the heat map.
    image_db : array_like, shape (frequency, time)
        Levels in dB, lowest frequency first, in full resolution.
    heat : array_like, shape (rows, columns)
        Between 0 and 1, as `mgrlib.networks.gradcam.heat_map` returns it. It covers the same
        frequencies and times in rows and columns of its own.
    frequencies, times : array_like
        Center of each row in Hz and of each column in s, of `image_db`.
    floor_db : float, optional
        Level of the darkest color of the spectrogram.
    title : str
        Of the whole figure.
    """
    heat = np.asarray(heat, dtype=float)
    song, attention = axes
    draw_spectrogram(song, image_db, frequencies=frequencies, times=times, floor_db=floor_db)
    extent = song.images[0].get_extent()
    if heat.max() > HALF:
        columns, rows = _centers(*extent[:2], heat.shape[1]), _centers(*extent[2:], heat.shape[0])
        song.contour(columns, rows, heat, levels=[HALF], colors="white", linewidths=1.4)
    # Perceptually uniform, and seen alike with and without color vision.
    drawn = attention.imshow(heat, origin="lower", aspect="auto", cmap="cividis", vmin=0, vmax=1,
                             interpolation="nearest", extent=extent)  # fmt: skip
    attention.set_yticks(song.get_yticks(), [label.get_text() for label in song.get_yticklabels()])
    attention.figure.colorbar(
        drawn, ax=attention, pad=0.02, label="Weight for the genre (1 = largest)"
    )
    song.set_title("The song, outlined where the weight is over half", fontsize=9)
    attention.set_title("Grad-CAM", fontsize=9)
    for ax in axes:
        ax.set_xlabel("Time in the song (s)")
    song.figure.suptitle(wrapped(title, 90), fontsize=11)
    return axes


def _centers(start: float, end: float, parts: int) -> np.ndarray:
    return start + (np.arange(parts) + 0.5) * (end - start) / parts
