"""Training one network: the loop, its predictions, and a head on fixed features.

Images are uint8 (image, frequency, time) of one scale, all songs of the study in one
array that stays where it is; a step takes the rows of its batch and normalizes them.
Targets are 0 or 1, one column an output. What is random (first weights, order of
batches) comes from seeds that the caller gives and that never depend on the scale, so
two scales differ in their pixels and in nothing else.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import math
import time
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from .errors import StudyError
from .steps import Step, make_step


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained: AdamW, a cosine from `learning_rate` to 0, no augmentation.

    Attributes
    ----------
    epochs, batch_size : int
    learning_rate : float
        Of the first step.
    seed : int
        Of the order of batches.
    device : {"cpu", "cuda"}
    precision : {"float32", "bfloat16"}
        Of the products inside the network; weights and loss stay float32.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    device: str = "cpu"
    precision: str = "float32"

    def autocast(self):
        """Context in which a network runs at `precision`."""
        if self.precision == "float32":
            return nullcontext()
        # Without the cache of cast weights: a captured graph must cast them at every replay.
        cached = self.device != "cuda"
        return torch.autocast(self.device, dtype=torch.bfloat16, cache_enabled=cached)

    def rates(self, steps: int) -> Iterator[float]:
        """Learning rate of each step (Loshchilov & Hutter 2017, equation 5)."""
        for step in range(steps):
            yield self.learning_rate * (1 + math.cos(math.pi * step / steps)) / 2


@dataclass(frozen=True)
class Normalization:
    """Mean and deviation of the training images of one scale, in gray levels."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, pixels: np.ndarray, *, rows: np.ndarray | None = None) -> "Normalization":
        """Of the images `rows` of uint8, shape=(n, height, width); exact, by histogram."""
        rows = np.arange(len(pixels)) if rows is None else rows
        counts = np.zeros(256, dtype=np.int64)
        for start in range(0, len(rows), 256):
            counts += np.bincount(pixels[rows[start : start + 256]].ravel(), minlength=256)
        levels = np.arange(256)
        mean = float((counts * levels).sum() / counts.sum())
        variance = float((counts * (levels - mean) ** 2).sum() / counts.sum())
        return cls(mean, max(variance**0.5, 1.0))

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """(n, height, width) uint8 -> (n, 1, height, width) float32, channels last."""
        images = (pixels.unsqueeze(1).float() - self.mean) / self.deviation
        return images.contiguous(memory_format=torch.channels_last)


def batches(
    n: int, *, size: int, seed: int, epoch: int, device: str = "cpu"
) -> Iterator[torch.Tensor]:
    """Indices of each batch of an epoch, in an order that depends on `seed` and `epoch`.

    A last batch of one is merged into the one before: batch normalization over one
    image of a single pixel has no variance to divide by.
    """
    generator = torch.Generator().manual_seed((seed + epoch) % 2**63)
    # The whole order goes to the device at once: a transfer a batch would wait for the host.
    order = torch.randperm(n, generator=generator).to(device, non_blocking=True)
    chunks = list(order.split(size))
    if len(chunks) > 1 and len(chunks[-1]) == 1:
        chunks[-2:] = [torch.cat(chunks[-2:])]
    yield from chunks


