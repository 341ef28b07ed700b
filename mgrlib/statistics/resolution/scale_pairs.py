"""Scale or resolution: every pair of a run's scales, and the two steps from linear to mel.

Linear and mel images differ in where their rows lie and in how many and how wide the rows
are. ``linear-bands`` has the rows of linear, evenly spaced in Hz, in the number of mel. So

    linear − mel = (linear − linear-bands) + (linear-bands − mel)
       whole     =       resolution        +        scale

which holds for each genre as it does for the means, because all three come from the same
cells. Conventions: a difference is the first scale minus the second, so a negative one
favors the second; repeats and depths are averaged before anything else; Holm's correction
is over the rows of a table.
Notebook: 13_scale_or_resolution.
"""

import math
from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from ...settings import SCALES as ALL_SCALES
from ..families import friedman as friedman_test
from ..families import holm, paired_tests
from ..outcome import CONFIDENCE, LEAST, Outcome
from ..paired import paired_t
from ..scales import present_scales
from ..scores import SCALES, TESTED, finite_column, genre_sizes, paired_scores

BANDS = "linear-bands"
PARTS = {"whole": SCALES, "resolution": (SCALES[0], BANDS), "scale": (BANDS, SCALES[1])}
"""The whole difference and its two parts, each a pair of scales."""
TEST_COLUMNS = ["n", "difference", "low", "high", "t", "df", "p", "p_holm", "dz", "reason"]
REFERENCES = ("joint", "baseline")


