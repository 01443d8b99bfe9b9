"""When a schedule runs: five cron fields in an IANA zone, or one instant, with what narrows them.

What clocks that are changed do to a plan (Debian's cron does the same, and cronsim, which parses the expressions):

* *Fixed times* (neither the minute nor the hour begins with `*`) happen once a day each. A time that the clock skips happens at the first
  instant after the gap: daily 02:30 in Berlin's spring runs at 03:00. Several skipped times happen there together, once. A time that the
  clock shows twice happens the first time: daily 01:30 in New York's autumn runs once, in summer time.
* *Steps* (the minute or the hour begins with `*`) happen whenever the clock shows a time that fits: `*/30` runs four times in the two hours
  that are the repeated one, and never at a time that is skipped.

Dates (`starts_on`, `ends_on`, `exceptions`, holidays, the interval's days) are those that the clock of the zone shows. It is taken for
granted that a clock is put back within one local date, as in all zones since 2011.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from control_plane.domain.errors import Invalid
from control_plane.domain.public_holidays import is_calendar, is_holiday
from control_plane.domain.rule_values import is_zone

SEARCH_HORIZON = timedelta(days=366 * 10)
"""What does not happen in ten years never happens."""
MAX_EXPRESSION = 200
MAX_EXCEPTIONS = 366
MAX_INTERVAL = 99
MAX_RUNS = 100_000
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

IntervalUnit = Literal["days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A plan of runs: `cron` or `run_at`, exactly one of them. `check` says whether it holds together."""

    time_zone: str
    """IANA name; the clock that the cron fields and all dates are read from."""
    cron: str | None = None
    """minute hour day-of-month month day-of-week, as cronsim reads them (also `L`, `5L`, `1#2`, `MON`, `JAN`)."""
    run_at: datetime | None = None
    """One run, at this aware instant; nothing else but `time_zone` goes with it."""
    starts_on: date | None = None
    """First date with runs; the interval is counted from it."""
    ends_on: date | None = None
    """Last date with runs."""
    max_runs: int | None = None
    """Runs in all that are carried out; who keeps count is the caller of `next_run`."""
    interval: int = 1
    """Of the days that `cron` names only those of every n-th day, week (Monday to Sunday) or month: 2 with weeks is every other week."""
    interval_unit: IntervalUnit = "weeks"
    exceptions: tuple[date, ...] = ()
    """Dates without runs."""
    holidays: str | None = None
    """A calendar of public holidays (US, DE-BE) on which there are no runs."""


def check(plan: Recurrence) -> None:
    """Raises `Invalid`, naming the field, for a plan that does not hold together."""
    if not is_zone(plan.time_zone):
        raise Invalid.field("time_zone", f"There is no time zone {plan.time_zone!r}; write it like Europe/Berlin.")
    if (plan.cron is None) == (plan.run_at is None):
        raise Invalid.field("cron", "Say either cron or run_at.")
    if plan.run_at is not None:
        _check_once(plan, plan.run_at)
    else:
        _check_repeated(plan)


def _check_once(plan: Recurrence, run_at: datetime) -> None:
    if run_at.tzinfo is None:
        raise Invalid.field("run_at", "The time needs its zone, such as 2026-03-01T14:00:00Z.")
    if plan != Recurrence(plan.time_zone, run_at=run_at, interval_unit=plan.interval_unit):
        raise Invalid.field("run_at", "A single run has no start, end, number of runs, interval, exceptions or holidays.")


def _check_repeated(plan: Recurrence) -> None:
    if plan.cron is None or len(plan.cron) > MAX_EXPRESSION or len(plan.cron.split()) != 5:
        raise Invalid.field("cron", "A cron expression has five fields: minute, hour, day of month, month, day of week.")
    try:
        parsed(plan.cron)
    except CronSimError as error:
        raise Invalid.field("cron", f"The expression {plan.cron!r} cannot be read: {str(error).lower()}.") from error
    if not 1 <= plan.interval <= MAX_INTERVAL:
        raise Invalid.field("interval", f"The interval is between 1 and {MAX_INTERVAL}.")
    if plan.interval > 1 and plan.starts_on is None:
        raise Invalid.field("starts_on", "An interval is counted from a date; say starts_on.")
    if plan.max_runs is not None and not 1 <= plan.max_runs <= MAX_RUNS:
        raise Invalid.field("max_runs", f"The number of runs is between 1 and {MAX_RUNS}.")
    if plan.starts_on and plan.ends_on and plan.ends_on < plan.starts_on:
        raise Invalid.field("ends_on", "The end lies before the start.")
    if len(plan.exceptions) > MAX_EXCEPTIONS:
        raise Invalid.field("exceptions", f"At most {MAX_EXCEPTIONS} exceptions can be named.")
    if plan.holidays is not None and not is_calendar(plan.holidays):
        raise Invalid.field("holidays", f"There is no calendar of public holidays {plan.holidays!r}; write a country like US, or US-LA.")


def next_run(plan: Recurrence, after: datetime, *, made: int = 0) -> datetime | None:
    """The first run later than `after`, in UTC; None when there is none any more. `made` runs have been carried out already."""
    return next(iter(next_runs(plan, after, 1, made=made)), None)


