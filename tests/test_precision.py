"""bfloat16 against float32: the comparison by hand, and the whole of it in small."""

import json

import pandas as pd
import pytest

from mgrlib.models import resolve_precision
from mgrlib.precision import compare_precisions, measure_precisions


def table(values: dict[tuple, float]) -> pd.DataFrame:
    keys = ["genre", "depth", "scale", "weights", "repeat"]
    return pd.DataFrame([dict(zip(keys, key, strict=True), roc_auc=v) for key, v in values.items()])


def test_the_comparison_is_that_by_hand():
    cells = [("Rock", 34, "mel", "corpus", 0), ("Pop", 34, "mel", "corpus", 0),
             ("Rock", 34, "mel", "corpus", 1), ("Pop", 34, "mel", "corpus", 1),
             ("Rock", 0, "mel", "baseline", 0)]  # fmt: skip
    float32 = table(dict(zip(cells, [0.8, 0.6, 0.9, 0.7, 0.5], strict=True)))
    bfloat16 = table(dict(zip(cells, [0.82, 0.6, 0.9, 0.66, 0.5], strict=True)))
    (row,) = compare_precisions(float32, bfloat16)
    # Means of the repeats: 0.70 and 0.80 against 0.71 and 0.78.
    assert (row["depth"], row["weights"], row["repeats"]) == (34, "corpus", 2)
    assert row["float32"] == pytest.approx(0.75)
    assert row["bfloat16"] == pytest.approx(0.745)
    assert row["difference"] == pytest.approx(-0.005)
    assert row["standard_error"] == pytest.approx(0.015)  # half of |0.01 - -0.02|
    assert row["noise"] == pytest.approx(0.1 / 2**0.5)


def test_one_repeat_has_no_noise_to_hold_against():
    cells = {("Rock", 34, "mel", "joint", 0): 0.8}
    (row,) = compare_precisions(table(cells), table(cells))
    assert row["noise"] is None
    assert row["standard_error"] is None


@pytest.mark.skipif(resolve_precision("auto", "cpu") != "bfloat16", reason="no bfloat16 here")
def test_both_precisions_are_measured(tmp_path):
    small = {"songs": 48, "segment_seconds": 1, "image_size": 32, "depths": [34], "epochs": 1,
             "joint_epochs": 1, "min_songs": 2, "max_genres": 3, "repeats": 1}  # fmt: skip
    file = tmp_path / "precision.json"
    rows = measure_precisions(small, result=file)
    stored = json.loads(file.read_text())
    assert [row["weights"] for row in stored["rows"]] == ["joint", "corpus"]
    assert stored["rows"][0]["float32"] == pytest.approx(rows[0]["float32"])
    assert stored["evidence"] == "synthetic"
    assert all(0 <= row[name] <= 1 for row in rows for name in ("float32", "bfloat16"))


def test_the_book_says_how_many_differences_may_be_none(monkeypatch):
    import sys

    from mgrlib.files import ROOT

    monkeypatch.syspath_prepend(str(ROOT / "book" / "extension"))
    from mgrlib_book.precision import NAMED, precision_lines

    row = {"weights": "joint", "depth": 34, "repeats": 3, "float32": 0.7, "bfloat16": 0.71,
           "standard_error": 0.0025}  # fmt: skip
    measured = {
        "settings": dict.fromkeys(NAMED, 1),
        "corpus_words": "48 synthetic songs", "evidence": "synthetic",
        "hardware": {"processor": "<Chip>"},
        # Student's t with 2 degrees of freedom is 4.303: the interval reaches 0.0108.
        "rows": [row | {"difference": 0.01, "noise": 0.02},
                 row | {"difference": 0.011, "noise": 0.005}],
    }  # fmt: skip
    text = "\n".join(precision_lines(measured))
    assert "holds 0 in 1 of 2 rows" in text
    assert "smaller than that in 1 of 2 rows" in text
    assert "<Chip>" not in text
    assert "mgrlib_book.precision" in sys.modules
