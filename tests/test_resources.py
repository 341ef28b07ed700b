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
songs = 2 * {batch}  # no batch after the second takes more
pixels = np.random.default_rng(0).integers(0, 255, (songs, {size}, {size}), dtype=np.uint8)
network = build_resnet({depth}, outputs=4, seed=1)
recipe = Recipe(epochs=1, batch_size={batch}, learning_rate=1e-3, seed=1, precision="{precision}")
seen = dict(normalization=Normalization.of(pixels), recipe=recipe)
fit(network, pixels, np.zeros((songs, 4)), **seen)
predict(network, pixels, **seen)
print(peak_bytes())
"""


@pytest.mark.parametrize(
    ("depth", "size", "batch", "precision"),
    [(34, 32, 32, "float32"), (50, 96, 32, "float32"), (34, 96, 32, "bfloat16"),
     (34, 224, 2, "float32")],
)  # fmt: skip
def test_training_stays_under_the_bound_and_not_far(depth, size, batch, precision):
    code = TRAIN.format(depth=depth, size=size, batch=batch, precision=precision)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True, cwd=ROOT)  # fmt: skip
    bound = training_bytes(depth, outputs=4, image_size=size, batch_size=batch,
                           precision=precision)  # fmt: skip
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


def test_a_container_has_less_memory_than_its_machine(monkeypatch, tmp_path):
    whole = resources.available_bytes()
    monkeypatch.setattr(resources, "CONTAINER", tmp_path)
    assert resources.available_bytes() == pytest.approx(whole, rel=0.2)
    (tmp_path / "memory.max").write_text(f"{3 * GIB // 2}\n")
    (tmp_path / "memory.current").write_text(f"{GIB}\n")
    assert resources.available_bytes() == min(whole, GIB // 2)
    # Half of what is used holds files that can be read again.
    (tmp_path / "memory.stat").write_text(f"anon {GIB // 2}\ninactive_file {GIB // 2}\n")
    assert resources.available_bytes() == min(whole, GIB)
    (tmp_path / "memory.max").write_text("max\n")
    assert resources.available_bytes() == pytest.approx(whole, rel=0.2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3.2, "3 s"), (89, "89 s"), (120, "2 min"), (3599, "1 h 0 min"), (90_000, "25 h 0 min")],
)
def test_durations_read_as_one_says_them(seconds, words):
    assert duration(seconds) == words


def test_the_gpu_is_watched_while_the_block_runs(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    # Answers 90, 70, then that it can't tell.
    program.write_text(
        '#!/bin/sh\necho "$@" >> "$0.said"\ncase $(wc -l < "$0.said") in\n'
        "1) echo 90 ;;\n2) echo 70 ;;\n*) echo '[N/A]' ;;\nesac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    properties = SimpleNamespace(uuid="1234-abcd")
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    said = tmp_path / "nvidia-smi.said"
    with watched_gpu("cuda", every=0.01) as shares:
        for _ in range(500):
            if said.exists() and len(said.read_text().splitlines()) > 3:
                break
            time.sleep(0.02)
    assert shares == [0.9, 0.7]
    assert "--id=GPU-1234-abcd" in said.read_text()


def test_without_a_gpu_or_its_driver_nothing_is_watched(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for device in ("cpu", "cuda"):
        with watched_gpu(device) as shares:
            pass
        assert shares == []
