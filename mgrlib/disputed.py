"""The songs on which two scales differ most: their names, their genres and what was said.

Names come from ``catalog/songs.csv`` of the run; a page shows them, and never a path.
Notebook: 14_disagreement, "The songs themselves".
"""

from pathlib import Path

import pandas as pd

from . import rankings
from .prose import escape

NAMES = ["title", "artist"]


def song_names(run: Path) -> pd.DataFrame:
    """Title and artist of the songs of a run, text, "" where absent; index ``path``.

    Empty where the run has no ``catalog/songs.csv`` with paths, as for results made elsewhere.
    """
    file = run / "catalog" / "songs.csv"
    empty = pd.DataFrame(columns=NAMES, index=pd.Index([], name="path"), dtype=str)
    if not file.exists():
        return empty
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    if "path" not in table:
        return empty
    return table.set_index("path").reindex(columns=NAMES, fill_value="")


def most_disputed(gaps: pd.Series, *, n: int = 5) -> tuple[list[str], list[str]]:
    """Paths of the songs that the first scale knows better, and the second, by most.

    Parameters
    ----------
    gaps : Series of float, index ``path``
        Loss with the first scale minus that with the second; see
        `mgrlib.statistics.song_gaps`.

    Examples
    --------
    >>> most_disputed(pd.Series({"a": -0.3, "b": 0.1, "c": 0.5}), n=1)
    (['a'], ['c'])
    """
    ranked = gaps.dropna().sort_values(kind="stable")
    first, second = ranked[ranked < 0].head(n), ranked[ranked > 0].tail(n)
    return list(first.index), list(second.index[::-1])


def song_list(
    paths: list[str], predictions: pd.DataFrame, names: pd.DataFrame, *, depth: int, arm: str,
    scales: tuple[str, str], repeat: int = 0,
) -> str:  # fmt: skip
    """Songs, the genres that they have, and what each scale said, as a Markdown list.

    Genres that a song has are bold, with the probability that they got. A list, because the
    book shows Markdown as CommonMark, which has no tables.

    Parameters
    ----------
    paths : list of str
        Songs in the order in which to name them.
    predictions : DataFrame
        ``results/predictions.parquet``.
    names : DataFrame
        See `song_names`; a song that it lacks is shown without a name.
    """
    asked = {"depth": depth, "arm": arm, "repeat": repeat}
    losses = {s: rankings.song_losses(predictions[predictions["scale"] == s], **asked)
              for s in scales}  # fmt: skip
    lines = []
    for path in paths:
        answers = rankings.song_answers(predictions, path, **asked)
        has = answers.loc[answers["truth"].astype(bool), "genre"].unique()
        name = rankings.song_name(names.loc[path]) if path in names.index else "not in the catalog"
        genres = ", ".join(map(escape, has)) or "none of the genres"
        lines.append(f"- **{escape(name)}**, has: {genres}")
        lines += [
            f"  - {escape(scale)} ({losses[scale][path]:.2f}): "
            + rankings.answers_in_words(answers[answers["scale"] == scale])
            for scale in scales
        ]
    return "\n".join(lines)
