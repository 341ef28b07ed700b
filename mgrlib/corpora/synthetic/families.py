"""Families of subgenres: what sets each large genre apart from music at large.

A subgenre starts from the style of its family (`mgrlib.corpora.synthetic.subgenres`).
"""

from .styles import ANYTHING

# fmt: off
HIP_HOP = ANYTHING.but(
    years=(1986, 2024), tempo=(74, 104), swing=(0.0, 0.24), swung="sixteenths",
    groove="boom_bap*4 laid_back*3 trap breakbeat funk halftime backbeat",
    kit="lofi*3 machine_808*2 acoustic*2 machine_909", mode="minor*4 dorian*2 phrygian major",
    progression="vamp*4 sway*2 descent plagal two_five",
    bassline="sparse*3 sub_drop*2 roots slides", bass="electric_bass*2 sub*2 upright boom_808",
    comping="stabs*2 held*2 charleston arpeggio",
    chords="rhodes*3 piano*3 strings*2 electric_guitar vibraphone brass",
    lead="rapper*6 singer sax", melody=(0.55, 1.0), leaps=(0.0, 0.3), drums_level=(-2, 6),
    bass_level=(-2, 5), lead_level=(0, 6), drive=(0.0, 0.4), reverb=(0.02, 0.3),
    texture="none*2 vinyl*3 hiss",
)

ELECTRONIC = ANYTHING.but(
    years=(1978, 2024), tempo=(90, 145), swing=(0.0, 0.15), swung="sixteenths",
    looseness=(0.0, 8.0), groove="four_on_floor*3 techno*2 electro breakbeat two_step",
    busyness=(0.1, 0.8), kit="machine_909*4 machine_808*3 glitch acoustic",
    mode="minor*4 dorian*2 phrygian major", progression="vamp*3 sway*2 descent plagal epic lift",
    bassline="offbeat*2 octaves acid rolling roots", bass="saw_bass*3 sub*2 acid fm_bass",
    chords="saw_pad*3 supersaw*2 glass_pad rhodes piano organ",
    comping="held*2 stabs*2 sixteenths arpeggio offbeats",
    layer="none*2 glass_pad*2 saw_pad bell",
    lead="square_lead*2 saw_lead*2 blip bell singer none*2", melody=(0.1, 0.8), echo=(0.0, 0.5),
    pump=(0.0, 0.7), compression=(0.3, 1.0), drums_level=(-3, 6),
)

ROCK = ANYTHING.but(
    years=(1963, 2024), tempo=(84, 160), swing=(0.0, 0.12), looseness=(3.0, 20.0),
    groove="backbeat*4 eighths_rock*3 motorik halftime shuffle", kit="acoustic*6 heavy*2 lofi",
    mode="major*3 mixolydian*3 minor*3 dorian", progression="axis*2 lift*2 descent plagal blues",
    bassline="eighths*3 roots*3 fifths octaves", bass="picked_bass*3 electric_bass*3",
    chords="electric_guitar*4 power_guitar*3 steel_guitar organ piano",
    comping="strum*4 eighths*3 held chug", lead="singer*5 electric_guitar*3 shouter power_guitar",
    drive=(0.1, 0.7), crush=(0.0, 0.45), reverb=(0.05, 0.4),
)

POP = ANYTHING.but(
    years=(1958, 2024), tempo=(84, 136),
    groove="backbeat*3 four_on_floor*2 eighths_rock disco trap",
    mode="major*5 minor*2 mixolydian", progression="axis*4 doowop*2 epic*2 plagal lift",
    bassline="roots*3 eighths*2 octaves fifths",
    chords="piano*3 saw_pad*2 electric_guitar*2 steel_guitar*2 rhodes",
    lead="singer*8 square_lead crooner", melody=(0.5, 1.0), lead_level=(1, 8), drive=(0.0, 0.3),
    compression=(0.3, 1.0), brightness=(-0.5, 3.5),
)

PSYCHEDELIA = ROCK.but(
    tempo=(70, 146), groove="backbeat*2 motorik*2 shuffle tribal halftime slow_six",
    mode="mixolydian*3 dorian*3 minor phrygian", progression="vamp*2 lift*2 sway*2 plagal",
    chords="organ*3 electric_guitar*3 sitar*2 power_guitar",
    layer="none theremin sitar*2 choir saw_pad organ",
    lead="singer*3 electric_guitar*2 sitar*2 flute", echo=(0.1, 0.6), reverb=(0.2, 0.65),
    room=(0.8, 3.5), brightness=(-3.0, 1.2),
)