def steps_of_epoch(n: int, size: int) -> int:
    """Number of `batches` of an epoch over `n` images."""
    return max(1, n // size if n % size <= 1 else n // size + 1)


def resident(array: np.ndarray | torch.Tensor, device: str) -> torch.Tensor:
    """`array` as a tensor on `device`; on a CPU it shares the memory of the array."""
    if isinstance(array, torch.Tensor):
        return array.to(device)
    with warnings.catch_warnings():
        # Images that several processes map are read-only; nothing here writes to them.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.as_tensor(array, device=device)


def fit(
    network: nn.Module,
    images: np.ndarray | torch.Tensor,
    targets: np.ndarray,
    *,
    normalization: Normalization | None,
    recipe: Recipe,
    rows: np.ndarray | None = None,
    step: Step | None = None,
) -> list[dict]:
    """Train `network` in place, `recipe.epochs` times over the images of `rows`.

    Parameters
    ----------
    images : uint8, shape=(songs, height, width), or float32 features, shape=(songs, d)
        Of all songs; they are not copied.
    targets : ndarray, shape=(n, outputs)
        1 where the song of that row has the genre of that output.
    normalization : Normalization or None
        None where `images` are features already standardized.
    rows : ndarray of int, shape=(n,), optional
        The songs to train on; all by default.
    step : Step, optional
        A step of this network that is used again (`mgrlib.steps.make_step`).

    Returns
    -------
    list of dict
        An epoch each: ``epoch, train_loss, train_f1, seconds``; loss and F1 (over all
        outputs) are of the predictions made while training.

    Raises
    ------
    StudyError
        If the loss is no longer finite.
    """
    images, targets = resident(images, recipe.device), resident(targets, recipe.device).float()
    rows = resident(np.arange(len(images)) if rows is None else rows, recipe.device)
    step = step or make_step(network, recipe)
    step.restart(normalization)
    n, size = len(targets), recipe.batch_size
    rates = recipe.rates(recipe.epochs * steps_of_epoch(n, size))
    history = []
    for epoch in range(1, recipe.epochs + 1):
        started = time.perf_counter()
        for chosen in batches(n, size=size, seed=recipe.seed, epoch=epoch, device=recipe.device):
            step(images[rows[chosen]], targets[chosen], rate=next(rates))
        history.append(_epoch_row(epoch, step.take_tally(), n, time.perf_counter() - started))
    return history


def _epoch_row(epoch: int, tally: list[float], n: int, seconds: float) -> dict:
    loss, hits, said, true = tally
    if not np.isfinite(loss):
        raise StudyError(f"the training loss is {loss} in epoch {epoch}: lower learning_rate")
    return {
        "epoch": epoch,
        "train_loss": loss / n,
        "train_f1": 2 * hits / max(said + true, 1),
        "seconds": seconds,
    }


@torch.inference_mode()
def predict(
    network: nn.Module,
    images: np.ndarray | torch.Tensor,
    *,
    normalization: Normalization | None,
    recipe: Recipe,
    rows: np.ndarray | None = None,
    batch_size: int | None = None,
) -> np.ndarray:
    """Outputs of a trained network (logits, or features without its last layer).

    Parameters
    ----------
    images : uint8, shape=(songs, height, width), or float32 features, shape=(songs, d)
    rows : ndarray of int, shape=(n,), optional
        The songs to predict; all by default.
    batch_size : int, optional
        By default that of `recipe`, four times as many on a GPU: neither needs more memory
        than training.

    Returns
    -------
    ndarray, float32, shape=(n, outputs)
    """
    network.to(recipe.device).eval()
    images = resident(images, recipe.device)
    rows = resident(np.arange(len(images)) if rows is None else rows, recipe.device)
    parts = []
    for chosen in rows.split(
        batch_size or recipe.batch_size * (4 if recipe.device == "cuda" else 1)
    ):
        batch = normalization(images[chosen]) if normalization else images[chosen]
        with recipe.autocast():
            parts.append(network(batch).float())
    return torch.cat(parts).cpu().numpy()


def features(
    network: nn.Module, images: np.ndarray, *, normalization: Normalization, recipe: Recipe
) -> np.ndarray:
    """What the trunk of a ResNet says of each image, before its last layer.

    Returns
    -------
    ndarray, float32, shape=(n, 512) for ResNet34, (n, 2048) for the deeper ones
    """
    head, network.fc = network.fc, nn.Identity()
    try:
        return predict(network, images, normalization=normalization, recipe=recipe)
    finally:
        network.fc = head


def standardize(values: np.ndarray, *, train: np.ndarray) -> np.ndarray:
    """Features with mean 0 and equal deviations over the rows `train`, of length 1 on average.

    The common length makes a step of the same learning rate move a logit alike, whether
    a network has 512 features or 2048.

    Parameters
    ----------
    values : ndarray, shape=(n, features)
    train : ndarray of int
        Rows that mean and deviation are taken over.

    Returns
    -------
    ndarray, float32, shape=(n, features)
    """
    mean, deviation = mean_and_deviation(values[train])
    return ((values - mean) / deviation / np.sqrt(values.shape[1])).astype(np.float32)


def mean_and_deviation(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each column; the deviation is 1 where a column is constant."""
    deviation = values.std(axis=0)
    return values.mean(axis=0), np.where(deviation > 1e-6, deviation, 1)


def fit_baseline(values: np.ndarray, targets: np.ndarray, test_values: np.ndarray) -> np.ndarray:
    """Logistic regression on `row_statistics`, standardized.

    Parameters
    ----------
    values, test_values : ndarray, shape=(n, features)
    targets : ndarray of {0, 1}, shape=(n,)

    Returns
    -------
    ndarray, shape=(n_test,)
        Probabilities of the test images.
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(values, targets)
    return model.predict_proba(test_values)[:, 1]


def row_statistics(images: np.ndarray) -> np.ndarray:
    """Mean and deviation over time of each row of the images, what the baseline hears.

    Parameters
    ----------
    images : ndarray, uint8, shape=(n, frequency, time)

    Returns
    -------
    ndarray, float32, shape=(n, 2 * frequency)
    """
    parts = [images[start : start + 256].astype(np.float32) for start in range(0, len(images), 256)]
    return np.concatenate(
        [np.concatenate([part.mean(axis=2), part.std(axis=2)], axis=1) for part in parts]
    )


def prior_shift(logits: np.ndarray, prevalence: np.ndarray) -> np.ndarray:
    """Logits as if positives and negatives had been equally many in training.

    The joint network sees the genres at their own prevalence, the binary ones 1:1; odds
    times (1 - prevalence) / prevalence (Elkan 2001) bring both to the same threshold.
    """
    share = np.clip(prevalence, 1e-6, 1 - 1e-6)
    return logits + np.log((1 - share) / share)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, without overflow."""
    return torch.sigmoid(torch.from_numpy(np.asarray(logits, dtype=np.float64))).numpy()
