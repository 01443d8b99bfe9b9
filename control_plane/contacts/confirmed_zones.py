"""In which time zone a contact is, said by somebody who knows it: the explicit way past what number, address and list say.

Those can contradict each other so that no hour is left in common, and then nobody calls (rules/places). Whoever has asked the person may
say so with the evidence; it is written to the audit log, stays until it is taken back, and changes no rule but where its hours are counted.
"""

import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from control_plane.audit.service import record
from control_plane.contacts.repository import ContactRepository
from control_plane.contacts.schemas import ZoneName
from control_plane.contacts.service import require_zone
from control_plane.contacts.waiting import look_again
from control_plane.db.models import Contact
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.webhooks.events import emit

_WORDS = r"[^\x00-\x20]"
Evidence = Annotated[str, Meta(max_length=1_000, pattern=_WORDS, examples=["Said in the call of 12 May that she has moved to Tokyo."])]


class ConfirmedZoneIn(Struct, forbid_unknown_fields=True):
    time_zone: ZoneName
    evidence: Evidence
    """How it is known: who asked the person, when, and what they said."""


class ConfirmedZone(Struct):
    """All null where nobody has confirmed anything."""

    time_zone: str | None
    evidence: str | None
    confirmed_by: str | None
    """`key:<id>` or `user:<id>`, as in the audit log."""
    confirmed_at: datetime | None

    @classmethod
    def of(cls, row: Contact) -> "ConfirmedZone":
        said = row.zone_confirmation
        if said is None:
            return cls(None, None, None, None)
        return cls(row.confirmed_zone, said["evidence"], said["by"], datetime.fromisoformat(said["at"]))


class ConfirmedZones:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ContactRepository(unit.session, workspace_id)

    async def read(self, contact_id: uuid.UUID) -> ConfirmedZone:
        """Raises `NotFound`."""
        return ConfirmedZone.of(await self._find(contact_id))

    async def confirm(self, contact_id: uuid.UUID, said: ConfirmedZoneIn) -> ConfirmedZone:
        """Raises `NotFound`, and `Invalid` for what is no time zone."""
        require_zone(said.time_zone, "time_zone")
        await look_again(self._unit, self._workspace_id, contact_id)
        contact = await self._find(contact_id, lock=True)
        confirmation = {"evidence": said.evidence, "by": self._unit.actor, "at": self._unit.now.isoformat()}
        await self._become(contact, said.time_zone, confirmation)
        return ConfirmedZone.of(contact)

    async def take_back(self, contact_id: uuid.UUID) -> None:
        """Number, address and list count again. Raises `NotFound`."""
        await look_again(self._unit, self._workspace_id, contact_id)
        contact = await self._find(contact_id, lock=True)
        if contact.confirmed_zone is not None:
            await self._become(contact, None, None)

    async def _become(self, contact: Contact, zone: str | None, confirmation: dict[str, str] | None) -> None:
        before = _told(contact)
        contact.confirmed_zone, contact.zone_confirmation = zone, confirmation
        await self._rows.save(contact)
        action = "contact.zone_confirmed" if zone is not None else "contact.zone_unconfirmed"
        record(self._unit, self._workspace_id, action, "contact", contact.id, before, _told(contact))
        data = {"contact_id": contact.id, "changed": ["confirmed_zone"], "url": f"/api/v1/contacts/{contact.id}"}
        await emit(self._unit, self._workspace_id, "contact.updated", data)

    async def _find(self, contact_id: uuid.UUID, *, lock: bool = False) -> Contact:
        contact = await self._rows.find(contact_id, lock=lock)
        if contact is None:
            raise NotFound.of("contact")
        return contact


def _told(contact: Contact) -> dict[str, str] | None:
    """What the audit log keeps."""
    said = contact.zone_confirmation
    return None if said is None else {"time_zone": contact.confirmed_zone or "", "evidence": said["evidence"]}
