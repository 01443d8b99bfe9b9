"""Calls over HTTP."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from litestar import Controller, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter, SkipValidation
from litestar.response import Stream
from litestar.status_codes import HTTP_202_ACCEPTED

from control_plane.calls.recordings import recording_answer
from control_plane.calls.schemas import (
    ActiveCalls,
    CallView,
    Direction,
    EventList,
    EventView,
    NewCall,
    NewOutcome,
    TranscriptView,
    TurnView,
)
from control_plane.calls.service import CallService
from control_plane.db.models import Call
from control_plane.domain.call_state import CallState
from control_plane.kit.api_examples import also
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from control_plane.kit.storage import Storage
from control_plane.telephony.voice_side import VoiceSide
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Work, over_unit
from control_plane.workspaces.rate_limits import STARTS_CALLS
from sip_config.contract import AnsweredBy, NetworkResult, Outcome

Range = Annotated[str | None, HeaderParameter(name="Range", description="One range of bytes, as players of audio ask for.")]
InState = Annotated[CallState | None, QueryParameter(name="state", description="Only calls in this state.")]
Asked = NamedDependency[SkipValidation[dict[str, Any]]]
"""The filters of a list of calls, by the name of their column."""


def provide_asked(
    contact_id: FromQuery[uuid.UUID | None] = None,
    enrollment_id: FromQuery[uuid.UUID | None] = None,
    assistant_id: FromQuery[uuid.UUID | None] = None,
    in_state: InState = None,
    network_result: FromQuery[NetworkResult | None] = None,
    answered_by: FromQuery[AnsweredBy | None] = None,
    outcome: FromQuery[Outcome | None] = None,
    to: FromQuery[str | None] = None,
    direction: FromQuery[Direction | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> dict[str, Any]:
    of_whom = {"contact_id": contact_id, "enrollment_id": enrollment_id, "assistant_id": assistant_id, "to": to}
    of_what = {"state": in_state, "network_result": network_result, "answered_by": answered_by, "outcome": outcome, "direction": direction}
    return of_whom | of_what | {"since": since, "until": until}


class CallController(Controller):
    path = "/calls"
    tags = ["calls"]
    guards = [requires("viewer")]
    dependencies = {"calls": over_unit(CallService), "asked": Provide(provide_asked, sync_to_thread=False)}

    @post(status_code=HTTP_202_ACCEPTED, guards=[requires("manager")], opt=STARTS_CALLS, summary="Call one number")
    async def create_call(
        self, calls: Given[CallService], voice_side: NamedDependency[SkipValidation[VoiceSide]], data: JSONBody[NewCall]
    ) -> CallView:
        """Call one number. Refused at once with the reasons if it may never be called; else queued."""
        if data.schedule_at is None:
            await voice_side.require()
        return CallView.of(await calls.create(data))

    @get(summary="Calls, newest first")
    async def list_calls(
        self,
        unit: Work,
        calls: Given[CallService],
        asked: Asked,
        campaign_id: FromQuery[uuid.UUID | None] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[CallView]:
        """Calls, newest first."""
        query = calls.listing(campaign_id=campaign_id, **asked)
        return await page_of(unit.session, query, Call.id, CallView.of, limit=limit, cursor=cursor)

    @get("/active", summary="Calls under way now")
    async def active_calls(self, calls: Given[CallService]) -> ActiveCalls:
        """Calls that are under way now."""
        return ActiveCalls([CallView.of(call) for call in await calls.active()])

    @get("/{call_id:uuid}", summary="One call")
    async def get_call(self, calls: Given[CallService], call_id: FromPath[uuid.UUID]) -> CallView:
        return CallView.of(await calls.get(call_id))

    @post(
        "/{call_id:uuid}/end",
        status_code=HTTP_202_ACCEPTED,
        guards=[requires("manager")],
        summary="End a call, waiting, ringing or talking",
    )
    async def end_call(self, calls: Given[CallService], call_id: FromPath[uuid.UUID]) -> CallView:
        """End a call, whether it waits, rings or talks."""
        return CallView.of(await calls.end(call_id))

    @put("/{call_id:uuid}/outcome", guards=[requires("manager")], summary="Say what came of a call")
    async def set_outcome(self, calls: Given[CallService], call_id: FromPath[uuid.UUID], data: JSONBody[NewOutcome]) -> CallView:
        """Say what came of a call. do_not_call suppresses the number at once."""
        return CallView.of(await calls.set_outcome(call_id, data.outcome, data.note, data.callback_at))

    @get("/{call_id:uuid}/events", summary="What every witness said about a call")
    async def call_events(self, calls: Given[CallService], call_id: FromPath[uuid.UUID]) -> EventList:
        """Everything the witnesses said about a call, and what became of it."""
        return EventList([EventView.of(event) for event in await calls.events(call_id)])

    @get("/{call_id:uuid}/transcript", summary="What was said, turn by turn")
    async def call_transcript(self, calls: Given[CallService], call_id: FromPath[uuid.UUID]) -> TranscriptView:
        turns = await calls.transcript(call_id)
        return TranscriptView(call_id, [TurnView.of(turn) for turn in turns])

    @get(
        "/{call_id:uuid}/recording",
        media_type="audio/ogg",
        responses=also(206, bytes, "The part that was asked for.", "audio/ogg"),
        summary="The recording, Ogg Opus",
    )
    async def call_recording(
        self,
        calls: Given[CallService],
        storage: NamedDependency[SkipValidation[Storage]],
        call_id: FromPath[uuid.UUID],
        byte_range: Range = None,
    ) -> Stream:
        """The recording, whole or in part: Ogg Opus, callee on the left, agent on the right."""
        return await recording_answer(storage, await calls.get(call_id), byte_range)


class CampaignCallController(Controller):
    path = "/campaigns"
    tags = ["campaigns"]
    guards = [requires("viewer")]
    dependencies = {"calls": over_unit(CallService), "asked": Provide(provide_asked, sync_to_thread=False)}

    @get("/{campaign_id:uuid}/calls", summary="Calls of a campaign, newest first")
    async def campaign_calls(
        self,
        unit: Work,
        calls: Given[CallService],
        asked: Asked,
        campaign_id: FromPath[uuid.UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[CallView]:
        """Calls of one campaign, newest first."""
        query = await calls.of_campaign(campaign_id, **asked)
        return await page_of(unit.session, query, Call.id, CallView.of, limit=limit, cursor=cursor)
