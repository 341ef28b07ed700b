"""One step of training: from a batch of pixels to new weights.

On a CPU a step is a few lines that run as they stand. On CUDA small kernels wait for
the host that launches them, so a step of a full batch is captured once as a CUDA graph
and replayed; network, optimizer and graph serve many trainings, each of which starts by
writing its first weights into the same memory.
"""

import warnings
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

WARM_UP_STEPS = 3
"""Steps before a capture, as torch's notes on CUDA graphs ask for."""


class Step:
    """Training steps of one network by AdamW, run as they stand.

    Parameters
    ----------
    network : torch.nn.Module
        Its weights are changed in place.
    recipe : mgrlib.training.Recipe
        Device, precision and batch size.
    """

    def __init__(self, network: nn.Module, recipe: Any):
        self.network = network.to(recipe.device, memory_format=torch.channels_last)
        self.recipe = recipe
        self.normalization = None
        self.optimizer = self._optimizer()
        # loss, true positives, said yes, are yes: summed up on the device, read once an epoch
        self.tally = torch.zeros(4, device=recipe.device)

    def _optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.network.parameters(), lr=0.0, fused=True)

    def restart(self, normalization: Any) -> None:
        """Begin another training, with the weights that the network has now."""
        self.network.train()
        self._normalize_by(normalization)
        self._forget()

    def _normalize_by(self, normalization: Any) -> None:
        self.normalization = normalization

    def _forget(self) -> None:
        """Put optimizer and tally back to their beginning, in place."""
        for state in self.optimizer.state.values():
            for value in state.values():
                value.zero_()
        self.tally.zero_()

    def __call__(self, pixels: torch.Tensor, truth: torch.Tensor, *, rate: float) -> None:
        """Train on one batch.

        Parameters
        ----------
        pixels : uint8, shape=(batch, height, width), or float32 features, shape=(batch, d)
        truth : float32, shape=(batch, outputs)
        rate : float
            Learning rate of this step.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad()
        self._train(pixels, truth)

    def _train(self, pixels: torch.Tensor, truth: torch.Tensor) -> None:
        images = self.normalization(pixels) if self.normalization else pixels
        with self.recipe.autocast():
            logits = self.network(images)  # (batch, outputs)
        loss = binary_cross_entropy_with_logits(logits.float(), truth)
        loss.backward()
        self.optimizer.step()
        self.tally += _tally(loss.detach(), logits.detach(), truth)

    def take_tally(self) -> list[float]:
        """Sums since the last call: loss times images, true positives, said yes, are yes."""
        sums = self.tally.tolist()
        self.tally.zero_()
        return sums


def _tally(loss: torch.Tensor, logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    said = (logits > 0).float()
    hits = (said * truth).sum()
    return torch.stack([loss * len(logits), hits, said.sum(), truth.sum()])


class CapturedStep(Step):
    """The same steps on CUDA, where one of a full batch is a graph that is replayed.

    Everything that a graph reads or writes keeps its place in memory: weights, moments
    of the optimizer, learning rate, normalization and the batch itself. The smaller
    last batch of an epoch runs as it stands, over the same weights and gradients.
    """

    def __init__(self, network: nn.Module, recipe: Any):
        self.rate = torch.zeros((), device=recipe.device)
        super().__init__(network, recipe)
        self.graph = None
        self.pixels = self.truth = None

    def _optimizer(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(
            self.network.parameters(), lr=self.rate, fused=True, capturable=True
        )

    def _normalize_by(self, normalization: Any) -> None:
        if normalization is None:
            return
        if self.normalization is None:
            mean, deviation = torch.zeros(2, device=self.recipe.device).unbind()
            self.normalization = replace(normalization, mean=mean, deviation=deviation)
        self.normalization.mean.fill_(normalization.mean)
        self.normalization.deviation.fill_(normalization.deviation)

    def __call__(self, pixels: torch.Tensor, truth: torch.Tensor, *, rate: float) -> None:
        """Train on one batch."""
        full = len(pixels) == self.recipe.batch_size
        if full and self.graph is None:
            self._capture(pixels, truth)
        self.rate.fill_(rate)
        if full:
            self.pixels.copy_(pixels)
            self.truth.copy_(truth)
            self.graph.replay()
        else:
            # In place: a replay writes to the gradients that it was captured with.
            self.optimizer.zero_grad(set_to_none=self.graph is None)
            self._train(pixels, truth)

    def _capture(self, pixels: torch.Tensor, truth: torch.Tensor) -> None:
        """Capture a step of this shape; weights and optimizer end as they began.

        A training meets its first full batch at its first step or never, so the
        optimizer has nothing yet to remember.
        """
        self.pixels, self.truth = pixels.clone(), truth.clone()
        before = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side), warnings.catch_warnings():
            # torch remarks that an optimizer made for graphs steps without one.
            warnings.filterwarnings("ignore", message=".*capturable.*")
            for _ in range(WARM_UP_STEPS):
                self.optimizer.zero_grad()
                self._train(self.pixels, self.truth)
        torch.cuda.current_stream().wait_stream(side)
        self.optimizer.zero_grad()  # so that the graph owns the gradients' memory
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self._train(self.pixels, self.truth)
        self.network.load_state_dict(before)
        self._forget()


def make_step(network: nn.Module, recipe: Any) -> Step:
    """The step for the device of `recipe`."""
    return CapturedStep(network, recipe) if recipe.device == "cuda" else Step(network, recipe)
