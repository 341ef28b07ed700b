"""How many genres, test songs and repeats would show an effect of a given size.

Tables of differences are simulated from the run's own variances, and each is tested as the
study tests: mean over depths and repeats, one pair a genre, paired t, two-sided, level 0.05.
Conventions: an effect is a mean difference in F1, taken as positive; a design is a number of
genres, of test songs and of repeats.
Notebook: 15_power.
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from ..effects.sizes import POWER, detectable_dz, noncentral_cdf
from ..outcome import CONFIDENCE, LEVEL
from .variances import Variances, variance_parts

SIMULATIONS = 4_000
GENRES = (4, 8, 16, 32, 64)
SONG_FACTORS = (0.5, 1, 2, 4, 8, 16)
REPEATS = (1, 3, 10)
EFFECTS = (0.01, 0.02, 0.05)
"""Mean differences in F1 that the tables ask for, chosen before any result."""
MOST_GENRES = 10_000


def simulate_differences(
    parts: Variances,
    *,
    n_genres: int,
    n_songs: float,
    repeats: int = 1,
    rng: np.random.Generator,
    simulations: int = SIMULATIONS,
) -> np.ndarray:
    """Differences of `n_genres` genres without a mean effect, normal, in many made-up studies.

    Each genre has a deviation of its own, noise of the training, and noise of the test songs,
    as large as in a genre drawn from the run's; the part of the songs shrinks as 1 / songs,
    the noise as 1 / repeats.

    Returns
    -------
    ndarray, shape (simulation, genre)
    """
    shape = (simulations, n_genres)
    own = parts.genres + (parts.training or 0.0) / repeats
    noise = math.sqrt(own) * rng.standard_normal(shape)
    if not parts.songs:
        return noise
    scale = _songs_scale(parts, n_songs, repeats)
    variances = rng.choice(np.maximum(np.array(parts.songs) - parts.shared, 0), shape)
    noise += np.sqrt(variances * scale) * rng.standard_normal(shape)
    noise += math.sqrt(parts.shared * scale) * rng.standard_normal((simulations, 1))
    return noise


def simulated_power(differences: np.ndarray, effects) -> np.ndarray:
    """Share of the studies in which the paired t-test is significant, for each effect.

    Its Monte Carlo error is `monte_carlo_error`. Without an effect it is the share of false
    alarms.
    """
    mean, error, critical = _tested(differences)
    return np.array([(np.abs(mean + effect) > critical * error).mean() for effect in effects])


def detectable_effect(differences: np.ndarray, *, power: float = POWER) -> float:
    """Least effect that so large a share of the studies shows, in its own direction."""
    mean, error, critical = _tested(differences)
    return max(0.0, float(np.quantile(critical * error - mean, power)))


def monte_carlo_error(power, simulations: int = SIMULATIONS):
    """Standard error of a simulated power: of a share of so many studies."""
    return np.sqrt(np.asarray(power) * (1 - np.asarray(power)) / simulations)


def _tested(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    n = differences.shape[1]
    error = differences.std(axis=1, ddof=1) / math.sqrt(n)
    return differences.mean(axis=1), error, float(stats.t.isf(LEVEL / 2, n - 1))


def _songs_scale(parts: Variances, n_songs: float, repeats: int) -> float:
    return parts.n_songs / n_songs / repeats


def design_variance(parts: Variances, *, n_songs: float | None, repeats: int = 1) -> float:
    """Variance between the differences of genres in a design, that of `simulate_differences`."""
    own = parts.genres + (parts.training or 0.0) / repeats
    if not parts.songs:
        return own
    scale = _songs_scale(parts, n_songs, repeats)
    return own + scale * (float(np.mean(parts.songs)) - parts.shared)


def genres_needed(effect: float, parts: Variances, *, n_songs: float | None) -> int | None:
    """Least number of genres that show an effect with power 0.8, with the run's repeats.

    By the noncentral t. Noise that all genres share is no smaller with more genres, and
    counts as such: with many genres the number of songs is what limits.

    Returns
    -------
    int or None
        None above 10,000.
    """
    variance = design_variance(parts, n_songs=n_songs, repeats=parts.repeats)
    shared = parts.shared * _songs_scale(parts, n_songs, parts.repeats) if parts.songs else 0.0

    def power(n):
        critical = stats.t.isf(LEVEL / 2, n - 1)
        error = math.sqrt(variance / n + shared)
        return float(1 - noncentral_cdf(critical, n - 1, effect / error)) if error else 1.0

    low, high = 2, MOST_GENRES
    if power(high) < POWER:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def songs_needed(effect: float, parts: Variances) -> int | None:
    """Test songs a repeat with which the run's genres show an effect with power 0.8.

    None where no number is enough, since the genres' own deviations are too large, or where
    the part of the songs is not known.
    """
    if not parts.songs:
        return None
    n, repeats = parts.n_genres, parts.repeats
    endless = design_variance(parts, n_songs=math.inf, repeats=repeats)
    room = (effect / detectable_dz(n)) ** 2 - endless
    # What all genres share weighs n times as much in the variance of their mean.
    part = (float(np.mean(parts.songs)) + (n - 1) * parts.shared) / repeats
    return math.ceil(parts.n_songs * part / room) if room > 0 else None


def repeats_needed(effect: float, parts: Variances) -> int | None:
    """Repeats with which the run's genres and songs show an effect with power 0.8.

    As if repeats were independent. What one repeat can't tell from training counts as the
    genres' own. None where no number is enough, or where no part shrinks with repeats.
    """
    songs = float(np.mean(parts.songs)) + (parts.n_genres - 1) * parts.shared if parts.songs else 0
    part = songs + (parts.training or 0.0)
    room = (effect / detectable_dz(parts.n_genres)) ** 2 - parts.genres
    return max(1, math.ceil(part / room)) if part and room > 0 else None


def power_numbers(
    metrics: pd.DataFrame, predictions: pd.DataFrame | None, *, arm: str, seed: int = 0
) -> dict:
    """The power of the study's test by the run's own variances, as ``statistics.json`` keeps it.

    Parameters
    ----------
    metrics, predictions : DataFrame
        The run's tables; `predictions` None where there are none.
    arm : str
    seed : int
        Of bootstrap and simulations.

    Returns
    -------
    dict
        ``n_genres, n_songs, repeats``; ``deviation`` of the differences with its interval;
        ``variances``, the parts, and ``songs_by``; ``own``, the least effect that the run's
        own design shows with power 0.8, the same for a deviation at the ends of its interval,
        and where the part of the songs was bounded, for that part alone ``before_bound``;
        ``curves``, power by effect and number of
        genres, for the run's songs and repeats; ``false_alarms`` by number of genres;
        ``detectable``, the least effect shown with power 0.8, by genres and songs;
        ``by_repeats``, the same by repeats; ``needed``, by effect. ``{arm, reason}`` where the
        differences can't be tested.
    """
    parts = variance_parts(metrics, predictions, arm=arm, seed=seed)
    if isinstance(parts, str):
        return {"arm": arm, "reason": parts}
    deviation = math.sqrt(parts.total)
    return {
        "arm": arm,
        "n_genres": parts.n_genres,
        "n_songs": parts.n_songs,
        "repeats": parts.repeats,
        "mean_difference": parts.mean,
        "deviation": deviation,
        "deviation_interval": deviation_interval(deviation, parts.n_genres),
        "variances": {
            "total": parts.total,
            "songs": float(np.mean(parts.songs)) if parts.songs else None,
            "songs_before_bound": parts.songs_estimate if parts.songs else None,
            "shared": parts.shared,
            "training": parts.training,
            "genres": parts.genres,
        },
        "songs_by": parts.songs_by,
        "simulations": SIMULATIONS,
        "own": _own(parts, seed=seed),
        **_curves(parts, seed=seed),
        "detectable": _detectable(parts, seed=seed),
        "by_repeats": _by_repeats(parts, seed=seed),
        "needed": _needed(parts),
    }


def deviation_interval(deviation: float, n: int) -> list[float]:
    """95 % interval of a standard deviation of n normal values, by chi-squared."""
    tail = (1 - CONFIDENCE) / 2
    return [deviation * math.sqrt((n - 1) / stats.chi2.isf(q, n - 1)) for q in (tail, 1 - tail)]


def _made(parts: Variances, *, seed: int, **design) -> np.ndarray:
    """Differences in the run's own design, but for what `design` changes.

    The same seed for all designs: what they differ in is then not the luck of the draw.
    """
    own = {"n_genres": parts.n_genres, "n_songs": parts.n_songs, "repeats": parts.repeats}
    return simulate_differences(parts, **{**own, **design}, rng=np.random.default_rng(seed))


def _own(parts: Variances, *, seed: int) -> dict:
    effect = detectable_effect(_made(parts, seed=seed))
    deviation = math.sqrt(parts.total)
    least = detectable_dz(parts.n_genres)
    ends = [least * end for end in deviation_interval(deviation, parts.n_genres)]
    alone = least * math.sqrt(parts.songs_estimate / parts.repeats)
    bounded = bool(parts.songs) and float(np.mean(parts.songs)) < parts.songs_estimate
    return {
        "effect": effect,
        "dz": effect / deviation,
        "interval": ends,
        "before_bound": alone if bounded else None,
    }


def _designs(parts: Variances) -> list[int]:
    return sorted({*GENRES, parts.n_genres})


def _curves(parts: Variances, *, seed: int) -> dict:
    """Power by effect, as far as twice what the run's own number of genres shows."""
    reach = 2 * detectable_dz(parts.n_genres) * math.sqrt(parts.total)
    effects = np.linspace(0, reach, 81)
    curves, alarms = [], []
    for n in _designs(parts):
        made = _made(parts, n_genres=n, seed=seed)
        power = simulated_power(made, effects)
        curves.append({"n_genres": n, "effects": effects.tolist(), "power": power.tolist()})
        alarms.append({"n_genres": n, "share": float(power[0])})
    return {"curves": curves, "false_alarms": alarms}


