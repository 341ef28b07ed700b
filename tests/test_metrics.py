"""Metrics against scikit-learn, hand calculations and their stated rules for odd cases."""

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from mgrlib.metrics import binary_metrics
from mgrlib.results import METRICS

# Four true positives of five, one false alarm among five: all by hand.
TRUTH = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
PROBABILITY = [0.9, 0.8, 0.7, 0.6, 0.2, 0.55, 0.4, 0.3, 0.1, 0.05]


def test_metrics_come_in_the_order_of_the_table():
    assert list(binary_metrics(TRUTH, PROBABILITY)) == METRICS


@pytest.mark.parametrize(
    ("metric", "by_hand"),
    [
        ("accuracy", 8 / 10),
        ("balanced_accuracy", (4 / 5 + 4 / 5) / 2),
        ("precision", 4 / 5),
        ("recall", 4 / 5),
        ("f1", 4 / 5),
        ("average_precision", (1 + 1 + 1 + 1 + 5 / 8) / 5),
        ("roc_auc", (5 + 5 + 5 + 5 + 2) / 25),
        (
            "loss",
            -sum(math.log(p if t else 1 - p) for t, p in zip(TRUTH, PROBABILITY, strict=True)) / 10,
        ),
    ],
)
def test_metrics_by_hand(metric, by_hand):
    assert binary_metrics(TRUTH, PROBABILITY)[metric] == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_metrics_as_scikit_learn_has_them(seed):
    rng = np.random.default_rng(seed)
    truth, probability = rng.integers(0, 2, 200), rng.random(200)
    answer = probability >= 0.3
    scores = binary_metrics(truth, probability, threshold=0.3)
    assert scores["f1"] == pytest.approx(sk.f1_score(truth, answer))
    assert scores["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(truth, answer))
    assert scores["loss"] == pytest.approx(sk.log_loss(truth, probability))
    assert scores["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, probability))


def test_a_probability_at_the_threshold_counts_as_positive():
    assert binary_metrics([1, 0], [0.5, 0.4])["recall"] == 1.0


def test_precision_is_zero_when_no_song_is_called_positive():
    scores = binary_metrics([1, 0, 0], [0.1, 0.2, 0.3])
    assert (scores["precision"], scores["recall"], scores["f1"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("truth", "undefined"),
    [
        (0, {"balanced_accuracy", "recall", "f1", "average_precision", "roc_auc"}),
        (1, {"balanced_accuracy", "average_precision", "roc_auc"}),
    ],
)
@pytest.mark.filterwarnings("error")
def test_one_class_alone_leaves_undefined_metrics_nan(truth, undefined):
    scores = binary_metrics([truth] * 4, [0.1, 0.4, 0.6, 0.9])
    assert {name for name, value in scores.items() if math.isnan(value)} == undefined


def test_loss_of_a_certain_mistake_is_finite():
    assert binary_metrics([1, 0], [0.0, 1.0])["loss"] == pytest.approx(36.04, abs=0.01)


@pytest.mark.parametrize("kind", [bool, float, np.int8])
def test_truth_of_any_kind_that_holds_zero_and_one(kind):
    assert binary_metrics(np.array(TRUTH, dtype=kind), PROBABILITY) == binary_metrics(
        TRUTH, PROBABILITY
    )


@pytest.mark.parametrize(
    ("truth", "probability", "threshold", "message"),
    [
        ([], [], 0.5, "at least one song"),
        ([1, 0], [0.5], 0.5, r"shapes \(2,\) and \(1,\)"),
        ([[1, 0]], [[0.5, 0.5]], 0.5, r"shapes \(1, 2\)"),
        ([1, 2], [0.5, 0.5], 0.5, "truth must be 0 or 1, got 2"),
        ([1, float("nan")], [0.5, 0.5], 0.5, "truth must be 0 or 1, got nan"),
        ([1, 0], [0.5, 1.5], 0.5, "between 0 and 1, got 1.5: pass probabilities"),
        ([1, 0], [0.5, float("nan")], 0.5, "between 0 and 1, got nan"),
        ([1, 0], [0.5, 0.5], 2, "threshold must lie between 0 and 1, got 2"),
    ],
)
def test_wrong_input_is_named(truth, probability, threshold, message):
    with pytest.raises(ValueError, match=message):
        binary_metrics(truth, probability, threshold=threshold)
