"""The results of a run to look through in a page: by metric, depth and genre.

The page has the means over repeats; those over genres and depths are made where they are
shown, over the cells that every scale has. A value that is missing stays missing.
Notebook: look_and_listen.
"""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from .. import results, statistics
from ..errors import RunError
from ..figures import WORDS, scale_looks
from ..statistics.scores import finite_column
from .page import assemble

DIGITS = 4
FILES = ("explorer.css", "scores.js")
NETWORKS = {
    "joint": "one network for all genres (joint)",
    "baseline": "logistic regression (baseline)",
}
CONTENT = """
<div class="explorer-fields">
<label class="explorer-field">Metric <select class="explorer-metric"></select></label>
<label class="explorer-field">Depth <select class="explorer-depth"></select></label>
<label class="explorer-field">Genre <select class="explorer-genre"></select></label>
<label class="explorer-field explorer-wide">Learned by
<select class="explorer-network"></select></label>
<label class="explorer-field explorer-pair">Difference of
<select class="explorer-scale"></select></label>
<label class="explorer-field explorer-pair">and of <select class="explorer-scale"></select></label>
</div>
<p class="explorer-status" role="status" aria-live="polite"></p>
<ul class="explorer-key" aria-label="Marks of the scales"></ul>
<div class="explorer-drawing"></div>
<div class="explorer-table" tabindex="0" role="region" aria-label="The values as a table"></div>
"""


NO_MEANS = pd.DataFrame()
"""`genre_means` where there are no results."""


def made_elsewhere(run: str | Path) -> bool:
    """Whether a run has results and no ``study.json``, so that its songs are not known."""
    try:
        folder = results.find_run(run)
    except RunError:
        return False
    has_results = (folder / "results" / "metrics.csv").exists()
    return has_results and not (folder / "study.json").exists()


def scores_explorer(metrics: pd.DataFrame, *, arm: str) -> str:
    """An explorer of the scores of a run, as HTML.

    Parameters
    ----------
    metrics : DataFrame
        As `mgrlib.results.read_metrics` gives it; metrics, scales, depths and genres may lack.
    arm : str
        Whose networks are shown first; ``joint`` and ``baseline`` can be chosen where the
        table has them.
    """
    return assemble("scores", CONTENT, scores_data(metrics, arm=arm), files=FILES)


def scores_data(metrics: pd.DataFrame, *, arm: str) -> dict[str, Any]:
    """What the explorer knows: ``metrics, scales, genres, depths, networks``.

    Returns
    -------
    dict
        ``networks`` is a list of ``{name, depths, values}``, in which ``values[metric]`` has
        a list of depths of lists of genres of lists of scales of numbers or None.
    """
    kinds = [arm, *(kind for kind in results.REFERENCE_ROWS if kind in set(metrics["weights"]))]
    rows = metrics[metrics["weights"].isin(kinds)]
    looks = scale_looks(rows["scale"])
    sizes = statistics.genre_sizes(rows)
    present = [name for name in WORDS if finite_column(rows, name).notna().any()]
    axes = {"genres": list(sizes.index), "scales": list(looks)}
    return {
        "metrics": [{"name": name, "words": WORDS[name]} for name in present],
        "scales": [{"name": scale, "color": look.color, "mark": look.mark}
                   for scale, look in looks.items()],
        "genres": [{"name": genre, "songs": int(n) if math.isfinite(n) else None}
                   for genre, n in sizes.items()],
        "networks": [_network(rows, kind, metrics=present, arm=arm, **axes) for kind in kinds],
    }  # fmt: skip


def genre_means(metrics: pd.DataFrame, *, metric: str, arm: str) -> pd.DataFrame:
    """What the explorer shows first: scores by genre, the mean over depths.

    Only depths count that all scales of a genre have.

    Returns
    -------
    DataFrame, index genre (largest first), columns scales
    """
    scores = statistics.genre_scores(metrics, metric=metric, arm=arm)
    scales = list(scale_looks(scores["scale"]))
    cells = scores.pivot(index=["genre", "depth"], columns="scale", values="value")
    rows = {
        genre: own.droplevel(0).dropna(axis=1, how="all").dropna().mean()
        for genre, own in cells.groupby("genre")
    }
    genres = [genre for genre in statistics.genre_sizes(metrics).index if genre in rows]
    return pd.DataFrame(rows).T.reindex(index=genres, columns=scales)


def _network(
    rows: pd.DataFrame, kind: str, *, metrics: list[str], arm: str, genres: list, scales: list
) -> dict[str, Any]:
    depths = sorted(rows.loc[rows["weights"] == kind, "depth"].fillna(0).astype(int).unique())
    keys = pd.MultiIndex.from_product([depths, genres, scales], names=["depth", "genre", "scale"])
    values = {}
    for metric in metrics:
        scores = statistics.genre_scores(rows, metric=metric, arm=kind)
        cells = scores.set_index(keys.names)["value"].reindex(keys)
        known = [None if math.isnan(v) else round(float(v), DIGITS) for v in cells]
        values[metric] = _nested(known, len(genres), len(scales))
    own = f"one network a genre (arm {kind})"
    return {
        "name": kind,
        "words": own if kind == arm else NETWORKS[kind],
        "depths": [int(depth) for depth in depths],
        "values": values,
    }


def _nested(cells: list, genres: int, scales: int) -> list:
    by_genre = [cells[i : i + scales] for i in range(0, len(cells), scales)]
    return [by_genre[i : i + genres] for i in range(0, len(by_genre), genres)]
