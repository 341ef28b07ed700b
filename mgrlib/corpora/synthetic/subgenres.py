"""The subgenres: the genres that each belongs to and what its songs are like.

Each line says where a subgenre differs from its family, and each family where it
differs from music at large (`mgrlib.corpora.synthetic.styles.ANYTHING`).
"""

from dataclasses import dataclass

from .styles import ANYTHING, Style


@dataclass(frozen=True)
class Subgenre:
    """A subgenre: one or two genres and a style."""

    genres: tuple[str, ...]
    style: Style


def subgenre(genres: str, family: Style, **changes) -> Subgenre:
    """A subgenre of the genres named before and after the slash."""
    return Subgenre(tuple(genres.split(" / ")), family.but(**changes))


HIP_HOP = ANYTHING.but(
    years=(1986, 2024), tempo=(74, 104), swing=(0.0, 0.24), swung="sixteenths",
    groove="boom_bap*4 laid_back*3 trap breakbeat funk halftime",
    kit="lofi*3 machine_808*2 acoustic*2 machine_909", mode="minor*4 dorian*2 phrygian major",
    progression="vamp*4 sway*2 descent plagal two_five", bassline="sparse*3 sub_drop*2 roots slides",
    bass="electric_bass*2 sub*2 upright boom_808", comping="stabs*2 held*2 charleston arpeggio",
    chords="rhodes*3 piano*3 strings*2 electric_guitar vibraphone brass", lead="rapper*6 singer sax",
    melody=(0.55, 1.0), leaps=(0.0, 0.3), drums_level=(-2, 6), bass_level=(-2, 5),
    lead_level=(0, 6), drive=(0.0, 0.4), reverb=(0.02, 0.3), texture="none*2 vinyl*3 hiss",
)
ELECTRONIC = ANYTHING.but(
    years=(1978, 2024), tempo=(90, 145), swing=(0.0, 0.15), swung="sixteenths", looseness=(0.0, 8.0),
    groove="four_on_floor*3 techno*2 electro breakbeat two_step", busyness=(0.1, 0.8),
    kit="machine_909*4 machine_808*3 glitch acoustic", mode="minor*4 dorian*2 phrygian major",
    progression="vamp*3 sway*2 descent plagal epic lift", bassline="offbeat*2 octaves acid rolling roots",
    bass="saw_bass*3 sub*2 acid fm_bass", chords="saw_pad*3 supersaw*2 glass_pad rhodes piano organ",
    comping="held*2 stabs*2 sixteenths arpeggio offbeats", layer="none*2 glass_pad*2 saw_pad bell",
    lead="square_lead*2 saw_lead*2 blip bell singer none*2", melody=(0.1, 0.8),
    echo=(0.0, 0.5), pump=(0.0, 0.7), compression=(0.3, 1.0), drums_level=(-3, 6),
)
ROCK = ANYTHING.but(
    years=(1963, 2024), tempo=(84, 160), swing=(0.0, 0.12), looseness=(3.0, 20.0),
    groove="backbeat*4 eighths_rock*3 motorik halftime shuffle", kit="acoustic*6 heavy*2 lofi",
    mode="major*3 mixolydian*3 minor*3 dorian", progression="axis*2 lift*2 descent plagal blues",
    bassline="eighths*3 roots*3 fifths octaves", bass="picked_bass*3 electric_bass*3",
    chords="electric_guitar*4 power_guitar*3 steel_guitar organ piano", comping="strum*4 eighths*3 held chug",
    lead="singer*5 electric_guitar*3 shouter power_guitar", drive=(0.1, 0.7), crush=(0.0, 0.45),
    reverb=(0.05, 0.4),
)
POP = ANYTHING.but(
    years=(1958, 2024), tempo=(84, 136), groove="backbeat*3 four_on_floor*2 eighths_rock disco trap",
    mode="major*5 minor*2 mixolydian", progression="axis*4 doowop*2 epic*2 plagal lift",
    bassline="roots*3 eighths*2 octaves fifths", chords="piano*3 saw_pad*2 electric_guitar*2 steel_guitar*2 rhodes",
    lead="singer*8 square_lead crooner", melody=(0.5, 1.0), lead_level=(0, 6), drive=(0.0, 0.3),
    compression=(0.3, 1.0), brightness=(-1.5, 3.0),
)
PSYCHEDELIA = ROCK.but(
    tempo=(70, 146), groove="backbeat*2 motorik*2 shuffle tribal halftime slow_six",
    mode="mixolydian*3 dorian*3 minor phrygian", progression="vamp*2 lift*2 sway*2 plagal",
    chords="organ*3 electric_guitar*3 sitar*2 power_guitar", layer="none theremin sitar*2 choir saw_pad organ",
    lead="singer*3 electric_guitar*2 sitar*2 flute", echo=(0.1, 0.6), reverb=(0.2, 0.65), room=(0.8, 3.5),
)
METAL = ROCK.but(
    years=(1970, 2024), tempo=(88, 200), groove="double_kick*3 blast*2 eighths_rock*2 d_beat halftime",
    kit="heavy*5 acoustic", mode="minor*3 phrygian*3 harmonic_minor octatonic",
    progression="sway*2 descent*2 vamp lament epic", bassline="gallop*2 eighths*2 pedal roots",
    chords="power_guitar*8 electric_guitar", comping="chug*4 tremolo*2 held eighths",
    lead="growl*3 shouter*2 singer*2 power_guitar*2", drive=(0.4, 1.0), crush=(0.0, 0.5),
    compression=(0.4, 1.0), busyness=(0.2, 0.9),
)
DANCE = ELECTRONIC.but(
    tempo=(112, 146), groove="four_on_floor*5 techno*2 disco*2 breakbeat", kit="machine_909*6 machine_808*2 acoustic",
    comping="offbeats*3 stabs*2 held eighths sixteenths", pump=(0.1, 0.9), compression=(0.4, 1.0),
    drums_level=(0, 7), lead="singer*3 saw_lead*2 square_lead none*2",
)
PUNK = ROCK.but(
    years=(1974, 2024), tempo=(130, 205), groove="eighths_rock*3 d_beat*2 skank_beat*3 motorik backbeat",
    progression="axis*2 lift plagal*2 descent cadence", bassline="eighths*5 roots", bass="picked_bass*5 electric_bass",
    chords="power_guitar*5 electric_guitar*3", comping="eighths*5 strum*2 chug", sevenths=(0.0, 0.1),
    lead="shouter*5 singer*3 electric_guitar", drive=(0.3, 0.85), reverb=(0.0, 0.2), layer="none*9 organ",
)
RNB = ANYTHING.but(
    years=(1955, 2024), tempo=(62, 118), swing=(0.0, 0.3), groove="laid_back*3 funk*3 backbeat*2 trap slow_six disco",
    mode="minor*2 major*2 dorian*2 mixolydian", progression="two_five*3 plagal*2 doowop*2 vamp axis blues",
    sevenths=(0.3, 1.0), bassline="slides*2 slap*2 sparse*2 roots", bass="electric_bass*5 sub boom_808",
    chords="rhodes*4 electric_guitar*2 piano*2 organ*2 brass*2", comping="charleston*2 stabs*2 held*2 offbeats",
    layer="none*2 strings*2 choir brass", lead="singer*7 crooner*2 sax", melody=(0.4, 0.95),
)
INDUSTRIAL = ELECTRONIC.but(
    tempo=(70, 146), groove="machine*4 techno four_on_floor*2 electro halftime", kit="industrial*5 machine_909*2 glitch",
    mode="phrygian*3 minor*3 octatonic*2 chromatic", chords="saw_pad*2 power_guitar*2 supersaw fm_bass organ",
    bassline="pedal*3 rolling*2 octaves acid", bass="saw_bass*4 fm_bass*2 acid", layer="none*2 choir saw_pad",
    lead="shouter*3 growl*2 whisper*2 saw_lead none", drive=(0.2, 1.0), crush=(0.1, 0.9), compression=(0.4, 1.0),
    texture="static*3 machine_room*3 hiss none", texture_level=(0.2, 1.0),
)
EXPERIMENTAL = ANYTHING.but(
    years=(1962, 2024), tempo=(50, 165), looseness=(0.0, 45.0), groove="stumble*4 sparse*3 five seven tribal machine",
    busyness=(0.1, 1.0), kit="glitch*2 none*2 hand_drums lofi industrial acoustic", mode="octatonic*3 chromatic*3 lydian phrygian minor",
    progression="vamp*2 sway*2 fifths lament", bassline="sparse*3 long*2 acid walking", comping="scatter*4 held*2 sixteenths stabs",
    chords="bell*2 piano*2 strings fm_bass electric_guitar glass_pad", lead="theremin blip sax singer whisper fiddle none*2",
    leaps=(0.3, 0.9), melody=(0.1, 0.7), swell=(0.2, 1.0), reverb=(0.05, 0.7), echo=(0.0, 0.6),
    texture="none*2 hiss static machine_room rumble", texture_level=(0.1, 0.8), brightness=(-3, 3),
)
AMBIENT = ANYTHING.but(
    years=(1972, 2024), tempo=(50, 100), groove="sparse*4 halftime four_on_floor slow_six", kit="none*6 machine_808 lofi",
    mode="lydian*2 major*2 dorian*2 minor*2", progression="vamp*3 sway*2 plagal*2", chord_bars=(1.0, 4.0),
    bassline="long*5 sparse", bass="none*3 sub*3 contrabass", chords="glass_pad*4 saw_pad*3 strings*2 choir piano",
    comping="held*6 picking arpeggio", layer="glass_pad*2 choir*2 bell none", lead="none*4 bell piano flute singer theremin",
    melody=(0.1, 0.6), drums_level=(-14, 0), drive=(0.0, 0.2), crush=(0.0, 0.1), reverb=(0.35, 0.9), room=(1.5, 6.0),
    swell=(0.2, 1.0), compression=(0.0, 0.5), texture="rain*2 hiss*2 rumble none*2", brightness=(-4, 1.5),
)
FOLK = ANYTHING.but(
    tempo=(66, 140), looseness=(5.0, 28.0), groove="train*2 waltz*2 sparse brushes backbeat jig march",
    kit="none*5 hand_drums*2 acoustic brushes", mode="major*4 mixolydian*2 dorian*2 minor*2",
    progression="plagal*2 cadence*2 axis lift descent", sevenths=(0.0, 0.25), bass="none*3 upright*3 electric_bass",
    bassline="alternating*4 roots fifths", chords="steel_guitar*4 nylon_guitar*3 banjo harp piano", comping="picking*4 strum*4 shuffle",
    layer="none*5 fiddle strings choir", lead="singer*5 fiddle*2 flute", drive=(0.0, 0.12), crush=(0.0, 0.12),
    compression=(0.0, 0.6), drums_level=(-12, 0), reverb=(0.03, 0.35),
)
CLASSICAL = ANYTHING.but(
    tempo=(52, 150), looseness=(5.0, 32.0), groove="timpani*3 sparse*2 waltz*2 march", kit="none*8 orchestral*3",
    mode="major*3 harmonic_minor*3 minor", progression="fifths*3 cadence*3 lament*2 two_five", chord_bars=(0.5, 1.0),
    bass="contrabass*3 none*2 cello", bassline="roots*2 walking*2 long fifths", chords="strings*4 piano*3 harpsichord harp",
    comping="alberti*3 held*2 arpeggio quarters tremolo", layer="none*2 strings*2 brass choir",
    lead="fiddle*3 flute*2 clarinet*2 piano*2 trumpet cello", melody=(0.5, 1.0), leaps=(0.15, 0.6), register=(57, 81),
    drive=(0.0, 0.05), crush=(0.0, 0.06), compression=(0.0, 0.35), reverb=(0.2, 0.6), room=(1.0, 3.5), swell=(0.3, 1.0),
    drums_level=(-14, -1),
)
SONGWRITER = FOLK.but(
    years=(1964, 2024), tempo=(60, 126), groove="backbeat*3 brushes*2 waltz slow_six sparse", kit="none*3 brushes*2 acoustic*3",
    progression="axis*3 descent*2 plagal*2 doowop two_five", sevenths=(0.05, 0.5), bass="electric_bass*3 upright*2 none*2",
    chords="piano*4 steel_guitar*4 nylon_guitar*2 electric_guitar", comping="strum*2 picking*3 quarters*2 held",
    lead="singer*7 whisper*2", lead_level=(1, 7), melody=(0.6, 1.0),
)
JAZZ = ANYTHING.but(
    years=(1950, 2015), tempo=(70, 170), swing=(0.05, 0.35), swung="eighths*5 sixteenths", looseness=(6.0, 24.0),
    groove="swing_ride*5 brushes*2 bossa shuffle", kit="jazz*5 brushes*2 acoustic", mode="dorian*3 major*2 minor mixolydian lydian",
    progression="two_five*5 fifths*2 blues*2", chord_bars=(0.5, 1.0), sevenths=(0.6, 1.0), bass="upright*6 electric_bass",
    bassline="walking*6 sparse alternating", chords="piano*5 rhodes vibraphone electric_guitar", comping="charleston*5 stabs held scatter",
    lead="sax*4 trumpet*3 clarinet piano vibraphone", leaps=(0.2, 0.7), melody=(0.5, 1.0), drive=(0.0, 0.15), crush=(0.0, 0.12),
    compression=(0.0, 0.5), drums_level=(-7, 2),
)

