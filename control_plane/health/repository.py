"""SQL behind readiness and metrics."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AgentWorker, Call, Trunk, WebhookDelivery, WebhookEndpoint

STALE = timedelta(seconds=10)
_MOST_TRUNKS = 200


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

    async def cluster_name(self) -> str:
        return await self._session.scalar(text("show cluster_name")) or ""

    async def schema(self) -> str:
        """The last migration that was applied; empty for a database without any."""
        if await self._session.scalar(text("select to_regclass('alembic_version')")) is None:
            return ""
        return await self._session.scalar(text("select version_num from alembic_version")) or ""

    async def clock(self) -> datetime:
        """The database's clock now, not at the transaction's beginning."""
        return (await self._session.execute(select(func.clock_timestamp()))).scalar_one()

    async def trunks(self) -> list[Trunk]:
        """Of all workspaces."""
        return list(await self._session.scalars(select(Trunk).order_by(Trunk.name, Trunk.id).limit(_MOST_TRUNKS)))

    async def synced_ids(self) -> frozenset[str]:
        """What LiveKit called our trunks when it was last told of them."""
        query = select(Trunk.livekit_outbound_trunk_id, Trunk.livekit_inbound_trunk_id).where(Trunk.sync_state == "synced")
        return frozenset(each for row in await self._session.execute(query) for each in row if each)

    async def endpoints(self) -> tuple[int, int, int]:
        """Webhook endpoints that are enabled, those of them that fail, and those that are disabled."""
        is_enabled = WebhookEndpoint.state == "enabled"
        failing = func.count().filter(is_enabled, WebhookEndpoint.failing_since.is_not(None))
        query = select(func.count().filter(is_enabled), failing, func.count().filter(~is_enabled)).select_from(WebhookEndpoint)
        row = (await self._session.execute(query)).one()
        return row[0], row[1], row[2]

    async def late_deliveries(self, before: datetime) -> int:
        """Messages that were due before then and that nobody has tried to send since."""
        query = select(func.count()).select_from(WebhookDelivery).join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        is_wanted = WebhookEndpoint.state == "enabled", WebhookEndpoint.rests_until.is_(None)
        return (
            await self._session.scalar(query.where(WebhookDelivery.state == "pending", WebhookDelivery.next_at < before, *is_wanted)) or 0
        )
