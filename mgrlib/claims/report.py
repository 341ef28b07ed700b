"""The ledger for its page: one table, and a text with its tables for each claim.

Text that comes from tags is escaped.
Notebook: 07_claims.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..prose import escape
from .finding import UNDECIDED, VERDICTS

NOISE_WORDS = {True: "yes", False: "no", None: "–"}
"""Whether a test says that a finding is more than noise; a dash where there is no test."""


PARTS = {
    "depth": "by depth of the networks",
    "scale": "by scale of the images",
    "test": "in its tests",
    "genre": "genre by genre",
}
"""What a table of a claim has its columns or rows by, in words for its caption."""


def ledger_table(entries: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """What the paper says, what the run shows, and the verdict; a row a claim."""
    rows = {
        entry["id"]: {
            "The paper says": entry["text"],
            "This run shows": seen(entry),
            "Verdict": entry["verdict"],
            "Beyond noise?": NOISE_WORDS[entry["beyond_noise"]],
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def as_html(table: pd.DataFrame) -> str:
    """A table of sentences as HTML, escaped and uncut; a notebook would cut them to 50 letters."""
    with pd.option_context("display.max_colwidth", None):
        return table.to_html(classes="claims", border=0)


def count_verdicts(entries: Iterable[Mapping[str, Any]]) -> str:
    """How many claims have which verdict, in words.

    >>> count_verdicts([{"verdict": "agrees"}, {"verdict": "agrees"}, {"verdict": "disagrees"}])
    'Verdicts on 3 claims: 2 × agrees, 1 × disagrees.'
    """
    counts = Counter(entry["verdict"] for entry in entries)
    order = [*(word for words in VERDICTS.values() for word in words), UNDECIDED]
    named = ", ".join(f"{counts[word]} × {word}" for word in order if counts[word])
    return f"Verdicts on {counts.total()} claims: {named}."


def claim_text(entry: Mapping[str, Any]) -> str:
    """One claim as Markdown: rule, what is seen, the test against noise, single numbers."""
    lines = [
        f"**{entry['id']}. {escape(entry['text'])}**",
        f"*Rule.* {escape(entry['rule'])}",
        f"*This run: {entry['verdict']}.* {escape(seen(entry))}",
    ]
    if entry["noise"]:
        word = NOISE_WORDS[entry["beyond_noise"]]
        lines.append(f"*Beyond noise: {word}.* {escape(entry['noise'])}")
    single = {name: part for name, part in entry["numbers"].items()
              if not _is_table(part) and not _is_tabled(part) and part != {}}  # fmt: skip
    named = [f"{escape(name)} {value_words(value)}" for name, value in single.items()]
    return "\n\n".join([*lines, f"*Numbers.* {'; '.join(named)}."] if named else lines)


def claim_tables(entry: Mapping[str, Any]) -> list[pd.DataFrame]:
    """The numbers of a claim in words: a column a depth or a scale, tests, single genres."""
    tables = [pd.DataFrame(part, dtype=object) for part in entry["numbers"].values()
              if _is_table(part)]  # fmt: skip
    shown = [table.set_index(table.columns[0]).T for table in tables]
    tests, genres = {}, {}
    for name, part in entry["numbers"].items():
        if _is_tabled(part):
            _sort_out(name, part, tests=tests, genres=genres)
    if tests:
        found = pd.DataFrame.from_dict(tests, orient="index").astype(object)
        shown.append(found.dropna(axis="columns", how="all").rename_axis(columns="test"))
    if genres:
        shown.append(pd.DataFrame(genres, dtype=object).rename_axis(columns="genre"))
    return [table.map(cell_words) for table in shown]


def named_tables(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`claim_tables`, each with the name and the caption under which the book numbers it.

    Returns
    -------
    list of dict
        ``shown``, the table, ``name`` and ``caption``, as `mgrlib.prose.numbered` takes them.
    """
    named: list[dict[str, Any]] = []
    seen_before: Counter[str] = Counter()
    arm = escape(str(entry["numbers"].get("arm", "unknown")))
    for table in claim_tables(entry):
        kind = str(table.columns.name)
        seen_before[kind] += 1
        again = seen_before[kind]
        name = f"tab-{entry['id'].lower()}-{kind}" + (f"-{again}" if again > 1 else "")
        words = f"{PARTS.get(kind, kind)}{', continued' if again > 1 else ''}"
        caption = f"Claim {entry['id']} {words}: {entry['verdict']}, arm {arm}."
        named.append({"shown": table, "name": name, "caption": caption})
    return named


def table_references(named: Iterable[Mapping[str, Any]]) -> str:
    """Where the tables of a claim stand, as MyST; "" where it has none."""
    found = [f"{{numref}}`{table['name']}`" for table in named]
    return f"*In full.* {' and '.join(found)}." if found else ""


def _sort_out(name: str, part: Mapping, *, tests: dict, genres: dict) -> None:
    """Numbers by name: those of a test, of tests by scale, or of single genres."""
    if "n" in part:
        low, high = part.get("interval") or (None, None)
        apart = ("interval", "genres", "mean")  # a mean is said, and amid its interval
        kept = {key: value for key, value in part.items() if key not in apart}
        reason = {"reason": kept.pop("reason")} if "reason" in kept else {}
        tests[name.replace("_", " ")] = kept | {"low": low, "high": high} | reason
        genres |= {name: part["genres"]} if "genres" in part else {}
    elif any(isinstance(value, Mapping) for value in part.values()):
        for scale, test in part.items():
            _sort_out(f"{name}, {scale}", test, tests=tests, genres=genres)
    else:
        genres[name] = part


def seen(entry: Mapping[str, Any]) -> str:
    """What a run shows of a claim, or why it can't be judged."""
    if entry["reason"] is None:
        return entry["shows"]
    return f"{entry['reason'][:1].upper()}{entry['reason'][1:]}."


def value_words(value: Any) -> str:
    """A value of the numbers in words, escaped.

    >>> value_words({"n": 16, "p": 0.00271828, "df": None})
    'n 16, p 0\\\\.002718'
    """
    if isinstance(value, Mapping):
        known = {key: part for key, part in value.items() if part is not None}
        return ", ".join(f"{escape(key)} {value_words(part)}" for key, part in known.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value)) or "none"
    return escape(value if isinstance(value, str) else number_words(value))


def number_words(value: Any) -> str:
    """A number with four digits, a truth, or a dash for what is not known.

    >>> number_words(-0.271828), number_words(True), number_words(None), number_words("f1")
    ('−0.2718', 'yes', '–', 'f1')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or value != value:
        return "–"
    return f"{value:.4g}".replace("-", "−")


def cell_words(value: Any) -> str:
    """`number_words` for a column: four decimals, where as many say anything.

    >>> cell_words(-0.00271828), cell_words(2.7e-9), cell_words(16), cell_words(None)
    ('−0.0027', '2.7e−09', '16', '–')
    """
    if not isinstance(value, float) or value != value:
        return number_words(value)
    tiny = 0 < abs(value) < 5e-5
    return (f"{value:.1e}" if tiny else f"{value:z.4f}").replace("-", "−")


def _is_tabled(value: Any) -> bool:
    """Whether a mapping has more than counts, which a line can hold."""
    return isinstance(value, Mapping) and not all(type(part) is int for part in value.values())


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
