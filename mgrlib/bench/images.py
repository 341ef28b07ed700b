"""How fast songs become images: rows for ``bench.json``, and the table that the book shows."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from ..files import ROOT, write_json
from ..runs import cores, provenance
from ..spectrograms import SCALES
from .drawing import measure_drawing, measure_scales, some_music
from .processes import measure_memory, measure_processes
from .projection import projection_lines
from .reading import Reading, measure_readings
from .songs import SEGMENT_SECONDS, BenchSongs, link_library, write_long_song, write_songs
from .timing import row

# No docstring: the page of the library would show where this machine keeps it.
RESULT = ROOT / "book" / "results" / "speed.json"

SONG_SECONDS = 210.0
LONG_HOURS = 1.0
COPIES = 6
"""How often every file stands in the library that the processes read."""

MEMORY_LIMIT = 400 * 10**6
"""Bytes that a worker may take."""

LEAST = {"paper": 12.0, "pil": None, "floor": 1 / 1.45}
"""Least ratio of each way's time to ours: ours takes at most 1.45 times as long as the floor."""


def bench_images(*, result: Path | None = None) -> Iterator[dict]:
    """All of it: reading by format, drawing, processes, memory; then the projection, printed.

    Parameters
    ----------
    result : Path, optional
        File to write for the book.
    """
    found: dict[str, Any] = {"segment_seconds": SEGMENT_SECONDS, "song_seconds": SONG_SECONDS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        songs = write_songs(folder, song_seconds=SONG_SECONDS)
        readings = []
        for reading in measure_readings(songs):
            readings.append(reading)
            yield from reading_rows(reading)
        samples = some_music()
        found["drawing"] = measure_drawing(samples)
        found["scales"] = measure_scales(samples)
        yield from drawing_rows(found["drawing"], found["scales"])
        found |= _measure_workers(folder, songs)
        yield from worker_rows(found["processes"], found["memory"])
    print("\n".join(projection_lines(readings, cores=cores())), flush=True)
    if result:
        about = provenance()
        about["versions"]["av"] = metadata.version("av")
        found["readings"] = [asdict(reading) for reading in readings]
        write_json(result, about | found)
        print(f"written: {result}", flush=True)


def _measure_workers(folder: Path, songs: list[BenchSongs]) -> dict[str, dict]:
    files = [path for made in songs for path in (made.clip, made.song)]
    library = folder / "library"
    paths = link_library(library, files, copies=COPIES)
    processes = measure_processes(library, paths)
    write_long_song(library / "long.flac", hours=LONG_HOURS)
    paths.append("long.flac")
    memory = {"songs": len(paths), "hours": LONG_HOURS, "bytes": measure_memory(library, paths)}
    return {"processes": processes, "memory": memory}


def reading_rows(reading: Reading) -> list[dict]:
    """Our way against the paper's, against librosa with PIL, and against the floor."""
    length = SEGMENT_SECONDS if reading.length == "clip" else SONG_SECONDS
    name = f"{reading.format}, {reading.length} of {length:.0f} s, to both images"
    by = "" if reading.loaded_by == "librosa" else f", decoded by {reading.loaded_by}"
    baselines = {
        "paper": (name, f"the paper's way{by}"),
        "pil": (name, f"librosa with a PIL resize{by}"),
        "floor": (f"{name}, against the floor", "decode, mono, resample (aim: 1 / 1.3)"),
    }
    return [row(said, (reading.ours, getattr(reading, way)), baseline_name=baseline,
                unit="s of a core a song", goal=LEAST[way])
            for way, (said, baseline) in baselines.items()]  # fmt: skip


def drawing_rows(drawing: dict[str, float], scales: dict[str, float]) -> Iterable[dict]:
    """Both images against librosa's, and what each scale costs beyond the shared transform."""
    name = f"linear and mel image of {SEGMENT_SECONDS:.0f} s, decoded"
    yield row(name, (drawing["ours"], drawing["apart"]), baseline_name="librosa, scales apart",
              unit="s of a core a song", goal=2)  # fmt: skip
    for scale in SCALES:
        yield row(f"scale {scale} of {SEGMENT_SECONDS:.0f} s, beyond the shared transform",
                  (scales[scale], scales["transform"]), baseline_name="the transform",
                  unit="s of a core a song", goal=None)  # fmt: skip


def worker_rows(processes: dict[str, float], memory: dict[str, float]) -> list[dict]:
    """Two processes against one, and a worker's memory against its limit."""
    songs = f"{memory['songs']} songs, one of {memory['hours']:g} h, every scale"
    return [
        row(f"images of a library of {processes['songs']} songs, two processes",
            (processes["two"], processes["one"]), baseline_name="one process", unit="s", goal=1.8),
        row(f"memory of a worker, {songs}", (memory["bytes"], MEMORY_LIMIT),
            baseline_name="limit", unit="bytes", goal=1),
    ]  # fmt: skip
