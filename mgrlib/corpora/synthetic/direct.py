"""The same synthetic songs without files: composed and played in memory when they are drawn.

The library's folder has ``songs.csv`` and ``taxonomy.csv`` only. A song is identified by
all that its sound depends on, so its images are found again in the cache; a file of it is
made when somebody asks for one, to listen to it.
"""

from functools import partial
from pathlib import Path

from ...audio import Segment, cut_segment
from ...catalog import SUBGENRE_COLUMNS, Library, Song, Sounds, read_library
from . import VERSION, make_songs, play_song, song_seconds, write_tables
from .planning import plan_songs
from .voices import SAMPLE_RATE

__all__ = ["identify_song", "open_library", "read_song"]


def open_library(folder: Path, *, songs: int, segment_seconds: float, seed: int) -> Library:
    """The library of `mgrlib.corpora.synthetic.make_library` with no song in it.

    Parameters
    ----------
    folder : Path
        Folder of the library; its two tables are written where they are missing.
    songs : int
        Number of songs, at least 16.
    segment_seconds : float
        Seconds that every song has at least.
    seed : int
        Seed of all draws.

    Raises
    ------
    SettingsError
        If a setting breaks its rule.
    """
    if not (folder / "songs.csv").exists():
        write_tables(folder, plan_songs(songs=songs, seed=seed))
    library = read_library(folder)
    rows = {row["path"]: (index, row) for index, row in enumerate(library.songs.to_dict("records"))}
    sounds = Sounds(
        identify=partial(identify_song, rows=rows, segment_seconds=segment_seconds, seed=seed),
        read=read_song,
        make_file=partial(_make_file, rows=rows, segment_seconds=segment_seconds, seed=seed),
    )
    return Library(library.folder, library.songs, library.taxonomy, sounds)


def identify_song(
    folder: Path, path: str, *, rows: dict[str, tuple[int, dict]], segment_seconds: float, seed: int
) -> Song:
    """The song of a path: what it is made of, ``path, VERSION, seed, index, seconds, row``."""
    index, row = rows[path]
    seconds = song_seconds(segment_seconds=segment_seconds, seed=seed, index=index)
    heard = {name: row[name] for name in ("artist", "year", *SUBGENRE_COLUMNS)}
    return path, VERSION, seed, index, seconds, heard


def read_song(folder: Path, song: Song, *, segment_seconds: float, sample_rate: int) -> Segment:
    """Play a song and cut its segment, as `mgrlib.audio.read_segment` does with a file.

    Raises
    ------
    SongError
        Reasons: too short, not finite, silent.
    """
    _, _, seed, index, seconds, row = song
    samples = play_song(row, seconds=seconds, seed=seed, index=index)
    return cut_segment(
        samples,
        native_rate=SAMPLE_RATE,
        segment_seconds=segment_seconds,
        sample_rate=sample_rate,
    )


def _make_file(
    folder: Path, path: str, *, rows: dict[str, tuple[int, dict]], segment_seconds: float, seed: int
) -> None:
    if not (folder / path).exists():
        make_songs(folder, [rows[path]], segment_seconds=segment_seconds, seed=seed)
