"""SQL of the last look before an INVITE leaves."""

import uuid
from dataclasses import dataclass

from sqlalchemy import bindparam, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Campaign, GateVerdict, Installation, Workspace
from control_plane.telephony.port import StoredVerdict


@dataclass(frozen=True, slots=True)
class Leaving:
    """A call whose INVITE is about to leave, with the verdict that it rests on; None without one."""

    workspace_id: uuid.UUID
    campaign_id: uuid.UUID | None
    verdict: StoredVerdict | None
    is_stopped: bool
    """Its campaign is paused, its workspace or the installation halted, somebody ended it, or the sweep has given its dial up."""


class DepartureRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def leaving(self, call_id: uuid.UUID) -> Leaving:
        row = (await self._session.execute(_LEAVING, {"call": call_id})).one()
        workspace_id, campaign_id, to, is_stopped, verdict_id, decision, stage = row
        verdict = StoredVerdict(verdict_id, decision, stage, to) if verdict_id is not None else None
        return Leaving(workspace_id, campaign_id, verdict, is_stopped)


_IS_STOPPED = or_(
    Call.state != "dialing",
    Call.ended_by_request,
    Workspace.is_halted,
    func.coalesce(Campaign.execution_status != "running", false()),
    func.coalesce(select(Installation.is_halted).where(Installation.id == 1).scalar_subquery(), false()),
)
_LEAVING = (
    select(Call.workspace_id, Call.campaign_id, Call.to_e164, _IS_STOPPED, GateVerdict.id, GateVerdict.decision, GateVerdict.stage)
    .join(Workspace, Workspace.id == Call.workspace_id)
    .outerjoin(Campaign, Campaign.id == Call.campaign_id)
    # A verdict that was made for another call permits nothing here.
    .outerjoin(GateVerdict, (GateVerdict.id == Call.verdict_id) & (GateVerdict.call_id == Call.id))
    .where(Call.id == bindparam("call"))
)
