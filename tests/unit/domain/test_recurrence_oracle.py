"""Plans against an oracle that knows nothing of transitions: it looks at the zone's clock in every minute, one after the other.

A step runs in each minute in which the clock shows a time that fits. A fixed time runs in the first minute in which the clock shows it or,
if it is never shown, a later one. Usually around the nights of a year in which clocks are changed; over ten years with
`CALLWRIGHT_WHOLE_ORACLE=1` (`make recurrence`), which takes some minutes.
"""

import os
import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from control_plane.domain.recurrence import IntervalUnit, Recurrence, check, planned

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Atlantic/Azores",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "America/Scoresbysund",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Antarctica/Troll",
]
WHOLE = bool(os.environ.get("CALLWRIGHT_WHOLE_ORACLE"))
pytestmark = pytest.mark.timeout(7200 if WHOLE else 300)
USUAL = (
    "30 2 * * *",
    "30 1 * * *",
    "*/30 * * * *",
    "0,30 0-3 * * *",
    "15 */2 * * 0",
    "*/20 1,2 * * *",
    "0 0 * * *",
    "45 23 * * 6",
    "* 1 * * *",
)
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def spans(zone: str) -> list[tuple[date, date]]:
    """Some days around each change of the clock in 2027, and in zones without one around new year; or the whole ten years."""
    if WHOLE:
        return [(date(2026, 1, 1), date(2036, 1, 1))]
    days = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=i) for i in range(365)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    changes = [day.date() for day, one, two in zip(days, offsets, offsets[1:], strict=False) if one != two] or [days[0].date()]
    return [(day - timedelta(days=3), day + timedelta(days=5)) for day in changes]


def clock(zone: str, first: date, last: date) -> tuple[np.ndarray, np.ndarray]:
    """Every minute (Unix time), and what the clock shows in it, as minutes since 1970."""
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    minutes = int(begin.timestamp()) // 60 + np.arange((last - first).days * 1440)
    there = ZoneInfo(zone)

    def offset(minute: int) -> int:
        found = (begin + timedelta(minutes=minute)).astimezone(there).utcoffset()
        assert found is not None
        return found // timedelta(minutes=1)

    # Minute by minute in each hour whose ends differ; no clock is changed and changed back within one.
    ends = [offset(minute) for minute in range(0, len(minutes) + 1, 60)]
    hours = zip(range(0, len(minutes), 60), ends, ends[1:], strict=False)
    offsets = [each for at, one, two in hours for each in ([one] * 60 if one == two else [offset(at + i) for i in range(60)])]
    return minutes, minutes + np.array(offsets)


