"""SQL of facts about people as calls learn and use them."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import Call, Contact, ContactFact
from control_plane.kit.ids import new_id

MOST_OF_CONTACT = 100
"""Facts of one person; when more come the oldest that no person wrote go."""
_QUIET = {"synchronize_session": False}


def is_only_a_number(contact_id: Any) -> ColumnElement[bool]:
    """Whether nobody knows whom it is about: no contact, or one of whom nothing is known but the number, as calls make them."""
    nameless = select(Contact.id).where(Contact.name == "", Contact.email.is_(None))
    return or_(contact_id.is_(None), contact_id.in_(nameless))


class FactRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, call: Call, source: str, seq: int, text: str, quote: str, offset_s: float | None) -> None:
        """Keep a fact; said again under the same number, or in the same words, it stays as it was."""
        if await self._session.scalar(select(ContactFact.id).where(self._same_person(call), ContactFact.text == text).limit(1)) is not None:
            return
        row = {"id": new_id(), "workspace_id": call.workspace_id, "contact_id": call.contact_id, "call_id": call.id}
        row |= {"source": source, "seq": seq, "text": text, "quote": quote, "offset_s": offset_s}
        await self._session.execute(insert(ContactFact).values(row).on_conflict_do_nothing(index_elements=["call_id", "source", "seq"]))
        await self._bound(call)

    async def forget(self, call_id: uuid.UUID, source: str | None = None) -> None:
        """What was learned in a call and stands as it was learned there, of one source or of all."""
        mine = delete(ContactFact).where(ContactFact.call_id == call_id)
        mine = mine if source is None else mine.where(ContactFact.source == source)
        await self._session.execute(mine.execution_options(**_QUIET))

    async def adopt(self, call: Call) -> None:
        """It has become known whom the call reached."""
        mine = update(ContactFact).where(ContactFact.call_id == call.id, ContactFact.contact_id.is_(None))
        await self._session.execute(mine.values(contact_id=call.contact_id).execution_options(**_QUIET))

    async def known(self, call: Call, most: int) -> Sequence[str]:
        """What this assistant has learned of whoever is called, and what people wrote; the newest, oldest of them first."""
        same = select(Call.id).where(Call.workspace_id == call.workspace_id, Call.assistant_id == call.assistant_id)
        query = select(ContactFact.text).where(self._same_person(call), or_(ContactFact.source == "person", ContactFact.call_id.in_(same)))
        found = (await self._session.scalars(query.order_by(ContactFact.id.desc()).limit(most))).all()
        return found[::-1]

    async def _bound(self, call: Call) -> None:
        if call.contact_id is None:
            return
        ranked = (
            select(ContactFact.id, func.row_number().over(order_by=ContactFact.id.desc()).label("place"))
            .where(self._same_person(call), ContactFact.source != "person")
            .subquery()
        )
        gone = delete(ContactFact).where(ContactFact.id.in_(select(ranked.c.id).where(ranked.c.place > MOST_OF_CONTACT)))
        await self._session.execute(gone.execution_options(**_QUIET))

    @staticmethod
    def _same_person(call: Call) -> ColumnElement[bool]:
        if call.contact_id is not None:
            return ContactFact.contact_id == call.contact_id
        # A call without a contact may reach anybody at that number: what is known by contact is not for them.
        to_number = select(Call.id).where(
            Call.workspace_id == call.workspace_id, Call.to_e164 == call.to_e164, Call.dialing_at.is_not(None)
        )
        return is_only_a_number(ContactFact.contact_id) & ContactFact.call_id.in_(to_number)
