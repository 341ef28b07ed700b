"""Directives that write MyST, and the tables of settings.

``{settings-table} GROUP`` lists the settings of a group, as `mgrlib.settings` has them.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from mgrlib.prose import escape
from mgrlib.settings import RULES, Settings, profiles

from .facts import last_part

MEANINGS: dict[str, dict[str, str]] = {
    "songs": {
        "corpus": "where the songs come from: a folder, or a public data set with its folder; "
        "synthetic-direct plays the synthetic songs in memory and keeps no files of them",
        "genres": "which genres are studied: all that are large enough, the paper's 16, a data "
        "set's own labels, or those named",
        "max_genres": "at most so many genres, the largest first",
        "min_songs": "a genre with fewer songs, or with fewer songs outside it, is left out",
        "songs": "at most so many songs; for the synthetic corpus, how many are made",
        "excerpts": "whether sound may be embedded in the book; auto: only that of synthetic songs",
    },
    "images": {
        "scales": "the frequency scales that are compared",
        "segment_seconds": "length in s of the segment taken from each song",
        "sample_rate": "rate in Hz to which the sound is brought, in mono",
        "n_fft": "length in samples of the window of each spectrum",
        "hop_length": "samples from one spectrum to the next",
        "n_mels": "number of rows of every scale but linear",
        "top_db": "range in dB below the loudest point; all that is softer is black",
        "image_size": "height and width of an image in pixels",
    },
    "networks": {
        "depths": "layers of the ResNets",
        "weights": "the arms: what the networks know before they see a genre",
        "tune": "what is trained for a genre: the whole network or its last layer alone",
        "joint_epochs": "epochs of the network that learns all genres at once",
        "epochs": "epochs of the network of one genre",
        "batch_size": "images in a step of training",
        "learning_rate": "step size of the optimizer",
        "precision": "arithmetic of training; auto: bfloat16 where the processor is built for it",
    },
    "test": {
        "test_fraction": "share of the songs kept for the test",
        "split_by": "what never stands on both sides of the split: a song, an album, an artist; "
        "or published: the split that came with a public data set",
        "repeats": "how often the whole experiment is drawn and trained anew",
        "equal_sizes": "whether each genre's network is trained a second time on as many songs as "
        "the smallest genre has, to tell a genre's size from its rarity",
        "seed": "the number from which all randomness comes",
    },
    "machine": {
        "device": "where networks are trained; auto: a GPU where there is one",
        "jobs": "processes at work at a time; a cluster has as many as it has workers",
        "scheduler": "who makes the images and trains: this machine, or the workers of a cluster",
        "keep_models": "whether the trained networks are kept in the run",
    },
}
"""What each setting means, by group; a test holds that no setting is missing."""


def value_words(value: Any) -> str:
    """A value of a setting as one would type it; of a path the last part, of an address none."""
    if value is None:
        return "auto"
    if "://" in str(value):
        return "a cluster"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(value_words, value))
    return f"{value:g}" if isinstance(value, float) else last_part(str(value))


def settings_table(group: str, chosen: Mapping[str, Any]) -> str:
    """MyST table of the settings of `group`: meaning, rule, the profiles' values, `chosen`'s."""
    names, tables = MEANINGS[group], profiles()
    defaults = {f.name: f.default for f in fields(Settings) if f.default is not MISSING}
    head = ["Setting", "Meaning and legal values", "Default", *tables, "This run"]
    rows = []
    for name, meaning in names.items():
        default = defaults[name]
        values = [default, *(table.get(name, "") for table in tables.values())]
        values.append(chosen.get(name, ""))
        cells = [escape(value_words(value)) if value != "" else "" for value in values]
        rows.append([f"`{name}`", f"{escape(meaning)} *({escape(RULES[name][1])})*", *cells])
    lines = [f":::{{list-table}} Settings: {group}", ":header-rows: 1"]
    lines += [":class: settings", f":name: tab-settings-{group}", ""]
    for row in [head, *rows]:
        lines += [f"{'* -' if n == 0 else '  -'} {cell}".rstrip() for n, cell in enumerate(row)]
    return "\n".join([*lines, ":::"])


class MystDirective(SphinxDirective):
    """A directive that writes MyST lines."""

    def lines(self) -> list[str]:
        """The lines that stand in the place of the directive."""
        raise NotImplementedError

    def run(self) -> list:
        """Parse the lines where the directive stands."""
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)


class SettingsTable(MystDirective):
    """``{settings-table} GROUP``: the settings of a group of `MEANINGS`."""

    required_arguments = 1

    def lines(self) -> list[str]:
        if self.arguments[0] not in MEANINGS:
            raise self.error(f"group must be one of {', '.join(MEANINGS)}")
        study = Path(self.config.mgrlib_run, "study.json")
        chosen = json.loads(study.read_text("utf-8")).get("settings", {}) if study.exists() else {}
        self.env.note_dependency(str(study))
        return settings_table(self.arguments[0], chosen).splitlines()


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("settings-table", SettingsTable)
