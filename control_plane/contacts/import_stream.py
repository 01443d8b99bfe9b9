"""How far an import has come, told while it runs: the row is read once a second, which is as often as anybody looks."""

import asyncio
import uuid
import weakref
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

import msgspec
from litestar.response.sse import ServerSentEventMessage

from control_plane.contacts.import_repository import UNFINISHED, ImportRepository
from control_plane.contacts.schemas import ImportOut
from control_plane.db.session import Sessions
from control_plane.domain.errors import LimitReached
from control_plane.kit.clock import monotonic

EVERY_S = 1.0
Messages = AsyncIterator[ServerSentEventMessage]
_HEARTBEATS_S = 15.0
"""What stands between closes a connection on which nothing is said for long, often after 30 s."""
_LONGEST_S = 600.0
_RETRY_MS = 2_000
MOST_OF_SPACE = 50
"""Open streams of one workspace's imports in one process: each asks the database once a second."""


class Watchers:
    """Who listens to imports in this process."""

    def __init__(self, most_of_space: int = MOST_OF_SPACE) -> None:
        self.most_of_space = most_of_space
        self._open: defaultdict[uuid.UUID, set[object]] = defaultdict(set)

    def watch(self, space: uuid.UUID, messages: Messages) -> Messages:
        """The messages, which take a place of the workspace until they end. Raises `LimitReached`."""
        if len(self._open[space]) >= self.most_of_space:
            sentence = f"The workspace has {self.most_of_space} streams of imports open, as many as it may; close one first."
            raise LimitReached(sentence, code="too_many_streams")
        place = object()
        self._open[space].add(place)
        watched = self._until_end(space, place, messages)
        # An answer that never begins, because its client is gone already, has no other end than this.
        weakref.finalize(watched, self._release, space, place)
        return watched

    async def _until_end(self, space: uuid.UUID, place: object, messages: Messages) -> Messages:
        try:
            async for message in messages:
                yield message
        finally:
            self._release(space, place)

    def _release(self, space: uuid.UUID, place: object) -> None:
        self._open[space].discard(place)
        if not self._open[space]:
            del self._open[space]


async def progress(
    sessions: Sessions, workspace_id: uuid.UUID, import_id: uuid.UUID, is_leaving: Callable[[], bool], every_s: float = EVERY_S
) -> Messages:
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
