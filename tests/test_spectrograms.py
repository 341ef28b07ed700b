"""Spectrograms against librosa's definitions, and the resize against Pillow's."""

import librosa
import numpy as np
import pytest
from conftest import RATE, tone
from PIL import Image

from mgrlib import spectrograms

SETTINGS = {"sample_rate": RATE, "n_fft": 2048, "n_mels": 128}
SHAPES = [(2048, 512), (1024, 256), (4096, 1000), (512, 512)]


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Two seconds of a chord, a sweep and a few clicks, ending in silence."""
    time = np.arange(2 * RATE) / RATE
    sound = sum(tone(hertz, seconds=2, level=0.1) for hertz in (220, 277, 3300))
    sound += 0.2 * np.sin(2 * np.pi * (200 + 4000 * time) * time)
    sound[:: RATE // 4] += 0.5
    sound[-RATE // 4 :] = 0
    return sound.astype(np.float32)


@pytest.mark.parametrize(("n_fft", "hop_length"), SHAPES)
@pytest.mark.parametrize("top_db", [80.0, 60.0])
def test_linear_is_librosas_within_a_hundredth_of_a_decibel(samples, n_fft, hop_length, top_db):
    theirs = np.abs(librosa.stft(samples, n_fft=n_fft, hop_length=hop_length)) ** 2
    ours = spectrograms.power_spectrogram(samples, n_fft=n_fft, hop_length=hop_length)
    assert ours.shape == theirs.shape
    assert ours.dtype == np.float32
    expected = librosa.power_to_db(theirs, ref=np.max, top_db=top_db)
    decibels = spectrograms.to_decibels(ours, top_db=top_db)
    np.testing.assert_allclose(decibels, expected, atol=0.01)


@pytest.mark.parametrize(("n_fft", "hop_length"), SHAPES)
@pytest.mark.parametrize("n_mels", [40, 128])
def test_mel_is_librosas_within_a_hundredth_of_a_decibel(samples, n_fft, hop_length, n_mels):
    theirs = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels
    )
    power = spectrograms.power_spectrogram(samples, n_fft=n_fft, hop_length=hop_length)
    ours = spectrograms.mel_scale(power, sample_rate=RATE, n_fft=n_fft, n_mels=n_mels)
    decibels = spectrograms.to_decibels(ours, top_db=80)
    expected = librosa.power_to_db(theirs, ref=np.max)
    np.testing.assert_allclose(decibels, expected, atol=0.01)


def their_linear_filters(*, n_freqs: int, sample_rate: int, bands: int) -> np.ndarray:
    """The formula of torchaudio.functional.linear_fbanks, shape=(n_freqs, bands)."""
    all_freqs = np.linspace(0, sample_rate // 2, n_freqs)
    f_pts = np.linspace(0.0, sample_rate / 2, bands + 2)
    f_diff = f_pts[1:] - f_pts[:-1]
    slopes = f_pts[None, :] - all_freqs[:, None]
    down_slopes = (-1.0 * slopes[:, :-2]) / f_diff[:-1]
    up_slopes = slopes[:, 2:] / f_diff[1:]
    return np.maximum(0.0, np.minimum(down_slopes, up_slopes))


@pytest.mark.parametrize(("n_fft", "n_mels"), [(2048, 128), (1024, 40), (4096, 200), (512, 64)])
def test_linear_bands_are_the_triangles_of_torchaudio_with_mels_norm(n_fft, n_mels):
    ours = spectrograms.linear_filters(sample_rate=RATE, n_fft=n_fft, n_mels=n_mels).toarray()
    theirs = their_linear_filters(n_freqs=1 + n_fft // 2, sample_rate=RATE, bands=n_mels)
    width = RATE / (n_mels + 1)  # between the feet of a triangle, in Hz
    assert ours.shape == (n_mels, 1 + n_fft // 2)
    np.testing.assert_allclose(ours, theirs.T * 2 / width, atol=1e-8)


@pytest.mark.parametrize("n_mels", [40, 128])
def test_linear_bands_and_mel_bands_have_the_same_area(n_mels):
    spacing = {"sample_rate": RATE, "n_fft": 4096, "n_mels": n_mels}
    hertz = RATE / 4096
    linear = spectrograms.linear_filters(**spacing).sum(axis=1) * hertz
    mel = spectrograms.mel_filters(**spacing).sum(axis=1) * hertz
    np.testing.assert_allclose(linear, 1, atol=0.05)
    assert np.median(mel) == pytest.approx(1, abs=0.05)


def test_linear_bands_weigh_the_shared_power(samples):
    power = spectrograms.power_spectrogram(samples, n_fft=2048, hop_length=512)
    rows = spectrograms.linear_bands_scale(power, **SETTINGS)
    filters = their_linear_filters(n_freqs=1025, sample_rate=RATE, bands=128)
    expected = librosa.power_to_db(filters.T @ power, ref=np.max)
    np.testing.assert_allclose(spectrograms.to_decibels(rows, top_db=80), expected, atol=0.01)


def test_linear_bands_are_centered_where_their_filters_peak():
    frequencies = spectrograms.linear_bands_frequencies(**SETTINGS)
    filters = spectrograms.linear_filters(**SETTINGS).toarray()
    peaks = np.fft.rfftfreq(2048, 1 / RATE)[filters.argmax(axis=1)]
    np.testing.assert_allclose(frequencies, peaks, atol=RATE / 2048 / 2 + 1e-9)
    np.testing.assert_allclose(np.diff(frequencies), RATE / 2 / 129)


def test_there_are_as_many_linear_bands_as_mel_bands():
    power = np.ones((1025, 3), dtype=np.float32)
    rows = {scale: to_scale(power, **SETTINGS) for scale, (to_scale, _) in
            spectrograms.SCALES.items()}  # fmt: skip
    assert {scale: len(row) for scale, row in rows.items()} == {
        "linear": 1025, "mel": 128, "linear-bands": 128,
    }  # fmt: skip


def test_silence_has_one_level():
    decibels = spectrograms.to_decibels(np.zeros((5, 4), dtype=np.float32), top_db=80)
    np.testing.assert_array_equal(decibels, 0)


@pytest.mark.parametrize("shape", [(1025, 259), (128, 259), (128, 40), (64, 64)])
@pytest.mark.parametrize("size", [32, 64])
def test_resize_is_the_mean_over_areas(shape, size):
    image = np.random.default_rng(1).random(shape).astype(np.float32)
    ours = spectrograms.resize(image, size)
    assert ours.shape == (size, size)
    if shape[0] % size == 0 and shape[1] % size == 0:
        blocks = image.reshape(size, shape[0] // size, size, shape[1] // size)
        np.testing.assert_allclose(ours, blocks.mean(axis=(1, 3)), atol=1e-6)
    assert ours.mean() == pytest.approx(image.mean(), abs=1e-5)


def test_resize_is_close_to_pillows_box_filter():
    image = np.random.default_rng(2).random((1025, 259)).astype(np.float32)
    theirs = np.asarray(Image.fromarray(image).resize((64, 64), Image.Resampling.BOX))
    # Pillow's box takes whole pixels at its edges, ours their exact shares.
    np.testing.assert_allclose(spectrograms.resize(image, 64), theirs, atol=0.1)
    assert np.abs(spectrograms.resize(image, 64) - theirs).mean() < 0.02


@pytest.mark.parametrize(("decibels", "pixel"), [(0, 255), (-80, 0), (-40, 128), (-20, 191)])
def test_decibels_become_gray_levels(decibels, pixel):
    assert spectrograms.to_pixels(np.array([decibels]), top_db=80)[0] == pixel


@pytest.mark.parametrize("scale", spectrograms.SCALES)
def test_low_frequencies_come_first(scale):
    images = {
        hertz: spectrograms.song_images(
            tone(hertz, seconds=2), scales=[scale], hop_length=512, top_db=80, image_size=64,
            **SETTINGS,
        )[scale]
        for hertz in (500, 5000)
    }  # fmt: skip
    rows = {hertz: image.mean(axis=1).argmax() for hertz, image in images.items()}
    _, frequencies = spectrograms.SCALES[scale]
    expected = {h: np.searchsorted(frequencies(**SETTINGS), h) for h in rows}
    count = len(frequencies(**SETTINGS))
    for hertz, row in rows.items():
        assert images[hertz].dtype == np.uint8
        assert images[hertz].shape == (64, 64)
        assert row == pytest.approx(expected[hertz] / count * 64, abs=1.5)


def test_a_scale_does_not_depend_on_the_others():
    drawing = {"hop_length": 512, "top_db": 80, "image_size": 32, **SETTINGS}
    every = list(spectrograms.SCALES)
    together = spectrograms.song_images(tone(900, seconds=1), scales=every, **drawing)
    for scale, image in together.items():
        alone = spectrograms.song_images(tone(900, seconds=1), scales=[scale], **drawing)
        np.testing.assert_array_equal(alone[scale], image)


@pytest.mark.parametrize(
    ("scale", "share"), [("linear", 0.091), ("mel", 0.297), ("linear-bands", 0.086)]
)
def test_share_of_rows_below_1_khz(scale, share):
    assert spectrograms.rows_below(1000, scale=scale, **SETTINGS) == pytest.approx(share, abs=0.003)


def test_mel_frequencies_are_the_peaks_of_the_filters():
    frequencies = spectrograms.mel_frequencies(**SETTINGS)
    filters = librosa.filters.mel(sr=RATE, n_fft=2048, n_mels=128)
    peaks = np.fft.rfftfreq(2048, 1 / RATE)[filters.argmax(axis=1)]
    np.testing.assert_allclose(frequencies, peaks, atol=RATE / 2048)
