"""The facts of a run in words, for the prose: ``{{ corpus_words }}``, ``{{ answer }}``, …

They come from the run's ``study.json`` and ``statistics.json``. Text that a user or a
library has written is escaped, and of a path only the last part is shown, so that no
folder of somebody's machine reaches the site.
"""

from collections.abc import Mapping
from pathlib import Path, PurePath, PureWindowsPath

from sphinx.application import Sphinx
from sphinx.config import Config

from mgrlib import paper
from mgrlib.files import read_json
from mgrlib.prose import escape, fixed
from mgrlib.settings import split_corpus
from mgrlib.statistics import LEVEL

ARM_WORDS = {
    "none": "networks trained from scratch",
    "imagenet": "transfer learning from ImageNet",
    "corpus": "networks that had learned all genres of the training songs at once",
}
HEAD_WORDS = {
    "none": "last layers trained over networks that never learned anything",
    "imagenet": "transfer learning from ImageNet, the last layer alone",
    "corpus": (
        "networks that first learned all genres of the training songs at once, then a last layer "
        "for each genre"
    ),
}
"""The same where the setting ``tune`` is ``head``."""
EVIDENCE_WORDS = {
    "synthetic": "synthetic songs, which are no evidence about music",
    "music": "recorded music",
}


def last_part(name: str) -> str:
    """The last part of a path of either kind, of a public data set its name, others as they are.

    >>> last_part("/home/someone/trunk.pth"), last_part("corpus"), last_part("gtzan:/home/me/x")
    ('trunk.pth', 'corpus', 'gtzan')
    """
    if (kind := split_corpus(name)[0]) != "folder":
        return kind
    return PureWindowsPath(PurePath(name).name).name or name


def p_words(p: float) -> str:
    """A p value as text: ``p = 0.0027``, ``p = 0.43``, or ``p < 0.0001``."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.{4 if p < 0.1 else 2}f}"


def is_answered(test: Mapping | None) -> bool:
    """Whether a test of ``statistics.json`` has a statistic and a p value."""
    return bool(test) and test.get("statistic") is not None and test.get("p") is not None


def why_not(test: Mapping | None) -> str:
    """Why a test has no result, in words."""
    reason = (test or {}).get("reason") or "the run has no statistics"
    return f"no paired t-test: {escape(reason)}"


def t_words(test: Mapping | None) -> str:
    """The paired t-test in figures, or why there is none."""
    if not is_answered(test):
        return why_not(test)
    degrees = f"({test['df']:g})" if test.get("df") is not None else ""
    return f"paired t{degrees} = {fixed(test['statistic'], 2)}, {p_words(test['p'])}"


def margin_words(test: Mapping) -> str:
    """The mean difference with its interval, or nothing where it was not computed."""
    if not test.get("interval"):
        return ""
    low, high = test["interval"]
    mean = (low + high) / 2  # Student's interval is centered on the mean
    return (
        f"mean difference, linear minus mel, {fixed(mean)}, "
        f"95\u00a0% interval {fixed(low)} to {fixed(high)}; "
    )


def answer(statistics: Mapping, study: Mapping) -> str:
    """What the run says about the paper's question, in a sentence or two of Markdown."""
    test = statistics.get("paired_t")
    if not is_answered(test):
        return f"**This run gives no answer**: {why_not(test)}."
    figures = f"{test['n']} genres: {margin_words(test)}{t_words(test)}"
    where = "these synthetic songs" if study.get("evidence") == "synthetic" else "this collection"
    if test["p"] >= LEVEL:
        return (
            f"**On {where}, neither scale is clearly better**: chance alone may explain the "
            f"difference in F1 ({figures})."
        )
    better = "mel" if test["statistic"] < 0 else "linear"
    return f"**On {where}, {better} spectrograms give the higher F1** ({figures})."


def grid_words(statistics: Mapping) -> str:
    """How many genres were compared, at which depths.

    >>> grid_words({"depths": [34, 50], "paired_t": {"n": 16}})
    '16 genres, ResNets of 34 and 50 layers'
    """
    depths = [str(depth) for depth in statistics.get("depths") or []]
    genres = (statistics.get("paired_t") or {}).get("n")
    layers = " and ".join([", ".join(depths[:-1]), depths[-1]] if depths[1:] else depths)
    words = [f"{genres} genres" if genres else "", f"ResNets of {layers} layers" if depths else ""]
    return ", ".join(filter(None, words)) or "no networks compared"


def notice(study: Mapping) -> str:
    """A box that says what the results are evidence of."""
    if study.get("evidence") == "synthetic":
        return (
            ":::{admonition} Synthetic songs are no evidence about music\n:class: warning\n"
            "The songs of this run were made by a program. They show that the study works from "
            "end to end; no number here speaks for or against the paper's.\n:::"
        )
    return (
        ":::{admonition} Another collection than the paper's\n:class: note\n"
        "The paper's own library is private. These are other songs, so a result that differs "
        "from the paper's does not refute it, and one that agrees is a replication.\n:::"
    )


def facts(run: Path) -> dict[str, str]:
    """Substitutions for the prose: Markdown by name."""
    study, statistics = (
        read_json(run / name) if (run / name).exists() else {}
        for name in ("study.json", "statistics.json")
    )
    arm = str(statistics.get("arm") or "unknown")
    words = HEAD_WORDS if study.get("settings", {}).get("tune") == "head" else ARM_WORDS
    corpus = study.get("corpus_words") or "results made elsewhere"
    return {
        "run_name": escape(study.get("name") or run.name),
        "profile": escape(study.get("profile") or "unknown"),
        "corpus_words": escape(corpus),
        "arm": escape(last_part(arm)),
        "arm_words": words.get(arm, "networks that start from given weights"),
        "grid_words": grid_words(statistics),
        "evidence_words": EVIDENCE_WORDS.get(study.get("evidence"), "results of unknown origin"),
        "evidence_notice": notice(study),
        "answer": answer(statistics, study),
        "t_test": t_words(statistics.get("paired_t")),
        "paper_test": f"t = {fixed(paper.T_STATISTIC, 4)}, {p_words(paper.P_VALUE)}",
    }


def offer_facts(app: Sphinx, config: Config) -> None:
    """Give the run's facts to MyST as substitutions (``config-inited``)."""
    config.myst_substitutions = {**config.myst_substitutions, **facts(Path(config.mgrlib_run))}


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("config-inited", offer_facts)
