"""What can be booked: slots lie within the hours that the clock shows, whatever is done to the clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from control_plane.domain.calling_window import Range
from control_plane.domain.slots import Held, OpenHours, Slot, free_seats, near, slot_at, slots_between, slots_on

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "America/Havana", "UTC")
NIGHTS = (
    date(2026, 3, 8),
    date(2026, 11, 1),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 4, 5),
    date(2026, 10, 4),
    date(2026, 4, 24),
)
"""On which clocks of these zones are changed."""
MINUTE = timedelta(minutes=1)


def daily(zone: str, *hours: tuple[int, int], slot: int = 30, buffer: int = 0) -> OpenHours:
    """Hours by the hour, the same each day; slot and buffer in minutes."""
    weekly = (tuple(Range(start * 60, end * 60) for start, end in hours),) * 7
    return OpenHours(zone, weekly, slot * MINUTE, buffer * MINUTE)


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type]


def shown(hours: OpenHours, day: date) -> list[str]:
    return [f"{slot.starts_at.astimezone(ZoneInfo(hours.time_zone)):%H:%M}" for slot in slots_on(hours, day)]


minutes = st.integers(0, 48).map(lambda n: n * 30)
ranges = st.lists(st.tuples(minutes, minutes).filter(lambda r: r[0] < r[1]).map(lambda r: Range(*r)), max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(NIGHTS) | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    hours=ranges,
    slot=st.integers(5, 300),
    buffer=st.integers(0, 120),
)
@example("Europe/Berlin", date(2026, 3, 29), [Range(120, 180)], 30, 0)
@example("America/New_York", date(2026, 11, 1), [Range(60, 120)], 30, 15)
def test_slots_are_whole_within_the_hours_the_clock_shows_and_overlap_nowhere(
    zone: str, day: date, hours: list[Range], slot: int, buffer: int
) -> None:
    open_hours = OpenHours(zone, (tuple(sorted(hours, key=lambda r: (r.start, r.end))),) * 7, slot * MINUTE, buffer * MINUTE)
    found = slots_between(open_hours, day - timedelta(days=1), day + timedelta(days=1))
    for one in found:
        assert one.ends_at - one.starts_at == slot * MINUTE
        assert one.held_until - one.ends_at == buffer * MINUTE
        for edge in (one.starts_at, one.ends_at - timedelta(microseconds=1)):
            local = edge.astimezone(ZoneInfo(zone))
            assert any(each.start <= local.hour * 60 + local.minute < each.end for each in hours)
        assert slot_at(open_hours, one.starts_at) == one
    for one, other in pairwise(found):
        assert one.ends_at <= other.starts_at


def test_an_hour_that_the_clock_skips_has_no_slots() -> None:
    assert shown(daily("Europe/Berlin", (1, 4)), date(2026, 3, 29)) == ["01:00", "01:30", "03:00", "03:30"]
    assert shown(daily("Europe/Berlin", (2, 3)), date(2026, 3, 29)) == []


def test_an_hour_that_the_clock_shows_twice_has_those_of_both() -> None:
    assert shown(daily("America/New_York", (1, 2)), date(2026, 11, 1)) == ["01:00", "01:30", "01:00", "01:30"]


def test_a_buffer_is_kept_between_slots_and_a_blocked_day_has_none() -> None:
    hours = daily("UTC", (9, 12), slot=60, buffer=30)
    assert shown(hours, date(2026, 11, 23)) == ["09:00", "10:30"]
    blocked = OpenHours("UTC", hours.weekly, hours.slot, hours.buffer, frozenset({date(2026, 11, 23)}))
    assert slots_on(blocked, date(2026, 11, 23)) == []


def test_hours_may_last_until_midnight() -> None:
    assert shown(daily("UTC", (23, 24)), date(2026, 11, 23)) == ["23:00", "23:30"]


def test_what_is_no_beginning_of_a_slot_is_none() -> None:
    assert slot_at(daily("UTC", (9, 12)), at(2026, 11, 23, 9, 15)) is None


def test_seats_are_free_that_nobody_holds_and_a_busy_calendar_has_none() -> None:
    slot = Slot(at(2026, 11, 23, 9), at(2026, 11, 23, 10), at(2026, 11, 23, 10, 30))
    before = Held(at(2026, 11, 23, 8), at(2026, 11, 23, 9), 1)
    after = Held(at(2026, 11, 23, 10), at(2026, 11, 23, 11), 2)
    assert free_seats(slot, 3, [before, after]) == [1, 3]
    busy_in_the_buffer = Held(at(2026, 11, 23, 10), at(2026, 11, 23, 11))
    assert free_seats(slot, 3, [busy_in_the_buffer]) == [1, 2, 3]
    assert free_seats(slot, 3, [Held(at(2026, 11, 23, 9, 59), at(2026, 11, 23, 11))]) == []


def test_the_nearest_times_come_in_their_order() -> None:
    times = [at(2026, 11, 23, hour) for hour in (9, 11, 14, 16)]
    assert near(times, at(2026, 11, 23, 13), 2) == [at(2026, 11, 23, 11), at(2026, 11, 23, 14)]
