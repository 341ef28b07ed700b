"""Files that are whole or absent, and digests."""

import json
import math

import numpy as np
import pytest

from mgrlib import files


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")

    def fail(stream):
        stream.write(b"half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        files.write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_is_strict(tmp_path):
    content = {"nan": math.nan, "inf": [math.inf], "numpy": np.float64(0.5), "int": np.int64(3)}
    files.write_json(tmp_path / "a.json", content)
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text, parse_constant=pytest.fail) == {
        "nan": None, "inf": [None], "numpy": 0.5, "int": 3,
    }  # fmt: skip


def test_updating_json_keeps_the_other_keys(tmp_path):
    files.update_json(tmp_path / "a.json", {"a": 1})
    files.update_json(tmp_path / "a.json", {"b": 2})
    assert files.read_json(tmp_path / "a.json") == {"a": 1, "b": 2}


def test_digests_tell_contents_apart():
    parts = [(1, "a"), ("1", "a"), (1, "A"), (1,), ([1], "a"), (None, "a")]
    assert len({files.digest(*part) for part in parts}) == len(parts)
    assert files.digest({"a": 1, "b": 2}) == files.digest({"b": 2, "a": 1})


def test_seeds_fit_every_generator():
    seeds = [files.seed_from("song", i) for i in range(200)]
    assert len(set(seeds)) == 200
    assert all(0 <= seed < 2**63 for seed in seeds)


@pytest.mark.parametrize(
    ("name", "slug"),
    [("R&B", "r-b"), ("Industrial & Noise", "industrial-noise"), ("Sigur Rós", "sigur-ros"),
     ("../..", None), ("歌", None), ("(all)", "all")],
)  # fmt: skip
def test_slugs_are_safe_file_names(name, slug):
    found = files.slug(name)
    assert slug is None or found == slug
    assert found
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
