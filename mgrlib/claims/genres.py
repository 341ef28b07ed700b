"""Claims on Figures 7 to 9: genre by genre, at one depth, and on what more songs would do.

Each of the paper's two scales that the run has is judged, and all must agree. A genre's size
is the number of its positive test songs.
Notebooks: 05_per_genre_analysis, 11_prevalence.
"""

import math

import pandas as pd

from ..prose import fixed
from ..statistics import (
    LEAST,
    LEVEL,
    SCALES,
    Outcome,
    paired_t,
    pearson,
    size_correlation,
    spearman,
)
from .finding import Finding, significant
from .relations import homogeneity
from .tables import Tables
from .words import p_words, signed

DISPROPORTION = 2.0
"""The highest score over the lowest from which genres differ much."""
UNIFORM = 0.5
"""The coefficient of variation over that of precision up to which recall is uniform."""
NAMED = ("Hip-Hop", "Rock")
"""The genres in which the paper's scales differ most."""
LARGEST = 3
"""Hip-Hop and Rock are among the so many largest genres of the paper."""


def judge_f1_by_size(tables: Tables) -> Finding:
    """C5: F1 differs much between genres and grows with their size."""
    scores, numbers, reason = shown_scores(tables, "f1")
    tests = {scale: correlated(tables, "f1", scale) for scale in scores}
    reason = reason or why_none(tests)
    numbers["by_scale"] = [
        {"scale": scale, "lowest": values.min(), "highest": values.max(),
         **as_numbers(tests[scale])} for scale, values in scores.items()
    ]  # fmt: skip
    if reason:
        return Finding(numbers=numbers, reason=reason)
    wide = all(v.max() >= DISPROPORTION * v.min() for v in scores.values())
    return Finding(
        numbers=numbers,
        holds=wide and all(grows(test) for test in tests.values()),
        shows="; ".join(
            f"{scale}: F1 from {v.min():.2f} to {v.max():.2f} over {len(v)} genres, with size "
            f"{r_words(tests[scale])}" for scale, v in scores.items()) + ".",
        beyond_noise=all(significant(test.p) for test in tests.values()),
        noise="Pearson's r of F1 with the genre's size, significant with every scale.",
    )  # fmt: skip


def judge_equal_sizes(tables: Tables) -> Finding:
    """C5b: genres with more training songs than the smallest have a higher F1 for it."""
    numbers = {"arm": tables.arm}
    if tables.equal_sizes is None:
        reason = "the run has no networks trained on subsets of equal sizes"
        return Finding(numbers=numbers, reason=reason)
    full, cut = (
        table[(table["weights"] == tables.arm) & table["scale"].isin(SCALES)]
        for table in (tables.metrics, tables.equal_sizes)
    )
    if cut.empty:
        reason = f"the arm {tables.arm} was not trained on subsets of equal sizes"
        return Finding(numbers=numbers, reason=reason)
    if "n_train" not in full or "n_train" not in cut:
        return Finding(numbers=numbers, reason="the sizes of the training subsets are not recorded")
    gains = {name: gain(full, cut, name) for name in ("f1", "roc_auc")}
    tests = {name: paired_t(values) for name, values in gains.items()}
    before, remains = (
        {scale: size_correlation(table, arm=tables.arm, metric="f1", scale=scale)
         for scale in cut["scale"].unique()}
        for table in (tables.metrics, tables.equal_sizes)
    )  # fmt: skip
    numbers |= {f"gain in {name}": {"mean": values.mean(), **tests[name].as_dict(),
                                    "genres": values.to_dict()}
                for name, values in gains.items()}  # fmt: skip
    for name, found in (("all songs", before), ("equal sizes", remains)):
        numbers[f"size_correlation with {name}"] = {s: test.as_dict() for s, test in found.items()}
    test = tests["f1"]
    if test.reason:
        reason = f"the genres whose subsets were cut give no test: {test.reason}"
        return Finding(numbers=numbers, reason=reason)
    mean = gains["f1"].mean()
    left = "; ".join(f"{scale} {r_words(test)}" for scale, test in remains.items())
    return Finding(
        numbers=numbers,
        holds=bool(mean > 0 and test.p < LEVEL),
        shows=f"With all its songs instead of as many as the smallest genre has, a genre's F1 "
        f"changes by {signed(mean)}, its ROC-AUC by {signed(gains['roc_auc'].mean())} (means of "
        f"{test.n} genres). Of F1's correlation with size, equal sizes leave {left}.",
        beyond_noise=significant(test.p),
        noise=f"F1 with all songs minus F1 with equal sizes: paired {test.in_words('t')}; "
        f"ROC-AUC likewise: {tests['roc_auc'].in_words('t')}.",
    )  # fmt: skip


