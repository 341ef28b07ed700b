"""``python -m mgrlib init FOLDER``: tables proposed from the tags of a folder of music."""

import csv
import os
import subprocess
import sys

import mutagen
import numpy as np
import pytest
from mutagen import apev2, id3

from mgrlib import tags
from mgrlib.__main__ import main
from mgrlib.catalog import read_library
from mgrlib.corpora.synthetic.encoding import ENCODINGS, encode
from mgrlib.errors import LibraryError, SongError
from mgrlib.files import ROOT

TONE = np.sin(np.arange(4410) / 8).astype(np.float32) / 4
SOUNDS = {}


def sound(extension):
    """The bytes of a tone of 0.2 s without tags."""
    if extension not in SOUNDS:
        SOUNDS[extension] = encode(TONE, sample_rate=22_050, extension=extension)
    return SOUNDS[extension]


def put(folder, path, **fields):
    """A tagged Ogg file, or bytes as they are."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    extension = file.suffix.lower()
    file.write_bytes(sound(extension))
    if fields:
        write(file, **fields)
    return file


def write(file, **fields):
    """Write fields as the file's container has them: text or a list of texts each."""
    opened = mutagen.File(file)
    if opened.tags is None:
        opened.add_tags()
    for field, value in fields.items():
        values = [value] if isinstance(value, str) else value
        if isinstance(opened.tags, id3.ID3):
            opened.tags.add(ID3_FRAMES[field](encoding=3, text=values))
        else:
            name = MP4_ATOMS[field] if "MP4" in type(opened).__name__ else field
            opened.tags[name] = values
    opened.save()


ID3_FRAMES = {"title": id3.TIT2, "artist": id3.TPE1, "album": id3.TALB, "date": id3.TDRC,
              "originaldate": id3.TDOR, "genre": id3.TCON}  # fmt: skip
MP4_ATOMS = {"title": "©nam", "artist": "©ART", "album": "©alb", "date": "©day", "genre": "©gen"}


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def subgenres(row):
    return [row[f"subgenre_{n}"] for n in (1, 2, 3) if row[f"subgenre_{n}"]]


# Tags of a file


@pytest.mark.parametrize("extension", ENCODINGS)
def test_every_container_gives_its_tags(tmp_path, extension):
    file = put(tmp_path, f"song{extension}", title="Aïda & <b>", artist="A Band", album="An Album",
               date="1994-05-01", genre=["Grunge", "Drum & Bass"])  # fmt: skip
    assert tags.read_tags(file) == tags.Tags(
        "Aïda & <b>", "A Band", "An Album", "1994", ("Grunge", "Drum & Bass")
    )


ASF_NAMES = {"title": "Title", "artist": "Author", "date": "WM/Year", "genre": "WM/Genre"}


@pytest.mark.parametrize(
    ("extension", "form", "codec", "names"),
    [(".wma", "asf", "wmav2", ASF_NAMES), (".wv", "wv", "wavpack", {}), (".tta", "tta", "tta", {})],
)
def test_other_containers_give_their_tags(tmp_path, extension, form, codec, names):
    import av

    file = tmp_path / f"song{extension}"
    with av.open(str(file), "w", format=form) as container:
        track = container.add_stream(codec, rate=22_050, layout="mono")
        track.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(TONE[None], format="fltp", layout="mono")
        frame.sample_rate = 22_050
        resampler = av.AudioResampler(format=track.codec_context.format)
        for part in [*resampler.resample(frame), None]:
            container.mux(track.encode(part))
    fields = {"title": "Tune", "artist": "Band", "date": "2001", "genre": ["Techno", "House"]}
    write(file, **{names.get(field, field): value for field, value in fields.items()})
    assert tags.read_tags(file) == tags.Tags("Tune", "Band", "", "2001", ("Techno", "House"))


def test_numbers_of_id3_become_names(tmp_path):
    file = put(tmp_path, "song.mp3", genre=["(17)", "(4)Eurodisco", "8"])
    assert tags.read_tags(file).genres == ("Rock", "Disco", "Eurodisco", "Jazz")


