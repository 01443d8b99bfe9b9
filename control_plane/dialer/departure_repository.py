"""SQL of the last look before an INVITE leaves."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, GateVerdict
from control_plane.telephony.port import StoredVerdict


@dataclass(frozen=True, slots=True)
class Leaving:
    """A call whose INVITE is about to leave, with the verdict that it rests on; None without one."""

    workspace_id: uuid.UUID
    campaign_id: uuid.UUID | None
    verdict: StoredVerdict | None


class DepartureRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def leaving(self, call_id: uuid.UUID) -> Leaving:
        columns = (Call.workspace_id, Call.campaign_id, Call.to_e164, GateVerdict.id, GateVerdict.decision, GateVerdict.stage)
        # A verdict that was made for another call permits nothing here.
        mine = (GateVerdict.id == Call.verdict_id) & (GateVerdict.call_id == Call.id)
        row = (await self._session.execute(select(*columns).outerjoin(GateVerdict, mine).where(Call.id == call_id))).one()
        workspace_id, campaign_id, to, verdict_id, decision, stage = row
        verdict = StoredVerdict(verdict_id, decision, stage, to) if verdict_id is not None else None
        return Leaving(workspace_id, campaign_id, verdict)
