"""Every corpus becomes the same two tables; public data sets are read in their real layouts."""

import re
import shutil
import sys
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pandas as pd
import public_sets as sets
import pytest

from mgrlib.catalog import SONG_COLUMNS, subgenre_columns
from mgrlib.corpora import building, declaration, fma, gtzan, mirdata_sets, mtg_jamendo, open_corpus
from mgrlib.dataset import make_catalog
from mgrlib.errors import LibraryError, SettingsError
from mgrlib.files import ROOT
from mgrlib.images import make_images
from mgrlib.paper import GENRES as PAPER_GENRES
from mgrlib.pipeline import start_study
from mgrlib.runs import run_folder
from mgrlib.settings import PUBLIC, SYNTHETIC, make_settings

SMALL = {"songs": 64, "segment_seconds": 1, "scales": ["mel"], "jobs": 1}
"""Settings under which a data set of a few tones is a study."""

DECLARATIONS = [*fma.DECLARATIONS.values(), mtg_jamendo.ABOUT, gtzan.ABOUT]
REFERENCES = (ROOT / "book" / "references.bib").read_text("utf-8")


def settings_of(corpus: str, **others):
    return make_settings(profile="smoke", corpus=corpus, overrides={**SMALL, **others})


def library_of(corpus: str, *, metadata_only: bool = False, **others):
    settings = settings_of(corpus, **others)
    return open_corpus(settings, jobs=1, metadata_only=metadata_only)


@pytest.fixture(autouse=True)
def mirdata(monkeypatch):
    """A stand-in for mirdata, which is an extra; tests against the real one take it away."""
    monkeypatch.setitem(sys.modules, "mirdata", sets.StandIn())


@pytest.fixture(scope="session")
def places(tmp_path_factory, tone_library) -> dict[str, str]:
    """All corpora, by kind; not to be changed."""
    base = tmp_path_factory.mktemp("public")
    fma_folder = sets.make_fma(base / "fma")
    for size in ("medium", "large", "full"):
        shutil.copytree(fma_folder / "fma_small", fma_folder / f"fma_{size}")
    made = {f"fma-{size}": f"fma-{size}:{fma_folder}" for size in fma.SIZES}
    return {
        "synthetic": "synthetic",
        "synthetic-direct": "synthetic-direct",
        "folder": str(tone_library),
        **made,
        "mtg-jamendo": f"mtg-jamendo:{sets.make_jamendo(base / 'jamendo')}",
        "gtzan": f"gtzan:{sets.make_gtzan(base / 'gtzan')}",
        "mirdata": f"mirdata:ballroom:{sets.make_ballroom(base / 'ballroom')}",
    }


