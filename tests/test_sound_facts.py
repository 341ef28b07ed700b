"""What is known of a song's sound, against sounds that were planted and files counted by hand."""

import io
import itertools
import json
import math

import av
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import numpy as np
import pandas as pd
import pytest
import soundfile
import soxr
from conftest import tone
from odd_files import early_moov, muxed, no_length, wav
from scipy.signal import butter, lfilter, sosfilt

from mgrlib import figures
from mgrlib.audio import COLUMNS, cut_segment, decode_whole, measure, read_segment
from mgrlib.audio.spectrum import find_edge, mean_spectrum
from mgrlib.audit import sound as audit
from mgrlib.bench.songs import stereo_song
from mgrlib.bench.sound import sound_row
from mgrlib.corpora.synthetic.encoding import ENCODINGS, encode
from mgrlib.errors import SongError

RATE = 44_100
SECONDS = 4.0


@pytest.fixture(scope="module")
def song() -> np.ndarray:
    """4 s of stereo music that fills the band, in steps of 16 bits; shape=(n, 2)."""
    return np.rint(stereo_song(SECONDS) * 2**15).astype(np.int16)


def as_float(song: np.ndarray) -> np.ndarray:
    return (song / 2**15).astype(np.float32)


def heard(samples: np.ndarray, *, rate: int = RATE) -> dict:
    """The measures of all of some samples, mono or (n, channels) of which the mean is heard."""
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    segment = cut_segment(mono.astype(np.float32), native_rate=rate,
                          segment_seconds=len(mono) / rate, sample_rate=22_050)  # fmt: skip
    return measure(segment, sample_rate=22_050)


def read(path, *, seconds=1.0) -> dict:
    return measure(read_segment(path, segment_seconds=seconds, sample_rate=22_050),
                   sample_rate=22_050)  # fmt: skip


# Levels


def count_clipped(channel: np.ndarray) -> int:
    """Counted sample by sample: beyond full scale, or three in a row and more at it."""
    runs = [list(run) for high, run in itertools.groupby(np.abs(channel), lambda x: x >= 0.9999)
            if high]  # fmt: skip
    return sum(len(run) if len(run) > 2 else sum(x > 1 for x in run) for run in runs)


@pytest.mark.parametrize(
    ("gain", "subtype"), [(1.5, "PCM_16"), (1.5, "PCM_24"), (1.5, "FLOAT"), (0.9, "PCM_16")]
)
def test_clipping_is_counted_in_each_channel(tmp_path, gain, subtype):
    left, right = tone(440, seconds=1, rate=RATE), gain * tone(441, seconds=1, rate=RATE, level=1)
    frames = np.stack([left, right], axis=1)
    frames[100, 0] = 1.0  # a peak at full scale is no clipping
    if subtype != "FLOAT":
        frames = np.clip(frames, -1, 1 - 2**-15)
    soundfile.write(tmp_path / "a.wav", frames, RATE, subtype=subtype)
    stored = soundfile.read(tmp_path / "a.wav", dtype="float32")[0]
    expected = sum(count_clipped(channel) for channel in stored.T) / stored.size
    assert (expected > 0.1) == (gain > 1)
    found = read(tmp_path / "a.wav")
    assert found["clipped"] == pytest.approx(expected, abs=1e-6)
    assert found["peak"] == pytest.approx(20 * np.log10(np.abs(stored).max()), abs=1e-4)


@pytest.mark.parametrize("ending", [".mp3", ".ogg"])
def test_what_a_lossy_decoder_gives_beyond_full_scale_is_clipped(tmp_path, ending):
    loud = np.clip(3 * tone(500, seconds=2, rate=RATE, level=1), -1, 1)
    (tmp_path / f"a{ending}").write_bytes(encode(loud, sample_rate=RATE, extension=ending))
    found = read(tmp_path / f"a{ending}")
    assert found["peak"] > 0
    assert found["clipped"] > 0.2


def test_an_offset_is_found(song):
    assert heard(as_float(song) + np.float32(0.05))["offset"] == pytest.approx(0.05, abs=1e-3)
    assert abs(heard(as_float(song))["offset"]) < 1e-3


