"""Claims on Figures 3 to 6: boxes over genres, both scales, by depth.

They speak of several depths, so fewer than two can't decide them. A depth counts if both
scales have scores of at least three genres; medians and variances are over these genres.
Notebook: 04_across_depths.
"""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from ..prose import fixed
from ..statistics import DESCRIBED, LEAST, LEVEL, holm, paired_t, verdict
from .finding import Finding, significant
from .relations import pitman_morgan, sign_flips
from .tables import Tables
from .words import of, p_words

LEAST_DEPTHS = 2
NAMED_DEPTH = 101
"""The depth that the paper names beside Figure 3."""
BOTH_WAYS = (("mel", "linear"), ("linear", "mel"))
WITH_TRANSFER = (
    "the claim is about networks trained without transfer learning, and the run has no arm none"
)
NOTABLY = 0.1
"""A difference of two medians, both between 0 and 1, that is called notable."""
TOP = 0.9
"""Scores above this quantile are the highest ones."""


def judge_accuracy(tables: Tables) -> Finding:
    """C1: one scale has the better median at ResNet101 alone; none varies less throughout.

    The paper's sentence does not say which scale, so both readings are judged. It is about
    networks without transfer learning: on a run that has none, the numbers are those of its
    transfer arm, and there is no verdict.
    """
    arm = tables.untrained_arm
    rows, reason = compare(tables, "accuracy", arm=arm)
    if reason is None and NAMED_DEPTH not in rows.index:
        reason = f"the run has no ResNet{NAMED_DEPTH} with both scales of {LEAST} genres"
    numbers = {"arm": arm, "by_depth": records(rows)}
    if reason:
        return Finding(numbers=numbers, reason=reason)
    higher = {scale: depths_where(rows, scale, other)
              for scale, other in BOTH_WAYS}  # fmt: skip
    steadier = {scale: depths_where(rows, f"{other}_variance", f"{scale}_variance")
                for scale, other in BOTH_WAYS}  # fmt: skip
    readings = {f"{scale} better at {NAMED_DEPTH} alone": depths == [NAMED_DEPTH]
                for scale, depths in higher.items()}  # fmt: skip
    neither = all(len(depths) < len(rows) for depths in steadier.values())
    beyond = beyond_noise(rows)
    untrained = arm == "none"
    holds = any(readings.values()) and neither if untrained else None
    return Finding(
        numbers=numbers | readings | {"neither varies less at all depths": neither},
        holds=holds,
        reason=None if untrained else WITH_TRANSFER,
        shows=f"Higher median accuracy with mel at {of(higher['mel'])} and with linear at "
        f"{of(higher['linear'])}; smaller variance with mel at {of(steadier['mel'])} and with "
        f"linear at {of(steadier['linear'])} (arm {arm}).",
        beyond_noise=bool(beyond),
        noise="Mean difference in accuracy, paired t after Holm's correction over the depths: "
        f"beyond noise at {of(beyond)}.",
    )


def judge_f1(tables: Tables) -> Finding:
    """C2: the median F1 is higher with mel at every depth, and linear varies more at most."""
    rows, reason = compare(tables, "f1", arm=tables.arm)
    means = tables.pairs("f1", arm=tables.arm)
    test = paired_t(means["difference"])
    spread = pitman_morgan(means["linear"], means["mel"])
    numbers = {"arm": tables.arm, "by_depth": records(rows), "paired_t": test.as_dict(),
               "pitman_morgan": spread.as_dict()}  # fmt: skip
    if reason:
        return Finding(numbers=numbers, reason=reason)
    higher = depths_where(rows, "mel", "linear")
    wider = depths_where(rows, "linear_variance", "mel_variance")
    both = (significant(test.p), significant(spread.p))
    return Finding(
        numbers=numbers | {"mel higher at": higher, "linear varies more at": wider},
        holds=len(higher) == len(rows) and len(wider) > len(rows) / 2,
        shows=f"Higher median F1 with mel at {of(higher)}, larger variance with linear at "
        f"{of(wider)}, of {len(rows)} depths.",
        beyond_noise=None if None in both else all(both),
        noise=f"Means over the depths: paired {test.in_words('t')}. {verdict(test)} Their "
        f"variances, Pitman–Morgan: {spread.in_words('r')}. Both tests must be significant.",
    )


