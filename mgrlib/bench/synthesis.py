"""How fast synthetic songs are made."""

import tempfile
import time
from pathlib import Path

from .timing import row


def bench_songs() -> list[dict]:
    """Rendering and encoding synthetic songs in one process, against their duration."""
    import soundfile

    from ..corpora.synthetic import make_library

    with tempfile.TemporaryDirectory() as folder:
        # The first library fills the tables of instruments that a process keeps.
        make_library(Path(folder) / "warm", songs=16, segment_seconds=6, seed=1)
        started = time.perf_counter()
        make_library(Path(folder) / "songs", songs=120, segment_seconds=6, seed=2)
        taken = time.perf_counter() - started
        files = [p for p in (Path(folder) / "songs").rglob("*.*") if p.suffix in
                 (".wav", ".flac", ".ogg", ".mp3")]  # fmt: skip
        duration = sum(soundfile.info(file).duration for file in files)
    name = "synthetic songs, one process, encoding included"
    return [row(name, (taken, duration), baseline_name="real time", unit="s", goal=100)]
