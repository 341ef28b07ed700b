"""The step that is captured as a CUDA graph: the same training, in memory that stays in place.

Without a GPU, a stand-in for the graph runs again what was captured, over the same
tensors, as a replay does.
"""

from contextlib import contextmanager

import numpy as np
import pytest
import torch

from mgrlib.models import build_resnet
from mgrlib.steps import CapturedStep, Step, make_step
from mgrlib.training import Normalization, Recipe, fit, steps_of_epoch

RECIPE = Recipe(epochs=2, batch_size=8, learning_rate=1e-3, seed=5)


class Replayed:
    """Stands in for `torch.cuda.CUDAGraph`: a replay runs the step over its own tensors."""

    def __init__(self):
        self.replays = 0

    def gradients(self) -> list:
        return [parameter.grad for parameter in self.step.network.parameters()]

    def begin(self, step):
        self.step = step
        # Else every replay would add to what a gradient was before the capture.
        assert all(gradient is None for gradient in self.gradients())

    def end(self):
        self.captured = self.gradients()

    def replay(self):
        self.replays += 1
        # A replay writes its gradients anew, into the memory of the capture, and nothing else
        # may have been put in the place of that memory.
        for now, then in zip(self.gradients(), self.captured, strict=True):
            assert now is then
            now.zero_()
        self.step._train(self.step.pixels, self.step.truth)


@pytest.fixture
def captured(monkeypatch):
    """Makes captured steps on this processor; each counts its captures."""
    captures = []

    class Stream:
        def wait_stream(self, other):
            pass

    @contextmanager
    def nothing(*arguments):
        yield

    @contextmanager
    def capture(graph):
        captures.append(graph)
        graph.begin(making[-1])
        yield
        graph.end()

    making = []

    class OnCpu(CapturedStep):
        def __init__(self, network, recipe):
            making.append(self)
            super().__init__(network, recipe)

        def _optimizer(self):
            optimizer = super()._optimizer()
            optimizer.param_groups[0]["capturable"] = False  # torch has it for CUDA alone
            return optimizer

    monkeypatch.setattr(torch.cuda, "CUDAGraph", Replayed)
    monkeypatch.setattr(torch.cuda, "graph", capture)
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", nothing)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    OnCpu.captures = captures
    return OnCpu


def songs(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % 2
    pixels = rng.integers(0, 100, (n, 32, 32)) + 90 * targets[:, None, None]
    return pixels.astype(np.uint8), targets[:, None]


def trained(step_of, network, n, seed, step=None) -> tuple[dict, list]:
    pixels, targets = songs(n, seed)
    history = fit(network, pixels, targets, normalization=Normalization.of(pixels), recipe=RECIPE,
                  step=step or step_of(network, RECIPE))  # fmt: skip
    return network.state_dict(), [row["train_loss"] for row in history]


def assert_same(found: dict, expected: dict, losses: list, expected_losses: list) -> None:
    """Equal but for rounding: a graph reads mean, deviation and rate as float32 tensors."""
    assert losses == pytest.approx(expected_losses, rel=1e-5)
    for name, tensor in expected.items():
        torch.testing.assert_close(found[name], tensor, rtol=1e-2, atol=5e-4, msg=name)


def test_a_captured_step_trains_as_the_plain_one(captured):
    # 20 songs: two full batches and one of 4 an epoch.
    plain, losses = trained(Step, build_resnet(34, outputs=1, seed=3), 20, 1)
    graph, graph_losses = trained(captured, build_resnet(34, outputs=1, seed=3), 20, 1)
    assert_same(graph, plain, graph_losses, losses)
    assert [graph.replays for graph in captured.captures] == [4]


def test_one_capture_serves_many_trainings(captured):
    network = build_resnet(34, outputs=1, seed=3)
    step = captured(network, RECIPE)
    for n, seed in ((20, 1), (5, 2), (17, 3)):  # also one without a full batch
        network.load_state_dict(build_resnet(34, outputs=1, seed=seed).state_dict())
        again, losses = trained(captured, network, n, seed, step=step)
        alone, expected = trained(Step, build_resnet(34, outputs=1, seed=seed), n, seed)
        assert_same(again, alone, losses, expected)
    assert len(captured.captures) == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_on_a_gpu_the_graph_trains_as_the_plain_steps():
    recipe = Recipe(epochs=2, batch_size=8, learning_rate=1e-3, seed=5, device="cuda")
    network = build_resnet(34, outputs=1, seed=3)
    step = make_step(network, recipe)
    assert type(step) is CapturedStep
    for n, seed in ((20, 1), (5, 2), (17, 3)):
        first = build_resnet(34, outputs=1, seed=seed)
        network.load_state_dict(first.state_dict())
        pixels, targets = songs(n, seed)
        seen = {"normalization": Normalization.of(pixels), "recipe": recipe}
        found = fit(network, pixels, targets, step=step, **seen)
        expected = fit(first, pixels, targets, step=Step(first, recipe), **seen)
        for row, other in zip(found, expected, strict=True):
            assert row["train_loss"] == pytest.approx(other["train_loss"], rel=1e-2)


def test_a_step_starts_anew():
    network = build_resnet(34, outputs=1, seed=3)
    first = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    step = make_step(network, RECIPE)
    assert type(step) is Step
    _, losses = trained(Step, network, 20, 1, step=step)
    network.load_state_dict(first)
    _, again = trained(Step, network, 20, 1, step=step)
    assert again == losses


def test_gradients_of_a_batch_are_not_added_to_the_last():
    network = torch.nn.Linear(3, 1)
    torch.nn.init.zeros_(network.weight)
    step = Step(network, RECIPE)
    step.restart(None)
    values, truth = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[1.0]])
    for _ in range(2):
        step(values, truth, rate=0.0)
        # The gradient of the loss at logit b is (sigmoid(b) - 1) * x.
        expected = torch.sigmoid(network.bias.detach()) - 1
        torch.testing.assert_close(network.weight.grad[0, :1], expected)


@pytest.mark.parametrize("n", range(1, 30))
def test_the_schedule_has_a_rate_for_every_batch(n):
    from mgrlib.training import batches

    assert steps_of_epoch(n, 4) == sum(1 for _ in batches(n, size=4, seed=0, epoch=1))


def test_the_rate_falls_as_a_cosine():
    schedule = torch.optim.lr_scheduler
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1e-3)
    cosine, expected = schedule.CosineAnnealingLR(optimizer, T_max=7), []
    for _ in range(7):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    assert list(RECIPE.rates(7)) == pytest.approx(expected)
