"""Explorers: spectrograms to look at while they sound, in a page and in JupyterLab.

A page's explorers work without a kernel, offline and from disk: pictures, sounds and numbers
stand in the page, and a small script of ours shows them (`page`). `listening` has the
spectrograms of a few songs of each genre with their sound, `scores` the results. The view of a
picture with its sound, ``view.js`` and ``view.css``, is shared with the widget in JupyterLab.
Notebook: look_and_listen.
"""

from .choosing import choose_songs
from .listening import PAGE_BYTES, Listening, listening_explorer
from .scores import NO_MEANS, genre_means, made_elsewhere, scores_data, scores_explorer

__all__ = [
    "NO_MEANS", "PAGE_BYTES", "Listening", "choose_songs", "genre_means", "listening_explorer",
    "made_elsewhere", "scores_data", "scores_explorer",
]  # fmt: skip
