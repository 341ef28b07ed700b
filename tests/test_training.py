"""One network: its loop against a bare one, its predictions, the baseline, the priors."""

import copy

import numpy as np
import pytest
import torch
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from mgrlib.errors import StudyError
from mgrlib.models import build_resnet
from mgrlib.training import (
    Normalization,
    Recipe,
    batches,
    features,
    fit,
    fit_baseline,
    predict,
    prior_shift,
    row_statistics,
    sigmoid,
    standardize,
)

RECIPE = Recipe(epochs=2, batch_size=8, learning_rate=1e-3, seed=5)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def bright_or_dark(songs: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Images whose class shows in the upper half, and their targets."""
    rng = np.random.default_rng(0)
    targets = np.arange(songs) % 2
    pixels = rng.integers(0, 100, (songs, 32, 32))
    pixels[:, 16:] += 100 * targets[:, None, None]
    return pixels.astype(np.uint8), targets[:, None]


@pytest.mark.parametrize(
    ("n", "size", "lengths"),
    [(8, 4, [4, 4]), (9, 4, [4, 5]), (10, 4, [4, 4, 2]), (1, 4, [1]), (3, 2, [3]), (5, 16, [5])],
)
def test_batches_hold_every_song_once_and_never_one_alone(n, size, lengths):
    chunks = list(batches(n, size=size, seed=1, epoch=1))
    assert [len(chunk) for chunk in chunks] == lengths
    assert sorted(torch.cat(chunks).tolist()) == list(range(n))


def test_the_order_depends_on_seed_and_epoch():
    def order(seed, epoch):
        return torch.cat(list(batches(20, size=4, seed=seed, epoch=epoch))).tolist()

    assert order(1, 1) == order(1, 1)
    assert order(1, 1) != order(1, 2)
    assert order(1, 1) != order(2, 1)


def test_normalization_is_numpys_mean_and_deviation():
    pixels, _ = bright_or_dark()
    found = Normalization.of(pixels)
    assert found.mean == pytest.approx(pixels.mean())
    assert found.deviation == pytest.approx(pixels.std())
    images = found(torch.from_numpy(pixels))
    assert images.shape == (24, 1, 32, 32)
    assert images.mean().item() == pytest.approx(0, abs=1e-4)
    assert images.std().item() == pytest.approx(1, abs=1e-3)


def test_equal_images_are_not_divided_by_zero():
    assert Normalization.of(np.full((2, 4, 4), 7, dtype=np.uint8)).deviation == 1


def bare_loop(network, pixels, targets, normalization, recipe):
    """The same training as anybody would write it, without the module's helpers."""
    images = ((torch.tensor(pixels).float() - normalization.mean) / normalization.deviation)[
        :, None
    ]
    truth = torch.tensor(targets).float()
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate)
    steps, step, losses = recipe.epochs * 3, 0, []
    for epoch in range(1, recipe.epochs + 1):
        generator = torch.Generator().manual_seed(recipe.seed + epoch)
        for chosen in torch.randperm(24, generator=generator).split(8):
            rate = recipe.learning_rate * (1 + np.cos(np.pi * step / steps)) / 2
            optimizer.param_groups[0]["lr"] = rate
            probability = torch.sigmoid(network(images[chosen]))
            likelihood = torch.where(truth[chosen] == 1, probability, 1 - probability)
            loss = -likelihood.log().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            losses.append(loss.item())
    return losses


def test_the_loop_is_the_bare_loop():
    pixels, targets = bright_or_dark()
    normalization = Normalization.of(pixels)
    # A small smooth network: in a deep one, rounding alone would part the two.
    ours = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(1024, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)
    )
    theirs = copy.deepcopy(ours)
    history = fit(ours, pixels, targets, normalization=normalization, recipe=RECIPE)
    losses = bare_loop(theirs, pixels, targets, normalization, RECIPE)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other, atol=1e-5, rtol=1e-4)
    expected = [np.mean(losses[:3]), np.mean(losses[3:])]
    assert [row["train_loss"] for row in history] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_network_learns_what_can_be_seen(precision):
    pixels, targets = bright_or_dark(48)
    normalization = Normalization.of(pixels)
    recipe = Recipe(epochs=6, batch_size=8, learning_rate=1e-3, seed=1, precision=precision)
    network = build_resnet(34, outputs=1, seed=3)
    history = fit(network, pixels, targets, normalization=normalization, recipe=recipe)
    assert [row["epoch"] for row in history] == [1, 2, 3, 4, 5, 6]
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert history[-1]["train_f1"] > 0.9
    logits = predict(network, pixels, normalization=normalization, recipe=recipe)
    assert logits.shape == (48, 1)
    assert logits.dtype == np.float32
    assert roc_auc_score(targets[:, 0], logits[:, 0]) > 0.95


