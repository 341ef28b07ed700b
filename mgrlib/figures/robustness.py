"""Figures of the robustness page: intervals of many tests, resampled songs, the ROPE.

Every ``draw_...`` draws on the Axes that it is given and returns it. The mean difference
in F1, linear minus mel, runs to the right in all of them. The arm is a circle, ``joint``
a diamond, ``baseline`` a bar across.
Notebook: 10_robustness.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from .. import statistics
from ..statistics.robustness import finding as words
from ..statistics.robustness.rope import REGIONS
from .canvas import BAR, DIAMOND, INK, LOOKS, say, shade, tint, wrapped

DIFFERENCE = "Mean difference in F1 (linear − mel)"
CIRCLE = {
    "linestyle": "", "marker": "o", "markersize": 6.5, "markeredgecolor": INK,
    "markeredgewidth": 1.1, "zorder": 4,
}  # fmt: skip
MARKS = {"joint": DIAMOND, "baseline": BAR}
TITLES = {"joint": "joint network", "baseline": "logistic regression"}
COLORS = {
    words.MEL: LOOKS["mel"].color,
    words.LINEAR: LOOKS["linear"].color,
    words.EQUIVALENT: "#009E73",
    words.NOISE: "white",
}
"""The face of the circle by verdict; the verdict also stands in words beside the row."""
GRAY, LIGHT, ROPE_GRAY = "#666666", "#999999", "#e4e4e4"
SONG_COLOR, BOTH_COLOR = "#56B4E9", "#CC79A7"


def draw_robustness(ax: Axes, checks: Mapping[str, statistics.Robustness]) -> Axes:
    """A row for each test: estimate, 95 % interval and verdict; reference rows beneath.

    Parameters
    ----------
    checks : dict of str to Robustness
        As `mgrlib.statistics.check_rows` returns them: the arm, then ``joint`` and
        ``baseline`` where the run has them, of which `mgrlib.statistics.finding.COMPARED` is drawn.
    """
    rows = _rows(checks)
    if not any(finding.estimate is not None for _, finding in rows if finding):
        return say(ax, f"No test can be computed: {_first(checks).reason}.")
    labels = []
    for place, (row, finding) in enumerate(rows):
        labels.append(finding.test if finding else TITLES.get(row, f"arm {wrapped(row, 24)}"))
        if finding:
            _draw_row(ax, finding, row=row, place=place)
    ax.set_yticks(range(len(rows)), labels)
    for label, (_, finding) in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_fontweight("normal" if finding else "bold")
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    rope = next(iter(checks.values())).rope
    ax.axvspan(-rope, rope, color=ROPE_GRAY, linewidth=0, zorder=0)
    _finish(ax)
    return ax


def robustness_height(checks: Mapping[str, statistics.Robustness]) -> float:
    """Height in inches at which `draw_robustness` has room for its rows."""
    return 1.1 + 0.27 * len(_rows(checks))


def _rows(checks) -> list[tuple[str, statistics.Finding | None]]:
    """Rows from the top: None stands for the title of a group."""
    rows = []
    for row, check in checks.items():
        chosen = words.COMPARED if row in TITLES else check.findings
        rows += [(row, None), *((row, check.findings[test]) for test in chosen)]
    return rows


def _first(checks) -> statistics.Finding:
    return next(iter(next(iter(checks.values())).findings.values()))


def _draw_row(ax, finding, *, row, place) -> None:
    color = COLORS.get(finding.verdict, "white")
    if finding.interval is not None:
        ax.plot(finding.interval, [place, place], color=INK, linewidth=1.6, zorder=3)
    if finding.estimate is not None:
        mark = MARKS.get(row, CIRCLE | {"markerfacecolor": color})
        ax.plot(finding.estimate, place, **mark)
    beyond = finding.verdict in (words.MEL, words.LINEAR, words.EQUIVALENT)
    ax.text(
        1.02, place, finding.verdict, transform=ax.get_yaxis_transform(), va="center",
        fontsize=9, color=INK if beyond else GRAY, fontweight="bold" if beyond else "normal",
    )  # fmt: skip


def _finish(ax: Axes) -> None:
    """Zero line, the words for the two directions, grid and label."""
    ax.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    low, high = ax.get_xlim()
    reach = max(abs(low), abs(high))
    # Zero stays in the picture, with room for the words at both sides.
    ax.set_xlim(min(low, -0.35 * reach), max(high, 0.35 * reach))
    for text, shift, side in (("← mel better", -5, "right"), ("linear better →", 5, "left")):
        ax.annotate(
            text, (0, 1), xycoords=("data", "axes fraction"), xytext=(shift, 3),
            textcoords="offset points", ha=side, va="bottom", fontsize=9,
        )  # fmt: skip
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.grid(axis="x")
    ax.set_xlabel(DIFFERENCE)


def draw_song_draws(ax: Axes, checks: Mapping[str, statistics.Robustness]) -> Axes:
    """Histograms of the mean difference in resamples, and the intervals beneath.

    Filled: songs resampled; outlined: songs and genres. Beneath them the intervals of both
    and that of the paired t-test, and the reference rows with songs resampled.
    """
    ours = next(iter(checks.values()))
    if isinstance(ours.draws, str):
        return say(ax, f"No resamples of test songs: {ours.draws}.")
    songs, both = (values[np.isfinite(values)] for values in (ours.draws.means, ours.means))
    bins = np.histogram_bin_edges(np.concatenate([songs, both]), bins=60)
    share = [np.histogram(values, bins)[0] / values.size for values in (songs, both)]
    top = max(heights.max() for heights in share)
    ax.stairs(share[0] / top, bins, fill=True, color=tint(SONG_COLOR, 0.7), zorder=0.9)
    ax.stairs(share[1] / top, bins, color=shade(BOTH_COLOR, 0.8), linewidth=1.5, zorder=1.5)
    rows = _interval_rows(checks)
    for rank, (_, row, finding) in enumerate(rows, start=1):
        _draw_interval(ax, finding, row=row, place=-0.13 * rank)
    ax.set_yticks([-0.13 * rank for rank in range(1, len(rows) + 1)], [r[0] for r in rows])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(-0.13 * (len(rows) + 0.7), 1.08)
    ax.axhline(0, color=INK, linewidth=0.8, zorder=2)
    ax.spines["left"].set_visible(False)
    _finish(ax)
    entries = [
        (Patch(facecolor=tint(SONG_COLOR, 0.7)), "songs resampled"),
        (Line2D([], [], color=shade(BOTH_COLOR, 0.8)), "songs and genres"),
    ]
    handles, texts = zip(*entries, strict=True)
    ax.legend(handles, texts, loc="upper left", bbox_to_anchor=(-0.32, 1.0))
    return ax


def _interval_rows(checks) -> list[tuple[str, str, statistics.Finding]]:
    arm, ours = next(iter(checks.items()))
    tests = {
        "over songs": words.OVER_SONGS,
        "over songs and genres": words.OVER_BOTH,
        "t, over genres": words.T_TEST,
    }
    rows = [(label, arm, ours.findings[test]) for label, test in tests.items()]
    rows += [
        (f"{TITLES[row]}, over songs", row, check.findings[words.OVER_SONGS])
        for row, check in checks.items()
        if row in TITLES
    ]
    return [row for row in rows if row[2].interval is not None]


def _draw_interval(ax, finding, *, row, place) -> None:
    ax.plot(finding.interval, [place, place], color=INK, linewidth=1.6, zorder=3)
    face = COLORS.get(finding.verdict, "white")
    ax.plot(finding.estimate, place, **MARKS.get(row, CIRCLE | {"markerfacecolor": face}))


def draw_rope(ax: Axes, checks: Mapping[str, statistics.Robustness]) -> Axes:
    """Posterior of the mean difference over genres, its three regions, and the ROPE.

    The posterior over repeats, where there is one, and those of the reference rows are
    lines; each curve is drawn to its own highest value.
    """
    ours = next(iter(checks.values()))
    main = ours.posteriors[words.BAYES_GENRES]
    if isinstance(main, str):
        return say(ax, f"No posterior: {main}.")
    curves = _curves(checks)
    reach = [end for curve in curves for end in curve[1].distribution.interval(0.98)]
    x = np.linspace(min(*reach, -2 * ours.rope), max(*reach, 2 * ours.rope), 600)
    entries = _fill_regions(ax, main, x=x, rope=ours.rope)
    for label, found, style, mark in curves:
        density = found.distribution.pdf(x) / found.distribution.pdf(found.location)
        ax.plot(x, density, **style)
        if mark:
            ax.plot(found.location, 1, **mark)
        entries.append((Line2D([], [], **style | {"markevery": [0]} | _mark_only(mark)), label))
    for side in (-ours.rope, ours.rope):
        ax.axvline(side, color=GRAY, linewidth=1.0, linestyle=(0, (1, 1.5)), zorder=1)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(0, 1.12)
    ax.set_yticks([])
    ax.set_ylabel("Posterior density")
    _finish(ax)
    handles, texts = zip(*entries, strict=True)
    ax.legend(handles, texts, loc="lower center", bbox_to_anchor=(0.5, 1.06), ncols=3)
    return ax


def _mark_only(mark: dict | None) -> dict:
    """The mark, to be put on a line that keeps its dashes."""
    return {name: value for name, value in (mark or {}).items() if name != "linestyle"}


def _fill_regions(ax, found, *, x, rope) -> list:
    """Fill the three regions; their entries for the legend, with the probabilities."""
    density = found.distribution.pdf(x) / found.distribution.pdf(found.location)
    mel, linear = LOOKS["mel"], LOOKS["linear"]
    regions = ((x <= -rope, mel.color, mel.hatch), (abs(x) <= rope, "#bbbbbb", ""),
               (x >= rope, linear.color, linear.hatch))  # fmt: skip
    entries = []
    for (region, color, pattern), name, value in zip(
        regions, REGIONS, found.probabilities(rope), strict=True
    ):
        look = {"facecolor": tint(color, 0.45), "hatch": pattern, "edgecolor": tint(color, 0.75)}
        ax.fill_between(x, density, where=region, linewidth=0, zorder=0.5, **look)
        entries.append((Patch(**look), f"{name}: {value:.2f}"))
    return entries


def _curves(checks) -> list:
    """Label, posterior, style and mark of each curve."""
    arm, ours = next(iter(checks.items()))
    curves = [(f"{wrapped(arm, 16)}, genres", ours.posteriors[words.BAYES_GENRES],
               {"color": INK, "linewidth": 1.8}, None)]  # fmt: skip
    repeats = ours.posteriors[words.BAYES_REPEATS]
    style = {"color": "#D55E00", "linewidth": 1.6, "linestyle": (0, (6, 2))}
    curves.append(("repeats", repeats, style, None))
    for row, dashes in (("joint", (0, (3, 2))), ("baseline", (0, (1, 1.2)))):
        if row in checks:
            found = checks[row].posteriors[words.BAYES_GENRES]
            style = {"color": GRAY, "linewidth": 1.3, "linestyle": dashes}
            curves.append((TITLES[row], found, style, MARKS[row]))
    return [curve for curve in curves if not isinstance(curve[1], str)]
