"""What the prevalence of a genre alone makes of its precision and F1.

The null model: every genre is told from the rest equally well, with one true positive rate
(recall) and one false positive rate for all. Precision and F1 then follow from the genre's
prevalence, its share of the test songs, and nothing else.

Conventions: rates and prevalences lie between 0 and 1; precision is 0 where no song is given
the genre. `null_fit` holds a run against the model.
Notebook: 11_prevalence.
"""

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from ... import paper
from ..correlation import pearson

RULES = ("0.5", "prior-corrected", "F1-tuned")


def null_precision(prevalence, *, recall: float, false_positive_rate: float) -> np.ndarray:
    """Precision of a classifier with these rates where a genre has this prevalence.

    πr / (πr + (1 − π)a) with prevalence π, recall r and false positive rate a: Bayes' rule.

    Raises
    ------
    ValueError
        If a prevalence or a rate lies outside 0 to 1.

    Examples
    --------
    >>> null_precision([0.5, 0.1], recall=0.8, false_positive_rate=0.2).round(3).tolist()
    [0.8, 0.308]
    """
    share, right, wrong = _shares(prevalence, recall, false_positive_rate)
    found, given = share * right, share * right + (1 - share) * wrong
    return np.divide(found, given, out=np.zeros_like(given), where=given > 0)


def null_f1(prevalence, *, recall: float, false_positive_rate: float) -> np.ndarray:
    """F1 of a classifier with these rates where a genre has this prevalence.

    2πr / (πr + π + (1 − π)a), the harmonic mean of `recall` and `null_precision`.

    Examples
    --------
    >>> null_f1([0.5, 0.1], recall=0.8, false_positive_rate=0.2).round(3).tolist()
    [0.8, 0.444]
    """
    share, right, wrong = _shares(prevalence, recall, false_positive_rate)
    sides = share * right + share + (1 - share) * wrong
    return np.divide(2 * share * right, sides, out=np.zeros_like(sides), where=sides > 0)


def _shares(prevalence, recall, false_positive_rate) -> list[np.ndarray]:
    arrays = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (prevalence, recall, false_positive_rate))
    )
    for name, values in zip(("prevalence", "recall", "false_positive_rate"), arrays, strict=True):
        if (wrong := values[~((values >= 0) & (values <= 1))]).size:
            raise ValueError(f"{name} must lie between 0 and 1, got {wrong[0]:g}")
    return arrays


def binormal_f1(prevalence, *, rule: str, recall: float, false_positive_rate: float) -> np.ndarray:
    """F1 under a rule for the threshold, where scores are normal with equal variances.

    The scores of songs with and without a genre are normal, and at the threshold of 1:1
    training they give the two rates. ``0.5`` keeps that threshold, ``prior-corrected`` moves
    it by the odds of the prevalence (to the fewest errors, where recall is one less the false
    positive rate), ``F1-tuned`` to the highest F1.

    Returns
    -------
    ndarray, shape=(genres,)

    Raises
    ------
    ValueError
        If `rule` is none of `RULES`, or the rates are not 0 < false_positive_rate < recall < 1.
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    if not 0 < false_positive_rate < recall < 1:
        raise ValueError(
            "rates must have 0 < false_positive_rate < recall < 1, got "
            f"{false_positive_rate} and {recall}"
        )
    share = np.atleast_1d(_shares(prevalence, recall, false_positive_rate)[0])
    # Scores without the genre lie around 0 and those with it around `apart`.
    start = stats.norm.isf(false_positive_rate)
    apart = start - stats.norm.isf(recall)

    def f1(threshold, share):
        rates = (stats.norm.sf(threshold - apart), stats.norm.sf(threshold))
        return null_f1(share, recall=rates[0], false_positive_rate=rates[1])

    if rule == RULES[0]:
        return f1(start, share)
    if rule == RULES[1]:
        # The log of the likelihood ratio grows by `apart` with each unit of the score.
        return f1(start + np.log((1 - share) / share) / apart, share)
    ends = {"bounds": (-8, apart + 8), "method": "bounded", "options": {"xatol": 1e-8}}
    return np.array([-minimize_scalar(lambda x, p=p: -f1(x, p), **ends).fun for p in share])


def paper_null(*, recall: float = 0.8, false_positive_rate: float = 0.2) -> dict:
    """The null model of the paper's 16 genres (Table 1), at rates that we assume.

    Returns
    -------
    dict
        ``precision`` and ``f1`` by genre; ``macro_f1`` by rule, see `binormal_f1`, and
        ``always_yes`` where every song is given every genre; ``size_correlation``, Pearson's
        r of F1 and the genre's size; ``recall_error``, the standard error of the smallest
        genre's recall in a test set of 10 %.
    """
    rates = {"recall": recall, "false_positive_rate": false_positive_rate}
    sizes = np.array(list(paper.TABLE_1.values()), dtype=float)
    shares = sizes / paper.SONGS
    f1 = null_f1(shares, **rates)
    return {
        **rates,
        "precision": dict(zip(paper.GENRES, null_precision(shares, **rates).tolist(), strict=True)),
        "f1": dict(zip(paper.GENRES, f1.tolist(), strict=True)),
        "macro_f1": {rule: float(binormal_f1(shares, rule=rule, **rates).mean()) for rule in RULES},
        "always_yes": float(null_f1(shares, recall=1, false_positive_rate=1).mean()),
        "size_correlation": pearson(sizes, f1).as_dict(),
        "recall_error": float(np.sqrt(recall * (1 - recall) / round(0.1 * sizes.min()))),
    }
