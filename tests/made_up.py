"""Made-up studies, answers and all: for tests of what is read off a run's files."""

import numpy as np
import pandas as pd

KEY = ["genre", "depth", "scale", "weights", "repeat"]


def answers(
    *, genres=6, songs=80, depths=(34, 50), scales=("linear", "mel"), arms=("corpus",), repeats=1,
    seed=0,
):  # fmt: skip
    """A table of predictions: songs with genres, networks that are right four times in five."""
    rng = np.random.default_rng(seed)
    parts = []
    for repeat in range(repeats):
        truth = rng.random((songs, genres)) < np.linspace(0.5, 0.15, genres)
        hard = rng.normal(0, 0.6, truth.shape)
        for arm in arms:
            for depth in (0,) if arm == "baseline" else depths:
                for scale in scales:
                    score = np.where(truth, 0.85, -0.85) + hard + rng.normal(0, 0.8, truth.shape)
                    parts += [
                        pd.DataFrame({
                            "path": [f"{repeat}-{song}.wav" for song in range(songs)],
                            "genre": f"Genre {genre}", "depth": depth, "scale": scale,
                            "weights": arm, "repeat": repeat, "truth": truth[:, genre],
                            "probability": 1 / (1 + np.exp(-score[:, genre])),
                        })
                        for genre in range(genres)
                    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def scores(predictions):
    """The table of metrics that belongs to predictions, by counts."""
    called = predictions["probability"] >= 0.5
    truth = predictions["truth"]
    counted = predictions[KEY].assign(
        hits=truth & called, marked=called, n_test_positive=truth, right=truth == called, n_test=1
    )
    table = counted.groupby(KEY, sort=False, as_index=False).sum()
    hits, marked = table.pop("hits"), table.pop("marked")
    table["accuracy"] = table.pop("right") / table["n_test"]
    table["precision"] = (hits / marked).fillna(0)
    table["recall"] = hits / table["n_test_positive"]
    table["f1"] = 2 * hits / (marked + table["n_test_positive"])
    return table


def write(folder, metrics, predictions=None):
    """A folder that can be read as a run."""
    (folder / "results").mkdir(parents=True)
    metrics.to_csv(folder / "results" / "metrics.csv", index=False)
    if predictions is not None:
        predictions.to_parquet(folder / "results" / "predictions.parquet", index=False)
    return folder
