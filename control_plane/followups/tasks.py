"""Background work of follow-ups: the rows say what is to be done, and every piece of it is a transaction of its own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from control_plane.db.one_by_one import one_by_one
from control_plane.db.unit import open_unit
from control_plane.followups.placing import conclude, give_up_on_opted_out, make, stop, take_up
from control_plane.followups.repository import FollowUpWork

AT_ONCE = 100
"""Rows of each kind in one run; the next comes in seconds."""


async def keep_follow_ups(ctx: dict[str, Any]) -> None:
    """Take up what was flagged, hand over whom nobody may call, conclude from calls that ended, make those that are due."""
    await take_up_risks(ctx)
    await one_by_one(ctx, give_up_on_opted_out, await _found(ctx, lambda work, _: work.opted_out(AT_ONCE)))
    await one_by_one(ctx, stop, await _found(ctx, lambda work, _: work.unwanted(AT_ONCE)))
    await one_by_one(ctx, conclude, await _found(ctx, lambda work, _: work.ended(AT_ONCE)))
    await one_by_one(ctx, make, await _found(ctx, lambda work, now: work.due(now, AT_ONCE)))


async def take_up_risks(ctx: dict[str, Any]) -> None:
    """Follow up whoever was flagged as in danger."""
    await one_by_one(ctx, take_up, await _found(ctx, lambda work, _: work.flagged(AT_ONCE)))


async def _found(ctx: dict[str, Any], look: Callable[[FollowUpWork, Any], Awaitable[Sequence[Any]]]) -> list[tuple[Any, ...]]:
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        rows = await look(FollowUpWork(unit.session), unit.now)
    return [row if isinstance(row, tuple) else (row,) for row in rows]
