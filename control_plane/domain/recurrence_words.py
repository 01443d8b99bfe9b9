"""A recurrence in plain English, as schedules show it: "every Monday at 14:00 (Europe/Berlin)"."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from cronsim import CronSim

from control_plane.domain.recurrence import Cron, Recurrence, parsed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_MOST_TIMES = 6
"""More times of a day than these are not listed one by one."""


def in_words(plan: Recurrence) -> str:
    """A checked plan in one line, zone and limits included."""
    if plan.run_at is not None:
        there = plan.run_at.astimezone(ZoneInfo(plan.time_zone))
        return f"once on {WEEKDAYS[there.weekday()]}, {_date(there.date())} at {there:%H:%M} ({plan.time_zone})"
    return ", ".join([f"{_repeated(plan)} ({plan.time_zone})", *_limits(plan)])


def _repeated(plan: Recurrence) -> str:
    assert plan.cron is not None, "a plan is checked before it is told"
    cron = parsed(plan.cron)
    days, times = _days(plan, plan.cron.split()[2:], cron), _times(plan.cron.split()[:2], cron)
    if days is None or times is None:
        words = cron.days.explain()
        narrowed = f", only in every {_nth(plan.interval)} {plan.interval_unit[:-1]}" if plan.interval > 1 else ""
        return words[0].lower() + words[1:] + narrowed
    if not times.startswith("every"):
        return f"{days} {times}"
    return times if days == "every day" else f"{times}, {days}"


def _times(fields: list[str], cron: Cron) -> str | None:
    minute, hour = fields
    if hour == "*" and minute == "*":
        return "every minute"
    if hour == "*" and minute.startswith("*/"):
        return f"every {minute[2:]} minutes" if 60 % int(minute[2:]) == 0 else None
    if len(cron.minutes) > _MOST_TIMES:
        return None
    return "at " + _and(f"{at // 60:02}:{at % 60:02}" for at in cron.minutes)


def _days(plan: Recurrence, fields: list[str], cron: Cron) -> str | None:
    """Which days; None for what cronsim had better say."""
    of_month, month, of_week = fields
    if of_month != "*" and of_week != "*":
        return None
    months = "" if month == "*" else _and(MONTHS[number - 1] for number in sorted(cron.days.months))
    if of_month != "*":
        return _of_month(plan, cron.days, months)
    phrase = _of_week(plan, cron.days) if of_week != "*" else _every(plan, "days", "day")
    return f"{phrase} in {months}" if phrase and months else phrase


def _every(plan: Recurrence, unit: str, singular: str) -> str | None:
    if plan.interval == 1:
        return f"every {singular}"
    if plan.interval_unit != unit:
        return None
    return f"every other {singular}" if plan.interval == 2 else f"every {plan.interval} {unit}"


def _of_month(plan: Recurrence, fields: CronSim, months: str) -> str | None:
    among = months or _every(plan, "months", "month")
    if among is None or (months and plan.interval > 1):
        return None
    if fields.days == {CronSim.LAST}:
        which = "the last day"
    elif fields.days == {CronSim.LAST_WEEKDAY}:
        which = "the last weekday"
    elif min(fields.days) > 0 and len(fields.days) <= _MOST_TIMES:
        which = "the " + _and(_nth(day) for day in sorted(fields.days))
    else:
        return None
    return f"on {which} of {among}"


def _of_week(plan: Recurrence, fields: CronSim) -> str | None:
    plain = sorted({(item - 1) % 7 for item in fields.weekdays if isinstance(item, int)})
    special = sorted(item for item in fields.weekdays if not isinstance(item, int))
    if special:
        return _of_months_week(special) if not plain and plan.interval == 1 else None
    names = "weekday" if plain == [0, 1, 2, 3, 4] else "day" if len(plain) == 7 else _and(WEEKDAYS[day] for day in plain)
    if plan.interval_unit == "weeks" and plan.interval > 2:
        return f"every {plan.interval} weeks on {names if plain != [0, 1, 2, 3, 4] else 'weekdays'}" if len(plain) < 7 else None
    if plan.interval == 2 and len(plain) > 1:
        return None
    return _every(plan, "weeks", names)


def _of_months_week(special: list[tuple[int, int]]) -> str:
    last = CronSim.LAST
    which = (f"{'last' if nth == last else _ORDINALS[nth - 1]} {WEEKDAYS[(day - 1) % 7]}" for day, nth in special)
    return "on the " + _and(which) + " of the month"


def _limits(plan: Recurrence) -> Iterable[str]:
    if plan.starts_on is not None:
        yield f"from {_date(plan.starts_on)}"
    if plan.ends_on is not None:
        yield f"until {_date(plan.ends_on)}"
    if plan.max_runs is not None:
        yield "once" if plan.max_runs == 1 else f"{plan.max_runs} times at most"
    if plan.holidays is not None:
        yield f"not on public holidays ({plan.holidays})"
    if len(plan.exceptions) > _MOST_TIMES:
        yield f"not on {len(plan.exceptions)} named dates"
    elif plan.exceptions:
        yield "not on " + _and(_date(day) for day in sorted(plan.exceptions))


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _nth(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
