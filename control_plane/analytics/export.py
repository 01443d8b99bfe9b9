"""Calls over as CSV: what the figures count, line by line, without numbers or words of callees."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime

from control_plane.analytics.filters import Filters
from control_plane.analytics.repository import AnalyticsRepository
from control_plane.analytics.service import AnalyticsService
from control_plane.calls.schemas import duration_of
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.kit.csv_text import csv_line

_PAGE = 1000
_PLAIN = (
    *("id", "campaign_id", "contact_id", "assistant_id", "trunk_id", "from_number_id", "purpose", "attempt", "state"),
    *("network_result", "sip_status_code", "answered_by", "outcome", "outcome_label", "end_cause"),
)
COLUMNS = (*_PLAIN, "dialed_at", "answered_at", "ended_at", "duration_s", "first_audio_after_due_s", "cost", "currency")


async def lines(unit: Unit, workspace_id: uuid.UUID, filters: Filters) -> AsyncIterator[bytes]:
    """The lines, read in pages while they are sent. Raises `NotFound` and `Invalid` before the first."""
    await AnalyticsService(unit, workspace_id).check(filters)
    return _lines(AnalyticsRepository(unit.session, workspace_id), filters)


async def _lines(rows: AnalyticsRepository, filters: Filters) -> AsyncIterator[bytes]:
    yield csv_line(COLUMNS)
    last: tuple[datetime, uuid.UUID] | None = None
    while page := await rows.page_after(filters, last, _PAGE):
        yield b"".join(csv_line(_cells(call)) for call in page)
        last = (page[-1].dialing_at or page[-1].created_at, page[-1].id)


def _cells(call: Call) -> tuple[object, ...]:
    times = (call.dialing_at, call.answered_at, call.ended_at)
    plain = (getattr(call, name) for name in _PLAIN)
    return (
        *plain,
        *(time and time.isoformat() for time in times),
        duration_of(call),
        call.first_audio_after_due_s,
        call.cost,
        call.currency,
    )
