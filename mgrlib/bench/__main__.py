"""``python -m mgrlib.bench``: all benchmarks or those named, a table, and ``bench.json``.

One thread a process. ``--book`` also writes what the parts ``images`` and ``duplicates`` find
to the files that the book shows, and, where all parts were measured, ``book/results/bench.json``:
all rows with versions, hardware and commit.
"""

import argparse
import os
from collections.abc import Iterable, Sequence
from importlib import import_module

from ..files import ROOT, runs_folder, write_json
from ..runs import provenance

PARTS = {
    "synthesis": "bench_songs",
    "images": "bench_images",
    "metadata": "bench_metadata",
    "sound": "bench_sound",
    "duplicates": "bench_duplicates",
    "training": "bench_training",
}
"""The function of each part, in the module of its name."""

KEPT = ROOT / "book" / "results" / "bench.json"
"""What the book shows of a machine that has measured nothing."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run benchmarks, print a table and write ``bench.json``."""
    parser = argparse.ArgumentParser(prog="python -m mgrlib.bench", description="Speed as ratios.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    parser.add_argument("--book", action="store_true",
                        help="write what the book shows, too")  # fmt: skip
    parsed = parser.parse_args(arguments)
    if unknown := set(parsed.parts) - set(PARTS):
        parser.error(f"PART must be one of {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # read when numpy and torch are loaded
        os.environ[f"{library}_NUM_THREADS"] = "1"
    rows: list[dict] = []
    for part in parsed.parts or PARTS:
        for line in _run(part, book=parsed.book):
            rows.append(line)
            print(words(line), flush=True)
    path = runs_folder() / "bench" / "bench.json"
    write_json(path, rows)
    print(f"written: {path}")
    if parsed.book and not parsed.parts:
        write_json(KEPT, {**provenance(), "rows": rows})


def _run(part: str, *, book: bool) -> Iterable[dict]:
    module = import_module(f".{part}", __package__)
    bench = getattr(module, PARTS[part])
    return bench(result=module.RESULT) if book and hasattr(module, "RESULT") else bench()


def words(line: dict) -> str:
    """A row of ``bench.json`` as a line of text."""
    goal = "" if line["goal"] is None else f" (at least {line['goal']:.3g})"
    ours, theirs = f"{line['ours']:.4g} {line['unit']}", f"{line['baseline']:.4g}"
    against = f"{line['baseline_name']} {theirs}: {line['ratio']:.2f} times{goal}"
    return f"{line['name']}: {ours}, {against}"


if __name__ == "__main__":
    main()