def _detectable(parts: Variances, *, seed: int) -> list[dict]:
    """The least effect with power 0.8 of every design, with the run's repeats."""
    songs = [parts.n_songs]
    if parts.songs:
        songs = sorted({max(1, round(parts.n_songs * factor)) for factor in SONG_FACTORS})
    return [
        {
            "n_genres": n,
            "n_songs": k,
            "effect": detectable_effect(_made(parts, n_genres=n, n_songs=k, seed=seed)),
        }
        for n in _designs(parts)
        for k in songs
    ]


def _by_repeats(parts: Variances, *, seed: int) -> list[dict]:
    """The least effect with power 0.8 of the run's genres and songs, by repeats.

    With one repeat the training can't be told from the genres: ``if_genres`` takes all that
    is not songs for the genres' own, ``if_training`` for training.
    """
    rows = []
    for repeats in REPEATS:
        row = {"repeats": repeats}
        for name, version in (("if_genres", parts), ("if_training", parts.as_training())):
            row[name] = detectable_effect(_made(version, repeats=repeats, seed=seed))
        rows.append(row)
    return rows


def _needed(parts: Variances) -> list[dict]:
    """Genres that show an effect, with the run's songs and four times as many; songs; repeats."""
    rows = []
    for effect in EFFECTS:
        more = parts.n_songs * 4 if parts.songs else None
        rows.append(
            {
                "effect": effect,
                "genres": genres_needed(effect, parts, n_songs=parts.n_songs),
                "genres_with_4_times_the_songs": (
                    genres_needed(effect, parts, n_songs=more) if parts.songs else None
                ),
                "songs": songs_needed(effect, parts),
                "repeats": repeats_needed(effect, parts),
            }
        )
    return rows
