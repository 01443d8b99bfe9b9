"""SQL of previews: everybody whom a campaign would call, some thousands at a time, without an object per row that outlives its chunk."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, case, column, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.campaigns.repository import lacks_any
from control_plane.db.models import Contact, ContactPhone, Enrollment
from control_plane.rules.places import ADDRESS_KEYS

# Each list is read along its key from where the last chunk ended; whoever stands on several, or is enrolled already, comes once.
_NEXT = """
    select id from (
        select e.contact_id as id from unnest(cast(:lists as uuid[])) as l(list_id)
        cross join lateral (
            select contact_id from contact_list_entry
            where contact_list_id = l.list_id and contact_id > :after order by contact_id limit :most) as e
        union
        select f.contact_id from (
            select contact_id from enrollment where campaign_id = :campaign and contact_id > :after order by contact_id limit :most) as f
    ) as u order by id limit :most
"""
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class PersonPhone:
    e164: str
    time_zones: list[str]


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as far as the gate and the prompts care: numbers of which nobody has said that they are dead, best first."""

    id: uuid.UUID
    name: str
    time_zone: str | None
    attributes: dict[str, Any]
    phones: tuple[PersonPhone, ...]
    state: str | None
    """Of the enrollment; None before there is one."""
    due_at: datetime | None
    lacking: tuple[str, ...]
    """Variables of the prompts without a value."""


class PreviewRepository:
    def __init__(self, session: AsyncSession, campaign_id: uuid.UUID, lists: Sequence[uuid.UUID], variables: Sequence[str]) -> None:
        self._session = session
        self._given = {"campaign": campaign_id, "lists": list(lists)}
        self._variables = tuple(variables)
        self._query = _people(campaign_id, self._variables)

    async def people(self, after: uuid.UUID, most: int) -> list[Person]:
        """Up to `most` people with ids after `after`, in the order of their ids."""
        rows = await self._session.execute(self._query, self._given | {"after": after, "most": most})
        return [self._person(row) for row in rows]

    def _person(self, row: Any) -> Person:
        contact_id, name, time_zone, attributes, state, due_at, numbers, zones, *lacks = row
        phones = tuple(PersonPhone(n, z.split(",") if z else []) for n, z in zip(numbers or (), zones or (), strict=True))
        lacking = tuple(name for name, is_lacking in zip(self._variables, lacks, strict=True) if is_lacking)
        return Person(contact_id, name, time_zone, attributes or {}, phones, state, due_at, lacking)


def _people(campaign_id: uuid.UUID, variables: Sequence[str]) -> Any:
    following = text(_NEXT).columns(column("id", Uuid)).bindparams(bindparam("after", type_=Uuid)).cte("following")
    order = (ContactPhone.priority, ContactPhone.e164)
    numbers = func.array_agg(aggregate_order_by(ContactPhone.e164, *order)).label("numbers")
    zones = func.array_agg(aggregate_order_by(func.array_to_string(ContactPhone.time_zones, ","), *order)).label("zones")
    phones = select(numbers, zones).where(ContactPhone.contact_id == Contact.id, ContactPhone.dead_reason == "").lateral("phones")
    # Of a contact's attributes only an address matters here, and reading all of them would take as long as reading the contacts.
    address = case((Contact.attributes.has_any(array(sorted(ADDRESS_KEYS))), Contact.attributes)).label("address")
    of_contact = (Contact.id, Contact.name, Contact.time_zone, address)
    lacks = (lacks_any((name,)) for name in variables)
    query = select(*of_contact, Enrollment.state, Enrollment.due_at, phones.c.numbers, phones.c.zones, *lacks)
    query = query.select_from(following).join(Contact, Contact.id == following.c.id)
    query = query.outerjoin(Enrollment, (Enrollment.campaign_id == campaign_id) & (Enrollment.contact_id == Contact.id))
    return query.join(phones, text("true")).order_by(Contact.id)
