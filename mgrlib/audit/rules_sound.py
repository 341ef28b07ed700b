"""Rules of the verdict on what was heard: duplicates, damage, and what gives a genre away.

As `rules_labels`. Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Iterator

from .findings import Finding, count, cut, listed, part, percent

LARGEST_ASSOCIATION = 0.5
"""A large effect by the convention of Cohen (1988)."""
LARGEST_DAMAGED = 0.01
"""Share of songs that are truncated, clipped, silent for the most part, or transcoded."""


def duplicates(audit: dict) -> Iterator[Finding]:
    """Recordings that the data set has twice."""
    return iter(())


def confounded(audit: dict) -> Iterator[Finding]:
    """Genres that a property of their files gives away."""
    return iter(())


def damage(audit: dict) -> Iterator[Finding]:
    """Songs that do not sound as they should."""
    return iter(())
