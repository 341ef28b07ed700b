"""Metrics of one multi-label classifier on the test songs, by scikit-learn's definitions.

Conventions: `truth` says whether a song has a genre and `said` whether it is given it,
both bool of shape (song, genre); `probability` is float between 0 and 1 of the same shape.
There are two genres or more. Metrics of a genre are arrays of shape (genre,), NaN for one
that all or none of the songs have. `mgrlib.metrics` has those of a single network.
Notebook: 04_across_depths, "The ensemble".
"""

import numpy as np
from scipy.stats import rankdata
from sklearn import metrics as sk

NAN = float("nan")


def has_both(truth: np.ndarray) -> np.ndarray:
    """Whether there are songs with a genre and songs without it, bool, shape=(genres,)."""
    return truth.any(axis=0) & ~truth.all(axis=0)


def decision_scores(truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """Metrics of all decisions together.

    Returns
    -------
    dict of str to float
        ``precision_micro, recall_micro, f1_micro`` (0 without a song to divide by);
        ``hamming_loss``, the share of wrong decisions; ``subset_accuracy``, the share of
        songs whose decisions are all right.

    Examples
    --------
    >>> truth = np.array([[True, False], [True, True]])
    >>> scores = decision_scores(truth, np.array([[True, False], [True, False]]))
    >>> scores["f1_micro"], scores["hamming_loss"], scores["subset_accuracy"]
    (0.8, 0.25, 0.5)
    """
    micro = sk.precision_recall_fscore_support(truth, said, average="micro", zero_division=0)
    scores = dict(zip(("precision_micro", "recall_micro", "f1_micro"), micro[:3], strict=True))
    scores["hamming_loss"] = sk.hamming_loss(truth, said)
    scores["subset_accuracy"] = sk.accuracy_score(truth, said)
    return {name: float(value) for name, value in scores.items()}


def genre_decisions(truth: np.ndarray, said: np.ndarray) -> dict[str, np.ndarray]:
    """``precision, recall, f1`` of each genre; precision and F1 are 0 where it is never given."""
    each = sk.precision_recall_fscore_support(truth, said, average=None, zero_division=0)
    names = ("precision", "recall", "f1")
    return dict(zip(names, np.where(has_both(truth), each[:3], NAN), strict=True))


def genre_rankings(truth: np.ndarray, probability: np.ndarray) -> dict[str, np.ndarray]:
    """``average_precision, roc_auc`` of each genre."""
    scores = {"average_precision": sk.average_precision_score, "roc_auc": sk.roc_auc_score}
    both = has_both(truth)
    columns = [(truth[:, g], probability[:, g]) for g in range(len(both))]
    return {
        name: np.array([score(*pair) if b else NAN for pair, b in zip(columns, both, strict=True)])
        for name, score in scores.items()
    }


def lrap(truth: np.ndarray, probability: np.ndarray) -> float:
    """Label-ranking average precision: how high the genres of a song stand among all.

    scikit-learn's ``label_ranking_average_precision_score`` for all songs at once, as that
    one takes half a minute for a large study. A song without a genre counts 1, there too.

    Examples
    --------
    >>> round(lrap(np.array([[True, False, True]]), np.array([[0.9, 0.8, 0.1]])), 3)
    0.833
    """
    among_all = rankdata(-probability, method="max", axis=1)
    among_own = rankdata(np.where(truth, -probability, np.inf), method="max", axis=1)
    shares = np.where(truth, among_own / among_all, 0).sum(axis=1)
    own = truth.sum(axis=1)
    return float(np.where(own > 0, shares / np.maximum(own, 1), 1).mean())
