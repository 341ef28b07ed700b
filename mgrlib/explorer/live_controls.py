"""The controls of the live explorer: groups of ipywidgets, and the view that they stand for.

Notebook: explorer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets as widgets

from ..settings import Settings
from ..spectrograms import SCALES, WINDOWS
from .live_view import COLORS, LEAST_SECONDS, MOST_SECONDS, Recording, View

LENGTHS = (256, 512, 1024, 2048, 4096, 8192, 16_384)
HOPS = (64, 128, 256, 512, 1024, 2048, 4096)
LOWEST_DB = -120
STEP = 0.05
"""Seconds of a slider's step."""

CONTROLS = {
    "Genre, Find, Song": "the song, of those of the run: of a genre, by words of its names",
    "Own file, Upload": "a file of your own, by its path or sent from the browser; at most 200 MB",
    "Start, Length": "the segment that is drawn and played, in s",
    "Scale": "how the rows are spaced; cqt and log begin at 32.7 Hz",
    "n_fft": "samples of a frame: long ones tell close tones apart, short ones close beats",
    "hop_length": "samples from one frame to the next",
    "Window": "what fades a frame in and out; rectangular lets a loud tone leak into all rows",
    "n_mels": "bands: number of rows of all scales but the linear one",
    "Lowest, Highest": "rows outside, in Hz, are left out",
    "Levels": "dB of the darkest and the lightest color, 0 for the loudest point",
    "Colors": "color map; all of them grow lighter, or darker, with the level",
    "Export": "files for a folder: the picture with axes, the array, settings for papermill",
    "Arm, Depth, Scale": "which of the kept networks are asked",
    "Grad-CAM of": "the genre that is looked for in the picture",
}
"""What each control does, for the reader."""

KEYS = {
    "Tab": "from control to control, in their order",
    "Space or Enter": "play, pause",
    "← →": "the cursor a fortieth of the sound back or on",
    "Page Up, Page Down": "the cursor an eighth on or back",
    "Home, End": "the cursor to the beginning or the end",
    "n, b": "the next segment of the song, the one before",
    "+, −": "a segment twice as long, half as long",
    "s, f, w, c": "the next scale, n_fft, window, color map",
    "a": "ask the networks",
}
"""Keys on the picture, once the tab key or a click has chosen it."""

LABELED = {"description_width": "6rem"}
WIDE = {"width": "auto", "max_width": "100%"}


def labeled(kind: type, label: str, **settings: Any) -> Any:
    """A widget with a label, as wide as its group."""
    return kind(description=label, style=LABELED, layout=WIDE, **settings)


def group(title: str, children: Iterable[Any], *, wide: bool = False) -> widgets.VBox:
    """Controls that belong together, under a heading; `title` is ours, no text of others."""
    heading = widgets.HTML(f'<div class="live-heading">{title}</div>')
    box = widgets.VBox([heading, *children])
    box.add_class("live-group")
    if wide:
        box.add_class("live-wide")
    return box


def row(children: Iterable[Any]) -> widgets.Box:
    """Controls beside each other, as far as there is room."""
    box = widgets.Box(list(children))
    box.add_class("live-row")
    return box


def _with(values: Iterable[int], own: int) -> list[int]:
    return sorted({*values, own})


