"""How many planted duplicates are found and how many others are named, and how fast.

The songs are synthetic, of all genres and of few artists, so some are as alike as songs get
that are different. Nothing is chosen by these numbers: the thresholds of
`mgrlib.fingerprints` come from how alike different songs are by chance.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from ..audio import read_segment
from ..audio.measures import digest_of
from ..corpora.synthetic import plan_songs, play_song
from ..files import ROOT, write_json
from ..fingerprints import compare, find_duplicates, fingerprint, hop_seconds
from ..runs import provenance
from .planted import RATE, VARIANTS, Variant, planted_file
from .timing import row

# No docstring: the page of the library would show where this machine keeps it.
RESULT = ROOT / "book" / "results" / "duplicates.json"

SONGS = 240
PLANTED = 24
SONG_SECONDS = 42.0
SEGMENTS = (4.0, 6.0, 10.0, 30.0)
"""s that are heard: of the profiles smoke and quick, of something between, and of paper."""

SAMPLE_RATE = 22_050
SEED = 11
DIFFERENT_PAIRS = 200
DIGITS = 4
"""Of a similarity."""

MANY = 100_000
SECONDS_LIMIT = 60.0
MEMORY_LIMIT = 3 * 10**9
LEAST_FOUND = 0.95


@dataclass(frozen=True)
class Heard:
    """What is kept of a file: the digest of its longest segment, and codes by length in s."""

    digest: str
    codes: dict[float, np.ndarray]


def bench_duplicates(*, result: Path | None = None) -> Iterator[dict]:
    """Recall by kind and precision for each length of segment, then many songs.

    Parameters
    ----------
    result : Path, optional
        File to write for the book.
    """
    chosen = list(range(0, SONGS, SONGS // PLANTED))
    with tempfile.TemporaryDirectory() as name:
        songs, planted = plant(synthetic_song, range(SONGS), chosen=chosen, folder=Path(name))
        found = {f"{seconds:g}": score(songs, planted, chosen=chosen, seconds=seconds)
                 for seconds in SEGMENTS}  # fmt: skip
        for seconds, scores in found.items():
            yield from found_rows(scores, seconds=seconds)
        base = Path(name) / "codes.npy"
        np.save(base, np.stack([song.codes[max(SEGMENTS)] for song in songs]))
        speed = measure_many(base, songs=MANY)
    yield from many_rows(speed)
    if result:
        about = {"songs": SONGS, "planted": PLANTED, "segments": found, "many": speed}
        write_json(result, provenance() | about)
        print(f"written: {result}", flush=True)


def synthetic_song(index: int) -> np.ndarray:
    """A song of the synthetic corpus, stereo, at `RATE`."""
    plan = plan_songs(songs=SONGS, seed=SEED)
    samples = play_song(plan.iloc[index], seconds=SONG_SECONDS, seed=SEED, index=index)
    samples = soxr.resample(samples, SAMPLE_RATE, RATE)
    return np.stack([samples, np.float32(0.8) * samples], axis=1)


def plant(
    song: Callable[[int], np.ndarray],
    indices: Iterable[int],
    *,
    chosen: Sequence[int],
    folder: Path,
) -> tuple[list[Heard], dict[str, list[Heard]]]:
    """Hear all songs, and every variant of those that are chosen.

    Parameters
    ----------
    song : callable
        Song of an index, float32, shape=(n, 2), at `planted.RATE`.
    indices : iterable of int
        Songs, each unlike all others.
    chosen : sequence of int
        Those of which variants are made.
    folder : Path
        Where files may be written.
    """
    songs, planted, last = [], {name: [] for name in VARIANTS}, None
    for index in indices:
        samples = song(index)
        songs.append(_hear(samples, Variant(), folder=folder, before=samples))
        if index in chosen:
            for name, variant in VARIANTS.items():
                before = samples if last is None else last
                planted[name].append(_hear(samples, variant, folder=folder, before=before))
        last = samples
    return songs, planted


def _hear(samples: np.ndarray, variant: Variant, *, folder: Path, before: np.ndarray) -> Heard:
    path = folder / f"song{variant.extension}"
    path.write_bytes(planted_file(samples, variant, before=before))
    segment = read_segment(path, segment_seconds=max(SEGMENTS), sample_rate=SAMPLE_RATE)
    codes = {}
    for seconds in SEGMENTS:
        length = round(seconds * SAMPLE_RATE)
        start = (len(segment.samples) - length) // 2
        part = segment.samples[start : start + length]
        codes[seconds] = fingerprint(part, sample_rate=SAMPLE_RATE)
    return Heard(digest_of(segment.native), codes)


def score(
    songs: list[Heard], planted: dict[str, list[Heard]], *, chosen: Sequence[int], seconds: float
) -> dict:
    """What is found among all songs and the variants of one kind, for each kind.

    Returns
    -------
    dict
        ``pairs`` that were named, ``right`` ones of them; ``kinds``: for each one `planted`
        pairs, `found` ones, and the `similarity` of all, at the shift that is known; and
        ``different``: similarities of pairs of other songs at the shift of greatest likeness.
    """
    kinds, named, right = {}, 0, 0
    for name, variants in planted.items():
        heard = [*songs, *variants]
        codes = np.stack([one.codes[seconds] for one in heard])
        pairs = find_duplicates(codes, [one.digest for one in heard], sample_rate=SAMPLE_RATE)
        mates = dict(zip(range(len(songs), len(heard)), chosen, strict=True))
        is_right = pairs["second"].map(mates) == pairs["first"]
        if VARIANTS[name].exact:
            is_right &= pairs["kind"] == "exact"
        named, right = named + len(pairs), right + int(is_right.sum())
        kinds[name] = {
            "planted": len(variants),
            "found": int(is_right.sum()),
            "similarity": _known(codes, mates, VARIANTS[name]).round(DIGITS).tolist(),
        }
    codes = np.stack([song.codes[seconds] for song in songs])
    different = _different(codes).round(DIGITS).tolist()
    return {"pairs": named, "right": right, "kinds": kinds, "different": different}


def _known(codes: np.ndarray, mates: dict[int, int], variant: Variant) -> np.ndarray:
    """Similarity of each variant to its song where they are known to lie over each other."""
    trimmed = variant.trim_end_seconds - variant.trim_start_seconds
    shift = (variant.shift_seconds + trimmed / 2) / hop_seconds(SAMPLE_RATE)
    second, first = (np.array(ends) for ends in (list(mates), list(mates.values())))
    shares = [compare(codes, first, second, np.full(len(first), round(shift) + near))[0]
              for near in (-1, 0, 1)]  # fmt: skip
    return 1 - np.min(shares, axis=0)


def _different(codes: np.ndarray) -> np.ndarray:
    """Similarity of pairs of different songs, each at the best shift that could be told."""
    rng = np.random.default_rng(SEED)
    first, second = np.array([rng.choice(len(codes), 2, replace=False)
                              for _ in range(DIFFERENT_PAIRS)]).T  # fmt: skip
    most = codes.shape[1] * 3 // 4
    shares = [compare(codes, first, second, np.full(len(first), shift))[0]
              for shift in range(-most, most + 1)]  # fmt: skip
    return 1 - np.min(shares, axis=0)


def measure_many(base: Path, *, songs: int) -> dict:
    """Seconds of a core and most bytes for so many fingerprints, in a process of its own."""
    command = [sys.executable, "-m", "mgrlib.bench.many", str(base), str(songs)]
    seconds, memory, planted, found, others = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout.split()
    return {"songs": songs, "seconds": float(seconds), "bytes": int(memory),
            "planted": int(planted), "found": int(found), "others": int(others)}  # fmt: skip


def found_rows(scores: dict, *, seconds: str) -> Iterator[dict]:
    """How many planted pairs were found, and how many of those named were planted."""
    kinds = scores["kinds"].values()
    planted, found = (sum(kind[name] for kind in kinds) for name in ("planted", "found"))
    goal = LEAST_FOUND if float(seconds) == max(SEGMENTS) else None
    yield row(f"duplicates planted, segments of {seconds} s", (planted, found),
              baseline_name="found", unit="pairs", goal=goal)  # fmt: skip
    yield row(f"duplicates named, segments of {seconds} s", (scores["pairs"], scores["right"]),
              baseline_name="planted", unit="pairs", goal=1)  # fmt: skip


def many_rows(speed: dict) -> Iterator[dict]:
    """Time and memory for many fingerprints, each against its limit."""
    name = f"duplicates among {speed['songs']:,} fingerprints of {max(SEGMENTS):g} s"
    yield row(name, (speed["seconds"], SECONDS_LIMIT), baseline_name="limit",
              unit="s of a core", goal=1)  # fmt: skip
    yield row(f"{name}, memory", (speed["bytes"], MEMORY_LIMIT), baseline_name="limit",
              unit="bytes", goal=1)  # fmt: skip
    yield row(f"{name}, planted", (speed["planted"], speed["found"]), baseline_name="found",
              unit="pairs", goal=LEAST_FOUND)  # fmt: skip
    yield row(f"{name}, named", (speed["found"] + speed["others"], speed["found"]),
              baseline_name="planted", unit="pairs", goal=1)  # fmt: skip
