"""Folders of this machine, and how they are taken out of what is given away.

A run is made so that it names none. An archive that somebody deposits is for ever, so what
slipped through, in the warning of a library, say, loses all but the last part here too.
"""

import html
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from urllib.parse import quote

from ..files import ROOT, cache_folder, runs_folder
from ..settings import Settings, split_corpus

START = rb"(?:(?<![\w.~%])|(?<=\\[nrt]))"
"""Before a path; a line that ends in JSON is written ``\\n``."""


def private_places(run: Path, settings: Settings) -> list[Path]:
    """Folders that nobody else has: of the run, the program, the user and the songs."""
    _, corpus = split_corpus(settings.corpus)
    named = [name for name in (corpus, *settings.weights) if Path(name).is_absolute()]
    own = [run, runs_folder(), cache_folder(), ROOT, Path.home(), Path.cwd(), Path(sys.prefix)]
    places = {path for place in (*own, *map(Path, named)) for path in (place, place.resolve())}
    # What all machines have is no secret: / and /home, but not /home/me.
    above = {place.parent for place in places if len(place.parts) > 3}
    return sorted(above | {place for place in places if len(place.parts) > 1})


def finder(places: Iterable[Path]) -> re.Pattern[bytes]:
    """What finds `places` in text, as they are written in JSON, HTML and addresses too."""
    written = {form for place in places for form in _forms(str(place))}
    if not written:
        return re.compile(rb"(?!)")
    # The longest first: a folder of the run is also one of the user.
    either = b"|".join(re.escape(form) for form in sorted(written, key=len, reverse=True))
    return re.compile(START + b"(?:" + either + rb")(?![\w-])")


def _forms(place: str) -> set[bytes]:
    plain = {place, place.replace("\\", "/")}
    plain |= {form for name in tuple(plain) for form in (html.escape(name), quote(name))}
    plain |= {json.dumps(name, ensure_ascii=ascii_only)[1:-1]
              for name in tuple(plain) for ascii_only in (True, False)}  # fmt: skip
    return {form.encode("utf-8", "surrogateescape") for form in plain}


def without(content: bytes, found: re.Pattern[bytes]) -> bytes:
    """`content` with nothing but the last part of each place that `found` finds.

    >>> without(b"see /home/me/music/a.mp3", finder([Path("/home/me/music")]))
    b'see music/a.mp3'
    """
    return found.sub(lambda match: re.split(rb"[/\\]+", match[0])[-1], content)


def last_part(name: str) -> str:
    """The last part of a path of any system.

    >>> last_part("/home/me/trunk.pth"), last_part("C:\\\\me\\\\trunk.pth"), last_part("imagenet")
    ('trunk.pth', 'trunk.pth', 'imagenet')
    """
    return PureWindowsPath(name).name or name


def public_settings(settings: dict) -> dict:
    """Settings of ``study.json`` with the last part of each path, and no address.

    >>> public_settings({"corpus": "gtzan:/home/me/sets", "weights": ["none", "/me/a.pth"]})
    {'corpus': 'gtzan:sets', 'weights': ['none', 'a.pth']}
    """
    known = dict(settings)
    if "corpus" in known:
        kind, place = split_corpus(known["corpus"])
        prefix = "" if kind == "folder" else f"{kind}:" if place else kind
        known["corpus"] = prefix + (last_part(place) if place else "")
    if "weights" in known:
        known["weights"] = [last_part(name) for name in known["weights"]]
    if "://" in str(known.get("scheduler", "")):
        known["scheduler"] = "a cluster"
    return known
