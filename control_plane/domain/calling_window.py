"""When a person may be called: ranges of local time per weekday, intersected over every zone the person may be in.

Plain form, as in a campaign's `window`:

    {"always": true}
    {"weekly": [{"days": ["mon", "tue"], "start": "09:00", "end": "17:30"}, …], "time_zone_policy": "contact" | "workspace",
     "dates": ["2026-12-01", …], "holidays": ["2026-12-25", "US", "US-LA", …]}

`dates`, when given, are the only days on which calls are made; `holidays` are days without calls, or the names of calendars whose public
holidays are. `end` may be "24:00". A range that passes midnight is written as two. "All day, every day" must be said as `always`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.domain.errors import FieldError, Invalid
from control_plane.domain.public_holidays import holidays_near, is_calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCH_HORIZON = timedelta(days=15)
"""How far ahead the next opening is looked for; a window closed for longer is reported as never opening."""
_MOST_RANGES, _MOST_DAYS = 100, 1000
"""Of one window."""
_STEP = timedelta(minutes=1)
_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Range:
    """Minutes of the local day, end exclusive: 0 ≤ start < end ≤ 1440."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}–{_clock(self.end)}"


ALL_DAY = (Range(0, _MINUTES_PER_DAY),)


@dataclass(frozen=True, slots=True)
class Window:
    """Allowed local times. `weekly[0]` is Monday; `dates`, when given, are the only days on which calls are made."""

    weekly: tuple[tuple[Range, ...], ...]
    follows_workspace: bool = False
    dates: frozenset[date] | None = None
    holidays: frozenset[date] = frozenset()
    calendars: frozenset[str] = frozenset()
    """Public holidays without calls; they bind once `with_public_holidays` has looked up their days."""

    @classmethod
    def always(cls) -> "Window":
        return cls((ALL_DAY,) * 7)

    @classmethod
    def daily(cls, start: str, end: str) -> "Window":
        return cls(((Range(minutes_of_day(start, "start"), minutes_of_day(end, "end")),),) * 7)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Window":
        """The window in its plain form. Raises `Invalid` naming the field that is wrong."""
        unknown = plain.keys() - {"always", "weekly", "time_zone_policy", "dates", "holidays"}
        if unknown:
            raise Invalid.field("window", f"A window has no field {', '.join(sorted(unknown))}.")
        follows_workspace = _policy(plain.get("time_zone_policy", "contact"))
        dates, (holidays, calendars) = _dates(plain.get("dates"), "dates"), _holidays(plain.get("holidays"))
        if plain.get("always") is True:
            if plain.get("weekly"):
                raise Invalid.field("window", 'A window is either {"always": true} or has weekly ranges, not both.')
            return cls(cls.always().weekly, follows_workspace, dates, holidays, calendars)
        weekly = plain.get("weekly")
        if not isinstance(weekly, list) or not weekly:
            raise Invalid.field(
                "window.weekly", 'Say at least one range of hours; round-the-clock calling must be said as {"always": true}.'
            )
        if len(weekly) > _MOST_RANGES:
            raise Invalid.field("window.weekly", f"A window has at most {_MOST_RANGES} ranges.")
        return cls(_weekly(weekly), follows_workspace, dates, holidays, calendars)

    def stored(self) -> dict[str, Any]:
        """A complete plain form in minutes of the day, for keeping with a verdict."""
        plain: dict[str, Any] = {"week": [[[r.start, r.end] for r in ranges] for ranges in self.weekly]}
        days = {"dates": self.dates, "holidays": self.holidays or None}
        plain |= {name: sorted(day.isoformat() for day in found) for name, found in days.items() if found is not None}
        return plain | ({"workspace": True} if self.follows_workspace else {})

    @classmethod
    def from_stored(cls, plain: Mapping[str, Any]) -> "Window":
        """The window that `stored` has put down, calendars looked up."""
        weekly = tuple(tuple(Range(start, end) for start, end in ranges) for ranges in plain["week"])
        dates = frozenset(map(date.fromisoformat, plain["dates"])) if "dates" in plain else None
        return cls(weekly, plain.get("workspace", False), dates, frozenset(map(date.fromisoformat, plain.get("holidays", ()))))

    def with_public_holidays(self, near: date) -> "Window":
        """The window with the days of its calendars around `near`, as far as an opening is looked for."""
        if not self.calendars:
            return self
        days = frozenset().union(*(holidays_near(calendar, near) for calendar in self.calendars))
        return replace(self, holidays=self.holidays | days, calendars=frozenset())

    @property
    def is_always(self) -> bool:
        """Open at any time, wherever the person is."""
        return self.dates is None and not self.holidays and all(r == ALL_DAY for r in self.weekly)

    def is_open(self, now: datetime, zones: Iterable[ZoneInfo]) -> bool:
        """Is `now` inside in every one of `zones`? Without a zone the answer is no: unknown means closed."""
        zones = tuple(zones)
        return bool(zones) and all(self._is_open_in(now, zone) for zone in zones)

    def next_opening(self, now: datetime, zones: Iterable[ZoneInfo]) -> datetime | None:
        """The first minute from `now` on that is open in every zone, or None within the horizon. UTC."""
        zones = tuple(zones)
        if not zones:
            return None
        instant, end = now, now + SEARCH_HORIZON
        while instant <= end:
            closed = next((zone for zone in zones if not self._is_open_in(instant, zone)), None)
            if closed is None:
                return instant
            instant = self._next_opening_in(instant, closed, end)
        return None

    def _has_calls_on(self, day: date) -> bool:
        return day not in self.holidays and (self.dates is None or day in self.dates)

    def _is_open_in(self, now: datetime, zone: ZoneInfo) -> bool:
        local = now.astimezone(zone)
        if not self._has_calls_on(local.date()):
            return False
        minute = local.hour * 60 + local.minute
        return any(r.start <= minute < r.end for r in self.weekly[local.weekday()])

    def _next_opening_in(self, after: datetime, zone: ZoneInfo, end: datetime) -> datetime:
        """The earliest instant after `after` at which `zone` turns from closed to open; just past `end` when there is none."""
        day = after.astimezone(zone).date()
        while _utc(day, 0, zone) <= end:
            if self._has_calls_on(day):
                starts = (_utc(day, r.start, zone, fold) for r in self.weekly[day.weekday()] for fold in (0, 1))
                candidates = sorted(i for i in (*starts, *_offset_change(day, zone)) if i > after and self._is_open_in(i, zone))
                if candidates:
                    return candidates[0]
            day += timedelta(days=1)
        return end + _STEP


