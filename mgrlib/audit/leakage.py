"""What stands on both sides of a split: artists, albums and recordings that a network may know.

Songs of one artist, or of one album with its one mastering, are more alike than songs of a
genre. Where they stand on both sides, a network that has learned them scores higher than it
would on new music (Pampalk, Flexer & Widmer 2005; Flexer & Schnitzer 2010). Names are
compared as the split compares them, as exact text; a song without one is a group of its own.
Shares are of 1, deviations are in shares too. Notebook: 01_dataset_audit.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import LibraryError
from ..fingerprints import group_numbers
from ..splits import Split, draw_split, song_groups

NAMES = ("artist", "album")
"""The columns of songs.csv that name a group of songs."""
WAYS = ("song", "album", "artist")
"""The ways to draw a split that are held against each other (setting ``split_by``)."""
MOST = 0.5
"""A genre of which one group holds more than this share is named."""
EXAMPLES = 5


def leakage(
    songs: pd.DataFrame,
    labels: pd.DataFrame,
    splits: Sequence[Split] = (),
    *,
    split_by: str = "song",
    test_fraction: float = 0.1,
    seed: int = 0,
    pairs: pd.DataFrame | None = None,
) -> dict:
    """What a study's split lets through, and what another way to split would.

    Parameters
    ----------
    songs : DataFrame
        Columns ``path, artist, album`` among others, "" where absent.
    labels : DataFrame of bool, shape=(songs, genres)
        The genres that are trained.
    splits : sequence of Split
        The study's own, one a repeat; none where there is no study.
    split_by, test_fraction, seed
        As in the settings that `splits` were drawn with.
    pairs : DataFrame, optional
        ``path_1, path_2`` of duplicates, where audio was read.

    Returns
    -------
    dict
        ``without``: songs without an artist or album; ``groups``: how many there are;
        ``spellings``: names that differ in nothing but case and spaces; ``genres``: artists
        and albums by genre, with the largest; ``one_group``: genres of which one of them
        holds more than half. With `splits` also ``split_by``; ``splits``: a record for each
        way to split, see `split_record`, the study's own first; ``repeats``: the study's
        own shares, one entry a repeat; ``distinct_splits``: how many of these differ, since
        few groups can be put together in few ways.
    """
    found = {
        "without": {name: int((songs[name] == "").sum()) for name in NAMES},
        "groups": {name: int(songs.loc[songs[name] != "", name].nunique()) for name in NAMES},
        "spellings": {name: _spellings(songs[name]) for name in NAMES},
        "genres": _genres_by_group(songs, labels),
    }
    found["one_group"] = [
        {"genre": genre, "by": name, **row[f"largest_{name}"]}
        for genre, row in found["genres"].items()
        for name in NAMES
        if row[f"largest_{name}"]["share"] > MOST
    ]
    if not splits:
        return found
    own = [split_record(songs, labels, split, pairs=pairs,
                        test_fraction=None if split_by == "published" else test_fraction)
           for split in splits]  # fmt: skip
    others = {
        way: _would_be(songs, labels, way, test_fraction=test_fraction, seed=seed, pairs=pairs)
        for way in WAYS
        if way != split_by
    }
    repeats = [
        {
            "duplicates": record["duplicates"] and record["duplicates"]["songs"],
            **{name: record[name]["share"] for name in NAMES},
        }
        for record in own
    ]
    return found | {
        "split_by": split_by,
        "splits": {split_by: own[0], **others},
        "repeats": repeats,
        "distinct_splits": len({split.test.tobytes() for split in splits}),
    }


def _would_be(
    songs: pd.DataFrame,
    labels: pd.DataFrame,
    way: str,
    *,
    test_fraction: float,
    seed: int,
    pairs: pd.DataFrame | None,
) -> dict:
    """The record of the first split that this way would draw, or the reason why there is none."""
    if way != "song" and (songs[way] == "").all():
        return {"reason": f"no song has an {way}"}
    groups = None if way == "song" else song_groups(songs, way)
    try:
        split = draw_split(labels.to_numpy(), test_fraction=test_fraction, seed=seed, groups=groups)
    except LibraryError:
        return {"reason": f"all songs are of one {way}"}
    return split_record(songs, labels, split, test_fraction=test_fraction, pairs=pairs)


def split_record(
    songs: pd.DataFrame,
    labels: pd.DataFrame,
    split: Split,
    *,
    test_fraction: float | None,
    pairs: pd.DataFrame | None = None,
) -> dict:
    """What one split lets through, and how near it comes to what was wanted.

    Parameters
    ----------
    test_fraction : float or None
        Share of songs wanted in the test set; None where the split is a published one, which
        is then measured against its own share.

    Returns
    -------
    dict
        ``train, test``: songs; ``wanted``: test songs asked for; ``artist``, ``album``:
        ``songs`` of the test set whose group trains too, ``named`` test songs that have a
        group, ``share`` of the first in the second (None where none has one), ``groups`` on
        both sides; ``duplicates``: ``pairs`` across the sides and the ``songs`` of the test
        set that training has too, None where no audio was read;
        ``deviation``: the ``genre`` whose ``share`` in the test set is furthest from the
        fraction wanted, by ``off``, and the root mean square ``rms`` over genres;
        ``one_sided``: genres with, or without, which one side has no song.
    """
    is_test = np.zeros(len(songs), dtype=bool)
    is_test[split.test] = True
    fraction = len(split.test) / len(songs) if test_fraction is None else test_fraction
    values = labels.to_numpy()
    return {
        "train": len(split.train),
        "test": len(split.test),
        "wanted": max(1, round(fraction * len(songs))),
        **{name: _shared(songs[name].to_numpy(), is_test) for name in NAMES},
        "duplicates": None if pairs is None else _twins(songs["path"], is_test, pairs),
        "deviation": _deviation(values, is_test, list(labels), fraction),
        "one_sided": [genre for genre, has in zip(labels, values.T, strict=True)
                      if any(has[side].all() or not has[side].any()
                             for side in (is_test, ~is_test))],
    }  # fmt: skip


def _shared(names: np.ndarray, is_test: np.ndarray) -> dict:
    named = names != ""
    codes, _ = pd.factorize(names)
    both = np.intersect1d(codes[named & is_test], codes[named & ~is_test])
    known, of = int(np.isin(codes[named & is_test], both).sum()), int((named & is_test).sum())
    return {"songs": known, "named": of, "share": known / of if of else None,
            "groups": len(both)}  # fmt: skip


def _twins(paths: pd.Series, is_test: np.ndarray, pairs: pd.DataFrame) -> dict:
    """Pairs across the sides, and test songs with a double in training, over others too."""
    index = pd.Index(paths)
    first, second = (index.get_indexer(pairs[name]) for name in ("path_1", "path_2"))
    group = group_numbers(first, second, songs=len(paths))
    known = np.isin(group[is_test], group[~is_test])
    return {"pairs": int((is_test[first] != is_test[second]).sum()), "songs": int(known.sum())}


def _deviation(
    labels: np.ndarray, is_test: np.ndarray, genres: list[str], fraction: float
) -> dict | None:
    songs = labels.sum(axis=0)
    there = np.flatnonzero(songs)
    if not len(there):
        return None
    shares = labels[is_test].sum(axis=0)[there] / songs[there]
    off = shares - fraction
    worst = int(np.argmax(np.abs(off)))
    return {"genre": genres[there[worst]], "share": float(shares[worst]),
            "off": float(off[worst]), "rms": float(np.sqrt(np.mean(off**2)))}  # fmt: skip


def _genres_by_group(songs: pd.DataFrame, labels: pd.DataFrame) -> dict[str, dict]:
    """Artists and albums of each genre, and the largest of each with its songs and share."""
    coded = {name: pd.factorize(songs[name].where(songs[name] != "", None)) for name in NAMES}
    found = {}
    for genre, has in zip(labels, labels.to_numpy().T, strict=True):
        row: dict = {"songs": int(has.sum())}
        for name, (codes, names) in coded.items():
            counts = np.bincount(codes[has & (codes >= 0)], minlength=len(names))
            row[f"{name}s"] = int((counts > 0).sum())
            row[f"largest_{name}"] = _largest(counts, names, row["songs"])
        found[genre] = row
    return found


def _largest(counts: np.ndarray, names: Sequence[str], songs: int) -> dict:
    if not counts.any():
        return {"name": "", "songs": 0, "share": 0.0}
    largest = int(np.argmax(counts))
    return {"name": names[largest], "songs": int(counts[largest]),
            "share": int(counts[largest]) / songs}  # fmt: skip


def _spellings(names: pd.Series) -> dict:
    """Names that a reader would take for one: how many sets of them, and the first few."""
    exact = [name for name in dict.fromkeys(names) if name]
    plain = pd.Series(
        [" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in exact],
        index=exact, dtype=object,
    )  # fmt: skip
    doubled = plain[plain.duplicated(keep=False)]
    sets = [sorted(group.index) for _, group in doubled.groupby(doubled, sort=False)]
    return {"sets": len(sets), "examples": sets[:EXAMPLES]}
