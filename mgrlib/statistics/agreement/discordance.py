"""Songs that one scale gets right and the other wrong: counts and McNemar's test.

Conventions: a network answers yes from 0.5 on; first repeat only, so that a song counts
once; a difference is linear minus mel, so a negative one favors mel. `positive` are the
test songs that have a genre, `negative` those without. Networks learn from equal halves
and meet songs at the genres' own prevalence: counts over all songs are mostly about the
negatives, so both kinds stand apart.

Notebook: 14_disagreement, "Right with one scale, wrong with the other".
"""

import numpy as np
import pandas as pd
from scipy import stats

from ..families import holm
from ..outcome import CONFIDENCE, LEVEL, Outcome
from ..paired import paired_t
from ..scores import SCALES
from .answers import YES, Answers

KINDS = ("all", "positive", "negative")
"""Of songs."""


def discordance(
    answers: Answers, *, depth: int, row: str | None = None, scales: tuple[str, str] = SCALES
) -> pd.DataFrame:
    """The 2 × 2 table of right and wrong for every genre and kind of songs.

    Parameters
    ----------
    answers : Answers
    depth : int
        Of the networks; the baseline has none and is the same at every depth.
    row : str, optional
        The arm (default), ``joint`` or ``baseline``.
    scales : (str, str)

    Returns
    -------
    DataFrame
        Index ``kind, genre``, kinds as in `KINDS`, the largest genre first; columns
        ``songs, both, first, second, neither``, counts: right with both scales, with the
        first alone, with the second alone, with none. Empty where a scale is missing.
    """
    columns = ["songs", "both", "first", "second", "neither"]
    right = _right(answers, depth=depth, row=row or answers.arm, scales=scales)
    if right is None:
        index = pd.MultiIndex.from_arrays([[], []], names=["kind", "genre"])
        return pd.DataFrame(columns=columns, index=index, dtype=int)
    one, other = right["one"], right["other"]
    cells = pd.DataFrame(
        {"songs": True, "both": one & other, "first": one & ~other, "second": other & ~one,
         "neither": ~one & ~other}
    )  # fmt: skip
    chosen = {"all": cells, "positive": cells[right["truth"]], "negative": cells[~right["truth"]]}
    present = set(cells.index.get_level_values("genre"))
    order = [genre for genre in answers.sizes().index if genre in present]
    tables = {
        kind: rows.groupby("genre").sum().reindex(order, fill_value=0)
        for kind, rows in chosen.items()
    }
    return pd.concat(tables, names=["kind", "genre"]).astype(int)


def _right(answers: Answers, *, depth: int, row: str, scales: tuple) -> pd.DataFrame | None:
    """Whether each scale is right on each song and genre that both answered."""
    first = answers.first_repeat()
    pair = [first.one(row, depth=depth, scale=scale) for scale in scales]
    if any(probability is None for probability in pair):
        return None
    table = pd.DataFrame({"truth": first.truth, "one": pair[0], "other": pair[1]}).dropna()
    said = table[["one", "other"]] >= YES
    return said.eq(table["truth"], axis=0).assign(truth=table["truth"])


def mcnemar(first: int, second: int) -> Outcome:
    """McNemar's exact test: of the songs that one of two gets right, is it half and half?

    Parameters
    ----------
    first, second : int
        Songs that only the first, only the second gets right.

    Returns
    -------
    Outcome
        `n` is their sum, `statistic` is `first`, `effect` its share of n, `interval` that
        of the share (Clopper–Pearson).

    Examples
    --------
    >>> mcnemar(9, 1).in_words("b")
    'b = 9.000, p = 0.0215, n = 10'
    """
    n = int(first) + int(second)
    if not n:
        return Outcome(n=0, reason="both scales are right and wrong on the same songs")
    test = stats.binomtest(int(first), n)
    low, high = test.proportion_ci(CONFIDENCE, method="exact")
    return Outcome(
        n=n, statistic=float(first), p=float(test.pvalue), effect=float(test.statistic),
        interval=(float(low), float(high)),
    )  # fmt: skip


