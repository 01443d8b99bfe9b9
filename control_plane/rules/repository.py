"""SQL of a workspace's own rules."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Workspace


class RulesRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def workspace(self, workspace_id: uuid.UUID, *, lock: bool = False) -> Workspace:
        query = select(Workspace).where(Workspace.id == workspace_id)
        # Claims read the workspace and must not wait for this.
        return (await self._session.scalars(query.with_for_update(key_share=True) if lock else query)).one()