def test_silence_is_counted(song):
    quiet = as_float(song).mean(axis=1)
    quiet[: len(quiet) // 4] = np.random.default_rng(1).normal(0, 10 ** (-70 / 20), len(quiet) // 4)
    assert heard(quiet)["silent"] == pytest.approx(0.25, abs=0.02)
    assert heard(as_float(song))["silent"] == 0


def bs1770(samples: np.ndarray, rate: int) -> float:
    """Gated loudness, by the filters and blocks of ITU-R BS.1770-4 as they stand there."""
    samples = soxr.resample(samples.astype(float), rate, 48_000, quality="VHQ")
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285], [
        1, -1.69065929318241, 0.73248077421585]  # fmt: skip
    high_pass = [1, -2, 1], [1, -1.99004745483398, 0.99007225036621]
    weighted = lfilter(*high_pass, lfilter(*shelf, samples))
    starts = range(0, len(weighted) - 19_200 + 1, 4800)
    energy = np.array([np.mean(weighted[start : start + 19_200] ** 2) for start in starts])
    level = -0.691 + 10 * np.log10(energy + 1e-20)
    gate = -0.691 + 10 * np.log10(energy[level > -70].mean()) - 10
    return -0.691 + 10 * np.log10(energy[(level > -70) & (level > gate)].mean())


def sine(hertz: float, *, rate: int = RATE, seconds: float = SECONDS) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", [11_025, 22_050, 44_100, 48_000, 96_000])
def test_the_loudness_of_a_full_scale_sine_is_the_standard_s(rate):
    assert heard(sine(997, rate=rate), rate=rate)["loudness"] == pytest.approx(-3.01, abs=0.02)


LOUD = {
    "music": lambda song: as_float(song).mean(axis=1),
    "bass": lambda song: 0.5 * sine(60),
    "treble": lambda song: 0.5 * sine(12_000),
    "a fade": lambda song: sine(440) * np.exp(-np.arange(len(song)) / RATE),
    "mostly silent": lambda song: sine(440) * (np.arange(len(song)) < 0.7 * RATE),
    "bursts": lambda song: sine(300) * (np.arange(len(song)) % RATE < 0.13 * RATE),
}


@pytest.mark.parametrize("kind", LOUD)
@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_loudness_is_that_of_plain_filtering(song, kind, rate):
    samples = LOUD[kind](song)
    if rate != RATE:
        samples = soxr.resample(samples, RATE, rate)
    if kind == "treble" and rate == 22_050:
        pytest.skip("nothing is left of it")
    expected = bs1770(samples, rate)
    assert heard(samples, rate=rate)["loudness"] == pytest.approx(expected, abs=0.1)


def test_below_the_gate_there_is_no_loudness(song):
    assert math.isnan(heard(as_float(song) * 1e-3)["loudness"])


@pytest.mark.parametrize("length", [4, 7, 300, 2205, 5000])
def test_a_few_samples_have_measures(length):
    samples = tone(500, seconds=1, rate=RATE)[100 : 100 + length]
    assert set(heard(samples)) == set(COLUMNS)


# Where the spectrum ends


def mp3(song: np.ndarray, kilobits: int) -> np.ndarray:
    content = lossy(song, "libmp3lame", "mp3", bits=1000 * kilobits)
    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


def lossy(song: np.ndarray, codec: str, container: str, *, bits: int) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as file:
        track = file.add_stream(codec, rate=RATE, layout="stereo")
        track.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(as_float(song).T), "fltp", "stereo")
        frame.sample_rate = RATE
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    return stream.getvalue()


def aac(song: np.ndarray, kilobits: int) -> np.ndarray:
    stream = io.BytesIO(lossy(song, "aac", "adts", bits=1000 * kilobits))
    with av.open(stream) as file:
        return np.concatenate([f.to_ndarray() for f in file.decode(audio=0)], axis=1).T


def vorbis(song: np.ndarray) -> np.ndarray:
    content = encode(as_float(song), sample_rate=RATE, extension=".ogg")
    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


