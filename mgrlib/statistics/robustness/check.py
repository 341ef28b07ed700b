"""Does the verdict of the paired t-test hang on what it assumes? Ten tests side by side.

Every test is about the same difference, of F1 over the same pairs (`paired_scores`), and
differs in what it takes for a sample: genres, test songs, or repeats of the training.

Conventions: a difference is linear minus mel, so a negative one favors mel.

Notebook: 10_robustness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ...errors import StudyError
from ..effects.bayes import bayes_factor
from ..outcome import Outcome
from ..paired import paired_t
from ..scores import paired_scores
from . import bootstrap, repeats
from .bootstrap import RESAMPLES, SongDraws
from .finding import BAYES_GENRES, BAYES_REPEATS, T_TEST, VERDICTS, Finding
from .readings import read_together, reference_reading
from .rope import ROPE, WIDTHS, Posterior, check_rope, posterior, rope_finding, rope_table
from .sign_flips import permutation_test, sign_test, wilcoxon

SEED = 2025
REFERENCES = ("joint", "baseline")


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """All tests of one arm, and what the figures need beside them.

    Attributes
    ----------
    arm : str
    rope : float
        Half-width of the region of practical equivalence, in F1.
    findings : dict of str to Finding
        By test, in the order of `ASKED`.
    draws : SongDraws or str
        Resamples of the test songs, or why there are none.
    means : ndarray, shape=(resamples,)
        Mean differences with songs and genres resampled; empty where there are none.
    posteriors : dict of str to Posterior or str
        Of the two Bayesian tests, or why there is none.
    """

    arm: str
    rope: float
    findings: Mapping[str, Finding]
    draws: SongDraws | str
    means: np.ndarray
    posteriors: Mapping[str, Posterior | str]


def check_robustness(
    metrics: pd.DataFrame,
    predictions: pd.DataFrame | None,
    *,
    arm: str,
    rope: float = ROPE,
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> Robustness:
    """Make all tests of `ASKED` for one arm or one of the reference rows.

    Parameters
    ----------
    metrics : DataFrame
        ``results/metrics.csv``.
    predictions : DataFrame or None
        ``results/predictions.parquet``; without it nothing is said of songs.
    arm : str
    rope : float
        Differences in F1 up to this size don't matter.
    seed : int
        Of resamples and random signs; each test starts from it anew.
    resamples : int
        Of every bootstrap.

    Raises
    ------
    StudyError
        If `rope` is negative or no number, or `resamples` is below 100.
    """
    rope = check_rope(rope)
    if not isinstance(resamples, int) or resamples < 100:
        raise StudyError(f"resamples must be a whole number, 100 or more, got {resamples!r}")
    differences = paired_scores(metrics, arm=arm)["difference"]
    draws = bootstrap.draw_songs(
        predictions, arm=arm, rng=np.random.default_rng(seed), resamples=resamples
    )
    means = np.empty(0)
    if not isinstance(draws, str):
        means = draws.means_of_genres(np.random.default_rng([seed, 1]))
    posteriors = {
        BAYES_GENRES: posterior(differences),
        BAYES_REPEATS: repeats.repeats_posterior(metrics, arm=arm),
    }
    genres = _t_test(differences)
    corrected = repeats.corrected_t(metrics, arm=arm)
    found = [
        genres,
        wilcoxon(differences),
        sign_test(differences),
        permutation_test(differences, rng=np.random.default_rng(seed)),
        bootstrap.genre_bootstrap(
            differences, rng=np.random.default_rng(seed), resamples=resamples
        ),
        _compared(bootstrap.song_bootstrap(draws), draws, differences),
        _compared(bootstrap.song_genre_bootstrap(draws, means), draws, differences),
        corrected,
        _with_bayes_factor(
            rope_finding(posteriors[BAYES_GENRES], like=genres, test=BAYES_GENRES, rope=rope),
            paired_t(differences),
        ),
        rope_finding(posteriors[BAYES_REPEATS], like=corrected, test=BAYES_REPEATS, rope=rope),
    ]
    return Robustness(
        arm=arm, rope=rope, findings={finding.test: finding for finding in found},
        draws=draws, means=means, posteriors=posteriors,
    )  # fmt: skip


def _t_test(differences: pd.Series) -> Finding:
    """The paper's test in the words of the others."""
    test = paired_t(differences)
    known = {"test": T_TEST, "n": test.n, "sample": f"{test.n} genres"}
    if test.reason:
        return Finding(**known, reason=test.reason)
    return Finding(
        **known, estimate=float(differences.mean()), interval=test.interval, p=test.p,
        note=f"t({test.df}) = {test.statistic:.3f}".replace("-", "−"),
    )  # fmt: skip


def _with_bayes_factor(finding: Finding, test: Outcome) -> Finding:
    """The finding, with the factor for a difference of any size against none."""
    if finding.reason:
        return finding
    factor = bayes_factor(test.statistic, test.n)
    return replace(finding, note=f"{finding.note}; Bayes factor against no difference {factor:.3g}")


def _compared(finding: Finding, draws: SongDraws | str, differences: pd.Series) -> Finding:
    """The finding, with a warning where the predictions are not those of the metrics."""
    if isinstance(draws, str):
        return finding
    ours = pd.Series(draws.observed, draws.genres).reindex(differences.index)
    if len(draws.genres) == len(ours) and np.allclose(ours, differences, atol=1e-6):
        return finding
    note = "; ".join([*filter(None, [finding.note]), "predictions.parquet and metrics.csv differ"])
    return replace(finding, note=note)


def check_rows(
    metrics: pd.DataFrame, predictions: pd.DataFrame | None, *, arm: str, **settings
) -> dict[str, Robustness]:
    """`check_robustness` of an arm, and of the rows ``joint`` and ``baseline`` beside it."""
    present = set(metrics["weights"])
    rows = [arm, *(row for row in REFERENCES if row in present)]
    return {row: check_robustness(metrics, predictions, arm=row, **settings) for row in rows}


def robustness_numbers(
    metrics: pd.DataFrame, predictions: pd.DataFrame | None, *, arm: str
) -> dict:
    """All findings as ``statistics.json`` keeps them; the same at every call.

    Returns
    -------
    dict
        ``arm, rope, seed, verdicts, tests, readings, rope_widths, references``; ``reason``
        where the arm has no pair of scales.
    """
    checks = check_rows(metrics, predictions, arm=arm)
    ours = checks.pop(arm)
    numbers = {
        "arm": arm,
        "rope": ours.rope,
        "seed": SEED,
        "verdicts": list(VERDICTS),
        "tests": [finding.as_dict() for finding in ours.findings.values()],
        "readings": read_together(ours.findings, rope=ours.rope),
        "rope_widths": {
            test: rope_table(found, widths=WIDTHS).reset_index().to_dict("records")
            for test, found in ours.posteriors.items()
        },
        "references": {
            row: [finding.as_dict() for finding in check.findings.values()]
            for row, check in checks.items()
        },
        "reference_readings": [reference_reading(row, c.findings) for row, c in checks.items()],
    }
    if not paired_scores(metrics, arm=arm).size:
        numbers["reason"] = f"the arm {arm} has no genre with linear and mel"
    return numbers
