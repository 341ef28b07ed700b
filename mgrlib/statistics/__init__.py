"""What the results say: aggregation over genres, the paper's tests, and those beyond it.

Conventions: `metrics` is the table of ``results/metrics.csv``; a difference is linear
minus mel, so a negative one favors mel; repeats are averaged before anything else; a
value that is missing or not finite is left out, and the n that remains is stated.
Intervals are two-sided 95 % intervals. What can't be computed says why.

`outcome` is what a test gives, `scores` the tables that go into it, `paired` and `summary`
the paper's own tests, `published` what the paper's numbers imply. `bayes` and `effects` give
the Bayes factor, effect sizes and power of a paired t, `variances` and `power` what a larger
study would show. `answers`,
`discordance`, `confusion` and `agreement` look at the answers to single songs;
`robustness` puts ten tests of the same difference side by side.
`each_depth` and `mixed` ask whether the difference is the same at every depth, `resolution`
what of it is the spacing of the rows and what their number.
Notebooks: 04_across_depths to 15_power.
"""

from .agreement import (
    Agreement,
    agreement_numbers,
    compare_changes,
    depth_minus_scale,
    describe_changes,
    pair_agreement,
)
from .answers import Answers, describe_answers, network_answers
from .bayes import PRIOR_WIDTH, bayes_factor
from .confusion import confusions, describe_confusions, most_confused
from .depths import depth_numbers
from .discordance import (
    describe_discordance,
    describe_gaps,
    discordance,
    genre_table,
    mcnemar,
    scale_tests,
    song_gaps,
)
from .each_depth import (
    Interaction,
    depth_contrasts,
    depth_differences,
    depth_interaction,
    depth_slopes,
    depth_tests,
    depth_verdict,
    genre_differences,
)
from .effects import (
    COHEN,
    LEVEL,
    POWER,
    detectable_dz,
    dz_interval,
    effect_numbers,
    exaggeration,
    hedges_g,
    pairs_needed,
    power_of,
    t_power,
)
from .equal_sizes import (
    describe_gains,
    equal_size_correlations,
    gain_tests,
    genre_means,
    learning_gains,
    shared_cells,
    what_is_equal,
    what_remains,
    why_no_equal_sizes,
)
from .finding import VERDICTS, Finding
from .mixed import MixedModel, effects_table, mixed_model
from .null_fit import (
    count_answers,
    describe_null_fit,
    null_curve,
    null_fit,
    null_fit_table,
    null_table,
)
from .null_model import binormal_f1, correlation, null_f1, null_precision, paper_null
from .outcome import CONFIDENCE, LEAST, Outcome
from .paired import QuantilePairs, paired_t, quantile_band, quantile_pairs, shapiro_wilk, verdict
from .power import power_numbers
from .prevalence import null_numbers, prevalence_numbers
from .published import PRIOR_WIDTHS, families, implied_by, pairings, published, rounding
from .readings import assumptions_table, findings_table, read_together, reference_reading
from .resolution import (
    PARTS,
    compare_pairs,
    compare_pairs_by_depth,
    decompose,
    friedman,
    part_contrast,
    part_tests,
    resolution_numbers,
    scale_means,
    scale_pairs,
)
from .resolution_words import (
    describe_pair_depths,
    describe_pairs,
    describe_parts,
    describe_ranks,
    describe_scales,
)
from .robustness import Robustness, check_robustness, check_rows, robustness_numbers
from .rope import ROPE, Posterior, rope_table
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
from .variances import Variances, variance_parts

__all__ = [
    "COHEN",
    "CONFIDENCE",
    "DESCRIBED",
    "LEAST",
    "LEVEL",
    "PARTS",
    "POWER",
    "PRIOR_WIDTH",
    "PRIOR_WIDTHS",
    "ROPE",
    "SCALES",
    "TESTED",
    "VERDICTS",
    "Agreement",
    "Answers",
    "Box",
    "Finding",
    "Interaction",
    "MixedModel",
    "Outcome",
    "Posterior",
    "QuantilePairs",
    "Robustness",
    "Variances",
    "agreement_numbers",
    "arm_statistics",
    "assumptions_table",
    "bayes_factor",
    "binormal_f1",
    "box_summaries",
    "check_robustness",
    "check_rows",
    "compare_changes",
    "compare_depths",
    "compare_pairs",
    "compare_pairs_by_depth",
    "confusions",
    "correlation",
    "count_answers",
    "count_depths",
    "decompose",
    "depth_contrasts",
    "depth_differences",
    "depth_interaction",
    "depth_minus_scale",
    "depth_numbers",
    "depth_slopes",
    "depth_tests",
    "depth_verdict",
    "describe_answers",
    "describe_changes",
    "describe_confusions",
    "describe_discordance",
    "describe_gains",
    "describe_gaps",
    "describe_null_fit",
    "describe_pair_depths",
    "describe_pairs",
    "describe_parts",
    "describe_ranks",
    "describe_scales",
    "detectable_dz",
    "discordance",
    "dz_interval",
    "effect_numbers",
    "effects_table",
    "equal_size_correlations",
    "exaggeration",
    "families",
    "findings_table",
    "friedman",
    "gain_tests",
    "genre_differences",
    "genre_means",
    "genre_scores",
    "genre_sizes",
    "genre_table",
    "hedges_g",
    "implied_by",
    "learning_gains",
    "mcnemar",
    "mixed_model",
    "most_confused",
    "nearest_depth",
    "network_answers",
    "null_curve",
    "null_f1",
    "null_fit",
    "null_fit_table",
    "null_numbers",
    "null_precision",
    "null_table",
    "pair_agreement",
    "paired_scores",
    "paired_t",
    "pairings",
    "pairs_needed",
    "paper_null",
    "part_contrast",
    "part_tests",
    "power_numbers",
    "power_of",
    "prevalence_numbers",
    "published",
    "quantile_band",
    "quantile_pairs",
    "read_together",
    "reference_reading",
    "resolution_numbers",
    "robustness_numbers",
    "rope_table",
    "rounding",
    "scale_means",
    "scale_pairs",
    "scale_tests",
    "shapiro_wilk",
    "shared_cells",
    "size_correlation",
    "song_gaps",
    "study_statistics",
    "t_power",
    "variance_parts",
    "verdict",
    "what_is_equal",
    "what_remains",
    "why_no_equal_sizes",
]
