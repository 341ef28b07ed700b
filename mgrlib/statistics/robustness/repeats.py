"""Repeats: the same study with another split, other first weights, another order of batches.

Repeats share most of their training songs, so their differences are correlated, and a
plain t-test over them finds differences that are not there. The corrected resampled t-test
takes (1/R + n_test/n_train) s² for the variance of their mean, not s²/R (Nadeau & Bengio
2003; Bouckaert & Frank 2004).

Conventions: a difference is linear minus mel, so a negative one favors mel.

Notebook: 10_robustness, "Another training".
"""

import numpy as np
import pandas as pd
from scipy import stats

from ..outcome import LEAST
from ..scores import TESTED, finite_column, paired_scores
from .finding import CORRECTED, Finding
from .rope import Posterior, posterior


def repeat_differences(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.Series:
    """The mean difference over genres in each repeat, of the genres that all repeats have."""
    rows = metrics[metrics["weights"] == arm]
    parts = {
        repeat: paired_scores(part, arm=arm, metric=metric)["difference"]
        for repeat, part in rows.groupby(rows["repeat"].fillna(0))
    }
    parts = {repeat: differences for repeat, differences in parts.items() if differences.size}
    if not parts:
        return pd.Series(dtype=float, name="difference").rename_axis("repeat")
    return pd.concat(parts, axis=1, join="inner").mean().rename("difference").rename_axis("repeat")


def split_ratio(metrics: pd.DataFrame, *, arm: str) -> float:
    """Test songs over training songs of the split, NaN where it is not recorded.

    A binary network learns from a subset, its genre's training songs and as many others;
    the split itself is that of the genre's songs: `n_test_positive` to half of `n_train`,
    the median over genres. The joint network learns from all training songs.
    """
    rows = metrics[metrics["weights"] == arm]
    test = finite_column(rows, "n_test" if arm == "joint" else "n_test_positive")
    train = finite_column(rows, "n_train") / (1 if arm == "joint" else 2)
    ratio = (test / train).where((test > 0) & (train > 0)).dropna()
    return float(ratio.median()) if ratio.size else float("nan")


def repeats_posterior(metrics: pd.DataFrame, *, arm: str) -> Posterior | str:
    """Posterior of the mean difference over repeats, correlated by `split_ratio`."""
    differences = repeat_differences(metrics, arm=arm)
    if differences.size < LEAST:
        has = f"{differences.size or 'no'} repeat{'s' * (differences.size != 1)}"
        return f"{has} with linear and mel, and it takes {LEAST}; the setting repeats=5 makes five"
    ratio = split_ratio(metrics, arm=arm)
    if not np.isfinite(ratio):
        return "the numbers of training and test songs are not recorded"
    return posterior(differences, ratio=ratio)


def corrected_t(metrics: pd.DataFrame, *, arm: str) -> Finding:
    """Corrected resampled t-test of the mean difference over repeats, R - 1 df."""
    n = repeat_differences(metrics, arm=arm).size
    known = {"test": CORRECTED, "n": n, "sample": f"{n} repeat{'s' * (n != 1)}"}
    found = repeats_posterior(metrics, arm=arm)
    if isinstance(found, str):
        return Finding(**known, reason=found)
    t = found.location / found.scale
    ratio = split_ratio(metrics, arm=arm)
    return Finding(
        **known, estimate=found.location, interval=found.interval,
        p=float(2 * stats.t.sf(abs(t), n - 1)),
        note=f"t({n - 1}) = {t:.3f}; test to training songs {ratio:.3f}".replace("-", "−"),
    )  # fmt: skip
