"""Spectrograms of a few songs of each genre with their sound, in a page.

The reader chooses genre, song and two scales, and sees both pictures while the song sounds.
All of it stands in the page, so it has a budget of bytes that it never exceeds: what does
not fit is left out in a fixed order, and the page says what.
Notebook: look_and_listen.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .. import excerpts
from ..dataset import Catalog
from ..errors import LibraryError, SettingsError
from ..figures import Drawn
from ..rankings import song_name
from ..settings import SCALES
from . import pictures
from .choosing import choose_songs
from .page import assemble
from .shelf import Shelf

PAGE_BYTES = 1_500_000
"""Of an explorer. Of a page's 3 MB the theme takes 1 MB, prose and figures 0.3 MB."""
ALWAYS = ("linear", "mel")
"""The scales that the study compares; those of the run stand beside them."""
ORDINALS = ("first", "second", "third", "fourth", "fifth")
FILES = ("view.css", "explorer.css", "view.js", "listening.js")
CONTENT = """
<div class="explorer-fields">
<label class="explorer-field">Genre <select class="explorer-genre"></select></label>
<label class="explorer-field explorer-wide">Song <select class="explorer-song"></select></label>
</div>
<div class="explorer-sound"></div>
<div class="explorer-views">
<div class="explorer-view">
<label class="explorer-field">Scale of the first picture
<select class="explorer-scale"></select></label>
<div class="explorer-place"></div>
</div>
<div class="explorer-view">
<label class="explorer-field">Scale of the second picture
<select class="explorer-scale"></select></label>
<div class="explorer-place"></div>
</div>
</div>
<p class="explorer-status" role="status" aria-live="polite"></p>
<p class="explorer-note">With the keyboard: Tab goes from control to control. On a picture the
arrow keys move the cursor, and Space plays and stops.</p>
"""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """An explorer of spectrograms.

    Attributes
    ----------
    html : str
        The explorer, whole; as UTF-8 no longer than it may be.
    data : dict
        What it shows: ``genres, songs, scales, time, span, heard, levels, silence``.
    left_out : str
        What did not fit, or could not be read or drawn, as plain sentences; the explorer
        says them, too.
    stills : dict of str to Drawn
        The first song on the two scales that are shown first, for a figure in print.
    name : str
        Title and artist of that song, as plain text.
    """

    html: str
    data: dict[str, Any]
    left_out: str
    stills: dict[str, Drawn]
    name: str


class _Step(NamedTuple):
    """The songs of a rank, 0 for the first of each genre, on some more scales."""

    rank: int
    scales: tuple[str, ...]
    further: bool


def listening_explorer(
    catalog: Catalog, *, songs_per_genre: int = 2, seconds: float = 5.0, budget: int = PAGE_BYTES
) -> Listening:
    """Songs of every trained genre with their pictures and, where it may be, their sound.

    First comes a song of each genre on the scales of the run, linear and mel among them; then
    the second songs, and so on; then the other scales, one by one. Each of these steps is taken
    for all genres or not at all, but the first, which leaves out the smallest genres.

    Parameters
    ----------
    catalog : Catalog
    songs_per_genre : int
        Songs wanted of each genre, see `choose_songs`.
    seconds : float
        Of the middle of each song; at most the study's segment and `excerpts.MOST_SECONDS`.
    budget : int
        Most bytes of the HTML.

    Raises
    ------
    SettingsError
        If a setting has no meaning, or the budget does not even hold one song.
    LibraryError
        If none of the songs can be read.
    """
    if isinstance(songs_per_genre, bool) or songs_per_genre not in range(1, 1 + len(ORDINALS)):
        raise SettingsError(
            f"songs_per_genre must be 1 to {len(ORDINALS)}, got {songs_per_genre!r}"
        )
    if isinstance(seconds, bool) or not (isinstance(seconds, int | float) and seconds >= 1):
        raise SettingsError(f"seconds must be a number from 1 on, got {seconds!r}")
    seconds = min(float(seconds), catalog.settings.segment_seconds, excerpts.MOST_SECONDS)
    wanted = choose_songs(catalog.all_labels, list(catalog.labels), each=songs_per_genre)
    paths = [path for songs in wanted.values() for path in songs]
    shelf = Shelf(catalog, paths, seconds=seconds)
    if not shelf.songs:
        raise LibraryError(f"none of the {len(paths)} songs chosen for the explorer can be read")
    return _Selection(shelf, wanted).fill(budget)


