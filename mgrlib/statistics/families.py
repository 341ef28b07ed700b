"""Families of tests: several at once, and p corrected for how many there are."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from .outcome import Outcome
from .paired import paired_t

COLUMNS = ["n", "difference", "low", "high", "t", "df", "p", "dz", "reason"]


def holm(p: pd.Series) -> pd.Series:
    """Holm's correction over the p that there are; NaN stays NaN (Holm 1979).

    By hand: statsmodels' `multipletests` collects garbage at every call, and the question
    what chance would do asks for thousands.

    >>> holm(pd.Series([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    known = p.dropna().sort_values(kind="stable")
    steps = known * np.arange(len(known), 0, -1)
    return steps.cummax().clip(upper=1.0).reindex(p.index).astype(float)


def paired_tests(differences: Mapping[Hashable, pd.Series]) -> pd.DataFrame:
    """A paired t-test of each of `differences`, a row each, not corrected.

    Returns
    -------
    DataFrame
        Index the keys; columns `COLUMNS`: the mean ``difference`` with its interval, NaN where
        there is no test, for the ``reason`` that stands beside.
    """
    rows = [_row(values) for values in differences.values()]
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = table.columns.drop(["n", "reason"])
    table = table.astype(dict.fromkeys(numbers, float) | {"n": int, "reason": object})
    table.index = pd.Index(list(differences), tupleize_cols=False)
    return table


def _row(values: pd.Series) -> dict:
    test = paired_t(values)
    low, high = test.interval or (np.nan, np.nan)
    return {
        "n": test.n, "difference": np.mean(values) if len(values) else np.nan,
        "low": low, "high": high, "t": test.statistic, "df": test.df, "p": test.p,
        "dz": test.effect, "reason": test.reason,
    }  # fmt: skip


def friedman(values: pd.DataFrame, *, what: str) -> Outcome:
    """Friedman's test that no column of `values` ranks higher than another (Friedman 1937).

    Parameters
    ----------
    values : DataFrame, shape=(genres, columns)
        Three columns or more, no value missing.
    what : str
        What the values are, such as ``"the scales"``.

    Returns
    -------
    Outcome
        `effect` is Kendall's W: 0 where the genres do not agree on an order, 1 where all have
        the same.
    """
    n, k = values.shape
    # Rounded, so that equal values are ties and not told apart by rounding errors.
    rounded = values.round(12).to_numpy()
    if (np.ptp(rounded, axis=1) == 0).all():
        return Outcome(n=n, reason=f"within every genre {what} are equal")
    test = stats.friedmanchisquare(*rounded.T)
    chi2 = float(test.statistic)
    return Outcome(n=n, df=k - 1, statistic=chi2, p=float(test.pvalue), effect=chi2 / n / (k - 1))
