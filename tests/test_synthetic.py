"""The synthetic corpus: its catalog, its music, its files, and how hard it is."""

import hashlib
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import mutagen
import numpy as np
import pandas as pd
import pytest

from mgrlib.corpora.synthetic import (
    GENRES_OF,
    difficulty,
    effects,
    make_library,
    plan_songs,
    render_song,
    song_seconds,
    taxonomy,
)
from mgrlib.corpora.synthetic.composing import Clock, Harmony, compose
from mgrlib.corpora.synthetic.drums import KITS, ROLES, stroke
from mgrlib.corpora.synthetic.grooves import GROOVES, STROKES
from mgrlib.corpora.synthetic.instruments import VOICES
from mgrlib.corpora.synthetic.patterns import BASSLINES, COMPINGS, MODES, PROGRESSIONS
from mgrlib.corpora.synthetic.planning import FORMATS, genre_targets
from mgrlib.corpora.synthetic.rendering import play_drums
from mgrlib.corpora.synthetic.styles import ANYTHING, Style, blend, choice, decide
from mgrlib.corpora.synthetic.subgenres import SUBGENRES
from mgrlib.corpora.synthetic.voices import CEILING, SAMPLE_RATE, note
from mgrlib.corpora.synthetic.writing import ATOMS
from mgrlib.errors import LibraryError, SettingsError
from mgrlib.paper import GENRES, SONGS, TABLE_1

RANGES = [field.name for field in fields(Style) if isinstance(getattr(ANYTHING, field.name), tuple)]
CHOICES = [field.name for field in fields(Style) if field.name not in RANGES]
LARGE = ("Hip-Hop", "Electronic", "Rock", "Pop", "Psychedelia")
LEGAL = {
    "swung": {"eighths", "sixteenths"},
    "groove": set(GROOVES),
    "mode": set(MODES),
    "progression": set(PROGRESSIONS),
    "bassline": set(BASSLINES),
    "comping": set(COMPINGS),
    "kit": {*KITS, "none"},
    "bass": {*VOICES, "none"},
    "chords": set(VOICES),  # never none: there is always something to hear
    "layer": {*VOICES, "none"},
    "lead": {*VOICES, "none"},
    "texture": {*effects.TEXTURES, "none"},
}


def genres_of_song(row) -> set[str]:
    names = [row.subgenre_1, row.subgenre_2, row.subgenre_3]
    return {genre for name in names if name for genre in GENRES_OF[name]}


def genre_counts(plan: pd.DataFrame) -> dict[str, int]:
    sets = [genres_of_song(row) for row in plan.itertuples()]
    return {genre: sum(genre in song for song in sets) for genre in GENRES}


def styles_of(genre: str) -> list[Style]:
    return [entry.style for entry in SUBGENRES.values() if genre in entry.genres]


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def plan() -> pd.DataFrame:
    return plan_songs(songs=960, seed=2025)


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "library"
    make_library(folder, songs=320, segment_seconds=3.0, seed=11)
    return folder


# The taxonomy and the table of styles


def test_there_are_many_subgenres_in_one_or_two_of_the_papers_genres():
    table = taxonomy()
    assert len(table) >= 48
    assert table["subgenre"].is_unique
    assert set(table["genre_1"]) | set(table["genre_2"]) - {""} == set(GENRES)
    assert all(1 <= len(set(genres)) == len(genres) <= 2 for genres in GENRES_OF.values())


def test_electro_industrial_is_where_the_paper_has_it():
    assert set(GENRES_OF["Electro-Industrial"]) == {"Electronic", "Industrial & Noise"}


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_has_a_subgenre_of_its_own_and_several_in_all(genre):
    members = [genres for genres in GENRES_OF.values() if genre in genres]
    assert len(members) >= 3
    assert (genre,) in members


@pytest.mark.parametrize("decision", CHOICES)
def test_styles_choose_among_what_there_is(decision):
    for name, entry in SUBGENRES.items():
        weights = getattr(entry.style, decision)
        assert set(weights) <= LEGAL[decision], name
        assert sum(weights.values()) == pytest.approx(1)


@pytest.mark.parametrize("decision", RANGES)
def test_no_range_separates_two_genres(decision):
    for one, other in combinations(GENRES, 2):
        overlap = any(
            max(a[0], b[0]) < min(a[1], b[1])
            for a in (getattr(style, decision) for style in styles_of(one))
            for b in (getattr(style, decision) for style in styles_of(other))
        )
        assert overlap, (one, other)


