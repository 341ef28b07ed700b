"""What the pairs of scales and the two steps from linear to mel say, as Markdown.

The rule is the same for all: a difference is beyond noise where p after Holm's correction,
over the rows of its table, is below 0.05.
Notebook: 13_scale_or_resolution.
"""

import math

import pandas as pd

from ...prose import escape, fixed
from ...settings import SCALES as ALL_SCALES
from ..outcome import CONFIDENCE
from ..scales import ordered_scales
from ..scores import SCALES
from .scale_pairs import (
    BANDS,
    PARTS,
    compare_pairs,
    decompose,
    friedman,
    is_beyond,
    mean_ranks,
    pair_words,
    part_contrast,
    part_tests,
    run_scales,
    scale_share,
    spacing_pairs,
    why_no_parts,
)

FAVORS = {
    "resolution": ("few wide rows", "many narrow rows"),
    "scale": ("mel's spacing", "even spacing in Hz"),
}
"""What a negative and a positive value of a step speaks for."""


def describe_pairs(table: pd.DataFrame, *, arm: str) -> str:
    """A line for each pair of `resolution.compare_pairs`, with its verdict."""
    if table.empty:
        return (
            f"There is no pair: the arm {escape(arm)} of this run has fewer than two scales with "
            "values, and a difference takes two."
        )
    tested = int(table["p"].notna().sum())
    return "\n".join(_pair_line(*pair, row, tested) for pair, row in table.iterrows())


def _pair_line(first: str, second: str, row: pd.Series, tested: int) -> str:
    name = escape(pair_words(first, second))
    if row["reason"] is not None:
        return f"- {name}: no test ({row['reason']})."
    better = escape(second if row["difference"] < 0 else first)
    verdict = f"beyond noise, in favor of {better}" if is_beyond(row) else "within noise"
    corrected = f", by Holm's method over {tested} tests {_p(row['p_holm'])}" if tested > 1 else ""
    return (
        f"- {name}: {fixed(row['difference'])} [{fixed(row['low'])}, {fixed(row['high'])}], "
        f"dz = {fixed(row['dz'], 2)}, p {_p(row['p'])}{corrected}, n = {row['n']} genres: "
        f"{verdict}."
    )


def describe_spacing(metrics: pd.DataFrame, *, arm: str) -> str:
    """The pairs of mel and another scale of as many rows, out of all pairs of the run.

    The tests are those of `resolution.compare_pairs`, corrected over all of its rows.
    """
    chosen = spacing_pairs(metrics, arm=arm)
    if further := [pair for pair in chosen if pair not in PARTS.values()]:
        table = compare_pairs(metrics, arm=arm)
        tested = int(table["p"].notna().sum())
        lines = [_pair_line(*pair, table.loc[pair], tested) for pair in chosen]
        count = "one pair" if len(further) == 1 else f"{len(further)} pairs"
        beside = ", beside linear\\-bands − mel" if len(further) < len(chosen) else ""
        return f"The run has {count} of this kind{beside}:\n\n" + "\n".join(lines)
    return (
        f"The arm {escape(arm)} of this run has no such pair: it takes mel and one of mel\\-htk, "
        f"log and cqt. All are trained by `{_with_scales(metrics, arm, ALL_SCALES)}`."
    )


def describe_pair_depths(table: pd.DataFrame) -> str:
    """A line for each pair of `resolution.compare_pairs_by_depth`."""
    if table.empty:
        return "No depth has two scales."
    lines = []
    for (first, second), rows in table.groupby(level=["first", "second"], sort=False):
        rows = rows.droplevel(["first", "second"])
        means, tested = rows["difference"], rows["p"].notna()
        beyond = [f"ResNet{depth}" for depth, row in rows.iterrows() if is_beyond(row)]
        words = f"from {fixed(means.min())} (ResNet{means.idxmin()}) to "
        words += f"{fixed(means.max())} (ResNet{means.idxmax()})"
        said = f"beyond noise at {len(beyond)} of {tested.sum()} depths" if tested.any() else (
            "no depth can be tested"
        )  # fmt: skip
        said += f" ({', '.join(beyond)})" if beyond else ""
        lines.append(f"- {escape(pair_words(first, second))}: {words}; {said}.")
    return "\n".join(lines)


