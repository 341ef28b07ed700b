"""Where several tests of one difference agree, and what it means where they don't.

Conventions: `findings` are those of `mgrlib.statistics.check_robustness`, by test. A sentence
compares verdicts (`mgrlib.statistics.finding.VERDICTS`); of several tests that reject
nothing it never makes evidence that there is nothing.

Notebook: 10_robustness.
"""

from collections.abc import Mapping

import pandas as pd

from .finding import (
    ASKED,
    BAYES_GENRES,
    BAYES_REPEATS,
    CORRECTED,
    EQUIVALENT,
    LINEAR,
    MEL,
    NOISE,
    NONE,
    NOTHING,
    OVER_BOTH,
    OVER_GENRES,
    OVER_SONGS,
    PERMUTATION,
    SIGN,
    T_TEST,
    VERDICTS,
    WILCOXON,
    Finding,
)
from .rope import REGIONS

Findings = Mapping[str, Finding]
WORDS = {"joint": "The joint network", "baseline": "Logistic regression"}


def read_together(findings: Findings, *, rope: float) -> list[str]:
    """What all tests add up to, then the shape, songs, trainings and size of the difference."""
    parts = [
        count_verdicts(findings),
        _shape(findings),
        _songs(findings),
        _trainings(findings),
        _size(findings, rope=rope),
    ]
    return [part for part in parts if part]


def reference_reading(row: str, findings: Findings) -> str:
    """What the tests of ``joint`` or ``baseline`` add up to."""
    words = count_verdicts(findings)
    return f"{WORDS.get(row, row)}: {words[0].lower()}{words[1:]}"


def count_verdicts(findings: Findings) -> str:
    """How many tests come to which verdict, and which."""
    by = {verdict: [f for f in findings.values() if f.verdict == verdict] for verdict in VERDICTS}
    lost, said = by.pop(NOTHING), {verdict: tests for verdict, tests in by.items() if tests}
    missing = f" {len(lost)} can't be computed." if lost and said else ""
    if not said:
        first = next(iter(findings.values()))
        return f"None of the {len(findings)} tests can be computed: {first.reason}."
    number = sum(map(len, said.values()))
    if len(said) == 1:
        return f"All {number} tests that can be computed agree: {next(iter(said))}.{missing}"
    counts = "; ".join(
        f"{verdict}: {len(tests)} ({', '.join(test.test for test in tests)})"
        for verdict, tests in said.items()
    )
    opposite = ""
    if MEL in said and LINEAR in said:
        opposite = " They favor opposite scales, so together they support neither."
    return f"Of {number} tests that can be computed, {counts}.{missing}{opposite}"


def _shape(findings: Findings) -> str:
    """Whether the verdict over genres hangs on the shape of the differences."""
    tests = (T_TEST, WILCOXON, SIGN, PERMUTATION, OVER_GENRES)
    said = {t: v for t in tests if (v := findings[t].verdict) != NOTHING}
    if T_TEST not in said:
        return ""
    mean = said.pop(T_TEST)
    if not said:
        return "Whether the t-test hangs on the normal distribution can't be told here."
    if set(said.values()) == {mean}:
        return (
            "The t-test and the tests over genres that don't assume a normal distribution agree: "
            "its verdict does not hang on that assumption."
        )
    parts = [_ranks_and_signs(said, mean=mean)]
    if said.get(PERMUTATION, mean) != mean:
        parts.append(
            "The t-test and the permutation test differ, though both are about the mean: it "
            "matters whether the differences are normal, and the permutation test, which does "
            "not assume it, is the safer one."
        )
    if said.get(OVER_GENRES, mean) != mean:
        parts.append(
            "The bootstrap over genres differs from the t-test; with few genres its interval is "
            "too narrow, and that of the t-test is the safer one."
        )
    return " ".join(part for part in parts if part)


def _ranks_and_signs(said: Mapping[str, str], *, mean: str) -> str:
    """What it means that the tests of ranks and signs find more than the mean, or less."""
    apart = [test for test in (WILCOXON, SIGN) if said.get(test, mean) != mean]
    names = " and the ".join(apart)
    if apart and mean == NOISE:
        return (
            f"There is a difference by the {names} and none by the t-test: the genres agree more "
            "on the direction than on the size, and a few large differences blur the mean."
        )
    if apart and NOISE in map(said.get, apart):
        return (
            f"There is a difference by the t-test and none by the {names}: large differences of "
            "a few genres carry the mean, or ranks and signs tell too little to see it."
        )
    return ""


