"""SQL by which calls ask for their analysis, and forget it."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, CallAnalysis, CallChange, CallTranscription
from control_plane.kit.ids import new_id

_QUIET = {"synchronize_session": False}
MOST_ATTEMPTS = 8
"""Of one that fails or changes under our hands every time; it waits until somebody asks for it again."""
_IS_PENDING = text("state = 'pending'")


class AnalysisAsking:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask(self, call: Call, due_at: datetime, cause: str) -> None:
        """The next version. While one waits it is that one, due no later than `due_at`; the call's row is locked by the caller."""
        last = select(func.coalesce(func.max(CallAnalysis.version), 0) + 1).where(CallAnalysis.call_id == call.id).scalar_subquery()
        row = {"id": new_id(), "workspace_id": call.workspace_id, "call_id": call.id, "cause": cause, "due_at": due_at}
        wish = insert(CallAnalysis).values(**row, version=last)
        is_given_up = CallAnalysis.attempts >= MOST_ATTEMPTS
        sooner = {
            "due_at": func.least(CallAnalysis.due_at, wish.excluded.due_at),
            "attempts": case((is_given_up, 0), else_=CallAnalysis.attempts),
        }
        await self._session.execute(wish.on_conflict_do_update(index_elements=["call_id"], index_where=_IS_PENDING, set_=sooner))

    async def forget(self, call_ids: Sequence[uuid.UUID]) -> None:
        """All versions, with the words they quote, and what was heard anew of the recording."""
        await self.count_anew(call_ids)
        for of_call in (CallAnalysis, CallTranscription):
            await self._session.execute(delete(of_call).where(of_call.call_id.in_(call_ids)).execution_options(**_QUIET))

    async def count_anew(self, call_ids: Sequence[uuid.UUID]) -> None:
        """What was found in them has changed, or is about to go: its topics are counted with the hours in which they were dialled, and the
        trigger that notes what changes sees calls only."""
        hour = func.date_trunc("hour", Call.dialing_at, "UTC")
        is_analyzed = exists().where(CallAnalysis.call_id == Call.id, CallAnalysis.is_current)
        hours = select(Call.workspace_id, hour).where(Call.id.in_(call_ids), Call.dialing_at.is_not(None), is_analyzed)
        await self._session.execute(insert(CallChange).from_select(["workspace_id", "hour"], hours.distinct()))
