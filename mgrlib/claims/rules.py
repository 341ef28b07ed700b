"""The rules: the paper's claims in its order, each with how it is judged.

Notebook: 07_claims.
"""

from collections.abc import Iterable
from typing import Any

from .. import paper, results
from ..prose import fixed
from . import depths, genres, pairs
from .finding import VERDICTS, Claim, Finding, verdict
from .tables import Tables

ACROSS, GENRES, TEST, PREVALENCE = (
    f"notebooks/{name}.html"
    for name in (
        "04_across_depths", "05_per_genre_analysis", "06_statistical_test", "11_prevalence",
    )
)  # fmt: skip

CLAIMS = (
    Claim(
        id="C1",
        text="Without transfer learning, “only Resnet101 appears to have a better median” of "
        "accuracy, and neither scale varies less at all depths.",
        rule="One scale has the higher median accuracy over genres at depth 101 and at no other "
        "depth (the paper does not say which scale, so that either will do), and neither scale "
        "has the smaller variance of accuracy over genres at every depth. Judged on the arm none, "
        "without transfer learning.",
        page=ACROSS,
        figure=3,
        judge=depths.judge_accuracy,
        compares=True,
    ),
    Claim(
        id="C2",
        text="The median F1 is “universally better” with mel, and unscaled images vary more.",
        rule="At every depth, mel has the higher median F1 over genres, and at more than half of "
        "the depths linear has the larger variance of F1 over genres.",
        page=ACROSS,
        figure=4,
        judge=depths.judge_f1,
        compares=True,
    ),
    Claim(
        id="C2b",
        text="Unscaled images nevertheless have more of the highest F1 scores.",
        rule="Of the F1 scores of both scales, one a genre and depth, more of those above the "
        "90 % quantile of all are of linear than of mel.",
        page=ACROSS,
        figure=4,
        judge=depths.judge_highest,
        compares=True,
    ),
    Claim(
        id="C3",
        text="Recall is better with mel, in its median and at the lower end of its distribution.",
        rule="At every depth, mel has both the higher median and the higher lower quartile of "
        "recall over genres.",
        page=ACROSS,
        figure=5,
        judge=depths.judge_recall,
        compares=True,
    ),
    Claim(
        id="C4",
        text="Precision is the worst of the metrics, and neither scale is better in it.",
        rule="At every depth and with both scales, the median precision over genres is lower than "
        "that of accuracy, F1 and recall; it is not higher with the same scale at every depth; and "
        "at no depth is the mean difference between the scales significant (paired t over genres, "
        "p < 0.05 after Holm's correction over the depths).",
        page=ACROSS,
        figure=6,
        judge=depths.judge_precision,
        compares=True,
    ),
    Claim(
        id="C4b",
        text="F1 is “notably lower than raw accuracy”.",
        rule="At every depth and with both scales, the median F1 over genres lies at least 0.1 "
        "below the median accuracy.",
        page=ACROSS,
        figure=4,
        judge=depths.judge_f1_and_accuracy,
    ),
    Claim(
        id="C5",
        text="F1 differs much between genres and grows with the genre's size.",
        rule="At depth 50 (or the nearest) and with each scale, the highest F1 of a genre is at "
        "least twice the lowest, and Pearson's r of F1 with the genre's size (its positive test "
        "songs) is positive with p < 0.05.",
        page=GENRES,
        figure=7,
        judge=genres.judge_f1_by_size,
    ),
    Claim(
        id="C5b",
        text="More songs of a small genre would raise its F1.",
        rule="Over the genres whose training subsets were cut to the smallest genre's size, F1 "
        "with the whole subset minus F1 with the cut one has a positive mean and p < 0.05 (paired "
        "t; a genre's F1 is its mean over depths, both scales and repeats).",
        page=PREVALENCE,
        figure=None,
        judge=genres.judge_equal_sizes,
    ),
    Claim(
        id="C6",
        text="Recall is about uniform across genres.",
        rule="At depth 50 (or the nearest) and with each scale, the coefficient of variation of "
        "recall over genres is at most half of precision's, and Pearson's r of recall with the "
        "genre's size has p ≥ 0.05.",
        page=GENRES,
        figure=8,
        judge=genres.judge_uniform_recall,
    ),
    Claim(
        id="C7",
        text="Precision grows with the genre's size, and explains F1.",
        rule="At depth 50 (or the nearest) and with each scale, Pearson's r of precision with the "
        "genre's size is positive with p < 0.05, and so is that of F1 with precision, which is "
        "larger than that of F1 with recall.",
        page=GENRES,
        figure=9,
        judge=genres.judge_precision_by_size,
    ),
    Claim(
        id="C8",
        text="The scales differ most in two of the largest genres: Hip-Hop and Rock.",
        rule="At depth 50 (or the nearest), the two genres with the largest absolute difference in "
        "F1 between the scales are Hip-Hop and Rock. Beside it stands whether they are among the "
        "three largest genres of the run, whatever their names.",
        page=GENRES,
        figure=7,
        judge=genres.judge_largest_differences,
    ),
    Claim(
        id="C9",
        text="Shapiro–Wilk does not reject that the differences in F1 are normal.",
        rule="Shapiro–Wilk on the differences in F1, one a genre (transfer arm, mean over depths "
        "and repeats), has p ≥ 0.05.",
        page=TEST,
        figure=10,
        judge=pairs.judge_normality,
    ),
    Claim(
        id="C9b",
        text="In their Q–Q plot, the points leave the line only modestly, at the ends.",
        rule="Every point of these differences lies inside the pointwise 95 % band around the "
        "line of the Q–Q plot, a band that is wide at the ends alone.",
        page=TEST,
        figure=10,
        judge=pairs.judge_quantiles,
    ),
    Claim(
        id="C10",
        text=f"F1 is higher with mel: paired t = {fixed(paper.T_STATISTIC, 4)}, "
        f"p = {paper.P_VALUE}.",
        rule="The paired t-test of these differences, linear minus mel, has t < 0 and a two-sided "
        "p < 0.05.",
        page=TEST,
        figure=10,
        judge=pairs.judge_t_test,
        compares=True,
    ),
)
"""The claims of the paper's section 4, in its order."""


