"""Notebook 02 on small libraries: whatever the scales, the length and the names are."""

import io
import shutil

import pytest
from conftest import make_tone_library, run_cells, words

from mgrlib import figures
from mgrlib.errors import SettingsError
from mgrlib.settings import SCALES

PAGE = "02_spectrogram_generation"
SMALL = {"segment_seconds": 1, "depths": [34], "songs": 48, "jobs": 1, "min_songs": 4}
FIGURES = {
    1, 2, "scale-rows", "scales", "gallery", "network-input", "losses", "settings", "top-db",
    "backends", "ffmpeg", "backends-alike", "variations",
}  # fmt: skip


@pytest.fixture
def saved(monkeypatch) -> dict:
    """The figures of a page by their names, drawn once and small instead of saved twice."""
    found = {}

    def save(figure, run, name):
        figure.savefig(io.BytesIO(), format="png", dpi=40)
        found[name] = figure
        return figure

    monkeypatch.setattr(figures, "save_figure", save)
    return found


@pytest.fixture
def show(tmp_path, tone_library):
    """Run the page on a library of tones with some settings and parameters."""

    def run(library=tone_library, *, parameters=None, **overrides):
        return run_cells(PAGE, run=str(tmp_path / "runs" / "page"), profile="smoke",
                         corpus=str(library), overrides=SMALL | overrides,
                         **(parameters or {}))  # fmt: skip

    return run


def panels(figure) -> list[str]:
    return [ax.get_title() for ax in figure.axes if ax.get_title()]


def test_the_page_with_every_scale(show, saved):
    shown = show(scales=list(SCALES), parameters={"song": "artist 0/song 01.wav"})
    assert set(saved) == FIGURES
    assert panels(saved["scales"]) == list(SCALES)
    assert panels(saved["network-input"]) == list(SCALES)
    assert len(panels(saved["losses"])) == 9
    said = words(shown)
    assert not any(getattr(value, "data", "something") == "" for value in shown)
    assert "*Song 1* (High" in said
    assert "Under 1 kHz lie 9 % of the linear rows and 30 % of the mel rows" in said
    assert "songs of a library are not played" in said
    assert "<audio" not in said
    for label in [text.get_text() for text in saved["gallery"].axes[0].get_yticklabels()]:
        assert label in ("High", "Low", "Noise")
    parity = next(v for v in shown if list(getattr(v, "columns", [])) == ["at most (dB)"])
    assert list(parity.index) == list(SCALES)
    assert parity["at most (dB)"].max() < 0.01


def test_one_scale_names_with_markup_and_sound(show, saved, tmp_path, tone_library):
    library = tmp_path / "marked"
    shutil.copytree(tone_library, library)
    for table, old, new in [
        ("taxonomy.csv", "Low", "<script>alert(1)</script>"),
        ("taxonomy.csv", "High", "R&B *$x$*"),
        ("songs.csv", "Song", "<b>Song</b>"),
    ]:
        file = library / table
        file.write_text(file.read_text().replace(old, new))
    shown = show(library, scales=["cqt"], excerpts=True, parameters={"gallery": ["mel"]})
    said = words(shown)
    assert said.count("<audio") == 3
    assert "<script>" not in said
    assert "<b>" not in said
    assert "<strong>R&amp;B *$x$*</strong>: &lt;b&gt;Song" in said
    assert panels(saved["scales"]) == ["mel"]
    assert panels(saved["network-input"])[0].startswith("cqt")


def test_a_window_longer_than_the_song(show, saved, tmp_path):
    library = make_tone_library(tmp_path / "short", seconds=0.5)
    shown = show(library, segment_seconds=0.6, n_fft=32_768, hop_length=16_384, n_mels=16)
    said = words(shown)
    assert set(saved) == FIGURES
    assert "Not drawn by torch: torch can't reflect" in said


def test_a_scale_that_the_settings_rule_out_is_left_out_unless_asked_for(show, saved, monkeypatch):
    monkeypatch.setattr("mgrlib.spectrograms.constant_q.MOST_VALUES", 1)
    said = words(show())
    assert "Not shown is `cqt`: cqt takes at most 1 values an octave" in said
    assert panels(saved["scales"]) == [scale for scale in SCALES if scale != "cqt"]
    with pytest.raises(SettingsError, match="cqt takes at most"):
        show(parameters={"gallery": ["cqt"]})


def test_an_unknown_scale_names_the_known_ones(show, saved):
    with pytest.raises(SettingsError, match=r"scales must be one or more of linear, mel.*'bark'"):
        show(parameters={"gallery": ["mel", "bark"]})
    assert not saved