ENDS = {  # and where, in Hz
    "MP3 64": (lambda song: mp3(song, 64), 11_000),
    "MP3 128": (lambda song: mp3(song, 128), 16_800),
    "MP3 192": (lambda song: mp3(song, 192), 18_800),
    "MP3 320": (lambda song: mp3(song, 320), 20_200),
    "AAC 128": (lambda song: aac(song, 128), 17_300),
    "Vorbis": (vorbis, 19_500),
}


@pytest.mark.parametrize("encoding", ENDS)
def test_a_lossy_file_in_lossless_clothes_is_suspected(song, tmp_path, encoding):
    decode, hertz = ENDS[encoding]
    soundfile.write(tmp_path / "a.flac", decode(song), RATE, subtype="PCM_16")
    found = pd.DataFrame([read(tmp_path / "a.flac", seconds=3)])
    assert found["bandwidth"][0] == pytest.approx(hertz, abs=500)
    assert audit.suspected_transcodes(found).tolist() == [True]
    assert not audit.suspected_transcodes(found.assign(lossless=False)).any()


def low_passed(song: np.ndarray, poles: int, hertz: float) -> np.ndarray:
    return sosfilt(butter(poles, hertz, fs=RATE, output="sos"), as_float(song), axis=0)


TRUE = {
    "as it is": as_float,
    "noise": lambda song: np.random.default_rng(1).normal(0, 0.1, song.shape),
    "quiet": lambda song: as_float(song) / 30,
    "a dull microphone": lambda song: low_passed(song, 2, 5000),
    "tape": lambda song: low_passed(song, 4, 10_000),
    "a steep filter": lambda song: low_passed(song, 8, 8000),
    "a converter": lambda song: soxr.resample(soxr.resample(as_float(song), RATE, 48_000),
                                              48_000, RATE),
}  # fmt: skip


@pytest.mark.parametrize("kind", TRUE)
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_a_lossless_song_is_not_accused(song, tmp_path, kind, subtype):
    samples = np.clip(TRUE[kind](song), -1, 1)
    soundfile.write(tmp_path / "a.flac", samples, RATE, subtype=subtype)
    found = pd.DataFrame([read(tmp_path / "a.flac", seconds=3)])
    assert audit.suspected_transcodes(found).tolist() == [False]


@pytest.mark.parametrize("hertz", [5000, 12_000, 16_050])
def test_the_bandwidth_is_where_the_spectrum_falls_off(hertz):
    noise = np.random.default_rng(2).normal(0, 0.1, 2 * RATE)
    spectrum = np.fft.rfft(noise)
    spectrum[np.fft.rfftfreq(len(noise), 1 / RATE) > hertz] *= 1e-3
    samples = np.fft.irfft(spectrum).astype(np.float32)
    bandwidth, edge = find_edge(mean_spectrum(samples, rate=RATE), rate=RATE)
    assert bandwidth == pytest.approx(hertz, abs=150)
    assert edge == pytest.approx(60, abs=3)


# Files


def written(song: np.ndarray, **options):
    """Whole numbers as they are: libsndfile rounds floats in more ways than one."""
    stream = io.BytesIO()
    soundfile.write(stream, song, RATE, **options)
    return stream.getvalue()


def alac(song: np.ndarray) -> bytes:
    stream = io.BytesIO()
    with av.open(stream, "w", format="ipod") as file:
        track = file.add_stream("alac", rate=RATE, layout="stereo", options={})
        track.format = "s16p"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(song.T), "s16p", "stereo")
        frame.sample_rate = RATE
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    return stream.getvalue()


LOSSLESS = {
    "a.wav": lambda song: written(song, format="WAV", subtype="PCM_16"),
    "b.wav": lambda song: written(song, format="WAVEX", subtype="PCM_24"),
    "a.flac": lambda song: written(song, format="FLAC", subtype="PCM_16"),
    "b.flac": lambda song: written(song, format="FLAC", subtype="PCM_24"),
    "a.aiff": lambda song: written(song, format="AIFF", subtype="PCM_16"),
    "a.m4a": alac,
}


