"""The binary networks of a depth, scale and arm as one multi-label classifier.

Conventions: `truth` is bool and `probability` float between 0 and 1, both of shape
(song, genre); songs are ordered by path, genres as in the table. Networks learn from
halves (1:1) and are tested at the genres' own prevalence, so three rules for the threshold
stand side by side:

- ``0.5``: the paper's.
- ``prior-corrected``: 0.5 after the odds are multiplied by π / (1 − π), with π the genre's
  share of the training songs (Elkan 2001; Saerens et al. 2002).
- ``F1-tuned``: cross-fitted. For each genre, the threshold of the highest F1 on one half of
  the test songs is applied to the other half, both ways; then the decisions are pooled.

The rows ``joint`` and ``baseline`` are ensembles likewise, and at 1:1 as well. The metrics
are those of `mgrlib.ensemble.multilabel`.
Notebook: 04_across_depths, "The ensemble".
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import RunError
from ..files import seed_from
from ..prose import escape
from .multilabel import decision_scores, genre_decisions, genre_rankings, has_both, lrap
from .thresholds import cross_fit, draw_halves, prior_corrected

KEY = ["depth", "scale", "weights", "repeat"]
NEEDED = ["path", "genre", *KEY, "truth", "probability"]
RULES = ("0.5", "prior-corrected", "F1-tuned")
DECIDED = ["f1_micro", "f1_macro", "precision_micro", "precision_macro", "recall_micro",
           "recall_macro", "hamming_loss", "subset_accuracy"]  # fmt: skip
RANKED = ["lrap", "mean_average_precision", "roc_auc_macro"]
COUNTS = ["n_genres", "n_one_class", "n_test", "n_unlabeled", "n_untuned"]
COLUMNS = [*KEY, "rule", *DECIDED, *RANKED, *COUNTS]
BY_GENRE = ["precision", "recall", "f1", "average_precision", "roc_auc"]
GENRE_COLUMNS = ["genre", *KEY, "rule", "threshold_first", "threshold_second", *BY_GENRE,
                 "n_test_positive"]  # fmt: skip


@dataclass(frozen=True)
class Ensemble:
    """What the networks of one depth, scale, arm and repeat say of the same test songs.

    Attributes
    ----------
    key : dict
        ``depth, scale, weights, repeat``.
    genres : list of str
    truth : ndarray of bool, shape=(songs, genres)
    probability : ndarray of float, shape=(songs, genres)
    """

    key: dict
    genres: list[str]
    truth: np.ndarray
    probability: np.ndarray


def ensemble_tables(
    predictions: pd.DataFrame, metrics: pd.DataFrame | None = None, *, seed: int = 0
) -> dict[str, pd.DataFrame]:
    """Every ensemble of a predictions table, scored under each rule for the threshold.

    Parameters
    ----------
    predictions : DataFrame
        ``results/predictions.parquet``, columns `NEEDED`.
    metrics : DataFrame, optional
        ``results/metrics.csv``, whose column ``train_prevalence`` is the π of the rule
        ``prior-corrected``. Where π is not known the rule is left out.
    seed : int
        Of the halves of the rule ``F1-tuned``, which the ensembles of a repeat share.

    Returns
    -------
    dict of str to DataFrame
        ``ensemble``, columns `COLUMNS`, a row an ensemble and rule. ``lrap`` ranks the genres
        of a song by the probabilities that the rule decides on; a song without a genre, or
        with all of them, counts 1, as scikit-learn has it. Macro means leave out the
        ``n_one_class`` genres that all or none of the ``n_test`` songs have. ``n_unlabeled``
        songs have no genre. ``n_untuned`` thresholds stayed 0.5, as no song of the other half
        had the genre. An ensemble has at least two genres; ``n_genres`` says how many.

        ``ensemble_genres``, columns `GENRE_COLUMNS`, a row a genre beside. Its thresholds are
        on the networks' own probabilities, for the first and the second half of the songs.

    Raises
    ------
    RunError
        If the predictions lack a column or a song, contradict themselves, or hold a value
        that is no probability.
    """
    rows, parts, halves = [], [], {}
    prevalences = _prevalences(metrics)
    for ensemble in ensembles(predictions):
        truth, repeat = ensemble.truth, int(ensemble.key["repeat"])
        drawn = (repeat, truth.shape, truth.tobytes())
        if drawn not in halves:
            halves[drawn] = draw_halves(truth, seed=seed_from(seed, "halves", repeat))
        prevalence = _prevalence_of(ensemble, prevalences)
        for row, genres in _scored(ensemble, half=halves[drawn], prevalence=prevalence):
            rows.append(row)
            parts.append(genres)
    empty = pd.DataFrame(columns=GENRE_COLUMNS)
    return {
        "ensemble": pd.DataFrame(rows, columns=COLUMNS),
        "ensemble_genres": pd.concat(parts, ignore_index=True) if parts else empty,
    }


def ensembles(predictions: pd.DataFrame) -> Iterator[Ensemble]:
    """The ensembles of a predictions table with two genres or more, in its order.

    Raises
    ------
    RunError
        See `ensemble_tables`.
    """
    table = _checked(predictions)
    order = {genre: place for place, genre in enumerate(table["genre"].unique())}
    for key, rows in table.groupby(KEY, sort=False):
        wide = rows.pivot(index="path", columns="genre", values=["truth", "probability"])
        genres = sorted(rows["genre"].unique(), key=order.get)
        probability = wide["probability"][genres].astype(float)
        if (absent := probability.isna()).to_numpy().any():
            path, genre = absent.stack().idxmax()
            raise RunError(
                f"predictions of {_words(key)}: the song {path!r} has no row of {genre!r}; all "
                "genres of an ensemble need the same songs"
            )
        if len(genres) > 1:
            truth = wide["truth"][genres].astype(bool).to_numpy()
            named = dict(zip(KEY, key, strict=True))
            yield Ensemble(named, genres, truth, probability.to_numpy())


def _words(key: tuple) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(KEY, key, strict=True))


def _checked(predictions: pd.DataFrame) -> pd.DataFrame:
    """The columns that count, if each cell has a legal value and each song its row once."""
    if lacking := [name for name in NEEDED if name not in predictions]:
        raise RunError(f"predictions lack the columns {', '.join(lacking)}: they need {NEEDED}")
    table = predictions[NEEDED].reset_index(drop=True)
    rules = {
        "have an empty cell": table.isna().any(axis=1),
        "have a truth other than 0 and 1": ~table["truth"].isin([0, 1]),
        "have a probability outside 0 to 1": ~table["probability"].between(0, 1),
        "are there twice": table.duplicated(["path", "genre", *KEY]),
    }
    for words, wrong in rules.items():
        if wrong.any():
            example = table.loc[wrong.idxmax()].to_dict()
            raise RunError(
                f"rows of the predictions {words} ({wrong.sum()} of them), such as {example}: mend "
                "the table, or train again"
            )
    table = table.astype({"path": str, "genre": str, "scale": str, "weights": str, "truth": bool})
    answers = table.groupby(["path", "genre"])["truth"].nunique()
    if (answers > 1).any():
        path, genre = answers.idxmax()
        raise RunError(f"predictions contradict themselves on whether {path!r} has {genre!r}")
    return table


def _prevalences(metrics: pd.DataFrame | None) -> pd.Series:
    """π by genre, depth, scale, arm and repeat, where it is known."""
    index = ["genre", *KEY]
    if metrics is None or "train_prevalence" not in metrics:
        return pd.Series(dtype=float)
    known = metrics.dropna(subset="train_prevalence").drop_duplicates(index)
    prevalence = known.set_index(index)["train_prevalence"].astype(float)
    if (wrong := ~prevalence.between(0, 1, inclusive="neither")).any():
        raise RunError(
            f"train_prevalence of {wrong.idxmax()[0]!r} is {prevalence[wrong].iloc[0]:g}: it must "
            "lie between 0 and 1, as some of the training songs have a genre and some have not"
        )
    return prevalence


def _prevalence_of(ensemble: Ensemble, prevalences: pd.Series) -> np.ndarray | None:
    cells = [(genre, *ensemble.key.values()) for genre in ensemble.genres]
    return prevalences[cells].to_numpy() if set(cells) <= set(prevalences.index) else None


def _scored(
    ensemble: Ensemble, *, half: np.ndarray, prevalence: np.ndarray | None
) -> Iterator[tuple[dict, pd.DataFrame]]:
    """For each rule the row of an ensemble, and the rows of its genres."""
    truth, probability = ensemble.truth, ensemble.probability
    rankings = genre_rankings(truth, probability)
    for rule, tuned in _rules(ensemble, half, prevalence).items():
        thresholds = np.where(np.isnan(tuned), 0.5, tuned)
        said = probability >= thresholds[half]
        ranked = prior_corrected(probability, prevalence) if rule == RULES[1] else probability
        genres = pd.DataFrame(genre_decisions(truth, said) | rankings, index=ensemble.genres)
        macro = genres.mean().add_suffix("_macro")  # leaves out NaN
        yield (
            {
                **ensemble.key,
                "rule": rule,
                **decision_scores(truth, said),
                **macro,
                "mean_average_precision": macro["average_precision_macro"],
                "lrap": lrap(truth, ranked),
                "n_genres": len(genres),
                "n_one_class": int((~has_both(truth)).sum()),
                "n_test": len(truth),
                "n_unlabeled": int((~truth.any(axis=1)).sum()),
                "n_untuned": int(np.isnan(tuned).sum()),
            },
            genres.assign(
                **ensemble.key,
                rule=rule,
                threshold_first=thresholds[0],
                threshold_second=thresholds[1],
                n_test_positive=truth.sum(axis=0),
            ).reset_index(names="genre")[GENRE_COLUMNS],
        )


def _rules(
    ensemble: Ensemble, half: np.ndarray, prevalence: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Thresholds on the networks' own probabilities by rule, shape=(2, genres)."""
    shape = (2, len(ensemble.genres))
    corrected = {} if prevalence is None else {RULES[1]: np.broadcast_to(1 - prevalence, shape)}
    tuned = cross_fit(ensemble.truth, ensemble.probability, half)
    return {RULES[0]: np.full(shape, 0.5), **corrected, RULES[2]: tuned}