SUBGENRES = {
    # Hip-hop
    "Boom Bap": subgenre("Hip-Hop", HIP_HOP, years=(1987, 2020), tempo=(82, 100), groove="boom_bap*5 funk breakbeat"),
    "G-Funk": subgenre("Hip-Hop", HIP_HOP, years=(1991, 2008), groove="laid_back*3 funk", lead="rapper*3 saw_lead theremin singer"),
    "Trap": subgenre("Hip-Hop", HIP_HOP, years=(2003, 2024), tempo=(64, 84), swing=(0.0, 0.1), groove="trap*6 halftime",
                     kit="machine_808*6 machine_909", bass="boom_808*5 sub", chords="bell*3 piano*2 saw_pad strings"),
    "Drill": subgenre("Hip-Hop", HIP_HOP, years=(2011, 2024), tempo=(66, 78), groove="drill*6 trap", bass="boom_808*4 sub",
                      bassline="slides*4 sub_drop", kit="machine_808*4 machine_909", chords="piano*3 strings*2 choir"),
    "Cloud Rap": subgenre("Hip-Hop", HIP_HOP, years=(2009, 2024), tempo=(60, 80), groove="trap*4 halftime laid_back", kit="machine_808*4 lofi",
                          chords="glass_pad*4 saw_pad*2 choir bell", reverb=(0.25, 0.7), room=(1.0, 4.0), lead="rapper*3 singer*2 whisper"),
    "Jazz Rap": subgenre("Hip-Hop / Jazz", HIP_HOP, years=(1989, 2022), groove="boom_bap*4 laid_back swing_ride", bass="upright*4 electric_bass",
                         bassline="walking*2 sparse slides", chords="rhodes*3 piano*3 vibraphone", lead="rapper*5 sax*2 trumpet*2", sevenths=(0.5, 1.0)),
    "Abstract Hip-Hop": subgenre("Hip-Hop / Experimental", HIP_HOP, years=(1994, 2024), groove="boom_bap*2 stumble*3 laid_back", mode="octatonic phrygian*2 minor*2",
                                 looseness=(5.0, 35.0), comping="scatter*2 stabs held", texture="vinyl*3 hiss*2 static"),
    "Industrial Hip-Hop": subgenre("Hip-Hop / Industrial & Noise", HIP_HOP, years=(1988, 2024), kit="industrial*4 lofi machine_808", groove="machine*2 boom_bap*2 halftime",
                                   lead="shouter*2 rapper*4", crush=(0.2, 0.9), drive=(0.2, 0.8), texture="static*2 machine_room"),
    "Pop Rap": subgenre("Hip-Hop / Pop", HIP_HOP, years=(1988, 2024), tempo=(80, 112), progression="axis*3 epic*2 vamp", mode="major*2 minor*2", lead="rapper*3 singer*3"),
    # Electronic and dance
    "House": subgenre("Electronic / Dance", DANCE, years=(1985, 2024), tempo=(114, 128), chords="piano*3 organ*2 rhodes*2 saw_pad", swing=(0.0, 0.2), sevenths=(0.3, 0.9)),
    "Techno": subgenre("Electronic / Dance", DANCE, years=(1986, 2024), tempo=(122, 144), groove="techno*5 four_on_floor", progression="vamp*6 sway", lead="blip*2 none*4 square_lead"),
    "Trance": subgenre("Electronic / Dance", DANCE, years=(1992, 2024), tempo=(128, 142), bassline="rolling*3 offbeat*2", chords="supersaw*5 saw_pad", comping="sixteenths*4 held",
                       progression="epic*3 descent axis", reverb=(0.2, 0.6)),
    "Drum and Bass": subgenre("Electronic / Dance", DANCE, years=(1993, 2024), tempo=(160, 178), groove="breakbeat*6 two_step", bass="sub*3 saw_bass*2 fm_bass", bassline="sparse*2 sub_drop*2 slides"),
    "Eurodance": subgenre("Dance / Pop", DANCE, years=(1989, 2010), tempo=(124, 146), chords="supersaw*3 piano*2", progression="descent*3 axis*2 epic", lead="singer*3 rapper saw_lead"),
    "Hi-NRG": subgenre("Dance", DANCE, years=(1979, 1995), tempo=(120, 142), bassline="octaves*5 rolling", bass="saw_bass*4 fm_bass", lead="singer*4 square_lead", chords="saw_pad*3 brass piano"),
    "Disco": subgenre("Dance / R&B", DANCE, years=(1974, 1986), tempo=(108, 128), groove="disco*5 four_on_floor", kit="acoustic*5 machine_909", looseness=(3, 14), bass="electric_bass*5", bassline="octaves*4 slap",
                      chords="electric_guitar*2 strings*2 rhodes piano brass", layer="strings*4 brass none", lead="singer*5 crooner", sevenths=(0.2, 0.8), pump=(0.0, 0.2)),
    "Electro": subgenre("Electronic", ELECTRONIC, years=(1982, 2020), groove="electro*5 breakbeat", kit="machine_808*5", lead="square_lead*2 blip rapper"),
    "Downtempo": subgenre("Electronic", ELECTRONIC, years=(1990, 2024), tempo=(72, 108), groove="laid_back*3 boom_bap*2 breakbeat halftime", kit="lofi*2 machine_808*2 acoustic", sevenths=(0.3, 0.9), chords="rhodes*4 saw_pad glass_pad"),
    "Trip Hop": subgenre("Electronic / Hip-Hop", HIP_HOP, years=(1991, 2015), tempo=(68, 96), lead="singer*4 whisper*2 rapper", chords="rhodes*2 strings*2 organ vibraphone", reverb=(0.15, 0.5), mode="minor*3 harmonic_minor dorian"),
    "Dubstep": subgenre("Electronic", ELECTRONIC, years=(2002, 2024), tempo=(68, 76), groove="halftime*5 drill two_step", bass="fm_bass*2 saw_bass*3 sub*2", bassline="sub_drop*2 slides*2 rolling", bass_level=(1, 7)),
    "Synthwave": subgenre("Electronic", ELECTRONIC, years=(1982, 2024), tempo=(84, 126), groove="backbeat*3 four_on_floor*2", bassline="pedal*3 octaves*2", progression="descent*2 epic*2 axis", reverb=(0.2, 0.6)),
    "IDM": subgenre("Electronic / Experimental", ELECTRONIC, years=(1992, 2024), groove="stumble*4 breakbeat*2 five", kit="glitch*4 machine_808 machine_909", busyness=(0.4, 1.0), chords="glass_pad*2 bell*2 saw_pad", leaps=(0.2, 0.7)),
    "Progressive Electronic": subgenre("Electronic / Psychedelia", ELECTRONIC, years=(1970, 2020), tempo=(70, 132), kit="none*4 machine_808", comping="sixteenths*5 pulse", echo=(0.2, 0.7), chord_bars=(1, 4)),
    "Electro-Industrial": subgenre("Electronic / Industrial & Noise", INDUSTRIAL, years=(1984, 2024), tempo=(92, 138), bassline="rolling*3 acid*2 pedal", lead="whisper*2 shouter*3 growl saw_lead"),
    "EBM": subgenre("Electronic / Industrial & Noise", INDUSTRIAL, years=(1981, 2020), tempo=(108, 136), groove="four_on_floor*4 machine techno", bassline="rolling*4 octaves*2", texture="none*3 machine_room"),
    # Rock
    "Indie Rock": subgenre("Rock", ROCK, years=(1982, 2024), groove="backbeat*2 eighths_rock*3 motorik", chords="electric_guitar*6 power_guitar*2"),
    "Hard Rock": subgenre("Rock", ROCK, years=(1967, 2015), chords="power_guitar*6 electric_guitar", comping="eighths*2 chug*2 strum", drive=(0.35, 0.8)),
    "Blues Rock": subgenre("Rock", ROCK, years=(1964, 2015), groove="shuffle*5 backbeat", swing=(0.05, 0.33), progression="blues*6", comping="shuffle*4 strum", mode="mixolydian*4 dorian", lead="singer*3 electric_guitar*4"),
    "Progressive Rock": subgenre("Rock", ROCK, years=(1968, 2020), groove="five*2 seven*3 eighths_rock backbeat", chords="organ*3 electric_guitar*2 piano", lead="saw_lead flute singer electric_guitar", progression="fifths lift*2 lament", leaps=(0.2, 0.7)),
    "Post-Punk": subgenre("Rock / Punk", ROCK, years=(1978, 2024), tempo=(116, 168), groove="motorik*3 eighths_rock*2 tribal", bass_level=(0, 6), mode="minor*4 dorian", lead="crooner*2 singer*2 shouter", reverb=(0.15, 0.5)),
    "Post-Rock": subgenre("Rock / Experimental", ROCK, years=(1991, 2024), tempo=(66, 130), comping="tremolo*3 picking*2 arpeggio held", lead="none*4 electric_guitar*3", swell=(0.4, 1.0), reverb=(0.3, 0.7), room=(1.2, 4.0), layer="strings*2 bell none glass_pad"),
    "Noise Rock": subgenre("Rock / Industrial & Noise", ROCK, years=(1982, 2024), drive=(0.6, 1.0), crush=(0.3, 1.0), texture="static*3 machine_room none", texture_level=(0.2, 0.9), lead="shouter*4 growl", mode="octatonic*2 phrygian minor"),
    "Shoegaze": subgenre("Rock / Psychedelia", ROCK, years=(1988, 2024), drive=(0.5, 1.0), reverb=(0.4, 0.85), room=(1.5, 5.0), lead="whisper*4 singer", lead_level=(-6, 1), layer="saw_pad choir glass_pad none"),
    "Surf Rock": subgenre("Rock", ROCK, years=(1960, 1990), tempo=(140, 178), groove="surf*5", lead="electric_guitar*5", drive=(0.0, 0.3), reverb=(0.25, 0.6)),
    # Pop
    "Synth-Pop": subgenre("Pop / Electronic", POP, years=(1978, 2024), tempo=(100, 136), kit="machine_909*3 machine_808*3", bass="saw_bass*4 fm_bass", bassline="octaves*3 eighths*2 pedal", chords="saw_pad*4 supersaw square_lead bell", lead="singer*5 square_lead*2", looseness=(0, 8)),
    "Dance-Pop": subgenre("Pop / Dance", POP, years=(1983, 2024), tempo=(106, 130), groove="four_on_floor*5 disco*2 backbeat", kit="machine_909*5 machine_808", bass="saw_bass*3 sub*2", chords="supersaw*2 piano*2 saw_pad*2", pump=(0.1, 0.8)),
    "Indie Pop": subgenre("Pop", POP, years=(1982, 2024), chords="electric_guitar*4 steel_guitar*2 organ", kit="acoustic*4 lofi*2", looseness=(4, 20), lead="singer*5 whisper*2 crooner"),
    "Traditional Pop": subgenre("Pop", POP, years=(1950, 1972), tempo=(60, 130), groove="swing_ride*2 brushes*2 waltz slow_six", kit="brushes*3 jazz*2 none", bass="upright*5", bassline="walking*2 roots", chords="strings*3 piano*3 brass", lead="crooner*5 singer*2", layer="strings*3 brass choir"),
    "Art Pop": subgenre("Pop / Experimental", POP, years=(1974, 2024), groove="backbeat stumble five halftime seven", mode="lydian*2 dorian minor major", progression="lift*2 fifths sway lament", leaps=(0.2, 0.8), layer="strings choir bell theremin"),
    "Piano Ballad": subgenre("Pop / Singer-Songwriter", SONGWRITER, chords="piano*8", comping="quarters*3 arpeggio*2 held", lead="singer*6 crooner*2", layer="strings*2 none*2"),
    # Psychedelia
    "Psychedelic Rock": subgenre("Psychedelia / Rock", PSYCHEDELIA, years=(1965, 2024)),
    "Space Rock": subgenre("Psychedelia / Rock", PSYCHEDELIA, years=(1969, 2020), groove="motorik*4 backbeat", layer="theremin*2 saw_pad*3 glass_pad", texture="hiss static rumble none"),
    "Neo-Psychedelia": subgenre("Psychedelia", PSYCHEDELIA, years=(1978, 2024), kit="lofi*2 acoustic*2 machine_808", chords="saw_pad*2 electric_guitar*3 organ*2 sitar"),
    "Psychedelic Folk": subgenre("Psychedelia / Folk", FOLK, years=(1965, 2020), chords="steel_guitar*3 sitar*3 nylon_guitar", layer="sitar*2 organ flute choir", groove="tribal*3 sparse waltz", kit="hand_drums*3 none*2", mode="dorian*3 mixolydian*3", echo=(0.1, 0.5), reverb=(0.15, 0.6)),
    "Psychedelic Pop": subgenre("Psychedelia / Pop", PSYCHEDELIA, years=(1965, 2024), progression="axis doowop*2 descent*2 lift", chords="organ*2 piano*2 sitar electric_guitar harpsichord", lead="singer*6", drive=(0.0, 0.4)),
    # Metal and punk
    "Heavy Metal": subgenre("Metal / Rock", METAL, tempo=(92, 168), lead="singer*5 power_guitar*2", comping="chug*4 eighths*2", bassline="gallop*4 eighths"),
    "Thrash Metal": subgenre("Metal", METAL, years=(1983, 2024), tempo=(140, 205), groove="skank_beat*3 d_beat*2 double_kick*2", lead="shouter*4 growl"),
    "Death Metal": subgenre("Metal", METAL, years=(1986, 2024), tempo=(120, 210), groove="blast*4 double_kick*3", lead="growl*6", mode="chromatic*3 phrygian*2 octatonic*2", comping="tremolo*3 chug*2"),
    "Black Metal": subgenre("Metal", METAL, years=(1984, 2024), tempo=(110, 205), groove="blast*5 d_beat", comping="tremolo*6", lead="growl*3 shouter", reverb=(0.2, 0.6), brightness=(-1, 3.5), kit="heavy*2 lofi*2", layer="none*3 choir saw_pad"),
    "Doom Metal": subgenre("Metal", METAL, tempo=(50, 88), groove="doom*6 halftime", comping="held*4 chug", bassline="roots*2 long*2", chord_bars=(0.5, 2)),
    "Stoner Metal": subgenre("Metal / Psychedelia", METAL, years=(1990, 2024), tempo=(62, 112), groove="doom*2 halftime*2 backbeat*2", comping="strum chug*2 held", reverb=(0.15, 0.5), echo=(0.1, 0.4)),
    "Industrial Metal": subgenre("Metal / Industrial & Noise", METAL, years=(1987, 2024), kit="industrial*4 machine_909 heavy", groove="machine*3 four_on_floor*2 eighths_rock", tempo=(90, 150), layer="saw_pad*2 choir none", texture="static machine_room none"),
    "Hardcore Punk": subgenre("Punk", PUNK, years=(1979, 2024), tempo=(156, 210), groove="d_beat*3 skank_beat*4 blast"),
    "Pop Punk": subgenre("Punk / Rock", PUNK, years=(1977, 2024), tempo=(136, 188), progression="axis*5 plagal", mode="major*6", lead="singer*5 shouter"),
    "Crust Punk": subgenre("Punk / Metal", PUNK, years=(1983, 2024), groove="d_beat*5 blast", lead="growl*4 shouter*2", drive=(0.5, 1.0), crush=(0.1, 0.7), mode="minor*3 phrygian*2"),
    "Synth Punk": subgenre("Punk", PUNK, years=(1977, 2024), chords="saw_pad square_lead*2 organ*2 power_guitar", kit="machine_808*2 acoustic*2 lofi", lead="shouter*4 singer"),
    # R&B
    "Soul": subgenre("R&B", RNB, years=(1958, 2020), groove="backbeat*3 funk slow_six*2", progression="doowop*2 plagal*2 two_five*2", layer="brass*3 strings*2 choir"),
    "Funk": subgenre("R&B", RNB, years=(1966, 2015), tempo=(92, 120), groove="funk*6", bassline="slap*5", progression="vamp*5 sway*2", comping="offbeats*2 scatter stabs*2", chords="electric_guitar*4 brass*3 organ"),
    "Contemporary R&B": subgenre("R&B / Pop", RNB, years=(1986, 2024), kit="machine_808*4 machine_909*2", groove="trap*3 laid_back*3 two_step", bass="sub*3 boom_808*2"),
    "Neo-Soul": subgenre("R&B", RNB, years=(1995, 2024), groove="laid_back*5 boom_bap", looseness=(8, 34), sevenths=(0.7, 1.0), chords="rhodes*6 electric_guitar"),
    "Trap Soul": subgenre("R&B / Hip-Hop", RNB, years=(2012, 2024), tempo=(60, 80), groove="trap*5 halftime", kit="machine_808*5", bass="boom_808*4 sub", chords="glass_pad*2 rhodes*2 bell", lead="singer*4 rapper*2"),
    # Industrial, experimental, ambient
    "Harsh Noise": subgenre("Industrial & Noise", INDUSTRIAL, years=(1979, 2024), kit="none*4 industrial glitch", lead="none*3 growl", crush=(0.6, 1.0), drive=(0.6, 1.0), texture="static*6 machine_room*2", texture_level=(0.7, 1.6), comping="held*2 scatter"),
    "Death Industrial": subgenre("Industrial & Noise / Ambient", AMBIENT, years=(1984, 2024), kit="none*2 industrial*3", groove="sparse*3 doom machine", mode="phrygian*3 octatonic*2", chords="saw_pad*3 choir contrabass", texture="machine_room*3 rumble*2 static", texture_level=(0.4, 1.2), crush=(0.1, 0.8), lead="none*2 growl whisper"),
    "Tape Music": subgenre("Experimental", EXPERIMENTAL, years=(1952, 1990), kit="none*4 glitch*2", texture="hiss*4 static vinyl", chords="bell*2 theremin piano organ", echo=(0.2, 0.8)),
    "Sound Collage": subgenre("Experimental", EXPERIMENTAL, years=(1966, 2024), kit="glitch*2 hand_drums*2 none*2", groove="stumble*4 tribal sparse", texture="static*2 rain*2 vinyl*2 machine_room", texture_level=(0.3, 1.0), lead="whisper*2 theremin*2 none"),
    "Free Improvisation": subgenre("Experimental / Jazz", EXPERIMENTAL, years=(1960, 2020), kit="jazz*3 hand_drums acoustic", chords="piano*3 upright cello vibraphone", lead="sax*5 trumpet*2 clarinet*2", busyness=(0.4, 1.0), looseness=(20, 60)),
    "Glitch": subgenre("Experimental / Electronic", EXPERIMENTAL, years=(1994, 2024), kit="glitch*6", groove="stumble*4 machine techno", looseness=(0, 12), lead="blip*3 none*2", chords="glass_pad*2 bell*2 fm_bass", busyness=(0.4, 1.0)),
    "Drone": subgenre("Experimental / Ambient", AMBIENT, years=(1965, 2024), kit="none*6", progression="vamp*6", lead="none*5 cello", chords="organ*2 strings*2 saw_pad*2 power_guitar cello", texture_level=(0.2, 0.9), drive=(0.0, 0.6)),
    "Dark Ambient": subgenre("Ambient", AMBIENT, years=(1980, 2024), mode="phrygian*3 minor*2 octatonic", texture="rumble*4 machine_room*2", texture_level=(0.3, 1.0), brightness=(-5, 0)),
    "Space Ambient": subgenre("Ambient / Electronic", AMBIENT, years=(1974, 2024), comping="held*3 sixteenths*2 pulse", chords="saw_pad*4 glass_pad*3", echo=(0.2, 0.7)),
    "New Age": subgenre("Ambient", AMBIENT, years=(1976, 2010), chords="piano*3 harp*2 glass_pad*2 nylon_guitar", comping="arpeggio*4 picking held", mode="major*3 lydian*3", lead="flute*3 piano none singer"),
    # Folk and songwriters
    "Traditional Folk": subgenre("Folk", FOLK, groove="jig*2 waltz*2 train march", lead="singer*3 fiddle*4 flute*2", chords="steel_guitar*2 banjo*3 harp", comping="strum*3 picking*2"),
    "Contemporary Folk": subgenre("Folk / Singer-Songwriter", FOLK, years=(1961, 2024), comping="picking*5 strum*2", lead="singer*7", melody=(0.6, 1.0)),
    "Indie Folk": subgenre("Folk / Rock", FOLK, years=(1995, 2024), kit="acoustic*3 hand_drums none*2", groove="train*2 backbeat*2 tribal", layer="strings choir*2 none", reverb=(0.1, 0.5)),
    "Slowcore Songs": subgenre("Singer-Songwriter", SONGWRITER, years=(1988, 2024), tempo=(54, 84), lead="whisper*4 singer*2", chords="electric_guitar*4 steel_guitar*2", reverb=(0.15, 0.55), swell=(0.2, 0.7)),
    "Bedroom Songs": subgenre("Singer-Songwriter", SONGWRITER, years=(1994, 2024), kit="none*2 lofi*3 machine_808", texture="hiss*3 vinyl none", crush=(0.05, 0.35)),
    # Classical and jazz
    "Baroque": subgenre("Classical Music", CLASSICAL, tempo=(66, 130), looseness=(2, 16), chords="harpsichord*5 pipe_organ*2 strings*2", comping="alberti*2 sixteenths*3 quarters*2", bassline="walking*4 roots", swell=(0.0, 0.4)),
    "Romantic Piano": subgenre("Classical Music", CLASSICAL, kit="none", chords="piano*8", bass="none*5", lead="piano*6", layer="none", comping="arpeggio*3 alberti*2 quarters", looseness=(12, 40)),
    "Orchestral": subgenre("Classical Music", CLASSICAL, kit="orchestral*4 none*2", chords="strings*5 brass*2", lead="fiddle*2 flute*2 trumpet*2 clarinet", layer="strings*2 brass*3 choir"),
    "Minimalism": subgenre("Classical Music / Experimental", CLASSICAL, years=(1964, 2024), chords="marimba*2 piano*3 organ vibraphone", comping="sixteenths*4 pulse*3", progression="vamp*2 sway*2 plagal", looseness=(0, 12), swell=(0.0, 0.4)),
    "Modern Classical": subgenre("Classical Music / Ambient", CLASSICAL, years=(1980, 2024), tempo=(50, 92), chords="piano*5 strings*2 glass_pad", progression="descent*2 sway plagal", reverb=(0.35, 0.8), room=(1.5, 5.0), lead="none*2 piano*2 cello*2"),
    "Bebop": subgenre("Jazz", JAZZ, years=(1950, 1975), tempo=(120, 190)),
    "Big Band": subgenre("Jazz", JAZZ, years=(1950, 1990), tempo=(96, 180), groove="swing_ride*6 shuffle", chords="brass*5 piano*2", lead="trumpet*3 sax*3 clarinet*2 crooner*2", comping="charleston*3 stabs*4"),
    "Cool Jazz": subgenre("Jazz", JAZZ, years=(1950, 1995), tempo=(60, 128), groove="brushes*3 swing_ride*3", chords="piano*3 vibraphone*2 electric_guitar*2", reverb=(0.1, 0.4)),
    "Jazz Fusion": subgenre("Jazz / Rock", JAZZ, years=(1969, 2015), groove="funk*4 backbeat seven five", kit="acoustic*5", swing=(0.0, 0.15), bass="electric_bass*5", bassline="slap*3 slides sparse", chords="rhodes*4 electric_guitar organ", lead="sax*2 electric_guitar*2 saw_lead", drive=(0.0, 0.45)),
    "Bossa Nova": subgenre("Jazz / Pop", JAZZ, years=(1958, 2010), tempo=(100, 150), groove="bossa*6", swing=(0.0, 0.12), chords="nylon_guitar*6 piano", comping="charleston*2 strum stabs", bassline="alternating*4 tresillo", lead="singer*2 whisper*2 sax flute"),
}
"""The subgenres by name."""

GENRES_OF = {name: entry.genres for name, entry in SUBGENRES.items()}
"""The genres of each subgenre."""
