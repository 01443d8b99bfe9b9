"""Times that a callee books in a call: what is free is told, what is wanted is read back, and their own yes books it.

What was proposed stands in the call's ledger, so that only what was read back can be booked, and twice said it is booked once. The
calendars are those of the assistant's version, and the booking is for whoever is called: the model names a calendar and a time, and
nothing else.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from control_plane.bookings.availability import Availability, is_near
from control_plane.bookings.repository import BookingRepository
from control_plane.bookings.schemas import BookingIn
from control_plane.bookings.service import BookingService, Source
from control_plane.calls.agent_service import AgentService
from control_plane.calls.calendar_repository import calendars_of_call
from control_plane.calls.orders import Parts
from control_plane.calls.reducer import Testimony, hear
from control_plane.calls.repository import CallRepository
from control_plane.db.models import Calendar, Call
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.domain.recurrence import Recurrence
from control_plane.domain.slots import near
from control_plane.domain.spoken_read_back import read_back
from control_plane.kit.ids import new_id
from sip_config.contract import ConsentDecision

MOST_BOOKINGS = 3
"""Per call; more is a model that repeats itself."""
_PROPOSED, _MADE = "booking_proposed", "booking_made"
_TOLD, _NEAR = 12, 3
"""Free times that are told at once, and instead of one that is not free."""
_AHEAD = timedelta(days=14)
_MOST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Free times, a question, or what is to be confirmed."""

    free: tuple[str, ...] = ()
    question: str = ""
    read_back: str = ""
    """In the language of the call."""


class BookingsOfCall:
    def __init__(self, unit: Unit, call_id: uuid.UUID, ticket: str) -> None:
        self._unit = unit
        self._agent = AgentService(unit, call_id, ticket)
        self._calls = CallRepository(unit.session)

    async def free(self, name: str, after: str) -> Answer:
        """Times from `after` on, a local time or none, within two weeks: as they are named to `propose`, and in words."""
        call = await self._agent.under_way()
        calendar = await self._calendar(call, name)
        since = _local(after, calendar) if after else self._unit.now
        times = await self._free(calendar, since)
        language = await self._language(call)
        return Answer(free=tuple(f"{_written(at, calendar)} ({_said(at, calendar, language)})" for at in times[:_TOLD]))

    async def propose(self, name: str, at: str, note: str) -> Answer:
        """What is to be read to the callee, or what they are to be asked where the time is not free. After a refusal no words are kept."""
        call = await self._agent.under_way(lock=True)
        calendar = await self._calendar(call, name)
        wanted, language = _local(at, calendar), await self._language(call)
        try:
            await Availability(self._rows(call), calendar, self._unit.now).seat(wanted)
        except Conflict:
            return Answer(question=await self._instead(calendar, wanted, language))
        said = f"{calendar.title or calendar.name}{f', {calendar.place}' if calendar.place else ''}: {_said(wanted, calendar, language)}"
        is_refused = (call.recording_consent or {}).get("decision") == ConsentDecision.REFUSED
        kept = "" if is_refused else note.strip()[:_MOST_NOTE]
        data = {"calendar_id": str(calendar.id), "starts_at": wanted.isoformat(), "note": kept, "read_back": said}
        await self._note(call, _PROPOSED, data)
        return Answer(read_back=said)

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
        calendar = await self._rows(call).calendar(uuid.UUID(said["calendar_id"]))
        if calendar is None:
            raise NotFound.of("calendar")
        wanted, note = datetime.fromisoformat(said["starts_at"]), said.get("note", "")
        asked = BookingIn(calendar_id=calendar.id, starts_at=wanted, contact_id=call.contact_id, e164=call.to_e164, note=note)
        try:
            made = await BookingService(self._unit, call.workspace_id).create(asked, Source(call.id, call.assistant_id))
        except Conflict:
            return Answer(question=await self._instead(calendar, wanted, await self._language(call)))
        await self._note(call, _MADE, {"proposal": str(proposed.id), "booking_id": str(made.id)})
        return Answer(read_back=said["read_back"])

    async def _instead(self, calendar: Calendar, wanted: datetime, language: str) -> str:
        since = max(self._unit.now, wanted - _AHEAD / 2) if is_near(wanted, self._unit.now) else self._unit.now
        times = near(await self._free(calendar, since), wanted, _NEAR)
        if not times:
            return "This time cannot be booked, and none near it is free. Would another week do?"
        return f"This time cannot be booked. Would one of these do: {'; '.join(_said(at, calendar, language) for at in times)}?"

    async def _free(self, calendar: Calendar, since: datetime) -> list[datetime]:
        if not is_near(since, self._unit.now):
            return []
        free = Availability(BookingRepository(self._unit.session, calendar.workspace_id), calendar, self._unit.now)
        zone = ZoneInfo(calendar.time_zone)
        first, last = (at.astimezone(zone).date() for at in (since, since + _AHEAD))
        return [slot.starts_at for slot, _ in await free.between(first, last) if slot.starts_at >= since]

    async def _calendar(self, call: Call, name: str) -> Calendar:
        """Only one of the assistant's."""
        found = next((each for each in await calendars_of_call(self._unit.session, call.id) if each.name == name), None)
        if found is None:
            raise NotFound.of("calendar")
        return found

    async def _language(self, call: Call) -> str:
        """As the agent of the call speaks it."""
        parts = Parts(*await self._calls.order_parts(call))
        return (parts.contact.language if parts.contact else None) or parts.version.config.get("language") or "en"

    def _rows(self, call: Call) -> BookingRepository:
        return BookingRepository(self._unit.session, call.workspace_id)

    async def _note(self, call: Call, kind: str, data: dict[str, Any]) -> None:
        await hear(self._unit, call.id, Testimony("agent", f"{kind}:{new_id()}", kind, self._unit.now, None, data))


def _local(said: str, calendar: Calendar) -> datetime:
    """A time by the calendar's clock. Raises `Invalid`."""
    try:
        at = datetime.fromisoformat(said)
        return (at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(calendar.time_zone))).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise Invalid.field("at", "Write the time like 2026-11-30T15:00.") from error


def _written(at: datetime, calendar: Calendar) -> str:
    return f"{at.astimezone(ZoneInfo(calendar.time_zone)):%Y-%m-%dT%H:%M}"


def _said(at: datetime, calendar: Calendar, language: str) -> str:
    return read_back(Recurrence(time_zone=calendar.time_zone, run_at=at), language)
