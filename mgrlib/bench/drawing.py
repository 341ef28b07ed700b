"""How fast samples become images, decoding left out."""

import time

import librosa
import numpy as np

from ..corpora.synthetic import render_song
from ..spectrograms import SCALES, Sound, levels, resize, song_images, to_pixels
from .songs import SEGMENT_SECONDS
from .timing import in_turns
from .ways import DRAWING, PIXELS, SAMPLE_RATE


def some_music() -> np.ndarray:
    """A segment of a synthetic song at 22,050 Hz, float32."""
    song = render_song(["Hard Rock"], seconds=SEGMENT_SECONDS + 1, seed=1, index=0)
    return song[: round(SEGMENT_SECONDS * SAMPLE_RATE)]


def measure_drawing(samples: np.ndarray, *, rounds: int = 15) -> dict[str, float]:
    """Seconds of a core for both images of a segment: ``ours``, and librosa's scales ``apart``."""

    def ours() -> None:
        song_images(samples, scales=["linear", "mel"], **DRAWING)

    def apart() -> None:
        linear = np.abs(librosa.stft(samples)) ** 2
        mel = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE)
        for power in (linear, mel):
            to_pixels(resize(librosa.power_to_db(power, ref=np.max), PIXELS), top_db=80)

    times = in_turns(ours, apart, rounds=rounds, clock=time.process_time)
    return dict(zip(("ours", "apart"), times, strict=True))


def measure_scales(samples: np.ndarray, *, rounds: int = 7) -> dict[str, float]:
    """Seconds of a core for the image of each scale, the transform that they share left out.

    Returns
    -------
    dict of str to float
        The seconds of every row of `SCALES`, and of the ``transform``.
    """
    framing = {name: DRAWING[name] for name in ("sample_rate", "n_fft", "hop_length", "n_mels")}
    sound, top_db = Sound(samples=samples, **framing), DRAWING["top_db"]

    def draw(scale: str) -> None:
        to_pixels(resize(levels(sound, scale, top_db=top_db), PIXELS), top_db=top_db)

    calls = {scale: lambda scale=scale: draw(scale) for scale in SCALES}
    calls["transform"] = lambda: Sound(samples=samples, **framing).power
    times = in_turns(*calls.values(), rounds=rounds, clock=time.process_time)
    return dict(zip(calls, times, strict=True))
