"""The networks: torchvision's ResNets for one channel, and weights that are never unpickled."""

import pickle
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from mgrlib import models
from mgrlib.errors import SettingsError
from mgrlib.models import build_resnet, load_trunk, read_weights

LAYERS = {34: 34, 50: 50, 101: 101, 152: 152}


@pytest.mark.parametrize("depth", LAYERS)
def test_a_resnet_has_its_depth(depth):
    network = build_resnet(depth, outputs=3, seed=1)
    weighted = [
        name
        for name, layer in network.named_modules()
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear) and "downsample" not in name
    ]
    assert len(weighted) == LAYERS[depth]
    with torch.inference_mode():
        assert network.eval()(torch.zeros(2, 1, 32, 32)).shape == (2, 3)


def test_first_weights_depend_on_the_seed_alone():
    torch.manual_seed(99)
    before = torch.get_rng_state()
    first, again, other = (build_resnet(34, outputs=1, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.conv1.weight, again.conv1.weight)
    assert torch.equal(first.fc.weight, again.fc.weight)
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


def test_an_unknown_depth_names_the_known_ones():
    with pytest.raises(SettingsError, match=r"depth must be one of \[34, 50, 101, 152\], got 18"):
        build_resnet(18, outputs=1, seed=1)


def test_torchvision_imports_beside_this_torch():
    code = "from mgrlib.models import import_torchvision as i; print(i().models.resnet34.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "resnet34"


def test_color_weights_are_summed_for_gray_images():
    original = models.import_torchvision().models.resnet34(num_classes=1000).eval()
    network = build_resnet(34, outputs=1, seed=1).eval()
    load_trunk(network, original.state_dict(), source="test")
    gray = torch.rand(2, 1, 64, 64)
    original.fc, network.fc = torch.nn.Identity(), torch.nn.Identity()
    with torch.inference_mode():
        theirs, ours = original(gray.expand(-1, 3, -1, -1)), network(gray)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)


def test_weights_of_another_depth_do_not_fit():
    other = build_resnet(50, outputs=1, seed=1).state_dict()
    with pytest.raises(SettingsError, match=r"weights: my file does not fit this ResNet"):
        load_trunk(build_resnet(34, outputs=1, seed=1), other, source="my file")


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_weight_files_are_read(tmp_path, ending):
    state = build_resnet(34, outputs=1, seed=3).state_dict()
    path = tmp_path / f"trunk.{ending}"
    save_file(state, path) if ending == "safetensors" else torch.save(state, path)
    found = read_weights(str(path), 34)
    assert torch.equal(found["conv1.weight"], state["conv1.weight"])


class Evil:
    def __reduce__(self):
        return (print, ("code of a weight file was run",))


def test_a_pickle_is_never_run(tmp_path, capsys):
    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(SettingsError, match=r"weights: evil.pth can't be read"):
        read_weights(str(path), 34)
    torch.save({"weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(SettingsError, match=r"weights: evil.pth can't be read"):
        read_weights(str(path), 34)
    assert "code of a weight file was run" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no weights", b"\x00" * 100])
@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_a_damaged_weight_file_is_a_clear_error(tmp_path, content, ending):
    path = tmp_path / f"trunk.{ending}"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=f"weights: trunk.{ending}"):
        read_weights(str(path), 34)


def test_a_missing_weight_file_is_named():
    with pytest.raises(SettingsError, match=r"weights: 'no/where.pth' is no file"):
        read_weights("no/where.pth", 34)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


def test_imagenet_weights_come_from_the_hub_cache(hub):
    weights = models.import_torchvision().models.get_model_weights("resnet34").IMAGENET1K_V1
    state = models.import_torchvision().models.resnet34().state_dict()
    hub.mkdir(parents=True)
    torch.save(state, hub / weights.url.rsplit("/", 1)[1])
    network = build_resnet(34, outputs=1, seed=1)
    load_trunk(network, read_weights("imagenet", 34), source="imagenet")
    assert torch.equal(network.layer1[0].conv1.weight, state["layer1.0.conv1.weight"])


def test_without_a_network_the_error_says_which_file_goes_where(hub, monkeypatch):
    def refuse(url, *arguments, **settings):
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    with pytest.raises(SettingsError, match=r"resnet50-\w+\.pth can't be downloaded") as caught:
        read_weights("imagenet", 50)
    assert str(hub) in str(caught.value)


@pytest.mark.parametrize(("asked", "given"), [("float32", "float32"), ("bfloat16", "bfloat16")])
def test_a_named_precision_is_taken(asked, given):
    assert models.resolve_precision(asked, "cpu") == given


def test_bfloat16_is_not_chosen_where_the_processor_lacks_it(monkeypatch):
    monkeypatch.setattr(models, "_cpu_has_bfloat16", lambda: False)
    assert models.resolve_precision("auto", "cpu") == "float32"


def test_cuda_is_refused_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert models.resolve_device("auto") == "cpu"
    with pytest.raises(SettingsError, match="device must be cpu or auto here"):
        models.resolve_device("cuda")
