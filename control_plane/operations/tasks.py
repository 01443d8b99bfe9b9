"""Crons of the task worker that look at the platform as a whole."""

from typing import Any

from structlog import get_logger

from control_plane.operations.invariants import orphans, violations
from control_plane.telephony.port import TelephonyError

log = get_logger(__name__)


async def watch_invariants(ctx: dict[str, Any]) -> None:
    """Say in the log what must never be; metrics and readiness tell the same."""
    for name, ids in (await violations(ctx["sessions"], ctx["telephony"])).items():
        if ids:
            log.error("invariant_violated", invariant=name, count=len(ids), ids=ids[:10])


async def tidy_rooms(ctx: dict[str, Any]) -> None:
    """Close rooms whose call is over: nobody else would, and an agent or a caller may sit in one."""
    try:
        found = await orphans(ctx["sessions"], await ctx["telephony"].rooms())
    except TelephonyError as error:
        log.warning("rooms_not_tidied", error=str(error))
        return
    for room in found:
        try:
            await ctx["telephony"].close_room(room)
            log.warning("orphan_room_closed", room=room)
        except TelephonyError as error:
            # One that cannot be closed must not keep the others open.
            log.warning("room_not_closed", room=room, error=str(error))
