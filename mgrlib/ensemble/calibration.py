"""Calibration: does a genre turn out as often as the networks' probabilities say?

Conventions: a pair is one test song and one genre; `truth` is bool and `probability` float
between 0 and 1. Pairs are pooled over genres and repeats. Calibration errors are shares,
losses in nats. Depth 0 is the baseline's. π is a genre's share of the training songs.
Notebook: 12_thresholds, "Calibration".
"""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics as sk

from ..statistics import CONFIDENCE
from . import KEY, RULES
from .thresholds import prior_corrected

BINS = 10
CALIBRATED = ["pairs", "prevalence", "mean_probability", "brier", "log_loss", "calibration_error"]
AS_TRAINED = "as trained"
ALONE = "prevalence alone"


def shown_rows(predictions: pd.DataFrame, *, arm: str, depth: int) -> pd.DataFrame:
    """Rows of an arm and the joint network at a depth, and of the baseline."""
    at_depth = predictions["weights"].isin([arm, "joint"]) & (predictions["depth"] == depth)
    rows = predictions[at_depth | (predictions["weights"] == "baseline")]
    order = {arm: 0, "joint": 1, "baseline": 2}
    return rows.sort_values("weights", key=lambda names: names.map(order), kind="stable")


def corrected_predictions(predictions: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame | str:
    """The predictions with probabilities corrected for prevalence, or why that can't be.

    See `prior_corrected`; π is the genre's share of the training songs.
    """
    if "train_prevalence" not in metrics or metrics["train_prevalence"].isna().all():
        return "results/metrics.csv has no column train_prevalence"
    index = ["genre", *KEY]
    shares = metrics.drop_duplicates(index).set_index(index)["train_prevalence"]
    share = shares.reindex(pd.MultiIndex.from_frame(predictions[index])).to_numpy(float)
    known = (share > 0) & (share < 1)
    corrected = prior_corrected(predictions["probability"].to_numpy(float)[known], share[known])
    return predictions[known].assign(probability=corrected, prevalence=share[known])


def reliability(truth, probability, *, bins: int = BINS) -> pd.DataFrame:
    """Observed share against probability in bins of equally many pairs.

    The bins are those of scikit-learn's ``calibration_curve`` with ``strategy="quantile"``;
    equal probabilities share a bin, so that there may be fewer.

    Parameters
    ----------
    truth : array_like of bool, shape=(pairs,)
    probability : array_like of float, shape=(pairs,)
    bins : int

    Returns
    -------
    DataFrame
        Columns ``pairs, probability`` (mean), ``observed`` (share), and ``low, high``,
        Wilson's 95 % interval of the share.
    """
    if bins < 1:
        raise ValueError(f"bins must be 1 or more, got {bins}")
    truth, probability = np.asarray(truth, dtype=bool), np.asarray(probability, dtype=float)
    edges = np.percentile(probability, np.linspace(0, 100, bins + 1)) if len(truth) else [0, 1]
    place = np.searchsorted(edges[1:-1], probability)
    frame = pd.DataFrame({"truth": truth, "probability": probability})
    groups = frame.groupby(place)
    table = groups.agg(pairs=("truth", "size"), probability=("probability", "mean"),
                       observed=("truth", "mean"), positives=("truth", "sum"))  # fmt: skip
    intervals = [
        stats.binomtest(int(row.positives), int(row.pairs)).proportion_ci(CONFIDENCE, "wilson")
        for row in table.itertuples()
    ]
    table = table.assign(low=[i.low for i in intervals], high=[i.high for i in intervals])
    return table[["pairs", "probability", "observed", "low", "high"]].reset_index(drop=True)


def reliability_table(
    predictions: pd.DataFrame, metrics: pd.DataFrame, *, arm: str, depth: int
) -> dict[str, pd.DataFrame]:
    """`reliability` before and, where π is known, after prior correction.

    Returns
    -------
    dict of str to DataFrame
        By `AS_TRAINED` and ``prior-corrected``; the columns ``weights, scale`` and those of
        `reliability`. Empty without predictions at this depth.
    """
    return {
        words: pd.concat(
            [
                reliability(part["truth"], part["probability"]).assign(weights=row, scale=scale)
                for (row, scale), part in rows.groupby(["weights", "scale"], sort=False)
            ],
            ignore_index=True,
        )
        for words, rows in _versions(predictions, metrics, arm=arm, depth=depth).items()
    }


def _versions(predictions, metrics, *, arm: str, depth: int) -> dict[str, pd.DataFrame]:
    """The shown rows as trained and, where π is known, corrected."""
    rows = shown_rows(predictions, arm=arm, depth=depth)
    corrected = corrected_predictions(rows, metrics)
    versions = {
        AS_TRAINED: rows,
        RULES[1]: rows.iloc[:0] if isinstance(corrected, str) else corrected,
    }
    return {words: table for words, table in versions.items() if len(table)}


def calibration_scores(truth, probability, *, bins: int = BINS) -> dict[str, float]:
    """Brier score, log-loss and expected calibration error, with what they rest on.

    Returns
    -------
    dict of str to float
        `CALIBRATED`. ``calibration_error`` is the mean distance of observed share and
        probability over the bins of `reliability`, weighted by their pairs.
    """
    table = reliability(truth, probability, bins=bins)
    apart = (table["observed"] - table["probability"]).abs()
    return {
        "pairs": len(truth),
        "prevalence": float(np.mean(truth)),
        "mean_probability": float(np.mean(probability)),
        "brier": float(sk.brier_score_loss(truth, probability, pos_label=1)),
        "log_loss": float(sk.log_loss(truth, probability, labels=[0, 1])),
        "calibration_error": float(np.average(apart, weights=table["pairs"])),
    }


def calibration_table(
    predictions: pd.DataFrame, metrics: pd.DataFrame, *, arm: str, depth: int
) -> pd.DataFrame:
    """Calibration at one depth, pooled over genres, before and after prior correction.

    Returns
    -------
    DataFrame
        Columns ``weights, scale, probabilities`` (`AS_TRAINED` or ``prior-corrected``) and
        `CALIBRATED`. Where π is known a last row, ``weights`` `ALONE`, say π to
        every song.
    """
    versions = _versions(predictions, metrics, arm=arm, depth=depth)
    table = []
    for words, version in versions.items():
        for (weights, scale), part in version.groupby(["weights", "scale"], sort=False):
            scores = calibration_scores(part["truth"], part["probability"])
            table.append({"weights": weights, "scale": scale, "probabilities": words} | scores)
    if RULES[1] in versions:
        # Every arm and scale has the same truth, so one of them stands for all.
        _, own = next(iter(versions[RULES[1]].groupby(["weights", "scale"], sort=False)))
        scores = calibration_scores(own["truth"], own["prevalence"])
        table.append({"weights": ALONE, "scale": "none", "probabilities": "π"} | scores)
    return pd.DataFrame(table, columns=["weights", "scale", "probabilities", *CALIBRATED])


def what_halves_do(table: pd.DataFrame, *, arm: str) -> str:
    """What training on equal halves does to the probabilities, in sentences.

    Parameters
    ----------
    table : DataFrame
        As `calibration_table` gives it.
    """
    rows = table[table["weights"] == arm].set_index(["probabilities", "scale"])
    if rows.empty:
        return f"There are no predictions of the arm {arm} at this depth."
    before = rows.loc[AS_TRAINED].mean(numeric_only=True)
    said = (
        f"The networks give a genre a mean probability of {before['mean_probability']:.2f}, and "
        f"{before['prevalence']:.2f} of the {before['pairs']:.0f} pairs have it: they were "
        f"trained on halves. Their expected calibration error is {before['calibration_error']:.3f}"
    )
    if RULES[1] not in rows.index:
        return f"{said}. The correction needs the column train_prevalence, which is absent."
    after = rows.loc[RULES[1]].mean(numeric_only=True)
    alone = table[table["weights"] == ALONE].iloc[0]
    return (
        f"{said}, after the correction {after['calibration_error']:.3f} (mean probability "
        f"{after['mean_probability']:.2f}); the Brier score goes from {before['brier']:.3f} to "
        f"{after['brier']:.3f}, the log-loss from {before['log_loss']:.3f} to "
        f"{after['log_loss']:.3f} nats. To give every song each genre's share of the training "
        f"songs would score {alone['brier']:.3f} and {alone['log_loss']:.3f}."
    )
