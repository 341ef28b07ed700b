"""Settings: profiles, overrides, and an error that names the rule for every bad value."""

import dataclasses
from pathlib import Path

import pytest

from mgrlib import spectrograms
from mgrlib.errors import SettingsError
from mgrlib.settings import (
    RULES,
    SCALES,
    Settings,
    from_dict,
    make_settings,
    parse_overrides,
    profiles,
    split_corpus,
)


def test_every_setting_has_a_rule_and_every_rule_a_setting():
    assert set(RULES) == {field.name for field in dataclasses.fields(Settings)}


@pytest.mark.parametrize("name", profiles())
def test_profiles_are_valid(name):
    settings = make_settings(profile=name)
    for key, value in profiles()[name].items():
        expected = tuple(value) if isinstance(value, list) else value
        assert getattr(settings, key) == expected


def test_paper_profile_is_the_papers_protocol():
    settings = make_settings(profile="paper")
    assert settings.depths == (34, 50, 101, 152)
    assert settings.songs == 18_019
    assert settings.test_fraction == 0.1
    assert settings.tune == "all"


@pytest.mark.parametrize("name", profiles())
def test_every_profile_trains_on_equal_sizes_too(name):
    assert make_settings(profile=name).equal_sizes


def test_the_scales_that_can_be_set_are_those_that_can_be_drawn():
    assert tuple(spectrograms.SCALES) == SCALES


def test_settings_survive_as_plain_data():
    settings = make_settings(profile="smoke", overrides={"genres": ["R&B", "Jazz"]})
    assert from_dict(settings.as_dict()) == settings


@pytest.mark.parametrize(
    ("overrides", "name", "value"),
    [
        (["epochs=2"], "epochs", 2),
        ({"epochs": 2}, "epochs", 2),
        ("{epochs: 2}", "epochs", 2),
        ("epochs=2", "epochs", 2),
        (["depths=34,50"], "depths", (34, 50)),
        (["depths=[34, 50]"], "depths", (34, 50)),
        (["depths=34"], "depths", (34,)),
        (["scales=mel"], "scales", ("mel",)),
        (["scales=linear,mel,linear-bands"], "scales", ("linear", "mel", "linear-bands")),
        (["equal_sizes=false"], "equal_sizes", False),
        (["genres=R&B,Industrial & Noise"], "genres", ("R&B", "Industrial & Noise")),
        (["genres=paper"], "genres", "paper"),
        (["keep_models=true"], "keep_models", True),
        (["excerpts=auto"], "excerpts", None),
        (["scheduler=tcp://node-7:8786"], "scheduler", "tcp://node-7:8786"),
        (["scheduler=tls://[::1]:8786"], "scheduler", "tls://[::1]:8786"),
        (["learning_rate=1e-4"], "learning_rate", 1e-4),
        (["weights=none,/a/b.safetensors"], "weights", ("none", "/a/b.safetensors")),
        (["weights=b.pth"], "weights", (str(Path("b.pth").absolute()),)),
    ],
)  # fmt: skip
def test_overrides_are_read_in_every_form(overrides, name, value):
    assert getattr(make_settings(profile="smoke", overrides=overrides), name) == value


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("depths=18", "depths must be one or more of 34, 50, 101, 152, got 18"),
        ("depths=34,34", "depths must be"),
        ("depths=", "depths must be"),
        ("scales=bark", f"scales must be one or more of {', '.join(SCALES)}, got 'bark'"),
        ("weights=a/trunk.pth,b/trunk.pth", "weights must be one or more arms"),
        ("weights=jft", "weights must be one or more arms of none, imagenet, corpus"),
        ("genres=Jazz", "genres must be all, paper, native or a list of at least two"),
        ("epochs=0", "epochs must be a whole number of at least 1, got 0"),
        ("epochs=1.5", "epochs must be a whole number"),
        ("excerpts=", "excerpts must be true, false or auto, got ''"),
        ("epochs=many", "epochs must be a whole number of at least 1, got 'many'"),
        ("epochs=true", "epochs must be"),
        ("epochs=[1, 2]", "epochs must be"),
        ("test_fraction=0.9", "test_fraction must be a fraction between 0.02 and 0.5, got 0.9"),
        ("test_fraction=.nan", "test_fraction must be"),
        ("sample_rate=1e9", "sample_rate must be"),
        ("tune=some", "tune must be all or head"),
        ("split_by=label", "split_by must be song, album, artist or published"),
        ("precision=int8", "precision must be auto, float32 or bfloat16"),
        ("device=tpu", "device must be auto, cpu or cuda"),
        ("scheduler=dask", "scheduler must be local, or tcp://HOST:PORT of a Dask scheduler"),
        ("scheduler=tcp://node", "scheduler must be local, or tcp://HOST:PORT"),
        ("scheduler=tcp://:8786", "scheduler must be local, or tcp://HOST:PORT"),
        ("scheduler=tcp://node:99999", "scheduler must be local, or tcp://HOST:PORT"),
        ("scheduler=http://node:8787", "scheduler must be local, or tcp://HOST:PORT"),
        ("scheduler=tcp://node:8786/status", "scheduler must be local, or tcp://HOST:PORT"),
        ("keep_models=3", "keep_models must be true or false"),
        ("equal_sizes=some", "equal_sizes must be true or false, got 'some'"),
        ("seed=-1", "seed must be"),
        ("learning_rate={a: 1}", "learning_rate must be"),
        ("n_mels=4", "n_mels must be"),
        ("batch_size=1", "batch_size must be"),
        ("nonsense=1", "unknown setting 'nonsense': choose one of corpus, genres"),
        ("epochs", "an override must read key=value, got 'epochs'"),
    ],
)
def test_a_bad_value_names_the_rule(override, message):
    with pytest.raises(SettingsError) as caught:
        make_settings(profile="smoke", overrides=[override])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(SettingsError, match="unknown profile 'huge': choose one of smoke, quick"):
        make_settings(profile="huge")


