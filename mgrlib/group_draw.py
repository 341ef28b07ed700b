"""Whole albums or artists drawn so that the songs of every genre stay in proportion.

What a group has of a label is a number of songs, and to that iterative stratification is
blind; so groups are drawn by a descent of their own, on the counts.
"""

from collections.abc import Iterator

import numpy as np

STARTS = 5
"""Draws of groups of which the best is taken, where the groups are few enough to try."""
FEW_GROUPS = 5000
TINY = 1e-12
"""Of the distance: less is no change but rounding."""
NEAR = 200
"""Of all pairs of groups, those of so many that alone do the least harm are tried."""


def draw_groups(counts: np.ndarray, target: np.ndarray, *, seed: int) -> np.ndarray:
    """Draw groups that together come close to `target`.

    From random groups, one or two at a time change sides until that brings the counts no
    closer. The distance is the sum of the squared errors, each as a share of its label's
    songs; that of the size weighs as much as those of all labels.

    Parameters
    ----------
    counts : ndarray, shape=(groups, 1 + labels)
        Songs of each group, then how many of them have each label.
    target : ndarray, shape=(1 + labels,)
        What the drawn groups should add up to.
    seed : int

    Returns
    -------
    ndarray of bool, shape=(groups,)
    """
    random = np.random.default_rng(seed)
    share = target[0] / counts[:, 0].sum()
    starts = STARTS if len(counts) <= FEW_GROUPS else 1
    draws = [_GroupDraw(random.random(len(counts)) < share, counts, target) for _ in range(starts)]
    for draw in draws:
        draw.descend(guarded=False)
        draw.part_labels()
        draw.descend()
    return min(draws, key=lambda draw: (draw.is_one_sided().sum(), draw.distance())).drawn


class _GroupDraw:
    """Which groups are drawn, and what it changes to move one to the other side."""

    def __init__(self, drawn: np.ndarray, counts: np.ndarray, target: np.ndarray):
        self.drawn, self.counts, self.target = drawn, counts, target
        self.total = counts.sum(axis=0)
        self.sum = counts[drawn].sum(axis=0)
        self.weight = 1 / np.maximum(self.total, 1) ** 2
        self.weight[0] *= counts.shape[1] - 1
        self.squares = np.square(counts) @ self.weight

    def distance(self) -> float:
        return float(np.square(self.sum - self.target) @ self.weight)

    def steps(self, groups: np.ndarray) -> np.ndarray:
        """What moving each group adds to the drawn counts, shape=(groups, 1 + labels)."""
        return np.where(self.drawn[groups], -1, 1)[:, None] * self.counts[groups]

    def changes(self) -> np.ndarray:
        """By how much the distance grows when each group moves, shape=(groups,)."""
        slopes = self.counts @ (self.weight * (self.sum - self.target))
        return self.squares + 2 * np.where(self.drawn, -1, 1) * slopes

    def is_one_sided(self, step: float | np.ndarray = 0.0) -> np.ndarray:
        """Whether all songs of a label stand on one side after `step`, shape=(1 + labels,)."""
        drawn = self.sum + step
        return (drawn <= 0) | (drawn >= self.total)

    def may_move(self, groups: np.ndarray) -> bool:
        """Whether every label that stands on both sides still does after these moved."""
        after = self.is_one_sided(self.steps(groups).sum(axis=0))
        return not (after & ~self.is_one_sided()).any()

    def move(self, groups: np.ndarray) -> None:
        self.sum = self.sum + self.steps(groups).sum(axis=0)
        self.drawn[groups] = ~self.drawn[groups]

    def descend(self, *, guarded: bool = True) -> None:
        """Take the best move until none helps; guarded, no label leaves one side altogether."""
        while True:
            for groups in self._helpful_moves():
                if not guarded or self.may_move(groups):
                    self.move(groups)
                    break
            else:
                return

    def _helpful_moves(self) -> Iterator[np.ndarray]:
        """Groups, then pairs of groups, whose move lessens the distance, best first."""
        changes = self.changes()
        near = np.arange(len(changes))
        if len(near) > NEAR:
            near = np.argpartition(changes, NEAR)[:NEAR]
        near = near[np.argsort(changes[near], kind="stable")]
        yield from near[changes[near] < -TINY][:, None]
        steps = self.steps(near)
        pairs = changes[near, None] + changes[near] + 2 * (steps * self.weight) @ steps.T
        pairs[np.tril_indices(len(near))] = np.inf
        order = np.argsort(pairs, axis=None, kind="stable")
        for place in order[pairs.ravel()[order] < -TINY]:
            yield near[list(divmod(int(place), len(near)))]

    def part_labels(self) -> None:
        """Bring labels that several groups have to both sides, at the price of some distance.

        A genre of which one side has no song could not be learned, or not be tested.
        """
        for label in np.flatnonzero((self.counts > 0).sum(axis=0) > 1):
            if self.is_one_sided()[label]:
                changes = np.where(self.counts[:, label] > 0, self.changes(), np.inf)
                best = np.array([np.argmin(changes)])
                if self.may_move(best):
                    self.move(best)
