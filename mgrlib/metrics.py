"""Metrics of one binary classifier on the test songs.

Conventions: `truth` is 0 or 1 (a song has the genre or not), `probability` is the
model's probability of 1, both of shape (song,). A song counts as positive from
`threshold` on (``probability >= threshold``). Losses are in nats.
"""

import numpy as np
from sklearn import metrics as sk

NAN = float("nan")


def binary_metrics(truth, probability, *, threshold: float = 0.5) -> dict[str, float]:
    """Accuracy, balanced accuracy, precision, recall, F1, loss, average precision, ROC-AUC.

    What the paper reports of its single-genre models (section 3.3), and the two
    metrics that need no threshold.

    Parameters
    ----------
    truth : array_like of {0, 1} or bool, shape (song,)
        Whether a song has the genre.
    probability : array_like of float, shape (song,)
        The model's probability that it has, between 0 and 1.
    threshold : float
        The probability from which a song counts as positive.

    Returns
    -------
    dict of str to float
        In the order of the columns of ``results/metrics.csv``. Where a metric is
        undefined:

        - ``precision`` is 0 when no song is called positive;
        - ``recall`` and ``f1`` are NaN when no song is positive;
        - ``balanced_accuracy``, ``average_precision`` and ``roc_auc`` are NaN when
          the songs are all positive or all negative;
        - ``loss`` is finite: scikit-learn moves probabilities of 0 and 1 inwards by
          the spacing of float64, so a song costs at most 36.04 nats.

    Raises
    ------
    ValueError
        If the shapes differ, there is no song, or a value breaks its rule.

    Examples
    --------
    >>> scores = binary_metrics([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    >>> scores["precision"], scores["recall"], scores["roc_auc"]
    (0.5, 0.5, 0.75)
    """
    truth, probability = _checked(truth, probability, threshold)
    answer = (probability >= threshold).astype(int)
    any_positive = bool(truth.any())
    both_classes = any_positive and not truth.all()
    scores = {
        "accuracy": sk.accuracy_score(truth, answer),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, answer) if both_classes else NAN,
        "precision": sk.precision_score(truth, answer, zero_division=0),
        "recall": sk.recall_score(truth, answer) if any_positive else NAN,
        "f1": sk.f1_score(truth, answer, zero_division=0) if any_positive else NAN,
        "loss": sk.log_loss(truth, probability, labels=[0, 1]),
        "average_precision": (
            sk.average_precision_score(truth, probability) if both_classes else NAN
        ),
        "roc_auc": sk.roc_auc_score(truth, probability) if both_classes else NAN,
    }
    return {name: float(value) for name, value in scores.items()}


def _checked(truth, probability, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    truth = np.asarray(truth)
    probability = np.asarray(probability, dtype=float)
    if truth.ndim != 1 or truth.shape != probability.shape:
        raise ValueError(
            "truth and probability must have one value a song, got the shapes "
            f"{truth.shape} and {probability.shape}"
        )
    if not truth.size:
        raise ValueError("metrics need at least one song, got none")
    if not (known := np.isin(truth, (0, 1))).all():
        raise ValueError(f"truth must be 0 or 1, got {truth[~known][0]!s}")
    outside = probability[~((probability >= 0) & (probability <= 1))]
    if outside.size:
        raise ValueError(
            f"probability must lie between 0 and 1, got {outside[0]:g}: pass probabilities, "
            "not the network's raw outputs"
        )
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, got {threshold}")
    return truth.astype(int), probability
