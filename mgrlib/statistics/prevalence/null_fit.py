"""The null model of `null_model` beside a run, with the run's own rates.

Conventions: rates and prevalences lie between 0 and 1; size is the genre's number of positive
test songs; bands hold 95 % of the values that the accidents of the test songs let one expect.
Notebook: 11_prevalence.
"""

import numpy as np
import pandas as pd
from scipy import stats

from ...prose import escape
from ..correlation import pearson
from ..outcome import CONFIDENCE
from ..scores import finite_column, genre_sizes
from .null_model import null_f1, null_precision

CELL = ["genre", "depth", "scale", "repeat"]
COUNTED = ["n_test", "n_test_positive", "recall", "accuracy"]
RATES = ("recall", "false_positive_rate")
DRAWN = ("f1", "precision")
"""The metrics that follow from prevalence, of Figures 7 and 9."""
DRAWS = 4000


def count_answers(
    metrics: pd.DataFrame,
    *,
    arm: str,
    depth: int | None = None,
    predictions: pd.DataFrame | None = None,
) -> pd.DataFrame | str:
    """Right and wrong answers of each network at the threshold 0.5, or why they aren't known.

    From the table of metrics: found = recall × positives, and of the right answers, accuracy
    × songs, the others are songs rightly not given the genre. Where that lacks a column, from
    `predictions`.

    Returns
    -------
    DataFrame or str
        Columns `CELL`, ``found, missed, false_alarms, passed`` (songs). Networks without a
        positive or a negative test song are left out.
    """
    rows = metrics[(metrics["weights"] == arm) & ((depth is None) | (metrics["depth"] == depth))]
    rows = rows.assign(depth=rows["depth"].fillna(0), repeat=rows["repeat"].fillna(0))
    values = pd.DataFrame({name: finite_column(rows, name) for name in [*COUNTED, "precision"]})
    lacking = [name for name in COUNTED if values[name].isna().all()]
    if lacking and predictions is not None:
        return _counted(predictions, arm=arm, depth=depth)
    if rows.empty:
        return f"the run has no row of {arm} at this depth"
    if lacking:
        return (
            "the false positive rate follows from n_test, n_test_positive, recall and accuracy, "
            f"and results/metrics.csv has no {', '.join(lacking)}"
        )
    found = (values["recall"] * values["n_test_positive"]).round()
    others = values["n_test"] - values["n_test_positive"]
    passed = (values["accuracy"] * values["n_test"] - found).round()
    counts = rows[CELL].assign(
        found=found, missed=values["n_test_positive"] - found,
        false_alarms=others - passed, passed=passed,
    )  # fmt: skip
    return _agreeing(counts, values["precision"])


def _counted(predictions: pd.DataFrame, *, arm: str, depth: int | None) -> pd.DataFrame | str:
    rows = predictions[predictions["weights"] == arm]
    rows = rows[(depth is None) | (rows["depth"] == depth)]
    if rows.empty:
        return f"the run has no predictions of {arm} at this depth"
    truth, said = rows["truth"].astype(bool), rows["probability"] >= 0.5
    answers = {"found": truth & said, "missed": truth & ~said, "false_alarms": ~truth & said,
               "passed": ~truth & ~said}  # fmt: skip
    counts = rows[CELL].assign(**answers).groupby(CELL, sort=False, as_index=False).sum()
    return _agreeing(counts, pd.Series(np.nan, index=counts.index))


def _agreeing(counts: pd.DataFrame, precision: pd.Series) -> pd.DataFrame | str:
    """The counts that are known, unless they contradict the precision beside them."""
    answers = counts[["found", "missed", "false_alarms", "passed"]]
    known = answers.notna().all(axis=1)
    given = counts["found"] + counts["false_alarms"]
    apart = (counts["found"] / given.where(given > 0) - precision).abs() > 0.02
    if wrong := int((known & (apart | (answers < 0).any(axis=1))).sum()):
        return f"accuracy, recall and precision contradict each other in {wrong} rows"
    both = (counts["found"] + counts["missed"] > 0) & (
        counts["false_alarms"] + counts["passed"] > 0
    )
    if not (known & both).any():
        return "no network has test songs with its genre and without it"
    return counts[known & both].reset_index(drop=True)


