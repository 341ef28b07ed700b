"""The instruments by name, each a `Voice`."""

from dataclasses import replace

import numpy as np

from .voices import Voice

PLUCK = Voice(tilt=-10, bite=5, mellow=0.12, attack=0.002, decay=0.5)
BOWED = Voice(tilt=-7, bite=1, attack=0.06, decay=9, sustain=0.8, release=0.12, vibrato=18)
BLOWN = Voice(tilt=-9, bite=2, attack=0.04, decay=9, sustain=0.8, release=0.06, breath=0.08)
SYNTH = Voice(tilt=-6, bite=3, mellow=0.25, attack=0.004, decay=3, sustain=0.6, release=0.08)
MALLET = Voice(attack=0.002, decay=0.8, ratio=3.5, index=1.2, release=0.25)
THROAT = Voice(tilt=-9, bite=1, attack=0.03, decay=9, sustain=0.9, sings=True, breath=0.08)

VOICES = {
    # Basses
    "upright": replace(PLUCK, tilt=-12, bite=4, mellow=0.08, decay=0.45),
    "electric_bass": replace(PLUCK, tilt=-9, decay=0.9),
    "picked_bass": replace(PLUCK, tilt=-7, bite=5, mellow=0.2, decay=1.2),
    "sub": replace(SYNTH, tilt=-24, bite=6, mellow=0.05),
    "boom_808": replace(SYNTH, tilt=-20, bite=9, mellow=0.04, decay=0.9, sustain=0, dive=1.2),
    "saw_bass": replace(SYNTH, tilt=-7, players=2, detune=12),
    "acid": replace(SYNTH, tilt=-12, bite=9, mellow=0.12, formants=((900, 12),), decay=0.4),
    "fm_bass": replace(SYNTH, ratio=1.0, index=3.0, decay=0.5, sustain=0.3),
    "contrabass": replace(BOWED, tilt=-9, attack=0.09, vibrato=8),
    # Keys
    "piano": replace(PLUCK, tilt=-9, bite=4, mellow=0.25, decay=1.1, players=2, detune=3),
    "upright_piano": replace(PLUCK, tilt=-8, bite=4, decay=0.7, players=3, detune=11),
    "harpsichord": replace(PLUCK, tilt=-4, bite=3, decay=0.6),
    "rhodes": replace(MALLET, ratio=1.0, index=1.1, decay=1.0),
    "organ": replace(SYNTH, tilt=-3, drawbars=(1, 2, 3, 4, 6, 8), sustain=1, vibrato=6),
    "pipe_organ": replace(SYNTH, tilt=-3, bite=0, attack=0.05, sustain=1, release=0.3),
    "bell": replace(MALLET, ratio=3.53, index=2.5, decay=1.4),
    "vibraphone": replace(MALLET, ratio=4.0, index=0.6, decay=1.2, vibrato=5),
    "marimba": replace(MALLET, ratio=3.9, index=0.8, decay=0.22, release=0.1),
    # Strings that are plucked
    "nylon_guitar": replace(PLUCK, tilt=-11, formants=((220, 5),), decay=0.55),
    "steel_guitar": replace(PLUCK, tilt=-7, bite=4, mellow=0.2, decay=0.8),
    "electric_guitar": replace(PLUCK, tilt=-7, bite=3, decay=1.2, formants=((1800, 4),)),
    "power_guitar": replace(PLUCK, tilt=-4, bite=2, mellow=0.4, decay=2.5, players=2, detune=9),
    "banjo": replace(PLUCK, tilt=-6, bite=4, decay=0.22, formants=((900, 6),)),
    "harp": replace(PLUCK, tilt=-12, decay=0.9, release=0.3),
    "sitar": replace(PLUCK, tilt=-3, bite=-4, mellow=0.4, decay=1.0, formants=((2200, 7),)),
    # Strings and winds
    "strings": replace(BOWED, attack=0.12, players=3, detune=16, release=0.3),
    "fiddle": replace(BOWED, tilt=-6, attack=0.04, formants=((500, 4), (1100, 5))),
    "cello": replace(BOWED, tilt=-8, formants=((250, 4), (700, 4))),
    "flute": replace(BLOWN, tilt=-15, breath=0.25, vibrato=14),
    "clarinet": replace(BLOWN, even=0.12),
    "sax": replace(BLOWN, tilt=-7, formants=((600, 5), (1500, 5)), vibrato=15, breath=0.15),
    "trumpet": replace(BLOWN, tilt=-6, bite=-4, mellow=0.08, formants=((1200, 5),), vibrato=8),
    "brass": replace(BLOWN, tilt=-7, bite=-3, mellow=0.1, players=3, detune=14),
    # Synthesizers
    "saw_pad": replace(SYNTH, tilt=-8, attack=0.2, sustain=0.9, players=3, detune=18, release=0.4),
    "glass_pad": replace(SYNTH, tilt=-14, attack=0.35, sustain=1, players=2, detune=8, release=0.5),
    "supersaw": replace(SYNTH, tilt=-5, players=5, detune=38, sustain=0.8, release=0.15),
    "square_lead": replace(SYNTH, even=0.05, vibrato=10),
    "saw_lead": replace(SYNTH, tilt=-5, players=2, detune=10, vibrato=8),
    "blip": replace(SYNTH, even=0.3, decay=0.12, sustain=0, release=0.04),
    "theremin": replace(SYNTH, tilt=-20, attack=0.08, sustain=1, vibrato=35),
    # Throats
    "singer": replace(THROAT, vibrato=28),
    "crooner": replace(THROAT, tilt=-11, vibrato=40, vibrato_rate=5.0),
    "whisper": replace(THROAT, tilt=-13, breath=0.5, vibrato=8),
    "rapper": replace(
        THROAT, tilt=-8, attack=0.012, decay=0.25, sustain=0.3, breath=0.2, dive=0.25
    ),
    "shouter": replace(THROAT, tilt=-5, attack=0.015, rough=0.35, breath=0.25, dive=0.1),
    "growl": replace(THROAT, tilt=-5, attack=0.03, rough=0.9, breath=0.6),
    "choir": replace(THROAT, attack=0.15, players=3, detune=24, release=0.4, breath=0.1),
}
"""The instruments; what is called ``none`` in a style is not played."""


def vary(voice: Voice, *, rng: np.random.Generator) -> Voice:
    """The same instrument in other hands: brighter or darker, shorter or longer."""
    return replace(
        voice,
        tilt=voice.tilt + rng.normal(0, 1.6),
        bite=voice.bite + rng.normal(0, 1.0),
        decay=voice.decay * np.exp(rng.normal(0, 0.3)),
        attack=voice.attack * np.exp(rng.normal(0, 0.3)),
        vibrato=voice.vibrato * np.exp(rng.normal(0, 0.4)),
        formants=tuple((hz * np.exp(rng.normal(0, 0.08)), db) for hz, db in voice.formants),
        index=voice.index * np.exp(rng.normal(0, 0.25)),
    )
