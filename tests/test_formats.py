"""Every format: the segment that seeking finds is the one that decoding from the start finds."""

import contextlib
import os
import tracemalloc
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr
from conftest import tone
from scipy.signal import lfilter

from mgrlib.audio import FFMPEG_FIRST, ffmpeg, libsndfile, native, read_segment
from mgrlib.corpora.synthetic.encoding import ENCODINGS, encode
from mgrlib.errors import SongError

RATE = 44_100
SECONDS = 40.0
SEGMENT = 4.0
TARGET = 22_050
HOP = 512
"""Samples at `TARGET` Hz of one frame of the STFT."""


def music(seconds: float = SECONDS) -> np.ndarray:
    """Stereo noise whose color and level change all the time, so that no place is like another."""
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 0.02, (round(seconds * RATE), 2))
    # Little above 2 kHz: half a sample more or less makes no difference.
    noise = lfilter([1], [1, -1.6, 0.64], noise, axis=0)
    level = np.repeat(rng.uniform(0.2, 1.5, round(seconds * 20)), RATE // 20)
    return np.clip(noise * level[: len(noise), None], -1, 1).astype(np.float32)


def encode_music(file, track) -> None:
    """Encode the music into a track of a container that PyAV has opened."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(MUSIC.T), "fltp", "stereo")
    frame.sample_rate, frame.pts = RATE, 0
    kind = track.codec_context.codec.audio_formats[0].name
    for part in av.AudioResampler(kind, "stereo", RATE).resample(frame):
        file.mux(track.encode(part))
    file.mux(track.encode(None))


def write(path, codec: str, container: str, *, quality=None, **options) -> None:
    """Write the music by PyAV, for what `encode` does not write."""
    with av.open(str(path), "w", format=container, options=options) as file:
        track = file.add_stream(codec, rate=RATE, layout="stereo", options=quality or {})
        encode_music(file, track)


def write_video(path, *, sound: bool) -> None:
    """Write four pictures a second, with the music or without sound."""
    with av.open(str(path), "w", format="mp4") as file:
        pictures = file.add_stream("mpeg4", rate=4)
        pictures.width = pictures.height = 32
        track = file.add_stream("aac", rate=RATE, layout="stereo") if sound else None
        for index in range(round(4 * SECONDS)):
            picture = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 99, np.uint8))
            picture.pts = index
            file.mux(pictures.encode(picture))
        file.mux(pictures.encode(None))
        if track:
            encode_music(file, track)


MUSIC = music()


def write_encoded(path, *, extension: str) -> None:
    path.write_bytes(encode(MUSIC, sample_rate=RATE, extension=extension))


PLAIN = {"write_xing": "0", "id3v2_version": "0"}
VARIABLE = {"flags": "+qscale", "global_quality": "236"}
FILES = {extension: partial(write_encoded, extension=extension) for extension in ENCODINGS} | {
    ".vbr.mp3": partial(write, codec="libmp3lame", container="mp3", quality=VARIABLE),
    ".plain.mp3": partial(write, codec="libmp3lame", container="mp3", **PLAIN),
    ".plain-vbr.mp3": partial(
        write, codec="libmp3lame", container="mp3", quality=VARIABLE, **PLAIN
    ),
    ".alac.m4a": partial(write, codec="alac", container="ipod"),
    ".early.m4a": partial(write, codec="aac", container="ipod", movflags="+faststart"),
    ".aac": partial(write, codec="aac", container="adts"),
    ".flac.oga": partial(write, codec="flac", container="ogg"),
    ".mka": partial(write, codec="aac", container="matroska"),
    ".wv": partial(write, codec="wavpack", container="wv"),
    ".mp4": partial(write_video, sound=True),
}
"""How a file of the music with this ending is written."""

SOUGHT = set(FILES) - {".plain-vbr.mp3", ".aac", ".mka", ".wv"}
"""Where the segment is found by seeking."""


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    """The path of the music in a file with some ending, which is made once."""
    folder = tmp_path_factory.mktemp("formats")

    def made(ending: str):
        path = folder / f"song{ending}"
        if not path.exists():
            FILES[ending](path)
        return path

    return made


def read(path, *, seconds=SEGMENT):
    return read_segment(path, segment_seconds=seconds, sample_rate=TARGET)


def whole(path) -> tuple[np.ndarray, int]:
    """A song decoded from its start by one plain call, shape=(n, channels), and its rate."""
    if path.suffix in (".wav", ".flac", ".ogg", ".opus", ".aiff"):
        return soundfile.read(path, dtype="float32", always_2d=True)
    with av.open(str(path)) as file:
        to_float = av.AudioResampler("fltp")
        frames = [p for f in file.decode(audio=0) for p in to_float.resample(f)]
        return np.concatenate([f.to_ndarray() for f in frames], axis=1).T, frames[0].sample_rate


def cut_middle(frames: np.ndarray, rate: int, *, seconds=SEGMENT) -> np.ndarray:
    """The middle of a song, mono, at `TARGET` Hz."""
    wanted = round(seconds * rate)
    start = (len(frames) - wanted) // 2
    mono = frames[start : start + wanted].mean(axis=1)
    return soxr.resample(mono, rate, TARGET)[: round(seconds * TARGET)]


def compare(found: np.ndarray, expected: np.ndarray) -> tuple[int, float]:
    """By how many samples `found` is late, and the correlation when that is mended."""
    size = 2 ** (len(found) + len(expected)).bit_length()
    spectrum = np.fft.rfft(found, size) * np.conj(np.fft.rfft(expected, size))
    late = int(np.fft.irfft(spectrum, size).argmax())
    late -= size if late > size // 2 else 0
    low, high = max(0, late), min(len(found), len(expected) + late)
    return late, float(np.corrcoef(found[low:high], expected[low - late : high - late])[0, 1])


@pytest.mark.parametrize("ending", FILES)
def test_the_segment_is_the_one_that_decoding_from_the_start_finds(song, ending):
    path = song(ending)
    segment, (frames, rate) = read(path), whole(path)
    assert segment.samples.shape == (round(SEGMENT * TARGET),)
    assert segment.seconds == pytest.approx(len(frames) / rate, abs=0.03)
    late, likeness = compare(segment.samples, cut_middle(frames, rate))
    assert abs(late) <= HOP / 4
    assert likeness > 0.97


@pytest.mark.parametrize("ending", FILES)
def test_the_segment_is_the_middle_of_what_was_recorded(song, ending):
    segment = read(song(ending))
    late, likeness = compare(segment.samples, cut_middle(MUSIC, RATE))
    # Files of MP3 and AAC without a count of the encoder's delay are late by it.
    assert abs(late) <= HOP
    assert likeness > 0.9
    assert segment.seconds == pytest.approx(SECONDS, abs=0.06)


@pytest.mark.parametrize("ending", sorted(SOUGHT & {".wav", ".flac", ".aiff", ".alac.m4a"}))
def test_without_loss_the_samples_are_the_recording(song, ending):
    found, expected = read(song(ending)).samples, cut_middle(MUSIC, RATE)
    np.testing.assert_allclose(found[50:-50], expected[50:-50], atol=1e-4)


@pytest.mark.parametrize("seconds", [2, 3.1, 4.3, 5.7, 6.9, 8.2])
def test_the_first_samples_of_an_mp3_at_a_low_bit_rate_are_right(tmp_path, seconds):
    path = tmp_path / "song.mp3"
    path.write_bytes(encode(MUSIC[: 20 * TARGET, 0], sample_rate=TARGET, extension=".mp3"))
    expected = cut_middle(*soundfile.read(path, dtype="float32", always_2d=True), seconds=seconds)
    np.testing.assert_allclose(read(path, seconds=seconds).samples, expected, atol=1e-6)


@pytest.mark.parametrize("ending", sorted(SOUGHT))
def test_only_the_segment_is_decoded(song, ending, monkeypatch):
    decoded = count_frames(monkeypatch)
    assert not read(song(ending)).padded
    # The segment, a little before it, a page of Ogg, and what is looked at of the end.
    assert SEGMENT <= decoded["frames"] / RATE < SEGMENT + 2


def count_frames(monkeypatch) -> dict[str, int]:
    """Count the frames that either decoder gives from now on."""
    count = {"frames": 0}

    def counted(parts, length):
        for part in parts:
            count["frames"] += length(part)
            yield part

    class Counted:
        """A container of PyAV whose decoding is counted."""

        def __init__(self, container):
            self.container = container

        def __getattr__(self, name):
            return getattr(self.container, name)

        def decode(self, stream):
            return counted(self.container.decode(stream), lambda frame: frame.samples)

    blocks, opened = libsndfile.blocks, ffmpeg.open_sound

    @ffmpeg.contextmanager
    def open_counted(path):
        with opened(path) as (container, stream):
            yield Counted(container), stream

    monkeypatch.setattr(libsndfile, "blocks", lambda *args: counted(blocks(*args), len))
    monkeypatch.setattr(ffmpeg, "open_sound", open_counted)
    return count


# One decoder takes what the other leaves


@pytest.mark.parametrize("ending", [".ogg", ".opus", ".flac", ".wav", ".mp3", ".aiff"])
@pytest.mark.parametrize("broken", [libsndfile, ffmpeg], ids=["libsndfile", "ffmpeg"])
def test_either_decoder_stands_in_for_the_other(song, ending, broken, monkeypatch):
    def refuse(path, segment_seconds):
        raise ValueError("no")

    for name in ("read_by_seeking", "read_from_start"):
        monkeypatch.setattr(broken, name, refuse)
    path = song(ending)
    late, likeness = compare(read(path).samples, cut_middle(*whole(path)))
    assert abs(late) <= HOP
    assert likeness > 0.97


@pytest.mark.parametrize("name", ["song.mp3", "song.wav", "song.raw", "song", "song.m3u8"])
@pytest.mark.parametrize("ending", [".m4a", ".flac"])
def test_the_name_does_not_matter(song, tmp_path, ending, name):
    path = song(ending)
    (tmp_path / name).write_bytes(path.read_bytes())
    np.testing.assert_array_equal(read(tmp_path / name).samples, read(path).samples)


def test_ogg_and_mp4_go_to_pyav_first_as_documented():
    assert {".ogg", ".opus", ".m4a", ".mp4"} <= FFMPEG_FIRST
    assert not {".wav", ".flac", ".mp3", ".aiff"} & FFMPEG_FIRST


@pytest.mark.parametrize("ending", [".mp3", ".flac", ".ogg", ".m4a"])
def test_decoders_say_nothing_on_the_console(song, tmp_path, ending, capfd):
    content = song(ending).read_bytes()
    (tmp_path / f"cut{ending}").write_bytes(content[: len(content) // 2])
    for path in (song(ending), tmp_path / f"cut{ending}"):
        with contextlib.suppress(SongError):
            read(path)
    os.write(2, b"end")
    assert capfd.readouterr().err == "end"


# Files that hold less than they promise, or something else


@pytest.mark.parametrize("share", [0.4, 0.9])
@pytest.mark.parametrize(
    "ending", [".wav", ".flac", ".mp3", ".vbr.mp3", ".plain-vbr.mp3", ".ogg", ".opus", ".early.m4a"]
)
def test_of_a_truncated_song_the_middle_of_the_rest_is_taken(song, tmp_path, ending, share):
    content = song(ending).read_bytes()
    path = tmp_path / f"cut{ending}"
    path.write_bytes(content[: round(share * len(content))])
    segment = read(path)
    assert segment.seconds == pytest.approx(share * SECONDS, abs=0.1 * SECONDS)
    left = MUSIC[: round(segment.seconds * RATE)]
    late, likeness = compare(segment.samples, cut_middle(left, RATE))
    assert abs(late) <= 2 * HOP
    assert likeness > 0.9


def test_a_header_that_promises_endless_sound_is_not_believed(song, tmp_path):
    content = bytearray(song(".flac").read_bytes())
    content[22:26] = b"\xff" * 4  # the lower 32 of 36 bits of the number of samples
    (tmp_path / "long.flac").write_bytes(content)
    assert read(tmp_path / "long.flac").seconds == pytest.approx(SECONDS, abs=0.01)


def test_damage_in_the_middle_is_passed_over(song, tmp_path):
    content = bytearray(song(".flac").read_bytes())
    place = round(0.3 * len(content))
    content[place : place + 100] = bytes(100)
    (tmp_path / "damaged.flac").write_bytes(content)
    assert read(tmp_path / "damaged.flac", seconds=30).seconds == pytest.approx(SECONDS, abs=0.3)


def test_decoding_ends_in_any_case(song, tmp_path, monkeypatch):
    content = song(".flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    monkeypatch.setattr(native, "MOST_SAMPLES", 2 * 10 * RATE)
    with pytest.raises(SongError, match=r"unreadable: .*more than 882,000 samples"):
        read(tmp_path / "cut.flac")


@pytest.mark.parametrize("serial", [1, 2], ids=["same serial", "own serial"])
def test_a_chain_of_songs_is_one_song(tmp_path, serial):
    first, second = MUSIC[: 12 * RATE], MUSIC[12 * RATE :]
    links = [encode(first, sample_rate=RATE, extension=".ogg", serial=1)]
    links += [encode(second, sample_rate=RATE, extension=".ogg", serial=serial)]
    (tmp_path / "chain.ogg").write_bytes(b"".join(links))
    segment = read(tmp_path / "chain.ogg")
    assert segment.seconds == pytest.approx(SECONDS, abs=0.02)
    late, likeness = compare(segment.samples, cut_middle(MUSIC, RATE))
    assert abs(late) <= HOP
    assert likeness > 0.9


def test_a_chain_of_two_rates_has_its_reason(tmp_path):
    links = [encode(tone(500, seconds=3), sample_rate=rate, extension=".ogg", serial=rate)
             for rate in (22_050, 32_000)]  # fmt: skip
    (tmp_path / "chain.ogg").write_bytes(b"".join(links))
    with pytest.raises(SongError, match="unreadable: libsndfile: there are several streams"):
        read(tmp_path / "chain.ogg", seconds=5)


@pytest.mark.parametrize("rate", [500, 2_000_000])
def test_an_absurd_rate_is_refused(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(100, seconds=3), rate)
    with pytest.raises(SongError, match=rf"a sample rate of {rate:,} Hz, 1,000 to 1,000,000 Hz"):
        read(tmp_path / "a.wav")


@pytest.mark.parametrize("channels", [3, 8, 200])
def test_many_channels_are_averaged(tmp_path, channels):
    frames = np.random.default_rng(1).normal(0, 0.1, (TARGET, channels)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", frames, TARGET, subtype="FLOAT")
    found = read(tmp_path / "a.wav", seconds=1).samples
    np.testing.assert_allclose(found, frames.mean(axis=1), atol=1e-6)


def test_a_video_without_sound_has_its_reason(tmp_path):
    write_video(tmp_path / "a.mp4", sound=False)
    with pytest.raises(SongError, match="unreadable: the file has no audio stream"):
        read(tmp_path / "a.mp4")


# Names are names


@pytest.mark.parametrize(
    "name",
    ["http:song.m4a", "concat:a.m4a|b.m4a", "-i.m4a", "%03d.m4a", "a\nb.m4a", "\udcff.m4a",
     "pipe:0.m4a", "歌.m4a"],
    ids=ascii,
)  # fmt: skip
def test_a_name_is_no_address_and_may_hold_any_byte(song, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    content = song(".m4a").read_bytes()
    for path in (tmp_path / name, Path(name)):
        path.write_bytes(content)
        assert read(path).seconds == pytest.approx(SECONDS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsong.m4a\n#EXT-X-ENDLIST\n"),
        ("a.ffconcat", "ffconcat version 1.0\nfile 'song.m4a'\n"),
        ("a.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
                  "m=audio 5004 RTP/AVP 0\n"),
    ],
)  # fmt: skip
def test_a_list_opens_no_other_file(song, tmp_path, name, text, capfd):
    (tmp_path / "song.m4a").write_bytes(song(".m4a").read_bytes())
    (tmp_path / name).write_text(text)
    with pytest.raises(SongError, match="unreadable"):
        read(tmp_path / name)
    assert capfd.readouterr().err == ""


# Memory


@pytest.mark.parametrize("ending", [".flac", ".mp3", ".m4a", ".mka"])
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut"])
def test_no_more_than_the_segment_is_held(song, tmp_path, ending, cut):
    path = tmp_path / f"song{ending}"
    content = song(ending).read_bytes()
    path.write_bytes(content[: len(content) * 4 // 5] if cut and ending != ".m4a" else content)
    read(path)
    tracemalloc.start()
    read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The segment as mono, a block of stereo; all of the song would be 14 MB.
    assert peak < 4 * SEGMENT * RATE + 4 * libsndfile.BLOCK + 2e6


# The encoder of the tests, of the synthetic corpus and of the benchmarks


@pytest.mark.parametrize("extension", ENCODINGS)
def test_the_same_samples_make_the_same_bytes(extension):
    sound = tone(500, seconds=1)
    first = encode(sound, sample_rate=RATE, extension=extension)
    assert encode(sound, sample_rate=RATE, extension=extension) == first
    assert encode(-sound, sample_rate=RATE, extension=extension) != first


def test_an_unknown_extension_is_refused():
    with pytest.raises(ValueError, match=r"extension must be one of \.wav, .* got '\.mid'"):
        encode(MUSIC, sample_rate=RATE, extension=".mid")
