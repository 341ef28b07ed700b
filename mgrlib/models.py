"""The networks: torchvision's ResNets over one-channel images, and their first weights.

The paper uses ResNet34, 50, 101 and 152 (He et al. 2016) with torchvision's
IMAGENET1K_V1 weights (section 3.1). Images are (batch, 1, frequency, time); a network
ends in one logit an output. Notebook: 03_per_depth_training.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import SettingsError

DEPTH_BUILDERS = {34: "resnet34", 50: "resnet50", 101: "resnet101", 152: "resnet152"}
"""Depth -> name of torchvision's constructor."""


def import_torchvision() -> ModuleType:
    """Import torchvision, also a build for CUDA beside a torch without it.

    Such a torchvision can't load its compiled operators (nms, roi_align, ...) and stops
    when it registers shapes for them. ResNets need none of them, so the operators that
    it misses are declared, one by one, until the import succeeds.
    """
    import sys

    import torch

    declared = []
    while True:
        try:
            import torchvision

            # Declarations live as long as the library objects that made them.
            torchvision._mgrlib_declared = declared or getattr(
                torchvision, "_mgrlib_declared", None
            )
            return torchvision
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if not missing or len(declared) > 100:
                raise
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(f"{missing[1]}(Tensor input) -> Tensor")
            declared.append(library)
            for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
                del sys.modules[name]


def build_resnet(depth: int, *, outputs: int, seed: int, identity_blocks: bool = True):
    """A ResNet for one-channel images, drawn from `seed` alone.

    Parameters
    ----------
    depth : {34, 50, 101, 152}
    outputs : int
        Number of logits.
    seed : int
        Of the initial weights; torch's global generator is left as it was.
    identity_blocks : bool
        Whether the residual blocks start as identities (Goyal et al. 2017), with which a
        deep network from scratch learns in a few epochs, as a shallow one does. Not for
        a trunk that stays untrained: its blocks would be without effect.

    Returns
    -------
    torch.nn.Module
        Maps (batch, 1, height, width) to (batch, outputs).
    """
    import torch

    if depth not in DEPTH_BUILDERS:
        raise SettingsError(f"depth must be one of {sorted(DEPTH_BUILDERS)}, got {depth}")
    builder = getattr(import_torchvision().models, DEPTH_BUILDERS[depth])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = builder(num_classes=outputs, zero_init_residual=identity_blocks)
        network.conv1 = torch.nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        torch.nn.init.kaiming_normal_(network.conv1.weight, mode="fan_out", nonlinearity="relu")
    use_products_on_small_maps(network)
    return network


SMALL_MAP = 4
"""Side in pixels up to which a convolution is done as one matrix product."""


