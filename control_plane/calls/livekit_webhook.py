"""LiveKit's webhooks: a second witness beside the agent, feeding the same reducer.

They lose SIP codes, come late, twice and out of order (facts/livekit §3.4), so they never decide what a call's dialling task can say
itself; they tell of rooms and participants that vanished.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.params import SkipValidation
from litestar.status_codes import HTTP_200_OK
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.calls.rooms import identity_of, is_guest, room_of
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.call_state import Fact
from control_plane.domain.errors import Invalid
from control_plane.kit.metrics import WEBHOOK_EVENTS
from control_plane.settings import Settings
from control_plane.workspaces.authentication import PUBLIC
from sip_config.naming import SIP_CALL_STATUS, call_id_of_callee, call_id_of_room, is_inbound_room

KNOWN_EVENTS = frozenset(
    {
        *("room_started", "room_finished", "participant_joined", "participant_left", "participant_connection_aborted"),
        *("track_published", "track_unpublished", "egress_started", "egress_updated", "egress_ended", "ingress_started", "ingress_ended"),
    }
)
"""facts/livekit §3.4; a label for each, and one for whatever comes later."""

TESTIFYING = frozenset({"room_finished", "participant_left"})


class LiveKitWebhookController(Controller):
    path = "/webhooks/livekit"
    include_in_schema = False
    opt = PUBLIC

    @post(status_code=HTTP_200_OK)
    async def receive(
        self,
        unit: NamedDependency[SkipValidation[Unit]],
        settings: NamedDependency[SkipValidation[Settings]],
        request: Request[Any, Any, Any],
    ) -> dict[str, bool]:
        event = _verified(settings, await request.body(), request.headers.get("Authorization", ""))
        call = await _call_of(unit, event.room.name, event.participant.identity) if event.event in TESTIFYING else None
        testimony = testimony_of(event, identity_of(call)) if call is not None else None
        is_heard = call is not None and testimony is not None
        if call is not None and testimony is not None:
            await hear(unit, call.id, testimony)
        name = event.event if event.event in KNOWN_EVENTS else "other"
        unit.once_committed(WEBHOOK_EVENTS.labels("livekit", name, "heard" if is_heard else "ignored").inc)
        return {"received": True}


def _verified(settings: Settings, body: bytes, authorization: str) -> WebhookEvent:
    """The event, if LiveKit signed exactly this body with our key."""
    receiver = WebhookReceiver(TokenVerifier(settings.livekit_api_key, settings.livekit_api_secret))
    try:
        return receiver.receive(body.decode(), authorization)
    except Exception as error:
        # The library raises bare `Exception` for a wrong hash and PyJWT's errors for a wrong token (facts/livekit §1.8).
        raise NotAuthorizedException("This is not signed by our LiveKit server.") from error


async def _call_of(unit: Unit, room: str, identity: str) -> Call | None:
    """The call that takes place in the room; where the phone of a leg to somebody else is meant, that leg's."""
    calls, of_phone, of_room = CallRepository(unit.session), call_id_of_callee(identity), call_id_of_room(room)
    guest = await _locked(calls, of_phone) if of_phone != of_room else None
    if guest is not None and is_guest(guest) and room_of(guest) == room:
        return guest
    return await calls.of_room(room) if is_inbound_room(room) else await _locked(calls, of_room)


async def _locked(calls: CallRepository, call_id: str | None) -> Call | None:
    try:
        return await calls.lock(uuid.UUID(call_id)) if call_id is not None else None
    except ValueError:
        return None


def testimony_of(event: WebhookEvent, identity: str) -> Testimony | None:
    """What an event says about its call, in which `identity` is the person's; None for what the ledger has no use for."""
    at = _time_of(event)
    if event.event == "room_finished":
        return Testimony("livekit", event.id, "room_finished", at, Fact.AGENT_LEFT)
    participant = event.participant
    reason = _reason(participant.disconnect_reason)
    if participant.kind == ParticipantInfo.Kind.AGENT:
        return Testimony("livekit", event.id, "agent_left", at, Fact.AGENT_LEFT, {"disconnect_reason": reason})
    if participant.identity != identity:
        return None
    data = {"disconnect_reason": reason, "last_status": participant.attributes.get(SIP_CALL_STATUS, "")}
    return Testimony("livekit", event.id, "callee_left", at, Fact.CALLEE_LEFT, data)


def _time_of(event: WebhookEvent) -> datetime:
    try:
        return datetime.fromtimestamp(event.created_at, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Invalid.field("createdAt", "is no time") from error


def _reason(code: int) -> str:
    """The reason's name; a newer LiveKit may know reasons that this version of its library has no name for."""
    return DisconnectReason.Name(code) if code in DisconnectReason.values() else str(code)
