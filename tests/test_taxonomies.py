"""Names of genres mapped to the paper's 16: the real lists, the rules, spellings, coverage."""

import csv
import re
import sys

import pandas as pd
import pytest
from mutagen._constants import GENRES as ID3_GENRES

from mgrlib import taxonomies
from mgrlib.audit.coverage import coverage_audit, coverage_table, coverage_words
from mgrlib.errors import LibraryError
from mgrlib.files import ROOT, read_json
from mgrlib.paper import GENRES
from mgrlib.taxonomies import rows

sys.path.insert(0, str(ROOT / "book" / "extension"))
page = pytest.importorskip("mgrlib_book.taxonomies")

# genre_id and title of FMA's genres.csv, as published with its metadata.
FMA = """1 Avant-Garde|2 International|3 Blues|4 Jazz|5 Classical|6 Novelty|7 Comedy
8 Old-Time / Historic|9 Country|10 Pop|11 Disco|12 Rock|13 Easy Listening|14 Soul-RnB|15 Electronic
16 Sound Effects|17 Folk|18 Soundtrack|19 Funk|20 Spoken|21 Hip-Hop|22 Audio Collage|25 Punk
26 Post-Rock|27 Lo-Fi|30 Field Recordings|31 Metal|32 Noise|33 Psych-Folk|36 Krautrock
37 Jazz: Vocal|38 Experimental|41 Electroacoustic|42 Ambient Electronic|43 Radio Art|45 Loud-Rock
46 Latin America|47 Drone|49 Free-Folk|53 Noise-Rock|58 Psych-Rock|63 Bluegrass|64 Electro-Punk
65 Radio|66 Indie-Rock|70 Industrial|71 No Wave|74 Free-Jazz|76 Experimental Pop|77 French
79 Reggae - Dub|81 Afrobeat|83 Nerdcore|85 Garage|86 Indian|88 New Wave|89 Post-Punk|90 Sludge
92 African|94 Freak-Folk|97 Jazz: Out|98 Progressive|100 Alternative Hip-Hop|101 Death-Metal
102 Middle East|103 Singer-Songwriter|107 Ambient|109 Hardcore|111 Power-Pop|113 Space-Rock
117 Polka|118 Balkan|125 Unclassifiable|130 Europe|137 Americana|138 Spoken Weird|166 Interview
167 Black-Metal|169 Rockabilly|170 Easy Listening: Vocal|171 Brazilian|172 Asia-Far East
173 N. Indian Traditional|174 South Indian Traditional|175 Bollywood|176 Pacific|177 Celtic
178 Be-Bop|179 Big Band/Swing|180 British Folk|181 Techno|182 House|183 Glitch
184 Minimal Electronic|185 Breakcore - Hard|186 Sound Poetry|187 20th Century Classical|188 Poetry
189 Talk Radio|214 North African|224 Sound Collage|232 Flamenco|236 IDM|240 Chiptune
247 Musique Concrete|250 Improv|267 New Age|286 Trip-Hop|296 Dance|297 Chip Music|311 Lounge
314 Goth|322 Composed Music|337 Drum & Bass|359 Shoegaze|360 Kid-Friendly|361 Thrash|362 Synth Pop
374 Banter|377 Deep Funk|378 Spoken Word|400 Chill-out|401 Bigbeat|404 Surf|428 Radio Theater
439 Grindcore|440 Rock Opera|441 Opera|442 Chamber Music|443 Choral Music|444 Symphony
456 Minimalism|465 Musical Theater|468 Dubstep|491 Skweee|493 Western Swing|495 Downtempo|502 Cumbia
504 Latin|514 Sound Art|524 Romany (Gypsy)|538 Compilation|539 Rap|542 Breakbeat|567 Gospel
580 Abstract Hip-Hop|602 Reggae - Dancehall|619 Spanish|651 Country & Western
659 Contemporary Classical|693 Wonky|695 Jungle|741 Klezmer|763 Holiday|808 Salsa|810 Nu-Jazz
811 Hip-Hop Beats|906 Modern Jazz|1032 Turkish|1060 Tango|1156 Fado|1193 Christmas
1235 Instrumental"""

# The genre tags of MTG-Jamendo's autotagging_genre.tsv.
JAMENDO = """60s 70s 80s 90s acidjazz african alternative alternativerock ambient atmospheric blues
bluesrock bossanova breakbeat celtic chanson chillout choir classical classicrock club contemporary
country dance darkambient darkwave deephouse disco downtempo drumnbass dub dubstep easylistening edm
electronic electronica electropop ethnicrock ethno eurodance experimental folk funk fusion gothic
groove grunge hard hardrock heavymetal hiphop house idm improvisation indie industrial
instrumentalpop instrumentalrock jazz jazzfunk jazzfusion latin lounge medieval metal minimal newage
newwave orchestral oriental pop popfolk poprock postrock progressive psychedelic punkrock rap reggae
rnb rock rocknroll singersongwriter ska soul soundtrack swing symphonic synthpop techno trance
tribal triphop world worldfusion"""


