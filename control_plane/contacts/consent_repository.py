"""SQL of consents."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Consent
from control_plane.kit.ids import new_id

OF_NUMBER = """
    select json_agg(json_build_array(id, purpose, basis, granted_at, revoked_at) order by granted_at desc, id desc)::text from (
        select id, purpose, basis, granted_at, revoked_at from consent
        where workspace_id = q.workspace_id and e164 = q.e164
        order by granted_at desc, id desc limit 100
    ) as newest
    """
"""Part of the gate's statement, which has workspace and number as `q`: the newest acts about it, revoked ones too. More than that many
change no decision, and a claim asks about many numbers at once. Null when there are none, else to be read by `read_consents`."""

# Identifiers as in campaigns/enrollment_repository: version 7, from the clock, a counter, and the random part of a version 4.
_DECLARE = text(
    """
    with numbers as (
        select distinct p.e164 from contact_list_entry e join contact_phone p on p.contact_id = e.contact_id
        where e.contact_list_id = :list_id and p.workspace_id = :workspace_id
    ), added as (
        insert into consent (id, workspace_id, e164, purpose, basis, text, source, granted_at, evidence, recorded_by, contact_list_id)
        select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
            || lpad(to_hex(row_number() over () % 4096), 3, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid,
            :workspace_id, e164, :purpose, :basis, :text, :source, :granted_at, :evidence, 'list declaration', :list_id
        from numbers
        on conflict do nothing returning 1
    )
    select (select count(*) from numbers) as numbers, (select count(*) from added) as added
    """
)


class ConsentRow(msgspec.Struct, frozen=True, array_like=True):
    """What the gate needs to know of one consent. `basis` is `written`, `oral`, `implied` or `existing_customer`."""

    id: uuid.UUID
    purpose: str
    basis: str
    granted_at: datetime
    revoked_at: datetime | None


_READ = msgspec.json.Decoder(tuple[ConsentRow, ...]).decode


def read_consents(found: str | None) -> tuple[ConsentRow, ...]:
    """What `OF_NUMBER` found, newest first."""
    return _READ(found) if found is not None else ()


class ConsentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, workspace_id: uuid.UUID, values: dict[str, Any]) -> tuple[Consent, bool]:
        """The consent of that act, and whether it is new. The first evidence stands."""
        row = {"workspace_id": workspace_id, **values}
        added = await self._session.scalar(insert(Consent).values(row).on_conflict_do_nothing().returning(Consent))
        if added is not None:
            return added, True
        names = ("e164", "purpose", "basis", "granted_at", "source")
        query = select(Consent).where(Consent.workspace_id == workspace_id, *(getattr(Consent, name) == values[name] for name in names))
        return (await self._session.scalars(query)).one(), False

    async def declare(self, workspace_id: uuid.UUID, list_id: uuid.UUID, values: dict[str, Any]) -> tuple[int, int]:
        """The same act for every number of the list's members; how many are new, and how many were known."""
        row = await self._session.execute(_DECLARE, {"workspace_id": workspace_id, "list_id": list_id, **values})
        counts = row.one()
        return counts.added, counts.numbers - counts.added

    async def put_all(self, workspace_id: uuid.UUID, recorded_by: str, rows: Sequence[dict[str, Any]]) -> int:
        """Acts of many numbers, each with the columns of `put`. Returns how many are new."""
        if not rows:
            return 0
        values = [{"id": new_id(), "workspace_id": workspace_id, "recorded_by": recorded_by, **row} for row in rows]
        statement = insert(Consent).values(values).on_conflict_do_nothing().returning(Consent.id)
        return len((await self._session.scalars(statement)).all())

    async def find(self, workspace_id: uuid.UUID, consent_id: uuid.UUID, *, lock: bool = False) -> Consent | None:
        query = select(Consent).where(Consent.id == consent_id, Consent.workspace_id == workspace_id)
        return await self._session.scalar(query.with_for_update(key_share=True) if lock else query)

    def listing(
        self, workspace_id: uuid.UUID, *, e164: str | None = None, purpose: str | None = None, is_revoked: bool | None = None
    ) -> Select[Consent]:
        query = select(Consent).where(Consent.workspace_id == workspace_id)
        if e164 is not None:
            query = query.where(Consent.e164 == e164)
        if purpose is not None:
            query = query.where(Consent.purpose == purpose)
        return query if is_revoked is None else query.where(Consent.revoked_at.is_not(None) == is_revoked)

    async def save(self, row: Consent) -> None:
        await self._session.flush()
        await self._session.refresh(row)