class _Selection:
    """Which of the wanted songs are shown, on which scales."""

    def __init__(self, shelf: Shelf, wanted: dict[str, list[str]]):
        self.shelf = shelf
        readable = {g: [path for path in songs if path in shelf.songs]
                    for g, songs in wanted.items()}  # fmt: skip
        self.wanted = {genre: songs for genre, songs in readable.items() if songs}
        self.unread = len(shelf.paths) - len(shelf.songs)
        own = {*shelf.settings.scales, *ALWAYS}
        self.scales = [scale for scale in SCALES if scale not in shelf.undrawn]
        self.own = tuple(scale for scale in self.scales if scale in own)
        self.shown: dict[str, tuple[str, ...]] = {}

    def fill(self, budget: int) -> Listening:
        """Take one step after the other as long as it fits."""
        for step in self._steps():
            trial = self._after(step)
            if step == (0, self.own, False):
                while trial and self._weight(trial) > budget:
                    trial.popitem()  # the smallest genre
                if not trial:
                    raise SettingsError(f"budget must hold a song at least, got {budget} bytes")
            if self._weight(trial) <= budget:
                self.shown = trial
        return Listening(
            html=self._html(self.shown),
            data=self._data(self.shown),
            left_out=self._left_out(self.shown),
            stills=self._stills(),
            name=song_name(self.shelf.catalog.find(next(iter(self.shown)))),
        )

    def _stills(self) -> dict[str, Drawn]:
        path, scales = next(iter(self.shown.items()))
        return {scale: self.shelf.drawn(path, scale) for scale in scales[:2]}

    def _steps(self) -> Iterator[_Step]:
        ranks = range(max(map(len, self.wanted.values())))
        yield from (_Step(rank, self.own, further=False) for rank in ranks)
        others = [scale for scale in self.scales if scale not in self.own]
        yield from (_Step(rank, (scale,), further=True) for rank in ranks for scale in others)

    def _songs(self, rank: int) -> list[str]:
        return [songs[rank] for songs in self.wanted.values() if len(songs) > rank]

    def _after(self, step: _Step) -> dict[str, tuple[str, ...]]:
        songs = [song for song in self._songs(step.rank) if not step.further or song in self.shown]
        return self.shown | {song: (*self.shown.get(song, ()), *step.scales) for song in songs}

    def _weight(self, shown: dict[str, tuple[str, ...]]) -> int:
        return len(self._html(shown).encode())

    def _html(self, shown: dict[str, tuple[str, ...]]) -> str:
        left_out = html.escape(self._left_out(shown))
        note = f'<p class="explorer-note">{left_out}</p>' if left_out else ""
        return assemble("listening", CONTENT + note, self._data(shown), files=FILES)

    def _data(self, shown: dict[str, tuple[str, ...]]) -> dict[str, Any]:
        shelf, songs = self.shelf, list(shown)
        top_db = shelf.settings.top_db
        present = [scale for scale in self.scales if any(scale in own for own in shown.values())]
        return {
            "genres": self._genres(songs),
            "songs": [shelf.entry(song, scales) for song, scales in shown.items()],
            "scales": {scale: shelf.describe(scale) for scale in present},
            **shelf.axes(),
            "levels": {"low_db": -top_db, "high_db": 0, "colors": pictures.color_stops(),
                       "gray": True},
            "silence": excerpts.why_silent(shelf.settings).replace("`", ""),
        }  # fmt: skip

    def _genres(self, songs: list[str]) -> list[dict[str, Any]]:
        """For each genre the songs that were chosen for it, then the others that have it."""
        labels = self.shelf.catalog.all_labels
        found = []
        for genre, chosen in self.wanted.items():
            own = [song for song in chosen if song in songs]
            more = [song for song in songs if labels.loc[song, genre] and song not in own]
            if own:
                found.append({"name": genre, "songs": [songs.index(s) for s in own + more]})
        return found

    def _left_out(self, shown: dict[str, tuple[str, ...]]) -> str:
        light = [*self._missing_genres(shown), *self._missing_steps(shown)]
        sentences = [f"Left out, to keep the page light: {'; '.join(light)}."] if light else []
        if self.unread:
            sentences.append(f"Songs that could not be read: {self.unread}.")
        reasons = self.shelf.undrawn.items()
        return " ".join([*sentences, *(f"Not drawn is {scale}: {why}." for scale, why in reasons)])

    def _missing_genres(self, shown: dict[str, tuple[str, ...]]) -> list[str]:
        lost = [genre for genre, songs in self.wanted.items() if songs[0] not in shown]
        return [f"the genres {', '.join(lost)}"] if lost else []

    def _missing_steps(self, shown: dict[str, tuple[str, ...]]) -> Iterator[str]:
        for rank, word in enumerate(ORDINALS):
            songs = self._songs(rank)
            there = [song for song in songs if song in shown]
            if songs and rank and not there:
                yield f"a {word} song of each genre"
            lost = [s for s in self.scales if there and s not in shown[there[0]]]
            if lost:
                yield f"the {word} song of each genre on {', '.join(lost)}"
