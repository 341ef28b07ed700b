"""Which genres are taken for which: false alarms of a genre by the genres that songs have.

Conventions: as in `mgrlib.statistics.agreement.answers`; first repeat only. A false alarm of g is a
yes to a song without g. Songs have several genres, so a song counts in each that it has.

Notebook: 14_disagreement, "Which genres are confused".
"""

from itertools import product

import numpy as np
import pandas as pd

from ...prose import escape
from ..families import holm
from ..outcome import LEVEL
from ..scores import SCALES
from .answers import REFERENCES, Answers, by_song, mean_of
from .discordance import mcnemar_each

ENOUGH = 5
"""Songs for a share to be ranked: fewer would rank by luck."""


def shown_scales(answers: Answers) -> tuple[str, str]:
    """Linear and mel where the arm has both, else its first two scales.

    Of an arm with one scale the second is one that it has not, and stays empty.
    """
    if set(SCALES) <= set(answers.scales):
        return SCALES
    first, second, *_ = dict.fromkeys([*answers.scales, *SCALES])
    return first, second


def confusions(
    answers: Answers, *, depth: int, scales: tuple[str, str] | None = None
) -> pd.DataFrame:
    """How often songs of one genre are called another that they do not have.

    Parameters
    ----------
    scales : tuple of str, optional
        By default `shown_scales`.

    Returns
    -------
    DataFrame
        A row for every ordered pair of genres, in the order of `Answers.sizes`. Columns
        ``genre`` (which the songs have), ``called`` (which they have not), ``songs`` (how
        many); for each of `scales` the share of them that the arm's networks call so,
        ``mean`` over these, ``difference`` (first minus second), ``first`` and ``second``
        (songs that one scale alone calls so); ``joint`` and ``baseline`` (means over the
        scales); ``alarm`` (share of all songs without `called` that are called so, mean
        over the scales), ``together`` (share of the genre's songs that have `called`
        too) and ``prevalence`` (share of all songs that have it). NaN where there is no
        such song or network.
    """
    scales = scales or shown_scales(answers)
    genres = list(answers.sizes().index)
    has, alarms = _alarms(answers, answers.arm, depth, scales, genres)
    shares = {scale: _ratio(has.T @ alarms[scale], has.T @ (1 - has)) for scale in scales}
    first, second = (alarms[scale] for scale in scales)
    columns = {
        "songs": has.T @ (1 - has),
        **shares,
        "mean": mean_of(np.stack(list(shares.values()))),
        "difference": shares[scales[0]] - shares[scales[1]],
        "first": has.T @ (first * (1 - second)),
        "second": has.T @ (second * (1 - first)),
        **{row: _mean_share(answers, row, depth, scales, genres) for row in REFERENCES},
        "alarm": _each_row(mean_of(np.stack([_ratio(a.sum(axis=0), (1 - has).sum(axis=0))
                                             for a in alarms.values()]))),
        "together": _ratio(has.T @ has, _each_row(has.sum(axis=0)).T),
        "prevalence": _each_row(_ratio(has.sum(axis=0), np.full(len(genres), float(len(has))))),
    }  # fmt: skip
    pairs = pd.DataFrame(product(genres, genres), columns=["genre", "called"])
    table = pairs.assign(**{name: values.ravel() for name, values in columns.items()})
    return table[table["genre"] != table["called"]].reset_index(drop=True)