def run_scales(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> list[str]:
    """Scales that have values for `arm`: linear, linear-bands, mel, then the others."""
    present = present_scales(metrics, arm=arm, metric=metric)
    known = [scale for scale in (SCALES[0], BANDS, SCALES[1]) if scale in present]
    return known + [scale for scale in present if scale not in known]


def scale_pairs(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> list[tuple[str, str]]:
    """Every two scales of `arm`, those of `PARTS` first."""
    pairs = list(combinations(run_scales(metrics, arm=arm, metric=metric), 2))
    return sorted(pairs, key=lambda p: list(PARTS.values()).index(p) if p in PARTS.values() else 3)


def compare_pairs(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """The paper's test for every pair of scales: a pair a genre, averaged over the depths.

    Returns
    -------
    DataFrame
        Index ``first, second``. Columns ``n`` (genres), ``difference`` (mean of first minus
        second), ``low`` and ``high`` (its 95 % interval, not corrected), ``t``, ``df``,
        ``p``, ``p_holm`` (over the pairs), Cohen's ``dz``, and the ``reason`` where there is
        no test.
    """
    metrics = _whole_depths(metrics)
    differences = {
        pair: paired_scores(metrics, arm=arm, metric=metric, scales=pair)["difference"]
        for pair in scale_pairs(metrics, arm=arm, metric=metric)
    }
    return _tested(differences, names=["first", "second"])


def compare_pairs_by_depth(
    metrics: pd.DataFrame, *, arm: str, metric: str = TESTED
) -> pd.DataFrame:
    """`compare_pairs` at each depth; index ``first, second, depth``, Holm over all rows."""
    metrics = _whole_depths(metrics)
    rows, differences = metrics[metrics["weights"] == arm], {}
    for pair in scale_pairs(metrics, arm=arm, metric=metric):
        for depth, part in rows.groupby("depth"):
            found = paired_scores(part, arm=arm, metric=metric, scales=pair)["difference"]
            if len(found):
                differences[*pair, int(depth)] = found
    return _tested(differences, names=["first", "second", "depth"])


def spacing_pairs(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> list[tuple]:
    """The pairs of `scale_pairs` of mel and another scale of as many rows.

    Of the known scales all but linear have the number of mel (the setting ``n_mels``); of a
    scale made elsewhere it is not known.
    """
    alike = set(ALL_SCALES) - {SCALES[0]}
    return [pair for pair in scale_pairs(metrics, arm=arm, metric=metric)
            if SCALES[1] in pair and alike.issuperset(pair)]  # fmt: skip


def _whole_depths(metrics: pd.DataFrame) -> pd.DataFrame:
    """`metrics` with 0 as the depth of rows that have none, as results made elsewhere may."""
    depths = pd.to_numeric(metrics["depth"], errors="coerce").fillna(0).astype(int)
    return metrics.assign(depth=depths)


def _tested(differences: Mapping[tuple, pd.Series], *, names: list[str]) -> pd.DataFrame:
    """A paired t-test of each of `differences`, with Holm's p over all of them."""
    table = paired_tests(differences).reindex(columns=TEST_COLUMNS)
    keys = list(zip(*differences, strict=True)) or [[] for _ in names]
    table.index = pd.MultiIndex.from_arrays(keys, names=names)
    return table.assign(p_holm=holm(table["p"]))


def scale_cells(
    metrics: pd.DataFrame, *, arm: str, scales: tuple[str, ...], metric: str = TESTED
) -> pd.DataFrame:
    """Values of the cells that every one of `scales` has, a column a scale.

    Returns
    -------
    DataFrame
        Index ``genre, depth, repeat``.
    """
    rows = _whole_depths(metrics)
    rows = rows[(rows["weights"] == arm) & rows["scale"].isin(scales)]
    rows = rows.assign(value=finite_column(rows, metric), repeat=rows["repeat"].fillna(0))
    values = rows.groupby(["genre", "depth", "repeat", "scale"])["value"].mean()
    cells = values.unstack("scale").reindex(columns=list(scales)).dropna()
    return cells.rename_axis(columns=None)


def scale_means(
    metrics: pd.DataFrame, *, arm: str, scales: tuple[str, ...] | None = None, metric: str = TESTED
) -> pd.DataFrame:
    """Mean over depths and repeats, shape (genre, scale), of cells that all scales have."""
    scales = tuple(scales or run_scales(metrics, arm=arm, metric=metric))
    cells = scale_cells(metrics, arm=arm, scales=scales, metric=metric)
    means = cells.groupby("genre").mean()
    return means.reindex([genre for genre in genre_sizes(metrics).index if genre in means.index])


def friedman(means: pd.DataFrame) -> Outcome:
    """Friedman's test over three or more scales, by their ranks within each genre.

    Parameters
    ----------
    means : DataFrame, shape (genre, scale)
        As `scale_means` gives them.

    Returns
    -------
    Outcome
        `statistic` is χ², `effect` Kendall's W: 0 where the genres do not agree on an
        order of the scales, 1 where all have the same.
    """
    n, k = means.shape
    if k < 3:
        return Outcome(n=n, reason=f"it takes three scales, and there {_are(k)}")
    if n < LEAST:
        return Outcome(n=n, reason=f"{n} genres with all scales, and it takes {LEAST}")
    return friedman_test(means, what="the scales")


def mean_ranks(means: pd.DataFrame) -> pd.Series:
    """Mean rank of each scale over the genres; 1 is the highest value of a genre."""
    return means.round(12).rank(axis=1, ascending=False).mean()


def why_no_parts(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> str | None:
    """Why the difference can't be split into `PARTS`, or None where it can."""
    present = run_scales(metrics, arm=arm, metric=metric)
    if missing := [scale for scale in (*SCALES, BANDS) if scale not in present]:
        *first, last = missing
        listed = f"{', '.join(first)} and {last}" if first else last
        return f"the arm {arm} has no networks of {listed}"
    if scale_cells(metrics, arm=arm, scales=(*SCALES, BANDS), metric=metric).empty:
        return "no genre has all three scales at the same depth"
    return None


def decompose(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """The difference of each genre and its two parts, which add up to it.

    Returns
    -------
    DataFrame
        Index ``genre``, largest first; columns `PARTS`. Empty where a scale is missing.
    """
    means = scale_means(metrics, arm=arm, scales=(*SCALES, BANDS), metric=metric)
    return _differences(means)


def _differences(values: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({part: values[one] - values[two] for part, (one, two) in PARTS.items()})


def genre_parts(metrics: pd.DataFrame, *, arm: str, metric: str = TESTED) -> pd.DataFrame:
    """`decompose` with a 95 % interval of each value, over the depths.

    The interval takes the depths for a sample of networks and the test songs as given: it
    says how far networks of other depths would stray on these songs.

    Returns
    -------
    DataFrame
        Index ``genre, part``; columns ``difference, low, high``, the latter NaN with fewer
        than three depths.
    """
    cells = scale_cells(metrics, arm=arm, scales=(*SCALES, BANDS), metric=metric)
    by_depth = _differences(cells).groupby(["genre", "depth"]).mean()
    means, rows = decompose(metrics, arm=arm, metric=metric), {}
    for genre, part in ((genre, part) for genre in means.index for part in PARTS):
        test = paired_t(by_depth.loc[genre, part])
        low, high = test.interval or (math.nan, math.nan)
        rows[genre, part] = {"difference": means.loc[genre, part], "low": low, "high": high}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["difference", "low", "high"])
    index = pd.MultiIndex.from_tuples(rows, names=["genre", "part"])
    return table.set_axis(index) if rows else table.set_axis(index[:0])


def part_tests(parts: pd.DataFrame) -> pd.DataFrame:
    """A paired t-test over the genres of the whole difference and of each part.

    Returns
    -------
    DataFrame
        Index ``part``; columns as in `compare_pairs`.
    """
    table = _tested({(name,): parts[name] for name in PARTS}, names=["part"])
    return table.set_axis(pd.Index(list(PARTS), name="part"))


def part_contrast(parts: pd.DataFrame) -> Outcome:
    """Paired t-test of scale minus resolution: do the two parts differ from each other?

    That one part is beyond noise and the other is not does not say so (Gelman & Stern 2006).
    """
    return paired_t(parts["scale"] - parts["resolution"])


def scale_share(parts: pd.DataFrame) -> float:
    """The part of the mean difference that goes with the scale; NaN where it is within noise.

    Beyond 1 or below 0 the two parts pull in opposite directions.
    """
    low, high = paired_t(parts["whole"]).interval or (0.0, 0.0)
    if low <= 0 <= high:
        return math.nan
    return float(parts["scale"].mean() / parts["whole"].mean())


def is_beyond(row: Mapping) -> bool:
    """Whether a row of a table of tests is beyond noise: p by Holm's method below 0.05."""
    return bool(row["p_holm"] < 1 - CONFIDENCE)


def pair_words(first: str, second: str) -> str:
    """A pair of scales as a difference."""
    return f"{first} − {second}"


def _are(number: int) -> str:
    return "is 1" if number == 1 else f"are {number}"


def resolution_numbers(metrics: pd.DataFrame, *, arm: str) -> dict:
    """Every pair of an arm's scales, and linear minus mel in two parts.

    Returns
    -------
    dict
        ``scales``; ``pairs``, ``by_depth`` and under ``references`` those of the rows
        ``joint`` and ``baseline``, lists of rows; ``friedman``; ``parts``, with the
        tests of `PARTS`, their ``contrast``, the ``share`` of the scale and the ``genres``.
        ``reason`` where nothing could be computed, in ``parts`` where they can't.
    """
    pairs, means = compare_pairs(metrics, arm=arm), scale_means(metrics, arm=arm)
    numbers = {
        "arm": arm,
        "metric": TESTED,
        "difference": "first - second",
        "correction": "Holm, over the rows of a list",
        "scales": list(means),
        "pairs": _records(pairs),
        "by_depth": _records(compare_pairs_by_depth(metrics, arm=arm)),
        "references": {row: _records(compare_pairs(metrics, arm=row)) for row in REFERENCES},
        "friedman": friedman(means).as_dict(),
        "mean_ranks": mean_ranks(means).to_dict(),
        "parts": _part_numbers(metrics, arm=arm),
    }
    scales = "no scale" if means.empty else f"one scale, {means.columns[0]}"
    return numbers if len(pairs) else numbers | {"reason": f"the arm {arm} has {scales}"}


def _part_numbers(metrics: pd.DataFrame, *, arm: str) -> dict:
    if reason := why_no_parts(metrics, arm=arm):
        return {"reason": reason}
    parts = decompose(metrics, arm=arm)
    references = {row: decompose(metrics, arm=row) for row in REFERENCES}
    return {
        "tests": _records(part_tests(parts)),
        "contrast": part_contrast(parts).as_dict(),
        "share": scale_share(parts),
        "genres": _records(parts),
        "references": {row: _records(part_tests(found)) for row, found in references.items()},
    }


def _records(table: pd.DataFrame) -> list[dict]:
    return table.reset_index().to_dict("records")