def judge_uniform_recall(tables: Tables) -> Finding:
    """C6: recall varies at most half as much as precision, and not with size."""
    scores, numbers, reason = shown_scores(tables, "recall", "precision")
    precision = tables.scores("precision")
    tests = {scale: correlated(tables, "recall", scale) for scale in scores}
    even = {scale: shares_alike(tables, scale) for scale in scores}
    spread = {scale: (variation(values), variation(precision[scale]))
              for scale, values in scores.items()}  # fmt: skip
    numbers["by_scale"] = [
        {"scale": scale, "recall varies by": recall, "precision varies by": other,
         **as_numbers(tests[scale]), "chi-square": even[scale].statistic,
         "chi-square p": even[scale].p}
        for scale, (recall, other) in spread.items()
    ]  # fmt: skip
    # Recall that is the same for all genres has no correlation to test, and is uniform.
    unlike = {scale: test for scale, test in tests.items() if spread[scale][0] != 0}
    if not reason and any(math.isnan(v) for pair in spread.values() for v in pair):
        reason = "a metric is 0 for every genre, so that its relative spread is undefined"
    if reason := reason or why_none(unlike):
        return Finding(numbers=numbers, reason=reason)
    narrow = all(recall <= UNIFORM * other for recall, other in spread.values())
    return Finding(
        numbers=numbers,
        holds=narrow and not any(significant(test.p) for test in unlike.values()),
        shows="; ".join(
            f"{scale}: coefficient of variation {recall:.2f} of recall, {other:.2f} of precision, "
            f"recall with size {r_words(tests[scale])}, over {len(scores[scale])} genres"
            for scale, (recall, other) in spread.items()
        ) + ".",
        beyond_noise=None if any(test.p is None for test in even.values())
        else any(significant(test.p) for test in even.values()),
        noise="That all genres have one recall, chi-square: "
        + "; ".join(f"{scale} {test.in_words('χ²')}" for scale, test in even.items())
        + ". Beyond noise if any test is significant; coarse where a genre has few songs.",
    )  # fmt: skip


def judge_precision_by_size(tables: Tables) -> Finding:
    """C7: precision grows with size, and F1 follows precision more closely than recall."""
    f1, numbers, reason = shown_scores(tables, "f1", "precision", "recall")
    others = {name: tables.scores(name) for name in ("precision", "recall")}
    size = {scale: correlated(tables, "precision", scale) for scale in f1}
    follows = {
        scale: {name: pearson(*together(values, other[scale])) for name, other in others.items()}
        for scale, values in f1.items()
    }
    numbers["by_scale"] = [
        {"scale": scale, **as_numbers(size[scale]),
         **{f"F1 with {name}, {key}": value for name, test in follows[scale].items()
            for key, value in as_numbers(test).items()}}
        for scale in f1
    ]  # fmt: skip
    closeness = {scale: tests["precision"] for scale, tests in follows.items()}
    if reason := reason or why_none(size) or why_none(closeness):
        return Finding(numbers=numbers, reason=reason)
    explains = all(grows(closeness[scale]) and closeness[scale].statistic > r_or_0(tests["recall"])
                   for scale, tests in follows.items())  # fmt: skip
    return Finding(
        numbers=numbers,
        holds=explains and all(grows(test) for test in size.values()),
        shows="; ".join(
            f"{scale}: precision with size {r_words(size[scale])}, F1 with precision r = "
            f"{fixed(closeness[scale].statistic, 2)}, with recall r = "
            f"{fixed(r_or_0(tests['recall']), 2)}, over {len(f1[scale])} genres"
            for scale, tests in follows.items()
        ) + ".",
        beyond_noise=all(significant(t.p) for t in (*size.values(), *closeness.values())),
        noise="Pearson's r of precision with size and of F1 with precision, all significant.",
    )  # fmt: skip


def judge_largest_differences(tables: Tables) -> Finding:
    """C8: the scales differ most in Hip-Hop and Rock; beside it, in two large genres."""
    pairs = tables.by_depth("f1", arm=tables.arm).get(tables.depth)
    numbers = {"arm": tables.arm, "depth": tables.depth}
    if pairs is None:
        reason = tables.missing("f1", arm=tables.arm)
        reason = reason or f"fewer than {LEAST} genres have linear and mel at one depth"
        return Finding(numbers=numbers, reason=reason)
    differences = pairs["difference"].abs().sort_values(ascending=False, kind="stable")
    sizes = tables.sizes.reindex(differences.index)
    test = spearman(sizes, differences)
    numbers |= {"n": len(differences), "differences": pairs["difference"].to_dict(),
                "spearman with size": test.as_dict()}  # fmt: skip
    if differences.iloc[1] == differences.iloc[2]:
        return Finding(numbers=numbers, reason="several genres share the second largest difference")
    first = list(differences.index[:2])
    large = tables.sizes.index[:LARGEST] if tables.sizes.notna().all() else None
    numbers |= {"largest": first, "both are named": set(first) == set(NAMED),
                f"both are among the {LARGEST} largest genres":
                None if large is None else set(first) <= set(large)}  # fmt: skip
    if absent := [genre for genre in NAMED if genre not in differences.index]:
        reason = f"the run has no genre {' and no '.join(absent)}"
        return Finding(numbers=numbers, reason=reason)
    seen = " and ".join(f"{genre} ({signed(pairs.loc[genre, 'difference'])})" for genre in first)
    return Finding(
        numbers=numbers,
        holds=set(first) == set(NAMED),
        shows=f"The largest differences, linear minus mel, are in {seen} of {len(differences)} "
        f"genres at ResNet{tables.depth}.",
        beyond_noise=significant(test.p),
        noise=f"Size of the difference with the genre's size, Spearman: {test.in_words('ρ')}.",
    )


