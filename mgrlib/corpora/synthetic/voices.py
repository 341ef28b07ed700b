"""Pitched instruments: one note as samples, float32 at 22,050 Hz.

A voice is a spectrum that mellows after the onset (two wavetables that cross-fade),
shaped by an envelope, vibrato, several detuned players and breath; or, where it rings
like metal, a pair of sines that modulate each other. Wavetables hold no harmonic above
`CEILING`, so nothing aliases.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

SAMPLE_RATE = 22_050
CEILING = 9_800.0
"""Hz above which no voice has harmonics."""

TABLE_BITS = 12
VOWELS = {
    "a": ((750, 14), (1150, 11), (2600, 6)),
    "e": ((450, 13), (1900, 10), (2600, 7)),
    "i": ((300, 13), (2200, 10), (3000, 8)),
    "o": ((450, 14), (800, 11), (2550, 4)),
    "u": ((330, 14), (700, 8), (2400, 3)),
}
"""Formants of five sung vowels: Hz and gain in dB."""


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How an instrument speaks; levels in dB, times in s."""

    tilt: float = -9.0  # dB an octave of the sustained spectrum
    bite: float = 3.0  # how much flatter the onset is, dB an octave
    mellow: float = 0.15  # s in which the onset's brightness is gone
    attack: float = 0.005
    decay: float = 1.0  # time constant; long for what is blown or bowed
    sustain: float = 0.0  # level that the decay tends to, 0..1
    release: float = 0.08
    even: float = 1.0  # strength of the even harmonics, 0 as in a square wave
    drawbars: tuple[int, ...] = ()  # the only harmonics present, if given
    players: int = 1
    detune: float = 0.0  # cents between the outermost players
    vibrato: float = 0.0  # cents
    vibrato_rate: float = 5.5  # Hz
    formants: tuple[tuple[float, float], ...] = ()  # Hz and dB
    sings: bool = False  # the formants change with the vowel of the note
    breath: float = 0.0  # noise at the onset and under the tone, 0..1
    rough: float = 0.0  # growl: the tone flutters irregularly, 0..1
    ratio: float = 0.0  # of modulator to carrier; above 0 the voice is two sines
    index: float = 2.0  # depth of that modulation
    dive: float = 0.0  # octaves that the pitch falls from at the onset


def note(
    voice: Voice, *, hz: float, seconds: float, rng: np.random.Generator, vowel: str = "a"
) -> np.ndarray:
    """One note.

    Parameters
    ----------
    voice : Voice
        The instrument.
    hz : float
        Fundamental.
    seconds : float
        Time until the release begins.
    rng : numpy.random.Generator
        For the detuning, breath and roughness of this note.
    vowel : str
        What is sung, a key of `VOWELS`; heard where the voice sings.

    Returns
    -------
    numpy.ndarray, shape=(samples,), float32
        At an RMS of about 0.1 while it sustains, silent at both ends.
    """
    n = max(int((seconds + voice.release) * SAMPLE_RATE), 64)
    count, time = _count_and_time(n)
    phase = _phase(voice, hz, count, time)
    wave = _ringing(voice, hz, phase) if voice.ratio else _tabled(voice, hz, phase, vowel, rng)
    if voice.breath:
        wave += _breath(voice, time, rng)
    if voice.rough:
        wave *= 1 - voice.rough * _flutter(n, rng)
    wave *= _envelope(voice, hz, n, time)
    return wave


@lru_cache(maxsize=8)
def _counts(octave: int) -> tuple[np.ndarray, np.ndarray]:
    count = np.arange(2**octave, dtype=np.uint32)
    return count, count.astype(np.float32) / np.float32(SAMPLE_RATE)