@pytest.mark.parametrize("decision", CHOICES)
def test_no_choice_separates_two_genres(decision):
    options = {
        genre: {name for style in styles_of(genre) for name in getattr(style, decision)}
        for genre in GENRES
    }
    assert all(options[one] & options[other] for one, other in combinations(GENRES, 2))


def test_a_range_must_run_upwards():
    with pytest.raises(ValueError, match=r"tempo must be a range \(low, high\), got \(120, 80\)"):
        Style(tempo=(120, 80))


def test_choice_reads_factors():
    assert choice("piano*3 organ") == {"piano": 0.75, "organ": 0.25}


@pytest.mark.parametrize(
    "names", [("Bebop", "Techno"), ("Harsh Noise", "Baroque", "Trap"), ("Soul", "Funk")]
)
def test_a_blend_stays_within_the_union_of_its_parents(names):
    parents = [SUBGENRES[name].style for name in names]
    for seed in range(20):
        child = blend(parents, rng=np.random.default_rng(seed))
        for decision in RANGES:
            assert getattr(child, decision) in [getattr(parent, decision) for parent in parents]
        for decision in CHOICES:
            weights = getattr(child, decision)
            assert set(weights) == {n for parent in parents for n in getattr(parent, decision)}
            assert sum(weights.values()) == pytest.approx(1)


def test_decisions_lie_in_the_style_where_no_license_is_taken():
    style = SUBGENRES["Trap"].style
    for seed in range(20):
        song = decide(style, rng=np.random.default_rng(seed), license=0.0)
        for decision in RANGES:
            low, high = getattr(style, decision)
            assert low <= getattr(song, decision) <= high
        assert all(getattr(song, decision) in getattr(style, decision) for decision in CHOICES)


# The catalog


def test_the_large_genres_are_ordered_as_in_table_1(plan):
    counts = genre_counts(plan)
    sizes = [counts[genre] for genre in LARGE]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize(("songs", "floor"), [(96, 4), (320, 15), (960, 48), (2000, 48)], ids=str)
@pytest.mark.parametrize("seed", [0, 2025])
def test_no_genre_is_below_the_floor(songs, floor, seed):
    assert min(genre_counts(plan_songs(songs=songs, seed=seed)).values()) >= floor


def test_the_full_size_has_table_1_itself():
    targets = genre_targets(SONGS)
    assert all(abs(targets[genre] - count) <= 1 for genre, count in TABLE_1.items())


def test_the_cardinality_is_about_the_papers(plan):
    labels = sum(genre_counts(plan).values()) / len(plan)
    assert labels == pytest.approx(1.482, abs=0.06)


def test_songs_have_one_to_three_subgenres_without_gaps(plan):
    several = plan["subgenre_2"] != ""
    three = plan["subgenre_3"] != ""
    assert (plan["subgenre_1"] != "").all()
    assert several[three].all()
    assert 0.1 < several.mean() < 0.6
    assert three.any()
    assert (
        (plan["subgenre_1"] != plan["subgenre_2"])
        & (~three | (plan["subgenre_2"] != plan["subgenre_3"]))
    ).all()


def test_years_lie_in_the_eras_of_the_subgenres(plan):
    assert plan["year"].between(1950, 2024).all()
    assert plan["year"].min() < 1965
    assert plan["year"].max() > 2015
    for row in plan.itertuples():
        first, last = SUBGENRES[row.subgenre_1].style.years
        assert first <= row.year <= last


def test_artists_and_albums_have_several_songs(plan):
    albums = plan.groupby(["artist", "album"])
    artists = plan.groupby("artist")
    assert artists.size().median() >= 3
    assert albums.size().median() >= 2
    assert (albums["year"].nunique() == 1).all()
    assert (artists["album"].nunique() > 1).mean() > 0.3


def test_no_genre_hangs_on_a_few_artists(plan):
    for genre in GENRES:
        members = [row.artist for row in plan.itertuples() if genre in genres_of_song(row)]
        assert len(set(members)) >= 6, genre


def test_paths_are_unique_and_relative_and_name_the_artist(plan):
    assert plan["path"].is_unique
    assert plan["path"].str.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+/\d\d-[a-z0-9-]+\.[a-z0-9]+").all()


