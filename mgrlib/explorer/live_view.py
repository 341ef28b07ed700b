"""What the live explorer shows, without a widget: a `View` of a recording becomes a `Picture`.

Time is in s from the beginning of the song, frequencies are in Hz, levels in dB below the
loudest point of the segment on all rows of the scale, also those that are not shown. A picture
is clipped and then averaged down to what a screen shows, as the images of the networks are.
Notebook: explorer.
"""

from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..errors import SettingsError
from ..settings import Settings
from ..spectrograms import SCALES, WINDOWS, Sound, to_decibels
from .pictures import averaged, gray_png

COLORS = ("magma", "inferno", "viridis", "cividis", "gray", "gray_r")
"""Color maps whose lightness says the level; of ``gray_r`` the loudest is the darkest."""

LEAST_SECONDS = 0.1
MOST_SECONDS = 120.0
"""Of a segment."""

MOST_VALUES = 24_000_000
"""Bins times frames that are transformed at once: about a fifth of a second."""

MOST_PIXELS = (480, 1200)
"""Rows and columns down to which a picture is averaged."""

ONLY_SHOWN = ("low_hz", "high_hz", "ceiling_db", "colors")
"""What changes no level of a picture."""

FROM_STUDY = ("n_fft", "hop_length", "n_mels")
"""Settings of a view that are checked as the study's own."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A song in memory.

    Attributes
    ----------
    samples : ndarray, float32, shape=(n,)
        Mono.
    sample_rate : int
        Hz.
    name : str
        For the reader; it may hold anything.
    song : str or None
        Its path in the run's ``songs.csv``; None for a file of one's own.
    start : float
        Where in the song the samples begin, in s: of a very long one the middle is kept.
    """

    samples: np.ndarray
    sample_rate: int
    name: str
    song: str | None = None
    start: float = 0.0

    @property
    def seconds(self) -> float:
        """Duration of the samples."""
        return len(self.samples) / self.sample_rate

    def cut(self, start: float, seconds: float) -> np.ndarray:
        """The samples of a segment."""
        first = round((start - self.start) * self.sample_rate)
        return self.samples[first : first + round(seconds * self.sample_rate)]


@dataclass(frozen=True, kw_only=True)
class View:
    """How a segment is drawn.

    Attributes
    ----------
    scale, n_fft, hop_length, n_mels
        As in `mgrlib.settings.Settings`; `n_mels` is the number of bands of each scale that
        has bands.
    window : str
        A row of `mgrlib.spectrograms.WINDOWS`.
    low_hz, high_hz : float
        Rows whose center lies outside are left out.
    floor_db, ceiling_db : float
        Levels of the first and the last color, 0 for the loudest point.
    start, seconds : float
        The segment.
    colors : str
        One of `COLORS`.

    Raises
    ------
    SettingsError
        If a value breaks its rule.
    """

    scale: str = "mel"
    n_fft: int = 2048
    hop_length: int = 512
    window: str = "hann"
    n_mels: int = 128
    low_hz: float = 0.0
    high_hz: float = 11_025.0
    floor_db: float = -80.0
    ceiling_db: float = 0.0
    start: float = 0.0
    seconds: float = 30.0
    colors: str = "magma"

    def __post_init__(self):
        for name, legal in {"scale": SCALES, "window": WINDOWS, "colors": COLORS}.items():
            if (value := getattr(self, name)) not in legal:
                raise SettingsError(f"{name} must be one of {', '.join(legal)}, got {value!r}")
        checked = Settings(**{name: getattr(self, name) for name in FROM_STUDY})
        for name in FROM_STUDY:
            object.__setattr__(self, name, getattr(checked, name))
        for name in (field.name for field in fields(self) if field.type is float):
            object.__setattr__(self, name, _number(name, getattr(self, name)))
        self._check_ranges()

    def _check_ranges(self) -> None:
        if not 0 <= self.low_hz < self.high_hz:
            raise SettingsError(
                f"the lowest frequency must be at least 0 Hz and lie under the highest, got "
                f"{self.low_hz:g} and {self.high_hz:g} Hz: swap or change them"
            )
        if not self.floor_db < self.ceiling_db <= 0:
            raise SettingsError(
                f"the lowest level must lie under the highest, and none above 0 dB, got "
                f"{self.floor_db:g} and {self.ceiling_db:g} dB"
            )
        if not LEAST_SECONDS <= self.seconds <= MOST_SECONDS:
            raise SettingsError(
                f"a segment must be {LEAST_SECONDS:g} to {MOST_SECONDS:g} s long, got "
                f"{self.seconds:g} s"
            )

    @property
    def has_bands(self) -> bool:
        """Whether the number of bands has an effect."""
        return self.scale != "linear"

    @property
    def has_frames(self) -> bool:
        """Whether the length and the window of a frame have one: ``cqt`` has its own."""
        return self.scale != "cqt"

    def as_dict(self) -> dict[str, Any]:
        """Plain data; ``View(**plain)`` is the view again."""
        return asdict(self)


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if isinstance(value, bool) or not np.isfinite(number):
        raise SettingsError(f"{name} must be a number, got {value!r}")
    return number


