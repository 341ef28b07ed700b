"""The results of a run as tables: one row a genre, depth, scale, arm and repeat.

A run is a folder; ``results/metrics.csv`` is the only file that the analysis demands,
so results made elsewhere are read as well. In the column ``weights`` stands the arm
(the initial weights) or one of the rows that come with every arm: ``joint`` (one
network for all genres) and ``baseline`` (logistic regression, depth 0). Networks that
learned from subsets of equal sizes (`mgrlib.grid`) stand in a table of their own,
``results/equal_sizes.csv``, and in no other.
"""

from pathlib import Path

import pandas as pd

from .ensemble import ensemble_tables
from .errors import RunError
from .files import ROOT, read_json, write_atomically, write_text
from .prose import caution, escape
from .settings import arm_name

KEY = ["genre", "depth", "scale", "weights", "repeat"]
METRICS = [
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "loss",
    "average_precision",
    "roc_auc",
]
COUNTS = ["n_train", "n_test", "n_test_positive", "epochs", "seconds"]
COLUMNS = KEY + METRICS + COUNTS
EXTRA_COLUMNS = ["train_prevalence"]
"""Behind `COLUMNS` in ``metrics.csv``; results made elsewhere may lack them."""
HISTORY_COLUMNS = [*KEY, "epoch", "train_loss", "train_f1", "seconds"]
PREDICTION_COLUMNS = ["path", *KEY, "truth", "probability"]
NETWORK_COLUMNS = [*KEY, "file"]
ENSEMBLE_TABLES = ("ensemble", "ensemble_genres")
REFERENCE_ROWS = ("joint", "baseline")


def find_run(run: str | Path) -> Path:
    """Folder of a run, relative to the working directory, then to the repository's root.

    Raises
    ------
    RunError
        If there is no such folder at either place.
    """
    for base in (Path.cwd(), ROOT):
        if (base / run).is_dir():
            return (base / run).resolve()
    raise RunError(
        f"no run at {str(run)!r}: name a folder such as runs/quick, or make one with "
        "python -m mgrlib run"
    )


def read_metrics(run: Path) -> pd.DataFrame:
    """``results/metrics.csv`` of a run, columns `COLUMNS` (extra columns are kept).

    Raises
    ------
    RunError
        If the file is missing, empty or lacks a column of `KEY` or ``f1``.
    """
    path = run / "results" / "metrics.csv"
    if not path.exists():
        raise RunError(f"{path} is missing: train first, with python -m mgrlib run")
    table = _read_scores(path)
    if table.empty:
        raise RunError(f"{path} has no rows: train first, with python -m mgrlib run")
    return table


def read_equal_sizes(run: Path) -> pd.DataFrame | None:
    """``results/equal_sizes.csv`` of a run, or None where it is absent or has no rows.

    Arms and ``baseline`` as in ``metrics.csv``, each genre's training subset cut to the
    size of the smallest genre's.

    Raises
    ------
    RunError
        If the file lacks a column of `KEY` or ``f1``.
    """
    path = run / "results" / "equal_sizes.csv"
    table = _read_scores(path) if path.exists() else None
    return None if table is None or table.empty else table


def _read_scores(path: Path) -> pd.DataFrame:
    table = read_table(path)
    if missing := [name for name in [*KEY, "f1"] if name not in table]:
        raise RunError(f"{path} lacks the columns {', '.join(missing)}: it needs {COLUMNS}")
    return table


def read_predictions(run: Path) -> pd.DataFrame | None:
    """``results/predictions.parquet`` of a run, or None where there is none."""
    path = run / "results" / "predictions.parquet"
    return pd.read_parquet(path) if path.exists() else None


def read_history(run: Path) -> pd.DataFrame:
    """``results/history.csv`` of a run, columns `HISTORY_COLUMNS`, empty where it is absent."""
    path = run / "results" / "history.csv"
    if not path.exists():
        return pd.DataFrame(columns=HISTORY_COLUMNS)
    return read_table(path)


def read_ensemble(run: Path) -> dict[str, pd.DataFrame]:
    """The ensembles of a run: `ENSEMBLE_TABLES`, see `mgrlib.ensemble.ensemble_tables`.

    Read from ``results/ensemble.csv`` and ``ensemble_genres.csv``; where one is absent, made
    from ``results/predictions.parquet``; empty where that is absent, too.
    """
    paths = {name: run / "results" / f"{name}.csv" for name in ENSEMBLE_TABLES}
    if all(path.exists() for path in paths.values()):
        return {name: read_table(path) for name, path in paths.items()}
    predictions = read_predictions(run)
    if predictions is None:
        predictions = pd.DataFrame(columns=PREDICTION_COLUMNS)
    return ensemble_tables(predictions, read_metrics(run))


def read_networks(run: Path) -> pd.DataFrame:
    """``results/networks.csv`` of a run, columns `NETWORK_COLUMNS`; empty where it is absent.

    Its rows are the networks that the run has kept, as files of ``results/models/``.

    Raises
    ------
    RunError
        If a column is missing, or a file is not named by a plain name.
    """
    path = run / "results" / "networks.csv"
    if not path.exists():
        return pd.DataFrame(columns=NETWORK_COLUMNS)
    table = read_table(path)
    if missing := [name for name in NETWORK_COLUMNS if name not in table]:
        raise RunError(f"{path} lacks the columns {', '.join(missing)}: train again")
    names = table["file"].fillna("").astype(str)
    if wrong := [name for name in names if name in ("", "..") or Path(name).name != name]:
        raise RunError(f"{path}: {wrong[0]!r} must be the name of a file in results/models/")
    return table


