"""SQL of what agents flagged as grave."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, FollowUp, RiskFlag
from control_plane.kit.ids import new_id


class RiskRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, call: Call, *, kind: str, level: str, quote: str, offset_s: float | None) -> bool:
        """Keep the flag. False when this call has it already, as grave as this."""
        row = {"id": new_id(), "workspace_id": call.workspace_id, "call_id": call.id, "kind": kind, "level": level}
        statement = insert(RiskFlag).values(row | {"quote": quote, "offset_s": offset_s})
        graver = statement.on_conflict_do_update(
            index_elements=["call_id", "kind"],
            set_={"level": "crisis", "quote": statement.excluded.quote, "offset_s": statement.excluded.offset_s},
            where=(RiskFlag.level == "concern") & (statement.excluded.level == "crisis"),
        )
        return await self._session.scalar(graver.returning(RiskFlag.id)) is not None

    async def of_call(self, call: Call) -> Sequence[RiskFlag]:
        """In the order in which they were heard; those of which nobody knows when come last."""
        mine = (RiskFlag.call_id == call.id, RiskFlag.workspace_id == call.workspace_id)
        return (await self._session.scalars(select(RiskFlag).where(*mine).order_by(RiskFlag.offset_s, RiskFlag.id))).all()

    async def follow_up(self, call: Call) -> FollowUp | None:
        """Who looks after the person because of the call; a call has one at most."""
        mine = (FollowUp.call_id == call.id, FollowUp.workspace_id == call.workspace_id)
        return await self._session.scalar(select(FollowUp).where(*mine))

    async def forget_quotes(self, call_id: uuid.UUID) -> None:
        """The callee does not want to be recorded: that it was grave stays, the words go."""
        of_call = update(RiskFlag).where(RiskFlag.call_id == call_id).values(quote="")
        await self._session.execute(of_call.execution_options(synchronize_session=False))
