"""Contact lists: who is to be called together."""

import uuid
from collections.abc import Sequence

from msgspec import UNSET

from control_plane.audit.service import record
from control_plane.contacts.repository import ContactRepository, ListRepository
from control_plane.contacts.schemas import ListIn, ListOut, ListPatch
from control_plane.db.models import ContactList
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, NotFound
from control_plane.kit.etags import require_match
from control_plane.kit.ids import new_id
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.storage import Storage


class ListService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = ListRepository(unit.session, workspace_id)

    async def create(self, data: ListIn) -> ListOut:
        row = ContactList(id=new_id(), workspace_id=self._workspace_id, name=data.name)
        await self._rows.add(row)
        await self._rows.save(row)
        record(self._unit, self._workspace_id, "contact_list.created", "contact_list", row.id, None, {"name": row.name})
        return ListOut.of(row, 0)

    async def get(self, list_id: uuid.UUID) -> ListOut:
        return await self._out(await self._find(list_id))

    async def listing(self, limit: int, cursor: str | None) -> Page[ListOut]:
        page: Page[ContactList] = await page_of(
            self._unit.session, self._rows.listing(), ContactList.id, _itself, limit=limit, cursor=cursor
        )
        sizes = await self._rows.sizes([row.id for row in page.items])
        return Page([ListOut.of(row, sizes.get(row.id, 0)) for row in page.items], page.next_cursor)

    async def update(self, list_id: uuid.UUID, data: ListPatch, if_match: str | None = None) -> ListOut:
        row = await self._find(list_id, lock=True)
        require_match(if_match, await self._out(row), ListPatch)
        if data.name is not UNSET:
            before, row.name = row.name, str(data.name)
            await self._rows.save(row)
            record(self._unit, self._workspace_id, "contact_list.updated", "contact_list", row.id, {"name": before}, {"name": row.name})
        return await self._out(row)

    async def delete(self, list_id: uuid.UUID, storage: Storage) -> None:
        """Remove the list, and the files that wait to be read for it; its contacts stay. Raises `Conflict` while a campaign calls it."""
        row = await self._find(list_id, lock=True)
        used = await self._rows.campaigns_using(list_id)
        if used:
            names = ", ".join(repr(name) for name in used)
            raise Conflict(f"The list is used by the campaign {names}; take it out there first.", code="contact_list_in_use")
        for key in await self._rows.waiting_files(list_id):
            await storage.delete(key)
        record(self._unit, self._workspace_id, "contact_list.deleted", "contact_list", row.id, {"name": row.name}, None)
        await self._rows.delete(row)

    async def add_members(self, list_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> ListOut:
        """Put contacts on the list; running campaigns take them in. Raises `NotFound` when one of them is not yours, and adds none."""
        row = await self._find(list_id)
        wanted = set(contact_ids)
        if await ContactRepository(self._unit.session, self._workspace_id).owned(list(wanted)) != wanted:
            raise NotFound.of("contact")
        await self._rows.put_members(list_id, list(wanted))
        self._unit.nudges.add("enroll_list", list_id)
        record(self._unit, self._workspace_id, "contact_list.members_added", "contact_list", list_id, None, {"contacts": len(wanted)})
        return await self._out(row)

    async def remove_member(self, list_id: uuid.UUID, contact_id: uuid.UUID) -> None:
        """Take a contact off the list; where it is enrolled already, it stays so."""
        await self._find(list_id)
        await self._rows.remove_member(list_id, contact_id)
        record(
            self._unit,
            self._workspace_id,
            "contact_list.member_removed",
            "contact_list",
            list_id,
            {"contact_id": str(contact_id)},
            None,
        )

    async def _out(self, row: ContactList) -> ListOut:
        return ListOut.of(row, (await self._rows.sizes([row.id])).get(row.id, 0))

    async def _find(self, list_id: uuid.UUID, *, lock: bool = False) -> ContactList:
        row = await self._rows.find(list_id, lock=lock)
        if row is None:
            raise NotFound.of("contact list")
        return row


def _itself(row: ContactList) -> ContactList:
    return row
