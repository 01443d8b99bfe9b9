"""A call comes in: who takes it, what they know of the caller, and the row that makes it a call like others.

Nothing was dialled, so `dialing_at` stays empty: no cap, cool-down or figure of dials counts the call. Who calls back must be able to say
that they want no more calls, so that neither a halt nor a used-up budget turns them away; what bounds a flood is `Routing.most_at_once` and
the pace below. The numbers are what a carrier says: they are looked up, and prove nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec import convert

from control_plane.calls.announcing import tell_arrived
from control_plane.calls.arrival_repository import ArrivalRepository
from control_plane.calls.callers_back import what_it_was
from control_plane.calls.leases import lease_of
from control_plane.calls.reducer import CARE_RESERVE
from control_plane.calls.repository import CallRepository
from control_plane.contacts.schemas import ContactIn, PhoneIn
from control_plane.contacts.service import ContactService
from control_plane.db.models import AssistantVersion, Call, Number, Trunk, Workspace
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.call_state import FINAL, CallState
from control_plane.domain.errors import Conflict, NotFound, Refused
from control_plane.domain.routing import Route, Routing, route
from control_plane.kit.ids import new_id
from control_plane.kit.secrets import digest, new_token
from control_plane.kit.telemetry import new_trace
from sip_config.contract import CallPurpose, DispatchTicket, InboundArrival
from sip_config.naming import is_inbound_room

CALLED_LATELY = timedelta(days=30)
"""So long after a call somebody who calls the same number may be calling back."""
MOST_A_MINUTE, MOST_A_MINUTE_OF_CALLER = 60, 6
"""Calls to one number, and from one caller to it. A person who is cut off tries two or three times a minute."""
RING_S = 28
"""How long the caller waits for an agent at most; LiveKit's own limit is of this order."""
LONGEST_ROOM = 300


@dataclass(frozen=True, slots=True)
class Called:
    """The number that was called, and what it belongs to."""

    number: Number
    trunk: Trunk
    workspace: Workspace
    routing: Routing
    own: uuid.UUID
    """The number's assistant."""