KINDS = [*SYNTHETIC, "folder", *PUBLIC, "mirdata"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_corpus_conforms(places, kind):
    settings = settings_of(places[kind], **({"songs": 16} if kind in SYNTHETIC else {}))
    library = open_corpus(settings, jobs=1)
    songs = library.songs
    columns = subgenre_columns(songs)
    assert list(songs) == [*SONG_COLUMNS, *columns]
    assert columns == [f"subgenre_{n}" for n in range(1, len(columns) + 1)]
    assert len(columns) >= 3
    assert songs.map(lambda cell: isinstance(cell, str)).all(axis=None)
    assert songs["path"].is_unique
    for path in map(PurePosixPath, songs["path"]):
        assert not path.is_absolute() and ".." not in path.parts
    assert set(songs["year"][songs["year"] != ""].str.len()) <= {4}
    assert (songs["subgenre_1"] != "").all()
    assert set(songs[columns].to_numpy().ravel()) - {""} <= set(library.taxonomy)
    assert library.labels().any(axis=1).all()
    for parts in library.published:
        assert set(parts) <= {"train", "validation", "test", ""}
        assert list(parts.index) == list(songs["path"])
    for row in library.rejected:
        assert list(row) == ["path", "reason", "detail"]
    assert (library.about is None) == (kind in ("folder", *SYNTHETIC))
    images = make_images(library.folder, list(songs["path"]), settings=settings, jobs=1,
                         sounds=library.sounds)  # fmt: skip
    catalog = make_catalog(library, images, settings)
    assert len(catalog.labels.columns) >= 2
    assert catalog.images.pixels["mel"].max() > 0
    assert library.file(catalog.songs["path"][0]).is_file()


def check_declaration(about):
    texts = [about.id, about.name, about.home, about.metadata_licence, about.audio_licence,
             about.layout]  # fmt: skip
    assert all(text and "\n" not in text for text in texts)
    assert f"{{{about.citation}," in REFERENCES
    assert about.archives
    for archive in about.archives:
        digits = declaration.CHECKSUMS[archive.algorithm]
        assert re.fullmatch(rf"[0-9a-f]{{{digits}}}", archive.checksum)
        assert archive.source.startswith("http")
        assert not Path(archive.folder).is_absolute()


@pytest.mark.parametrize("about", DECLARATIONS, ids=lambda about: about.id)
def test_a_declaration_is_complete_and_in_the_book(about):
    check_declaration(about)
    page = (ROOT / "book" / "data-sets.md").read_text("utf-8")
    assert about.citation in page
    for archive in about.archives:
        assert archive.checksum in page
        assert archive.size in page


def test_mirdatas_declaration_is_made_of_what_mirdata_knows(places):
    about = library_of(places["mirdata"]).about
    check_declaration(about)
    assert (about.id, about.name) == ("mirdata:ballroom", "ballroom of mirdata")
    assert about.audio_licence == "None known"


@pytest.mark.parametrize("kind", [kind for kind in PUBLIC if kind != "gtzan"])
def test_metadata_alone_gives_the_same_songs(tmp_path, places, kind):
    whole = library_of(places[kind])
    place = Path(places[kind].partition(":")[2])
    for name in ("data", "fma_metadata"):
        if (place / name).is_dir():
            shutil.copytree(place / name, tmp_path / name)
    with pytest.raises(LibraryError, match="no audio in"):
        library_of(f"{kind}:{tmp_path}")
    alone = library_of(f"{kind}:{tmp_path}", metadata_only=True)
    pd.testing.assert_frame_equal(alone.songs, whole.songs)


@pytest.mark.parametrize("kind", PUBLIC)
def test_a_folder_that_is_not_there_says_what_to_get(tmp_path, kind):
    for metadata_only in (False, True):
        with pytest.raises(LibraryError) as caught:
            library_of(f"{kind}:{tmp_path}/none", metadata_only=metadata_only)
        message = str(caught.value)
        assert re.search(rf" in {tmp_path}/none.*: get .* from http.* {tmp_path}/none", message)
        assert "\n" not in message


# --- FMA -------------------------------------------------------------------------------


def test_fma_is_read_as_its_tables_say(places):
    library = library_of(places["fma-small"])
    songs = library.songs.set_index("path")
    for path, expected in sets.FMA_SMALL.items():
        row = songs.loc[path]
        found = [name for name in row[subgenre_columns(library.songs)] if name]
        for column, value in expected.items():
            assert (found if column == "subgenres" else row[column]) == value
    assert library.taxonomy["Post-Punk"] == ("Rock",)
    assert library.taxonomy["Ambient"] == ("Instrumental",)
    assert library.taxonomy["Rock"] == ("Rock",)
    counts = library.labels().sum()
    assert counts["Hip-Hop"] == 2
    assert counts["Instrumental"] == 2


@pytest.mark.parametrize("kind", sets.FMA_SIZES)
def test_the_sizes_of_fma_hold_each_other(places, kind):
    library = library_of(places[kind], metadata_only=True)
    assert len(library.songs) == sets.FMA_SIZES[kind]
    rejected = [] if kind == "fma-small" else ["000/000030.mp3"]
    assert [row["path"] for row in library.rejected] == rejected
    assert {row["reason"] for row in library.rejected} <= {"no genre"}
    assert library.folder.name == kind.replace("-", "_")
    published = library.published[0]
    assert published["000/000002.mp3"] == "train"
    assert published["000/000010.mp3"] == "test"
    assert published["001/001135.mp3"] == "validation"


@pytest.mark.parametrize("inside", ["", "fma_small", "fma_metadata"])
def test_the_folder_of_fma_may_be_given_in_several_forms(places, inside):
    place = places["fma-small"].partition(":")[2]
    library = library_of(f"fma-small:{place}/{inside}")
    assert library.folder == Path(place, "fma_small").resolve()


def test_a_larger_fma_has_the_clips_of_a_smaller_one(tmp_path):
    sets.make_fma(tmp_path, "fma-large")
    assert library_of(f"fma-small:{tmp_path}").folder.name == "fma_large"
    with pytest.raises(LibraryError, match="no audio in"):
        library_of(f"fma-full:{tmp_path}")


DAMAGE = {
    "cut in a row": lambda text: text[: len(text) // 2],
    "cut in a quoted cell": lambda text: text[: text.rindex("<p>many") + 10],
    "cut in the headers": lambda text: text[:300],
    "not text": lambda text: text.replace("Kürt", "K\udcffrt"),
    "a column is missing": lambda text: text.replace(",genres,", ",tastes,"),
    "lists that are none": lambda text: text.replace("[15]", "[15"),
    "a genre that nobody knows": lambda text: text.replace("[15]", "[150]"),
    "empty": lambda text: "",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_table_of_fma_says_what_to_get(tmp_path, damage):
    sets.make_fma(tmp_path, audio=False)
    table = tmp_path / "fma_metadata" / "tracks.csv"
    text = DAMAGE[damage](table.read_text("utf-8"))
    table.write_text(text, "utf-8", errors="surrogateescape")
    with pytest.raises(LibraryError) as caught:
        library_of(f"fma-small:{tmp_path}")
    message = str(caught.value)
    assert "fma_metadata can't be read, it is cut off or damaged" in message
    assert f"get {fma.METADATA} from https://os.unil.cloud.switch.ch/fma/fma_meta" in message
    assert "(342 MiB, SHA-1 f0df49ffe5f2a6008d7dc83c6915b31835dfe733)" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "tracks.csv names the genre '107', which genres.csv lacks"),
        (sets.FMA_GENRES[:150], "genres.csv: the row of genre"),
        (
            sets.FMA_GENRES.replace("Punk", "Rock"),
            "genres.csv: every genre needs a title of its own",
        ),
    ],
)
def test_a_damaged_table_of_genres(tmp_path, text, message):
    sets.make_fma(tmp_path, audio=False)
    (tmp_path / "fma_metadata" / "genres.csv").write_text(text)
    with pytest.raises(LibraryError, match=message):
        library_of(f"fma-small:{tmp_path}", metadata_only=True)