def next_runs(plan: Recurrence, after: datetime, count: int, *, made: int = 0) -> list[datetime]:
    """The next `count` runs later than `after`, ascending, in UTC; fewer when the plan ends before."""
    if plan.run_at is not None:
        return [plan.run_at.astimezone(UTC)] if plan.run_at > after and not made else []
    left = count if plan.max_runs is None else min(count, plan.max_runs - made)
    return list(islice(planned(plan, after), max(0, left)))


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock of `zone` shows the naive `wall`, in UTC: after a gap if it is skipped, the first time if it is shown twice."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return early
    # In a gap the later offset gives the earlier instant; the gap ends between the two, at the first minute with that offset.
    offset = early.astimezone(zone).utcoffset()
    begin, end = late, early
    while end - begin > _MINUTE:
        middle = begin + (end - begin) // (2 * _MINUTE) * _MINUTE
        begin, end = (begin, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, end)
    return end


@dataclass(frozen=True, slots=True)
class Cron:
    """An expression taken apart."""

    days: CronSim
    minutes: tuple[int, ...]
    """Minutes of the day, ascending."""
    is_stepped: bool
    weekdays: frozenset[int] | None
    """Monday is 0; where nothing but these decides about a day, because most plans are daily or weekly and a tick reads thousands."""

    def falls_on(self, day: date) -> bool:
        if self.weekdays is not None:
            return day.weekday() in self.weekdays
        return day.month in self.days.months and self.days.match_day(day)


@lru_cache(maxsize=4096)
def parsed(expression: str) -> Cron:
    """Raises `CronSimError`."""
    fields = CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
    minutes = tuple(sorted(60 * hour + minute for hour in fields.hours for minute in fields.minutes))
    parts = expression.split()
    return Cron(fields, minutes, any(part.startswith("*") for part in parts[:2]), _weekdays(fields) if parts[2:4] == ["*", "*"] else None)


def _weekdays(fields: CronSim) -> frozenset[int] | None:
    """None where a week of the month is named too (`1#2`, `5L`)."""
    numbers = [day for day in fields.weekdays if isinstance(day, int)]
    return frozenset((day - 1) % 7 for day in numbers) if len(numbers) == len(fields.weekdays) else None


def planned(plan: Recurrence, after: datetime) -> Iterator[datetime]:
    """Every run of a repeated plan later than `after`, ascending, in UTC, whatever `max_runs` says."""
    assert plan.cron is not None, "a plan is checked before it is asked"
    zone, cron = ZoneInfo(plan.time_zone), parsed(plan.cron)
    last = after.astimezone(UTC)
    for day in _days(plan, cron, last.astimezone(zone).date()):
        for instant in _instants(cron, day, zone, last):
            last = instant
            yield instant


def _days(plan: Recurrence, cron: Cron, first: date) -> Iterator[date]:
    day = max(first, plan.starts_on or first)
    last = min(day + SEARCH_HORIZON, plan.ends_on or date.max)
    while day <= last:
        if cron.falls_on(day) and _is_allowed(plan, day):
            yield day
        day += _DAY


def _is_allowed(plan: Recurrence, day: date) -> bool:
    if day in plan.exceptions or (plan.interval > 1 and _periods(plan, day) % plan.interval):
        return False
    return plan.holidays is None or not is_holiday(plan.holidays, day)


def _periods(plan: Recurrence, day: date) -> int:
    """Whole days, weeks or months from the one of `starts_on` to that of `day`."""
    assert plan.starts_on is not None, "an interval is counted from a date"
    if plan.interval_unit == "days":
        return (day - plan.starts_on).days
    if plan.interval_unit == "weeks":
        return (day.toordinal() - 1) // 7 - (plan.starts_on.toordinal() - 1) // 7
    return 12 * (day.year - plan.starts_on.year) + day.month - plan.starts_on.month


def _instants(cron: Cron, day: date, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants of a day later than `after`, ascending and each once."""
    begin = _begin(day, zone)
    if begin is not None:
        passed = bisect_right(cron.minutes, (after - begin) // _MINUTE)
        yield from (begin + minute * _MINUTE for minute in cron.minutes[passed:])
        return
    midnight = datetime.combine(day, time())
    walls = [midnight + minute * _MINUTE for minute in cron.minutes]
    found = {i for wall in walls for i in _shown(wall, zone)} if cron.is_stepped else {instant_of(wall, zone) for wall in walls}
    yield from sorted(instant for instant in found if instant > after)


@lru_cache(maxsize=4096)
def _begin(day: date, zone: ZoneInfo) -> datetime | None:
    """The day's midnight in UTC; None for a day on which the clock is changed."""
    midnight = datetime.combine(day, time())
    ends = [wall.replace(tzinfo=zone, fold=fold) for wall in (midnight, midnight + _DAY) for fold in (0, 1)]
    return ends[0].astimezone(UTC) if len({end.utcoffset() for end in ends}) == 1 else None


def _shown(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every instant at which the clock really shows `wall`: none in a gap, two where it is put back."""
    instants = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return [instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None) == wall]
