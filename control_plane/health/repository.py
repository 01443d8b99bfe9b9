"""SQL behind readiness and metrics."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AgentWorker, Call, Trunk

STALE = timedelta(seconds=10)


class HealthRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def server_version(self) -> str:
        return await self._session.scalar(text("show server_version")) or ""

    async def workers(self, now: datetime) -> tuple[int, int]:
        """Agent workers heard of lately, and the slots of those that take calls."""
        query = select(func.count(), func.coalesce(func.sum(AgentWorker.slots).filter(AgentWorker.registered, ~AgentWorker.draining), 0))
        row = (await self._session.execute(query.where(AgentWorker.heartbeat_at > now - STALE))).one()
        return row[0], row[1]

    async def calls_by_state(self) -> dict[str, int]:
        query = select(Call.state, func.count()).where(Call.holds_number | Call.holds_slot).group_by(Call.state)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def unsynced_trunks(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(Trunk).where(Trunk.sync_state != "synced")) or 0