def test_yaml_can_not_run_code():
    parsed = parse_overrides(["seed=!!python/object/apply:os.getpid []"])
    assert parsed == {"seed": "!!python/object/apply:os.getpid []"}


CORPORA = {
    "synthetic": ("synthetic", ""),
    "synthetic-direct": ("synthetic-direct", ""),
    "music": ("folder", "music"),
    "./a:b": ("folder", "./a:b"),
    "C:/music": ("folder", "C:/music"),
    "/data/fma-small:1": ("folder", "/data/fma-small:1"),
    "fma-small:/data/fma": ("fma-small", "/data/fma"),
    "mtg-jamendo:C:/data": ("mtg-jamendo", "C:/data"),
    "gtzan:data": ("gtzan", "data"),
    "mirdata:ballroom:/data": ("mirdata:ballroom", "/data"),
}


@pytest.mark.parametrize("corpus", CORPORA)
def test_a_corpus_is_a_kind_and_a_place(corpus):
    kind, place = CORPORA[corpus]
    assert split_corpus(Settings(corpus=corpus).corpus) == (kind, place)


@pytest.mark.parametrize(
    "corpus",
    ["", "fma-tiny:/data", "fma-small:", "fma-small", "gtzan", "mirdata", "mirdata:ballroom",
     "mirdata::/data", "mirdata:ballroom:", "http://example.org", 7],
)  # fmt: skip
def test_what_is_no_corpus_is_told_the_legal_forms(corpus):
    with pytest.raises(SettingsError) as caught:
        Settings(corpus=corpus)
    message = str(caught.value)
    assert message.startswith("corpus must be 'synthetic' or the folder of a library")
    assert "fma-small:/path, fma-medium:/path" in message
    assert f"gtzan:/path, mirdata:NAME:/path, got {corpus!r}" in message


def test_the_place_of_a_public_corpus_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind in ("gtzan", "mirdata:ballroom"):
        assert make_settings(corpus=f"{kind}:x/y").corpus == f"{kind}:{tmp_path}/x/y"
    assert make_settings(corpus="./a:b").corpus == f"{tmp_path}/a:b"