def _alarms(
    answers: Answers, row: str, depth: int, scales: tuple[str, str], genres: list
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Truth and false alarms of each scale as 0 and 1, shape (song, genre); NaN if unknown."""
    truth, yes = by_song(answers, row=row, depth=depth, scales=scales)
    has = truth.astype(float).reindex(columns=genres).to_numpy()
    silent = np.full(has.shape, np.nan)
    alarms = {
        scale: (yes[scale] & ~truth).astype(float).reindex(columns=genres).to_numpy()
        if scale in yes else silent
        for scale in scales
    }  # fmt: skip
    return has, alarms


def _mean_share(answers, row, depth, scales, genres) -> np.ndarray:
    has, alarms = _alarms(answers, row, depth, scales, genres)
    return mean_of(np.stack([_ratio(has.T @ a, has.T @ (1 - has)) for a in alarms.values()]))


def _each_row(values: np.ndarray) -> np.ndarray:
    return np.tile(values, (len(values), 1))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def confused_scales(table: pd.DataFrame) -> tuple[str, str]:
    """The two scales of a table of `confusions`, by its columns."""
    first, second = table.columns[3:5]
    return first, second


def most_confused(table: pd.DataFrame, *, n: int = 10) -> pd.DataFrame:
    """The `n` pairs of `confusions` of the highest mean share, of `ENOUGH` songs at least."""
    known = table[(table["songs"] >= ENOUGH) & table["mean"].notna()]
    return known.sort_values("mean", ascending=False, kind="stable").head(n).reset_index(drop=True)


def explained_by_company(table: pd.DataFrame) -> tuple[float, int]:
    """Spearman's ρ between confusion and company over the pairs of `confusions`, and their number.

    Confusion is the share of a genre's songs that are called another beyond that genre's
    overall false alarms; company, the share of them that have it beyond its prevalence. ρ
    describes; the pairs share genres and songs, so it has no p here. NaN where one of the
    two does not vary or fewer than three pairs have `ENOUGH` songs.
    """
    known = table[table["songs"] >= ENOUGH].dropna(subset=["mean", "alarm", "together"])
    confusion = known["mean"] - known["alarm"]
    company = known["together"] - known["prevalence"]
    if len(known) < 3 or confusion.nunique() < 2 or company.nunique() < 2:
        return float("nan"), len(known)
    return float(confusion.corr(company, method="spearman")), len(known)


def confusion_tests(table: pd.DataFrame) -> pd.DataFrame:
    """Pairs of `confusions` with McNemar's p between the scales, Holm-corrected over the pairs.

    Of pairs with `ENOUGH` songs; adds ``p`` and ``p_holm``, lowest first.
    """
    known = table[(table["songs"] >= ENOUGH) & table["difference"].notna()]
    p = mcnemar_each(known["first"], known["second"])
    return known.assign(p=p, p_holm=holm(p)).sort_values("p", kind="stable", ignore_index=True)


def describe_confusions(table: pd.DataFrame) -> str:
    """What `confusions` shows, and how much of the difference of the scales is beyond noise."""
    top = most_confused(table, n=1)
    if top.empty:
        return f"No pair of genres has {ENOUGH} songs and an answer to them."
    rho, pairs = explained_by_company(table)
    pair = top.iloc[0]
    sentences = [
        f"Of the {pair['songs']:.0f} songs that have {escape(pair['genre'])} and not "
        f"{escape(pair['called'])}, {100 * pair['mean']:.0f} % are called "
        f"{escape(pair['called'])}, the highest share of the {pairs} pairs with {ENOUGH} songs or "
        f"more; of all songs without {escape(pair['called'])} it is {100 * pair['alarm']:.0f} %."
    ]
    if (pair := confused_scales(table)) != SCALES and table["difference"].notna().any():
        sentences.insert(0, f"The two scales are {' and '.join(map(escape, pair))} here.")
    if np.isfinite(rho):
        value = f"{rho:.2f}".replace("-", "−")
        sentences.append(f"Confusion and company: ρ = {value} over these pairs.")
    else:
        sentences.append("Confusion and company can't be correlated: one of the two does not vary.")
    if len(tested := confusion_tests(table)):
        beyond = tested[tested["p_holm"] < LEVEL]
        sentences.append(
            f"The scales differ beyond noise in {len(beyond)} of {len(tested)} pairs (McNemar, "
            "Holm over the pairs); what else the right panel shows is within noise."
        )
    return " ".join(sentences)
