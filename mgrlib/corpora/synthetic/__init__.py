"""A library of synthetic songs in the paper's 16 genres, with real files and real tags.

Every song is composed and played from musical decisions (`styles`, `subgenres`), so
the study runs whole without a download; what it finds on them is no evidence about
music. The same settings make the same library, byte for byte, with the same versions
of the libraries, however many processes make it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import LibraryError, SettingsError
from ...files import read_json, seed_from, write_json, write_text
from .planning import plan_songs
from .subgenres import GENRES_OF, SUBGENRES

__all__ = ["GENRES_OF", "VERSION", "make_library", "plan_songs", "render_song"]

VERSION = 2
"""Changes whenever a song of the same seed would be another file or sound different."""

LONGEST = 1.25
"""Songs are between one and this many times `segment_seconds` long."""

SONGS_A_TASK = 8
MANIFEST = ".synthetic.json"


def make_library(
    folder: Path,
    *,
    songs: int,
    segment_seconds: float,
    seed: int,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Fill `folder` with ``songs.csv``, ``taxonomy.csv`` and the songs that they name.

    A song that is there is not made again, so an interrupted call is continued by the
    next; ``songs.csv`` is written last.

    Parameters
    ----------
    folder : Path
        Folder of the library; made where it is missing.
    songs : int
        Number of songs, at least 16.
    segment_seconds : float
        Seconds that every song has at least; the longest have 1.25 times as many.
    seed : int
        Seed of all draws.
    jobs : int
        Processes to use.
    progress : callable, optional
        Called with the number of songs that are ready since the last call; the songs
        found there come first.

    Raises
    ------
    SettingsError
        If a setting breaks its rule.
    LibraryError
        If the folder holds a library made with other settings.
    """
    _check(segment_seconds=segment_seconds, jobs=jobs)
    plan = plan_songs(songs=songs, seed=seed)
    _claim(folder, {"songs": songs, "segment_seconds": float(segment_seconds), "seed": seed})
    report = progress or (lambda ready: None)
    missing = [index for index, path in enumerate(plan["path"]) if not (folder / path).exists()]
    report(len(plan) - len(missing))
    rows = plan.to_dict("records")
    tasks = [
        (folder, [(index, rows[index]) for index in missing[start : start + SONGS_A_TASK]])
        for start in range(0, len(missing), SONGS_A_TASK)
    ]
    for ready in _perform(tasks, segment_seconds=segment_seconds, seed=seed, jobs=jobs):
        report(ready)
    write_tables(folder, plan)


def write_tables(folder: Path, plan: pd.DataFrame) -> None:
    """Write ``taxonomy.csv`` and, last, ``songs.csv`` of a library."""
    for name, table in {"taxonomy": taxonomy(), "songs": plan}.items():
        write_text(folder / f"{name}.csv", table.to_csv(index=False, lineterminator="\n"))


def render_song(
    subgenres: Sequence[str],
    *,
    seconds: float,
    seed: int,
    index: int,
    artist: str = "",
    year: int = 2000,
) -> np.ndarray:
    """Compose and play one song.

    Parameters
    ----------
    subgenres : sequence of str
        One to three names out of `GENRES_OF`.
    seconds : float
        Length of the song.
    seed, index : int
        The song is drawn from these two.
    artist : str
        The instruments of an artist sound alike in all of their songs.
    year : int
        Old recordings are narrower.

    Returns
    -------
    numpy.ndarray, shape=(samples,), float32
        Mono at 22,050 Hz, with a peak of at most 1.

    Raises
    ------
    SettingsError
        If a subgenre is unknown, or there are none or more than three.
    """
    from .composing import compose
    from .rendering import render
    from .styles import blend, decide

    unknown = [name for name in subgenres if name not in SUBGENRES]
    if unknown or not 1 <= len(subgenres) <= 3:
        raise SettingsError(
            f"subgenres must be one to three of {', '.join(SUBGENRES)}, got {list(subgenres)}"
        )
    rng = np.random.default_rng(seed_from(seed, "song", index))
    style = blend([SUBGENRES[name].style for name in subgenres], rng=rng)
    song = decide(style, rng=rng)
    score = compose(song, seconds=seconds, rng=rng)
    artist_seed = seed_from(seed, "artist", artist)
    return render(score, song, year=year, artist_seed=artist_seed, rng=rng)


