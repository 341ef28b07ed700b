"""The reference run: the paper's whole grid on synthetic songs, and the small tables kept of it.

A reference is one run a size of the images, such as ``reference-128``, made one arm at a
time; what is there is not trained again. After each arm its tables are kept in a folder
of ``book/results/``: ``metrics.csv``, ``ensemble.csv`` and ``equal_sizes.csv`` where the
run has them, ``statistics.json`` and ``provenance.json``, without predictions and without
any path or name of the machine. Page: book/reference-run.md.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from . import results
from .errors import RunError, SettingsError
from .files import ROOT, digest, read_json, write_json, write_text
from .pipeline import Study, start_study
from .progress import say
from .runs import checked_name
from .settings import ARMS, Settings, arm_name, parse_overrides
from .statistics import study_statistics

# Where tables are kept, a folder each.
RESULTS = ROOT / "book" / "results"

NAME, PROFILE, CORPUS, SIZES = "reference", "paper", "synthetic-direct", (128, 224)

ORDER = ("corpus", "none", "imagenet")
"""``corpus`` first: only beside it do the joint networks keep the trunks that it starts from."""

MACHINE = ("device", "jobs", "scheduler", "keep_models", "excerpts")
"""Settings that change how a run is made and not what it finds; an address may be in them."""

OPTIONAL = ("ensemble", "equal_sizes")
"""Tables that are kept where the run has them."""

DIGITS = "%.5g"
"""Of the numbers in the tables."""


def make_reference(
    *,
    sizes: Iterable[Any] = SIZES,
    songs: Any = None,
    overrides: Any = None,
    name: str | None = None,
    folder: Path = RESULTS,
) -> list[Path]:
    """Make the runs of a reference, one size and one arm at a time, and keep their tables.

    Parameters
    ----------
    sizes : iterable of int
        Sides of the images in pixels; a run each.
    songs : int, optional
        Number of songs; by default as many as the paper has.
    overrides : mapping, str or list of str, optional
        Other settings over the profile ``paper``, ``weights`` for the arms among them.
    name : str, optional
        The runs are called NAME-SIZE; ``reference`` stands for the settings as they are.
    folder : Path
        Where the tables are kept.

    Returns
    -------
    list of Path
        A folder of tables a size.

    Raises
    ------
    SettingsError
        If a value breaks its rule, or changed settings are to be called ``reference``.
    """
    values = parse_overrides(overrides)
    if "image_size" in values:
        raise SettingsError("image_size is given by the sizes of a reference: --sizes 128,224")
    values |= {} if songs is None else {"songs": songs}
    if name is None and (changed := set(values) - {*MACHINE, "weights"}):
        raise SettingsError(
            f"a run with its own {', '.join(sorted(changed))} is not the reference: name it, "
            "such as --name trial"
        )
    arms = values.pop("weights", ORDER)
    sizes = list(sizes)
    starts = [_starter(checked_name(name or NAME), size, values) for size in sizes]
    for start in starts:  # a wrong value is told before hours are spent
        start(arms)
    return [_make_run(start, arms, folder) for start in starts]


def _starter(name: str, size: Any, values: dict[str, Any]) -> Callable[..., Study]:
    """A function of the arms that gives the study of one size."""
    values = {"corpus": CORPUS, **values, "image_size": size}
    corpus = values.pop("corpus")

    def start(arms: Iterable[str]) -> Study:
        settings = {**values, "weights": arms}
        run = f"{name}-{str(size).strip()}"
        return start_study(profile=PROFILE, corpus=corpus, overrides=settings, name=run)

    return start


def _make_run(start: Callable[..., Study], arms: Iterable[str], folder: Path) -> Path:
    study = start(arms)
    with study.locked():
        notes = _Notes(study)
        for weights in _steps(study.settings, notes):
            _train(start(weights), notes)
            target = keep_tables(study.folder, folder=folder)
            say(f"{study.name}: the tables of {', '.join(notes.finished())} are in {target}")
        return keep_tables(study.folder, folder=folder)


def _steps(settings: Settings, notes: "_Notes") -> Iterator[list[str]]:
    """Arms of each call of training: those that are done, then one more each time."""
    ordered = sorted(settings.weights, key=lambda a: ARMS.index(a) if a in ARMS else len(ARMS))
    present = {arm for arm in ordered if arm_name(arm) in notes.finished()}
    if present:
        yield [arm for arm in ordered if arm in present]
    for arm in settings.weights:
        if arm not in present and _can_be_had(arm, settings, notes):
            present.add(arm)
            yield [arm for arm in ordered if arm in present]


def _can_be_had(arm: str, settings: Settings, notes: "_Notes") -> bool:
    """Whether the weights of an arm are there; beside others, ImageNet's may be missing."""
    if arm != "imagenet" or len(settings.weights) == 1:
        return True
    from .models import check_arms

    try:
        check_arms([arm], settings.depths)
    except SettingsError as error:
        say(f"the arm imagenet is left out, the next call tries it again: {error}")
        notes.left_out[arm] = "its weights could not be had"
        notes.save()
        return False
    return True


def _train(study: Study, notes: "_Notes") -> None:
    """Train what is missing of a study, and note the time of images and of the new arm."""
    new = [arm_name(a) for a in study.settings.weights if arm_name(a) not in notes.finished()]
    words = f"the arm {new[0]}" if new else "what may be missing"
    say(f"{study.name}: {words}, {study.resolved['device']}, {study.resolved['precision']}")
    known: dict[str, Any] = {}
    with notes.timed("images_seconds", known if notes.finished() else notes.content):
        _ = study.catalog
    noted = notes.arms.setdefault(new[0], {}) if new else known
    with notes.timed("wall_seconds", noted):
        made = study.train()
    written = read_json(study.folder / "study.json")
    if made:
        names = ("versions", "hardware", "commit", "resolved")
        notes.content |= {name: written[name] for name in names}
        noted["gpu_utilization"] = written.get("training", {}).get("gpu_utilization")
    if new:
        today = datetime.now(UTC).date().isoformat()
        noted |= {"date": today, "commit": written["commit"]}
        notes.left_out.pop(new[0], None)
    notes.save()


