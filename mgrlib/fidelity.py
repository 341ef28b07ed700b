"""What an image of a song keeps of its levels: the way to pixels, walked back.

Levels are dB below the loudest, (frequency, time); images are uint8, see
`mgrlib.spectrograms`. Nothing here is used to make the images.
Notebook: 02_spectrogram_generation, "What the network sees".
"""

import numpy as np

from .spectrograms import resize, to_pixels

PERCENTILE = 95


def pixels_to_decibels(pixels: np.ndarray, *, top_db: float) -> np.ndarray:
    """The level that each gray stands for: 0..255 is -top_db..0 dB."""
    return (pixels / 255 - 1) * top_db


def spread(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """An image on a grid of another shape: each cell gets the pixel that its center lies in."""
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(int)
        for new, old in zip(shape, image.shape, strict=True)
    )
    return image[np.ix_(rows, columns)]


def seen_levels(levels: np.ndarray, *, image_size: int, top_db: float) -> np.ndarray:
    """What is left of levels in an image, as levels on their own rows and frames."""
    pixels = to_pixels(resize(levels, image_size), top_db=top_db)
    return spread(pixels_to_decibels(pixels, top_db=top_db), levels.shape)


def losses(levels: np.ndarray, *, image_size: int, top_db: float) -> dict[str, float]:
    """What the cut, the averaging and the 256 grays cost, in numbers.

    Parameters
    ----------
    levels : ndarray, shape=(rows, frames)
        dB below the loudest, cut at -`top_db`.

    Returns
    -------
    dict
        ``cut``, the share of the cells that lie at -`top_db`, whose level is lost;
        ``median`` and ``high``, dB by which averaging moves the other cells, half of them and
        95 % of them by less; ``rounding``, the most in dB that 256 grays move a pixel.
    """
    averaged = resize(levels, image_size)
    gray = pixels_to_decibels(to_pixels(averaged, top_db=top_db), top_db=top_db)
    heard = levels > -top_db
    moved = np.abs(spread(averaged, levels.shape) - levels)[heard]
    median, high = np.percentile(moved, [50, PERCENTILE]) if moved.size else (np.nan, np.nan)
    return {
        "cut": 1 - float(heard.mean()),
        "median": float(median),
        "high": float(high),
        "rounding": float(np.abs(gray - averaged).max()),
    }


def hertz_a_pixel(frequencies: np.ndarray, hertz: float, *, image_size: int) -> float:
    """The band in Hz that a pixel stands for at a frequency; NaN beyond the ends of the scale.

    A pixel can't be finer than a row: where there are fewer rows than pixels, it is the row.

    Parameters
    ----------
    frequencies : ndarray, shape=(rows,)
        Center of each row in Hz, ascending.

    >>> hertz_a_pixel(np.arange(0.0, 1000.0, 10.0), 500.0, image_size=50)
    20.0
    """
    if not frequencies[0] <= hertz <= frequencies[-1]:
        return float("nan")
    places = np.arange(len(frequencies))
    row = float(np.interp(hertz, frequencies, places))
    low = min(int(row), len(frequencies) - 2)
    return float(frequencies[low + 1] - frequencies[low]) * max(1.0, len(frequencies) / image_size)
