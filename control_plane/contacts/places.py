"""Which time zones and countries there are."""

from functools import cache
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS


def is_zone(name: str) -> bool:
    """Whether `name` is in the time zone database."""
    return name in _zones()


def is_country(code: str) -> bool:
    """Whether `code` is an ISO 3166 country, in two capital letters, with a numbering plan."""
    return code in SUPPORTED_REGIONS


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
