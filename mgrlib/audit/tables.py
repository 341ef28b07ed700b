"""The tables of the audit's page: MyST text, every name escaped.

Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..paper import SONGS, TABLE_1
from ..prose import escape
from .imbalance import imbalance

UNKNOWN = "–"
MOST_PAIRS = 12
GROUPS = ("artist", "album")
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

    >>> number(3), number(0.5), number(None)
    ('3', '0.50', '–')
    """
    if value is None:
        return UNKNOWN
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


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
    return myst_table(caption, rows, name="tab-pairs") if pairs else "No song has two genres."


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


def recall_table(recall: Mapping) -> str:
    """What the smallest genre's test songs mean for the error of its recall, here and there.

    Parameters
    ----------
    recall : mapping
        As `recall_statistics` gives it.
    """
    levels = list(recall["needed"])
    head = [f"{words} at recall {level}" for words in ("Standard error", "95 % interval ±")
            for level in levels]  # fmt: skip
    rows = [["Smallest genre", "Positive test songs", *head]]
    for place, words in (("smallest", "here"), ("paper", "in the paper")):
        if entry := recall[place]:
            errors = [number(entry[name][level], 3) for name in ("standard_error", "half_width")
                      for level in levels]  # fmt: skip
            label = f"{escape(entry['genre'])}, {words}"
            rows.append([label, str(entry["positives"]), *errors])
    caption = "How well the recall of the smallest genre can be known from its test songs alone."
    return myst_table(caption, rows, name="tab-recall")


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
        f"The data set is {escape(about.name)} {{cite}}`{about.citation}`, "
        f"metadata: {escape(about.metadata_licence)}, audio: {escape(about.audio_licence)}."
    )


def leakage_table(leakage: Mapping) -> str:
    """What each way to split lets through, and how well it keeps the genres' shares.

    Parameters
    ----------
    leakage : mapping
        As `mgrlib.audit.leakage` gives it, with splits.
    """
    rows = [["Split by", "Test songs", "Artist trains too (%)", "Album trains too (%)",
             "Duplicates across", "Genres' shares off by (points)"]]  # fmt: skip
    reasons = []
    for way, record in leakage["splits"].items():
        label = f"{way}, this run" if way == leakage["split_by"] else way
        if reason := record.get("reason"):
            reasons.append(f"No split by {way}: {escape(reason)}.")
            continue
        shares = [_percent(record[name]["share"]) for name in GROUPS]
        off = record["deviation"] and 100 * record["deviation"]["rms"]
        rows.append([label, str(record["test"]), *shares, number(record["duplicates"]),
                     number(off, 1)])  # fmt: skip
    caption = "What each way to split the songs of this run lets through, and what it costs."
    return "\n\n".join([myst_table(caption, rows, name="tab-leakage"), *reasons])


def _percent(share: float | None) -> str:
    return number(None if share is None else 100 * share, 1)


def left_out_words(trained: Mapping, left_out: Sequence[Mapping]) -> str:
    """Which genres are not trained, by the reason why.

    Parameters
    ----------
    trained : mapping
        By genre, those that are.
    left_out : sequence of mapping
        ``genre, songs, reason`` of the others.
    """
    reasons: dict[str, list[str]] = {}
    for entry in left_out:
        words = f"{escape(entry['genre'])} ({entry['songs']})"
        reasons.setdefault(entry["reason"], []).append(words)
    lines = [f"- {escape(reason)}: {', '.join(genres)}" for reason, genres in reasons.items()]
    none = "" if lines else " None is left out."
    return "\n".join([f"{len(trained)} genres are trained.{none}", "", *lines])


def split_table(trained: Mapping) -> str:
    """The trained genres with their songs: in all, for the test and for training.

    Parameters
    ----------
    trained : mapping
        ``audit["trained"]``: by genre ``songs, test, train, drawn_down``.
    """
    rows = [["Genre", "Songs", "Test", "Share in test (%)", "Training, half without it"]]
    for genre, sizes in trained.items():
        share = f"{100 * sizes['test'] / sizes['songs']:.1f}"
        numbers = [str(sizes[name]) for name in ("songs", "test", "train")]
        rows.append([escape(genre), *numbers[:2], share, numbers[2]])
    return myst_table("The genres that are trained, and their songs.", rows, name="tab-split")
