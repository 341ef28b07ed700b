"""What the number of test songs with a genre means for the error of its recall.

A recall is a share of the positive test songs. Its standard error is √(r (1 − r) / n); the
interval is Wilson's (1927), which holds for few songs too, where r ± 2 standard errors
would not. Both take the songs as drawn independently: songs of one artist make the true
error larger. Notebook: 01_dataset_audit, "The smallest genre".
"""

import math
from collections.abc import Mapping
from statistics import NormalDist

from ..errors import SettingsError

RECALLS = (0.5, 0.8)
"""Where the error is largest, and about where the networks of the study are."""
TARGET_ERROR = 0.05
"""A standard error with which a difference of a tenth can be seen."""


def recall_error(positives: int) -> dict:
    """The error of a recall that is measured on so many songs.

    Parameters
    ----------
    positives : int
        Test songs with the genre.

    Returns
    -------
    dict
        ``positives`` and, by recall, ``standard_error`` and ``half_width`` of Wilson's
        95 % interval; None without a song.

    >>> round(recall_error(28)["standard_error"]["0.8"], 3)
    0.076
    """
    return {
        "positives": positives,
        "standard_error": {str(r): standard_error(positives, recall=r) for r in RECALLS},
        "half_width": {str(r): wilson_half_width(positives, recall=r) for r in RECALLS},
    }


def standard_error(positives: int, *, recall: float) -> float | None:
    """Standard error of a recall; None without a song."""
    return math.sqrt(recall * (1 - recall) / positives) if positives else None


def wilson_half_width(positives: int, *, recall: float, level: float = 0.95) -> float | None:
    """Half the width of Wilson's interval of a recall; None without a song."""
    if not positives:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    spread = recall * (1 - recall) / positives + z**2 / (4 * positives**2)
    return z * math.sqrt(spread) / (1 + z**2 / positives)


def songs_needed(*, standard_error: float = TARGET_ERROR, recall: float) -> int:
    """Positive test songs that bring the standard error of a recall down to `standard_error`.

    Raises
    ------
    SettingsError
        If `standard_error` is not above 0.

    >>> songs_needed(recall=0.5), songs_needed(recall=0.8)
    (100, 64)
    """
    if standard_error <= 0:
        raise SettingsError(f"standard_error must be above 0, got {standard_error}")
    return math.ceil(round(recall * (1 - recall) / standard_error**2, 9))


def recall_statistics(
    test: Mapping[str, int], *, paper: Mapping[str, int], paper_test_fraction: float = 0.1
) -> dict:
    """`recall_error` of the smallest genre of a test set and of the paper's.

    Parameters
    ----------
    test : mapping of str to int
        Positive test songs of each trained genre.
    paper : mapping of str to int
        The paper's songs by genre.
    paper_test_fraction : float
        Share of them that the paper tests on (section 3).

    Returns
    -------
    dict
        ``smallest`` and ``paper``: ``genre`` and the keys of `recall_error`; ``needed``: by
        recall, the positive test songs for a standard error of `TARGET_ERROR`;
        ``target_error``. ``smallest`` is None without a genre.
    """
    smallest = min(test, key=test.get, default=None)
    theirs = min(paper, key=paper.get)
    return {
        "smallest": smallest and {"genre": smallest, **recall_error(int(test[smallest]))},
        "paper": {"genre": theirs, **recall_error(round(paper_test_fraction * paper[theirs]))},
        "target_error": TARGET_ERROR,
        "needed": {str(recall): songs_needed(recall=recall) for recall in RECALLS},
    }
