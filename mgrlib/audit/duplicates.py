"""Songs that a data set has twice, and pairs of them that it labels differently.

Only the segment in the middle of each song was heard. Notebook: 01_dataset_audit,
"Duplicates".
"""

from typing import Any

import numpy as np
import pandas as pd

from .. import fingerprints
from ..files import ROOT, read_json
from ..prose import escape
from .tables import myst_table, number, short_path

COLUMNS = ("path_1", "path_2", "kind", "shift_seconds", "similarity", "contradicting")
"""Of ``catalog/duplicates.csv``."""

EXAMPLES = 10


def duplicate_pairs(images: Any, labels: pd.DataFrame, *, sample_rate: int) -> pd.DataFrame:
    """The duplicates among the songs that were decoded: ``catalog/duplicates.csv``.

    Parameters
    ----------
    images : mgrlib.images.Images
    labels : DataFrame of bool, shape=(songs, genres)
        Of the same songs in the same order.
    sample_rate : int
        Rate in Hz of what the fingerprints were made of.

    Returns
    -------
    DataFrame
        As `mgrlib.fingerprints.find_duplicates`, songs by their paths, with `contradicting`:
        whether the two have different genres.
    """
    digests = images.sound["digest"].to_numpy(dtype=np.str_)
    found = fingerprints.find_duplicates(images.fingerprints, digests, sample_rate=sample_rate)
    paths, genres = np.array(images.paths, dtype=object), labels.to_numpy(dtype=bool)
    first, second = found["first"].to_numpy(), found["second"].to_numpy()
    found["path_1"], found["path_2"] = paths[first], paths[second]
    found["contradicting"] = (genres[first] != genres[second]).any(axis=1)
    return found[list(COLUMNS)]


def duplicate_audit(
    pairs: pd.DataFrame,
    songs: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    segment_seconds: float,
    sample_rate: int,
) -> dict:
    """How many duplicates there are: ``audit.json["duplicates"]``.

    Parameters
    ----------
    pairs : DataFrame
        As `duplicate_pairs` gives it.
    songs : DataFrame
        Column ``path`` among others.
    labels : DataFrame of bool, shape=(songs, genres)
        Of the same songs in the same order.
    segment_seconds : float
    sample_rate : int
        Hz.

    Returns
    -------
    dict
        ``exact, near``: pairs, a group of n songs being n - 1; ``groups``, ``largest``: the
        songs of the largest; ``songs``: those in groups; ``contradicting``: pairs with
        different genres, of which ``disjoint`` have no genre in common; ``examples``: some
        pairs, the contradicting ones first; ``detector``: what it heard and when it calls
        two songs duplicates.
    """
    row = pd.Series(np.arange(len(songs)), index=songs["path"])
    first, second = (row.loc[pairs[name]].to_numpy() for name in COLUMNS[:2])
    group = fingerprints.group_numbers(first, second, songs=len(songs))
    sizes = np.bincount(group, minlength=1)
    genres = labels.to_numpy(dtype=bool)
    different = (genres[first] != genres[second]).any(axis=1)
    shared = (genres[first] & genres[second]).any(axis=1)
    examples = pairs.assign(contradicting=different).sort_values("contradicting", ascending=False,
                                                                 kind="stable")  # fmt: skip
    return {
        "exact": int((pairs["kind"] == "exact").sum()),
        "near": int((pairs["kind"] == "near").sum()),
        "groups": int((sizes > 1).sum()),
        "largest": int(sizes.max()) if len(pairs) else 0,
        "songs": int(sizes[sizes > 1].sum()),
        "contradicting": int(different.sum()),
        "disjoint": int((different & ~shared).sum()),
        "examples": examples.head(EXAMPLES).to_dict("records"),
        "detector": _detector(segment_seconds=segment_seconds, sample_rate=sample_rate),
    }


def _detector(*, segment_seconds: float, sample_rate: int) -> dict:
    samples = round(segment_seconds * sample_rate)
    codes = fingerprints.frame_count(samples, sample_rate=sample_rate)
    return {
        "segment_seconds": segment_seconds,
        "codes": codes,
        "hop_seconds": fingerprints.hop_seconds(sample_rate),
        "least_overlap_seconds": fingerprints.LEAST_SECONDS,
        "least_similarity": 1 - fingerprints.MOST_DIFFERENT,
    }


def duplicate_table(duplicates: dict, *, name: str = "tab-duplicates") -> str:
    """Some duplicates as a MyST table, paths escaped.

    Parameters
    ----------
    duplicates : dict
        ``audit.json["duplicates"]``.
    name : str
        Label of the table.

    Returns
    -------
    str
        "" where there are none.
    """
    if not duplicates["examples"]:
        return ""
    rows = [["Song", "The same music in", "Kind", "Genres", "Shift (s)", "Equal bits"]]
    for pair in duplicates["examples"]:
        genres = "different" if pair["contradicting"] else "the same"
        paths = [escape(short_path(pair[name])) for name in ("path_1", "path_2")]
        rows.append([*paths, pair["kind"], genres,
                     number(pair["shift_seconds"]), number(pair["similarity"], 3)])  # fmt: skip
    shown, pairs = len(duplicates["examples"]), duplicates["exact"] + duplicates["near"]
    which = "all pairs" if shown == pairs else f"{shown} of {pairs} pairs"
    caption = f"Duplicates, {which}, those whose genres differ first."
    return myst_table(caption, rows, name=name, left=4)


def read_planted() -> dict | None:
    """What the detector finds of duplicates that were planted, as ``make bench`` measured it.

    Returns
    -------
    dict or None
        See `mgrlib.bench.duplicates`; None where the file is not kept.
    """
    file = ROOT / "book" / "results" / "duplicates.json"
    return read_json(file) if file.exists() else None


def planted_table(measured: dict | None, *, name: str = "tab-planted-duplicates") -> str:
    """How many planted duplicates are found, by kind and length of segment: a MyST table.

    Parameters
    ----------
    measured : dict or None
        As `read_planted` gives it; of None the table is "".
    name : str
        Label of the table.
    """
    if measured is None:
        return ""
    lengths = measured["segments"]
    rows = [["Planted", *(f"{seconds} s" for seconds in lengths)]]
    for kind in next(iter(lengths.values()))["kinds"]:
        found = [scores["kinds"][kind]["found"] for scores in lengths.values()]
        rows.append([kind, *map(str, found)])
    for word, which in (("*named in all*", "pairs"), ("*of them planted*", "right")):
        rows.append([word, *(str(scores[which]) for scores in lengths.values())])
    caption = (
        f"Duplicates found, of {measured['planted']} planted of each kind among "
        f"{measured['songs']} different synthetic songs, by the length of the segment."
    )
    return myst_table(caption, rows, name=name)
