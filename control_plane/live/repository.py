"""SQL of the live stream: the words that belong to turns."""

import uuid
from collections.abc import Collection

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import CallTurn


class TurnRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def turns(self, wanted: Collection[tuple[uuid.UUID, int]]) -> dict[tuple[uuid.UUID, int], CallTurn]:
        """Turns as they stand now, by call and place in it."""
        query = select(CallTurn).where(tuple_(CallTurn.call_id, CallTurn.seq).in_(wanted))
        return {(turn.call_id, turn.seq): turn for turn in (await self._session.scalars(query)).all()}