def write_networks(run: Path, rows: list[dict]) -> None:
    """Write the table of kept networks; remove it where none is kept."""
    path = run / "results" / "networks.csv"
    if rows:
        write_text(path, pd.DataFrame(rows, columns=NETWORK_COLUMNS).to_csv(index=False))
    else:
        path.unlink(missing_ok=True)


def read_table(path: Path) -> pd.DataFrame:
    """A table of results; names stay text, and only empty fields are missing."""
    # A genre may be called "None" or "1980".
    names = {"genre": str, "scale": str, "weights": str, "rule": str}
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=names)


def read_study(run: Path) -> dict:
    """``study.json`` of a run, or an empty mapping for results made elsewhere."""
    path = run / "study.json"
    return read_json(path) if path.exists() else {}


def arms(metrics: pd.DataFrame) -> list[str]:
    """Arms in the order of the table, without the rows ``joint`` and ``baseline``."""
    return [arm for arm in metrics["weights"].unique() if arm not in REFERENCE_ROWS]


def transfer_arm(metrics: pd.DataFrame) -> str:
    """The arm that stands for transfer learning: imagenet, else corpus, else the first.

    The paper's t-test is over its transfer models (section 4).
    """
    present = arms(metrics)
    if not present:
        raise RunError("metrics.csv has no row of a binary network, only joint or baseline")
    return next((arm for arm in ("imagenet", "corpus") if arm in present), present[0])


def choose_arm(metrics: pd.DataFrame, weights: str | None) -> str:
    """`weights` where the run has that arm; the transfer arm where it is None or ``"auto"``."""
    if weights in (None, "", "auto"):
        return transfer_arm(metrics)
    if weights not in arms(metrics):
        raise RunError(f"weights must be one of {', '.join(arms(metrics))}, got {weights!r}")
    return weights


def tables_from_records(
    records: list[dict],
    *,
    paths: list[list[str]],
    train_paths: list[list[str]],
    truth: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The result tables from the records of the networks.

    Parameters
    ----------
    records : list of dict
        As `mgrlib.grid` writes them.
    paths : list of list of str
        Test songs of each repeat, in the order of the records' probabilities.
    train_paths : list of list of str
        Training songs of each repeat; ``train_prevalence`` is a genre's share of them.
    truth : DataFrame of bool, index = paths of all songs, columns = genres

    Returns
    -------
    dict of str to DataFrame
        ``metrics, predictions, history``, `ENSEMBLE_TABLES`, and ``equal_sizes``, which has
        the scores of the networks that learned from subsets of equal sizes, as ``metrics``
        has those of the others.
    """
    metrics, equal_sizes, history, predictions = [], [], [], []
    shares = [truth.loc[songs].mean() for songs in train_paths]
    for record in records:
        model = {**record["model"], "weights": arm_name(record["model"]["weights"])}
        share = shares[model["repeat"]]
        scores = [{**model, **row, "train_prevalence": share[row["genre"]]}
                  for row in record["rows"]]  # fmt: skip
        if "subset" in model:
            equal_sizes += scores
            continue
        metrics += scores
        history += [{**model, **row} for row in record["history"]]
        songs = paths[model["repeat"]]
        for genre, probability in record["probabilities"].items():
            part = {"path": songs, **model, "genre": genre}
            part |= {"truth": truth.loc[songs, genre].to_numpy(), "probability": probability}
            predictions.append(pd.DataFrame(part))
    empty = pd.DataFrame(columns=PREDICTION_COLUMNS)
    tables = {
        "metrics": pd.DataFrame(metrics, columns=COLUMNS + EXTRA_COLUMNS),
        "equal_sizes": pd.DataFrame(equal_sizes, columns=COLUMNS + EXTRA_COLUMNS),
        "history": pd.DataFrame(history, columns=HISTORY_COLUMNS),
        "predictions": pd.concat(predictions)[PREDICTION_COLUMNS] if predictions else empty,
    }
    return tables | ensemble_tables(tables["predictions"], tables["metrics"])


def write_tables(run: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the result tables of a run, each whole or not at all; no empty ``equal_sizes``."""
    folder = run / "results"
    for name in ("metrics", "history", *ENSEMBLE_TABLES):
        write_text(folder / f"{name}.csv", tables[name].to_csv(index=False))
    if (equal_sizes := tables["equal_sizes"]).empty:
        (folder / "equal_sizes.csv").unlink(missing_ok=True)
    else:
        write_text(folder / "equal_sizes.csv", equal_sizes.to_csv(index=False))
    write_atomically(
        folder / "predictions.parquet",
        lambda stream: tables["predictions"].to_parquet(stream, index=False),
    )


def describe_run(run: Path, *, arm: str) -> str:
    """What a run's results rest on, as a paragraph of Markdown.

    Parameters
    ----------
    run : Path
        Folder with ``results/metrics.csv`` and perhaps ``study.json``.
    arm : str
        The arm that is shown.
    """
    study, metrics = read_study(run), read_metrics(run)
    songs = escape(study.get("corpus_words", "results made elsewhere"))
    scales = ", ".join(escape(scale) for scale in metrics["scale"].unique())
    return (
        f"Read from the run {escape(run.name)}: {songs}, arm {escape(arm)}, scales "
        f"{scales}. {caution(study.get('evidence'))}"
    )
