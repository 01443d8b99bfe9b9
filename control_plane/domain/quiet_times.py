"""When a person wants no calls, in their own zone; what the gate is told is the hours that are left.

Plain form: [{"days": ["mon", …], "start": "22:00", "end": "07:00"}, …]. A range that ends at or before its start goes on into the next day.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from control_plane.domain.calling_window import DAYS, Range, Window, minutes_of_day
from control_plane.domain.errors import Invalid

LEAST_OPEN = 60
"""Minutes a week. Whoever wants no calls at all opts out, which is kept as such and told to everybody."""
_DAY = 24 * 60


def hours_left(quiet_times: Sequence[Mapping[str, Any]]) -> Window | None:
    """The hours in which calls are not unwanted; None when they never are."""
    if not quiet_times:
        return None
    quiet: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for entry in quiet_times:
        start, end = minutes_of_day(entry["start"], "start"), minutes_of_day(entry["end"], "end")
        for day in map(DAYS.index, entry["days"]):
            quiet[day].append((start, end if start < end else _DAY))
            if end <= start:
                quiet[(day + 1) % len(DAYS)].append((0, end))
    return Window(tuple(_left(ranges) for ranges in quiet))


def require_hours_left(quiet_times: Sequence[Mapping[str, Any]]) -> None:
    """Raises `Invalid` for what is no time, and for quiet times that are as good as an opt-out."""
    window = hours_left(quiet_times)
    if window is not None and sum(r.end - r.start for ranges in window.weekly for r in ranges) < LEAST_OPEN:
        words = "These quiet times leave less than an hour a week; whoever wants no calls is put on the suppression list."
        raise Invalid.field("ranges", words)


def _left(quiet: Sequence[tuple[int, int]]) -> tuple[Range, ...]:
    """What quiet minutes leave of a day."""
    left, at = [], 0
    for start, end in sorted(quiet):
        if start > at:
            left.append(Range(at, start))
        at = max(at, end)
    return (*left, Range(at, _DAY)) if at < _DAY else tuple(left)
