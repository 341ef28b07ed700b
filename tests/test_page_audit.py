"""Notebook 01 on odd libraries: what the page says where there is little or much to say."""

import io
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import run_cells, words

from mgrlib import figures, pipeline
from mgrlib.audio import COLUMNS
from mgrlib.audit import full_audit
from mgrlib.catalog import Library
from mgrlib.images import Images
from mgrlib.settings import make_settings
from mgrlib.splits import draw_split

PAGE = "01_dataset_audit"
FIGURES = {
    "genre-sizes", "imbalance", "co-occurrence", "subgenre-flow", "years", "durations", "loudness",
    "concentration",
}  # fmt: skip


@pytest.fixture
def saved(monkeypatch) -> dict:
    """The figures of a page by their names, drawn once and small instead of saved twice."""
    found = {}

    def save(figure, run, name):
        figure.savefig(io.BytesIO(), format="png", dpi=30)
        found[name] = figure
        return figure

    monkeypatch.setattr(figures, "save_figure", save)
    return found


def texts(figure) -> str:
    """All that stands in a figure."""
    return " ".join(
        text.get_text().replace("\n", " ")
        for ax in figure.axes
        for text in [*ax.texts, *ax.get_yticklabels(), *ax.get_xticklabels()]
    )


def made_up_sound(songs: int, **columns) -> pd.DataFrame:
    """What is known of songs that nobody heard: all alike, but for `columns`."""
    plain = {"format": "FLAC", "lossless": True, "native_rate": 44_100, "channels": 2,
             "bit_depth": 16, "bit_rate": 900.0, "bandwidth": 22_050.0, "seconds": 60.0,
             "loudness": -14.0, "peak": -1.0}  # fmt: skip
    empty = {name: np.zeros(1, dtype=kind)[0].item() for name, kind in COLUMNS.items()}
    return pd.DataFrame({**empty, **plain, **columns}, index=[f"{n}.wav" for n in range(songs)])


@pytest.fixture
def page(monkeypatch, saved, tmp_path):
    """Run the page on made-up songs without sound, split and audited as a study would."""

    def show(taxonomy, rows, *, trained=None, about=None, sound=None, **columns):
        songs = pd.DataFrame({"path": [f"{place}.wav" for place in range(len(rows))]})
        songs = songs.assign(**{"title": "", "artist": "", "album": "", "year": ""} | columns)
        for place in range(max(map(len, rows))):
            songs[f"subgenre_{place + 1}"] = [
                row[place] if place < len(row) else "" for row in rows
            ]
        library = Library(tmp_path, songs, taxonomy, about=about)
        labels = library.labels()
        genres = trained or list(labels.columns[labels.any()])
        split = draw_split(labels[genres].to_numpy(), test_fraction=0.25, seed=0)
        images = Images(
            paths=list(songs["path"]), pixels={}, seconds=np.full(len(rows), 60.0), rejected=[],
            padded=np.zeros(len(rows), dtype=bool), fingerprints=np.random.default_rng(0).integers(
                2**32, size=(len(rows), 40), dtype=np.uint32),
            sound=made_up_sound(len(rows)) if sound is None else sound,
        )  # fmt: skip
        audit = full_audit(
            songs, labels, settings=make_settings(profile="smoke"), library=library,
            images=images, genres=genres, splits=[split],
        )  # fmt: skip
        catalog = SimpleNamespace(
            audit=lambda: audit, library=library, images=images, all_labels=labels
        )
        study = SimpleNamespace(
            catalog=catalog, name="made-up", folder=tmp_path, caution="They are made up.",
            corpus_words=f"{len(rows)} songs",
        )  # fmt: skip
        monkeypatch.setattr(pipeline, "open_study", lambda run, **settings: study)
        return words(run_cells(PAGE))

    return show


def test_songs_of_which_little_is_known(page, saved):
    taxonomy = {"calm": ("Ambient",), "loud": ("Metal",)}
    said = page(taxonomy, [["calm"], ["loud"]] * 8)
    assert "16 songs carry 16 labels of 2 genres. There are 2 sets of genres." in said
    assert "2 subgenres have songs. No song has two genres." in said
    assert "0 of 16 songs have a year." in said
    assert "| *no song has two genres* | – | – | – | – |" in said
    assert "No duplicate was found." in said
    assert "CVIR | how much genres differ in that: 0 where they are equally large | 0.000 |" in said
    assert set(saved) >= FIGURES
    assert "No song of this run has a year." in texts(saved["years"])
    assert "Ambient (8)" in texts(saved["imbalance"])


