"""The ledger as Markdown, for the notebook: one table, and a section a claim.

Text that comes from tags is escaped.
Notebook: 07_claims.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..prose import escape
from .finding import UNDECIDED, VERDICTS

NOISE_WORDS = {True: "yes", False: "no", None: "–"}
"""Whether a test says that a finding is more than noise; a dash where there is no test."""


def ledger_table(entries: Iterable[Mapping[str, Any]]) -> str:
    """What the paper says, what the run shows, and the verdict, as a Markdown table."""
    rows = [
        {
            "Claim": entry["id"],
            "The paper says": entry["text"],
            "This run shows": seen(entry),
            "Verdict": entry["verdict"],
            "Beyond noise?": NOISE_WORDS[entry["beyond_noise"]],
        }
        for entry in entries
    ]
    return "\n".join(_table(rows))


def count_verdicts(entries: Iterable[Mapping[str, Any]]) -> str:
    """How many claims have which verdict, in words.

    >>> count_verdicts([{"verdict": "agrees"}, {"verdict": "agrees"}, {"verdict": "disagrees"}])
    'Verdicts on 3 claims: agrees 2; disagrees 1.'
    """
    counts = Counter(entry["verdict"] for entry in entries)
    order = [*(word for words in VERDICTS.values() for word in words), UNDECIDED]
    named = "; ".join(f"{word} {counts[word]}" for word in order if counts[word])
    return f"Verdicts on {counts.total()} claims: {named}."


def claim_section(entry: Mapping[str, Any]) -> str:
    """One claim in full: rule, what is seen, the test against noise, and all numbers."""
    lines = [
        f"**{entry['id']}. {escape(entry['text'])}**",
        f"*Rule.* {escape(entry['rule'])}",
        f"*This run: {entry['verdict']}.* {escape(seen(entry))}",
    ]
    if entry["noise"]:
        word = NOISE_WORDS[entry["beyond_noise"]]
        lines.append(f"*Beyond noise: {word}.* {escape(entry['noise'])}")
    return "\n\n".join([*lines, *numbers_lines(entry["numbers"])])


def seen(entry: Mapping[str, Any]) -> str:
    """What a run shows of a claim, or why it can't be judged."""
    if entry["reason"] is None:
        return entry["shows"]
    return f"{entry['reason'][:1].upper()}{entry['reason'][1:]}."


def numbers_lines(numbers: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of a claim: single ones in a line, those by depth or scale as tables."""
    tables = {name: value for name, value in numbers.items() if _is_table(value)}
    single = [f"{escape(name)} {value_words(value)}" for name, value in numbers.items()
              if name not in tables]  # fmt: skip
    if single:
        yield f"*Numbers.* {'; '.join(single)}."
    for rows in tables.values():
        yield "\n".join(_table(rows))


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
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, str):
        return escape(value)
    return "–" if value != value else escape(f"{value:.4g}".replace("-", "−"))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _table(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    """Lines of a Markdown table; its head are the keys of all rows."""
    head = list(dict.fromkeys(key for row in rows for key in row))
    yield f"| {' | '.join(map(escape, head))} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(value_words(row.get(name)) for name in head)} |"