def test_the_same_audio_has_the_same_digest_in_every_container(song, tmp_path):
    for name, make in LOSSLESS.items():
        (tmp_path / name).write_bytes(make(song))
    assert len({read(tmp_path / name)["digest"] for name in LOSSLESS}) == 1
    assert len({decode_whole(tmp_path / name).digest for name in LOSSLESS}) == 1


def test_other_audio_has_another_digest(song):
    mono = as_float(song).mean(axis=1)
    other = mono.copy()
    other[70_000] += 2**-15
    sounds = [mono, other, mono[1:], -mono, np.append(mono, np.float32(0))]
    assert len({heard(samples)["digest"] for samples in sounds}) == len(sounds)
    assert heard(mono)["digest"] != heard(mono, rate=48_000)["digest"]


SAID = {
    ".wav": ("WAV", 16), ".flac": ("FLAC", 16), ".aiff": ("AIFF", 16), ".ogg": ("Ogg Vorbis", 0),
    ".opus": ("Opus", 0), ".mp3": ("MP3", 0), ".m4a": ("AAC", 0),
}  # fmt: skip


@pytest.mark.parametrize("ending", ENCODINGS)
def test_what_a_file_says_of_itself(song, tmp_path, ending):
    content = encode(as_float(song), sample_rate=RATE, extension=ending)
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    found, (name, depth) = read(path), SAID[ending]
    assert (found["format"], found["bit_depth"], found["lossless"]) == (name, depth, depth > 0)
    assert (found["channels"], found["truncated"]) == (2, False)
    assert found["native_rate"] == (48_000 if ending == ".opus" else RATE)
    # Of 4 s the headers are a few per cent, most of them Vorbis's books of codes.
    assert found["bit_rate"] == pytest.approx(len(content) * 8 / SECONDS / 1000, rel=0.07)
    assert found["seconds"] == found["found_seconds"] == pytest.approx(SECONDS, abs=0.06)
    if name not in ("Ogg Vorbis", "Opus"):
        assert found["promised_seconds"] == pytest.approx(SECONDS, abs=0.06)


def test_the_bit_rate_of_pcm_is_exact(song, tmp_path):
    (tmp_path / "a.wav").write_bytes(written(song, format="WAV", subtype="PCM_24"))
    found = read(tmp_path / "a.wav")
    assert (found["bit_rate"], found["bit_depth"]) == (pytest.approx(2 * 24 * 44.1), 24)


