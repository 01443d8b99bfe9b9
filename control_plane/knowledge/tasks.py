"""Background work: reads uploaded documents, one at a time in each process.

No transaction is open while a file is read. A document that was taken is taken again once its lease is over, should this process die; one
whose reader keeps dying is given up. What is found changes from the old version to the new one in a single commit.
"""

import asyncio
import uuid
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from structlog import get_logger

from control_plane.db.models import KnowledgeDocument
from control_plane.db.unit import Unit, open_unit
from control_plane.domain.errors import NotFound
from control_plane.kit.clock import monotonic
from control_plane.knowledge.languages import configuration_of
from control_plane.knowledge.reader import WITHIN_S, Reading, read_file
from control_plane.knowledge.repository import ReadingRepository
from control_plane.knowledge.vector_repository import wake

log = get_logger(__name__)
LEASE = timedelta(seconds=2 * WITHIN_S)
MOST_ATTEMPTS = 3
SHIFT_S = 60.0
"""How long one run goes on taking documents: with the last one it stays below arq's 300 s."""
MOST_CHUNKS = 100_000
"""Of a workspace."""
_GONE = "The uploaded file is no longer there; upload it again."
_GIVEN_UP = "The file could not be read, several times; upload it again, or divide it."


@dataclass(frozen=True, slots=True)
class Taken:
    id: uuid.UUID
    kind: str
    file_key: str
    attempts: int


async def read_documents(ctx: dict[str, Any]) -> None:
    """Everything that waits, for one shift. Returns at once while this process is at it."""
    turn: asyncio.Lock = ctx.get("knowledge_turn") or asyncio.Lock()
    if turn.locked():
        return
    async with turn:
        until = monotonic() + SHIFT_S
        while monotonic() < until and (taken := await _take(ctx)) is not None:
            await _store(ctx, taken, await _read(ctx, taken))


async def _take(ctx: dict[str, Any]) -> Taken | None:
    async with _unit(ctx) as unit:
        row = await ReadingRepository(unit.session).take(unit.now, LEASE)
        return Taken(row.id, row.kind, row.file_key, row.attempts) if row is not None else None


async def _read(ctx: dict[str, Any], taken: Taken) -> Reading:
    if taken.attempts > MOST_ATTEMPTS:
        return Reading(error=_GIVEN_UP)
    try:
        content = b"".join([chunk async for chunk in ctx["storage"].open(taken.file_key)])
    except NotFound:
        return Reading(error=_GONE)
    return await read_file(taken.kind, content)


async def _store(ctx: dict[str, Any], taken: Taken, reading: Reading) -> None:
    async with _unit(ctx) as unit:
        row = await ReadingRepository(unit.session).lock(taken.id)
        if row is None or row.state != "queued" or row.file_key != taken.file_key:
            # Deleted, or replaced by a newer file, meanwhile.
            return
        row.error = reading.error or await _replace(unit, row, reading)
        row.state, row.file_key, row.lease_until = "failed" if row.error else "ready", "", None
        row.updated_at = unit.now
    await ctx["storage"].delete(taken.file_key)
    log.info("document_read", document_id=str(taken.id), chunks=len(reading.chunks), is_readable=not reading.error)


async def _replace(unit: Unit, row: KnowledgeDocument, reading: Reading) -> str:
    """Why there is no room for it, in a sentence; empty when it is in."""
    rows = ReadingRepository(unit.session)
    if await rows.chunks_beside(row) + len(reading.chunks) > MOST_CHUNKS:
        return f"The workspace's documents are longer than {MOST_CHUNKS:,} passages together; delete some first."
    row.title, row.pages = reading.title, reading.pages
    await wake(unit.session, [row.knowledge_base_id], unit.now)
    unit.nudges.add("embed_chunks")
    await rows.replace_chunks(row, configuration_of(await rows.language_of(row)), reading.chunks, unit.now)
    return ""


def _unit(ctx: dict[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