def test_every_genre_of_fma_has_its_row():
    published = dict(entry.split(" ", 1) for entry in re.split(r"[|\n]", FMA))
    path = rows.Path(rows.__file__).with_name("fma.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        ours = {row["genre_id"]: row["name"] for row in csv.DictReader(stream)}
    assert len(ours) == 163
    assert ours == published


def test_every_tag_of_jamendo_has_its_row():
    ours = [row.name for row in taxonomies.read_rows("mtg-jamendo")]
    assert ours == JAMENDO.split()
    assert len(ours) == 95


@pytest.mark.parametrize("kind", taxonomies.FILES)
def test_a_row_has_a_reason_and_genres_of_the_paper(kind):
    found = taxonomies.read_rows(kind)
    assert all(len(row.reason.split()) > 1 for row in found)
    assert {genre for row in found for genre in row.genres} == set(GENRES)
    assert max(len(row.genres) for row in found) == 2


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("kind", taxonomies.FILES)
def test_a_genre_of_the_paper_is_itself_in_every_table(kind, genre):
    row = taxonomies.find_row(kind, genre)
    assert row is None or genre in row.genres
    assert kind != "names" or row.genres == (genre,)


def test_the_tables_agree_or_say_why():
    """A tag of Jamendo and a genre of FMA of the same name: what differs is known."""
    differing = {
        row.name
        for row in taxonomies.read_rows("mtg-jamendo")
        if (other := taxonomies.find_row("fma", row.name)) and set(other.genres) != set(row.genres)
    }
    # FMA files Breakbeat under Hip-Hop, Dance under Electronic, Disco under Soul-RnB,
    # Progressive under Rock and Singer-Songwriter under Folk; Jamendo's tags have no tree.
    assert differing == {"breakbeat", "dance", "disco", "progressive", "singersongwriter"}


def test_the_common_names_hold_id3s_list_and_many_more():
    assert len(taxonomies.read_rows("names")) >= 600
    assert [name for name in ID3_GENRES if not taxonomies.find_row("names", name)] == []


@pytest.mark.parametrize(
    "spellings",
    [
        ("Hip-Hop", "hip hop", "HipHop", "HIP HOP", "Hip-Hop Music"),
        ("Drum & Bass", "drum and bass", "Drum'n'Bass", "drum n bass", "drumnbass", "Drum+Bass"),
        ("R&B", "RnB", "r and b", "R 'n' B"),
        ("Soundtrack", "Soundtracks", "sound-track"),
        ("Rock & Roll", "rock'n'roll", "Rock and Roll"),
        ("Alt. Rock", "alt rock", "Alt-Rock"),
        ("Chanson Française", "chanson francaise", "CHANSON FRANÇAISE"),
        ("Musique Concrète", "musique concrete"),
    ],
)
def test_spellings_of_a_name_meet(spellings):
    assert len({taxonomies.find_row("names", name) for name in spellings}) == 1
    assert taxonomies.find_row("names", spellings[0]) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Afrobeat", "Afrobeats"), ("Minimal", "Minimal Music"), ("Blues", "R&B"), ("Bass", "Beat")],
)
def test_other_names_stay_apart(one, other):
    assert taxonomies.find_row("names", one) != taxonomies.find_row("names", other)


HEAD = "name,genre_1,genre_2,reason\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("grunge,Rock,,", "reason must not be empty"),
        ("grunge,Rokk,,guitars", "'Rokk' is no genre of the paper: choose from Hip-Hop"),
        ("grunge,Rock,Rock,guitars", "must differ"),
        ("--,Rock,,guitars", "letter or a digit"),
        ("Hip Hop,Hip-Hop,,rap", "line 2 has this name but for its spelling"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, line, said):
    path = tmp_path / "names.csv"
    path.write_text(f"{HEAD}hip-hop,Hip-Hop,,rap\n{line}\n", "utf-8")
    with pytest.raises(LibraryError, match=re.escape(said)) as caught:
        rows.check_rows(path)
    assert "line 3" in str(caught.value)


def test_the_paper_taxonomy_of_a_data_set():
    found = taxonomies.paper_taxonomy("fma-small", ["Psych-Folk", "Blues", "Hip-Hop"])
    assert found == {"Psych-Folk": ("Folk", "Psychedelia"), "Blues": (), "Hip-Hop": ("Hip-Hop",)}
    assert taxonomies.paper_taxonomy("mtg-jamendo", ["triphop"]) == {
        "triphop": ("Electronic", "Hip-Hop")
    }
    common = taxonomies.paper_taxonomy("gtzan", ["hiphop", "country", "disco", "no such name"])
    assert common["hiphop"] == ("Hip-Hop",)
    assert common["country"] == common["no such name"] == ()


@pytest.mark.parametrize("kind", ["fma-large", "mtg-jamendo"])
def test_an_unknown_genre_of_a_published_list_is_an_error(kind):
    with pytest.raises(LibraryError, match="'grindpop' is no genre of"):
        taxonomies.paper_taxonomy(kind, ["grindpop"])


