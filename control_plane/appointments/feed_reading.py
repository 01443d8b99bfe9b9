"""A calendar file (iCal) of somebody else's becomes appointments to come. Bounded in everything: in it stands whatever its owner likes."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from control_plane.domain.recurring_events import Budget, NotUnderstood, TooMuch, dates, parse
from control_plane.domain.rule_values import is_zone

AHEAD = timedelta(days=100)
"""Repeated entries are looked at so far ahead: the longest reminder comes 90 days before."""
MOST_EVENTS = 5_000
MOST_UPCOMING = 2_000
MOST_PROBLEMS = 20
MOST_DAYS = 1_000_000
"""Days that the rules of a file may make us look at: about a second."""
_MOST_TEXT = 2_000
_MOST_CLUES = 5
_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,20}\d")


class NotACalendar(Exception):
    """The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment to come, as the file has it."""

    key: str
    """The same entry has the same whenever the file is read, also after it was moved."""
    starts_at: datetime
    time_zone: str
    title: str
    place: str
    is_canceled: bool
    numbers: tuple[str, ...]
    """Of those who are invited, as written; then those that stand in the text."""
    emails: tuple[str, ...]
    lasts: timedelta = timedelta()
    """By the clock of `time_zone`: from midnight to midnight where it is whole days."""
    is_free: bool = False
    """It stands in nobody's way (TRANSP)."""


