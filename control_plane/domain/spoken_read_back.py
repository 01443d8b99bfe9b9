"""A recurrence as a sentence that can be spoken and confirmed; in English it is understood again as the same recurrence.

What a callee hears is made by rules in each language that agents speak, so that no model translates a time wrongly. In any other language
it is English, which the model says in the callee's: what is stored is still what the rules have understood.
"""

from datetime import UTC, time
from zoneinfo import ZoneInfo

from control_plane.domain.read_back_tongues import LAST, Tongue, tongue_of
from control_plane.domain.recurrence import Recurrence


def read_back(plan: Recurrence, language: str = "en") -> str:
    """`every other week on Monday at 2:00 PM, starting Monday, November 30, 2026, Europe/Berlin time`. `language`: a BCP 47 tag.

    For plans as `spoken_times.understand` makes them; raises `ValueError` for expressions that nobody could have said, which are shown by
    their own echo instead.
    """
    tongue = tongue_of(language)
    zone = tongue.zone.format(zone=plan.time_zone)
    if plan.run_at is not None:
        local = plan.run_at.astimezone(UTC).astimezone(ZoneInfo(plan.time_zone))
        return f"{tongue.once.format(date=tongue.date(local.date()), time=tongue.time(local.time()))}, {zone}"
    assert plan.cron is not None, "a plan has a cron expression or an instant"
    minute, hour, day, month, weekday = plan.cron.split()
    repeats = _within_day(tongue, minute, hour)
    if repeats is None:
        repeats = tongue.at.format(days=_days(tongue, plan, day, month, weekday), times=_times(tongue, minute, hour))
    return ", ".join([repeats, *_bounds(tongue, plan), zone])


def _bounds(tongue: Tongue, plan: Recurrence) -> list[str]:
    bounds = [tongue.starting.format(date=tongue.date(plan.starts_on))] if plan.starts_on else []
    bounds += [tongue.until.format(date=tongue.date(plan.ends_on))] if plan.ends_on else []
    return bounds + ([tongue.in_all[plan.max_runs > 1].format(n=plan.max_runs)] if plan.max_runs else [])


def _within_day(tongue: Tongue, minute: str, hour: str) -> str | None:
    if hour == "*" and minute.startswith("*"):
        return _step(tongue, "minute", _count(minute))
    return _step(tongue, "hour", _count(hour)) if minute == "0" and hour.startswith("*") else None


def _count(field: str) -> int:
    return 1 if field == "*" else int(field.removeprefix("*/"))


def _times(tongue: Tongue, minute: str, hour: str) -> str:
    return _listed(tongue, [tongue.time(time(int(each), int(minute))) for each in hour.split(",")])


def _days(tongue: Tongue, plan: Recurrence, day: str, month: str, weekday: str) -> str:
    if month != "*":
        return tongue.yearly(int(month), int(day))
    months = _step(tongue, "month", plan.interval)
    if day != "*":
        listed = _listed(tongue, [tongue.month_day(0 if each == "L" else int(each)) for each in day.split(",")])
        return tongue.of_months.format(days=tongue.on_month_days.format(days=listed), step=months)
    if "#" in weekday or "L" in weekday:
        rank = LAST if "L" in weekday else int(weekday[2])
        return tongue.of_months.format(days=tongue.rank(rank, _from_monday(weekday[0])), step=months)
    if weekday == "*":
        return _step(tongue, "day", plan.interval)
    return _weekdays(tongue, weekday, plan.interval)


def _weekdays(tongue: Tongue, weekday: str, interval: int) -> str:
    weeks = _step(tongue, "week", interval)
    if weekday == "1-5":
        return tongue.workdays if interval == 1 else tongue.workdays_of.format(step=weeks)
    days = _listed(tongue, [tongue.weekday(each) for each in sorted(map(_from_monday, weekday.split(",")))])
    return tongue.on_days.format(days=days) if interval == 1 else tongue.on_days_of.format(step=weeks, days=days)


def _step(tongue: Tongue, unit: str, n: int) -> str:
    return tongue.every[unit][min(n, 3) - 1].format(n=n)


def _from_monday(cron_number: str) -> int:
    return (int(cron_number) - 1) % 7


def _listed(tongue: Tongue, parts: list[str]) -> str:
    return f" {tongue.word_and} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
