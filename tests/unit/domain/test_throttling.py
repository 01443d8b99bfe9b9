"""A throttled trunk slows down once per cause and comes back in equal steps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.throttling import LEAST_SHARE, STALE, full_pace_at, share_after_throttling, share_now

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHARES = st.floats(LEAST_SHARE, 1)
SPANS = st.timedeltas(timedelta(0), timedelta(hours=2))


def test_a_trunk_that_was_never_throttled_runs_at_its_own_pace() -> None:
    assert share_now(1, None, NOON) == 1


def test_a_throttled_call_halves_the_pace() -> None:
    assert share_after_throttling(1, None, NOON, NOON) == 0.5


def test_calls_in_flight_together_halve_it_once() -> None:
    assert share_after_throttling(0.5, NOON, NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)) is None


def test_a_record_that_comes_when_the_pace_would_be_whole_again_says_nothing_of_todays_pace() -> None:
    assert share_now(0.5, NOON, NOON + STALE) == 1
    assert share_after_throttling(1, None, NOON, NOON + STALE) == 0.5
    assert share_after_throttling(1, None, NOON, NOON + STALE + timedelta(seconds=1)) is None


@pytest.mark.parametrize(("minutes", "share"), [(0, 0.5), (1, 0.6), (3, 0.8), (5, 1), (60, 1)])
def test_ten_per_cent_of_the_full_pace_come_back_a_minute(minutes: int, share: float) -> None:
    assert share_now(0.5, NOON, NOON + timedelta(minutes=minutes)) == pytest.approx(share)


@given(SHARES, SPANS)
def test_the_pace_never_dies_and_never_exceeds_the_trunks_own(share: float, later: timedelta) -> None:
    now = NOON + later
    halved = share_after_throttling(share, NOON, now + timedelta(seconds=1), now)
    assert halved is not None
    assert LEAST_SHARE <= halved <= share_now(share, NOON, now) <= 1


@given(SHARES, SPANS, SPANS)
def test_the_pace_only_grows_while_nothing_is_throttled(share: float, one: timedelta, two: timedelta) -> None:
    assert share_now(share, NOON, NOON + min(one, two)) <= share_now(share, NOON, NOON + max(one, two))


@given(st.floats(LEAST_SHARE, 0.99))
def test_the_whole_pace_is_back_when_it_was_announced_and_not_before(share: float) -> None:
    back = full_pace_at(share, NOON)
    assert back is not None
    assert share_now(share, NOON, back) == pytest.approx(1)
    assert share_now(share, NOON, back - timedelta(minutes=1)) < 1
    assert full_pace_at(1, None) is None
