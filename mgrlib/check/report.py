"""What a check has found, as text for the console: what tables hold is shown, never obeyed."""

from collections.abc import Iterable, Iterator

from ..audit.rules_check import FAULTS
from ..tables import printable, shown
from .corpus import Check

EXAMPLES = 3
"""So many songs are named with each fault."""

MOST_GENRES = 24


def as_text(check: Check) -> str:
    """A short report: the songs, what is left out and why, what is fine and what is not."""
    audit = check.audit
    lines = [
        printable(check.corpus),
        *_labels(audit["labels"]),
        *_left_out(audit.get("left_out", [])),
        *_rejected(check.rejected),
        *_deep(audit.get("deep")),
        *([_line("a study", check.study)] if check.study else []),
        *_verdict(audit["verdict"]),
    ]
    return "\n".join(lines)


def _labels(labels: dict) -> Iterator[str]:
    mean = labels["cardinality"]
    yield _line("labels", f"{labels['artists']:,} artists, {labels['albums']:,} albums, "
                f"{labels['genres']} genres"
                + (f", {mean:.2f} genres a song" if mean is not None else "")
                + f", {labels['unlabeled']:,} songs without a genre")  # fmt: skip
    sizes = [f"{printable(genre)} {songs:,}" for genre, songs in labels["counts"].items()]
    yield _line("genres", _listed(sizes, most=MOST_GENRES))


def _left_out(left_out: list[dict]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for row in left_out:
        by_reason.setdefault(row["reason"], []).append(
            f"{printable(row['genre'])} {row['songs']:,}"
        )
    for reason, genres in by_reason.items():
        yield _line("left out", f"{reason}: {_listed(genres, most=MOST_GENRES)}")


def _rejected(rejected: list[dict]) -> Iterator[str]:
    by_reason: dict[str, list[dict]] = {}
    for row in rejected:
        by_reason.setdefault(row["reason"], []).append(row)
    for reason, rows in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        yield _line("rejected", f"{len(rows):,} {reason}: {_examples(rows)}")


def _deep(deep: dict | None) -> Iterator[str]:
    if deep is None:
        return
    yield _line("decoded", f"{deep['songs']:,} songs to their end, {deep['seconds'] / 3600:.1f} h")
    for name in FAULTS:
        if rows := deep[name]:
            yield _line(name, f"{len(rows):,}: {_examples(rows)}")
    for row in deep["archives"]:
        state = "is" if row["equal"] else "is not"
        yield _line(
            "archive", f"{row['name']} {state} the published one, by its {row['algorithm']}"
        )


def _verdict(verdict: dict) -> Iterator[str]:
    for name, title in (("fine", "Fine"), ("worry", "To worry about")):
        if verdict[name]:
            yield f"{title}:"
            yield from (f"  - {printable(text, most=1000)}" for text in verdict[name])
    yield printable(verdict["summary"], most=1000)


def _line(name: str, text: str) -> str:
    return f"  {name:<10} {text}"


def _examples(rows: list[dict]) -> str:
    named = (f"{shown(row['path'])} ({printable(row['detail'])})" for row in rows[:EXAMPLES])
    return _listed(named, most=EXAMPLES, of=len(rows), between="; ")


def _listed(texts: Iterable[str], *, most: int, of: int | None = None, between: str = ", ") -> str:
    texts = list(texts)
    more = (of or len(texts)) - most
    return between.join(texts[:most]) + (f"{between}and {more:,} more" if more > 0 else "")
