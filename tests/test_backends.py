"""Other libraries' spectrograms: set alike they agree, and what makes them differ has its size."""

import math

import numpy as np
import pytest
import scipy.signal
from conftest import RATE, tone

from mgrlib import backends, spectrograms
from mgrlib.backends import LIBRARIES, VARIATIONS, Picture, ffmpeg
from mgrlib.backends.libraries import draw_by_all

FRAMING = {"sample_rate": RATE, "n_fft": 2048, "hop_length": 512}
SPACING = {"sample_rate": RATE, "n_fft": 2048, "n_mels": 128}
CHORD = tone(440, seconds=1.5) + tone(3000, seconds=1.5, level=0.05)


@pytest.fixture(scope="module")
def alike():
    pictures, missing = draw_by_all(CHORD, alike=True, **FRAMING)
    assert not missing
    return pictures


@pytest.fixture(scope="module")
def by_default():
    pictures, missing = draw_by_all(CHORD, alike=False, **FRAMING)
    assert not missing
    return pictures


@pytest.fixture(scope="module")
def variations():
    rows, differences = backends.vary(CHORD, **FRAMING, n_mels=128)
    return {(row["group"], row["choice"]): row for row in rows}, differences


# Set alike


@pytest.mark.parametrize("name", ["scipy", "torch"])
def test_libraries_set_alike_agree_with_librosa(alike, name):
    numbers = backends.describe_difference(alike["librosa"], alike[name], top_db=80)
    assert numbers["offset"] == pytest.approx(0, abs=0.001)
    assert numbers["largest"] < 0.01
    assert numbers["cells"] > 0.9


