"""A spectrogram as some library draws it, and by how many dB two of them differ.

Arrays are (frequency, time), row 0 is the lowest frequency; levels in dB, axes in Hz and s.
"""

from dataclasses import dataclass

import numpy as np
import scipy.interpolate

DEEPEST_DB = 200.0
"""Below the loudest; what is silent has no level, and stands here."""


@dataclass(frozen=True)
class Picture:
    """A spectrogram in dB with its axes.

    Attributes
    ----------
    decibels : ndarray, shape=(rows, frames)
        Against the library's own reference.
    frequencies : ndarray, shape=(rows,)
        Center of each row in Hz, ascending.
    times : ndarray, shape=(frames,)
        Middle of each frame in s, ascending.
    """

    decibels: np.ndarray
    frequencies: np.ndarray
    times: np.ndarray

    @classmethod
    def of_power(cls, power: np.ndarray, frequencies: np.ndarray, times: np.ndarray) -> "Picture":
        """Levels of a power that has no floor but silence, `DEEPEST_DB` below the loudest."""
        least = max(float(power.max(initial=0.0)) * 10 ** (-DEEPEST_DB / 10), 1e-300)
        return cls(10 * np.log10(np.maximum(power, least, dtype=float)), frequencies, times)

    @property
    def loudest(self) -> float:
        """The highest level in dB."""
        return float(self.decibels.max())

    def below_loudest(self, top_db: float | None = None) -> np.ndarray:
        """Levels in dB below the loudest, cut at -`top_db`, if it is given."""
        levels = self.decibels - self.loudest
        return levels if top_db is None else np.maximum(levels, -top_db)

    def on_axes_of(self, other: "Picture") -> np.ndarray:
        """Levels between the rows and frames of this picture, at those of another.

        Returns
        -------
        ndarray, shape=(rows, frames) of `other`
            Interpolated linearly in dB; NaN beyond the ends of this picture.
        """
        levels = _between(self.decibels, self.times, other.times, axis=1)
        return _between(levels, self.frequencies, other.frequencies, axis=0)


def _between(values: np.ndarray, old: np.ndarray, new: np.ndarray, *, axis: int) -> np.ndarray:
    if len(old) == len(new) and np.allclose(old, new, rtol=0, atol=1e-9 * (1 + abs(old[-1]))):
        return values
    if len(old) == 1:  # a single frame or row speaks for its own place only
        return np.where(np.expand_dims(np.isclose(new, old[0]), 1 - axis), values, np.nan)
    line = scipy.interpolate.interp1d(old, values, axis=axis, bounds_error=False,
                                      assume_sorted=True)  # fmt: skip
    return line(new)


def difference(one: Picture, other: Picture, *, top_db: float | None = None) -> np.ndarray:
    """By how many dB `other` lies above `one`, each taken below its own loudest.

    Parameters
    ----------
    top_db : float, optional
        Cuts both at so many dB below their loudest.

    Returns
    -------
    ndarray, shape=(rows, frames) of `one`
        NaN where `other` has no row or frame, and where both are cut.
    """
    here = one.below_loudest(top_db)
    there = other.on_axes_of(one) - other.loudest
    if top_db is None:
        return there - here
    there = np.maximum(there, -top_db)
    return np.where((here > -top_db) | (there > -top_db), there - here, np.nan)


def describe_difference(one: Picture, other: Picture, *, top_db: float | None = None) -> dict:
    """A difference in numbers, all in dB.

    Returns
    -------
    dict
        ``offset``, by which the loudest of `other` lies above that of `one`: a constant, which
        a reference of 0 dB for the loudest removes; ``median`` and ``largest`` of what remains,
        without its sign, over the cells that are not cut in both; and ``cells``, their share.
    """
    left = np.abs(difference(one, other, top_db=top_db))
    compared = left[np.isfinite(left)]
    return {
        "offset": other.loudest - one.loudest,
        "median": float(np.median(compared)) if compared.size else float("nan"),
        "largest": float(compared.max(initial=0.0)) if compared.size else float("nan"),
        "cells": compared.size / left.size,
    }
