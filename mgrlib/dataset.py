"""The songs of a study: those that can be used, drawn, with genres, images and splits.

Notebooks: 01_dataset_audit, 02_spectrogram_generation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from .audit import find_pairs, full_audit, rejection_counts
from .catalog import REJECTED_COLUMNS, Library, choose_genres, genre_labels
from .errors import LibraryError
from .files import seed_from
from .images import Images
from .settings import Settings
from .splits import Split, draw_split, song_groups, stratified_draw


@dataclass(frozen=True)
class Catalog:
    """The songs of a study and what is known of them.

    Attributes
    ----------
    library : Library
        Where the songs' files are.
    songs : DataFrame
        The usable songs that were drawn, columns as in `Library`.
    all_labels : DataFrame of bool, shape=(songs, all genres)
    labels : DataFrame of bool, shape=(songs, trained genres)
        Columns largest first.
    left_out : list of dict
        ``{"genre", "songs", "reason"}`` of the genres that are not trained.
    splits : tuple of Split
        One a repeat.
    images : Images
        Of `songs`, in their order.
    settings : Settings
        What the songs, genres and splits were drawn by.
    """

    library: Library
    songs: pd.DataFrame
    all_labels: pd.DataFrame
    labels: pd.DataFrame
    left_out: list[dict]
    splits: tuple[Split, ...]
    images: Images
    settings: Settings

    @property
    def rejected(self) -> pd.DataFrame:
        """Songs that could not be used: ``path, reason, detail``."""
        rows = [*self.library.rejected, *self.images.rejected]
        return pd.DataFrame(rows, columns=REJECTED_COLUMNS)

    @cached_property
    def duplicates(self) -> pd.DataFrame | None:
        """Pairs of songs that are one recording; None where no audio was listened to."""
        return find_pairs(self.images, self.all_labels, settings=self.settings)

    def audit(self) -> dict:
        """Content of ``audit.json``, see `mgrlib.audit.full_audit`."""
        return self._audit

    @cached_property
    def _audit(self) -> dict:
        return full_audit(
            self.songs,
            self.all_labels,
            settings=self.settings,
            library=self.library,
            images=self.images,
            pairs=self.duplicates,
            genres=list(self.labels),
            left_out=self.left_out,
            splits=self.splits,
        )

    def file(self, path: str) -> Path:
        """The audio file of a song."""
        return self.library.file(path)

    def find(self, path: str | None) -> pd.Series:
        """Row of a song by its path, or the first song.

        Raises
        ------
        LibraryError
            If the run has no such song.
        """
        rows = self.songs if path is None else self.songs[self.songs["path"] == path]
        if rows.empty:
            raise LibraryError(
                f"song must be a path of the run's catalog/songs.csv, got {path!r}: such as "
                f"{self.songs['path'].iloc[0]!r}"
            )
        return rows.iloc[0]


def read_drawn(library: Library, settings: Settings, read: Callable[[list[str]], Images]) -> Images:
    """Read the songs of a study, drawn by their genres before they are read.

    So a study of a thousand songs of a library of a hundred thousand reads a thousand. Songs
    that turn out to be of no use are replaced by others, as long as there are any.

    Parameters
    ----------
    read : callable
        Images of the songs of some paths, see `mgrlib.images.make_images`.

    Returns
    -------
    Images
        Of at most as many usable songs as ``settings.songs``; the files that are not there
        stand in ``rejected`` whether they were drawn or not.
    """
    paths = library.songs["path"].to_numpy()
    strata = _strata(library, library.songs, settings)
    taken = np.array([_is_missing(library, path) for path in paths], dtype=bool)
    wanted = settings.songs
    while True:
        rest = np.flatnonzero(~taken)
        seed = seed_from(settings.seed, "songs", *([] if wanted == settings.songs else [wanted]))
        taken[rest[stratified_draw(strata[rest], wanted, seed=seed)]] = True
        images = read(list(paths[taken]))
        wanted = settings.songs - len(images.paths)
        if wanted <= 0 or taken.all():
            return images


def _is_missing(library: Library, path: str) -> bool:
    return library.sounds is None and not (library.folder / path).exists()


def _strata(library: Library, songs: pd.DataFrame, settings: Settings) -> np.ndarray:
    """What a draw of songs keeps in proportion, bool, shape=(songs, strata)."""
    labels = genre_labels(songs, library.taxonomy).to_numpy()
    is_test = _published_tests(library, songs, settings)
    # Drawn with the labels, both sides of a published split keep their share.
    return labels if is_test is None else np.hstack([labels, is_test])


def make_catalog(library: Library, images: Images, settings: Settings) -> Catalog:
    """Draw the songs, choose the genres and split, from what could be read.

    Raises
    ------
    LibraryError
        If too few songs or genres remain.
    """
    usable = library.songs.set_index("path", drop=False).loc[images.paths]
    if len(usable) < 2 * settings.min_songs:
        counts = rejection_counts(images.rejected)
        reasons = ", ".join(f"{songs:,} {reason}" for reason, songs in counts.items())
        raise LibraryError(
            f"{len(usable)} of {len(library.songs)} songs are usable, and a study needs at least "
            f"{2 * settings.min_songs}: "
            + (f"rejected are {reasons}; " if counts else "")
            + "add songs or lower min_songs"
        )
    strata = _strata(library, usable, settings)
    drawn = stratified_draw(strata, settings.songs, seed=seed_from(settings.seed, "songs"))
    songs, images = usable.iloc[drawn], images.take(drawn)
    labels = genre_labels(songs, library.taxonomy)
    is_test = _published_tests(library, songs, settings)
    chosen, left_out, splits = genres_and_splits(songs, labels, settings, is_test)
    return Catalog(
        library=library,
        songs=songs.reset_index(drop=True),
        all_labels=labels,
        labels=labels[chosen],
        left_out=left_out,
        splits=splits,
        images=images,
        settings=settings,
    )


def genres_and_splits(
    songs: pd.DataFrame, labels: pd.DataFrame, settings: Settings, is_test: np.ndarray | None
) -> tuple[list[str], list[dict], tuple[Split, ...]]:
    """Genres to train and a split for each repeat that has both classes on both sides.

    `is_test` has the test sides of splits that were published, see `_published_tests`.
    """
    by_group = settings.split_by in ("album", "artist")
    groups = song_groups(songs, settings.split_by) if by_group else None
    one_sided: list[dict] = []
    while True:
        dropped = [row["genre"] for row in one_sided]
        chosen, left_out = choose_genres(
            labels.drop(columns=dropped),
            genres=settings.genres if isinstance(settings.genres, str)
            else tuple(g for g in settings.genres if g not in dropped),
            min_songs=settings.min_songs,
            max_genres=settings.max_genres,
        )  # fmt: skip
        values = labels[chosen].to_numpy()
        splits = tuple(
            draw_split(values, test_fraction=settings.test_fraction, seed=settings.seed,
                       repeat=repeat, groups=groups)
            if is_test is None else _split_of(is_test[:, repeat])
            for repeat in range(settings.repeats)
        )  # fmt: skip
        missing = [g for column, g in enumerate(chosen) if _one_sided(values[:, column], splits)]
        if not missing:
            _prove_groups(groups, splits)
            return chosen, left_out + one_sided, splits
        one_sided += [
            {"genre": genre, "songs": int(labels[genre].sum()),
             "reason": _why_one_sided(songs[labels[genre].to_numpy()], settings.split_by)}
            for genre in missing
        ]  # fmt: skip


def _why_one_sided(songs: pd.DataFrame, split_by: str) -> str:
    """The reason, with the album or artist that most of a genre's `songs` are of."""
    how = "published split" if split_by == "published" else f"split by {split_by}"
    reason = f"one side of the {how} has only one class"
    if split_by not in ("album", "artist"):
        return reason
    counts = songs.loc[songs[split_by] != "", split_by].value_counts()
    if counts.empty or 2 * counts.iloc[0] <= len(songs):
        return reason
    most = "all" if counts.iloc[0] == len(songs) else f"{counts.iloc[0]} of {len(songs)}"
    return f"{reason}: {most} songs of the genre are of the {split_by} {counts.index[0]!r}"