def test_missing_archives_are_named_with_size_checksum_source_and_folder(tmp_path):
    with pytest.raises(LibraryError) as caught:
        library_of(f"fma-medium:{tmp_path}")
    message = str(caught.value)
    assert "no tracks.csv and genres.csv in" in message
    assert "get fma_metadata.zip (342 MiB, SHA-1 f0df49" in message
    assert "get fma_medium.zip (22 GiB, SHA-1 c67b69ea232021025fca9231fc1c7c1a063ab50b)" in message
    assert (
        f" from https://os.unil.cloud.switch.ch/fma/fma_medium.zip and unpack it in {tmp_path}"
        in message
    )


@pytest.mark.parametrize("corpus", ["fma-small:{}", "mtg-jamendo:{}", "gtzan:{}", "{}"])
def test_what_may_not_be_read_is_said(tmp_path, monkeypatch, corpus):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(LibraryError, match="can't be read: permit reading it"):
        library_of(corpus.format(tmp_path))


@pytest.mark.parametrize(
    ("corpus", "audio", "tables"),
    [("fma-small", "fma_small/000", "fma_metadata.zip"),
     ("mtg-jamendo", "audio-low/00", "mtg-jamendo-dataset")],
)  # fmt: skip
def test_audio_that_is_there_is_not_asked_for(tmp_path, corpus, audio, tables):
    (tmp_path / audio).mkdir(parents=True)
    with pytest.raises(LibraryError, match=f": get {tables}") as caught:
        library_of(f"{corpus}:{tmp_path}")
    assert str(caught.value).count("unpack it in ") + str(caught.value).count("clone it to ") == 1


