"""The archive of a run, to be deposited: what it rests on, what it found, and the book.

One zip file that whoever reads it can verify (``SHA256SUMS``), cite (``CITATION.cff``) and make
again (``README.md``). The same run gives the same bytes, whoever packs it and when. It names no
folder of the machine (`mgrlib.pack.places`), and holds no song.
"""

import hashlib
import os
import re
import shlex
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ..book import is_current
from ..errors import BuildError, RunError
from ..excerpts import may_play
from ..files import ROOT, as_json, read_json, write_atomically
from ..notebooks import PAGES, outdated_pages
from ..pipeline import results_digest
from ..printing import printed, printed_page
from ..results import read_networks
from ..settings import Settings, from_dict
from .letters import CITATION, as_yaml, citation, deposit, readme, repository_address
from .places import finder, private_places, public_settings, without

__all__ = ["archive_file", "pack_run"]

TEXTS = {".csv", ".html", ".ipynb", ".js", ".json", ".md", ".svg", ".txt"}
"""Endings of files that are read for folders of this machine, and rid of them."""
PACKED_ALREADY = {".jpg", ".mp3", ".ogg", ".parquet", ".pdf", ".png", ".ttf", ".webp", ".woff2"}
"""Endings of files that would not become smaller."""
SOUND = re.compile(rb"data:audio/[\w.+-]+;base64,")
SOUND_FILES = {".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav"}
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every file: the same run gives the same bytes."""
RIGHTS = 0o100644 << 16
"""A file that its owner may write and everybody may read."""
SUMS = "SHA256SUMS"


def archive_file(run: Path) -> Path:
    """Where the archive of a run is written if no other place is named."""
    return run / f"{run.name}-archive.zip"


def pack_run(
    run: Path,
    *,
    out: Path | None = None,
    networks: bool = False,
    progress: Callable[[int], None] = lambda files: None,
) -> Path:
    """Write the archive of a run, whole or not at all.

    Parameters
    ----------
    run : Path
        Folder of the run; its lock is the caller's to hold.
    out : Path, optional
        The file; `archive_file` without it.
    networks : bool
        Whether the kept networks go along.
    progress : callable
        Called with 1 for each file that is in.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    RunError
        If the run has no study, no book or no networks, or the book is not of its results.
    BuildError
        If something would get in that must not.
    """
    study = _ready_study(run, networks=networks)
    settings = from_dict(study["settings"])
    files = list(archived_files(run, networks=networks))
    made = _letters(run, study, [*files, "CITATION.cff", "LICENSE", "zenodo.json", SUMS])
    clean = _Cleaner(run, settings)
    sources: dict[str, bytes | Path] = {name: run / name for name in files} | made

    def write(stream: BinaryIO) -> None:
        sums = []
        with zipfile.ZipFile(stream, "w") as archive:
            for name in sorted(sources):
                content = clean(name, sources[name])
                sums.append(_sum_line(name, _add(archive, f"{_stem(run)}/{name}", content)))
                progress(1)
            _add(archive, f"{_stem(run)}/{SUMS}", "".join(sums).encode())

    out = out or archive_file(run)
    write_atomically(out, write)
    return out


def archived_files(run: Path, *, networks: bool = False) -> Iterator[str]:
    """Files of a run that its archive holds, relative to it."""
    patterns = ["audit.json", "statistics.json", "claims.json", "catalog/*.csv", "results/*.csv",
                "results/predictions.parquet", "results/models/*.json", "figures/*.png",
                "figures/*.svg", "site/**/*"]  # fmt: skip
    patterns += [f"notebooks/{page.name}" for page in PAGES]
    patterns += ["results/models/README.md"] if networks else []
    files = {file for pattern in patterns for file in run.glob(pattern) if file.is_file()}
    files |= {pdf} if (pdf := printed(run)) else set()
    if networks:
        files |= {run / "results" / "models" / name for name in read_networks(run)["file"]}
        files |= set(run.glob("results/models/trunk-*.safetensors"))
    else:
        files.discard(run / "results" / "networks.csv")
    # A name that begins with a dot is of a tool or of a writer that was killed.
    names = (file.relative_to(run) for file in files)
    yield from sorted(n.as_posix() for n in names if not any(p[0] == "." for p in n.parts))


def _ready_study(run: Path, *, networks: bool) -> dict[str, Any]:
    """``study.json`` of a run that can be packed, or the reason why it can't."""
    # What is typed to mend it, from where the user is.
    place = os.path.relpath(run)
    remedy = f"python -m mgrlib book {shlex.quote(str(run) if place.startswith('..') else place)}"
    if not (run / "study.json").exists():
        raise RunError(
            f"the run {run.name} has no study.json, its results were made elsewhere: only a run "
            "of python -m mgrlib run can be packed"
        )
    if not (run / "site" / "index.html").exists():
        raise RunError(f"the run {run.name} has no book: make it with {remedy}")
    if old := outdated_pages(run, list(PAGES), inputs=results_digest(run)):
        names = ", ".join(page.name for page in old[:3]) + (", …" if len(old) > 3 else "")
        raise RunError(
            f"the book of the run {run.name} is outdated: {len(old)} of its notebooks ({names}) "
            f"are not of what the run and the code are now; make it anew with {remedy}"
        )
    if not is_current(run):
        raise RunError(f"the book of the run {run.name} is outdated: make it anew with {remedy}")
    if networks and read_networks(run).empty:
        raise RunError(
            f"the run {run.name} has kept no networks: leave --networks out, or make the run again "
            "with --set keep_models=true"
        )
    return read_json(run / "study.json")


