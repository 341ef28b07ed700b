"""Claims on Figure 10 and the paired test: one difference a genre, means over the depths.

Notebook: 06_statistical_test.
"""

import functools

import numpy as np

from ..statistics import (
    LEVEL,
    QuantilePairs,
    paired_t,
    quantile_band,
    quantile_pairs,
    shapiro_wilk,
    verdict,
)
from .finding import Finding, significant
from .tables import Tables

SAMPLES = 4_000
"""Normal samples whose points are counted outside the band."""


def judge_normality(tables: Tables) -> Finding:
    """C9: Shapiro–Wilk does not reject the normality of the differences."""
    pairs = tables.pairs("f1", arm=tables.arm)
    test = shapiro_wilk(pairs["difference"])
    numbers = {"arm": tables.arm, "shapiro": test.as_dict()}
    if reason := tables.missing("f1", arm=tables.arm) or test.reason:
        return Finding(numbers=numbers, reason=reason)
    return Finding(
        numbers=numbers,
        holds=test.p >= LEVEL,
        shows=f"Shapiro–Wilk: {test.in_words('W')}.",
        beyond_noise=significant(test.p),
        noise="The same test; with so few pairs it sees coarse departures alone.",
    )


def judge_quantiles(tables: Tables) -> Finding:
    """C9b: no point of the Q–Q plot leaves the pointwise 95 % band around its line."""
    points = quantile_pairs(tables.pairs("f1", arm=tables.arm)["difference"])
    if reason := tables.missing("f1", arm=tables.arm):
        return Finding(numbers={"arm": tables.arm}, reason=reason)
    if isinstance(points, str):
        return Finding(numbers={"arm": tables.arm}, reason=points)
    left = outside(points)
    n = len(points.ordered)
    chance = outside_by_chance(n)
    p, any_left = float((chance >= len(left)).mean()), float((chance > 0).mean())
    named = f" ({', '.join(left)})" if left else ""
    return Finding(
        numbers={
            "arm": tables.arm,
            "n": n,
            "outside": left,
            "r": points.r,
            "p": p,
            "any outside by chance": any_left,
        },
        holds=not left,
        shows=f"{len(left)} of {n} points lie outside the band{named}.",
        beyond_noise=significant(p),
        noise=f"Of {SAMPLES} normal samples of {n}, {100 * p:.1f} % have as many points outside "
        f"or more, and {100 * any_left:.1f} % have any: the line is fitted to the points, so that "
        "few leave it.",
    )


def judge_t_test(tables: Tables) -> Finding:
    """C10: the paired t-test of the differences is significant, and t is negative."""
    pairs = tables.pairs("f1", arm=tables.arm)
    test = paired_t(pairs["difference"])
    numbers = {"arm": tables.arm, "paired_t": test.as_dict(), "mean": pairs["difference"].mean()}
    if reason := tables.missing("f1", arm=tables.arm) or test.reason:
        return Finding(numbers=numbers, reason=reason)
    return Finding(
        numbers=numbers,
        holds=bool(test.statistic < 0 and test.p < LEVEL),
        shows=f"Paired {test.in_words('t')}.",
        beyond_noise=significant(test.p),
        noise=f"The same test. {verdict(test)}",
    )


def outside(points: QuantilePairs) -> list[str]:
    """Genres whose points lie outside the band of a Q–Q plot, lowest first."""
    low, high = quantile_band(points)
    ordered = np.array(points.ordered)
    return [str(name) for name, out in zip(points.names, (ordered < low) | (ordered > high),
                                           strict=True) if out]  # fmt: skip


@functools.cache
def outside_by_chance(n: int) -> np.ndarray:
    """Points outside the band in each of `SAMPLES` normal samples of n, always the same ones."""
    samples = np.sort(np.random.default_rng(0).normal(size=(SAMPLES, n)))
    x = np.array(quantile_pairs(samples[0]).theoretical)
    slope = (samples @ (x - x.mean())) / ((x - x.mean()) ** 2).sum()
    middle = samples.mean(axis=1) - slope * x.mean()
    unit = QuantilePairs(
        names=(), theoretical=(), ordered=tuple(x), slope=1.0, intercept=0.0, r=1.0
    )
    low, high = (middle[:, None] + slope[:, None] * end for end in quantile_band(unit))
    return ((samples < low) | (samples > high)).sum(axis=1)
