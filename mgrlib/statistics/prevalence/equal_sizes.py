"""Size or prevalence: what a genre's number of songs does to its F1, and by which way.

A large genre has more training songs, and it is more frequent in the test set. The
experiment of equal sizes trains every genre on as many songs as the smallest one has and
tests on the same test set, so that of a genre's size only its prevalence is left.

Conventions: `metrics` and `equal_sizes` are tables of `results.COLUMNS`, with full and with
equal training subsets; a gain is full minus equal. Only cells (genre, depth, scale, repeat)
of both tables count; they are averaged before anything else. Size is the genre's number of
positive test songs.
Notebook: 11_prevalence.
"""

import numpy as np
import pandas as pd
from scipy import stats

from ...prose import escape
from ..correlation import pearson
from ..outcome import CONFIDENCE, Outcome, usable
from ..paired import paired_t
from ..scores import TESTED, finite_column, genre_sizes
from .null_fit import CELL

LEARNED = {"f1": "F1", "roc_auc": "ROC-AUC", "average_precision": "Average precision"}
"""Metrics whose gain is looked at, in words; ROC-AUC is free of prevalence and threshold."""
MEAN = "mean"
"""The mean of the scales, in the place of a scale's name."""
RESAMPLES = 4000


def equal_size_correlations(
    metrics: pd.DataFrame,
    equal_sizes: pd.DataFrame | None,
    *,
    arm: str,
    metric: str = TESTED,
    seed: int = 0,
) -> dict:
    """Correlation of a metric with genre size, with full and with equal training subsets.

    Parameters
    ----------
    metrics, equal_sizes : DataFrame
        Where `equal_sizes` is None or lacks the arm, ``full`` is over all cells of `metrics`.
    arm : str
        A value of the column ``weights``, so also ``baseline``.
    seed : int
        Of the bootstrap over genres.

    Returns
    -------
    dict
        ``full, equal, difference``, each by scale and, under ``mean``, for the mean of the
        scales. ``full`` and ``equal`` hold an `Outcome` as a dict, Pearson's r as its
        ``statistic`` with Fisher's interval, and beside it ``spearman`` and ``per_doubling``,
        the slope of the metric by doubling of size, as an `Outcome` too. ``difference`` is
        r with full less r with equal subsets; its interval is the middle 95 % of a bootstrap
        over genres. What can't be computed has a ``reason``.
    """
    cells = shared_cells(metrics, equal_sizes, arm=arm, names=(metric,))
    absent = why_no_equal_sizes(equal_sizes, arm=arm)
    sizes = genre_sizes(metrics)
    found = {"full": {}, "equal": {}, "difference": {}}
    for scale in [*cells["scale"].unique(), MEAN]:
        means = genre_means(cells, name=metric, scale=scale)
        size = sizes.reindex(means.index)
        found["full"][scale] = _with_size(size, means["full"])
        found["equal"][scale] = _with_size(size, means["equal"], absent=absent)
        reason = found["equal"][scale].get("reason") or found["full"][scale].get("reason")
        found["difference"][scale] = _difference(size, means, reason=reason, seed=seed).as_dict()
    return found


def why_no_equal_sizes(equal_sizes: pd.DataFrame | None, *, arm: str) -> str | None:
    """Why the experiment says nothing of an arm, or None where it does."""
    if equal_sizes is None or equal_sizes.empty:
        return "the run has no results/equal_sizes.csv, which the setting equal_sizes=true makes"
    if not (equal_sizes["weights"] == arm).any():
        return f"results/equal_sizes.csv has no row of {arm}"
    return None


def shared_cells(
    metrics: pd.DataFrame, equal_sizes: pd.DataFrame | None, *, arm: str, names: tuple[str, ...]
) -> pd.DataFrame:
    """Columns `CELL` and, for each name, ``NAME_full`` and ``NAME_equal``; see the module.

    Where the experiment is absent, all cells of `metrics`, with NaN as what is equal.
    """
    full = _cells(metrics, arm=arm, names=names)
    if why_no_equal_sizes(equal_sizes, arm=arm):
        empty = pd.DataFrame(np.nan, index=full.index, columns=[f"{name}_equal" for name in names])
        renamed = full.rename(columns={name: f"{name}_full" for name in names})
        return renamed.join(empty)
    equal = _cells(equal_sizes, arm=arm, names=names)
    return full.merge(equal, on=CELL, suffixes=("_full", "_equal"))


