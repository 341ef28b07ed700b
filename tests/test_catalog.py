"""The two tables of a library: what is read, and the error for every wrong line."""

import os

import pandas as pd
import pytest

from mgrlib.catalog import choose_genres, genre_labels, read_library, subgenre_columns
from mgrlib.errors import LibraryError, SettingsError

SONGS = "path,title,artist,album,year,subgenre_1,subgenre_2,subgenre_3\n"
TAXONOMY = "subgenre,genre_1,genre_2\nbebop,Jazz,\nacid jazz,Jazz,Dance\ntechno,Electronic,Dance\n"


def library(folder, songs, taxonomy=TAXONOMY):
    (folder / "songs.csv").write_text(songs, encoding="utf-8")
    (folder / "taxonomy.csv").write_text(taxonomy, encoding="utf-8")
    return read_library(folder)


def test_genres_are_the_union_over_subgenres(tmp_path):
    songs = SONGS + "a.mp3,A,X,R,1959,bebop,,\nb.mp3,B,X,R,,acid jazz,techno,bebop\n"
    labels = library(tmp_path, songs).labels()
    assert list(labels.columns) == ["Jazz", "Dance", "Electronic"]
    assert labels.loc["a.mp3"].tolist() == [True, False, False]
    assert labels.loc["b.mp3"].tolist() == [True, True, True]


def test_only_path_and_subgenre_1_are_needed(tmp_path):
    songs = library(tmp_path, "path,subgenre_1\na.mp3,bebop\n").songs
    assert songs.iloc[0].to_dict() == {
        "path": "a.mp3", "title": "", "artist": "", "album": "", "year": "",
        "subgenre_1": "bebop", "subgenre_2": "", "subgenre_3": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffpath,subgenre_1\na.mp3,bebop\n",
        "path,subgenre_1\r\na.mp3,bebop\r\n",
        " path , subgenre_1 \na.mp3, bebop \n",
        'path,subgenre_1,more\n"a.mp3","bebop",x\n',
    ],
    ids=["byte order mark", "CRLF", "spaces", "further columns"],
)
def test_usual_csv_dialects_are_read(tmp_path, text):
    assert list(library(tmp_path, text).songs["path"]) == ["a.mp3"]


def test_paths_may_hold_commas_quotes_and_other_scripts(tmp_path):
    path = 'Sigur Rós, "live"/歌.mp3'
    quoted = path.replace('"', '""')
    songs = library(tmp_path, f'path,subgenre_1\n"{quoted}",bebop\n').songs
    assert songs["path"].tolist() == [path]


@pytest.mark.parametrize(
    ("songs", "message"),
    [
        ("title,subgenre_1\na,bebop\n", "songs.csv: line 1: the column 'path' is missing"),
        ("path,title\na.mp3,A\n", "songs.csv: line 1: the column 'subgenre_1' is missing"),
        ("path,path,subgenre_1\na,b,bebop\n", "line 1: the column 'path' stands there twice"),
        ("", "line 1: the column 'path' is missing, got none"),
        ("path,subgenre_1\n", "songs.csv: has no rows"),
        ("path,subgenre_1\na.mp3,bebop\nb.mp3,swing\n", "line 3: 'swing': subgenre_1 must be"),
        ("path,subgenre_1\na.mp3,\n", "line 2: 'a.mp3': subgenre_1 of this song must not be"),
        ("path,subgenre_1\n,bebop\n", "line 2: '': path must not be empty"),
        ("path,subgenre_1\n/etc/passwd,bebop\n", "line 2: '/etc/passwd': path must be relative"),
        ("path,subgenre_1\n../a.mp3,bebop\n", "line 2: '../a.mp3': path must be relative"),
        ("path,subgenre_1\na/../../b.mp3,bebop\n", "path must be relative and stay inside"),
        ("path,subgenre_1\nC:\\a.mp3,bebop\n", "path must be relative and stay inside"),
        ("path,subgenre_1\na.mp3,bebop\na.mp3,techno\n", "line 3: 'a.mp3': a song must stand in"),
        ("path,year,subgenre_1\na.mp3,late,bebop\n", "line 2: 'late': year must be empty or"),
        ("path,subgenre_1\na.mp3,bebop,more\n", "line 2: ['more']: a row has no more fields"),
        ('path,subgenre_1\n"a.mp3,bebop\n', "not a CSV table"),
    ],
)
def test_a_wrong_songs_table_names_file_line_value_and_rule(tmp_path, songs, message):
    with pytest.raises(LibraryError) as caught:
        library(tmp_path, songs)
    assert message in str(caught.value)
    assert "songs.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("taxonomy", "message"),
    [
        ("subgenre\nbebop\n", "taxonomy.csv: line 1: the column 'genre_1' is missing"),
        ("subgenre,genre_1\nbebop,\n", "line 2: 'bebop': genre_1 of this subgenre must not"),
        ("subgenre,genre_1\n,Jazz\n", "line 2: '': subgenre must not be empty"),
        ("subgenre,genre_1\nbebop,Jazz\nbebop,Dance\n", "line 3: 'bebop': a subgenre must stand"),
        ("subgenre,genre_1\n", "taxonomy.csv: has no rows"),
    ],
)
def test_a_wrong_taxonomy_names_file_line_value_and_rule(tmp_path, taxonomy, message):
    with pytest.raises(LibraryError) as caught:
        library(tmp_path, "path,subgenre_1\na.mp3,bebop\n", taxonomy)
    assert message in str(caught.value)