@dataclass(slots=True)
class Reading:
    entries: list[Entry] = field(default_factory=list)
    events: int = 0
    problems: list[tuple[datetime | None, str]] = field(default_factory=list)

    def complain(self, at: datetime | None, sentence: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append((at, sentence))


def read(content: bytes, now: datetime, time_zone: str, *, ahead: timedelta = AHEAD, whole_days: bool = False) -> Reading:
    """`time_zone` is for times that say none, and how times are said that are in UTC; with `whole_days` also entries that are days and no
    times. Raises `NotACalendar`. Takes up to some seconds of processor time; call it in a thread."""
    found = _calendar(content)
    events = [part for part in found.walk("VEVENT") if part.get("DTSTART") is not None]
    if len(events) > MOST_EVENTS:
        raise NotACalendar(f"The calendar has more than {MOST_EVENTS:,} entries; offer one with those to come.")
    reading = Reading(events=len(events))
    is_void = str(found.get("METHOD", "")).upper() == "CANCEL"
    by_uid: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        by_uid[str(event.get("UID", ""))[:1000]].append(event)
    budget = Budget(MOST_DAYS)
    try:
        for uid, family in by_uid.items():
            _read_family(uid, family, reading, _Around(now, time_zone, is_void, budget, ahead, whole_days))
    except TooMuch as error:
        raise NotACalendar("The calendar's entries repeat too often to be followed.") from error
    if len(reading.entries) > MOST_UPCOMING:
        raise NotACalendar(f"The calendar has more than {MOST_UPCOMING:,} appointments to come; divide it.")
    return reading


@dataclass(frozen=True, slots=True)
class _Around:
    now: datetime
    time_zone: str
    is_void: bool
    budget: Budget
    ahead: timedelta
    whole_days: bool


def _calendar(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
        if not text.rstrip().upper().endswith("END:VCALENDAR"):
            raise ValueError("cut off")
        found = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as error:
        raise NotACalendar("What came from the address is no complete iCal calendar.") from error
    return found


def _read_family(uid: str, family: Sequence[Any], reading: Reading, around: _Around) -> None:
    """The entry of a UID with what was changed of single times of it."""
    moved: dict[datetime, Any] = {}
    masters = []
    for event in family:
        try:
            if event.get("RECURRENCE-ID") is None:
                masters.append(event)
            else:
                moved[_instant(event.decoded("RECURRENCE-ID"), around.time_zone)[0]] = event
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            reading.complain(None, "An entry has a time that cannot be read.")
    for event in masters[-1:]:
        try:
            reading.entries += _of_master(uid, event, moved, around)
        except _Skipped as error:
            reading.complain(error.at, str(error))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            reading.complain(None, "An entry has a time that cannot be read.")
    for at, event in moved.items():
        try:
            reading.entries += [each for each in [_entry(_key(uid, at), event, None, around)] if each.starts_at > around.now]
        except _Skipped as error:
            reading.complain(error.at, str(error))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            reading.complain(None, "An entry has a time that cannot be read.")


class _Skipped(ValueError):
    """An entry that is no appointment; the text says why."""

    def __init__(self, at: datetime | None, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


def _of_master(uid: str, event: Any, moved: Mapping[datetime, Any], around: _Around) -> list[Entry]:
    entry = _entry(_key(uid), event, None, around)
    if event.get("RRULE") is None and event.get("RDATE") is None:
        return [entry] if entry.starts_at > around.now else []
    without = set(_times(event, "EXDATE", around))
    times = {at for at in _repeated(event, entry, around) if around.now < at <= around.now + around.ahead}
    return [replace(entry, key=_key(uid, at), starts_at=at) for at in sorted(times - without - moved.keys())]


def _repeated(event: Any, entry: Entry, around: _Around) -> Iterator[datetime]:
    """The times of the entry around those that matter."""
    yield entry.starts_at
    yield from _times(event, "RDATE", around)
    for text in _listed(event, "RRULE"):
        try:
            rule = parse(text.to_ical().decode())
        except NotUnderstood as error:
            raise _Skipped(entry.starts_at, str(error)) from error
        start = _aware(_begin(event, around), around.time_zone)
        until = _until(rule.until, start)
        since, last = (around.now - timedelta(days=2)).date(), (around.now + around.ahead + timedelta(days=2)).date()
        for day in dates(rule, start.date(), since, last, around.budget):
            at = datetime.combine(day, start.time(), start.tzinfo).astimezone(UTC)
            if until is not None and at > until:
                return
            yield at


def _times(event: Any, name: str, around: _Around) -> list[datetime]:
    """Of a property that lists times; whole days among them are none."""
    listed = [at.dt for many in _listed(event, name) for at in many.dts]
    return [_instant(at, around.time_zone)[0] for at in listed if isinstance(at, datetime)]


def _until(text: str, start: datetime) -> datetime | None:
    """`20261231T235959Z`, a local time, or a whole day."""
    if not text:
        return None
    if text.endswith("Z"):
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    whole_day = "T" not in text
    local = datetime.strptime(text, "%Y%m%d" if whole_day else "%Y%m%dT%H%M%S").replace(tzinfo=start.tzinfo)
    return (local.replace(hour=23, minute=59, second=59) if whole_day else local).astimezone(UTC)


def _entry(key: str, event: Any, at: datetime | None, around: _Around) -> Entry:
    starts_at, zone = _instant(_begin(event, around), around.time_zone)
    numbers, emails = _clues(event)
    return Entry(
        key=key,
        starts_at=at or starts_at,
        time_zone=zone,
        title=_text(event, "SUMMARY")[:200].strip(),
        place=_text(event, "LOCATION")[:500].strip(),
        is_canceled=around.is_void or _text(event, "STATUS").upper() == "CANCELLED",
        numbers=numbers,
        emails=emails,
        lasts=_lasts(event),
        is_free=_text(event, "TRANSP").upper() == "TRANSPARENT",
    )


def _begin(event: Any, around: _Around) -> date | datetime:
    at = event.decoded("DTSTART")
    return datetime.combine(at, time()) if around.whole_days and not isinstance(at, datetime) else at


def _lasts(event: Any) -> timedelta:
    """Nothing where nobody says so; an entry of a day lasts the day."""
    begins = event.decoded("DTSTART")
    said = timedelta() if isinstance(begins, datetime) else timedelta(days=1)
    if event.get("DURATION") is not None:
        said = event.decoded("DURATION")
    elif event.get("DTEND") is not None:
        said = _between(begins, event.decoded("DTEND"))
    return max(said, timedelta()) if isinstance(said, timedelta) else timedelta()


def _between(begins: Any, ends: Any) -> timedelta:
    try:
        return ends - begins
    except TypeError:
        # One of the two has a zone, or a time, and the other has none.
        return _naive(ends) - _naive(begins)


def _naive(at: date | datetime) -> datetime:
    """As its own clock shows it."""
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time())


def _clues(event: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who it is with: numbers and addresses of those invited, then numbers in what is written about it."""
    invited = [str(each)[:200] for each in _listed(event, "ATTENDEE")][:50]
    numbers = [each[4:].split(";")[0] for each in invited if each.lower().startswith("tel:")]
    emails = [each[7:].split("?")[0].lower() for each in invited if each.lower().startswith("mailto:")]
    written = "\n".join(_text(event, name) for name in ("CONTACT", "DESCRIPTION", "SUMMARY"))
    numbers += _NUMBER.findall(written)
    return tuple(dict.fromkeys(numbers))[:_MOST_CLUES], tuple(dict.fromkeys(emails))[:20]


def _instant(at: date | datetime, time_zone: str) -> tuple[datetime, str]:
    """In UTC, and the zone whose clock shows the time to people."""
    aware = _aware(at, time_zone)
    name = str(getattr(aware.tzinfo, "key", ""))
    return aware.astimezone(UTC), name if is_zone(name) and name not in ("UTC", "Etc/UTC") else time_zone


def _aware(at: date | datetime, time_zone: str) -> datetime:
    if not isinstance(at, datetime):
        raise _Skipped(None, "An entry of a whole day has no time to remind of.")
    return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(time_zone))


def _listed(event: Any, name: str) -> list[Any]:
    value = event.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(event: Any, name: str) -> str:
    return "\n".join(str(each) for each in _listed(event, name))[:_MOST_TEXT]


def _key(uid: str, at: datetime | None = None) -> str:
    of = uid if at is None else f"{uid}\n{at:%Y%m%dT%H%M%SZ}"
    return hashlib.sha256(of.encode()).hexdigest()[:32]
