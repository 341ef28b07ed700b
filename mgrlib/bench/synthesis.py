"""How fast synthetic songs are made."""

import tempfile
import time
from pathlib import Path

from .timing import row


def bench_songs() -> list[dict]:
    """Rendering and encoding synthetic songs in one process, against their duration."""
    from ..corpora.synthetic import make_library, song_seconds

    songs, segment_seconds = 120, 6.0
    with tempfile.TemporaryDirectory() as folder:
        # The first library fills the tables of instruments that a process keeps.
        make_library(Path(folder) / "warm", songs=16, segment_seconds=segment_seconds, seed=1)
        started = time.process_time()
        make_library(Path(folder) / "songs", songs=songs, segment_seconds=segment_seconds, seed=2)
        taken = time.process_time() - started
    duration = sum(song_seconds(segment_seconds=segment_seconds, seed=2, index=index)
                   for index in range(songs))  # fmt: skip
    name = "synthetic songs, one process, encoding included"
    return [row(name, (taken, duration), baseline_name="real time", unit="s of a core", goal=100)]
