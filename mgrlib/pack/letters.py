"""What an archive says of itself: README, how to cite it, and the form of a repository."""

import html
import json
import os
import shlex
from pathlib import Path
from typing import Any

from .. import book
from ..files import ROOT, as_json
from ..prose import CAUTION
from ..runs import results_date
from ..settings import SYNTHETIC, make_settings

CITATION = ROOT / "CITATION.cff"

CONTENTS = {
    "study.json": "settings, versions, hardware, commit, and SHA-256 of what the run was made of",
    "catalog/": "the songs that were studied, their genres, and the songs that could not be used",
    "audit.json": "the audit of the songs",
    "results/": "a record of each network, and the tables made of them",
    "results/models/*.safetensors": "the trained networks",
    "statistics.json": "every number of the analysis",
    "claims.json": "the paper's claims, each with its verdict",
    "figures/": "the figures as PNG and SVG",
    "notebooks/": "the executed notebooks",
    "site/": "the book: open site/index.html",
    "book.pdf": "the book on paper",
    "requirements.txt": "the software that the study is run with, pinned",
    "CITATION.cff": "how to cite this archive",
    "zenodo.json": "the same for the form of Zenodo and others like it",
    "LICENSE": "of the code and of this archive",
    "SHA256SUMS": "of every other file",
}
"""What stands where; of these an archive has those that the run has."""

README = """\
# The run {name}

{title}: {songs}. {caution}

## What is here

{contents}

There is no song in this archive{sound}{networks}. {paths}

## Verify

```bash
sha256sum -c SHA256SUMS
```

On macOS the command is `shasum -a 256 -c SHA256SUMS`.

## Run again

{software}

```bash
{commands}
```

{needs}With the same seed, versions and kind of processor the tables come out the same; on other
hardware numbers differ in their last digits. `inputs` in `study.json` tells whether the songs were
the same: the tables `songs.csv` and `taxonomy.csv` of `catalog/`, and for each scale the pixels of
all images as the networks saw them, one song after the other. Files of songs are not hashed: what
was learned is in the pixels.
"""


NO_PATHS = "Of a folder of the machine, wherever one was named, only the last part is kept."
OF_A_LIBRARY = (
    "So is that of the songs, `corpus` in `study.json`; names of songs are as the library has them."
)


