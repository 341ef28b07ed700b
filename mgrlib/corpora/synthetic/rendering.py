"""From a score to sound: instruments, balance, effects and mastering.

Samples are float32, mono, 22,050 Hz; every part is mixed by adding slices, and what is
linear in the end (room, equalization) is one multiplication of spectra.
"""

from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from scipy import fft

from .composing import Note, Score
from .drums import stroke
from .voices import SAMPLE_RATE, VOICES, noise_slice, note, stretched, vary

MASTERING_TILT = 1.2
"""Deviation, in dB an octave, of the mastering's equalization around the style's own.

Set, with `styles.LICENSE`, on `difficulty.baseline_auc` alone.
"""

DRIVEN = {"power_guitar": 0.8, "growl": 0.5, "acid": 0.3, "shouter": 0.25}
"""Distortion that comes with an instrument, whatever the style says."""

SIZE_STEP = 2**13
LAYER_LEVEL = -7.0
LIFT = {"hat": 7, "open": 6, "ride": 6, "crash": 4, "perc": 5, "snare": 3, "clap": 3}
"""Gain, in dB, of the drums that a kick would drown."""


def render(
    score: Score,
    song: SimpleNamespace,
    *,
    year: int,
    hand: np.random.Generator,
    rng: np.random.Generator,
) -> np.ndarray:
    """Play, mix and master a score.

    Parameters
    ----------
    score : Score
        What is played.
    song : SimpleNamespace
        The decisions of `mgrlib.corpora.synthetic.styles.decide`.
    year : int
        Year of the recording: old ones are narrower.
    hand : numpy.random.Generator
        The artist's: how their instruments and their mastering sound.
    rng : numpy.random.Generator
        The song's own.

    Returns
    -------
    numpy.ndarray, shape=(samples,), float32
        With a peak of at most 1.
    """
    n = int(score.seconds * SAMPLE_RATE)
    band = _band(score, song, n, hand, rng)
    drums, kicks = _drums(score, song, n, hand)
    if song.pump and len(kicks):
        band *= _ducking(kicks, song.pump, n)
    mix = band + drums
    if song.texture != "none":
        mix += _texture(song, n, _rms(mix), rng)
    if song.crush > 0.05:
        mix = _distort(mix, 0.7 * song.crush)
    if song.echo > 0.02:
        mix = _echo(mix, song)
    mix = _room_and_tone(mix, song, year, hand)
    mix *= _swell(song.swell, n, rng)
    return _master(mix, song, hand)


def _rms(samples: np.ndarray) -> float:
    # Not a dot product: BLAS would add up in an order that depends on its threads.
    return float(np.sqrt(np.mean(np.square(samples)))) + 1e-6


def _gain(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))


def _band(score, song, n, hand, rng) -> np.ndarray:
    """Everything but the drums, each part at its level."""
    levels = {"chords": 0.0, "bass": song.bass_level, "layer": LAYER_LEVEL, "lead": song.lead_level}
    band = np.zeros(n, dtype=np.float32)
    for part, level in levels.items():
        name = getattr(song, part)
        voice = vary(VOICES[name], rng=hand) if name != "none" else None
        notes = getattr(score, part)
        if voice is None or not notes:
            continue
        played = _play(voice, notes, n, rng)
        drive = max(song.drive, DRIVEN.get(name, 0.0)) * (0.5 if part in ("bass", "layer") else 1)
        played = _distort(played, drive)
        band += played * (_gain(level) * np.float32(0.1) / max(_rms(played), 1e-3))
    return band


def _play(voice, notes: list[Note], n: int, rng) -> np.ndarray:
    """Add the notes of a part; equal ones are made once."""
    part = np.zeros(n, dtype=np.float32)
    made: dict[tuple, np.ndarray] = {}
    for event in notes:
        # Lengths in steps of 20 ms: swing and looseness would make every note new.
        seconds = max(round(event.seconds * 50), 1) / 50
        key = (event.midi, seconds, event.vowel if voice.sings else "a")
        if key not in made:
            hz = 440 * 2 ** ((event.midi - 69) / 12)
            made[key] = note(voice, hz=hz, seconds=seconds, rng=rng, vowel=key[2])
        _add(part, made[key], event.start, event.velocity)
    return part


