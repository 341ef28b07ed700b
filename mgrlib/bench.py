"""Speed as ratios: ours against a named baseline, in turns, in one run (``make bench``).

Machines differ and are busy with other things, so a time says little and a ratio of two
times that were taken in turns says much. Writes ``runs/bench/bench.json``, a list of
``{name, ours, baseline, baseline_name, ratio, unit, goal}``; ratio = baseline / ours.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .files import runs_folder, write_json
from .settings import DEPTHS

SAMPLE_RATE = 22_050
ROUNDS = 5


def in_turns(*calls: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, ...]:
    """Median seconds of each, called in turns after one call each that is not counted."""
    times: list[list[float]] = [[] for _ in calls]
    for turn in range(rounds + 1):
        for call, taken in zip(calls, times, strict=True):
            started = time.perf_counter()
            call()
            if turn:
                taken.append(time.perf_counter() - started)
    return tuple(map(statistics.median, times))


def row(
    name: str, times: tuple[float, float], *, baseline_name: str, unit: str, goal: float | None
) -> dict:
    """One line of ``bench.json``."""
    ours, baseline = times
    return {
        "name": name,
        "ours": ours,
        "baseline": baseline,
        "baseline_name": baseline_name,
        "ratio": baseline / ours,
        "unit": unit,
        "goal": goal,
    }


def bench_songs() -> list[dict]:
    """Rendering and encoding synthetic songs in one process, against their duration."""
    import soundfile

    from .corpora.synthetic import make_library

    with tempfile.TemporaryDirectory() as folder:
        # The first library fills the tables of instruments that a process keeps.
        make_library(Path(folder) / "warm", songs=16, segment_seconds=6, seed=1)
        started = time.perf_counter()
        make_library(Path(folder) / "songs", songs=120, segment_seconds=6, seed=2)
        taken = time.perf_counter() - started
        files = [p for p in (Path(folder) / "songs").rglob("*.*") if p.suffix in
                 (".wav", ".flac", ".ogg", ".mp3")]  # fmt: skip
        duration = sum(soundfile.info(file).duration for file in files)
    name = "synthetic songs, one process, encoding included"
    return [row(name, (taken, duration), baseline_name="real time", unit="s", goal=100)]


def bench_images() -> list[dict]:
    """Both images of a 30 s segment, decoding left out, against librosa."""
    import librosa

    from .spectrograms import resize, song_images, to_pixels

    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, 30 * SAMPLE_RATE).astype(np.float32)
    drawing = {"sample_rate": SAMPLE_RATE, "n_fft": 2048, "hop_length": 512, "n_mels": 128,
               "top_db": 80.0, "image_size": 224}  # fmt: skip

    def ours() -> None:
        song_images(samples, scales=["linear", "mel"], **drawing)

    def theirs() -> None:
        linear = np.abs(librosa.stft(samples)) ** 2
        mel = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE)
        for power in (linear, mel):
            to_pixels(resize(librosa.power_to_db(power, ref=np.max), 224), top_db=80)

    name = "linear and mel image of 30 s"
    return [row(name, in_turns(ours, theirs, rounds=15), baseline_name="librosa, scales apart",
                unit="s a song", goal=2)]  # fmt: skip


STEPS = {64: 4, 224: 1}
"""Image size in pixels -> steps of a call."""


def bench_training(*, batch_size: int = 16) -> list[dict]:
    """A training step of each depth on one core or the GPU, against a bare loop and a stock one."""
    return [line for size in STEPS for depth in DEPTHS for line in _bench_step(
        depth, size=size, batch_size=batch_size)]  # fmt: skip


def _bench_step(depth: int, *, size: int, batch_size: int) -> list[dict]:
    import torch

    from .models import build_resnet, import_torchvision, resolve_device, resolve_precision
    from .training import Normalization, Recipe, fit, make_step, resident

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
        rounds=5 if size < 224 else 3,
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


def main() -> None:
    """Run all benchmarks, print a table and write ``bench.json``."""
    rows: list[dict] = []
    for bench in (bench_songs, bench_images, bench_training):
        for line in bench():
            rows.append(line)
            goal = "" if line["goal"] is None else f" (at least {line['goal']:g})"
            ours, theirs = f"{line['ours']:.4g} {line['unit']}", f"{line['baseline']:.4g}"
            against = f"{line['baseline_name']} {theirs}: {line['ratio']:.2f} times{goal}"
            print(f"{line['name']}: {ours}, {against}", flush=True)
    path = runs_folder() / "bench" / "bench.json"
    write_json(path, rows)
    print(f"written: {path}")


if __name__ == "__main__":
    main()
