"""From probabilities to decisions: correction for prevalence, and thresholds tuned for F1.

Conventions: `truth` is bool and `probability` float between 0 and 1, both of shape
(song, genre) or, for one genre, (song,). A song is given a genre from its threshold on
(``probability >= threshold``). The networks learn from halves, as many songs with a genre
as without it, and are tested at the genre's own prevalence.
Notebook: 04_across_depths, "The ensemble".
"""

import numpy as np

from ..splits import stratified_draw

NAN = float("nan")


def prior_corrected(probability: np.ndarray, prevalence) -> np.ndarray:
    """Probabilities of networks trained 1:1, as they are where a genre has its prevalence.

    Odds times π / (1 − π): theorem 2 of Elkan (2001), section 2 of Saerens et al. (2002).
    The result is 0.5 or more where `probability` is 1 − π or more.

    Parameters
    ----------
    probability : ndarray, shape=(songs, genres)
    prevalence : array_like, shape=(genres,)
        π of each genre, between 0 and 1, neither included.

    Raises
    ------
    ValueError
        If a prevalence is 0 or 1 or beyond.

    Examples
    --------
    >>> prior_corrected(np.array([[0.5, 0.75]]), [0.1, 0.1]).round(3).tolist()
    [[0.1, 0.25]]
    """
    share = np.asarray(prevalence, dtype=float)
    if (wrong := share[~((share > 0) & (share < 1))]).size:
        raise ValueError(f"a prevalence must lie between 0 and 1, neither included, got {wrong[0]}")
    with_genre, without = probability * share, (1 - probability) * (1 - share)
    return with_genre / (with_genre + without)


def draw_halves(truth: np.ndarray, *, seed: int) -> np.ndarray:
    """Half of each song, 0 or 1, by iterative stratification over the genres.

    Parameters
    ----------
    truth : ndarray of bool, shape=(songs, genres)
    seed : int

    Returns
    -------
    ndarray of int, shape=(songs,)
        Of an odd number the second half has one more.
    """
    half = np.ones(len(truth), dtype=int)
    half[stratified_draw(truth, len(truth) // 2, seed=seed)] = 0
    return half


def best_threshold(truth: np.ndarray, probability: np.ndarray) -> float:
    """The threshold of the highest F1 of one genre, NaN where no song has it.

    Candidates are 0, which gives the genre to all songs, and the midpoints between
    neighboring distinct probabilities. Of several with the same F1 the highest is taken,
    which gives the genre to the fewest songs.

    Parameters
    ----------
    truth : ndarray of bool, shape=(songs,)
    probability : ndarray of float, shape=(songs,)

    Examples
    --------
    >>> best_threshold(np.array([True, False, True, False]), np.array([0.9, 0.5, 0.75, 0.25]))
    0.625
    """
    if not truth.any():
        return NAN
    order = np.argsort(-probability, kind="stable")
    scores, hits = probability[order], np.cumsum(truth[order])
    ends = np.flatnonzero(np.diff(scores, append=-1))  # last song of each distinct probability
    f1 = 2 * hits[ends] / (ends + 1 + hits[-1])
    chosen = ends[np.argmax(f1)]
    if chosen == len(scores) - 1:
        return 0.0
    above, below = scores[chosen], scores[chosen + 1]
    middle = below + (above - below) / 2
    return float(middle if middle > below else above)  # neighboring floats have none between


def cross_fit(truth: np.ndarray, probability: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Thresholds of each half, tuned on the other one by `best_threshold`.

    Parameters
    ----------
    truth, probability : ndarray, shape=(songs, genres)
    half : ndarray of {0, 1}, shape=(songs,)

    Returns
    -------
    ndarray, shape=(2, genres)
        NaN where the other half has no song of the genre.
    """
    tuned = [
        [best_threshold(truth[other, g], probability[other, g]) for g in range(truth.shape[1])]
        for other in (half == 1, half == 0)
    ]
    return np.array(tuned)
