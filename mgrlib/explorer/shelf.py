"""The songs that an explorer can show: each read once, drawn and encoded when it is asked for."""

from functools import cached_property
from typing import Any

from .. import excerpts
from ..audio import read_segment
from ..dataset import Catalog
from ..errors import SettingsError, SongError
from ..figures import Drawn
from ..rankings import song_name
from ..settings import SCALES
from ..spectrograms import SCALES as ROWS_OF
from ..spectrograms import Sound, levels, rows_below
from . import pictures

GUIDE_HZ = 1000


class Shelf:
    """Some songs of a catalog, as pictures and sound in the text of a page.

    Parameters
    ----------
    catalog : Catalog
    paths : list of str
        Of the songs; those that can't be read are not in `songs`.
    seconds : float
        Length of the middle of each song.
    """

    def __init__(self, catalog: Catalog, paths: list[str], *, seconds: float):
        self.catalog = catalog
        self.settings = catalog.settings
        self.paths = paths
        self.seconds = seconds
        self._pictures: dict[tuple[str, str], str] = {}

    @cached_property
    def songs(self) -> dict[str, Sound]:
        """The songs that can be read, by their paths."""
        found = {}
        for path in self.paths:
            cut = {"segment_seconds": self.seconds, "sample_rate": self.settings.sample_rate}
            try:
                segment = read_segment(self.catalog.file(path), **cut)
            except SongError:
                continue
            found[path] = Sound.of(segment.samples, self.settings)
        return found

    @cached_property
    def undrawn(self) -> dict[str, str]:
        """Why a scale can't be drawn with the study's settings, by its name."""
        reasons = {}
        for scale in SCALES:
            for sound in list(self.songs.values())[:1]:
                try:
                    levels(sound, scale, top_db=self.settings.top_db)
                except SettingsError as why:
                    reasons[scale] = str(why)
        return reasons

    def picture(self, path: str, scale: str) -> str:
        """A song on a scale, as the text of a WebP."""
        key = path, scale
        if key not in self._pictures:
            top_db = self.settings.top_db
            small = pictures.averaged(self.drawn(path, scale).levels)
            self._pictures[key] = pictures.text_of(pictures.gray_webp(small, top_db=top_db))
        return self._pictures[key]

    def drawn(self, path: str, scale: str) -> Drawn:
        """A song on a scale as it is, with its axes."""
        sound = self.songs[path]
        found = levels(sound, scale, top_db=self.settings.top_db)
        return Drawn(found, ROWS_OF[scale].frequencies(**sound.spacing), sound.times)

    @cached_property
    def _sounds(self) -> dict[str, str]:
        """The songs as the text of MP3s, where they may be played."""
        if not excerpts.may_play(self.settings):
            return {}
        rate = self.settings.sample_rate
        return {
            path: pictures.text_of(excerpts.excerpt_mp3(sound.samples, sample_rate=rate))
            for path, sound in self.songs.items()
        }

    def entry(self, path: str, scales: tuple[str, ...]) -> dict[str, Any]:
        """What the page knows of a song."""
        labels = self.catalog.all_labels.loc[path]
        return {
            "name": song_name(self.catalog.find(path)),
            "genres": list(labels.index[labels]),
            "sound": self._sounds.get(path),
            "pictures": {scale: self.picture(path, scale) for scale in scales},
        }

    def axes(self) -> dict[str, Any]:
        """What all pictures share: the axis of time, and what they and the sound last, in s."""
        sound = next(iter(self.songs.values()))
        hop = sound.hop_length / sound.sample_rate
        # A frame stands in the middle of its column.
        span = {"start": -hop / 2, "seconds": len(sound.times) * hop}
        return {
            "time": pictures.time_ticks(**span),
            "span": span,
            "heard": {"start": 0, "seconds": len(sound.samples) / sound.sample_rate},
        }

    def describe(self, scale: str) -> dict[str, Any]:
        """The axis of a scale and what it does, in words."""
        spacing = next(iter(self.songs.values())).spacing
        share = 100 * rows_below(GUIDE_HZ, scale=scale, **spacing)
        return {
            "ticks": pictures.frequency_ticks(ROWS_OF[scale].frequencies(**spacing)),
            "words": f"{share:.0f} % of the height is under {GUIDE_HZ / 1000:g} kHz",
        }
