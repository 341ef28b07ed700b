"""Segments: the right samples from every format, and a reason for every bad file."""

import av
import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from mgrlib.audio import read_segment
from mgrlib.errors import SongError

FORMATS = ["wav", "flac", "ogg", "mp3"]


def read(path, *, seconds=1.0):
    return read_segment(path, segment_seconds=seconds, sample_rate=RATE)


def pitch(samples: np.ndarray, rate: int = RATE) -> float:
    """Frequency of the strongest bin in Hz."""
    return float(np.fft.rfftfreq(len(samples), 1 / rate)[np.abs(np.fft.rfft(samples)).argmax()])


@pytest.mark.parametrize("ending", FORMATS)
def test_the_middle_of_a_song_is_read(tmp_path, ending):
    parts = [tone(hertz, seconds=1.0) for hertz in (300, 1000, 3000)]
    soundfile.write(tmp_path / f"song.{ending}", np.concatenate(parts), RATE)
    segment = read(tmp_path / f"song.{ending}")
    assert segment.samples.shape == (RATE,)
    assert segment.samples.dtype == np.float32
    assert pitch(segment.samples) == pytest.approx(1000, abs=2)
    assert segment.seconds == pytest.approx(3, abs=0.1)
    assert not segment.padded


def test_a_lossless_segment_is_the_file_itself(tmp_path):
    samples = tone(500, seconds=3)
    soundfile.write(tmp_path / "song.wav", samples, RATE, subtype="FLOAT")
    np.testing.assert_array_equal(read(tmp_path / "song.wav").samples, samples[RATE : 2 * RATE])


@pytest.mark.parametrize("rate", [8000, 44_100, 48_000, 96_000])
def test_other_rates_are_resampled(tmp_path, rate):
    soundfile.write(tmp_path / "song.wav", tone(1000, seconds=2, rate=rate), rate)
    samples = read(tmp_path / "song.wav").samples
    assert samples.shape == (RATE,)
    assert pitch(samples) == pytest.approx(1000, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.34, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_averaged(tmp_path, channels):
    frames = np.zeros((2 * RATE, channels), dtype=np.float32)
    frames[:, 0] = tone(700, seconds=2)
    soundfile.write(tmp_path / "song.wav", frames, RATE, subtype="FLOAT")
    expected = frames.mean(axis=1)[RATE // 2 : RATE // 2 + RATE]
    np.testing.assert_allclose(read(tmp_path / "song.wav").samples, expected, atol=1e-6)


def test_a_short_song_is_padded_at_its_end(tmp_path):
    samples = tone(500, seconds=0.6)
    soundfile.write(tmp_path / "song.wav", samples, RATE, subtype="FLOAT")
    segment = read(tmp_path / "song.wav")
    assert segment.padded
    np.testing.assert_array_equal(segment.samples[: len(samples)], samples)
    assert not segment.samples[len(samples) :].any()


def test_a_song_of_exactly_the_segment_is_not_padded(tmp_path):
    soundfile.write(tmp_path / "song.wav", tone(500, seconds=1, rate=44_100), 44_100)
    segment = read(tmp_path / "song.wav")
    assert not segment.padded
    assert segment.samples.shape == (RATE,)


def test_aac_in_mp4_is_read_where_libsndfile_can_not(tmp_path):
    samples = np.concatenate([tone(hertz, seconds=4) for hertz in (300, 1000, 3000)])
    with av.open(str(tmp_path / "song.m4a"), "w") as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    segment = read(tmp_path / "song.m4a", seconds=3.0)
    assert segment.samples.shape == (3 * RATE,)
    assert pitch(segment.samples) == pytest.approx(1000, abs=2)
    assert segment.seconds == pytest.approx(12, abs=0.2)


def write_folder(path):
    path.mkdir()


def test_a_peak_whose_power_overflows_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(3 * RATE, 1e20), RATE, subtype="FLOAT")
    with pytest.raises(SongError, match="not finite: a peak of 1e"):
        read(tmp_path / "a.wav")


def test_a_name_that_promises_raw_samples_is_no_trap(tmp_path):
    (tmp_path / "song.raw").write_bytes(b"12345678" * 1000)
    with pytest.raises(SongError, match="unreadable"):
        read(tmp_path / "song.raw")


BAD_FILES = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "not a file": write_folder,
    "unreadable": lambda path: path.write_text("these are words and no sound\n" * 40),
    "silent": lambda path: soundfile.write(path, np.zeros(3 * RATE), RATE, format="WAV"),
    "too short": lambda path: soundfile.write(path, tone(500, seconds=0.3), RATE, format="WAV"),
    "not finite": lambda path: soundfile.write(
        path, np.full(3 * RATE, np.nan), RATE, format="WAV", subtype="FLOAT"
    ),
}


@pytest.mark.parametrize("reason", BAD_FILES)
@pytest.mark.parametrize("name", ["song.wav", "song.mp3"])
def test_a_bad_file_has_its_reason(tmp_path, reason, name):
    BAD_FILES[reason](tmp_path / name)
    with pytest.raises(SongError) as caught:
        read(tmp_path / name)
    assert caught.value.reason == reason
    assert caught.value.detail
    assert str(tmp_path) not in caught.value.detail


def test_a_loop_of_links_is_a_broken_song(tmp_path):
    (tmp_path / "a.wav").symlink_to(tmp_path / "b.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    with pytest.raises(SongError):
        read(tmp_path / "a.wav")


def test_a_truncated_file_is_measured_by_what_it_holds(tmp_path):
    soundfile.write(tmp_path / "song.wav", tone(500, seconds=8), RATE)
    content = (tmp_path / "song.wav").read_bytes()
    (tmp_path / "song.wav").write_bytes(content[: len(content) // 16])
    with pytest.raises(SongError, match="too short"):
        read(tmp_path / "song.wav", seconds=2.0)
