"""Where the spread of the genres' differences comes from: test songs, training, genres.

A genre's difference (linear minus mel, F1 averaged over depths and repeats) is a mean, the
genre's own deviation from it, and noise: of the test songs that were drawn, and of the
training. Conventions: variances in F1 squared; those of `songs` and `training` are of one
repeat, which draws its test songs and trains anew.
Notebook: 15_power.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..outcome import usable
from ..robustness.bootstrap import draw_songs
from ..scores import SCALES, TESTED, finite_column, paired_scores

RESAMPLES = 2_000
CELL = ["genre", "depth", "repeat"]


@dataclass(frozen=True, kw_only=True)
class Variances:
    """The parts of the variance of the genres' differences.

    Attributes
    ----------
    n_genres, repeats : int
    mean : float
        The mean difference.
    total : float
        Variance between the genres' differences, as observed.
    n_songs : int, optional
        Test songs of a repeat; None where that is not recorded.
    songs : tuple of float
        Part of the test songs, genre by genre; empty where it can't be told. At most
        `total` on average, `songs_estimate` being the average before that bound.
    shared : float
        The share of it that all genres have in common, because one song can be in several
        genres and all are tested on the same songs.
    training : float, optional
        Part of the training; None with one repeat, where it is inside `genres`.
    genres : float
        What remains: the genres' own deviations.
    songs_by : {"bootstrap", "approximation", "none"}
        How `songs` was estimated.
    """

    n_genres: int
    repeats: int
    mean: float
    total: float
    n_songs: int | None
    songs: tuple[float, ...]
    songs_estimate: float
    shared: float
    training: float | None
    genres: float
    songs_by: str

    def as_training(self) -> "Variances":
        """The same if all that can't be told apart from training were training."""
        if self.training is not None:
            return self
        return replace(self, training=self.genres * self.repeats, genres=0.0)


def variance_parts(
    metrics: pd.DataFrame, predictions: pd.DataFrame | None, *, arm: str, seed: int = 0
) -> Variances | str:
    """The parts of the spread of the differences in F1, or why there are none.

    The part of the songs is that of a bootstrap over the test songs, which all genres,
    depths and scales share; without predictions it is `f1_variance` of each network, as if
    their errors were independent. The part of the training is what the repeats vary beyond
    that, the genres' own part what remains.

    Parameters
    ----------
    metrics, predictions : DataFrame
        The run's tables; `predictions` None where there are none.
    arm : str
    seed : int
        Of the bootstrap.
    """
    differences = paired_scores(metrics, arm=arm)["difference"]
    _, reason = usable(differences)
    if reason:
        return reason
    rows = metrics[(metrics["weights"] == arm) & metrics["scale"].isin(SCALES)]
    total, repeats = float(differences.var()), max(1, int(rows["repeat"].nunique()))
    covariance, by = _songs_part(rows, predictions, arm=arm, genres=differences.index, seed=seed)
    estimate = float(np.trace(covariance)) / len(differences) if by != "none" else 0.0
    apart = covariance[~np.eye(len(covariance), dtype=bool)]
    # No more than was seen, else the model would contradict the run that it is made from.
    bound = min(1.0, total * repeats / estimate) if estimate else 0.0
    songs, shared = bound * estimate, bound * max(0.0, float(apart.mean()))
    within = _within_repeats(rows)
    training = None if within is None else max(0.0, within - songs)
    noise = (songs - shared + (training or 0.0)) / repeats
    return Variances(
        n_genres=len(differences), repeats=repeats, mean=float(differences.mean()), total=total,
        n_songs=_test_songs(rows, predictions), songs_estimate=estimate, shared=shared,
        songs=tuple((bound * np.diag(covariance)).tolist()) if by != "none" else (),
        training=training, genres=max(0.0, total - noise), songs_by=by,
    )  # fmt: skip


def _songs_part(rows, predictions, *, arm, genres, seed) -> tuple[np.ndarray, str]:
    """Covariance of the genres' differences over test songs, and how it was estimated."""
    draws = draw_songs(
        predictions, arm=arm, rng=np.random.default_rng(seed), resamples=RESAMPLES
    )  # fmt: skip
    if not isinstance(draws, str):
        # `drawn` averages over repeats with test songs of their own.
        drawn = pd.DataFrame(draws.drawn, columns=draws.genres) * len(draws.songs) ** 0.5
        covariance = drawn.cov().reindex(index=genres, columns=genres).to_numpy()
        if np.isfinite(covariance).all():
            return covariance, "bootstrap"
    variances = _approximation(rows, genres)
    if np.isfinite(variances).all():
        return np.diag(variances), "approximation"
    return np.zeros((len(genres), len(genres))), "none"


def f1_variance(f1, recall, n_positive):
    """Variance of one network's F1 over test songs, by the delta method.

    F1 = 2TP / (2TP + FP + FN) of multinomial counts has the variance
    F1 (1 − F1) (2 − F1) / (2TP + FP + FN), and the denominator is 2 recall n_positive / F1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        count = 2 * np.asarray(recall) * n_positive / f1
        return np.where(np.equal(f1, 0), 0.0, f1 * (1 - np.asarray(f1)) * (2 - f1) / count)


def _approximation(rows: pd.DataFrame, genres) -> np.ndarray:
    """Variance of each genre's difference if all its networks erred independently."""
    columns = [finite_column(rows, name) for name in (TESTED, "recall", "n_test_positive")]
    of_networks = rows.assign(value=f1_variance(*columns), repeat=rows["repeat"].fillna(0))
    cells = of_networks.pivot_table(index=CELL, columns="scale", values="value", aggfunc="mean")
    by_genre = cells.dropna().sum(axis=1).groupby(["genre", "repeat"])
    of_repeats = by_genre.sum() / by_genre.size() ** 2
    return of_repeats.groupby("genre").mean().reindex(genres).to_numpy()


def _within_repeats(rows: pd.DataFrame) -> float | None:
    """Variance of a genre's difference between repeats, pooled; None with one repeat."""
    cells = rows.assign(value=finite_column(rows, TESTED)).pivot_table(
        index=CELL, columns="scale", values="value", aggfunc="mean"
    )
    if not set(SCALES) <= set(cells):
        return None
    difference = (cells[SCALES[0]] - cells[SCALES[1]]).dropna()
    spread = difference.groupby(["genre", "repeat"]).mean().groupby("genre").var()
    return float(spread.mean()) if spread.notna().any() else None


def _test_songs(rows: pd.DataFrame, predictions: pd.DataFrame | None) -> int | None:
    """Test songs of a repeat, by ``n_test`` or else by the predictions."""
    recorded = finite_column(rows, "n_test").max()
    if np.isfinite(recorded):
        return int(recorded)
    if predictions is None:
        return None
    return int(predictions.groupby("repeat")["path"].nunique().max())
