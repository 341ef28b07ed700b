"""How probable it is that a difference is large enough to matter.

The region of practical equivalence (ROPE) holds the differences that nobody would choose a
scale for: `ROPE` in F1 to either side of zero, as Benavoli et al. (2017) take one point of
accuracy. It is set before looking, and other widths are shown beside it.

The posterior of a mean difference under the prior that favors no value (flat in the mean
and in the logarithm of the deviation) is a Student distribution about the sample's mean:
over genres that of the t-test, over repeats that of the corrected t-test, whose
differences are correlated.

Conventions: a difference is linear minus mel, so a negative one favors mel.

Notebook: 10_robustness, "Large enough to matter?".
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from ...errors import StudyError
from ..outcome import CONFIDENCE, usable
from .finding import Finding

ROPE = 0.01
WIDTHS = (0.0, 0.005, 0.01, 0.02, 0.05)
REGIONS = ("mel better", "equivalent", "linear better")


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Student distribution of a mean difference, from n differences."""

    n: int
    location: float
    scale: float

    @property
    def distribution(self):
        """The frozen distribution of scipy, with n - 1 degrees of freedom."""
        return stats.t(self.n - 1, self.location, self.scale)

    @property
    def interval(self) -> tuple[float, float]:
        """The central 95 %."""
        low, high = self.distribution.interval(CONFIDENCE)
        return float(low), float(high)

    def probabilities(self, rope: float) -> tuple[float, float, float]:
        """Of `REGIONS`: below the ROPE, in it, above it.

        Examples
        --------
        >>> Posterior(n=10, location=0.0, scale=0.01).probabilities(0.0)
        (0.5, 0.0, 0.5)
        """
        below = float(self.distribution.cdf(-rope))
        above = float(self.distribution.sf(rope))
        return below, max(0.0, 1 - below - above), above


def posterior(differences, *, ratio: float = 0.0) -> Posterior | str:
    """Posterior of the mean difference, or why there is none.

    Parameters
    ----------
    differences : array_like, shape=(n,)
    ratio : float
        Test songs over training songs, where the differences are of repeats that share
        training songs: their variance is (1/n + ratio) times that of the sample (Nadeau &
        Bengio 2003). 0 for independent differences. It is the ρ / (1 − ρ) of Benavoli et
        al. (2017), with the correlation ρ = test / (test + training).
    """
    values, reason = usable(differences)
    if reason:
        return reason
    spread = math.sqrt(1 / values.size + ratio) * values.std(ddof=1)
    return Posterior(n=values.size, location=float(values.mean()), scale=float(spread))


def rope_finding(found: Posterior | str, *, like: Finding, test: str, rope: float) -> Finding:
    """Probabilities of the three regions, over the sample of the test that it is `like`.

    The interval is the central 95 % of the posterior.
    """
    known = {"test": test, "n": like.n, "sample": like.sample}
    if isinstance(found, str):
        return Finding(**known, reason=found)
    return Finding(
        **known, estimate=found.location, interval=found.interval,
        probabilities=found.probabilities(rope), note=f"ROPE ±{rope:g}",
    )  # fmt: skip


def rope_table(found: Posterior | str, *, widths=WIDTHS) -> pd.DataFrame:
    """Probabilities of `REGIONS` for several half-widths of the ROPE, the index; maybe empty."""
    if isinstance(found, str):
        return pd.DataFrame(columns=list(REGIONS))
    rows = [found.probabilities(width) for width in widths]
    return pd.DataFrame(rows, index=pd.Index(widths, name="ROPE ±"), columns=list(REGIONS))


def check_rope(rope: float) -> float:
    """`rope` as it is.

    Raises
    ------
    StudyError
        If it is no number, negative or not finite.
    """
    number = isinstance(rope, int | float | np.number) and not isinstance(rope, bool)
    if not number or not math.isfinite(rope) or rope < 0:
        raise StudyError(f"rope must be a difference in F1 such as 0.01, 0 or more, got {rope!r}")
    return float(rope)
