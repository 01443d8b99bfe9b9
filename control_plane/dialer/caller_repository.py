"""SQL behind the choice of a caller ID."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call


class CallerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def calls_since(
        self, numbers: Sequence[tuple[uuid.UUID, uuid.UUID]], days: Mapping[uuid.UUID, datetime]
    ) -> Mapping[uuid.UUID, int]:
        """Calls made from each number (given with its workspace) since its workspace's day began, and those on their way to it."""
        found: dict[uuid.UUID, int] = {}
        for workspace_id in {workspace_id for _, workspace_id in numbers if workspace_id in days}:
            ids = [number_id for number_id, owner in numbers if owner == workspace_id]
            query = select(Call.from_number_id, func.count()).where(Call.workspace_id == workspace_id, Call.from_number_id.in_(ids))
            query = query.where(Call.created_at >= days[workspace_id], Call.claimed_at.is_not(None), Call.state != "released")
            rows = await self._session.execute(query.group_by(Call.from_number_id))
            found |= {number_id: calls for number_id, calls in rows if number_id is not None}
        return found
