"""What the networks of an arm answered, song by song, as one table.

Conventions: `predictions` is the table of ``results/predictions.parquet``. A network is an
(arm, depth, scale); the reference rows ``joint`` and ``baseline`` stand beside the arm's.
A probability counts as yes from `YES` on, as in `mgrlib.metrics`. Each repeat draws test
songs of its own, so a song may be in several.

Notebook: 14_disagreement.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import RunError
from ..scales import ordered_scales

YES = 0.5
REFERENCES = ("joint", "baseline")
SONG = ["repeat", "genre", "path"]
NETWORK = ["weights", "depth", "scale"]


@dataclass(frozen=True)
class Answers:
    """What every network of an arm, and of the reference rows, said of every test song.

    Attributes
    ----------
    arm : str
    truth : Series of bool, shape (answer,)
        Whether the song has the genre; index ``repeat, genre, path``.
    probability : DataFrame of float, shape (answer, network)
        NaN where a network did not answer; columns ``weights, depth, scale``: the arm
        first, then by scale as `ordered_scales`, then the shallow before the deep.
    reason : str or None
        Why there are no answers of the arm.
    """

    arm: str
    truth: pd.Series
    probability: pd.DataFrame
    reason: str | None = None

    @property
    def depths(self) -> list[int]:
        """Depths of the arm's networks."""
        return sorted({depth for arm, depth, _ in self.probability if arm == self.arm})

    @property
    def scales(self) -> list[str]:
        """Scales of the arm's networks, as `ordered_scales`."""
        return list(dict.fromkeys(s for arm, _, s in self.probability if arm == self.arm))

    def first_repeat(self) -> "Answers":
        """The answers of the first repeat alone, which has every song once."""
        first = self.truth.index.get_level_values("repeat") == self.repeat
        return Answers(self.arm, self.truth[first], self.probability[first], self.reason)

    @property
    def repeat(self) -> int | None:
        """The first repeat; None where there are no answers."""
        return None if self.truth.empty else int(self.truth.index.get_level_values("repeat").min())

    def sizes(self) -> pd.Series:
        """Test songs that have each genre in the first repeat, largest genre first."""
        truth = self.first_repeat().truth
        sizes = truth.groupby("genre").sum().astype(int)
        return sizes.sort_values(ascending=False, kind="stable").rename("songs")

    def one(self, row: str, *, depth: int, scale: str) -> pd.Series | None:
        """Probabilities of one network; the baseline has one for all depths."""
        key = (row, 0 if row == "baseline" else depth, scale)
        return self.probability.get(key)


def network_answers(predictions: pd.DataFrame | None, *, arm: str) -> Answers:
    """The answers of an arm and of ``joint`` and ``baseline``.

    Parameters
    ----------
    predictions : DataFrame or None
        Columns ``path, genre, depth, scale, weights, repeat, truth, probability``; None
        where a run has none. Rows without a probability are left out.
    arm : str

    Raises
    ------
    RunError
        If a column is missing, an answer stands there twice, or two rows contradict each
        other on whether a song has a genre.
    """
    index = pd.MultiIndex.from_arrays([[], [], []], names=SONG)
    empty = Answers(arm, pd.Series(dtype=bool, index=index), pd.DataFrame(index=index))
    if predictions is None:
        return _without(empty, "the run has no results/predictions.parquet")
    rows = _checked(predictions, arm)
    if not (rows["weights"] == arm).any():
        return _without(empty, f"the predictions have no answer of the arm {arm}")
    wide = rows.set_index([*SONG, *NETWORK])["probability"].unstack(NETWORK)
    truth = rows.drop_duplicates(SONG).set_index(SONG)["truth"].reindex(wide.index).astype(bool)
    scales = ordered_scales(rows["scale"])
    return Answers(arm, truth, wide[sorted(wide, key=lambda key: _place(key, arm, scales))])


def _without(answers: Answers, reason: str) -> Answers:
    return Answers(answers.arm, answers.truth, answers.probability, reason)


def _checked(predictions: pd.DataFrame, arm: str) -> pd.DataFrame:
    needed = [*SONG, *NETWORK, "truth", "probability"]
    if lacking := [name for name in needed if name not in predictions]:
        raise RunError(f"predictions lack the columns {', '.join(lacking)}: they need {needed}")
    rows = predictions[predictions["weights"].isin([arm, *REFERENCES])]
    rows = rows.dropna(subset=["probability", "truth"])
    # Results made elsewhere may leave the depth of a baseline, or a single repeat, empty.
    rows = rows.fillna({"depth": 0, "repeat": 0}).astype({"depth": int, "repeat": int})
    if (twice := rows.duplicated([*SONG, *NETWORK])).any():
        example = rows.loc[twice, [*SONG, *NETWORK]].iloc[0].to_dict()
        raise RunError(
            f"{twice.sum()} answers of the predictions are there twice, such as {example}: keep "
            "one row a song and network"
        )
    known = rows.drop_duplicates([*SONG, "truth"])
    if (both := known.duplicated(SONG)).any():
        example = known.loc[both, SONG].iloc[0].to_dict()
        raise RunError(
            f"predictions contradict themselves on whether a song has a genre: {example} is both "
            "true and false"
        )
    return rows


def _place(network: tuple, arm: str, scales: list[str]) -> tuple:
    """Where a network stands in tables and figures: by row, scale and depth."""
    weights, depth, scale = network
    return [arm, *REFERENCES].index(weights), scales.index(str(scale)), depth


def by_song(
    answers: Answers, *, row: str, depth: int, scales: Iterable[str]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Truth, and the yes of each scale that has a network, bool, shape (song, genre).

    First repeat; the songs and genres that all of these networks answered, genres in the
    order of `Answers.sizes`.
    """
    first = answers.first_repeat()
    networks = {scale: first.one(row, depth=depth, scale=scale) for scale in scales}
    tables = {
        scale: probability.droplevel("repeat").unstack("genre").dropna(axis=1, how="all").dropna()
        for scale, probability in networks.items() if probability is not None
    }  # fmt: skip
    truth = first.truth.droplevel("repeat").unstack("genre").dropna()
    for table in tables.values():
        truth = truth.loc[truth.index.isin(table.index), truth.columns.isin(table.columns)]
    truth = truth[[genre for genre in answers.sizes().index if genre in truth]]
    yes = {s: table.loc[truth.index, truth.columns] >= YES for s, table in tables.items()}
    return truth.astype(bool), yes


def mean_of(values: np.ndarray, axis=0) -> np.ndarray:
    """Mean over an axis of what is finite; NaN where nothing is."""
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=axis)
    count = known.sum(axis=axis)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def describe_answers(answers: Answers) -> str:
    """What page 14 rests on, or why it is empty, in a sentence or two."""
    if answers.reason:
        return (
            f"This page needs the answers to single songs, and there are none: {answers.reason}. "
            "What follows stays empty."
        )
    songs = answers.first_repeat().truth.index.unique("path").size
    repeats = answers.truth.index.unique("repeat").size
    each = (
        "One repeat."
        if repeats == 1
        else f"{repeats} repeats, each with test songs of its own: counts, tests of counts, and "
        "single songs are of the first; measures of agreement are means over all."
    )
    depths = ", ".join(map(str, answers.depths))
    return f"{songs} test songs, {len(answers.sizes())} genres, depths {depths}. {each}"