def test_a_field_of_its_own_is_read_where_there_is_no_genre_frame(tmp_path):
    file = put(tmp_path, "song.mp3", title="x")
    opened = mutagen.File(file)
    opened.tags.add(id3.TXXX(encoding=3, desc="GENRE", text=["House", "Techno"]))
    opened.save()
    assert tags.read_tags(file).genres == ("House", "Techno")


def test_an_mp3_with_ape_tags_alone_gives_them(tmp_path):
    file = put(tmp_path, "song.mp3")
    found = apev2.APEv2()
    found["Genre"] = ["Ska", "Punk"]
    found["Title"] = "Tune"
    found.save(file)
    assert tags.read_tags(file) == tags.Tags(title="Tune", genres=("Ska", "Punk"))


def test_the_year_is_that_of_the_first_release(tmp_path):
    assert tags.read_tags(put(tmp_path, "a.ogg", date="2009", originaldate="1973-03")).year == (
        "1973"
    )
    assert tags.read_tags(put(tmp_path, "b.mp3", date="2009", originaldate="1973")).year == "1973"
    assert tags.read_tags(put(tmp_path, "c.ogg", date="unknown")).year == ""


def test_a_text_is_one_line_without_control_characters(tmp_path):
    file = put(tmp_path, "song.ogg", title="a\nb\x1b[2J\tc", artist=["One", "Two"],
               album="x" * 5000)  # fmt: skip
    found = tags.read_tags(file)
    assert found.title == "a b [2J c"
    assert found.artist == "One, Two"
    assert found.album == "x" * 500


@pytest.mark.parametrize("extension", [".mp3", ".flac", ".ogg", ".m4a"])
def test_a_damaged_file_says_so(tmp_path, extension):
    file = tmp_path / f"song{extension}"
    file.write_bytes(b"\x00garbage" * 100)
    with pytest.raises(SongError):
        tags.read_tags(file)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rock", ["Rock"]),
        ("Rock; Pop|Jazz\\Blues", ["Rock", "Pop", "Jazz", "Blues"]),
        ("Rock, Pop / Jazz", ["Rock", "Pop", "Jazz"]),
        ("R&B/Soul", ["R&B/Soul"]),
        ("Hip-Hop/Rap; R&B / Soul", ["Hip-Hop/Rap", "R&B / Soul"]),
        ("Drum & Bass", ["Drum & Bass"]),
        ("Electronic, Folk, World, & Country, Jazz", ["Electronic", "Folk, World, & Country",
                                                      "Jazz"]),
        ("Synthwave/Retro Thing", ["Synthwave", "Retro Thing"]),
        ("Rock\0Rock\0Pop", ["Rock", "Pop"]),
        (" ; / , ", []),
        ("", []),
        ("Шансон", ["Шансон"]),
        ("a" * 300, ["a" * 100]),
    ],
)  # fmt: skip
def test_names_are_parted(text, names):
    assert list(tags.split_genres(text)) == names


# The tables


@pytest.fixture
def music(tmp_path):
    """Eleven songs in Ogg, one broken and one without tags among them."""
    folder = tmp_path / "my music"
    for number in range(4):
        put(folder, f"rock/song {number}.ogg", genre="Grunge", artist="A", title=f"T {number}")
    put(folder, "rock/more.OGG", genre=["grunge", "Noise Rock", "Blues", "Live", "Punk"])
    put(folder, "e/one.ogg", genre="Electro-Industrial;drum n bass", date="1999")
    put(folder, "e/two.ogg", genre="Zyxcore")
    put(folder, "e/three.ogg", genre="Other", title="=cmd()|' /C calc'!A0")
    put(folder, "e/four.ogg", genre=["Unknown", "Drum & Bass", "Drum & Bass"])
    put(folder, "plain.ogg")
    (folder / "broken.mp3").write_bytes(b"no music")
    (folder / "notes.txt").write_text("no music")
    return folder


