"""Public holidays by country and part of a country, from the `holidays` package: rules of data, looked up and never called out for."""

import re
from datetime import date, timedelta
from functools import cache

import holidays
from holidays.registry import EntityLoader

_SHAPE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,4})?")
_BEFORE, _AFTER = timedelta(days=2), timedelta(days=18)
"""What a search for the next opening can come to see, whatever the zone."""


@cache
def _is_known(name: str) -> bool:
    country, _, part = name.partition("-")
    if country not in EntityLoader.get_country_codes(include_aliases=True):
        return False
    known = holidays.country_holidays(country)
    return not part or part in known.subdivisions or part in known.subdivisions_aliases


def is_calendar(name: str) -> bool:
    """Whether there is a calendar of that name: a country such as US, or a part of one such as US-LA."""
    return _SHAPE.fullmatch(name) is not None and _is_known(name)


def holidays_near(calendar: str, day: date) -> frozenset[date]:
    """The public holidays around `day`. Raises `KeyError` for a calendar that does not exist."""
    if not is_calendar(calendar):
        raise KeyError(calendar)
    first, last = day - _BEFORE, day + _AFTER
    found = frozenset[date]().union(*(_of_year(calendar, year) for year in {first.year, last.year}))
    return frozenset(holiday for holiday in found if first <= holiday <= last)


def is_holiday(calendar: str, day: date) -> bool:
    """Raises `KeyError` for a calendar that does not exist."""
    if not is_calendar(calendar):
        raise KeyError(calendar)
    return day in _of_year(calendar, day.year)


@cache
def _of_year(calendar: str, year: int) -> frozenset[date]:
    country, _, part = calendar.partition("-")
    # Only this year's: the package would otherwise add whatever year it is asked about.
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year, expand=False))