def _published_tests(
    library: Library, songs: pd.DataFrame, settings: Settings
) -> np.ndarray | None:
    """Which songs each repeat tests on by a published split, bool, shape=(songs, repeats).

    A repeat has a split of its own, whose other parts are all for training. None where the
    study draws its splits itself.
    """
    if settings.split_by != "published":
        return None
    parts = [split.loc[songs["path"]] for split in library.published[: settings.repeats]]
    return np.column_stack([split == "test" for split in parts])


def _split_of(is_test: np.ndarray) -> Split:
    if is_test.all() or not is_test.any():
        raise LibraryError(
            f"the usable songs are all on one side of the published split ({is_test.sum()} of "
            f"{len(is_test)} for testing): use split_by=song, or add the songs of the other side"
        )
    return Split(train=np.flatnonzero(~is_test), test=np.flatnonzero(is_test))


def _prove_groups(groups: np.ndarray | None, splits: tuple[Split, ...]) -> None:
    for split in splits if groups is not None else ():
        if shared := set(groups[split.train]) & set(groups[split.test]):
            raise ValueError(f"groups on both sides of the split: {sorted(shared)}")


def _one_sided(has_genre: np.ndarray, splits: tuple[Split, ...]) -> bool:
    sides = [side for split in splits for side in (split.train, split.test)]
    return any(has_genre[side].all() or not has_genre[side].any() for side in sides)