class ViewControls:
    """The controls of a `View`.

    Attributes
    ----------
    controls : dict of str to widget
        By the names of a view's attributes; ``levels`` is the floor and the ceiling in dB.
    """

    def __init__(self, settings: Settings):
        floor = round(max(LOWEST_DB, -settings.top_db))
        frames = {"n_fft": (LENGTHS, "n_fft"), "hop_length": (HOPS, "hop_length")}
        self.controls: dict[str, Any] = {
            "start": labeled(widgets.FloatSlider, "Start (s)", min=0, max=1, step=STEP),
            "seconds": labeled(widgets.FloatSlider, "Length (s)", min=LEAST_SECONDS, max=1,
                               value=1, step=STEP),
            "scale": labeled(widgets.Dropdown, "Scale", options=list(SCALES), value="mel"),
            **{
                name: labeled(widgets.Dropdown, label, value=getattr(settings, name),
                              options=_with(values, getattr(settings, name)))
                for name, (values, label) in frames.items()
            },
            "window": labeled(widgets.Dropdown, "Window", options=list(WINDOWS)),
            "n_mels": labeled(widgets.IntText, "n_mels", value=settings.n_mels),
            "low_hz": labeled(widgets.FloatText, "Lowest (Hz)", value=0, step=50),
            "high_hz": labeled(widgets.FloatText, "Highest (Hz)", step=50,
                               value=settings.sample_rate / 2),
            "levels": labeled(widgets.IntRangeSlider, "Levels (dB)", min=LOWEST_DB, max=0,
                              value=(floor, 0)),
            "colors": labeled(widgets.Dropdown, "Colors", options=list(COLORS)),
        }  # fmt: skip

    def groups(self) -> list[widgets.VBox]:
        """The controls in groups, in the order of the tab key."""
        names = {
            "Segment": ("start", "seconds"),
            "Transform": ("scale", "n_fft", "hop_length", "window", "n_mels"),
            "Picture": ("low_hz", "high_hz", "levels", "colors"),
        }
        found = [group(title, [self.controls[n] for n in part]) for title, part in names.items()]
        for tall in found[1:]:
            tall.add_class("live-tall")
        return found

    def observe(self, callback: Any) -> None:
        """Call `callback` at each change of a value."""
        for control in self.controls.values():
            control.observe(callback, names="value")

    def fit(self, recording: Recording, *, start: float, seconds: float) -> None:
        """Set the ranges of the segment by a song, and a segment in it."""
        end = recording.start + recording.seconds
        longest = max(min(recording.seconds, MOST_SECONDS), LEAST_SECONDS)
        seconds = min(max(seconds, LEAST_SECONDS), longest)
        start = max(recording.start, min(start, end - seconds))
        # A slider without any room would be an error in the browser.
        ranges = {
            "start": (recording.start, max(end - LEAST_SECONDS, recording.start + STEP), start),
            "seconds": (LEAST_SECONDS, max(longest, LEAST_SECONDS + STEP), seconds),
        }
        for name, (low, high, value) in ranges.items():
            with self.controls[name].hold_trait_notifications():
                self.controls[name].min, self.controls[name].max = low, high
                self.controls[name].value = value

    def keep_inside(self, recording: Recording, *, changed: str | None) -> None:
        """Move the segment into the song: of start and length the one gives way that was left."""
        start, seconds = self.controls["start"], self.controls["seconds"]
        end = recording.start + recording.seconds
        seconds.value = min(seconds.value, recording.seconds)
        if start.value + seconds.value <= end:
            return
        if changed == "start" and end - start.value >= LEAST_SECONDS:
            seconds.value = end - start.value
        else:
            start.value = max(recording.start, end - seconds.value)

    def view(self) -> View:
        """The view that the controls stand for; it raises `SettingsError` where it is none."""
        values = {name: control.value for name, control in self.controls.items()}
        floor, ceiling = values.pop("levels")
        return View(floor_db=floor, ceiling_db=ceiling, **values)

    def set(self, values: Mapping[str, Any]) -> None:
        """Set controls by attributes of a view."""
        values = dict(values)
        floor, ceiling = self.controls["levels"].value
        levels = values.pop("floor_db", floor), values.pop("ceiling_db", ceiling)
        self.controls["levels"].value = [round(level) for level in levels]
        for name in ("n_fft", "hop_length"):
            if name in values:
                control, chosen = self.controls[name], values[name]
                control.options = _with(control.options, chosen)
        for name, value in values.items():
            self.controls[name].value = value

    def dim(self, view: View) -> None:
        """Switch off what has no effect on a scale."""
        for name in ("n_fft", "window"):
            self.controls[name].disabled = not view.has_frames
        self.controls["n_mels"].disabled = not view.has_bands

    def step(self, name: str, by: int) -> None:
        """Choose the next or the one before of a control's options, in a circle."""
        control = self.controls[name]
        # A Dropdown keeps its options as they were given, plain values here.
        options = list(control.options)
        control.value = options[(options.index(control.value) + by) % len(options)]