def scale_tests(table: pd.DataFrame) -> pd.DataFrame:
    """`discordance` with shares and McNemar's p for each genre.

    Returns
    -------
    DataFrame
        With the columns ``difference`` (share of the songs right with the first scale
        minus that with the second), ``p``, and ``p_holm``: after Holm's correction over
        the genres that can be tested, each kind of songs by itself. NaN in a genre
        without such songs or without a disagreement.
    """
    songs = table["songs"].where(table["songs"] > 0).astype(float)
    p = mcnemar_each(table["first"], table["second"])
    return table.assign(
        difference=(table["first"] - table["second"]) / songs,
        p=p,
        p_holm=p.groupby("kind", group_keys=False).apply(holm) if len(p) else p,
    )


def mcnemar_each(first: pd.Series, second: pd.Series) -> pd.Series:
    """p of `mcnemar` for each pair of counts; NaN without a disagreement."""
    p = [mcnemar(one, other).p for one, other in zip(first, second, strict=True)]
    return pd.Series(p, index=first.index, dtype=float)


def genre_table(tested: pd.DataFrame) -> pd.DataFrame:
    """`scale_tests` as a page shows it: a row a genre, shares in whole percents, p after Holm.

    ``balanced`` is the difference in balanced accuracy, linear minus mel: the mean of the
    differences among the songs with the genre and among those without.
    """
    columns = {}
    for kind, words in (("positive", "songs with it"), ("negative", "songs without it")):
        rows = tested.xs(kind, level="kind")
        percent = 100 / rows["songs"].where(rows["songs"] > 0)
        columns |= {
            (words, "n"): rows["songs"],
            (words, "only linear %"): (rows["first"] * percent).round().astype("Int64"),
            (words, "only mel %"): (rows["second"] * percent).round().astype("Int64"),
            (words, "p"): rows["p_holm"],
        }
    halves = [tested["difference"].xs(kind, level="kind") / 2 for kind in KINDS[1:]]
    columns["both", "balanced"] = halves[0] + halves[1]
    return pd.DataFrame(columns)


def pooled(table: pd.DataFrame) -> pd.DataFrame:
    """`discordance` summed over the genres: answers, not songs; a row a kind."""
    return table.groupby("kind").sum().reindex([kind for kind in KINDS if len(table)])


def song_test(
    answers: Answers, *, depth: int, kind: str = "all", row: str | None = None,
    scales: tuple[str, str] = SCALES,
) -> Outcome:  # fmt: skip
    """Right answers a song with the first scale minus the second, against zero.

    Genres share songs, so pooled answers are not independent; songs are. This is
    `paired_t` with the song as the unit: `interval` is in answers a song.
    """
    right = _right(answers, depth=depth, row=row or answers.arm, scales=scales)
    if right is None:
        return Outcome(n=0, reason=answers.reason or _lacking(answers, depth))
    chosen = {"all": right, "positive": right[right["truth"]], "negative": right[~right["truth"]]}
    rows = chosen[kind]
    net = rows["one"].astype(int) - rows["other"].astype(int)
    return paired_t(net.groupby("path").sum())


def song_gaps(answers: Answers, *, scales: tuple[str, str] = SCALES) -> pd.DataFrame:
    """How much more a song costs with the first scale than with the second, at each depth.

    A song's loss is the mean binary cross-entropy over the genres, in nats, as in
    `mgrlib.rankings`. A gap above zero says that the second scale knows the song better:
    of losses, unlike scores, the lower is the better.

    Returns
    -------
    DataFrame
        Index ``path``, a column for each depth of the arm that has both scales.
    """
    first = answers.first_repeat()
    tiny = np.finfo(float).eps
    gaps = {}
    for depth in first.depths:
        pair = [first.one(answers.arm, depth=depth, scale=scale) for scale in scales]
        if all(probability is not None for probability in pair):
            one, other = (
                -np.log(p.where(first.truth, 1 - p).clip(tiny, 1)).groupby("path").mean()
                for p in pair
            )
            gaps[depth] = one - other
    return pd.DataFrame(gaps).rename_axis(index="path", columns="depth")


