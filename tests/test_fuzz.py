"""Damaged files of every format end in a segment or in a reason, whatever the damage.

Each round damages a good file by a generator of its own, `damaged(kind, number)`, and reads it
in a process apart, so that a crash or a hang is seen and its round is known. The suite does a
few rounds of each kind; more are done by

    MGRLIB_FUZZ_ROUNDS=1000 pytest tests/test_fuzz.py

and MGRLIB_FUZZ_FIRST=1000 starts at another round. What went wrong is named by kind and round,
and the damaged file is left in the test's temporary folder.
"""

import math
import os
from contextlib import suppress
from functools import cache, partial

import mutagen.ogg
import numpy as np
import pytest
from horrors import FRAGMENTS
from odd_files import (
    RATE,
    checked_again,
    early_moov,
    good,
    id3v2,
    mp3_frames,
    muxed,
    song,
    vbr_mp3,
)
from watched import Reader, linux

ROUNDS = int(os.environ.get("MGRLIB_FUZZ_ROUNDS", "25"))
FIRST = int(os.environ.get("MGRLIB_FUZZ_FIRST", "0"))
SEGMENT_SECONDS = 1.0
SECONDS_A_ROUND = 10
MEGABYTES = 1000
"""FFmpeg takes 760 for a fragmented MP4 that promises millions of samples."""

REASONS = {"empty", "unreadable", "too short", "not finite", "silent"}

KINDS = {
    "wav": partial(good, ".wav"),
    "flac": partial(good, ".flac"),
    "ogg": partial(good, ".ogg"),
    "opus": partial(good, ".opus"),
    "mp3": partial(good, ".mp3"),
    "aiff": partial(good, ".aiff"),
    "m4a": partial(good, ".m4a"),
    "early m4a": early_moov,
    "fragmented mp4": partial(muxed, song(), codec="aac", container="mp4", options=FRAGMENTS),
    "alac": partial(muxed, song(), codec="alac", container="ipod"),
    "adts": partial(muxed, song(), codec="aac", container="adts"),
    "bare mp3": partial(mp3_frames, song()),
    "vbr mp3": vbr_mp3,
    "tagged mp3": lambda: id3v2(b"title" * 50) + good(".mp3"),
    "wma": partial(muxed, song(), codec="wmav2", container="asf"),
    "webm": partial(muxed, song(rate=48_000), codec="libopus", container="webm", rate=48_000),
    "video": partial(muxed, song(), codec="aac", container="mp4", video="mpeg4"),
}
"""Good files."""

EXTREMES = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]

Damage = bytearray


def flip_bits(data: Damage, rng: np.random.Generator) -> Damage:
    """One to eight bits anywhere."""
    for place in rng.integers(len(data), size=rng.integers(1, 9)):
        data[place] ^= 1 << rng.integers(8)
    return data


def change_header(data: Damage, rng: np.random.Generator) -> Damage:
    """A few bytes among the first, where most that is counted stands."""
    for place in rng.integers(min(len(data), 400), size=rng.integers(1, 6)):
        data[place] = rng.integers(256)
    return data


def set_number(data: Damage, rng: np.random.Generator) -> Damage:
    """A number of 1, 2 or 4 bytes, in either order of bytes, gets an extreme value."""
    width = int(rng.choice([1, 2, 4]))
    value = int(rng.choice(EXTREMES)) % 256**width
    near = min(len(data), 1000) if rng.random() < 0.7 else len(data)
    place = int(rng.integers(near))
    data[place : place + width] = value.to_bytes(width, rng.choice(["little", "big"]))
    return data


def _chunk(data: Damage, rng: np.random.Generator) -> slice:
    """A stretch of up to a quarter of the data, mostly a short one."""
    start = int(rng.integers(len(data)))
    return slice(start, start + max(1, int(len(data) / 4 * rng.random() ** 4)))


def zero_run(data: Damage, rng: np.random.Generator) -> Damage:
    """A stretch of zeros, or of ones."""
    where = _chunk(data, rng)
    data[where] = [b"\0", b"\xff"][rng.integers(2)] * len(data[where])
    return data


def random_run(data: Damage, rng: np.random.Generator) -> Damage:
    """A stretch of chance."""
    where = _chunk(data, rng)
    data[where] = rng.bytes(len(data[where]))
    return data


