"""One reading of a calendar: fetched outside of any transaction, then every appointment that is other is changed in one of its own.

The claim puts the next reading off before this one begins, so that one worker reads, and a reading that dies is begun again at the next
time.
"""

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec

from control_plane.appointments.feed_reading import MOST_PROBLEMS, Entry, NotACalendar, Reading, read
from control_plane.appointments.feed_repository import FeedRepository, take_feed
from control_plane.appointments.followed_calendar import etag_to_ask_with, fetch, wait_after
from control_plane.appointments.schemas import AppointmentIn, AppointmentPatch
from control_plane.appointments.service import AppointmentService
from control_plane.calls.lookup_repository import LookupRepository
from control_plane.db.models import Appointment
from control_plane.db.one_by_one import one_by_one
from control_plane.db.unit import Unit, open_unit
from control_plane.domain import phone
from control_plane.domain.errors import Invalid
from control_plane.kit import metrics
from control_plane.kit.outbound import NotDelivered
from control_plane.kit.outbound_guard import Forbidden


@dataclass(frozen=True, slots=True)
class Order:
    """A feed as it was when its reading began."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    url_sealed: str
    etag: str
    """Empty for a whole reading."""
    time_zone: str
    assistant_id: uuid.UUID
    reminder_offsets_s: list[int]


@dataclass(slots=True)
class Plan:
    """What is other than the calendar says now."""

    changes: list["Change"] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("created", "changed", "canceled", "unmatched"), 0))


@dataclass(frozen=True, slots=True)
class Change:
    """Of one appointment: to be made (without an id), changed, or given up."""

    appointment_id: uuid.UUID | None
    given: dict[str, Any]
    is_withdrawn: bool = False
    is_replaced: bool = False
    """It is somebody else's now: the old one goes, and a new one is made."""


async def refresh(ctx: dict[str, Any], feed_id: uuid.UUID) -> None:
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        order = await _claim(unit, feed_id)
    if order is None:
        return
    try:
        found = await fetch(ctx, order.url_sealed, order.etag)
        if found.status == 304:
            await _note(ctx, order, {"refreshed_at": ctx["clock"].now()}, "as_before")
            return
        reading = await asyncio.to_thread(read, found.body, ctx["clock"].now(), order.time_zone)
    except (NotDelivered, Forbidden, NotACalendar) as error:
        await _note(ctx, order, {}, "failed", str(error))
        return
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        plan = await _compare(unit, order, reading)
    await one_by_one(ctx, carry_out, [(order, change) for change in plan.changes])
    now = ctx["clock"].now()
    problems = [{"message": sentence, "starts_at": at.isoformat() if at else None} for at, sentence in reading.problems]
    counts = {"events": reading.events, "upcoming": len(reading.entries), **plan.counts}
    facts = {"refreshed_at": now, "read_at": now, "etag": found.etag[:200], "counts": counts, "problems": problems}
    await _note(ctx, order, facts, "read")


async def carry_out(unit: Unit, order: Order, change: Change) -> None:
    """One appointment, as its calendar has it now."""
    service, rows = AppointmentService(unit, order.workspace_id), FeedRepository(unit.session, order.workspace_id)
    feed = await rows.find(order.id)
    if feed is None:
        return
    if change.is_replaced and change.appointment_id is not None:
        await service.delete(change.appointment_id)
    if change.appointment_id is None or change.is_replaced:
        made = await service.create(_as(AppointmentIn, change.given))
        await rows.mark(made.id, feed_id=order.id, is_withdrawn=False)
        return
    await service.update(change.appointment_id, _as(AppointmentPatch, change.given))
    await rows.mark(change.appointment_id, feed_id=order.id, is_withdrawn=change.is_withdrawn)


async def _claim(unit: Unit, feed_id: uuid.UUID) -> Order | None:
    row = await take_feed(unit.session, feed_id, unit.now)
    if row is None:
        return None
    row.next_refresh_at = unit.now + timedelta(seconds=row.refresh_every_s)
    etag = etag_to_ask_with(row.etag, row.read_at, unit.now)
    return Order(row.id, row.workspace_id, row.url_sealed, etag, row.time_zone, row.assistant_id, row.reminder_offsets_s)


