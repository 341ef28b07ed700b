"""What was proposed and what is left to do, in words for the console."""

import os
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..catalog import SUBGENRE_COLUMNS
from ..paper import GENRES
from ..tables import printable
from .proposal import WITHOUT_GENRE, Proposal

EXAMPLES = 3
NAMES_SHOWN = 40


def describe(proposal: Proposal, written: Sequence[Path]) -> str:
    """What `mgrlib.tags.write_tables` wrote, what could not be mapped, and the next command."""
    folder = proposal.folder
    parts = [
        f"{len(proposal.songs):,} songs with a genre in {len(proposal.taxonomy)} subgenres.",
        *_genre_lines(proposal),
        *_open_lines(proposal),
        *_file_lines(proposal),
        f"Written: {', '.join(_place(path) for path in written)}",
        f"Next: python -m mgrlib check {shlex.quote(_place(folder))}",
    ]
    return "\n".join(parts)


def genre_counts(proposal: Proposal) -> dict[str, int]:
    """Songs by genre, largest first; a song counts once in each of its genres."""
    found = (
        {genre for column in SUBGENRE_COLUMNS if song[column]
         for genre in proposal.taxonomy[song[column]]}
        for song in proposal.songs
    )  # fmt: skip
    counts = Counter(genre for genres in found for genre in sorted(genres))
    return dict(counts.most_common())


def _genre_lines(proposal: Proposal) -> list[str]:
    counts = genre_counts(proposal)
    paper = [f"{genre} {songs:,}" for genre, songs in counts.items() if genre in GENRES]
    lines = [f"Songs by genre of the paper: {', '.join(paper) or 'none'}"]
    outside = _with_songs(proposal.outside, proposal)
    if outside:
        lines.append(f"Without a counterpart there, each a genre of its own: {outside}")
    return lines


def _open_lines(proposal: Proposal) -> list[str]:
    lines = []
    if proposal.unknown:
        lines.append(
            "Not in the list of common names, each a genre of its own (edit these rows of "
            f"taxonomy.csv): {_with_songs(proposal.unknown, proposal)}"
        )
    if proposal.shortened:
        lines.append(f"{_songs(proposal.shortened)} more than three genres: the first three count.")
    if proposal.without_genre:
        examples = _examples(row["path"] for row in proposal.without_genre)
        lines.append(
            f"{_songs(len(proposal.without_genre))} no genre, as {examples}: fill subgenre_1 in "
            f"{WITHOUT_GENRE} and add the lines to songs.csv."
        )
    return lines


def _songs(number: int) -> str:
    return "1 song names" if number == 1 else f"{number:,} songs name"


def _file_lines(proposal: Proposal) -> list[str]:
    """Files whose tags can't be read, and what was passed over, by reason."""
    lines = []
    if proposal.unreadable:
        path, reason = proposal.unreadable[0]
        lines.append(
            f"{len(proposal.unreadable):,} of them have tags that can't be read, as "
            f"{printable(path)} ({printable(reason)})."
        )
    for reason, times in Counter(reason for _, reason in proposal.skipped).items():
        paths = _examples(path for path, why in proposal.skipped if why == reason)
        lines.append(f"Skipped, {reason}: {times:,} ({paths})")
    return lines


def _with_songs(names: Iterable[str], proposal: Proposal) -> str:
    """Names with their songs, the largest first."""
    wanted = set(names)
    words = [f"{printable(name)} {songs:,}" for name, songs in proposal.songs_of.items()
             if name in wanted]  # fmt: skip
    more = len(words) - NAMES_SHOWN
    return ", ".join(words[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _examples(paths: Iterable[str]) -> str:
    shown = [printable(path) for path in paths]
    return ", ".join(shown[:EXAMPLES]) + (", …" if len(shown) > EXAMPLES else "")


def _place(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
