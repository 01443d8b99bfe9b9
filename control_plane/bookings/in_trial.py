"""Times that are booked in a trial: what is free really, what is wanted read back as in a call, and what is agreed held in the trial alone.

Nobody else's time is taken, because no booking is stored; but the trial sees its own as taken, and all of it goes with the trial.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from control_plane.bookings.offering import MOST_BOOKINGS, MOST_NOTE, Answer, Offering
from control_plane.bookings.repository import BookingRepository
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound
from control_plane.domain.slots import Held
from control_plane.trials.drafts import calendars_of_trial, drafted
from control_plane.trials.room import About, Note, TrialRoom

PROPOSED, BOOKED = "booking_proposed", "booking_shown"


class BookingsOfTrial:
    def __init__(self, unit: Unit, room: TrialRoom, trial_id: uuid.UUID, about: About) -> None:
        self._unit, self._room, self._trial_id, self._about = unit, room, trial_id, about

    async def free(self, name: str, after: str) -> Answer:
        """As `Offering.free`."""
        return await (await self._offering()).free(name, after)

    async def propose(self, name: str, at: str, note: str) -> Answer:
        """As in a call."""
        offer = await (await self._offering()).offer(name, at)
        if isinstance(offer, Answer):
            return offer
        data = {"calendar_id": str(offer.calendar.id), "calendar": offer.calendar.name, "starts_at": offer.starts_at.isoformat()}
        await self._note(PROPOSED, data | {"note": note.strip()[:MOST_NOTE], "read_back": offer.read_back})
        return Answer(read_back=offer.read_back)

    async def store(self) -> Answer:
        """Hold what was proposed last. Raises `Conflict` as in a call."""
        proposed, done = await self._room.notes(self._trial_id, PROPOSED), await self._room.notes(self._trial_id, BOOKED)
        if not proposed:
            raise Conflict("Nothing was read back yet.", code="nothing_proposed")
        said = proposed[-1].data
        if any(note.data["proposal"] == len(proposed) for note in done):
            return Answer(read_back=said["read_back"])
        if len(done) >= MOST_BOOKINGS:
            raise Conflict(f"At most {MOST_BOOKINGS} bookings can be made in one call.", code="too_many_bookings")
        calendar = next((each for each in await calendars_of_trial(self._about, self._unit) if str(each.id) == said["calendar_id"]), None)
        if calendar is None:
            raise NotFound.of("calendar")
        offering, wanted = await self._offering(), datetime.fromisoformat(said["starts_at"])
        found = await offering.seat(calendar, wanted)
        if found is None:
            return await offering.instead(calendar, wanted)
        slot, seat = found
        await self._note(BOOKED, said | {"proposal": len(proposed), "held_until": slot.held_until.isoformat(), "seat": seat})
        return Answer(read_back=said["read_back"])

    async def _offering(self) -> Offering:
        _, order = await drafted(self._about, self._unit)
        rows = _WithOwn(self._unit, self._about.workspace_id, await self._room.notes(self._trial_id, BOOKED))
        return Offering(rows, await calendars_of_trial(self._about, self._unit), order.language, self._unit.now)

    async def _note(self, kind: str, data: dict[str, Any]) -> None:
        await self._room.note(self._trial_id, Note(kind, self._unit.now, data), self._about.workspace_id)


class _WithOwn(BookingRepository):
    """Sees as taken what everybody has booked, and what the trial has."""

    def __init__(self, unit: Unit, workspace_id: uuid.UUID, booked: Iterable[Note]) -> None:
        super().__init__(unit.session, workspace_id)
        self._booked = [(note.data["calendar_id"], _held(note.data)) for note in booked]

    async def held(self, calendar_id: uuid.UUID, since: datetime, until: datetime, but_for: uuid.UUID | None = None) -> list[Held]:
        own = [held for calendar, held in self._booked if calendar == str(calendar_id) and held.starts_at < until and held.until > since]
        return await super().held(calendar_id, since, until, but_for) + own


def _held(data: dict[str, Any]) -> Held:
    return Held(datetime.fromisoformat(data["starts_at"]), datetime.fromisoformat(data["held_until"]), data["seat"])