METAL = ROCK.but(
    years=(1970, 2024), tempo=(88, 200),
    groove="double_kick*3 blast*2 eighths_rock*2 d_beat halftime", kit="heavy*5 acoustic",
    mode="minor*3 phrygian*3 harmonic_minor octatonic",
    progression="sway*2 descent*2 vamp lament epic", bassline="gallop*2 eighths*2 pedal roots",
    chords="power_guitar*9 electric_guitar steel_guitar", comping="chug*4 tremolo*2 held eighths",
    lead="growl*3 shouter*2 singer*2 power_guitar*2", drive=(0.4, 1.0), crush=(0.0, 0.5),
    compression=(0.4, 1.0), busyness=(0.2, 0.9),
)

DANCE = ELECTRONIC.but(
    tempo=(112, 146), groove="four_on_floor*5 techno*2 disco*2 breakbeat",
    kit="machine_909*6 machine_808*2 acoustic",
    comping="offbeats*3 stabs*2 held eighths sixteenths", pump=(0.1, 0.9), compression=(0.4, 1.0),
    drums_level=(1, 8), lead="singer*3 saw_lead*2 square_lead none*2",
)

PUNK = ROCK.but(
    years=(1974, 2024), tempo=(130, 205),
    groove="eighths_rock*3 d_beat*2 skank_beat*3 motorik backbeat",
    progression="axis*2 lift plagal*2 descent cadence", bassline="eighths*5 roots",
    bass="picked_bass*5 electric_bass", chords="power_guitar*5 electric_guitar*3",
    comping="eighths*5 strum*2 chug", sevenths=(0.0, 0.1),
    lead="shouter*5 singer*3 electric_guitar", drive=(0.3, 0.85), reverb=(0.0, 0.2),
    layer="none*9 organ",
)

RNB = ANYTHING.but(
    years=(1955, 2024), tempo=(62, 118), swing=(0.0, 0.3),
    groove="laid_back*3 funk*3 backbeat*2 trap slow_six disco",
    mode="minor*2 major*2 dorian*2 mixolydian",
    progression="two_five*3 plagal*2 doowop*2 vamp axis blues", sevenths=(0.3, 1.0),
    bassline="slides*2 slap*2 sparse*2 roots", bass="electric_bass*5 sub boom_808",
    chords="rhodes*4 electric_guitar*2 piano*2 organ*2 brass*2",
    comping="charleston*2 stabs*2 held*2 offbeats", layer="none*2 strings*2 choir brass",
    lead="singer*7 crooner*2 sax", melody=(0.4, 0.95),
)

INDUSTRIAL = ELECTRONIC.but(
    tempo=(70, 146), groove="machine*4 techno four_on_floor*2 electro halftime",
    kit="industrial*5 machine_909*2 glitch", mode="phrygian*3 minor*3 octatonic*2 chromatic",
    chords="saw_pad*2 power_guitar*2 supersaw fm_bass organ",
    bassline="pedal*3 rolling*2 octaves acid", bass="saw_bass*4 fm_bass*2 acid",
    layer="none*2 choir saw_pad", lead="shouter*3 growl*2 whisper*2 saw_lead none",
    drive=(0.2, 1.0), crush=(0.1, 0.9), compression=(0.4, 1.0),
    texture="static*3 machine_room*3 hiss none", texture_level=(0.3, 1.1), brightness=(-1.0, 3.5),
)

EXPERIMENTAL = ANYTHING.but(
    years=(1962, 2024), tempo=(50, 165), looseness=(0.0, 45.0),
    groove="stumble*4 sparse*3 five seven tribal machine", busyness=(0.1, 1.0),
    kit="glitch*2 none*2 hand_drums lofi industrial acoustic",
    mode="octatonic*3 chromatic*3 lydian phrygian minor",
    progression="vamp*2 sway*2 fifths lament", bassline="sparse*3 long*2 acid walking",
    comping="scatter*4 held*2 sixteenths stabs",
    chords="bell*2 piano*2 strings fm_bass electric_guitar glass_pad",
    lead="theremin blip sax singer whisper fiddle none*2", leaps=(0.3, 0.9), melody=(0.1, 0.7),
    swell=(0.4, 1.3), reverb=(0.05, 0.7), echo=(0.0, 0.6),
    texture="none hiss*2 static*2 machine_room*2 rumble", texture_level=(0.2, 1.1),
    brightness=(-3, 3),
)

