"""SQL of contacts and of the lists they stand on."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import (
    Call,
    Campaign,
    CampaignList,
    CheckUp,
    CheckUpEscalation,
    Contact,
    ContactImport,
    ContactList,
    ContactListEntry,
    ContactPhone,
    LegalHold,
)
from control_plane.domain.call_state import FINAL


class ContactRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, contact: Contact) -> None:
        self._session.add(contact)
        await self._session.flush()
        await self._session.refresh(contact)

    async def save(self, contact: Contact) -> None:
        await self._session.flush()
        await self._session.refresh(contact)

    async def find(self, contact_id: uuid.UUID, *, lock: bool = False, lock_out: bool = False) -> Contact | None:
        """`lock_out` also waits for whoever is making something of the contact, as a call, and lets nobody begin to."""
        query = select(Contact).where(Contact.id == contact_id, Contact.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update(key_share=not lock_out) if lock or lock_out else query)

    async def owned(self, contact_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        """Those of the ids that are contacts of this workspace."""
        query = select(Contact.id).where(Contact.id.in_(contact_ids), Contact.workspace_id == self._workspace_id)
        return set((await self._session.scalars(query)).all())

    def listing(self, *, q: str | None = None, e164: str | None = None, list_id: uuid.UUID | None = None) -> Select[Contact]:
        """Contacts; `q` is looked for in name, email and the digits of numbers."""
        query = select(Contact).where(Contact.workspace_id == self._workspace_id)
        if e164 is not None:
            query = query.where(exists().where(ContactPhone.contact_id == Contact.id, ContactPhone.e164 == e164))
        if list_id is not None:
            query = query.where(exists().where(ContactListEntry.contact_id == Contact.id, ContactListEntry.contact_list_id == list_id))
        if q:
            digits = "".join(c for c in q if c.isdigit())
            has_number = exists().where(ContactPhone.contact_id == Contact.id, ContactPhone.e164.contains(digits, autoescape=True))
            texts = [Contact.name.icontains(q, autoescape=True), Contact.email.icontains(q, autoescape=True)]
            query = query.where(or_(*texts, has_number) if len(digits) >= 3 else or_(*texts))
        return query

    async def width(self, list_id: uuid.UUID | None) -> tuple[int, list[str]]:
        """What a table of the listed contacts needs: how many numbers one has at most, and the keys of all attributes, sorted."""
        listed = self.listing(list_id=list_id).with_only_columns(Contact.id).subquery()
        counts = select(func.count().label("numbers")).select_from(ContactPhone).join(listed, listed.c.id == ContactPhone.contact_id)
        each = counts.group_by(ContactPhone.contact_id).subquery()
        keys = self.listing(list_id=list_id).with_only_columns(func.jsonb_object_keys(Contact.attributes).label("key")).subquery()
        most = await self._session.scalar(select(func.coalesce(func.max(each.c.numbers), 0)))
        found = await self._session.scalars(select(keys.c.key).distinct().order_by(keys.c.key))
        return most or 0, list(found)

    async def delete(self, contact: Contact) -> None:
        """Calls stay in the ledger and forget whom they reached; their own number stays with them."""
        await self._session.delete(contact)
        await self._session.flush()

    async def is_held(self, contact: Contact) -> bool:
        """Whether a legal hold keeps the contact or one of its numbers."""
        named = or_(LegalHold.contact_id == contact.id, LegalHold.e164.in_([p.e164 for p in contact.phones]))
        standing = exists().where(LegalHold.workspace_id == self._workspace_id, LegalHold.released_at.is_(None), named)
        return bool(await self._session.scalar(select(standing)))

    async def is_in_call(self, contact_id: uuid.UUID) -> bool:
        return bool(await self._session.scalar(select(exists().where(Call.contact_id == contact_id, Call.holds_number))))

    async def unfinished_call(self, contact_id: uuid.UUID) -> uuid.UUID | None:
        """A call to the contact that is not over, or one about it to those whom it has named."""
        mine = (CheckUp.contact_id == contact_id, CheckUpEscalation.checkup_id == CheckUp.id, CheckUpEscalation.call_id == Call.id)
        query = select(Call.id).where(Call.workspace_id == self._workspace_id, or_(Call.contact_id == contact_id, exists().where(*mine)))
        return await self._session.scalar(query.where(Call.state.not_in(FINAL)).order_by(Call.id).limit(1))

    async def mark_dead(self, e164: str, reason: str) -> None:
        """Nobody is to be called on this number any more, whoever of the workspace has it."""
        mine = update(ContactPhone).where(ContactPhone.workspace_id == self._workspace_id, ContactPhone.e164 == e164)
        await self._session.execute(mine.where(ContactPhone.dead_reason == "").values(dead_reason=reason))


class ListRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID) -> None:
        self._session = session
        self._workspace_id = workspace_id

    async def add(self, row: ContactList) -> None:
        self._session.add(row)
        await self._session.flush()

    async def save(self, row: ContactList) -> None:
        await self._session.flush()
        await self._session.refresh(row)

    async def find(self, list_id: uuid.UUID, *, lock: bool = False) -> ContactList | None:
        query = select(ContactList).where(ContactList.id == list_id, ContactList.workspace_id == self._workspace_id)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def owned(self, list_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        """Those of the ids that are lists of this workspace."""
        query = select(ContactList.id).where(ContactList.id.in_(list_ids), ContactList.workspace_id == self._workspace_id)
        return set((await self._session.scalars(query)).all())

    def listing(self) -> Select[ContactList]:
        return select(ContactList).where(ContactList.workspace_id == self._workspace_id)

    async def sizes(self, list_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
        """Number of members by list."""
        query = select(ContactListEntry.contact_list_id, func.count()).where(ContactListEntry.contact_list_id.in_(list_ids))
        rows = await self._session.execute(query.group_by(ContactListEntry.contact_list_id))
        return dict(rows.all())

    async def campaigns_using(self, list_id: uuid.UUID) -> Sequence[str]:
        """Names of the campaigns that call this list, at most a few."""
        query = select(Campaign.name).join(CampaignList, CampaignList.campaign_id == Campaign.id)
        return (await self._session.scalars(query.where(CampaignList.contact_list_id == list_id).order_by(Campaign.id).limit(3))).all()

    async def waiting_files(self, list_id: uuid.UUID) -> Sequence[str]:
        """Where uploads for the list lie that have not been read to their end."""
        query = select(ContactImport.file_key).where(ContactImport.contact_list_id == list_id, ContactImport.file_key != "")
        return (await self._session.scalars(query.where(ContactImport.workspace_id == self._workspace_id))).all()

    async def put_members(self, list_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]) -> None:
        """Members who stand there already are left alone."""
        rows: list[dict[str, Any]] = [{"contact_list_id": list_id, "contact_id": contact_id} for contact_id in contact_ids]
        await self._session.execute(insert(ContactListEntry).on_conflict_do_nothing(), rows)

    async def remove_member(self, list_id: uuid.UUID, contact_id: uuid.UUID) -> None:
        entry = (ContactListEntry.contact_list_id == list_id, ContactListEntry.contact_id == contact_id)
        await self._session.execute(delete(ContactListEntry).where(*entry))

    async def delete(self, row: ContactList) -> None:
        await self._session.delete(row)
        await self._session.flush()