def judge_highest(tables: Tables) -> Finding:
    """C2b: of the highest F1 scores, more are of linear images than of mel images."""
    pairs = tables.by_depth("f1", arm=tables.arm)
    if reason := tables.missing("f1", arm=tables.arm) or too_few(pairs, least=1):
        return Finding(numbers={"arm": tables.arm, "depths": list(pairs)}, reason=reason)
    scores = pd.concat(pairs, names=["depth"])[["linear", "mel"]]
    bound = float(np.quantile(scores.to_numpy(), TOP))
    highest = scores > bound
    linear, mel = int(highest["linear"].sum()), int(highest["mel"].sum())
    by_genre = highest.groupby("genre").sum()
    p = sign_flips(by_genre["linear"] - by_genre["mel"])
    return Finding(
        numbers={
            "arm": tables.arm,
            "depths": list(pairs),
            "n_scores": scores.size,
            "n_genres": len(by_genre),
            "above": bound,
            "linear": linear,
            "mel": mel,
            "p": p,
        },
        holds=linear > mel,
        shows=f"Of the {linear + mel} highest of {scores.size} scores (F1 above {bound:.3f}), "
        f"{linear} are of linear images and {mel} of mel images.",
        beyond_noise=significant(p),
        noise=f"Exchanging the two scales within genres, all depths at once: {p_words(p)}.",
    )


def judge_recall(tables: Tables) -> Finding:
    """C3: median and lower quartile of recall are higher with mel at every depth."""
    rows, reason = compare(tables, "recall", arm=tables.arm)
    test = paired_t(tables.pairs("recall", arm=tables.arm)["difference"])
    numbers = {"arm": tables.arm, "by_depth": records(rows), "paired_t": test.as_dict()}
    if reason:
        return Finding(numbers=numbers, reason=reason)
    median = depths_where(rows, "mel", "linear")
    quartile = depths_where(rows, "mel_q1", "linear_q1")
    return Finding(
        numbers=numbers | {"higher median at": median, "higher lower quartile at": quartile},
        holds=len(median) == len(quartile) == len(rows),
        shows=f"With mel, the median of recall is higher at {of(median)} and the lower quartile "
        f"at {of(quartile)}, of {len(rows)} depths.",
        beyond_noise=significant(test.p),
        noise=f"Means over the depths: paired {test.in_words('t')}. {verdict(test)}",
    )


def judge_precision(tables: Tables) -> Finding:
    """C4: precision has the lowest median of the metrics, and no scale is better in it."""
    rows, reason = compare(tables, "precision", *DESCRIBED, arm=tables.arm)
    numbers = {"arm": tables.arm, "by_depth": records(rows)}
    if reason:
        return Finding(numbers=numbers, reason=reason)
    medians = {name: medians_of(tables, name, rows.index) for name in DESCRIBED}
    worst = all((medians["precision"] < medians[name]).all(axis=None)
                for name in DESCRIBED if name != "precision")  # fmt: skip
    named = pd.concat(medians, axis=1)
    named.columns = [f"{name}, {scale}" for name, scale in named.columns]
    numbers |= {"precision is the lowest throughout": worst, "medians": records(named)}
    # Where both scales have the same precision throughout there is nothing to test.
    untested = rows["p_holm"].isna() & (rows["difference"] != 0)
    if untested.any():
        reason = f"the difference at ResNet{untested.idxmax()} is the same for every genre"
        return Finding(numbers=numbers, reason=reason)
    better = {scale: depths_where(rows, scale, other)
              for scale, other in BOTH_WAYS}  # fmt: skip
    beyond = beyond_noise(rows)
    one_sided = any(len(depths) == len(rows) for depths in better.values())
    return Finding(
        numbers=numbers
        | {
            "mel higher at": better["mel"],
            "linear higher at": better["linear"],
            "beyond noise at": beyond,
        },
        holds=worst and not one_sided and not beyond,
        shows=f"Precision {'has' if worst else 'does not have'} the lowest median at every depth "
        f"with both scales; it is higher with mel at {of(better['mel'])}, with linear at "
        f"{of(better['linear'])}.",
        beyond_noise=bool(beyond),
        noise="Mean difference in precision, paired t after Holm's correction over the depths: "
        f"beyond noise at {of(beyond)}.",
    )


