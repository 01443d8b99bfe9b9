"""Background work of follow-ups: the rows say what is to be done, and every piece of it is a transaction of its own."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from structlog import get_logger

from control_plane.db.unit import Unit, open_unit
from control_plane.followups.placing import conclude, give_up_on_opted_out, make, stop, take_up
from control_plane.followups.repository import FollowUpWork

log = get_logger(__name__)
AT_ONCE = 100
"""Rows of each kind in one run; the next comes in seconds."""


async def keep_follow_ups(ctx: dict[str, Any]) -> None:
    """Take up what was flagged, hand over whom nobody may call, conclude from calls that ended, make those that are due."""
    await take_up_risks(ctx)
    async with _unit(ctx) as unit:
        opted_out = await FollowUpWork(unit.session).opted_out(AT_ONCE)
    await _each(ctx, give_up_on_opted_out, [(row,) for row in opted_out])
    async with _unit(ctx) as unit:
        unwanted = await FollowUpWork(unit.session).unwanted(AT_ONCE)
    await _each(ctx, stop, unwanted)
    async with _unit(ctx) as unit:
        ended = await FollowUpWork(unit.session).ended(AT_ONCE)
    await _each(ctx, conclude, [(row,) for row in ended])
    async with _unit(ctx) as unit:
        due = await FollowUpWork(unit.session).due(unit.now, AT_ONCE)
    await _each(ctx, make, [(row,) for row in due])


async def take_up_risks(ctx: dict[str, Any]) -> None:
    """Follow up whoever was flagged as in danger."""
    async with _unit(ctx) as unit:
        flagged = await FollowUpWork(unit.session).flagged(AT_ONCE)
    await _each(ctx, take_up, [(call_id,) for call_id in flagged])


async def _each(ctx: dict[str, Any], work: Callable[..., Awaitable[None]], subjects: Sequence[tuple[Any, ...]]) -> None:
    """One at a time, so that what goes wrong with one person keeps no help from the others; it is tried again at the next run."""
    for subject in subjects:
        try:
            async with _unit(ctx) as unit:
                await work(unit, *subject)
        except Exception:
            log.exception("follow_up_not_kept", work=work.__name__, subject=str(subject[-1]))


def _unit(ctx: dict[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
