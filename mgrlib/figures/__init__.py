"""Figures in one style, readable at the width of a book column, in print and without color.

`canvas` is what all share, `spectrograms` draws what goes into the networks, `learning` how
they learn, `scores` and `ensemble` what comes out. Figures 1 to 10 are the paper's.
"""

from .agreement import (
    agreement_height,
    confusions_height,
    disagreement_height,
    draw_agreement,
    draw_confusions,
    draw_disagreement,
)
from .attention import draw_attention
from .canvas import LOOKS, WORDS, make_figure, save_figure, scale_looks, scale_order, use_style
from .curves import draw_calibration, draw_pr_curves, draw_rules, pr_curves_height
from .duplicates import draw_likeness, likeness_height
from .ensemble import ENSEMBLE_WORDS, draw_ensemble, ensemble_height
from .flow import draw_flow, flow_height
from .forest import (
    depth_forest_height,
    draw_depth_forest,
    draw_genre_forest,
    draw_interaction,
    genre_forest_height,
)
from .labels import co_occurrence_height, draw_co_occurrence, draw_imbalance
from .leakage import concentration_height, draw_concentration
from .learning import (
    draw_learning,
    draw_learning_panels,
    draw_song,
    learning_panels_height,
    song_height,
)
from .network_input import (
    draw_losses,
    draw_network_input,
    losses_height,
    network_input_height,
)
from .power import draw_detectable, draw_power_curves
from .prevalence import draw_equal_sizes, draw_null_bars, equal_sizes_height
from .published import draw_bayes_factors, draw_p_values, draw_power
from .resolution import (
    draw_pairs_by_depth,
    draw_parts,
    draw_scale_pairs,
    pairs_by_depth_height,
    parts_height,
    scale_pairs_height,
)
from .robustness import draw_robustness, draw_rope, draw_song_draws, robustness_height
from .scores import draw_boxes, draw_genre_bars, draw_qq, genre_bars_height
from .songs import draw_genre_sizes, draw_years, genre_rows_height, shown_genres
from .sound import draw_durations, draw_loudness, loudness_height
from .spectrograms import (
    Drawn,
    draw_differences,
    draw_gallery,
    draw_panels,
    draw_picture,
    draw_rows,
    draw_spectrogram,
    gallery_height,
    panels_height,
)

__all__ = [
    "ENSEMBLE_WORDS",
    "LOOKS",
    "WORDS",
    "Drawn",
    "agreement_height",
    "co_occurrence_height",
    "concentration_height",
    "confusions_height",
    "depth_forest_height",
    "disagreement_height",
    "draw_agreement",
    "draw_attention",
    "draw_bayes_factors",
    "draw_boxes",
    "draw_calibration",
    "draw_co_occurrence",
    "draw_concentration",
    "draw_confusions",
    "draw_depth_forest",
    "draw_detectable",
    "draw_differences",
    "draw_disagreement",
    "draw_durations",
    "draw_ensemble",
    "draw_equal_sizes",
    "draw_flow",
    "draw_gallery",
    "draw_genre_bars",
    "draw_genre_forest",
    "draw_genre_sizes",
    "draw_imbalance",
    "draw_interaction",
    "draw_learning",
    "draw_learning_panels",
    "draw_likeness",
    "draw_losses",
    "draw_loudness",
    "draw_network_input",
    "draw_null_bars",
    "draw_p_values",
    "draw_pairs_by_depth",
    "draw_panels",
    "draw_parts",
    "draw_picture",
    "draw_power",
    "draw_power_curves",
    "draw_pr_curves",
    "draw_qq",
    "draw_robustness",
    "draw_rope",
    "draw_rows",
    "draw_rules",
    "draw_scale_pairs",
    "draw_song",
    "draw_song_draws",
    "draw_spectrogram",
    "draw_years",
    "ensemble_height",
    "equal_sizes_height",
    "flow_height",
    "gallery_height",
    "genre_bars_height",
    "genre_forest_height",
    "genre_rows_height",
    "learning_panels_height",
    "likeness_height",
    "losses_height",
    "loudness_height",
    "make_figure",
    "network_input_height",
    "pairs_by_depth_height",
    "panels_height",
    "parts_height",
    "pr_curves_height",
    "robustness_height",
    "save_figure",
    "scale_looks",
    "scale_order",
    "scale_pairs_height",
    "shown_genres",
    "song_height",
    "use_style",
]
