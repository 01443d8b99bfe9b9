"""SQL for the audit trail."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AuditEntry

# The hashes are computed by the functions that the chain was written with (migration 0005).
_BROKEN = text(
    """
    with linked as (
        select a.id, lag(a.seq) over (partition by a.workspace_id order by a.seq) as before_seq,
            lag(a.hash) over (partition by a.workspace_id order by a.seq) as before_hash
        from audit_entry a where cast(:workspace_id as uuid) is null or a.workspace_id = :workspace_id
    ), judged as (
        select a.id, a.workspace_id, a.seq, a.at, a.action, case
            when a.seq is null then 'it stands outside the chain'
            when a.seq <> coalesce(l.before_seq, 0) + 1 then 'an entry before it is missing'
            when a.previous_hash is distinct from coalesce(l.before_hash, '') then 'it does not continue the entry before it'
            when a.redacted_at is null and a.content_hash is distinct from audit_entry_content_hash(a.salt, a.before, a.after)
                then 'what it says was changed'
            when a.hash is distinct from audit_entry_hash(a) then 'it was changed' end as problem
        from audit_entry a join linked l on l.id = a.id
    )
    select id, workspace_id, seq, at, action, problem from judged where problem is not null order by workspace_id, seq nulls last limit 100
    """
)
_HEADS = text(
    """
    select distinct on (workspace_id) workspace_id, seq, hash from audit_entry
    where seq is not null and (cast(:workspace_id as uuid) is null or workspace_id = :workspace_id)
    order by workspace_id, seq desc
    """
)


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that cannot be what was written, and why."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    seq: int | None
    at: datetime
    action: str
    problem: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a workspace's chain. Kept elsewhere, it shows later whether the end was cut off."""

    workspace_id: uuid.UUID
    seq: int
    hash: str


def entries(workspace_id: uuid.UUID, subject_kind: str | None, subject_id: uuid.UUID | None) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.workspace_id == workspace_id)
    if subject_kind is not None:
        query = query.where(AuditEntry.subject_kind == subject_kind)
    return query if subject_id is None else query.where(AuditEntry.subject_id == subject_id)


class AuditRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def broken(self, workspace_id: uuid.UUID | None) -> list[Broken]:
        """Entries where a chain does not hold, the first hundred; of all workspaces when None."""
        return [Broken(*row) for row in await self._session.execute(_BROKEN, {"workspace_id": workspace_id})]

    async def heads(self, workspace_id: uuid.UUID | None) -> list[Head]:
        return [Head(*row) for row in await self._session.execute(_HEADS, {"workspace_id": workspace_id})]

    async def has_link(self, link: Head) -> bool:
        query = select(AuditEntry.id).where(
            AuditEntry.workspace_id == link.workspace_id, AuditEntry.seq == link.seq, AuditEntry.hash == link.hash
        )
        return await self._session.scalar(query) is not None

    async def redact(self, workspace_id: uuid.UUID, subject_ids: Sequence[uuid.UUID], words: Sequence[str], now: datetime) -> int:
        """Take the content out of entries about these subjects, or with one of these words in it. The chain holds on. Returns how many."""
        given: dict[str, Any] = {"workspace_id": workspace_id, "subjects": list(subject_ids), "patterns": [f"%{w}%" for w in words]}
        return len((await self._session.execute(_REDACT, given | {"now": now})).all())


_REDACT = text(
    """
    update audit_entry set before = null, after = null, salt = null, redacted_at = :now
    where workspace_id = :workspace_id and seq is not null and redacted_at is null
      and (subject_id = any(cast(:subjects as uuid[])) or before::text like any(cast(:patterns as text[]))
           or after::text like any(cast(:patterns as text[])))
    returning id
    """
)
