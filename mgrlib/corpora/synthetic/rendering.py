"""From a score to sound: who plays, how loud, through which effects, and the mastering.

An artist's instruments, drums and mastering sound alike in all of their songs: their
generators are seeded by the artist alone.
"""

from types import SimpleNamespace

import numpy as np

from ...files import seed_from
from .composing import Hit, Note, Score
from .drums import stroke
from .effects import (
    compressor,
    distort,
    ducking,
    echo,
    fade_edges,
    gain_of,
    limit,
    rms,
    room_and_tone,
    swell,
    texture,
)
from .instruments import VOICES, vary
from .voices import SAMPLE_RATE, Voice, note

MASTERING_TILT = 0.6
"""Deviation, in dB an octave, of the mastering's equalization around the style's own.

Set, with `styles.LICENSE`, on `difficulty.baseline_auc` alone.
"""

DRIVEN = {"power_guitar": 0.8, "growl": 0.5, "acid": 0.3, "shouter": 0.25}
"""Distortion that comes with an instrument, whatever the style says."""

LAYER_LEVEL = -7.0
DRUMS_LEVEL = 3.0
LIFT = {"hat": 7, "open": 6, "ride": 6, "crash": 4, "perc": 5, "snare": 3, "clap": 3}
"""Gain, in dB, of the drums that a kick would drown."""


def render(
    score: Score,
    song: SimpleNamespace,
    *,
    year: int,
    artist_seed: int,
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
    artist_seed : int
        Seed of how the artist's instruments and mastering sound.
    rng : numpy.random.Generator
        The song's own source of draws.

    Returns
    -------
    numpy.ndarray, shape=(samples,), float32
        With a peak of at most 1.
    """
    n = int(score.seconds * SAMPLE_RATE)
    mix = play_band(score, song, n, artist_seed, rng)
    kicks = [hit.start for hit in score.hits if hit.role == "kick"]
    if song.pump and kicks:
        mix *= ducking(kicks, song.pump, n)
    if score.hits:
        level = gain_of(song.drums_level + DRUMS_LEVEL)
        mix += play_drums(score.hits, song.kit, n, artist_seed) * level
    if song.texture != "none":
        loudness = song.texture_level**1.5 * rms(mix)
        mix += texture(song.texture, n, rng=rng) * np.float32(loudness)
    if song.crush > 0.05:
        mix = distort(mix, 0.7 * song.crush)
    if song.echo > 0.02:
        mix = echo(mix, seconds=0.75 * 60 / song.tempo, share=song.echo)
    return _master(mix, song, year, np.random.default_rng(seed_from(artist_seed, "master")), rng)


def play_band(score: Score, song, n: int, artist_seed: int, rng) -> np.ndarray:
    """Everything but the drums, each part at its level; chords have an RMS of 0.1."""
    levels = {"chords": 0.0, "bass": song.bass_level, "layer": LAYER_LEVEL, "lead": song.lead_level}
    band = np.zeros(n, dtype=np.float32)
    for part, level in levels.items():
        name, notes = getattr(song, part), getattr(score, part)
        if name == "none" or not notes:
            continue
        hand = np.random.default_rng(seed_from(artist_seed, name))
        played = play_part(vary(VOICES[name], rng=hand), notes, n, rng)
        drive = max(song.drive, DRIVEN.get(name, 0.0)) * (0.5 if part in ("bass", "layer") else 1)
        band += _leveled(distort(played, drive)) * gain_of(level)
    return band


def play_part(voice: Voice, notes: list[Note], n: int, rng: np.random.Generator) -> np.ndarray:
    """The notes of one instrument; equal ones are made once."""
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


def play_drums(hits: list[Hit], kit: str, n: int, artist_seed: int) -> np.ndarray:
    """The drum track at an RMS of 0.1; tuning, damping and balance are the artist's."""
    hand = np.random.default_rng(seed_from(artist_seed, "drums", kit))
    tuning, damping = np.exp(hand.normal(0, 0.12)), hand.uniform(0.0, 9.0)
    balance = {role: gain_of(LIFT.get(role, 0) + hand.normal(0, 2.0)) for role in LIFT}
    track = np.zeros(n, dtype=np.float32)
    sounds: dict[str, np.ndarray] = {}
    for hit in hits:
        if hit.role not in sounds:
            sounds[hit.role] = _tuned(stroke(kit, hit.role), tuning, damping)
        _add(track, sounds[hit.role], hit.start, hit.velocity * balance.get(hit.role, 1.0))
    return _leveled(track)


def _leveled(track: np.ndarray) -> np.ndarray:
    return track * np.float32(0.1 / max(rms(track), 1e-3))


def _add(track: np.ndarray, sound: np.ndarray, start: float, velocity: float) -> None:
    first = int(start * SAMPLE_RATE)
    length = min(len(sound), len(track) - first)
    if length > 0:
        track[first : first + length] += sound[:length] * np.float32(velocity)


def _tuned(sound: np.ndarray, tuning: float, damping: float) -> np.ndarray:
    """A stroke at another pitch, damped by so many nepers a second."""
    places = np.arange(int((len(sound) - 1) / tuning)) * tuning
    below = places.astype(np.intp)
    low = sound[below]
    tuned = low + (sound[below + 1] - low) * (places - below)
    return (tuned * np.exp(places * (-damping / SAMPLE_RATE))).astype(np.float32)


def _master(mix: np.ndarray, song, year: int, hand, rng) -> np.ndarray:
    """Room, equalization, phrasing, compression and loudness."""
    mix = room_and_tone(
        mix,
        room=song.room,
        wet=song.reverb,
        tilt=song.brightness + hand.normal(0, MASTERING_TILT),
        band=(28 + 40 * hand.random(), _upper_edge(year, hand)),
    )
    mix *= swell(song.swell, len(mix), rng=rng)
    mix *= np.float32(0.1 / rms(mix))
    if song.compression > 0.05:
        mix *= compressor(mix, song.compression)
    loudness = np.clip(-21 + 6 * song.compression + hand.normal(0, 1.5), -22, -11)
    mix = limit(mix * (gain_of(loudness) / np.float32(rms(mix))))
    fade_edges(mix, seconds=0.005)
    return mix


def _upper_edge(year: int, hand: np.random.Generator) -> float:
    """Hz up to which the recording reaches: higher every decade, and never certain."""
    return float(np.clip(4800 + 110 * (year - 1950) + hand.normal(0, 1600), 3200, 10_700))
