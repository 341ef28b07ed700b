"""The paper's genres on other data: the tables of `mgrlib.taxonomies`, as the book shows them.

``{taxonomy-table} KIND`` has a row a name with its reason, ``{names-table}`` the common names by
their genres. ``{taxonomy-coverage} KIND`` says how much a table covers: of FMA by the published
counts, of MTG-Jamendo by ``book/results/mtg-jamendo-coverage.json``, the part ``coverage`` of what
``python -m mgrlib check mtg-jamendo:FOLDER --metadata-only --set genres=paper --json OUT`` writes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from mgrlib.audit.coverage import coverage_table, coverage_words
from mgrlib.files import read_json
from mgrlib.paper import GENRES
from mgrlib.prose import escape
from mgrlib.taxonomies import Row, count_coverage, read_rows

from .directives import MystDirective
from .reference import FOLDER, list_table
from .songs import NONE_YET, note_code

TITLES = {
    "fma": "FMA's genres in the paper's, each under the genre above it",
    "mtg-jamendo": "MTG-Jamendo's genre tags in the paper's genres",
}
COVERAGE_FILE = "mtg-jamendo-coverage.json"


def taxonomy_lines(kind: str) -> list[str]:
    """MyST lines: a row a name with its tracks, genres and reason."""
    rows = read_rows(kind)
    places = {row.name: tree_place(row, rows) for row in rows}
    table = [["Name", "Tracks", "The paper's genres", "Why"]]
    for row in sorted(rows, key=lambda row: places[row.name]):
        indent = "&emsp;" * (len(places[row.name]) - 1)
        table.append([f"{indent}{escape(row.name)}", f"{row.tracks:,}", genre_words(row.genres),
                      escape(row.reason)])  # fmt: skip
    return list_table(TITLES[kind], table, name=f"tab-taxonomy-{kind}")


def tree_place(row: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """The names from the root of a row's tree down to it.

    >>> rows = [Row("Rock", (), ""), Row("Punk", (), "", parent="Rock")]
    >>> tree_place(rows[1], rows)
    ('Rock', 'Punk')
    """
    above = [tree_place(other, rows) for other in rows if row.parent and other.name == row.parent]
    return (*(above[0] if above else ()), row.name)


def genre_words(genres: Sequence[str]) -> str:
    """The genres of a row, a dash where it has none."""
    return ", ".join(map(escape, genres)) or "–"


def names_lines() -> list[str]:
    """MyST lines: the common names of each genre, and those of none."""
    rows = read_rows("names")
    lines = []
    for genre in [*GENRES, ""]:
        held = [row for row in rows if genre in row.genres or not (genre or row.genres)]
        title = escape(genre or "No counterpart")
        names = ", ".join(escape(row.name) for row in held)
        lines += [f":::{{dropdown}} {title}: {len(held)} names", names, ":::", ""]
    return lines


def counted_lines(rows: Sequence[Row]) -> list[str]:
    """MyST lines: how much of the published counts of tracks the rows cover."""
    found = count_coverage(
        {row.name: row.genres for row in rows}, {row.name: row.tracks for row in rows}
    )
    kept, all_ = found["assignments"]["mapped"], found["assignments"]["all"]
    table = [["Genre", "Genres of FMA", "The largest of them"]]
    for genre in GENRES:
        sources = found["sources"][genre]
        largest = [f"{escape(name)} {tracks:,}" for name, tracks in sources.items()][:6]
        table.append([escape(genre), str(len(sources)), ", ".join(largest)])
    return [
        f"{found['subgenres']['mapped']} of the {found['subgenres']['all']} genres with tracks "
        f"have a counterpart. FMA counts a track in each of its genres and in all that stand above "
        f"them: of these {all_:,} pairs of track and genre, {kept:,} are covered, "
        f"{100 * kept / all_:.1f} %.",
        "",
        *list_table("The paper's genres in FMA", table, name="tab-coverage-fma"),
    ]  # fmt: skip


def measured_lines(coverage: Mapping[str, Any]) -> list[str]:
    """MyST lines: what was measured on the tracks themselves."""
    table = coverage_table(coverage, name="tab-coverage-mtg-jamendo")
    return [coverage_words(coverage), "", *table.splitlines(), ""]


class TaxonomyTable(MystDirective):
    """``{taxonomy-table} KIND``: the rows of a table, KIND one of `TITLES`."""

    required_arguments = 1

    def lines(self) -> list[str]:
        note_code(self.env, "taxonomies", "*.*")
        if self.arguments[0] not in TITLES:
            raise self.error(f"the kind must be one of {', '.join(TITLES)}")
        return taxonomy_lines(self.arguments[0])


class NamesTable(MystDirective):
    """``{names-table}``: the common names by genre."""

    def lines(self) -> list[str]:
        note_code(self.env, "taxonomies", "*.*")
        return names_lines()


class TaxonomyCoverage(MystDirective):
    """``{taxonomy-coverage} KIND``: how much a table covers, KIND one of `TITLES`."""

    required_arguments = 1

    def lines(self) -> list[str]:
        note_code(self.env, "taxonomies", "*.*")
        if self.arguments[0] == "fma":
            return counted_lines(read_rows("fma"))
        file = Path(self.env.srcdir, FOLDER, COVERAGE_FILE)
        self.env.note_dependency(str(file))
        return measured_lines(read_json(file)) if file.exists() else [NONE_YET]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("taxonomy-table", TaxonomyTable)
    app.add_directive("names-table", NamesTable)
    app.add_directive("taxonomy-coverage", TaxonomyCoverage)
