"""What the paper's t and p imply: the number of pairs, the Bayes factor, the power.

Every ``draw_...`` draws on the Axes that it is given. Notebook: 08_published_numbers.
"""

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from scipy import stats

from .. import statistics
from .canvas import BAR, DIAMOND, INK, say

MARKED = "#D55E00"
LINES = (
    ("#56B4E9", (0, (1, 1))),
    ("#0072B2", "-"),
    ("#009E73", (0, (5, 2))),
    ("#CC79A7", (0, (5, 1.5, 1, 1.5))),
    ("#E69F00", (0, (8, 2))),
    (INK, (0, (2, 3))),
)
"""Color and dashes of the lines of a figure, in their order."""


TEST_LOOKS = (
    ("-", {"marker": "o", "markerfacecolor": MARKED, "markeredgecolor": MARKED}),
    ((0, (5, 2)), {"marker": "s", "markerfacecolor": "#0072B2", "markeredgecolor": "#0072B2"}),
    ((0, (5, 1.5, 1, 1.5)), DIAMOND),
    ((0, (1, 1)), BAR),
)
"""Line and mark of the tests: the paper's, the run's, and those of its reference rows."""


def draw_p_values(axes: list[Axes], published: Mapping) -> list[Axes]:
    """p against the number of pairs for the published t: all numbers, and those near p.

    Parameters
    ----------
    axes : list of two Axes
    published : dict
        As `statistics.published` gives it.
    """
    t, p = published["t"], published["p"]
    whole, near = axes
    n = np.arange(3, 301)
    whole.plot(n, _p_values(t, n), color=INK, linewidth=1.4)
    whole.axhline(p, color="#777777", linewidth=1, linestyle=(0, (4, 3)))
    whole.annotate("published p", (300, p), xytext=(0, 4), textcoords="offset points",
                   ha="right", fontsize=9)  # fmt: skip
    for row in published["pairings"]:
        whole.plot(row["n"], row["p"], **_mark(row["compatible"]))
        whole.annotate(f"{row['n']}", (row["n"], row["p"]), xytext=(7, 5),
                       textcoords="offset points", fontsize=9)  # fmt: skip
    whole.set(xscale="log", yscale="log")
    _plain_ticks(whole.xaxis, (4, 8, 16, 32, 64, 128, 256))
    _plain_ticks(whole.yaxis, (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05))
    whole.set(xlabel="Number of pairs", ylabel="p of the published t (two-sided)")
    whole.set_title("Numbers a design could have", fontsize=10, loc="left")
    _draw_near(near, published)
    for ax in axes:
        ax.grid(axis="y")
    return axes


def _draw_near(ax: Axes, published: Mapping) -> None:
    """The numbers of pairs whose p comes near the published one, with its rounding."""
    t, p, fits = published["t"], published["p"], {test["n"] for test in published["implied"]}
    middle = min(fits, default=16)
    n = np.arange(max(3, middle - 3), middle + 4)
    low, high = statistics.rounding(p)
    ax.axhspan(low, high, color="#cccccc", linewidth=0)
    for k, exact in zip(n, _p_values(t, n), strict=True):
        ax.plot(k, exact, **_mark(k in fits))
        ax.annotate(f"{exact:.4f}", (k, exact), xytext=(5, 5), textcoords="offset points",
                    fontsize=9)  # fmt: skip
    ax.annotate(f"rounds to {p}", (n[0], low), xytext=(0, -4), textcoords="offset points",
                ha="left", va="top", fontsize=9)  # fmt: skip
    ax.set_xticks(n)
    ax.margins(y=0.1)
    ax.set_xlim(n[0] - 0.6, n[-1] + 1.2)  # room for the last number
    ax.set_xlabel("Number of pairs")
    ax.set_title("Those that come near", fontsize=10, loc="left")


def _p_values(t: float, n: np.ndarray) -> np.ndarray:
    return 2 * stats.t.sf(abs(t), n - 1)


def _mark(fits: bool) -> dict:
    """A number of pairs that the published p allows, or that it does not."""
    face = MARKED if fits else "white"
    return {
        "linestyle": "", "marker": "D" if fits else "o", "markersize": 8 if fits else 6,
        "markerfacecolor": face, "markeredgecolor": MARKED if fits else INK,
        "markeredgewidth": 1.3, "zorder": 3,
    }  # fmt: skip


