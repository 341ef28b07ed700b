"""Rules of the verdict on what only ``check`` looks at: all songs decoded, and no study made.

As `rules_labels`. Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Iterator

from .findings import Finding, count, listed, part, percent

FAULTS = {
    "unreadable": "Nothing can be decoded",
    "damaged": "There are broken places",
    "truncated": "The end is missing",
    "longer": "There is more than the header says",
}
"""What decoding a song to its end may find, as the beginning of a sentence."""


def stopped(audit: dict) -> Iterator[Finding]:
    """Whether a study with these settings can't be made."""
    if reason := part(audit, "stops"):
        yield Finding(False, "a study stops", f"A study of it stops: {reason}.")


def archives(audit: dict) -> Iterator[Finding]:
    """Whether the archives that a data set came in are those that were published."""
    for same in (False, True):
        names = [
            row["name"] for row in part(audit, "deep", "archives") or () if row["equal"] is same
        ]
        if names:
            state = "has its" if same else "does not have its"
            yield Finding(same, "archives", f"{listed(names)} {state} published checksum.")


def decoded(audit: dict) -> Iterator[Finding]:
    """Songs that are broken beyond the segment that a study reads."""
    if not (songs := part(audit, "deep", "songs")):
        return
    found = {name: part(audit, "deep", name) or () for name in FAULTS}
    for name, words in FAULTS.items():
        if rows := found[name]:
            share = f"{count(len(rows), 'song')} of {songs:,} ({percent(len(rows) / songs)})"
            text = f"{words} in {share} decoded as a whole: {listed([r['path'] for r in rows])}."
            yield Finding(False, f"{name} songs", text)
    if not any(found.values()):
        yield Finding(True, "whole songs", f"All {count(songs, 'song')} decode to their end.")
