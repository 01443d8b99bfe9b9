"""SQL of explanations. It only reads."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AssistantVersion, Call, CallEventRecord, Consent, Enrollment, GateVerdict


class ExplanationRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def call(self, call_id: uuid.UUID) -> Call | None:
        return await self._session.scalar(select(Call).where(Call.id == call_id, Call.workspace_id == self._workspace_id))

    async def verdicts(self, call: Call) -> Sequence[GateVerdict]:
        """What the gate has decided about a call, oldest first."""
        mine = or_(GateVerdict.call_id == call.id, GateVerdict.id == call.verdict_id)
        query = select(GateVerdict).where(mine, GateVerdict.workspace_id == self._workspace_id)
        return (await self._session.scalars(query.order_by(GateVerdict.decided_at, GateVerdict.id))).all()

    async def gives_way(self, call: Call) -> str:
        """Why a call that waits comes later than the gate would let it; empty when it gives way to nothing."""
        query = select(CallEventRecord.data).where(CallEventRecord.call_id == call.id, CallEventRecord.kind == "gave_way")
        said = await self._session.scalar(query.order_by(CallEventRecord.at.desc()).limit(1))
        return said["why"] if said and datetime.fromisoformat(said["until"]) == call.due_at else ""

    async def version(self, call: Call) -> AssistantVersion:
        """That of the assistant by which the call is made."""
        return await self._session.get_one(AssistantVersion, call.assistant_version_id)

    async def consent(self, consent_id: uuid.UUID) -> Consent | None:
        return await self._session.scalar(select(Consent).where(Consent.id == consent_id, Consent.workspace_id == self._workspace_id))

    async def enrollment(self, enrollment_id: uuid.UUID) -> Enrollment | None:
        query = select(Enrollment).where(Enrollment.id == enrollment_id, Enrollment.workspace_id == self._workspace_id)
        return await self._session.scalar(query)

    async def is_in_call(self, contact_id: uuid.UUID, numbers: Sequence[str]) -> bool:
        """Is a call to this person or to one of the numbers under way, or lost with a phone that may still ring?"""
        to_them = or_(Call.contact_id == contact_id, Call.to_e164.in_(numbers))
        query = select(Call.id).where(Call.workspace_id == self._workspace_id, Call.holds_number, to_them).limit(1)
        return await self._session.scalar(query) is not None