async def _note(ctx: dict[str, Any], order: Order, facts: dict[str, Any], result: str, error: str = "") -> None:
    """How it went. After failures the next reading comes later."""
    async with open_unit(ctx["sessions"], ctx["queue"], ctx["clock"], actor="system") as unit:
        row = await FeedRepository(unit.session, order.workspace_id).find(order.id, lock=True)
        if row is None:
            return
        unit.once_committed(metrics.FEED_READINGS.labels(result).inc)
        row.error, row.failures = error, row.failures + 1 if error else 0
        if error:
            later = unit.now + wait_after(row.failures, timedelta(seconds=row.refresh_every_s))
            row.next_refresh_at = max(row.next_refresh_at, later)
        for name, value in facts.items():
            setattr(row, name, value)


async def _compare(unit: Unit, order: Order, reading: Reading) -> Plan:
    rows, plan = FeedRepository(unit.session, order.workspace_id), Plan()
    known = {row.external_id: row for row in await rows.to_come(order.id, unit.now)}
    people = await _People.of(unit, order, reading.entries)
    seen: set[str] = set()
    for entry in reading.entries:
        key = f"ical:{order.id.hex}:{entry.key}"
        seen.add(key)
        row = known.get(key)
        if entry.is_canceled:
            _give_up(plan, row)
            continue
        whom = people.whom(entry)
        if isinstance(whom, str):
            plan.counts["unmatched"] += 1
            if len(reading.problems) < MOST_PROBLEMS:
                reading.complain(entry.starts_at, whom)
            _give_up(plan, row)
            continue
        _follow(plan, order, row, entry, key, whom)
    for key, row in known.items():
        if key not in seen:
            _give_up(plan, row)
    return plan


def _follow(plan: Plan, order: Order, row: Appointment | None, entry: Entry, key: str, whom: uuid.UUID) -> None:
    said = {"starts_at": entry.starts_at, "time_zone": entry.time_zone, "title": entry.title, "place": entry.place}
    whole = said | {"contact_id": whom, "assistant_id": order.assistant_id, "external_id": key}
    whole["reminder_offsets_s"] = order.reminder_offsets_s
    if row is None:
        plan.counts["created"] += 1
        plan.changes.append(Change(None, whole))
    elif row.contact_id != whom:
        plan.counts["changed"] += 1
        plan.changes.append(Change(row.id, whole, is_replaced=True))
    else:
        other = {name: value for name, value in said.items() if getattr(row, name) != value}
        other |= {"status": "scheduled"} if row.is_withdrawn else {}
        if other:
            plan.counts["changed"] += 1
            plan.changes.append(Change(row.id, other))


def _give_up(plan: Plan, row: Appointment | None) -> None:
    if row is not None and row.status != "canceled":
        plan.counts["canceled"] += 1
        plan.changes.append(Change(row.id, {"status": "canceled"}, is_withdrawn=True))


@dataclass(frozen=True, slots=True)
class _People:
    """The contacts that a file's clues lead to."""

    numbers: dict[str, str]
    """As written, and in E.164."""
    by_number: dict[str, set[uuid.UUID]]
    by_email: dict[str, set[uuid.UUID]]

    @classmethod
    async def of(cls, unit: Unit, order: Order, entries: Iterable[Entry]) -> "_People":
        country = (await LookupRepository(unit.session, order.workspace_id).workspace()).default_country
        written = {number for entry in entries for number in entry.numbers}
        numbers = {text: e164 for text in written if (e164 := _e164(text, country))}
        rows = FeedRepository(unit.session, order.workspace_id)
        emails = {email for entry in entries for email in entry.emails}
        return cls(numbers, await rows.by_number(set(numbers.values())), await rows.by_email(emails) if emails else {})

    def whom(self, entry: Entry) -> uuid.UUID | str:
        """The contact, or why there is none. A number says more than an address, which families share."""
        for clues, found in ((self._e164s(entry), self.by_number), (entry.emails, self.by_email)):
            contacts = {contact_id for clue in clues for contact_id in found.get(clue, ())}
            if len(contacts) == 1:
                return contacts.pop()
            if contacts:
                return "Several contacts are named in this entry."
        return "No contact has a number or an e-mail address that this entry names."

    def _e164s(self, entry: Entry) -> list[str]:
        return [self.numbers[text] for text in entry.numbers if text in self.numbers]


def _e164(text: str, country: str) -> str:
    try:
        return phone.require(text, country)
    except Invalid:
        return ""


def _as(kind: type[Any], given: dict[str, Any]) -> Any:
    """With the bounds of the API."""
    return msgspec.convert(msgspec.to_builtins(given), kind)
