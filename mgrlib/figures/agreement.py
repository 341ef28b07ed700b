"""Figures of agreement: who is right where the scales differ, who agrees, who is confused.

Every ``draw_...`` draws on the Axes that it is given, or in their place.
Notebook: 14_disagreement.
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..statistics.agreement.answers import Answers
from ..statistics.agreement.confusion import ENOUGH, confused_scales, most_confused
from ..statistics.agreement.discordance import discordance, scale_tests
from ..statistics.agreement.networks import Agreement
from ..statistics.outcome import LEVEL
from ..statistics.scores import SCALES
from .canvas import BAR, DIAMOND, INK, LOOKS, divide, genre_label, say, scale_looks, wrapped

PANELS = {"positive": "Songs with the genre", "negative": "Songs without it"}
SMALL_DIAMOND = DIAMOND | {"markersize": 4.5, "markeredgewidth": 1.0}
MOST_NETWORKS = 32
"""So many names have room beside a matrix as wide as the page."""
STAR = {"linestyle": "", "marker": "*", "markersize": 7, "color": INK, "zorder": 5}


def draw_disagreement(ax: Axes, answers: Answers, *, depth: int) -> list[Axes]:
    """Shares of songs that one scale alone gets right, genre by genre, largest on top.

    Bars to the right are right with linear alone, to the left with mel alone, so that
    the longer side has the better scale and linear minus mel is right minus left. Songs
    with the genre and songs without it have a panel each, on the same axis. Diamonds are
    the joint network, bars across the logistic regression; a star on the better side is
    a McNemar test below 5 % after Holm's correction over the genres of its panel.

    Returns
    -------
    list of Axes
        The panels in the place of `ax`.
    """
    table = discordance(answers, depth=depth)
    if table.empty:
        why = answers.reason or f"ResNet{depth} of {answers.arm} lacks linear or mel"
        return [say(ax, f"No disagreement to draw: {why}.")]
    tables = {row: discordance(answers, depth=depth, row=row) for row in ("joint", "baseline")}
    tables = {row: shown for row, shown in tables.items() if not shown.empty}
    panels = divide(ax, len(PANELS))
    tested, genres = scale_tests(table), list(table.loc["all"].index)
    reach = 1.12 * max(_shares(t.loc[kind]).max(axis=None) for t in (table, *tables.values())
                       for kind in PANELS)  # fmt: skip
    for panel, (kind, words) in zip(panels, PANELS.items(), strict=True):
        _draw_sides(panel, table.loc[kind])
        for row, shown in tables.items():
            _draw_marks(panel, shown.loc[kind], genres, SMALL_DIAMOND if row == "joint" else BAR)
        _draw_stars(panel, tested.loc[kind], at=0.95 * (reach or 1))
        _dress(panel, words, reach=reach or 1, genres=len(genres))
    labels = [genre_label(genre, n) for genre, n in table.loc["positive", "songs"].items()]
    panels[0].set_yticks(range(len(genres)), labels)
    panels[1].set_yticks(range(len(genres)), [])
    _add_legend(panels[0].figure, list(tables), stars=bool((tested["p_holm"] < LEVEL).any()))
    return panels


def disagreement_height(answers: Answers) -> float:
    """Height in inches at which `draw_disagreement` has room for its genres."""
    return max(3.0, 1.3 + 0.3 * len(answers.sizes()))


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    """Percent of the songs that the first and the second scale alone get right."""
    songs = table["songs"].where(table["songs"] > 0)
    return table[["first", "second"]].div(songs, axis=0).mul(100).fillna(0.0)


def _draw_sides(panel: Axes, table: pd.DataFrame) -> None:
    shares, places = _shares(table), np.arange(len(table))
    for scale, side, widths in ((SCALES[0], 1, shares["first"]), (SCALES[1], -1, shares["second"])):
        color, hatch, *_ = LOOKS[scale]
        panel.barh(places, side * widths, height=0.72, color=color, hatch=hatch, edgecolor="white")
    for place in places[table["songs"] == 0]:
        panel.text(0, place, "no songs", fontsize=9, ha="center", va="center", color="#666666")


def _draw_marks(panel: Axes, table: pd.DataFrame, genres: list, mark: dict) -> None:
    shares = _shares(table).reindex(genres)
    for side, name in ((1, "first"), (-1, "second")):
        panel.plot(side * shares[name], np.arange(len(genres)), **mark)


def _draw_stars(panel: Axes, tested: pd.DataFrame, *, at: float) -> None:
    places = np.flatnonzero(tested["p_holm"] < LEVEL)
    panel.plot(at * np.sign(tested["difference"].iloc[places]), places, **STAR)


def _dress(panel: Axes, words: str, *, reach: float, genres: int) -> None:
    panel.set_title(words, fontsize=10, loc="left")
    panel.axvline(0, color=INK, linewidth=0.8, zorder=3)
    panel.set_xlim(-reach, reach)
    panel.set_ylim(genres - 0.5, -0.5)
    panel.tick_params(axis="y", length=0)
    panel.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{abs(x):.0f}"))
    panel.set_xlabel("← only mel    % of songs    only linear →")
    panel.grid(axis="x")


def _add_legend(figure, rows: list[str], *, stars: bool) -> None:
    entries = {
        f"right with {scale} alone": Patch(facecolor=LOOKS[scale].color, edgecolor="white",
                                           hatch=LOOKS[scale].hatch)
        for scale in SCALES
    }  # fmt: skip
    marks = {"joint": (SMALL_DIAMOND, "joint network"), "baseline": (BAR, "logistic regression")}
    entries |= {words: Line2D([], [], **mark) for mark, words in (marks[row] for row in rows)}
    if stars:
        entries["p < 0.05 after Holm"] = Line2D([], [], **STAR)
    figure.legend(list(entries.values()), list(entries), loc="outside upper left",
                  ncols=3, columnspacing=1.2, borderaxespad=0.2)  # fmt: skip


def network_label(network: tuple) -> str:
    """A network in a few words.

    >>> network_label(("joint", 50, "mel")), network_label(("baseline", 0, "mel"))
    ('joint mel 50', 'baseline mel')
    """
    row, depth, scale = network
    row = f"{row} " if row in ("joint", "baseline") else ""
    return f"{row}{scale} {depth}" if depth else f"{row}{scale}"


def draw_agreement(ax: Axes, agreement: Agreement) -> Axes:
    """Agreement of every two networks: Cohen's κ below the diagonal, Spearman's ρ above it.

    Both are means over the genres. The networks are ordered by row (the arm, joint,
    baseline), scale and depth; a line divides the blocks. A hatched cell is empty or undefined.
    Where there are more than `MOST_NETWORKS`, those of the arm alone are drawn.
    """
    import seaborn as sns

    networks = _drawn_networks(agreement)
    if len(networks) < 2:
        return say(ax, "There are no two networks whose answers could be compared.")
    places = np.ix_(*[[agreement.networks.index(network) for network in networks]] * 2)
    kappa, rho = (agreement.matrix(name).to_numpy()[places] for name in ("kappa", "spearman"))
    values = np.where(np.tri(len(networks), k=-1, dtype=bool), kappa, rho)
    np.fill_diagonal(values, np.nan)
    labels = [network_label(network) for network in networks]
    lowest = min(0.0, np.nanmin(values, initial=0.0))
    sns.heatmap(
        values, ax=ax, cmap="mako_r", vmin=lowest, vmax=1, square=True, xticklabels=labels,
        yticklabels=labels, linewidths=0.4, annot=_short(values) if len(networks) <= 20 else None,
        fmt="", annot_kws={"fontsize": 7},
        cbar_kws={"label": "κ of the answers (below),\nρ of the probabilities (above)",
                  "shrink": 0.8},
    )  # fmt: skip
    blocks = [(row, scale) for row, _, scale in networks]
    for place in range(1, len(networks)):
        if blocks[place] != blocks[place - 1]:
            ax.axhline(place, color="white", linewidth=2.5)
            ax.axvline(place, color="white", linewidth=2.5)
    _hatch_empty(ax)
    ax.tick_params(length=0, labelsize=8)
    ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(axis="y", labelrotation=0)
    return ax


def agreement_height(agreement: Agreement) -> float:
    """Height in inches at which `draw_agreement` has square cells as wide as the column allows."""
    number = len(_drawn_networks(agreement))
    return 3.0 if number < 2 else max(3.6, min(6.4, 2.0 + 0.25 * number))


def _drawn_networks(agreement: Agreement) -> list[tuple]:
    """All networks, or those of the arm where there is no room for the names of all."""
    networks = agreement.networks
    if len(networks) <= MOST_NETWORKS:
        return networks
    return [network for network in networks if network[0] == networks[0][0]]


def _hatch_empty(ax: Axes) -> None:
    """What lies under the cells, and shows where one is empty."""
    ax.patch.set(facecolor="white", edgecolor="#c4c4c4", hatch="//////", linewidth=0)


def _short(values: np.ndarray) -> np.ndarray:
    """Two decimals without the zero before the point, so that cells can be small."""
    rounded = np.round(values.ravel(), 2) + 0.0  # no "-0.00"
    words = [f"{value:.2f}".replace("0.", ".", 1).replace("-", "−") if np.isfinite(value) else ""
             for value in rounded]  # fmt: skip
    return np.array(words).reshape(values.shape)


def draw_confusions(ax: Axes, table: pd.DataFrame, *, ranked: int = 10) -> list[Axes]:
    """How often songs of a genre are called another: mean and difference of two scales.

    Parameters
    ----------
    ax : Axes
        Gives its place to the panels.
    table : DataFrame
        As `mgrlib.statistics.confusions` gives it. Shares of fewer than `ENOUGH` songs
        stay hatched, as does the diagonal.
    ranked : int
        So many of the highest shares bear their rank. Of the differences, those beyond a
        quarter of the largest bear their sign.

    Returns
    -------
    list of Axes
        One panel where there is one scale.
    """
    known = table[table["songs"] >= ENOUGH] if len(table) else table
    if known.empty or known["mean"].isna().all():
        return [say(ax, f"No pair of genres has {ENOUGH} songs and an answer to them.")]
    genres = list(table["genre"].unique())
    both = known["difference"].notna().any()
    panels = divide(ax, 2) if both else [ax]
    ranks = _wide(most_confused(table, n=ranked).assign(rank=lambda t: range(1, len(t) + 1)),
                  "rank", genres)  # fmt: skip
    words = [["" if np.isnan(rank) else f"{rank:.0f}" for rank in row] for row in ranks.to_numpy()]
    _draw_shares(panels[0], _wide(known, "mean", genres), words=np.array(words), cmap="mako_r",
                 vmin=0, vmax=1, label="Share of songs, mean of the scales")  # fmt: skip
    panels[0].set_ylabel("The songs have …")
    if both:
        wide = _wide(known, "difference", genres)
        reach = float(np.nanmax(np.abs(wide.to_numpy()))) or 1.0
        pair = confused_scales(table)
        looks = scale_looks(pair)
        colors = [looks[pair[1]].color, "white", looks[pair[0]].color]
        cmap = LinearSegmentedColormap.from_list("second to first", colors)
        # The sign of what is far from zero, for eyes and printers that see no colors.
        signs = np.select([wide > reach / 4, wide < -reach / 4], ["+", "−"], "")
        _draw_shares(panels[1], wide, words=signs, cmap=cmap, vmin=-reach, vmax=reach,
                     label=" − ".join(pair).capitalize())  # fmt: skip
        panels[1].set_yticks([])
    return panels


def confusions_height(table: pd.DataFrame) -> float:
    """Height in inches at which `draw_confusions` has square cells for its genres."""
    return max(3.2, 2.0 + 0.2 * table["genre"].nunique())


def _wide(table: pd.DataFrame, name: str, genres: list) -> pd.DataFrame:
    wide = table.pivot(index="genre", columns="called", values=name)
    return wide.reindex(index=genres, columns=genres).astype(float)


def _draw_shares(panel: Axes, wide: pd.DataFrame, *, words=None, label: str, **colors) -> None:
    import seaborn as sns

    sns.heatmap(
        wide, ax=panel, linewidths=0.4, xticklabels=[wrapped(g, 20) for g in wide.columns],
        yticklabels=[wrapped(g, 20) for g in wide.index], annot=words, fmt="",
        annot_kws={"fontsize": 7, "fontweight": "bold"},
        cbar_kws={"label": label, "location": "top", "aspect": 30, "pad": 0.02}, **colors,
    )  # fmt: skip
    _hatch_empty(panel)
    panel.tick_params(length=0, labelsize=8)
    panel.tick_params(axis="x", labelrotation=90)
    panel.tick_params(axis="y", labelrotation=0)
    panel.set_xlabel("… and are called")
    panel.set_ylabel("")
