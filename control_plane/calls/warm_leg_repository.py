"""SQL of the legs to those who take a call over."""

import uuid

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Number, Trunk, Workspace


class WarmLegRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def line_of(self, call: Call) -> tuple[Workspace, Trunk, Number | None]:
        """The workspace of a call, its trunk, and the number that it was made from or came in at; None where that was deleted."""
        workspace, trunk = await self._session.get_one(Workspace, call.workspace_id), await self._session.get_one(Trunk, call.trunk_id)
        return workspace, trunk, await self._session.get(Number, call.from_number_id) if call.from_number_id else None

    async def is_held(self, workspace_id: uuid.UUID, e164: str) -> bool:
        """Whether another call to the number is under way, or may be."""
        held = exists().where(Call.workspace_id == workspace_id, Call.to_e164 == e164, Call.holds_number)
        return bool(await self._session.scalar(select(held)))

    async def add(self, call: Call) -> bool:
        """False when somebody else has begun a call to the number at the same moment."""
        try:
            async with self._session.begin_nested():
                self._session.add(call)
        except IntegrityError:
            return False
        await self._session.refresh(call)
        return True