def describe_scales(metrics: pd.DataFrame, *, arm: str) -> str:
    """Which scales the run has, and what it takes to split the difference where they lack."""
    present = ", ".join(map(escape, run_scales(metrics, arm=arm)))
    if (reason := why_no_parts(metrics, arm=arm)) is None:
        return f"The arm {escape(arm)} of this run has the scales {present}: it can be split."
    return (
        f"The difference can't be split on this run, because {escape(reason)}. What is missing is "
        f"trained by `python -m mgrlib run {_with_scales(metrics, arm, (*SCALES, BANDS))}` with "
        "the profile, corpus and name of the run; what is there is not trained again."
    )


def _with_scales(metrics: pd.DataFrame, arm: str, further: tuple[str, ...]) -> str:
    """The option that trains further scales beside those of the run that can be trained."""
    scales = ordered_scales(({*run_scales(metrics, arm=arm)} & set(ALL_SCALES)) | set(further))
    return f"--set scales={','.join(scales)}"


def describe_parts(metrics: pd.DataFrame, *, arm: str) -> str:
    """The whole difference, its two parts, and what follows from them by rule."""
    if reason := why_no_parts(metrics, arm=arm):
        return f"No steps to tell apart: {escape(reason)}."
    parts = decompose(metrics, arm=arm)
    tests = part_tests(parts)
    if tests["reason"].notna().all():
        return f"The steps can't be tested: {tests['reason'].iloc[0]}."
    whole, *steps = (_part_words(name, tests.loc[name]) for name in PARTS)
    return (
        f"Over n = {len(parts)} genres the whole is {whole}, the step in resolution {steps[0]}, "
        f"and the step in scale {steps[1]}; p after Holm's correction over these three. "
        f"{_verdict(tests)} {_contrast(parts)}"
    )


def _part_words(name: str, row: pd.Series) -> str:
    if row["reason"] is not None:
        return f"{fixed(row['difference'])}, not testable ({row['reason']})"
    interval = f"[{fixed(row['low'])}, {fixed(row['high'])}]"
    return f"{fixed(row['difference'])} {interval} (p {_p(row['p_holm'])})"


def _verdict(tests: pd.DataFrame) -> str:
    beyond = [name for name in FAVORS if is_beyond(tests.loc[name])]
    favored = {name: FAVORS[name][int(tests.loc[name, "difference"] > 0)] for name in beyond}
    words = {
        name: f"the step in {name} is beyond noise, in favor of {side}"
        for name, side in favored.items()
    }
    if len(beyond) == 2:
        return f"Both steps count: {words['resolution']}, and {words['scale']}."
    if beyond:
        other = next(name for name in FAVORS if name not in beyond)
        room = tests.loc[other, ["low", "high"]]
        if room.isna().any():
            return f"Only {words[beyond[0]]}; the step in {other} can't be tested."
        return (
            f"Only {words[beyond[0]]}. That the step in {other} is within noise does not make it "
            f"zero: its interval leaves room from {fixed(room['low'])} to "
            f"{fixed(room['high'])}."
        )
    if is_beyond(tests.loc["whole"]):
        return (
            "The whole difference is beyond noise and neither step is: this run can't tell from "
            "which of them it comes."
        )
    return (
        "None of the three is beyond noise: this run can't tell whether its networks profit from "
        "the spacing of the rows, from their number, or from neither."
    )


def _contrast(parts: pd.DataFrame) -> str:
    test, share = part_contrast(parts), scale_share(parts)
    words = f"Scale minus resolution, one step held against the other: {test.in_words('t')}"
    if test.p is not None:
        words += ", beyond noise" if test.p < 1 - CONFIDENCE else ", within noise"
    if math.isnan(share):
        return f"{words}. No share is given: the interval of the whole includes zero."
    if 0 <= share <= 1:
        return f"{words}. The step in scale makes up {100 * share:.0f} % of the mean difference."
    return f"{words}. The two steps pull in opposite directions."


def describe_ranks(means: pd.DataFrame) -> str:
    """Friedman's test and the mean ranks of the scales, see `resolution.scale_means`."""
    test = friedman(means)
    if test.reason:
        return f"Friedman's test {test.in_words('χ²')}."
    order = mean_ranks(means).sort_values(kind="stable")
    ranks = ", ".join(f"{escape(scale)} {rank:.2f}" for scale, rank in order.items())
    beyond = test.p < 1 - CONFIDENCE
    words = f"That the ranks differ is {'beyond' if beyond else 'within'} noise"
    return (
        f"Friedman's test over {means.shape[1]} scales: {test.in_words('χ²')}, Kendall's W = "
        f"{test.effect:.2f}. Mean ranks, 1 the best: {ranks}. {words}."
    )


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"= {value:.4f}"
