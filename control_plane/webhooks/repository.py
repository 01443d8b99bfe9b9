"""SQL of endpoints and of the delivery log, for one workspace."""

import uuid
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Assistant, WebhookDelivery, WebhookEndpoint, WebhookEvent


class WebhookRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    def endpoints(self) -> Select[WebhookEndpoint]:
        return select(WebhookEndpoint).where(WebhookEndpoint.workspace_id == self._workspace_id)

    async def endpoint(self, endpoint_id: uuid.UUID, *, lock: bool = False) -> WebhookEndpoint | None:
        query = self.endpoints().where(WebhookEndpoint.id == endpoint_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def count(self) -> int:
        query = select(func.count()).where(WebhookEndpoint.workspace_id == self._workspace_id)
        return await self._session.scalar(query) or 0

    async def has_assistant(self, assistant_id: uuid.UUID) -> bool:
        query = select(Assistant.id).where(Assistant.workspace_id == self._workspace_id, Assistant.id == assistant_id)
        return await self._session.scalar(query) is not None

    def deliveries(self, *, endpoint_id: uuid.UUID | None, state: str | None, event_type: str | None) -> Select[WebhookDelivery]:
        query = select(WebhookDelivery).where(WebhookDelivery.workspace_id == self._workspace_id)
        if endpoint_id is not None:
            query = query.where(WebhookDelivery.endpoint_id == endpoint_id)
        if state is not None:
            query = query.where(WebhookDelivery.state == state)
        if event_type is not None:
            query = query.join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id).where(WebhookEvent.type == event_type)
        return query

    async def delivery(self, delivery_id: uuid.UUID, *, lock: bool = False) -> WebhookDelivery | None:
        query = select(WebhookDelivery).where(WebhookDelivery.workspace_id == self._workspace_id, WebhookDelivery.id == delivery_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def events(self, event_ids: list[uuid.UUID]) -> dict[uuid.UUID, WebhookEvent]:
        query = select(WebhookEvent).where(WebhookEvent.workspace_id == self._workspace_id, WebhookEvent.id.in_(event_ids))
        return {row.id: row for row in (await self._session.scalars(query)).all()}

    async def cancel(self, endpoint_id: uuid.UUID, reason: str, now: datetime) -> None:
        """What an endpoint has not been told it will not be told."""
        statement = update(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == "pending")
        values = {"state": "canceled", "last_error": reason, "updated_at": now}
        await self._session.execute(statement.values(values).execution_options(synchronize_session=False))
