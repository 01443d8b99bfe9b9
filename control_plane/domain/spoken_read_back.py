"""A recurrence as a sentence that can be spoken, confirmed, and understood again as the same recurrence."""

from datetime import UTC, time
from zoneinfo import ZoneInfo

from control_plane.domain.recurrence import Recurrence
from control_plane.domain.spoken_clock import said
from control_plane.domain.spoken_dates import spelled
from control_plane.domain.spoken_words import MONTHS, WEEKDAYS, suffix


def read_back(plan: Recurrence) -> str:
    """`every other week on Monday at 2:00 PM, starting Monday, November 30, 2026, Europe/Berlin time`.

    For plans as `spoken_times.understand` makes them; raises `ValueError` for expressions that nobody could have said, which are shown by
    their own echo instead.
    """
    if plan.run_at is not None:
        local = plan.run_at.astimezone(UTC).astimezone(ZoneInfo(plan.time_zone))
        return f"once, on {spelled(local.date())} at {_time(local.time())}, {plan.time_zone} time"
    assert plan.cron is not None, "a plan has a cron expression or an instant"
    minute, hour, day, month, weekday = plan.cron.split()
    repeats = _within_day(minute, hour) or f"{_days(plan, day, month, weekday)} at {_times(minute, hour)}"
    bounds = [f"starting {spelled(plan.starts_on)}"] if plan.starts_on else []
    bounds += [f"until {spelled(plan.ends_on)}"] if plan.ends_on else []
    bounds += [f"{plan.max_runs} times"] if plan.max_runs else []
    return ", ".join([repeats, *bounds, f"{plan.time_zone} time"])


def _within_day(minute: str, hour: str) -> str | None:
    if hour == "*" and minute.startswith("*"):
        return _every(minute, "minute")
    return _every(hour, "hour") if minute == "0" and hour.startswith("*") else None


def _every(field: str, unit: str) -> str:
    return f"every {unit}" if field == "*" else f"every {int(field.removeprefix('*/'))} {unit}s"


def _times(minute: str, hour: str) -> str:
    return _listed([_time(time(int(each), int(minute))) for each in hour.split(",")])


def _time(at: time) -> str:
    return "noon" if at == time(12) else said(at)


def _days(plan: Recurrence, day: str, month: str, weekday: str) -> str:
    if month != "*":
        return f"every year on {MONTHS[int(month) - 1].capitalize()} {int(day)}"
    if day != "*":
        return f"on the {_listed([_rank(each) for each in day.split(',')])} of {_step(plan, 'month')}"
    if "#" in weekday or "L" in weekday:
        name, rank = (weekday[0], "last") if "L" in weekday else (weekday[0], f"{weekday[2]}{suffix(int(weekday[2]))}")
        return f"on the {rank} {_weekday(int(name))} of {_step(plan, 'month')}"
    if weekday == "*":
        return _step(plan, "day")
    named = (
        "weekday" if weekday == "1-5" else _listed([_weekday(n) for n in sorted(map(int, weekday.split(",")), key=lambda n: (n - 1) % 7)])
    )
    return f"every {named}" if plan.interval == 1 else f"{_step(plan, 'week')} on {'weekdays' if named == 'weekday' else named}"


def _step(plan: Recurrence, unit: str) -> str:
    return {1: f"every {unit}", 2: f"every other {unit}"}.get(plan.interval, f"every {plan.interval} {unit}s")


def _rank(day: str) -> str:
    return "last day" if day == "L" else f"{day}{suffix(int(day))}"


def _weekday(cron_number: int) -> str:
    return WEEKDAYS[(cron_number - 1) % 7].capitalize()


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