def citation(run: Path, study: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Content of ``CITATION.cff`` of an archive.

    Parameters
    ----------
    own : dict
        That of the software.
    """
    software = {"type": "software", "title": own["title"], "authors": own["authors"]}
    commit = study.get("commit", "unknown")
    known = {"version": study.get("versions", {}).get("mgrlib"),
             "commit": None if commit == "unknown" else commit}  # fmt: skip
    return {
        "cff-version": "1.2.0",
        "message": "Please cite this archive together with the paper that it reproduces.",
        "type": "dataset",
        "title": f"Run {run.name} of the study: {own['title']}",
        "version": known["version"] or own["version"],
        "date-released": results_date(run, study),
        "license": own["license"],
        "authors": own["authors"],
        "keywords": own.get("keywords", []),
        "references": [software | {k: v for k, v in known.items() if v},
                       *own.get("references", [])],
    }  # fmt: skip


def as_yaml(content: dict[str, Any]) -> str:
    """YAML in the order of `content`."""
    import yaml

    # What stands in it twice would become an alias, which readers of CITATION.cff may not know.
    content = json.loads(json.dumps(content))
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)


def deposit(cited: dict[str, Any], study: dict[str, Any]) -> str:
    """Metadata as the interface of Zenodo takes them, made of ``CITATION.cff``."""
    words = f"{study.get('corpus_words', '')}. {CAUTION.get(study.get('evidence'), '')}"
    content = {
        "title": cited["title"],
        "upload_type": "dataset",
        "publication_date": cited["date-released"],
        "description": _plain(f"Settings, result tables, executed notebooks and pages. {words}"),
        "creators": [{"name": _name(author)} for author in cited["authors"]],
        "version": cited["version"],
        "license": cited["license"].lower(),
        "keywords": cited["keywords"],
        "references": [_reference(work) for work in cited["references"]],
    }
    return as_json({"metadata": content}) + "\n"


def _plain(text: str) -> str:
    """Text for a field that is HTML."""
    return html.escape(text.strip(), quote=False)


def _name(author: dict[str, str]) -> str:
    return author.get("name") or f"{author['family-names']}, {author['given-names']}"


def _reference(work: dict[str, Any]) -> str:
    when = work.get("year") or work.get("version")
    return f"{'; '.join(map(_name, work['authors']))} ({when}): {work['title']}"


def readme(
    run: Path, study: dict[str, Any], *, title: str, files: list[str], repository: str
) -> str:
    """README of an archive that holds `files`.

    Parameters
    ----------
    study : dict
        ``study.json`` as it is in the archive.
    title : str
        Of the study.
    repository : str
        Address of the code.
    """
    networks = any(file.endswith(".safetensors") for file in files)
    synthetic = study["settings"]["corpus"] in SYNTHETIC
    return README.format(
        name=run.name,
        title=title,
        songs=_one_line(study.get("corpus_words", "songs of unknown origin")),
        caution=CAUTION.get(study.get("evidence"), ""),
        contents=_contents(files),
        sound=_excerpts(study, synthetic=synthetic),
        networks="" if networks else ", and no trained network",
        paths=NO_PATHS if synthetic else f"{NO_PATHS} {OF_A_LIBRARY}",
        software=_software(study),
        commands=commands(run, study, repository=repository),
        needs="" if synthetic else "PATH stands for where the songs are; they are not given here. ",
    )


def _excerpts(study: dict[str, Any], *, synthetic: bool) -> str:
    """What is said of the sound in the pages; empty where there is none."""
    excerpts = study["settings"].get("excerpts")
    if not (synthetic if excerpts is None else excerpts):
        return ""
    licenses = "" if synthetic else ", which are under the licenses of their songs"
    return f" beside the excerpts of the pages{licenses}"


def _contents(files: list[str]) -> str:
    present = [
        f"- `{place}`: {words}"
        for place, words in CONTENTS.items()
        if any(_stands_for(place, file) for file in files)
    ]
    return "\n".join(present)


def _stands_for(place: str, file: str) -> bool:
    if place.endswith("/"):
        return file.startswith(place)
    return Path(file).match(place)


def _software(study: dict[str, Any]) -> str:
    commit = study.get("commit") or "unknown"
    said = f"The run was made by mgrlib {study.get('versions', {}).get('mgrlib', '')}".rstrip()
    if commit == "unknown":
        return f"{said}; its commit is not known."
    changed = ", with changes that were not committed" if commit.endswith("-dirty") else ""
    return f"{said}, commit {commit.removesuffix('-dirty')}{changed}."


def repository_address() -> str:
    """Where the code is: the repository of the workflow at work, else that of ``_config.yml``."""
    import yaml

    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    return book.repository(config["repository"]["url"], os.environ)


def commands(run: Path, study: dict[str, Any], *, repository: str) -> str:
    """The commands that make a run with the settings of `study`."""
    profile, settings = study["profile"], study["settings"]
    usual = make_settings(profile=profile).as_dict()
    words = ["run", "--profile", profile, "--name", run.name]
    if settings["corpus"] != usual["corpus"]:
        kind, colon, name = settings["corpus"].rpartition(":")
        place = name if settings["corpus"] in SYNTHETIC else f"PATH/{name}"
        words += ["--corpus", f"{kind}{colon}{place}"]
    for name, value in settings.items():
        # Of the machine, not of the study.
        if name in ("corpus", "jobs", "scheduler", "device") or usual.get(name) == value:
            continue
        words += ["--set", f"{name}={_typed(value)}"]
    commit = study.get("commit", "unknown").removesuffix("-dirty")
    lines = [f"git clone {repository}", f"cd {repository.rstrip('/').split('/')[-1]}"]
    lines += [] if commit == "unknown" else [f"git checkout {shlex.quote(commit)}"]
    return "\n".join([*lines, "make .venv", f".venv/bin/python -m mgrlib {shlex.join(words)}"])


def _typed(value: Any) -> str:
    """A value of a setting as the command line takes it."""
    if value is None:
        return "auto"
    # A genre's name may hold a comma: lists are written as YAML, of which JSON is a part.
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