def song_seconds(*, segment_seconds: float, seed: int, index: int) -> float:
    """Length of song `index`, between `segment_seconds` and `LONGEST` times as much."""
    rng = np.random.default_rng(seed_from(seed, "length", index))
    return float(segment_seconds * rng.uniform(1.0, LONGEST))


def taxonomy() -> pd.DataFrame:
    """The table ``taxonomy.csv``: `subgenre`, `genre_1`, `genre_2` (empty where absent)."""
    rows = [(name, *genres, "")[:3] for name, genres in GENRES_OF.items()]
    return pd.DataFrame(rows, columns=["subgenre", "genre_1", "genre_2"])


def _check(*, segment_seconds: float, jobs: int) -> None:
    if not 0.5 <= segment_seconds <= 3600:
        raise SettingsError(
            f"segment_seconds must be seconds between 0.5 and 3600, got {segment_seconds!r}"
        )
    if isinstance(jobs, bool) or not isinstance(jobs, int) or jobs < 1:
        raise SettingsError(f"jobs must be a whole number of at least 1, got {jobs!r}")


def _claim(folder: Path, settings: dict) -> None:
    """Note what `folder` is made with, or refuse to mix two libraries in it."""
    wanted = {"version": VERSION, **settings}
    manifest = folder / MANIFEST
    if manifest.exists() and (found := read_json(manifest)) != wanted:
        raise LibraryError(
            f"{folder.name} holds a synthetic library made with {found}, not {wanted}: "
            "name another folder or delete that one"
        )
    if not manifest.exists():
        write_json(manifest, wanted)


def _perform(tasks: list, *, segment_seconds: float, seed: int, jobs: int) -> Iterator[int]:
    """Make the songs of every task; yields how many each has made, as they end."""
    if jobs == 1 or len(tasks) < 2:
        for folder, songs in tasks:
            yield make_songs(folder, songs, segment_seconds=segment_seconds, seed=seed)
        return
    from joblib import Parallel, delayed

    calls = (
        delayed(make_songs)(folder, songs, segment_seconds=segment_seconds, seed=seed)
        for folder, songs in tasks
    )
    yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(calls)


def play_song(row: Mapping, *, seconds: float, seed: int, index: int) -> np.ndarray:
    """The song of a row of ``songs.csv``, see `render_song`."""
    return render_song(
        _subgenres(row),
        seconds=seconds,
        seed=seed,
        index=index,
        artist=row["artist"],
        year=int(row["year"]),
    )


def _subgenres(row: Mapping) -> list[str]:
    return [row[f"subgenre_{place}"] for place in (1, 2, 3) if row[f"subgenre_{place}"]]


def make_songs(folder: Path, songs: list, *, segment_seconds: float, seed: int) -> int:
    """Write the files of `songs`, pairs of index and row of ``songs.csv``; returns how many."""
    from .writing import write_song

    for index, row in songs:
        seconds = song_seconds(segment_seconds=segment_seconds, seed=seed, index=index)
        samples = play_song(row, seconds=seconds, seed=seed, index=index)
        path = folder / row["path"]
        tags = {key: row[key] for key in ("title", "artist", "album")}
        tags |= {"date": str(row["year"]), "genre": ", ".join(_subgenres(row))}
        tags["tracknumber"] = str(int(path.name.partition("-")[0]))
        write_song(path, samples, tags, serial=seed_from(seed, "serial", index))
    return len(songs)