class Arrivals:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID | None) -> None:
        """`workspace_id`: whose calls the agent may take; None for all, with the installation's own key."""
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ArrivalRepository(unit.session)

    async def take(self, arrived: InboundArrival) -> DispatchTicket:
        """Make the call, or find it again for an agent that asks twice; the ticket opens it. Raises what tells the agent to hang up."""
        called = await self._called(arrived)
        await self._rows.wait_for_turn(called.number.id)
        call = await self._rows.in_room(arrived.room)
        if call is None:
            call = await self._begin(called, arrived)
        elif call.state in FINAL or call.from_number_id != called.number.id:
            raise Conflict("This call is over.", code="call_over")
        token = new_token()
        call.agent_generation += 1
        call.call_token_hash = digest(token)
        await self._unit.session.flush()
        return DispatchTicket(str(call.id), call.agent_generation, token)

    async def _called(self, arrived: InboundArrival) -> Called:
        # With a workspace's own key an agent could name another's room, which the end of the call would close.
        if (
            not is_inbound_room(arrived.room)
            or max(map(len, (arrived.room, arrived.identity, arrived.called, arrived.caller))) > LONGEST_ROOM
        ):
            raise NotFound.of("number")
        found = await self._rows.number(_id(arrived.number_id))
        if found is None or self._workspace_id not in (None, found[0].workspace_id):
            raise NotFound.of("number")
        number, trunk, workspace = found
        digits = "".join(filter(str.isdigit, arrived.called))
        if number.assistant_id is None or (digits and not number.e164.endswith(digits)):
            raise NotFound.of("number")
        return Called(number, trunk, workspace, convert(number.routing, Routing), number.assistant_id)

    async def _begin(self, called: Called, arrived: InboundArrival) -> Call:
        caller, before = await self._caller(called, _callers(called.number, arrived))
        await self._require_room(called, caller)
        to = route(called.routing, called.own, self._unit.now, called.workspace.time_zone, before.assistant_id if before else None)
        version = await self._version(called, to)
        contact_id = await self._contact(called.workspace, caller, before)
        request = _request(called.routing, to)
        if before is not None and before.assistant_id == version.assistant_id:
            request["calls_back"] = str(before.id)
            request["agenda"] = await what_it_was(self._unit.session, before, called.workspace.time_zone)
        call = self._row(called, version, caller, request)
        call.contact_id, call.room, call.phone_identity = contact_id, arrived.room, arrived.identity
        await self._rows.add(call)
        facts = {"was_called": before is not None, "is_known": contact_id is not None, "is_open": to.is_open}
        told = {"source": "agent", "event_id": "arrived", "kind": "arrived", "at": self._unit.now, "data": facts, "effect": call.state}
        await CallRepository(self._unit.session).add_event(call, **told)
        await tell_arrived(self._unit, call)
        return call

    async def _caller(self, called: Called, callers: Sequence[str]) -> tuple[str, Call | None]:
        """The number that the caller has, and our last call to it from the number that they call: of several readings of what the
        carrier says the one that we have called, else one that we know. Empty where it is withheld."""
        for e164 in callers:
            before = await self._rows.called_from(called.number, e164, self._unit.now - CALLED_LATELY)
            if before is not None:
                return e164, before
        for e164 in callers[1:] and callers:
            if await self._rows.contacts_with(called.workspace.id, e164):
                return e164, None
        return next(iter(callers), ""), None

    async def _require_room(self, called: Called, caller: str) -> None:
        load = await self._rows.load(called.number.id, caller, self._unit.now)
        if load.live >= min(called.routing.most_at_once, called.trunk.max_concurrent_calls):
            raise Conflict("As many people are calling this number as it takes at once.", code="number_full")
        if load.in_last_minute >= MOST_A_MINUTE or load.of_caller_in_last_minute >= MOST_A_MINUTE_OF_CALLER:
            raise Conflict("This number is called too often.", code="flood")

    async def _version(self, called: Called, to: Route) -> AssistantVersion:
        """Of the assistant that takes the call; the number's own stands in for one that was switched off."""
        for assistant_id in (to.assistant_id, called.own):
            version = await self._rows.assistant(called.workspace.id, assistant_id)
            if version is not None:
                return version
        raise Refused("The number's assistant is switched off or not published.", code="assistant_inactive")

    async def _contact(self, workspace: Workspace, caller: str, before: Call | None) -> uuid.UUID | None:
        """Who is calling: whom we called last at this number, else its only contact; somebody new where the workspace wants it."""
        if not caller:
            return None
        if before is not None and before.contact_id is not None:
            return before.contact_id
        known = await self._rows.contacts_with(workspace.id, caller)
        if known or not workspace.adds_callers:
            return known[0] if len(known) == 1 else None
        return (await ContactService(self._unit, workspace.id).create(ContactIn(phones=[PhoneIn(caller)]))).id

    def _row(self, called: Called, version: AssistantVersion, caller: str, request: dict[str, Any]) -> Call:
        now, most_s = self._unit.now, version.config.get("max_duration_s", 600)
        call = Call(
            id=new_id(),
            workspace_id=called.workspace.id,
            purpose=CallPurpose.INBOUND,
            assistant_id=version.assistant_id,
            assistant_version_id=version.id,
            trunk_id=called.trunk.id,
            is_rehearsal=called.trunk.is_rehearsal,
            from_number_id=called.number.id,
            from_e164=called.number.e164,
            to_e164=caller,
            request=request,
            caller_choice={},
            state=CallState.RINGING,
            due_at=now,
            claimed_at=now,
            ringing_at=now,
            created_at=now,
            agent_generation=0,
            holds_number=bool(caller),
            holds_slot=True,
            reserved_until=now + timedelta(seconds=RING_S + most_s) + CARE_RESERVE,
            ringing_timeout_s=RING_S,
            max_duration_s=most_s,
            usage=[],
            trace_context=new_trace(),
        )
        call.lease_until = lease_of(call, CallState.RINGING, now)
        return call


async def choose(unit: Unit, call: Call, key: str) -> bool:
    """The caller has pressed `key` in the number's menu: whether another assistant takes the call from here on."""
    chosen = (call.request.get("keys") or {}).get(key)
    version = await ArrivalRepository(unit.session).assistant(call.workspace_id, uuid.UUID(chosen)) if chosen else None
    if version is None or call.purpose != CallPurpose.INBOUND:
        return False
    call.assistant_id, call.assistant_version_id = version.assistant_id, version.id
    said = {"source": "agent", "event_id": f"chosen:{call.agent_generation}", "kind": "key_chosen", "at": unit.now, "effect": "noted"}
    await CallRepository(unit.session).add_event(call, **said, data={"key": key, "assistant_id": str(version.assistant_id)})
    return True


def _callers(number: Number, arrived: InboundArrival) -> list[str]:
    """What the caller's number may be, of this number's kind, the likeliest first. Raises `Refused` for a rehearsal's number."""
    readings = phone.of_caller(arrived.caller, number.e164, arrived.called)
    found = [e164 for e164 in readings if phone.is_fictional(e164) == number.is_rehearsal]
    if number.is_rehearsal and not found:
        raise Refused("A rehearsal's number is called only from the fictional range.", code="not_fictional")
    return found


def _request(routing: Routing, to: Route) -> dict[str, Any]:
    """What the order is written from, beside the assistant."""
    request: dict[str, Any] = {"welcome_message": routing.greeting} if routing.greeting else {}
    if routing.fallback:
        request["fallback"] = routing.fallback
    if to.only_says is not None:
        request["only_says"] = to.only_says
    if to.menu is not None:
        request |= {"key_prompt": to.menu.prompt, "keys": {key: str(assistant_id) for key, assistant_id in to.menu.keys.items()}}
    return request


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound.of("number") from error
