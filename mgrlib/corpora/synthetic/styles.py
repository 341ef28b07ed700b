"""What a subgenre leaves open and what it settles: ranges and weighted choices.

A `Style` gives, for every musical decision, the range or the weighted choice that it
is drawn from. Ranges of different subgenres overlap, as in music: no single decision
tells two genres apart. A style is read as liner notes are::

    groove="boom_bap*3 breakbeat"      three times in four a boom bap, else a breakbeat
    tempo=(82, 100)                    beats a minute, anything between
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from types import SimpleNamespace

import numpy as np

Range = tuple[float, float]
Choice = dict[str, float]

LICENSE = 0.03
"""Share of a song's decisions that ignore its style: nobody follows every rule.

This and the spread of the mastering (`rendering.MASTERING_TILT`) set how hard the
corpus is; they were set by `difficulty.baseline_auc` alone.
"""


def choice(text: str) -> Choice:
    """Weights that sum to one, from words with optional factors.

    >>> choice("piano*3 organ")
    {'piano': 0.75, 'organ': 0.25}
    """
    pairs = [word.partition("*") for word in text.split()]
    weights = {name: float(factor or 1) for name, _, factor in pairs}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


@dataclass(frozen=True, kw_only=True)
class Style:
    """Ranges (low, high) and choices (name to weight) of every decision.

    The defaults are what music at large does; a subgenre overrides what it settles.
    Choices may be written as text, see `choice`.
    """

    years: Range = (1950, 2024)
    # Time
    tempo: Range = (60, 170)  # beats a minute
    swing: Range = (0.0, 0.2)  # 0 straight, 0.33 triplets
    swung: Choice | str = "eighths sixteenths"  # which notes the swing delays
    groove: Choice | str = (
        "backbeat*3 four_on_floor*2 boom_bap*2 trap breakbeat swing_ride waltz march halftime"
    )
    busyness: Range = (0.1, 0.7)  # ghost notes and fills
    looseness: Range = (0.0, 18.0)  # ms that the players stray from the grid
    # Harmony and line
    mode: Choice | str = "major*3 minor*3 dorian mixolydian"
    progression: Choice | str = "axis doowop plagal descent vamp blues two_five"
    chord_bars: Range = (0.5, 2.0)  # bars between two chords
    sevenths: Range = (0.0, 0.5)  # share of chords with a seventh
    bassline: Choice | str = "roots*2 eighths octaves fifths sparse"
    comping: Choice | str = "held*3 strum*2 stabs arpeggio"
    melody: Range = (0.2, 0.8)  # share of the bars in which the lead plays
    leaps: Range = (0.1, 0.5)  # share of the lead's steps that are leaps
    register: Range = (57, 74)  # MIDI pitch around which the lead moves
    # Instruments
    kit: Choice | str = "acoustic*3 machine_808 machine_909 lofi none"
    bass: Choice | str = "electric_bass*2 picked_bass upright sub saw_bass none"
    chords: Choice | str = "piano steel_guitar electric_guitar organ saw_pad strings rhodes"
    layer: Choice | str = "none*3 strings saw_pad choir organ bell"
    lead: Choice | str = "singer*3 electric_guitar square_lead piano flute none"
    # Balance, in dB against the chords
    drums_level: Range = (-6, 4)
    bass_level: Range = (-5, 4)
    lead_level: Range = (-3, 5)
    # Sound
    drive: Range = (0.0, 0.5)  # distortion of the instruments
    crush: Range = (0.0, 0.3)  # distortion of the whole mix
    brightness: Range = (-2.5, 2.5)  # dB an octave, tilt of the mix
    reverb: Range = (0.05, 0.45)  # share of the room
    room: Range = (0.3, 2.2)  # s in which the room decays by 60 dB
    echo: Range = (0.0, 0.3)
    pump: Range = (0.0, 0.3)  # how far the kick ducks the rest
    compression: Range = (0.1, 0.8)
    swell: Range = (0.0, 0.5)  # how far the loudness grows and falls over a phrase
    texture: Choice | str = "none*4 hiss vinyl rain"
    texture_level: Range = (0.05, 0.5)

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, choice(value))
            elif isinstance(value, tuple) and not value[0] <= value[1]:
                raise ValueError(f"{field.name} must be a range (low, high), got {value}")

    def but(self, **changes) -> "Style":
        """This style with other ranges and choices put over it."""
        return replace(self, **changes)


ANYTHING = Style()
"""The style of no style: what artistic license draws from."""


def blend(styles: Sequence[Style], *, rng: np.random.Generator) -> Style:
    """A style between several: ranges inherited one by one, choices averaged.

    Each range comes whole from one parent, drawn for that range: the average of a
    waltz's tempo and a blast beat's would be the tempo of neither.
    """
    if len(styles) == 1:
        return styles[0]
    shares = rng.dirichlet(np.full(len(styles), 4.0))
    traits = {}
    for field in fields(Style):
        values = [getattr(style, field.name) for style in styles]
        if isinstance(values[0], tuple):
            traits[field.name] = values[rng.choice(len(values), p=shares)]
        else:
            traits[field.name] = _average(values, shares)
    return Style(**traits)


def _average(choices: Sequence[Choice], shares: np.ndarray) -> Choice:
    names = dict.fromkeys(name for weights in choices for name in weights)
    return {
        name: float(sum(s * w.get(name, 0.0) for s, w in zip(shares, choices, strict=True)))
        for name in names
    }


def decide(style: Style, *, rng: np.random.Generator, license: float = LICENSE) -> SimpleNamespace:
    """One value for each decision: a number from its range or a name from its choice.

    Parameters
    ----------
    style : Style
        What the song was meant to be.
    rng : numpy.random.Generator
        Source of all draws.
    license : float
        Share of the decisions drawn from `ANYTHING` instead.
    """
    decisions = {}
    for field in fields(Style):
        free = field.name != "years" and rng.random() < license
        options = getattr(ANYTHING if free else style, field.name)
        if isinstance(options, tuple):
            decisions[field.name] = float(rng.uniform(*options))
        else:
            names, weights = zip(*options.items(), strict=True)
            decisions[field.name] = names[rng.choice(len(names), p=weights)]
    return SimpleNamespace(**decisions)
