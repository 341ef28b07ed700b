"""What the results say: aggregation over genres, the paper's tests, and those beyond it.

Conventions: `metrics` is the table of ``results/metrics.csv``; a difference is linear
minus mel, so a negative one favors mel; repeats are averaged before anything else; a
value that is missing or not finite is left out, and the n that remains is stated.
Intervals are two-sided 95 % intervals. What can't be computed says why.

`outcome` is what a test gives, `scores` the tables that go into it, `paired` and `summary`
the paper's own tests, `published` what the paper's numbers imply.
Notebooks: 04_across_depths to 15_power.
"""

from .outcome import CONFIDENCE, LEAST, Outcome
from .paired import QuantilePairs, paired_t, quantile_pairs, shapiro_wilk, verdict
from .published import implied_by, published
from .scores import (
    DESCRIBED,
    SCALES,
    TESTED,
    Box,
    box_summaries,
    compare_depths,
    count_depths,
    genre_scores,
    genre_sizes,
    nearest_depth,
    paired_scores,
)
from .summary import arm_statistics, size_correlation, study_statistics

__all__ = [
    "CONFIDENCE",
    "DESCRIBED",
    "LEAST",
    "SCALES",
    "TESTED",
    "Box",
    "Outcome",
    "QuantilePairs",
    "arm_statistics",
    "box_summaries",
    "compare_depths",
    "count_depths",
    "genre_scores",
    "genre_sizes",
    "implied_by",
    "nearest_depth",
    "paired_scores",
    "paired_t",
    "published",
    "quantile_pairs",
    "shapiro_wilk",
    "size_correlation",
    "study_statistics",
    "verdict",
]