def test_a_table_must_be_there_and_be_text(tmp_path):
    with pytest.raises(LibraryError, match=r"taxonomy\.csv is missing"):
        read_library(tmp_path)
    (tmp_path / "taxonomy.csv").write_bytes(b"subgenre,genre_1\nb\xe9bop,Jazz\n")
    with pytest.raises(LibraryError, match="must be UTF-8"):
        read_library(tmp_path)
    with pytest.raises(LibraryError, match="is no folder"):
        read_library(tmp_path / "nowhere")


def test_a_link_that_leaves_the_folder_is_refused(tmp_path):
    (tmp_path / "outside.mp3").write_bytes(b"x")
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "a.mp3").symlink_to(tmp_path / "outside.mp3")
    with pytest.raises(LibraryError, match=r"line 2: 'a.mp3'.*this link leaves it"):
        library(folder, "path,subgenre_1\na.mp3,bebop\n")


def test_a_link_within_the_folder_is_followed(tmp_path):
    (tmp_path / "b.mp3").write_bytes(b"x")
    (tmp_path / "a.mp3").symlink_to(tmp_path / "b.mp3")
    assert len(library(tmp_path, "path,subgenre_1\na.mp3,bebop\n").songs) == 1


def test_a_link_to_a_folder_is_looked_through(tmp_path):
    folder = tmp_path / "library"
    (folder / "real").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (folder / "inner").symlink_to(folder / "real")
    (folder / "outer").symlink_to(tmp_path / "outside")
    (folder / "real" / "loop.mp3").symlink_to(folder / "real" / "loop.mp3")
    (folder / "real" / "far.mp3").symlink_to("/etc/passwd")
    head = "path,subgenre_1\n"
    assert len(library(folder, head + "inner/a.mp3,bebop\ninner/loop.mp3,bebop\n").songs) == 2
    for path in ("outer/a.mp3", "outer/deeper/a.mp3", "inner/far.mp3", "inner/../outer/a.mp3"):
        with pytest.raises(LibraryError, match=r"line 2: .*stay inside the library's folder"):
            library(folder, head + f"{path},bebop\n")


def test_each_folder_is_resolved_once_and_no_song_need_be_there(tmp_path, monkeypatch):
    resolved = []
    realpath = os.path.realpath
    monkeypatch.setattr(
        "os.path.realpath", lambda path, **how: resolved.append(path) or realpath(path, **how)
    )
    rows = "".join(f"artist {n % 3}/song {n}.mp3,bebop\n" for n in range(300))
    assert len(library(tmp_path, f"path,subgenre_1\n{rows}").songs) == 300
    assert len(resolved) < 10


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("a.mp3,A,bebop", "line 3: 'a.mp3': a song must stand in one line only, and line 2 says "
         "the same: delete one"),
        ("a.mp3,B,bebop", "and line 2 says something else of it: delete one"),
        ("./a.mp3,A,bebop", "line 3: './a.mp3': a song must stand in one line only"),
    ],
    ids=["identical", "other data", "other spelling"],
)  # fmt: skip
def test_a_song_that_stands_twice_names_both_lines(tmp_path, second, message):
    with pytest.raises(LibraryError) as caught:
        library(tmp_path, f"path,title,subgenre_1\na.mp3,A,bebop\n{second}\n")
    assert message in str(caught.value)


