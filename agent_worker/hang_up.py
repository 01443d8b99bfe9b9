"""Hangs up on the callee: LiveKit's SIP service ends a call whose room is deleted."""

import asyncio

import structlog
from aiohttp import ClientError
from livekit import api
from livekit.agents import JobContext
from livekit.protocol.room import DeleteRoomRequest

log = structlog.get_logger()

ANSWER_S = 5.0
PAUSES_S = (0.5, 2.0)
"""Before the second and the third try: whoever is left in the room hears nobody."""


async def hang_up(ctx: JobContext) -> bool:
    """Delete the room. True once LiveKit has confirmed it; a room that is not there is none that was seen to end."""
    for pause_s in (*PAUSES_S, None):
        try:
            async with asyncio.timeout(ANSWER_S):
                await ctx.api.room.delete_room(DeleteRoomRequest(room=ctx.room.name))
                return True
        except api.TwirpError as error:
            if error.code == api.TwirpErrorCode.NOT_FOUND:
                return False
            log.warning("room_not_closed", error=error.code)
        except (ClientError, TimeoutError, OSError) as error:
            log.warning("room_not_closed", error=type(error).__name__)
        if pause_s is not None:
            await asyncio.sleep(pause_s)
    return False
