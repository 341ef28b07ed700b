"""What a check has found, as text for the console: what tables hold is shown, never obeyed."""

from collections.abc import Iterable, Iterator

from ..audit.findings import count
from ..audit.rules_check import FAULTS
from ..resources import duration
from ..tables import SHOWN_CHARACTERS, printable, shown
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
        *_audio(audit.get("audio")),
        *_deep(audit.get("deep")),
        *_duplicates(audit.get("duplicates")),
        *_leakage(audit["leakage"]),
        *([_line("a study", check.study)] if check.study else []),
        *_verdict(audit["verdict"]),
    ]
    return "\n".join(lines)


def _labels(labels: dict) -> Iterator[str]:
    sums = [count(labels["artists"], "artist"), count(labels["albums"], "album"),
            count(labels["genres"], "genre")]  # fmt: skip
    if labels["cardinality"] is not None:
        sums.append(f"{labels['cardinality']:.2f} genres a song")
    yield _line("labels", ", ".join(sums))
    sizes = [f"{printable(genre)} {songs:,}" for genre, songs in labels["counts"].items()]
    yield _line("genres", _listed(sizes, most=MOST_GENRES) or "none")


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


def _audio(audio: dict | None) -> Iterator[str]:
    if not audio or not audio["songs"]:
        return
    formats = [f"{name} {row['songs']:,}" for name, row in audio["formats"].items()]
    rates = [f"{rate} Hz {songs:,}" for rate, songs in audio["native_rates"].items()]
    length = duration(3600 * audio["hours"])
    yield _line("audio", f"{length}: {_listed(formats, most=MOST_GENRES)}; "
                f"{_listed(rates, most=EXAMPLES)}")  # fmt: skip
    faults = [f"{name} {row['songs']:,}" for name, row in audio["faults"].items() if row["songs"]]
    yield _line("faults", ", ".join(faults) or "none")


def _duplicates(duplicates: dict | None) -> Iterator[str]:
    if duplicates is None:
        return
    line = f"{count(duplicates['exact'], 'exact pair')}, {count(duplicates['near'], 'near pair')}"
    yield _line("duplicates", f"{line}, {duplicates['contradicting']:,} with different genres")
    for row in duplicates["examples"][:EXAMPLES]:
        yield _line("", f"{row['kind']}: {_file(row['path_1'])} and {_file(row['path_2'])}")


def _leakage(leakage: dict) -> Iterator[str]:
    if not (splits := leakage.get("splits")):
        return
    own = splits[leakage["split_by"]]
    sides = [f"{name} {own[name]['songs']:,} of {own[name]['named']:,}"
             for name in ("album", "artist") if own[name]["named"]]  # fmt: skip
    yield _line("leakage", f"split by {leakage['split_by']}, test songs whose album or artist "
                f"trains too: {', '.join(sides) or 'unknown, none is named'}")  # fmt: skip


def _deep(deep: dict | None) -> Iterator[str]:
    if deep is None:
        return
    length = f", {duration(deep['seconds'])}" if deep["songs"] else ""
    yield _line("decoded", f"{count(deep['songs'], 'file')} to the end{length}")
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


def _file(path: str) -> str:
    """A path in quotes; of a long one the end, which tells files apart."""
    least = len(path) - SHOWN_CHARACTERS // 2
    return shown(path if least <= 0 else f"…{path[least:]}")


def _examples(rows: list[dict]) -> str:
    named = (f"{_file(row['path'])} ({printable(row['detail'])})" for row in rows[:EXAMPLES])
    return _listed(named, most=EXAMPLES, of=len(rows), between="; ")


def _listed(texts: Iterable[str], *, most: int, of: int | None = None, between: str = ", ") -> str:
    texts = list(texts)
    more = (of or len(texts)) - most
    return between.join(texts[:most]) + (f"{between}and {more:,} more" if more > 0 else "")