def test_ffmpeg_set_alike_is_as_near_as_its_grays_allow(alike):
    numbers = backends.describe_difference(alike["librosa"], alike["FFmpeg"], top_db=80)
    assert numbers["median"] < ffmpeg.RANGE_DB / 256


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 100), (1024, 1000), (300, 128)])
def test_ffmpegs_columns_are_librosas_frames_whatever_the_hop(n_fft, hop_length):
    click = np.zeros(RATE, dtype=np.float32)
    click[RATE // 2] = 0.5
    pictures, _ = draw_by_all(
        click, alike=True, sample_rate=RATE, n_fft=n_fft, hop_length=hop_length
    )
    loud = {name: p.below_loudest()[3] > -30 for name, p in pictures.items()}
    np.testing.assert_array_equal(loud["FFmpeg"], loud["librosa"])


def test_levels_of_ffmpeg_are_those_of_its_definition():
    n_fft, row = 1024, 100
    wave = 0.1 * np.sin(2 * np.pi * row / n_fft * np.arange(RATE))
    drawn = ffmpeg.levels(wave.astype(np.float32), sample_rate=RATE, columns=64, rows=n_fft // 2)
    window = scipy.signal.windows.hann(n_fft, sym=True)
    expected = 20 * math.log10(0.1 * window.sum() / 2 / (window**2).sum())
    assert drawn.decibels[:, 32].argmax() == row
    assert drawn.decibels[row, 32] == pytest.approx(expected, abs=ffmpeg.RANGE_DB / 256)


# As a user gets them


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("hertz", [500, 5000])
def test_a_tone_lies_at_its_frequency(name, hertz):
    drawn = LIBRARIES[name].default(tone(hertz, seconds=1), **FRAMING)
    middle = drawn.decibels[:, drawn.decibels.shape[1] // 2]
    row = drawn.frequencies[1] - drawn.frequencies[0]
    assert drawn.frequencies[middle.argmax()] == pytest.approx(hertz, abs=row)
    assert drawn.decibels.shape == (len(drawn.frequencies), len(drawn.times))


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_click_lies_at_its_time(name):
    sound = np.zeros(RATE, dtype=np.float32)
    sound[RATE // 2] = 0.9
    drawn = LIBRARIES[name].default(sound, **FRAMING)
    row = len(drawn.frequencies) // 3
    power = 10 ** (drawn.decibels[row] / 10)
    center = (power * drawn.times).sum() / power.sum()
    assert center == pytest.approx(0.5, abs=0.012)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_louder_sound_has_higher_levels_by_as_much(name):
    soft = LIBRARIES[name].default(CHORD / 10, **FRAMING)
    loud = LIBRARIES[name].default(CHORD, **FRAMING)
    gray = ffmpeg.RANGE_DB / 256 if name == "FFmpeg" else 0.001
    high = soft.decibels > soft.loudest - 50
    np.testing.assert_allclose((loud.decibels - soft.decibels)[high], 20, atol=gray * 1.01)


def test_defaults_differ_by_more_than_rounding(by_default):
    assert by_default["scipy"].decibels.shape[0] == 129
    assert by_default["FFmpeg"].decibels.shape == (2048, 4096)
    for name in ("scipy", "torch", "FFmpeg"):
        numbers = backends.describe_difference(by_default["librosa"], by_default[name], top_db=80)
        assert numbers["median"] > 1


def test_the_picture_of_ffmpeg_is_reduced_to_the_width_asked_for():
    drawn = backends.own_picture(CHORD, sample_rate=RATE, width=400)
    assert drawn.shape[1:] == (400, 3)
    assert drawn.shape[0] == pytest.approx(200, abs=5)
    assert drawn.max() > 100


# What can't be drawn


def test_a_build_without_the_filter_is_told(monkeypatch):
    import av

    monkeypatch.setattr(av.filter, "filters_available", {"volume"})
    pictures, missing = draw_by_all(CHORD, alike=True, **FRAMING)
    assert "FFmpeg" not in pictures
    assert missing == {"FFmpeg": "this build of FFmpeg has no filter showspectrumpic"}
    with pytest.raises(backends.Unavailable, match="no filter"):
        backends.own_picture(CHORD, sample_rate=RATE, width=400)


def test_a_window_longer_than_the_sound():
    framing = FRAMING | {"n_fft": 32_768}
    sound = CHORD[: RATE // 2]
    missing = draw_by_all(sound, alike=False, **framing)[1]
    assert list(missing) == ["torch"]
    assert "reflect" in missing["torch"]
    assert set(draw_by_all(sound, alike=True, **framing)[0]) == set(LIBRARIES)
    rows, differences = backends.vary(sound, **framing, n_mels=64)
    reasons = {row["choice"]: row["reason"] for row in rows if "reason" in row}
    assert reasons == {"no padding (scipy's)": "the sound is shorter than one window"}
    assert len(differences) == len(VARIATIONS) - 1


@pytest.mark.parametrize("change", [{"n_fft": 511}, {"n_fft": 256}])
def test_what_ffmpeg_cant_be_set_to(change):
    missing = draw_by_all(CHORD, alike=True, **FRAMING | change)[1]
    assert missing == {"FFmpeg": "FFmpeg's window is even and longer than the hop"}


# Differences by hand


def picture(levels, *, frequencies=(0, 1), times=(0, 1)) -> Picture:
    return Picture(np.array(levels, float), np.array(frequencies, float), np.array(times, float))


def test_the_reference_removes_a_constant():
    one = picture([[0, -10], [-20, -90]])
    numbers = backends.describe_difference(one, picture(one.decibels + 7))
    assert numbers == {"offset": 7, "median": 0, "largest": 0, "cells": 1}


def test_cells_that_are_cut_in_both_are_left_out():
    one = picture([[0, -10], [-90, -95]])
    other = picture([[0, -12], [-70, -99]])
    np.testing.assert_array_equal(
        backends.difference(one, other, top_db=80), [[0, -2], [10, np.nan]]
    )
    numbers = backends.describe_difference(one, other, top_db=80)
    assert numbers == {"offset": 0, "median": 2, "largest": 10, "cells": 0.75}


def test_levels_are_read_between_rows_and_frames_and_not_beyond():
    plane = picture([[0, 2, 4], [10, 12, 14]], frequencies=(0, 10), times=(0, 1, 2))
    wanted = picture(np.zeros((3, 2)), frequencies=(0, 5, 20), times=(0.5, 2))
    expected = [[1, 4], [6, 9], [np.nan, np.nan]]
    np.testing.assert_allclose(plane.on_axes_of(wanted), expected)


def test_silence_has_a_level():
    drawn = Picture.of_power(np.array([[1.0, 0.0]]), np.array([0.0]), np.array([0.0, 1.0]))
    np.testing.assert_allclose(drawn.decibels, [[0, -200]])


def test_columns_of_ffmpeg_average_frames_of_a_long_sound():
    assert ffmpeg.column_hop(1000, columns=10, n_fft=200) == 100
    assert ffmpeg.column_hop(5, columns=10, n_fft=200) == 1
    # Two frames of 150 samples a column, since one window of 200 would leave gaps.
    assert ffmpeg.column_hop(3000, columns=10, n_fft=200) == 300


# One thing at a time


def test_every_variation_has_its_numbers(variations):
    rows, differences = variations
    assert len(rows) == len(differences) == len(VARIATIONS)
    assert all(math.isfinite(row[key]) for row in rows.values() for key in ("offset", "median"))


def test_the_offset_of_a_density_is_that_of_its_formula(variations):
    window = scipy.signal.get_window("hann", 2048)
    expected = 10 * math.log10(2 / (RATE * (window**2).sum()))
    row = variations[0]["norm", "power density (scipy's)"]
    assert row["offset"] == pytest.approx(expected, abs=1e-4)
    # One-sided: 0 Hz and the highest frequency are not counted twice.
    assert row["largest"] == pytest.approx(10 * math.log10(2), abs=1e-3)
    assert row["median"] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("scaling", ["density", "spectrum"])
def test_norms_are_scipys(scaling):
    _, _, theirs = scipy.signal.spectrogram(
        CHORD.astype(float), RATE, window="hann", nperseg=1024, noverlap=512, detrend=False,
        scaling=scaling,
    )  # fmt: skip
    ours = backends.linear_picture(
        CHORD, sample_rate=RATE, n_fft=1024, hop_length=512, padding=None, norm=scaling, top_db=None
    )
    np.testing.assert_allclose(ours.decibels, 10 * np.log10(theirs), atol=0.02)


def test_a_reference_changes_nothing_but_the_constant(variations):
    for (group, _), row in variations[0].items():
        if group == "reference":
            assert row["largest"] == pytest.approx(0, abs=1e-4)
            assert abs(row["offset"]) > 1


def test_a_higher_floor_moves_a_cell_by_no_more_than_it_rises(variations):
    row = variations[0]["top_db", "60 dB"]
    assert row["largest"] == pytest.approx(20, abs=1e-4)
    assert row["cells"] == 1


def test_no_norm_tilts_a_mel_picture_by_the_width_of_its_bands(variations):
    import librosa

    (tilt, one) = variations[1]["mel: no norm"]
    edges = librosa.mel_frequencies(130, fmax=RATE / 2)
    expected = 10 * np.log10((edges[2:] - edges[:-2]) / 2)
    found = np.nanmedian(tilt, axis=1)
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=0.05)
    assert one.decibels.shape[0] == 128


def test_the_less_a_window_fades_the_more_it_spills(variations):
    rows = variations[0]
    choices = ("Hann, symmetric (FFmpeg's)", "Hamming", "none (torch's)")
    medians = [rows["window", choice]["median"] for choice in choices]
    assert medians == sorted(medians)
    assert medians[0] < 0.05
    assert medians[2] > 2


def test_padding_touches_the_ends_only(variations):
    gap, one = variations[1]["padding: ends reflected (torch's)"]
    touched = (np.abs(gap) > 0.01).any(axis=0)
    assert touched.any()
    ends = (one.times < 0.1) | (one.times > one.times[-1] - 0.1)
    assert not touched[~ends].any()
    assert variations[0]["padding", "no padding (scipy's)"]["largest"] == pytest.approx(0, abs=1e-4)


# The scales


@pytest.mark.parametrize("scale", spectrograms.SCALES)
def test_every_scale_is_that_of_its_definition(scale):
    sound = spectrograms.Sound(samples=CHORD, hop_length=512, **SPACING)
    levels = spectrograms.levels(sound, scale, top_db=80)
    frequencies = spectrograms.SCALES[scale].frequencies(**SPACING)
    settings = FRAMING | {"n_mels": 128, "top_db": 80, "frequencies": frequencies}
    assert backends.largest_difference(scale, levels, CHORD, **settings) < 0.01
    wrong = levels.copy()
    wrong[-1, -1] -= 1
    assert backends.largest_difference(scale, wrong, CHORD, **settings) > 0.5
