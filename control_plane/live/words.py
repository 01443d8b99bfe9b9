"""Puts the words into turns at the moment in which they are told.

The feed knows only that something was said: what was said stands in one place, the transcript, where it is forgotten when the callee
refuses or is erased. A stream that is resumed later cannot repeat it.
"""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from control_plane.calls.schemas import TurnView
from control_plane.db.session import Sessions
from control_plane.kit.live_feed import Entry
from control_plane.live.repository import TurnRepository
from control_plane.webhooks.events import TURN, body_of

log = get_logger(__name__)

_PATIENCE_S = 2.0
"""Every stream of the process waits meanwhile; without its words a turn still says where they are."""


class _Turn(msgspec.Struct):
    call_id: uuid.UUID
    seq: int


class _Told(msgspec.Struct):
    """What is needed here of a message (webhooks/events.body_of)."""

    id: uuid.UUID
    timestamp: datetime
    data: _Turn


class Words:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def filled(self, entries: Sequence[Entry]) -> list[Entry]:
        """The same entries in the same order; turns have their words as far as these are kept."""
        told = [msgspec.json.decode(entry.event.body, type=_Told) if entry.event.type == TURN else None for entry in entries]
        wanted = {(each.data.call_id, each.data.seq) for each in told if each is not None}
        views = await self._views(wanted) if wanted else {}
        return [_filled(entry, each, views) if each is not None else entry for entry, each in zip(entries, told, strict=True)]

    async def _views(self, wanted: set[tuple[uuid.UUID, int]]) -> dict[tuple[uuid.UUID, int], TurnView]:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._sessions() as session:
                return {where: TurnView.of(turn) for where, turn in (await TurnRepository(session).turns(wanted)).items()}
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("live_turns_without_words", error=type(error).__name__)
            return {}


def _filled(entry: Entry, told: _Told, views: dict[tuple[uuid.UUID, int], TurnView]) -> Entry:
    view = views.get((told.data.call_id, told.data.seq))
    if view is None:
        return entry
    data: dict[str, Any] = {"call_id": told.data.call_id, **msgspec.to_builtins(view)}
    body = body_of(told.id, TURN, told.timestamp, entry.event.space, data)
    return replace(entry, event=replace(entry.event, body=body))
