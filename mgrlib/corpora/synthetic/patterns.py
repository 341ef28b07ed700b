"""What musicians write down: grooves, bass lines, accompaniments, chords and modes.

All of it is text that a musician can read aloud. In a groove ``X`` is an accent, ``x``
a stroke, ``o`` a ghost note and ``.`` a rest; the letters divide the bar evenly, so 16
letters in a bar of four beats are sixteenths. Bass lines and accompaniments are always
in sixteenths, and go round again in longer bars.
"""

from dataclasses import dataclass

STROKES = {"X": 1.0, "x": 0.72, "o": 0.32}
"""Velocity of the letters of a groove."""

@dataclass(frozen=True)
class Groove:
    """One bar of drums: its beats, and a line of letters for each drum."""

    beats: int
    lines: dict[str, str]


def groove(beats: int = 4, **lines: str) -> Groove:
    """A bar of drums; spaces between the beats are for the eye."""
    return Groove(beats, {role: line.replace(" ", "") for role, line in lines.items()})


GROOVES = {
    "backbeat": groove(
        hat="x.x. x.x. x.x. x.x.", snare=".... X... .... X...", kick="X... ..x. x... ...."
    ),
    "eighths_rock": groove(
        hat="X.x. X.x. X.x. X.x.", snare=".... X... .... X..o", kick="X.x. .... x.x. ...."
    ),
    "four_on_floor": groove(
        kick="X... X... X... X...", open="..x. ..x. ..x. ..x.", clap=".... x... .... x..."
    ),
    "techno": groove(
        kick="X... X... X... X...", hat="oxXx oxXx oxXx oxXx", perc="...x ..x. .... x.x."
    ),
    "disco": groove(
        kick="X... X... X... X...", snare=".... X... .... X...", hat="x.o. x.o. x.o. x.o.",
        open="..X. ..X. ..X. ..X.",
    ),
    "boom_bap": groove(
        kick="X..x .... ..xx ....", snare=".... X... .... X...", hat="x.x. x.xo x.x. x.x."
    ),
    "laid_back": groove(
        kick="X... ..x. ..x. ....", snare=".... X..o .... X.o.", hat="x.xo x.x. x.xo x.xo"
    ),
    "trap": groove(
        kick="X... ...x ..x. ....", clap=".... .... X... ....", hat="x.x. xxx. x.xx xoxo",
        open=".... .... .... ..x.",
    ),
    "drill": groove(
        kick="X..x .... ..x. .x..", snare=".... ..X. .... X...", hat="x..x ..x. x..x ..x."
    ),
    "electro": groove(
        kick="X..x .... ..x. .x..", snare=".... X... .... X...", hat="xxxx xxxx xxxx xxxx",
        perc="..x. .x.. ..x. ...x",
    ),
    "breakbeat": groove(
        kick="X.x. .... ..x. ....", snare=".... X..o .o.. X..o", ride="x.x. x.x. x.x. x.x."
    ),
    "two_step": groove(
        kick="X... .... ..x. ....", snare=".... X... .... X...", hat="..xo ..x. .ox. ..xo"
    ),
    "halftime": groove(
        kick="X... ..x. .... ..x.", snare=".... .... X... ....", hat="x.x. x.x. x.x. x.x."
    ),
    "funk": groove(
        kick="X.x. ..x. ..x. ....", snare=".... X..o .o.o X..o", hat="xoxo xoxo xoxo xoxo"
    ),
    "shuffle": groove(
        ride="x.x x.x x.x x.x", snare="... X.. ... X..", kick="X.. ..x X.. ..x"
    ),
    "swing_ride": groove(
        ride="x.. x.x x.. x.x", hat="... x.. ... x..", snare="..o ... .o. ...", kick="o.. ... ..o ..."
    ),
    "brushes": groove(perc="x.x. X.xo x.x. X.x.", kick="o... .... o... ...."),
    "bossa": groove(
        hat="xoxo xoxo xoxo xoxo", perc="x..x ..x. ..x. .x..", kick="x..x x..x x..x x..x"
    ),
    "motorik": groove(
        kick="X.x. X.x. X.x. X.x.", snare=".... X... .... X...", hat="x.x. x.x. x.x. x.x."
    ),
    "surf": groove(
        ride="x.x. x.x. x.x. x.x.", snare=".... X.X. .... X...", kick="X... .... X.x. ....",
        tom=".... .... .... ..x."
    ),
    "d_beat": groove(
        kick="X..x ..x. X..x ..x.", snare="..X. ..X. ..X. ..X.", ride="x.x. x.x. x.x. x.x."
    ),
    "skank_beat": groove(
        kick="X... X... X... X...", snare="..X. ..X. ..X. ..X.", hat="x.x. x.x. x.x. x.x."
    ),
    "blast": groove(
        kick="X.X. X.X. X.X. X.X.", snare=".X.X .X.X .X.X .X.X", ride="X.X. X.X. X.X. X.X."
    ),
    "double_kick": groove(
        kick="xxxx xxxx xxxx xxxx", snare=".... X... .... X...", ride="X... X... X... X..."
    ),
    "doom": groove(
        kick="X... .... ..x. ....", snare=".... .... X... ....", crash="x... .... x... ...."
    ),
    "tribal": groove(
        tom="X.xx .xx. X.xx .xxx", kick="X... ..x. X... ....", perc="..x. x.x. ..x. x.x."
    ),
    "machine": groove(
        kick="X... X.x. X... X.xx", snare=".... X... .... X..x", perc="x.xx .x.x xx.x .xx."
    ),
    "stumble": groove(
        kick="X..x ..x. .x.. x...", snare="...x .X.. ..o. .X.x", perc="xxo. .xox o..x x.ox"
    ),
    "sparse": groove(kick="X... .... .... ....", perc=".... .... x... ...."),
    "march": groove(
        snare="X.oo x.x. X.oo xxxx", kick="X... x... X... x...", crash="x... .... .... ...."
    ),
    "train": groove(snare="ooXo ooXo ooXo ooXo", kick="X... x... X... x..."),
    "timpani": groove(tom="X... .... ..oo X...", crash="o... .... .... ...."),
    "waltz": groove(3, kick="X... .... ....", snare=".... x... x...", hat="x.x. x.x. x.x."),
    "jig": groove(6, perc="X. o. x. X. o. x.", kick="x. .. .. x. .. .."),
    "slow_six": groove(6, hat="x. x. x. x. x. x.", kick="X. .. .. .. .x ..", snare=".. .. .. X. .. .."),
    "five": groove(5, ride="x.x. x.x. x.x. x.x. x.x.", kick="X... .... ..x. .... ....",
                   snare=".... .... .... X... ..o."),
    "seven": groove(7, ride="x.x.x.x.x.x.x.", kick="X.....X...x...", snare="....X.......X."),
}
"""The grooves by name."""

