"""What happens to sound after it is played: distortion, echo, rooms, noise, loudness.

Signals are float32, mono, 22,050 Hz. What is linear (room, equalization) is one product
of spectra. Nothing here calls BLAS, whose sums depend on the number of its threads.
"""

from functools import lru_cache

import numpy as np
from scipy import fft

from .voices import SAMPLE_RATE, noise_slice, stretched

SIZE_STEP = 2**13
"""Transforms come in multiples of this, so that each room's spectrum is made once."""

TEXTURES = {
    "hiss": (2500, 10500),
    "vinyl": (700, 6000),
    "rain": (1200, 8000),
    "rumble": (25, 160),
    "static": (300, 10500),
    "machine_room": (60, 2500),
}
"""Noise under the music: its band in Hz."""

CRACKLING = ("vinyl", "rain", "static")


def rms(samples: np.ndarray) -> float:
    """Root mean square, never quite zero."""
    return float(np.sqrt(np.mean(np.square(samples)))) + 1e-6


def gain_of(decibels: float) -> np.float32:
    """The factor that raises a signal by so many decibels."""
    return np.float32(10 ** (decibels / 20))


def distort(samples: np.ndarray, drive: float) -> np.ndarray:
    """Soft clipping: 0 leaves the samples as they are, 1 is a fuzz box."""
    if drive < 0.03:
        return samples
    return np.tanh(samples * np.float32((0.2 + 6 * drive**2) / rms(samples)))


def ducking(kicks: list[float], depth: float, n: int) -> np.ndarray:
    """A gain of `n` samples that dips by `depth` at every kick, for a fifth of a second."""
    gain = np.ones(n, dtype=np.float32)
    length = int(0.2 * SAMPLE_RATE)
    rise = np.linspace(0, 1, length, dtype=np.float32)
    dip = 1 - np.float32(depth) * (1 - rise) ** 2 * np.minimum(1, rise * 50)
    for start in kicks:
        first = int(start * SAMPLE_RATE)
        stretch = gain[first : first + length]
        np.minimum(stretch, dip[: len(stretch)], out=stretch)
    return gain


def echo(samples: np.ndarray, *, seconds: float, share: float) -> np.ndarray:
    """Three repeats, each quieter than the one before by `share`."""
    delay = int(seconds * SAMPLE_RATE)
    wet = samples.copy()
    for repeat in (1, 2, 3):
        if delay * repeat < len(samples):
            wet[delay * repeat :] += samples[: -delay * repeat] * np.float32(share**repeat)
    return wet


