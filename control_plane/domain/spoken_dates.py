"""Dates in a phrase, seen from a local day. A date that may be two days, or none, is asked about."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from control_plane.domain.spoken_phrase import Missing, Phrase, Unclear
from control_plane.domain.spoken_words import HOLIDAYS, MONTH_WORDS, MONTHS, WEEKDAY_WORDS, WEEKDAYS, suffix

WEEKDAY = rf"(?:{'|'.join(sorted(WEEKDAY_WORDS, key=len, reverse=True))})"
MONTH = rf"(?:{'|'.join(sorted(MONTH_WORDS, key=len, reverse=True))})"
_NAMED = rf"(?:(?:on )?(?P<weekday>{WEEKDAY}) )?(?:on )?(?:the )?"
_YEAR = r"(?: (?:of )?(?P<year>20\d{2}))?"
_WEEK = timedelta(days=7)
Groups = Mapping[str, str | None]


def _iso(groups: Groups, today: date) -> date:
    return _real(int(groups["y"] or 0), int(groups["m"] or 0), int(groups["d"] or 0))


def _slashed(groups: Groups, today: date) -> date:
    first, second = int(groups["first"] or 0), int(groups["second"] or 0)
    if first <= 12 and second <= 12 and first != second:
        one, other = (f"{MONTHS[m - 1].capitalize()} {d}" for m, d in ((first, second), (second, first)) if 1 <= m <= 12)
        raise Unclear(f"Do you mean {one} or {other}?", Missing.DAY)
    month, day = (first, second) if second > 12 or first == second else (second, first)
    return _in_year(month, day, groups, today)


def _month_day(groups: Groups, today: date) -> date:
    return _in_year(MONTH_WORDS[groups["month"] or ""], int(groups["day"] or 0), groups, today)


def _feast(groups: Groups, today: date) -> date:
    return _in_year(*HOLIDAYS[groups["feast"] or ""], groups, today)


def _near(groups: Groups, today: date) -> date:
    word = groups["near"] or ""
    return today + timedelta(days=2 if word.startswith("day after") else 1 if word == "tomorrow" else 0)


def _ahead(groups: Groups, today: date) -> date:
    """`in 3 days`, `a week from monday`, `2 weeks from tomorrow`."""
    count = 1 if groups["count"] in ("a", "an") else int(groups["count"] or 0)
    start = today if groups["anchor"] in (None, "now") else read_date(groups["anchor"] or "", today)
    return later(start, count, (groups["unit"] or "").rstrip("s"))


def _day_of_month(groups: Groups, today: date) -> date:
    day, of = int(groups["day"] or 0), groups["of"]
    month = date(today.year, today.month, 1)
    if of == "next" or (of is None and day < today.day):
        month = later(month, 1, "month")
    return _real(month.year, month.month, day)


def _weekday(groups: Groups, today: date) -> date:
    wanted, which = WEEKDAY_WORDS[groups["name"] or ""], groups["which"]
    ahead = (wanted - today.weekday()) % 7
    coming = today + timedelta(days=ahead)
    is_this_week = wanted > today.weekday()
    if which == "next":
        if is_this_week:
            raise Unclear(f"Do you mean {spelled(coming)}, or {spelled(coming + _WEEK)}?", Missing.CHOICE, coming, coming + _WEEK)
        return coming if ahead else today + _WEEK
    if which == "this" and wanted < today.weekday():
        raise Unclear(f"{WEEKDAYS[wanted].capitalize()} of this week is over. Do you mean {spelled(coming)}?", Missing.CHOICE, coming)
    if not ahead and which != "this":
        question = f"Today is {WEEKDAYS[wanted].capitalize()}. Do you mean today, or {spelled(today + _WEEK)}?"
        raise Unclear(question, Missing.CHOICE, today, today + _WEEK)
    return coming


def _end_of(groups: Groups, today: date) -> date:
    if groups["period"] == "week":
        return today + timedelta(days=6 - today.weekday())
    if groups["period"] == "year":
        return date(today.year, 12, 31)
    return later(date(today.year, today.month, 1), 1, "month") - timedelta(days=1)


_RELATIVE = r"today|tomorrow|day after tomorrow"
_READERS: tuple[tuple[str, Callable[[Groups, date], date]], ...] = (
    (rf"{_NAMED}(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b", _iso),
    (rf"{_NAMED}(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?:/(?P<year>20\d\d))?\b", _slashed),
    (rf"{_NAMED}(?P<month>{MONTH}) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:| [ap]m\b){_YEAR}", _month_day),
    (rf"{_NAMED}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)? (?P<month>{MONTH})\b{_YEAR}", _month_day),
    (rf"{_NAMED}(?P<feast>{'|'.join(HOLIDAYS)})\b{_YEAR}", _feast),
    (
        rf"(?:in )?(?P<count>a|an|\d{{1,3}}) (?P<unit>days?|weeks?|months?|years?) (?:from|after) (?P<anchor>now|{_RELATIVE}|{WEEKDAY})\b",
        _ahead,
    ),
    (r"(?P<anchor>\b)in (?P<count>a|an|\d{1,3}) (?P<unit>days?|weeks?|months?|years?)(?: time)?\b", _ahead),
    (rf"(?:the )?(?P<near>{_RELATIVE})\b", _near),
    (r"the end of (?:the|this) (?P<period>week|month|year)\b", _end_of),
    (rf"{_NAMED}(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?: of (?P<of>this|next) month| of the month)?", _day_of_month),
    (rf"(?:on )?(?:(?P<which>this|next|coming)(?: coming)? )?(?P<name>{WEEKDAY})\b", _weekday),
)
"""In this order, because later ones also read parts of what earlier ones read."""


def read_date(text: str, today: date) -> date:
    """The date that `text` consists of. Raises `Unclear`, also for words that are none."""
    phrase = Phrase(text)
    found = take_date(phrase, today)
    if found is None:
        raise Unclear(f"I did not understand the date {text!r}. Which day do you mean?", Missing.DAY)
    phrase.require_read()
    return found


def take_date(phrase: Phrase, today: date, before: str = "") -> date | None:
    """The first date of the phrase, when there is one, behind words that match `before`. Raises `Unclear`."""
    for pattern, reader in _READERS:
        found = phrase.take(rf"\b{before}{pattern}")
        if found is not None:
            groups = {"which": None, "of": None, "anchor": None, **found.groupdict()}
            return _of_weekday(reader(groups | {"anchor": groups["anchor"] or None}, today), groups.get("weekday"))
    return None


def after_span(day: date, count: int, unit: str) -> date:
    """The first date behind a span that begins with `day`; a month is over at the latest with its last day."""
    try:
        return later(day, count, unit)
    except Unclear:
        return later(later(day.replace(day=1), count, unit), 1, "month")


def later(day: date, count: int, unit: str) -> date:
    """`count` days, weeks, months or years after `day`. Raises `Unclear` where that day does not exist."""
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month - 1 + count * (12 if unit == "year" else 1)
    return _real(day.year + months // 12, months % 12 + 1, day.day)


def spelled(day: date) -> str:
    """Monday, November 30, 2026."""
    return f"{WEEKDAYS[day.weekday()].capitalize()}, {MONTHS[day.month - 1].capitalize()} {day.day}, {day.year}"


def _of_weekday(day: date, said: str | None) -> date:
    if said is not None and WEEKDAY_WORDS[said] != day.weekday():
        other = WEEKDAYS[WEEKDAY_WORDS[said]].capitalize()
        raise Unclear(f"{spelled(day)} is what I found, but you said {other}. Which day do you mean?", Missing.DAY)
    return day


def _in_year(month: int, day: int, groups: Groups, today: date) -> date:
    """Of the year that is said, else the next such day, today included."""
    year = groups.get("year")
    if year is not None:
        return _real(int(year), month, day)
    if (month, day) == (2, 29):
        raise Unclear("Only leap years have a February 29. Which day, and of which year?", Missing.DAY)
    first = _real(today.year, month, day)
    return first if first >= today else _real(today.year + 1, month, day)


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        named = MONTHS[month - 1].capitalize() if 1 <= month <= 12 else f"month {month}"
        raise Unclear(f"There is no {day}{suffix(day)} of {named} {year}. Which day do you mean?", Missing.DAY) from error


def is_month_day(text: str) -> re.Match[str] | None:
    """Whether the text names a day of the year, such as `june 3`."""
    return re.fullmatch(rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}", text)
