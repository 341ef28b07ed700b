"""FFmpeg's filter showspectrumpic by PyAV, which carries FFmpeg: no command line is needed.

The filter draws a picture of 8 bits. Its window is twice as long as the picture is high; its
hop is as long as it takes for the columns to span the sound. Levels are dB relative to full
scale, of the magnitude over the sum of the squared window (``libavfilter/avf_showspectrum.c``
of FFmpeg). Which samples a column is made of has changed between versions of FFmpeg; it is
found out with a click (`first_sample`).
"""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from .picture import Picture

NAME = "showspectrumpic"
DEFAULT_SIZE = (4096, 2048)
"""Columns and rows of the filter's picture, where nothing else is asked for."""
RANGE_DB = 120.0
"""The filter's default range: black is so many dB below full scale."""


class Unavailable(Exception):
    """A library that can't draw this sound; the message says why, as a clause."""


def check_filter() -> None:
    """Raise `Unavailable` unless PyAV's FFmpeg has the filter."""
    import av

    if NAME not in av.filter.filters_available:
        raise Unavailable(f"this build of FFmpeg has no filter {NAME}")


def own_picture(samples: np.ndarray, *, sample_rate: int, width: int) -> np.ndarray:
    """The filter's own picture with its legend and colors, reduced to so many columns.

    Returns
    -------
    ndarray, uint8, shape=(height, width, 3)
        Red, green and blue; row 0 is the top.

    Raises
    ------
    Unavailable
        If this build of FFmpeg lacks the filter.
    """
    frame = _filtered(samples, sample_rate=sample_rate, options="")
    height = round(frame.height * width / frame.width)
    return frame.reformat(width=width, height=height, format="rgb24").to_ndarray()


def levels(
    samples: np.ndarray,
    *,
    sample_rate: int,
    columns: int = DEFAULT_SIZE[0],
    rows: int = DEFAULT_SIZE[1],
) -> Picture:
    """The filter's levels, read from its picture in gray: in steps of `RANGE_DB` / 256.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
    columns, rows : int
        Size of the picture. The filter's window is of 2 * `rows` samples.

    Returns
    -------
    Picture
        Without the row of half the sample rate, which the filter does not draw.

    Raises
    ------
    Unavailable
        If this build of FFmpeg lacks the filter.
    """
    options = f"s={columns}x{rows}:legend=0:color=channel:drange={RANGE_DB:g}"
    frame = _filtered(samples, sample_rate=sample_rate, options=options)
    gray = frame.to_ndarray()[0, ::-1].astype(float)
    hop = column_hop(len(samples), columns=columns, n_fft=2 * rows)
    middle = first_sample(n_fft=2 * rows, hop_length=hop) + rows
    return Picture(
        decibels=gray / 256 * RANGE_DB - RANGE_DB,
        frequencies=np.arange(rows) * sample_rate / (2 * rows),
        times=(np.arange(columns) * hop + middle) / sample_rate,
    )


def column_hop(total: int, *, columns: int, n_fft: int) -> int:
    """Samples from a column to the next: of a long sound a column averages several frames."""
    averaged = math.ceil(total / (n_fft * columns))
    hop = max(1, int(n_fft * (total / (n_fft * columns * averaged))))
    return max(hop, total // (hop * columns) * hop)


def first_sample(*, n_fft: int, hop_length: int) -> int:
    """Where the window of column 0 begins: at 0, or so that it ends with the first hop.

    The filter's legend puts column 0 at 0 s in either case.
    """
    return hop_length - n_fft if _ends_with_its_hop() else 0


@lru_cache(maxsize=1)
def _ends_with_its_hop() -> bool:
    """Whether a click is seen after its own time or before, in 64 columns of 16 samples."""
    click = np.zeros(64 * 16 + 32, dtype=np.float32)
    click[32 * 16] = 1
    frame = _filtered(click, sample_rate=8000, options="s=64x32:legend=0:color=channel")
    return bool(np.flatnonzero(frame.to_ndarray()[0].any(axis=0)).mean() > 32)


def _filtered(samples: np.ndarray, *, sample_rate: int, options: str):
    import av

    check_filter()
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=sample_rate, format="fltp", layout="mono",
                               time_base=Fraction(1, sample_rate))  # fmt: skip
    graph.link_nodes(source, graph.add(NAME, options), graph.add("buffersink")).configure()
    block = np.ascontiguousarray(samples, dtype=np.float32)[None]
    sound = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
    sound.sample_rate, sound.pts = sample_rate, 0
    graph.push(sound)
    graph.push(None)
    return graph.pull()
