"""Kept networks: what a file says, what is read of it, and which files are refused."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from mgrlib.errors import RunError
from mgrlib.models import build_resnet
from mgrlib.networks.keeping import folded
from mgrlib.networks.kept import HEAD, About, digest_of, read_about, read_network, write_network
from mgrlib.spectrograms import VERSION
from mgrlib.training import standardize

ABOUT = About(
    genres=("R&B", "日本"),
    depth=34,
    scale="mel",
    weights="none",
    repeat=0,
    tune="all",
    precision="float32",
    normalization={"mean": 80.5, "deviation": 40.25},
    image={"segment_seconds": 1.0, "sample_rate": 22050, "n_fft": 2048, "hop_length": 512,
           "n_mels": 128, "top_db": 80.0, "image_size": 32, "version": VERSION},
    prevalence={"R&B": 0.25, "日本": 0.125},
    evidence="music",
)  # fmt: skip


def files_of(run: Path, arm: str) -> list[Path]:
    table = pd.read_csv(run / "results" / "networks.csv")
    return [run / "results" / "models" / name for name in table[table["weights"] == arm]["file"]]


@pytest.fixture(autouse=True)
def small_leftovers(tmp_path):
    """A network has 85 MB, and pytest would keep the files of three sessions."""
    yield
    for file in tmp_path.rglob("*.safetensors"):
        file.unlink()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A file with a network of two outputs."""
    file = tmp_path_factory.mktemp("whole") / "network.safetensors"
    write_network(file, build_resnet(34, outputs=2, seed=1).state_dict(), ABOUT)
    yield file
    file.unlink()


def test_a_network_is_read_as_it_was_written(whole):
    expected = build_resnet(34, outputs=2, seed=1).eval()
    network, about = read_network(whole)
    assert about == ABOUT
    assert not network.training
    images = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(network(images), expected(images))


def test_a_file_is_plain_safetensors_for_torchvision(whole):
    from mgrlib.models import import_torchvision

    network = import_torchvision().models.resnet34(num_classes=2)
    network.conv1 = torch.nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    assert network.load_state_dict(load_file(whole), strict=True)


def test_the_description_is_read_without_the_weights(whole, monkeypatch):
    def refuse(*arguments, **settings):
        raise AssertionError("the weights were read")

    monkeypatch.setattr("safetensors.torch.load_file", refuse)
    assert read_about(whole) == ABOUT


def test_a_folded_head_answers_as_the_head_over_standardized_features():
    rng = np.random.default_rng(3)
    features = rng.normal(rng.uniform(0, 50, 7), rng.uniform(0.1, 9, 7), (40, 7)).astype(np.float32)
    features[:, 4] = 2.5  # constant
    head, train = torch.nn.Linear(7, 3), np.arange(25)
    with torch.no_grad():
        expected = head(torch.from_numpy(standardize(features, train=train))).numpy()
    plain = folded(head, features[train])
    found = features @ plain["fc.weight"].T + plain["fc.bias"]
    assert {part.dtype for part in plain.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_heads_over_one_trunk_are_read_as_one_network(kept_runs):
    files = files_of(kept_runs["head"], "corpus")
    network, about = read_network(*files)
    alone = [read_network(file) for file in files]
    assert about.genres == tuple(other.genres[0] for _, other in alone)
    assert len(about.genres) == 2
    images = torch.randn(3, 1, 32, 32)
    with torch.no_grad():
        expected = torch.cat([other(images) for other, _ in alone], dim=1)
        torch.testing.assert_close(network(images), expected)


def test_heads_are_small_and_their_trunk_is_kept_once(kept_runs):
    folder = kept_runs["head"] / "results" / "models"
    (trunk,) = {read_about(file).trunk for file in files_of(kept_runs["head"], "none")}
    (joint,) = {read_about(file).trunk for file in files_of(kept_runs["head"], "corpus")}
    assert [folder / joint] == files_of(kept_runs["head"], "joint")
    large = {file.name for file in folder.glob("*.safetensors") if file.stat().st_size > 100_000}
    assert large == {trunk, joint}


def header(file: Path) -> tuple[int, dict]:
    size = int.from_bytes(file.read_bytes()[:8], "little")
    return size, json.loads(file.read_bytes()[8 : 8 + size])


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def with_a_flipped_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-100] ^= 16
    file.write_bytes(content)


def with_another_description(file: Path) -> None:
    content = file.read_bytes()
    assert content.count(b"512, ") > 0
    file.write_bytes(content.replace(b"512, ", b"256, ", 1))


def empty(file: Path) -> None:
    file.write_bytes(b"")


def text(file: Path) -> None:
    file.write_text("no network at all, only words " * 20)


def pickled(file: Path) -> None:
    torch.save({"fc.weight": torch.zeros(1, 512)}, file)


def without_description(file: Path) -> None:
    save_file(load_file(file), file)


def of_another_format(file: Path) -> None:
    save_file(load_file(file), file, {"mgrlib": '{"format": 99, "digest": "", "about": {}}'})


def of_a_list(file: Path) -> None:
    save_file(load_file(file), file, {"mgrlib": "[1, 2]"})


def missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (truncated, "is damaged"),
        (with_a_flipped_bit, "is damaged .its content is not what was written"),
        (with_another_description, "is damaged .its content is not what was written"),
        (empty, "is damaged"),
        (text, "is damaged"),
        (pickled, "is damaged"),
        (without_description, "is no network of this project"),
        (of_another_format, "is no network of this project .its format is 99, here 1"),
        (of_a_list, "is no network of this project"),
        (missing, "is missing in .*: train again"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_damaged_or_foreign_file_is_a_clear_error(kept_runs, tmp_path, spoil, message):
    file = tmp_path / "head.safetensors"
    shutil.copy(files_of(kept_runs["head"], "none")[0], file)
    trunk = files_of(kept_runs["head"], "none")[0].with_name(read_about(file).trunk)
    (tmp_path / trunk.name).symlink_to(trunk)
    read_network(file)
    spoil(file)
    with pytest.raises(RunError, match=rf"^head\.safetensors {message}") as caught:
        read_network(file)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


WRONG = {
    "depth": 18,
    "scale": "bark",
    "genres": [],
    "precision": "float8",
    "evidence": "rumor",
    "tune": "some",
    "normalization": {"mean": 1.0, "deviation": 0.0},
    "prevalence": {"R&B": 2.0, "日本": 0.1},
    "trunk": "../elsewhere/trunk.safetensors",
    "image": {**ABOUT.image, "n_fft": 7},
    "repeat": None,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_description_that_breaks_a_rule_is_refused(tmp_path, name):
    file = tmp_path / "network.safetensors"
    write_network(file, {"fc.bias": torch.zeros(2)}, replace(ABOUT, **{name: WRONG[name]}))
    with pytest.raises(RunError, match=rf"its description is wrong: .*{name}|n_fft must be"):
        read_about(file)


@pytest.mark.parametrize("name", ["/etc/t.safetensors", "..", ".safetensors", "a\\b.safetensors"])
def test_a_trunk_is_looked_for_in_the_same_folder_only(tmp_path, name):
    file = tmp_path / "network.safetensors"
    write_network(file, {"fc.bias": torch.zeros(2)}, replace(ABOUT, trunk=name))
    with pytest.raises(RunError, match="its description is wrong: trunk is"):
        read_network(file)


def test_unknown_names_in_a_description_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "network.safetensors"
    monkeypatch.setattr(
        "mgrlib.networks.kept.asdict", lambda about: {**asdict(about), "color": "red"}
    )
    write_network(file, {"fc.bias": torch.zeros(2)}, ABOUT)
    with pytest.raises(RunError, match="its description is wrong"):
        read_about(file)


def test_images_of_another_version_are_not_mixed(tmp_path):
    file = tmp_path / "network.safetensors"
    older = replace(ABOUT, image={**ABOUT.image, "version": VERSION - 1})
    write_network(file, {"fc.bias": torch.zeros(2)}, older)
    with pytest.raises(RunError, match=r"images of another version .*train again"):
        read_about(file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fc.weight": torch.zeros(2, 256)}, r"the layer fc.weight has the shape \(2, 256\)"),
        ({"fc.bias": torch.zeros(2, dtype=torch.float64)}, "the layer fc.bias has the shape"),
        ({"conv1.weight": None}, "the layer conv1.weight is missing"),
        ({"extra": torch.zeros(1)}, "the layer extra is unknown"),
    ],
)
def test_layers_that_do_not_fit_are_named(tmp_path, change, message):
    state = {**build_resnet(34, outputs=2, seed=1).state_dict(), **change}
    file = tmp_path / "network.safetensors"
    write_network(file, {name: t for name, t in state.items() if t is not None}, ABOUT)
    with pytest.raises(RunError, match=message):
        read_network(file)


def head_with_trunk(folder: Path, *, seed: int) -> tuple[Path, Path]:
    state = build_resnet(34, outputs=2, seed=seed).state_dict()
    trunk, head = folder / "trunk.safetensors", folder / "head.safetensors"
    write_network(trunk, {name: layer for name, layer in state.items() if name not in HEAD})
    about = replace(ABOUT, tune="head", trunk=trunk.name, trunk_digest=digest_of(trunk))
    write_network(head, {name: state[name] for name in HEAD}, about)
    return head, trunk


@pytest.mark.parametrize(
    "layer", [torch.zeros(2, 256), torch.zeros(2, 512, dtype=torch.bfloat16), torch.zeros(())]
)
def test_a_head_that_does_not_fit_its_trunk_is_named(tmp_path, layer):
    head, _ = head_with_trunk(tmp_path, seed=1)
    write_network(head, {"fc.weight": layer, "fc.bias": torch.zeros(2)}, read_about(head))
    with pytest.raises(RunError, match=r"^head\.safetensors .*the layer fc\.weight has the shape"):
        read_network(head)


def test_a_missing_trunk_is_named(tmp_path):
    head, trunk = head_with_trunk(tmp_path, seed=1)
    trunk.unlink()
    with pytest.raises(RunError, match=r"^trunk\.safetensors is missing in .*: train again"):
        read_network(head)


def test_a_trunk_that_was_exchanged_is_refused(tmp_path):
    head, _ = head_with_trunk(tmp_path, seed=1)
    (tmp_path / "other").mkdir()
    _, other = head_with_trunk(tmp_path / "other", seed=2)
    shutil.copy(other, tmp_path / "trunk.safetensors")
    with pytest.raises(RunError, match=r"was trained on another trunk than trunk\.safetensors"):
        read_network(head)


def test_a_trunk_alone_is_no_network(tmp_path):
    _, trunk = head_with_trunk(tmp_path, seed=1)
    with pytest.raises(
        RunError, match=r"is no network of this project \(it is the trunk of others"
    ):
        read_network(trunk)


def test_networks_that_do_not_go_together_are_refused(tmp_path, whole):
    head, _ = head_with_trunk(tmp_path, seed=1)
    with pytest.raises(RunError, match=r"does not go with head\.safetensors: tune differs"):
        read_network(head, whole)
    with pytest.raises(RunError, match=r"does not go with network\.safetensors: it has a trunk"):
        read_network(whole, whole)
