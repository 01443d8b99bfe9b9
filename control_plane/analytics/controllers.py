"""`/analytics/…`, `/calls/{id}/analytics` and `/campaigns/{id}/stats`."""

import uuid
from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter, SkipValidation
from litestar.response import Stream

from control_plane.analytics import export
from control_plane.analytics.call_figures import figures_of_call
from control_plane.analytics.filters import Filters, instant
from control_plane.analytics.schemas import (
    AnswerRateOut,
    CallAnalyticsOut,
    CampaignStatsOut,
    HoursOut,
    InboundOut,
    LatenciesOut,
    MoodOut,
    OutcomesOut,
    SummaryOut,
    TopicsOut,
    TrunksOut,
)
from control_plane.analytics.service import AnalyticsService
from control_plane.kit.csv_text import csv_download
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work

Asked = NamedDependency[SkipValidation[Filters]]
Since = Annotated[datetime | None, QueryParameter(name="from", description="Dialled from then on; with a time zone.")]
Until = Annotated[datetime | None, QueryParameter(name="to", description="Dialled before then; with a time zone.")]
OfCampaign = Annotated[uuid.UUID | None, QueryParameter(name="campaign", description="The id of a campaign.")]
OfAssistant = Annotated[uuid.UUID | None, QueryParameter(name="assistant", description="The id of an assistant.")]
OfNumber = Annotated[uuid.UUID | None, QueryParameter(name="number", description="The id of the number that called.")]


def provide_filters(
    since: Since = None, until: Until = None, campaign: OfCampaign = None, assistant: OfAssistant = None, number: OfNumber = None
) -> Filters:
    return Filters(since=instant("from", since), until=instant("to", until), campaign=campaign, assistant=assistant, number=number)


class AnalyticsController(Controller):
    path = "/analytics"
    tags = ["analytics"]
    guards = [requires("viewer")]
    dependencies = {"asked": Provide(provide_filters, sync_to_thread=False)}

    @get("/summary", summary="The figures of all calls over, with the counts behind them")
    async def summary(self, unit: Work, principal: Who, asked: Asked) -> SummaryOut:
        return await AnalyticsService(unit, principal.workspace_id).summary(asked)

    @get("/outcomes", summary="What became of calls: network, who answered, outcome, label, who ended")
    async def outcomes(self, unit: Work, principal: Who, asked: Asked) -> OutcomesOut:
        return await AnalyticsService(unit, principal.workspace_id).outcomes(asked)

    @get("/answer-rate", summary="How many calls were answered, day by day")
    async def answer_rate(self, unit: Work, principal: Who, asked: Asked) -> AnswerRateOut:
        return await AnalyticsService(unit, principal.workspace_id).answer_rate(asked)

    @get("/hours", summary="At which hours of the week calls are answered")
    async def hours(self, unit: Work, principal: Who, asked: Asked) -> HoursOut:
        return await AnalyticsService(unit, principal.workspace_id).hours(asked)

    @get("/mood", summary="How callees sounded, from what agents reported")
    async def mood(self, unit: Work, principal: Who, asked: Asked) -> MoodOut:
        return await AnalyticsService(unit, principal.workspace_id).mood(asked)

    @get("/topics", summary="What calls were about, from their analyses")
    async def topics(self, unit: Work, principal: Who, asked: Asked) -> TopicsOut:
        return await AnalyticsService(unit, principal.workspace_id).topics(asked)

    @get("/latency", summary="How quickly agents spoke and replied, from what they measured")
    async def latency(self, unit: Work, principal: Who, asked: Asked) -> LatenciesOut:
        return await AnalyticsService(unit, principal.workspace_id).latency(asked)

    @get("/trunks", summary="How calls went over each trunk, the busiest first")
    async def trunks(self, unit: Work, principal: Who, asked: Asked) -> TrunksOut:
        return await AnalyticsService(unit, principal.workspace_id).trunks(asked)

    @get("/inbound", summary="Calls that came in: how many, answered, recognised; the other figures know nothing of them")
    async def inbound(self, unit: Work, principal: Who, asked: Asked) -> InboundOut:
        return await AnalyticsService(unit, principal.workspace_id).inbound(asked)

    @get("/calls.csv", media_type="text/csv", summary="The calls that the figures count, as CSV")
    async def calls(self, unit: Work, principal: Who, asked: Asked) -> Stream:
        return csv_download(await export.lines(unit, principal.workspace_id, asked), "call-figures.csv")


class CallAnalyticsController(Controller):
    path = "/calls"
    tags = ["analytics"]
    guards = [requires("viewer")]

    @get("/{call_id:uuid}/analytics", summary="One call in figures: talk, turns, mood, risk and latency")
    async def call_analytics(self, unit: Work, principal: Who, call_id: FromPath[uuid.UUID]) -> CallAnalyticsOut:
        return await figures_of_call(unit, principal.workspace_id, call_id)


class CampaignStatsController(Controller):
    path = "/campaigns"
    tags = ["analytics"]
    guards = [requires("viewer")]

    @get("/{campaign_id:uuid}/stats", summary="Results so far")
    async def stats(self, unit: Work, principal: Who, campaign_id: FromPath[uuid.UUID]) -> CampaignStatsOut:
        return await AnalyticsService(unit, principal.workspace_id).campaign_stats(campaign_id)
