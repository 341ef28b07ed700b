"""Grooves: a bar of drums each, as drummers write them down.

``X`` is an accent, ``x`` a stroke, ``o`` a ghost note and ``.`` a rest. The letters of
a line divide the bar evenly: 16 of them in a bar of four beats are sixteenths, 12 are
triplets. Spaces between the beats are for the eye.
"""

from dataclasses import dataclass

STROKES = {"X": 1.0, "x": 0.72, "o": 0.32}
"""Velocity of the letters."""


@dataclass(frozen=True)
class Groove:
    """One bar of drums: its beats, and a line of letters for each drum."""

    beats: int
    lines: dict[str, str]


def groove(tab: str, *, beats: int = 4) -> Groove:
    """A bar of drums from lines of a drum's name and its letters."""
    rows = [line.split(maxsplit=1) for line in tab.strip().splitlines()]
    return Groove(beats, {drum: letters.replace(" ", "") for drum, letters in rows})


# fmt: off
GROOVES = {
    "backbeat": groove("""
        hat   x.x. x.x. x.x. x.x.
        snare .... X... .... X...
        kick  X... ..x. x... ....
    """),
    "eighths_rock": groove("""
        hat   X.x. X.x. X.x. X.x.
        snare .... X... .... X..o
        kick  X.x. .... x.x. ....
    """),
    "four_on_floor": groove("""
        kick X... X... X... X...
        open ..x. ..x. ..x. ..x.
        clap .... x... .... x...
    """),
    "techno": groove("""
        kick X... X... X... X...
        hat  oxXx oxXx oxXx oxXx
        perc ...x ..x. .... x.x.
    """),
    "disco": groove("""
        kick  X... X... X... X...
        snare .... X... .... X...
        hat   x.o. x.o. x.o. x.o.
        open  ..X. ..X. ..X. ..X.
    """),
    "boom_bap": groove("""
        kick  X..x .... ..xx ....
        snare .... X... .... X...
        hat   x.x. x.xo x.x. x.x.
    """),
    "laid_back": groove("""
        kick  X... ..x. ..x. ....
        snare .... X..o .... X.o.
        hat   x.xo x.x. x.xo x.xo
    """),
    "trap": groove("""
        kick X... ...x ..x. ....
        clap .... .... X... ....
        hat  x.x. xxx. x.xx xoxo
        open .... .... .... ..x.
    """),
    "drill": groove("""
        kick  X..x .... ..x. .x..
        snare .... ..X. .... X...
        hat   x..x ..x. x..x ..x.
    """),
    "electro": groove("""
        kick  X..x .... ..x. .x..
        snare .... X... .... X...
        hat   xxxx xxxx xxxx xxxx
        perc  ..x. .x.. ..x. ...x
    """),
    "breakbeat": groove("""
        kick  X.x. .... ..x. ....
        snare .... X..o .o.. X..o
        ride  x.x. x.x. x.x. x.x.
    """),
    "two_step": groove("""
        kick  X... .... ..x. ....
        snare .... X... .... X...
        hat   ..xo ..x. .ox. ..xo
    """),
    "halftime": groove("""
        kick  X... ..x. .... ..x.
        snare .... .... X... ....
        hat   x.x. x.x. x.x. x.x.
    """),
    "funk": groove("""
        kick  X.x. ..x. ..x. ....
        snare .... X..o .o.o X..o
        hat   xoxo xoxo xoxo xoxo
    """),
    "shuffle": groove("""
        ride  x.x x.x x.x x.x
        snare ... X.. ... X..
        kick  X.. ..x X.. ..x
    """),
    "swing_ride": groove("""
        ride  x.. x.x x.. x.x
        hat   ... x.. ... x..
        snare ..o ... .o. ...
        kick  o.. ... ..o ...
    """),
    "brushes": groove("""
        perc x.x. X.xo x.x. X.x.
        kick o... .... o... ....
    """),
    "bossa": groove("""
        hat  xoxo xoxo xoxo xoxo
        perc x..x ..x. ..x. .x..
        kick x..x x..x x..x x..x
    """),
    "motorik": groove("""
        kick  X.x. X.x. X.x. X.x.
        snare .... X... .... X...
        hat   x.x. x.x. x.x. x.x.
    """),
    "surf": groove("""
        ride  x.x. x.x. x.x. x.x.
        snare .... X.X. .... X...
        kick  X... .... X.x. ....
        tom   .... .... .... ..x.
    """),
    "d_beat": groove("""
        kick  X..x ..x. X..x ..x.
        snare ..X. ..X. ..X. ..X.
        ride  x.x. x.x. x.x. x.x.
    """),
    "skank_beat": groove("""
        kick  X... X... X... X...
        snare ..X. ..X. ..X. ..X.
        hat   x.x. x.x. x.x. x.x.
    """),
    "blast": groove("""
        kick  X.X. X.X. X.X. X.X.
        snare .X.X .X.X .X.X .X.X
        ride  X.X. X.X. X.X. X.X.
    """),
    "double_kick": groove("""
        kick  xxxx xxxx xxxx xxxx
        snare .... X... .... X...
        ride  X... X... X... X...
    """),
    "doom": groove("""
        kick  X... .... ..x. ....
        snare .... .... X... ....
        crash x... .... x... ....
    """),
    "tribal": groove("""
        tom  X.xx .xx. X.xx .xxx
        kick X... ..x. X... ....
        perc ..x. x.x. ..x. x.x.
    """),
    "machine": groove("""
        kick  X... X.x. X... X.xx
        snare .... X... .... X..x
        perc  x.xx .x.x xx.x .xx.
    """),
    "stumble": groove("""
        kick  X..x ..x. .x.. x...
        snare ...x .X.. ..o. .X.x
        perc  xxo. .xox o..x x.ox
    """),
    "sparse": groove("""
        kick X... .... .... ....
        perc .... .... x... ....
    """),
    "march": groove("""
        snare X.oo x.x. X.oo xxxx
        kick  X... x... X... x...
        crash x... .... .... ....
    """),
    "train": groove("""
        snare ooXo ooXo ooXo ooXo
        kick  X... x... X... x...
    """),
    "timpani": groove("""
        tom   X... .... ..oo X...
        crash o... .... .... ....
    """),
    "waltz": groove("""
        kick  X... .... ....
        snare .... x... x...
        hat   x.x. x.x. x.x.
    """, beats=3),
    "jig": groove("""
        perc X. o. x. X. o. x.
        kick x. .. .. x. .. ..
    """, beats=6),
    "slow_six": groove("""
        hat   x. x. x. x. x. x.
        kick  X. .. .. .. .x ..
        snare .. .. .. X. .. ..
    """, beats=6),
    "five": groove("""
        ride  x.x. x.x. x.x. x.x. x.x.
        kick  X... .... ..x. .... ....
        snare .... .... .... X... ..o.
    """, beats=5),
    "seven": groove("""
        ride  x. x. x. x. x. x. x.
        kick  X. .. .. X. .. x. ..
        snare .. .. X. .. .. .. X.
    """, beats=7),
}
# fmt: on
"""The grooves by name."""
