"""How long a campaign takes at a given pace. Pure arithmetic; everything that is assumed is named in the answer."""

from dataclasses import dataclass

EXPECTED_ATTEMPTS = 2.0
"""Calls per contact when nothing is known of the list: about every second call reaches nobody and is repeated."""
AVERAGE_CALL_S = 60.0
"""Seconds that a call keeps its slot, ringing included, when the campaign has made no calls yet."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`slots`: calls at once. `calls_per_day` is None when no cap of campaign or caller IDs limits the day."""

    calls_per_minute: float
    slots: int
    average_call_s: float
    expected_attempts: float
    calls_per_day: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`hours` of calling time, in which the windows are open; `limited_by`: `calls_per_minute`, `slots` or `daily_cap`."""

    calls: int
    hours: float
    days: int | None
    """Days that the daily caps alone demand."""
    limited_by: str


def forecast(contacts: int, pace: Pace) -> Forecast:
    """How long it takes to call so many contacts, each as often as expected."""
    calls = round(contacts * pace.expected_attempts)
    of_slots = pace.slots * 60 / pace.average_call_s
    per_minute = min(pace.calls_per_minute, of_slots)
    limited_by = "calls_per_minute" if pace.calls_per_minute <= of_slots else "slots"
    hours, days = calls / per_minute / 60, None
    if pace.calls_per_day:
        days = -(-calls // pace.calls_per_day)
        limited_by = "daily_cap" if days > 1 and pace.calls_per_day < per_minute * 60 * 24 else limited_by
    return Forecast(calls, round(hours, 2), days, limited_by)
