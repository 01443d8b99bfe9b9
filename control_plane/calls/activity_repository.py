"""SQL of what agents note in calls."""

import uuid
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Activity, Call
from control_plane.kit.ids import new_id


class ActivityRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put_note(self, call: Call, seq: int, what: str) -> None:
        row = _row(call) | {"seq": seq, "kind": "note", "what": what, "score": None}
        await self._session.execute(insert(Activity).values(row).on_conflict_do_nothing(index_elements=["call_id", "seq"]))

    async def put_score(self, call: Call, score: int, reasons: str) -> None:
        statement = insert(Activity).values(_row(call) | {"seq": 0, "kind": "lead_score", "what": reasons, "score": score})
        later = {"what": statement.excluded.what, "score": statement.excluded.score}
        await self._session.execute(statement.on_conflict_do_update(index_elements=["call_id", "seq"], set_=later))

    async def forget_words(self, call_id: uuid.UUID) -> None:
        """The callee does not want to be recorded: that something was noted stays, the words go."""
        of_call = update(Activity).where(Activity.call_id == call_id).values(what="")
        await self._session.execute(of_call.execution_options(synchronize_session=False))


def _row(call: Call) -> dict[str, Any]:
    return {"id": new_id(), "workspace_id": call.workspace_id, "call_id": call.id, "contact_id": call.contact_id}
