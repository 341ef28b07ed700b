"""The tables of the audit's page on labels: MyST text, every name escaped.

Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..paper import SONGS, TABLE_1
from ..prose import escape, fixed
from .findings import count
from .imbalance import imbalance

UNKNOWN = "–"
MOST_PAIRS = 12
MEASURES = {
    "cardinality": ("cardinality", "genres of a song, on average"),
    "density": ("density", "that number as a share of all genres"),
    "distinct_label_sets": ("distinct label sets", "different combinations of genres"),
    "mean_ir": ("MeanIR", "how many times larger than a genre the largest is, on average"),
    "cvir": ("CVIR", "how much genres differ in that: 0 where they are equally large"),
    "scumble": ("SCUMBLE", "how unequal in size the genres are that meet in one song, 0 to 1"),
}
"""The measures of a multi-label data set: their names, and what they say."""


def myst_table(caption: str, rows: Sequence[Sequence[str]], *, name: str, left: int = 1) -> str:
    """A numbered table of MyST text.

    Parameters
    ----------
    caption : str
    rows : sequence of sequence of str
        The head, then the rows; what comes from data is escaped already.
    name : str
        Label, begins with ``tab-``.
    left : int
        So many columns are set flush left, numbers in the others flush right.
    """
    head, *body = rows
    rule = [":--"] * left + ["--:"] * (len(head) - left)
    lines = [f"| {' | '.join(row)} |" for row in (head, rule, *body)]
    return "\n".join([f":::{{table}} {caption}", f":name: {name}", "", *lines, ":::"])


def number(value: float | None, digits: int = 2) -> str:
    """A number with so many decimals, an integer without, a dash for what is not known.

    >>> number(3), number(-0.5), number(None)
    ('3', '−0.50', '–')
    """
    if value is None:
        return UNKNOWN
    return fixed(value, 0 if isinstance(value, int) else digits)


def short_path(path: str, most: int = 40) -> str:
    """A path without its first folders where it is long; the whole stands in the run's files.

    >>> short_path("a/b.wav"), short_path("folder/of/an/artist/song.wav", most=20)
    ('a/b.wav', '…/an/artist/song.wav')
    """
    tails = [path, *(f"…/{path.split('/', cut)[-1]}" for cut in range(1, path.count("/") + 1))]
    return next((tail for tail in tails if len(tail) <= most), tails[-1])


def table_1(counts: Mapping[str, int], *, songs: int) -> str:
    """Table 1, songs by genre, this run's beside the paper's.

    Parameters
    ----------
    counts : mapping of str to int
        Songs by genre in this run.
    songs : int
        Songs in all; a song counts in each of its genres.
    """
    rows = [["Genre", "Here", "Share (%)", "Paper", "Share (%)"]]
    for genre in dict.fromkeys([*TABLE_1, *counts]):
        here = _count_and_share(counts.get(genre), songs)
        rows.append([escape(genre), *here, *_count_and_share(TABLE_1.get(genre), SONGS)])
    rows.append(["*songs*", str(songs), "", str(SONGS), ""])
    both = (sum(counts.values()) / songs if songs else None, sum(TABLE_1.values()) / SONGS)
    rows.append(["*genres a song*", number(both[0]), "", number(both[1]), ""])
    caption = "Songs by genre, here and in the paper, and their share of all songs."
    return myst_table(caption, rows, name="tab-paper-01")


def _count_and_share(count: int | None, songs: int) -> list[str]:
    return [UNKNOWN] * 2 if count is None else [str(count), f"{100 * count / songs:.1f}"]


def paper_labels() -> dict:
    """What the paper's Table 1 tells of its labels: cardinality, density, IRLbl and its kin."""
    cardinality = sum(TABLE_1.values()) / SONGS
    density = cardinality / len(TABLE_1)
    return {"cardinality": cardinality, "density": density, **imbalance(TABLE_1)}


def label_words(labels: Mapping) -> str:
    """Songs, artists, albums, labels and their sets, in two sentences.

    Parameters
    ----------
    labels : mapping
        As `label_statistics` gives it.
    """
    by = f" by {count(labels['artists'], 'artist')}" if labels["artists"] else ""
    on = f" on {count(labels['albums'], 'album')}" if labels["albums"] else ""
    alone = f", {labels['single_sets']} of them of one song alone" if labels["single_sets"] else ""
    without = labels["unlabeled"]
    none = f"; {count(without, 'song has', 'songs have')} no genre" if without else ""
    return (
        f"{count(labels['songs'], 'song')}{by}{on} carry {count(labels['assignments'], 'label')} "
        f"of {count(labels['genres'], 'genre')}{none}. There are "
        f"{count(labels['distinct_label_sets'], 'set')} of genres{alone}."
    )


