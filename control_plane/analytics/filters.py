"""Which calls a figure is about, and which of their hours can be read as counted."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from control_plane.domain.errors import Invalid

HOUR = timedelta(hours=1)
FIRST_YEAR, LAST_YEAR = 2000, 2200
MOST_SPANS = 200
"""More pieces than these are read as one: a query with thousands of conditions is slower than one that reads too much."""


class Filters(Struct, frozen=True, kw_only=True):
    """Calls that were dialled from `since` on and before `until`, of a campaign, an assistant, a number; None is no filter."""

    since: datetime | None = None
    until: datetime | None = None
    campaign: uuid.UUID | None = None
    assistant: uuid.UUID | None = None
    number: uuid.UUID | None = None


def instant(field: str, said: datetime | None) -> datetime | None:
    """In UTC. Raises `Invalid` for a time without a zone and for one that no call can have."""
    if said is None:
        return None
    if said.tzinfo is None:
        raise Invalid.field(field, "Say the time with its zone, for example 2026-11-23T09:00:00Z.")
    if not FIRST_YEAR <= said.year <= LAST_YEAR:
        raise Invalid.field(field, f"The year lies between {FIRST_YEAR} and {LAST_YEAR}.")
    return said.astimezone(UTC)


class Span(NamedTuple):
    """From `since` on and before `until`; None is without bound."""

    since: datetime | None
    until: datetime | None


def floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def ceiling(moment: datetime) -> datetime:
    return moment if moment == floor(moment) else floor(moment) + HOUR


def whole_hours(filters: Filters) -> Span:
    """The hours, in UTC, that lie in the filter as a whole."""
    return Span(filters.since and ceiling(filters.since), filters.until and floor(filters.until))


def hours_apart(changed: Iterable[datetime], filters: Filters) -> list[Span]:
    """Spans whose calls must be read one by one: hours that changed since they were counted, and hours that the filter cuts."""
    hours = set(changed)
    hours |= {floor(moment) for moment in (filters.since, filters.until) if moment and moment != floor(moment)}
    spans: list[tuple[datetime, datetime]] = []
    for hour in sorted(hours):
        begin = max(hour, filters.since) if filters.since else hour
        end = min(hour + HOUR, filters.until) if filters.until else hour + HOUR
        if begin >= end:
            continue
        if spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    if len(spans) > MOST_SPANS:
        return [Span(spans[0][0], spans[-1][1])]
    return [Span(*span) for span in spans]