def test_one_genre_holds_all_songs_and_the_other_one(page, saved):
    taxonomy = {"song": ("All",), "odd": ("All", "Rare"), "never": ("Unused",)}
    said = page(taxonomy, [["odd"]] * 4 + [["song"]] * 12, year="1999", trained=["Rare"])
    assert "3 genres" not in said
    assert "| All, Rare | 4 | 100 | 4.0 | 1.0 |" in said
    assert "Of 4 songs with two genres or more, 4 would have them by one subgenre alone" in said
    assert "Unused" not in said
    assert "16 of 16 songs have a year, from 1999 to 1999." in said
    assert "song (12)" in texts(saved["subgenre-flow"])


def test_subgenres_that_are_genres_and_more_of_them_than_rows(page, saved):
    rng = np.random.default_rng(3)
    names = [f"tag {place:02d}" for place in range(95)]
    rows = [list(rng.choice(names, rng.integers(1, 6), replace=False)) for _ in range(200)]
    said = page({name: (name,) for name in names}, rows, trained=names[:4])
    assert "95 subgenres have songs" in said
    assert "… 55 more …" in texts(saved["imbalance"])
    assert "there is no flow to draw" in texts(saved["subgenre-flow"])
    assert len(saved["co-occurrence"].axes[0].get_yticklabels()) == 20


def test_three_hundred_subgenres_of_thirty_genres(page, saved):
    rng = np.random.default_rng(4)
    taxonomy = {f"sub {place}": (f"genre {place % 30}",) for place in range(300)}
    rows = [[name] for name in rng.choice(list(taxonomy), 360)]
    page(taxonomy, rows, trained=["genre 1", "genre 2"], year="1723")
    flow = texts(saved["subgenre-flow"])
    assert "other subgenres" in flow
    assert "other genres" in flow


def test_silence_without_a_file_has_no_loudness_and_no_format(page, saved):
    sound = made_up_sound(8, format="", lossless=False, loudness=np.nan, bit_rate=np.nan)
    said = page({"a": ("A",), "b": ("B",)}, [["a"], ["b"]] * 4, sound=sound)
    assert "loud enough for its loudness to be defined" in texts(saved["loudness"])
    assert "| Loudness of the segment (LUFS) | – | – | – | – | – |" in said
    assert "nan" not in said


def test_a_format_that_goes_with_a_genre_is_named(page):
    sound = made_up_sound(40, format=["MP3", "FLAC"] * 20, lossless=[False, True] * 20)
    said = page({"a": ("A",), "b": ("B",)}, [["a"], ["b"]] * 20, sound=sound)
    assert "| format | A | 1.00 | MP3: 100.0 % | MP3: 0.0 % |" in said
    assert "| lossless or lossy | A | 1.00 | lossy: 100.0 % | lossy: 0.0 % |" in said


def test_one_recording_under_two_labels(page):
    sound = made_up_sound(8, digest=["same", "same", *map(str, range(6))])
    said = page({"a": ("A",), "b": ("B",)}, [["a"], ["b"]] * 4, sound=sound)
    assert "2 songs have a duplicate, in 1 group, the largest of 2: 1 exact pair, 0 near" in said
    assert "Different genres have 1 pair, not one genre in common 1 of them" in said
    assert r"| 0\.wav | 1\.wav | exact | different |" in said


def test_years_that_are_no_years_of_recordings(page):
    said = page({"a": ("A",), "b": ("B",)}, [["a"], ["b"]] * 4, year=["1723", "2001"] * 4)
    assert "from 1723 to 2001" in said
    assert "4 are dated before sound could be recorded" in said


def test_a_public_data_set_is_named_with_licence_and_citation(page):
    about = SimpleNamespace(name="A *Set*", citation="sturm2013", metadata_licence="CC BY 4.0",
                            audio_licence="by its artists")  # fmt: skip
    said = page({"a": ("A",), "b": ("B",)}, [["a"], ["b"]] * 4, about=about)
    assert r"The data set is A \*Set\* {cite}`sturm2013`; license of its metadata: CC BY" in said
    assert "; of its audio: by its artists." in said