def _count_and_time(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples and seconds since the onset, views of arrays that are made once."""
    count, time = _counts(max(n - 1, 2**16 - 1).bit_length())
    return count[:n], time[:n]


def _step(hz: float) -> np.uint32:
    """Cycles a sample as a fraction of 2**32; negative ones wrap around."""
    return np.uint32(round(hz / SAMPLE_RATE * 2**32) % 2**32)


def _phase(voice: Voice, hz: float, count: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Cycles since the onset as 32-bit fractions that wrap around."""
    phase = count * _step(hz)
    if voice.vibrato:
        rate = 2 * np.pi * voice.vibrato_rate
        cycles = hz * (2 ** (voice.vibrato / 1200) - 1) / rate
        phase += _fraction(np.sin(rate * time) * np.minimum(time * 4, 1) * np.float32(cycles))
    if voice.dive:
        # The pitch falls exponentially: the extra cycles rise to hz * dive * 0.03 s.
        phase += _fraction(
            np.exp(time * np.float32(-1 / 0.03)) * np.float32(-hz * voice.dive * 0.03)
        )
    return phase


def _fraction(cycles: np.ndarray) -> np.ndarray:
    return (cycles * np.float32(2**32)).astype(np.int64).astype(np.uint32)


def _tabled(voice: Voice, hz: float, phase: np.ndarray, vowel: str, rng) -> np.ndarray:
    bright, dark = _wavetables(voice, hz, vowel)
    count, time = _count_and_time(len(phase))
    # After five time constants the onset's brightness is inaudible.
    onset = np.exp(time[: int(5 * voice.mellow * SAMPLE_RATE)] * np.float32(-1 / voice.mellow))
    wave = np.zeros(len(phase), dtype=np.float32)
    for place in np.linspace(-0.5, 0.5, voice.players) if voice.players > 1 else (0.0,):
        shifted = phase
        if place:
            shifted = phase + count * _step(hz * (2 ** (voice.detune * place / 1200) - 1))
            shifted += np.uint32(rng.integers(2**32))
        index = (shifted >> (32 - TABLE_BITS)).astype(np.intp)
        wave += dark[index]
        wave[: len(onset)] += (bright - dark)[index[: len(onset)]] * onset
    return wave / np.float32(voice.players**0.5)


def _wavetables(voice: Voice, hz: float, vowel: str) -> tuple[np.ndarray, np.ndarray]:
    """One cycle at the onset and one of the sustained tone, each at RMS 0.1 or so."""
    harmonics = np.arange(1, max(int(CEILING / hz), 1) + 1)[: 2 ** (TABLE_BITS - 1) - 1]
    gain = np.zeros(len(harmonics))
    for center, db in VOWELS[vowel] if voice.sings else voice.formants:
        width = 60 + center * 0.12
        gain += db / (1 + ((harmonics * hz - center) / width) ** 2)
    amplitude = 10 ** (gain / 20) * np.where(harmonics % 2, 1.0, voice.even)
    if voice.drawbars:
        amplitude *= np.isin(harmonics, voice.drawbars)
    octaves = np.log2(harmonics)
    # Quadratic phases spread a cycle's energy, so that bright tones have no sharp peak.
    turns = np.exp(1j * np.pi * harmonics**2 / (len(harmonics) + 8))
    cycles = np.zeros((2, 2 ** (TABLE_BITS - 1) + 1), dtype=np.complex64)
    for row, tilt in enumerate((voice.tilt + voice.bite, voice.tilt)):
        shape = amplitude * 10 ** (tilt * octaves / 20)
        cycles[row, 1 : len(harmonics) + 1] = shape * turns / np.sqrt(np.sum(shape**2))
    bright, dark = fft.irfft(cycles) * np.float32(2 ** (TABLE_BITS - 1) * 0.14)
    return bright, dark


@lru_cache(maxsize=1)
def _sine() -> np.ndarray:
    return np.sin(np.arange(2**TABLE_BITS) * (2 * np.pi / 2**TABLE_BITS)).astype(np.float32)


def _ringing(voice: Voice, hz: float, phase: np.ndarray) -> np.ndarray:
    """A sine whose phase swings with another sine, ever less: a bell."""
    count, time = _count_and_time(len(phase))
    modulator = count * _step(hz * voice.ratio) >> (32 - TABLE_BITS)
    swing = _sine()[modulator.astype(np.intp)] * np.exp(time * np.float32(-1 / voice.decay))
    angle = phase + _fraction(swing * np.float32(voice.index / (2 * np.pi)))
    return np.float32(0.14) * _sine()[(angle >> (32 - TABLE_BITS)).astype(np.intp)]


def _breath(voice: Voice, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise that is strong at the onset, as a consonant is, and faint under the tone."""
    noise = noise_slice(len(time), rng=rng)
    return noise * (voice.breath * (0.25 + np.exp(time * np.float32(-1 / 0.03))))


def _flutter(n: int, rng: np.random.Generator) -> np.ndarray:
    """Random levels at 70 Hz or so, joined by lines, 0..1."""
    return stretched(rng.random(n // 300 + 2), 300)[:n]


def _envelope(voice: Voice, hz: float, n: int, time: np.ndarray) -> np.ndarray:
    # High strings die sooner than low ones.
    decay = voice.decay * (1.0 if voice.sustain else (220 / max(hz, 55)) ** 0.35)
    envelope = np.exp(time * np.float32(-1 / decay))
    if voice.sustain:
        envelope = voice.sustain + (1 - voice.sustain) * envelope
    attack = min(int(voice.attack * SAMPLE_RATE) + 1, n // 2)
    release = min(int(voice.release * SAMPLE_RATE) + 1, n - attack)
    envelope[:attack] *= _ramp(attack)
    envelope[n - release :] *= _ramp(release)[::-1]
    return envelope


@lru_cache(maxsize=1024)
def _ramp(n: int) -> np.ndarray:
    """From 0 to almost 1 along half a cosine."""
    return (0.5 - 0.5 * np.cos(np.arange(n) * (np.pi / n))).astype(np.float32)


def stretched(values: np.ndarray, step: int) -> np.ndarray:
    """Lines of `step` samples from each value to the next, float32."""
    values = np.asarray(values, dtype=np.float32)
    ramp = np.arange(step, dtype=np.float32) / np.float32(step)
    return (values[:-1, None] + np.diff(values)[:, None] * ramp).ravel()


@lru_cache(maxsize=1)
def _noise() -> np.ndarray:
    return np.random.default_rng(1).standard_normal(2**19, dtype=np.float32) * np.float32(0.1)


def noise_slice(n: int, *, rng: np.random.Generator) -> np.ndarray:
    """White noise at RMS 0.1: a stretch, chosen by `rng`, of one long recording."""
    noise = _noise()
    if n <= len(noise) // 2:
        start = int(rng.integers(len(noise) - n))
        return noise[start : start + n]
    return rng.standard_normal(n, dtype=np.float32) * np.float32(0.1)
