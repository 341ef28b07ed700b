"""The card of kept networks: what it must say, and what it must not."""

import pandas as pd
import pytest
import yaml

from mgrlib.files import write_json, write_text
from mgrlib.networks.model_card import model_card, write_model_card
from mgrlib.settings import make_settings


@pytest.fixture
def run_of(tmp_path):
    """A run folder with what a card is made of."""

    def make(*, evidence="music", weights=("none", "corpus"), genres=("Pop", "<b>R|B</b>")):
        settings = make_settings(
            corpus="/home/someone/secret/music", overrides={"weights": list(weights)}
        )
        run = tmp_path / "my_run"
        write_json(run / "study.json", {
            "settings": {**settings.as_dict(), "scheduler": "tcp://host.name:8786"},
            "evidence": evidence, "corpus_words": "31 songs of the library music",
            "versions": {"mgrlib": "0.1.0", "torch": "2.13.0"}, "commit": "abc123",
            "resolved": {"precision": "bfloat16", "device": "cpu"},
        })  # fmt: skip
        write_json(run / "audit.json", {
            "split": {"train": 21, "test": 10},
            "trained": {genre: {"songs": 12, "test": 4, "train": 16} for genre in genres},
        })  # fmt: skip
        metrics = pd.DataFrame(
            [(genre, depth, scale, "corpus", 0, f1, 0.75)
             for depth in (34, 50)
             for scale, base in (("linear", 0.2), ("mel", 0.4))
             for genre, f1 in zip(genres, (base, base + 0.1 * depth / 50), strict=True)],
            columns=["genre", "depth", "scale", "weights", "repeat", "f1", "roc_auc"],
        )  # fmt: skip
        write_text(run / "results" / "metrics.csv", metrics.to_csv(index=False))
        table = metrics[["genre", "depth", "scale", "weights", "repeat"]]
        names = [f"network-{row}.safetensors" for row in range(len(table))]
        write_text(run / "results" / "networks.csv", table.assign(file=names).to_csv(index=False))
        return run

    return make


def front_matter(card: str) -> dict:
    _, matter, _ = card.split("---\n", 2)
    return yaml.safe_load(matter)


def test_the_card_has_all_its_sections(run_of):
    card = model_card(run_of())
    found = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert found == ["Data", "Settings", "Training", "Results on the test songs", "Limits", "Use",
                     "License", "Made with"]  # fmt: skip
    for words in ("31 songs of the library music", "ResNet34, ResNet50", "21 songs for training",
                  "network-7.safetensors", "Commit abc123", "torch 2.13.0", "MIT"):  # fmt: skip
        assert words in card


def test_the_means_are_those_of_the_table(run_of):
    run = run_of()
    metrics = pd.read_csv(run / "results" / "metrics.csv")
    card = model_card(run)
    for (depth, scale), rows in metrics.groupby(["depth", "scale"]):
        line = f"| {depth} | {scale} | corpus | 2 | {rows['f1'].mean():.3f} | 0.750 |"
        assert line in card.splitlines()


def test_no_place_of_the_machine_is_named(run_of):
    card = model_card(run_of())
    for words in ("/home", "someone", "host.name", "8786"):
        assert words not in card


def test_names_are_shown_as_they_are(run_of):
    card = model_card(run_of())
    assert "<b>" not in card
    assert r"\<b\>R\|B\<\/b\>" in card


@pytest.mark.parametrize(
    ("evidence", "weights", "license_", "says", "not_says"),
    [
        ("synthetic", ["none", "corpus"], "mit", "songs are synthetic", "belong to their owners"),
        ("music", ["corpus"], "other", "songs belong to their owners", "songs are synthetic"),
        ("synthetic", ["imagenet"], "other", "torchvision's weights, which have terms", "of other"),
        ("synthetic", ["/x/y/my.pth"], "other", r"arms my\.pth start from weight files", "/x/y"),
    ],
)
def test_the_license_depends_on_songs_and_first_weights(
    run_of, evidence, weights, license_, says, not_says
):
    card = model_card(run_of(evidence=evidence, weights=weights))
    assert front_matter(card)["license"] == license_
    assert says in card
    assert not_says not in card


@pytest.mark.parametrize("evidence", ["synthetic", "music"])
def test_the_card_says_what_the_songs_are_evidence_of(run_of, evidence):
    card = model_card(run_of(evidence=evidence))
    assert ("no evidence about music" in card) == (evidence == "synthetic")
    assert ("synthetic-data" in front_matter(card)["tags"]) == (evidence == "synthetic")


def test_the_card_lies_beside_the_networks(run_of):
    run = run_of()
    write_model_card(run)
    assert (run / "results" / "models" / "README.md").read_text("utf-8") == model_card(run)
