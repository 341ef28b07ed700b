"""What a public data set says of itself: where it comes from, what to get and where it goes.

A loader's module holds a `Declaration` and a function that yields the two tables. The
errors of a data set that is not, or not wholly, there are made here of its declaration.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import LibraryError

CHECKSUMS = {
    "MD5": 32,
    "SHA-1": 40,
    "SHA-256": 64,
    "SHA-256 of their list": 64,
    "git commit": 40,
}
"""Hexadecimal digits of each kind of checksum."""
NAMED = 3
"""Archives that an error names, of a data set that has more of them."""


@dataclass(frozen=True)
class Archive:
    """A file, or a repository, that has to be got.

    Attributes
    ----------
    name : str
        As its publisher calls it; with ``*`` where it is many files.
    size : str
        With its unit, as published; empty where nobody says it.
    algorithm, checksum : str
        One of `CHECKSUMS` and its value in hexadecimal digits, as published.
    source : str
        Address that it is got from.
    folder : str
        Where its content goes, relative to the data set's folder.
    """

    name: str
    size: str
    algorithm: str
    checksum: str
    source: str
    folder: str

    def __str__(self):
        size = f"{self.size}, " if self.size else ""
        return f"{self.name} ({size}{self.algorithm} {self.checksum})"


@dataclass(frozen=True)
class Declaration:
    """Provenance of a data set.

    Attributes
    ----------
    id : str
        As in the setting ``corpus``.
    name : str
        As a sentence would call it.
    home : str
        Address of its page.
    metadata_licence, audio_licence : str
    citation : str
        Key of ``book/references.bib``.
    layout : str
        Which files lie where, in words.
    archives : tuple of Archive
    """

    id: str
    name: str
    home: str
    metadata_licence: str
    audio_licence: str
    citation: str
    layout: str
    archives: tuple[Archive, ...]

    def lacks(self, what: str, archives: Iterable[Archive], place: Path) -> LibraryError:
        """The error that says what to get from where, and which folder it goes to.

        An archive that lies in `place` or beside it has only to be unpacked.

        Parameters
        ----------
        what : str
            What was not found and where, as the beginning of a sentence.
        archives : iterable of Archive
            Those that would mend it.
        place : Path
            The data set's folder.
        """
        steps = [_step(archive, place) for archive in archives]
        more = f" (and {len(steps) - NAMED} files more)" if len(steps) > NAMED else ""
        told = [", and ".join(steps[:NAMED]) + more] if steps else []
        return LibraryError(f"{self.name}: {what}: {'; '.join([*told, self.layout])}")


def _step(archive: Archive, place: Path) -> str:
    target = Path(os.path.normpath(place / archive.folder))
    for folder in (place, place.parent, target):
        if any(folder.glob(archive.name)):
            return (
                f"{folder / archive.name} lies there packed: compare {archive.algorithm} "
                f"{archive.checksum} and unpack it in {target}"
            )
    put = "clone it to" if archive.algorithm == "git commit" else "unpack it in"
    return f"get {archive} from {archive.source} and {put} {target}"


def require_audio(
    about: Declaration, archives: Sequence[Archive], *, folder: Path, paths: Iterable[str],
    place: Path,
) -> None:  # fmt: skip
    """Hold that the audio of one song at least is there; single songs may be missing.

    Raises
    ------
    LibraryError
        If there is none: the archive was not got, or not unpacked.
    """
    if not any((folder / path).is_file() for path in paths):
        raise about.lacks(f"no audio in {folder}", archives, place)
