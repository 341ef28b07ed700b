"""The catalog before there is any sound: artists, albums, songs and their subgenres.

Songs by genre follow the paper's Table 1 with a floor, so that the smallest genres can
be studied in a small library too. Artists are at home in a few subgenres, their albums
have one year, and a song's year lies in the era of all of its subgenres.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from ...errors import SettingsError
from ...files import seed_from, slug
from ...paper import SONGS, TABLE_1
from . import names
from .subgenres import GENRES_OF, SUBGENRES

COLUMNS = ["path", "title", "artist", "album", "year"] + [
    f"subgenre_{place}" for place in (1, 2, 3)
]
FORMATS = ("wav", "flac", "ogg", "mp3", "m4a")
FLOOR_SHARE, FLOOR_MOST = 0.053, 50
"""A genre has at least this share of the songs, or this many where that is less."""

MIXED = {1: 1.0, 2: 1.5, 3: 1.5}
"""Weights of songs with one, two and three subgenres."""


def check_plan(*, songs: int, seed: int) -> None:
    """Raise `SettingsError` where `songs` or `seed` breaks its rule."""
    for name, value, least in (("songs", songs, 16), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise SettingsError(f"{name} must be a whole number of at least {least}, got {value!r}")


def genre_targets(songs: int) -> dict[str, int]:
    """Songs to have in each genre: Table 1's proportions above a floor.

    The sum is the paper's 1.48 labels a song; what the floor takes is taken from the
    genres above it in proportion.
    """
    labels = songs * sum(TABLE_1.values()) / SONGS
    floor = min(FLOOR_SHARE * songs, FLOOR_MOST)
    low, high = 0.0, songs / SONGS
    for _ in range(60):
        scale = (low + high) / 2
        total = sum(max(floor, scale * count) for count in TABLE_1.values())
        low, high = (scale, high) if total < labels else (low, scale)
    return {
        genre: max(round(high * count), int(np.ceil(floor))) for genre, count in TABLE_1.items()
    }


@dataclass
class Quota:
    """What is still to be given out: songs, and labels of each genre."""

    songs: int
    targets: dict[str, int]

    def __post_init__(self):
        self.labels = dict(self.targets)

    def pace(self) -> float:
        """Labels that the next song should have."""
        return max(1.0, sum(max(n, 0) for n in self.labels.values()) / max(self.songs, 1))

    def admits(self, genres: set[str]) -> bool:
        """Whether each of `genres` still has room."""
        return all(self.labels[genre] > 0 for genre in genres)

    def take(self, genres: set[str]) -> None:
        """Count a song of `genres`."""
        self.songs -= 1
        for genre in genres:
            self.labels[genre] -= 1


def plan_songs(*, songs: int, seed: int) -> pd.DataFrame:
    """The table ``songs.csv`` of a synthetic library, without making any sound.

    Parameters
    ----------
    songs : int
        Number of songs, at least 16.
    seed : int
        Seed of all draws.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, one row a song; absent subgenres are empty strings.

    Raises
    ------
    SettingsError
        If a setting breaks its rule.
    """
    check_plan(songs=songs, seed=seed)
    rng = np.random.default_rng(seed_from(seed, "plan", songs))
    quota = Quota(songs, genre_targets(songs))
    rows: list[dict] = []
    taken: set[str] = set()
    while quota.songs:
        rows += _discography(quota, taken, rng)
    formats = np.random.default_rng(seed_from(seed, "formats")).choice(FORMATS, songs)
    for row, extension in zip(rows, formats, strict=True):
        row["path"] += f".{extension}"
    return pd.DataFrame(rows, columns=COLUMNS)


def _discography(quota: Quota, taken: set[str], rng) -> list[dict]:
    """The songs of one artist: one to three albums of two to four songs."""
    main = _draw_subgenre(quota, rng)
    first, last = (int(year) for year in SUBGENRES[main].style.years)
    year = int(rng.integers(first, last + 1))
    home = _home(main, year, rng)
    artist = names.unique(names.artist_name, taken, rng=rng)
    # No artist is a large part of a small genre, or splits by artist would be impossible.
    limit = max(2, min(quota.labels[genre] for genre in GENRES_OF[main]) // 3)
    albums: set[str] = set()
    rows: list[dict] = []
    for _ in range(rng.integers(1, 4)):
        size = min(int(rng.integers(2, 5)), quota.songs, max(limit - len(rows), 0))
        if size == 0 or (size == 1 and rows):
            break
        rows += _album(
            artist, names.unique(names.title, albums, rng=rng), size, year, home, quota, rng
        )
        year = min(year + int(rng.integers(1, 5)), last)
    return rows


def _draw_subgenre(quota: Quota, rng) -> str:
    """A subgenre of a genre drawn by what it still lacks."""
    left = np.array([max(count, 0) for count in quota.labels.values()], dtype=float)
    # The fourth power of the share left lets no genre fall behind the others.
    lacks = left * (left / np.array(list(quota.targets.values()))) ** 4
    lacks = lacks if lacks.sum() else np.ones(len(lacks))
    genre = list(quota.labels)[rng.choice(len(lacks), p=lacks / lacks.sum())]
    members = [name for name, genres in GENRES_OF.items() if genre in genres]
    fitting = [name for name in members if quota.admits(set(GENRES_OF[name]))] or members
    return fitting[rng.integers(len(fitting))]


def _home(main: str, year: int, rng) -> list[str]:
    """`main` and up to three subgenres of its time, most of them related to it."""
    others = [
        name
        for name, entry in SUBGENRES.items()
        if name != main and entry.style.years[0] <= year <= entry.style.years[1]
    ]
    kinship = np.array([_kinship(main, name) for name in others])
    count = min(int(rng.integers(1, 4)), len(others))
    drawn = rng.choice(len(others), count, replace=False, p=kinship / kinship.sum())
    return [main, *(others[place] for place in drawn)]


def _kinship(one: str, other: str) -> float:
    """How likely an artist at home in `one` is to play `other` too."""
    mine, theirs = set(GENRES_OF[one]), set(GENRES_OF[other])
    return 8.0 if mine >= theirs or theirs >= mine else 3.0 if mine & theirs else 0.3


def _album(artist, album, size, year, home, quota, rng) -> list[dict]:
    rows, titles = [], set()
    for track in range(1, size + 1):
        title = names.unique(names.title, titles, rng=rng)
        path = f"{slug(artist)}/{slug(album)}/{track:02d}-{slug(title)}"
        row = {"path": path, "title": title, "artist": artist, "album": album, "year": year}
        subgenres = _draw_mixture(home, year, quota, rng)
        quota.take({genre for name in subgenres for genre in GENRES_OF[name]})
        padded = [*subgenres, "", ""][:3]
        rows.append(row | {f"subgenre_{place + 1}": name for place, name in enumerate(padded)})
    return rows


def _draw_mixture(home: list[str], year: int, quota: Quota, rng) -> tuple[str, ...]:
    """One to three subgenres of `home` that keep the quotas, the main one most often first."""
    eras = {name: SUBGENRES[name].style.years for name in home}
    alive = [name for name in home if eras[name][0] <= year <= eras[name][1]]
    wanted = int(quota.pace() + rng.random())
    mixtures = [mix for count in (1, 2, 3) for mix in combinations(alive, count)]
    weights = np.array([_fit(mix, home[0], wanted, quota) for mix in mixtures])
    if weights.sum() == 0:
        return (_draw_alone(year, quota, rng) or home[0],)
    return mixtures[rng.choice(len(mixtures), p=weights / weights.sum())]


def _fit(mix: tuple[str, ...], main: str, wanted: int, quota: Quota) -> float:
    genres = {genre for name in mix for genre in GENRES_OF[name]}
    if not quota.admits(genres):
        return 0.0
    leading = 3.0 if mix[0] == main else 1.0
    return leading * MIXED[len(mix)] / 16.0 ** abs(len(genres) - wanted)


def _draw_alone(year: int, quota: Quota, rng) -> str | None:
    """A subgenre of the time that the quotas admit: the artist strays from home."""
    fitting = [
        name
        for name, entry in SUBGENRES.items()
        if entry.style.years[0] <= year <= entry.style.years[1] and quota.admits(set(entry.genres))
    ]
    return fitting[rng.integers(len(fitting))] if fitting else None