def make_view(values: Any) -> View:
    """A view from plain data, such as a notebook's parameter.

    Raises
    ------
    SettingsError
        If it is no mapping, or a name is unknown or a value breaks its rule.
    """
    legal = [field.name for field in fields(View)]
    if not isinstance(values, dict):
        raise SettingsError(f"view must be a mapping such as {{'scale': 'cqt'}}, got {values!r}")
    for name in values:
        if name not in legal:
            raise SettingsError(f"view has no {name!r}: choose one of {', '.join(legal)}")
    return View(**values)


@dataclass(frozen=True, eq=False)
class Picture:
    """A view, drawn.

    Attributes
    ----------
    view : View
    recording : Recording
    levels : ndarray, float32, shape=(rows, frames)
        dB, lowest frequency first, in full resolution, no lower than the view's floor.
    frequencies : ndarray, shape=(rows,)
        Center of each row in Hz.
    times : ndarray, shape=(frames,)
        Middle of each frame in the song, in s.
    pixels : ndarray, uint8, shape=(at most 480, at most 1200)
        The levels between floor and ceiling as 0..255, averaged down; lowest frequency first.
    png : bytes
        The pixels as a gray PNG, highest frequency on top.
    """

    view: View
    recording: Recording
    levels: np.ndarray
    frequencies: np.ndarray
    times: np.ndarray
    pixels: np.ndarray
    png: bytes

    @property
    def span(self) -> dict[str, float]:
        """What the width of the picture stands for: a frame reaches half a hop to each side."""
        hop = self.times[1] - self.times[0] if len(self.times) > 1 else self.view.seconds
        return {"start": float(self.times[0] - hop / 2), "seconds": float(hop * len(self.times))}

    @property
    def words(self) -> str:
        """What is shown, as a sentence."""
        view, rows = self.view, self.frequencies
        return (
            f"Spectrogram of {self.recording.name}, {view.start:g} to "
            f"{view.start + view.seconds:g} s, {view.scale} from {rows[0]:.0f} to {rows[-1]:.0f} "
            "Hz; color is the level in dB."
        )

    @property
    def samples(self) -> np.ndarray:
        """What can be heard of it."""
        return self.recording.cut(self.view.start, self.view.seconds)


