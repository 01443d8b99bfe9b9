"""SQL of operators."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, Operator


class OperatorRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def all(self) -> Select[Operator]:
        return select(Operator).where(Operator.workspace_id == self._workspace_id)

    async def find(self, operator_id: uuid.UUID, *, lock: bool = False) -> Operator | None:
        query = self.all().where(Operator.id == operator_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def named(self, name: str) -> uuid.UUID | None:
        return await self._session.scalar(self.all().where(Operator.name == name).with_only_columns(Operator.id))

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(self.all().subquery())) or 0

    async def has_assistants(self, ids: Collection[uuid.UUID]) -> bool:
        query = select(Assistant.id).where(Assistant.workspace_id == self._workspace_id, Assistant.id.in_(ids))
        return set(await self._session.scalars(query)) == set(ids)

    async def save(self, row: Operator) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.refresh(row)

    async def delete(self, row: Operator) -> None:
        await self._session.delete(row)
        await self._session.flush()