def test_the_same_seeds_give_the_same_network_to_the_bit():
    pixels, targets = bright_or_dark()
    normalization = Normalization.of(pixels)
    found = []
    for _ in range(2):
        network = build_resnet(34, outputs=1, seed=3)
        fit(network, pixels, targets, normalization=normalization, recipe=RECIPE)
        found.append(predict(network, pixels, normalization=normalization, recipe=RECIPE))
    np.testing.assert_array_equal(*found)


def test_predictions_do_not_depend_on_their_company():
    pixels, _ = bright_or_dark(20)
    normalization = Normalization.of(pixels)
    network = build_resnet(34, outputs=2, seed=3)
    everyone = predict(network, pixels, normalization=normalization, recipe=RECIPE, batch_size=20)
    one = predict(network, pixels[7:8], normalization=normalization, recipe=RECIPE)
    np.testing.assert_allclose(one[0], everyone[7], atol=1e-4)


@pytest.mark.parametrize(("depth", "width"), [(34, 512), (50, 2048)])
def test_features_are_what_the_last_layer_sees(depth, width):
    pixels, _ = bright_or_dark(6)
    normalization = Normalization.of(pixels)
    network = build_resnet(depth, outputs=1, seed=3)
    found = features(network, pixels, normalization=normalization, recipe=RECIPE)
    assert found.shape == (6, width)
    logits = predict(network, pixels, normalization=normalization, recipe=RECIPE)
    again = network.fc(torch.from_numpy(found)).detach().numpy()
    np.testing.assert_allclose(again, logits, atol=1e-5)


def test_a_loss_that_explodes_says_what_to_do():
    pixels, targets = bright_or_dark()
    recipe = Recipe(epochs=1, batch_size=8, learning_rate=1e-3, seed=1)
    network = build_resnet(34, outputs=1, seed=3)
    torch.nn.init.constant_(network.fc.weight, float("nan"))
    with pytest.raises(StudyError, match="training loss is nan in epoch 1: lower learning_rate"):
        fit(network, pixels, targets, normalization=Normalization.of(pixels), recipe=recipe)


def test_standardized_features_are_centered_and_of_length_1():
    values = np.random.default_rng(1).normal(3, 2, (30, 5))
    values[:, 2] = 4
    train = np.arange(20)
    found = standardize(values, train=train)
    np.testing.assert_allclose(found[train].mean(axis=0), 0, atol=1e-6)
    deviations = found[train].std(axis=0) * np.sqrt(5)
    np.testing.assert_allclose(deviations, [1, 1, 0, 1, 1], atol=1e-5)
    assert (found[train] ** 2).sum(axis=1).mean() == pytest.approx(4 / 5)


def test_the_baseline_hears_a_bright_upper_half():
    pixels, targets = bright_or_dark(60)
    values = row_statistics(pixels)
    probability = fit_baseline(values[:40], targets[:40, 0], values[40:])
    assert probability.shape == (20,)
    assert roc_auc_score(targets[40:, 0], probability) == 1


@pytest.mark.parametrize("prevalence", [0.02, 0.3, 0.5, 0.9])
def test_the_prior_shift_is_bayes(prevalence):
    odds_at_prevalence = 0.7  # P(x | genre) / P(x | not) is 0.7 over the prior odds
    likelihood_ratio = odds_at_prevalence / (prevalence / (1 - prevalence))
    shifted = prior_shift(np.log([[odds_at_prevalence]]), np.array([prevalence]))
    assert expit(shifted[0, 0]) == pytest.approx(likelihood_ratio / (1 + likelihood_ratio))


def test_sigmoid_is_scipys_without_overflow():
    logits = np.array([-800, -2.5, 0, 3, 800])
    np.testing.assert_allclose(sigmoid(logits), expit(logits))