BASSLINES = {
    "roots": "R-----..R---R-..",
    "eighths": "R.R.R.R.R.R.R.R.",
    "octaves": "R.O.R.O.R.O.R.O.",
    "fifths": "R---R-..5---5-..",
    "walking": "R---3---5---A---",
    "sparse": "R-----....R-....",
    "long": "R---------------",
    "sub_drop": "R-------...R-.R-",
    "slides": "R---..R-..5-A---",
    "offbeat": "..R...R...R...R.",
    "rolling": ".RRR.RRR.RRR.RRR",
    "acid": "R.RO.3R.O.R5R.O.",
    "slap": "R..R..O..5.R.OA.",
    "gallop": "R.RRR.RRR.RRR.RR",
    "tresillo": "R-----R-----5---",
    "pedal": "R-R-R-R-R-R-R-R-",
    "alternating": "R---....5---....",
}
"""Bass lines: R root, 3 third, 5 fifth, O octave, A a step before the next root."""

COMPINGS = {
    "held": "x---------------",
    "strum": "X-..x-x-..x-x-x-",
    "stabs": "x-....x-....x-..",
    "offbeats": "..x-..x-..x-..x-",
    "quarters": "x-..x-..x-..x-..",
    "eighths": "x-x-x-x-x-x-x-x-",
    "chug": "X.xxX.xxX.xxX.x-",
    "tremolo": "XxxxXxxxXxxxXxxx",
    "shuffle": "x-..x-o-x-..x-o-",
    "charleston": "x-....x-........",
    "arpeggio": "0-1-2-3-2-1-2-1-",
    "sixteenths": "0123012301230123",
    "alberti": "0-2-1-2-0-2-1-2-",
    "picking": "0-2-1.3-0-3-2.1-",
    "pulse": "0.0.2.0.1.0.2.0.",
    "scatter": "x....2...0..3-..",
}
"""Accompaniments: letters for the whole chord, digits for one of its notes."""

PROGRESSIONS = {
    "axis": (1, 5, 6, 4),
    "doowop": (1, 6, 4, 5),
    "plagal": (1, 4),
    "descent": (1, 7, 6, 5),
    "vamp": (1,),
    "sway": (1, 2),
    "blues": (1, 1, 4, 1, 5, 4),
    "two_five": (2, 5, 1, 6),
    "fifths": (1, 4, 7, 3, 6, 2, 5, 1),
    "cadence": (1, 4, 5, 1),
    "epic": (6, 4, 1, 5),
    "lift": (1, 7, 4, 4),
    "lament": (1, 5, 6, 3, 4, 1, 4, 5),
}
"""Chords as degrees of the mode."""

MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "octatonic": (0, 2, 3, 5, 6, 8, 9),
    "chromatic": (0, 1, 3, 4, 6, 7, 10),
}
"""Modes as semitones above their root, seven degrees each."""
