"""SQL for remembered answers."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import IdempotencyRecord


class IdempotencyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, key: str, workspace_id: uuid.UUID, body_hash: str, now: datetime) -> bool:
        """Whether the key is new. Waits for another transaction that is claiming the same key, and takes over if that one fails."""
        values = {"key": key, "workspace_id": workspace_id, "body_hash": body_hash, "created_at": now}
        statement = insert(IdempotencyRecord).values(values).on_conflict_do_nothing().returning(IdempotencyRecord.key)
        return (await self._session.scalar(statement)) is not None

    async def get(self, key: str) -> IdempotencyRecord:
        return await self._session.get_one(IdempotencyRecord, key)

    async def answer(self, key: str, status: int, answer: dict[str, Any]) -> None:
        await self._session.execute(update(IdempotencyRecord).where(IdempotencyRecord.key == key).values(status=status, answer=answer))

    async def forget_before(self, instant: datetime) -> None:
        await self._session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < instant))
