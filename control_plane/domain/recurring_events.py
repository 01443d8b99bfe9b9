"""Dates of repeated calendar entries (RFC 5545 RRULE), as far as appointments need them: days, weeks, months and years.

Written here and not left to a library because the rules come from files of strangers: the work is counted, and has an end.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"})
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST = 10_000


class NotUnderstood(Exception):
    """A rule that is none, or one of a kind that appointments have not; the text is a sentence."""


class TooMuch(Exception):
    """The work that was allowed is used up."""


@dataclass(slots=True)
class Budget:
    """Days that may be looked at, over all rules of a file."""

    days: int

    def spend(self, days: int) -> None:
        self.days -= days
        if self.days < 0:
            raise TooMuch


@dataclass(frozen=True, slots=True)
class Rule:
    frequency: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    """As it was written; whoever knows the entry's zone compares it."""
    week_start: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    """Negative ones count from the end of the month."""
    weekdays: tuple[tuple[int, int], ...] = ()
    """Which of the month's or year's (0 for all, -1 for the last), and the weekday (Monday is 0)."""
    positions: tuple[int, ...] = field(default=())
    """Of a period's days in order, only these; negative ones count from the end."""


def parse(text: str) -> Rule:
    """Raises `NotUnderstood`."""
    parts = {name.upper(): value.upper() for name, _, value in (part.partition("=") for part in text.split(";") if part)}
    unknown = sorted(parts.keys() - _KNOWN)
    if unknown or parts.get("FREQ") not in _FREQUENCIES:
        raise NotUnderstood(f"It repeats by a rule that is not understood ({', '.join(unknown) or 'FREQ'}).")
    try:
        rule = Rule(
            parts["FREQ"],
            _bounded(int(parts.get("INTERVAL", 1))),
            _bounded(int(parts["COUNT"])) if "COUNT" in parts else None,
            parts.get("UNTIL", ""),
            WEEKDAYS.index(parts.get("WKST", "MO")),
            _numbers(parts.get("BYMONTH", ""), 12, negative=False),
            _numbers(parts.get("BYMONTHDAY", ""), 31),
            tuple((int(each[:-2] or 0), WEEKDAYS.index(each[-2:])) for each in _split(parts.get("BYDAY", ""))),
            tuple(sorted(_numbers(parts.get("BYSETPOS", ""), 366))),
        )
    except ValueError as error:
        raise NotUnderstood("It repeats by a rule that cannot be read.") from error
    if any(which for which, _ in rule.weekdays) and rule.frequency in ("DAILY", "WEEKLY"):
        raise NotUnderstood("It repeats by a rule that cannot be read.")
    return rule


def dates(rule: Rule, start: date, since: date, last: date, budget: Budget) -> Iterator[date]:
    """Dates of the rule from `start` on, ascending, those before `since` left out, none after `last`. Raises `TooMuch`."""
    made, skipped = 0, 0 if rule.count is not None else _periods_before(rule, start, since)
    while (first := _begin(rule, start, skipped)) is not None and first <= last:
        days = _days_of(rule, first)
        budget.spend(len(days))
        for day in _chosen(rule, [day for day in days if _fits(rule, day, start)]):
            if day < start:
                continue
            made += 1
            if (rule.count is not None and made > rule.count) or day > last:
                return
            if day >= since:
                yield day
        skipped += 1


def _periods_before(rule: Rule, start: date, since: date) -> int:
    """Whole steps that can be passed over because they end before `since`; one less than there are, for weeks that begin early."""
    days = max(0, (since - start).days)
    length = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[rule.frequency]
    return max(0, days // (length * rule.interval) - 1)


def _begin(rule: Rule, start: date, steps: int) -> date | None:
    """First day of the period; None behind the end of the calendar."""
    try:
        if rule.frequency == "DAILY":
            return start + steps * rule.interval * _DAY
        if rule.frequency == "WEEKLY":
            return start + (steps * rule.interval * 7 - (start.weekday() - rule.week_start) % 7) * _DAY
        if rule.frequency == "MONTHLY":
            months = start.year * 12 + start.month - 1 + steps * rule.interval
            return date(months // 12, months % 12 + 1, 1)
        return date(start.year + steps * rule.interval, 1, 1)
    except (OverflowError, ValueError):
        return None


def _days_of(rule: Rule, first: date) -> list[date]:
    if rule.frequency == "DAILY":
        return [first]
    if rule.frequency == "WEEKLY":
        return [first + i * _DAY for i in range(7)]
    if rule.frequency == "MONTHLY":
        return [first.replace(day=day) for day in range(1, _length(first) + 1)]
    return [first + i * _DAY for i in range(366 if calendar.isleap(first.year) else 365)]


def _fits(rule: Rule, day: date, start: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - _length(day) - 1} & rule.month_days:
        return False
    if rule.weekdays:
        return any(weekday == day.weekday() and _is_which(rule, day, which) for which, weekday in rule.weekdays)
    return bool(rule.month_days) or _fits_start(rule, day, start)


def _fits_start(rule: Rule, day: date, start: date) -> bool:
    """What the rule leaves open is as at the start."""
    if rule.frequency == "DAILY":
        return True
    if rule.frequency == "WEEKLY":
        return day.weekday() == start.weekday()
    return day.day == start.day and (rule.frequency == "MONTHLY" or bool(rule.months) or day.month == start.month)


def _is_which(rule: Rule, day: date, which: int) -> bool:
    """Whether it is the n-th of its weekday within the month, or within the year where a yearly rule names no month."""
    if which == 0:
        return True
    of_year = rule.frequency == "YEARLY" and not rule.months
    place = day.timetuple().tm_yday if of_year else day.day
    length = (366 if calendar.isleap(day.year) else 365) if of_year else _length(day)
    return which == (place - 1) // 7 + 1 if which > 0 else -which == (length - place) // 7 + 1


def _chosen(rule: Rule, days: list[date]) -> list[date]:
    if not rule.positions:
        return days
    at = {place - 1 if place > 0 else len(days) + place for place in rule.positions}
    return [day for i, day in enumerate(days) if i in at]


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _numbers(text: str, most: int, *, negative: bool = True) -> frozenset[int]:
    found = frozenset(int(each) for each in _split(text))
    if any(not 1 <= abs(each) <= most or (each < 0 and not negative) for each in found):
        raise ValueError(text)
    return found


def _split(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _bounded(number: int) -> int:
    if not 1 <= number <= _MOST:
        raise ValueError(number)
    return number