def _songs(findings: Findings) -> str:
    """Whether the verdict over genres holds over songs."""
    genres, songs, both = (findings[test].verdict for test in (T_TEST, OVER_SONGS, OVER_BOTH))
    if songs == NOTHING:
        return f"Of other test songs nothing is said: {findings[OVER_SONGS].reason}."
    if genres == NOTHING:
        first = f"With other songs of the same genres, the difference is: {songs}."
    elif songs == genres == NOISE:
        first = "The difference is within noise over genres, and over songs as well."
    elif songs == genres:
        first = "The difference is beyond noise over genres, and over songs as well."
    elif songs == NOISE:
        first = (
            "Over genres the difference is beyond noise, over songs it is not: the genres share "
            "one test set, and another one might not show the difference."
        )
    elif genres == NOISE:
        first = (
            "Over songs the difference is beyond noise, over genres it is not: other songs of "
            "these genres would likely show it, other genres might not."
        )
    else:
        first = "Over genres and over songs the tests favor opposite scales."
    again = "" if both == NOTHING else f" With both drawn anew: {both}."
    return f"{first}{again}{_lengths(findings)}"


def _lengths(findings: Findings) -> str:
    """The interval over songs against that over genres."""
    genres, songs = findings[T_TEST].interval, findings[OVER_SONGS].interval
    if genres is None or songs is None:
        return ""
    ratio = (songs[1] - songs[0]) / (genres[1] - genres[0])
    words = f" The interval over songs is {ratio:.2f} times as long as that over genres"
    if ratio <= 1:
        return f"{words}."
    return f"{words}, a sign that the songs which genres share tie their differences together."


def _trainings(findings: Findings) -> str:
    """Whether the verdict holds over repeats of the whole study."""
    found, genres = findings[CORRECTED], findings[T_TEST].verdict
    if found.verdict == NOTHING:
        return (
            f"Of another split and another training nothing is said ({found.reason}); the "
            "verdicts are about the networks of this run."
        )
    if found.verdict == genres:
        return f"Over {found.sample} of split and training the verdict is the same."
    return (
        f"Over {found.sample} of split and training the verdict is another one: {found.verdict}. "
        "What a new training changes and what other genres change are two things, and a "
        "difference that matters has to stand both."
    )


def _size(findings: Findings, *, rope: float) -> str:
    """Whether the difference is large enough to matter."""
    found, beyond = findings[BAYES_GENRES], findings[T_TEST].verdict in (MEL, LINEAR)
    if found.verdict == NOTHING:
        return ""
    named = zip(REGIONS, found.probabilities, strict=True)
    first = f"With a region of ±{rope:g}: {', '.join(f'{r} {p:.2f}' for r, p in named)}."
    repeats = findings[BAYES_REPEATS]
    if repeats.verdict != NOTHING:
        first += f" Over {repeats.sample} the Bayesian verdict is: {repeats.verdict}."
    if found.verdict in (MEL, LINEAR):
        return f"{first} The difference is large enough to matter."
    if found.verdict == EQUIVALENT:
        there = "There is a difference, but it" if beyond else "Whatever difference there is, it"
        return f"{first} {there} is too small to matter."
    if beyond:
        return f"{first} There is a difference; whether it is large enough to matter is open."
    return f"{first} Neither a difference that matters nor its absence is settled."


def findings_table(findings: Findings) -> pd.DataFrame:
    """One row a test: what it found, in words and rounded numbers.

    Returns
    -------
    DataFrame
        Index ``test``; columns ``sample, estimate, interval, p or probability, verdict``.
    """
    rows = [
        {
            "test": finding.test,
            "sample": finding.sample,
            "estimate": finding.estimate_words,
            "interval": finding.interval_words,
            "p or probability": finding.chance_words,
            "verdict": finding.verdict,
        }
        for finding in findings.values()
    ]
    return pd.DataFrame(rows).set_index("test")


def assumptions_table(findings: Findings) -> pd.DataFrame:
    """One row a test: what it asks and assumes, and how it was computed or why not."""
    rows = [
        {
            "test": finding.test,
            "asks": ASKED[finding.test][0],
            "assumes": ASKED[finding.test][1],
            "computed": _computed(finding),
        }
        for finding in findings.values()
    ]
    return pd.DataFrame(rows).set_index("test")


def _computed(finding: Finding) -> str:
    """How, and where there is no verdict, why not."""
    why = f"not computed: {finding.reason}" if finding.reason else ""
    return "; ".join(part for part in (finding.note, why) if part) or NONE
