"""SQL of suppressions."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Campaign, Suppression
from control_plane.kit.ids import new_id


class SuppressionRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def put(self, **values: Any) -> tuple[Suppression, bool]:
        """The suppression of that number and scope, and whether it is new. The first reason and evidence stand."""
        row = {"id": new_id(), "workspace_id": self._workspace_id, **values}
        added = await self._session.scalar(insert(Suppression).values(row).on_conflict_do_nothing().returning(Suppression))
        if added is not None:
            return added, True
        query = select(Suppression).where(
            Suppression.workspace_id == self._workspace_id,
            Suppression.e164 == values["e164"],
            Suppression.campaign_id.is_not_distinct_from(values.get("campaign_id")),
        )
        return (await self._session.scalars(query)).one(), False

    async def find(self, suppression_id: uuid.UUID) -> Suppression | None:
        query = select(Suppression).where(Suppression.id == suppression_id, Suppression.workspace_id == self._workspace_id)
        return await self._session.scalar(query)

    def listing(self, *, e164: str | None = None, scope: str | None = None) -> Select[Suppression]:
        query = select(Suppression).where(Suppression.workspace_id == self._workspace_id)
        if e164 is not None:
            query = query.where(Suppression.e164 == e164)
        return query if scope is None else query.where(Suppression.scope == scope)

    async def against(self, e164: str, campaign_id: uuid.UUID | None) -> Sequence[Suppression]:
        """What keeps this number from being called, in the workspace and in the campaign when one is given."""
        reach = Suppression.campaign_id.is_(None)
        if campaign_id is not None:
            reach = or_(reach, Suppression.campaign_id == campaign_id)
        query = select(Suppression).where(Suppression.workspace_id == self._workspace_id, Suppression.e164 == e164, reach)
        return (await self._session.scalars(query.order_by(Suppression.id))).all()

    async def has_campaign(self, campaign_id: uuid.UUID) -> bool:
        query = select(exists().where(Campaign.id == campaign_id, Campaign.workspace_id == self._workspace_id))
        return bool(await self._session.scalar(query))

    async def delete(self, row: Suppression) -> None:
        await self._session.delete(row)
        await self._session.flush()
