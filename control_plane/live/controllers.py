"""`…/stream`: what happens, told while it happens."""

import uuid
from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, QueryParameter, SkipValidation
from litestar.response import Stream

from control_plane.db.unit import Unit
from control_plane.live.hub import Hub
from control_plane.live.service import LiveService, Messages
from control_plane.workspaces.authentication import TOKEN_IN_QUERY
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

EVENT_STREAM = "text/event-stream"
_KNOWN_OVER = {204: ResponseSpec(None, description="It is over, and this client has been told.", generate_examples=False)}
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Neither kept nor held back by what stands between."""


async def provide_live(
    unit: NamedDependency[SkipValidation[Unit]],
    principal: NamedDependency[SkipValidation[Principal]],
    hub: NamedDependency[SkipValidation[Hub]],
) -> LiveService:
    return LiveService(unit, principal.workspace_id, hub)


Live = NamedDependency[SkipValidation[LiveService]]
LastId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", max_length=64, description="Resume after this event; browsers send it by themselves.")
]
Since = Annotated[str | None, QueryParameter(name="last_event_id", max_length=64, description="The same, without a header.")]


class LiveController(Controller):
    tags = ("live",)
    guards = (requires("viewer"),)
    dependencies = {"live": provide_live}
    opt = TOKEN_IN_QUERY

    @get("/stream", media_type=EVENT_STREAM, summary="What happens in the workspace, as Server-Sent Events")
    async def workspace_stream(self, live: Live, last_id: LastId = None, since: Since = None) -> Response[str]:
        """Every event that webhooks know but `import.completed`, and each step of each call; what is said is in the calls' own streams."""
        return _answer(await live.of_workspace(last_id or since))

    @get(
        "/calls/{call_id:uuid}/stream",
        media_type=EVENT_STREAM,
        responses=_KNOWN_OVER,
        summary="What happens in a call, as Server-Sent Events",
    )
    async def call_stream(self, live: Live, call_id: FromPath[uuid.UUID], last_id: LastId = None, since: Since = None) -> Response[str]:
        """Its states and what is said (`call.turn`), until `end`. 204 to a client that comes back after it."""
        return _answer(await live.of_call(call_id, last_id or since))

    @get(
        "/campaigns/{campaign_id:uuid}/stream",
        media_type=EVENT_STREAM,
        responses=_KNOWN_OVER,
        summary="What happens in a campaign, as Server-Sent Events",
    )
    async def campaign_stream(
        self, live: Live, campaign_id: FromPath[uuid.UUID], last_id: LastId = None, since: Since = None
    ) -> Response[str]:
        """Its states, those of its calls, `campaign.counters` every few seconds, until `end`; 204 to a client that comes back later."""
        return _answer(await live.of_campaign(campaign_id, last_id or since))


def _answer(messages: Messages | None) -> Response[str]:
    if messages is None:
        return Response("", status_code=204)
    return Stream(messages, media_type=EVENT_STREAM, headers=_HEADERS)  # pyright: ignore[reportReturnType]
