"""Background work of appointments: the rows say what is to be done, and every piece of it is a transaction of its own."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

from structlog import get_logger

from control_plane.appointments.placing import conclude, make, stop
from control_plane.appointments.repository import ReminderWork
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.reminding import LAST_CALL

log = get_logger(__name__)
AT_ONCE = 100
"""Rows of each kind in one run; the next comes in seconds."""
REPORT_PATIENCE = timedelta(minutes=2)
"""How long after its end a call's report is waited for; what the person said came as an event before."""


async def keep_reminders(ctx: dict[str, Any]) -> None:
    """Draw conclusions from calls that ended, end those that are too late, make those that are due."""
    async with _unit(ctx) as unit:
        work = ReminderWork(unit.session)
        ended = await work.ended(unit.now, REPORT_PATIENCE, AT_ONCE)
        outdated = await work.outdated(unit.now + LAST_CALL, AT_ONCE)
        due = await work.due(unit.now, AT_ONCE)
    await _each(ctx, conclude, [(row,) for row in ended])
    await _each(ctx, stop, outdated)
    await _each(ctx, make, [(row,) for row in due])


async def _each(ctx: dict[str, Any], work: Callable[..., Awaitable[None]], subjects: Sequence[tuple[Any, ...]]) -> None:
    """One at a time, so that what goes wrong with one appointment keeps nobody else from being reminded; the next run tries again."""
    for subject in subjects:
        try:
            async with _unit(ctx) as unit:
                await work(unit, *subject)
        except Exception:
            log.exception("reminder_not_kept", work=work.__name__, subject=str(subject[-1]))


def _unit(ctx: dict[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
