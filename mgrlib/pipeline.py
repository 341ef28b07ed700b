"""A study, from its settings to its results: what a run's folder holds and what makes it.

The command line and the notebooks 01 to 03 both go through `Study`: each part is made
when it is first asked for and missing, and read back when it is there.
"""

import os
import platform
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from . import __version__, results
from .audit import label_statistics, rejection_counts
from .catalog import (
    REJECTED_COLUMNS,
    SONG_COLUMNS,
    SUBGENRE_COLUMNS,
    TAXONOMY_COLUMNS,
    Library,
    choose_genres,
    genre_labels,
)
from .corpora import is_synthetic, library_folder, open_corpus
from .errors import LibraryError, RunError, SettingsError
from .files import (
    ROOT,
    digest,
    read_json,
    runs_folder,
    seed_from,
    update_json,
    write_json,
    write_text,
)
from .grid import Data, Grid, read_records, train_grid
from .images import Images, make_images
from .progress import bar
from .prose import caution
from .settings import Settings, from_dict, make_settings, parse_overrides
from .splits import Split, draw_split, stratified_draw

LOCK_VARIABLE = "MGRLIB_RUN_LOCKED"
"""Names the run whose lock the parent process holds, so its notebooks don't ask for it."""

PACKAGES = ["numpy", "scipy", "pandas", "scikit-learn", "librosa", "soundfile", "soxr", "torch",
            "torchvision", "matplotlib", "seaborn", "papermill", "jupyter-book"]  # fmt: skip


@dataclass(frozen=True)
class Catalog:
    """The songs of a study and what is known of them.

    Attributes
    ----------
    library : Library
        Where the songs' files are.
    songs : DataFrame
        The usable songs that were drawn, columns `SONG_COLUMNS`, `SUBGENRE_COLUMNS`.
    all_labels : DataFrame of bool, shape=(songs, all genres)
    labels : DataFrame of bool, shape=(songs, trained genres)
        Columns largest first.
    left_out : list of dict
        ``{"genre", "songs", "reason"}`` of the genres that are not trained.
    splits : tuple of Split
        One a repeat.
    images : Images
        Of `songs`, in their order.
    """

    library: Library
    songs: pd.DataFrame
    all_labels: pd.DataFrame
    labels: pd.DataFrame
    left_out: list[dict]
    splits: tuple[Split, ...]
    images: Images

    @property
    def rejected(self) -> pd.DataFrame:
        """Songs that could not be used: ``path, reason, detail``."""
        return pd.DataFrame(self.images.rejected, columns=REJECTED_COLUMNS)

    def audit(self) -> dict:
        """Content of ``audit.json``."""
        split = self.splits[0]
        test = self.labels.iloc[split.test].sum()
        return {
            "labels": label_statistics(self.songs, self.all_labels),
            "trained": {
                genre: {"songs": int(self.labels[genre].sum()), "test": int(test[genre])}
                for genre in self.labels
            },
            "left_out": self.left_out,
            "rejected": rejection_counts(self.images.rejected),
            "padded": int(self.images.padded.sum()),
            "split": {"train": len(split.train), "test": len(split.test)},
        }

    def file(self, path: str) -> Path:
        """The audio file of a song."""
        return self.library.folder / path

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


