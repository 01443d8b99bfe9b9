"""Window arithmetic against a naive oracle that looks at every single minute: 50,000 random cases and not one difference.

A case is what the gate asks: one or two windows (a pack's in the zones the person may be in, a campaign's own in another zone), an
instant, the length of the ring. The oracle knows local times only from the time zone database, minute by minute, kept per zone and span
so that it can afford to look at them all; it knows nothing of days, ranges or clock changes.
"""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from control_plane.domain import opening
from control_plane.domain.calling_window import SEARCH_HORIZON, Range, Window
from control_plane.domain.opening import Check, Openings, first_opening

CASES, INSTANTS = 50_000, 5
"""So many instants are asked of one set of rules, for whose sake every minute of the span is looked at."""
SEED = 20261121
MINUTE = timedelta(minutes=1)
HORIZON = int(SEARCH_HORIZON / MINUTE)
SPAN = HORIZON + 3 * 1440
ZONES = (
    "America/New_York",
    "America/Phoenix",  # never changes its clocks
    "America/St_Johns",  # -03:30
    "Asia/Kathmandu",  # +05:45
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # shifts by half an hour
    "Pacific/Chatham",  # +12:45, and shifts
    "Europe/London",
    "Africa/Cairo",  # its clocks change at midnight
    "America/Havana",
)
# Spans that begin before nights on which some of these zones change their clocks, and a leap day.
STARTS = tuple(
    datetime(*day, tzinfo=UTC)
    for day in (
        (2026, 3, 6),
        (2026, 3, 27),
        (2026, 4, 3),
        (2026, 4, 22),
        (2026, 9, 25),
        (2026, 10, 2),
        (2026, 10, 23),
        (2026, 12, 24),
        (2028, 2, 27),
    )
)
EDGES = (0, 30, 60, 90, 105, 120, 150, 180, 480, 540, 780, 1020, 1200, 1260, 1380, 1410, 1440)


@cache
def local_minutes(zone: str, start: datetime) -> tuple[np.ndarray, np.ndarray]:
    """For every minute of the span: the minute of the local week, and the local day, counted from the day before the span."""
    found = [(start + i * MINUTE).astimezone(ZoneInfo(zone)) for i in range(SPAN)]
    return (
        np.array([at.weekday() * 1440 + at.hour * 60 + at.minute for at in found], dtype=np.int32),
        np.array([at.toordinal() - start.toordinal() + 1 for at in found], dtype=np.int32),
    )


def is_open(window: Window, zones: tuple[str, ...], start: datetime) -> np.ndarray:
    """Minute by minute of the span: is the window open in every zone?"""
    week = np.zeros(7 * 1440, dtype=bool)
    for day, ranges in enumerate(window.weekly):
        for r in ranges:
            week[day * 1440 + r.start : day * 1440 + r.end] = True
    days_of_span = [date.fromordinal(start.toordinal() - 1 + i) for i in range(SPAN // 1440 + 4)]
    with_calls = np.array([d not in window.holidays and (window.dates is None or d in window.dates) for d in days_of_span])
    result = np.ones(SPAN, dtype=bool)
    for zone in zones:
        minutes, days = local_minutes(zone, start)
        result &= week[minutes] & with_calls[days]
    return result


def by_looking(opened: np.ndarray, start: datetime, now: datetime, ring: timedelta) -> datetime | None:
    """The first instant at which every minute of the ring is open: now itself, else the beginning of a minute."""
    begun, reach = int((now - start) / MINUTE), int((now + ring - start) / MINUTE)
    if opened[begun : reach + 1].all():
        return now
    # From the beginning of a minute the ring touches so many minutes, its last instant included.
    touched = int(ring / MINUTE) + 1
    whole = opened[begun + 1 : begun + 1 + HORIZON].copy()
    for i in range(1, touched):
        whole &= opened[begun + 1 + i : begun + 1 + i + HORIZON]
    if not whole.any():
        return None
    instant = start + (begun + 1 + int(whole.argmax())) * MINUTE
    return instant if instant <= now + SEARCH_HORIZON else None


def a_window(dice: random.Random, start: datetime) -> Window:
    def ranges() -> tuple[Range, ...]:
        pairs = [sorted((dice.choice(EDGES), dice.choice(EDGES))) for _ in range(dice.choice((0, 1, 1, 1, 2)))]
        return tuple(sorted((Range(a, b) for a, b in pairs if a < b), key=lambda r: (r.start, r.end)))

    day = ranges()
    weekly = tuple(day if dice.random() < 0.7 else ranges() for _ in range(7))
    some_days = frozenset(date.fromordinal(start.toordinal() + dice.randrange(18)) for _ in range(4))
    kind = dice.random()
    return Window(weekly, dates=some_days if kind > 0.9 else None, holidays=some_days if kind < 0.3 else frozenset())


def some_rules(dice: random.Random) -> tuple[datetime, list[tuple[Window, tuple[str, ...]]]]:
    """The beginning of a span, and one or two windows with the zones in which each must be open."""
    start = dice.choice(STARTS)
    checks = [(a_window(dice, start), tuple(dice.sample(ZONES, dice.choice((1, 1, 2)))))]
    if dice.random() < 0.4:
        checks.append((a_window(dice, start), (dice.choice(ZONES),)))
    return start, checks


def test_fifty_thousand_openings_are_where_looking_at_every_minute_finds_them():
    dice, cases, found_nothing, on_the_spot = random.Random(SEED), 0, 0, 0
    for _ in range(CASES // INSTANTS):
        start, checks = some_rules(dice)
        ours = [Check(window, tuple(map(ZoneInfo, zones))) for window, zones in checks]
        opened = np.logical_and.reduce([is_open(window, zones, start) for window, zones in checks])
        kept: dict[timedelta, Openings] = {}
        for _ in range(INSTANTS):
            now, ring = start + timedelta(seconds=dice.randrange(2 * 86400)), timedelta(seconds=dice.choice((15, 28, 30, 45, 60, 75)))
            now = now.replace(second=dice.choice((0, 0, now.second)))
            truth = by_looking(opened, start, now, ring)
            assert first_opening(ours, now, ring) == truth, f"{checks} at {now} for {ring}"
            assert kept.setdefault(ring, Openings(ours, ring)).first(now) == truth, f"{checks} at {now} for {ring}, of several"
            cases, found_nothing, on_the_spot = cases + 1, found_nothing + (truth is None), on_the_spot + (truth == now)
    # The cases are worth something: neither answer is rare.
    assert cases >= 50_000
    assert cases / 20 < found_nothing < cases / 2
    assert cases / 20 < on_the_spot < cases / 2


def test_within_hours_that_are_known_to_be_closed_nothing_is_looked_for_again(monkeypatch: pytest.MonkeyPatch):
    looked_at = []
    monkeypatch.setattr(opening, "first_opening", lambda checks, now, ring: looked_at.append(now) or first_opening(checks, now, ring))
    kept = Openings([Check(Window.daily("09:00", "17:00"), (ZoneInfo("Europe/London"),))], timedelta(seconds=28))
    evening, nine = datetime(2026, 11, 23, 18, 0, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert {kept.first(evening + timedelta(minutes=i)) for i in range(15 * 60 + 1)} == {nine}
    assert looked_at == [evening]
    assert [kept.first(nine + timedelta(hours=h)) for h in (1, 2)] == [nine + timedelta(hours=h) for h in (1, 2)]
    assert kept.first(evening - timedelta(minutes=30)) == nine
    assert kept.first(evening + timedelta(days=1)) == nine + timedelta(days=1)
    assert len(looked_at) == 5
