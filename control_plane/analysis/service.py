"""Analyses as people read and ask for them."""

import uuid
from datetime import datetime

from control_plane.analysis.repository import AnalysisRepository, AnalysisWork
from control_plane.analysis.schemas import AnalysisOut, AskedAgain
from control_plane.audit.service import record
from control_plane.calls.analysis_repository import AnalysisAsking
from control_plane.calls.service import CallService
from control_plane.db.models import Call, CallAnalysis
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.pagination import Page, page_of

TASK = "analyze_calls"
MOST_AT_ONCE = 1000
"""Calls of one request; the answer says where the next begins."""


class AnalysisService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = AnalysisRepository(unit.session, workspace_id)
        self._calls = CallService(unit, workspace_id)

    async def current(self, call_id: uuid.UUID) -> AnalysisOut:
        """Raises `NotFound` as long as there is none."""
        row = await self._rows.current((await self._calls.get(call_id)).id)
        if row is None:
            raise NotFound("This call has no analysis, or none yet.", code="analysis_not_found")
        return AnalysisOut.of(row)

    async def listing(self, call_id: uuid.UUID, limit: int, cursor: str | None) -> Page[AnalysisOut]:
        query = self._rows.of_call((await self._calls.get(call_id)).id)
        return await page_of(self._unit.session, query, CallAnalysis.id, AnalysisOut.of, limit=limit, cursor=cursor)

    async def ask_again(self, call_id: uuid.UUID) -> AnalysisOut:
        """Another version, by the assistant as it is published now; while one waits, that one. Raises `Conflict`."""
        call = await self._calls.get(call_id)
        _require_over(call)
        await self._unit.session.refresh(call, with_for_update={"key_share": True})
        _require_over(call)
        await AnalysisAsking(self._unit.session).ask(call, self._unit.now, "request")
        record(self._unit, self._workspace_id, "call.analysis_requested", "call", call.id, None, None)
        self._unit.nudges.add(TASK)
        row = await self._rows.pending(call.id)
        assert row is not None
        return AnalysisOut.of(row)

    async def ask_many(
        self, campaign_id: uuid.UUID | None, assistant_id: uuid.UUID | None, since: datetime, until: datetime, after: uuid.UUID | None
    ) -> AskedAgain:
        """Another version of each call of a time span, a page at a time. Raises `Invalid`."""
        if until <= since:
            raise Invalid.field("until", "The end must come after the beginning.")
        wanted = [Call.workspace_id == self._workspace_id, Call.created_at >= since, Call.created_at < until]
        given = ((Call.campaign_id, campaign_id), (Call.assistant_id, assistant_id))
        wanted += [column == value for column, value in given if value is not None]
        calls = await AnalysisWork(self._unit.session).to_analyze_again(wanted, after, MOST_AT_ONCE)
        for call in calls:
            await AnalysisAsking(self._unit.session).ask(call, self._unit.now, "request")
        of_what = {"campaign_id": campaign_id, "assistant_id": assistant_id, "since": since, "until": until, "calls": len(calls)}
        record(self._unit, self._workspace_id, "calls.analysis_requested", "workspace", self._workspace_id, None, of_what)
        self._unit.nudges.add(TASK)
        return AskedAgain(len(calls), calls[-1].id if len(calls) == MOST_AT_ONCE else None)


def _require_over(call: Call) -> None:
    if call.answered_at is None or call.ended_at is None or call.erased_at is not None:
        raise Conflict("Only a call that was answered and is over can be analysed.", code="nothing_to_analyze")