def test_an_archive_that_lies_there_has_to_be_unpacked(tmp_path):
    sets.make_fma(tmp_path, audio=False)
    (tmp_path / "fma_small.zip").write_bytes(b"PK")
    (tmp_path / "fma_small" / "000").mkdir(parents=True)  # unpacking it was stopped
    with pytest.raises(LibraryError) as caught:
        library_of(f"fma-small:{tmp_path}")
    message = str(caught.value)
    assert (
        f"no audio in {tmp_path}/fma_small: {tmp_path}/fma_small.zip lies there packed" in message
    )
    assert re.search(rf": compare SHA-1 ade154\w+ and unpack it in {tmp_path}", message)


def test_what_is_partly_there_is_a_study_without_the_rest(tmp_path, places):
    place = Path(places["fma-small"].partition(":")[2])
    shutil.copytree(place / "fma_metadata", tmp_path / "fma_metadata")
    shutil.copytree(place / "fma_small" / "002", tmp_path / "fma_small" / "002")
    study = start_study(profile="smoke", corpus=f"fma-small:{tmp_path}", overrides=SMALL, name=None)
    assert study.name == "fma-small-smoke"
    assert study.evidence == "music"
    assert len(study.catalog.songs) == len(sets.FMA_MORE)
    assert study.corpus_words == "28 songs of FMA small"
    rejected = pd.read_csv(study.folder / "catalog" / "rejected.csv")
    assert rejected["reason"].value_counts().to_dict() == {"missing": 9}
    assert "000/000002.mp3" in set(rejected["path"])


# --- MTG-Jamendo -----------------------------------------------------------------------


def test_every_tag_of_a_jamendo_track_is_read(places):
    library = library_of(places["mtg-jamendo"])
    songs = library.songs.set_index("path")
    assert len(songs) == 48
    tags = songs.loc["01/1001.mp3", subgenre_columns(library.songs)].tolist()
    assert tags == ["rock", "metal", "punkrock", "90s"]
    assert songs.loc["03/1003.mp3", ["artist", "album", "title", "year"]].tolist() == [
        "artist_000250", "album_000501", "", ""
    ]  # fmt: skip
    assert library.labels().sum().to_dict() == {
        "90s": 12, "ambient": 12, "electronic": 12, "jazz": 12, "metal": 12, "punkrock": 12,
        "rock": 24,
    }  # fmt: skip
    assert library.taxonomy["punkrock"] == ("punkrock",)


def test_every_split_of_jamendo_is_published(places):
    first, second = library_of(places["mtg-jamendo"]).published
    assert first.value_counts().to_dict() == {"train": 24, "validation": 12, "test": 12}
    # Artist 250 of tracks 1000 to 1003, artist 251 of 1004 to 1007, and artist 253 of 1012.
    assert (first["00/1000.mp3"], second["00/1000.mp3"]) == ("validation", "train")
    assert (first["03/1003.mp3"], second["03/1003.mp3"]) == ("validation", "train")
    assert (first["04/1004.mp3"], second["04/1004.mp3"]) == ("test", "validation")
    assert (first["12/1012.mp3"], second["12/1012.mp3"]) == ("train", "train")


def test_names_and_years_of_jamendo_come_from_its_optional_table(tmp_path):
    sets.make_jamendo(tmp_path, audio="")
    sets.add_jamendo_names(tmp_path)
    songs = library_of(f"mtg-jamendo:{tmp_path}", metadata_only=True).songs.set_index("path")
    columns = ["title", "artist", "album", "year"]
    assert songs.loc["00/1000.mp3", columns].tolist() == [
        'Say "it', "The Band [artist_000250]", "Début", "2004"
    ]  # fmt: skip
    assert songs.loc["04/1004.mp3", "artist"] == "The Band [artist_000251]"
    assert songs.loc["12/1012.mp3", "album"] == "Live [album_000506]"
    assert songs.loc["47/1047.mp3", columns].tolist() == ["", "artist_000261", "album_000523", ""]


@pytest.mark.parametrize(
    ("audio", "ending"),
    [("raw_30s/audio", ".mp3"), ("audio-low", ".low.mp3"), (".", ".mp3")],
)
def test_the_audio_of_jamendo_may_lie_in_several_places(tmp_path, audio, ending):
    sets.make_jamendo(tmp_path, audio=audio, ending=ending)
    library = library_of(f"mtg-jamendo:{tmp_path}")
    assert library.folder == (tmp_path / audio).resolve()
    assert library.songs["path"][1] == f"01/1001{ending}"
    beside = library_of(f"mtg-jamendo:{tmp_path / audio}")
    assert beside.folder == library.folder


