"""How often somebody may be called: limits within hours or calendar days, and pauses after calls that ended in a certain way.

A limit of n in 24 hours looks at the n-th newest call that counts: once that is older than 24 hours, another one fits in. Days are the
person's own; where the zone is one of several, the day is over when it is over in all of them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from control_plane.domain.decision import Reason, Wait
from control_plane.domain.facts import EarlierCall, Facts
from control_plane.domain.rules import CoolDown, Limit

At = TypeVar("At", datetime, int)
_FOR_GOOD = timedelta(days=365)
_WHOSE = {"number": "to this number", "contact": "to this person", "purpose": "to this person for this purpose"}


def counted(times: Sequence[At], day_start: At, after: At, most: int | None) -> tuple[int, int, At | None]:
    """Of calls at `times`, newest first: how many are of the day, how many came `after` the last 24 hours began, and the one that must
    leave these before another one fits in."""
    rolling = [at for at in times if at > after]
    last = rolling[most - 1] if most is not None and len(rolling) >= most else None
    return sum(at >= day_start for at in times), len(rolling), last


def over(limit: Limit, facts: Facts, now: datetime) -> Wait | None:
    """Wait until another call fits under the limit; None when it does already."""
    if limit.count == 0:
        return Wait(now + _FOR_GOOD, (Reason("limit_reached", f"The rules allow no call {_WHOSE[limit.per]}."),))
    if limit.hours is not None:
        return _over_hours(limit, timedelta(hours=limit.hours), facts, now)
    waits = [w for zone in facts.time_zones or (facts.workspace_time_zone,) if (w := _over_days(limit, facts, now, ZoneInfo(zone)))]
    return max(waits, key=lambda wait: wait.until, default=None)


def cooling(rule: CoolDown, facts: Facts, now: datetime) -> Wait | None:
    """Wait until the last call that ended so is long enough ago; None when it is."""
    span = timedelta(hours=rule.hours)
    ended = [call for call in _counted(rule.per, facts) if rule.after.intersection(call.ends) and call.at + span > now]
    if not ended:
        return None
    last = max(ended, key=lambda call: call.at)
    how = min(rule.after.intersection(last.ends)).replace("_", " ")
    return Wait(last.at + span, (Reason("cool_down", f"The last call ended with {how}; the next may follow after {_span(rule.hours)}."),))


def _over_hours(limit: Limit, span: timedelta, facts: Facts, now: datetime) -> Wait | None:
    times = sorted((call.at for call in _counted(limit.per, facts) if call.at + span > now), reverse=True)
    if len(times) < limit.count:
        return None
    words = f"{len(times)} of {limit.count} calls {_WHOSE[limit.per]} within {_span(limit.hours or 0)} are used."
    return Wait(times[limit.count - 1] + span, (Reason("limit_reached", words),))


def _over_days(limit: Limit, facts: Facts, now: datetime, zone: ZoneInfo) -> Wait | None:
    assert limit.days is not None
    today = now.astimezone(zone).date()
    first = today - timedelta(days=limit.days - 1)
    days = sorted((d for call in _counted(limit.per, facts) if (d := call.at.astimezone(zone).date()) >= first), reverse=True)
    if len(days) < limit.count:
        return None
    frees = days[limit.count - 1] + timedelta(days=limit.days)
    words = f"{len(days)} of {limit.count} calls {_WHOSE[limit.per]} within {_days(limit.days)} are used."
    return Wait(datetime.combine(frees, time(), zone).astimezone(now.tzinfo), (Reason("limit_reached", words),))


def _counted(per: str, facts: Facts) -> Iterator[EarlierCall]:
    for call in facts.earlier:
        if per == "contact" or (call.is_same_number if per == "number" else call.purpose == facts.purpose):
            yield call


def _span(hours: int) -> str:
    return f"{hours} hours" if hours % 24 or hours == 24 else _days(hours // 24)


def _days(days: int) -> str:
    return "a day" if days == 1 else f"{days} days"
