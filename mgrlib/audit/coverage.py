"""How much of a data set the paper's genres cover, where its labels are mapped to them.

A subgenre is mapped where the taxonomy gives it a genre; an assignment is a pair of song and
subgenre. Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping

import pandas as pd

from ..catalog import genre_labels, subgenre_columns
from ..prose import escape
from ..taxonomies import count_coverage

SOURCES_SHOWN = 6
UNMAPPED_SHOWN = 10


def coverage_audit(songs: pd.DataFrame, taxonomy: Mapping[str, tuple[str, ...]]) -> dict:
    """Content of ``audit["coverage"]``.

    Parameters
    ----------
    songs : DataFrame
        Columns as in `mgrlib.catalog.Library`.
    taxonomy : mapping of str to tuple of str
        The genres of each subgenre, () where it has no counterpart.

    Returns
    -------
    dict
        ``songs``, ``subgenres`` and ``assignments``, each ``{"all", "mapped"}``, where a song is
        mapped that has a genre; ``genres``: by genre its ``songs`` and its ``subgenres`` with
        theirs; ``unmapped``: subgenres without a genre and their songs. Largest first.
    """
    names = songs[subgenre_columns(songs)].melt(ignore_index=False)["value"]
    # A song counts once in a subgenre that it has twice.
    pairs = names[names != ""].reset_index().drop_duplicates()
    counts = pairs["value"].value_counts().to_dict()
    labels = genre_labels(songs, dict(taxonomy))
    found = count_coverage(taxonomy, counts)
    by_genre = labels.sum().sort_values(ascending=False, kind="stable")
    return {
        "songs": {"all": len(songs), "mapped": int(labels.any(axis=1).sum())},
        "subgenres": found["subgenres"],
        "assignments": found["assignments"],
        "genres": {
            genre: {"songs": int(size), "subgenres": found["sources"][genre]}
            for genre, size in by_genre.items()
            if size
        },
        "unmapped": found["unmapped"],
    }


def coverage_words(coverage: Mapping | None) -> str:
    """`coverage_audit` as Markdown: two sentences and the largest names without a counterpart.

    Parameters
    ----------
    coverage : mapping or None
        ``audit["coverage"]``; None where the labels were not mapped, which gives no words.
    """
    if not coverage:
        return ""
    subgenres, unmapped = coverage["subgenres"], coverage["unmapped"]
    words = (
        f"Of the data set's {subgenres['all']} labels, {subgenres['mapped']} have a counterpart "
        f"among the paper's genres; they are {_share(coverage['assignments'])} of its pairs of "
        f"song and label, and {_share(coverage['songs'])} of its songs get at least one genre."
    )
    if not unmapped:
        return words
    shown = [f"{escape(name)} ({songs:,})" for name, songs in unmapped.items()][:UNMAPPED_SHOWN]
    others = len(unmapped) - len(shown)
    more = f" and {others} more" if others else ""
    return f"{words} Without a counterpart: {', '.join(shown)}{more}."


def coverage_table(coverage: Mapping, *, name: str = "tab-coverage") -> str:
    """The songs of each genre and the labels that they come from, as a MyST table.

    Parameters
    ----------
    coverage : mapping
        ``audit["coverage"]``.
    name : str
        Label of the table.
    """
    lines = [
        ":::{table} The paper's genres in this data set, and the labels that they come from.",
        f":name: {name}",
        "",
        "| Genre | Songs | From |",
        "|:--|--:|:--|",
    ]
    for genre, found in coverage["genres"].items():
        sources = [f"{escape(label)} {songs:,}" for label, songs in found["subgenres"].items()]
        others = len(sources) - SOURCES_SHOWN
        more = f", {others} more" if others > 0 else ""
        from_words = ", ".join(sources[:SOURCES_SHOWN]) + more
        lines.append(f"| {escape(genre)} | {found['songs']:,} | {from_words} |")
    return "\n".join([*lines, ":::"])


def _share(counts: Mapping[str, int]) -> str:
    """``{"all", "mapped"}`` in words.

    >>> _share({"all": 200, "mapped": 50})
    '25.0 % (50 of 200)'
    """
    percent = 100 * counts["mapped"] / counts["all"] if counts["all"] else 0.0
    return f"{percent:.1f} % ({counts['mapped']:,} of {counts['all']:,})"