def drop_chunk(data: Damage, rng: np.random.Generator) -> Damage:
    """A stretch is missing."""
    del data[_chunk(data, rng)]
    return data


def repeat_chunk(data: Damage, rng: np.random.Generator) -> Damage:
    """A stretch stands there twice."""
    where = _chunk(data, rng)
    data[where.start : where.start] = data[where]
    return data


def move_chunk(data: Damage, rng: np.random.Generator) -> Damage:
    """A stretch stands elsewhere."""
    where = _chunk(data, rng)
    chunk = data[where]
    del data[where]
    place = int(rng.integers(len(data) + 1))
    data[place:place] = chunk
    return data


def cut_end(data: Damage, rng: np.random.Generator) -> Damage:
    """The file ends anywhere."""
    return data[: int(rng.integers(len(data)))]


def join_other(data: Damage, rng: np.random.Generator) -> Damage:
    """The rest is of another kind."""
    other = whole(list(KINDS)[rng.integers(len(KINDS))])
    return data[: int(rng.integers(len(data)))] + other[int(rng.integers(len(other))) :]


DAMAGES = [flip_bits, change_header, set_number, zero_run, random_run, drop_chunk, repeat_chunk,
           move_chunk, cut_end, join_other]  # fmt: skip


@cache
def whole(kind: str) -> bytes:
    """The good file of a kind."""
    return KINDS[kind]()


def damaged(kind: str, number: int) -> bytes:
    """The file of a round: one to four damages of a good one, always the same."""
    rng = np.random.default_rng([list(KINDS).index(kind), number])
    data = bytearray(whole(kind))
    for index in rng.integers(len(DAMAGES), size=rng.integers(1, 5)):
        data = DAMAGES[index](data, rng) or bytearray(b"x")
    # A decoder looks into damaged pages of Ogg only if their checksums are right.
    with suppress(mutagen.ogg.error, EOFError):
        return checked_again(bytes(data)) if data[:4] == b"OggS" and rng.random() < 0.7 else data
    return bytes(data)


def outcome(path: str) -> dict:
    """``{"is": reason or "a segment"}``, or ``{"wrong": what}``."""
    from pathlib import Path

    from mgrlib.audio import read_segment
    from mgrlib.errors import SongError

    try:
        segment = read_segment(Path(path), segment_seconds=SEGMENT_SECONDS, sample_rate=RATE)
    except SongError as error:
        known = error.reason in REASONS and path not in error.detail
        return {"is": error.reason} if known else {"wrong": str(error)}
    except BaseException as error:  # whatever it is, it is not what was promised
        return {"wrong": repr(error)}
    samples = segment.samples
    right = {
        "shape": samples.shape == (round(SEGMENT_SECONDS * RATE),),
        "type": samples.dtype == np.float32,
        "finite": np.isfinite(samples).all() and math.isfinite(segment.seconds),
        "seconds": segment.seconds >= SEGMENT_SECONDS / 2 - 1e-6,
        "padded": segment.padded == (round(segment.seconds * RATE) < len(samples)),
    }
    wrong = [name for name, holds in right.items() if not holds]
    return {"wrong": f"{wrong} of {segment}"} if wrong else {"is": "a segment"}


@pytest.fixture(scope="module")
def reader():
    with Reader(outcome, seconds=SECONDS_A_ROUND) as reader:
        yield reader


@linux
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_ends_in_a_segment_or_a_reason(tmp_path, reader, kind):
    wrong = {}
    for number in range(FIRST, FIRST + ROUNDS):
        file = tmp_path / f"{kind} {number}.{kind.split()[-1]}"
        file.write_bytes(damaged(kind, number))
        answer = reader(str(file))
        if "is" in answer and answer["peak"] < MEGABYTES:
            file.unlink()
        else:
            wrong[number] = answer
    assert not wrong, f"{len(wrong)} of {ROUNDS} rounds of {kind} ended wrong"


def test_the_damages_are_the_same_every_time():
    assert damaged("wav", 3) == damaged("wav", 3)
    assert damaged("wav", 3) != damaged("wav", 4)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damage_changes_the_file(damage):
    data = bytearray(range(256)) * 40
    assert bytes(damage(bytearray(data), np.random.default_rng(5))) != data