def test_tables_are_proposed_and_fit_a_study(music, capsys):
    assert main(["init", str(music)]) == 0
    songs = {row["path"]: row for row in table(music / "songs.csv")}
    assert list(songs) == sorted(songs)
    assert subgenres(songs["rock/song 0.ogg"]) == ["Grunge"]
    assert subgenres(songs["rock/more.OGG"]) == ["Grunge", "Noise Rock", "Blues"]
    assert subgenres(songs["e/one.ogg"]) == ["Electro-Industrial", "Drum & Bass"]
    assert songs["e/one.ogg"]["year"] == "1999"
    assert subgenres(songs["e/four.ogg"]) == ["Drum & Bass"]
    assert table(music / "taxonomy.csv") == [
        {"subgenre": subgenre, "genre_1": one, "genre_2": two}
        for subgenre, one, two in [
            ("Blues", "Blues", ""),
            ("Drum & Bass", "Electronic", "Dance"),
            ("Electro-Industrial", "Electronic", "Industrial & Noise"),
            ("Grunge", "Rock", ""),
            ("Noise Rock", "Rock", "Industrial & Noise"),
            ("Zyxcore", "Zyxcore", ""),
        ]
    ]
    without = table(music / "songs-without-genre.csv")
    assert [row["path"] for row in without] == ["broken.mp3", "e/three.ogg", "plain.ogg"]
    # With a space before it, which is not read, no spreadsheet runs it.
    assert without[1]["title"] == " =cmd()|' /C calc'!A0"
    library = read_library(music)
    assert len(library.songs) == 8
    assert library.labels()["Rock"].sum() == 5
    said = capsys.readouterr().out
    for words in (
        "8 songs with a genre in 6 subgenres.",
        "genre of the paper: Rock 5, Dance 2, Electronic 2, Industrial & Noise 2\n",
        "a genre of its own: Blues 1\n",
        "edit these rows of taxonomy.csv): Zyxcore 1\n",
        "1 song names more than three genres",
        "3 songs name no genre, as broken.mp3, e/three.ogg, plain.ogg: fill subgenre_1",
        "1 of them have tags that can't be read, as broken.mp3",
        "Next: python -m mgrlib check '",
    ):
        assert words in said


def test_what_spreadsheets_take_for_formulas_is_text_and_read_unchanged(music):
    for number, text in enumerate(["=1+1", "+1", "-1", "@a"]):
        put(music, f"{text}.ogg", genre=f"{text}core", artist=text, title=f"{number}")
    assert main(["init", str(music)]) == 0
    written = (music / "songs.csv").read_text("utf-8") + (music / "taxonomy.csv").read_text("utf-8")
    assert not [cell for line in written.split("\n") for cell in line.split(",")
                if cell.startswith(("=", "+", "-", "@"))]  # fmt: skip
    songs = read_library(music).songs.set_index("title")
    assert list(songs.loc[["0", "1", "2", "3"], "artist"]) == ["=1+1", "+1", "-1", "@a"]
    assert songs.loc["0", "subgenre_1"] == "=1+1core"
    assert all((music / path).is_file() for path in songs["path"])


def test_the_same_music_gives_the_same_tables(music, tmp_path):
    first = tags.propose_tables(music)
    assert tags.propose_tables(music) == first
    names = [path.name for path in tags.write_tables(first)]
    assert names == ["songs-without-genre.csv", "taxonomy.csv", "songs.csv"]
    assert not list(music.glob(".*"))


@pytest.mark.parametrize("name", ["songs.csv", "taxonomy.csv", "songs-without-genre.csv"])
def test_nothing_is_overwritten(music, name, capsys):
    (music / name).write_text("mine")
    assert main(["init", str(music)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"{name} is there already" in said
    assert "delete or rename" in said
    assert (music / name).read_text() == "mine"
    assert len(list(music.glob("*.csv"))) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "must be a folder with music"),
        (lambda folder: folder.mkdir(), "holds no music: files are known by the endings"),
        (lambda folder: (folder / ".hidden").mkdir(parents=True), "'.hidden' was skipped: hidden"),
        (lambda folder: folder.write_text("x"), "must be a folder with music"),
    ],
)
def test_a_folder_without_music_is_an_error(tmp_path, make, said):
    make(tmp_path / "music")
    with pytest.raises(LibraryError, match=said):
        tags.propose_tables(tmp_path / "music")


