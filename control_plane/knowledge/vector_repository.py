"""SQL of what passages mean to models: whose turn it is, what is missing, and what has come. Vectors lie in a table that may not be there
(db/vectors)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import KnowledgeBase, KnowledgeDocument, KnowledgeEmbedding
from control_plane.db.vectors import LOOK, TABLE, Room
from control_plane.kit.ids import new_id
from control_plane.knowledge.meaning_state import Known

MOST_BEGUN = 100
"""Bases whose model is begun with in one look."""
_WANTED = """
    with wanted as (
        select b.id, b.workspace_id, coalesce(b.embedding ->> 'model', :model) as model,
            case when b.embedding is null then '' else coalesce(b.embedding ->> 'credential', '') end as credential
        from knowledge_base b where b.searches_by = 'meaning' and coalesce(b.embedding ->> 'model', :model) <> ''
    )
"""
_UNWANTED = text(
    "delete from knowledge_embedding e using knowledge_base b where b.id = e.knowledge_base_id and b.searches_by = 'words'",
)
# Where no model is wanted at all, what was begun waits: somebody has paid for it.
_GIVEN_UP = text(
    f"""{_WANTED}
    delete from knowledge_embedding e using wanted w
    where e.knowledge_base_id = w.id and e.state = 'building' and (e.model, e.credential) is distinct from (w.model, w.credential)
    """  # noqa: S608
)
_TO_BEGIN = text(
    f"""{_WANTED}
    select w.* from wanted w
    where not exists (
        select from knowledge_embedding e where e.knowledge_base_id = w.id
        and (e.state = 'building' or (e.model, e.credential) is not distinct from (w.model, w.credential))
    ) and exists (select from knowledge_chunk c where c.knowledge_base_id = w.id)
    order by w.id limit {MOST_BEGUN}
    """  # noqa: S608
)
_LOST = f"not exists (select from {TABLE} v where v.embedding_id = e.id)"
_LACKED = f"not exists (select from {TABLE} v where v.embedding_id = e.id and v.chunk_id = c.id)"
_REMEMBERED = """
    update knowledge_embedding e set due_at = :now where e.due_at is null
    and exists (select from knowledge_chunk c where c.knowledge_base_id = e.knowledge_base_id and {})
"""
_MISSING = text(
    f"""
    select c.id, case when c.heading = '' then c.text else c.heading || e'\\n' || c.text end from knowledge_chunk c
    where c.knowledge_base_id = :base_id and not exists (select from {TABLE} v where v.embedding_id = :id and v.chunk_id = c.id)
    order by c.id limit :count
    """  # noqa: S608
)
# A passage that was replaced meanwhile is left out, and one that is being replaced is waited for.
_STORE = text(
    f"""
    insert into {TABLE} (embedding_id, chunk_id, dimensions, vector)
    select :id, kept.id, :length, cast(came.vector as halfvec) from (
        select id from knowledge_chunk where id = any(:ids) order by id for key share
    ) kept join unnest(cast(:ids as uuid[]), cast(:vectors as text[])) as came(id, vector) on came.id = kept.id
    on conflict do nothing
    """  # noqa: S608
)
_FORGET = text(f"delete from {TABLE} where embedding_id = :id")  # noqa: S608
_KNOWN = text(
    f"""
    select e.knowledge_base_id, e.state, e.model, e.error, e.due_at is not null,
        (select count(*) from {TABLE} v where v.embedding_id = e.id)
    from knowledge_embedding e where e.knowledge_base_id = any(:base_ids) order by e.state
    """  # noqa: S608
)


async def room_of(session: AsyncSession) -> Room:
    """Whether PostgreSQL can keep vectors, and why not (db/vectors)."""
    return Room(*(await session.execute(LOOK)).one())


async def has_room(session: AsyncSession) -> bool:
    """Whether PostgreSQL can keep vectors."""
    return not (await room_of(session)).lacks


class EmbeddingWork:
    """For the task that has passages understood, of all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def give_up_unwanted(self, installation: str) -> None:
        """Forget what bases are no longer to be searched by. A model that answers stays until the next one can take its place."""
        await self._session.execute(_UNWANTED)
        await self._session.execute(_GIVEN_UP, {"model": installation})

    async def begin_wanted(self, installation: str, now: datetime) -> None:
        """A row for each base with passages whose model is not begun with. `installation` is the model of bases that name none."""
        for row in (await self._session.execute(_TO_BEGIN, {"model": installation})).all():
            values = {"id": new_id(), "workspace_id": row.workspace_id, "knowledge_base_id": row.id, "due_at": now}
            values |= {"model": row.model, "credential": row.credential, "state": "building", "created_at": now, "updated_at": now}
            await self._session.execute(insert(KnowledgeEmbedding).values(**values).on_conflict_do_nothing())

    async def notice_lost(self, now: datetime) -> None:
        """Models whose vectors are all gone, as after a backup that left them out, begin anew at `now`. A glance at each."""
        await self._session.execute(text(_REMEMBERED.format(_LOST)), {"now": now})

    async def notice_missing(self, now: datetime) -> None:
        """The same for models that lack any passage. Looks at all passages."""
        await self._session.execute(text(_REMEMBERED.format(_LACKED)), {"now": now})

    async def take(self, installation: str, now: datetime, lease: timedelta) -> KnowledgeEmbedding | None:
        """The one that has waited longest, is still wanted, and that nobody else has; it is the caller's until `lease` is over. What was
        replaced by another model, or is configured no more, answers as long as it may and learns nothing."""
        free = or_(KnowledgeEmbedding.lease_until.is_(None), KnowledgeEmbedding.lease_until < now)
        query = select(KnowledgeEmbedding).where(KnowledgeEmbedding.due_at <= now, free, _is_wanted(installation))
        query = query.order_by(KnowledgeEmbedding.due_at, KnowledgeEmbedding.id).limit(1)
        row = await self._session.scalar(query.with_for_update(skip_locked=True))
        if row is not None:
            row.lease_until = now + lease
        return row

    async def mine(self, embedding_id: uuid.UUID, lease_until: datetime) -> KnowledgeEmbedding | None:
        """The row, locked, while it is still held under that lease."""
        row = await self._session.get(KnowledgeEmbedding, embedding_id, with_for_update=True)
        return row if row is not None and row.lease_until == lease_until else None

    async def missing(self, row: KnowledgeEmbedding, count: int) -> list[tuple[uuid.UUID, str]]:
        """Passages that the model does not know, with what it is to be told of them."""
        found = await self._session.execute(_MISSING, {"id": row.id, "base_id": row.knowledge_base_id, "count": count})
        return [(id_, said) for id_, said in found]

    async def store(self, row: KnowledgeEmbedding, ids: Sequence[uuid.UUID], vectors: Sequence[str], length: int) -> None:
        given = {"id": row.id, "ids": list(ids), "vectors": list(vectors), "length": length}
        await self._session.execute(_STORE, given)

    async def forget(self, row: KnowledgeEmbedding) -> None:
        """All that the model has said."""
        await self._session.execute(_FORGET, {"id": row.id})

    async def promote(self, row: KnowledgeEmbedding) -> bool:
        """Let the row answer from the commit on. False while somebody holds the one that answers now."""
        other = (KnowledgeEmbedding.knowledge_base_id == row.knowledge_base_id, KnowledgeEmbedding.state == "answering")
        there = await self._session.scalar(select(func.count()).select_from(KnowledgeEmbedding).where(*other)) or 0
        free = select(KnowledgeEmbedding.id).where(*other).with_for_update(skip_locked=True)
        gone = delete(KnowledgeEmbedding).where(KnowledgeEmbedding.id.in_(free)).returning(KnowledgeEmbedding.id)
        freed = (await self._session.scalars(gone.execution_options(synchronize_session=False))).all()
        if len(freed) != there:
            return False
        row.state = "answering"
        return True


