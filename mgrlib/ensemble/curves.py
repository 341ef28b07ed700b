"""Thresholds and precision–recall curves of the networks, genre by genre.

Conventions: the rules for the threshold and the table ``ensemble_genres`` are those of
`mgrlib.ensemble`; a difference is linear minus mel. For curves the test sets of all repeats
are pooled. `calibration` has the calibration.
Notebook: 12_thresholds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn import metrics as sk

from .. import statistics
from ..statistics import SCALES, TESTED
from . import RULES, ensemble_tables
from .calibration import calibration_table, shown_rows

ABSENT = "the run has no results/predictions.parquet"


@dataclass(frozen=True)
class Curve:
    """A precision–recall curve of one genre by one network.

    Attributes
    ----------
    genre, scale, weights : str
    recall, precision : ndarray, shape=(points,)
        Recall falls along the points, as scikit-learn gives them.
    average_precision : float
    positives, songs : int
        Of the test set, or of all test sets where there are repeats.
    """

    genre: str
    scale: str
    weights: str
    recall: np.ndarray
    precision: np.ndarray
    average_precision: float
    positives: int
    songs: int

    @property
    def prevalence(self) -> float:
        """Precision of a network that knows nothing."""
        return self.positives / self.songs


def rule_table(
    genres: pd.DataFrame, *, arm: str, values: str = TESTED, depth: int | None = None
) -> pd.DataFrame:
    """A value of each genre under each rule: rows genres, columns (scale, rule).

    Parameters
    ----------
    genres : DataFrame
        The table ``ensemble_genres`` of `mgrlib.ensemble.ensemble_tables`.
    arm : str
        A value of the column ``weights``, so also ``joint`` or ``baseline``.
    values : str
        A column of numbers, or ``threshold``, the mean of those of both halves.
    depth : int, optional
        One depth; None is the mean over the depths.
    """
    rows = genres[(genres["weights"] == arm) & ((depth is None) | (genres["depth"] == depth))]
    if values == "threshold":
        rows = rows.assign(threshold=rows[["threshold_first", "threshold_second"]].mean(axis=1))
    table = rows.pivot_table(index="genre", columns=["scale", "rule"], values=values)
    order = [genre for genre in statistics.genre_sizes(genres).index if genre in table.index]
    columns = [(s, r) for s in rows["scale"].unique() for r in RULES if (s, r) in table]
    return table.loc[order, columns]


def rule_tests(genres: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """The paper's paired test, linear minus mel, once under each rule.

    Returns
    -------
    DataFrame
        Index ``rule``; columns ``n``, ``linear``, ``mel`` (means over genres and depths),
        ``difference``, ``low``, ``high``, ``t``, ``p``, ``dz`` and ``reason``.
    """
    rows = {}
    for rule in (rule for rule in RULES if (genres["rule"] == rule).any()):
        pairs = statistics.paired_scores(genres[genres["rule"] == rule], arm=arm, metric=metric)
        test = statistics.paired_t(pairs["difference"])
        low, high = test.interval or (None, None)
        rows[rule] = {
            "n": test.n, **pairs[[*SCALES, "difference"]].mean(), "low": low, "high": high,
            "t": test.statistic, "p": test.p, "dz": test.effect, "reason": test.reason,
        }  # fmt: skip
    columns = ["n", *SCALES, "difference", "low", "high", "t", "p", "dz", "reason"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("rule")


def rule_changes(genres: pd.DataFrame, *, arm: str, metric: str = TESTED) -> dict:
    """How far each rule moves the difference of the scales from that at 0.5.

    That one rule is beyond noise and another is not does not say that they differ, so the
    difference under the rule less that at 0.5 is tested itself, a pair a genre.

    Returns
    -------
    dict of str to Outcome
        By rule, without 0.5; `interval` is of the mean change. Empty where 0.5 is absent.
    """
    differences = {
        rule: statistics.paired_scores(rows, arm=arm, metric=metric)["difference"]
        for rule, rows in genres.groupby("rule", sort=False)
    }
    base = differences.get(RULES[0])
    return {
        rule: statistics.paired_t((differences[rule] - base).dropna())
        for rule in RULES[1:]
        if rule in differences and base is not None
    }


def describe_rule_changes(changes: dict) -> str:
    """`rule_changes` in a sentence, or nothing where none could be tested."""
    known = {rule: test for rule, test in changes.items() if test.interval is not None}
    if not known:
        return ""
    parts = []
    for rule, test in known.items():
        low, high = test.interval
        noise = "within" if low <= 0 <= high else "beyond"
        mean = f"{(low + high) / 2:+.3f} [{low:.3f}, {high:.3f}]"
        parts.append(f"{rule} by {mean}, {noise} noise, n = {test.n}")
    return f"Against 0.5 the difference moves: {'; '.join(parts)}.".replace("-0.", "−0.")


def describe_zeros(genres: pd.DataFrame, *, arm: str) -> str:
    """How many networks have an F1 of 0 under each rule, as a sentence."""
    rows = genres[genres["weights"] == arm]
    counts = {
        rule: f"{rule}: {int((part == 0).sum())} of {part.count()}"
        for rule, part in rows.groupby("rule", sort=False)["f1"]
    }
    said = "; ".join(counts[rule] for rule in RULES if rule in counts)
    return f"Networks with an F1 of 0 under {said}." if said else ""


def depends_on_rule(tests: pd.DataFrame) -> str:
    """Whether the comparison of the scales depends on the rule, as a sentence.

    Parameters
    ----------
    tests : DataFrame
        As `rule_tests` gives it.
    """
    known = tests[tests["t"].notna()]
    if len(known) < 2:
        reasons = "; ".join(sorted(set(tests["reason"].dropna()))) or "there are not two rules"
        return f"Whether the comparison depends on the rule can't be said: {reasons}."
    found = {
        rule: "within noise" if row["low"] <= 0 <= row["high"]
        else "beyond noise in favor of " + ("mel" if row["high"] < 0 else "linear")
        for rule, row in known.astype({"low": float, "high": float}).iterrows()
    }  # fmt: skip
    if len(set(found.values())) == 1:
        return (
            "The verdict does not depend on the rule: the mean difference of the scales is "
            f"{next(iter(found.values()))} under each of the {len(found)}."
        )
    said = "; ".join(f"{rule}: {words}" for rule, words in found.items())
    return (
        f"The rules do not say the same of the scales. {said}. Three tests of the same networks "
        "are not three findings, and one beyond noise among them may be chance."
    )


def pr_curves(predictions: pd.DataFrame, *, arm: str, depth: int) -> list[Curve]:
    """Precision–recall curves at one depth: of an arm, and of the rows beside it.

    By scikit-learn's ``precision_recall_curve`` and ``average_precision_score``. Genres that
    all or none of the test songs have are left out.
    """
    curves = []
    rows = shown_rows(predictions, arm=arm, depth=depth)
    for (genre, scale, weights), part in rows.groupby(["genre", "scale", "weights"], sort=False):
        truth, probability = part["truth"].to_numpy(bool), part["probability"].to_numpy(float)
        if truth.all() or not truth.any():
            continue
        precision, recall, _ = sk.precision_recall_curve(truth, probability, drop_intermediate=True)
        area = float(sk.average_precision_score(truth, probability))
        curves.append(
            Curve(genre, scale, weights, recall, precision, area, int(truth.sum()), len(truth))
        )
    return curves


def chosen_genres(curves: list[Curve], *, number: int = 3) -> list[str]:
    """So many genres spread evenly over the sizes, the largest and the smallest among them."""
    sizes = pd.Series({curve.genre: curve.prevalence for curve in curves}, dtype=float)
    ordered = sizes.sort_values(ascending=False, kind="stable").index
    places = np.unique(np.linspace(0, len(ordered) - 1, min(number, len(ordered))).round())
    return [ordered[int(place)] for place in places]


def curve_numbers(predictions: pd.DataFrame | None, metrics: pd.DataFrame, *, arm: str) -> dict:
    """The numbers of notebook 12, or the ``reason`` why there are none.

    Returns
    -------
    dict
        ``rules``: by rule the paired test of `rule_tests`; ``changes``: `rule_changes`;
        ``thresholds`` and ``f1``: by scale,
        rule and genre, means over the depths; ``calibration``: by depth the rows of
        `calibration_table`.
    """
    if predictions is None or predictions.empty:
        return {"reason": ABSENT}
    genres = ensemble_tables(predictions, metrics)["ensemble_genres"]
    depths = sorted(predictions.loc[predictions["weights"] == arm, "depth"].unique())
    calibrated = {
        str(depth): calibration_table(predictions, metrics, arm=arm, depth=depth)
        for depth in depths
    }
    return {
        "rules": rule_tests(genres, arm=arm).to_dict("index"),
        "changes": {rule: t.as_dict() for rule, t in rule_changes(genres, arm=arm).items()},
        "f1": _nested(rule_table(genres, arm=arm)),
        "thresholds": _nested(rule_table(genres, arm=arm, values="threshold")),
        "calibration": {depth: table.to_dict("records") for depth, table in calibrated.items()},
    }


def _nested(table: pd.DataFrame) -> dict:
    """By scale, rule and genre."""
    nested = {}
    for scale, rule in table:
        nested.setdefault(str(scale), {})[rule] = table[scale, rule].to_dict()
    return nested
