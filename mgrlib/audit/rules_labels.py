"""Rules of the verdict on labels, tables and the split; each has its threshold and reason.

A rule takes an audit and yields what it finds; where its part of the audit is absent, it
finds nothing. Thresholds without a source are ours. Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Iterator

from .findings import Finding, agreeing, count, cut, listed, part, percent
from .leakage import NAMES
from .recall import standard_error

LARGEST_ERROR = 0.1
"""Standard error of a recall of one half: with a larger one, two networks that differ by a
fifth can't be told apart. It asks for 25 test songs."""
LARGEST_RATIO = 10.0
"""Songs of the largest genre over those of the smallest: the paper's own library has 20, and
with natural prevalence its precision falls with a genre's size."""
LARGEST_SCUMBLE = 0.1
"""Above it, rare genres often stand in songs of common ones: a network that only knows the
common one finds the rare one's songs too."""
LARGEST_UNLABELED = 0.01
LARGEST_REJECTED = 0.05
LARGEST_PADDED = 0.05
LARGEST_UNKNOWN = 0.1
"""Share of songs without an artist, or without a year."""
LARGEST_SHARED = 0.05
"""Share of the test songs whose artist or album trains too."""
LEAST_COVERED = 0.8
"""Share of the songs that get one of the paper's genres."""
SHARED = {"artist": "by artists", "album": "from albums"}
WARNINGS = {
    "artist": "scores may be too high, as in a collection where accuracy fell from 71 % to 27 % "
    "once no artist stood on both sides (Pampalk, Flexer & Widmer 2005)",
    "album": "a network may know the mastering, and albums give more away than artists do "
    "(Flexer & Schnitzer 2010)",
}
LARGEST_OFF = 0.5
"""A genre's share in the test set, or the test set's size, may stray from what was wanted by
this part of it."""


def unusable_songs(audit: dict) -> Iterator[Finding]:
    """Songs that were rejected, padded, or have no genre."""
    named, usable = (part(audit, "library", key) for key in ("songs", "usable"))
    if named and usable is not None:
        lost = named - usable
        reasons = ", ".join(f"{n} {why}" for why, n in (part(audit, "rejected") or {}).items())
        text = f"{count(lost, 'song')} of {named:,} ({percent(lost / named)}) can't be used"
        yield Finding(lost <= LARGEST_REJECTED * named, "rejected songs",
                      f"{text}: {reasons}." if lost
                      else f"All {named:,} songs can be used.")  # fmt: skip
    songs, padded = part(audit, "labels", "songs"), part(audit, "padded")
    if songs and padded is not None:
        share = percent(padded / songs)
        yield Finding(padded <= LARGEST_PADDED * songs, "padded songs",
                      f"{count(padded, 'song')} ({share}) {agreeing(padded, 'is', 'are')} shorter "
                      "than the segment, with silence at its end, which a network sees." if padded
                      else "No song is shorter than the segment.")  # fmt: skip
    unlabeled = part(audit, "labels", "unlabeled")
    if songs and unlabeled is not None:
        has = agreeing(unlabeled, "has", "have")
        serves = agreeing(unlabeled, "it serves as a negative", "they serve as negatives")
        text = f"{count(unlabeled, 'song')} ({percent(unlabeled / songs)}) {has} no genre"
        yield Finding(unlabeled <= LARGEST_UNLABELED * songs, "songs without a genre",
                      f"{text}: {serves} of every genre." if unlabeled
                      else "Every song has a genre.")  # fmt: skip


def smallest_genre(audit: dict) -> Iterator[Finding]:
    """Whether the test set can tell the recall of its smallest genre."""
    trained = part(audit, "trained")
    if not trained:
        return
    tested = {genre: sizes["test"] for genre, sizes in trained.items()}
    genre = min(tested, key=tested.__getitem__)
    error = standard_error(tested[genre], recall=0.5)
    if error is None:
        yield Finding(False, "few test songs", f"The test set has no song of {cut(genre)}.")
        return
    few = [g for g, n in tested.items() if (standard_error(n, recall=0.5) or 1) > LARGEST_ERROR]
    text = (f"The smallest genre of the test set, {cut(genre)}, has {count(tested[genre], 'song')} "
            f"there: its recall has a standard error of up to {error:.2f}")  # fmt: skip
    others = f"; above {LARGEST_ERROR} it is in {len(few)} of {len(tested)} genres" if few else ""
    yield Finding(not few, "few test songs", f"{text}{others}.")


def imbalance(audit: dict) -> Iterator[Finding]:
    """How unequal the genres are, and whether rare ones hide behind common ones."""
    ratios = part(audit, "labels", "irlbl")
    if ratios and len(ratios) > 1:
        rarest, ratio = max(ratios.items(), key=lambda pair: pair[1])
        mean = part(audit, "labels", "mean_ir")
        average = f", on average {mean:.1f} times (MeanIR)" if mean else ""
        text = f"The largest genre has {ratio:.1f} times the songs of {cut(rarest)}{average}"
        yield Finding(ratio < LARGEST_RATIO, "unequal genres", f"{text}.")
    scumble = part(audit, "labels", "scumble")
    if scumble is not None and ratios:
        often = "often" if scumble > LARGEST_SCUMBLE else "seldom"
        yield Finding(scumble <= LARGEST_SCUMBLE, "rare genres beside common ones",
                      f"Rare genres {often} share songs with common ones (SCUMBLE "
                      f"{scumble:.3f}).")  # fmt: skip
    common = [g for g, sizes in (part(audit, "trained") or {}).items() if sizes["drawn_down"]]
    if common:
        yield Finding(False, "positives drawn down",
                      f"More songs have the genre than lack it in {listed(common)}: its positives "
                      "are drawn down to the number of the negatives.")  # fmt: skip


