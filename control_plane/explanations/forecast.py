"""How long a campaign takes at a given pace. Pure arithmetic; everything that is assumed is named in the answer."""

from dataclasses import dataclass

from control_plane.usage.estimates import ASSUMED, OWN

EXPECTED_ATTEMPTS = 2.0
"""Calls per contact when nothing is known of the list: about every second call reaches nobody and is repeated."""
AVERAGE_CALL_S = 60.0
"""Seconds that a call keeps its slot, ringing included, when the campaign has made no calls yet."""
ANSWERED_SHARE = 0.5
"""The same half: with two calls each, everybody is reached once."""
ENOUGH_CALLS = 20
"""Fewer of a campaign's own calls say little about how many are answered."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`slots`: calls at once. `calls_per_day` is None when no cap of campaign or caller IDs limits the day. `answered_share` of the calls
    is answered; `answered_known` says where that is known from."""

    calls_per_minute: float
    slots: int
    average_call_s: float
    expected_attempts: float
    calls_per_day: int | None
    answered_share: float = ANSWERED_SHARE
    answered_known: str = ASSUMED


def answered_of(calls: int, answered: int) -> tuple[float, str]:
    """The share of answers to expect, from the campaign's calls so far if they are enough, and where it is known from."""
    return (answered / calls, OWN) if calls >= ENOUGH_CALLS else (ANSWERED_SHARE, ASSUMED)


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
