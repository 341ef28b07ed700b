"""Figures for all eyes: lines stand out from their ground, and nothing is told by color alone."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from mgrlib import figures
from mgrlib.figures.canvas import shade
from mgrlib.figures.curves import REFERENCES, _line

LOOKS = figures.scale_looks(figures.LOOKS)


def luminance(color) -> float:
    """Relative luminance by the Web Content Accessibility Guidelines 2.2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(color)
    ]
    return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))


def contrast(one, other) -> float:
    """Contrast ratio by the same guidelines: 1 for a color with itself, 21 for black and white."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_one_of_the_guidelines():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scale", LOOKS)
def test_lines_and_outlines_stand_out_from_white(scale):
    assert contrast(shade(LOOKS[scale].color, 0.85), "white") >= 3  # of learning curves, scales
    assert contrast(shade(LOOKS[scale].color, 0.6), "white") >= 3  # around boxes
    for weights in ("corpus", *REFERENCES):
        assert contrast(_line(weights, scale, LOOKS)["color"], "white") >= 3


@pytest.mark.parametrize("part", ["hatch", "line", "mark"])
def test_scales_are_told_apart_without_colors(part):
    assert len({str(getattr(look, part)) for look in LOOKS.values()}) == len(LOOKS)


def test_differences_of_confusions_bear_their_sign():
    rows = [
        {"genre": genre, "called": called, "songs": 20, "mean": 0.3, "difference": difference}
        for genre, called, difference in [
            ("A", "B", 0.4), ("B", "A", -0.4), ("A", "C", 0.05), ("C", "A", -0.05),
            ("B", "C", 0.2), ("C", "B", np.nan),
        ]
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs["scales"] = ("linear", "mel")
    figure = figures.make_figure(figures.draw_confusions, table)
    cells = {tuple(map(int, t.get_position())): t.get_text() for t in figure.axes[1].texts}
    # A place counts columns, then rows.
    assert {place: sign for place, sign in cells.items() if sign} == {
        (1, 0): "+", (0, 1): "−", (2, 1): "+",
    }  # fmt: skip
