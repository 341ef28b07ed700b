"""The mean difference over genres if other genres, or other test songs, had been drawn.

The genres of a run share one test set, and a song with two genres counts in both. So a
resample draws songs, each with all its genres, depths and scales; F1 is computed anew from
weighted counts of its decisions at a threshold, and averaged as for the paired t-test.
With repeats, each of which has a test set of its own, songs are drawn within each.

Where a resample has no song of a genre, F1 is undefined; that genre is left out of that
resample's mean, and how often it happened is said.

Conventions: a difference is linear minus mel, so a negative one favors mel; intervals are
95 % percentile intervals if not said otherwise.

Notebook: 10_robustness, "Other songs".
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ..outcome import CONFIDENCE, LEAST, usable
from ..scores import SCALES
from .finding import OVER_BOTH, OVER_GENRES, OVER_SONGS, Finding

RESAMPLES = 5_000
CHUNK = 500  # resamples at a time: bounds the memory
THRESHOLD = 0.5
NEEDED = ("path", "genre", "depth", "scale", "weights", "repeat", "truth", "probability")
PERCENTILES = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)


@dataclass(frozen=True, kw_only=True)
class SongDraws:
    """Differences of each genre in the test set, and in resamples of its songs.

    Attributes
    ----------
    genres : tuple of str
    songs : tuple of int
        Test songs of each repeat.
    observed : ndarray, shape=(genres,)
    drawn : ndarray, shape=(resamples, genres)
        NaN where no song of the genre was drawn.
    """

    genres: tuple
    songs: tuple[int, ...]
    observed: np.ndarray
    drawn: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """The mean difference over genres in each resample, shape=(resamples,)."""
        return _mean(self.drawn, np.ones_like(self.drawn))

    def means_of_genres(self, rng: np.random.Generator) -> np.ndarray:
        """The same where the genres are resampled, too."""
        return _mean(self.drawn, draw_weights(len(self.genres), len(self.drawn), rng=rng))


def draw_weights(n: int, resamples: int, *, rng: np.random.Generator) -> np.ndarray:
    """How often each of n things is drawn, n draws with replacement, shape=(resamples, n)."""
    places = rng.integers(0, n, (resamples, n)) + n * np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=resamples * n).reshape(resamples, n)


def draw_songs(
    predictions: pd.DataFrame | None,
    *,
    arm: str,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    threshold: float = THRESHOLD,
) -> SongDraws | str:
    """Resample the test songs of an arm, or say why they can't be resampled.

    Parameters
    ----------
    predictions : DataFrame
        ``results/predictions.parquet``, or None. A song counts in a genre, depth and
        repeat in which both scales have a probability for it.
    """
    pairs = _paired_decisions(predictions, arm=arm, threshold=threshold)
    if isinstance(pairs, str):
        return pairs
    genres = pairs["genre"].drop_duplicates().tolist()
    repeats = [_Decisions(rows, genres) for _, rows in pairs.groupby("repeat")]
    once = [np.ones((1, decisions.songs)) for decisions in repeats]
    observed = weighted_differences(repeats, once)[0]
    parts = []
    for start in range(0, resamples, CHUNK):
        size = min(CHUNK, resamples - start)
        weights = [draw_weights(decisions.songs, size, rng=rng) for decisions in repeats]
        parts.append(weighted_differences(repeats, weights))
    known = np.isfinite(observed)
    if not known.any():
        return "no test song has any of the genres"
    return SongDraws(
        genres=tuple(np.array(genres, dtype=object)[known]),
        songs=tuple(decisions.songs for decisions in repeats),
        observed=observed[known],
        drawn=np.concatenate(parts)[:, known],
    )


class _Decisions:
    """The decisions of one repeat, as matrices of shape (song, cell): a genre at a depth."""

    def __init__(self, rows: pd.DataFrame, genres: list):
        song, paths = pd.factorize(rows["path"], sort=True)
        cell, cells = pd.factorize(pd.MultiIndex.from_frame(rows[["genre", "depth"]]))

        def matrix(values):
            # float32 holds every count up to 16 million, and multiplies twice as fast.
            filled = np.zeros((len(paths), len(cells)), dtype=np.float32)
            filled[song, cell] = values
            return filled

        self.songs = len(paths)
        self.truth = matrix(rows["truth_linear"])
        self.said = [matrix(rows[f"said_{scale}"]) for scale in SCALES]
        self.hits = [said * self.truth for said in self.said]
        of_genre = np.array(cells.get_level_values(0))[:, None] == np.array(genres, dtype=object)
        self.of_genre = of_genre.astype(float)  # shape=(cells, genres)

    def differences(self, weights) -> tuple[np.ndarray, np.ndarray]:
        """Sums over the depths of each genre's differences, and how many are defined.

        Parameters
        ----------
        weights : ndarray, shape=(resamples, songs)
            How often each song counts.

        Returns
        -------
        (ndarray, ndarray), shape=(resamples, genres)
        """
        weights = weights.astype(np.float32)
        with_genre = weights @ self.truth
        defined = with_genre > 0
        first, second = (
            2 * (weights @ hits) / np.maximum(weights @ said + with_genre, 1)
            for hits, said in zip(self.hits, self.said, strict=True)
        )
        difference = np.where(defined, first.astype(float) - second, 0)
        return difference @ self.of_genre, defined @ self.of_genre


def weighted_differences(repeats: list[_Decisions], weights: list[np.ndarray]) -> np.ndarray:
    """Differences of the genres, the mean over depths and repeats, shape=(resamples, genres).

    NaN where no song of the genre was drawn.
    """
    sums = [each.differences(part) for each, part in zip(repeats, weights, strict=True)]
    total, count = (sum(parts) for parts in zip(*sums, strict=True))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over genres, of those defined; shape=(resamples,)."""
    weights = np.where(np.isfinite(values), weights, 0)
    total = weights.sum(axis=1)
    sums = (np.nan_to_num(values) * weights).sum(axis=1)
    return np.where(total > 0, sums / np.maximum(total, 1), np.nan)


