"""Spectrograms against librosa's definitions, and the resize against Pillow's."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import librosa
import numpy as np
import pytest
from conftest import RATE, tone
from PIL import Image

from mgrlib import spectrograms
from mgrlib.files import ROOT
from mgrlib.spectrograms import SCALES, Sound

SETTINGS = {"sample_rate": RATE, "n_fft": 2048, "n_mels": 128}
SHAPES = [(2048, 512), (1024, 256), (4096, 1000), (512, 512), (1023, 300), (256, 1000), (64, 16)]


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


@pytest.mark.parametrize(("n_fft", "hop_length"), [*SHAPES, (65_536, 512), (2048, 65_536)])
def test_there_is_a_time_for_every_frame(samples, n_fft, hop_length):
    sound = Sound(samples=samples[:9000], sample_rate=RATE, n_fft=n_fft, hop_length=hop_length,
                  n_mels=40)  # fmt: skip
    assert sound.power.shape == (1 + n_fft // 2, len(sound.times))
    np.testing.assert_allclose(np.diff(sound.times), hop_length / RATE)


@pytest.mark.parametrize("order", ["C", "F"])
def test_decibels_do_not_depend_on_the_order_in_memory(samples, order):
    power = spectrograms.power_spectrogram(samples, n_fft=512, hop_length=200)
    decibels = spectrograms.to_decibels(np.array(power, order=order), top_db=80)
    np.testing.assert_array_equal(decibels, spectrograms.to_decibels(power, top_db=80))


@pytest.mark.parametrize("level", [1e-6, 1.0, 1e6])
def test_quiet_and_loud_sounds_are_librosas(samples, level):
    power = spectrograms.power_spectrogram(samples, n_fft=512, hop_length=200) * np.float32(level)
    decibels = spectrograms.to_decibels(power, top_db=80)
    np.testing.assert_allclose(decibels, librosa.power_to_db(power, ref=np.max), atol=1e-3)


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


@pytest.mark.parametrize("shape", [(33, 1), (128, 5), (1025, 40)])
def test_resize_enlarges_by_repeating(shape):
    image = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    large = spectrograms.resize(image, 1100)
    centers = [(np.arange(1100) + 0.5) * length / 1100 for length in shape]
    inside = [np.abs(c - np.rint(c)) > 0.5 * n / 1100 for c, n in zip(centers, shape, strict=True)]
    picked = image[np.ix_(*[center.astype(int) for center in centers])]
    np.testing.assert_allclose(large[np.ix_(*inside)], picked[np.ix_(*inside)], rtol=1e-6)


def test_resize_is_close_to_pillows_box_filter():
    image = np.random.default_rng(2).random((1025, 259)).astype(np.float32)
    theirs = np.asarray(Image.fromarray(image).resize((64, 64), Image.Resampling.BOX))
    # Pillow's box takes whole pixels at its edges, ours their exact shares.
    np.testing.assert_allclose(spectrograms.resize(image, 64), theirs, atol=0.1)
    assert np.abs(spectrograms.resize(image, 64) - theirs).mean() < 0.02


@pytest.mark.parametrize(("decibels", "pixel"), [(0, 255), (-80, 0), (-40, 128), (-20, 191)])
def test_decibels_become_gray_levels(decibels, pixel):
    assert spectrograms.to_pixels(np.array([decibels]), top_db=80)[0] == pixel


def test_a_scale_does_not_depend_on_the_others():
    drawing = {"hop_length": 512, "top_db": 80, "image_size": 32, **SETTINGS}
    every = list(SCALES)
    together = spectrograms.song_images(tone(900, seconds=1), scales=every, **drawing)
    for scale, image in together.items():
        alone = spectrograms.song_images(tone(900, seconds=1), scales=[scale], **drawing)
        np.testing.assert_array_equal(alone[scale], image)


def test_images_are_librosas_within_one_level_of_gray(samples):
    drawing = {"hop_length": 512, "top_db": 80, "image_size": 64, **SETTINGS}
    linear = np.abs(librosa.stft(samples)) ** 2
    mel = librosa.feature.melspectrogram(y=samples, sr=RATE)
    ours = spectrograms.song_images(samples, scales=["linear", "mel"], **drawing)
    for image, power in zip(ours.values(), (linear, mel), strict=True):
        theirs = spectrograms.resize(librosa.power_to_db(power, ref=np.max), 64)
        assert image.dtype == np.uint8
        assert np.abs(image - (theirs + 80) / 80 * 255).max() < 0.5 + 0.01 / 80 * 255


def test_images_do_not_depend_on_other_threads(samples):
    drawing = {"hop_length": 512, "top_db": 80, "image_size": 64, **SETTINGS}
    draw = partial(spectrograms.song_images, samples, scales=list(SCALES), **drawing)
    alone = draw()
    with ThreadPoolExecutor(4) as pool:
        for images in [future.result() for future in [pool.submit(draw) for _ in range(8)]]:
            for scale, image in images.items():
                np.testing.assert_array_equal(image, alone[scale])


ONE_WORKER = """
import hashlib, re, sys
from pathlib import Path
import numpy as np
from mgrlib.spectrograms import song_images
samples = np.random.default_rng(0).normal(0, 0.1, 30 * 22050).astype(np.float32)
images = song_images(samples, scales=sys.argv[1:], sample_rate=22050, n_fft=2048,
                     hop_length=512, n_mels=128, top_db=80.0, image_size=224)
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
print(hashlib.sha256(np.array(list(images.values()))).hexdigest(), peak, "librosa" in sys.modules)
"""


def in_a_process(*scales: str, threads: int) -> tuple[str, int, bool]:
    """Digest of the images of 30 s, peak memory in MB, and whether librosa was imported."""
    variables = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", ONE_WORKER, *scales], capture_output=True,
                          text=True, check=True, cwd=ROOT, env=os.environ | variables)  # fmt: skip
    digest, peak, librosa_is_there = done.stdout.split()
    return digest, int(peak), librosa_is_there == "True"


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")


@on_linux
def test_images_are_the_same_to_the_bit_in_processes_of_more_threads():
    every = list(SCALES)
    (one, memory, _), (other, _, _) = (in_a_process(*every, threads=n) for n in (1, 3))
    assert one == other
    assert memory < 400


@on_linux
def test_bands_are_drawn_without_librosa():
    _, memory, librosa_is_there = in_a_process(*(set(SCALES) - {"cqt"}), threads=1)
    assert not librosa_is_there
    assert memory < 150
