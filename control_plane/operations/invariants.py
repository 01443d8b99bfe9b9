"""Statements that must always be true, asked of rows and of LiveKit's rooms."""

import asyncio
import uuid
from datetime import timedelta

from structlog import get_logger

from control_plane.calls.repository import database_now
from control_plane.db.session import Sessions
from control_plane.kit.clock import monotonic
from control_plane.operations.repository import OperationsRepository
from control_plane.telephony.port import Telephony, TelephonyError
from sip_config.naming import call_id_of_room

log = get_logger(__name__)

LEAVING = timedelta(minutes=3)
"""An agent uploads its recording and reports (90 s at most) before its job ends and the room with it."""
ROOMS_WITHOUT_CALL = "room_without_call"
CALLS_WITHOUT_ROOM = "call_without_room"


LOOK_EVERY_S = 15.0
"""A scraper may come every second or two; one of the queries reads all enrollments."""
LIVEKIT_PATIENCE_S = 3.0
"""A LiveKit that hangs must not take the figures of everything else away: scrapers wait ten seconds."""


class Watch:
    """The invariants as somebody saw them a moment ago: one per process."""

    def __init__(self, sessions: Sessions, telephony: Telephony) -> None:
        self._sessions = sessions
        self._telephony = telephony
        self._found: dict[str, list[str]] = {}
        self._at: float | None = None

    async def look(self) -> dict[str, list[str]]:
        if self._at is None or monotonic() - self._at > LOOK_EVERY_S:
            self._found, self._at = await violations(self._sessions, self._telephony, LIVEKIT_PATIENCE_S), monotonic()
        return self._found


async def violations(sessions: Sessions, telephony: Telephony, patience_s: float | None = None) -> dict[str, list[str]]:
    """Ids of what breaks each invariant. Those about rooms are left out when LiveKit cannot be asked, or says nothing for `patience_s`."""
    async with sessions() as session:
        found = await OperationsRepository(session).violations(await database_now(session))
    try:
        return found | await _of_rooms(sessions, telephony, patience_s)
    except (TelephonyError, TimeoutError) as error:
        log.warning("rooms_not_looked_at", error=str(error) or type(error).__name__)
        return found


async def _of_rooms(sessions: Sessions, telephony: Telephony, patience_s: float | None) -> dict[str, list[str]]:
    async with sessions() as session:
        # Asked before the rooms: who talks now and has ended by then is no violation.
        talking = await OperationsRepository(session).talking(await database_now(session))
    async with asyncio.timeout(patience_s):
        rooms = await telephony.rooms()
    missing = set(talking) - set(rooms)
    if missing:
        missing = await _still_talking(sessions, missing)
    return {ROOMS_WITHOUT_CALL: await orphans(sessions, rooms), CALLS_WITHOUT_ROOM: sorted(missing)}


async def _still_talking(sessions: Sessions, rooms: set[str]) -> set[str]:
    async with sessions() as session:
        talking = await OperationsRepository(session).talking(await database_now(session))
    return rooms & set(talking)


async def orphans(sessions: Sessions, rooms: tuple[str, ...]) -> list[str]:
    """Rooms named after a call that is over, or that there never was. Rooms of other names are not ours."""
    named = {room: _call_id(room) for room in rooms if call_id_of_room(room) is not None}
    ids = [call_id for call_id in named.values() if call_id is not None]
    async with sessions() as session:
        wanted = await OperationsRepository(session).may_have_room(ids, await database_now(session) - LEAVING)
    return sorted(room for room, call_id in named.items() if call_id is not None and call_id not in wanted)


def _call_id(room: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(call_id_of_room(room) or "")
    except ValueError:
        return None
