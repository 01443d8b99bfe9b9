"""One reading of the calendar that a calendar follows: fetched outside of any transaction, then its busy times replace those from before.

The claim puts the next reading off before this one begins, so that one worker reads, and a reading that dies is begun again at the next
time.
"""

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from structlog import get_logger

from control_plane.appointments.feed_reading import Entry, NotACalendar, read
from control_plane.appointments.followed_calendar import etag_to_ask_with, fetch, wait_after
from control_plane.bookings.repository import BookingRepository, due_calendars, take_calendar
from control_plane.db.unit import Unit, open_unit
from control_plane.kit.outbound import NotDelivered
from control_plane.kit.outbound_guard import Forbidden

log = get_logger(__name__)

EVERY = timedelta(minutes=5)
BEFORE, AHEAD = timedelta(days=31), timedelta(days=31 + 92)
"""Entries that began in the last month may last still; nothing is booked more than 90 days ahead."""
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A calendar as it was when its reading began."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    url_sealed: str
    etag: str
    """Empty for a whole reading."""
    time_zone: str


async def refresh_calendars(ctx: dict[str, Any]) -> None:
    """Read those whose time has come, one after the other: each is bounded in time and size."""
    async with ctx["sessions"]() as session:
        due = await due_calendars(session, ctx["clock"].now(), AT_ONCE)
    for calendar_id in due:
        try:
            await _refresh(ctx, calendar_id)
        except Exception:
            log.exception("calendar_not_read", calendar_id=str(calendar_id))


def busy_times(entries: Iterable[Entry]) -> list[tuple[datetime, datetime]]:
    """What is neither canceled nor free. On a night when the clock is changed an entry lasts until the later of its two ends."""
    times = set()
    for entry in entries:
        if entry.is_canceled or entry.is_free or not entry.lasts:
            continue
        zone = ZoneInfo(entry.time_zone)
        by_clock = (entry.starts_at.astimezone(zone).replace(tzinfo=None) + entry.lasts).replace(tzinfo=zone)
        times.add((entry.starts_at, max(entry.starts_at + entry.lasts, by_clock.astimezone(UTC))))
    return sorted(times)


async def _refresh(ctx: dict[str, Any], calendar_id: uuid.UUID) -> None:
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        order = await _claim(unit, calendar_id)
    if order is None:
        return
    now = ctx["clock"].now()
    try:
        found = await fetch(ctx, order.url_sealed, order.etag)
        if found.status == 304:
            await _note(ctx, order, None, "")
            return
        reading = await asyncio.to_thread(read, found.body, now - BEFORE, order.time_zone, ahead=AHEAD, whole_days=True)
        if reading.problems:
            raise NotACalendar(f"An entry cannot be understood, so nobody knows when it is: {reading.problems[0][1]}")
        times = [(start, end) for start, end in busy_times(reading.entries) if end > now]
    except (NotDelivered, Forbidden, NotACalendar, OverflowError) as error:
        await _note(ctx, order, None, str(error) or "A time in it is out of all bounds.")
        return
    await _note(ctx, order, times, "", found.etag[:200])


async def _claim(unit: Unit, calendar_id: uuid.UUID) -> Order | None:
    row = await take_calendar(unit.session, calendar_id, unit.now)
    if row is None or row.busy_url_sealed is None:
        return None
    row.next_refresh_at = unit.now + EVERY
    etag = etag_to_ask_with(row.etag, row.read_at, unit.now)
    return Order(row.id, row.workspace_id, row.busy_url_sealed, etag, row.time_zone)


async def _note(
    ctx: dict[str, Any], order: Order, times: list[tuple[datetime, datetime]] | None, error: str, etag: str | None = None
) -> None:
    """How it went; None where nothing has changed. After failures the next reading comes later. What was read from another address, or by
    another zone, than the calendar has by now is of no use."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        rows = BookingRepository(unit.session, order.workspace_id)
        row = await rows.calendar(order.id, lock=True)
        if row is None or (row.busy_url_sealed, row.time_zone) != (order.url_sealed, order.time_zone):
            return
        row.error, row.failures = error, row.failures + 1 if error else 0
        if error:
            row.next_refresh_at = unit.now + wait_after(row.failures, EVERY)
            return
        row.refreshed_at = unit.now
        if times is not None:
            await rows.put_busy(row.id, times)
            row.read_at, row.etag = unit.now, etag or ""