class Drawer:
    """Draws views of one recording; what two views in a row share is made once."""

    def __init__(self, recording: Recording):
        self.recording = recording
        self._sound = lru_cache(maxsize=2)(self._make_sound)
        self._levels = lru_cache(maxsize=2)(self._make_levels)
        self._picture = lru_cache(maxsize=2)(self._make_picture)

    def draw(self, view: View) -> Picture:
        """The picture of a view.

        Raises
        ------
        SettingsError
            If the view does not fit the recording.
        """
        check_view(view, self.recording)
        return replace(self._picture(replace(view, colors=View.colors)), view=view)

    def _make_picture(self, view: View) -> Picture:
        usual = {name: getattr(View, name) for name in ONLY_SHOWN}
        levels, sound = self._levels(replace(view, **usual))
        frequencies = SCALES[view.scale].frequencies(**sound.spacing)
        first, last = _shown_rows(view, frequencies)
        shown = levels[first:last]
        pixels = to_shown(shown, floor_db=view.floor_db, ceiling_db=view.ceiling_db)
        return Picture(
            view=view,
            recording=self.recording,
            levels=shown,
            frequencies=frequencies[first:last],
            times=view.start + sound.times,
            pixels=pixels,
            png=gray_png(pixels),
        )

    def _make_levels(self, view: View) -> tuple[np.ndarray, Sound]:
        sound = self._sound(view.start, view.seconds, view.n_fft, view.hop_length, view.window)
        if view.has_frames:
            _ = sound.power  # made here, for all numbers of bands
        sound = sound.with_bands(view.n_mels)
        return to_decibels(SCALES[view.scale].rows(sound), top_db=-view.floor_db), sound

    def _make_sound(
        self, start: float, seconds: float, n_fft: int, hop_length: int, window: str
    ) -> Sound:
        return Sound(
            samples=self.recording.cut(start, seconds),
            sample_rate=self.recording.sample_rate,
            n_fft=n_fft,
            hop_length=hop_length,
            n_mels=View.n_mels,
            window=window,
        )


def check_view(view: View, recording: Recording) -> None:
    """Raise `SettingsError` unless a view can be drawn of a recording."""
    end, rate = recording.start + recording.seconds, recording.sample_rate
    if view.start < recording.start - 1e-6 or view.start + view.seconds > end + 1e-6:
        raise SettingsError(
            f"the segment must lie in the song, from {recording.start:g} to {end:.2f} s, got "
            f"{view.start:g} to {view.start + view.seconds:g} s: begin earlier or make it shorter"
        )
    samples = round(view.seconds * rate)
    if not view.has_frames:
        return
    if view.n_fft > samples:
        raise SettingsError(
            f"n_fft must be at most the segment's {samples} samples ({view.seconds:g} s at {rate} "
            f"Hz), got {view.n_fft}: choose a smaller n_fft or a longer segment"
        )
    values = (1 + view.n_fft // 2) * (1 + samples // view.hop_length)
    if values > MOST_VALUES:
        raise SettingsError(
            f"n_fft={view.n_fft} and hop_length={view.hop_length} make {values / 1e6:.0f} million "
            f"values of {view.seconds:g} s, and at most {MOST_VALUES / 1e6:.0f} million are drawn "
            "at once: choose a longer hop, a smaller n_fft or a shorter segment"
        )


def _shown_rows(view: View, frequencies: np.ndarray) -> tuple[int, int]:
    """The first row in the range of a view and the first above it."""
    first, last = np.searchsorted(frequencies, [view.low_hz, np.nextafter(view.high_hz, np.inf)])
    if first == last:
        raise SettingsError(
            f"no row of {view.scale} lies between {view.low_hz:g} and {view.high_hz:g} Hz, its "
            f"rows lie between {frequencies[0]:.0f} and {frequencies[-1]:.0f} Hz: widen the range"
        )
    return int(first), int(last)


def to_shown(levels: np.ndarray, *, floor_db: float, ceiling_db: float) -> np.ndarray:
    """Levels as 0..255 between floor and ceiling, averaged down to at most `MOST_PIXELS`.

    Parameters
    ----------
    levels : ndarray, float32, shape=(rows, frames)
        No lower than `floor_db`.

    Returns
    -------
    ndarray, uint8
    """
    clipped = np.minimum(levels, np.float32(ceiling_db)) if ceiling_db < 0 else levels
    rows, columns = MOST_PIXELS
    share = (averaged(clipped, rows=rows, columns=columns) - floor_db) / (ceiling_db - floor_db)
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)