def test_the_format_is_independent_of_the_genre(plan):
    formats = plan["path"].str.rpartition(".")[2]
    assert formats.value_counts(normalize=True).between(0.15, 0.25).all()
    assert set(formats) == set(FORMATS) == {"wav", "flac", "ogg", "mp3", "m4a"}
    for genre in GENRES:
        has = np.array([genre in genres_of_song(row) for row in plan.itertuples()])
        assert formats[has].value_counts(normalize=True).max() < 0.5


def test_the_plan_depends_on_the_seed_alone():
    assert plan_songs(songs=64, seed=3).equals(plan_songs(songs=64, seed=3))
    assert not plan_songs(songs=64, seed=3).equals(plan_songs(songs=64, seed=4))


# Music


@pytest.mark.parametrize(
    ("beat", "swing", "pair", "seconds"),
    [
        (3.0, 0.0, 1.0, 1.5),
        (2.5, 0.0, 1.0, 1.25),
        (0.5, 1 / 3, 1.0, 1 / 3),  # triplets: the second eighth at two thirds of a beat
        (1.0, 1 / 3, 1.0, 0.5),
        (0.25, 0.2, 0.5, 0.15),
        (0.75, 0.2, 0.5, 0.4),
    ],
)
def test_the_clock_swings(beat, swing, pair, seconds):
    assert Clock(120, swing, pair).seconds(beat) == pytest.approx(seconds)


