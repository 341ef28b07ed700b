"""How hard the corpus is for a listener who hears only tempo and broad bands.

The generator's difficulty is set on this baseline alone. It favors no frequency scale:
it knows a tempo, and the mean and deviation over time of the energy in eight octaves.

Measured by ``python -m mgrlib.corpora.synthetic.difficulty FOLDER`` on 960 songs of 6 s
(version 1): macro ROC-AUC 0.776 for the library of seed 2025, 0.766 for that of seed 7.
The same regression on the songs' true decisions instead of their sound reaches 0.95, so
there is more in the songs than this listener hears.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import fft

from ...audio import read_segment
from ...catalog import read_library
from ...files import read_json
from . import MANIFEST
from .voices import SAMPLE_RATE

FRAME = 1024
HOP = 512
LOWEST_EDGE = 43.0
"""Hz where the lowest of eight octaves begins; the highest ends at 11 kHz."""

SLOWEST, FASTEST = 50.0, 220.0
"""Beats a minute between which the tempo is sought."""


def broad_band_features(samples: np.ndarray, *, sample_rate: int) -> np.ndarray:
    """A tempo and the mean and deviation of eight octave-wide band energies.

    Parameters
    ----------
    samples : numpy.ndarray, shape=(samples,)
        A mono signal of at least two seconds.
    sample_rate : int
        Samples per second.

    Returns
    -------
    numpy.ndarray, shape=(18,)
        Eight means and eight deviations in dB, beats a minute on a logarithmic scale,
        and how strongly they are felt (0..1).
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    power = np.abs(fft.rfft(frames * np.hanning(FRAME).astype(frames.dtype))) ** 2
    hz = fft.rfftfreq(FRAME, 1 / sample_rate)
    edges = LOWEST_EDGE * 2.0 ** np.arange(9)
    bands = [power[:, (hz >= low) & (hz < high)].sum(axis=1) for low, high in pairwise(edges)]
    decibels = 10 * np.log10(np.stack(bands, axis=1) + 1e-8)
    tempo, strength = estimate_tempo(decibels, frames_per_second=sample_rate / HOP)
    return np.hstack([decibels.mean(axis=0), decibels.std(axis=0), np.log2(tempo), strength])


def estimate_tempo(decibels: np.ndarray, *, frames_per_second: float) -> tuple[float, float]:
    """Tempo by autocorrelation of an onset envelope.

    Parameters
    ----------
    decibels : numpy.ndarray, shape=(frames, bands)
        Band energies.
    frames_per_second : float
        Frames per second.

    Returns
    -------
    tempo, strength : float
        Beats a minute of the highest peak, weighted towards 120, and its height
        relative to lag 0.
    """
    onsets = np.maximum(np.diff(decibels, axis=0), 0).sum(axis=1)
    onsets = onsets - onsets.mean()
    spectrum = np.abs(fft.rfft(onsets, 2 * len(onsets))) ** 2
    correlation = fft.irfft(spectrum)[: len(onsets)]
    shortest = int(np.ceil(60 * frames_per_second / FASTEST))
    longest = min(int(60 * frames_per_second / SLOWEST), len(correlation) - 1)
    lags = np.arange(shortest, longest + 1)
    tempi = 60 * frames_per_second / lags
    weight = np.exp(-0.5 * np.log2(tempi / 120) ** 2)
    best = int(np.argmax(correlation[lags] * weight))
    return float(tempi[best]), float(correlation[lags[best]] / (correlation[0] + 1e-9))


def library_features(folder: Path) -> np.ndarray:
    """`broad_band_features` of the segment of every song, as decoded from its file.

    Returns
    -------
    numpy.ndarray, shape=(songs, 18)
        In the order of ``songs.csv``.
    """
    seconds = read_json(folder / MANIFEST)["segment_seconds"]
    features = []
    for path in pd.read_csv(folder / "songs.csv")["path"]:
        segment = read_segment(folder / path, segment_seconds=seconds, sample_rate=SAMPLE_RATE)
        features.append(broad_band_features(segment.samples, sample_rate=SAMPLE_RATE))
    return np.array(features)


def library_labels(folder: Path) -> pd.DataFrame:
    """Which song has which genre: 0 or 1, a row for every song, columns by name."""
    return read_library(folder).labels().astype(int).sort_index(axis=1)


def baseline_auc(
    features: np.ndarray, labels: pd.DataFrame, *, seed: int = 0, splits: int = 4
) -> pd.Series:
    """ROC-AUC by genre of logistic regression, averaged over random splits 75 to 25.

    Parameters
    ----------
    features : numpy.ndarray, shape=(songs, features)
        Of `library_features`.
    labels : pandas.DataFrame
        Of `library_labels`.
    seed, splits : int
        Seed of the first split, and how many there are.

    Returns
    -------
    pandas.Series
        A value for each genre; their mean is the macro ROC-AUC.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scores: dict[str, list[float]] = {genre: [] for genre in labels}
    for genre, truth in labels.items():
        for split in range(splits):
            train_x, test_x, train_y, test_y = train_test_split(
                features, truth, test_size=0.25, random_state=seed + split, stratify=truth
            )
            model = LogisticRegression(class_weight="balanced", max_iter=1000)
            model = make_pipeline(StandardScaler(), model).fit(train_x, train_y)
            scores[genre].append(roc_auc_score(test_y, model.predict_proba(test_x)[:, 1]))
    return pd.Series({genre: float(np.mean(values)) for genre, values in scores.items()})


def main(folder: str) -> None:
    """Print the baseline's ROC-AUC on a library, genre by genre and in the mean."""
    path = Path(folder)
    scores = baseline_auc(library_features(path), library_labels(path))
    print(scores.round(3).to_string())
    print(f"macro ROC-AUC {scores.mean():.4f}")


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
