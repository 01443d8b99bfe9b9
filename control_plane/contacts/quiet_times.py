"""Quiet times of a contact: kept here, heeded by the gate of every call."""

import uuid

import msgspec

from control_plane.audit.service import record
from control_plane.contacts.quiet_schemas import QuietTimes
from control_plane.contacts.repository import ContactRepository
from control_plane.contacts.waiting import look_again
from control_plane.db.models import Contact
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.domain.quiet_times import require_hours_left
from control_plane.webhooks.events import emit


async def read_quiet_times(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID) -> QuietTimes:
    contact = await ContactRepository(unit.session, workspace_id).find(contact_id)
    return _shown(_there(contact))


async def set_quiet_times(unit: Unit, workspace_id: uuid.UUID, contact_id: uuid.UUID, wanted: QuietTimes) -> QuietTimes:
    """Replaces them as a whole. Raises `NotFound`, and `Invalid` when next to nothing is left of the week."""
    await look_again(unit, workspace_id, contact_id)
    rows = ContactRepository(unit.session, workspace_id)
    contact = _there(await rows.find(contact_id, lock=True))
    ranges = msgspec.to_builtins(wanted.ranges)
    require_hours_left(ranges)
    before, contact.quiet_times = contact.quiet_times, ranges
    await rows.save(contact)
    record(unit, workspace_id, "contact.quiet_times_set", "contact", contact.id, {"ranges": before}, {"ranges": ranges})
    data = {"contact_id": contact.id, "changed": ["quiet_times"], "url": f"/api/v1/contacts/{contact.id}"}
    await emit(unit, workspace_id, "contact.updated", data)
    return _shown(contact)


def _there(contact: Contact | None) -> Contact:
    if contact is None:
        raise NotFound.of("contact")
    return contact


def _shown(contact: Contact) -> QuietTimes:
    return msgspec.convert({"ranges": contact.quiet_times}, QuietTimes)