def texture(name: str, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """`n` samples of a noise out of `TEXTURES`, at an RMS of 1."""
    noise = _shaped_noise(name)
    start = int(rng.integers(len(noise)))
    stretch = np.take(noise, np.arange(start, start + n), mode="wrap")
    if name in CRACKLING:
        clicks = rng.integers(n, size=max(n // 1500, 1))
        np.add.at(stretch, clicks, rng.normal(0, 0.3, len(clicks)).astype(np.float32))
    return stretch / np.float32(rms(stretch))


@lru_cache(maxsize=len(TEXTURES))
def _shaped_noise(name: str) -> np.ndarray:
    low, high = TEXTURES[name]
    noise = noise_slice(2**18, rng=np.random.default_rng(list(TEXTURES).index(name)))
    spectrum = fft.rfft(noise)
    hz = fft.rfftfreq(len(noise), 1 / SAMPLE_RATE).astype(np.float32)
    spectrum /= 1 + (low / np.maximum(hz, 1)) ** 4
    spectrum /= 1 + (hz / high) ** 6
    return fft.irfft(spectrum).astype(np.float32)


def room_and_tone(
    samples: np.ndarray, *, room: float, wet: float, tilt: float, band: tuple[float, float]
) -> np.ndarray:
    """Reverberation and equalization.

    Parameters
    ----------
    samples : numpy.ndarray, shape=(samples,), float32
        The dry sound.
    room : float
        Seconds in which the room decays by 60 dB.
    wet : float
        Share of the room, 0..1.
    tilt : float
        Equalization in dB an octave, around 700 Hz.
    band : tuple of float
        Edges of the recording in Hz, 12 dB an octave below and 24 above.

    Returns
    -------
    numpy.ndarray, shape=(samples,), float32
        As long as the dry sound.
    """
    size = fft.next_fast_len(len(samples) + int(0.6 * room * SAMPLE_RATE), real=True)
    size = -(-size // SIZE_STEP) * SIZE_STEP
    spectrum = fft.rfft(samples, size)
    if wet > 0.02:
        walls = _room_spectrum(round(4 * np.log2(room)), size)
        spectrum *= (1 - wet) + walls * np.float32(1.2 * wet)
    spectrum *= _curve(size, tilt, *band)
    return fft.irfft(spectrum, size)[: len(samples)]


@lru_cache(maxsize=12)
def _room_spectrum(quarter_octaves: int, size: int) -> np.ndarray:
    """Spectrum of a room that decays by 60 dB in 2**(quarter_octaves / 4) s, unit energy."""
    room = 2.0 ** (quarter_octaves / 4)
    n = max(int(0.6 * room * SAMPLE_RATE), 256)
    noise = noise_slice(n, rng=np.random.default_rng(quarter_octaves % 1000))
    impulse = noise * np.exp(np.arange(n) * (-6.9 / room / SAMPLE_RATE))
    impulse /= np.sqrt(np.sum(impulse**2))
    hz, _ = _frequencies(size)
    # Walls and air swallow the highs, as a low-pass of first order does.
    return fft.rfft(impulse.astype(np.float32), size) / np.sqrt(1 + (hz / 1800) ** 2)


@lru_cache(maxsize=8)
def _frequencies(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Hz of a spectrum's bins, and their octaves above 700 Hz."""
    hz = np.linspace(0, SAMPLE_RATE / 2, size // 2 + 1, dtype=np.float32)
    return hz, np.log2(np.maximum(hz, 20) / np.float32(700))


def _curve(size: int, tilt: float, lower: float, upper: float) -> np.ndarray:
    hz, octaves = _frequencies(size)
    curve = np.exp2(octaves * np.float32(tilt / 6.02))
    curve /= np.sqrt(1 + (hz / np.float32(upper)) ** 8)
    squared = hz * hz
    curve *= squared / (squared + np.float32(lower) ** 2)
    return curve


def swell(depth: float, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """A gain of `n` samples that wanders by up to 10 dB times `depth` over seconds."""
    step = int(1.5 * SAMPLE_RATE)
    decibels = -10 * depth * rng.random(n // step + 2)
    return stretched(10 ** (decibels / 20), step)[:n]


def compressor(samples: np.ndarray, amount: float) -> np.ndarray:
    """A gain that evens out the loudness of 20 ms stretches, with a memory of 80 ms."""
    block = int(0.02 * SAMPLE_RATE)
    blocks = np.pad(samples, (0, -len(samples) % block)).reshape(-1, block)
    power = np.mean(np.square(blocks), axis=1) + 1e-6
    memory = 0.25 * 0.75 ** np.arange(24)
    smooth = np.convolve(np.pad(power, (23, 0), mode="edge"), memory / memory.sum(), mode="valid")
    gain = (smooth / smooth.mean()) ** (-0.35 * amount)
    return stretched(np.append(gain, gain[-1]), block)[: len(samples)]


def limit(samples: np.ndarray) -> np.ndarray:
    """Bend what lies above half of full scale, so that nothing passes 0.98."""
    size = np.abs(samples)
    bent = np.float32(0.5) + np.float32(0.48) * np.tanh((size - 0.5) / np.float32(0.48))
    return np.where(size > 0.5, np.copysign(bent, samples), samples)


def fade_edges(samples: np.ndarray, *, seconds: float) -> None:
    """Let the sound begin and end in silence, in place."""
    edge = int(seconds * SAMPLE_RATE)
    fade = np.linspace(0, 1, edge, dtype=np.float32)
    samples[:edge] *= fade
    samples[len(samples) - edge :] *= fade[::-1]
