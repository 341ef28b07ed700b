"""The scales against librosa's, torchaudio's and numerical definitions, and where tones land."""

import inspect
import re
import warnings

import librosa
import numpy as np
import pytest
from conftest import RATE, tone

from mgrlib import spectrograms
from mgrlib.errors import SettingsError
from mgrlib.spectrograms import SCALES, Sound

DEFAULTS = {"sample_rate": RATE, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
SPACING = {name: DEFAULTS[name] for name in ("sample_rate", "n_fft", "n_mels")}
SPACINGS = [
    (RATE, 2048, 128), (RATE, 1024, 40), (RATE, 4096, 200), (44_100, 2048, 96), (4000, 512, 64),
    (8000, 1023, 32), (192_000, 2048, 128), (RATE, 512, 256), (1000 * 4, 64, 1024),
]  # fmt: skip
BANDS = [scale for scale in SCALES if SCALES[scale].weights]


def sound_of(samples: np.ndarray, **settings: int) -> Sound:
    return Sound(samples=samples, **DEFAULTS | settings)


def weights_of(scale: str, sample_rate: int, n_fft: int, n_mels: int) -> np.ndarray:
    found = SCALES[scale].weights(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
    return found.toarray()


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Two seconds of a chord with clicks, ending in silence."""
    sound = sum(tone(hertz, seconds=2, level=0.1) for hertz in (110, 277, 3300))
    sound[:: RATE // 4] += 0.5
    sound[-RATE // 4 :] = 0
    return sound


# Definitions


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize(("sample_rate", "n_fft", "n_mels"), SPACINGS)
@pytest.mark.parametrize(("scale", "htk"), [("mel", False), ("mel-htk", True)])
def test_mel_weights_are_librosas(scale, htk, sample_rate, n_fft, n_mels):
    ours = weights_of(scale, sample_rate, n_fft, n_mels)
    theirs = librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, htk=htk)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * theirs.max())


@pytest.mark.parametrize(("sample_rate", "n_mels"), [(RATE, 128), (4000, 40), (1999, 16)])
@pytest.mark.parametrize(("scale", "htk"), [("mel", False), ("mel-htk", True)])
def test_mel_frequencies_are_librosas(scale, htk, sample_rate, n_mels):
    ours = SCALES[scale].frequencies(sample_rate=sample_rate, n_fft=2048, n_mels=n_mels)
    theirs = librosa.mel_frequencies(n_mels + 2, fmax=sample_rate / 2, htk=htk)[1:-1]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(2048, 512), (1024, 256), (4096, 1000)])
@pytest.mark.parametrize("n_mels", [40, 128])
@pytest.mark.parametrize(("scale", "htk"), [("mel", False), ("mel-htk", True)])
def test_mel_levels_are_librosas(samples, scale, htk, n_fft, hop_length, n_mels):
    framed = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels}
    theirs = librosa.feature.melspectrogram(y=samples, sr=RATE, htk=htk, **framed)
    expected = librosa.power_to_db(theirs, ref=np.max)
    ours = spectrograms.levels(sound_of(samples, **framed), scale, top_db=80)
    np.testing.assert_allclose(ours, expected, atol=0.01)


def triangular_filterbank(all_freqs: np.ndarray, f_pts: np.ndarray) -> np.ndarray:
    """The formula that torchaudio's filter banks share, shape=(n_freqs, bands)."""
    f_diff = f_pts[1:] - f_pts[:-1]
    slopes = f_pts[None, :] - all_freqs[:, None]
    down_slopes = (-1.0 * slopes[:, :-2]) / f_diff[:-1]
    up_slopes = slopes[:, 2:] / f_diff[1:]
    return np.maximum(0.0, np.minimum(down_slopes, up_slopes))


def linear_fbanks(*, n_freqs: int, sample_rate: int, bands: int) -> np.ndarray:
    """The formula of torchaudio.functional.linear_fbanks, shape=(n_freqs, bands)."""
    all_freqs = np.linspace(0, sample_rate // 2, n_freqs)
    return triangular_filterbank(all_freqs, np.linspace(0.0, sample_rate / 2, bands + 2))


def melscale_fbanks(*, n_freqs: int, sample_rate: int, n_mels: int) -> np.ndarray:
    """That of torchaudio.functional.melscale_fbanks with mel_scale="htk", norm="slaney"."""
    all_freqs = np.linspace(0, sample_rate // 2, n_freqs)
    m_max = 2595.0 * np.log10(1.0 + (sample_rate / 2 / 700.0))
    f_pts = 700.0 * (10.0 ** (np.linspace(0.0, m_max, n_mels + 2) / 2595.0) - 1.0)
    enorm = 2.0 / (f_pts[2 : n_mels + 2] - f_pts[:n_mels])
    return triangular_filterbank(all_freqs, f_pts) * enorm[None, :]


EVEN = [spacing for spacing in SPACINGS if spacing[1] % 2 == 0]


@pytest.mark.parametrize(("sample_rate", "n_fft", "n_mels"), EVEN)
def test_linear_bands_are_the_triangles_of_torchaudio_with_mels_norm(sample_rate, n_fft, n_mels):
    theirs = linear_fbanks(n_freqs=1 + n_fft // 2, sample_rate=sample_rate, bands=n_mels).T
    width = sample_rate / (n_mels + 1)  # between the feet of a triangle, in Hz
    ours = weights_of("linear-bands", sample_rate, n_fft, n_mels)
    np.testing.assert_allclose(ours * width / 2, theirs, atol=1e-6)


@pytest.mark.parametrize(("sample_rate", "n_fft", "n_mels"), EVEN)
def test_htks_mel_bands_are_torchaudios(sample_rate, n_fft, n_mels):
    theirs = melscale_fbanks(n_freqs=1 + n_fft // 2, sample_rate=sample_rate, n_mels=n_mels).T
    ours = weights_of("mel-htk", sample_rate, n_fft, n_mels)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * theirs.max())


def test_levels_of_linear_bands_are_those_of_torchaudios_triangles(samples):
    sound = sound_of(samples)
    power = np.abs(librosa.stft(samples)) ** 2
    filters = linear_fbanks(n_freqs=1025, sample_rate=RATE, bands=128)
    expected = librosa.power_to_db(filters.T @ power, ref=np.max)
    ours = spectrograms.levels(sound, "linear-bands", top_db=80)
    np.testing.assert_allclose(ours, expected, atol=0.01)


@pytest.mark.parametrize("scale", [scale for scale in BANDS if scale != "log"])
def test_triangles_have_unit_area_over_hertz(scale):
    weights = weights_of(scale, RATE, 65_536, 64)
    np.testing.assert_allclose(weights.sum(axis=1) * RATE / 65_536, 1, atol=1e-3)


@pytest.mark.parametrize(("sample_rate", "n_fft", "n_mels"), SPACINGS)
def test_a_log_row_is_the_mean_over_its_span(sample_rate, n_fft, n_mels):
    """Against the integral of a power that is constant over each bin's own width."""
    power = np.random.default_rng(0).random(1 + n_fft // 2)
    ours = weights_of("log", sample_rate, n_fft, n_mels) @ power
    edges = 32.703195662574829 * (sample_rate / 2 / 32.703195662574829) ** (
        np.arange(n_mels + 1) / n_mels
    )
    steps = (np.arange(4000) + 0.5) / 4000
    hertz = edges[:-1, None] + np.diff(edges)[:, None] * steps
    nearest = np.minimum(np.floor(hertz / (sample_rate / n_fft) + 0.5), n_fft // 2).astype(int)
    np.testing.assert_allclose(ours, power[nearest].mean(axis=1), atol=0.02)
    assert np.abs(ours - power[nearest].mean(axis=1)).mean() < 0.002


@pytest.mark.parametrize("n_mels", [40, 128])
def test_log_frequencies_are_spaced_as_librosas_constant_q_ones(n_mels):
    ours = SCALES["log"].frequencies(**SPACING | {"n_mels": n_mels})
    octaves = np.log2(RATE / 2 / librosa.note_to_hz("C1"))
    theirs = librosa.cqt_frequencies(n_mels, fmin=ours[0], bins_per_octave=n_mels / octaves)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    half_a_row = 2 ** (octaves / n_mels / 2)
    assert ours[0] / half_a_row == pytest.approx(librosa.note_to_hz("C1"))
    assert ours[-1] * half_a_row == pytest.approx(RATE / 2)


def bins_per_octave(frequencies: np.ndarray) -> int:
    return round(1 / np.log2(frequencies[1] / frequencies[0]))


@pytest.mark.parametrize("hop_length", [256, 512])
@pytest.mark.parametrize("n_mels", [40, 128])
def test_constant_q_levels_are_librosas(samples, hop_length, n_mels):
    sound = sound_of(samples, hop_length=hop_length, n_mels=n_mels)
    bins = bins_per_octave(SCALES["cqt"].frequencies(**sound.spacing))
    theirs = librosa.cqt(samples, sr=RATE, hop_length=hop_length, n_bins=n_mels,
                         bins_per_octave=bins)  # fmt: skip
    expected = librosa.amplitude_to_db(np.abs(theirs), ref=np.max)
    ours = spectrograms.levels(sound, "cqt", top_db=80)
    np.testing.assert_allclose(ours, expected, atol=0.01)


@pytest.mark.parametrize("sample_rate", [4000, 8000, RATE, 44_100, 192_000])
@pytest.mark.parametrize("n_mels", [8, 9, 40, 64, 128, 1000, 1024])
def test_constant_q_has_the_fewest_bins_an_octave_that_fit(sample_rate, n_mels):
    frequencies = SCALES["cqt"].frequencies(sample_rate=sample_rate, n_fft=2048, n_mels=n_mels)
    bins = bins_per_octave(frequencies)

    def cutoff(bins: int) -> float:
        theirs = librosa.cqt_frequencies(n_mels, fmin=lowest, bins_per_octave=bins)
        return librosa.filters.wavelet_lengths(freqs=theirs, sr=2 * sample_rate)[1]

    lowest = librosa.note_to_hz("C1")
    theirs = librosa.cqt_frequencies(n_mels, fmin=lowest, bins_per_octave=bins)
    np.testing.assert_allclose(frequencies, theirs)
    assert cutoff(bins) <= sample_rate / 2
    assert bins == 1 or cutoff(bins - 1) > sample_rate / 2


@pytest.mark.parametrize("scale", SCALES)
def test_a_definition_is_a_sentence_for_a_table(scale):
    definition = SCALES[scale].definition
    assert re.fullmatch(r"an? [^\n]+\)", definition)
    assert "evenly spaced" in definition


# Frequencies


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("sample_rate", "n_fft", "n_mels"), [*SPACINGS, (192_000, 65_536, 1024), (RATE, 64, 8)]
)
def test_frequencies_ascend_up_to_nyquist(scale, sample_rate, n_fft, n_mels):
    frequencies = SCALES[scale].frequencies(sample_rate=sample_rate, n_fft=n_fft, n_mels=n_mels)
    assert len(frequencies) == (1 + n_fft // 2 if scale == "linear" else n_mels)
    assert (np.diff(frequencies) > 0).all()
    assert frequencies[0] >= 0
    assert frequencies[-1] <= sample_rate / 2


@pytest.mark.parametrize("scale", BANDS)
def test_bands_are_centered_where_their_weights_lie(scale):
    spacing = {"sample_rate": RATE, "n_fft": 65_536, "n_mels": 128}
    weights = SCALES[scale].weights(**spacing).toarray()
    hertz = np.fft.rfftfreq(65_536, 1 / RATE)
    frequencies = SCALES[scale].frequencies(**spacing)
    if scale == "log":  # a flat span, as wide below its center as above in log Hz
        for row, center in zip(weights, frequencies, strict=True):
            held = hertz[row > 0]
            assert held[0] * held[-1] == pytest.approx(center**2, rel=0.02)
    else:
        np.testing.assert_allclose(hertz[weights.argmax(axis=1)], frequencies, atol=RATE / 65_536)


@pytest.mark.parametrize("hertz", [500, 1000, 5000])
@pytest.mark.parametrize("scale", SCALES)
def test_a_tone_lands_on_its_row(scale, hertz):
    sound = sound_of(tone(hertz, seconds=2))
    frequencies = SCALES[scale].frequencies(**sound.spacing)
    loudest = SCALES[scale].rows(sound).mean(axis=1).argmax()
    assert abs(loudest - np.abs(frequencies - hertz).argmin()) <= 1


@pytest.mark.parametrize("hertz", [500, 5000])
@pytest.mark.parametrize("scale", SCALES)
def test_low_frequencies_come_first_in_an_image(scale, hertz):
    image = spectrograms.song_images(
        tone(hertz, seconds=2), scales=[scale], top_db=80, image_size=64, **DEFAULTS
    )[scale]
    frequencies = SCALES[scale].frequencies(**SPACING)
    expected = np.abs(frequencies - hertz).argmin() / len(frequencies) * 64
    assert image.mean(axis=1).argmax() == pytest.approx(expected, abs=1.5)


@pytest.mark.parametrize(
    ("scale", "share"),
    [("linear", 0.091), ("mel", 0.297), ("linear-bands", 0.086), ("mel-htk", 40 / 128),
     ("log", 75 / 128), ("cqt", 79 / 128)],
)  # fmt: skip
def test_share_of_rows_below_1_khz(scale, share):
    """The first two are the paper's; mel-htk by hand: 129 * 1000 / 3177 mels, without the feet."""
    assert spectrograms.rows_below(1000, scale=scale, **SPACING) == pytest.approx(share, abs=0.003)


# What rows depend on


@pytest.mark.parametrize(
    "changed", [{"sample_rate": 24_000}, {"n_fft": 1024}, {"hop_length": 400}, {"n_mels": 64}]
)
@pytest.mark.parametrize("scale", SCALES)
def test_rows_depend_on_the_settings_that_define_them(samples, scale, changed):
    """All on all, but linear has no bands, and a constant-Q filter a length of its own."""
    before, after = (SCALES[scale].rows(sound_of(samples, **new)) for new in ({}, changed))
    independent = {"linear": {"n_mels", "sample_rate"}, "cqt": {"n_fft"}}.get(scale, set())
    assert np.array_equal(before, after) == (set(changed) <= independent)


def test_the_axis_of_linear_depends_on_the_sample_rate():
    before, after = (SCALES["linear"].frequencies(**SPACING | {"sample_rate": rate})
                     for rate in (RATE, 24_000))  # fmt: skip
    assert not np.array_equal(before, after)


def test_scales_share_one_transform(samples, monkeypatch):
    calls = []
    module = inspect.getmodule(Sound)
    original = module.power_spectrogram
    monkeypatch.setattr(module, "power_spectrogram",
                        lambda *args, **kw: calls.append(1) or original(*args, **kw))  # fmt: skip
    spectrograms.song_images(samples, scales=list(SCALES), top_db=80, image_size=32, **DEFAULTS)
    assert len(calls) == 1


# Legal settings at their ends

ENDS = [
    {"n_fft": 64, "n_mels": 1024}, {"n_fft": 65, "n_mels": 8}, {"hop_length": 65_536},
    {"n_fft": 64, "hop_length": 1000}, {"n_fft": 65_536}, {"sample_rate": 4000, "n_mels": 1024},
    {"sample_rate": 192_000, "n_mels": 8}, {"hop_length": 441}, {"hop_length": 16},
    {"n_fft": 2047, "hop_length": 2205},
]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("settings", ENDS, ids=str)
@pytest.mark.parametrize("scale", SCALES)
def test_legal_settings_give_frames_in_time_and_no_warning(scale, settings):
    sample_rate = settings.get("sample_rate", RATE)
    sound = sound_of(tone(900, seconds=0.5, rate=sample_rate), **settings)
    rows = SCALES[scale].rows(sound)
    assert rows.shape == (len(SCALES[scale].frequencies(**sound.spacing)), len(sound.times))
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert rows.max() > 0
    levels = spectrograms.levels(sound, scale, top_db=80)
    assert levels.max() == pytest.approx(0, abs=1e-4)
    assert levels.min() >= -80 - 1e-4


@pytest.mark.parametrize("hop_length", [512, 441, 1000, 2048])
@pytest.mark.parametrize("scale", SCALES)
def test_a_click_stands_in_the_frame_of_its_time(scale, hop_length):
    click = np.zeros(2 * RATE, dtype=np.float32)
    click[10 * hop_length] = 1
    sound = sound_of(click, hop_length=hop_length)
    high = SCALES[scale].frequencies(**sound.spacing) > 2000
    loudest = SCALES[scale].rows(sound)[high].sum(axis=0).argmax()
    assert sound.times[loudest] == pytest.approx(10 * hop_length / RATE)


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize(("n_fft", "n_mels"), [(2048, 128), (512, 128), (64, 1024), (1024, 256)])
@pytest.mark.parametrize(("scale", "htk"), [("mel", False), ("mel-htk", True)])
def test_bands_between_two_bins_are_empty_as_in_librosa(scale, htk, n_fft, n_mels):
    theirs = librosa.filters.mel(sr=RATE, n_fft=n_fft, n_mels=n_mels, htk=htk)
    spacing = {"sample_rate": RATE, "n_fft": n_fft, "n_mels": n_mels}
    empty = ~theirs.any(axis=1)
    assert spectrograms.empty_rows(scale=scale, **spacing) == empty.sum()
    assert spectrograms.describe_rows([scale], **spacing)[scale]["empty"] == empty.sum()
    levels = spectrograms.levels(sound_of(tone(900, seconds=1), **spacing), scale, top_db=80)
    np.testing.assert_allclose(levels[empty], -80, atol=1e-4)


@pytest.mark.parametrize("scale", ["linear", "log", "cqt"])
def test_other_scales_have_no_empty_rows(scale):
    spacing = {"sample_rate": RATE, "n_fft": 64, "n_mels": 1024}
    assert spectrograms.empty_rows(scale=scale, **spacing) == 0


def test_librosas_defaults_leave_no_row_empty():
    assert not any(row["empty"] for row in spectrograms.describe_rows(SCALES).values())


def test_a_constant_q_too_large_to_compute_says_what_to_change():
    sound = sound_of(np.zeros(30 * RATE, dtype=np.float32), hop_length=441, n_mels=1024)
    message = r"hop_length=441 with n_mels=1024 .*divisible by 256, fewer bands or a shorter"
    with pytest.raises(SettingsError, match=message):
        SCALES["cqt"].rows(sound)


def test_drawing_says_nothing(samples, capfd):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        spectrograms.song_images(samples, scales=SCALES, top_db=80, image_size=32, **DEFAULTS)
    assert not said
    assert capfd.readouterr() == ("", "")
