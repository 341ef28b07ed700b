"""Where in a spectrogram a network finds a genre: Grad-CAM (Selvaraju et al. 2017).

The channels of a late stage are weighted by the mean gradient of the genre's logit over
their pixels and summed; what speaks for the genre stays (ReLU). The map is coarse, a
pixel of it covers many of the image, and it tells where the evidence lies, not what it
is. It is drawn over the image by `mgrlib.figures.draw_attention`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

STAGES = ("layer1", "layer2", "layer3", "layer4")
"""Stages of torchvision's ResNets, the shallowest first."""

LEAST_SIDE = 4
"""Pixels a side that a stage's map needs: one of 2 x 2 says hardly where."""


@dataclass(frozen=True)
class HeatMap:
    """What Grad-CAM says of one image and one output.

    Attributes
    ----------
    values : ndarray, float32, shape=(frequency, time)
        Of the image's size, between 0 and 1 (the image's own maximum); all 0 where
        nothing in the image speaks for the genre.
    layer : str
        The stage whose maps were weighted.
    side : int
        Height in pixels of the stage's map, before it was drawn larger.
    """

    values: np.ndarray
    layer: str
    side: int


def heat_map(network: Any, image: Any, *, output: int, layer: str | None = None) -> HeatMap:
    """Grad-CAM of one output of a network.

    Parameters
    ----------
    network : torch.nn.Module
        A ResNet, or another network with stages of the names `STAGES`; it is put in the
        mode of evaluation.
    image : torch.Tensor, float32, shape=(1, 1, frequency, time)
        As the network reads it, normalized.
    output : int
        Column of the network's logits.
    layer : str, optional
        A stage of the network; by default the deepest whose map is at least
        `LEAST_SIDE` pixels high and wide.

    Returns
    -------
    HeatMap
    """
    import torch
    from torch.nn.functional import interpolate

    logits, maps = _run(network, image)
    chosen = layer or _deepest(maps)
    (gradient,) = torch.autograd.grad(logits[0, output], maps[chosen])
    importance = gradient.mean(dim=(2, 3), keepdim=True)  # (1, channels, 1, 1), equation 1
    heat = (importance * maps[chosen]).sum(dim=1, keepdim=True).relu().detach()  # equation 2
    heat = interpolate(heat, size=image.shape[2:], mode="bilinear", align_corners=False)
    peak = heat.max()
    heat = heat / peak if peak > 0 else torch.zeros_like(heat)
    values = heat[0, 0].float().cpu().numpy()
    return HeatMap(values=values, layer=chosen, side=maps[chosen].shape[2])


def _run(network: Any, image: Any) -> tuple[Any, dict[str, Any]]:
    """Logits of the image, and the maps of each stage on the way to them."""
    import torch

    maps: dict[str, Any] = {}

    def keep(name: str):
        return lambda stage, inputs, output: maps.__setitem__(name, output)

    hooks = [getattr(network, name).register_forward_hook(keep(name))
             for name in STAGES if hasattr(network, name)]  # fmt: skip
    try:
        network.eval()
        with torch.enable_grad():
            # The gradient must reach the maps also where the weights are frozen.
            return network(image.detach().requires_grad_()), maps
    finally:
        for hook in hooks:
            hook.remove()


def _deepest(maps: dict[str, Any]) -> str:
    large = [name for name, stage in maps.items() if min(stage.shape[2:]) >= LEAST_SIDE]
    return large[-1] if large else next(iter(maps))
