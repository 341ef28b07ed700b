"""Codes of sound: what they survive, what they tell apart, and against scipy's own transform."""

import numpy as np
import pytest
import scipy.signal

from mgrlib.corpora.synthetic import render_song
from mgrlib.corpora.synthetic.encoding import encode
from mgrlib.fingerprints import compare, fingerprint, frame_count, hop_seconds, most_different
from mgrlib.fingerprints.codes import _decimate

RATE = 22_050
SECONDS = 8.0


@pytest.fixture(scope="module")
def song() -> np.ndarray:
    return render_song(["House"], seconds=SECONDS, seed=1, index=0)


def difference(ours: np.ndarray, theirs: np.ndarray, shift: int = 0) -> float:
    """Share of bits that differ between two sounds' codes."""
    codes = np.stack([fingerprint(sound, sample_rate=RATE) for sound in (ours, theirs)])
    place = np.array([0]), np.array([1]), np.array([shift])
    return float(compare(codes, *place)[0][0])


def decoded(content: bytes) -> np.ndarray:
    import io

    import soundfile

    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


# Samples to codes


@pytest.mark.parametrize("rate", [4000, 8000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 2.0, 6.0])
def test_sounds_of_one_length_have_as_many_codes(rate, seconds):
    rng, samples = np.random.default_rng(0), round(seconds * rate)
    for sound in (rng.normal(0, 0.1, samples), np.zeros(samples)):
        codes = fingerprint(sound.astype(np.float32), sample_rate=rate)
        assert codes.shape == (frame_count(samples, sample_rate=rate),)
        assert codes.dtype == np.uint32


@pytest.mark.parametrize("samples", [0, 1, 100])
def test_next_to_nothing_has_one_code(samples):
    assert fingerprint(np.zeros(samples, np.float32), sample_rate=RATE).tolist() == [0]


def test_codes_are_signs_of_scipys_spectrogram(song):
    """The definition, step by step: decimate, square, add up, smooth, compare."""
    sound = _decimate(song, len(song) // 4 - 40, factor=4)
    _, _, spectra = scipy.signal.stft(sound, RATE / 4, window="hann", nperseg=512,
                                      noverlap=512 - 220, boundary=None, padded=False)  # fmt: skip
    bins = np.fft.rfftfreq(512, 4 / RATE)
    edges = 300 * (2000 / 300) ** (np.arange(35) / 34)
    bands = np.array([np.interp(bins, edges[band : band + 3], [0, 1, 0]) for band in range(33)])
    energy = bands @ np.abs(spectra) ** 2
    smooth = scipy.signal.convolve(energy, np.hanning(11)[None, 1:-1], mode="valid")
    slope = -np.diff(np.log(smooth), axis=0)
    bits = np.ascontiguousarray((slope[:, 5:] - slope[:, :-5] > 1e-3).T)
    expected = np.packbits(bits, axis=1, bitorder="little").view("<u4")[:, 0]
    codes = fingerprint(song, sample_rate=RATE)[: len(expected)]
    told = codes != 0
    assert told.mean() > 0.9
    wrong = np.bitwise_count(codes ^ expected[: len(codes)])[told].mean() / 32
    assert wrong < 0.002


def test_decimating_keeps_what_is_low_and_removes_what_is_high():
    time = np.arange(RATE) / RATE
    for frequency, level in ((1000, 1.0), (4600, 0.0)):
        sound = np.sin(2 * np.pi * frequency * time).astype(np.float32)
        kept = _decimate(sound, 5000, factor=4)
        assert np.abs(kept[100:-100]).max() == pytest.approx(level, abs=0.02)


# What codes survive


@pytest.mark.parametrize("gain", [0.25, 0.5, 1.4])
def test_the_level_does_not_matter(song, gain):
    assert difference(song, song * np.float32(gain)) < 0.002


@pytest.mark.parametrize("extension, most", [(".mp3", 0.08), (".ogg", 0.08), (".opus", 0.12)])
def test_another_encoding_changes_few_bits(song, extension, most):
    content = encode(song, sample_rate=RATE, extension=extension)
    again = decoded(content)
    if extension == ".opus":
        again = scipy.signal.resample_poly(again, 147, 320)
    # A decoder's delay is compared at the best of the nearest codes.
    assert min(difference(song, again, shift) for shift in (-1, 0, 1, 2)) < most


@pytest.mark.parametrize("seconds, most", [(1.0, 0.03), (1.0 + hop_seconds(RATE) / 2, 0.12)])
def test_a_start_within_a_frame_changes_few_bits(song, seconds, most):
    later = np.concatenate([np.zeros(round(seconds * RATE), np.float32), song])[: len(song)]
    assert difference(song, later, round(seconds / hop_seconds(RATE))) < most


def test_half_of_the_bits_differ_between_songs_of_one_artist():
    ours, theirs = (render_song(["House"], seconds=SECONDS, seed=1, index=index, artist="same")
                    for index in (1, 2))  # fmt: skip
    assert difference(ours, theirs) == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(5 * RATE),
        np.full(5 * RATE, 0.5),
        np.sin(2 * np.pi * 440 * np.arange(5 * RATE) / RATE),
        np.arange(5 * RATE) % RATE == 0,
    ],
    ids=["silence", "constant", "tone", "clicks"],
)
def test_what_does_not_change_has_no_codes(sound):
    codes = fingerprint(sound.astype(np.float32), sample_rate=RATE)
    assert (codes != 0).mean() < 0.05


# Comparing


def test_bits_are_counted_where_both_songs_sound():
    codes = np.array([[1, 2, 0, 0xFFFFFFFF], [3, 1, 3, 7]], dtype=np.uint32)
    first, second = np.zeros(3, int), np.ones(3, int)
    shares, counts = compare(codes, first, second, np.array([0, 1, 4]))
    assert counts.tolist() == [3, 2, 0]
    # 01 and 11, 10 and 01, then 32 and 3 set; a shift later 01 and 01, 10 and 11.
    assert shares.tolist() == [(1 + 2 + 29) / 96, 1 / 64, 1]


def test_the_less_is_compared_the_more_alike_it_must_be():
    counts = np.array([10, 25, 100, 400])
    most = most_different(counts, hop_seconds=0.04)
    assert most.tolist() == pytest.approx([-1, 0.5 - 9 * 0.034, 0.25, 0.25])
