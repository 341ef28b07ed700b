"""Songs are drawn before they are read: few of a large library, and others for the useless."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from mgrlib.catalog import SONG_COLUMNS, SUBGENRE_COLUMNS, Library
from mgrlib.dataset import make_catalog, read_drawn
from mgrlib.images import Images
from mgrlib.settings import make_settings

SONGS = 400


@pytest.fixture
def library(tmp_path):
    """400 songs of three genres, 100 of which are not there."""
    subgenres = ["rock", "jazz", "folk"]
    rows = [
        {"path": f"{n:03d}.mp3", "artist": f"artist {n // 20}", "subgenre_1": subgenres[n % 3]}
        for n in range(SONGS)
    ]
    for row in rows[100:]:
        (tmp_path / row["path"]).touch()
    songs = pd.DataFrame(rows, columns=SONG_COLUMNS + SUBGENRE_COLUMNS).fillna("")
    return Library(tmp_path, songs, {name: (name.title(),) for name in subgenres})


def pretend(paths, *, useless=(), asked, there):
    """Images without pixels of all songs but the useless ones and those that are missing."""
    asked.append(list(paths))
    usable = [path for path in paths if path not in useless and (there / path).exists()]
    bad = [path for path in paths if path not in usable]
    return Images(
        paths=usable,
        pixels={},
        seconds=np.ones(len(usable)),
        padded=np.zeros(len(usable), dtype=bool),
        rejected=[{"path": path, "reason": "bad", "detail": ""} for path in bad],
    )


def settings(songs: int):
    return make_settings(profile="smoke", corpus="x", overrides={"songs": songs})


def test_few_songs_of_a_large_library_are_read_and_all_missing_ones_are_named(library):
    asked = []
    images = read_drawn(library, settings(60),
                        partial(pretend, asked=asked, there=library.folder))  # fmt: skip
    assert len(images.paths) == 60 and len(asked) == 1
    assert [row["path"] for row in images.rejected] == list(library.songs["path"][:100])
    genres = library.songs.set_index("path").loc[images.paths, "subgenre_1"].value_counts()
    assert genres.max() - genres.min() <= 1
    assert len(make_catalog(library, images, settings(60)).songs) == 60


def test_songs_of_no_use_are_replaced(library):
    first = []
    read_drawn(library, settings(60), partial(pretend, asked=first, there=library.folder))
    useless = [path for path in first[0] if path >= "100"][::6]
    asked = []
    images = read_drawn(
        library, settings(60),
        partial(pretend, useless=useless, asked=asked, there=library.folder),
    )  # fmt: skip
    assert asked[0] == first[0] and len(asked) == 2
    assert len(asked[1]) == len(asked[0]) + len(useless) == 170
    assert len(images.paths) == 60 and not set(images.paths) & set(useless)


def test_all_songs_are_read_where_a_study_wants_them(library):
    asked = []
    images = read_drawn(library, settings(1000),
                        partial(pretend, asked=asked, there=library.folder))  # fmt: skip
    assert asked == [list(library.songs["path"])]
    assert len(images.paths) == 300