def flow_words(labels: Mapping) -> str:
    """How much of the co-occurrence of genres the taxonomy makes by itself.

    Parameters
    ----------
    labels : mapping
        As `label_statistics` gives it.
    """
    several = sum(songs for size, songs in labels["sizes"].items() if int(size) > 1)
    used = f"{count(labels['subgenres'], 'subgenre has', 'subgenres have')} songs."
    if not several:
        return f"{used} No song has two genres."
    return (
        f"{used} Of {count(several, 'song')} with two genres or more, {labels['built_in']} "
        "would have them by one subgenre alone."
    )


def measures_table(labels: Mapping) -> str:
    """Six measures of the labels, this run's beside those that the paper's table implies.

    Parameters
    ----------
    labels : mapping
        As `label_statistics` gives it.
    """
    theirs = paper_labels()
    rows = [["Measure", "What it says", "Here", "Paper"]]
    rows += [
        [*words, number(labels[name], 3), number(theirs.get(name), 3)]
        for name, words in MEASURES.items()
    ]
    caption = "The labels in six numbers. The paper's follow from its Table 1; a dash is unknown."
    return myst_table(caption, rows, name="tab-labels", left=2)


def pairs_table(labels: Mapping) -> str:
    """The pairs of genres that most songs have.

    ``by chance`` is the number of songs expected if the two genres had nothing to do with
    each other: the product of their sizes over all songs.

    Parameters
    ----------
    labels : mapping
        As `label_statistics` gives it.
    """
    counts, songs = labels["counts"], labels["songs"]
    pairs = sorted(
        ((both, genre, other) for genre, others in labels["co_occurrence"].items()
         for other, both in others.items()),
        key=lambda pair: -pair[0],
    )[:MOST_PAIRS]  # fmt: skip
    rows = [["Genres", "Songs with both", "Share of the smaller (%)", "By chance", "Ratio"]]
    for both, genre, other in pairs:
        share = 100 * both / min(counts[genre], counts[other])
        chance = counts[genre] * counts[other] / songs
        rows.append([f"{escape(genre)}, {escape(other)}", str(both), f"{share:.0f}",
                     f"{chance:.1f}", f"{both / chance:.1f}"])  # fmt: skip
    caption = "The pairs of genres that most songs have, and how many would by chance alone."
    nothing = ["*no song has two genres*", *[UNKNOWN] * 4]  # a page refers to the table in any case
    return myst_table(caption, rows if pairs else [*rows, nothing], name="tab-pairs")


def label_sets_table(labels: Mapping) -> str:
    """The most frequent sets of genres.

    Parameters
    ----------
    labels : mapping
        As `label_statistics` gives it.
    """
    rows = [["Exactly these genres", "Songs", "Share (%)"]]
    for entry in labels["label_sets"]:
        names = ", ".join(map(escape, entry["genres"])) or "*none*"
        rows.append([names, *_count_and_share(entry["songs"], labels["songs"])])
    return myst_table("The most frequent sets of genres.", rows, name="tab-label-sets")


def verdict_words(verdict: Mapping) -> str:
    """The verdict as two lists under a sentence.

    Parameters
    ----------
    verdict : mapping
        ``summary``, ``worry`` and ``fine``, as `mgrlib.audit.verdict` gives them.
    """
    parts = [escape(verdict["summary"])]
    for name, title in (("worry", "What should worry a reader"), ("fine", "What is fine")):
        if sentences := verdict[name]:
            parts.append("\n".join([f"**{title}**", "", *(f"- {escape(s)}" for s in sentences)]))
    return "\n\n".join(parts)


def about_words(about: Any) -> str:
    """Name, licences and citation of a public data set; empty for other songs.

    Parameters
    ----------
    about : mgrlib.corpora.Declaration or None
    """
    if about is None:
        return ""
    return (
        f"The data set is {escape(about.name)} {{cite}}`{about.citation}`; "
        f"license of its metadata: {escape(about.metadata_licence)}; of its audio: "
        f"{escape(about.audio_licence)}."
    )
