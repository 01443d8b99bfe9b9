"""Times that a callee books in a call: what is free is told, what is wanted is read back, and their own yes books it.

What was proposed stands in the call's ledger, so that only what was read back can be booked, and twice said it is booked once. The
calendars are those of the assistant's version, and the booking is for whoever is called: the model names a calendar and a time, and
nothing else.
"""

import uuid
from datetime import datetime
from typing import Any

from control_plane.bookings.offering import MOST_BOOKINGS, MOST_NOTE, Answer, Offering
from control_plane.bookings.repository import BookingRepository
from control_plane.bookings.schemas import BookingIn
from control_plane.bookings.service import BookingService, Source
from control_plane.calls.agent_service import AgentService
from control_plane.calls.calendar_repository import calendars_of_call
from control_plane.calls.orders import Parts
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Call
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound
from control_plane.kit.ids import new_id
from sip_config.contract import ConsentDecision

_PROPOSED, _MADE = "booking_proposed", "booking_made"


class BookingsOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str) -> None:
        self._unit = unit
        self._agent = AgentService(unit, call_id, ticket)
        self._calls = CallRepository(unit.session)

    async def free(self, name: str, after: str) -> Answer:
        """As `Offering.free`."""
        call = await self._agent.under_way()
        return await (await self._offering(call)).free(name, after)

    async def propose(self, name: str, at: str, note: str) -> Answer:
        """What is to be read to the callee, or what they are to be asked where the time is not free. After a refusal no words are kept."""
        call = await self._agent.under_way(lock=True)
        offer = await (await self._offering(call)).offer(name, at)
        if isinstance(offer, Answer):
            return offer
        is_refused = (call.recording_consent or {}).get("decision") == ConsentDecision.REFUSED
        kept = "" if is_refused else note.strip()[:MOST_NOTE]
        data = {"calendar_id": str(offer.calendar.id), "starts_at": offer.starts_at.isoformat(), "note": kept}
        await self._note(call, _PROPOSED, data | {"read_back": offer.read_back})
        return Answer(read_back=offer.read_back)

    async def store(self) -> Answer:
        """The callee has said yes to the newest proposal. Raises `Conflict` where nothing was read back, or too much was booked."""
        call = await self._agent.under_way(lock=True)
        proposed = await self._calls.last_event(call.id, _PROPOSED)
        if proposed is None:
            raise Conflict("Nothing was read back yet.", code="nothing_proposed")
        said, done = proposed.data, [event for event in await self._calls.events(call.id) if event.kind == _MADE]
        if any(event.data.get("proposal") == str(proposed.id) for event in done):
            return Answer(read_back=said["read_back"])
        if len(done) >= MOST_BOOKINGS:
            raise Conflict(f"At most {MOST_BOOKINGS} bookings can be made in one call.", code="too_many_bookings")
        calendar = await BookingRepository(self._unit.session, call.workspace_id).calendar(uuid.UUID(said["calendar_id"]))
        if calendar is None:
            raise NotFound.of("calendar")
        wanted, note = datetime.fromisoformat(said["starts_at"]), said.get("note", "")
        asked = BookingIn(calendar_id=calendar.id, starts_at=wanted, contact_id=call.contact_id, e164=call.to_e164, note=note)
        try:
            made = await BookingService(self._unit, call.workspace_id).create(asked, Source(call.id, call.assistant_id))
        except Conflict:
            return await (await self._offering(call)).instead(calendar, wanted)
        await self._note(call, _MADE, {"proposal": str(proposed.id), "booking_id": str(made.id)})
        return Answer(read_back=said["read_back"])

    async def _offering(self, call: Call) -> Offering:
        """Of the assistant's calendars only, in the language that the agent of the call speaks."""
        parts = Parts(*await self._calls.order_parts(call))
        language = (parts.contact.language if parts.contact else None) or parts.version.config.get("language") or "en"
        rows, calendars = BookingRepository(self._unit.session, call.workspace_id), await calendars_of_call(self._unit.session, call.id)
        return Offering(rows, calendars, language, self._unit.now)

    async def _note(self, call: Call, kind: str, data: dict[str, Any]) -> None:
        await hear(self._unit, call.id, Testimony("agent", f"{kind}:{new_id()}", kind, self._unit.now, None, data))
