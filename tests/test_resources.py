"""Memory that training needs, against what a process really took; the words for it."""

import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import torch

from mgrlib import resources
from mgrlib.files import ROOT
from mgrlib.resources import bounded_jobs, duration, training_bytes, watched_gpu

GIB = 2**30

TRAIN = """
import numpy as np, torch
torch.set_num_threads(1)
from mgrlib.models import build_resnet
from mgrlib.resources import peak_bytes
from mgrlib.training import Normalization, Recipe, fit, predict
pixels = np.random.default_rng(0).integers(0, 255, (64, {size}, {size}), dtype=np.uint8)
network = build_resnet({depth}, outputs=4, seed=1)
recipe = Recipe(epochs=1, batch_size=32, learning_rate=1e-3, seed=1, precision="{precision}")
seen = dict(normalization=Normalization.of(pixels), recipe=recipe)
fit(network, pixels, np.zeros((64, 4)), **seen)
predict(network, pixels, **seen)
print(peak_bytes())
"""


@pytest.mark.parametrize(
    ("depth", "size", "precision"), [(34, 32, "float32"), (50, 96, "float32"), (34, 96, "bfloat16")]
)
def test_training_stays_under_the_bound_and_not_far(depth, size, precision):
    code = TRAIN.format(depth=depth, size=size, precision=precision)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True, cwd=ROOT)  # fmt: skip
    bound = training_bytes(depth, outputs=4, image_size=size, batch_size=32, precision=precision)
    assert 0.3 * bound < int(done.stdout) < bound


def test_more_of_anything_needs_more_memory():
    settings = {"outputs": 1, "image_size": 64, "batch_size": 8, "precision": "float32"}
    small = training_bytes(34, **settings)
    assert small < training_bytes(50, **settings) < training_bytes(152, **settings)
    for name, more in (("image_size", 128), ("batch_size", 64)):
        assert small < training_bytes(34, **{**settings, name: more})
    at_224 = {**settings, "image_size": 224, "batch_size": 32}
    assert training_bytes(50, **at_224 | {"precision": "bfloat16"}) < training_bytes(50, **at_224)


@pytest.mark.parametrize(
    ("jobs", "need", "available", "fit"),
    [(2, GIB, 20 * GIB, 2), (16, 2 * GIB, 20 * GIB, 8), (4, 9 * GIB, 20 * GIB, 1), (4, 99, 1, 1)],
)
def test_as_many_processes_as_fit_and_never_none(jobs, need, available, fit):
    assert bounded_jobs(jobs, need=need, available=available) == fit


def test_a_container_has_less_memory_than_its_machine(monkeypatch):
    whole = resources.available_bytes()
    limits = {"memory.max": 3 * GIB, "memory.current": GIB}
    monkeypatch.setattr(resources, "_number", lambda file: limits[file.name])
    assert resources.available_bytes() == min(whole, 2 * GIB)
    monkeypatch.setattr(resources, "_number", lambda file: None)
    assert resources.available_bytes() > 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3.2, "3 s"), (89, "89 s"), (120, "2 min"), (3599, "1 h 0 min"), (90_000, "25 h 0 min")],
)
def test_durations_read_as_one_says_them(seconds, words):
    assert duration(seconds) == words


def test_the_gpu_is_watched_while_the_block_runs(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    said = 'echo "$@" > "$0.said"'
    program.write_text(f"#!/bin/sh\n{said}\necho 90\necho '[N/A]'\necho 70\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    properties = SimpleNamespace(uuid="1234-abcd")
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    with watched_gpu("cuda") as shares:
        for _ in range(200):
            if len(shares) == 2:
                break
            time.sleep(0.05)
    assert shares == [0.9, 0.7]
    assert "--id=GPU-1234-abcd" in (tmp_path / "nvidia-smi.said").read_text()


def test_without_a_gpu_or_its_driver_nothing_is_watched(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for device in ("cpu", "cuda"):
        with watched_gpu(device) as shares:
            pass
        assert shares == []