def _cells(table: pd.DataFrame, *, arm: str, names: tuple[str, ...]) -> pd.DataFrame:
    rows = table[table["weights"] == arm]
    values = pd.DataFrame({name: finite_column(rows, name) for name in names}, index=rows.index)
    # Results made elsewhere may leave the depth of a baseline, or the repeat, empty.
    cells = rows[CELL].fillna({"depth": 0, "repeat": 0}).join(values)
    return cells.groupby(CELL, sort=False, as_index=False).mean()


def genre_means(cells: pd.DataFrame, *, name: str, scale: str = MEAN) -> pd.DataFrame:
    """Columns ``full, equal`` by genre: means over the cells of a scale, or over the scales.

    A cell counts where both have a value; the mean is over genres that all scales have.
    """
    sides = [f"{name}_full", f"{name}_equal"]
    known = [side for side in sides if cells[side].notna().any()]
    rows = cells.dropna(subset=known)
    if scale != MEAN:
        rows = rows[rows["scale"] == scale]
    means = rows.groupby(["genre", "scale"], sort=False)[sides].mean()
    number = means.groupby("genre", sort=False).size()
    complete = number.index[number == number.max()]
    by_genre = means.groupby("genre", sort=False).mean().loc[complete]
    return by_genre.set_axis(["full", "equal"], axis=1)


def _with_size(size: pd.Series, values: pd.Series, *, absent: str | None = None) -> dict:
    """Pearson, Spearman and slope of values with size."""
    if absent:
        return Outcome(n=0, reason=absent).as_dict()
    if len(size) and not np.isfinite(size).all():
        return Outcome(n=len(size), reason="the sizes of the genres are not recorded").as_dict()
    test = pearson(size, values)
    if test.reason:
        return test.as_dict()
    rank = float(stats.spearmanr(size, values).statistic)
    return test.as_dict() | {"spearman": rank, "per_doubling": per_doubling(size, values).as_dict()}


def per_doubling(size, values) -> Outcome:
    """Least-squares slope of values by doubling of size: `statistic`, with its interval.

    `effect` is Pearson's r of the values and the logarithm of the size.
    """
    size, values = np.asarray(size, dtype=float), np.asarray(values, dtype=float)
    if reason := usable(values)[1] or usable(size)[1]:
        return Outcome(n=values.size, reason=reason)
    if (size <= 0).any():
        return Outcome(n=values.size, reason="a size of 0 has no logarithm")
    line, df = stats.linregress(np.log2(size), values), values.size - 2
    reach = stats.t.ppf((1 + CONFIDENCE) / 2, df) * line.stderr
    return Outcome(
        n=values.size, df=df, statistic=float(line.slope), p=float(line.pvalue),
        effect=float(line.rvalue), interval=(float(line.slope - reach), float(line.slope + reach)),
    )  # fmt: skip


def _difference(size, means: pd.DataFrame, *, reason: str | None, seed: int) -> Outcome:
    """r with full less r with equal subsets; both share genres and sizes, so they depend."""
    n = len(means)
    if reason:
        return Outcome(n=n, reason=reason)
    values = np.column_stack([size, means["full"], means["equal"]])
    draws = np.random.default_rng(seed).integers(n, size=(RESAMPLES, n))
    resampled = values[draws]
    # A draw of one genre alone has no correlation.
    spread = np.ptp(resampled, axis=1).min(axis=1) > 0
    differences = _r_differences(resampled[spread])
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(differences, [tail, 100 - tail])
    r = float(_r_differences(values[None])[0])
    # With three genres most draws repeat one of them, and |r| is 1 for any two.
    interval = (float(low), float(high)) if n > 3 else None
    return Outcome(n=n, statistic=r, effect=r, interval=interval)


def _r_differences(values: np.ndarray) -> np.ndarray:
    """r(size, full) − r(size, equal) of samples, shape=(samples, genres, 3)."""
    size, full, equal = np.moveaxis(values, 2, 0)
    pairs = (stats.pearsonr(size, other, axis=1).statistic for other in (full, equal))
    return next(pairs) - next(pairs)


def learning_gains(
    metrics: pd.DataFrame, equal_sizes: pd.DataFrame | None, *, arm: str
) -> pd.DataFrame:
    """What each genre gains from its full training subset, mean over the scales.

    Returns
    -------
    DataFrame
        Index ``genre``, largest first; ``n_full`` and ``n_equal`` training songs, ``times``
        their ratio, and the gain of each metric of `LEARNED` (NaN where it is not known).
        Empty where the experiment is absent.
    """
    names = ("n_train", *LEARNED)
    cells = shared_cells(metrics, equal_sizes, arm=arm, names=names)
    if why_no_equal_sizes(equal_sizes, arm=arm):
        cells = cells.iloc[:0]
    means = {name: genre_means(cells, name=name) for name in names}
    songs = means.pop("n_train").rename(columns="n_{}".format)
    gains = {name: table["full"] - table["equal"] for name, table in means.items()}
    table = songs.assign(times=songs["n_full"] / songs["n_equal"]).join(pd.DataFrame(gains))
    return table.reindex([genre for genre in genre_sizes(metrics).index if genre in table.index])


