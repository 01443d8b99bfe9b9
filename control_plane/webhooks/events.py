"""The port through which facts are told to the outside: `emit` writes them into the outbox, in the transaction that makes them true, and
hands them to the live stream once that is committed.

Only what somebody has subscribed to is written. Whoever emits needs no lock and waits for nobody: an endpoint that is deleted meanwhile
leaves deliveries behind that the hourly tidying cancels.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from control_plane.db.unit import Unit
from control_plane.kit.ids import new_id
from control_plane.kit.live_feed import LiveEvent
from control_plane.webhooks.outbox_repository import Listener, OutboxRepository

TASK = "deliver_webhooks"
MOST_BODY = 20_000
"""Bytes of a message: what is longer is behind its links."""
_ENVELOPE = 500
EMITTED = (
    "call.analyzed",
    "call.function_called",
    "call.queued",
    "call.started",
    "call.ringing",
    "call.answered",
    "call.ended",
    "call.transcript",
    "call.recording_ready",
    "call.risk_flagged",
    "call.transferred",
    "callback.scheduled",
    "checkup.missed",
    "campaign.started",
    "campaign.paused",
    "campaign.stopped",
    "campaign.completed",
    "campaign.error",
    "contact.created",
    "contact.updated",
    "contact.opted_out",
    "followup.created",
    "followup.handed_over",
    "import.completed",
    "schedule.stopped",
    "trunk.paused",
    "trunk.resumed",
    "usage.threshold_reached",
    "usage.limit_reached",
    "webhook_endpoint.disabled",
    "promise.overdue",
    "appointment.updated",
    "booking.updated",
)
TYPES = frozenset(EMITTED)
TURN = "call.turn"
LIVE_ONLY = ("call.dispatched", "call.ready", "call.wrapping", TURN)
"""Told to the live stream and to no webhook: each is of interest for some seconds."""
EVERYTHING = "everything"
"""Topic of those who listen to a whole workspace."""
TEST = "webhook.test"
"""Sent by request to one endpoint, and to be subscribed to by none."""


class Happening(msgspec.Struct, frozen=True):
    """One event. With an `assistant_id` endpoints of that assistant hear of it too."""

    workspace_id: uuid.UUID
    data: Mapping[str, Any]
    assistant_id: uuid.UUID | None = None
    call_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    id: uuid.UUID = msgspec.field(default_factory=new_id)


async def emit(
    unit: Unit,
    workspace_id: uuid.UUID,
    event_type: str,
    data: Mapping[str, Any],
    *,
    assistant_id: uuid.UUID | None = None,
    call_id: uuid.UUID | None = None,
    campaign_id: uuid.UUID | None = None,
) -> None:
    """Tell of one fact: ids, states and links, and nobody's number or words."""
    await emit_all(unit, event_type, [Happening(workspace_id, data, assistant_id, call_id, campaign_id)])


async def emit_all(unit: Unit, event_type: str, happened: Sequence[Happening], listeners: Sequence[Listener] | None = None) -> None:
    """`listeners`: where the caller has asked for those of the workspaces in this transaction (`LISTENERS_OF`)."""
    for each in happened:
        tell_live(unit, event_type, each)
    if await write_down(unit.session, unit.now, event_type, happened, listeners):
        unit.nudges.add(TASK)


def tell_live(unit: Unit, event_type: str, happened: Happening) -> None:
    """Tell those who listen once it is committed. What is said in a call is told to those who listen to that call only."""
    topics = [] if event_type == TURN else [EVERYTHING]
    if happened.call_id is not None:
        topics.append(topic_of("call", happened.call_id))
    if happened.campaign_id is not None:
        topics.append(topic_of("campaign", happened.campaign_id))
    body = _bounded_body(happened, event_type, unit.now)
    unit.live.append(LiveEvent(happened.workspace_id, tuple(topics), event_type, body))


def topic_of(kind: Literal["call", "campaign"], subject: uuid.UUID) -> str:
    return f"{kind}:{subject}"


async def write_down(
    session: AsyncSession | AsyncConnection,
    now: datetime,
    event_type: str,
    happened: Sequence[Happening],
    listeners: Sequence[Listener] | None = None,
) -> bool:
    """As `emit_all` where there is no unit; True when somebody is to be told, and the couriers may be woken after the commit."""
    if event_type not in TYPES:
        raise ValueError(f"{event_type} is no event of ours")
    outbox = OutboxRepository(session)
    if listeners is None:
        listeners = await outbox.listeners(sorted({each.workspace_id for each in happened}), event_type) if happened else []
    told = [
        (each, endpoint_id)
        for each in happened
        for workspace_id, endpoint_id, assistant_id in listeners
        if workspace_id == each.workspace_id and assistant_id in (None, each.assistant_id)
    ]
    if told:
        events = {each.id: event_row(each, event_type, now) for each, _ in told}
        await outbox.add(list(events.values()), [delivery_row(each, endpoint_id, now) for each, endpoint_id in told])
    return bool(told)


def event_row(happened: Happening, event_type: str, now: datetime) -> dict[str, Any]:
    facts = {"id": happened.id, "workspace_id": happened.workspace_id, "type": event_type, "at": now, "call_id": happened.call_id}
    return {**facts, "data": bounded(happened.data)}


def delivery_row(happened: Happening, endpoint_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    owner = {"id": new_id(), "workspace_id": happened.workspace_id, "endpoint_id": endpoint_id, "event_id": happened.id}
    return {**owner, "next_at": now, "created_at": now, "updated_at": now}


def bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values; what makes the message too long is left out, the longest first, and named under `left_out`."""
    plain = msgspec.to_builtins(dict(data), enc_hook=str)
    if len(msgspec.json.encode(plain)) <= MOST_BODY - _ENVELOPE:
        return plain
    sizes = {name: len(msgspec.json.encode(value)) + len(name) + 4 for name, value in plain.items()}
    left_out: list[str] = []
    while sum(sizes.values()) + sum(len(name) + 3 for name in left_out) > MOST_BODY - _ENVELOPE:
        longest = max(sizes, key=lambda name: sizes[name])
        left_out.append(longest)
        del sizes[longest], plain[longest]
    return plain | ({"left_out": left_out} if left_out else {})


def _bounded_body(happened: Happening, event_type: str, at: datetime) -> bytes:
    """`body_of` what is bounded. Nearly all events are short and plain, and are written once instead of thrice."""
    try:
        body = body_of(happened.id, event_type, at, happened.workspace_id, happened.data)
    except TypeError:
        body = None
    if body is not None and len(body) <= MOST_BODY - _ENVELOPE:
        return body
    return body_of(happened.id, event_type, at, happened.workspace_id, bounded(happened.data))


def body_of(event_id: uuid.UUID, event_type: str, at: datetime, workspace_id: uuid.UUID, data: Mapping[str, Any]) -> bytes:
    """The message, the same bytes at every attempt."""
    return msgspec.json.encode({"id": event_id, "type": event_type, "timestamp": at, "workspace_id": workspace_id, "data": data})
