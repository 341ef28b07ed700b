"""Who is trained on and who is tested: stratified draws over several labels at once.

One draw serves three ends: the songs of a study from a large library, the test set of
all genres, and each genre's negatives. The first choice is iterative stratification
(Sechidis et al. 2011, from the package iterative-stratification), whose sizes stray; it
is then mended by moving the songs that bring size and label counts closest to target.
Whole albums or artists are drawn by `mgrlib.group_draw`.
The paper: all positives and as many negatives, stratified, drawn once (section 3.2).
Notebooks: 01_dataset_audit, 03_per_depth_training.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .errors import LibraryError
from .files import seed_from
from .group_draw import draw_groups


@dataclass(frozen=True)
class Split:
    """Indices of songs on both sides, shared by all genres; it proves itself.

    Attributes
    ----------
    train, test : ndarray of int
        Ascending, disjoint, together all songs.
    """

    train: np.ndarray
    test: np.ndarray

    def __post_init__(self):
        if shared := set(self.train) & set(self.test):
            raise ValueError(f"songs on both sides of the split: {sorted(shared)}")


def stratified_draw(
    labels: np.ndarray, size: int, *, seed: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Draw about `size` songs whose label counts are those of all songs, scaled.

    Parameters
    ----------
    labels : ndarray of bool, shape=(songs, genres)
    size : int
        Songs to draw; met exactly without `groups`, as closely as whole groups allow with.
    seed : int
    groups : ndarray, shape=(songs,), optional
        Songs with equal values are drawn together.

    Returns
    -------
    ndarray of int
        Indices of the drawn songs, ascending.
    """
    if size <= 0 or size >= len(labels):
        return np.arange(len(labels) if size > 0 else 0)
    units = np.arange(len(labels)) if groups is None else _codes(groups)
    # Counts of songs and of each label in every unit: what a draw has to keep in proportion.
    counts = np.zeros((units.max() + 1, 1 + labels.shape[1]))
    np.add.at(counts, units, np.column_stack([np.ones(len(labels)), labels]))
    target = size / len(labels) * counts.sum(axis=0)
    if groups is not None:
        return np.flatnonzero(draw_groups(counts, target, seed=seed)[units])
    # The stratification takes songs in their order: unshuffled, it draws the end of the table.
    order = np.random.default_rng(seed).permutation(len(labels))
    drawn = _iterative_draw(labels[order], size / len(labels), seed=seed)
    return np.sort(order[_mend(drawn, counts[order], target)])


def _codes(values: np.ndarray) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def _iterative_draw(labels: np.ndarray, fraction: float, *, seed: int) -> np.ndarray:
    """Mask of drawn songs by iterative stratification, bool, shape=(songs,)."""
    from iterstrat.ml_stratifiers import IterativeStratification

    random = np.random.RandomState(seed % 2**32)
    shares = np.array([fraction, 1 - fraction])
    return IterativeStratification(labels, shares, random) == 0


def _mend(drawn: np.ndarray, counts: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Move songs in or out until the size is met, with the label counts close to `target`."""
    drawn = drawn.copy()
    scale = 1 / np.maximum(counts.sum(axis=0), 1)
    # The size is to be met before any label's count.
    scale[0] *= counts.shape[1] * 10
    step = -1 if drawn.sum() > target[0] else 1
    # Songs of equal labels are as good as each other: only the first of each kind is weighed.
    movable = np.flatnonzero(drawn == (step < 0))
    kind = _kinds(counts[movable])
    movable = movable[np.argsort(kind, kind="stable")]
    ends = np.cumsum(np.bincount(kind))
    first = np.concatenate([[0], ends[:-1]])
    moves = step * counts[movable[first]]
    for _ in movable:
        error = counts[drawn].sum(axis=0) - target
        if round(error[0]) == 0:
            break
        cost = np.square((error + moves) * scale).sum(axis=1)
        cost[first == ends] = np.inf
        best = np.flatnonzero(cost == cost.min())
        best = best[np.argmin(movable[first[best]])]
        drawn[movable[first[best]]] = step > 0
        first[best] += 1
    return drawn


def _kinds(counts: np.ndarray) -> np.ndarray:
    """A number for each song, equal where the labels are, shape=(songs,)."""
    # Eight labels a byte: many times faster to sort than rows of numbers.
    packed = np.ascontiguousarray(np.packbits(counts > 0, axis=1))
    return np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)[1]


def draw_split(
    labels: np.ndarray,
    *,
    test_fraction: float,
    seed: int,
    repeat: int = 0,
    groups: np.ndarray | None = None,
) -> Split:
    """One stratified split over all labels, shared by the genres (section 3.2).

    Parameters
    ----------
    labels : ndarray of bool, shape=(songs, genres)
    groups : ndarray, shape=(songs,), optional
        Album or artist of each song: a group stays on one side.

    Raises
    ------
    LibraryError
        If one side stays empty, as when all songs are of one group.
    """
    size = max(1, round(test_fraction * len(labels)))
    test = stratified_draw(labels, size, seed=seed_from(seed, "split", repeat), groups=groups)
    train = np.setdiff1d(np.arange(len(labels)), test)
    if not len(test) or not len(train):
        raise LibraryError(
            f"no split of {len(labels)} songs has songs on both sides: use split_by=song"
        )
    return Split(train=train, test=test)


def song_groups(songs: pd.DataFrame, split_by: str) -> np.ndarray:
    """Album or artist of each song, shape=(songs,); a song without one is its own group.

    Albums of one title are one group whoever plays: a compilation has many artists, and
    to keep two albums together does no harm.
    """
    return songs[split_by].mask(songs[split_by] == "", "\0" + songs["path"]).to_numpy()


def smaller_sides(labels: np.ndarray) -> np.ndarray:
    """Songs with each genre, or without it where these are fewer, shape=(genres,).

    So many positives, and as many negatives, has the genre's `balanced_subset`.
    """
    positives = labels.sum(axis=0)
    return np.minimum(positives, len(labels) - positives)


def balanced_subset(
    labels: np.ndarray,
    column: int,
    *,
    train: np.ndarray,
    seed: int,
    repeat: int = 0,
    most: int | None = None,
) -> np.ndarray:
    """A genre's training songs: all positives and as many negatives (section 3.2).

    The negatives are stratified over their own labels. Where positives outnumber
    negatives, the positives are drawn down in the same way.

    Parameters
    ----------
    labels : ndarray of bool, shape=(songs, genres)
    column : int
        The genre.
    train : ndarray of int
        Songs to draw from.
    most : int, optional
        Positives, and negatives, to which the subset is then cut by the same draw.

    Returns
    -------
    ndarray of int
        Indices of songs, ascending.
    """
    is_positive = labels[train, column]
    size = int(smaller_sides(labels[train])[column])
    others = np.delete(labels, column, axis=1)
    seed = seed_from(seed, "subset", repeat, column)
    sides = [train[is_positive], train[~is_positive]]
    # Cut in a second draw, a subset is part of the whole one, and the smallest one is itself.
    for songs in (size, size if most is None else most):
        sides = [side[stratified_draw(others[side], songs, seed=seed)] for side in sides]
    return np.sort(np.concatenate(sides))
