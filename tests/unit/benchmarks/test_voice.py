"""The benchmark of calls writes its own lines only, and says which bound did not hold. What it measures: `make bench-voice`."""

import pytest

from benchmarks.voice.page import ALONE, HEADING, TOGETHER, put, together
from benchmarks.voice.together import Crowd, Together, most_that_hold

BEFORE = "# Benchmarks\n\nWhat others have measured.\n"


def crowd(**changes) -> Crowd:
    """Three calls at once for 10 s on 2 cores: 60 % busy, 0.2 core each, every bound kept."""
    used = {"machine": 12.0, "models": 2.0, "LiveKit": 1.5, "phones": 1.0}
    kept = {"cpu_s": 6.0, "talked_s": 30.0, "machine_s": 20.0, "all_talked_s": 10.0, "cores_of": used}
    return Crowd(**{**kept, "waits_s": [0.7] * 20, "first_s": [0.6] * 3, "silent_s": [0.1] * 3, **changes})


def test_each_part_takes_the_place_of_its_former_text_and_leaves_the_rest():
    page = put(put(BEFORE + HEADING + "\nOld words.\n", TOGETHER, "\nseveral\n"), ALONE, "\none\n")
    assert page.startswith(BEFORE + HEADING)
    assert "Old words" not in page
    assert page.index("\none\n") < page.index("\nseveral\n")
    again = put(page, TOGETHER, "\nmore\n")
    assert again == page.replace("several", "more")
    assert put(again, TOGETHER, "\nmore\n") == again


def test_a_crowd_within_all_bounds_has_broken_none():
    assert crowd().broken() == ""
    assert crowd(silent_s=[], first_s=[]).broken() == ""


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"machine_s": 16.0}, "the machine's load, 0.75 (at most 0.7)"),
        ({"waits_s": [0.9]}, "the median answer, 0.90 (at most 0.8)"),
        ({"waits_s": [0.7] * 9 + [1.3]}, "the p95 of answers, 1.30 (at most 1.2)"),
        ({"first_s": [1.1]}, "the p95 of first words, 1.10 (at most 1.0)"),
        ({"silent_s": [0.4]}, "the p95 of first words to who is silent, 0.40 (at most 0.3)"),
    ],
)
def test_the_bound_that_breaks_is_named(changes: dict, name: str):
    assert crowd(**changes).broken() == name


def test_the_page_says_what_would_fit_without_the_phones_and_the_models():
    text = together(Together({3: crowd(), 4: crowd(waits_s=[0.9])}, 3, crowd(), crowd(cpu_s=12.0)), 600)
    assert "| 4 | 60% | 0.20 core | 0.90 s, 0.90 s | the median answer, 0.90 (at most 0.8) |" in text
    assert "| processor per talking call | 0.20 core | 0.40 core | 0.50 |" in text
    assert "phones took 0.10 core" in text
    assert "LiveKit's server 0.15, all else 0.15" in text


def test_the_most_that_hold_are_those_before_the_first_that_do_not():
    slow = crowd(waits_s=[0.9])
    assert most_that_hold({2: crowd(), 3: crowd(), 4: slow, 5: crowd()}) == 3
    assert most_that_hold({2: crowd(), 3: crowd()}) == 3
    assert most_that_hold({2: slow, 3: crowd()}) == 2