class Study:
    """A run folder with its settings.

    Parameters
    ----------
    folder : Path
        The run's folder; it need not exist.
    settings : Settings
    profile : str
        Where the settings came from, for the reader.
    """

    def __init__(self, folder: Path, settings: Settings, *, profile: str):
        self.folder = folder
        self.settings = settings
        self.profile = profile

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.folder.name

    @property
    def jobs(self) -> int:
        """Processes to use."""
        return self.settings.jobs or _cores()

    @property
    def evidence(self) -> str:
        """``synthetic`` or ``music``."""
        return "synthetic" if is_synthetic(self.settings) else "music"

    @property
    def caution(self) -> str:
        """What the songs are evidence of, as a sentence."""
        return caution(self.evidence)

    @property
    def corpus_words(self) -> str:
        """The corpus in a few words, without a path: "960 synthetic songs"."""
        return _corpus_words(self.settings, len(self.catalog.songs))

    def prepare(self) -> None:
        """Write ``study.json``; the folder is there."""
        content = {
            "name": self.name,
            "profile": self.profile,
            "settings": self.settings.as_dict(),
            "evidence": self.evidence,
            "versions": {"mgrlib": __version__, "python": platform.python_version(), **_versions()},
            "hardware": _hardware(),
            "commit": _commit(),
        }
        update_json(self.folder / "study.json", content)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock; a second process is refused, a dead one leaves no lock.

        Raises
        ------
        RunError
            If another process works on this run, or the folder can't be written.
        """
        from filelock import FileLock, Timeout

        if os.environ.get(LOCK_VARIABLE) == str(self.folder):
            yield
            return
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise RunError(f"another process works on the run {self.name}: wait for it") from None
        except OSError as error:
            raise RunError(
                f"the run can't be written to {self.folder} ({error.strerror}): free the folder, "
                "or name another place for all runs by the environment variable MGRLIB_RUNS"
            ) from None
        os.environ[LOCK_VARIABLE] = str(self.folder)
        try:
            self.prepare()
            yield
        finally:
            del os.environ[LOCK_VARIABLE]
            lock.release()

    @cached_property
    def catalog(self) -> Catalog:
        """The songs, their genres, images and splits; written to ``catalog/``."""
        with self.locked():
            size = self.settings.songs if is_synthetic(self.settings) else 0
            with bar(size, "songs", unit="song") as progress:
                library = open_corpus(self.settings, jobs=self.jobs, progress=progress)
            with bar(len(library.songs), "spectrograms", unit="song") as progress:
                images = make_images(
                    library.folder,
                    list(library.songs["path"]),
                    settings=self.settings,
                    jobs=self.jobs,
                    progress=progress,
                )
            catalog = make_catalog(library, images, self.settings)
            self._write_catalog(catalog)
        return catalog

    def _write_catalog(self, catalog: Catalog) -> None:
        folder = self.folder / "catalog"
        pairs = [(name, *genres, "")[:3] for name, genres in catalog.library.taxonomy.items()]
        for name, table in {
            "songs": catalog.songs[SONG_COLUMNS + SUBGENRE_COLUMNS],
            "taxonomy": pd.DataFrame(pairs, columns=TAXONOMY_COLUMNS),
            "rejected": catalog.rejected,
        }.items():
            write_text(folder / f"{name}.csv", table.to_csv(index=False))
        write_json(self.folder / "audit.json", catalog.audit())
        words = _corpus_words(self.settings, len(catalog.songs))
        update_json(self.folder / "study.json", {"corpus_words": words})

    @cached_property
    def grid(self) -> Grid:
        """All networks of the study."""
        from .models import resolve_device, resolve_precision

        catalog = self.catalog
        device = resolve_device(self.settings.device)
        return Grid(
            data=Data(
                pixels=catalog.images.pixels,
                labels=catalog.labels.to_numpy(),
                genres=tuple(catalog.labels.columns),
                splits=catalog.splits,
            ),
            settings=self.settings,
            folder=self.folder / "results" / "models",
            device=device,
            precision=resolve_precision(self.settings.precision, device),
        )

    def train(self, depth: int | None = None) -> int:
        """Train what is missing, of one depth or of all; write the result tables.

        Returns
        -------
        int
            Number of networks trained by this call.
        """
        with self.locked():
            grid = self.grid
            depths = None if depth is None else (depth,)
            missing = [m for m in grid.missing(grid.models())
                       if depth is None or m.depth in (0, depth)]  # fmt: skip
            # One process feeds the GPU; on a CPU each network has a process and a thread.
            jobs = 1 if grid.device == "cuda" else self.jobs
            with bar(sum(map(grid.cost, missing)), f"{len(missing)} networks") as progress:
                made = train_grid(grid, jobs=jobs, depths=depths, progress=progress)
            self.collect()
        return made

    def collect(self) -> None:
        """Write ``metrics.csv``, ``predictions.parquet`` and ``history.csv`` from the records."""
        paths = list(self.catalog.songs["path"])
        tables = results.tables_from_records(
            read_records(self.grid),
            paths=[[paths[i] for i in split.test] for split in self.catalog.splits],
            truth=self.catalog.labels,
        )
        results.write_tables(self.folder, tables)


def make_catalog(library: Library, images: Images, settings: Settings) -> Catalog:
    """Draw the songs, choose the genres and split, from what could be read.

    Raises
    ------
    LibraryError
        If too few songs or genres remain.
    """
    usable = library.songs.set_index("path", drop=False).loc[images.paths]
    if len(usable) < 2 * settings.min_songs:
        raise LibraryError(
            f"{len(usable)} of {len(library.songs)} songs are usable, and a study needs at least "
            f"{2 * settings.min_songs}: the reasons are {rejection_counts(images.rejected)}"
        )
    labels = genre_labels(usable, library.taxonomy)
    drawn = stratified_draw(
        labels.to_numpy(), settings.songs, seed=seed_from(settings.seed, "songs")
    )
    songs, labels, images = usable.iloc[drawn], labels.iloc[drawn], images.take(drawn)
    chosen, left_out, splits = _genres_and_splits(songs, labels, settings)
    return Catalog(
        library=library,
        songs=songs.reset_index(drop=True),
        all_labels=labels,
        labels=labels[chosen],
        left_out=left_out,
        splits=splits,
        images=images,
    )


def _genres_and_splits(
    songs: pd.DataFrame, labels: pd.DataFrame, settings: Settings
) -> tuple[list[str], list[dict], tuple[Split, ...]]:
    """Genres to train and a split for each repeat that has both classes on both sides."""
    groups = None if settings.split_by == "song" else _groups(songs, settings.split_by)
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
            for repeat in range(settings.repeats)
        )  # fmt: skip
        missing = [g for column, g in enumerate(chosen) if _one_sided(values[:, column], splits)]
        if not missing:
            return chosen, left_out + one_sided, splits
        reason = f"one side of the split by {settings.split_by} has only one class"
        one_sided += [
            {"genre": genre, "songs": int(labels[genre].sum()), "reason": reason}
            for genre in missing
        ]


def _one_sided(has_genre: Any, splits: tuple[Split, ...]) -> bool:
    sides = [side for split in splits for side in (split.train, split.test)]
    return any(has_genre[side].all() or not has_genre[side].any() for side in sides)


def _groups(songs: pd.DataFrame, split_by: str) -> Any:
    """Album (with its artist) or artist of each song; a song without one is its own group."""
    named = songs["artist"] if split_by == "artist" else songs["artist"] + "\0" + songs["album"]
    unnamed = songs[split_by] == ""
    return named.mask(unnamed, "\0" + songs["path"]).to_numpy()


def _corpus_words(settings: Settings, songs: int) -> str:
    if is_synthetic(settings):
        return f"{songs} synthetic songs"
    return f"{songs} songs of the library {library_folder(settings.corpus).name}"


def run_folder(name: str | None, settings: Settings, *, profile: str) -> Path:
    """Folder of a run by its name, or by profile and corpus where it has none.

    Raises
    ------
    RunError
        If the name is not letters, digits, dots, hyphens and underscores.
    """
    if name is None:
        name = profile
        if not is_synthetic(settings):
            library = library_folder(settings.corpus).name
            name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', library).strip('-.') or 'library'}-{profile}"
    return runs_folder().resolve() / _checked_name(name)


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name) or set(name) == {"."}:
        raise RunError(
            f"a run's name must be letters, digits, dots, hyphens and underscores, got {name!r}"
        )
    return name


def open_study(
    run: str | Path,
    *,
    profile: str | None = None,
    corpus: str | None = None,
    overrides: Any = None,
) -> Study:
    """The study of a run folder, for a notebook; a new one where there is none.

    Parameters
    ----------
    run : str or Path
        Folder, relative to the working directory, then to the repository's root.
    profile, corpus, overrides
        For a new run. Where the run has a ``study.json`` they may be left out, and must
        not differ from it.

    Raises
    ------
    SettingsError
        If a value is wrong or differs from the run's own.
    """
    try:
        folder = results.find_run(run)
    except RunError:
        folder = (ROOT / run).resolve()
    _checked_name(folder.name)
    if not (folder / "study.json").exists():
        chosen = profile or "quick"
        settings = make_settings(profile=chosen, corpus=corpus, overrides=overrides)
        return Study(folder, settings, profile=chosen)
    stored = read_json(folder / "study.json")
    settings = from_dict(stored["settings"])
    _check_same(stored["profile"], settings, profile, corpus, overrides)
    return Study(folder, settings, profile=stored["profile"])


def _check_same(
    own_profile: str, own: Settings, profile: str | None, corpus: str | None, overrides: Any
) -> None:
    asked = {**parse_overrides(overrides), **({} if corpus is None else {"corpus": corpus})}
    other = from_dict({**own.as_dict(), **asked})
    differing = [f.name for f in fields(own) if getattr(own, f.name) != getattr(other, f.name)]
    if profile not in (None, own_profile):
        raise SettingsError(
            f"profile={profile!r} differs from the run's own, {own_profile!r}: leave it out, or "
            "name another run"
        )
    for name in differing:
        raise SettingsError(
            f"{name}={getattr(other, name)!r} differs from the run's own, {getattr(own, name)!r}: "
            "leave it out, or name another run"
        )


def results_digest(folder: Path) -> str:
    """Changes when anything changes that the notebooks of a run read."""
    names = ["study.json", "audit.json", "results/metrics.csv", "results/predictions.parquet"]
    parts = [(folder / name).read_bytes().hex() if (folder / name).exists() else ""
             for name in names]  # fmt: skip
    return digest(parts)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def _hardware() -> dict[str, Any]:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), flags=re.MULTILINE)
        model = names[0] if names else model
    return {"system": platform.system(), "processor": model, "cores": _cores()}


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()