def _letters(run: Path, study: dict[str, Any], files: list[str]) -> dict[str, bytes]:
    """What the archive says of itself, by the names of the files."""
    import yaml

    own = yaml.safe_load(CITATION.read_text("utf-8"))
    study = {**study, "settings": public_settings(study["settings"])}
    cited = citation(run, study, own)
    files = [*files, "study.json", "requirements.txt"]
    words = readme(run, study, title=own["title"], files=files, repository=repository_address())
    return {
        "README.md": words.encode(),
        "CITATION.cff": as_yaml(cited).encode(),
        "zenodo.json": deposit(cited, study).encode(),
        "study.json": f"{as_json(study)}\n".encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "requirements.txt": (ROOT / "requirements.txt").read_bytes(),
    }


class _Cleaner:
    """What a file of the run is in the archive: without folders of this machine."""

    def __init__(self, run: Path, settings: Settings):
        self.run = run
        self.found = finder(private_places(run, settings))
        self.may_play = may_play(settings)

    def __call__(self, name: str, source: bytes | Path) -> bytes | Path:
        if isinstance(source, Path) and source.suffix == ".safetensors":
            return source  # gigabytes of numbers
        content = source.read_bytes() if isinstance(source, Path) else source
        sounds = SOUND.search(content) or Path(name).suffix in SOUND_FILES
        if sounds and not self.may_play:
            raise BuildError(f"{name} holds sound, which the setting excerpts forbids: make the "
                             "book anew with python -m mgrlib book")  # fmt: skip
        # Of the theme: the same on all machines.
        if name.startswith("site/_static/"):
            return content
        if Path(name).suffix in TEXTS or isinstance(source, bytes):
            return without(content, self.found)
        # What is packed in a PDF can't be taken out, and not be found but in what was printed.
        page = printed_page(self.run)
        words = page.read_bytes() if name == "book.pdf" and page.exists() else b""
        if named := self.found.search(content + words):
            raise BuildError(f"{name} names a folder of this machine, {named[0].decode()!r}")
        return content


def _add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> str:
    """Put a file into the archive; returns its SHA-256."""
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.create_system, entry.external_attr = 3, RIGHTS  # as on Unix, wherever it is packed
    packed = Path(name).suffix in PACKED_ALREADY or isinstance(content, Path)
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    hashed = hashlib.sha256()
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    with archive.open(entry, "w", force_zip64=size > 2**31) as stream:
        for block in _blocks(content):
            hashed.update(block)
            stream.write(block)
    return hashed.hexdigest()


def _blocks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _sum_line(name: str, hashed: str) -> str:
    """A line as ``sha256sum`` writes and reads it."""
    if "\\" in name or "\n" in name:
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
        return f"\\{hashed}  {escaped}\n"
    return f"{hashed}  {name}\n"


def _stem(run: Path) -> str:
    return archive_file(run).stem