def _add(track: np.ndarray, sound: np.ndarray, start: float, velocity: float) -> None:
    first = int(start * SAMPLE_RATE)
    length = min(len(sound), len(track) - first)
    if length > 0:
        track[first : first + length] += sound[:length] * np.float32(velocity)


def _drums(score, song, n, hand) -> tuple[np.ndarray, list[float]]:
    """The drum track, and when the kick is heard."""
    track = np.zeros(n, dtype=np.float32)
    tuning = np.exp(hand.normal(0, 0.12))
    tightness = hand.uniform(0.0, 9.0)
    balance: dict[str, float] = {}
    sounds: dict[str, np.ndarray] = {}
    for hit in score.hits:
        if hit.role not in sounds:
            sounds[hit.role] = _tuned(stroke(song.kit, hit.role), tuning, tightness)
            balance[hit.role] = float(_gain(LIFT.get(hit.role, 0) + hand.normal(0, 2.0)))
        _add(track, sounds[hit.role], hit.start, hit.velocity * balance[hit.role])
    if score.hits:
        track *= _gain(song.drums_level + 3) * np.float32(0.1) / max(_rms(track), 1e-3)
    return track, [hit.start for hit in score.hits if hit.role == "kick"]


def _tuned(sound: np.ndarray, tuning: float, tightness: float) -> np.ndarray:
    """A stroke at another pitch, and damped by `tightness` nepers a second."""
    places = np.arange(int((len(sound) - 1) / tuning)) * tuning
    below = places.astype(np.intp)
    low = sound[below]
    tuned = low + (sound[below + 1] - low) * (places - below)
    return (tuned * np.exp(places * (-tightness / SAMPLE_RATE))).astype(np.float32)


def _distort(samples: np.ndarray, drive: float) -> np.ndarray:
    """Soft clipping; 0 leaves the samples as they are, 1 is a fuzz box."""
    if drive < 0.03:
        return samples
    gain = np.float32((0.2 + 6 * drive**2) / _rms(samples))
    return np.tanh(samples * gain)


def _ducking(kicks: list[float], depth: float, n: int) -> np.ndarray:
    """A gain that dips at every kick and is back after a fifth of a second."""
    gain = np.ones(n, dtype=np.float32)
    length = int(0.2 * SAMPLE_RATE)
    rise = np.linspace(0, 1, length, dtype=np.float32)
    dip = 1 - np.float32(depth) * (1 - rise) ** 2 * np.minimum(1, rise * 50)
    for start in kicks:
        first = int(start * SAMPLE_RATE)
        stretch = gain[first : first + length]
        np.minimum(stretch, dip[: len(stretch)], out=stretch)
    return gain


def _echo(mix: np.ndarray, song) -> np.ndarray:
    """Three repeats, a dotted eighth apart, each quieter by the echo's share."""
    delay = int(0.75 * 60 / song.tempo * SAMPLE_RATE)
    wet = mix.copy()
    for repeat in (1, 2, 3):
        if delay * repeat < len(mix):
            wet[delay * repeat :] += mix[: -delay * repeat] * np.float32(song.echo**repeat)
    return wet


TEXTURES = {"hiss": (2500, 10500), "vinyl": (700, 6000), "rain": (1200, 8000),
            "rumble": (25, 160), "static": (300, 10500), "machine_room": (60, 2500)}
"""Noise under the music: its band in Hz."""


def _texture(song, n: int, level: float, rng) -> np.ndarray:
    noise = _shaped_noise(song.texture)
    start = int(rng.integers(len(noise)))
    texture = np.take(noise, np.arange(start, start + n), mode="wrap")
    if song.texture in ("vinyl", "rain", "static"):
        texture = texture + _crackle(n, rng) * np.float32(0.3)
    return texture * np.float32(song.texture_level**1.5 * level / _rms(texture))


@lru_cache(maxsize=len(TEXTURES))
def _shaped_noise(name: str) -> np.ndarray:
    low, high = TEXTURES[name]
    noise = noise_slice(2**18, rng=np.random.default_rng(len(name)))
    spectrum = fft.rfft(noise)
    hz = fft.rfftfreq(len(noise), 1 / SAMPLE_RATE).astype(np.float32)
    spectrum /= 1 + (low / np.maximum(hz, 1)) ** 4
    spectrum /= 1 + (hz / high) ** 6
    return fft.irfft(spectrum).astype(np.float32)