class _Notes:
    """What a run keeps of its making in ``reference.json``, over several calls."""

    def __init__(self, study: Study):
        self.file = study.folder / "reference.json"
        kept = {k: v for k, v in study.settings.as_dict().items() if k not in (*MACHINE, "weights")}
        self.content: dict[str, Any] = {"of": digest(kept), "arms": {}, "left_out": {}}
        found = read_json(self.file) if self.file.exists() else {}
        if found.get("of") == self.content["of"]:
            self.content = found
        self.arms: dict[str, dict] = self.content["arms"]
        self.left_out: dict[str, str] = self.content["left_out"]

    def save(self) -> None:
        write_json(self.file, self.content)

    def finished(self) -> list[str]:
        """Arms that have been trained to their end."""
        return [arm for arm, noted in self.arms.items() if "date" in noted]

    @contextmanager
    def timed(self, name: str, into: dict[str, Any]) -> Iterator[None]:
        """Add the seconds of a block, interrupted or not, to those of earlier calls."""
        started = time.perf_counter()
        try:
            yield
        finally:
            into[name] = into.get(name, 0.0) + time.perf_counter() - started
            self.save()


def keep_tables(run: Path, *, folder: Path = RESULTS) -> Path:
    """Write the small tables of a run, with their provenance, to its folder in `folder`.

    Raises
    ------
    RunError
        If the run has no results.
    """
    metrics, target = results.read_metrics(run), folder / checked_name(run.name)
    # The statistics are those of the table that is kept: of its rounded numbers.
    write_text(target / "metrics.csv", metrics.to_csv(index=False, float_format=DIGITS))
    kept = read_tables(target, complete=False)["metrics"]
    for name in OPTIONAL:
        source, kept_file = run / "results" / f"{name}.csv", target / f"{name}.csv"
        if source.exists():
            table = results.read_table(source)
            write_text(kept_file, table.to_csv(index=False, float_format=DIGITS))
        else:
            kept_file.unlink(missing_ok=True)
    found = study_statistics(kept, arm=results.transfer_arm(kept), arms=results.arms(kept))
    write_json(target / "statistics.json", found)
    write_json(target / "provenance.json", _provenance(run, metrics))
    return target


def _provenance(run: Path, metrics: pd.DataFrame) -> dict[str, Any]:
    study = results.read_study(run)
    notes = read_json(run / "reference.json") if (run / "reference.json").exists() else {}
    settings = {k: v for k, v in study.get("settings", {}).items() if k not in MACHINE}
    if settings:
        settings["corpus"] = Path(settings["corpus"]).name
        settings["weights"] = [arm_name(arm) for arm in settings["weights"]]
    trained = {**study, **notes}
    seconds = metrics.reindex(columns=["seconds"])["seconds"].groupby(metrics["weights"]).sum()
    rows = {arm: {"training_seconds": round(float(total), 1)} for arm, total in seconds.items()}
    for arm, noted in notes.get("arms", {}).items():
        if arm in rows:
            rows[arm] |= {name: _rounded(value) for name, value in noted.items()}
    resolved = trained.get("resolved", {})
    return {
        "name": run.name,
        **{name: study.get(name) for name in ("profile", "evidence", "corpus_words")},
        "seed": settings.get("seed"),
        "settings": settings,
        "resolved": {name: resolved.get(name) for name in ("device", "precision")},
        **{name: trained.get(name) for name in ("hardware", "versions", "commit")},
        "date": max((row["date"] for row in rows.values() if "date" in row), default=_day(run)),
        "images_seconds": _rounded(notes.get("images_seconds")),
        "arms": rows,
        "left_out": notes.get("left_out", {}),
    }


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _day(run: Path) -> str:
    """The day on which the table of a run was written."""
    written = (run / "results" / "metrics.csv").stat().st_mtime
    return datetime.fromtimestamp(written, UTC).date().isoformat()


def kept_folders(folder: Path = RESULTS) -> list[Path]:
    """The folders of `folder` that hold tables of a run, by name."""
    return sorted(path.parent for path in folder.glob("*/metrics.csv"))


def read_tables(folder: Path, *, complete: bool = True) -> dict[str, Any]:
    """The kept tables of a run.

    Returns
    -------
    dict
        ``metrics`` (DataFrame), ``ensemble`` and ``equal_sizes`` (DataFrame or None),
        ``provenance`` (dict, empty where `complete` is false and there is none).

    Raises
    ------
    RunError
        If a file is missing or can't be read.
    """
    provenance = folder / "provenance.json"
    optional = {name: folder / f"{name}.csv" for name in OPTIONAL}
    if complete and not provenance.exists():
        raise RunError(f"{provenance} is missing: tables are kept with their provenance")
    try:
        kept = {
            "metrics": results.read_table(folder / "metrics.csv"),
            **{
                name: results.read_table(path) if path.exists() else None
                for name, path in optional.items()
            },
            "provenance": read_json(provenance) if provenance.exists() else {},
        }
    except (ValueError, OSError) as error:
        raise RunError(f"the tables in {folder} can't be read: {error}") from None
    if missing := [name for name in [*results.KEY, "f1"] if name not in kept["metrics"]]:
        raise RunError(f"{folder / 'metrics.csv'} lacks the columns {', '.join(missing)}")
    return kept
