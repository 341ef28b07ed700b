"""What is fine about a data set and what should worry a reader, in sentences with numbers.

Repetitions, wrong labels and distortions, listed for GTZAN eleven years after it was made, change
what results on a data set mean (Sturm 2013): so the verdict is there before a network is.
Its rules stand in `rules_labels`, `rules_sound` and `rules_check`, gravest first.
Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Callable, Iterator

from . import rules_check, rules_labels, rules_sound
from .findings import Finding, count

RULES: tuple[Callable[[dict], Iterator[Finding]], ...] = (
    rules_check.stopped,
    rules_check.archives,
    rules_sound.duplicates,
    rules_labels.both_sides,
    rules_labels.one_group,
    rules_sound.confounded,
    rules_labels.smallest_genre,
    rules_labels.nearness,
    rules_labels.left_out,
    rules_sound.damage,
    rules_check.decoded,
    rules_labels.imbalance,
    rules_labels.unusable_songs,
    rules_labels.coverage,
    rules_labels.missing_names,
)
SUMMED_UP = 3
"""Topics that the summary names."""
CAUTION = {"synthetic": "These songs are synthetic, no evidence about music; "}


def verdict(audit: dict, *, evidence: str | None = None) -> dict:
    """Sentences on an audit, plain text.

    Parameters
    ----------
    audit : dict
        Content of ``audit.json``; a rule whose part is absent is silent.
    evidence : {"music", "synthetic"}, optional
        What the songs are evidence of, as ``study.json`` has it.

    Returns
    -------
    dict
        ``summary``, one sentence, and the lists of sentences ``fine`` and ``worry``, the
        gravest first.
    """
    found = [finding for rule in RULES for finding in rule(audit)]
    fine, worry = ([f for f in found if f.is_fine is side] for side in (True, False))
    caution = CAUTION.get(evidence or "", "")
    if not found:
        summary = "nothing could be judged"
    elif not worry:
        summary = f"nothing should worry a reader in {count(len(fine), 'point')} that were judged"
    else:
        topics = [finding.topic for finding in worry]
        more = [f"{len(topics) - SUMMED_UP} more"] if len(topics) > SUMMED_UP else []
        summary = (f"{count(len(fine), 'point is', 'points are')} fine, "
                   f"{len(worry)} should worry a reader: "
                   f"{', '.join([*topics[:SUMMED_UP], *more])}")  # fmt: skip
    summary = caution + summary
    return {
        "summary": f"{summary[0].upper()}{summary[1:]}.",
        "fine": [finding.text for finding in fine],
        "worry": [finding.text for finding in worry],
    }
