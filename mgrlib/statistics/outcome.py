"""What a statistical test gives: its numbers, or the reason why it can't be computed."""

import math
from dataclasses import asdict, dataclass

import numpy as np

CONFIDENCE = 0.95
LEVEL = 0.05
"""Level of every test, the usual one; the paper names none."""
LEAST = 3
"""The fewest pairs for a test: Shapiro–Wilk needs three."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One test, or the reason why it can't be computed.

    Parameters
    ----------
    n : int
        Pairs that went in.
    df : int, optional
        Degrees of freedom.
    statistic, p, effect : float, optional
        The test's own statistic, its two-sided p, and an effect size.
    interval : (float, float), optional
        95 % interval; each function says of what.
    reason : str, optional
        Why there is no result; then every value but `n` is None.

    Raises
    ------
    ValueError
        If the values contradict each other.
    """

    n: int
    df: int | None = None
    statistic: float | None = None
    p: float | None = None
    effect: float | None = None
    interval: tuple[float, float] | None = None
    reason: str | None = None

    def __post_init__(self):
        if (self.statistic is None) != (self.reason is not None):
            raise ValueError("an outcome has either a statistic or a reason why it has none")
        if self.statistic is not None and not math.isfinite(self.statistic):
            raise ValueError(f"a statistic must be finite, got {self.statistic}")
        if self.p is not None and not 0 <= self.p <= 1:
            raise ValueError(f"p must lie between 0 and 1, got {self.p}")
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            raise ValueError(f"an interval must run from low to high, got {self.interval}")

    def as_dict(self) -> dict:
        """``{n, df, statistic, p, effect, interval}``, and ``reason`` where there is one."""
        values = asdict(self)
        if self.interval is not None:
            values["interval"] = list(self.interval)
        if self.reason is None:
            del values["reason"]
        return values

    def in_words(self, symbol: str) -> str:
        """Such as ``t(15) = −3.587, p = 0.0027, n = 16``, or why there is no result."""
        if self.reason is not None:
            return f"can't be computed ({self.reason})"
        df = "" if self.df is None else f"({self.df})"
        p = "" if self.p is None else f", p {'< 0.0001' if self.p < 1e-4 else f'= {self.p:.4f}'}"
        return f"{symbol}{df} = {self.statistic:.3f}{p}, n = {self.n}".replace("-", "−")


def usable(values) -> tuple[np.ndarray, str | None]:
    """The values as an array, and the reason why they can't be tested, if there is one."""
    values = np.asarray(values, dtype=float).ravel()
    if lost := int((~np.isfinite(values)).sum()):
        return values, f"{lost} of {values.size} values are not finite"
    if not values.size:
        return values, "no genre has the values that it takes"
    if values.size < LEAST:
        return values, f"{_count(values.size, 'pair')}, fewer than the {LEAST} that it takes"
    # Equal but for rounding: a test would divide by rounding errors.
    if np.ptp(values) <= 1e-12 * max(1.0, np.abs(values).max()):
        return values, f"all {values.size} values are equal, so they have no variance"
    return values, None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
