"""How much the answers of two networks agree, and which change changes more: scale or depth.

Conventions: as in `mgrlib.statistics.agreement.answers`. Every measure compares two networks on the
test songs of one genre and one repeat, and is then averaged over repeats and genres:

- ``kappa``: Cohen's κ (1960) of the answers, agreement beyond that of two answerers who
  draw by lot; 1 is always, 0 is by lot.
- ``errors``: κ of being right, the error consistency of Geirhos et al. (2020).
- ``spearman``: Spearman's ρ of the probabilities, which needs no threshold.
- ``changed``: the share of the songs whose answer changes.

κ is undefined where both networks say the same to every song, ρ where one gives every
song the same probability; such cells are left out and counted.

Notebook: 14_disagreement, "Scale or depth".
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...prose import escape
from ..outcome import Outcome
from ..paired import paired_t
from ..scores import SCALES, nearest_depth
from .answers import NETWORK, REFERENCES, YES, Answers, mean_of, network_answers
from .confusion import confusions, explained_by_company, most_confused
from .discordance import (
    KINDS,
    discordance,
    gap_stability,
    pooled,
    scale_tests,
    song_gaps,
    song_test,
)

MEASURES = ("kappa", "errors", "spearman", "changed")
CHANGES = ("depth", "scale", "both")
"""In what two networks of one row differ."""


@dataclass(frozen=True)
class Agreement:
    """Agreement of every pair of networks, genre by genre.

    Attributes
    ----------
    networks : list of (str, int, str)
        Arm or reference row, depth, scale.
    genres : list of str
    values : dict of str to ndarray, shape (genre, network, network)
        Each of `MEASURES`, the mean over repeats; NaN where it is undefined.
    """

    networks: list[tuple]
    genres: list[str]
    values: dict[str, np.ndarray]

    def matrix(self, measure: str) -> pd.DataFrame:
        """Mean over the genres, index and columns ``weights, depth, scale``."""
        names = pd.MultiIndex.from_tuples(self.networks, names=NETWORK)
        return pd.DataFrame(mean_of(self.values[measure]), index=names, columns=names)

    def by_genre(self, row: str, change: str, *, measure: str = "kappa") -> pd.Series:
        """Mean over the pairs of a row that differ so; NaN in a genre where none is defined.

        Parameters
        ----------
        row : str
            The arm, ``joint`` or ``baseline``.
        change : {"depth", "scale", "both"}
            Two depths of one scale, linear and mel at one depth, or both at once.
        """
        pairs = self.pairs(row, change)
        values = np.stack([self.values[measure][:, i, j] for i, j in pairs] or
                          [np.full(len(self.genres), np.nan)])  # fmt: skip
        return pd.Series(mean_of(values), index=pd.Index(self.genres, name="genre"), name=change)

    def pairs(self, row: str, change: str) -> list[tuple[int, int]]:
        """Places of the pairs of networks that `by_genre` averages over."""
        return _pairs(self.networks, row, change)


def _pairs(networks: list[tuple], row: str, change: str) -> list[tuple[int, int]]:
    """Places of the pairs of networks of a row that differ so, of `SCALES` alone."""
    places = [k for k, (weights, _, scale) in enumerate(networks)
              if weights == row and scale in SCALES]  # fmt: skip
    return [
        (i, j) for i in places for j in places
        if i < j and _change(networks[i], networks[j]) == change
    ]  # fmt: skip


def _change(one: tuple, other: tuple) -> str:
    if one[2] == other[2]:
        return "depth"
    return "scale" if one[1] == other[1] else "both"


def pair_agreement(answers: Answers) -> Agreement:
    """`MEASURES` of every pair of networks, on the songs of a genre that all answered."""
    networks = list(answers.probability.columns)
    genres = list(answers.sizes().index)
    shape = (len(genres), len(networks), len(networks))
    found = {measure: [np.full(shape, np.nan)] for measure in MEASURES}
    for _, repeat in answers.probability.groupby("repeat"):
        cells = {measure: np.full(shape, np.nan) for measure in MEASURES}
        for genre, rows in repeat.groupby("genre"):
            known = rows.notna().any().to_numpy()
            rows = rows.loc[:, known].dropna()
            place = np.ix_([genres.index(genre)], known, known)
            for measure, values in _compared(rows, answers.truth.loc[rows.index]).items():
                cells[measure][place] = values
        for measure in MEASURES:
            found[measure].append(cells[measure])
    values = {measure: mean_of(np.stack(parts)) for measure, parts in found.items()}
    return Agreement(networks, genres, values)


def _compared(rows: pd.DataFrame, truth: pd.Series) -> dict[str, np.ndarray]:
    yes = rows.to_numpy() >= YES
    with warnings.catch_warnings():
        # A constant column has no ranks: NaN, as the module says.
        warnings.simplefilter("ignore", RuntimeWarning)
        ranks = rows.rank().to_numpy()
        spearman = np.atleast_2d(np.corrcoef(ranks, rowvar=False))
    return {
        "kappa": kappas(yes),
        "errors": kappas(yes == truth.to_numpy()[:, None]),
        "spearman": spearman,
        "changed": 1 - _agreed(yes),
    }


def _agreed(said: np.ndarray) -> np.ndarray:
    """Share of the songs on which two answerers say the same, shape (answerer, answerer)."""
    said = said.astype(float)
    return (said.T @ said + (1 - said).T @ (1 - said)) / max(len(said), 1)


def kappas(said: np.ndarray) -> np.ndarray:
    """Cohen's κ of every pair of columns, all at once.

    Parameters
    ----------
    said : ndarray of bool, shape (song, answerer)

    Returns
    -------
    ndarray, shape (answerer, answerer)
        As `sklearn.metrics.cohen_kappa_score` has it; NaN where both give one and the
        same answer to every song.
    """
    yes = said.mean(axis=0) if len(said) else np.full(said.shape[1], np.nan)
    by_lot = np.outer(yes, yes) + np.outer(1 - yes, 1 - yes)
    beyond = 1 - by_lot
    return np.divide(
        _agreed(said) - by_lot, beyond, out=np.full_like(beyond, np.nan), where=beyond > 1e-12
    )


def compare_changes(agreement: Agreement, *, rows: list[str]) -> pd.DataFrame:
    """What changes with the depth, the scale and both, for each row.

    Returns
    -------
    DataFrame
        Index ``weights, change``; columns ``pairs`` (of networks), ``genres`` (where κ is
        defined) and each of `MEASURES`, the mean over pairs and genres.
    """
    table = {}
    for row in rows:
        for change in CHANGES:
            if pairs := agreement.pairs(row, change):
                values = {m: agreement.by_genre(row, change, measure=m) for m in MEASURES}
                means = {m: float(v.mean()) for m, v in values.items()}
                genres = int(values["kappa"].notna().sum())
                table[row, change] = {"pairs": len(pairs), "genres": genres, **means}
    index = pd.MultiIndex.from_tuples(list(table), names=["weights", "change"]) if table else None
    return pd.DataFrame(list(table.values()), index=index)


def depth_minus_scale(agreement: Agreement, *, row: str, measure: str = "kappa") -> Outcome:
    """Is a change of the scale a bigger change than one of the depth? A pair a genre.

    Agreement between two depths of one scale minus that between the scales at one depth,
    against zero: above it, the scale changes more. `paired_t`; genres share songs, and
    under the arm ``corpus`` a trunk, so the interval is likely too narrow.
    """
    if reason := _why_not(agreement, row):
        return Outcome(n=0, reason=reason)
    first, second = (agreement.by_genre(row, c, measure=measure) for c in CHANGES[:2])
    return paired_t((first - second).dropna())


def scale_minus_depth_by_song(answers: Answers) -> Outcome:
    """The same question with the song as the unit, which the genres share.

    For each song of the first repeat, the share of its answers that changes with the scale
    minus the share that changes with the depth, means over genres and pairs of networks;
    above zero, the scale changes more. `paired_t`.
    """
    probability = answers.first_repeat().probability
    networks, known = list(probability), probability.notna().to_numpy()
    yes = probability.to_numpy() >= YES
    shares = []
    for change in ("scale", "depth"):
        pairs = _pairs(networks, answers.arm, change)
        if not pairs:
            return Outcome(n=0, reason=f"no two networks of {answers.arm} differ in the {change}")
        changed = [np.where(known[:, i] & known[:, j], yes[:, i] != yes[:, j], np.nan)
                   for i, j in pairs]  # fmt: skip
        by_answer = pd.Series(mean_of(np.stack(changed)), index=probability.index)
        shares.append(by_answer.groupby("path").mean())
    return paired_t((shares[0] - shares[1]).dropna())


def _why_not(agreement: Agreement, row: str) -> str | None:
    if not agreement.networks:
        return "there are no answers"
    if not agreement.pairs(row, "scale"):
        return f"there is no depth at which {row} has both {' and '.join(SCALES)}"
    if not agreement.pairs(row, "depth"):
        return f"{row} has one depth only"
    return None


def larger_change(test: Outcome) -> str:
    """What a test of the two changes says, as a sentence; the rule is its interval and zero."""
    if test.interval is None:
        return f"Which of the two changes more can't be said: {test.reason}."
    low, high = test.interval
    if low <= 0 <= high:
        return (
            "Which of the two changes more is within noise: to change the scale changes the "
            "answers about as much as to change the depth."
        )
    if low > 0:
        return "To change the scale changes the answers more than to change the depth."
    return "To change the scale changes the answers less than to change the depth."


def describe_changes(table: pd.DataFrame, agreement: Agreement, answers: Answers) -> str:
    """The moral of page 14 in sentences: what the scale changes, and what the depth alone does."""
    arm = answers.arm
    tests = {m: depth_minus_scale(agreement, row=arm, measure=m) for m in ("kappa", "spearman")}
    changed = {c: table.loc[(arm, c), "changed"] for c in CHANGES if (arm, c) in table.index}
    words = {"depth": "another depth", "scale": "the other scale", "both": "both at once"}
    told = [f"{100 * share:.1f} with {words[change]}" for change, share in changed.items()]
    sentences = (
        [f"Of 100 answers of the arm {escape(arm)}, so many change: {', '.join(told)}.\n"]
        if told
        else []
    )
    sentences.append(
        "- κ between depths minus κ between scales, a pair a genre: "
        f"{tests['kappa'].in_words('t')}. {larger_change(tests['kappa'])}"
    )
    if tests["spearman"].reason is None:
        sentences.append(
            f"- With ρ of the probabilities, which no threshold enters: "
            f"{tests['spearman'].in_words('t')}. {larger_change(tests['spearman'])}"
        )
    by_song = scale_minus_depth_by_song(answers)
    if by_song.reason is None:
        sentences.append(
            "- With the song as the unit, the share of its answers that changes with the scale "
            f"minus that with the depth: {by_song.in_words('t')}. {larger_change(by_song)}"
        )
    return "\n".join(sentences)


def agreement_numbers(predictions: pd.DataFrame | None, *, arm: str) -> dict:
    """The numbers of page 14, for ``statistics.json``."""
    answers = network_answers(predictions, arm=arm)
    if answers.reason:
        return {"reason": answers.reason}
    agreement = pair_agreement(answers)
    depth = nearest_depth(predictions, 50, arm=arm)
    confused = confusions(answers, depth=depth)
    rho, pairs = explained_by_company(confused)
    rows = [arm, *REFERENCES]
    tests = {m: depth_minus_scale(agreement, row=arm, measure=m) for m in ("kappa", "spearman")}
    return {
        "arm": arm,
        "n_songs": int(answers.first_repeat().truth.index.unique("path").size),
        "n_genres": len(agreement.genres),
        "repeats": int(answers.truth.index.unique("repeat").size),
        "discordance": {str(d): _discordance_numbers(answers, depth=d) for d in answers.depths},
        "changes": compare_changes(agreement, rows=rows).reset_index().to_dict("records"),
        "depth_minus_scale": {
            measure: test.as_dict() | {"words": larger_change(test)}
            for measure, test in tests.items()
        },
        "scale_minus_depth_by_song": scale_minus_depth_by_song(answers).as_dict(),
        "gap_stability": gap_stability(song_gaps(answers)),
        "confused": {
            "depth": depth,
            "pairs": most_confused(confused).to_dict("records"),
            "company": {"rho": rho, "pairs": pairs},
        },
    }


def _discordance_numbers(answers: Answers, *, depth: int) -> dict:
    table = discordance(answers, depth=depth)
    if table.empty:
        return {"reason": song_test(answers, depth=depth).reason}
    return {
        "genres": scale_tests(table).reset_index().to_dict("records"),
        "pooled": pooled(table).reset_index().to_dict("records"),
        "by_song": {k: song_test(answers, depth=depth, kind=k).as_dict() for k in KINDS},
    }