@pytest.mark.parametrize("tempo", [84.0, 120.0, 156.0])
def test_onsets_repeat_at_the_planned_tempo(tempo):
    style = ANYTHING.but(
        tempo=(tempo, tempo),
        groove="four_on_floor",
        kit="machine_909",
        busyness=(0, 0),
        looseness=(0, 0),
        swing=(0, 0),
    )
    rng = np.random.default_rng(5)
    song = decide(style, rng=rng, license=0.0)
    score = compose(song, seconds=12, rng=rng)
    kicks = [hit for hit in score.hits if hit.role == "kick"]
    track = play_drums(kicks, "machine_909", 12 * SAMPLE_RATE, 1)
    hop = SAMPLE_RATE // 100
    envelope = np.square(track[: len(track) // hop * hop]).reshape(-1, hop).mean(axis=1)
    envelope -= envelope.mean()
    correlation = np.correlate(envelope, envelope, "full")[len(envelope) - 1 :]
    lags = np.arange(int(4200 / tempo), int(9000 / tempo))  # a beat, not half or two of them
    best = lags[np.argmax(correlation[lags])]
    assert 6000 / best == pytest.approx(tempo, rel=0.03)


@pytest.mark.parametrize(
    ("voice", "hz"),
    [
        ("piano", 220.0),
        ("flute", 587.33),
        ("strings", 440.0),
        ("organ", 261.63),
        ("square_lead", 880.0),
        ("steel_guitar", 196.0),
        ("singer", 329.63),
        ("saw_bass", 55.0),
        ("rhodes", 349.23),
    ],
)
def test_a_note_sounds_at_its_pitch(voice, hz):
    samples = note(VOICES[voice], hz=hz, seconds=1.5, rng=np.random.default_rng(0))
    size = 2**18
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    near = (frequency > 0.75 * hz) & (frequency < 1.4 * hz)
    assert frequency[near][np.argmax(spectrum[near])] == pytest.approx(hz, rel=0.012)


def test_no_voice_aliases():
    samples = note(VOICES["pipe_organ"], hz=1234.5, seconds=1.0, rng=np.random.default_rng(0))
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequency = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    harmonic = np.abs(frequency / 1234.5 - np.round(frequency / 1234.5)) * 1234.5 < 60
    assert power[(frequency > CEILING + 100) | ~harmonic].sum() < 1e-3 * power.sum()


@pytest.mark.parametrize("voice", sorted(VOICES))
def test_notes_begin_and_end_in_silence(voice):
    samples = note(VOICES[voice], hz=220.0, seconds=0.3, rng=np.random.default_rng(0))
    assert np.isfinite(samples).all()
    assert samples.dtype == np.float32
    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01
    assert 0.005 < np.sqrt(np.mean(samples**2)) < 0.4


@pytest.mark.parametrize("kit", sorted(KITS))
def test_kits_have_every_drum(kit):
    for role in ROLES:
        assert 0.05 < np.abs(stroke(kit, role)).max() < 2.0, role


@pytest.mark.parametrize("name", sorted(GROOVES))
def test_grooves_divide_their_bar(name):
    for drum, line in GROOVES[name].lines.items():
        assert drum in ROLES
        assert len(line) % GROOVES[name].beats == 0
        assert set(line) <= {*STROKES, "."}


def test_chords_are_built_on_the_mode():
    style = ANYTHING.but(mode="major", progression="cadence", chord_bars=(1, 1), sevenths=(0, 0))
    rng = np.random.default_rng(0)
    harmony = Harmony(decide(style, rng=rng, license=0.0), rng)
    shapes = {
        degree: np.subtract(harmony.chord(bar, 60)[:3], harmony.chord(bar, 60)[0]).tolist()
        for bar, degree in enumerate(harmony.degrees)
    }
    assert shapes == {1: [0, 4, 7], 4: [0, 4, 7], 5: [0, 4, 7]}
    roots = {degree: harmony.chord(bar, 60)[0] for bar, degree in enumerate(harmony.degrees)}
    assert (roots[5] - roots[1]) % 12 == 7
    assert (roots[4] - roots[1]) % 12 == 5


def test_a_scale_rises():
    song = decide(ANYTHING.but(mode="dorian"), rng=np.random.default_rng(1), license=0.0)
    harmony = Harmony(song, np.random.default_rng(1))
    tonic = harmony.pitch(1, 65)
    assert abs(tonic - 65) <= 6
    steps = [harmony.pitch(degree, 65) - tonic for degree in range(0, 10)]
    assert steps == [-2, 0, 2, 3, 5, 7, 9, 10, 12, 14]


def test_all_parts_are_written_within_the_excerpt():
    style = ANYTHING.but(kit="acoustic", bass="sub", layer="choir", lead="flute", melody=(1, 1))
    rng = np.random.default_rng(3)
    score = compose(decide(style, rng=rng, license=0.0), seconds=8.0, rng=rng)
    for part in (score.hits, score.bass, score.chords, score.layer, score.lead):
        assert part
        assert all(0 <= event.start < 8.0 and 0 < event.velocity <= 1 for event in part)


@pytest.mark.parametrize("subgenre", sorted(SUBGENRES))
def test_songs_are_sound(subgenre):
    samples = render_song([subgenre], seconds=1.5, seed=1, index=4, artist="Ada Quill", year=1990)
    loudness = 20 * np.log10(np.sqrt(np.mean(samples**2)))
    assert samples.shape == (int(1.5 * SAMPLE_RATE),)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1.0
    assert -24 < loudness < -9
    assert abs(samples.mean()) < 2e-3


def test_a_song_depends_on_seed_and_index_alone():
    def song(**changes):
        settings = {"seconds": 1.0, "seed": 1, "index": 2, "artist": "Uma Vance", "year": 2001}
        return render_song(["Techno", "EBM"], **(settings | changes))

    np.testing.assert_array_equal(song(), song())
    assert not np.array_equal(song(), song(index=3))
    assert not np.array_equal(song(), song(seed=2))
    assert not np.array_equal(song(), song(artist="Theo Moreau"))


@pytest.mark.parametrize("names", [[], ["Polka"], ["Soul", "Funk", "Trap", "House"]], ids=len)
def test_subgenres_must_be_known_and_few(names):
    with pytest.raises(SettingsError, match="subgenres must be one to three of Boom Bap"):
        render_song(names, seconds=1.0, seed=0, index=0)


# Files


def test_the_library_holds_what_its_tables_name(library):
    songs = pd.read_csv(library / "songs.csv", keep_default_na=False)
    assert songs.equals(plan_songs(songs=320, seed=11))
    assert pd.read_csv(library / "taxonomy.csv", keep_default_na=False).equals(taxonomy())
    sounds = {str(p.relative_to(library)) for p in library.rglob("*/*/*") if p.is_file()}
    assert sounds == set(songs["path"])


@pytest.mark.parametrize("extension", FORMATS)
def test_files_are_mono_and_as_long_as_planned(library, extension):
    songs = pd.read_csv(library / "songs.csv")
    chosen = songs.index[songs["path"].str.endswith(extension)][:10]
    for index in chosen:
        info = mutagen.File(library / songs["path"][index]).info
        assert (info.sample_rate, info.channels) == (22_050, 1)
        planned = song_seconds(segment_seconds=3.0, seed=11, index=index)
        assert 3.0 <= planned <= 3.75
        assert info.length == pytest.approx(planned, abs=0.06)


@pytest.mark.parametrize("extension", FORMATS)
def test_tags_are_those_of_the_table(library, extension):
    songs = pd.read_csv(library / "songs.csv", keep_default_na=False)
    row = songs[songs["path"].str.endswith(extension)].iloc[0]
    tags = mutagen.File(library / row["path"]).tags
    names = {"title": "TIT2", "artist": "TPE1", "album": "TALB", "date": "TDRC", "genre": "TCON"}
    if extension in ("wav", "mp3"):
        found = {name: str(tags[frame].text[0]) for name, frame in names.items()}
    elif extension == "m4a":
        found = {name: tags[ATOMS[name]][0] for name in names}
    else:
        found = {name: tags[name][0] for name in names}
    subgenres = [row[f"subgenre_{place}"] for place in (1, 2, 3) if row[f"subgenre_{place}"]]
    assert found == {
        "title": row["title"],
        "artist": row["artist"],
        "album": row["album"],
        "date": str(row["year"]),
        "genre": ", ".join(subgenres),
    }


def test_the_same_bytes_again_by_two_processes_and_after_a_deletion(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    make_library(one, songs=24, segment_seconds=1.0, seed=5)
    make_library(two, songs=24, segment_seconds=1.0, seed=5, jobs=2)
    made = digests(one)
    assert made == digests(two)
    assert {Path(name).suffix for name in made} >= {f".{name}" for name in FORMATS}

    lost = [two / name for name in sorted(made) if name.count("/") == 2][::5]
    kept = two / next(name for name in made if name.endswith(".flac") and two / name not in lost)
    stamp = kept.stat().st_mtime_ns
    for path in [*lost, two / "songs.csv"]:
        path.unlink()
    ready: list[int] = []
    make_library(two, songs=24, segment_seconds=1.0, seed=5, progress=ready.append)
    assert digests(two) == made
    assert kept.stat().st_mtime_ns == stamp
    assert ready[0] == 24 - len(lost)
    assert sum(ready) == 24


def test_an_interrupted_call_is_continued(tmp_path):
    def interrupt(ready):
        if ready == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_library(tmp_path, songs=16, segment_seconds=0.6, seed=5, progress=interrupt)
    assert not (tmp_path / "songs.csv").exists()
    ready: list[int] = []
    make_library(tmp_path, songs=16, segment_seconds=0.6, seed=5, progress=ready.append)
    assert ready == [8, 8]
    assert (tmp_path / "songs.csv").exists()


def test_two_libraries_are_not_mixed(tmp_path):
    make_library(tmp_path, songs=16, segment_seconds=0.6, seed=5)
    with pytest.raises(LibraryError, match="holds a synthetic library made with"):
        make_library(tmp_path, songs=16, segment_seconds=0.6, seed=6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"songs": 15}, "songs must be a whole number of at least 16, got 15"),
        ({"songs": 20.5}, "songs must be a whole number"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"segment_seconds": 0.1}, "segment_seconds must be seconds between 0.5 and 3600, got 0.1"),
        ({"jobs": 0}, "jobs must be a whole number of at least 1, got 0"),
    ],
    ids=str,
)
def test_settings_are_checked(tmp_path, changes, message):
    settings = {"songs": 16, "segment_seconds": 1.0, "seed": 0, "jobs": 1}
    with pytest.raises(SettingsError, match=message):
        make_library(tmp_path, **(settings | changes))
    assert not list(tmp_path.iterdir())


# Difficulty


def test_broad_bands_measure_a_tone_and_its_tempo():
    time = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    clicks = np.sin(2 * np.pi * 1000 * time) * np.exp(-30 * (time % 0.5))
    features = difficulty.broad_band_features(clicks.astype(np.float32), sample_rate=SAMPLE_RATE)
    assert np.argmax(features[:8]) == 4  # 688 to 1376 Hz
    assert 2 ** features[16] == pytest.approx(120, rel=0.04)
    assert features[17] > 0.5


def test_the_corpus_is_neither_trivial_nor_impossible(library):
    features = difficulty.library_features(library)
    labels = difficulty.library_labels(library)
    scores = difficulty.baseline_auc(features, labels, splits=2)
    assert set(scores.index) == set(GENRES)
    assert 0.65 <= scores.mean() <= 0.90
