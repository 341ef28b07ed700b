"""GTZAN (Tzanetakis & Cook 2002): ten genres, a hundred clips of 30 s each, one label a clip.

It comes without tables: a clip's genre is its folder, and nothing tells who plays. Sturm
(2013) lists its faults, among them repeated clips, wrong labels and distortions; the split
that was published by Kereliuk, Sturm & Larsen (2015) leaves faulty clips out and keeps
artists apart. Paths are those inside the audio folder, as ``blues/blues.00000.wav``.
"""

from pathlib import Path

import pandas as pd

from ..catalog import Library
from .building import first_place, songs_table
from .declaration import Archive, Declaration, require_audio

ABOUT = Declaration(
    id="gtzan",
    name="GTZAN",
    home="http://marsyas.info/downloads/datasets.html",
    metadata_licence="none is stated",
    audio_licence="none is stated (the recordings are commercial ones)",
    citation="tzanetakis2002",
    layout="genres/blues/blues.00000.wav (or .au) lies in the folder that corpus names",
    archives=(
        Archive("genres.tar.gz", "1.2 GB", "MD5", "5b3d6dddb579ab49814ab86dba69e7c7",
                "http://opihi.cs.uvic.ca/sound/genres.tar.gz", "."),
    ),
)  # fmt: skip

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae",
          "rock")  # fmt: skip
CLIPS = 100
"""Of each genre."""
AUDIO_PLACES = (".", "genres", "genres_original", "Data/genres_original", "data/genres_original",
                "gtzan_genre/genres", "Data/genres", "audio")  # fmt: skip
ENDINGS = (".wav", ".au")

FILTERED = {
    "train": {
        "blues": "29-49 73-97",
        "classical": "30-33 43-48 50-67 80-99",
        "country": "19-26 28-29 65-99",
        "disco": "5 15-20 22-37 39-45 47 49 53-54 56-57 59 61 70 73-74 89",
        "hiphop": "2-25 28-29 31-38 41-42 55-61 77-80",
        "jazz": "0-1 11-24 41 47-72",
        "metal": "2-3 5 21 24 35 46-57 59-66 69 71-72 79-80 84 86 89-99",
        "pop": "2-9 11-12 16-20 23-29 31-36 38-42 44 46 49-50 80 97-99",
        "reggae": "0-2 4 6 9 11-12 14-32 42-45 49-51 54-60 63 69",
        "rock": "0-9 16-26 57-70 91-99",
    },
    "validation": {
        "blues": "0-11 50-60",
        "classical": "0-10 68-76",
        "country": "0-7 9-18 27 41-42 45 49",
        "disco": "0 2-4 6-14 46 48 52 67-68 72 75 90 95",
        "hiphop": "81-98",
        "jazz": "2-10 25-32",
        "metal": "0-1 6-11 16-20 36-37 68 76-77 81-82",
        "pop": "10 53 55 58-62 81 83-86",
        "reggae": "61-62 70 72 74 76-78 85 92-99",
        "rock": "38 49-56 71-85",
    },
    "test": {
        "blues": "12-28 61-72 98-99",
        "classical": "11-29 34-41 49 77-79",
        "country": "30-40 43-44 46-48 50-51 53-64",
        "disco": "1 21 58 62-66 69 76-88 91-94 96-97 99",
        "hiphop": "0 26-27 30 40 43-45 51-54 62-75 99",
        "jazz": "73-99",
        "metal": "12-15 22-23 25-33 38-39 67 70 73-75 78 83 85 87-88",
        "pop": "0-1 13-14 43 63-66 69-79 82 88-96",
        "reggae": "34-40 46-48 52-53 64-68 71 79 82-84 87-90",
        "rock": "10-15 27-37 39-48 86-90",
    },
}
"""The fault-filtered split: which clips of each genre are in which part (443, 197 and 290)."""


def open_library(kind: str, place: Path, *, metadata_only: bool) -> Library:
    """The library of ``gtzan``.

    Parameters
    ----------
    place : Path
        The folder of ``genres`` (or ``genres_original``), or that folder.

    Raises
    ------
    LibraryError
        If there is no audio.
    """
    folder = first_place([place / name for name in AUDIO_PLACES], _holds_genres)
    folder = (folder or place / "genres").resolve()
    songs = pd.DataFrame(
        [(genre, number, _path(folder, genre, number))
         for genre in GENRES for number in range(CLIPS)],
        columns=["genre", "number", "path"],
    )  # fmt: skip
    songs["title"] = [Path(path).stem for path in songs["path"]]
    parts = filtered_parts()
    named = [parts.get(clip, "") for clip in zip(songs["genre"], songs["number"], strict=True)]
    if not (metadata_only and place.is_dir()):  # of metadata there is nothing to look for
        require_audio(ABOUT, ABOUT.archives, folder=folder, paths=songs["path"], place=place)
    return Library(
        folder,
        songs_table(songs[["path", "title"]], [[genre] for genre in songs["genre"]]),
        {genre: (genre,) for genre in GENRES},
        published=(pd.Series(named, index=songs["path"].to_numpy()),),
        about=ABOUT,
    )


def filtered_parts() -> dict[tuple[str, int], str]:
    """Part of each clip of the fault-filtered split, by genre and number."""
    return {
        (genre, number): part
        for part, genres in FILTERED.items()
        for genre, spans in genres.items()
        for span in spans.split()
        for number in range(int(span.split("-")[0]), int(span.split("-")[-1]) + 1)
    }


def _holds_genres(folder: Path) -> bool:
    return any((folder / genre).is_dir() for genre in GENRES)


def _path(folder: Path, genre: str, number: int) -> str:
    """Path of a clip in the format that is there; usual copies have been converted to WAV."""
    names = [f"{genre}/{genre}.{number:05d}{ending}" for ending in ENDINGS]
    return next((name for name in names if (folder / name).is_file()), names[0])
