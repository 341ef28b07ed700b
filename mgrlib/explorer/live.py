"""The live explorer: any song, any setting, in JupyterLab.

`Explorer` is a widget of controls (`live_controls`) over a picture that can be played
(`live_widgets`). What it shows is made without a widget: recordings by `live_song`, pictures
by `live_view`, files by `live_export`, answers of networks by `live_networks`. What can't be
done is said in the explorer; its old picture stays. Notebook: explorer.
"""

import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure

from ..errors import SettingsError, SongError, StudyError
from ..prose import escape
from ..settings import Settings
from . import live_export, live_song
from .live_asking import Asking
from .live_controls import STEP, ViewControls, group, labeled, row
from .live_export import Origin
from .live_uploading import Uploading
from .live_view import Drawer, Picture, Recording, View, make_view
from .live_widgets import PictureWidget
from .pictures import color_stops, frequency_ticks, time_ticks

EVERY_GENRE = "every genre"


def told(method: Callable) -> Callable:
    """A method of an explorer that says in it what can't be done; True where it was done."""

    @functools.wraps(method)
    def tried(self, *arguments: Any) -> bool:
        try:
            # JupyterLab may have messages of several widgets answered at once.
            with self.lock:
                method(self, *arguments)
        except (StudyError, SongError) as error:
            self.picture.say(str(error), kind="error")
        except (OSError, MemoryError) as error:
            words = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self.picture.say(f"{' '.join(words.split())}: try another setting", kind="error")
        else:
            return True
        return False

    return tried


