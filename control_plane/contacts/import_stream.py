"""How far an import has come, told while it runs: the row is read once a second, which is as often as anybody looks."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import msgspec
from litestar.response.sse import ServerSentEventMessage

from control_plane.contacts.import_repository import UNFINISHED, ImportRepository
from control_plane.contacts.schemas import ImportOut
from control_plane.db.session import Sessions
from control_plane.kit.clock import monotonic

EVERY_S = 1.0
_HEARTBEATS_S = 15.0
"""What stands between closes a connection on which nothing is said for long, often after 30 s."""
_LONGEST_S = 600.0
_RETRY_MS = 2_000


async def progress(
    sessions: Sessions, workspace_id: uuid.UUID, import_id: uuid.UUID, is_leaving: Callable[[], bool], every_s: float = EVERY_S
) -> AsyncIterator[ServerSentEventMessage]:
    """`progress` with the import whenever it has changed, and `end` with how it ended (`{}` when its list was deleted).

    Each look is a session of its own: a listener holds no connection while nothing happens. Without an `end`, when the process is leaving
    or after some minutes, the client comes back by itself.
    """
    told, silent_s, until = None, 0.0, monotonic() + _LONGEST_S
    while (seen := await _seen(sessions, workspace_id, import_id)) is not None and seen.state in UNFINISHED:
        if seen != told:
            yield _message("progress", seen)
            told, silent_s = seen, 0.0
        elif silent_s >= _HEARTBEATS_S:
            yield ServerSentEventMessage(data=None, comment="still here")
            silent_s = 0.0
        await asyncio.sleep(every_s)
        silent_s += every_s
        if is_leaving() or monotonic() > until:
            return
    yield _message("end", seen)


async def _seen(sessions: Sessions, workspace_id: uuid.UUID, import_id: uuid.UUID) -> ImportOut | None:
    async with sessions() as session:
        row = await ImportRepository(session).find(workspace_id, import_id)
        return None if row is None else ImportOut.of(row)


def _message(event: str, seen: ImportOut | None) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(seen if seen is not None else {}), event=event, retry=_RETRY_MS)
