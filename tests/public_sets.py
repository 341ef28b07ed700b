"""Small copies of public data sets in their real layouts, with the traps of the real ones.

Every maker writes tables as the data set has them and a tone for each song, and what a
reader has to find there stands beside it, written by hand.
"""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import soundfile
from conftest import RATE, tone

SECONDS = 1.1


def write_tone(path: Path, hertz: float, *, form: str, seconds: float = SECONDS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(hertz, seconds=seconds), RATE, format=form)


# --- FMA -------------------------------------------------------------------------------

FMA_COLUMNS = {
    "album": "comments date_created date_released engineer favorites id information listens "
    "producer tags title tracks type",
    "artist": "active_year_begin active_year_end associated_labels bio comments date_created "
    "favorites id latitude location longitude members name related_projects tags website "
    "wikipedia_page",
    "set": "split subset",
    "track": "bit_rate comments composer date_created date_recorded duration favorites genre_top "
    "genres genres_all information interest language_code license listens lyricist number "
    "publisher tags title",
}
FMA_GENRES = """genre_id,#tracks,parent,title,top_level
8,868,0,Old-Time / Historic,8
12,32923,0,Rock,12
15,34413,0,Electronic,15
21,8389,0,Hip-Hop,21
25,9261,12,Punk,12
38,38154,0,Experimental,38
89,1858,25,Post-Punk,12
107,7206,1235,Ambient,1235
181,2140,15,Techno,15
1235,14938,0,Instrumental,1235
"""
FMA_FIELDS = [("set", "subset"), ("set", "split"), ("track", "genres"), ("artist", "id"),
              ("artist", "name"), ("album", "id"), ("album", "title"),
              ("album", "date_released"), ("track", "date_recorded")]  # fmt: skip
"""What the rows below hold after the track's number."""
FMA_TRACKS = [
    (2, "small", "training", "[21]", 1, "AWOL", 1, 'AWOL, a "Way" of Life', "2009-01-05", ""),
    (5, "small", "training", "[21]", 1, "AWOL", 1, 'AWOL, a "Way" of Life', "2009-01-05", ""),
    (10, "small", "test", "[12]", 6, "Kürt Vile", 6, "Constant Hitmaker", "", "2008-02-01"),
    (20, "small", "training", "[12, 25]", 4, "Nicky Cook", 4, "Live", "2009-01-07", ""),
    (26, "small", "test", "[181, 15, 181]", 4, "Nicky Cook", 4, "Live", "2009-01-07", ""),
    (30, "medium", "validation", "[]", 4, "Nicky Cook", 4, "Live", "2009-01-07", ""),
    (46, "small", "training", "[12, 25, 89, 107]", 7, "Smith", -1, "", "", ""),
    (48, "small", "training", "[107]", 9, "Smith", -1, "", "", "1996-12-31"),
    (1134, "small", "training", "[15]", 52, "東京 <i>x</i>", 58, "Live", "not known", ""),
    (1135, "small", "validation", "[25]", 52, "東京 <i>x</i>", 58, "Live", "", ""),
    (137, "medium", "training", "[8]", 54, "Argumentix", 60, "Nightmarcher", "2005-01-01", ""),
    (155555, "large", "test", "[38]", 99, "Last", 99, "End", "2017-03-30", ""),
]  # fmt: skip
FMA_MORE = range(2001, 2029)
"""Songs of small to have enough for a study: Rock or Electronic, training or test."""
FMA_SMALL = {
    "000/000002.mp3": {"title": 'Song 2, "two"\nlines', "artist": "AWOL", "year": "2009",
                       "album": 'AWOL, a "Way" of Life', "subgenres": ["Hip-Hop"]},
    "000/000010.mp3": {"title": 'Song 10, "two"\nlines', "artist": "Kürt Vile", "year": "2008",
                       "album": "Constant Hitmaker", "subgenres": ["Rock"]},
    "000/000020.mp3": {"album": "Live [4]", "year": "2009", "subgenres": ["Rock", "Punk"]},
    "000/000026.mp3": {"album": "Live [4]", "subgenres": ["Techno", "Electronic"]},
    "000/000046.mp3": {"album": "", "year": "", "artist": "Smith [7]",
                       "subgenres": ["Rock", "Punk", "Post-Punk", "Ambient"]},
    "000/000048.mp3": {"album": "", "year": "1996", "artist": "Smith [9]"},
    "001/001134.mp3": {"album": "Live [58]", "year": "", "artist": "東京 <i>x</i>"},
}  # fmt: skip
FMA_SIZES = {"fma-small": 9 + len(FMA_MORE), "fma-medium": 10 + len(FMA_MORE),
             "fma-large": 11 + len(FMA_MORE), "fma-full": 11 + len(FMA_MORE)}  # fmt: skip


