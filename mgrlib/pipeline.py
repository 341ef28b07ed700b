"""A study, from its settings to its results: what a run's folder holds and what makes it.

The command line and the notebooks 01 to 03 both go through `Study`: each part is made
when it is first asked for and missing, and read back when it is there.
"""

import hashlib
import time
from contextlib import AbstractContextManager
from dataclasses import fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from . import results
from .catalog import SONG_COLUMNS, TAXONOMY_COLUMNS, Library, subgenre_columns
from .corpora import is_synthetic, open_corpus
from .dataset import Catalog, make_catalog, read_drawn
from .errors import RunError, SettingsError
from .files import ROOT, cache_folder, digest, read_json, update_json, write_json, write_text
from .grid import Data, Grid, mapped, read_records
from .images import Images, make_images
from .networks.keeping import kept_networks
from .networks.model_card import write_model_card
from .notebooks import package_digest
from .progress import bar, say
from .prose import caution
from .resources import duration, gibibytes, watched_gpu
from .runs import checked_name, cores, input_digests, locked, provenance, run_folder
from .settings import Settings, from_dict, make_settings, parse_overrides, with_absolute_paths
from .tasks import Done
from .trainer import Forecast, forecast, missing_models, train_grid


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
        return self.settings.jobs or cores()

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
        return _corpus_words(self.settings, self.catalog)

    def locked(self) -> AbstractContextManager[None]:
        """Hold the run's lock, see `mgrlib.runs.locked`."""
        return locked(self.folder)

    @cached_property
    def catalog(self) -> Catalog:
        """The songs, their genres, images and splits; written to ``catalog/``."""
        with self.locked():
            size = self.settings.songs if is_synthetic(self.settings) else 0
            with bar(size, "songs", unit="song") as progress:
                library = open_corpus(self.settings, jobs=self.jobs, progress=progress)
            images = read_drawn(library, self.settings, partial(self._make_images, library))
            catalog = make_catalog(library, images, self.settings)
            self._write_catalog(catalog)
        return catalog

    def _make_images(self, library: Library, paths: list[str]) -> Images:
        with bar(len(paths), "spectrograms", unit="song") as progress:
            return make_images(
                library.folder,
                paths,
                settings=self.settings,
                jobs=self.jobs,
                progress=progress,
                sounds=library.sounds,
            )

    def _write_catalog(self, catalog: Catalog) -> None:
        """Write what is known now; only here, when all of it is right, ``study.json`` too."""
        folder = self.folder / "catalog"
        pairs = [(name, *genres, "")[:3] for name, genres in catalog.library.taxonomy.items()]
        for name, table in {
            "songs": catalog.songs[SONG_COLUMNS + subgenre_columns(catalog.songs)],
            "taxonomy": pd.DataFrame(pairs, columns=TAXONOMY_COLUMNS),
            "rejected": catalog.rejected,
            "duplicates": catalog.duplicates,
        }.items():
            if table is not None:
                write_text(folder / f"{name}.csv", table.to_csv(index=False))
        write_json(self.folder / "audit.json", catalog.audit())
        content = {
            "name": self.name,
            "profile": self.profile,
            "settings": self.settings.as_dict(),
            "evidence": self.evidence,
            "corpus_words": _corpus_words(self.settings, catalog),
            **provenance(),
        }
        update_json(self.folder / "study.json", content)

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """What ``auto`` means on this machine; checks what training needs before it starts.

        Raises
        ------
        SettingsError
            If there is no such device, or the weights of an arm can't be had.
        """
        from .models import check_arms, resolve_device, resolve_precision

        device = resolve_device(self.settings.device)
        check_arms(self.settings.weights, self.settings.depths)
        precision = resolve_precision(self.settings.precision, device)
        return {"device": device, "precision": precision, "jobs": self.jobs}

    @cached_property
    def grid(self) -> Grid:
        """All networks of the study."""
        device, precision = self.resolved["device"], self.resolved["precision"]
        catalog = self.catalog
        return Grid(
            data=Data(
                pixels={
                    scale: mapped(pixels, cache_folder() / "arrays")
                    for scale, pixels in catalog.images.pixels.items()
                },
                labels=catalog.labels.to_numpy(),
                genres=tuple(catalog.labels.columns),
                splits=catalog.splits,
            ),
            settings=self.settings,
            folder=self.folder / "results" / "models",
            device=device,
            precision=precision,
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
            made_of = {"resolved": self.resolved,
                       "inputs": input_digests(self.folder, grid.data.pixels)}  # fmt: skip
            update_json(self.folder / "study.json", made_of)
            depths = None if depth is None else (depth,)
            if missing := missing_models(grid, depths):
                self._train(grid, forecast(grid, missing, jobs=self.jobs), depths)
            self.collect()
        return len(missing)

    def _train(self, grid: Grid, plan: Forecast, depths: tuple[int, ...] | None) -> None:
        """Train under `plan`; say before and after what it takes, and note it."""
        say(str(plan))
        started, peak = time.perf_counter(), 0
        here = grid.device if plan.jobs else "cpu"  # a cluster's GPUs are elsewhere
        with watched_gpu(here) as shares, bar(plan.cost, "training") as progress:

            def report(done: Done) -> None:
                nonlocal peak
                peak = max(peak, done.peak)
                progress(done.cost, done.name)

            train_grid(grid, jobs=plan.jobs, depths=depths, report=report)
        training = {
            "networks": plan.networks,
            "seconds": time.perf_counter() - started,
            "jobs": plan.jobs,
            "peak_bytes": peak,
            "bound_bytes": plan.need,
            "gpu_utilization": sum(shares) / len(shares) if shares else None,
            "finished": time.strftime("%Y-%m-%d", time.gmtime()),
        }
        update_json(self.folder / "study.json", {"training": training})
        say(_training_words(training))

    def collect(self) -> None:
        """Write the tables of ``results/`` from the records, and a card for kept networks.

        Nothing is done where they are there, of the same records and the same code.
        """
        files = [self.grid.record_file(model) for model in self.grid.models()]
        states = [(file.name, file.stat()) for file in files if file.exists()]
        records = [(name, status.st_size, status.st_mtime_ns) for name, status in states]
        made_of = digest(records, self.catalog.songs["path"].tolist(), package_digest())
        note, kept = self.folder / "results" / ".tables", kept_networks(self.grid)
        if note.exists() and read_json(note) == [made_of, kept, self._tables_digests()]:
            return
        self._write_tables()
        results.write_networks(self.folder, kept)
        if kept:
            write_model_card(self.folder)
        write_json(note, [made_of, kept, self._tables_digests()])

    def _write_tables(self) -> None:
        paths, splits = self.catalog.songs["path"], self.catalog.splits
        tables = results.tables_from_records(
            read_records(self.grid),
            paths=[list(paths[split.test]) for split in splits],
            train_paths=[list(paths[split.train]) for split in splits],
            truth=self.catalog.labels,
        )
        results.write_tables(self.folder, tables)

    def _tables_digests(self) -> dict[str, str]:
        """Digests of the tables as they are: somebody may have changed one, or removed it."""
        folder = self.folder / "results"
        cards = [file for file in [folder / "models" / "README.md"] if file.exists()]
        files = sorted([*folder.glob("*.csv"), *folder.glob("*.parquet"), *cards])
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _training_words(training: dict[str, Any]) -> str:
    words = f"trained in {duration(training['seconds'])}, at most "
    words += f"{gibibytes(training['peak_bytes'])} of memory a process"
    busy = training["gpu_utilization"]
    return words if busy is None else f"{words}, the GPU at work {100 * busy:.0f} % of the time"


def _corpus_words(settings: Settings, catalog: Catalog) -> str:
    songs, library = len(catalog.songs), catalog.library
    if is_synthetic(settings):
        return f"{songs} synthetic songs"
    name = library.about.name if library.about else f"the library {library.folder.name}"
    return f"{songs} songs of {name}"


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
    checked_name(folder.name)
    if not (folder / "study.json").exists():
        _refuse_foreign(folder)
        chosen = profile or "quick"
        settings = make_settings(profile=chosen, corpus=corpus, overrides=overrides)
        return Study(folder, settings, profile=chosen)
    stored = read_json(folder / "study.json")
    settings = from_dict(stored["settings"])
    _check_same(stored["profile"], settings, profile, corpus, overrides)
    return Study(folder, settings, profile=stored["profile"])


def start_study(*, profile: str, corpus: str | None, overrides: Any, name: str | None) -> Study:
    """The study of the command line: a new run, or one that is there with other settings.

    A run that is named and there keeps its corpus where none is given.

    Raises
    ------
    SettingsError
        If a value is wrong, or the run that is there has another corpus.
    """
    settings = make_settings(profile=profile, corpus=corpus, overrides=overrides)
    folder = run_folder(name, settings, profile=profile)
    if not (folder / "study.json").exists():
        _refuse_foreign(folder)
        return Study(folder, settings, profile=profile)
    own = read_json(folder / "study.json")["settings"]["corpus"]
    if name is not None and corpus is None and "corpus" not in parse_overrides(overrides):
        settings = make_settings(profile=profile, corpus=own, overrides=overrides)
    if settings.corpus != own:
        raise SettingsError(
            f"corpus={settings.corpus!r} differs from that of the run {folder.name}, {own!r}: "
            "give the new run another name with --name"
        )
    return Study(folder, settings, profile=profile)


def _refuse_foreign(folder: Path) -> None:
    if (folder / "results" / "metrics.csv").exists():
        raise RunError(
            f"{folder} holds results without a study.json, made elsewhere: the notebooks 04 to 06 "
            "read them; name another run for a study"
        )


def _check_same(
    own_profile: str, own: Settings, profile: str | None, corpus: str | None, overrides: Any
) -> None:
    asked = {**parse_overrides(overrides), **({} if corpus is None else {"corpus": corpus})}
    other = with_absolute_paths(from_dict({**own.as_dict(), **asked}))
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
    # They do not read the commit, and any edit of the book's prose makes that another.
    study = {name: value for name, value in results.read_study(folder).items() if name != "commit"}
    names = ["audit.json", "results/metrics.csv", "results/predictions.parquet",
             "results/ensemble.csv", "results/equal_sizes.csv"]  # fmt: skip
    parts = [(folder / name).read_bytes().hex() if (folder / name).exists() else ""
             for name in names]  # fmt: skip
    return digest(study, parts)