def _is_wanted(installation: str) -> ColumnElement[bool]:
    """Whether a base is to be searched by this model now; as `_WANTED` says it."""
    its, named = KnowledgeEmbedding, KnowledgeBase.embedding
    same = (
        func.coalesce(named["model"].astext, installation) == its.model,
        func.coalesce(named["credential"].astext, "") == its.credential,
    )
    mine = (KnowledgeBase.id == its.knowledge_base_id, KnowledgeBase.searches_by == "meaning")
    return select(KnowledgeBase.id).where(*mine, *same).exists()


async def wake(session: AsyncSession, base_ids: Iterable[uuid.UUID], now: datetime) -> None:
    """Passages of these bases change in this transaction, which has not touched them yet: whoever stores vectors locks in this order."""
    rows = update(KnowledgeEmbedding).where(KnowledgeEmbedding.knowledge_base_id.in_(list(base_ids)))
    # Each row is written, and so waited for: whoever finds nothing missing at this moment has it locked. One that waits to be asked again
    # is not asked sooner.
    soon = func.coalesce(KnowledgeEmbedding.due_at, now)
    await session.execute(rows.values(due_at=soon).execution_options(synchronize_session=False))


async def awaken(session: AsyncSession, base_id: uuid.UUID, now: datetime) -> None:
    """Ask the models of a base at once, also those that failed."""
    rows = update(KnowledgeEmbedding).where(KnowledgeEmbedding.knowledge_base_id == base_id, KnowledgeEmbedding.attempts > 0)
    await session.execute(rows.values(due_at=now, attempts=0).execution_options(synchronize_session=False))


async def answering(session: AsyncSession, base_ids: Sequence[uuid.UUID]) -> Sequence[KnowledgeEmbedding]:
    """The models by which these bases can be searched now; none where vectors have no room."""
    if not await has_room(session):
        return []
    mine = (KnowledgeEmbedding.knowledge_base_id.in_(base_ids), KnowledgeEmbedding.state == "answering")
    query = select(KnowledgeEmbedding).where(*mine, KnowledgeEmbedding.dimensions.is_not(None))
    return (await session.scalars(query.order_by(KnowledgeEmbedding.id))).all()


async def known(session: AsyncSession, base_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Known]]:
    """By base: how far each of its models is. Only where vectors have room."""
    found: dict[uuid.UUID, list[Known]] = {}
    for base_id, *told in await session.execute(_KNOWN, {"base_ids": list(base_ids)}):
        found.setdefault(base_id, []).append(Known(*told))
    return found


async def passages_in(session: AsyncSession, base_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """By base: how many passages it has."""
    key = KnowledgeDocument.knowledge_base_id
    rows = await session.execute(select(key, func.sum(KnowledgeDocument.chunks)).where(key.in_(base_ids)).group_by(key))
    return {base_id: int(count) for base_id, count in rows}


async def bases_by_meaning(session: AsyncSession) -> int:
    """How many bases of the installation are meant to be searched by meaning and name a model of their own."""
    query = (
        select(func.count()).select_from(KnowledgeBase).where(KnowledgeBase.embedding.is_not(None), KnowledgeBase.searches_by == "meaning")
    )
    return await session.scalar(query) or 0
