"""When failures of the network stop the dialling, and when one call may try again."""

from datetime import UTC, datetime, timedelta

import pytest

from control_plane.domain.breaker import BreakerRules, Gate, passage, sentence, trips

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULES = BreakerRules()
OK, FAILED = False, True


@pytest.mark.parametrize(
    ("failed", "tripped"),
    [
        ([], False),
        ([FAILED] * 9, False),
        ([FAILED] * 10, True),
        ([FAILED] * 5 + [OK] * 5, True),
        ([FAILED] * 4 + [OK] * 6, False),
        ([FAILED] * 9 + [OK] * 11, False),
        ([FAILED] * 10 + [OK] * 10, True),
        ([OK] * 11 + [FAILED] * 100, False),
    ],
)
def test_half_of_the_last_twenty_dials_are_too_many_failures_if_there_are_ten_to_judge_by(failed: list[bool], tripped: bool) -> None:
    assert trips(failed, RULES) is tripped


def test_the_rehearsals_dead_number_trips_nothing_in_whatever_order_it_is_called() -> None:
    # Four dials of twenty-six meet a dead trunk, at the earliest within the first ten.
    dials = [FAILED] * 4 + [OK] * 22
    assert not any(trips(list(reversed(dials[:count])), RULES) for count in range(1, 27))


def test_a_share_can_be_configured() -> None:
    assert trips([FAILED] * 2 + [OK] * 8, BreakerRules(share=0.2))


@pytest.mark.parametrize(
    ("reason", "after", "gate"),
    [("", 0, Gate.OPEN_TO_ALL), ("down", 0, Gate.SHUT), ("down", 59, Gate.SHUT), ("down", 60, Gate.OPEN_TO_ONE)],
)
def test_a_pause_lets_one_call_through_after_its_rest(reason: str, after: int, gate: Gate) -> None:
    assert passage(reason, NOON, NOON + timedelta(seconds=after), RULES) is gate


def test_what_a_trunk_has_set_stands_above_the_usual_and_the_rest_stays() -> None:
    set_by = RULES.set_by({"share": 0.2, "dials": 50, "least_dials": 5, "window_s": 60, "pause_s": 600})
    assert set_by == BreakerRules(0.2, 50, 5, timedelta(minutes=1), timedelta(minutes=10))
    assert RULES.set_by({"pause_s": 10}) == BreakerRules(rest=timedelta(seconds=10))
    assert RULES.set_by({}) is RULES


def test_a_pause_says_why() -> None:
    assert sentence([FAILED] * 12 + [OK] * 8, RULES) == "12 of the last 20 dials within 5 minutes failed in the network."
