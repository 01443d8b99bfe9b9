"""Background work: has models understand passages, some at a time, so that they are found by meaning.

No transaction is open while a model is asked. Of several bases that wait each has its turn; a batch that fails is asked again later and
later, and what has come is kept, so that nothing is paid for twice. A model that is to take another's place answers once it knows every
passage; until then the other one does. Vectors that are gone, as after a backup without them, are made again.
"""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from structlog import get_logger

from control_plane.db.models import KnowledgeEmbedding
from control_plane.db.unit import Unit, open_unit
from control_plane.db.vectors import VectorsFailed, set_apart
from control_plane.domain.errors import Conflict
from control_plane.kit.clock import monotonic
from control_plane.knowledge.embedding_models import (
    PASSAGES_WITHIN_S,
    Embedded,
    EmbeddingModel,
    Means,
    NotEmbedded,
    Wanted,
    length_of,
    model_of,
)
from control_plane.knowledge.vector_repository import EmbeddingWork, has_room
from control_plane.usage.knowledge_costs import charge_embedding

log = get_logger(__name__)
BATCH = 64
"""Passages of a request: about 16,000 tokens, of which OpenAI takes 300,000. A second of a processor where their vectors are kept."""
LEASE = timedelta(seconds=2 * PASSAGES_WITHIN_S)
SHIFT_S = 60.0
"""How long one run goes on taking batches: with the last one it stays below arq's 300 s."""
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a model that does not answer is left alone, time by time; the last for good."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages that one model is to be asked about."""

    id: uuid.UUID
    lease_until: datetime
    model: EmbeddingModel
    passages: list[tuple[uuid.UUID, str]]


async def embed_chunks(ctx: dict[str, Any]) -> None:
    """Everything that waits, for one shift. Returns at once while this process is at it."""
    turn: asyncio.Lock = ctx.get("embedding_turn") or asyncio.Lock()
    if turn.locked():
        return
    async with turn:
        await _look_around(ctx)
        until = monotonic() + SHIFT_S
        while monotonic() < until and await _work(ctx):
            pass


async def _look_around(ctx: dict[str, Any]) -> None:
    """What is no longer wanted is given up, what is newly wanted begun."""
    installation = ctx["settings"].embedding_model
    async with _unit(ctx) as unit:
        await EmbeddingWork(unit.session).give_up_unwanted(installation)
    async with _unit(ctx) as unit:
        if await has_room(unit.session):
            await EmbeddingWork(unit.session).begin_wanted(installation, unit.now)
            await EmbeddingWork(unit.session).notice_lost(unit.now)


async def find_missing_vectors(ctx: dict[str, Any]) -> None:
    """Has `embed_chunks` look for passages that a model does not know although it was done with its base."""
    async with _unit(ctx) as unit:
        if await has_room(unit.session):
            await EmbeddingWork(unit.session).notice_missing(unit.now)


async def _work(ctx: dict[str, Any]) -> bool:
    """One step of one model. False when nothing is to be done now."""
    async with _unit(ctx) as unit:
        if not await has_room(unit.session):
            return False
        row = await EmbeddingWork(unit.session).take(ctx["settings"].embedding_model, unit.now, LEASE)
        batch = await _batch(ctx, unit, row) if row is not None else None
    if batch is None:
        return row is not None
    try:
        embedded = await batch.model.embed([said for _, said in batch.passages])
    except NotEmbedded as error:
        await _put_off(ctx, batch, str(error))
    else:
        await _store(ctx, batch, embedded)
    return True


async def _batch(ctx: dict[str, Any], unit: Unit, row: KnowledgeEmbedding) -> Batch | None:
    """None where nothing is missing, or nobody can be asked; the row then says so."""
    rows = EmbeddingWork(unit.session)
    passages = await rows.missing(row, BATCH)
    if not passages:
        is_settled = row.state == "answering" or await rows.promote(row)
        row.due_at, row.lease_until, row.attempts, row.error = None if is_settled else unit.now, None, 0, ""
        return None
    means = Means(ctx["settings"], ctx["secret_box"], ctx["outbound"])
    try:
        model = await model_of(unit.session, means, row.workspace_id, Wanted(row.model, row.credential))
    except Conflict as error:
        _fail(row, error.detail, unit.now)
        return None
    assert row.lease_until is not None
    return Batch(row.id, row.lease_until, model, passages)


async def _store(ctx: dict[str, Any], batch: Batch, embedded: Embedded) -> None:
    async with _unit(ctx) as unit:
        rows = EmbeddingWork(unit.session)
        row = await rows.mine(batch.id, batch.lease_until)
        if row is None:
            # Given up meanwhile, or taken by another: the model was asked for nothing.
            return
        why = await _kept(unit, row, batch, embedded)
        if why:
            _fail(row, why, unit.now)
        else:
            row.dimensions, row.error, row.attempts = embedded.dimensions, "", 0
            row.due_at, row.lease_until = unit.now, None
        await unit.session.flush()
        await charge_embedding(unit, row.workspace_id, row.knowledge_base_id, row.model, embedded.tokens)
    told = {"embedding_id": str(batch.id), "passages": len(batch.passages), "tokens": embedded.tokens}
    if why:
        log.error("vectors_not_kept", why=why, **told)
    else:
        log.info("passages_embedded", **told)


async def _kept(unit: Unit, row: KnowledgeEmbedding, batch: Batch, embedded: Embedded) -> str:
    """Why PostgreSQL has not kept the vectors, in a sentence; empty when it has."""
    rows = EmbeddingWork(unit.session)
    try:
        async with set_apart(unit.session):
            if row.dimensions not in (None, embedded.dimensions):
                # Somebody has put another model behind the same name: what the former said means nothing to it.
                await rows.forget(row)
            await rows.store(row, [id_ for id_, _ in batch.passages], embedded.vectors, length_of(embedded.dimensions))
    except VectorsFailed as error:
        return f"PostgreSQL did not keep the vectors ({error}); `callwright doctor` may know why."
    return ""


async def _put_off(ctx: dict[str, Any], batch: Batch, why: str) -> None:
    async with _unit(ctx) as unit:
        row = await EmbeddingWork(unit.session).mine(batch.id, batch.lease_until)
        if row is not None:
            _fail(row, why, unit.now)
    log.warning("passages_not_embedded", embedding_id=str(batch.id), why=why)


def _fail(row: KnowledgeEmbedding, why: str, now: datetime) -> None:
    row.error, row.lease_until = why[:500], None
    row.due_at = now + AGAIN_AFTER[min(row.attempts, len(AGAIN_AFTER) - 1)]
    row.attempts += 1


def _unit(ctx: Mapping[str, Any]) -> AbstractAsyncContextManager[Unit]:
    return open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system")
