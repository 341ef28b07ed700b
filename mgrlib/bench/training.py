"""How fast networks are trained: a step, against a bare loop and a stock one."""

import time

import numpy as np

from ..settings import DEPTHS
from .timing import in_turns, row

STEPS = {64: 3, 224: 1}
"""Image size in pixels -> steps of a call."""


def bench_training(*, batch_size: int = 16) -> list[dict]:
    """A training step of each depth on one core or the GPU, against a bare loop and a stock one."""
    return [line for size in STEPS for depth in DEPTHS for line in _bench_step(
        depth, size=size, batch_size=batch_size)]  # fmt: skip


def _bench_step(depth: int, *, size: int, batch_size: int) -> list[dict]:
    import torch

    from ..models import build_resnet, import_torchvision, resolve_device, resolve_precision
    from ..training import Normalization, Recipe, fit, make_step, resident

    torch.set_num_threads(1)
    device = resolve_device("auto")
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 255, (STEPS[size] * batch_size, size, size), dtype=np.uint8)
    targets = rng.integers(0, 2, (len(pixels), 16))
    normalization = Normalization.of(pixels)
    recipe = Recipe(epochs=1, batch_size=batch_size, learning_rate=1e-3, seed=1, device=device,
                    precision=resolve_precision("auto", device))  # fmt: skip
    network = build_resnet(depth, outputs=16, seed=1)
    bare, stock = (getattr(import_torchvision().models, f"resnet{depth}")(num_classes=16)
                   for _ in range(2))  # fmt: skip
    bare.conv1 = torch.nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    bare.to(device, memory_format=torch.channels_last)
    stock.to(device)
    # On a GPU a study captures its step once and uses it for all networks of a depth.
    step = make_step(network, recipe) if device == "cuda" else None
    songs, truth = resident(pixels, device), resident(targets, device).float()
    images = normalization(songs)
    ours, bare_loop, stock_loop = (taken / STEPS[size] for taken in in_turns(
        lambda: fit(network, songs, targets, normalization=normalization, recipe=recipe, step=step),
        lambda: _bare_epoch(bare, images, truth, recipe),
        lambda: _stock_epoch(stock, songs, truth, batch_size),
        rounds=3 if size < 224 else 2,
        clock=time.process_time if device == "cpu" else time.perf_counter,
    ))  # fmt: skip
    # Without bfloat16 in the processor there is nothing to gain on float32.
    least = {64: 1.2, 224: 1.7}[size] if recipe.precision == "bfloat16" else None
    name = f"training step, ResNet{depth}, {size} px, batch {batch_size}, {recipe.precision}"
    name += f", {device}" * (device != "cpu")
    return [
        row(name, (ours, bare_loop), baseline_name="bare loop, same precision, resident tensors",
            unit="s a step", goal=0.9),
        row(name, (ours, stock_loop), baseline_name="stock torchvision loop, float32",
            unit="s a step", goal=least),
    ]  # fmt: skip


def _bare_epoch(network, images, truth, recipe) -> None:
    """An epoch without anything but the network: torchvision's own, on resident tensors."""
    import torch

    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, fused=True)
    network.train()
    for chosen in torch.arange(len(images)).split(recipe.batch_size):
        with recipe.autocast():
            logits = network(images[chosen])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float(), truth[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    loss.item()  # a GPU is done when it can say the loss


def _stock_epoch(network, songs, truth, batch_size: int) -> None:
    """An epoch as a torchvision user would write it: three channels, float32, AdamW."""
    import torch

    images = songs.float().div(255).unsqueeze(1).expand(-1, 3, -1, -1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    network.train()
    for chosen in torch.randperm(len(images)).split(batch_size):
        logits = network(images[chosen])
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    loss.item()