@pytest.mark.parametrize("ending", [".flac", ".mp3", ".ogg"])
def test_a_picture_is_no_sound(song, tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(encode(as_float(song), sample_rate=RATE, extension=ending))
    before = read(path)["bit_rate"]
    tags = mutagen.File(path)
    if ending == ".flac":
        picture = mutagen.flac.Picture()
        picture.data = bytes(500_000)
        tags.add_picture(picture)
    elif ending == ".mp3":
        tags.add_tags()
        tags.tags.add(mutagen.id3.APIC(mime="image/png", data=bytes(500_000)))
    else:
        tags["metadata_block_picture"] = ["A" * 500_000]
    tags.save()
    assert path.stat().st_size > 500_000
    assert read(path)["bit_rate"] == pytest.approx(before, rel=0.01)


OTHERS = {
    "a.mka": lambda: muxed(tone(500, seconds=10), codec="aac", container="matroska"),
    "a.wv": lambda: muxed(tone(500, seconds=10), codec="wavpack", container="wv"),
    "a.tta": lambda: muxed(tone(500, seconds=10), codec="tta", container="tta"),
    "early.m4a": early_moov,
}


@pytest.mark.parametrize("name", [*(f"a{ending}" for ending in ENCODINGS if ending != ".m4a"),
                                  *OTHERS])  # fmt: skip
def test_a_file_cut_short_is_known_by_its_own_words(song, tmp_path, name):
    content = (OTHERS[name]() if name in OTHERS else
               encode(as_float(song), sample_rate=RATE, extension=name[1:]))  # fmt: skip
    (tmp_path / name).write_bytes(content)
    assert not read(tmp_path / name)["truncated"]
    whole = decode_whole(tmp_path / name)
    assert (whole.truncated, whole.damaged) == (False, 0)
    (tmp_path / name).write_bytes(content[: round(0.6 * len(content))])
    found, rest = read(tmp_path / name), decode_whole(tmp_path / name)
    assert found["truncated"]
    assert rest.truncated
    assert found["found_seconds"] == pytest.approx(0.6 * whole.seconds, rel=0.25)
    assert rest.seconds == pytest.approx(found["found_seconds"], abs=0.1)
    if not name.endswith((".ogg", ".opus")):  # which state no duration
        assert found["promised_seconds"] == pytest.approx(whole.seconds, abs=0.1)
        assert rest.promised_seconds == pytest.approx(whole.seconds, abs=0.1)


def test_a_stream_of_unknown_length_is_not_called_truncated(song, tmp_path):
    (tmp_path / "a.flac").write_bytes(no_length(LOSSLESS["a.flac"](song)))
    content = bytearray(LOSSLESS["a.wav"](song))
    content[40:44] = b"\xff" * 4
    (tmp_path / "a.wav").write_bytes(content)
    for name in ("a.flac", "a.wav"):
        found = read(tmp_path / name)
        assert math.isnan(found["promised_seconds"])
        assert not found["truncated"]


def test_a_song_without_a_file_has_no_format(song):
    found = heard(as_float(song))
    assert (found["format"], found["lossless"], found["truncated"]) == ("", False, False)
    assert math.isnan(found["bit_rate"])


# The whole song


@pytest.mark.parametrize("ending", [".flac", ".ogg", ".opus", ".m4a"])
def test_damage_in_the_middle_is_counted(song, tmp_path, ending):
    content = bytearray(encode(as_float(song), sample_rate=RATE, extension=ending))
    place = len(content) // 2
    content[place : place + 200] = np.random.default_rng(1).bytes(200)
    (tmp_path / f"a{ending}").write_bytes(content)
    found = decode_whole(tmp_path / f"a{ending}")
    assert 1 <= found.damaged <= 3
    assert found.format == SAID[ending][0]


def test_all_of_a_song_is_heard(tmp_path):
    frames = np.zeros((10 * RATE, 2), dtype=np.float32)
    frames[:, 0] = tone(500, seconds=10, rate=RATE)
    frames[RATE : RATE + 441, 1] = 1  # far from the middle
    soundfile.write(tmp_path / "a.flac", frames, RATE)
    found = decode_whole(tmp_path / "a.flac")
    assert (found.seconds, found.promised_seconds, found.damaged) == (10, 10, 0)
    assert found.clipped == pytest.approx(441 / frames.size)
    assert found.peak > 0.999
    assert read(tmp_path / "a.flac")["clipped"] == 0


def test_what_one_decoder_does_not_take_the_other_does(song, tmp_path):
    samples = song[:, 0].tobytes()
    odd = b"junk\x03\0\0\0abc\0LIST\x01\0\0\0x\0"
    (tmp_path / "a.wav").write_bytes(wav(samples, rate=RATE, before=odd))
    (tmp_path / "b.wav").write_bytes(wav(samples, rate=RATE))
    found = [decode_whole(tmp_path / name) for name in ("a.wav", "b.wav")]
    assert found[0] == found[1]


def test_a_short_mp3_that_was_cut_is_known(tmp_path):
    content = encode(tone(500, seconds=3), sample_rate=22_050, extension=".mp3")
    (tmp_path / "a.mp3").write_bytes(content[: round(0.75 * len(content))])
    found = read(tmp_path / "a.mp3")
    assert found["truncated"]
    assert found["found_seconds"] == pytest.approx(2.25, abs=0.2)


@pytest.mark.parametrize("content", [b"", b"words and no sound\n" * 50, bytes(5000)])
def test_what_is_no_song_has_its_reason(tmp_path, content):
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(SongError) as caught:
        decode_whole(tmp_path / "a.mp3")
    assert str(tmp_path) not in str(caught.value)


# The audit


@pytest.fixture
def sound() -> pd.DataFrame:
    """Eight songs, of which six have one fault each."""
    usual = {"format": "FLAC", "lossless": True, "native_rate": 44_100, "channels": 2,
             "bit_depth": 16, "bit_rate": 900.0, "seconds": 200.0, "promised_seconds": 200.0,
             "found_seconds": 200.0, "truncated": False, "loudness": -14.0, "peak": -1.0,
             "clipped": 0.0, "silent": 0.0, "offset": 0.0, "bandwidth": 22_050.0, "edge": 3.0,
             "digest": "0" * 16}  # fmt: skip
    faults = {
        "good": {},
        "<b>cut|off</b>": {"truncated": True},
        "clipped": {"clipped": 0.01},
        "silent": {"silent": 0.9},
        "offset": {"offset": -0.1},
        "transcoded": {"bandwidth": 16_000.0, "edge": 50.0},
        "short": {"seconds": 20.0},
        "lossy": {"format": "MP3", "lossless": False, "bandwidth": 16_000.0, "bit_depth": 0,
                  "bit_rate": math.nan, "loudness": math.nan},
    }  # fmt: skip
    return pd.DataFrame([usual | fault for fault in faults.values()], index=list(faults))


def test_the_audit_counts_by_hand(sound):
    found = audit.sound_audit(sound, segment_seconds=30)
    json.dumps(found, allow_nan=False)
    assert found["songs"] == 8
    assert found["hours"] == pytest.approx((7 * 200 + 20) / 3600)
    assert {name: group["songs"] for name, group in found["formats"].items()} == {
        "FLAC": 7, "MP3": 1}  # fmt: skip
    assert found["formats"]["MP3"]["bit_rate"] is None
    assert (found["native_rates"], found["bit_depths"]) == ({"44100": 8}, {"16": 7})
    assert found["loudness"]["median"] == -14
    assert {name: (fault["songs"], fault["of"]) for name, fault in found["faults"].items()} == {
        "truncated": (1, 8), "clipped": (1, 8), "silent": (1, 8), "offset": (1, 8),
        "transcoded": (1, 7), "short": (1, 8)}  # fmt: skip
    assert found["faults"]["transcoded"]["examples"] == ["transcoded"]


def test_its_tables_show_and_escape(sound):
    found = audit.sound_audit(sound, segment_seconds=30)
    text = "\n".join(table(found) for table in
                     (audit.formats_table, audit.levels_table, audit.faults_table,
                      audit.fault_examples))  # fmt: skip
    assert "| FLAC | yes | 7 | 87.5 % | 900 |" in text
    assert r"\<b\>cut\|off\<\/b\>" in text
    assert "<b>" not in text


def test_no_song_has_an_audit_and_figures(sound):
    labels = pd.DataFrame({"Rock": True, "Jazz": [True] + 7 * [False]}, index=sound.index)
    for rows in (sound, sound.iloc[:0], sound.assign(loudness=math.nan)):
        found = audit.sound_audit(rows, segment_seconds=30)
        json.dumps(found, allow_nan=False)
        assert audit.levels_table(found)
        figures.make_figure(figures.draw_durations, rows, segment_seconds=30)
        figures.make_figure(figures.draw_loudness, rows, labels.loc[rows.index],
                            height_inches=figures.loudness_height(labels))  # fmt: skip


@pytest.mark.parametrize(("seconds", "words"), [(7.0, "Duration in s"), (240.0, "in minutes")])
def test_durations_are_shown_in_the_unit_of_their_length(seconds, words):
    rows = pd.DataFrame({"seconds": [seconds] * 5})
    axes = figures.make_figure(figures.draw_durations, rows, segment_seconds=6).axes[0]
    assert words in axes.get_xlabel()
    least, most = axes.get_xlim()
    assert least == 0 and most >= seconds / (1 if words.endswith(" s") else 60)


def test_the_benchmark_compares_the_stage_with_and_without(song, monkeypatch):
    monkeypatch.setattr("mgrlib.bench.processes.SEGMENT_SECONDS", 2.0)
    line = sound_row(LOSSLESS["a.flac"](song), ".flac", songs=2, rounds=1)
    assert line["goal"] == pytest.approx(1 / 1.3)
    assert line["ratio"] == pytest.approx(line["baseline"] / line["ours"])
