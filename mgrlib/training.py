"""Training one network: the loop, its predictions, and a head on fixed features.

Images are uint8 arrays (image, frequency, time) of one scale, held in memory and
normalized in the step; targets are 0 or 1, one column an output. What is random (first
weights, order of batches) comes from seeds that the caller gives and that never depend
on the scale, so two scales differ in their pixels and in nothing else.
Paper: section 3.2. Notebook: 03_per_depth_training.
"""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from .errors import StudyError


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
        return torch.autocast(self.device, dtype=torch.bfloat16)


@dataclass(frozen=True)
class Normalization:
    """Mean and deviation of the training images of one scale, in gray levels."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, pixels: np.ndarray) -> "Normalization":
        """Of images uint8, shape=(n, height, width); exact, from their histogram."""
        counts = np.bincount(pixels.ravel(), minlength=256)
        levels = np.arange(256)
        mean = float((counts * levels).sum() / counts.sum())
        variance = float((counts * (levels - mean) ** 2).sum() / counts.sum())
        return cls(mean, max(variance**0.5, 1.0))

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """(n, height, width) uint8 -> (n, 1, height, width) float32, channels last."""
        images = (pixels.unsqueeze(1).float() - self.mean) / self.deviation
        return images.contiguous(memory_format=torch.channels_last)


def batches(n: int, *, size: int, seed: int, epoch: int) -> Iterator[torch.Tensor]:
    """Indices of each batch of an epoch, in an order that depends on `seed` and `epoch`.

    A last batch of one is merged into the one before: batch normalization over one
    image of a single pixel has no variance to divide by.
    """
    generator = torch.Generator().manual_seed((seed + epoch) % 2**63)
    chunks = list(torch.randperm(n, generator=generator).split(size))
    if len(chunks) > 1 and len(chunks[-1]) == 1:
        chunks[-2:] = [torch.cat(chunks[-2:])]
    yield from chunks


def fit(
    network: nn.Module,
    images: np.ndarray,
    targets: np.ndarray,
    *,
    normalization: Normalization | None,
    recipe: Recipe,
) -> list[dict]:
    """Train `network` in place on all images, `recipe.epochs` times.

    Parameters
    ----------
    images : ndarray, uint8, shape=(n, height, width), or float32 features, shape=(n, d)
    targets : ndarray, shape=(n, outputs)
        1 where the song has the genre of that output.
    normalization : Normalization or None
        None where `images` are features already standardized.

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
    network.to(recipe.device, memory_format=torch.channels_last).train()
    images, targets = _resident(images, recipe.device), _resident(targets, recipe.device).float()
    steps = recipe.epochs * sum(1 for _ in batches(len(images), size=recipe.batch_size,
                                                   seed=0, epoch=0))  # fmt: skip
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    history = []
    for epoch in range(1, recipe.epochs + 1):
        started = time.perf_counter()
        tally = torch.zeros(4, device=recipe.device)  # loss, true positives, said yes, are yes
        for chosen in batches(len(images), size=recipe.batch_size, seed=recipe.seed, epoch=epoch):
            chosen = chosen.to(recipe.device)
            batch = normalization(images[chosen]) if normalization else images[chosen]
            with recipe.autocast():
                logits = network(batch)  # (batch, outputs)
            loss = binary_cross_entropy_with_logits(logits.float(), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            tally += _tally(loss.detach(), logits.detach(), targets[chosen])
        history.append(_epoch_row(epoch, tally, len(images), time.perf_counter() - started))
    return history


def _resident(array: np.ndarray, device: str) -> torch.Tensor:
    # A copy: arrays shared between processes are read-only, which torch does not know.
    return torch.tensor(array, device=device)


def _tally(loss: torch.Tensor, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    said = (logits > 0).float()
    hits = (said * truth).sum()
    return torch.stack([loss * len(logits), hits, said.sum(), truth.sum()])


def _epoch_row(epoch: int, tally: torch.Tensor, n: int, seconds: float) -> dict:
    loss, hits, said, true = tally.tolist()
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
    images: np.ndarray,
    *,
    normalization: Normalization | None,
    recipe: Recipe,
    batch_size: int = 64,
) -> np.ndarray:
    """Outputs of a trained network (logits, or features without its last layer).

    Returns
    -------
    ndarray, float32, shape=(n, outputs)
    """
    network.to(recipe.device).eval()
    parts = []
    for start in range(0, len(images), batch_size):
        batch = _resident(images[start : start + batch_size], recipe.device)
        batch = normalization(batch) if normalization else batch
        with recipe.autocast():
            parts.append(network(batch).float().cpu())
    return torch.cat(parts).numpy()


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
    mean, deviation = values[train].mean(axis=0), values[train].std(axis=0)
    scaled = (values - mean) / np.where(deviation > 1e-6, deviation, 1)
    return (scaled / np.sqrt(values.shape[1])).astype(np.float32)


def fit_baseline(images: np.ndarray, targets: np.ndarray, test_images: np.ndarray) -> np.ndarray:
    """Logistic regression on the mean and deviation of each row of the image.

    Parameters
    ----------
    images, test_images : ndarray, uint8, shape=(n, frequency, time)
    targets : ndarray of {0, 1}, shape=(n,)

    Returns
    -------
    ndarray, shape=(n_test,)
        Probabilities of the test images.
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(_row_statistics(images), targets)
    return model.predict_proba(_row_statistics(test_images))[:, 1]


def _row_statistics(images: np.ndarray) -> np.ndarray:
    values = images.astype(np.float32)
    return np.concatenate([values.mean(axis=2), values.std(axis=2)], axis=1)


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
