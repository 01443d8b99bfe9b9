"""A contact's memory as people see, change and erase it. The trail says how much was changed, and repeats nobody's words."""

import uuid

from control_plane.audit.service import record
from control_plane.contacts.repository import ContactRepository
from control_plane.db.models import ContactFact
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.ids import new_id
from control_plane.memory.repository import MemoryRepository
from control_plane.memory.schemas import FactIn, FactOut, MemoryIn, MemoryOut


class MemoryService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = MemoryRepository(unit.session, workspace_id)
        self._contacts = ContactRepository(unit.session, workspace_id)

    async def get(self, contact_id: uuid.UUID) -> MemoryOut:
        """Raises `NotFound`."""
        await self._require(contact_id)
        return MemoryOut(contact_id, [FactOut.of(row) for row in await self._rows.all(contact_id)])

    async def replace(self, contact_id: uuid.UUID, wanted: MemoryIn) -> MemoryOut:
        """Raises `NotFound`, `Conflict` under a legal hold, and `Invalid` for an id that is no fact of this contact."""
        await self._require(contact_id, lock=True)
        known = {row.id: row for row in await self._rows.all(contact_id)}
        for place, fact in enumerate(wanted.facts):
            if not fact.text.strip():
                raise Invalid.field(f"facts[{place}].text", "A fact says something.")
            if fact.id is not None and fact.id not in known:
                raise Invalid.field(f"facts[{place}].id", "This contact has no such fact.")
        kept = {fact.id for fact in wanted.facts}
        await self._rows.forget([fact_id for fact_id in known if fact_id not in kept])
        for fact in wanted.facts:
            await self._put(contact_id, known.get(fact.id) if fact.id is not None else None, fact)
        await self._unit.session.flush()
        counts = ({"facts": len(known)}, {"facts": len(wanted.facts)})
        record(self._unit, self._workspace_id, "contact.memory_changed", "contact", contact_id, *counts)
        return await self.get(contact_id)

    async def forget(self, contact_id: uuid.UUID) -> None:
        """Raises `NotFound`, and `Conflict` under a legal hold."""
        await self._require(contact_id, lock=True)
        known = await self._rows.all(contact_id)
        await self._rows.forget([row.id for row in known])
        counts = ({"facts": len(known)}, {"facts": 0})
        record(self._unit, self._workspace_id, "contact.memory_erased", "contact", contact_id, *counts)

    async def _put(self, contact_id: uuid.UUID, row: ContactFact | None, fact: FactIn) -> None:
        text = " ".join(fact.text.split())
        if row is None:
            new = ContactFact(id=new_id(), workspace_id=self._workspace_id, contact_id=contact_id, source="person", text=text)
            await self._rows.add(new)
        elif row.text != text:
            # The call's words prove nothing of what a person says now.
            row.text, row.source, row.quote, row.offset_s, row.seq, row.call_id = text, "person", "", None, None, None
            row.updated_at = self._unit.now

    async def _require(self, contact_id: uuid.UUID, *, lock: bool = False) -> None:
        contact = await self._contacts.find(contact_id, lock=lock)
        if contact is None:
            raise NotFound.of("contact")
        if lock and await self._contacts.is_held(contact):
            raise Conflict("A legal hold keeps what is remembered of this contact; release it first.", code="legal_hold")