def test_all_of_jamendo_without_its_splits(tmp_path):
    text = "\t".join(sets.JAMENDO_HEADER) + "\n"
    text += "track_0000005\tartist_000001\talbum_000001\t05/5.mp3\t99.1\tgenre---heavymetal\n"
    text += "track_0000007\tartist_000001\talbum_000001\t07/7.mp3\t99.1\tinstrument---piano\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "autotagging_genre.tsv").write_text(text)
    library = library_of(f"mtg-jamendo:{tmp_path}", metadata_only=True)
    assert library.songs["subgenre_1"].tolist() == ["heavymetal"]
    assert library.published == ()
    assert [row["path"] for row in library.rejected] == ["07/7.mp3"]
    with pytest.raises(SettingsError, match="no split was published with MTG-Jamendo"):
        library_of(f"mtg-jamendo:{tmp_path}", metadata_only=True, split_by="published")


JAMENDO_DAMAGE = {
    "cut in a tag": lambda text: text[:-8],
    "cut in a row": lambda text: text[: text.rindex("album") + 3],
    "no header": lambda text: text[text.index("\n") + 1 :],
    "another table": lambda text: "a,b\n1,2\n",
    "no track": lambda text: text.replace("track_", "../../"),
    "a path that leaves the folder": lambda text: text.replace("\t01/", "\t../../"),
    "a track twice": lambda text: text + text[text.index("\n") + 1 :],
}


@pytest.mark.parametrize("damage", JAMENDO_DAMAGE)
def test_a_damaged_table_of_jamendo_stops_the_study(tmp_path, damage):
    sets.make_jamendo(tmp_path, audio="")
    table = tmp_path / "data/splits/split-0/autotagging_genre-validation.tsv"
    table.write_text(JAMENDO_DAMAGE[damage](table.read_text("utf-8")), "utf-8")
    with pytest.raises(LibraryError) as caught:
        library_of(f"mtg-jamendo:{tmp_path}", metadata_only=True)
    assert "\n" not in str(caught.value)
    if "leaves" not in damage:
        assert "can't be read, it is cut off or damaged" in str(caught.value)
        assert "get mtg-jamendo-dataset (git commit 1b4fa8c" in str(caught.value)


def test_a_missing_part_of_jamendo_stops_the_study(tmp_path):
    sets.make_jamendo(tmp_path, audio="")
    (tmp_path / "data/splits/split-1/autotagging_genre-test.tsv").unlink()
    with pytest.raises(LibraryError, match="can't be read, it is cut off or damaged"):
        library_of(f"mtg-jamendo:{tmp_path}", metadata_only=True)


def test_jamendos_archives_that_lie_there_have_to_be_unpacked(tmp_path):
    sets.make_jamendo(tmp_path, audio="")
    with pytest.raises(LibraryError, match=r"get raw_30s_audio-low-\*\.tar \(100 files, 156 GB"):
        library_of(f"mtg-jamendo:{tmp_path}")
    (tmp_path / "raw_30s_audio-low-00.tar").write_bytes(b"tar")
    with pytest.raises(LibraryError, match=r"raw_30s_audio-low-\*\.tar lies there packed"):
        library_of(f"mtg-jamendo:{tmp_path}")


# --- GTZAN -----------------------------------------------------------------------------


def test_the_filtered_split_of_gtzan_is_the_published_one():
    parts = pd.Series(gtzan.filtered_parts())
    assert parts.value_counts().to_dict() == {"train": 443, "test": 290, "validation": 197}
    assert parts["blues", 12] == "test"
    assert parts["blues", 29] == "train"
    assert parts["blues", 60] == "validation"
    assert parts["rock", 99] == "train"
    assert ("jazz", 33) not in parts
    assert set(parts.index.get_level_values(0)) == set(gtzan.GENRES)


