"""What the measured seconds a song mean for the paper's 18,019 songs."""

import statistics
from collections.abc import Iterable, Mapping

from ..resources import duration
from .reading import Reading

SONGS = 18_019
"""Of the paper (section 3.1)."""

WAYS = {
    "paper": "the paper's way",
    "pil": "librosa and PIL",
    "ours": "ours",
    "floor": "the floor",
}


def project(seconds: float, *, cores: int, songs: int = SONGS) -> float:
    """Seconds for all songs, if every core works as fast as one alone."""
    return songs * seconds / cores


def projections(readings: Iterable[Reading], *, cores: int) -> list[dict]:
    """Seconds for `SONGS` songs by each way: of each format, and of all formats in equal parts.

    Returns
    -------
    list of dict
        ``format, length, paper, pil, ours, floor``; the format of a mix is ``"equal parts"``.
    """
    readings = list(readings)
    rows = [_row(found.format, found.length, vars(found), cores) for found in readings]
    for length in dict.fromkeys(found.length for found in readings):
        group = [vars(found) for found in readings if found.length == length]
        means = {way: statistics.fmean(found[way] for found in group) for way in WAYS}
        rows.append(_row("equal parts", length, means, cores))
    return rows


def _row(format: str, length: str, seconds: Mapping[str, float], cores: int) -> dict:
    return {"format": format, "length": length,
            **{way: project(seconds[way], cores=cores) for way in WAYS}}  # fmt: skip


def projection_lines(readings: Iterable[Reading], *, cores: int) -> list[str]:
    """The projection as lines of text."""
    lines = [f"{SONGS:,} songs on {cores} cores, were each as fast as one core alone:"]
    for row in projections(readings, cores=cores):
        words = ", ".join(f"{said} {duration(row[way])}" for way, said in WAYS.items())
        lines.append(f"  {row['format']}, {row['length']}s: {words}")
    return lines
