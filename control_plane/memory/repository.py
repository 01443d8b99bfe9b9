"""SQL of a contact's memory."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import ContactFact

_QUIET = {"synchronize_session": False}


class MemoryRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def all(self, contact_id: uuid.UUID) -> Sequence[ContactFact]:
        mine = (ContactFact.contact_id == contact_id, ContactFact.workspace_id == self._workspace_id)
        return (await self._session.scalars(select(ContactFact).where(*mine).order_by(ContactFact.id))).all()

    async def add(self, row: ContactFact) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def forget(self, fact_ids: Sequence[uuid.UUID]) -> None:
        mine = (ContactFact.id.in_(fact_ids), ContactFact.workspace_id == self._workspace_id)
        await self._session.execute(delete(ContactFact).where(*mine).execution_options(**_QUIET))