def judge_claims(tables: Tables, *, claims: Iterable[Claim] = CLAIMS) -> dict[str, Finding]:
    """A finding for each claim, by its id."""
    if not results.arms(tables.metrics):
        none = Finding(reason="metrics.csv has no row of a binary network")
        return {claim.id: none for claim in claims}
    return {claim.id: claim.judge(tables) for claim in claims}


def ledger(tables: Tables, *, evidence: str | None) -> list[dict[str, Any]]:
    """The content of ``claims.json``: an entry a claim, in the paper's order.

    Parameters
    ----------
    tables : Tables
    evidence : str or None
        What the songs are evidence of, as ``study.json`` has it: ``music``, ``synthetic``, or
        None for results made elsewhere.

    Returns
    -------
    list of dict
        ``id, text, rule, numbers, verdict, evidence, page``, and ``figure`` (the paper's, or
        None), ``shows`` (what is seen, in words), ``reason`` (why there is no verdict, else
        None), ``beyond_noise`` (whether the test of ``noise`` is significant; None where there
        is none).
    """
    evidence = evidence if evidence in VERDICTS else "unknown"
    findings = judge_claims(tables)
    return [_entry(claim, findings[claim.id], evidence) for claim in CLAIMS]


def _entry(claim: Claim, finding: Finding, evidence: str) -> dict[str, Any]:
    return {
        "id": claim.id,
        "text": claim.text,
        "rule": claim.rule,
        "numbers": finding.numbers,
        "verdict": verdict(finding.holds, evidence),
        "evidence": evidence,
        "page": claim.page,
        "figure": claim.figure,
        "shows": finding.shows,
        "reason": finding.reason,
        "beyond_noise": finding.beyond_noise,
        "noise": finding.noise,
    }
