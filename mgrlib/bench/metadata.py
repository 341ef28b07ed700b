"""How long the audit of a large library's tables takes, and how much memory: ``bench.json``.

The library is made up: its artists have a few albums each and a style of their own.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ..catalog import SONG_COLUMNS, SUBGENRE_COLUMNS, TAXONOMY_COLUMNS
from ..files import write_json
from ..paper import GENRES
from ..resources import peak_bytes
from ..settings import make_settings
from .timing import row

SONGS = 100_000
SECONDS_LIMIT = 10.0
MEMORY_LIMIT = 10**9
"""Bytes."""

ROUNDS = 3
SUBGENRES_A_GENRE = 4

PANDAS = """
import sys, pandas
songs = pandas.read_csv(sys.argv[1] + "/songs.csv", dtype=str, keep_default_na=False)
taxonomy = pandas.read_csv(sys.argv[1] + "/taxonomy.csv", dtype=str, keep_default_na=False)
pairs = songs.melt("path", ["subgenre_1", "subgenre_2", "subgenre_3"], value_name="subgenre")
genres = pairs.merge(taxonomy, on="subgenre").melt("path", ["genre_1", "genre_2"])
genres = genres[genres["value"] != ""].drop_duplicates(["path", "value"])
print(genres.groupby("value").size(), songs["artist"].nunique(), songs["album"].nunique())
"""
"""What a user would write to count the songs of every genre."""


def bench_metadata(*, songs: int = SONGS) -> Iterator[dict]:
    """Seconds and memory of the command, each against its limit, then against pandas alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_library(folder, songs=songs)
        runs = [measure_check(folder) for _ in range(ROUNDS)]
        counting = [_seconds([sys.executable, "-c", PANDAS, name])[0] for _ in range(ROUNDS)]
    seconds, memory = (float(np.median(values)) for values in zip(*runs, strict=True))
    yield from metadata_rows(seconds, memory, float(np.median(counting)), songs=songs)


def metadata_rows(seconds: float, memory: float, counting: float, *, songs: int) -> Iterable[dict]:
    """Rows from the measured values: the command's s and bytes, the s of pandas."""
    name = f"check --metadata-only, {songs:,} songs"
    yield row(name, (seconds, SECONDS_LIMIT), baseline_name="limit", unit="s", goal=1)
    yield row(f"{name}, memory", (memory, MEMORY_LIMIT), baseline_name="limit", unit="bytes",
              goal=1)  # fmt: skip
    yield row(f"{name}, beside counting alone", (seconds, counting),
              baseline_name="pandas, songs of each genre", unit="s", goal=None)  # fmt: skip


def measure_check(folder: Path) -> tuple[float, float]:
    """Seconds of the command ``check --metadata-only`` from its start, and its most bytes."""
    with tempfile.TemporaryDirectory() as out:
        code = f"from mgrlib.bench.metadata import check_here; check_here({str(folder)!r}, {out!r})"
        seconds, text = _seconds([sys.executable, "-c", code])
    return seconds, float(text.split()[-1])


def check_here(folder: str, out: str) -> None:
    """Do in this process what the command does; print at the end how much memory that took."""
    from ..check import as_text, check_corpus

    check = check_corpus(make_settings(corpus=folder), metadata_only=True)
    print(as_text(check))
    write_json(Path(out, "audit.json"), check.audit)
    print(peak_bytes())


def _seconds(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, **threads})  # fmt: skip
    return time.perf_counter() - started, done.stdout


def write_library(folder: Path, *, songs: int, seed: int = 0) -> None:
    """Write ``songs.csv`` and ``taxonomy.csv`` of a library without any audio."""
    rng = np.random.default_rng(seed)
    subgenres = [f"{genre} {number}" for genre in GENRES for number in range(SUBGENRES_A_GENRE)]
    second = rng.permutation([*GENRES] * SUBGENRES_A_GENRE)
    pairs = [(name, name.rsplit(" ", 1)[0], other if rng.random() < 0.2 else "")
             for name, other in zip(subgenres, second, strict=True)]  # fmt: skip
    _write(folder / "taxonomy.csv", TAXONOMY_COLUMNS, pairs)
    _write(folder / "songs.csv", [*SONG_COLUMNS, *SUBGENRE_COLUMNS],
           _songs(rng, subgenres, songs=songs))  # fmt: skip


def _songs(rng: np.random.Generator, subgenres: list[str], *, songs: int) -> Iterator[list[str]]:
    """Rows of ``songs.csv``: a few genres have most of the artists, as in the paper."""
    share = 1 / np.arange(1, len(subgenres) + 1)
    number = artist = 0
    while number < songs:
        artist += 1
        style = rng.choice(subgenres, size=4, replace=False, p=share / share.sum())
        for album in range(rng.integers(1, 6)):
            year = str(rng.integers(1950, 2025))
            for track in range(min(int(rng.integers(4, 16)), songs - number)):
                number += 1
                names = [f"Artist {artist}", f"Album {artist}.{album}"]
                path = "/".join([*names, f"{track:02d} Song {number}.mp3"])
                labels = rng.permutation(style)[: rng.integers(1, 4)]
                cells = [path, f"Song {number}", *names, year, *labels]
                yield cells + [""] * (len(SONG_COLUMNS) + len(SUBGENRE_COLUMNS) - len(cells))


def _write(file: Path, columns: list[str], rows: Iterable) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
