"""SQL of figures of calls that came in: few beside those that are dialled, so that they are read from the calls themselves."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.analytics.filters import Filters
from control_plane.analytics.schemas import InboundCounts
from control_plane.db.models import Call
from sip_config.contract import CallPurpose, EndCause, Outcome


class InboundFigures:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def counted(self, filters: Filters) -> InboundCounts:
        """Calls over that came in while the filter holds; no campaign has any."""
        answered = Call.answered_at.is_not(None)
        talked = func.sum(func.extract("epoch", Call.ended_at - Call.answered_at)).filter(answered)
        told = (Call.outcome == Outcome.DO_NOT_CALL) | (Call.end_cause == EndCause.OPT_OUT)
        figures = (
            func.count(),
            func.count().filter(answered),
            func.count().filter(Call.contact_id.is_not(None)),
            func.count().filter(Call.outcome == Outcome.SUCCESS),
            func.count().filter(told),
            func.coalesce(talked, 0),
        )
        row = (await self._session.execute(select(*figures).where(*self._wanted(filters)))).one()
        return InboundCounts(*row[:5], talk_s=round(float(row[5]), 3))

    def _wanted(self, filters: Filters) -> list:
        wanted = [Call.workspace_id == self._workspace_id, Call.purpose == CallPurpose.INBOUND, Call.state == "ended"]
        wanted += [Call.ringing_at >= filters.since] if filters.since else []
        wanted += [Call.ringing_at < filters.until] if filters.until else []
        wanted += [Call.campaign_id == filters.campaign] if filters.campaign else []
        wanted += [Call.assistant_id == filters.assistant] if filters.assistant else []
        return wanted + ([Call.from_number_id == filters.number] if filters.number else [])