def gain_tests(gains: pd.DataFrame) -> dict:
    """For each metric of `LEARNED` the mean gain and how it grows with the extra songs.

    Returns
    -------
    dict
        By metric, ``mean``: paired t of full against equal (`effect` is dz, ``gain`` the
        mean); ``per_doubling``: the slope of the gain by doubling of the training songs. Both
        are over the genres that have more songs when full; the gain of the others is zero by
        construction, and as points of a line they would make its interval too narrow.
    """
    more = gains[gains["times"] > 1]
    tests = {}
    for name in LEARNED:
        known = more[[name, "times"]].dropna()
        test = paired_t(known[name])
        mean = float(more[name].mean()) if more[name].notna().any() else None
        slope = per_doubling(known["times"], known[name])
        tests[name] = {"mean": test.as_dict() | {"gain": mean}, "per_doubling": slope.as_dict()}
    return tests


def describe_gains(gains: pd.DataFrame) -> str:
    """What the extra training songs buy, a line for each metric; see `gain_tests`."""
    if gains.empty:
        return "The gain of full subsets is not known: the experiment is absent."
    parts = []
    for name, test in gain_tests(gains).items():
        mean, slope = test["mean"], test["per_doubling"]
        if reason := mean.get("reason"):
            parts.append(f"- {LEARNED[name]}: the mean gain can't be tested ({reason}).")
            continue
        found = f"- {LEARNED[name]}: mean gain {_with_noise(mean['gain'], mean['interval'])}"
        if not slope.get("reason"):
            by_doubling = _with_noise(slope["statistic"], slope["interval"])
            found += f", by doubling of the songs {by_doubling}"
        parts.append(f"{found}; n = {mean['n']} genres with extra songs.")
    return "\n".join(parts)


def _with_noise(value: float, interval) -> str:
    low, high = interval
    within = " (within noise)" if low <= 0 <= high else ""
    return f"{value:+.3f} [{low:.3f}, {high:.3f}]".replace("-", "−") + within


def what_remains(correlations: dict, *, scale: str = MEAN) -> str:
    """What equal training subsets leave of the F1–size correlation, in sentences.

    Parameters
    ----------
    correlations : dict
        As `equal_size_correlations` gives them.
    """
    full, equal, difference = (correlations[side][scale] for side in correlations)
    if reason := full.get("reason") or equal.get("reason"):
        return f"What remains of the correlation can't be said: {reason}."
    before, after, n = f"r = {full['statistic']:.2f}", f"r = {equal['statistic']:.2f}", full["n"]
    if full["interval"] and full["interval"][0] <= 0 <= full["interval"][1]:
        said = (
            f"F1 and size have {before} with full and {after} with equal subsets (n = {n}). The "
            "first is within noise, so there is nothing to divide between learning and prevalence."
        )
    else:
        said = (
            f"Of the F1–size correlation {before} there remains {after} when all genres have the "
            "same number of training songs: that part is prevalence, as far as no genre is harder "
            f"than another (n = {n})."
        )
    if difference["interval"] is None:
        return f"{said} With so few genres their difference has no interval.".replace("-", "−")
    low, high = difference["interval"]
    noise = "within noise" if low <= 0 <= high else "beyond noise"
    return (
        f"{said} The difference of the two, {difference['statistic']:.2f} [{low:.2f}, {high:.2f}], "
        f"is {noise}."
    ).replace("-", "−")


def what_is_equal(study: dict, *, arm: str) -> str:
    """How far the experiment makes the training songs of an arm equal, as a sentence.

    Parameters
    ----------
    study : dict
        ``study.json``; empty for results made elsewhere.
    """
    settings, named = study.get("settings", {}), f"the arm {escape(arm)}"
    if arm == "corpus":
        return (
            "Caution: the trunk of the arm corpus has learned from all training songs before, so "
            "only what a genre's own network learns after that is from equally many songs."
        )
    if not settings:
        return (
            f"How {named} was trained is not recorded, so its trunk may have learned from more "
            "songs than the equal subsets have."
        )
    if settings.get("tune") == "head":
        return (
            f"With tune=head and {named} only the heads learn from the songs here, "
            "and they learn from equally many. What the fixed trunk has seen before, it has "
            "seen for all genres alike."
        )
    return f"With tune=all and {named} the whole network learns from equally many songs."
