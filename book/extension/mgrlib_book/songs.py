"""How songs are read and drawn: tables of the code and of a measurement.

``{decoders-table}`` says which decoder is tried first and ``{scales-table}`` what the scales
are, as the code has it. ``{speed-table}`` shows ``book/results/speed.json``, which
``python -m mgrlib.bench images --book`` writes.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from mgrlib.audio import FFMPEG_FIRST
from mgrlib.bench.projection import SONGS, WAYS, projections
from mgrlib.bench.reading import Reading
from mgrlib.files import ROOT, read_json
from mgrlib.prose import escape, fixed
from mgrlib.resources import duration
from mgrlib.spectrograms import SCALES, describe_rows

from .directives import MystDirective
from .reference import FOLDER, list_table

NONE_YET = "**This has not been measured yet**: no table is committed."


def decoders_lines() -> list[str]:
    """MyST lines: the endings of names by the decoder that is tried first."""
    named = ", ".join(f"`{extension}`" for extension in sorted(FFMPEG_FIRST))
    rows = [["File", "First", "Then"], [named, "FFmpeg", "libsndfile"],
            ["all others", "libsndfile", "FFmpeg"]]  # fmt: skip
    return list_table("Which decoder reads a file", rows, name="tab-decoders")


def scales_lines() -> list[str]:
    """MyST lines: a row a scale, with librosa's default settings where numbers depend on them."""
    described = describe_rows(SCALES)
    rows = [["Scale", "A row is", "Rows", "Under 1 kHz"]]
    for scale, found in described.items():
        rows.append([f"`{scale}`", escape(SCALES[scale].definition), str(found["rows"]),
                     f"{100 * found['share']:.0f} %"])  # fmt: skip
    return list_table("The scales, at 22,050 Hz with `n_fft` 2,048 and `n_mels` 128", rows,
                      name="tab-scales")  # fmt: skip


def speed_lines(measured: Mapping[str, Any]) -> list[str]:
    """MyST lines: what was measured on which machine, and the tables."""
    readings = [Reading(**found) for found in measured["readings"]]
    cores = measured["hardware"]["cores"]
    return [
        *said_lines(measured, readings),
        "",
        *list_table("Milliseconds of a core from a file to both images", reading_rows(readings),
                    name="tab-speed"),
        *list_table(f"{SONGS:,} songs on {cores} cores, were each as fast as one core alone",
                    projection_rows(readings, cores=cores), name="tab-projection"),
        *list_table("Milliseconds of a core for the image of a scale, beyond the shared transform",
                    scale_rows(measured["scales"]), name="tab-scale-cost"),
    ]  # fmt: skip


def said_lines(measured: Mapping[str, Any], readings: Iterable[Reading]) -> list[str]:
    """The machine and the figures that need no table."""
    hardware, versions = measured["hardware"], measured["versions"]
    drawing, processes, memory = (measured[n] for n in ("drawing", "processes", "memory"))
    by = sorted({found.format for found in readings if found.loaded_by != "librosa"})
    by_words = (f" For {', '.join(by)} librosa needs the program ffmpeg, which was not there: PyAV "
                "decoded for it, which is faster." if by else "")  # fmt: skip
    return [
        f"Measured on {hardware['cores']} cores of {escape(hardware['processor'])}, with librosa "
        f"{escape(versions['librosa'])} (the paper's is 0.10.2), soundfile "
        f"{escape(versions['soundfile'])} and PyAV {escape(versions['av'])}, on synthetic songs in "
        f"44.1 kHz stereo (Opus at 48 kHz): clips of {measured['segment_seconds']:.0f} s, and the "
        f"middle {measured['segment_seconds']:.0f} s of songs of {measured['song_seconds']:.0f} s. "
        "All ways took turns in one run, in one thread; the times are processor time, and the "
        f"files were in memory.{by_words}",
        "",
        f"Without decoding, both images of a segment take {milliseconds(drawing['ours'])} ms, and "
        f"{milliseconds(drawing['apart'])} ms by librosa with a transform for each scale: "
        f"{fixed(drawing['apart'] / drawing['ours'], 1)} times as long. Two processes made the "
        f"images of {processes['songs']} songs {fixed(processes['one'] / processes['two'], 2)} "
        "times as fast as one. A process that drew every scale of "
        f"{memory['songs']} songs, one of them {memory['hours']:g} h long, took at most "
        f"{memory['bytes'] / 1e6:.0f} MB.",
    ]


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, with three digits at least.

    >>> milliseconds(0.0123), milliseconds(0.4567)
    ('12.3', '457')
    """
    return fixed(1000 * seconds, 0 if seconds >= 0.1 else 1)


def reading_rows(readings: Iterable[Reading]) -> list[list[str]]:
    """A row a format and length, under its head."""
    head = ["File", "The paper's way", "librosa and PIL", "Ours", "Floor", "Paper / ours",
            "Ours / floor"]  # fmt: skip
    rows = [[f"{found.format},\u00a0{found.length}",
             *(milliseconds(getattr(found, way)) for way in WAYS),
             fixed(found.paper / found.ours, 1), fixed(found.ours / found.floor, 2)]
            for found in readings]  # fmt: skip
    return [head, *rows]


def projection_rows(readings: Iterable[Reading], *, cores: int) -> list[list[str]]:
    """The time for the paper's number of songs, a row a format and length."""
    head = ["Files", "The paper's way", "librosa and PIL", "Ours", "Floor"]
    rows = [[f"{found['format']},\u00a0{found['length']}s", *(duration(found[way]) for way in WAYS)]
            for found in projections(readings, cores=cores)]  # fmt: skip
    return [head, *rows]


def scale_rows(scales: Mapping[str, float]) -> list[list[str]]:
    """The cost of each scale, and of the transform that they share."""
    named = {scale: f"`{scale}`" for scale in scales} | {"transform": "the transform"}
    rows = [[named[name], milliseconds(seconds)] for name, seconds in scales.items()]
    return [["Scale", "ms"], *rows]


class DecodersTable(MystDirective):
    """``{decoders-table}``: from `mgrlib.audio.FFMPEG_FIRST`."""

    def lines(self) -> list[str]:
        note_code(self.env, "audio")
        return decoders_lines()


class ScalesTable(MystDirective):
    """``{scales-table}``: the rows of `mgrlib.spectrograms.SCALES`."""

    def lines(self) -> list[str]:
        note_code(self.env, "spectrograms")
        return scales_lines()


def note_code(env: BuildEnvironment, package: str, files: str = "*.py") -> None:
    """Read a page again when a package of `mgrlib` that it describes has changed."""
    for file in (ROOT / "mgrlib" / package).glob(files):
        env.note_dependency(str(file))


class SpeedTable(MystDirective):
    """``{speed-table}``: the committed measurement, or that there is none."""

    def lines(self) -> list[str]:
        file = Path(self.env.srcdir, FOLDER, "speed.json")
        self.env.note_dependency(str(file))
        return speed_lines(read_json(file)) if file.exists() else [NONE_YET]


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("decoders-table", DecodersTable)
    app.add_directive("scales-table", ScalesTable)
    app.add_directive("speed-table", SpeedTable)
