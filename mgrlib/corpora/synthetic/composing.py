"""From decisions to a score: who plays what, when, at which pitch and how loud.

Times are seconds from the start of the excerpt, pitches MIDI numbers (69 is 440 Hz),
velocities 0 to 1. A score is written bar by bar until the excerpt is full.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from .grooves import GROOVES, STROKES
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
    band = Band(song, seconds, rng)
    bar_seconds = band.groove.beats * 60 / song.tempo
    bars = int(np.ceil(seconds / bar_seconds))
    drums_from = int(bars > 2 and rng.random() < 0.15)  # they sometimes enter after a bar
    for bar in range(bars):
        if song.kit != "none" and bar >= drums_from:
            band.drums(bar, fill=bar == bars - 1)
        if song.bass != "none":
            band.bass(bar)
        band.chords(bar)
        if song.layer != "none":
            band.layer(bar)
        if song.lead != "none" and rng.random() < song.melody:
            band.lead(bar)
    if song.lead != "none" and not band.score.lead:
        band.lead(0)
    return _humanize(band.score, song.looseness / 1000, rng)


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
        """MIDI pitch of a degree of the scale; 1 is the tonic that is nearest to `around`."""
        octave, step = divmod(degree - 1, 7)
        tonic = 60 + self.key
        return int(tonic + 12 * round((around - tonic) / 12) + 12 * octave + self.scale[step])

    def root(self, place: int, around: float) -> int:
        """MIDI pitch, nearest to `around`, of the root of a chord of the progression."""
        midi = self.pitch(self.degrees[place], around)
        return int(midi + 12 * round((around - midi) / 12))

    def chord(self, bar: float, around: float, *, power: bool = False) -> list[int]:
        """Pitches of the chord at `bar`, root first; a power chord has no third."""
        place = self.place(bar)
        degree = self.degrees[place]
        root = self.root(place, around)
        if power:
            return [root, root + 7, root + 12]
        steps = (2, 4, 6) if self.sevenths[place] else (2, 4, 7)
        return [root] + [root + self._above(degree, step) for step in steps]

    def _above(self, degree: int, step: int) -> int:
        octave, index = divmod(degree - 1 + step, 7)
        return self.scale[index] + 12 * octave - self.scale[(degree - 1) % 7]


class Band:
    """The players, who write their parts of a score bar by bar."""

    def __init__(self, song: SimpleNamespace, seconds: float, rng: np.random.Generator):
        self.song, self.rng = song, rng
        self.score = Score(seconds)
        self.groove = GROOVES[song.groove]
        self.clock = Clock(song.tempo, song.swing, 1.0 if song.swung == "eighths" else 0.5)
        self.harmony = Harmony(song, rng)
        self.spoken = song.lead in SPOKEN
        self.motif = _motif(self.groove.beats, self.spoken, song.leaps, rng)

    def _when(self, bar: int, beat: float, held: float = 0.0) -> tuple[float, float]:
        """Start and length, in seconds, of what begins at `beat` of `bar`."""
        beat += bar * self.groove.beats
        start = self.clock.seconds(beat)
        return start, self.clock.seconds(beat + held) - start

    def drums(self, bar: int, *, fill: bool) -> None:
        """The groove, with ghost notes and slips; `fill` may end it with a roll."""
        beats, busyness, rng = self.groove.beats, self.song.busyness, self.rng
        for role, line in self.groove.lines.items():
            letters = np.array(list(line))
            rests = letters == "."
            letters[rests & (rng.random(len(line)) < 0.12 * busyness)] = "o"
            letters[~rests & (rng.random(len(line)) < 0.04)] = "."
            for step in np.flatnonzero(letters != "."):
                start, _ = self._when(bar, step * beats / len(line))
                velocity = STROKES[letters[step]] * rng.uniform(0.88, 1.0)
                self.score.hits.append(Hit(start, role, velocity))
        if fill and rng.random() < busyness:
            for step, role in enumerate(("snare", "tom", "snare", "tom")):
                start, _ = self._when(bar, beats - 1 + step / 4)
                self.score.hits.append(Hit(start, role, 0.5 + 0.1 * step))

    def bass(self, bar: int) -> None:
        """The bass line over the chord of the moment."""
        for beat, held, letter in _runs(BASSLINES[self.song.bassline], self.groove.beats):
            root, third, fifth, _ = self.harmony.chord(bar + beat / self.groove.beats, 38)
            following = self.harmony.chord(bar + 1, 38)[0]
            approach = following + (1 if following < root else -1)
            pitches = {"R": root, "3": third, "5": fifth, "O": root + 12, "A": approach}
            start, length = self._when(bar, beat, held)
            self.score.bass.append(Note(start, 0.95 * length, pitches[letter], 1.0))

    def chords(self, bar: int) -> None:
        """The accompaniment: whole chords, or their notes one by one."""
        power = self.song.chords == "power_guitar"
        for beat, held, letter in _runs(COMPINGS[self.song.comping], self.groove.beats):
            moment = bar + beat / self.groove.beats
            pitches = self.harmony.chord(moment, 47 if power else 60, power=power)
            if letter.isdigit():
                pitches = [pitches[int(letter) % len(pitches)]]
            start, length = self._when(bar, beat, held)
            velocity = STROKES.get(letter, 0.9) * self.rng.uniform(0.9, 1.0)
            self.score.chords += [Note(start, length, midi, velocity) for midi in pitches]

    def layer(self, bar: int) -> None:
        """Long triads above the accompaniment."""
        start, length = self._when(bar, 0, self.groove.beats)
        triad = self.harmony.chord(bar, 67)[:3]
        self.score.layer += [Note(start, length, midi, 0.8) for midi in triad]

    def lead(self, bar: int) -> None:
        """The motif from the root of the chord, sung or spoken, with some notes left out."""
        degree = self.harmony.degrees[self.harmony.place(bar)]
        for beat, held, move in self.motif:
            if self.rng.random() < 0.08:
                continue
            degree = degree + move if -3 <= degree + move <= 11 else 4
            midi = self.harmony.pitch(degree, self.song.register)
            if self.spoken:
                midi = self.song.register - 14 + 0.35 * (degree - 4) + self.rng.normal(0, 0.5)
            start, length = self._when(bar, beat, held)
            velocity = self.rng.uniform(0.75, 1.0)
            vowel = str(self.rng.choice(list(VOWELS)))
            self.score.lead.append(Note(start, 0.92 * length, midi, velocity, vowel))


def _runs(pattern: str, beats: int) -> Iterator[tuple[float, float, str]]:
    """Beat, beats held and letter of each note of a pattern in sixteenths."""
    steps = beats * 4
    line = (pattern * (steps // len(pattern) + 1))[:steps]
    for step, letter in enumerate(line):
        if letter not in ".-":
            held = len(line[step + 1 :]) - len(line[step + 1 :].lstrip("-"))
            yield step / 4, (1 + held) / 4, letter


def _motif(beats: int, spoken: bool, leaps: float, rng) -> list[tuple[float, float, int]]:
    """A bar of the tune: beat, beats held and steps of the scale from the note before."""
    grid, longest = (0.25, 3) if spoken else (0.5, 8)
    places = np.arange(int(beats / grid))
    likely = np.where(places * grid % 1 == 0, 0.75, 0.45)
    if spoken:
        likely[::2] += 0.15
    onsets = np.flatnonzero(rng.random(len(places)) < likely * rng.uniform(0.6, 1.2))
    onsets = onsets if len(onsets) else np.array([0])
    held = np.minimum(np.diff(onsets, append=len(places)), longest)
    steps = rng.choice([-1, 1, 0, 1, -1, 2, -2], len(onsets))
    jumps = rng.choice([-4, -3, 3, 4, 5], len(onsets))
    moves = np.where(rng.random(len(onsets)) < leaps, jumps, steps)
    return [
        (float(onset * grid), float(length * grid), int(move))
        for onset, length, move in zip(onsets, held, moves, strict=True)
    ]


def _humanize(score: Score, seconds: float, rng: np.random.Generator) -> Score:
    """Move every onset by a normal deviate of `seconds` and drop what lies outside."""

    def moved(events: list) -> list:
        shifts = rng.normal(0, seconds, len(events)).clip(-0.05, 0.05)
        starts = [
            max(event.start + shift, 0.0) for event, shift in zip(events, shifts, strict=True)
        ]
        pairs = zip(events, starts, strict=True)
        return [replace(event, start=start) for event, start in pairs if start < score.seconds]

    parts = ("hits", "bass", "chords", "layer", "lead")
    return Score(score.seconds, **{part: moved(getattr(score, part)) for part in parts})