def values(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        begin, _, end = ("", "", "") if span == "*" else span.partition("-")
        whole = range(int(begin or low), int(end or (high if span == "*" or step else begin)) + 1)
        found |= set(whole[:: int(step or 1)])
    return found


def fitting(plan: Recurrence, first: int, last: int) -> np.ndarray:
    """The times from `first` to `last` that the fields name, as minutes since 1970."""
    assert plan.cron is not None
    fields = plan.cron.split()
    minutes, hours, days, months, weekdays = (values(field, *bounds) for field, bounds in zip(fields, RANGES, strict=True))
    found = []
    for number in range(first // 1440, last // 1440 + 1):
        day = date(1970, 1, 1) + timedelta(days=number)
        of_month, of_week = day.day in days, bool({day.isoweekday() % 7, day.isoweekday()} & weekdays)
        either = not fields[2].startswith("*") and not fields[4].startswith("*")
        if day.month in months and ((of_month or of_week) if either else (of_month and of_week)) and allowed(plan, day):
            found += [number * 1440 + hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes)]
    return np.array([time for time in found if first <= time <= last], dtype=np.int64)


def allowed(plan: Recurrence, day: date) -> bool:
    if (plan.starts_on and day < plan.starts_on) or (plan.ends_on and day > plan.ends_on) or day in plan.exceptions:
        return False
    if plan.interval == 1:
        return True
    assert plan.starts_on is not None
    if plan.interval_unit == "weeks":
        mondays = [d - timedelta(days=d.weekday()) for d in (plan.starts_on, day)]
        return (mondays[1] - mondays[0]).days // 7 % plan.interval == 0
    apart = (day - plan.starts_on).days if plan.interval_unit == "days" else (day.year - plan.starts_on.year) * 12 + day.month
    return (apart if plan.interval_unit == "days" else apart - plan.starts_on.month) % plan.interval == 0


def expected(plan: Recurrence, minutes: np.ndarray, shown: np.ndarray) -> list[int]:
    assert plan.cron is not None
    # What is shown first may be the second time.
    begin = int(shown[0]) + 24 * 60
    times = fitting(plan, begin, int(shown[-1]))
    if any(field.startswith("*") for field in plan.cron.split()[:2]):
        return minutes[np.isin(shown, times)].tolist()
    reached = np.maximum.accumulate(shown)
    return sorted({int(minutes[i]) for i in np.searchsorted(reached, times) if i < len(minutes)})


def random_expression(chosen: random.Random) -> str:
    def field(low: int, high: int, often: float) -> str:
        kind, a, b = chosen.random(), *sorted((chosen.randint(low, high), chosen.randint(low, high)))
        if kind < often:
            return "*"
        if kind < often + 0.1:
            return f"*/{chosen.randint(1, max(2, high // 2))}"
        # Of a range of one value cronsim takes the step to the end.
        spans = [f"{a}-{b}", f"{a}-{b}/{chosen.randint(1, 5)}"] if a < b else []
        return chosen.choice([f"{a}", f"{a},{b}", *spans])

    return " ".join((field(0, 59, 0.05), field(0, 4, 0.1), field(1, 28, 0.7), field(1, 12, 0.9), field(0, 6, 0.7)))


def plans(zone: str, first: date) -> list[Recurrence]:
    chosen = random.Random(f"{zone} {first}")
    expressions = [*USUAL, *(random_expression(chosen) for _ in range(20 if WHOLE else 6))]
    found = [Recurrence(zone, cron=expression) for expression in expressions]
    units: list[IntervalUnit] = ["days", "weeks", "months"]
    start, unit = first + timedelta(days=chosen.randint(0, 2)), chosen.choice(units)
    found.append(Recurrence(zone, cron="30 2 * * *", starts_on=start, interval=chosen.randint(2, 3), interval_unit=unit))
    nights = tuple(first + timedelta(days=i) for i in range(0, 60, 3))
    found.append(Recurrence(zone, cron="*/30 0-3 * * *", exceptions=nights, ends_on=first + timedelta(days=7)))
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_plan_runs_when_somebody_with_eyes_on_the_clock_would_run_it(zone: str) -> None:
    for first, last in spans(zone):
        minutes, shown = clock(zone, first, last)
        for plan in plans(zone, first):
            check(plan)
            wanted = expected(plan, minutes, shown)
            if not wanted:
                continue
            after = datetime.fromtimestamp((wanted[0] - 1) * 60, UTC)
            got, last_minute = [], int(minutes[-1])
            for at in planned(plan, after):
                minute = int(at.timestamp()) // 60
                if minute > last_minute:
                    break
                got.append(minute)
            assert got == wanted, (plan, len(got), len(wanted))


@pytest.mark.parametrize("zone", ZONES)
def test_a_plan_goes_on_from_any_minute_as_if_it_had_never_stopped(zone: str) -> None:
    for first, last in spans(zone):
        chosen, begin = random.Random(first.isoformat() + zone), datetime(first.year, first.month, first.day, tzinfo=UTC)
        for expression in USUAL:
            plan = Recurrence(zone, cron=expression)
            all_runs = []
            for at in planned(plan, begin):
                if at > begin + timedelta(days=min(120, (last - first).days)):
                    break
                all_runs.append(at)
            for _ in range(20):
                after = begin + timedelta(seconds=chosen.randrange((last - first).days * 60_000 if WHOLE else 500_000))
                later = [at for at in all_runs if at > after][:1]
                assert not later or next(planned(plan, after)) == later[0], (plan, after)