def _fma_rows():
    yield from FMA_TRACKS
    for number in FMA_MORE:
        split = "test" if number % 4 == 0 else "training"
        genres = "[12]" if number % 3 else "[15, 181]"
        yield (number, "small", split, genres, number, f"Artist {number}", number,
               f"A {number}", "", "")  # fmt: skip


def make_fma_metadata(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "genres.csv").write_text(FMA_GENRES, encoding="utf-8")
    columns = [(top, name) for top, names in FMA_COLUMNS.items() for name in names.split()]
    with (folder / "tracks.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["", *(top for top, _ in columns)])
        writer.writerow(["", *(name for _, name in columns)])
        writer.writerow(["track_id", *("" for _ in columns)])
        for track, *values in _fma_rows():
            row = dict(zip(FMA_FIELDS, values, strict=True))
            row["track", "title"] = f'Song {track}, "two"\nlines'
            row["track", "genre_top"] = "Rock" if row["track", "genres"] == "[12]" else ""
            row["artist", "bio"] = "<p>many\n\nlines, and commas</p>"
            for day in (("album", "date_released"), ("track", "date_recorded")):
                row[day] += " 00:00:00" if row[day][:1].isdigit() else ""
            writer.writerow([track, *(row.get(column, "") for column in columns)])


def make_fma(folder: Path, kind: str = "fma-small", *, audio: bool = True) -> Path:
    """``fma_metadata`` and, of the tracks with a genre, one folder of audio."""
    make_fma_metadata(folder / "fma_metadata")
    for track, *_ in _fma_rows() if audio else ():
        path = f"{kind.replace('-', '_')}/{track // 1000:03d}/{track:06d}.mp3"
        write_tone(folder / path, 200 + 3 * (track % 1000), form="MP3")
    return folder


# --- MTG-Jamendo -----------------------------------------------------------------------

JAMENDO_HEADER = ["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "PATH", "DURATION", "TAGS"]
JAMENDO_TAGS = [
    ["genre---rock"],
    ["genre---rock", "genre---metal", "genre---punkrock", "genre---90s"],
    ["genre---electronic", "genre---ambient"],
    ["genre---jazz"],
]
"""Of a track by its number modulo four: a row has as many columns as its track needs."""
JAMENDO_TRACKS = range(1000, 1048)
JAMENDO_PARTS = {
    0: ("train", "train", "validation", "test"),
    1: ("test", "train", "train", "validation"),
}
"""Part of an artist, by its number modulo four, in each split."""
JAMENDO_NAMES = {
    1000: ('Say "it', "The Band", "Début", "2004-12-28"),
    1004: ("Tab\u2028less", "The Band", "Live", ""),
    1012: ("Third", "The Band", "Live", "2011-01-01"),
}
"""Title, artist, album and day of release of some tracks; artists 250, 251 and 253 share a name."""


def _jamendo_row(number: int) -> list[str]:
    return [f"track_{number:07d}", f"artist_{number // 4:06d}", f"album_{number // 2:06d}",
            f"{number % 100:02d}/{number}.mp3", "210.5", *JAMENDO_TAGS[number % 4]]  # fmt: skip


def make_jamendo(folder: Path, *, audio: str = "audio", ending: str = ".mp3") -> Path:
    for split, parts in JAMENDO_PARTS.items():
        place = folder / "data" / "splits" / f"split-{split}"
        place.mkdir(parents=True)
        for part in set(parts):
            rows = [_jamendo_row(n) for n in JAMENDO_TRACKS if parts[n // 4 % 4] == part]
            text = "".join("\t".join(row) + "\r\n" for row in [JAMENDO_HEADER, *rows])
            (place / f"autotagging_genre-{part}.tsv").write_bytes(text.encode())
    for number in JAMENDO_TRACKS if audio else ():
        path = f"{audio}/{number % 100:02d}/{number}{ending}"
        write_tone(folder / path, 100 + 4 * (number - 900), form="MP3")
    return folder


def add_jamendo_names(folder: Path) -> None:
    lines = [["TRACK_ID", "ARTIST_ID", "ALBUM_ID", "TRACK_NAME", "ARTIST_NAME", "ALBUM_NAME",
              "RELEASEDATE", "URL"]]  # fmt: skip
    for number, (title, artist, album, day) in JAMENDO_NAMES.items():
        lines.append([*_jamendo_row(number)[:3], title, artist, album, day, "http://x"])
    text = "".join("\t".join(line) + "\r\n" for line in lines)
    (folder / "data" / "raw.meta.tsv").write_bytes(text.encode())


# --- GTZAN -----------------------------------------------------------------------------

GTZAN_CLIPS = {
    "blues": [0, 1, 12, 13, 14, 15, 29, 30, 31, 32],
    "rock": [0, 1, 2, 3, 10, 11, 12, 13, 38, 49],
    "jazz": [0, 1, 2, 33, 47, 48, 54, 73, 74, 75],
}
"""Clips that are there; jazz.00033 is in no part of the filtered split, jazz.00054 is broken."""


def make_gtzan(folder: Path, *, audio: str = "genres", ending: str = ".wav") -> Path:
    for genre, clips in GTZAN_CLIPS.items():
        for clip in clips:
            path = folder / audio / genre / f"{genre}.{clip:05d}{ending}"
            hertz = 200 + 7 * clip + 300 * len(genre)
            write_tone(path, hertz, form={".wav": "WAV", ".au": "AU"}[ending])
    (folder / audio / "jazz" / f"jazz.00054{ending}").write_bytes(b"RIFF\0\0\0\0 no sound")
    return folder


# --- mirdata ---------------------------------------------------------------------------

BALLROOM_INDEX = "ballroom_full_index_1.0.json"
BALLROOM = {f"Media-{number}": ("Jive", "Waltz")[number % 2] for number in range(100, 124)}


def make_ballroom(folder: Path, *, index: bool = True) -> Path:
    """The data set ``ballroom`` as mirdata expects it, with an index of our own beside it."""
    tracks = {}
    for number, (name, genre) in enumerate(BALLROOM.items()):
        path = f"B_1.0/audio/BallroomData/{genre}/{name}.wav"
        write_tone(folder / path, 300 + 40 * number, form="WAV")
        tracks[name] = {"audio": [path, None], "beats": [None, None], "tempo": [None, None]}
    if index:
        text = json.dumps({"version": "1.0", "tracks": tracks})
        (folder / BALLROOM_INDEX).write_text(text)
    return folder


class StandIn:
    """As much of mirdata's interface as the loader uses, for tests without it."""

    class Data:
        """A data set; its tracks are those of the index."""

        def __init__(self, name: str, data_home: str, tracks=None):
            self.name, self.data_home = name, data_home
            self.index_path = f"/nowhere/{BALLROOM_INDEX}"
            self.readme, self._license_info = "https://example.org/ballroom", "None\nknown"
            remote = {"filename": "data1.tar.gz", "url": "https://example.org/data1.tar.gz",
                      "checksum": "0" * 32, "destination_dir": "B_1.0/audio"}  # fmt: skip
            self.remotes = {"audio": SimpleNamespace(**remote)}
            self.tracks = tracks

        @property
        def track_ids(self):
            if self.tracks is not None:
                return list(self.tracks)
            return list(json.loads(Path(self.index_path).read_text())["tracks"])

        def track(self, name):
            if self.tracks is not None:
                return self.tracks[name]
            entry = json.loads(Path(self.index_path).read_text())["tracks"][name]
            path = f"{self.data_home}/{entry['audio'][0]}"
            return SimpleNamespace(track_id=name, audio_path=path,
                                   genre=path.split("/")[-2].lower())  # fmt: skip

    def __init__(self, tracks=None):
        self.tracks = tracks

    def list_datasets(self):
        return ["ballroom", "dali", "groove_midi"]

    def initialize(self, name, data_home):
        if name == "dali":
            raise ImportError("No module named 'DALI'")
        return self.Data(name, data_home, self.tracks)
