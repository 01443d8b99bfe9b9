"""Whether calls can begin at all: who asks for a call now is told at once that LiveKit is away, instead of getting a call that fails.

It is asked as seldom as that allows: what it said holds for some seconds, and of many requests at once only one asks.
"""

import asyncio
from datetime import timedelta

from structlog import get_logger

from control_plane.domain.errors import Unavailable
from control_plane.kit.clock import monotonic
from control_plane.telephony.port import Telephony, TelephonyError

log = get_logger(__name__)

HOLDS_S = 5.0
"""A call made in the seconds until LiveKit is found missing fails at its dispatch, and says so."""
PATIENCE_S = 2.0
_NO_ROOM = "is-anybody-there"


class VoiceSide:
    def __init__(self, telephony: Telephony) -> None:
        self._telephony = telephony
        self._asking = asyncio.Lock()
        self._is_there = True
        self._known_until = 0.0

    async def require(self) -> None:
        """Raises `Unavailable` when LiveKit cannot be reached or refuses the key."""
        async with self._asking:
            if monotonic() >= self._known_until:
                self._is_there = await self._answers()
                self._known_until = monotonic() + HOLDS_S
        if not self._is_there:
            raise Unavailable(
                "The voice side (LiveKit) cannot be reached, so no call can begin now; nothing was kept of this request. "
                "Try again in a moment, or give a later time in schedule_at. /health/ready says what is missing.",
                retry_after=timedelta(seconds=HOLDS_S),
                code="voice_unavailable",
            )

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._telephony.legs(_NO_ROOM)
        except (TelephonyError, TimeoutError) as error:
            log.warning("voice_side_away", error=str(error) or type(error).__name__)
            return False
        return True
