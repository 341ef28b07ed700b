"""Is the difference between the scales the same at every depth? The paper's second question.

Conventions: a difference is linear minus mel, so a negative one favors mel; a pair is a
genre at one depth, the mean over the repeats that both scales have (repeats share their
genre, so they are not counted as further genres). The tests within a family (the depths,
or the pairs of depths) are corrected by Holm's method; the intervals that go with them are
Bonferroni's, a little wider, because Holm's method has no intervals of this form.

Notebook: 09_every_depth.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from ..families import friedman, holm, paired_tests
from ..outcome import CONFIDENCE, LEAST, Outcome
from ..scores import TESTED, genre_sizes, paired_scores

TEST_COLUMNS = [
    "n", "difference", "low", "high", "family_low", "family_high",
    "t", "df", "p", "p_holm", "dz", "reason",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """Whether the difference varies with the depth, over the genres that have every depth.

    Attributes
    ----------
    anova : Outcome
        Repeated-measures analysis of variance of the differences: F, its `df` of the
        depths, p after Greenhouse and Geisser, and partial η² as `effect`.
    friedman : Outcome
        Friedman's test, by ranks within a genre: χ², and Kendall's W as `effect`.
    df_error : int or None
        The other degrees of freedom of F.
    epsilon : float or None
        Greenhouse and Geisser's ε: 1 where all pairs of depths vary alike, else lower.
    left_out : tuple of str
        Genres that lack a depth.
    """

    anova: Outcome
    friedman: Outcome
    df_error: int | None = None
    epsilon: float | None = None
    left_out: tuple[str, ...] = ()

    def in_words(self) -> str:
        """Such as ``F(3, 45) = 0.21, p = 0.88 (ε = 0.93), n = 16``, or why there is no F."""
        test = self.anova
        if test.reason:
            return f"can't be computed ({test.reason})"
        return (
            f"F({test.df}, {self.df_error}) = {test.statistic:.2f}, p = {test.p:.4f} after "
            f"Greenhouse and Geisser (ε = {self.epsilon:.2f}), n = {test.n} genres"
        )


def depth_pairs(
    metrics: pd.DataFrame, *, arm: str, metric: str = TESTED
) -> dict[int, pd.DataFrame]:
    """`paired_scores` of each depth that has pairs, the shallowest first."""
    rows = metrics[metrics["weights"] == arm]
    # Results made elsewhere may leave the depth of a baseline empty.
    depths = pd.to_numeric(rows["depth"], errors="coerce").fillna(0).astype(int)
    rows = rows.assign(depth=depths)
    found = {
        int(depth): paired_scores(part, arm=arm, metric=metric)
        for depth, part in rows.groupby("depth")
    }
    return {depth: pairs for depth, pairs in found.items() if len(pairs)}


def depth_differences(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """Linear minus mel, shape (genre, depth); NaN where a pair is missing, largest genre first."""
    pairs = depth_pairs(metrics, arm=arm, metric=metric)
    table = pd.DataFrame({depth: part["difference"] for depth, part in pairs.items()})
    order = [genre for genre in genre_sizes(metrics).index if genre in table.index]
    return table.reindex(order).rename_axis(index="genre", columns="depth")


def depth_tests(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """A paired t-test over the genres at each depth.

    Returns
    -------
    DataFrame
        Index ``depth``. Columns ``linear`` and ``mel`` (means over the paired genres),
        ``n`` (pairs), ``difference`` (mean), ``low`` and ``high`` (its 95 % interval),
        ``family_low`` and ``family_high`` (95 % for all depths together), ``t``, ``df``,
        ``p``, ``p_holm``, ``dz``, and the ``reason`` where there is no test.
    """
    pairs = depth_pairs(metrics, arm=arm, metric=metric)
    table = _test_each({depth: part["difference"] for depth, part in pairs.items()})
    for place, scale in enumerate(("linear", "mel")):
        means = [part[scale].mean() for part in pairs.values()]
        table.insert(place, scale, np.array(means, dtype=float))
    return table.rename_axis("depth")


def depth_contrasts(differences: pd.DataFrame) -> pd.DataFrame:
    """Each two depths held against each other: a test of the difference of the differences.

    That one depth's difference is significant and another's is not says nothing about the
    difference between them (Gelman & Stern 2006); this table does.

    Parameters
    ----------
    differences : DataFrame, shape (genre, depth)
        As `depth_differences` gives them.

    Returns
    -------
    DataFrame
        Index ``shallow, deep``; columns as `depth_tests`, ``difference`` the deep one's
        minus the shallow one's.
    """
    pairs = {
        (shallow, deep): (differences[deep] - differences[shallow]).dropna()
        for shallow, deep in combinations(differences.columns, 2)
    }
    table = _test_each(pairs)
    shallow, deep = zip(*pairs, strict=True) if pairs else ((), ())
    table.index = pd.MultiIndex.from_arrays([shallow, deep], names=["shallow", "deep"])
    return table


def _test_each(values: dict) -> pd.DataFrame:
    """A paired t-test of each of `values`, corrected for how many there are."""
    return _corrected(paired_tests(values).reindex(columns=TEST_COLUMNS))


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with Holm's p and Bonferroni's intervals, over the tests that there are."""
    tested = table["p"].notna()
    if not tested.any():
        return table
    table["p_holm"] = holm(table["p"])
    tail = (1 - CONFIDENCE) / 2
    wider = stats.t.isf(tail / tested.sum(), table["df"]) / stats.t.isf(tail, table["df"])
    reach = (table["high"] - table["low"]) / 2 * wider
    return table.assign(
        family_low=table["difference"] - reach, family_high=table["difference"] + reach
    )


