"""What follows from a schedule that is found due, against the definition: the plan's runs listed one by one."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.domain.catching_up import MOST_COUNTED, CatchUp, look
from control_plane.domain.recurrence import Recurrence, next_run, planned

START = datetime(2027, 3, 26, 12, tzinfo=UTC)
PLANS = ("30 2 * * *", "*/30 * * * *", "0 9 * * 1", "15 8 1 * *", "0 12 * * 1#2", "0 7 * * 5L", "20 9 13 * 5", "0 9 * 2 *", "0 6 * * 1-5")
HOUR = timedelta(hours=1)


@given(
    cron=st.sampled_from(PLANS),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
    late_minutes=st.integers(0, 60 * 24 * 18),
    made=st.integers(0, 3),
    most=st.none() | st.integers(1, 4),
    catch_up=st.sampled_from(CatchUp),
)
@settings(max_examples=150, deadline=None)
def test_the_latest_run_is_carried_out_the_others_are_missed_and_the_next_lies_ahead(
    cron: str, zone: str, late_minutes: int, made: int, most: int | None, catch_up: CatchUp
) -> None:
    plan = Recurrence(zone, cron=cron, max_runs=most)
    due = next(planned(plan, START))
    now = due + timedelta(minutes=late_minutes)
    passed = [due, *takewhile(lambda at: at <= now, planned(plan, due))]
    found = look(plan, due, now, made=made, catch_up=catch_up, latest_start=HOUR)
    is_late = now - passed[-1] > HOUR
    runs = not is_late or catch_up is CatchUp.RUN_ONCE
    assert (found.run_for, found.is_late) == (passed[-1] if runs else None, runs and is_late)
    assert (found.missed, found.missed_since) == (len(passed) - runs, due)
    assert found.next_run_at == next_run(plan, now, made=made + runs)


@pytest.mark.parametrize("years", [1, 9])
def test_after_years_without_a_machine_only_the_latest_run_counts_and_counting_has_an_end(years: int) -> None:
    plan = Recurrence("UTC", cron="*/10 * * * *")
    due = next(planned(plan, START))
    now = due + timedelta(days=365 * years, minutes=3)
    found = look(plan, due, now, made=0, catch_up=CatchUp.SKIP, latest_start=HOUR)
    assert (found.run_for, found.missed, found.next_run_at) == (now - timedelta(minutes=3), MOST_COUNTED, now + timedelta(minutes=7))


def test_a_single_run_has_none_after_it() -> None:
    found = look(Recurrence("UTC", run_at=START), START, START + 2 * HOUR, made=0, catch_up=CatchUp.SKIP, latest_start=HOUR)
    assert (found.run_for, found.missed, found.next_run_at) == (None, 1, None)


def test_a_plan_that_has_ended_meanwhile_has_none_after_it() -> None:
    plan = Recurrence("UTC", cron="0 12 * * *", ends_on=START.date() + timedelta(days=2))
    found = look(plan, START, START + timedelta(days=5), made=0, catch_up=CatchUp.SKIP, latest_start=HOUR)
    assert (found.run_for, found.missed, found.next_run_at) == (None, 3, None)
