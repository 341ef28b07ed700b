"""What the songs' files are and how they sound, in numbers: ``audit.json["audio"]``.

Only the segment in the middle of each song was heard; see `mgrlib.audio.measure`.
Notebook: 01_dataset_audit, "Sound".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..prose import escape
from .tables import myst_table, number, short_path

NO_FILE = "no file"
"""Stands for the format of songs that are played without a file."""

QUANTILES = {"least": 0.0, "quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75, "most": 1.0}
EXAMPLES = 5

CLIPPED = 1e-3
"""Share of samples at the end of the scale. Loud masters have some; a hundredth of a second in
ten is heard."""
SILENT = 0.5
OFFSET = 0.01
TRANSCODED_HZ = (10_000.0, 20_800.0)
"""Where encoders of lossy files end the spectrum, from MP3 at 64 kbit/s, 11 kHz, to MP3 at
320 kbit/s and Opus, 20 kHz; filters of converters lie above."""


@dataclass(frozen=True)
class Fault:
    """What may be wrong with a song's sound.

    Attributes
    ----------
    says : str
        What is wrong, as a clause.
    threshold : float or None
        From where on, None where there is nothing to choose.
    """

    says: str
    threshold: float | None = None


FAULTS = {
    "truncated": Fault("the file ends before its header or its format says so"),
    "clipped": Fault("of the segment's samples at least this share is cut off at full scale",
                     CLIPPED),
    "silent": Fault("of the segment at least this share is under −60 dBFS", SILENT),
    "offset": Fault("the mean of the samples lies this far from 0, as share of full scale",
                    OFFSET),
    "transcoded": Fault("a lossless file whose spectrum ends abruptly between 10 and 20.8 kHz, "
                        "as lossy encoders leave it"),
    "short": Fault("the song is shorter than the segment in s and was padded"),
}  # fmt: skip
"""By their names in ``audit.json``."""


def sound_audit(sound: pd.DataFrame, *, segment_seconds: float) -> dict[str, Any]:
    """Numbers on the sound of a data set.

    Parameters
    ----------
    sound : DataFrame
        `mgrlib.images.Images.sound`.
    segment_seconds : float
        What was heard of each song, in s.

    Returns
    -------
    dict
        ``songs``; ``hours``; ``formats``: by name ``songs``, ``lossless`` and, where known, the
        quantiles ``bit_rate`` in kbit/s; ``seconds``, ``loudness`` in LUFS, ``peak`` in dBFS and
        ``bit_rate``: quantiles `QUANTILES`, None without any value; ``native_rates`` in Hz,
        ``channels`` and ``bit_depths`` (of lossless files): songs by value; ``faults``: by the
        names of `FAULTS` ``songs``, ``of`` (those it was looked for in), ``threshold``,
        ``says`` and ``examples``, a few paths.
    """
    lossless = sound[sound["lossless"] & (sound["format"] != "")]
    return {
        "songs": len(sound),
        "hours": float(sound["seconds"].sum() / 3600),
        "segment_seconds": float(segment_seconds),
        "formats": _formats(sound),
        "seconds": quantiles(sound["seconds"]),
        "bit_rate": quantiles(sound["bit_rate"]),
        "loudness": quantiles(sound["loudness"]),
        "peak": quantiles(sound["peak"]),
        "native_rates": _counts(sound["native_rate"]),
        "channels": _counts(sound["channels"]),
        "bit_depths": _counts(lossless["bit_depth"]),
        "faults": _faults(sound, segment_seconds),
    }


def faulty(sound: pd.DataFrame, *, segment_seconds: float) -> pd.DataFrame:
    """Which song has which of `FAULTS`: bool, shape=(songs, faults)."""
    return pd.DataFrame({
        "truncated": sound["truncated"].astype(bool),
        "clipped": sound["clipped"] >= CLIPPED,
        "silent": sound["silent"] >= SILENT,
        "offset": sound["offset"].abs() >= OFFSET,
        "transcoded": suspected_transcodes(sound),
        "short": sound["seconds"] < segment_seconds,
    }, index=sound.index)  # fmt: skip


def suspected_transcodes(sound: pd.DataFrame) -> pd.Series:
    """Whether a lossless file looks as if it had been a lossy one: bool, one a song.

    Its spectrum ends by an edge (`mgrlib.audio.spectrum.find_edge`) where encoders end it. A
    recording of radio or of an old digital medium may end there, too; an encoder that keeps
    the whole band leaves no trace of this kind.
    """
    low, high = TRANSCODED_HZ
    ends = (sound["bandwidth"] >= low) & (sound["bandwidth"] <= high)
    return sound["lossless"] & ends & (sound["bandwidth"] < 0.95 * sound["native_rate"] / 2)


def quantiles(values: pd.Series) -> dict[str, float] | None:
    """`QUANTILES` of the values that are known, None without any."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    return {name: float(known.quantile(q)) for name, q in QUANTILES.items()}


