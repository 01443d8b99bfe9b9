"""SQL of comparisons: the contacts that a file means, and the members of a list whom it does not name."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Consent, Contact, ContactListEntry, ContactPhone

# As import_run_repository finds them: a number means the contact that has it, the one on this list before others.
_KNOWN = text(
    """
    select q.e164, m.*
    from unnest(cast(:numbers as text[])) q (e164)
    cross join lateral (
        select c.id, c.name, c.email, c.language, c.time_zone, c.score, c.attributes, e.contact_id is not null as is_member,
            array(select n.e164 from contact_phone n where n.contact_id = c.id) as numbers
        from contact_phone p
        join contact c on c.id = p.contact_id
        left join contact_list_entry e on e.contact_list_id = :list_id and e.contact_id = c.id
        where p.workspace_id = :workspace_id and p.e164 = q.e164
        order by e.contact_id is null, c.id limit 1
    ) m
    """
)


class ComparisonRepository:
    def __init__(self, session: AsyncSession, workspace_id: uuid.UUID, list_id: uuid.UUID | None) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._list_id = list_id

    async def known(self, numbers: Sequence[str]) -> Sequence[Any]:
        """A row for each number that the workspace knows: `e164`, its contact's fields, `is_member`, all of its `numbers`."""
        given = {"numbers": list(numbers), "workspace_id": self._workspace_id, "list_id": self._list_id}
        return (await self._session.execute(_KNOWN, given)).all()

    async def consents(self, numbers: Sequence[str]) -> set[tuple[Any, ...]]:
        """What is known of these numbers' consents, as the unique index tells them apart."""
        query = select(Consent.e164, Consent.purpose, Consent.basis, Consent.granted_at, Consent.source)
        query = query.where(Consent.workspace_id == self._workspace_id, Consent.e164.in_(numbers))
        return {tuple(row) for row in await self._session.execute(query)}

    async def others(self, named: Sequence[uuid.UUID], most: int) -> tuple[int, Sequence[Any]]:
        """How many members are not among `named`, and the first of them: `id`, `name`, `e164` of their first number."""
        if self._list_id is None:
            return 0, ()
        first = select(ContactPhone.e164).where(ContactPhone.contact_id == Contact.id)
        first = first.order_by(ContactPhone.priority, ContactPhone.e164).limit(1).scalar_subquery()
        query = select(Contact.id, Contact.name, first.label("e164")).join(ContactListEntry, ContactListEntry.contact_id == Contact.id)
        query = query.where(ContactListEntry.contact_list_id == self._list_id, Contact.id.not_in(func.unnest(list(named)).select()))
        count = await self._session.scalar(select(func.count()).select_from(query.subquery()))
        return count or 0, (await self._session.execute(query.order_by(Contact.id).limit(most))).all()
