"""Test songs ranked by how well the networks of a depth know them, and what they said of them.

The binary networks of a depth, scale and arm answer for every genre; a song's loss is
the mean binary cross-entropy of these answers over the genres, in nats, and the mean of
the scales. The networks learned from equal halves, so an answer counts as yes from 0.5 on.
Notebook: 03_per_depth_training, "The best and the worst songs".
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from .prose import escape

YES = 0.5


def song_losses(
    predictions: pd.DataFrame | None, *, depth: int, arm: str | None, repeat: int = 0
) -> pd.Series:
    """Loss of each test song, the mean over genres and then over scales, lowest first.

    Parameters
    ----------
    predictions : DataFrame or None
        Columns ``path, genre, depth, scale, weights, repeat, truth, probability``; None
        where a run has none, which leaves no songs.

    Returns
    -------
    Series of float, index ``path``
        In nats, of the songs that have a probability; equal ones in the order of `predictions`.

    Examples
    --------
    >>> said = pd.DataFrame({"path": "a", "genre": ["Jazz", "Rock"], "depth": 50, "scale": "mel",
    ...     "weights": "none", "repeat": 0, "truth": [True, False], "probability": [0.8, 0.5]})
    >>> song_losses(said, depth=50, arm="none").round(3).to_dict()
    {'a': 0.458}
    """
    if predictions is None:
        return pd.Series(dtype=float, name="loss")
    rows = _chosen(predictions, depth=depth, arm=arm, repeat=repeat)
    # As in `mgrlib.metrics`: a wrong answer without doubt costs 36 nats, not infinitely many.
    tiny = np.finfo(float).eps
    probability = rows["probability"].clip(tiny, 1 - tiny)
    losses = -np.log(probability.where(rows["truth"].astype(bool), 1 - probability))
    by_scale = losses.groupby([rows["path"], rows["scale"]], sort=False).mean()
    return by_scale.groupby("path", sort=False).mean().sort_values(kind="stable").rename("loss")


def _chosen(predictions: pd.DataFrame, *, depth: int, arm: str | None, repeat: int) -> pd.DataFrame:
    rows = predictions[
        (predictions["depth"] == depth)
        & (predictions["weights"] == arm)
        & (predictions["repeat"] == repeat)
    ]
    return rows.dropna(subset="probability")


def best_and_worst(losses: pd.Series, *, n: int) -> tuple[list[str], list[str]]:
    """Paths of the `n` songs of the lowest loss and of the highest, the extreme ones first.

    No song is in both; of few songs there are fewer of each.

    >>> best_and_worst(pd.Series({"a": 0.1, "b": 0.2, "c": 0.7}), n=2)
    (['a'], ['c'])
    """
    ranked = list(losses.sort_values(kind="stable").index)
    n = min(n, len(ranked) // 2)
    return ranked[:n], ranked[::-1][:n]


def song_answers(
    predictions: pd.DataFrame, path: str, *, depth: int, arm: str, repeat: int = 0
) -> pd.DataFrame:
    """What the networks said of one song: a row a genre and scale.

    Returns
    -------
    DataFrame
        Columns ``genre, scale, truth, probability``, the highest probability first.
    """
    rows = _chosen(predictions, depth=depth, arm=arm, repeat=repeat)
    rows = rows[rows["path"] == path].sort_values("probability", ascending=False, kind="stable")
    return rows[["genre", "scale", "truth", "probability"]].reset_index(drop=True)


def describe_song(
    song: pd.Series, answers: pd.DataFrame, *, loss: float, scales: Iterable[str]
) -> str:
    """A song, its loss, its genres and the answers of each scale, as Markdown.

    Parameters
    ----------
    song : Series
        With ``title`` and ``artist``, which come from a table of somebody's: they are
        shown as they are, and never the song's place on the disk.
    answers : DataFrame
        See `song_answers`. Genres that the song has are set in bold.
    scales : iterable of str
        In the order in which to name them.
    """
    genres = [escape(g) for g in answers.loc[answers["truth"].astype(bool), "genre"].unique()]
    lines = [f"**{escape(song_name(song))}**, loss {loss:.2f} nats", ""]
    lines.append(f"- has: {', '.join(genres) or 'none of the genres'}")
    for scale in scales:
        lines.append(f"- {escape(scale)}: {answers_in_words(answers[answers['scale'] == scale])}")
    return "\n".join(lines)


def song_name(song: pd.Series) -> str:
    """Title and artist of a song as plain text, which is still to be escaped.

    >>> song_name(pd.Series({"title": "Go", "artist": "Moby"}))
    'Go by Moby'
    """
    title, artist = str(song["title"]).strip(), str(song["artist"]).strip()
    return (title or "a song without a title") + (f" by {artist}" if artist else "")


def answers_in_words(answers: pd.DataFrame) -> str:
    """The genres said, those that the song has in bold, and those missed, as Markdown.

    Parameters
    ----------
    answers : DataFrame
        Of one scale; see `song_answers`.
    """
    true = answers["truth"].astype(bool)
    words = [
        f"{f'**{escape(row.genre)}**' if row.truth else escape(row.genre)} {_cut(row.probability)}"
        for row in answers[answers["probability"] >= YES].itertuples()
    ]
    missed = [
        f"{escape(row.genre)} {_cut(row.probability)}"
        for row in answers[true & (answers["probability"] < YES)].itertuples()
    ]
    said = f"says {', '.join(words)}" if words else "says no to every genre"
    return said + (f"; misses {', '.join(missed)}" if missed else "")


def _cut(probability: float) -> str:
    """Two decimals, cut and not rounded: what is below the threshold must not look like it."""
    return f"{np.floor(100 * probability + 1e-9) / 100:.2f}"
