"""`/calls/{id}/analysis`, `/calls/{id}/analyses`, `/analyses`."""

import uuid

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED

from control_plane.analysis.schemas import AnalysisOut, AnalyzeAgainIn, AskedAgain
from control_plane.analysis.service import AnalysisService
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, over_unit


class CallAnalysisController(Controller):
    tags = ["analysis"]
    guards = [requires("viewer")]
    dependencies = {"analyses": over_unit(AnalysisService)}

    @get("/calls/{call_id:uuid}/analysis", summary="What was found in a call: summary, outcome, extraction, mood, topics, lead")
    async def current(self, analyses: Given[AnalysisService], call_id: FromPath[uuid.UUID]) -> AnalysisOut:
        """The current version. Every value stands with its confidence, the quote it rests on and the second of it."""
        return await analyses.current(call_id)

    @get("/calls/{call_id:uuid}/analyses", summary="Every analysis of a call, newest first")
    async def listing(
        self, analyses: Given[AnalysisService], call_id: FromPath[uuid.UUID], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[AnalysisOut]:
        return await analyses.listing(call_id, limit, cursor)

    @post(
        "/calls/{call_id:uuid}/analyses",
        status_code=HTTP_202_ACCEPTED,
        guards=[requires("manager")],
        summary="Analyse a stored call again, by its assistant as it is published now",
    )
    async def ask_again(self, analyses: Given[AnalysisService], call_id: FromPath[uuid.UUID]) -> AnalysisOut:
        """The version that waits; asked again before it is done it is the same."""
        return await analyses.ask_again(call_id)

    @post("/analyses", status_code=HTTP_202_ACCEPTED, guards=[requires("manager")], summary="Analyse the calls of a time span again")
    async def ask_many(self, analyses: Given[AnalysisService], data: JSONBody[AnalyzeAgainIn]) -> AskedAgain:
        return await analyses.ask_many(data.campaign_id, data.assistant_id, data.since, data.until, data.after)
