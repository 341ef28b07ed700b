"""From decisions to a score: who plays what, when, at which pitch and how loud.

Times are seconds from the start of the excerpt, pitches MIDI numbers (69 is 440 Hz),
velocities 0 to 1. A score is written bar by bar until the excerpt is full.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from .grooves import GROOVES, STROKES, Groove
from .patterns import BASSLINES, COMPINGS, MODES, PROGRESSIONS
from .voices import VOWELS

SPOKEN = ("rapper", "shouter", "growl")
"""Leads that speak in sixteenths around one pitch instead of singing a tune."""


@dataclass(frozen=True)
class Note:
    """One note of a part."""

    start: float
    seconds: float
    midi: float
    velocity: float
    vowel: str = "a"


@dataclass(frozen=True)
class Hit:
    """One stroke of a drum."""

    start: float
    role: str
    velocity: float


@dataclass
class Score:
    """All that is played in an excerpt of `seconds`."""

    seconds: float
    hits: list[Hit] = field(default_factory=list)
    bass: list[Note] = field(default_factory=list)
    chords: list[Note] = field(default_factory=list)
    layer: list[Note] = field(default_factory=list)
    lead: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Clock:
    """Turns beats into seconds; swing delays every second eighth or sixteenth."""

    tempo: float
    swing: float = 0.0
    pair: float = 1.0  # beats of a long and a short note together

    def seconds(self, beat: float) -> float:
        """Seconds from the start to `beat`."""
        whole, part = divmod(beat / self.pair, 1)
        if part < 0.5:
            part *= 1 + self.swing
        else:
            part = 1 - (1 - part) * (1 - self.swing)
        return float((whole + part) * self.pair * 60 / self.tempo)


def compose(song: SimpleNamespace, *, seconds: float, rng: np.random.Generator) -> Score:
    """Write the score of an excerpt.

    Parameters
    ----------
    song : SimpleNamespace
        The decisions of `mgrlib.corpora.synthetic.styles.decide`.
    seconds : float
        Length of the excerpt; notes may begin until then.
    rng : numpy.random.Generator
        Source of all draws.
    """
    groove = GROOVES[song.groove]
    pair = 1.0 if song.swung == "eighths" else 0.5
    clock = Clock(song.tempo, song.swing, pair)
    bar_seconds = groove.beats * 60 / song.tempo
    bars = int(np.ceil(seconds / bar_seconds))
    harmony = Harmony(song, rng)
    score = Score(seconds)
    motif = _motif(song, groove.beats, rng)
    silent_until = int(rng.random() < 0.15)  # the band sometimes enters after a bar
    for bar in range(bars):
        beat = bar * groove.beats
        if song.kit != "none" and not (bars > 2 and bar < silent_until):
            _drum_bar(score, song, groove, clock, beat, bar == bars - 1, rng)
        _bass_bar(score, song, groove.beats, clock, beat, harmony, bar)
        _chord_bar(score, song, groove.beats, clock, beat, harmony, bar, rng)
        if song.layer != "none":
            _layer_bar(score, groove.beats, clock, beat, harmony, bar)
        if song.lead != "none" and rng.random() < song.melody:
            _lead_bar(score, song, motif, clock, beat, harmony, bar, rng)
    if song.lead != "none" and not score.lead:
        _lead_bar(score, song, motif, clock, 0, harmony, 0, rng)
    return _humanize(score, song.looseness / 1000, rng)


class Harmony:
    """Key, mode and chord progression of a song."""

    def __init__(self, song: SimpleNamespace, rng: np.random.Generator):
        self.scale = MODES[song.mode]
        self.key = int(rng.integers(-6, 6))
        degrees = PROGRESSIONS[song.progression]
        turn = int(rng.integers(len(degrees)))
        self.degrees = degrees[turn:] + degrees[:turn]
        self.bars_per_chord = 2.0 ** round(np.log2(song.chord_bars))
        self.sevenths = rng.random(len(degrees)) < song.sevenths

    def place(self, bar: float) -> int:
        """Index into the progression of the chord that sounds at `bar`."""
        return int(bar / self.bars_per_chord) % len(self.degrees)

    def pitch(self, degree: int, around: float) -> int:
        """MIDI pitch of a degree (1 the tonic), in the octave above `around` - 6."""
        octave, step = divmod(degree - 1, 7)
        midi = 60 + self.key + self.scale[step]
        return int(midi + 12 * round((around - midi) / 12) + 12 * octave)

    def chord(self, bar: float, around: float, *, power: bool = False) -> list[int]:
        """Pitches of the chord at `bar`, root first; a power chord has no third."""
        place = self.place(bar)
        degree = self.degrees[place]
        root = self.pitch(degree, around)
        if power:
            return [root, root + 7, root + 12]
        steps = (2, 4, 6) if self.sevenths[place] else (2, 4, 7)
        return [root] + [root + self._above(degree, step) for step in steps]

    def _above(self, degree: int, step: int) -> int:
        octave, index = divmod(degree - 1 + step, 7)
        return self.scale[index] + 12 * octave - self.scale[(degree - 1) % 7]


def _runs(pattern: str, beats: int):
    """(beat, beats held, letter) of each note of a pattern in sixteenths."""
    steps = beats * 4
    line = (pattern * (steps // len(pattern) + 1))[:steps]
    for step, letter in enumerate(line):
        if letter not in ".-":
            held = len(line[step + 1 :]) - len(line[step + 1 :].lstrip("-"))
            yield step / 4, (1 + held) / 4, letter


def _drum_bar(score, song, groove: Groove, clock, beat, last, rng):
    for role, line in groove.lines.items():
        letters = np.array(list(line))
        rests = letters == "."
        extra = rests & (rng.random(len(letters)) < 0.12 * song.busyness)
        dropped = ~rests & (rng.random(len(letters)) < 0.04)
        letters[extra] = "o"
        letters[dropped] = "."
        for step in np.flatnonzero(letters != "."):
            start = clock.seconds(beat + step * groove.beats / len(line))
            velocity = STROKES[letters[step]] * rng.uniform(0.88, 1.0)
            score.hits.append(Hit(start, role, velocity))
    if last and rng.random() < song.busyness:
        for step in range(4):
            start = clock.seconds(beat + groove.beats - 1 + step / 4)
            score.hits.append(Hit(start, "tom" if step % 2 else "snare", 0.5 + 0.1 * step))


def _bass_bar(score, song, beats, clock, beat, harmony, bar):
    if song.bass == "none":
        return
    for offset, held, letter in _runs(BASSLINES[song.bassline], beats):
        root, third, fifth, _ = harmony.chord(bar + offset / beats, 38)
        following = harmony.chord(bar + 1, 38)[0]
        step = 1 if following < root else -1
        pitches = {"R": root, "3": third, "5": fifth, "O": root + 12, "A": following + step}
        start = clock.seconds(beat + offset)
        length = clock.seconds(beat + offset + held) - start
        score.bass.append(Note(start, length * 0.95, pitches[letter], 1.0))


def _chord_bar(score, song, beats, clock, beat, harmony, bar, rng):
    power = song.chords == "power_guitar"
    around = 47 if power else 60
    for offset, held, letter in _runs(COMPINGS[song.comping], beats):
        pitches = harmony.chord(bar + offset / beats, around, power=power)
        start = clock.seconds(beat + offset)
        length = clock.seconds(beat + offset + held) - start
        if letter.isdigit():
            pitches = [pitches[int(letter) % len(pitches)]]
        velocity = STROKES.get(letter, 0.9) * rng.uniform(0.9, 1.0)
        score.chords += [Note(start, length, midi, velocity) for midi in pitches]


def _layer_bar(score, beats, clock, beat, harmony, bar):
    start, end = clock.seconds(beat), clock.seconds(beat + beats)
    score.layer += [Note(start, end - start, midi, 0.8) for midi in harmony.chord(bar, 67)[:3]]


def _motif(song, beats, rng) -> list[tuple[float, float, int]]:
    """A bar of the tune: (beat, beats held, steps from the last note), used again and again."""
    grid = 0.25 if song.lead in SPOKEN else 0.5
    steps = int(beats / grid)
    strong = np.where(np.arange(steps) * grid % 1 == 0, 0.75, 0.45)
    strong[::2] += 0.15 if song.lead in SPOKEN else 0.0
    onsets = np.flatnonzero(rng.random(steps) < strong * rng.uniform(0.6, 1.2))
    if not len(onsets):
        onsets = np.array([0])
    ends = np.append(onsets[1:], steps)
    moves = rng.choice([-1, 1, 0, 1, -1, 2, -2], len(onsets))
    jumps = rng.random(len(onsets)) < song.leaps
    moves = np.where(jumps, rng.choice([-4, -3, 3, 4, 5], len(onsets)), moves)
    held = np.minimum(ends - onsets, 8 if song.lead not in SPOKEN else 3) * grid
    return [
        (float(o * grid), float(h), int(m)) for o, h, m in zip(onsets, held, moves, strict=True)
    ]


def _lead_bar(score, song, motif, clock, beat, harmony, bar, rng):
    spoken = song.lead in SPOKEN
    degree = harmony.degrees[harmony.place(bar)]
    for offset, held, move in motif:
        if rng.random() < 0.08:
            continue
        degree += move
        if not -3 <= degree <= 11:
            degree = 4
        midi = harmony.pitch(degree, song.register)
        if spoken:
            midi = song.register - 14 + 0.35 * (degree - 4) + rng.normal(0, 0.5)
        start = clock.seconds(beat + offset)
        length = clock.seconds(beat + offset + held) - start
        vowel = str(rng.choice(list(VOWELS)))
        velocity = rng.uniform(0.75, 1.0)
        score.lead.append(Note(start, length * 0.92, midi, velocity, vowel))


def _humanize(score: Score, seconds: float, rng: np.random.Generator) -> Score:
    """Move every onset by a normal deviate of `seconds` and drop what lies outside."""

    def moved(events: list) -> list:
        shifts = rng.normal(0, seconds, len(events)).clip(-0.05, 0.05)
        starts = [
            max(event.start + shift, 0.0) for event, shift in zip(events, shifts, strict=True)
        ]
        return [
            type(event)(**{**vars(event), "start": start})
            for event, start in zip(events, starts, strict=True)
            if start < score.seconds
        ]

    parts = {
        part: moved(getattr(score, part)) for part in ("hits", "bass", "chords", "layer", "lead")
    }
    return Score(score.seconds, **parts)
