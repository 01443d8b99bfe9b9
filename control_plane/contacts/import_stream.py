"""How far an import has come, told while it runs: the row is read once a second, which is as often as anybody looks."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import msgspec
from litestar.response.sse import ServerSentEventMessage

from control_plane.contacts.import_repository import UNFINISHED, ImportRepository
from control_plane.contacts.schemas import ImportOut
from control_plane.db.session import Sessions

EVERY_S = 1.0
_HEARTBEATS_S = 15.0
"""What stands between closes a connection on which nothing is said for long, often after 30 s."""
_RETRY_MS = 2_000


async def progress(
    sessions: Sessions, workspace_id: uuid.UUID, import_id: uuid.UUID, every_s: float = EVERY_S
) -> AsyncIterator[ServerSentEventMessage]:
    """`progress` with the import whenever it has changed, and `end` with how it ended (`{}` when its list was deleted).

    Each look is a session of its own: a listener holds no connection while nothing happens.
    """
    told, silent_s = None, 0.0
    while (seen := await _seen(sessions, workspace_id, import_id)) is not None and seen.state in UNFINISHED:
        if seen != told:
            yield _message("progress", seen)
            told, silent_s = seen, 0.0
        elif silent_s >= _HEARTBEATS_S:
            yield ServerSentEventMessage(data=None, comment="still here")
            silent_s = 0.0
        await asyncio.sleep(every_s)
        silent_s += every_s
    yield _message("end", seen)


async def _seen(sessions: Sessions, workspace_id: uuid.UUID, import_id: uuid.UUID) -> ImportOut | None:
    async with sessions() as session:
        row = await ImportRepository(session).find(workspace_id, import_id)
        return None if row is None else ImportOut.of(row)


def _message(event: str, seen: ImportOut | None) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(seen if seen is not None else {}), event=event, retry=_RETRY_MS)