AMBIENT = ANYTHING.but(
    years=(1972, 2024), tempo=(50, 100), groove="sparse*4 halftime four_on_floor slow_six",
    kit="none*6 machine_808 lofi", mode="lydian*2 major*2 dorian*2 minor*2",
    progression="vamp*3 sway*2 plagal*2", chord_bars=(1.0, 4.0), bassline="long*5 sparse",
    bass="none*3 sub*3 contrabass electric_bass",
    chords="glass_pad*4 saw_pad*3 strings*2 choir piano",
    comping="held*6 picking arpeggio", layer="glass_pad*2 choir*2 bell none",
    lead="none*4 bell piano flute singer theremin", melody=(0.1, 0.6), drums_level=(-14, 0),
    drive=(0.0, 0.2), crush=(0.0, 0.1), reverb=(0.35, 0.9), room=(1.5, 6.0), swell=(0.2, 1.0),
    compression=(0.0, 0.5), texture="rain*2 hiss*2 rumble none*2", brightness=(-4, 1.5),
)

FOLK = ANYTHING.but(
    tempo=(66, 140), looseness=(5.0, 28.0),
    groove="train*2 waltz*2 sparse brushes backbeat jig march",
    kit="none*5 hand_drums*2 acoustic brushes", mode="major*4 mixolydian*2 dorian*2 minor*2",
    progression="plagal*2 cadence*2 axis lift descent", sevenths=(0.0, 0.25),
    bass="none*3 upright*3 electric_bass", bassline="alternating*4 roots fifths",
    chords="steel_guitar*4 nylon_guitar*3 banjo harp piano",
    comping="picking*4 strum*4 shuffle held",
    layer="none*5 fiddle strings choir", lead="singer*5 fiddle*2 flute", drive=(0.0, 0.12),
    crush=(0.0, 0.12), compression=(0.0, 0.6), drums_level=(-12, 0), reverb=(0.03, 0.35),
)

CLASSICAL = ANYTHING.but(
    tempo=(52, 150), looseness=(5.0, 32.0), groove="timpani*3 sparse*2 waltz*2 march",
    kit="none*8 orchestral*3", mode="major*3 harmonic_minor*3 minor",
    progression="fifths*3 cadence*3 lament*2 two_five", chord_bars=(0.5, 1.0),
    bass="contrabass*3 none*2 cello", bassline="roots*2 walking*2 long fifths",
    chords="strings*4 piano*3 harpsichord harp",
    comping="alberti*3 held*2 arpeggio quarters tremolo", layer="none*2 strings*2 brass choir",
    lead="fiddle*3 flute*2 clarinet*2 piano*2 trumpet cello", melody=(0.5, 1.0),
    leaps=(0.15, 0.6), register=(57, 81), drive=(0.0, 0.05), crush=(0.0, 0.06),
    compression=(0.0, 0.35), reverb=(0.2, 0.6), room=(1.0, 3.5), swell=(0.3, 1.0),
    drums_level=(-14, -1),
)

SONGWRITER = FOLK.but(
    years=(1964, 2024), tempo=(60, 126), groove="backbeat*3 brushes*2 waltz slow_six sparse",
    kit="none*3 brushes*2 acoustic*3", progression="axis*3 descent*2 plagal*2 doowop two_five",
    sevenths=(0.05, 0.5), bass="electric_bass*3 upright*2 none*2",
    chords="piano*4 steel_guitar*4 nylon_guitar*2 electric_guitar",
    comping="strum*2 picking*3 quarters*2 held", lead="singer*7 whisper*2", lead_level=(1, 7),
    melody=(0.6, 1.0),
)

JAZZ = ANYTHING.but(
    years=(1950, 2015), tempo=(70, 170), swing=(0.05, 0.35), swung="eighths*5 sixteenths",
    looseness=(6.0, 24.0), groove="swing_ride*5 brushes*2 bossa shuffle",
    kit="jazz*5 brushes*2 acoustic", mode="dorian*3 major*2 minor mixolydian lydian",
    progression="two_five*5 fifths*2 blues*2", chord_bars=(0.5, 1.0), sevenths=(0.6, 1.0),
    bass="upright*6 electric_bass", bassline="walking*6 sparse alternating",
    chords="piano*5 rhodes vibraphone electric_guitar", comping="charleston*5 stabs held scatter",
    lead="sax*4 trumpet*3 clarinet piano vibraphone", leaps=(0.2, 0.7), melody=(0.5, 1.0),
    drive=(0.0, 0.15), crush=(0.0, 0.12), compression=(0.0, 0.5), drums_level=(-7, 2),
)
# fmt: on
