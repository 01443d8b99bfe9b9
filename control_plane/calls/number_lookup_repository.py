"""SQL of what look-ups have said about numbers, as the gate reads it, and of what it would have looked up."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import NumberLookup
from control_plane.domain.number_lookup import Known, Lack
from control_plane.kit.ids import new_id

OfNumber = tuple[uuid.UUID, str]
"""Workspace and number."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call waits to have looked up."""

    workspace_id: uuid.UUID
    e164: str
    lack: Lack


class NumberLookupRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, numbers: Sequence[OfNumber]) -> dict[OfNumber, Known]:
        row = NumberLookup
        columns = (row.line_type, row.line_type_at, row.reassigned_since, row.unchanged_since, row.reassigned_at, row.trouble)
        query = select(row.workspace_id, row.e164, *columns).where(tuple_(row.workspace_id, row.e164).in_(list(numbers)))
        return {(found[0], found[1]): Known(*found[2:]) for found in await self._session.execute(query)}

    async def wish(self, wishes: Sequence[Wish], now: datetime) -> None:
        """What is wished for already comes no later, unless a try has failed: then its pause is kept. The newest wish counts."""
        of_number = {(wish.workspace_id, wish.e164): wish for wish in wishes}
        rows = [
            {
                "id": new_id(),
                "workspace_id": wish.workspace_id,
                "e164": wish.e164,
                "wanted_at": now,
                "try_at": now,
                "wants_line_type": wish.lack.line_type,
                "verified_on": wish.lack.verified_on,
            }
            # Everybody takes the rows in this order, so that nobody waits for each other.
            for _, wish in sorted(of_number.items(), key=lambda item: item[0])
        ]
        row, added = NumberLookup, insert(NumberLookup).values(rows)
        new = added.excluded
        changes = {
            "wanted_at": func.greatest(row.wanted_at, new.wanted_at),
            "try_at": case((row.tries > 0, row.try_at), else_=func.least(row.try_at, new.try_at)),
            "wants_line_type": or_(row.wants_line_type, new.wants_line_type),
            "verified_on": func.coalesce(new.verified_on, row.verified_on),
        }
        await self._session.execute(added.on_conflict_do_update(index_elements=["workspace_id", "e164"], set_=changes))