def summarize(scores: pd.DataFrame, *, arm: str) -> pd.DataFrame:
    """Means over the repeats, for an arm and the rows ``joint`` and ``baseline`` beside it.

    Parameters
    ----------
    scores : DataFrame
        The table ``ensemble`` of `ensemble_tables`. Ensembles that lack genres, as while a
        grid is being trained, are left out.
    arm : str

    Returns
    -------
    DataFrame
        Columns ``weights, depth, scale, rule`` and the metrics; the first and the last are
        ordered categories: the arm, ``joint``, ``baseline``; the rules as in `RULES`.
    """
    rows = scores[scores["n_genres"] == scores["n_genres"].max()]
    orders = {"weights": (arm, "joint", "baseline"), "rule": RULES}
    for name, order in orders.items():
        rows = rows.assign(**{name: pd.Categorical(rows[name], list(order), ordered=True)})
    by = ["weights", "depth", "scale", "rule"]
    known = rows.dropna(subset=["weights", "rule"])
    return known.groupby(by, observed=True)[[*DECIDED, *RANKED]].mean().reset_index()


def describe(tables: dict[str, pd.DataFrame]) -> str:
    """What the ensembles of a run rest on, as Markdown: songs, genres, and what is left out.

    Parameters
    ----------
    tables : dict of str to DataFrame
        As `ensemble_tables` gives them.
    """
    scores, genres = tables["ensemble"], tables["ensemble_genres"]
    if scores.empty:
        return (
            "The run has no `results/predictions.parquet` with two genres or more, so its "
            "networks can't be put together here."
        )
    songs, labels = scores["n_test"].max(), scores["n_genres"].max()
    first = genres[genres["rule"] == RULES[0]]
    carried = first.groupby(KEY)["n_test_positive"].sum().max()
    parts = [
        f"An ensemble has {labels} genres; of the {songs} test songs each has "
        f"{carried / songs:.2f} of them on average. To give no song any genre would have a "
        f"Hamming loss of {carried / songs / labels:.3f}."
    ]
    if RULES[1] not in set(scores["rule"]):
        parts.append(
            "The rule prior-corrected is absent: `results/metrics.csv` has no column "
            "`train_prevalence`, the share of the training songs that have a genre."
        )
    if nameless := scores["n_unlabeled"].max():
        parts.append(f"{nameless} songs have none of the genres and count 1 in LRAP.")
    if alone := sorted(first.loc[first["roc_auc"].isna(), "genre"].unique()):
        names = ", ".join(map(escape, alone))
        parts.append(f"Left out of means, as all or none of the test songs have them: {names}.")
    if untuned := int(scores["n_untuned"].max()):
        parts.append(
            f"Up to {untuned} thresholds of an ensemble could not be tuned and stayed 0.5, as no "
            "song of the other half has the genre."
        )
    return " ".join(parts)
