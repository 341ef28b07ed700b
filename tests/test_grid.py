"""The grid: what a study needs, what depends on what, and nothing done twice."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mgrlib.grid import (
    ALL_GENRES,
    BALANCED,
    SMALLEST,
    SUBSETS,
    Data,
    Grid,
    Model,
    read_records,
)
from mgrlib.settings import make_settings
from mgrlib.splits import draw_split
from mgrlib.trainer import train_grid

SMALL = {
    "depths": [34], "epochs": 1, "joint_epochs": 1, "batch_size": 8, "image_size": 32,
    "learning_rate": 1e-3,
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> Data:
    rng = np.random.default_rng(0)
    labels = rng.random((36, 3)) < (0.5, 0.4, 0.3)
    pixels = {
        scale: rng.integers(0, 80, (36, 32, 32), dtype=np.uint8) for scale in ("linear", "mel")
    }
    for row, (images, share) in enumerate(zip(pixels.values(), (0.5, 0.9), strict=True)):
        images[:, 10 * row : 10 * row + 10] += (labels[:, :1, None] * 90 * share).astype(np.uint8)
    splits = tuple(draw_split(labels, test_fraction=0.25, seed=1, repeat=r) for r in range(2))
    return Data(pixels=pixels, labels=labels, genres=("Pop", "R&B", "Folk"), splits=splits)


@pytest.fixture
def grid_of(data, tmp_path, monkeypatch):
    monkeypatch.setenv("MGRLIB_CACHE", str(tmp_path / "cache"))

    def make(**overrides) -> Grid:
        settings = make_settings(profile="smoke", overrides={**SMALL, **overrides})
        return Grid(data, settings, tmp_path / "models", device="cpu", precision="float32")

    return make


def test_a_study_has_a_network_for_every_cell(grid_of):
    grid = grid_of(depths=[34, 50], weights=["none", "corpus"], repeats=2)
    models = grid.models()
    for subset in SUBSETS:
        own = [m for m in models if m.subset == subset]
        assert len([m for m in own if m.weights in ("none", "corpus")]) == 3 * 2 * 2 * 2 * 2
        assert len([m for m in own if m.weights == "baseline"]) == 3 * 2 * 2
    assert len([m for m in models if m.weights == "joint"]) == 2 * 2 * 2
    assert len({grid.record_file(m) for m in models}) == len(models)


def test_without_equal_sizes_every_genre_has_its_own_songs(grid_of):
    settings = {"weights": ["none", "corpus"], "repeats": 2}
    plain = [m for m in grid_of(**settings).models() if m.subset == BALANCED]
    assert grid_of(**settings, equal_sizes=False).models() == plain


@pytest.mark.parametrize("repeat", [0, 1])
def test_subsets_of_equal_sizes_are_parts_as_large_as_the_smallest(grid_of, data, repeat):
    grid = grid_of()
    wholes, cuts = (
        [grid.subset(Model(g, 34, "mel", "none", repeat, subset)) for g in data.genres]
        for subset in SUBSETS
    )
    assert {len(cut) for cut in cuts} == {min(map(len, wholes))} < {len(w) for w in wholes}
    for column, (whole, cut) in enumerate(zip(wholes, cuts, strict=True)):
        assert set(cut) <= set(whole)
        assert data.labels[cut, column].sum() == len(cut) / 2


@pytest.mark.parametrize(
    ("tune", "weights"), [("all", "none"), ("all", "corpus"), ("head", "none"), ("head", "corpus")]
)
def test_the_smallest_genres_networks_of_equal_sizes_are_their_own_to_the_bit(
    grid_of, tune, weights
):
    grid = grid_of(weights=[weights], tune=tune)
    train(grid)
    same = set()
    for model in (m for m in grid.models() if m.subset == SMALLEST):
        own = grid.subset(replace(model, subset=BALANCED))
        cut, whole = (json.loads(grid.record_file(m).read_text())
                      for m in (model, replace(model, subset=BALANCED)))  # fmt: skip
        assert cut["rows"][0]["n_train"] == len(grid.subset(model))
        equal = cut["probabilities"] == whole["probabilities"]
        assert equal == (len(own) == len(grid.subset(model)))
        same |= {(model.genre, model.weights)} if equal else set()
    assert same == {(genre, row) for genre in ("R&B", "Folk") for row in (weights, "baseline")}


def test_names_of_records_do_not_change_with_the_project(grid_of):
    # Else finished runs would be trained again; another VERSION changes all of them.
    names = {model: grid_of().record_file(model).name for model in (BINARY, TRANSFER, JOINT)}
    assert names == {
        BINARY: "pop-34-mel-none-r0-48807a795603ae75.json",
        TRANSFER: "pop-34-mel-corpus-r0-7aa5104b4a1761ea.json",
        JOINT: "all-34-mel-joint-r0-a86ca7c50f26618d.json",
    }
    assert grid_of().record_file(BASELINE).name == "pop-0-mel-baseline-r0-b4d9f4205ef7b44a.json"
    assert BINARY.as_dict() == {
        "genre": "Pop", "depth": 34, "scale": "mel", "weights": "none", "repeat": 0,
    }  # fmt: skip


def test_a_record_of_equal_sizes_says_so(grid_of):
    grid, model = grid_of(), replace(BINARY, subset=SMALLEST)
    assert Model(**model.as_dict()) == model
    assert grid.record_file(model).name.startswith("pop-34-mel-none-r0-smallest-")
    assert grid.key(model) != grid.key(BINARY)


@pytest.mark.parametrize("weights", ["none", "corpus"])
def test_heads_of_both_subsets_are_one_task_over_one_trunk(grid_of, weights):
    from mgrlib.trainer import binary_tasks

    grid = grid_of(weights=[weights], tune="head", scales=["mel"])
    work = list(binary_tasks(grid, grid.models()))
    assert sorted(len(models) for *_, models in work) == [6, 6]  # baselines and heads
    for *_, trunk, models in work:
        assert {m.subset for m in models} == set(SUBSETS)
        if trunk.depth:
            assert len({grid.features_file(m) for m in (trunk, *models)}) == 1


def test_a_smaller_subset_costs_less(grid_of):
    grid = grid_of()
    cut, whole = (grid.cost(replace(BINARY, subset=subset)) for subset in (SMALLEST, BALANCED))
    assert 0 < cut < whole


def test_seeds_and_subsets_never_depend_on_the_scale(grid_of):
    grid = grid_of(weights=["none", "corpus"], repeats=2)
    for model in grid.models():
        other = replace(model, scale="mel" if model.scale == "linear" else "linear")
        for purpose in ("weights", "batches"):
            assert grid.seed(model, purpose) == grid.seed(other, purpose)
            for subset in SUBSETS:
                assert grid.seed(replace(model, subset=subset), purpose) == grid.seed(
                    model, purpose
                )
        if model.genre != ALL_GENRES:
            np.testing.assert_array_equal(grid.subset(model), grid.subset(other))


@pytest.mark.parametrize("field", ["genre", "depth", "weights", "repeat"])
def test_seeds_depend_on_all_else(grid_of, field):
    grid = grid_of(depths=[34, 50], weights=["none", "corpus"], repeats=2)
    model = Model("Pop", 34, "mel", "none", 0)
    other = {"genre": "Folk", "depth": 50, "weights": "corpus", "repeat": 1}[field]
    assert grid.seed(model, "weights") != grid.seed(replace(model, **{field: other}), "weights")


BINARY = Model("Pop", 34, "mel", "none", 0)
TRANSFER = Model("Pop", 34, "mel", "corpus", 0)
JOINT = Model(ALL_GENRES, 34, "mel", "joint", 0)
BASELINE = Model("Pop", 0, "mel", "baseline", 0)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"epochs": 2}, {BINARY, TRANSFER}),
        ({"joint_epochs": 2}, {JOINT, TRANSFER}),
        ({"tune": "head"}, {BINARY, TRANSFER}),
        ({"batch_size": 4}, {BINARY, TRANSFER, JOINT}),
        ({"learning_rate": 0.1}, {BINARY, TRANSFER, JOINT}),
        ({"seed": 3}, {BINARY, TRANSFER, JOINT, BASELINE}),
        ({"depths": [34, 50]}, set()),
        ({"scales": ["mel"]}, set()),
        ({"weights": ["none", "corpus"]}, set()),
        ({"repeats": 2}, set()),
        ({"equal_sizes": False}, set()),
        ({"jobs": 2, "keep_models": True, "excerpts": False, "device": "cpu"}, set()),
    ],
)
def test_a_changed_setting_changes_the_keys_of_what_depends_on_it(grid_of, change, changed):
    before, after = grid_of(), grid_of(**change)
    models = {BINARY, TRANSFER, JOINT, BASELINE}
    assert {m for m in models if before.key(m) != after.key(m)} == changed


@pytest.mark.parametrize("change", [{"device": "cuda"}, {"precision": "bfloat16"}])
def test_networks_of_another_device_or_precision_are_others(grid_of, change):
    before = grid_of(weights=["none", "corpus"])
    after = replace(before, **change)
    for model in (BINARY, TRANSFER, JOINT):
        assert before.key(model) != after.key(model)
    assert before.features_file(BINARY) != after.features_file(BINARY)
    assert before.key(BASELINE) == after.key(BASELINE)  # never on a GPU, nor in bfloat16


def test_pixels_of_one_scale_matter_to_its_networks_only(grid_of, data):
    grid = grid_of()
    pixels = {**data.pixels, "mel": data.pixels["mel"] + np.uint8(1)}
    other = replace(grid, data=replace(data, pixels=pixels))
    assert grid.key(BINARY) != other.key(BINARY)
    linear = replace(BINARY, scale="linear")
    assert grid.key(linear) == other.key(linear)


def train(grid, **settings) -> int:
    return train_grid(grid, jobs=1, **settings)


def records(grid) -> dict[str, str]:
    """Content of every record by file name, without the times."""
    found = {}
    for file in grid.folder.glob("*.json"):
        record = json.loads(file.read_text())
        for row in record["rows"] + record["history"]:
            row.pop("seconds")
        found[file.name] = json.dumps(record)
    return found


@pytest.mark.parametrize("tune", ["all", "head"])
def test_every_arm_is_trained_once(grid_of, tune):
    grid = grid_of(weights=["none", "corpus"], tune=tune)
    costs = []
    made = train(grid, report=lambda done: costs.append(done.cost))
    assert made == len(grid.models()) == len(list(grid.folder.glob("*.json")))
    assert sum(costs) == pytest.approx(sum(map(grid.cost, grid.models())))
    stamps = {file: file.stat().st_mtime_ns for file in grid.folder.glob("*.json")}
    assert train(grid) == 0
    assert stamps == {file: file.stat().st_mtime_ns for file in grid.folder.glob("*.json")}


def test_only_what_is_missing_is_trained(grid_of):
    grid = grid_of(weights=["corpus"], tune="head")
    train(grid)
    before = records(grid)
    lost = [grid.record_file(m) for m in (TRANSFER, BASELINE)]
    for file in lost:
        file.unlink()
    assert train(grid) == 2
    assert records(grid) == before


@pytest.mark.parametrize("tune", ["all", "head"])
def test_a_lost_cache_is_made_again_and_changes_nothing(grid_of, tmp_path, tune):
    import shutil

    grid = grid_of(weights=["corpus"], tune=tune, scales=["mel"])
    train(grid)
    before = records(grid)
    grid.record_file(TRANSFER).unlink()
    shutil.rmtree(tmp_path / "cache")
    assert train(grid) == 2  # the joint network again, for its trunk, and the one that was lost
    assert records(grid) == before


def test_one_depth_is_trained_alone(grid_of):
    grid = grid_of(depths=[34, 50], scales=["mel"])
    train(grid, depths=(34,))
    trained = {record["model"]["depth"] for record in read_records(grid)}
    assert trained == {0, 34}


def test_records_are_the_same_whatever_jobs_is(grid_of, tmp_path):
    alone = grid_of(weights=["none"], scales=["mel"])
    train_grid(alone, jobs=1)
    together = replace(alone, folder=tmp_path / "other")
    train_grid(together, jobs=2)
    assert records(alone) == records(together)


def test_a_record_says_what_was_measured(grid_of, data):
    grid = grid_of(weights=["corpus"], tune="head")
    train(grid)
    for record in read_records(grid):
        model = Model(**record["model"])
        split = data.splits[model.repeat]
        for row in record["rows"]:
            truth = data.labels[split.test, data.genres.index(row["genre"])]
            probability = np.array(record["probabilities"][row["genre"]])
            assert row["n_test"] == len(split.test) == len(probability)
            assert row["n_test_positive"] == truth.sum()
            assert row["accuracy"] == pytest.approx(((probability >= 0.5) == truth).mean())
    genres = [row["genre"] for row in read_records(grid)[-1]["rows"]]
    assert set(genres) <= set(data.genres)


@pytest.mark.parametrize(("tune", "weights"), [("all", "none"), ("head", "corpus")])
def test_equal_images_give_equal_records_whatever_the_scale_is_called(grid_of, data, tune, weights):
    grid = grid_of(weights=[weights], tune=tune)
    equal = replace(data, pixels=dict.fromkeys(("linear", "mel"), data.pixels["mel"]))
    grid = replace(grid, data=equal)
    train(grid)
    found = {}
    for record in read_records(grid):
        model = Model(**record["model"])
        key = replace(model, scale="")
        found.setdefault(key, []).append(record["probabilities"])
    for pair in found.values():
        assert pair[0] == pair[1]


@pytest.mark.parametrize(("tune", "weights"), [("all", "none"), ("head", "corpus")])
def test_a_test_song_changes_no_prediction_but_its_own(grid_of, data, tune, weights):
    grid = grid_of(weights=[weights], tune=tune, scales=["mel"])
    pixels = data.pixels["mel"].copy()
    pixels[data.splits[0].test[0]] ^= 255
    other = replace(grid, data=replace(data, pixels={"mel": pixels}))
    train(grid)
    train(other)
    for before, after in zip(read_records(grid), read_records(other), strict=True):
        for genre, probabilities in before["probabilities"].items():
            np.testing.assert_allclose(after["probabilities"][genre][1:], probabilities[1:],
                                       atol=1e-6)  # fmt: skip


@pytest.mark.parametrize(("tune", "arms"), [("all", ["none"]), ("head", ["none", "corpus"])])
def test_models_are_kept_where_asked_and_records_stay_as_they_are(grid_of, tune, arms):
    settings = {"weights": arms, "tune": tune, "scales": ["mel"]}
    train(grid_of(**settings))
    before = records(grid_of(**settings))
    assert not list(grid_of(**settings).folder.glob("*.safetensors"))
    grid = grid_of(**settings, keep_models=True)
    networks = [m for m in grid.models() if m.weights != "baseline" and m.subset == BALANCED]
    assert train(grid) == len(networks)  # all once more, for their weights
    assert all(grid.network_file(model).exists() for model in networks)
    kept = {file.name for file in grid.folder.glob("*.safetensors") if file.name[:5] != "trunk"}
    assert kept == {grid.network_file(model).name for model in networks}
    assert records(grid) == before
    assert train(grid) == 0


def test_only_what_is_no_longer_kept_is_trained_again(grid_of):
    grid = grid_of(weights=["none", "corpus"], tune="head", scales=["mel"], keep_models=True)
    train(grid)
    before = {file.name: file.read_bytes() for file in grid.folder.glob("*.safetensors")}
    grid.network_file(TRANSFER).unlink()
    assert train(grid) == 1
    grid.kept_trunk(BINARY).unlink()
    assert train(grid) == 3  # the heads over this trunk
    grid.kept_trunk(TRANSFER).unlink()
    assert train(grid) == 4  # the joint network, and its heads
    assert before == {file.name: file.read_bytes() for file in grid.folder.glob("*.safetensors")}


def test_a_weight_file_is_an_arm(grid_of, tmp_path):
    import torch
    from safetensors.torch import save_file

    from mgrlib.models import build_resnet

    path = tmp_path / "trunk.safetensors"
    save_file(build_resnet(34, outputs=5, seed=8).state_dict(), path)
    grid = grid_of(weights=[str(path)], tune="head", scales=["mel"])
    key = grid.key(replace(BINARY, weights=str(path)))
    train(grid)
    assert {r["model"]["weights"] for r in read_records(grid)} == {str(path), "joint", "baseline"}
    torch.save(build_resnet(34, outputs=5, seed=9).state_dict(), path)
    assert grid.key(replace(BINARY, weights=str(path))) != key


@pytest.mark.parametrize("tune", ["all", "head"])
def test_the_arm_imagenet_starts_from_the_file_of_the_hub(grid_of, tmp_path, monkeypatch, tune):
    import torch

    from mgrlib import tasks
    from mgrlib.models import import_torchvision

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    models = import_torchvision().models
    url = models.get_model_weights("resnet34").IMAGENET1K_V1.url
    file = tmp_path / "torch" / "hub" / "checkpoints" / url.rsplit("/", 1)[1]
    file.parent.mkdir(parents=True)
    state = models.resnet34().state_dict()
    torch.save(state, file)
    grid = grid_of(weights=["imagenet"], tune=tune, scales=["mel"])
    start = tasks._start(grid, replace(BINARY, weights="imagenet"))
    assert torch.equal(start.layer3[0].conv2.weight, state["layer3.0.conv2.weight"])
    train(grid)
    arms = {record["model"]["weights"] for record in read_records(grid)}
    assert arms == {"imagenet", "joint", "baseline"}


def test_the_forecast_says_how_many_how_long_and_how_much(grid_of):
    from mgrlib.trainer import forecast, missing_models

    grid = grid_of(weights=["none"])
    plan = forecast(grid, missing_models(grid), jobs=1)
    assert plan.networks == len(grid.models())
    assert plan.cost == pytest.approx(sum(map(grid.cost, grid.models())))
    assert plan.seconds > 0
    assert "1 process of at most" in str(plan)
    assert not list(grid.folder.glob("*"))


def test_processes_are_as_many_as_fit_into_memory(grid_of, monkeypatch):
    from mgrlib import trainer

    grid = grid_of(weights=["none"])
    monkeypatch.setattr(trainer, "available_bytes", lambda device: 3 * 2**30)
    plan = trainer.forecast(grid, trainer.missing_models(grid), jobs=8)
    assert 1 <= plan.jobs < 8
    assert plan.jobs * plan.need < 3 * 2**30


def test_one_process_feeds_a_gpu_whose_memory_holds_the_images(grid_of, data, monkeypatch):
    from mgrlib import tasks, trainer

    asked = []
    monkeypatch.setattr(trainer, "available_bytes", lambda device: asked.append(device) or 2**40)
    monkeypatch.setattr(tasks, "seconds_an_image", lambda grid, model: 0.001)
    grid = grid_of(weights=["none"], tune="head")
    heads = [m for m in grid.models() if m.weights == "none"]
    on_cpu = trainer.forecast(grid, heads, jobs=8)
    on_gpu = trainer.forecast(replace(grid, device="cuda"), heads, jobs=8)
    assert (on_cpu.jobs, on_gpu.jobs) == (8, 1)
    assert asked == ["cpu", "cuda"]
    assert on_gpu.need - on_cpu.need == sum(pixels.nbytes for pixels in data.pixels.values())


def test_images_mapped_from_files_travel_as_names(data, tmp_path):
    import pickle

    from mgrlib.grid import mapped

    pixels = {scale: mapped(images, tmp_path) for scale, images in data.pixels.items()}
    sent = pickle.dumps(replace(data, pixels=pixels))
    assert len(sent) < 0.1 * len(pickle.dumps(data))
    received = pickle.loads(sent)
    assert received.keys == data.keys
    for scale, images in data.pixels.items():
        np.testing.assert_array_equal(received.pixels[scale], images)
        assert not received.pixels[scale].flags.writeable