# Coverage: four songs, labels a (Rock), b (Rock, Pop), c (none).
SONGS = pd.DataFrame(
    {
        "path": ["1", "2", "3", "4"],
        "subgenre_1": ["a", "a", "c", "b"],
        "subgenre_2": ["b", "a", "", "c"],
        "subgenre_3": ["c", "", "", ""],
    }
)
TAXONOMY = {"a": ("Rock",), "b": ("Rock", "Pop"), "c": (), "d": ("Jazz",)}
COVERAGE = {
    "songs": {"all": 4, "mapped": 3},
    "subgenres": {"all": 3, "mapped": 2},
    # a 2, b 2, c 3: a song that says a twice says it once.
    "assignments": {"all": 7, "mapped": 4},
    "genres": {
        "Rock": {"songs": 3, "subgenres": {"a": 2, "b": 2}},
        "Pop": {"songs": 2, "subgenres": {"b": 2}},
    },
    "unmapped": {"c": 3},
}


def test_coverage_by_hand():
    assert coverage_audit(SONGS, TAXONOMY) == COVERAGE


def test_coverage_of_counts_alone():
    found = taxonomies.count_coverage(TAXONOMY, {"a": 2, "b": 2, "c": 3, "d": 0})
    assert found["assignments"] == COVERAGE["assignments"]
    assert found["subgenres"] == COVERAGE["subgenres"]
    assert found["sources"] == {"Rock": {"a": 2, "b": 2}, "Pop": {"b": 2}}
    assert found["unmapped"] == {"c": 3}


def test_coverage_without_songs():
    found = coverage_audit(SONGS.iloc[:0], TAXONOMY)
    assert found["songs"] == found["assignments"] == {"all": 0, "mapped": 0}
    assert found["genres"] == {}
    assert "0.0 % (0 of 0)" in coverage_words(found)


def test_coverage_in_words():
    words = coverage_words(COVERAGE)
    assert "57.1 % (4 of 7)" in words
    assert "75.0 % (3 of 4) of its songs" in words
    assert words.endswith("Without a counterpart: c (3).")
    assert coverage_words(None) == ""


def test_a_label_is_shown_as_text():
    taxonomy = {"<b>a|b</b>": ("Rock",)}
    songs = pd.DataFrame({"path": ["1"], "subgenre_1": list(taxonomy)})
    table = coverage_table(coverage_audit(songs, taxonomy))
    assert r"\<b\>a\|b\<\/b\> 1" in table


# The book's page


@pytest.mark.parametrize("kind", page.TITLES)
def test_the_page_shows_every_row_with_its_reason(kind):
    lines = page.taxonomy_lines(kind)
    found = taxonomies.read_rows(kind)
    assert sum(line.startswith("* - ") for line in lines) == len(found) + 1
    assert {page.escape(row.reason) for row in found} <= {line[4:] for line in lines}


def test_a_genre_of_fma_stands_under_the_one_above_it():
    names = [line.removeprefix("* - ") for line in page.taxonomy_lines("fma") if line[:1] == "*"]
    punk = names.index("&emsp;Punk")
    assert names[punk + 1] == r"&emsp;&emsp;Electro\-Punk"
    assert "Rock" in names[:punk]


def test_the_page_shows_the_common_names_once_a_genre():
    text = "\n".join(page.names_lines())
    rows_of_none = [row for row in taxonomies.read_rows("names") if not row.genres]
    assert text.count(":::{dropdown}") == 17
    assert f"No counterpart: {len(rows_of_none)} names" in text


def test_fma_is_counted_as_published():
    said = page.counted_lines(taxonomies.read_rows("fma"))[0]
    found = taxonomies.read_rows("fma")
    all_, kept = (sum(row.tracks for row in found if row.genres or every) for every in (1, 0))
    assert said.endswith(f"{all_:,} pairs of track and genre, {kept:,} are covered, "
                         f"{100 * kept / all_:.1f} %.")  # fmt: skip
    assert said.startswith("104 of the 161 genres with tracks")


def test_the_measured_coverage_of_jamendo_is_that_of_the_present_rows():
    kept = read_json(ROOT / page.FOLDER / page.COVERAGE_FILE)
    found = {row.name: row for row in taxonomies.read_rows("mtg-jamendo")}
    sources = {genre: entry["subgenres"] for genre, entry in kept["genres"].items()}
    counted = {name: songs for entry in sources.values() for name, songs in entry.items()}
    counted |= kept["unmapped"]
    assert counted == {name: found[name].tracks for name in counted}
    for name in counted:
        assert {genre for genre, names in sources.items() if name in names} == (
            set(found[name].genres)
        )
    assert set(found) - set(counted) == {
        "african", "ethnicrock", "gothic", "heavymetal", "jazzfunk", "oriental", "ska", "tribal"
    }  # fmt: skip
    assert f"({kept['songs']['mapped']:,} of {kept['songs']['all']:,})" in (
        "\n".join(page.measured_lines(kept))
    )
