"""Drums: kits whose strokes are short recipes, a falling tone and noise in a band."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from .voices import SAMPLE_RATE

ROLES = ("kick", "snare", "hat", "open", "ride", "tom", "clap", "perc", "crash")


@dataclass(frozen=True)
class Stroke:
    """A drum stroke: a falling tone, and noise in a band."""

    hz: float = 0.0
    fall: float = 0.0  # octaves that the tone starts above `hz`
    ring: float = 0.1  # s, time constant of the tone
    tone: float = 1.0
    noise: float = 0.0
    hiss: float = 0.05  # s, time constant of the noise
    band: tuple[float, float] = (500, 9000)  # Hz
    metal: tuple[float, ...] = ()  # ratios of inharmonic partials
    hands: int = 1  # strokes a few ms apart, as in a clap


METAL = (1.0, 1.48, 1.83, 2.41, 2.98, 3.77)
ACOUSTIC = {
    "kick": Stroke(58, 1.2, 0.09, 1.0, 0.15, 0.01, (1500, 5000)),
    "snare": Stroke(190, 0.3, 0.05, 0.5, 0.9, 0.08, (900, 8000)),
    "hat": Stroke(noise=0.5, hiss=0.03, band=(5500, 10500)),
    "open": Stroke(noise=0.5, hiss=0.18, band=(5000, 10500)),
    "ride": Stroke(
        1150, ring=0.25, tone=0.22, noise=0.2, hiss=0.16, band=(5000, 10000), metal=METAL
    ),
    "tom": Stroke(110, 0.5, 0.14, 1.0, 0.1, 0.03),
    "clap": Stroke(noise=0.9, hiss=0.05, band=(900, 4500), hands=3),
    "perc": Stroke(noise=0.45, hiss=0.05, band=(3000, 9500)),
    "crash": Stroke(730, ring=0.5, tone=0.2, noise=0.5, hiss=0.5, band=(2500, 10500), metal=METAL),
}
KITS = {
    "acoustic": ACOUSTIC,
    "jazz": ACOUSTIC
    | {
        "kick": Stroke(75, 0.6, 0.07, 0.7, 0.1, 0.01, (300, 2000)),
        "snare": Stroke(220, 0.2, 0.05, 0.35, 0.6, 0.1, (1500, 9000)),
        "ride": Stroke(
            980, ring=0.4, tone=0.3, noise=0.25, hiss=0.25, band=(4000, 10500), metal=METAL
        ),
    },
    "brushes": ACOUSTIC
    | {
        "snare": Stroke(noise=0.5, hiss=0.12, band=(2000, 9000)),
        "perc": Stroke(noise=0.4, hiss=0.09, band=(2500, 9500)),
        "kick": Stroke(70, 0.5, 0.08, 0.6),
    },
    "heavy": ACOUSTIC
    | {
        "kick": Stroke(62, 1.6, 0.06, 1.0, 0.6, 0.008, (2500, 7000)),
        "snare": Stroke(210, 0.4, 0.07, 0.8, 1.1, 0.11, (700, 9000)),
    },
    "lofi": ACOUSTIC
    | {
        "kick": Stroke(66, 0.9, 0.12, 1.1, 0.1, 0.02, (300, 1500)),
        "snare": Stroke(175, 0.3, 0.07, 0.7, 0.7, 0.09, (500, 4000)),
        "hat": Stroke(noise=0.4, hiss=0.03, band=(3000, 6500)),
    },
    "machine_808": {
        "kick": Stroke(48, 1.0, 0.32, 1.2),
        "snare": Stroke(180, 0.2, 0.06, 0.6, 0.6, 0.07, (1500, 9000)),
        "hat": Stroke(
            540, ring=0.02, tone=0.25, noise=0.3, hiss=0.022, band=(7000, 10500), metal=METAL
        ),
        "open": Stroke(
            540, ring=0.15, tone=0.25, noise=0.3, hiss=0.16, band=(7000, 10500), metal=METAL
        ),
        "ride": Stroke(
            540, ring=0.2, tone=0.3, noise=0.2, hiss=0.2, band=(6000, 10500), metal=METAL
        ),
        "tom": Stroke(90, 0.6, 0.22),
        "clap": Stroke(noise=1.0, hiss=0.08, band=(800, 3500), hands=4),
        "perc": Stroke(810, ring=0.05, tone=0.5, metal=(1.0, 1.5)),
        "crash": Stroke(
            540, ring=0.5, tone=0.4, noise=0.4, hiss=0.5, band=(5000, 10500), metal=METAL
        ),
    },
    "machine_909": ACOUSTIC
    | {
        "kick": Stroke(52, 2.0, 0.16, 1.2, 0.2, 0.006, (2000, 7000)),
        "snare": Stroke(200, 0.6, 0.06, 0.7, 0.9, 0.09, (1200, 9500)),
        "hat": Stroke(noise=0.5, hiss=0.025, band=(7000, 10700)),
        "open": Stroke(noise=0.6, hiss=0.14, band=(6500, 10700)),
        "clap": Stroke(noise=1.0, hiss=0.09, band=(900, 4000), hands=4),
    },
    "industrial": ACOUSTIC
    | {
        "kick": Stroke(55, 2.4, 0.12, 1.3, 0.7, 0.03, (400, 5000)),
        "snare": Stroke(330, 0.2, 0.12, 0.8, 1.2, 0.16, (600, 9500), metal=(1.0, 1.41, 2.23)),
        "perc": Stroke(620, ring=0.12, tone=0.6, noise=0.4, hiss=0.05, metal=METAL),
    },
    "glitch": {
        role: Stroke(
            120 * 2**i, 1.0, 0.012 + 0.004 * i, 0.6, 0.6, 0.008, (200 * 2 ** (i / 2), 10000)
        )
        for i, role in enumerate(ROLES[:6])
    }
    | {role: Stroke(noise=0.7, hiss=0.02) for role in ROLES[6:]},
    "orchestral": ACOUSTIC
    | {
        "kick": Stroke(60, 0.1, 0.35, 0.7, 0.2, 0.03, (80, 600)),
        "tom": Stroke(98, 0.05, 0.4, 0.9, 0.15, 0.03, (100, 900)),
        "snare": Stroke(200, 0.1, 0.04, 0.25, 0.6, 0.06, (1500, 8000)),
    },
    "hand_drums": ACOUSTIC
    | {
        "kick": Stroke(85, 0.3, 0.12, 0.9),
        "snare": Stroke(320, 0.2, 0.05, 0.6, 0.3, 0.02, (800, 4000)),
        "perc": Stroke(noise=0.35, hiss=0.035, band=(4000, 10000)),
        "hat": Stroke(noise=0.3, hiss=0.05, band=(4500, 10000)),
        "ride": Stroke(420, 0.2, 0.04, 0.5, 0.15, 0.02),
    },
}
"""The kits by name, each a recipe for every role; the kit ``none`` is silence."""


@lru_cache(maxsize=256)
def stroke(kit: str, role: str) -> np.ndarray:
    """One stroke at full strength, float32 with a peak of about 0.5; not to be changed."""
    recipe = KITS[kit][role]
    longest = max(recipe.ring * bool(recipe.hz), recipe.hiss * bool(recipe.noise))
    n = int(min(0.05 + 5 * longest, 1.2) * SAMPLE_RATE)
    time = np.arange(n) / SAMPLE_RATE
    wave = recipe.noise * _band_noise(recipe, time)
    if recipe.hz:
        wave += recipe.tone * _tone(recipe, time)
    fade = np.minimum(1, (n - np.arange(n)) / (0.02 * SAMPLE_RATE))
    wave *= fade * np.minimum(1, np.arange(n) / 12)
    wave.setflags(write=False)
    return (0.5 * wave).astype(np.float32)


def _tone(recipe: Stroke, time: np.ndarray) -> np.ndarray:
    cycles = recipe.hz * (time + recipe.fall * 0.03 * (1 - np.exp(-time / 0.03)))
    partials = recipe.metal or (1.0,)
    tones = sum(np.sin(2 * np.pi * ratio * cycles + index) for index, ratio in enumerate(partials))
    return tones / len(partials) ** 0.5 * np.exp(-time / recipe.ring)


def _band_noise(recipe: Stroke, time: np.ndarray) -> np.ndarray:
    spectrum = fft.rfft(np.random.default_rng(7).standard_normal(len(time)))
    hz = fft.rfftfreq(len(time), 1 / SAMPLE_RATE)
    low, high = recipe.band
    spectrum *= 1 / (1 + (low / np.maximum(hz, 1)) ** 6) / (1 + (hz / high) ** 8)
    noise = fft.irfft(spectrum, len(time))
    noise /= np.abs(noise).max() + 1e-9
    delays = [int(0.011 * SAMPLE_RATE * hand) for hand in range(recipe.hands)]
    envelope = np.zeros(len(time))
    for delay in delays:
        envelope[delay:] = np.exp(-time[: len(time) - delay] / recipe.hiss)
    return noise * envelope