def _utc(day: date, minute: int, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).replace(fold=fold).astimezone(UTC)


@lru_cache(maxsize=4096)
def _offset_change(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The minute on `day` at which the zone's offset changes, if it does: a skipped or repeated hour can open a window by itself."""
    first, last = _utc(day, 0, zone), _utc(day + timedelta(days=1), 0, zone)
    # From the minute before: where the clock jumps at midnight, the first instant of the day has the new offset already.
    before = (first - _STEP).astimezone(zone).utcoffset()
    if last.astimezone(zone).utcoffset() == before:
        return ()
    low, high = -1, int((last - first) / _STEP)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if (first + middle * _STEP).astimezone(zone).utcoffset() == before else (low, middle)
    return (first + high * _STEP,)


def _weekly(entries: list[Any]) -> tuple[tuple[Range, ...], ...]:
    days: list[list[Range]] = [[] for _ in DAYS]
    for i, entry in enumerate(entries):
        where = f"window.weekly[{i}]"
        if not isinstance(entry, Mapping) or entry.keys() - {"days", "start", "end"}:
            raise Invalid.field(where, "A weekly range has days, start and end.")
        start, end = minutes_of_day(entry.get("start"), f"{where}.start"), minutes_of_day(entry.get("end"), f"{where}.end")
        if start >= end:
            raise Invalid.field(where, "A range ends after it starts; write one that passes midnight as two.")
        names = entry.get("days")
        if not isinstance(names, list) or not names or any(name not in DAYS for name in names):
            raise Invalid.field(f"{where}.days", f"Days are a list of {', '.join(DAYS)}.")
        for name in names:
            days[DAYS.index(name)].append(Range(start, end))
    return tuple(tuple(sorted(ranges, key=lambda r: (r.start, r.end))) for ranges in days)


def minutes_of_day(value: Any, where: str) -> int:
    """`HH:MM`, up to 24:00. Raises `Invalid` naming the field `where`."""
    parts = value.split(":") if isinstance(value, str) else []
    if len(parts) == 2 and all(len(p) == 2 and p.isascii() and p.isdigit() for p in parts):
        minutes = int(parts[0]) * 60 + int(parts[1])
        if int(parts[1]) < 60 and minutes <= _MINUTES_PER_DAY:
            return minutes
    raise Invalid(f"{where}: write a time of day as HH:MM, up to 24:00.", FieldError(where, "not a time of day"))


def _policy(value: Any) -> bool:
    if value not in ("contact", "workspace"):
        raise Invalid.field("window.time_zone_policy", "Hours are counted in the zone of the contact or of the workspace.")
    return value == "workspace"


def _dates(value: Any, name: str) -> frozenset[date] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) > _MOST_DAYS:
        raise Invalid.field(f"window.{name}", f"A window names at most {_MOST_DAYS} days.")
    try:
        return frozenset(date.fromisoformat(item) for item in value)
    except (TypeError, ValueError) as error:
        raise Invalid.field(f"window.{name}", "Days are a list of YYYY-MM-DD; holidays may also be a calendar such as US-LA.") from error


def _holidays(value: Any) -> tuple[frozenset[date], frozenset[str]]:
    """Days, and calendars of public holidays."""
    entries = value if isinstance(value, list | tuple) else () if value is None else (value,)
    calendars = frozenset(entry for entry in entries if isinstance(entry, str) and is_calendar(entry))
    return _dates([entry for entry in entries if entry not in calendars], "holidays") or frozenset(), calendars


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