def missing_names(audit: dict) -> Iterator[Finding]:
    """Whether the tables say enough to judge leakage."""
    songs = part(audit, "labels", "songs")
    if not songs:
        return
    for name in NAMES:
        without = part(audit, "leakage", "without", name)
        if without is None:
            continue
        has = agreeing(without, "has", "have")
        text = f"{count(without, 'song')} of {songs:,} ({percent(without / songs)}) {has} no {name}"
        yield Finding(without <= LARGEST_UNKNOWN * songs, f"missing {name}s",
                      f"{text}: what they share with others can't be told." if without
                      else f"Every song has an {name}.")  # fmt: skip
        sets = part(audit, "leakage", "spellings", name)
        if sets and sets["sets"]:
            yield Finding(False, f"{name}s spelled twice",
                          f"{count(sets['sets'], f'{name} is', f'{name}s are')} spelled in more "
                          "than one way, by case or spaces alone, and count as different: "
                          f"{listed(sets['examples'][0])}.")  # fmt: skip
    missing = part(audit, "labels", "years", "missing")
    if missing is not None and missing > LARGEST_UNKNOWN * songs:
        has = agreeing(missing, "has", "have")
        yield Finding(False, "missing years",
                      f"{count(missing, 'song')} of {songs:,} {has} no year: whether genres differ "
                      "in age can't be told.")  # fmt: skip


def one_group(audit: dict) -> Iterator[Finding]:
    """Genres that are, for the most part, one artist or one album."""
    rows = part(audit, "leakage", "one_group")
    if rows is None or not any((part(audit, "leakage", "groups") or {}).values()):
        return
    genres = list(dict.fromkeys(row["genre"] for row in rows))
    if not genres:
        yield Finding(True, "genres of one artist",
                      "No artist and no album holds more than half of a genre.")  # fmt: skip
        return
    worst = max(rows, key=lambda row: row["share"])
    yield Finding(
        False,
        "genres of one artist or album",
        f"One artist or album holds more than half of {listed(genres)}: of {cut(worst['genre'])}, "
        f"the {worst['by']} {cut(worst['name'])} has {percent(worst['share'])} of the songs, so "
        "that a network may learn it instead of the genre.",
    )


def both_sides(audit: dict) -> Iterator[Finding]:
    """Artists and albums that stand on both sides of the study's split."""
    split_by = part(audit, "leakage", "split_by")
    own = part(audit, "leakage", "splits", split_by) if split_by else None
    for name in reversed(NAMES) if own else ():
        shared = part(own, name)
        if not shared or not shared["named"]:
            continue
        songs, named, groups = shared["songs"], shared["named"], shared["groups"]
        if not songs:
            yield Finding(True, f"{name}s on both sides",
                          f"No {name} stands on both sides of the split.")  # fmt: skip
            continue
        fine = songs <= LARGEST_SHARED * named
        text = (f"{songs:,} of {named:,} test songs ({percent(songs / named)}) are "
                f"{SHARED[name]} that train too ({groups:,} of them)")  # fmt: skip
        warning = f": {WARNINGS[name]}; split_by={name} keeps them apart"
        yield Finding(fine, f"{name}s on both sides", f"{text}{'' if fine else warning}.")


def nearness(audit: dict) -> Iterator[Finding]:
    """Whether the split came near to what was wanted of it."""
    split_by = part(audit, "leakage", "split_by")
    own = part(audit, "leakage", "splits", split_by) if split_by else None
    if not own or not own.get("deviation"):
        return
    test, wanted, worst = own["test"], own["wanted"], own["deviation"]
    fraction = wanted / (own["train"] + test)
    fine = (abs(test - wanted) <= LARGEST_OFF * wanted
            and abs(worst["off"]) <= LARGEST_OFF * fraction)  # fmt: skip
    asked = "" if split_by == "published" else f" where {wanted:,} were wanted"
    few = f": there are too few {split_by}s to do better" if split_by in NAMES and not fine else ""
    yield Finding(fine, "shares of the test set",
                  f"The test set has {test:,} songs{asked}, {percent(fraction)} of all; the genre "
                  f"furthest from that is {cut(worst['genre'])}, with {percent(worst['share'])} of "
                  f"its songs there{few}.")  # fmt: skip
    repeats, different = (
        len(part(audit, "leakage", "repeats") or ()),
        part(audit, "leakage", "distinct_splits"),
    )
    if different is not None and different < repeats:
        yield Finding(False, "repeated splits",
                      f"The {repeats} repeats have {count(different, 'different test set')}: they "
                      "tell less of chance than they seem to.")  # fmt: skip


def coverage(audit: dict) -> Iterator[Finding]:
    """How much of a public data set the paper's genres cover."""
    songs = part(audit, "coverage", "songs")
    if not songs or not songs["all"]:
        return
    share = songs["mapped"] / songs["all"]
    labels = part(audit, "coverage", "subgenres") or {"all": 0, "mapped": 0}
    yield Finding(share >= LEAST_COVERED, "labels without a counterpart",
                  f"The paper's genres have a counterpart for {labels['mapped']:,} of the "
                  f"{labels['all']:,} labels of the data set, and {songs['mapped']:,} of "
                  f"{songs['all']:,} songs ({percent(share)}) get a genre.")  # fmt: skip


def left_out(audit: dict) -> Iterator[Finding]:
    """Genres that the split could not put on both sides."""
    genres = [row["genre"] for row in part(audit, "left_out") or () if "side" in row["reason"]]
    if genres:
        yield Finding(False, "genres that can't be split",
                      f"{listed(genres)} could not be trained: one side of the split has only "
                      "songs with or without it.")  # fmt: skip