def use_products_on_small_maps(network) -> None:
    """Let the convolutions of `network` treat small maps by matrix products, on a CPU.

    Small images leave maps of a few pixels in the deep layers, where oneDNN's
    convolutions, above all the gradient of their weights, reach a small part of the
    speed of its matrix product. The weights, their names and the result (but for
    rounding) stay as they are.
    """
    import torch
    from torch.nn import functional

    class ProductConv2d(torch.nn.Conv2d):
        def forward(self, maps):
            if maps.is_cuda or max(maps.shape[2:]) > SMALL_MAP:
                return super().forward(maps)
            (kernel, _), (stride, _), (padding, _) = self.kernel_size, self.stride, self.padding
            padded = functional.pad(
                maps.permute(0, 2, 3, 1), (0, 0, *(2 * [padding]), *(2 * [padding]))
            )
            height, width = ((side - kernel) // stride + 1 for side in padded.shape[1:3])
            taps = [
                padded[:, y : y + stride * height : stride, x : x + stride * width : stride]
                for y in range(kernel)
                for x in range(kernel)
            ]
            patches = torch.cat(taps, dim=3).flatten(0, 2)  # (batch * pixels, taps * channels)
            weights = self.weight.permute(0, 2, 3, 1).flatten(1)  # (outputs, taps * channels)
            product = functional.linear(patches, weights)
            return product.view(len(maps), height, width, -1).permute(0, 3, 1, 2)

    for layer in network.modules():
        if type(layer) is torch.nn.Conv2d and layer.bias is None and layer.groups == 1:
            layer.__class__ = ProductConv2d


def load_trunk(network, state: dict[str, Any], *, source: str) -> None:
    """Put the weights of `state` in all layers of `network` but the last.

    A first layer for three color channels is summed over them: a gray image fed to all
    three gives the same activations.

    Raises
    ------
    SettingsError
        If a layer is missing or has another shape.
    """
    state = {name: tensor for name, tensor in state.items() if not name.startswith("fc.")}
    if state.get("conv1.weight") is not None and state["conv1.weight"].shape[1] == 3:
        state["conv1.weight"] = state["conv1.weight"].sum(dim=1, keepdim=True)
    own = network.state_dict()
    wrong = [
        name
        for name, tensor in own.items()
        if not name.startswith("fc.") and (name not in state or state[name].shape != tensor.shape)
    ]
    if wrong:
        raise SettingsError(
            f"weights: {source} does not fit this ResNet: {len(wrong)} layers are missing or of "
            f"another shape, the first is {wrong[0]}"
        )
    network.load_state_dict(state, strict=False)


def check_arms(arms: Iterable[str], depths: Iterable[int]) -> None:
    """Raise `SettingsError` if the weights of an arm can't be had for each depth.

    To be called before hours are spent; ImageNet weights are downloaded now.
    """
    for arm in arms:
        if arm in ("none", "corpus"):
            continue
        for depth in depths:
            network = build_resnet(depth, outputs=1, seed=0)
            load_trunk(network, read_weights(arm, depth), source=f"{arm} for ResNet{depth}")


def read_weights(arm: str, depth: int) -> dict[str, Any]:
    """State of a trunk from ImageNet or from a file, never unpickled.

    Parameters
    ----------
    arm : str
        ``"imagenet"`` for torchvision's IMAGENET1K_V1 through torch's hub cache, or the
        path of a ``.safetensors`` file or a torchvision state dict.

    Raises
    ------
    SettingsError
        If the file can't be had or read; the message says which file goes where.
    """
    if arm == "imagenet":
        return _imagenet_weights(depth)
    path = Path(arm)
    if not path.is_file():
        raise SettingsError(f"weights: {arm!r} is no file: name an arm or a weight file")
    return _read_state(path)


def _imagenet_weights(depth: int) -> dict[str, Any]:
    import torch

    models = import_torchvision().models
    weights = models.get_model_weights(DEPTH_BUILDERS[depth]).IMAGENET1K_V1
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    file = folder / weights.url.rsplit("/", 1)[1]
    if not file.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(weights.url, str(file), file.stem.split("-")[1])
        except (OSError, RuntimeError) as error:
            raise SettingsError(
                f"weights: imagenet: {file.name} can't be downloaded ({error}): put this file "
                f"of torchvision in {folder}"
            ) from None
    return _read_state(file)


def _read_state(path: Path) -> dict[str, Any]:
    import pickle

    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        first_line = str(error).strip().split("\n")[0]
        raise SettingsError(f"weights: {path.name} can't be read: {first_line}") from None
    if not isinstance(state, dict) or not all(hasattr(v, "shape") for v in state.values()):
        raise SettingsError(f"weights: {path.name} holds no state dict of a torchvision ResNet")
    return state


def resolve_device(device: str) -> str:
    """``"cuda"`` where asked for or, with ``"auto"``, where there is one; else ``"cpu"``."""
    import torch

    present = torch.cuda.is_available()
    if device == "cuda" and not present:
        raise SettingsError("device must be cpu or auto here: torch finds no CUDA device")
    return "cuda" if present and device != "cpu" else "cpu"


def resolve_precision(precision: str, device: str) -> str:
    """``"bfloat16"`` where the processor really has it and float32 was not asked for.

    A CPU without it runs autocast ten times slower than float32, so this asks oneDNN.
    """
    import torch

    if precision != "auto":
        return precision
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return "bfloat16" if _cpu_has_bfloat16() else "float32"


def _cpu_has_bfloat16() -> bool:
    import torch

    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    return torch.backends.mkldnn.is_available() and supported()
