"""The tables that claims are judged on: pairs of scores, one a genre, by metric and depth.

Notebook: 07_claims.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from .. import results, statistics
from ..statistics import LEAST, SCALES

DEPTH = 50
"""Depth of the paper's Figures 7 to 9; a run without it shows the nearest one."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The results of a run, as the judges of the claims read them.

    Parameters
    ----------
    metrics : DataFrame
        ``results/metrics.csv``.
    equal_sizes : DataFrame, optional
        ``results/equal_sizes.csv``, with the scores of networks whose training subsets were
        cut to the smallest genre's.
    original, exchanged
        Of what `exchange` makes: the results themselves, and the genres whose scales are
        taken for each other.
    """

    metrics: pd.DataFrame
    equal_sizes: pd.DataFrame | None = None
    original: "Tables | None" = None
    exchanged: frozenset[str] = frozenset()
    _found: dict = field(default_factory=dict, repr=False)

    @cached_property
    def arm(self) -> str:
        """The arm that stands for transfer learning (`mgrlib.results.transfer_arm`)."""
        return results.transfer_arm(self.metrics)

    @cached_property
    def untrained_arm(self) -> str:
        """The arm without transfer learning, where the run has it, else `arm` (Figure 3).

        C1 is not decided on the latter.
        """
        return "none" if "none" in results.arms(self.metrics) else self.arm

    @cached_property
    def depth(self) -> int | None:
        """The depth of Figures 7 to 9 or the nearest one; None where none is recorded."""
        depths = self.metrics.loc[self.metrics["weights"] == self.arm, "depth"]
        if depths.isna().all():
            return None
        return statistics.nearest_depth(self.metrics, DEPTH, arm=self.arm)

    @cached_property
    def sizes(self) -> pd.Series:
        """Positive test songs of each genre, largest first; NaN where not recorded."""
        return statistics.genre_sizes(self.metrics)

    def exchange(self, genres: Iterable[str]) -> "Tables":
        """The same results with linear and mel taken for each other in `genres`.

        At all depths and in all metrics at once, as if the names of the scales said nothing.
        """
        return Tables(self.metrics, self.equal_sizes, self, frozenset(genres))

    def pairs(self, metric: str, *, arm: str) -> pd.DataFrame:
        """Means over the depths: index genre, columns ``linear, mel, difference``."""
        return self._pairs(metric, arm)[None]

    def by_depth(self, metric: str, *, arm: str) -> dict[int, pd.DataFrame]:
        """The same at each depth that has both scales of at least three genres."""
        found = self._pairs(metric, arm)
        return {depth: pairs for depth, pairs in found.items() if depth is not None}

    def scores(self, metric: str) -> dict[str, pd.Series]:
        """At `depth`, scores by genre of each of the paper's scales that the run has."""
        table = statistics.genre_scores(self.metrics, metric=metric, arm=self.arm)
        table = table[table["depth"] == self.depth]
        found = {scale: table[table["scale"] == scale] for scale in SCALES}
        return {
            scale: rows.set_index("genre")["value"]
            for scale, rows in found.items()
            if len(rows) >= LEAST
        }

    def missing(self, *metrics: str, arm: str, scales: Iterable[str] = SCALES) -> str | None:
        """Which scale or metric the run lacks, in words; None if none."""
        present = set(self.metrics.loc[self.metrics["weights"] == arm, "scale"])
        if absent := [scale for scale in scales if scale not in present]:
            return f"the arm {arm} has no {' and no '.join(absent)} images"
        if absent := [name for name in metrics if name not in self.metrics]:
            return f"the run's metrics.csv has no column {' and none '.join(absent)}"
        return None

    def _pairs(self, metric: str, arm: str) -> dict[int | None, pd.DataFrame]:
        """Pairs by depth, and over all depths under None, found once."""
        if (metric, arm) not in self._found:
            found = _paired(self.metrics, metric=metric, arm=arm) if self.original is None else {
                depth: _exchanged(pairs, self.exchanged)
                for depth, pairs in self.original._pairs(metric, arm).items()
            }  # fmt: skip
            self._found[metric, arm] = found
        return self._found[metric, arm]


def _paired(metrics: pd.DataFrame, *, metric: str, arm: str) -> dict[int | None, pd.DataFrame]:
    rows = metrics[metrics["weights"] == arm]
    depths = {
        int(depth): rows["depth"] == depth for depth in sorted(rows["depth"].dropna().unique())
    }
    found = {None: statistics.paired_scores(metrics, arm=arm, metric=metric)}
    for depth, chosen in depths.items():
        pairs = statistics.paired_scores(rows[chosen], arm=arm, metric=metric)
        if len(pairs) >= LEAST:
            found[depth] = pairs
    return found


def _exchanged(pairs: pd.DataFrame, genres: frozenset[str]) -> pd.DataFrame:
    values = pairs[["linear", "mel"]].to_numpy(copy=True)
    chosen = [genre in genres for genre in pairs.index]
    values[chosen] = values[chosen][:, ::-1]
    values = np.column_stack([values, values[:, 0] - values[:, 1]])
    return pd.DataFrame(values, pairs.index, ["linear", "mel", "difference"])