def test_names_with_markup_on_real_files(saved, tmp_path, tone_library):
    library = tmp_path / "marked"
    shutil.copytree(tone_library, library)
    for table, old, new in [
        ("taxonomy.csv", "Low", "<script>alert(1)</script>"),
        ("taxonomy.csv", "High", "R|B *$x$*"),
        ("songs.csv", "Song", "<b>Song</b>"),
        ("songs.csv", "Artist", "<i>Artist</i>"),
    ]:
        file = library / table
        file.write_text(file.read_text().replace(old, new))
    shown = run_cells(
        PAGE, run=str(tmp_path / "runs" / "page"), profile="smoke", corpus=str(library),
        overrides={"segment_seconds": 1, "depths": [34], "scales": ["mel"], "songs": 48, "jobs": 1},
    )  # fmt: skip
    said = words(shown)
    assert "<script>" not in said
    assert "<b>" not in said
    assert "<i>" not in said
    assert r"R\|B \*\$x\$\*" in said
    assert set(saved) >= FIGURES
    for value in shown:
        assert getattr(value, "data", "something") != "nan"


# The figures themselves


def drawn(draw, *data, **settings):
    figure = figures.make_figure(draw, *data, **settings)
    figure.draw_without_rendering()
    return figure.axes[0]


def test_a_cell_is_the_share_of_the_row():
    table = pd.DataFrame([[20, 5], [5, 10]], index=["A", "B"], columns=["A", "B"])
    ax = drawn(figures.draw_co_occurrence, table)
    shown = np.ma.filled(ax.collections[0].get_array().astype(float), np.nan).reshape(2, 2)
    assert shown[0, 1] == 25  # 5 of the 20 songs with A
    assert shown[1, 0] == 50  # 5 of the 10 songs with B
    assert np.isnan(np.diag(shown)).all()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["A (20)", "B (10)"]


def test_streams_are_as_wide_as_their_songs_and_fill_the_blocks():
    table = pd.DataFrame(
        [("x", "A", 30, False), ("y", "A", 10, True), ("y", "B", 10, True)],
        columns=["subgenre", "genre", "songs", "shared"],
    )
    ax = drawn(figures.draw_flow, table, songs={"A": 38, "B": 10}, others=0)
    paths = [patch.get_path().vertices for patch in ax.patches if hasattr(patch, "get_path")
             and len(patch.get_path().vertices) == 9]  # fmt: skip
    widths = np.sort([(v[7, 1] - v[0, 1], v[4, 1] - v[3, 1]) for v in paths], axis=0)
    assert widths == pytest.approx(np.array([(10, 10), (10, 10), (30, 30)]))
    assert {"x (30)", "y (10)", "A (38)", "B (10)"} <= {text.get_text() for text in ax.texts}
    into_a = np.sort([v[3:5, 1] for v in paths], axis=0)[:2]
    assert into_a[0, 1] == pytest.approx(into_a[1, 0])  # no gap and no overlap


def test_bars_of_years_are_shares_of_their_row():
    years = {"dated": 4, "step": 10, "songs": {"1990": 3, "2000": 1},
             "by_genre": {"A": {"1990": 1, "2000": 1}, "B": {}}}  # fmt: skip
    ax = drawn(figures.draw_years, years, {"A": 2, "B": 1})
    heights = [-bar.get_height() for bar in ax.patches]
    assert np.array(heights) / heights[0] * 0.75 == pytest.approx([0.75, 0.25, 0.5, 0.5, 0, 0])
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels == ["all songs (4)", "A (2)", "B (0)"]
    assert "75 % of its row" in ax.texts[0].get_text()


def test_the_papers_diamonds_stand_only_where_the_genres_do():
    labels = {"counts": {"Rock": 9, "rock": 3}, "irlbl": {"Rock": 1.0, "rock": 3.0},
              "scumble_by_genre": {"Rock": 0.1, "rock": 0.2}, "mean_ir": 2.0, "scumble": 0.1,
              }  # fmt: skip
    for paper, entries in (({"Rock": 1.3}, ["mean", "the paper"]), ({"Jazz": 2}, ["mean"])):
        figure = figures.make_figure(figures.draw_imbalance, labels, paper=paper, columns=2)
        assert [text.get_text() for text in figure.legends[0].get_texts()] == entries
        assert figure.axes[0].get_xscale() == "log"
