"""Background work of appointments: the rows say what is to be done, and every piece of it is a transaction of its own."""

from datetime import timedelta
from typing import Any

from structlog import get_logger

from control_plane.appointments.feed_refreshing import refresh
from control_plane.appointments.feed_repository import due_feeds
from control_plane.appointments.placing import conclude, make, stop
from control_plane.appointments.repository import ReminderWork
from control_plane.db.one_by_one import one_by_one
from control_plane.db.unit import open_unit
from control_plane.domain.reminding import LAST_CALL

log = get_logger(__name__)

AT_ONCE = 100
"""Rows of each kind in one run; the next comes in seconds."""
FEEDS_AT_ONCE = 20
REPORT_PATIENCE = timedelta(minutes=2)
"""How long after its end a call's report is waited for; what the person said came as an event before."""


async def keep_reminders(ctx: dict[str, Any]) -> None:
    """Draw conclusions from calls that ended, end those that are too late, make those that are due."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        work = ReminderWork(unit.session)
        ended = await work.ended(unit.now, REPORT_PATIENCE, AT_ONCE)
        outdated = await work.outdated(unit.now + LAST_CALL, AT_ONCE)
        due = await work.due(unit.now, AT_ONCE)
    await one_by_one(ctx, conclude, [(row,) for row in ended])
    await one_by_one(ctx, stop, outdated)
    await one_by_one(ctx, make, [(row,) for row in due])


async def refresh_feeds(ctx: dict[str, Any]) -> None:
    """Read the calendars whose time has come, one after the other: each is bounded in time and size."""
    async with ctx["sessions"]() as session:
        due = await due_feeds(session, ctx["clock"].now(), FEEDS_AT_ONCE)
    for feed_id in due:
        try:
            await refresh(ctx, feed_id)
        except Exception:
            log.exception("feed_not_read", feed_id=str(feed_id))
