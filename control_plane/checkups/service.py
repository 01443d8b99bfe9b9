"""Check-ups as people edit them: the calls to the person are those of a schedule, which this keeps in step. What follows from missed ones
is in `escalating`."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.calls.service import CallService
from control_plane.checkups.repository import CheckUpRepository, safety_contact
from control_plane.checkups.schemas import CheckUpIn, CheckUpOut, CheckUpPatch, Escalation, EscalationOut, SafetyContact
from control_plane.db.models import CheckUp, CheckUpEscalation, Contact
from control_plane.db.unit import Unit
from control_plane.domain.checkup import Day, Frequency, TimeOfDay, Times, agenda_of, times_of
from control_plane.domain.errors import Invalid, NotFound
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.schedules.plans import view_of
from control_plane.schedules.schemas import NewSchedule, SchedulePatch
from control_plane.schedules.service import ScheduleService

PATIENCE_S = 1800
"""How long a call of a check-up may wait for its turn, beside what its repetitions take."""
_OF_THE_CALL = ("busy", "no_answer", "rejected", "unreachable", "voicemail", "silence", "call_screen", "ivr", "hung_up_early")
_OF_OURS = ("agent_failure", "lost", "announcement", "blocked_analytics")
_REPEATED = (*_OF_THE_CALL, *_OF_OURS)
"""Ends after which the person is called again soon: nobody has said that they are well. What went wrong with us or in the network is no
reason to leave them, and those whom they have named, waiting for hours."""
_PLANNED = ("frequency", "day", "time_of_day")
_TRIES = ("tries", "try_every_s")


class CheckUpService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = CheckUpRepository(unit.session, workspace_id)
        self._schedules = ScheduleService(unit, workspace_id)

    async def create(self, data: CheckUpIn) -> CheckUpOut:
        """Raises `NotFound` for a foreign contact or assistant, `Invalid` for a safety network that makes no sense."""
        contact = await self._contact(data.contact_id)
        await self._check(data.contact_id, data.safety_contacts, data.escalation)
        checkup_id, zone = new_id(), await self._zone(contact)
        first = _date(self._unit.now, zone)
        times = times_of(data.frequency, data.time_of_day, data.day, first, str(contact.id))
        schedule = await self._schedules.create(
            NewSchedule(
                name=f"{data.checkup_type.replace('_', ' ').capitalize()} check-up",
                assistant_id=data.assistant_id,
                contact_id=contact.id,
                time_zone=zone,
                **_repeats(data.tries, data.try_every_s),
                agenda=data.agenda or agenda_of(data.checkup_type),
                metadata={"checkup_id": str(checkup_id), "checkup_type": data.checkup_type},
                **_recurrence(times, first),
            )
        )
        plain = {name: getattr(data, name) for name in ("checkup_type", "method", "agenda", *_TRIES, *_PLANNED)}
        row = CheckUp(id=checkup_id, workspace_id=self._workspace_id, contact_id=contact.id, schedule_id=schedule.id, **plain)
        row.escalation, row.created_at = msgspec.to_builtins(data.escalation), self._unit.now
        row.safety_contacts = self._network(row, data.safety_contacts)
        await self._rows.add(row)
        record(self._unit, self._workspace_id, "checkup.created", "checkup", row.id, None, _trail(row))
        return await self._out(row)

    async def get(self, checkup_id: uuid.UUID) -> CheckUpOut:
        return await self._out(await self._find(checkup_id))

    async def listing(self, limit: int, cursor: str | None, contact_id: uuid.UUID | None) -> Page[CheckUpOut]:
        page = await page_of(self._unit.session, self._rows.listing(contact_id), CheckUp.id, lambda row: row, limit=limit, cursor=cursor)
        return Page(await self._outs(page.items), page.next_cursor)

    async def escalations(self, checkup_id: uuid.UUID, limit: int, cursor: str | None) -> Page[EscalationOut]:
        query = self._rows.escalations((await self._find(checkup_id)).id)
        return await page_of(self._unit.session, query, CheckUpEscalation.id, EscalationOut.of, limit=limit, cursor=cursor)

    async def update(self, checkup_id: uuid.UUID, data: CheckUpPatch, if_match: str | None = None) -> CheckUpOut:
        """Change what was sent; the safety network is replaced as a whole. A changed time counts from now on."""
        row = await self._find(checkup_id, lock=True)
        require_match(if_match, await self._out(row), CheckUpPatch)
        before, changes = _trail(row), {name: v for name in data.__struct_fields__ if (v := getattr(data, name)) is not UNSET}
        if "safety_contacts" in changes or "escalation" in changes:
            escalation = changes.get("escalation", msgspec.convert(row.escalation, Escalation))
            await self._check(row.contact_id, changes.get("safety_contacts", ()), escalation)
            row.escalation = msgspec.to_builtins(escalation)
        if "safety_contacts" in changes:
            row.safety_contacts.clear()
            await self._unit.session.flush()
            row.safety_contacts = self._network(row, changes["safety_contacts"])
        for name in ("checkup_type", "agenda", *_TRIES, *_PLANNED):
            setattr(row, name, changes.get(name, getattr(row, name)))
        row.updated_at = self._unit.now
        await self._rows.save(row)
        await self._follow(row, changes)
        record(self._unit, self._workspace_id, "checkup.updated", "checkup", row.id, before, _trail(row))
        return await self._out(row)

    async def follow_person(self, checkup_id: uuid.UUID) -> None:
        """The person's day passes in another zone now, and "every morning" means theirs. A run that is due already is carried out."""
        row = await self._rows.find(checkup_id, lock=True)
        if row is not None:
            await self._follow(row, {"time_of_day": row.time_of_day})

    async def delete(self, checkup_id: uuid.UUID) -> None:
        """With its schedule; calls that were made stay in the ledger, those that wait to be dialled are ended."""
        for call_id in await self._rows.waiting_calls(checkup_id):
            await CallService(self._unit, self._workspace_id).end(call_id)
        row = await self._find(checkup_id, lock=True)
        record(self._unit, self._workspace_id, "checkup.deleted", "checkup", row.id, _trail(row), None)
        await self._schedules.delete(row.schedule_id)

    async def _follow(self, row: CheckUp, changes: dict[str, Any]) -> None:
        """Keep the schedule in step."""
        patch: dict[str, Any] = {name: changes[name] for name in ("assistant_id",) if name in changes}
        if changes.keys() & {"agenda", "checkup_type"}:
            patch["agenda"] = row.agenda or agenda_of(row.checkup_type)
            patch["metadata"] = {"checkup_id": str(row.id), "checkup_type": row.checkup_type}
        if changes.keys() & set(_TRIES):
            patch |= _repeats(row.tries, row.try_every_s)
        if changes.keys() & set(_PLANNED):
            zone = await self._zone(await self._contact(row.contact_id))
            # From the day of its making, so that a change of the hour moves no week and no day of the month.
            first = _date(row.created_at, zone)
            frequency, time_of_day, day = cast(Frequency, row.frequency), cast(TimeOfDay, row.time_of_day), cast(Day | None, row.day)
            times = times_of(frequency, time_of_day, day, first, str(row.contact_id))
            patch |= _recurrence(times, first) | {"time_zone": zone}
        if patch:
            await self._schedules.update(row.schedule_id, SchedulePatch(**patch))
        if "state" in changes:
            await (self._schedules.pause if changes["state"] == "paused" else self._schedules.resume)(row.schedule_id)

    async def _check(self, contact_id: uuid.UUID, network: Sequence[SafetyContact], escalation: Escalation) -> None:
        ids = [each.contact_id for each in network]
        if contact_id in ids:
            raise Invalid.field("safety_contacts", "Nobody is their own safety contact.")
        if len(set(ids)) < len(ids):
            raise Invalid.field("safety_contacts", "Each safety contact may stand there once.")
        if len(await self._rows.contacts(ids)) < len(ids):
            raise NotFound.of("contact")
        if escalation.assistant_id is not None:
            await LookupRepository(self._unit.session, self._workspace_id).active_assistant(escalation.assistant_id)

    def _network(self, row: CheckUp, network: Sequence[SafetyContact]) -> list[Any]:
        return [
            safety_contact(row.id, self._workspace_id, each.contact_id, place, each.consent) for place, each in enumerate(network, start=1)
        ]

    async def _zone(self, contact: Contact) -> str:
        """Where the person's day passes, as far as it is known; of several zones of a number the first is as good as any, since the gate
        asks all of them."""
        of_numbers = (zone for phone in contact.phones for zone in phone.time_zones)
        return contact.confirmed_zone or contact.time_zone or next(of_numbers, None) or (await self._rows.workspace()).time_zone

    async def _contact(self, contact_id: uuid.UUID) -> Contact:
        contact = (await self._rows.contacts([contact_id])).get(contact_id)
        if contact is None:
            raise NotFound.of("contact")
        return contact

    async def _find(self, checkup_id: uuid.UUID, *, lock: bool = False) -> CheckUp:
        row = await self._rows.find(checkup_id, lock=lock)
        if row is None:
            raise NotFound.of("checkup")
        return row

    async def _out(self, row: CheckUp) -> CheckUpOut:
        return (await self._outs([row]))[0]

    async def _outs(self, rows: Sequence[CheckUp]) -> list[CheckUpOut]:
        schedules, counts = await self._rows.schedules(rows), await self._rows.counts(rows)
        last, shown = await self._rows.last_escalations(rows), []
        for row in rows:
            schedule = schedules[row.schedule_id]
            shown.append(CheckUpOut.of(row, schedule, view_of(schedule).in_words, counts[schedule.id], last.get(row.id)))
        return shown


def _date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _recurrence(times: Times, first: date) -> dict[str, Any]:
    """As a schedule takes it. The week of `first` is the one that an interval is counted from."""
    return {"cron": times.cron, "interval": times.interval, "starts_on": first if times.interval > 1 else None}


def _repeats(tries: int, every_s: int) -> dict[str, Any]:
    """As a schedule takes them: soon again, whatever the usual ladder says. Our own failure is repeated once more by every schedule."""
    ladder = {name: {"delays_s": [every_s] * (tries - 1)} for name in _REPEATED} if tries > 1 else {}
    return {"attempts": {"max_total": tries, "ladder": ladder}, "latest_start_s": PATIENCE_S + (tries - 1) * every_s}


def _trail(row: CheckUp) -> dict[str, Any]:
    """For the audit trail: nobody's words."""
    names = ("contact_id", "schedule_id", "checkup_type", "frequency", "day", "time_of_day", *_TRIES)
    network = [each.contact_id for each in row.safety_contacts]
    return {name: getattr(row, name) for name in names} | {"safety_contacts": network}
