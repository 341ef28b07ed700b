"""Pictures for a view of sound: gray WebP, ticks of its axes, and the colors of its levels.

Levels are arrays (frequency, time) in dB, lowest frequency first; a picture is written with the
lowest frequency at the bottom. Places on an axis run from 0 to 1, from left or from the bottom.
"""

import base64
import io
import zlib

import numpy as np

from ..figures.spectrograms import LEVEL_MAP, hertz_ticks
from ..spectrograms import to_pixels
from ..spectrograms.filters import overlaps

ROWS, COLUMNS = 128, 256
"""Most rows and columns of a picture in a page: those of mel bands, and 6 s of frames."""
QUALITY = 55
"""Of WebP: most levels are within 4 dB of their own, and a picture takes 5 kB."""
STOPS = 33
"""Colors of a map between which a browser interpolates."""
TICK_SHARE = 0.085
"""Ticks of frequency are apart by at least so much of the height."""
Tick = tuple[float, str]


def averaged(levels: np.ndarray, *, rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """Levels by the mean over the area of each new pixel, never more of them than there were."""
    shape = min(rows, levels.shape[0]), min(columns, levels.shape[1])
    weigh_rows, weigh_columns = (
        overlaps(np.linspace(0, length, new + 1), np.arange(length + 1))
        for length, new in zip(levels.shape, shape, strict=True)
    )
    return weigh_rows @ (weigh_columns @ levels.T).T


def gray_webp(levels: np.ndarray, *, top_db: float) -> bytes:
    """Levels of -`top_db`..0 dB as a gray WebP, black to white."""
    from PIL import Image

    stream = io.BytesIO()
    pixels = to_pixels(levels, top_db=top_db)[::-1]
    Image.fromarray(pixels).save(stream, "WEBP", quality=QUALITY, method=4)
    return stream.getvalue()


def gray_png(pixels: np.ndarray) -> bytes:
    """Pixels as a PNG of 256 grays, the last row on top.

    A spectrogram hardly compresses: Huffman's code alone takes a quarter of the time of the
    fastest full compression, for files that are no larger.
    """
    from PIL import Image

    height, width = pixels.shape
    image = Image.frombytes("P", (width, height), pixels[::-1].tobytes())
    image.putpalette(np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes())
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1, compress_type=zlib.Z_HUFFMAN_ONLY)
    return stream.getvalue()


def text_of(data: bytes) -> str:
    """Bytes as text that a URL ``data:TYPE;base64,`` ends in."""
    return base64.b64encode(data).decode()


def color_stops(name: str = LEVEL_MAP) -> list[str]:
    """Colors of one of matplotlib's maps, lowest level first, evenly spaced, as ``#rrggbb``."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(color) for color in colormaps[name](np.linspace(0, 1, STOPS))]


def frequency_ticks(frequencies: np.ndarray, *, share: float = TICK_SHARE) -> list[Tick]:
    """Places and labels, in Hz, of round frequencies.

    Parameters
    ----------
    frequencies : ndarray, shape=(rows,)
        Center of each row in Hz, ascending; rows are equally high.
    share : float
        Ticks are apart by at least so much of the height.
    """
    marks = hertz_ticks(frequencies, share=share)
    centers = (np.arange(len(frequencies)) + 0.5) / len(frequencies)
    return [(round(float(np.interp(mark, frequencies, centers)), 4), f"{mark:g}") for mark in marks]


def time_ticks(start: float, seconds: float, *, most: int = 6) -> list[Tick]:
    """Places and labels, in s, of round times from `start` on."""
    from matplotlib.ticker import MaxNLocator

    marks = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(start, start + seconds)
    # What is within a hundredth of the width of an end belongs to it.
    inside = marks[(marks >= start) & (marks <= start + seconds * 1.0001)]
    return [(round(float((mark - start) / seconds), 4), f"{mark:g}") for mark in inside]
