"""SQL of legal holds, of a person's rows, and of the workspace's retention."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Call,
    CallTranscription,
    CallTurn,
    Consent,
    Contact,
    ContactPhone,
    Erasure,
    LegalHold,
    NumberLookup,
    Suppression,
    Workspace,
)
from control_plane.db.session import number_hash


class RecordsRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: Any) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def save(self, row: Any) -> None:
        await self._session.flush()
        await self._session.refresh(row)

    async def workspace(self, *, lock: bool = False) -> Workspace:
        return await self._session.get_one(Workspace, self._workspace_id, with_for_update={"key_share": True} if lock else None)

    async def hold(self, hold_id: uuid.UUID, *, lock: bool = False) -> LegalHold | None:
        query = select(LegalHold).where(LegalHold.id == hold_id, LegalHold.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    def holds(self, is_released: bool | None) -> Select[LegalHold]:
        query = select(LegalHold).where(LegalHold.workspace_id == self._workspace_id)
        return query if is_released is None else query.where(LegalHold.released_at.is_not(None) == is_released)

    async def standing_hold(self, numbers: Sequence[str], contact_ids: Sequence[uuid.UUID], call_ids: Sequence[uuid.UUID]) -> str | None:
        """The reason of a hold on any of them."""
        held = or_(LegalHold.e164.in_(numbers), LegalHold.contact_id.in_(contact_ids), LegalHold.call_id.in_(call_ids))
        query = select(LegalHold.reason).where(LegalHold.workspace_id == self._workspace_id, LegalHold.released_at.is_(None), held)
        return await self._session.scalar(query.limit(1))

    async def has(self, kind: Any, row_id: uuid.UUID) -> bool:
        return bool(await self._session.scalar(select(exists().where(kind.id == row_id, kind.workspace_id == self._workspace_id))))

    async def erasure(self, erasure_id: uuid.UUID) -> Erasure | None:
        return await self._session.scalar(select(Erasure).where(Erasure.id == erasure_id, Erasure.workspace_id == self._workspace_id))

    def erasures(self) -> Select[Erasure]:
        return select(Erasure).where(Erasure.workspace_id == self._workspace_id)

    async def contact(self, contact_id: uuid.UUID) -> Contact | None:
        return await self._session.scalar(select(Contact).where(Contact.id == contact_id, Contact.workspace_id == self._workspace_id))

    async def contacts_with(self, e164: str) -> Sequence[Contact]:
        query = select(Contact).where(Contact.workspace_id == self._workspace_id)
        query = query.where(exists().where(ContactPhone.contact_id == Contact.id, ContactPhone.e164 == e164))
        return (await self._session.scalars(query.order_by(Contact.id))).all()

    async def consents(self, numbers: Sequence[str]) -> Sequence[Consent]:
        query = select(Consent).where(Consent.workspace_id == self._workspace_id, Consent.e164.in_(numbers))
        return (await self._session.scalars(query.order_by(Consent.id))).all()

    async def suppressions(self, numbers: Sequence[str]) -> Sequence[Suppression]:
        hashes = [number_hash(self._session, self._workspace_id, e164) for e164 in numbers]
        known = or_(Suppression.e164.in_(numbers), Suppression.number_hash.in_(hashes))
        query = select(Suppression).where(Suppression.workspace_id == self._workspace_id, known)
        return (await self._session.scalars(query.order_by(Suppression.id))).all()

    async def lookups(self, numbers: Sequence[str]) -> Sequence[NumberLookup]:
        query = select(NumberLookup).where(NumberLookup.workspace_id == self._workspace_id, NumberLookup.e164.in_(numbers))
        return (await self._session.scalars(query.order_by(NumberLookup.id))).all()

    async def calls(self, numbers: Sequence[str], contact_ids: Sequence[uuid.UUID], most: int) -> tuple[Sequence[Call], int]:
        """The newest calls to any of them, and how many older ones there are."""
        mine = (Call.workspace_id == self._workspace_id, or_(Call.to_e164.in_(numbers), Call.contact_id.in_(contact_ids)))
        rows = (await self._session.scalars(select(Call).where(*mine).order_by(Call.id.desc()).limit(most))).all()
        total = len(rows) if len(rows) < most else await self._session.scalar(select(func.count()).select_from(Call).where(*mine)) or 0
        return rows, total - len(rows)

    async def turns(self, call_ids: Sequence[uuid.UUID]) -> Sequence[CallTurn]:
        query = select(CallTurn).where(CallTurn.call_id.in_(call_ids)).order_by(CallTurn.call_id, CallTurn.seq)
        return (await self._session.scalars(query)).all()

    async def transcriptions(self, call_ids: Sequence[uuid.UUID]) -> Sequence[CallTranscription]:
        query = select(CallTranscription).where(CallTranscription.call_id.in_(call_ids))
        return (await self._session.scalars(query.order_by(CallTranscription.id))).all()

    async def finish_erasure(self, erasure_id: uuid.UUID, now: datetime) -> None:
        await self._session.execute(update(Erasure).where(Erasure.id == erasure_id).values(finished_at=now, file_keys=[]))


async def unfinished_erasures(session: AsyncSession) -> Sequence[uuid.UUID]:
    """Of all workspaces: erasures whose files may still be in the storage."""
    return (await session.scalars(select(Erasure.id).where(Erasure.finished_at.is_(None)).order_by(Erasure.id))).all()
