"""What an image keeps of a song's levels."""

import math

import numpy as np
import pytest

from mgrlib import fidelity


def test_grays_stand_for_the_levels_that_they_were_made_of():
    grays = np.array([0, 51, 255], dtype=np.uint8)
    np.testing.assert_allclose(fidelity.pixels_to_decibels(grays, top_db=80), [-80, -64, 0])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 2), [[1, 2], [1, 2], [3, 4], [3, 4]]),
        ((1, 2), [[3, 4]]),
        ((2, 3), [[1, 2, 2], [3, 4, 4]]),
    ],
)
def test_a_cell_gets_the_pixel_that_its_center_lies_in(shape, expected):
    np.testing.assert_array_equal(fidelity.spread(np.array([[1, 2], [3, 4]]), shape), expected)


def test_an_even_picture_loses_nothing_but_its_rounding():
    lost = fidelity.losses(np.full((100, 70), -30.1), image_size=32, top_db=80)
    assert lost["cut"] == 0
    assert lost["median"] == pytest.approx(0, abs=1e-4)
    step = 80 / 255
    expected = abs(-30.1 - (round((1 - 30.1 / 80) * 255) / 255 - 1) * 80)
    assert lost["rounding"] == pytest.approx(expected, abs=1e-4)
    assert lost["rounding"] <= step / 2 + 1e-4


def test_averaging_moves_stripes_by_half_of_their_contrast():
    stripes = np.tile([[-20.0], [-40.0]], (64, 128))
    lost = fidelity.losses(stripes, image_size=64, top_db=80)
    assert lost["median"] == pytest.approx(10)
    assert lost["high"] == pytest.approx(10)
    left = fidelity.seen_levels(stripes, image_size=64, top_db=80)
    np.testing.assert_allclose(left, -30, atol=80 / 255 / 2)


def test_what_lies_on_the_floor_is_cut_and_not_counted():
    levels = np.full((64, 64), -80.0)
    levels[:16] = -10
    lost = fidelity.losses(levels, image_size=64, top_db=80)
    assert lost["cut"] == 0.75
    assert lost["high"] == pytest.approx(0, abs=1e-4)
    assert math.isnan(fidelity.losses(levels[32:], image_size=32, top_db=80)["median"])


@pytest.mark.parametrize(
    ("hertz", "size", "expected"),
    [(150, 3, 100), (150, 1, 300), (650, 3, 300), (999, 3, math.nan), (50, 3, math.nan)],
)
def test_a_pixel_is_as_wide_as_the_rows_that_it_covers(hertz, size, expected):
    rows = np.array([100.0, 200.0, 500.0, 800.0])[:3] if hertz == 150 else np.array(
        [100.0, 500.0, 800.0]
    )  # fmt: skip
    found = fidelity.hertz_a_pixel(rows, hertz, image_size=size)
    assert found == pytest.approx(expected, nan_ok=True)
