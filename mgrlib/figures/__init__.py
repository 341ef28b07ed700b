"""Figures in one style, readable at the width of a book column, in print and without color.

`canvas` is what all share, `songs` draws what goes into the networks, `learning` how
they learn, `scores` and `ensemble` what comes out. Figures 1 to 10 are the paper's.
"""

from .attention import draw_attention
from .canvas import LOOKS, WORDS, make_figure, save_figure, scale_looks, scale_order, use_style
from .ensemble import ENSEMBLE_WORDS, draw_ensemble
from .learning import draw_learning, draw_learning_panels, draw_song, learning_panels_height
from .scores import draw_boxes, draw_genre_bars, draw_qq, genre_bars_height
from .songs import draw_genre_sizes, draw_network_input, draw_spectrogram

__all__ = [
    "ENSEMBLE_WORDS",
    "LOOKS",
    "WORDS",
    "draw_attention",
    "draw_boxes",
    "draw_ensemble",
    "draw_genre_bars",
    "draw_genre_sizes",
    "draw_learning",
    "draw_learning_panels",
    "draw_network_input",
    "draw_qq",
    "draw_song",
    "draw_spectrogram",
    "genre_bars_height",
    "learning_panels_height",
    "make_figure",
    "save_figure",
    "scale_looks",
    "scale_order",
    "use_style",
]