def _crackle(n: int, rng) -> np.ndarray:
    clicks = np.zeros(n, dtype=np.float32)
    places = rng.integers(n, size=max(n // 1500, 1))
    clicks[places] = rng.normal(0, 1, len(places))
    return clicks


def _room_and_tone(mix, song, year, hand) -> np.ndarray:
    """Reverberation and equalization, together one product of spectra."""
    n = len(mix)
    # Few different sizes and rooms, so that each room's spectrum is made once a process.
    size = fft.next_fast_len(n + int(0.6 * song.room * SAMPLE_RATE), real=True)
    size = -(-size // SIZE_STEP) * SIZE_STEP
    spectrum = fft.rfft(mix, size)
    if song.reverb > 0.02:
        room = _room_spectrum(round(4 * np.log2(song.room)), size)
        spectrum *= (1 - song.reverb) + room * np.float32(1.2 * song.reverb)
    tilt = song.brightness + hand.normal(0, MASTERING_TILT)
    spectrum *= _curve(size, tilt, _upper_edge(year, hand), 28 + 40 * hand.random())
    return fft.irfft(spectrum, size)[:n]


def _curve(size: int, tilt: float, upper: float, lower: float) -> np.ndarray:
    """Equalization: a tilt around 700 Hz between two edges, in Hz."""
    hz, octaves = _frequencies(size)
    curve = np.exp2(octaves * np.float32(tilt / 6.02))
    curve /= np.sqrt(1 + (hz / np.float32(upper)) ** 8)
    squared = hz * hz
    curve *= squared / (squared + np.float32(lower) ** 2)
    return curve


@lru_cache(maxsize=8)
def _frequencies(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Hz of a spectrum's bins, and their octaves above 700 Hz."""
    hz = np.linspace(0, SAMPLE_RATE / 2, size // 2 + 1, dtype=np.float32)
    return hz, np.log2(np.maximum(hz, 20) / np.float32(700))


def _upper_edge(year: int, hand) -> float:
    """Hz up to which the recording reaches: higher every decade, and never certain."""
    return float(np.clip(4800 + 110 * (year - 1950) + hand.normal(0, 1600), 3200, 10_700))


@lru_cache(maxsize=24)
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


def _swell(depth: float, n: int, rng) -> np.ndarray:
    """A loudness that rises and falls by up to 10 dB over a few seconds."""
    step = int(1.5 * SAMPLE_RATE)
    db = -10 * depth * rng.random(n // step + 2)
    return stretched(10 ** (db / 20), step)[:n]


def _master(mix: np.ndarray, song, hand) -> np.ndarray:
    """Compression, loudness and a limiter; the edges fade within 5 ms."""
    mix = mix * np.float32(0.1 / _rms(mix))
    if song.compression > 0.05:
        mix *= _compressor(mix, song.compression)
    loudness = -21 + 6 * song.compression + hand.normal(0, 1.5)
    mix *= _gain(np.clip(loudness, -22, -11)) / np.float32(_rms(mix))
    # A limiter: what lies above half of full scale is bent, nothing passes 0.98.
    mix = np.where(np.abs(mix) > 0.5, np.sign(mix) * _bend(np.abs(mix)), mix)
    edge = int(0.005 * SAMPLE_RATE)
    fade = np.linspace(0, 1, edge, dtype=np.float32)
    mix[:edge] *= fade
    mix[-edge:] *= fade[::-1]
    return mix.astype(np.float32)


def _bend(size: np.ndarray) -> np.ndarray:
    return 0.5 + 0.48 * np.tanh((size - 0.5) / 0.48)


def _compressor(mix: np.ndarray, amount: float) -> np.ndarray:
    """A gain that evens out the loudness of 20 ms stretches, released within 150 ms."""
    block = int(0.02 * SAMPLE_RATE)
    padded = np.pad(mix, (0, -len(mix) % block)).reshape(-1, block)
    power = np.mean(np.square(padded), axis=1) + 1e-6
    memory = 0.25 * 0.75 ** np.arange(24)
    smooth = np.convolve(np.pad(power, (23, 0), mode="edge"), memory / memory.sum(), mode="valid")
    gain = (smooth / smooth.mean()) ** (-0.35 * amount)
    return stretched(np.append(gain, gain[-1]), block)[: len(mix)]
