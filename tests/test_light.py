"""What is taken out of the pages: icons and scripts that no page uses."""

import sys

import pytest

from mgrlib.files import ROOT

sys.path.insert(0, str(ROOT / "book" / "extension"))
light = pytest.importorskip("mgrlib_book.light")

SCRIPT = (
    'var a={house:[576,512,[127968,"home"],"f015","M1 2z"],'
    '"circle-half-stroke":[512,512,[9680,"adjust"],"f042",["M3z","M4z"]],'
    'zebra:[1,2,[],"e000","M5z"]},b={github:[496,512,[],"f09b","M6z"]};run(a,b);'
)


def test_icons_that_are_used_stay_by_any_of_their_names():
    assert light.with_icons(SCRIPT, {"home", "circle-half-stroke", "github"}) == SCRIPT.replace(
        'zebra:[1,2,[],"e000","M5z"]', ""
    )
    assert light.with_icons(SCRIPT, {"adjust"}) == (
        'var a={"circle-half-stroke":[512,512,[9680,"adjust"],"f042",["M3z","M4z"]],},b={};'
        "run(a,b);"
    )


def test_icons_are_found_in_pages_and_scripts():
    texts = ['<i class="fa-solid fa-magnifying-glass fa-lg"></i>', 'icon("fa-moon")']
    assert light.used_icons(texts) == {"solid", "magnifying-glass", "lg", "moon"}


def test_pages_do_not_load_the_index_of_the_search():
    page = (
        '<head>\n    <script src="../_static/searchtools.js?v=1"></script>'
        '\n    <script src="../_static/language_data.js"></script>'
        '\n    <script src="../searchindex.js"></script>'
        '\n<script src="../_static/theme.js"></script>'
    )
    assert light.without_search(page) == '<head>\n<script src="../_static/theme.js"></script>'
