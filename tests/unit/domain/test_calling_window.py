"""Calling windows against an oracle that walks minute by minute and knows nothing clever."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.domain.calling_window import DAYS, SEARCH_HORIZON, Range, Window
from control_plane.domain.errors import Invalid

MINUTE = timedelta(minutes=1)
ZONES = (
    "America/New_York",
    "Europe/London",
    "Asia/Kathmandu",  # +05:45
    "Australia/Lord_Howe",  # shifts by half an hour
    "Asia/Kolkata",
    "Africa/Cairo",  # its clocks change at midnight, so a day may begin at 01:00 and an evening hour may repeat
    "America/Havana",
)
# Nights on which one of the zones changes its clocks, both ways, and a leap day.
NIGHTS = (
    date(2026, 3, 7),  # New York, forward; Havana the same night
    date(2026, 10, 31),  # New York and Havana, back
    date(2026, 3, 28),  # London, forward
    date(2026, 10, 24),  # London, back
    date(2026, 4, 4),  # Lord Howe, back
    date(2026, 10, 3),  # Lord Howe, forward
    date(2026, 4, 23),  # Cairo, forward at midnight
    date(2026, 10, 29),  # Cairo, back at midnight
    date(2028, 2, 28),
)


def is_open_by_the_rules(window: Window, now: datetime, zones: tuple[ZoneInfo, ...]) -> bool:
    """The definition, said once more and plainly."""
    for zone in zones:
        local = now.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if window.dates is not None and local.date() not in window.dates:
            return False
        if local.date() in window.holidays:
            return False
        if not any(r.start <= minute < r.end for r in window.weekly[local.weekday()]):
            return False
    return bool(zones)


def first_open_minute(window: Window, now: datetime, zones: tuple[ZoneInfo, ...]) -> datetime | None:
    """Look at every single minute."""
    if is_open_by_the_rules(window, now, zones):
        return now
    instant = now.replace(second=0, microsecond=0) + MINUTE
    while instant <= now + SEARCH_HORIZON:
        if is_open_by_the_rules(window, instant, zones):
            return instant
        instant += MINUTE
    return None


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Range, ...]:
    edges = st.one_of(st.integers(0, 1440), st.sampled_from((0, 30, 60, 90, 105, 120, 150, 180, 1380, 1410, 1440)))
    pairs = draw(st.lists(st.tuples(edges, edges), max_size=2))
    return tuple(sorted((Range(min(p), max(p)) for p in pairs if p[0] != p[1]), key=lambda r: (r.start, r.end)))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    night = draw(st.sampled_from(NIGHTS))
    return datetime(night.year, night.month, night.day, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 48 * 3600)))


weeklies = st.tuples(*[ranges() for _ in DAYS])
zone_sets = st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True).map(lambda names: tuple(ZoneInfo(n) for n in names))


@settings(max_examples=150, deadline=None)
@given(weeklies, instants(), zone_sets)
def test_a_window_is_open_exactly_when_every_zone_says_so(weekly, now, zones):
    window = Window(weekly)
    assert window.is_open(now, zones) == is_open_by_the_rules(window, now, zones)


@settings(max_examples=120, deadline=None)
@given(weeklies.filter(lambda weekly: sum(bool(day) for day in weekly) >= 5), instants(), zone_sets)
def test_the_next_opening_is_the_first_open_minute(weekly, now, zones):
    window = Window(weekly)
    assert window.next_opening(now, zones) == first_open_minute(window, now, zones)


@settings(max_examples=40, deadline=None)
@given(instants(), zone_sets, st.sets(st.integers(0, 6), max_size=3), st.sets(st.integers(0, 6), max_size=3), ranges())
def test_dates_are_the_only_days_with_calls_and_holidays_have_none(now, zones, chosen, free, one_day):
    dates, holidays = (frozenset(now.date() + timedelta(days=n) for n in offsets) for offsets in (chosen, free))
    window = Window((one_day,) * 7, dates=dates, holidays=holidays)
    assert window.next_opening(now, zones) == first_open_minute(window, now, zones)


@settings(max_examples=40, deadline=None)
@given(instants(), zone_sets, st.sets(st.integers(0, 6), max_size=3), ranges())
def test_the_first_day_after_holidays_opens_on_time(now, zones, free, one_day):
    window = Window((one_day,) * 7, holidays=frozenset(now.date() + timedelta(days=n) for n in free))
    assert window.next_opening(now, zones) == first_open_minute(window, now, zones)


@pytest.mark.parametrize("dates", [None, frozenset({date(2026, 4, 24)})])
def test_a_clock_that_jumps_over_the_start_opens_the_window_where_it_lands(dates):
    cairo = ZoneInfo("Africa/Cairo")
    window = Window(((Range(30, 180),),) * 7, dates=dates)
    just_before = datetime(2026, 4, 23, 21, 59, tzinfo=UTC)  # 23:59 of the 23rd; the next minute is 01:00 of the 24th
    opening = window.next_opening(just_before, (cairo,))
    assert opening is not None
    assert opening == datetime(2026, 4, 23, 22, 0, tzinfo=UTC)
    assert opening.astimezone(cairo).hour == 1


def test_a_repeated_hour_is_open_twice():
    new_york = ZoneInfo("America/New_York")
    window = Window(((Range(60, 120),),) * 7)
    first_pass, second_pass = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert window.is_open(first_pass, (new_york,))
    assert window.is_open(second_pass, (new_york,))
    assert not window.is_open(datetime(2026, 11, 1, 7, 0, tzinfo=UTC), (new_york,))


def test_an_unknown_zone_means_closed():
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert not Window.always().is_open(now, ())
    assert Window.always().next_opening(now, ()) is None


def test_zones_that_never_agree_never_open():
    window = Window.daily("09:00", "10:00")
    assert window.next_opening(datetime(2026, 6, 1, tzinfo=UTC), (ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York"))) is None


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({}, "window.weekly"),
        ({"weekly": []}, "window.weekly"),
        ({"always": True, "weekly": [{"days": ["mon"], "start": "09:00", "end": "10:00"}]}, "window"),
        ({"always": False}, "window.weekly"),
        ({"hours": []}, "window"),
        ({"weekly": [{"days": ["mon"], "start": "17:00", "end": "09:00"}]}, "window.weekly[0]"),
        ({"weekly": [{"days": ["mon"], "start": "9:00", "end": "10:00"}]}, "window.weekly[0].start"),
        ({"weekly": [{"days": ["mon"], "start": "09:00", "end": "24:01"}]}, "window.weekly[0].end"),
        ({"weekly": [{"days": ["Monday"], "start": "09:00", "end": "10:00"}]}, "window.weekly[0].days"),
        ({"weekly": [{"days": [], "start": "09:00", "end": "10:00"}]}, "window.weekly[0].days"),
        ({"weekly": [{"days": [["mon"]], "start": "09:00", "end": "10:00"}]}, "window.weekly[0].days"),
        ({"weekly": ["mon"]}, "window.weekly[0]"),
        ({"always": True, "dates": ["2026-02-29"]}, "window.dates"),
        ({"always": True, "dates": "2026-02-28"}, "window.dates"),
        ({"always": True, "dates": 5}, "window.dates"),
        ({"always": True, "holidays": ["Christmas"]}, "window.holidays"),
        ({"always": True, "time_zone_policy": "mine"}, "window.time_zone_policy"),
        ({"always": True, "time_zone_policy": ["contact"]}, "window.time_zone_policy"),
    ],
)
def test_a_wrong_window_is_refused_by_the_name_of_its_field(plain, field):
    with pytest.raises(Invalid) as refusal:
        Window.from_plain(plain)
    assert [error.field for error in refusal.value.errors] == [field]


def test_round_the_clock_must_be_said():
    now = datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert Window.from_plain({"always": True}).is_open(now, (ZoneInfo("Europe/London"),))


def test_several_ranges_of_a_day_are_all_open():
    window = Window.from_plain(
        {"weekly": [{"days": ["mon"], "start": "14:00", "end": "24:00"}, {"days": ["mon", "tue"], "start": "09:00", "end": "12:00"}]}
    )
    assert [str(r) for r in window.weekly[0]] == ["09:00–12:00", "14:00–24:00"]
    assert [str(r) for r in window.weekly[1]] == ["09:00–12:00"]
    assert not window.weekly[2]
