"""Quiet times: what they leave of a week, and what is not taken for one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.domain.calling_window import DAYS
from control_plane.domain.errors import Invalid
from control_plane.domain.quiet_times import hours_left, require_hours_left

BERLIN = ZoneInfo("Europe/Berlin")
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
RANGES = st.fixed_dictionaries({"days": st.lists(st.sampled_from(DAYS), min_size=1, max_size=7), "start": MINUTES, "end": MINUTES})


def _left(*entries: dict[str, Any]) -> list[list[str]]:
    window = hours_left(entries)
    assert window is not None
    return [[str(r) for r in ranges] for ranges in window.weekly]


def test_without_quiet_times_nothing_is_asked() -> None:
    assert hours_left([]) is None


def test_ranges_may_touch_overlap_and_pass_midnight() -> None:
    noon = {"days": ["mon"], "start": "12:00", "end": "13:30"}
    more = {"days": ["mon"], "start": "13:00", "end": "14:00"}
    night = {"days": ["sun"], "start": "22:00", "end": "07:00"}
    left = _left(noon, more, night)
    assert (left[0], left[1], left[6]) == (["07:00–12:00", "14:00–24:00"], ["00:00–24:00"], ["00:00–22:00"])


def test_a_whole_day() -> None:
    assert _left({"days": ["wed"], "start": "00:00", "end": "24:00"})[2] == []


@given(st.lists(RANGES, min_size=1, max_size=4), st.integers(0, 7 * 24 * 60 - 1))
def test_a_minute_is_quiet_exactly_when_a_range_covers_it(entries: list[dict[str, Any]], minute: int) -> None:
    window = hours_left(entries)
    assert window is not None
    at = datetime(2026, 6, 1, tzinfo=BERLIN) + timedelta(minutes=minute)
    assert window.is_open(at.astimezone(UTC), [BERLIN]) != any(_covers(entry, minute) for entry in entries)


def _covers(entry: dict[str, Any], minute: int) -> bool:
    start, end = (int(entry[name][:2]) * 60 + int(entry[name][3:]) for name in ("start", "end"))
    length = end - start if start < end else end - start + 24 * 60
    begins = [DAYS.index(day) * 24 * 60 + start for day in entry["days"]]
    return any((minute - begin) % (7 * 24 * 60) < length for begin in begins)


@pytest.mark.parametrize(("start", "end"), [("00:00", "24:00"), ("00:05", "24:00"), ("09:00", "09:00")])
def test_a_week_without_an_hour_left_is_an_opt_out_and_refused(start: str, end: str) -> None:
    with pytest.raises(Invalid, match="suppression list"):
        require_hours_left([{"days": list(DAYS), "start": start, "end": end}])


def test_an_hour_a_week_is_enough() -> None:
    rest = {"days": list(DAYS[1:]), "start": "00:00", "end": "24:00"}
    require_hours_left([rest, {"days": ["mon"], "start": "01:00", "end": "24:00"}])