def test_music_without_any_genre_is_listed_and_an_error(tmp_path, capsys):
    put(tmp_path, "a.ogg", title="A")
    put(tmp_path, "b.ogg", genre="Other")
    (tmp_path / ".hidden").mkdir()
    assert main(["init", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "none of 2 songs names a genre in its tags ('.hidden' was skipped: hidden): " in said
    assert [row["title"] for row in table(tmp_path / "songs-without-genre.csv")] == ["A", ""]
    assert not (tmp_path / "songs.csv").exists()
    assert not (tmp_path / "taxonomy.csv").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_hidden_files_and_odd_names(tmp_path):
    folder, outside = tmp_path / "music", tmp_path / "outside"
    song = put(folder, "a/song.ogg", genre="Rock")
    put(folder, ".annex/object.ogg", genre="Rock")
    put(folder, "a/._song.ogg")
    put(folder, "a/back\\slash.ogg")
    put(outside, "other.ogg", genre="Rock")
    os.mkfifo(folder / "pipe.mp3")
    for link, target in {
        "again.ogg": song, "annexed.ogg": folder / ".annex/object.ogg", "b": folder / "a",
        "circle.ogg": folder / "circle.ogg", "gone.ogg": folder / "nothing.ogg",
        "leaves.ogg": outside / "other.ogg", "leaves too": outside, "a/up": folder,
    }.items():  # fmt: skip
        (folder / link).symlink_to(target)
    proposal = tags.propose_tables(folder)
    assert [row["path"] for row in proposal.songs] == ["a/song.ogg", "annexed.ogg"]
    assert proposal.skipped == [
        (".annex", "hidden"),
        ("a/._song.ogg", "hidden"),
        ("a/back\\slash.ogg", "a name that songs.csv can't hold (not UTF-8, with a backslash, or "
                              "begun like a drive)"),
        ("a/up", "a link to what is listed under its own name"),
        ("again.ogg", "a link to what is listed under its own name"),
        ("b", "a link to what is listed under its own name"),
        ("circle.ogg", "a link that leads nowhere or in a circle"),
        ("gone.ogg", "a link that leads nowhere or in a circle"),
        ("leaves too", "a link that leaves the folder"),
        ("leaves.ogg", "a link that leaves the folder"),
        ("pipe.mp3", "a pipe or a device"),
    ]  # fmt: skip
    tags.write_tables(proposal)
    assert len(read_library(folder).songs) == 2
    assert "Skipped, hidden: 2 (.annex, a/._song.ogg)" in tags.describe(proposal, [])


def test_what_tags_say_reaches_no_terminal_as_a_command(tmp_path):
    put(tmp_path, "song\x1b]0;x\x07.ogg", genre="Ro\x1b[31mck\x9b, Pop")
    put(tmp_path, "\x1b[2J.ogg")
    proposal = tags.propose_tables(tmp_path)
    assert "\x1b" not in tags.describe(proposal, tags.write_tables(proposal))
    assert [row["subgenre_1"] for row in proposal.songs] == ["Ro [31mck"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_an_error(music):
    music.chmod(0o555)
    try:
        with pytest.raises(LibraryError, match="nothing can be written to"):
            tags.propose_tables(music)
    finally:
        music.chmod(0o755)


def test_the_most_frequent_spelling_names_a_subgenre(tmp_path):
    for number, genre in enumerate(["hip hop", "Hip-Hop", "Hip-Hop", "Zyx Core", "zyxcore"]):
        put(tmp_path, f"{number}.ogg", genre=genre)
    proposal = tags.propose_tables(tmp_path)
    assert proposal.songs_of == {"Hip-Hop": 3, "Zyx Core": 2}
    assert proposal.taxonomy == {"Hip-Hop": ("Hip-Hop",), "Zyx Core": ("Zyx Core",)}


def test_help_loads_nothing_heavy():
    command = [sys.executable, "-c", "from mgrlib.__main__ import main; import sys\n"
               "try: main(['init', '--help'])\nexcept SystemExit: pass\n"
               "print({'numpy', 'pandas', 'mutagen'} & set(sys.modules))"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.endswith("set()\n")