def judge_f1_and_accuracy(tables: Tables) -> Finding:
    """C4b: the median F1 is at least `NOTABLY` below the median accuracy throughout."""
    rows, reason = compare(tables, "f1", "accuracy", arm=tables.arm)
    if reason:
        return Finding(numbers={"arm": tables.arm, "by_depth": records(rows)}, reason=reason)
    below = medians_of(tables, "accuracy", rows.index) - medians_of(tables, "f1", rows.index)
    means = [tables.pairs(name, arm=tables.arm)[["linear", "mel"]].mean(axis=1)
             for name in ("accuracy", "f1")]  # fmt: skip
    test = paired_t((means[0] - means[1]).dropna())
    least, most = float(below.min(axis=None)), float(below.max(axis=None))
    return Finding(
        numbers={"arm": tables.arm, "paired_t": test.as_dict(),
                 "accuracy minus F1": records(below.assign(n=rows["n"]))},
        holds=least >= NOTABLY,
        shows=f"The median F1 lies {fixed(least, 3)} to {fixed(most, 3)} below the median "
        "accuracy, by depth and scale.",
        beyond_noise=significant(test.p),
        noise="Accuracy minus F1, one mean over depths and scales a genre: paired "
        f"{test.in_words('t')}.",
    )  # fmt: skip


def compare(tables: Tables, metric: str, *others: str, arm: str) -> tuple[pd.DataFrame, str | None]:
    """Both scales in `metric` at each depth that has it and `others`; and what is missing.

    Returns
    -------
    DataFrame
        Index ``depth``; ``n`` genres; of each scale the median, lower quartile (``_q1``) and
        variance (``_variance``, ddof 1); the mean ``difference``, its ``p`` by the paired t,
        and ``p_holm``, corrected over the depths.
    str or None
        Why a claim on several depths can't be judged.
    """
    pairs = tables.by_depth(metric, arm=arm)
    for other in others:
        shared = tables.by_depth(other, arm=arm)
        pairs = {depth: table for depth, table in pairs.items() if depth in shared}
    tests = [paired_t(table["difference"]) for table in pairs.values()]
    rows = [
        _row(table) | {"p": math.nan if test.p is None else test.p}
        for table, test in zip(pairs.values(), tests, strict=True)
    ]
    found = pd.DataFrame(rows, index=pd.Index(pairs, name="depth", dtype=int))
    if rows:
        found["p_holm"] = holm(found["p"])
    return found, tables.missing(metric, *others, arm=arm) or too_few(pairs)


def _row(pairs: pd.DataFrame) -> dict[str, float]:
    row = {"n": len(pairs)}
    for scale in ("linear", "mel"):
        values = pairs[scale].to_numpy()
        row[f"{scale}_q1"], row[scale] = np.percentile(values, [25, 50])
        row[f"{scale}_variance"] = values.var(ddof=1)
    return row | {"difference": pairs["difference"].mean()}


def too_few(pairs: dict, *, least: int = LEAST_DEPTHS) -> str | None:
    """Why the depths of `pairs` are too few, in words; None if they are not."""
    if len(pairs) >= least:
        return None
    number = "no depth has" if not pairs else f"only ResNet{next(iter(pairs))} has"
    return (
        f"{number} scores with both scales of at least {LEAST} genres, and the rule needs "
        f"{'a depth' if least == 1 else f'{least} depths'}"
    )


def medians_of(tables: Tables, metric: str, depths: Iterable[int]) -> pd.DataFrame:
    """Medians over genres: index depth, columns ``linear, mel``."""
    pairs = tables.by_depth(metric, arm=tables.arm)
    medians = [np.median(pairs[depth].to_numpy()[:, :2], axis=0) for depth in depths]
    return pd.DataFrame(medians, pd.Index(depths, name="depth"), ["linear", "mel"])


def depths_where(rows: pd.DataFrame, larger: str, smaller: str) -> list[int]:
    """Depths at which one column exceeds another."""
    return [int(depth) for depth in rows.index[rows[larger] > rows[smaller]]]


def beyond_noise(rows: pd.DataFrame) -> list[int]:
    """Depths at which the scales differ, after Holm's correction."""
    return [int(depth) for depth in rows.index[rows["p_holm"] < LEVEL]]


def records(rows: pd.DataFrame) -> list[dict]:
    """Rows by depth as plain data."""
    return rows.reset_index().to_dict("records")