@pytest.mark.parametrize(
    ("audio", "ending"), [("genres_original", ".wav"), ("genres", ".au"), (".", ".wav")]
)
def test_gtzan_is_what_its_folders_say(tmp_path, audio, ending):
    sets.make_gtzan(tmp_path, audio=audio, ending=ending)
    library = library_of(f"gtzan:{tmp_path}")
    assert library.folder == (tmp_path / audio).resolve()
    assert len(library.songs) == 1000
    row = library.songs.set_index("path").loc[f"rock/rock.00010{ending}"]
    assert row[["title", "subgenre_1", "subgenre_2"]].tolist() == ["rock.00010", "rock", ""]
    assert library.published[0][f"rock/rock.00010{ending}"] == "test"
    assert library.published[0][f"jazz/jazz.00033{ending}"] == ""


def test_gtzan_by_its_filtered_split(tmp_path):
    corpus = f"gtzan:{sets.make_gtzan(tmp_path / 'gtzan')}"
    overrides = {**SMALL, "split_by": "published", "min_songs": 4}
    study = start_study(profile="smoke", corpus=corpus, overrides=overrides, name="filtered")
    catalog = study.catalog
    (split,) = catalog.splits
    tested = set(catalog.songs["path"].iloc[split.test])
    assert tested == {
        *(f"blues/blues.000{clip}.wav" for clip in (12, 13, 14, 15)),
        *(f"rock/rock.000{clip}.wav" for clip in (10, 11, 12, 13)),
        *(f"jazz/jazz.000{clip}.wav" for clip in (73, 74, 75)),
    }
    assert len(split.train) == 8 + 4 + 5  # blues 0, 1, 29-32; rock 0-3, 38, 49; jazz 0-2, 47, 48
    reasons = catalog.rejected.set_index("path")["reason"]
    assert reasons["jazz/jazz.00033.wav"] == "not in the published split"
    assert reasons["jazz/jazz.00054.wav"] == "unreadable"
    assert (reasons == "not in the published split").sum() == 70


