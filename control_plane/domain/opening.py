"""When several windows are open together for a whole ring: what the packs allow, what the campaign wants, each in its own zones.

The phone must not ring outside of any window, from the first second to the last: an instant counts as open when every one of them is open
at it and at every minute until the ring is over.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from control_plane.domain.calling_window import SEARCH_HORIZON, Window

_MINUTE = timedelta(minutes=1)
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """One window and the zones in which it must be open, all of them."""

    window: Window
    zones: tuple[ZoneInfo, ...]


def first_opening(checks: Sequence[Check], now: datetime, ring: timedelta) -> datetime | None:
    """The first instant from `now` on at which the phone may begin to ring; None when there is none within the horizon. UTC."""
    instant, end = now, now + SEARCH_HORIZON
    while instant <= end:
        obstacle = next(((c, at) for c in checks if (at := _closes(c, instant, ring)) is not None), None)
        if obstacle is None:
            return instant
        check, at = obstacle
        opening = check.window.next_opening(at, check.zones)
        if opening is None:
            return None
        instant = opening
    return None


class Openings:
    """`first_opening` of the same checks and ring for many moments: none is looked for twice within a time that is known to be closed.

    Threads may share it: an insertion of plain values into a list is one step.
    """

    def __init__(self, checks: Sequence[Check], ring: timedelta) -> None:
        self._checks, self._ring = checks, ring
        self._closed: list[tuple[datetime, datetime]] = []
        """Since when, and the opening that ends it; sorted."""

    def first(self, now: datetime) -> datetime | None:
        """The first instant from `now` on at which the phone may begin to ring; None when there is none within the horizon. UTC."""
        place = bisect_right(self._closed, (now, _LATEST))
        if place and now <= (opens := self._closed[place - 1][1]):
            return opens
        found = first_opening(self._checks, now, self._ring)
        if found is not None and found > now:
            insort(self._closed, (now, found))
        return found


def _closes(check: Check, start: datetime, ring: timedelta) -> datetime | None:
    """The first instant of the ring at which the window is closed. Windows open and close on the minute."""
    instant, end = start, start + ring
    while instant < end:
        if not check.window.is_open(instant, check.zones):
            return instant
        instant = instant.replace(second=0, microsecond=0) + _MINUTE
    return None if check.window.is_open(end, check.zones) else end
