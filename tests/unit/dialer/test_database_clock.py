from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.dialer.database_clock import REMEMBERED_S, DatabaseClock

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGAN = 5_000.0
"""This process's clock at `START`."""
ways = st.floats(0, 0.3)


def asked(clock: DatabaseClock, at_s: float, there_s: float, back_s: float, fast_s: float = 0.0) -> float:
    """When `clock` takes the database to have read its clock, in seconds since `START`; it was at `at_s`."""
    read = START + timedelta(seconds=at_s + fast_s)
    return clock.when(read, BEGAN + at_s - there_s, BEGAN + at_s + back_s) - BEGAN


@given(st.lists(st.tuples(st.floats(0, 0.4), ways, ways), min_size=1, max_size=20))
def test_it_is_never_early_and_late_by_no_more_than_the_quickest_answer_took(questions):
    clock, at_s, quickest = DatabaseClock(), 0.0, 1.0
    for pause, there, back in questions:
        at_s, quickest = at_s + pause, min(quickest, back)
        assert -2e-6 <= asked(clock, at_s, there, back) - at_s <= quickest + 2e-6


def test_an_answer_that_was_late_is_not_taken_for_the_moment_that_was_read():
    clock = DatabaseClock()
    asked(clock, 0.0, 0.001, 0.001)
    assert asked(clock, 1.0, 0.001, 0.2) == pytest.approx(1.0, abs=0.0011)
    # Waiting for the trunk's row comes before the reading.
    assert asked(clock, 2.0, 0.4, 0.001) == pytest.approx(2.0, abs=0.0011)


def test_what_was_measured_long_ago_is_forgotten_since_clocks_drift():
    clock = DatabaseClock()
    asked(clock, 0.0, 0.0, 0.0)
    late = REMEMBERED_S + 1
    assert asked(clock, late, 0.01, 0.01, fast_s=0.005) == pytest.approx(late, abs=0.016)


def test_a_clock_that_was_set_is_believed_at_once():
    clock = DatabaseClock()
    asked(clock, 0.0, 0.001, 0.001)
    assert asked(clock, 1.0, 0.001, 0.001, fast_s=3600.0) == pytest.approx(1.0, abs=0.0011)
