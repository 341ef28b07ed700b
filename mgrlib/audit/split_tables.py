"""The tables of the audit's page on the split: what is trained, and what stands on both sides.

MyST text, every name escaped. Notebook: 01_dataset_audit.
"""

from collections.abc import Mapping, Sequence

from ..prose import escape
from .findings import count
from .tables import UNKNOWN, myst_table, number

GROUPS = ("artist", "album")
PROPERTIES = {
    "format": "format", "lossless": "lossless or lossy", "native_rate": "sample rate (Hz)",
    "channels": "channels", "loudness": "loudness (LUFS)", "bandwidth": "end of the spectrum (Hz)",
    "bit_rate": "bit rate (kbit/s)",
}  # fmt: skip
"""The properties of `mgrlib.audit.confounds`, in words."""
VALUES = {"True": "lossless", "False": "lossy"}


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


def leakage_table(leakage: Mapping) -> str:
    """What each way to split lets through, and how well it keeps the genres' shares.

    Parameters
    ----------
    leakage : mapping
        As `mgrlib.audit.leakage` gives it, with splits.
    """
    rows = [["Split by", "Test songs", "Artist trains too (%)", "Album trains too (%)",
             "Duplicate trains too", "Genres' shares off by (points)"]]  # fmt: skip
    reasons = []
    for way, record in leakage["splits"].items():
        label = f"{way}, this run" if way == leakage["split_by"] else way
        if reason := record.get("reason"):
            reasons.append(f"No split by {way}: {escape(reason)}.")
            continue
        shares = [_percent(record[name]["share"]) for name in GROUPS]
        twins = record["duplicates"] and record["duplicates"]["songs"]
        off = record["deviation"] and 100 * record["deviation"]["rms"]
        rows.append([label, str(record["test"]), *shares, number(twins), number(off, 1)])
    caption = "What each way to split the songs of this run lets through, and what it costs."
    return "\n\n".join([myst_table(caption, rows, name="tab-leakage"), *reasons])


def duplicate_words(found: Mapping) -> str:
    """How many duplicates there are, and how many of them the labels contradict.

    Parameters
    ----------
    found : mapping
        ``audit["duplicates"]``.
    """
    if not found["songs"]:
        return "No duplicate was found."
    return (
        f"{found['songs']} songs have a duplicate, in {count(found['groups'], 'group')}, the "
        f"largest of {found['largest']}: {count(found['exact'], 'exact pair')}, "
        f"{count(found['near'], 'near one')}. Different genres have "
        f"{count(found['contradicting'], 'pair')}, not one genre in common "
        f"{found['disjoint']} of them. All stand in `catalog/duplicates.csv`."
    )


def confounds_table(confounds: Mapping) -> str:
    """How much the files themselves tell of a genre, and of which they tell most.

    Parameters
    ----------
    confounds : mapping
        As `mgrlib.audit.confounds` gives it.
    """
    rows = [["Property", "Tells most of", "Strength", "In this genre", "In other songs"]]
    for name, words in PROPERTIES.items():
        found = confounds.get(name)
        if not found or found["strongest"] is None:
            rows.append([words, "no genre", UNKNOWN, "", ""])
            continue
        genre = found["strongest"]
        sides = [_side(found, name) for name in ("inside", "outside")]
        rows.append([words, escape(genre), number(found["genres"][genre]), *sides])
    caption = "What the files give away: 0 nothing, 1 the genre itself."
    return myst_table(caption, rows, name="tab-confounds", left=2)


def _percent(share: float | None) -> str:
    return number(None if share is None else 100 * share, 1)


def _side(found: Mapping, name: str) -> str:
    """What is so in a genre, or outside it: a share of a category, or the median of a number."""
    if "value" not in found:
        return f"{number(found[name], 0)} (median)"
    value = VALUES.get(found["value"], found["value"])
    return f"{escape(value)}: {_percent(found[name])} %"
