"""What a mapping keeps, counted by names alone."""

from collections.abc import Mapping


def count_coverage(taxonomy: Mapping[str, tuple[str, ...]], counts: Mapping[str, int]) -> dict:
    """How much of the labels a mapping keeps.

    Parameters
    ----------
    taxonomy : mapping of str to tuple of str
        The genres of each name, () where it has none.
    counts : mapping of str to int
        Songs by name; a name without songs may be absent.

    Returns
    -------
    dict
        ``subgenres`` and ``assignments``, each ``{"all", "mapped"}``: of the names that have
        songs, and of the pairs of song and name; ``sources``: by genre the names that it comes
        from with their songs; ``unmapped``: the other names with their songs. Largest first.
    """
    present = {name: songs for name, songs in counts.items() if songs}
    ordered = dict(sorted(present.items(), key=lambda item: -item[1]))
    mapped = {name: songs for name, songs in ordered.items() if taxonomy[name]}
    genres = dict.fromkeys(genre for name in mapped for genre in taxonomy[name])
    return {
        "subgenres": {"all": len(ordered), "mapped": len(mapped)},
        "assignments": {"all": sum(ordered.values()), "mapped": sum(mapped.values())},
        "sources": {
            genre: {name: songs for name, songs in mapped.items() if genre in taxonomy[name]}
            for genre in genres
        },
        "unmapped": {name: songs for name, songs in ordered.items() if name not in mapped},
    }
