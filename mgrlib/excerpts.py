"""Excerpts to listen to: whether a page may play a run's songs, and the player.

Sound is embedded only where it may be: synthetic songs are the study's own, the songs
of a library are somebody's. An excerpt is mono MP3 inside the page, at most 10 s at a
low rate of bits, so it plays from disk and offline and names no file.
Notebook: 03_per_depth_training.
"""

import base64
import html
import io

import numpy as np
import soundfile
import soxr

from .corpora import is_synthetic
from .settings import Settings

RATE = 22_050
"""Hz of an excerpt; MP3 knows few rates."""
MOST_SECONDS = 10.0
QUALITY = {"bitrate_mode": "AVERAGE", "compression_level": 0.85}
"""30 kbit/s at `RATE`: 5 s take 19 kB, 25 kB in a page, which may have dozens. At a constant
rate as low as this the file has no room to say where its sound begins, and it is played 50 ms
late."""


def may_play(settings: Settings) -> bool:
    """Whether the sound of a run's songs may be embedded in pages.

    The setting ``excerpts`` decides; where it is ``auto``, only synthetic songs are played.
    """
    return is_synthetic(settings) if settings.excerpts is None else settings.excerpts


def why_silent(settings: Settings) -> str:
    """Why no sound is embedded, as a sentence; empty where it may be."""
    if may_play(settings):
        return ""
    if settings.excerpts is False:
        return "There is no sound on this page: the setting `excerpts` is false."
    return (
        "There is no sound on this page: songs of a library are not played unless the setting "
        "`excerpts` says that they are openly licensed."
    )


def excerpt_mp3(samples: np.ndarray, *, sample_rate: int) -> bytes:
    """The middle of `samples`, at most `MOST_SECONDS`, as MP3 at `RATE` Hz.

    Parameters
    ----------
    samples : ndarray, float32, shape=(n,)
        Mono, full scale is 1; louder ones are scaled down.
    sample_rate : int
        Rate of `samples` in Hz.
    """
    wanted = round(MOST_SECONDS * sample_rate)
    start = max(0, len(samples) - wanted) // 2
    middle = soxr.resample(samples[start : start + wanted], sample_rate, RATE, quality="HQ")
    peak = float(np.abs(middle).max(initial=0.0))
    stream = io.BytesIO()
    soundfile.write(stream, middle / max(peak, 1.0), RATE, format="MP3",
                    subtype="MPEG_LAYER_III", **QUALITY)  # fmt: skip
    return stream.getvalue()


def player(samples: np.ndarray, *, sample_rate: int, name: str) -> str:
    """HTML of a player of `samples` with a label for screen readers.

    Parameters
    ----------
    name : str
        What is played, as plain text: it is escaped here.
    """
    sound = base64.b64encode(excerpt_mp3(samples, sample_rate=sample_rate)).decode()
    label = html.escape(f"Excerpt of {' '.join(name.split())}", quote=True)
    return (
        f'<p><audio controls preload="none" aria-label="{label}" '
        f'src="data:audio/mpeg;base64,{sound}"></audio></p>'
    )
