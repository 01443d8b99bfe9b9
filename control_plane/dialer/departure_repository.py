"""SQL of the last look before an INVITE leaves."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.driver import rows_of, sent
from control_plane.telephony.port import StoredVerdict

# A verdict that was made for another call permits nothing here.
_LEAVING = sent(
    """
    select c.workspace_id, c.campaign_id, c.to_e164,
        c.state <> 'dialing' or c.ended_by_request or w.is_halted or coalesce(m.execution_status <> 'running', false)
            or coalesce((select is_halted from installation where id = 1), false) as is_stopped,
        v.id, v.decision, v.stage
    from call c join workspace w on w.id = c.workspace_id left join campaign m on m.id = c.campaign_id
    left join gate_verdict v on v.id = c.verdict_id and v.call_id = c.id
    where c.id = :call
    """
)


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
        (row,) = await rows_of(self._session, _LEAVING, {"call": call_id})
        workspace_id, campaign_id, to, is_stopped, verdict_id, decision, stage = row
        verdict = StoredVerdict(verdict_id, decision, stage, to) if verdict_id is not None else None
        return Leaving(workspace_id, campaign_id, verdict, is_stopped)