def _paired_decisions(predictions, *, arm: str, threshold: float) -> pd.DataFrame | str:
    """One row a song, genre, depth and repeat that both scales have, or why there is none."""
    if predictions is None:
        return "the run has no predictions"
    if missing := [name for name in NEEDED if name not in predictions]:
        return f"the predictions lack the columns {', '.join(missing)}"
    rows = predictions[(predictions["weights"] == arm) & predictions["scale"].isin(SCALES)]
    known = np.isfinite(pd.to_numeric(rows["probability"], errors="coerce"))
    rows = rows[known & rows["truth"].notna()]
    rows = rows.assign(
        depth=rows["depth"].fillna(0), repeat=rows["repeat"].fillna(0),
        said=rows["probability"].astype(float) >= threshold, truth=rows["truth"].astype(bool),
    )  # fmt: skip
    key = ["path", "genre", "depth", "repeat"]
    if rows.duplicated([*key, "scale"]).any():
        return "the predictions have a song more than once"
    columns = [*key, "truth", "said"]
    linear, mel = (rows.loc[rows["scale"] == scale, columns] for scale in SCALES)
    pairs = linear.merge(mel, on=key, suffixes=[f"_{scale}" for scale in SCALES])
    if pairs.empty:
        return "the predictions lack this arm with linear and mel"
    if (pairs["truth_linear"] != pairs["truth_mel"]).any():
        return "the scales' predictions differ in which songs have a genre"
    return pairs


def genre_bootstrap(differences, *, rng: np.random.Generator, resamples=RESAMPLES) -> Finding:
    """Bootstrap of the mean over genres, the BCa interval of `scipy.stats.bootstrap`."""
    values, reason = usable(differences)
    known = {"test": OVER_GENRES, "n": values.size, "sample": f"{values.size} genres"}
    if reason:
        return Finding(**known, reason=reason)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # said in words below
        found = stats.bootstrap((values,), np.mean, n_resamples=resamples, method="BCa", rng=rng)
    low, high = found.confidence_interval  # 95 % by default
    if not np.isfinite([low, high]).all():
        return Finding(**known, reason="the resamples vary too little for a BCa interval")
    short = 100 * (1 - np.sqrt(1 - 1 / values.size))  # the variance of resamples has no n - 1
    return Finding(
        **known, estimate=float(values.mean()), interval=(float(low), float(high)),
        note=f"BCa, {resamples} resamples; with so few genres too narrow by {short:.0f} % or more",
    )  # fmt: skip


def song_bootstrap(draws: SongDraws | str) -> Finding:
    """Bootstrap of the mean difference over test songs, for these genres and networks."""
    if isinstance(draws, str):
        return Finding(test=OVER_SONGS, n=0, sample="no songs", reason=draws)
    return _resampled(draws, draws.means, test=OVER_SONGS, sample=_songs(draws))


def song_genre_bootstrap(draws: SongDraws | str, means: np.ndarray) -> Finding:
    """Bootstrap over test songs and genres, `means` of `SongDraws.means_of_genres`.

    A pigeonhole bootstrap (Owen 2007): genres that are drawn bring the noise of their songs
    with them, so that it counts about twice. The interval is rather too wide.
    """
    if isinstance(draws, str):
        return Finding(test=OVER_BOTH, n=0, sample="no songs", reason=draws)
    sample = f"{_songs(draws)}, {len(draws.genres)} genres"
    if len(draws.genres) < LEAST:
        reason = f"genres to draw from must be {LEAST} or more"
        return Finding(test=OVER_BOTH, n=sum(draws.songs), sample=sample, reason=reason)
    return _resampled(draws, means, test=OVER_BOTH, sample=sample)


def _resampled(draws: SongDraws, means: np.ndarray, *, test: str, sample: str) -> Finding:
    """Percentile interval, and the p at which it would end at zero."""
    known = {"test": test, "n": sum(draws.songs), "sample": sample}
    means = means[np.isfinite(means)]
    if means.size < 100 or np.ptp(means) <= 1e-12:
        return Finding(**known, reason="the resamples do not vary")
    low, high = np.quantile(means, PERCENTILES)
    rarer = min((means <= 0).sum(), (means >= 0).sum())
    lost = np.isnan(draws.drawn).mean()
    note = f"{means.size} resamples"
    if lost:
        share = f"{100 * lost:.2f}" if lost >= 1e-4 else "less than 0.01"
        note += f"; a genre without a song in {share} % of its draws, left out there"
    return Finding(
        **known, estimate=float(draws.observed.mean()), interval=(float(low), float(high)),
        p=float(min(1, 2 * (1 + rarer) / (1 + means.size))), note=note,
    )  # fmt: skip


def _songs(draws: SongDraws) -> str:
    each = sorted(set(draws.songs))
    words = f"{each[0]}" if len(each) == 1 else f"{each[0]} to {each[-1]}"
    times = f"{len(draws.songs)} × " if len(draws.songs) > 1 else ""
    return f"{times}{words} songs"
