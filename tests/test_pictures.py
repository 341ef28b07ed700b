"""Pictures of pages are light, and look as they did."""

import base64
import io

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from mgrlib.pictures import light_base64, light_png


def as_png(pixels: np.ndarray, **options) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", **options)
    return stream.getvalue()


def pixels_of(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def spectrogram() -> np.ndarray:
    """A picture with all colors of a color map, the bright ones rare, under gray lines."""
    rng = np.random.default_rng(1)
    level = np.clip(rng.normal(0.4, 0.1, (300, 400)), 0, 1)
    level[:, :10] = np.linspace(0, 1, 300)[:, None]
    picture = (255 * colormaps["magma"](level)).astype(np.uint8)
    picture[:, 200:210] = np.linspace(0, 255, 10)[None, :, None]
    picture[..., 3] = 255
    return picture


def test_a_spectrogram_keeps_its_colors_the_rare_ones_too():
    before = as_png(spectrogram())
    after = light_png(before)
    assert len(after) < 0.6 * len(before)
    assert np.abs(pixels_of(after) - pixels_of(before)).max() <= 12


def test_flat_areas_stay_flat_and_white_stays_white():
    chart = np.full((200, 300, 3), 255, dtype=np.uint8)
    chart[50:100, 50:250] = (230, 159, 0)
    chart[100:150, 50:250] = (0, 114, 178)
    after = light_png(as_png(chart, compress_level=1))
    assert (pixels_of(after) == chart).all()


def test_the_size_on_paper_is_kept():
    after = light_png(as_png(spectrogram(), dpi=(150, 150)))
    assert Image.open(io.BytesIO(after)).info["dpi"] == pytest.approx((150, 150), abs=0.1)


@pytest.mark.parametrize("mode", ["transparent", "gray", "palette"])
def test_other_pictures_are_left_as_they_are(mode):
    picture = spectrogram()
    if mode == "transparent":
        picture[0, 0, 3] = 0
        png = as_png(picture)
    else:
        stream = io.BytesIO()
        Image.fromarray(picture).convert("L" if mode == "gray" else "P").save(stream, "PNG")
        png = stream.getvalue()
    assert light_png(png) == png


def test_what_would_become_larger_is_left_as_it_is():
    dot = as_png(np.zeros((1, 1, 3), dtype=np.uint8))
    assert light_png(dot) == dot


def test_pictures_of_notebooks_are_text_or_lines_of_it():
    text = base64.encodebytes(as_png(spectrogram())).decode()
    assert light_base64(text) == light_base64(text.splitlines(keepends=True))
    assert base64.b64decode(light_base64(text)) == light_png(as_png(spectrogram()))
