"""Paired tests that don't assume a normal distribution: Wilcoxon, sign, sign flips.

If a genre's difference may as well have the other sign, every one of the 2^n ways to put
signs is as probable as the one that was seen. Counted over ranks this is Wilcoxon's test,
over signs the sign test, over the differences themselves the permutation test.

Conventions: a difference is linear minus mel, so a negative one favors mel; p is two-sided,
intervals are 95 % intervals. Two values within 1e-12 are the same value.

Notebook: 10_robustness, "Without the normal distribution".
"""

import numpy as np
from scipy import stats

from ..outcome import CONFIDENCE, LEAST, usable
from .finding import PERMUTATION, SIGN, WILCOXON, Finding

ALL_FLIPS = 20
"""The most differences whose 2^n signs are all counted: a million, in some milliseconds."""
DRAWN_FLIPS = 100_000
TAIL = (1 - CONFIDENCE) / 2
SAME = 1e-12


def wilcoxon(differences) -> Finding:
    """Wilcoxon's signed-rank test, with the Hodges–Lehmann estimate and its interval.

    `scipy.stats.wilcoxon`: exact up to 50 differences without ties. Of differences with
    ties up to `ALL_FLIPS` all signs of their mid-ranks are counted; beyond, it is the
    normal approximation. Zeros are left out, as Wilcoxon did. The estimate is the median
    of the Walsh averages; the interval lies between two of them, by the exact distribution
    of the signed ranks (Hollander, Wolfe & Chicken 2014, section 3.3).
    """
    values, zeros, reason = _signed(differences)
    known = {"test": WILCOXON, "n": values.size, "sample": _genres(values.size)}
    if reason:
        return Finding(**known, reason=reason)
    ranks = stats.rankdata(np.abs(values))
    ties = np.unique(ranks).size < ranks.size
    if ties and values.size <= ALL_FLIPS:
        signed = np.sign(values) * ranks
        p, how = flip_p(signed, _all_subsets(signed)[0]), "exact over all signs of the mid-ranks"
    else:
        how = "normal approximation" if ties or values.size > 50 else "exact"
        p = stats.wilcoxon(values, method="exact" if how == "exact" else "asymptotic").pvalue
    averages = walsh_averages(values)
    notes = [how, _zeros(zeros), "tied ranks" if ties else ""]
    return Finding(
        **known, estimate=float(np.median(averages)), interval=_between(averages, values.size),
        p=float(p), note=_joined(notes), reason=_too_few(values.size),
    )  # fmt: skip


def walsh_averages(values: np.ndarray) -> np.ndarray:
    """The n (n + 1) / 2 means of two values, or of one with itself, in order."""
    first, second = np.triu_indices(values.size)
    return np.sort((values[first] + values[second]) / 2)


def _between(averages: np.ndarray, n: int) -> tuple[float, float] | None:
    """The Walsh averages that enclose the center, None where 95 % can't be reached."""
    chance = np.ones(1)  # of each sum of the positive ranks
    for rank in range(1, n + 1):
        with_rank = np.concatenate([np.zeros(rank), chance])
        chance = (np.concatenate([chance, np.zeros(rank)]) + with_rank) / 2
    below = int((np.cumsum(chance) <= TAIL * (1 + SAME)).sum())
    return (float(averages[below - 1]), float(averages[-below])) if below else None


def sign_test(differences) -> Finding:
    """Sign test (`scipy.stats.binomtest`), with the median and its interval.

    The interval is that of `scipy.stats.quantile_test`, by order statistics. Zeros are
    left out.
    """
    values, zeros, reason = _signed(differences)
    known = {"test": SIGN, "n": values.size, "sample": _genres(values.size)}
    if reason:
        return Finding(**known, reason=reason)
    negative = int((values < 0).sum())
    interval = stats.quantile_test(values, q=0, p=0.5).confidence_interval(CONFIDENCE)
    bounded = np.isfinite([interval.low, interval.high]).all()
    return Finding(
        **known,
        estimate=float(np.median(values)),
        interval=(float(interval.low), float(interval.high)) if bounded else None,
        p=float(stats.binomtest(negative, values.size).pvalue),
        note=_joined([f"mel is better in {negative} of {values.size}", _zeros(zeros)]),
        reason=_too_few(values.size),
    )


