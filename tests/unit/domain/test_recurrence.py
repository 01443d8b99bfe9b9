"""When plans run on the nights when clocks are changed, what narrows them, and how they read."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from control_plane.domain.errors import Invalid
from control_plane.domain.recurrence import Recurrence, check, next_run, next_runs
from control_plane.domain.recurrence_words import in_words

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
NOV = datetime(2026, 11, 1, tzinfo=UTC)


def shown(plan: Recurrence, after: datetime, count: int, **made: int) -> list[str]:
    check(plan)
    return [f"{at.astimezone(ZoneInfo(plan.time_zone)):%m-%d %H:%M %z}" for at in next_runs(plan, after, count, **made)]


def test_a_daily_time_that_the_spring_night_skips_runs_when_the_gap_is_over() -> None:
    nights = shown(Recurrence(BERLIN, cron="30 2 * * *"), datetime(2027, 3, 26, 12, tzinfo=UTC), 3)
    assert nights == ["03-27 02:30 +0100", "03-28 03:00 +0200", "03-29 02:30 +0200"]


def test_times_that_are_skipped_together_run_once() -> None:
    nights = shown(Recurrence(BERLIN, cron="0,15,30 2,3 * * *"), datetime(2027, 3, 28, tzinfo=UTC), 4)
    assert nights == ["03-28 03:00 +0200", "03-28 03:15 +0200", "03-28 03:30 +0200", "03-29 02:00 +0200"]


def test_a_daily_time_that_the_autumn_night_shows_twice_runs_the_first_time() -> None:
    nights = shown(Recurrence(NEW_YORK, cron="30 1 * * *"), datetime(2026, 10, 31, 12, tzinfo=UTC), 2)
    assert nights == ["11-01 01:30 -0400", "11-02 01:30 -0500"]


def test_a_daily_time_asked_for_within_the_repeated_hour_runs_on_the_next_day() -> None:
    between = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)
    assert shown(Recurrence(NEW_YORK, cron="30 1 * * *"), between, 1) == ["11-02 01:30 -0500"]


def test_steps_run_in_both_hours_of_the_repeated_one() -> None:
    nights = shown(Recurrence(NEW_YORK, cron="*/30 * * * *"), datetime(2026, 11, 1, 4, 30, tzinfo=UTC), 5)
    assert nights == ["11-01 01:00 -0400", "11-01 01:30 -0400", "11-01 01:00 -0500", "11-01 01:30 -0500", "11-01 02:00 -0500"]


def test_steps_pass_over_the_hour_that_is_skipped() -> None:
    nights = shown(Recurrence(BERLIN, cron="*/30 * * * *"), datetime(2027, 3, 28, 0, 10, tzinfo=UTC), 3)
    assert nights == ["03-28 01:30 +0100", "03-28 03:00 +0200", "03-28 03:30 +0200"]


def test_a_leap_day_comes_every_four_years() -> None:
    assert [at.year for at in next_runs(Recurrence("UTC", cron="0 9 29 2 *"), NOV, 2)] == [2028, 2032]


def test_every_other_week_is_counted_from_its_first_date() -> None:
    plan = Recurrence(BERLIN, cron="0 14 * * 1,3", starts_on=date(2026, 11, 4), interval=2)
    assert [day[:5] for day in shown(plan, NOV, 5)] == ["11-04", "11-16", "11-18", "11-30", "12-02"]


def test_every_third_day_and_every_other_month() -> None:
    thirds = Recurrence("UTC", cron="0 8 * * *", starts_on=date(2026, 11, 2), interval=3, interval_unit="days")
    months = Recurrence("UTC", cron="0 8 1 * *", starts_on=date(2026, 12, 1), interval=2, interval_unit="months")
    assert [day[:5] for day in shown(thirds, NOV, 3)] == ["11-02", "11-05", "11-08"]
    assert [day[:5] for day in shown(months, NOV, 3)] == ["12-01", "02-01", "04-01"]


def test_exceptions_holidays_and_the_end_date_are_dates_of_the_zone() -> None:
    plan = Recurrence("US/Eastern", cron="0 21 * * *", exceptions=(date(2026, 11, 24),), holidays="US", ends_on=date(2026, 11, 28))
    assert [day[:5] for day in shown(plan, datetime(2026, 11, 23, tzinfo=UTC), 9)] == ["11-22", "11-23", "11-25", "11-27", "11-28"]


def test_a_plan_with_a_number_of_runs_ends_after_them() -> None:
    plan = Recurrence("UTC", cron="0 9 * * *", max_runs=6)
    assert len(next_runs(plan, NOV, 10)) == 6
    assert len(next_runs(plan, NOV, 10, made=4)) == 2
    assert next_run(plan, NOV, made=6) is None


def test_a_single_run_is_made_once() -> None:
    plan = Recurrence(BERLIN, run_at=datetime(2026, 12, 1, 9, tzinfo=ZoneInfo(BERLIN)))
    assert shown(plan, NOV, 5) == ["12-01 09:00 +0100"]
    assert next_run(plan, datetime(2026, 12, 1, 8, tzinfo=UTC)) is None
    assert next_run(plan, NOV, made=1) is None


def test_what_never_happens_is_found_out_in_the_next_ten_years() -> None:
    assert next_run(Recurrence("UTC", cron="0 9 1 1 *", starts_on=date(2026, 2, 1), interval=12, interval_unit="months"), NOV) is None


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Recurrence("Mars/Olympus", cron="0 9 * * *"), "time_zone"),
        (Recurrence("UTC"), "cron"),
        (Recurrence("UTC", cron="0 9 * * *", run_at=NOV), "cron"),
        (Recurrence("UTC", cron="0 0 9 * * *"), "cron"),
        (Recurrence("UTC", cron="61 9 * * *"), "cron"),
        (Recurrence("UTC", cron="0 0 30 2 *"), "cron"),
        (Recurrence("UTC", cron="0 9 * * *" + " " * 300), "cron"),
        (Recurrence("UTC", cron="0 9 * * *", interval=2), "starts_on"),
        (Recurrence("UTC", cron="0 9 * * *", interval=0), "interval"),
        (Recurrence("UTC", cron="0 9 * * *", max_runs=0), "max_runs"),
        (Recurrence("UTC", cron="0 9 * * *", starts_on=date(2027, 1, 2), ends_on=date(2027, 1, 1)), "ends_on"),
        (Recurrence("UTC", cron="0 9 * * *", holidays="XX"), "holidays"),
        (Recurrence("UTC", run_at=NOV, max_runs=2), "run_at"),
        (Recurrence("UTC", run_at=NOV.replace(tzinfo=None)), "run_at"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused_with_the_field(plan: Recurrence, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(plan)
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 14 * * 1", "every Monday at 14:00 (Europe/Berlin)"),
        ("0 9 * * *", "every day at 09:00 (Europe/Berlin)"),
        ("0 9 * * 1-5", "every weekday at 09:00 (Europe/Berlin)"),
        ("0 9,17 * * MON,WED", "every Monday and Wednesday at 09:00 and 17:00 (Europe/Berlin)"),
        ("*/30 * * * *", "every 30 minutes (Europe/Berlin)"),
        ("*/30 * * * 6,7", "every 30 minutes, every Saturday and Sunday (Europe/Berlin)"),
        ("0 10 1 * *", "on the 1st of every month at 10:00 (Europe/Berlin)"),
        ("0 10 L * *", "on the last day of every month at 10:00 (Europe/Berlin)"),
        ("0 10 22,23 * *", "on the 22nd and 23rd of every month at 10:00 (Europe/Berlin)"),
        ("0 10 29 2 *", "on the 29th of February at 10:00 (Europe/Berlin)"),
        ("0 10 * 12 *", "every day in December at 10:00 (Europe/Berlin)"),
        ("0 10 * * 5L", "on the last Friday of the month at 10:00 (Europe/Berlin)"),
        ("0 10 * * 1#2", "on the second Monday of the month at 10:00 (Europe/Berlin)"),
        ("0 10 13 * 5", "at 10:00 on the 13th day of month and on Friday (Europe/Berlin)"),
    ],
)
def test_an_expression_reads_as_plain_english(cron: str, words: str) -> None:
    assert in_words(Recurrence(BERLIN, cron=cron)) == words


def test_what_narrows_a_plan_is_told_too() -> None:
    plan = Recurrence(
        "UTC", cron="0 14 * * 1", starts_on=date(2026, 11, 2), ends_on=date(2027, 1, 3), interval=2, max_runs=6, holidays="DE"
    )
    words = "every other Monday at 14:00 (UTC), from 2 November 2026, until 3 January 2027, 6 times at most, not on public holidays (DE)"
    assert in_words(plan) == words
    once = Recurrence(BERLIN, run_at=datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert in_words(once) == "once on Tuesday, 1 December 2026 at 09:00 (Europe/Berlin)"
