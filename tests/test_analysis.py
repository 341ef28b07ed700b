"""statistics.json holds every number, and is plain JSON whatever a run lacks."""

import json

import pytest
from test_degenerate import CASES, write_case

from mgrlib import analysis, statistics
from mgrlib.files import read_json

QUESTIONS = ("depth_tests", "robustness", "prevalence", "thresholds", "scale_pairs", "agreement",
             "power")  # fmt: skip


def nested_keys(content) -> set[str]:
    if isinstance(content, list):
        return set().union(*map(nested_keys, content)) if content else set()
    if isinstance(content, dict):
        return set(content) | nested_keys(list(content.values()))
    return set()


@pytest.mark.parametrize("name", CASES)
def test_every_question_has_its_numbers_or_a_reason(name, tmp_path):
    run = write_case(tmp_path / "mine", name)
    analysis.write_numbers(run)
    numbers = read_json(run / "statistics.json")
    assert numbers["difference"] == "linear - mel"
    for question in QUESTIONS:
        assert isinstance(numbers[question], dict)
        assert numbers[question]
    assert all(isinstance(key, str) for key in nested_keys(numbers))


def test_the_numbers_are_the_same_each_time(tmp_path):
    run = write_case(tmp_path / "mine", "all that a run has")
    first, second = (json.dumps(analysis.study_numbers(run), default=float) for _ in range(2))
    assert first == second


def test_a_test_has_the_keys_of_the_contract(tmp_path):
    run = write_case(tmp_path / "mine", "all that a run has")
    numbers = analysis.study_numbers(run)
    keys = set(statistics.Outcome(n=0, reason="none").as_dict()) - {"reason"}
    assert keys == {"n", "df", "statistic", "p", "effect", "interval"}
    assert set(numbers["paired_t"]) == set(numbers["shapiro"]) == keys