def permutation_test(differences, *, rng: np.random.Generator, draws=DRAWN_FLIPS) -> Finding:
    """Sign-flip permutation test of the mean difference, and the interval by inverting it.

    All 2^n signs up to `ALL_FLIPS` differences, else `draws` random ones, where p is
    (k + 1) / (draws + 1) (Phipson & Smyth 2010). The interval holds the centers that the
    test does not reject; their ends are means of subsets of the differences (Hartigan 1969).
    """
    values, zeros, reason = _signed(differences, drop_zeros=False)
    known = {"test": PERMUTATION, "n": values.size, "sample": _genres(values.size)}
    if reason:
        return Finding(**known, reason=reason)
    if values.size <= ALL_FLIPS:
        sums, sizes = _all_subsets(values)
        p, how = flip_p(values, sums), f"exact: all {sums.size} signs"
    else:
        sums, sizes = _drawn_subsets(values, draws=draws, rng=rng)
        p = (1 + flip_p(values, sums) * draws) / (1 + draws)
        how = f"{draws} random signs, p ± {np.sqrt(p * (1 - p) / draws):.4f}"
    return Finding(
        **known, estimate=float(values.mean()), interval=_typical(sums, sizes), p=float(p),
        note=_joined([how, _zeros(zeros, what="whose sign does not matter")]),
        reason=_too_few(values.size - zeros),
    )  # fmt: skip


def flip_p(values: np.ndarray, sums: np.ndarray) -> float:
    """The share of sign flips whose sum is as far from zero as that of `values`.

    Parameters
    ----------
    values : ndarray, shape=(n,)
    sums : ndarray, shape=(flips,)
        Sum of the values that each flip leaves alone.

    Examples
    --------
    >>> flip_p(np.array([1.0, 2.0]), np.array([0.0, 1.0, 2.0, 3.0]))
    0.5
    """
    flipped = 2 * sums - values.sum()
    return float((np.abs(flipped) >= abs(values.sum()) - SAME * np.abs(values).sum()).mean())


def _all_subsets(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum and size of each of the 2^n subsets, the empty one first."""
    sums, sizes = np.zeros(1), np.zeros(1, dtype=int)
    for value in values:
        sums, sizes = np.concatenate([sums, sums + value]), np.concatenate([sizes, sizes + 1])
    return sums, sizes


def _drawn_subsets(values: np.ndarray, *, draws: int, rng) -> tuple[np.ndarray, np.ndarray]:
    sums, sizes = np.empty(draws), np.empty(draws, dtype=int)
    for start in range(0, draws, 10_000):  # bounds the memory with many genres
        part = slice(start, min(start + 10_000, draws))
        chosen = rng.random((part.stop - part.start, values.size)) < 0.5
        sums[part], sizes[part] = chosen @ values, chosen.sum(axis=1)
    return sums, sizes


def _typical(sums: np.ndarray, sizes: np.ndarray) -> tuple[float, float] | None:
    """Subset means that enclose the center with 95 %, None where that can't be reached."""
    means = np.sort(sums[sizes > 0] / sizes[sizes > 0])
    # A center below all but k - 1 of the means is rejected while k in all flips is too rare.
    below = int(TAIL * (means.size + 1) * (1 + SAME))
    return (float(means[below - 1]), float(means[-below])) if below else None


def _signed(differences, *, drop_zeros=True) -> tuple[np.ndarray, int, str | None]:
    """Values, how many of them are zero, and why their signs can't be tested."""
    values, reason = usable(differences)
    if values.size >= LEAST and np.isfinite(values).all():
        reason = None  # equal values have signs, if no variance
        values = np.where(np.abs(values) <= SAME, 0.0, np.round(values, 12))
        if not values.any():
            reason = f"all {values.size} differences are zero"
    zeros = int((values == 0).sum())
    return (values[values != 0] if drop_zeros and not reason else values), zeros, reason


def _too_few(n: int) -> str | None:
    least = 2.0 ** (1 - n)
    if least < 1 - CONFIDENCE:
        return None
    return f"with {n} differences other than zero its p can't fall below {least:.4g}"


def _zeros(zeros: int, *, what="left out") -> str:
    return "" if not zeros else f"{zeros} zero difference{'s' * (zeros > 1)} {what}"


def _genres(n: int) -> str:
    return f"{n} genre{'s' * (n != 1)}"


def _joined(notes) -> str:
    return "; ".join(note for note in notes if note)
