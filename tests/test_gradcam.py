"""Grad-CAM against a hand calculation, class activation maps and numerical derivatives."""

import numpy as np
import pytest
import torch

from mgrlib import figures
from mgrlib.models import build_resnet
from mgrlib.networks.gradcam import heat_map


class Tiny(torch.nn.Module):
    """Two maps of the image, their means, and one logit: 2 · mean of the first - 3 · of the second.

    The first map is the image where it is positive, the second where it is negative.
    """

    def __init__(self):
        super().__init__()
        self.layer1 = torch.nn.Conv2d(1, 2, 1, bias=False)
        self.fc = torch.nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            self.layer1.weight.copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
            self.fc.weight.copy_(torch.tensor([[2.0, -3.0], [0.0, 0.0]]))

    def forward(self, image):
        return self.fc(self.layer1(image).relu().mean(dim=(2, 3)))


def image_of(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32)[None, None]


def test_a_tiny_network_is_calculated_by_hand():
    image = image_of([[4.0, -2.0, 1.0, 0.5]] * 4)
    # d logit / d maps: 2/16 where the image is positive (3 of 4 columns), else 0; for the
    # second map -3/16 where it is negative (1 of 4). Means over the pixels:
    importance = np.array([2 / 16 * 3 / 4, -3 / 16 * 1 / 4])
    row = np.array([4.0, -2.0, 1.0, 0.5])
    expected = np.maximum(importance[0] * row + importance[1] * -row, 0)
    found = heat_map(Tiny(), image, output=0)
    assert found.layer == "layer1"
    assert found.side == 4
    assert found.values.dtype == np.float32
    np.testing.assert_allclose(found.values, [expected / expected.max()] * 4, rtol=1e-6)


@pytest.mark.parametrize(
    ("output", "pixels"),
    [(1, [[4.0, -2.0], [1.0, 0.5]]), (0, [[-1.0, -2.0], [-3.0, -4.0]])],
    ids=["no gradient", "all against"],
)
def test_where_nothing_speaks_for_a_genre_the_map_is_zero(output, pixels):
    network = Tiny()
    with torch.no_grad():  # the first map reads nothing that could speak for the genre
        network.fc.weight[0, 0] = 0
    found = heat_map(network, image_of(pixels), output=output)
    np.testing.assert_array_equal(found.values, 0)


@pytest.fixture(scope="module")
def network():
    """A ResNet whose batch norms have seen images, and whose weights need no gradient."""
    network = build_resnet(34, outputs=3, seed=4)
    torch.manual_seed(0)
    with torch.no_grad():
        network.train()
        for _ in range(3):
            network(torch.randn(8, 1, 64, 64))
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def image():
    return torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize(
    ("size", "layer", "side"),
    [(32, "layer2", 4), (64, "layer3", 4), (128, "layer4", 4), (224, "layer4", 7)],
)
def test_the_deepest_stage_with_a_map_of_4_by_4_is_asked(network, size, layer, side):
    found = heat_map(network, torch.randn(1, 1, size, size), output=0)
    assert (found.layer, found.side) == (layer, side)
    assert found.values.shape == (size, size)
    assert 0 <= found.values.min() <= found.values.max() <= 1


def upsampled(small: torch.Tensor, size: int) -> np.ndarray:
    grown = torch.nn.functional.interpolate(small[None, None], size=(size, size), mode="bilinear")
    return (grown / grown.max())[0, 0].numpy()


@pytest.mark.parametrize("output", [0, 2])
def test_the_last_stage_gives_the_class_activation_map(network, image, output):
    # Zhou et al. 2016: before a mean over pixels and a linear layer, the weights of the
    # layer are what Grad-CAM finds by gradients.
    trunk = torch.nn.Sequential(*list(network.children())[:-2])
    maps = trunk(image)[0]
    expected = torch.einsum("c,cyx->yx", network.fc.weight[output], maps).relu()
    found = heat_map(network, image, output=output, layer="layer4")
    np.testing.assert_allclose(found.values, upsampled(expected, 64), atol=1e-5)


def test_an_inner_stage_agrees_with_numerical_derivatives(network, image):
    double = build_resnet(34, outputs=3, seed=4).double()
    double.load_state_dict(network.state_dict())
    double.eval()
    layers = list(double.children())
    front, rest = torch.nn.Sequential(*layers[:7]), torch.nn.Sequential(*layers[7:9])
    with torch.no_grad():
        maps = front(image.double())

        def logit(changed):
            return double.fc(rest(changed).flatten(1))[:, 1]

        # The sum of a channel's gradients is the slope of the logit as all its pixels rise.
        step = 1e-5 * torch.eye(maps.shape[1], dtype=maps.dtype)[:, :, None, None]
        slopes = (logit(maps + step) - logit(maps - step)) / 2e-5
        heat = torch.einsum("c,cyx->yx", slopes, maps[0]).relu()
    found = heat_map(network, image, output=1, layer="layer3")
    np.testing.assert_allclose(found.values, upsampled(heat, 64), atol=1e-3)


def test_the_network_is_left_as_it_was(network, image):
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    heat_map(network, image, output=0)
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)
    assert not any(layer._forward_hooks for layer in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_the_figure_has_the_songs_seconds_and_hertz_on_both_sides():
    frequencies = np.array([100.0, 250, 500, 1000, 2000, 4000, 8000, 9000])
    heat = np.zeros((4, 4))
    heat[3, 1] = 1  # rows 6 and 7 of the picture, its second quarter
    figure = figures.make_figure(
        figures.draw_attention, np.full((8, 12), -30.0), heat, frequencies=frequencies,
        times=10 + np.arange(12) / 2, floor_db=-80, title="Pop $$$", columns=2,
    )  # fmt: skip
    song, attention = figure.axes[:2]
    assert song.images[0].get_extent() == pytest.approx([9.75, 15.75, -0.5, 7.5])
    assert attention.images[0].get_extent() == song.images[0].get_extent()
    assert attention.images[0].get_clim() == (0, 1)
    assert figure.get_suptitle() == "Pop $$$"
    for ax in (song, attention):
        assert "(s)" in ax.get_xlabel()
    labels = [label.get_text() for label in attention.get_yticklabels()]
    places = dict(zip(labels, attention.get_yticks(), strict=True))
    assert places["2000"] == 4
    (outline,) = [path for path in song.collections[0].get_paths() if len(path.vertices)]
    columns, rows = outline.vertices.T
    # Halfway between the centers of the rows 2 and 3 of 4, and of the columns 0, 1 and 2.
    assert rows.min() == pytest.approx(5.5)
    assert (columns.min(), columns.max()) == pytest.approx((11.25, 12.75))


def test_a_map_without_heat_is_drawn_without_an_outline():
    figure = figures.make_figure(
        figures.draw_attention, np.zeros((8, 12)), np.zeros((4, 4)), columns=2,
        frequencies=np.arange(8.0) * 100, times=np.arange(12.0),
    )  # fmt: skip
    assert not figure.axes[0].collections