def test_more_than_three_subgenres_are_read(tmp_path):
    head = "path,subgenre_12,subgenre_1,subgenre_4,subgenre_x\n"
    songs = library(tmp_path, head + "a.mp3,techno,bebop,acid jazz,no column of this table\n").songs
    assert subgenre_columns(songs) == [f"subgenre_{n}" for n in (1, 2, 3, 4, 12)]
    assert genre_labels(songs, {"bebop": ("Jazz",), "acid jazz": (), "techno": ("Dance",)}).loc[
        "a.mp3"
    ].to_dict() == {"Jazz": True, "Dance": True}
    with pytest.raises(LibraryError, match="'polka': subgenre_4 must be a subgenre"):
        library(tmp_path, head + "a.mp3,,bebop,polka,\n")


def test_semicolons_in_both_tables(tmp_path):
    taxonomy = TAXONOMY.replace(",", ";")
    table = library(tmp_path, "path;subgenre_1\na, b.mp3;bebop\n", taxonomy)
    assert table.songs["path"].tolist() == ["a, b.mp3"]
    assert table.taxonomy["acid jazz"] == ("Jazz", "Dance")


def test_a_report_takes_every_wrong_line(tmp_path):
    """Also both faults of a line; a subgenre whose own line is wrong does not spread."""
    taxonomy = "subgenre,genre_1\nbebop,Jazz\nswing,\nbebop,Rock\n"
    rows = [
        "a.mp3,bebop,",
        "a.mp3,bebop,x",
        "../b.mp3,polka,",
        "c.mp3,swing,1999,more",
        "d.mp3,swing,",
    ]
    problems = []
    (tmp_path / "taxonomy.csv").write_text(taxonomy)
    (tmp_path / "songs.csv").write_text("\n".join(["path,subgenre_1,year", *rows, ""]))
    songs = read_library(tmp_path, report=problems.append).songs
    assert [(error.table.name, error.line, error.value) for error in problems] == [
        ("taxonomy.csv", 3, "swing"),
        ("taxonomy.csv", 4, "bebop"),
        ("songs.csv", 3, "a.mp3"),
        ("songs.csv", 3, "x"),
        ("songs.csv", 4, "../b.mp3"),
        ("songs.csv", 4, "polka"),
        ("songs.csv", 5, ["more"]),
    ]
    assert songs["path"].tolist() == ["a.mp3", "d.mp3"]


def labels(**counts) -> pd.DataFrame:
    """Labels of 20 songs: the first n of each genre."""
    return pd.DataFrame({genre: [i < n for i in range(20)] for genre, n in counts.items()})


def choose(table, *, genres="all", min_songs=4, max_genres=16):
    return choose_genres(table, genres=genres, min_songs=min_songs, max_genres=max_genres)


def test_genres_are_chosen_by_size_and_the_others_are_named():
    chosen, left_out = choose(labels(Small=3, Jazz=5, Rock=12, Common=17), max_genres=1 + 1)
    assert chosen == ["Rock", "Jazz"]
    assert {row["genre"]: row["reason"].split(":")[0] for row in left_out} == {
        "Common": "too common",
        "Small": "too small",
    }


def test_no_more_than_max_genres():
    chosen, left_out = choose(labels(A=5, B=9, C=7), max_genres=2)
    assert chosen == ["B", "C"]
    assert left_out == [{"genre": "A", "songs": 5, "reason": "beyond max_genres=2, largest first"}]


def test_the_papers_genres_or_a_list():
    table = labels(Jazz=8, Rock=9, Zydeco=10)
    assert choose(table, genres="paper")[0] == ["Rock", "Jazz"]
    assert choose(table, genres=("Jazz", "Zydeco"))[0] == ["Zydeco", "Jazz"]
    assert choose(table, genres="native")[0] == ["Zydeco", "Rock", "Jazz"]


def test_an_unknown_genre_names_the_known_ones():
    with pytest.raises(SettingsError, match=r"'Polka' is no genre of taxonomy.csv.*Rock, Jazz"):
        choose(labels(Jazz=8, Rock=9), genres=("Jazz", "Polka"))


def test_one_genre_is_too_few():
    with pytest.raises(LibraryError, match=r"at least two genres.*Rock 9, Jazz 2"):
        choose(labels(Jazz=2, Rock=9))
