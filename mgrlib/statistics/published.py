"""What the paper's published numbers imply.

Notebook: 08_published_numbers.
"""

import numpy as np
from scipy import stats

from .. import paper
from .outcome import CONFIDENCE, Outcome


def implied_by(t: float, p: float, *, decimals: int = 4, most: int = 10_000) -> list[Outcome]:
    """Paired t-tests that a published `t` and rounded two-sided `p` can belong to.

    Returns
    -------
    list of Outcome
        One for each n up to `most` whose p rounds to the published one; `effect` is dz,
        `interval` that of the mean difference in standard deviations of the differences.
    """
    n = np.arange(2, most + 1)
    exact = 2 * stats.t.sf(abs(t), n - 1)
    fits = np.abs(exact - p) <= 0.5 * 10.0**-decimals
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)
    return [
        Outcome(
            n=int(k),
            df=int(k) - 1,
            statistic=float(t),
            p=float(q),
            effect=float(t / k**0.5),
            interval=(float((t - wide) / k**0.5), float((t + wide) / k**0.5)),
        )
        for k, q, wide in zip(n[fits], exact[fits], quantile[fits], strict=True)
    ]


def published() -> dict:
    """The paper's t and p (section 4), and the tests that they can belong to."""
    implied = implied_by(paper.T_STATISTIC, paper.P_VALUE)
    return {
        "t": paper.T_STATISTIC,
        "p": paper.P_VALUE,
        "implied": [test.as_dict() for test in implied],
    }
