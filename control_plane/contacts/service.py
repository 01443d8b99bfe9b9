"""Contacts: people with their numbers."""

import uuid
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, UnsetType, structs

from control_plane.audit.service import record
from control_plane.contacts.dead_number_repository import DeadNumberRepository
from control_plane.contacts.places import is_zone
from control_plane.contacts.repository import ContactRepository, ListRepository
from control_plane.contacts.schemas import ContactIn, ContactOut, ContactPatch, PhoneIn
from control_plane.contacts.waiting import look_again
from control_plane.db.models import Contact, ContactPhone
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.webhooks.events import emit

_PLAIN_FIELDS = ("name", "email", "language", "time_zone", "score", "attributes")
_SEEN_BY_THE_GATE = ("phones", "time_zone", "attributes")
"""What may open it: another number, or a word on where the person is."""
_MOST_ATTRIBUTES = 200


class ContactService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ContactRepository(unit.session, workspace_id)
        self._lists = ListRepository(unit.session, workspace_id)

    async def create(self, data: ContactIn) -> ContactOut:
        """A contact, on the lists that are named. Raises `Invalid` naming the field, `NotFound` for a foreign list."""
        _check(data.time_zone, data.attributes)
        list_ids = list(dict.fromkeys(data.contact_list_ids))
        if len(await self._lists.owned(list_ids)) != len(list_ids):
            raise NotFound.of("contact list")
        plain = {name: getattr(data, name) for name in _PLAIN_FIELDS}
        contact = Contact(id=new_id(), workspace_id=self._workspace_id, **plain)
        contact.phones = self._phones(data.phones, {})
        await self._rows.add(contact)
        await self._confirm(contact, data.phones)
        for list_id in list_ids:
            await self._lists.put_members(list_id, [contact.id])
            self._unit.nudges.add("enroll_list", list_id)
        record(self._unit, self._workspace_id, "contact.created", "contact", contact.id, None, structs.asdict(data) | _ids(list_ids))
        await self._tell("contact.created", contact.id, [])
        return ContactOut.of(contact)

    async def get(self, contact_id: uuid.UUID) -> ContactOut:
        return ContactOut.of(await self._find(contact_id))

    async def listing(
        self, limit: int, cursor: str | None, *, q: str | None, e164: str | None, list_id: uuid.UUID | None
    ) -> Page[ContactOut]:
        if list_id is not None and not await self._lists.owned([list_id]):
            raise NotFound.of("contact list")
        query = self._rows.listing(q=q, e164=e164 and phone.require(e164), list_id=list_id)
        return await page_of(self._unit.session, query, Contact.id, ContactOut.of, limit=limit, cursor=cursor)

    async def update(self, contact_id: uuid.UUID, data: ContactPatch, if_match: str | None = None) -> ContactOut:
        """Change what was sent; numbers and attributes are replaced as a whole."""
        if any(getattr(data, name) is not UNSET for name in _SEEN_BY_THE_GATE):
            await look_again(self._unit, self._workspace_id, contact_id)
        contact = await self._find(contact_id, lock=True)
        require_match(if_match, ContactOut.of(contact), ContactPatch)
        changes = {name: value for name in (*_PLAIN_FIELDS, "lead_status") if (value := getattr(data, name)) is not UNSET}
        _check(changes.get("time_zone"), changes.get("attributes"))
        before = {name: getattr(contact, name) for name in changes}
        for name, value in changes.items():
            setattr(contact, name, value)
        if not isinstance(data.phones, UnsetType):
            known = {row.e164: row for row in contact.phones}
            before["phones"], changes["phones"] = sorted(known), [p.e164 for p in data.phones]
            contact.phones = self._phones(data.phones, known)
        await self._rows.save(contact)
        await self._confirm(contact, [] if isinstance(data.phones, UnsetType) else data.phones)
        record(self._unit, self._workspace_id, "contact.updated", "contact", contact.id, before, changes)
        await self._tell("contact.updated", contact.id, sorted(changes))
        return ContactOut.of(contact)

    async def _confirm(self, contact: Contact, given: Sequence[PhoneIn]) -> None:
        """Somebody has made sure of some of the contact's numbers, which are saved."""
        sure = sorted({phone.require(item.e164) for item in given if item.is_confirmed})
        dead = {row.e164 for row in contact.phones if row.dead_reason and row.e164 in sure}
        rows = DeadNumberRepository(self._unit.session, self._workspace_id)
        numbers = sorted(dead | await rows.among(sure))
        if numbers:
            await rows.confirm(numbers, self._unit.now)
            record(self._unit, self._workspace_id, "contact.numbers_confirmed", "contact", contact.id, None, {"phones": numbers})

    async def _tell(self, event_type: str, contact_id: uuid.UUID, changed: list[str]) -> None:
        data = {"contact_id": contact_id, "changed": changed, "url": f"/api/v1/contacts/{contact_id}"}
        await emit(self._unit, self._workspace_id, event_type, data)

    async def delete(self, contact_id: uuid.UUID) -> None:
        """Forget the person; calls that were made stay in the ledger with their number, and none is left that would still be made."""
        contact = await self._find(contact_id, lock_out=True)
        if await self._rows.is_in_call(contact_id):
            raise Conflict("A call to this contact is under way; delete it when the call has ended.", code="contact_in_call")
        if waiting := await self._rows.unfinished_call(contact_id):
            said = f"A call to this contact, or about it, is not over ({waiting}); end that first (POST /calls/{{id}}/end)."
            raise Conflict(said, code="contact_is_waited_for")
        if await self._rows.is_held(contact):
            raise Conflict("A legal hold keeps this contact; release it first.", code="legal_hold")
        record(self._unit, self._workspace_id, "contact.deleted", "contact", contact_id, {"name": contact.name}, None)
        await self._rows.delete(contact)

    def _phones(self, given: Sequence[PhoneIn], known: dict[str, ContactPhone]) -> list[ContactPhone]:
        """Rows for the numbers; a row that is `known` is kept, so that its identity does not change."""
        rows: dict[str, ContactPhone] = {}
        for i, item in enumerate(given):
            e164 = phone.require(item.e164, field=f"phones[{i}].e164")
            if e164 in rows:
                raise Invalid.field(f"phones[{i}].e164", "The contact has this number twice.")
            for zone in item.time_zones:
                require_zone(zone, f"phones[{i}].time_zones")
            row = known.get(e164) or ContactPhone(id=new_id(), workspace_id=self._workspace_id, e164=e164)
            row.kind, row.priority = item.kind, item.priority or i
            row.time_zones = item.time_zones or list(phone.time_zones(e164))
            rows[e164] = row
        return list(rows.values())

    async def _find(self, contact_id: uuid.UUID, *, lock: bool = False, lock_out: bool = False) -> Contact:
        contact = await self._rows.find(contact_id, lock=lock, lock_out=lock_out)
        if contact is None:
            raise NotFound.of("contact")
        return contact


def _check(time_zone: str | None, attributes: dict[str, Any] | None) -> None:
    if time_zone is not None:
        require_zone(time_zone, "time_zone")
    if attributes is not None and len(attributes) > _MOST_ATTRIBUTES:
        raise Invalid.field("attributes", f"A contact has at most {_MOST_ATTRIBUTES} attributes.")


def require_zone(name: str, field: str) -> None:
    """Raises `Invalid` on `field`."""
    if not is_zone(name):
        raise Invalid.field(field, f"The time zone {name!r} is not known; write it like America/New_York.")


def _ids(list_ids: list[uuid.UUID]) -> dict[str, Any]:
    return {"contact_list_ids": [str(list_id) for list_id in list_ids], "phones": []}