def draw_bayes_factors(ax: Axes, tests: Mapping[str, Mapping]) -> Axes:
    """The Bayes factor of each test against the width of its prior.

    Marks stand at the width in most use; the factors are cut at those that an axis can show.

    Parameters
    ----------
    tests : dict of str to dict
        Up to four names of tests with ``t`` and ``n``; one that has a ``reason`` is left out.
    """
    if not any("t" in test for test in tests.values()):
        return say(ax, "No test to draw.")
    widths = np.geomspace(0.1, 2, 60)
    for (name, test), (line, mark) in zip(tests.items(), TEST_LOOKS, strict=False):
        if "t" not in test:
            continue
        factors, at = (
            np.clip([statistics.bayes_factor(test["t"], test["n"], r=r) for r in places], 1e-4, 1e6)
            for places in (widths, [statistics.PRIOR_WIDTH])
        )
        label = f"{name}, n = {test['n']}"
        ax.plot(widths, factors, color=mark["markeredgecolor"], linestyle=line, linewidth=1.6)
        ax.plot(statistics.PRIOR_WIDTH, at, **mark)
        ax.plot([], [], **{**mark, "linestyle": line}, color=mark["markeredgecolor"], label=label)
    ax.axhline(1, color=INK, linewidth=0.8)
    for word, width in statistics.PRIOR_WIDTHS.items():
        ax.axvline(width, color="#999999", linewidth=0.8, linestyle=(0, (2, 3)), zorder=0.5)
        ax.text(width, 1.01, word, transform=ax.get_xaxis_transform(), ha="center", fontsize=9)
    ax.set(xscale="log", yscale="log", xlim=(0.095, 2.1))
    _plain_ticks(ax.xaxis, (0.1, 0.2, 0.5, 1, 2))
    low, high = ax.get_ylim()
    _bayes_ticks(ax, min(low, 0.25), max(high, 32))
    ax.set(xlabel="Width r of the prior on dz", ylabel="Bayes factor, effect against none")
    ax.grid(axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.06), ncols=2, columnspacing=1.2)
    return ax


def _bayes_ticks(ax: Axes, low: float, high: float) -> None:
    """Ticks at 1, 3, 10, … and 1/3, 1/10, …, customary marks of evidence; fewer if many."""
    powers = np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    thinned = powers[powers % (1 + len(powers) // 8) == 0]
    ticks = [base * 10.0**k for k in thinned for base in ((1, 3) if len(powers) < 6 else (1,))]
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _ratio(value)))
    ax.set_ylim(low, high)


def _ratio(value: float) -> str:
    """A Bayes factor as a tick says it: 30, 1, 1/3."""
    if value >= 0.9:
        return f"{value:,.0f}" if value < 1e5 else f"{value:.0e}"
    return f"1/{1 / value:,.0f}"


def draw_power(ax: Axes, published: Mapping, *, n: int | None = None) -> Axes:
    """Power against the true dz for 4, 16 and 64 pairs, and `n` of a run.

    Open circles are the smallest effects shown with power 0.8. The band is the interval of
    absolute dz that the published t leaves, the vertical line its estimate.
    """
    sizes = sorted({row["n"] for row in published["pairings"][:3]} | ({n} if n else set()))
    effects = np.linspace(0, 2, 201)
    for size, (color, dashes) in zip(sizes, LINES, strict=False):
        words = f"n = {size}" + (" (this run)" if size == n else "")
        ax.plot(effects, statistics.t_power(effects, size), color=color, linestyle=dashes,
                linewidth=1.8, label=words)  # fmt: skip
        least = statistics.detectable_dz(size)
        if least <= effects[-1]:
            ax.plot(least, statistics.POWER, marker="o", markersize=7, markerfacecolor="white",
                    markeredgecolor=color, markeredgewidth=1.6, zorder=4)  # fmt: skip
            ax.annotate(f"{least:.2f}", (least, statistics.POWER), xytext=(7, -12),
                        textcoords="offset points", fontsize=9)  # fmt: skip
    effect = published["effect"]
    low, high = sorted(abs(end) for end in effect["dz_interval"])
    ax.axvspan(low, high, color="#ececec", linewidth=0, zorder=0)
    ax.axvline(abs(effect["dz"]), color="#777777", linewidth=1, zorder=0.5,
               label="published |dz|, with its interval")  # fmt: skip
    ax.axhline(statistics.POWER, color="#777777", linewidth=0.8, linestyle=(0, (4, 3)))
    ax.set(xlabel="True |dz|", ylabel="Power at the level 0.05", xlim=(0, 2), ylim=(0, 1.02))
    ax.grid(axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, columnspacing=1.2)
    return ax


def _plain_ticks(axis, ticks) -> None:
    """Ticks of a logarithmic axis as plain numbers: the style reads no mathematics."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