def test_gtzan_that_is_packed(tmp_path):
    (tmp_path / "genres.tar.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(LibraryError, match="lies there packed: compare MD5 5b3d6dddb579ab49814"):
        library_of(f"gtzan:{tmp_path}")


# --- mirdata ---------------------------------------------------------------------------


def test_a_data_set_of_mirdata(places):
    library = library_of(places["mirdata"])
    assert len(library.songs) == 24
    row = library.songs.iloc[1]
    assert row["path"] == "B_1.0/audio/BallroomData/Waltz/Media-101.wav"
    assert row["subgenre_1"] == "waltz"
    assert library.taxonomy == {"jive": ("jive",), "waltz": ("waltz",)}


def test_real_mirdata_gives_the_same(places, monkeypatch):
    expected = library_of(places["mirdata"]).songs
    monkeypatch.delitem(sys.modules, "mirdata")
    pytest.importorskip("mirdata")
    library = library_of(places["mirdata"])
    pd.testing.assert_frame_equal(library.songs, expected)
    check_declaration(library.about)
    with pytest.raises(SettingsError, match="mirdata has no data set 'polka'"):
        library_of(f"mirdata:polka:{library.folder}")


def track(name: str, **attributes) -> SimpleNamespace:
    return SimpleNamespace(track_id=name, audio_path=f"PLACE/{name}.wav", **attributes)


class Unreadable(SimpleNamespace):
    """A track whose annotation is not there."""

    @property
    def genre(self):
        raise FileNotFoundError("no annotation")


TRACKS = {
    "word": (track("word", genre=" Jazz "), ["Jazz"]),
    "list": (track("list", genres=["Rock", "Punk", "Rock", ""]), ["Rock", "Punk"]),
    "both": (track("both", genres={"genres": ["Techno"], "sub_genres": ["Acid"]}), ["Techno"]),
    "style": (track("style", genre=None, style="Bossa Nova"), ["Bossa Nova"]),
    "none": (track("none", genre=None, genres=[], style=""), []),
    "unread": (Unreadable(track_id="unread", audio_path="PLACE/unread.wav"), []),
}


@pytest.mark.parametrize("name", TRACKS)
def test_labels_of_mirdata_in_every_form(name):
    tracked, expected = TRACKS[name]
    assert mirdata_sets._labels(tracked, None)[0] == expected


def test_a_style_of_mirdata_without_its_details():
    assert mirdata_sets._labels(track("a", style="funk/groove1"), "/")[0] == ["funk"]


def tracks_at(place: Path, tracks: dict) -> dict:
    for name, (one, _) in tracks.items():
        one.audio_path = str(place / f"{name}.wav")
    return {name: one for name, (one, _) in tracks.items()}


def test_tracks_of_mirdata_without_a_label_are_named(tmp_path, monkeypatch):
    tracks = tracks_at(tmp_path, TRACKS)
    tracks["word"].artists, tracks["word"].year = ["A", "B"], 1999
    monkeypatch.setitem(sys.modules, "mirdata", sets.StandIn(tracks))
    library = library_of(f"mirdata:ballroom:{tmp_path}", metadata_only=True)
    assert library.songs["path"].tolist() == ["word.wav", "list.wav", "both.wav", "style.wav"]
    assert library.songs.loc[0, ["artist", "year"]].tolist() == ["A", "1999"]
    assert {row["path"]: row["detail"] for row in library.rejected} == {
        "none.wav": "mirdata knows no genre or style of it",
        "unread.wav": "FileNotFoundError: no annotation",
    }  # fmt: skip


def test_the_parts_of_mirdata_are_its_published_split(tmp_path, monkeypatch):
    tracks = tracks_at(tmp_path, {f"{n}": (track(f"{n}", genre="ab"[n % 2]), []) for n in range(9)})
    for number, one in enumerate(tracks.values()):
        one.split = ("split01_train", "valid", "test")[number % 3]
    monkeypatch.setitem(sys.modules, "mirdata", sets.StandIn(tracks))
    (parts,) = library_of(f"mirdata:ballroom:{tmp_path}", metadata_only=True).published
    assert parts.tolist() == ["train", "validation", "test"] * 3


@pytest.mark.parametrize(
    ("tracks", "message"),
    [
        ([track("a", genre=None)], "its tracks have no genre or style; data sets that have some"),
        ([Unreadable(track_id="a")], "no track has a genre or style in .*: no annotation"),
        ([SimpleNamespace(track_id="a", genre="x")], "ballroom of mirdata has no audio"),
        ([track("a", genre="x")], "a song's path must stay inside the data set's folder"),
        ([], "its index .* names no tracks"),
    ],
)
def test_what_mirdata_has_not(tmp_path, monkeypatch, tracks, message):
    monkeypatch.setitem(sys.modules, "mirdata", sets.StandIn(dict(enumerate(tracks))))
    with pytest.raises(LibraryError, match=message):
        library_of(f"mirdata:ballroom:{tmp_path}")


def test_mirdata_and_what_it_needs(tmp_path, monkeypatch):
    with pytest.raises(LibraryError, match=r"no index .*initialize\('ballroom', data_home="):
        library_of(f"mirdata:ballroom:{tmp_path}")
    with pytest.raises(SettingsError, match="mirdata has no data set 'polka': those with genre"):
        library_of(f"mirdata:polka:{tmp_path}")
    with pytest.raises(SettingsError, match=r"can't open its data set 'dali'.*mirdata\[dali\]"):
        library_of(f"mirdata:dali:{tmp_path}")
    monkeypatch.setitem(sys.modules, "mirdata", None)
    with pytest.raises(SettingsError, match=r"needs the package mirdata.*pip install"):
        library_of(f"mirdata:ballroom:{tmp_path}")


# --- genres and published splits -------------------------------------------------------


@pytest.mark.parametrize("kind", [*PUBLIC, "mirdata"])
def test_the_papers_genres_on_public_data(places, kind):
    library = library_of(places[kind], genres="paper", metadata_only=True)
    own = library_of(places[kind], genres="native", metadata_only=True)
    assert set(library.taxonomy) == set(own.taxonomy)
    genres = {genre for pair in library.taxonomy.values() for genre in pair}
    assert genres <= set(PAPER_GENRES)
    assert all(len(pair) <= 2 for pair in library.taxonomy.values())
    if kind != "mirdata":
        assert "Rock" in genres
    pd.testing.assert_frame_equal(library.songs, own.songs)


def test_a_list_of_genres_is_the_data_sets_own_or_the_papers(places):
    own = library_of(places["fma-small"], genres=["Old-Time / Historic", "Hip-Hop"])
    assert own.taxonomy["Ambient"] == ("Instrumental",)
    papers = library_of(places["fma-small"], genres=["Ambient", "Punk"])
    assert "Ambient" in papers.taxonomy["Ambient"]
    with pytest.raises(
        SettingsError, match=r"genres: 'Polka' is no genre of FMA small \(Electronic"
    ):
        library_of(places["fma-small"], genres=["Rock", "Polka"])


def test_a_repeat_has_a_published_split_of_its_own(places):
    settings = settings_of(places["mtg-jamendo"], split_by="published", repeats=2, songs=32)
    library = open_corpus(settings, jobs=1)
    images = make_images(library.folder, list(library.songs["path"]), settings=settings, jobs=1)
    catalog = make_catalog(library, images, settings)
    for split, parts in zip(catalog.splits, library.published, strict=True):
        drawn = parts.loc[catalog.songs["path"]].to_numpy()
        assert set(drawn[split.test]) == {"test"}
        assert set(drawn[split.train]) == {"train", "validation"}
        assert abs(len(split.test) - 8) <= 1  # a fourth is for testing, of the songs drawn too


@pytest.mark.parametrize(
    ("kind", "others", "message"),
    [
        ("folder", {}, "only public data sets come with splits.*: use song, album or artist"),
        ("synthetic", {}, "only public data sets come with splits"),
        ("mirdata", {}, "no split was published with ballroom of mirdata"),
        ("gtzan", {"repeats": 2}, "repeats=2 .* GTZAN has 1 published split: lower repeats"),
        ("mtg-jamendo", {"repeats": 3}, "MTG-Jamendo has 2 published splits: lower repeats"),
    ],
)
def test_published_splits_that_there_are_not(places, kind, others, message):
    with pytest.raises(SettingsError, match=message):
        library_of(places[kind], split_by="published", **others)


def test_a_published_split_with_songs_on_one_side_only(tmp_path):
    corpus = f"gtzan:{sets.make_gtzan(tmp_path)}"
    for file in (tmp_path / "genres").rglob("*.0001?.wav"):
        file.unlink()
    for file in (tmp_path / "genres" / "jazz").glob("jazz.0007?.wav"):
        file.unlink()
    study = start_study(profile="smoke", corpus=corpus, name="one-side",
                        overrides={**SMALL, "split_by": "published"})  # fmt: skip
    with pytest.raises(LibraryError, match=r"all on one side of the published split \(0 of"):
        _ = study.catalog


@pytest.mark.parametrize(
    ("kind", "name"),
    [("fma-large", "fma-large-quick"), ("gtzan", "gtzan-quick"), ("folder", "tones-quick"),
     ("mirdata", "mirdata-ballroom-quick"), ("synthetic", "quick"),
     ("synthetic-direct", "synthetic-direct-quick")],
)  # fmt: skip
def test_a_run_is_called_after_its_data_set(places, kind, name):
    assert run_folder(None, settings_of(places[kind]), profile="quick").name == name


# --- what the loaders share ------------------------------------------------------------


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../../b", "..", "a\\b", "", "a\0b"])
def test_a_path_stays_inside(path):
    with pytest.raises(LibraryError, match="must stay inside the data set's folder"):
        building.check_paths(pd.Series(["a/b.mp3", path]))


def test_a_song_stands_in_a_data_set_once():
    with pytest.raises(LibraryError, match=r"'a\.mp3': a song must stand in a data set once"):
        building.check_paths(pd.Series(["a.mp3", "b.mp3", "a.mp3"]))


def test_names_are_told_apart_by_their_numbers():
    names = pd.Series(["Live", "Live", "Live", "Demo", "Demo (2)", ""])
    ids = pd.Series(["1", "2", "1", "3", "3", "4"])
    told = building.told_apart(names, ids)
    assert told.tolist() == ["Live [1]", "Live [2]", "Live [1]", "Demo", "Demo", ""]


def test_years_are_the_four_digits_of_a_date():
    dates = pd.Series(["2008-11-26 01:44:45", "1996", "", "not known", "20081126", "26.11.2008"])
    assert building.year_of(dates).tolist() == ["2008", "1996", "", "", "", ""]
