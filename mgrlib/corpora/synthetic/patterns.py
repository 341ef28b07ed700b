"""What musicians write down besides the drums: bass lines, accompaniments, chords, modes.

Bass lines and accompaniments are in sixteenths and go round again in bars of more than
four beats; ``-`` holds the note before it, ``.`` is a rest.
"""

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