def gap_stability(gaps: pd.DataFrame) -> float:
    """Mean Spearman's ρ between the gaps of every two depths: is it the song or the training?

    Near 1, the same songs favor the same scale whatever the depth; near 0, a song's gap is
    an accident of one training. NaN with one depth, or where gaps do not vary.
    """
    rho = gaps.corr("spearman", min_periods=3).to_numpy()
    above = rho[np.triu_indices(len(rho), k=1)]
    return float(above[np.isfinite(above)].mean()) if np.isfinite(above).any() else float("nan")


def describe_discordance(answers: Answers, *, depth: int) -> str:
    """The pooled counts and the tests with the song as the unit, in sentences."""
    table = discordance(answers, depth=depth)
    if table.empty:
        return f"Nothing to count: {answers.reason or _lacking(answers, depth)}."
    tested = scale_tests(table)
    counts = pooled(table).loc["all"]
    sentences = [
        f"ResNet{depth} gave {counts['songs']} answers with each scale: {counts['both']} are right "
        f"with both, {counts['first']} with linear alone, {counts['second']} with mel alone, "
        f"{counts['neither']} with none. {_readiness(table)}"
    ]
    for kind, words in (("positive", "songs with a genre"), ("negative", "songs without it")):
        beyond = int((tested.loc[kind, "p_holm"] < LEVEL).sum())
        able = int(tested.loc[kind, "p_holm"].notna().sum())
        test = song_test(answers, depth=depth, kind=kind)
        sentences.append(
            f"- Among the {words} the scales differ beyond noise in {beyond} of the {able} genres "
            f"that can be tested; with the song as the unit: {test.in_words('t')}. {_side(test)}"
        )
    return "\n".join([f"{sentences[0]}\n", *sentences[1:]])


def _readiness(table: pd.DataFrame) -> str:
    """How often each scale says yes: right on a positive song, or wrong on a negative one."""
    with_, without, every = (pooled(table).loc[kind] for kind in ("positive", "negative", "all"))
    yes = [
        (with_["both"] + with_[own] + without[other] + without["neither"]) / every["songs"]
        for own, other in (("first", "second"), ("second", "first"))
    ]
    return (
        f"Linear says yes to {_percent(yes[0])} of them and mel to {_percent(yes[1])}; "
        f"{_percent(with_['songs'] / every['songs'])} would be right."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _lacking(answers: Answers, depth: int) -> str:
    present = ", ".join(s for s in answers.scales if answers.one(answers.arm, depth=depth, scale=s)
                        is not None)  # fmt: skip
    return f"it takes {' and '.join(SCALES)}, and ResNet{depth} has {present or 'neither'}"


def _side(test: Outcome) -> str:
    if test.interval is None:
        return ""
    low, high = test.interval
    if low <= 0 <= high:
        return "That is within noise."
    return f"There {'linear' if low > 0 else 'mel'} is right more often, beyond noise."


def describe_gaps(gaps: pd.DataFrame, *, depth: int) -> str:
    """How far the losses of songs lie apart, and whether other depths find the same songs."""
    if depth not in gaps:
        return f"There are no songs to compare: ResNet{depth} lacks the answers of one scale."
    size = gaps[depth].abs()
    told = (
        f"Of {size.count()} songs, half differ by less than {size.median():.3f} nats between the "
        f"scales, and the most by {size.max():.2f}."
    )
    if not np.isfinite(rho := gap_stability(gaps)):
        return f"{told} Whether other depths find the same songs can't be said: it takes two."
    value = f"{rho:.2f}".replace("-", "−")
    return f"{told} Between two of the {gaps.shape[1]} depths the gaps correlate with ρ = {value}."