class Explorer(widgets.VBox):
    """The live explorer.

    Parameters
    ----------
    study : mgrlib.pipeline.Study, optional
        The run whose songs can be chosen. Without one there are files of one's own and a tone.
    song : str, optional
        Path of the song to begin with, as in ``songs.csv``; by default the first.
    file : str, optional
        Path of an audio file to begin with instead.
    view : dict, optional
        Attributes of a `mgrlib.explorer.live_view.View` to begin with.

    Raises
    ------
    StudyError
        If what it shall begin with can't be shown.
    """

    def __init__(
        self,
        study: Any = None,
        *,
        song: str | None = None,
        file: str | None = None,
        view: dict[str, Any] | None = None,
    ):
        self.study = study
        self.settings: Settings = study.settings if study else Settings()
        self.origin = Origin(study.folder, study.profile, study.settings) if study else Origin()
        self.path: str | None = None
        self.lock, self._quiet, self._songs = threading.RLock(), False, 0
        self.drawn: Picture | None = None
        self.view_controls = ViewControls(self.settings)
        self.controls: dict[str, Any] = dict(self.view_controls.controls)
        self.picture = PictureWidget(on_key=self.press, make_sound=self._sound,
                                     on_ready=_warm_up)  # fmt: skip
        self.asking = Asking(self)
        super().__init__(self._parts(), _dom_classes=["mgrlib-live"])
        self._begin(song, file, view or {})

    def _begin(self, song: str | None, file: str | None, view: dict[str, Any]) -> None:
        """Show what was asked for; here errors are raised, since a notebook asks."""
        make_view(view)
        rate = self.settings.sample_rate
        if file is not None:
            self._adopt(live_song.read_path(file, sample_rate=rate), view, path=file)
        elif self.study:
            self._adopt(live_song.read_song(self.study.catalog, song, sample_rate=rate), view)
        elif song is not None:
            raise SettingsError(f"song={song!r} needs a run with songs: name one, or give file=")
        else:
            self._adopt(live_song.rising_tone(rate), view)

    # Parts

    def _parts(self) -> list[widgets.Widget]:
        groups = widgets.Box(
            [*self.view_controls.groups(), self._export_group(), self.asking.group()]
        )
        groups.add_class("live-groups")
        self.view_controls.observe(self._on_change)
        return [self._song_group(), self.picture, groups]

    def _song_group(self) -> widgets.VBox:
        self.controls |= {
            "genre": labeled(widgets.Dropdown, "Genre"),
            "find": labeled(widgets.Text, "Find", placeholder="words of title or artist"),
            "song": labeled(widgets.Dropdown, "Song"),
            "path": labeled(widgets.Text, "Own file", continuous_update=False,
                            placeholder="path of an audio file"),
        }  # fmt: skip
        self.found = widgets.HTML()
        self.open_button = widgets.Button(description="Open the path")
        self.uploading = Uploading(self)
        self.controls["path"].observe(self._on_path, names="value")
        self.open_button.on_click(self._on_path)
        own = row([self.controls["path"], self.open_button, self.uploading.widget])
        if not self.study:
            return group("Song", [own], wide=True)
        labels = self.study.catalog.all_labels
        genres = sorted(genre for genre in labels if labels[genre].any())
        self.controls["genre"].options = [(EVERY_GENRE, None), *((g, g) for g in genres)]
        self.controls["genre"].index = 0
        for name in ("genre", "find"):
            self.controls[name].observe(self._list_songs, names="value")
        self.controls["song"].observe(self._on_song, names="value")
        names = ("genre", "find", "song")
        return group("Song", [row([*(self.controls[n] for n in names), self.found]), own],
                     wide=True)  # fmt: skip

    def _export_group(self) -> widgets.VBox:
        folder = str(self.origin.run / "explorer") if self.origin.run else "explorer"
        self.controls["folder"] = labeled(widgets.Text, "Folder", value=folder)
        self.exports = {
            kind: widgets.Button(description=label)
            for kind, label in {"picture": "Picture (PNG)", "array": "Array (NPZ)",
                                "settings": "Settings (YAML)"}.items()
        }  # fmt: skip
        for kind, button in self.exports.items():
            button.on_click(lambda button, kind=kind: self.export(kind))
        return group("Export", [self.controls["folder"], row(self.exports.values())])

    # Songs

    def _list_songs(self, change: Any = None) -> None:
        """Offer the songs that are looked for; the one that is shown stays chosen."""
        options, found = live_song.find_songs(
            self.study.catalog, genre=self.controls["genre"].value,
            words=self.controls["find"].value,
        )  # fmt: skip
        shown = self.recording.song
        if shown not in [path for _, path in options]:
            options = [(f"{self.recording.name} (shown)", shown), *options]
        self._quietly(self._offer, options, shown)
        more = (
            f", the first {live_song.MOST_LISTED} listed" if found > live_song.MOST_LISTED else ""
        )
        self.found.value = f"{found:,} song{'s' * (found != 1)} found{more}"

    def _offer(self, options: list[tuple[str, str | None]], shown: str | None) -> None:
        self.controls["song"].options = options
        self.controls["song"].value = shown

    @told
    def _on_song(self, change: Any) -> None:
        if self._quiet or change["new"] is None:
            return
        self.picture.say("Reading the song …")
        rate = self.settings.sample_rate
        self._adopt(live_song.read_song(self.study.catalog, change["new"], sample_rate=rate))

    @told
    def _on_path(self, change: Any) -> None:
        path = self.controls["path"].value
        if isinstance(change, dict) and not path:  # the field was emptied
            self.picture.say("")
            return
        self.picture.say("Reading the file …")
        self._adopt(live_song.read_path(path, sample_rate=self.settings.sample_rate), path=path)

    def adopt_upload(self, upload: live_song.Upload) -> None:
        """Show the song of a file that has arrived whole."""
        self._adopt(upload.finish(sample_rate=self.settings.sample_rate))

    def _adopt(
        self, recording: Recording, view: dict[str, Any] | None = None, *, path: str | None = None
    ) -> None:
        """Show a song: a segment in its middle, or the one of a view."""
        first, view = self.drawn is None, dict(view or {})
        seconds = view.pop("seconds", None) or (
            self.settings.segment_seconds if first else self.controls["seconds"].value
        )
        seconds = min(seconds, recording.seconds)
        middle = recording.start + (recording.seconds - seconds) / 2
        start = view.pop("start", round(round(middle / STEP) * STEP, 3))
        self.recording, self.drawer, self.path = recording, Drawer(recording), path
        self._songs += 1
        if self.study:
            self._list_songs()
        self._quietly(self._fit, start, seconds, view)
        self._draw()

    def _fit(self, start: float, seconds: float, view: dict[str, Any]) -> None:
        self.view_controls.fit(self.recording, start=start, seconds=seconds)
        self.view_controls.set(view)

    # The picture

    @property
    def view(self) -> View:
        """The view that the controls stand for."""
        return self.view_controls.view()

    def _quietly(self, change: Callable, *arguments: Any) -> None:
        """Change controls without drawing at each."""
        before, self._quiet = self._quiet, True
        try:
            change(*arguments)
        finally:
            self._quiet = before

    @told
    def _on_change(self, change: Any) -> None:
        if self._quiet:
            return
        changed = next((n for n, c in self.controls.items() if c is change["owner"]), None)
        if changed in ("start", "seconds"):
            keep = functools.partial(self.view_controls.keep_inside, changed=changed)
            self._quietly(keep, self.recording)
        self._draw()

    def _draw(self) -> None:
        view = self.view
        self.drawn = self.drawer.draw(view)
        self.view_controls.dim(view)
        self.picture.show(self._state(self.drawn), self.drawn.png)
        self.picture.say("")
        self.asking.note_change()

    def _state(self, picture: Picture) -> dict[str, Any]:
        view, span = picture.view, picture.span
        segment = {"start": view.start, "seconds": view.seconds}
        return {
            "alt": picture.words,
            "title": picture.recording.name,
            "ticks": {"time": time_ticks(span["start"], span["seconds"]),
                      "frequency": frequency_ticks(picture.frequencies)},
            "span": span,
            "levels": {"low_db": view.floor_db, "high_db": view.ceiling_db,
                       "colors": color_stops(view.colors), "gray": True},
            "segment": segment,
            "song": self._songs,
            "sound_key": f"{self._songs} {view.start} {view.seconds}",
        }  # fmt: skip

    def _sound(self, key: str) -> bytes | None:
        """The sound of the segment, if it is still the one that was asked for."""
        if key != self.picture.state.get("sound_key"):
            return None
        return live_song.wav(self.drawn.samples, self.drawn.recording.sample_rate)

    def press(self, key: str) -> None:
        """Do what a key does, by the names of ``live.js``."""
        start, seconds = self.controls["start"], self.controls["seconds"]
        moves = {
            "later": lambda: _move(start, seconds.value),
            "earlier": lambda: _move(start, -seconds.value),
            "longer": lambda: _move(seconds, seconds.value),
            "shorter": lambda: _move(seconds, -seconds.value / 2),
            "ask": self.asking.ask,
        }
        steps = ("scale", "n_fft", "window", "colors")
        moves |= {name: functools.partial(self.view_controls.step, name, 1) for name in steps}
        if key in moves:
            moves[key]()

    @told
    def tell(self, action: Callable[[], Any]) -> None:
        """Do something, and say in the explorer if it can't be done."""
        action()

    # What leaves the explorer

    @told
    def export(self, kind: str) -> None:
        """Write the picture, the array or the settings of what is shown."""
        if (self.recording, self.view) != (self.drawn.recording, self.drawn.view):
            raise SettingsError("what the controls say can't be drawn: mend it before you export")
        folder = live_export.export_folder(self.controls["folder"].value.strip() or ".")
        left_out = ""
        stem = live_export.export_stem(self.drawn)
        if kind == "picture":
            files = [folder / f"{stem}.png"]
            live_export.write_picture(files[0], self.drawn)
        elif kind == "array":
            files = [folder / f"{stem}.npz"]
            live_export.write_array(files[0], self.drawn)
        else:
            files = [folder / f"{stem}-explorer.yaml"]
            path = None if self.path is None else str(Path(self.path).expanduser().absolute())
            live_export.write_view_settings(files[0], self.drawn, self.origin, path=path)
            if self.study:
                try:
                    study = folder / f"{stem}-study.yaml"
                    live_export.write_study_settings(study, self.drawn, self.origin)
                    files.append(study)
                except SettingsError as why:  # a view may be what no study can be
                    left_out = f". Not written are settings of a study: {why}"
        names = ", ".join(file.name for file in files)
        self.picture.say(f"Written to {folder}: {names}{left_out}")

    def figure(self) -> Figure:
        """What is shown, as a figure for a page."""
        return live_export.draw_figure(self.drawn)

    def __repr__(self) -> str:
        """Short, for pages that can't show a widget."""
        return "The live explorer"

    def told_in_words(self) -> str:
        """What is shown and what can be asked, as Markdown."""
        name = f"*{escape(self.drawn.recording.name)}*"
        shown = f"Shown is {name}."
        if self.study and self.drawn.recording.song is not None:
            shown = f"From {escape(self.study.corpus_words)}: {name}. {self.study.caution}"
        return f"{shown} {self.asking.in_words()}"


def _move(control: Any, by: float) -> None:
    control.value = min(max(control.value + by, control.min), control.max)


def _warm_up() -> None:
    """Import what the constant-Q transform needs, beside all else: it takes seconds."""
    threading.Thread(target=live_song.warm_up, daemon=True).start()
