"""The card of the networks that a run has kept: what they are, and what they are not.

A Markdown page with front matter as the Hugging Face Hub reads it, made of the files of
the run alone. It names no path of the machine.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from ..files import read_json, write_text
from ..prose import caution, escape
from ..results import read_metrics, read_networks, read_study
from ..settings import arm_name

SHOWN_METRICS = {
    "f1": "F1",
    "balanced_accuracy": "Balanced accuracy",
    "average_precision": "Average precision",
    "roc_auc": "ROC-AUC",
}

HIDDEN_SETTINGS = ("corpus", "weights", "device", "jobs", "scheduler", "precision", "keep_models",
                   "excerpts")  # fmt: skip
"""Settings that name a place, or say nothing of the networks."""

EXAMPLE = """\
```python
from mgrlib.networks.kept import read_network
from mgrlib.networks.predict import probabilities, read_song

network, about = read_network("{file}")
song = read_song("song.mp3", about)
probabilities(network, about, song.image[None])  # one row a song, one column a genre
```"""


def write_model_card(run: Path) -> None:
    """Write ``results/models/README.md`` of a run that has kept networks."""
    write_text(run / "results" / "models" / "README.md", model_card(run))


def model_card(run: Path) -> str:
    """The card of a run's kept networks, Markdown with front matter.

    Parameters
    ----------
    run : Path
        Folder with ``study.json``, ``audit.json``, ``results/metrics.csv`` and
        ``results/networks.csv``.
    """
    study, networks = read_study(run), read_networks(run)
    arms = [str(arm_name(arm)) for arm in study["settings"]["weights"]]
    synthetic = study["evidence"] == "synthetic"
    parts = [
        _front_matter(free=synthetic and set(arms) <= {"none", "corpus"}, study=study),
        f"# Music genre networks of the run {escape(run.name)}",
        _what(study, networks),
        "## Data",
        _data(study, read_json(run / "audit.json")),
        "## Settings",
        _settings(study["settings"], arms),
        "## Training",
        _training(study["settings"]),
        "## Results on the test songs",
        _results(read_metrics(run)),
        "## Limits",
        _limits(study),
        "## Use",
        _use(networks),
        "## License",
        _license(arms, synthetic=synthetic),
        "## Made with",
        _made_with(study),
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(*, free: bool, study: dict) -> str:
    license_lines = ["license: mit"] if free else [
        "license: other", "license_name: see-the-section-license", "license_link: README.md",
    ]  # fmt: skip
    tags = ["music", "music-genre-recognition", "spectrogram", "resnet"]
    tags += ["synthetic-data"] if study["evidence"] == "synthetic" else []
    lines = [*license_lines, "library_name: torchvision", "pipeline_tag: audio-classification",
             "tags:", *(f"- {tag}" for tag in tags)]  # fmt: skip
    return "\n".join(["---", *lines, "---"])


def _what(study: dict, networks: pd.DataFrame) -> str:
    depths = ", ".join(f"ResNet{depth}" for depth in sorted(set(networks["depth"])))
    scales = list(map(escape, dict.fromkeys(networks["scale"])))
    plural = "s" if len(scales) > 1 else ""
    arms = ", ".join(escape(arm) for arm in dict.fromkeys(networks["weights"]))
    return (
        f"{len(networks)} networks ({depths}; arms {arms}) that hear a genre in a picture of a "
        f"song, a spectrogram on the scale{plural} {', '.join(scales)}. Each binary network "
        "answers for one genre, a network of the arm joint for all. They were trained to compare "
        "frequency scales, after Karpiński and Leszczyński (2025), *Comparison of spectrogram "
        "scaling in multi-label Music Genre Recognition*."
    )


def _data(study: dict, audit: dict) -> str:
    split = audit["split"]
    rows = [(escape(genre), sizes["songs"], sizes["train"], sizes["test"])
            for genre, sizes in audit["trained"].items()]  # fmt: skip
    return (
        f"Trained on {escape(study['corpus_words'])}. {caution(study['evidence'])}\n\n"
        f"{split['train']} songs for training, {split['test']} for the test. A binary network "
        "learned from as many songs with its genre as without.\n\n"
        + _table(["Genre", "Songs", "Training", "Test, with the genre"], rows)
    )


def _settings(settings: dict[str, Any], arms: list[str]) -> str:
    shown = {name: value for name, value in settings.items() if name not in HIDDEN_SETTINGS}
    rows = [(f"`{name}`", _words(value)) for name, value in shown.items()]
    return _table(["Setting", "Value"], [("`weights`", _words(arms)), *rows])


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_words(item) for item in value)
    return escape(value) if isinstance(value, str) else json.dumps(value)


def _training(settings: dict[str, Any]) -> str:
    whole = settings["tune"] == "all"
    tuned = "All layers were tuned." if whole else "The last layer alone was tuned."
    return (
        f"{tuned} AdamW, binary cross-entropy, a learning rate that falls as a cosine from "
        f"{settings['learning_rate']:g} to 0, batches of {settings['batch_size']}, no "
        f"augmentation. Epochs: {settings['epochs']}, of the joint network "
        f"{settings['joint_epochs']}. The arm none starts from random weights, corpus from the "
        "trunk of the joint network of the same songs, imagenet from torchvision's IMAGENET1K\\_V1."
    )


def _results(metrics: pd.DataFrame) -> str:
    present = {name: words for name, words in SHOWN_METRICS.items() if name in metrics}
    groups = metrics.groupby(["depth", "scale", "weights"], sort=False)
    rows = [
        ("" if depth == 0 else depth, escape(scale), escape(arm), rows["genre"].nunique(),
         *(_number(rows[name].mean()) for name in present))
        for (depth, scale, arm), rows in groups
    ]  # fmt: skip
    head = ["Depth", "Scale", "Arm", "Genres", *present.values()]
    return (
        "Means over genres and repeats, at the threshold 0.5 where one is needed. The test songs "
        "have the genres at their own frequency. The arm baseline is a logistic regression and is "
        f"not kept.\n\n{_table(head, rows)}"
    )


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"


def _limits(study: dict) -> str:
    seconds = study["settings"]["segment_seconds"]
    return (
        f"The networks hear {seconds:g} s from the middle of a song and know only the genres "
        "above. Their probabilities are those of a test where songs with and without the genre "
        "are equally many; elsewhere the odds must be multiplied by those of the genre. They are "
        f"not calibrated. {caution(study['evidence'])} Labels of genre are opinions: do not let "
        "these networks decide about people or their work."
    )


def _use(networks: pd.DataFrame) -> str:
    return (
        "A file has the weights of a torchvision ResNet with one input channel, as safetensors, "
        "and in its metadata, under `mgrlib`, genres, settings of the image and normalization. "
        "Where only the last layer was tuned, the file has that layer and names the file beside "
        f"it that has the others.\n\n{EXAMPLE.format(file=networks['file'].iloc[-1])}\n\n"
        "Or, from the folder of the project: `python -m mgrlib predict --run RUN song.mp3`."
    )


def _license(arms: list[str], *, synthetic: bool) -> str:
    songs = (
        "The songs are synthetic and were made by this code."
        if synthetic
        else "The songs belong to their owners; whether networks that learned from them may be "
        "passed on depends on the songs' licenses, and this card grants nothing of that."
    )
    lines = ["The code that made the networks is under the MIT license.", songs]
    if "imagenet" in arms:
        lines.append("The arm imagenet starts from torchvision's weights, which have terms of "
                     "their own, as the images that they learned from do.")  # fmt: skip
    if others := [arm for arm in arms if arm not in ("none", "corpus", "imagenet")]:
        lines.append(f"The arms {escape(', '.join(others))} start from weight files of other "
                     "origin, under their own terms.")  # fmt: skip
    return " ".join(lines)


def _made_with(study: dict) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in study["versions"].items())
    precision = study["resolved"]["precision"]
    return f"Commit {study['commit']}; precision {precision}; {versions}."


def _table(head: list[str], rows: list[tuple]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