def shown_scores(tables: Tables, metric: str, *others: str):
    """Scores at the shown depth by scale, the numbers that say so, and why there are none."""
    present = set(tables.metrics.loc[tables.metrics["weights"] == tables.arm, "scale"])
    scales = [scale for scale in SCALES if scale in present]
    reason = tables.missing(metric, *others, arm=tables.arm, scales=scales)
    scores = {} if reason else tables.scores(metric)
    for other in others:
        scores = {scale: v for scale, v in scores.items() if scale in tables.scores(other)}
    if not reason and (not scores or set(scores) != set(scales)):
        short = [scale for scale in scales if scale not in scores] or ["linear or mel"]
        where = "the run" if tables.depth is None else f"ResNet{tables.depth}"
        reason = f"{where} has fewer than {LEAST} genres with scores of {' and '.join(short)}"
    n = {scale: len(values) for scale, values in scores.items()}
    return scores, {"arm": tables.arm, "depth": tables.depth, "n": n}, reason


def correlated(tables: Tables, metric: str, scale: str) -> Outcome:
    """Pearson's r of a metric at the shown depth with the genre's size."""
    return size_correlation(
        tables.metrics, arm=tables.arm, metric=metric, scale=scale, depth=tables.depth
    )


def shares_alike(tables: Tables, scale: str) -> Outcome:
    """Chi-square test that all genres have one recall at the shown depth, over their songs."""
    rows = tables.metrics
    rows = rows[(rows["weights"] == tables.arm) & (rows["scale"] == scale)]
    rows = rows[rows["depth"] == tables.depth]
    if "n_test_positive" not in rows:
        return Outcome(n=len(rows), reason="the sizes of the genres are not recorded")
    counts = rows[["genre"]].assign(
        of=rows["n_test_positive"], found=rows["recall"] * rows["n_test_positive"]
    )
    totals = counts.dropna().groupby("genre")[["found", "of"]].sum()
    return homogeneity(totals["found"], totals["of"])


def gain(full: pd.DataFrame, cut: pd.DataFrame, metric: str) -> pd.Series:
    """Mean score of each genre with its full training subset minus that with the cut one.

    Over the depths, scales and repeats that both have; genres that were not cut are left out.
    """
    keys = ["genre", "depth", "scale", "repeat"]
    columns = [*keys, "n_train", metric]
    if metric not in full or metric not in cut:
        return pd.Series(dtype=float)
    both = full[columns].merge(cut[columns], on=keys, suffixes=("_full", "_cut"))
    both = both[both["n_train_full"] > both["n_train_cut"]]
    return (both[f"{metric}_full"] - both[f"{metric}_cut"]).groupby(both["genre"]).mean().dropna()


def together(first: pd.Series, second: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Two series over the genres that both have."""
    both = first.index.intersection(second.index)
    return first[both], second[both]


def variation(values: pd.Series) -> float:
    """Coefficient of variation: standard deviation (ddof 1) over the mean; NaN at mean 0."""
    return float(values.std() / values.mean()) if values.mean() else math.nan


def grows(test: Outcome) -> bool:
    """Whether a correlation is positive and significant."""
    return bool(test.statistic > 0 and test.p < LEVEL)


def r_words(test: Outcome) -> str:
    """A correlation in words, or why there is none."""
    if test.reason:
        return f"none ({test.reason})"
    return f"r = {fixed(test.statistic, 2)} ({p_words(test.p)})"


def r_or_0(test: Outcome) -> float:
    """A correlation, 0 where one of the series does not vary."""
    return 0.0 if test.statistic is None else test.statistic


def why_none(tests: dict[str, Outcome]) -> str | None:
    """Which test can't be computed and why; None if all can."""
    return next((f"{scale}: {test.reason}" for scale, test in tests.items() if test.reason), None)


def as_numbers(test: Outcome) -> dict:
    """A correlation with size as plain data."""
    if test.reason:
        return {"r": None, "p": None, "reason": test.reason}
    return {"r": test.statistic, "p": test.p}