def depth_interaction(differences: pd.DataFrame) -> Interaction:
    """Do the differences vary with the depth more than noise? Scale × depth, in one test.

    In a table of two scales, F of the interaction is F of the depths in an analysis of the
    differences (`statsmodels.stats.anova.AnovaRM`). Its p is corrected for depths whose
    pairs vary unlike each other (Greenhouse & Geisser 1959).

    Parameters
    ----------
    differences : DataFrame, shape (genre, depth)
        As `depth_differences` gives them; genres that lack a depth are left out and named.
    """
    whole = differences.dropna()
    left_out = tuple(str(genre) for genre in differences.index.difference(whole.index, sort=False))
    if reason := _no_interaction(whole):
        none = Outcome(n=len(whole), reason=reason)
        return Interaction(anova=none, friedman=none, left_out=left_out)
    f, df, df_error = _f_of_depths(whole)
    n, epsilon = len(whole), _epsilon(whole)
    anova = Outcome(
        n=n, df=df, statistic=f, p=float(stats.f.sf(f, df * epsilon, df_error * epsilon)),
        effect=f * df / (f * df + df_error),
    )  # fmt: skip
    return Interaction(
        anova=anova, friedman=_friedman(whole), df_error=df_error, epsilon=epsilon,
        left_out=left_out,
    )  # fmt: skip


def _no_interaction(whole: pd.DataFrame) -> str | None:
    """Why the differences of complete genres can't be tested for an interaction."""
    if whole.shape[1] < 2:
        return f"it takes two depths with linear and mel, and there are {whole.shape[1]}"
    if len(whole) < LEAST:
        return f"{len(whole)} genres with every depth, fewer than the {LEAST} that it takes"
    values = whole.to_numpy()
    noise = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    if np.abs(noise).max() <= 1e-12:
        return "from depth to depth the differences of all genres change alike, without noise"
    return None


def _f_of_depths(whole: pd.DataFrame) -> tuple[float, int, int]:
    from statsmodels.stats.anova import AnovaRM

    long = whole.reset_index(drop=True).rename_axis("genre").reset_index()
    long = long.melt(id_vars="genre", var_name="depth", value_name="difference")
    long["depth"] = long["depth"].astype(int)
    row = AnovaRM(long, "difference", "genre", within=["depth"]).fit().anova_table.iloc[0]
    return float(row["F Value"]), round(row["Num DF"]), round(row["Den DF"])


def _epsilon(whole: pd.DataFrame) -> float:
    """Greenhouse and Geisser's ε, from the covariances of the depths, centered both ways."""
    covariances = np.cov(whole.to_numpy(), rowvar=False)
    centered = covariances - covariances.mean(axis=0) - covariances.mean(axis=1, keepdims=True)
    centered += covariances.mean()
    return float(np.trace(centered) ** 2 / (len(centered) - 1) / (centered**2).sum())


def _friedman(whole: pd.DataFrame) -> Outcome:
    n, k = whole.shape
    if k < 3:
        return Outcome(n=n, reason="Friedman's test takes three depths")
    return friedman(whole, what="the differences")


def depth_slopes(differences: pd.DataFrame) -> pd.Series:
    """By how much a genre's difference changes when the depth doubles, for complete genres.

    The least-squares slope of its differences over log2(depth), in units of the metric per
    doubling; `paired_t` of the slopes tests the trend. Empty with fewer than two depths.
    """
    whole = differences.dropna()
    if whole.shape[1] < 2:
        return pd.Series(dtype=float, name="slope")
    doublings = np.log2(whole.columns.to_numpy(dtype=float))
    centered = doublings - doublings.mean()
    return (whole @ centered / (centered**2).sum()).rename("slope")


def genre_differences(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """The difference of each genre over the depths.

    The interval treats the depths as a sample of networks and the test songs as given: it
    says how far other depths would stray on these songs, nothing of other songs.

    Returns
    -------
    DataFrame
        Index ``genre``, largest first; columns ``n_test_positive``, ``depths`` (how many
        have both scales), ``difference``, ``low``, ``high``, and the ``reason`` where
        there is no interval.
    """
    differences = depth_differences(metrics, arm=arm, metric=metric)
    tests = _test_each({genre: row.dropna() for genre, row in differences.iterrows()})
    shown = tests[["n", "difference", "low", "high", "reason"]].rename(columns={"n": "depths"})
    shown.insert(0, "n_test_positive", genre_sizes(metrics).reindex(shown.index))
    return shown.rename_axis("genre")


def depth_verdict(found: Interaction, contrasts: pd.DataFrame) -> str:
    """The answer to the second question in words, by a rule that does not look at the run.

    Where p of the interaction is below 0.05, the difference varies with the depth; else
    that it varies is within noise, and the widest interval between two depths says how
    far they may still lie apart.
    """
    if found.anova.reason:
        return f"Whether the difference is the same at every depth: {found.in_words()}."
    if found.anova.p < 1 - CONFIDENCE:
        return "The difference between the scales varies with the depth, beyond noise."
    ends = contrasts[["family_low", "family_high"]].abs().max(axis=None)
    room = f", which leave room for two depths that differ by up to {ends:.3f}"
    return (
        "That the difference between the scales varies with the depth is within noise. It is "
        f"not shown to be the same either: see the intervals{room if np.isfinite(ends) else ''}."
    )
