"""What one of several tests of the same difference finds, in words that all of them share.

Conventions: a difference is linear minus mel, so a negative one favors mel. A verdict is
one of `VERDICTS`, by one rule: p below 0.05; where a test has no p, an interval without
zero; where it has probabilities, one of 0.95 or more.

Notebook: 10_robustness.
"""

from dataclasses import asdict, dataclass

from ..outcome import CONFIDENCE, LEVEL

MEL, LINEAR, EQUIVALENT = "favors mel", "favors linear", "equivalent"
NOISE, NOTHING = "within noise", "can't be computed"
VERDICTS = (MEL, LINEAR, EQUIVALENT, NOISE, NOTHING)

NONE = "–"

T_TEST, WILCOXON, SIGN = "paired t-test", "Wilcoxon signed-rank", "sign test"
PERMUTATION, OVER_GENRES = "sign-flip permutation", "bootstrap over genres"
OVER_SONGS, OVER_BOTH = "bootstrap over songs", "bootstrap over songs and genres"
CORRECTED = "corrected t over repeats"
BAYES_GENRES, BAYES_REPEATS = "Bayesian t over genres", "Bayesian t over repeats"
ASKED = {
    T_TEST: (
        "Is the mean difference zero in genres like these?",
        "independent genres, normal differences",
    ),
    WILCOXON: (
        "Are the differences symmetric about zero, by their ranks?",
        "independent genres, symmetric differences",
    ),
    SIGN: (
        "Is a genre as likely to favor mel as linear?",
        "independent genres; how large a difference is does not count",
    ),
    PERMUTATION: (
        "Would the mean be as far from zero if a coin had named the scales, genre by genre?",
        "independent genres, symmetric differences",
    ),
    OVER_GENRES: (
        "How far does the mean move with other genres?",
        "independent genres, and enough of them",
    ),
    OVER_SONGS: (
        "How far does the mean move with other test songs?",
        "independent songs; these genres and networks are given",
    ),
    OVER_BOTH: (
        "How far does it move with other songs and other genres?",
        "independent songs and genres; rather wide, as the songs' noise counts twice",
    ),
    CORRECTED: (
        "Is it zero on average over splits and trainings?",
        "repeats correlated by the training songs that they share; genres given",
    ),
    BAYES_GENRES: (
        "How probable is a mean difference that matters, in genres like these?",
        "as the t-test, and a flat prior",
    ),
    BAYES_REPEATS: (
        "How probable is one that matters, over splits and trainings?",
        "as the corrected t, and a flat prior",
    ),
}
"""What each test asks, and what it assumes."""
COMPARED = (T_TEST, WILCOXON, PERMUTATION, OVER_SONGS)
"""The tests that are shown of the rows ``joint`` and ``baseline``, too."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One test of the difference between the scales, or the reason why it says nothing.

    Parameters
    ----------
    test : str
        Name of the test.
    n : int
        What was sampled: genres, songs or repeats.
    sample : str
        The same in words, such as ``"16 genres"``.
    estimate : float, optional
        The mean or median difference that the test is about.
    interval : (float, float), optional
        95 % interval of `estimate`.
    p : float, optional
        Two-sided p.
    probabilities : (float, float, float), optional
        That mel is better, that both are equivalent, that linear is better.
    note : str
        How it was computed, or what was left out.
    reason : str, optional
        Why there is no verdict; an estimate or a p may be known all the same.

    Raises
    ------
    ValueError
        If the values contradict each other.
    """

    test: str
    n: int
    sample: str
    estimate: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    probabilities: tuple[float, float, float] | None = None
    note: str = ""
    reason: str | None = None

    def __post_init__(self):
        if self.reason is None and self.estimate is None:
            raise ValueError("a finding has either an estimate or a reason why it has none")
        if self.reason is None and not (self.p is not None or self.interval or self.probabilities):
            raise ValueError("a verdict takes a p, an interval or probabilities")
        if self.p is not None and not 0 <= self.p <= 1:
            raise ValueError(f"p must lie between 0 and 1, got {self.p}")
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            raise ValueError(f"an interval must run from low to high, got {self.interval}")
        if self.probabilities is not None and abs(sum(self.probabilities) - 1) > 1e-9:
            raise ValueError(f"probabilities must add up to 1, got {self.probabilities}")

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if self.reason is not None:
            return NOTHING
        if self.probabilities is not None:
            named = zip((MEL, EQUIVALENT, LINEAR), self.probabilities, strict=True)
            return next((name for name, value in named if value >= CONFIDENCE), NOISE)
        if self.p is not None:
            beyond = self.p < LEVEL
        else:
            beyond = not self.interval[0] <= 0 <= self.interval[1]
        if not beyond or self.estimate == 0:
            return NOISE
        return MEL if self.estimate < 0 else LINEAR

    def in_words(self) -> str:
        """Such as ``−0.0107 (−0.0307 to +0.0093), p = 0.2736, 16 genres: within noise``."""
        known = [self.estimate_words, self.chance_words, self.sample]
        known[0] += f" ({self.interval_words})" if self.interval else ""
        why = f" ({self.reason})" if self.reason else ""
        return f"{', '.join(part for part in known if part != NONE)}: {self.verdict}{why}"

    @property
    def estimate_words(self) -> str:
        """The estimate with its sign."""
        return NONE if self.estimate is None else _signed(self.estimate)

    @property
    def interval_words(self) -> str:
        """From the low end to the high one."""
        return NONE if self.interval is None else " to ".join(map(_signed, self.interval))

    @property
    def chance_words(self) -> str:
        """p, or the probabilities."""
        if self.probabilities is not None:
            named = zip(("mel", "equivalent", "linear"), self.probabilities, strict=True)
            return ", ".join(f"{name} {value:.2f}" for name, value in named)
        if self.p is None:
            return NONE
        return "p < 0.0001" if self.p < 1e-4 else f"p = {self.p:.4f}"

    def as_dict(self) -> dict:
        """All values and the verdict, as ``statistics.json`` keeps them."""
        values = asdict(self) | {"verdict": self.verdict}
        for name in ("interval", "probabilities"):
            values[name] = None if values[name] is None else list(values[name])
        return values


def _signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")
