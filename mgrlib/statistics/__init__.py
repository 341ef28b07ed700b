"""What the results say: aggregation over genres, the paper's tests, and those beyond it.

Conventions: `metrics` is the table of ``results/metrics.csv``; a difference is linear
minus mel, so a negative one favors mel; repeats are averaged before anything else; a
value that is missing or not finite is left out, and the n that remains is stated.
Intervals are two-sided 95 % intervals. What can't be computed says why.

`outcome` is what a test gives, `scores` the tables that go into it, `paired` and `summary`
the paper's own tests. Each package has a question of its own: `effects` what the published
numbers imply, `depths` whether the difference is the same at every depth, `robustness` what
other tests say, `prevalence` what a genre's size explains, `resolution` what is the spacing
of the rows and what their number, `agreement` where the scales disagree, `power` what a
larger study would show.
Notebooks: 04_across_depths to 15_power.
"""

from .agreement.answers import Answers, describe_answers, network_answers
from .agreement.confusion import confusions, describe_confusions, most_confused
from .agreement.discordance import (
    describe_discordance,
    describe_gaps,
    discordance,
    genre_table,
    mcnemar,
    scale_tests,
    song_gaps,
)
from .agreement.networks import (
    Agreement,
    agreement_numbers,
    compare_changes,
    depth_minus_scale,
    describe_changes,
    pair_agreement,
)
from .correlation import pearson, spearman
from .depths.each_depth import (
    Interaction,
    depth_contrasts,
    depth_differences,
    depth_interaction,
    depth_slopes,
    depth_tests,
    depth_verdict,
    genre_differences,
)
from .depths.mixed import MixedModel, effects_table, mixed_model
from .depths.numbers import depth_numbers
from .effects.bayes import PRIOR_WIDTH, bayes_factor
from .effects.published import PRIOR_WIDTHS, families, implied_by, pairings, published, rounding
from .effects.sizes import (
    COHEN,
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
from .families import holm
from .outcome import CONFIDENCE, LEAST, LEVEL, Outcome
from .paired import QuantilePairs, paired_t, quantile_band, quantile_pairs, shapiro_wilk, verdict
from .power.simulation import power_numbers
from .power.variances import Variances, variance_parts
from .prevalence.equal_sizes import (
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
from .prevalence.null_fit import (
    count_answers,
    describe_null_fit,
    null_curve,
    null_fit,
    null_fit_table,
    null_table,
)
from .prevalence.null_model import binormal_f1, null_f1, null_precision, paper_null
from .prevalence.numbers import null_numbers, prevalence_numbers
from .resolution.scale_pairs import (
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
from .resolution.words import (
    describe_pair_depths,
    describe_pairs,
    describe_parts,
    describe_ranks,
    describe_scales,
    describe_spacing,
)
from .robustness.check import Robustness, check_robustness, check_rows, robustness_numbers
from .robustness.finding import VERDICTS, Finding
from .robustness.readings import assumptions_table, findings_table, read_together, reference_reading
from .robustness.rope import ROPE, Posterior, rope_table
from .scales import describe_compared, describe_medians, ordered_scales, present_scales
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
    "describe_compared",
    "describe_confusions",
    "describe_discordance",
    "describe_gains",
    "describe_gaps",
    "describe_medians",
    "describe_null_fit",
    "describe_pair_depths",
    "describe_pairs",
    "describe_parts",
    "describe_ranks",
    "describe_scales",
    "describe_spacing",
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
    "holm",
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
    "ordered_scales",
    "pair_agreement",
    "paired_scores",
    "paired_t",
    "pairings",
    "pairs_needed",
    "paper_null",
    "part_contrast",
    "part_tests",
    "pearson",
    "power_numbers",
    "power_of",
    "present_scales",
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
    "spearman",
    "study_statistics",
    "t_power",
    "variance_parts",
    "verdict",
    "what_is_equal",
    "what_remains",
    "why_no_equal_sizes",
]
