"""A retry on another day falls into another part of it, in the contact's own zone, whatever the clocks do meanwhile."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.calling_window import Window
from control_plane.domain.daypart import AFTERNOON, DAYPARTS, EVENING, MIDDAY, MORNING, ROTATION, Place, daypart_of, next_other_part

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
ZONES = [
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
]
instants = st.datetimes(datetime(2005, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 – hypothesis adds the zone
zones = st.sampled_from(ZONES).map(ZoneInfo)
spreads = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(("hour", "part"), [(0, MORNING), (9, MORNING), (12, MIDDAY), (15, AFTERNOON), (18, EVENING), (23, EVENING)])
def test_an_hour_belongs_to_a_part_of_the_day(hour, part):
    assert daypart_of(datetime(2026, 11, 20, hour, tzinfo=BERLIN), BERLIN) is part


def test_following_the_first_choices_goes_round_the_whole_day():
    part, seen = MORNING, []
    for _ in DAYPARTS:
        seen.append(part)
        part = ROTATION[part][0]
    assert set(seen) == set(DAYPARTS)
    assert all(set(others) == set(DAYPARTS) - {part} for part, others in ROTATION.items())


@given(instants, zones, spreads, st.integers(1, 5), st.booleans())
def test_it_lies_in_another_part_of_a_later_day(called_at, zone, spread, days, business_days):
    then = next_other_part(called_at, Place(zone), days=days, spread=spread, business_days=business_days)
    local, before = then.astimezone(zone), called_at.astimezone(zone)
    part = daypart_of(then, zone)
    assert local.date() >= before.date() + timedelta(days=days)
    assert part is not daypart_of(called_at, zone)
    assert part.start <= local.hour < part.end
    assert then.tzinfo is UTC
    assert not business_days or local.weekday() < 5


@given(instants, zones, spreads)
def test_it_is_the_next_day_unless_the_zone_has_skipped_it(called_at, zone, spread):
    then = next_other_part(called_at, Place(zone), days=1, spread=spread)
    ahead = (then.astimezone(zone).date() - called_at.astimezone(zone).date()).days
    assert ahead == 1 or (zone.key == "Pacific/Apia" and ahead == 2)


@given(instants, zones, spreads)
def test_the_same_question_has_the_same_answer(called_at, zone, spread):
    place = Place(zone)
    assert next_other_part(called_at, place, days=1, spread=spread) == next_other_part(called_at, place, days=1, spread=spread)


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        # The night in which New York's clocks go forward, and the one in which they go back.
        (datetime(2026, 3, 7, 10, tzinfo=NEW_YORK), datetime(2026, 3, 8, 18, tzinfo=NEW_YORK)),
        (datetime(2026, 10, 31, 10, tzinfo=NEW_YORK), datetime(2026, 11, 1, 18, tzinfo=NEW_YORK)),
        # The day before a leap day.
        (datetime(2028, 2, 28, 19, tzinfo=NEW_YORK), datetime(2028, 2, 29, 12, tzinfo=NEW_YORK)),
    ],
)
def test_the_hour_is_that_of_the_wall_clock(called, expected):
    then = next_other_part(called.astimezone(UTC), Place(NEW_YORK), days=1, spread=0)
    assert then == expected
    assert then.utcoffset() == timedelta(0)


def test_a_skipped_day_is_passed_over():
    apia = ZoneInfo("Pacific/Apia")
    then = next_other_part(datetime(2011, 12, 29, 10, tzinfo=apia).astimezone(UTC), Place(apia), days=1, spread=0)
    assert then.astimezone(apia).date() == date(2011, 12, 31)


def test_business_days_pass_over_the_weekend():
    friday = datetime(2026, 11, 20, 10, tzinfo=BERLIN)
    then = next_other_part(friday, Place(BERLIN), days=1, spread=0, business_days=True)
    assert then == datetime(2026, 11, 23, 18, tzinfo=BERLIN)


def test_a_part_in_which_the_campaign_does_not_call_is_passed_over():
    morning = datetime(2026, 11, 18, 10, tzinfo=BERLIN)
    then = next_other_part(morning, Place(BERLIN, Window.daily("09:00", "17:00")), days=1, spread=0)
    assert then == datetime(2026, 11, 19, 15, tzinfo=BERLIN)


def test_a_campaign_that_calls_in_one_part_only_leaves_the_hour_to_the_gate():
    morning = datetime(2026, 11, 18, 10, tzinfo=BERLIN)
    then = next_other_part(morning, Place(BERLIN, Window.daily("09:00", "12:00")), days=1, spread=0)
    assert then == datetime(2026, 11, 19, 18, tzinfo=BERLIN)