def null_table(counts: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """The genres beside the null model with the run's own rates.

    Parameters
    ----------
    counts : DataFrame
        As `count_answers` gives them, of one depth.
    seed : int
        Of the draws for the bands.

    Returns
    -------
    DataFrame
        A row a scale and genre, largest first: ``scale, genre, positives, n_test, repeats,
        prevalence``; ``recall, false_positive_rate, precision, f1``, means over repeats;
        ``null_recall, null_false_positive_rate``, the means over the genres of this scale;
        ``null_precision, null_f1`` and their bands ``..._low, ..._high``.
    """
    found, false_alarms = counts["found"], counts["false_alarms"]
    positives, others = found + counts["missed"], false_alarms + counts["passed"]
    given = found + false_alarms
    cells = counts[["scale", "genre"]].assign(
        positives=positives,
        n_test=positives + others,
        prevalence=positives / (positives + others),
        recall=found / positives,
        false_positive_rate=false_alarms / others,
        precision=(found / given.where(given > 0)).fillna(0),
        f1=2 * found / (given + positives),
    )
    groups = cells.groupby(["scale", "genre"], sort=False)
    table = groups.mean().assign(repeats=groups.size()).reset_index()
    order = genre_sizes(table.rename(columns={"positives": "n_test_positive"}))
    table = table.sort_values("genre", key=lambda names: names.map(list(order.index).index))
    parts = [_with_null(rows, seed=seed) for _, rows in table.groupby("scale", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _with_null(rows: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """The rows of one scale with the null model beside them."""
    rates = {name: rows[name].mean() for name in RATES}
    rows = rows.assign(
        **{f"null_{name}": rate for name, rate in rates.items()},
        null_precision=null_precision(rows["prevalence"], **rates),
        null_f1=null_f1(rows["prevalence"], **rates),
    )
    tail = 50 * (1 - CONFIDENCE)
    for metric, values in simulate_null(rows, rng=np.random.default_rng(seed)).items():
        low, high = np.percentile(values, [tail, 100 - tail], axis=0)
        rows = rows.assign(**{f"null_{metric}_low": low, f"null_{metric}_high": high})
    return rows


def null_curve(metrics: pd.DataFrame, *, arm: str, points: int = 100) -> pd.DataFrame | str:
    """F1 of the null model for a genre of any size, at the mean rates of an arm.

    The means are over genres, depths and scales.

    Returns
    -------
    DataFrame or str
        Columns ``size`` (positive test songs, from the smallest genre to the largest, in
        equal ratios) and ``f1``; or why there is none.
    """
    counts = count_answers(metrics, arm=arm)
    if isinstance(counts, str):
        return counts
    positives, others = (
        counts["found"] + counts["missed"],
        counts["false_alarms"] + counts["passed"],
    )
    sizes = np.geomspace(positives.min(), positives.max(), points)
    rates = {
        "recall": (counts["found"] / positives).mean(),
        "false_positive_rate": (counts["false_alarms"] / others).mean(),
    }
    f1 = null_f1(np.minimum(sizes / (positives + others).mean(), 1), **rates)
    return pd.DataFrame({"size": sizes, "f1": f1})


def simulate_null(rows: pd.DataFrame, *, rng, draws: int = DRAWS) -> dict[str, np.ndarray]:
    """Precision and F1 of test sets drawn from the null model, shape=(draws, genres).

    Each song with a genre is found, each other song given it, by chance and alone.

    Parameters
    ----------
    rows : DataFrame
        Rows of one scale with ``positives, n_test, repeats, null_recall,
        null_false_positive_rate``.
    """
    positives = rows["positives"].round().to_numpy(int)
    others = rows["n_test"].round().to_numpy(int) - positives
    precision, f1 = np.zeros((2, draws, len(rows)))
    repeats = rows["repeats"].to_numpy()
    for repeat in range(repeats.max()):
        found = rng.binomial(positives, rows["null_recall"], size=precision.shape)
        given = found + rng.binomial(others, rows["null_false_positive_rate"], precision.shape)
        counts = repeats > repeat
        precision += counts * found / np.maximum(given, 1) / repeats
        f1 += counts * 2 * found / (given + positives) / repeats
    return {"precision": precision, "f1": f1}


def null_fit(table: pd.DataFrame, *, scale: str, metric: str, seed: int = 0) -> dict:
    """How much of a metric's variation over the genres the null model explains.

    Parameters
    ----------
    table : DataFrame
        As `null_table` gives it.
    metric : {"f1", "precision"}

    Returns
    -------
    dict
        ``recall, false_positive_rate`` of the model; ``fit``, Pearson's r of the metric and
        the null model; ``spearman`` likewise; ``r_squared``, 1 less the squared errors of the
        null model over those of the mean, below 0 where the mean does better; ``outside``,
        genres beyond the 95 % band; ``with_size``, ``null_with_size`` and ``rest_with_size``,
        r of the metric, of the null model, and of what lies between them, with the genre's
        size; ``null_with_size_noise``, the middle 95 % of r over simulated test sets.
    """
    rows = table[table["scale"] == scale]
    real, null, size = rows[metric], rows[f"null_{metric}"], rows["positives"]
    outside = (real < rows[f"null_{metric}_low"]) | (real > rows[f"null_{metric}_high"])
    fit, spread = pearson(null, real), float(((real - real.mean()) ** 2).sum())
    known = fit.reason is None
    return {
        "n": len(rows),
        **{name: float(rows[f"null_{name}"].mean()) for name in RATES},
        "fit": fit.as_dict(),
        "spearman": float(stats.spearmanr(null, real).statistic) if known else None,
        "r_squared": 1 - float(((real - null) ** 2).sum()) / spread if known else None,
        "outside": rows.loc[outside, "genre"].tolist(),
        "with_size": pearson(size, real).as_dict(),
        "null_with_size": pearson(size, null).as_dict(),
        "null_with_size_noise": _noise_of_r(rows, metric=metric, seed=seed) if known else None,
        "rest_with_size": pearson(size, real - null).as_dict(),
    }


def _noise_of_r(rows: pd.DataFrame, *, metric: str, seed: int) -> list[float] | None:
    """The middle 95 % of r of a metric with size, over test sets from the null model."""
    values = simulate_null(rows, rng=np.random.default_rng(seed))[metric]
    values = values[np.ptp(values, axis=1) > 0]
    if not len(values):
        return None
    r = stats.pearsonr(rows["positives"].to_numpy()[None, :], values, axis=1).statistic
    tail = 50 * (1 - CONFIDENCE)
    return [float(end) for end in np.percentile(r, [tail, 100 - tail])]


def describe_null_fit(fit: dict, *, metric: str) -> str:
    """What `null_fit` found, in sentences.

    Parameters
    ----------
    metric : str
        The metric in words, such as ``F1``.
    """
    if reason := fit["fit"].get("reason"):
        return f"The null model can't be held against {metric} ({reason})."
    number, names = len(fit["outside"]), ", ".join(map(escape, fit["outside"]))
    lie = "genre lies" if number == 1 else "genres lie"
    said = (
        f"The null model has {_r(fit['fit'])} with {metric} over the genres (R² "
        f"{_number(fit['r_squared'])}, n = {fit['n']}). {number} {lie} outside its band, where "
        f"chance would put about {0.05 * fit['n']:.1f}"
        f"{': ' + names if names else ''}."
    )
    if fit["with_size"].get("reason"):
        return f"{said} Its correlation with size can't be computed."
    rest, low_high = fit["rest_with_size"], fit["null_with_size_noise"]
    size = f" With size {metric} has {_r(fit['with_size'])}"
    left = "" if rest.get("reason") else f" What lies between the two has {_r(rest)} with size."
    noise = " to ".join(map(_number, low_high or ()))
    drawn = f"; 95 % of test sets drawn from the null model have {noise}" if noise else ""
    return f"{said}{size}{drawn}.{left}"


def _r(outcome: dict) -> str:
    r, interval = _number(outcome["statistic"]), outcome["interval"]
    if not interval:
        return f"r = {r}"
    within = " (within noise)" if interval[0] <= 0 <= interval[1] else ""
    return f"r = {r} [{', '.join(map(_number, interval))}]{within}"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def null_fit_table(fits: dict) -> pd.DataFrame:
    """`null_fit` of several metrics and scales as a table of text, a column each.

    Parameters
    ----------
    fits : dict of str to dict
        By words for the column.
    """
    columns = {
        words: {
            "genres (n)": fit["n"],
            "recall": fit["recall"],
            "false positive rate": fit["false_positive_rate"],
            "r of score and model": fit["fit"]["statistic"],
            "rank correlation": fit["spearman"],
            "R²": fit["r_squared"],
            "outside the band": len(fit["outside"]),
            "r of score and size": fit["with_size"]["statistic"],
            "r of model and size": fit["null_with_size"]["statistic"],
            "r of the rest and size": fit["rest_with_size"]["statistic"],
        }
        for words, fit in fits.items()
    }
    shown = {words: {k: _cell(v) for k, v in cells.items()} for words, cells in columns.items()}
    return pd.DataFrame(shown)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else _number(value)