def _counts(values: pd.Series) -> dict[str, int]:
    """Songs by value, most songs first."""
    return {str(value): int(songs) for value, songs in values.value_counts().items()}


def _formats(sound: pd.DataFrame) -> dict[str, dict]:
    named = sound.assign(format=sound["format"].replace("", NO_FILE))
    groups = {name: named[named["format"] == name] for name in named["format"].value_counts().index}
    return {
        str(name): {"songs": len(group), "lossless": bool(group["lossless"].all()),
                    "bit_rate": quantiles(group["bit_rate"])}
        for name, group in groups.items()
    }  # fmt: skip


def _faults(sound: pd.DataFrame, segment_seconds: float) -> dict[str, dict]:
    found = faulty(sound, segment_seconds=segment_seconds)
    looked = {"transcoded": int(sound["lossless"].sum())}
    thresholds = {"short": float(segment_seconds)}
    return {
        name: {
            "songs": int(found[name].sum()),
            "of": looked.get(name, len(sound)),
            "threshold": thresholds.get(name, fault.threshold),
            "says": fault.says,
            "examples": [str(path) for path in found.index[found[name]][:EXAMPLES]],
        }
        for name, fault in FAULTS.items()
    }


def formats_table(audio: Mapping[str, Any], *, name: str = "tab-formats") -> str:
    """MyST: the formats, how many songs each has, and their bit rates.

    Parameters
    ----------
    audio : mapping
        Of `sound_audit`.
    """
    rows = [["Format", "lossless", "songs", "share", "median bit rate (kbit/s)"]]
    for title, group in audio["formats"].items():
        rate = group["bit_rate"] and round(group["bit_rate"]["median"])
        rows.append([escape(title), "yes" if group["lossless"] else "no", str(group["songs"]),
                     f"{100 * group['songs'] / audio['songs']:.1f} %", number(rate)])  # fmt: skip
    return myst_table("What the songs are stored as.", rows, name=name, left=2)


def levels_table(audio: Mapping[str, Any], *, name: str = "tab-sound") -> str:
    """MyST: durations, bit rates, loudness and peaks, by their quartiles."""
    measures = {"seconds": ("Duration of a song (s)", 0), "bit_rate": ("Bit rate (kbit/s)", 0),
                "loudness": ("Loudness of the segment (LUFS)", 1),
                "peak": ("Peak of the segment (dBFS)", 1)}  # fmt: skip
    rows = [["", *(title.replace("_", " ") for title in QUANTILES)]]
    for key, (title, digits) in measures.items():
        values = audio[key] or dict.fromkeys(QUANTILES)
        rows.append([title, *(number(values[q], digits) for q in QUANTILES)])
    return myst_table("How long and how loud the songs are.", rows, name=name)


def faults_table(audio: Mapping[str, Any], *, name: str = "tab-faults") -> str:
    """MyST: what may be wrong, and in how many songs."""
    rows = [["What", "Rule", "Songs", "Of"]]
    for title, fault in audio["faults"].items():
        limit = "" if fault["threshold"] is None else f": {fault['threshold']:g}"
        rows.append([title, fault["says"] + limit, str(fault["songs"]), str(fault["of"])])
    return myst_table("What may be wrong with the songs' sound.", rows, name=name, left=2)


def fault_examples(audio: Mapping[str, Any]) -> str:
    """Markdown: the first songs with each fault, a line a fault; "" without any."""
    lines = []
    for title, fault in audio["faults"].items():
        if paths := fault["examples"]:
            more = f" and {fault['songs'] - len(paths)} more" if fault["songs"] > len(paths) else ""
            lines.append(f"- {title}: {', '.join(escape(short_path(p)) for p in paths)}{more}")
    return "\n".join(lines)
