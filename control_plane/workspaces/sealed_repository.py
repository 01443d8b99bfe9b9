"""SQL for whatever is sealed, in all tables: columns that end in `_sealed`, and the remembered answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.base import Base
from control_plane.db.models import IdempotencyRecord, Installation

SUFFIX = "_sealed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed secrets lie."""

    name: str
    table: Table
    id: ColumnElement[Any]
    value: ColumnElement[str]
    column: str
    wrapped: Callable[[str], Any]
    """A sealed secret as the column holds it."""


def places() -> list[Place]:
    """Every place of the schema, by the names of its columns."""
    found = [
        Place(f"{table.name}.{column.name}", table, table.c.id, column, column.name, str)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(SUFFIX)
    ]
    answers: Any = IdempotencyRecord.__table__
    sealed = answers.c.answer["sealed"].astext
    return [*found, Place("idempotency_record.answer", answers, answers.c.key, sealed, "answer", lambda value: {"sealed": value})]


class SealedRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def others(self, place: Place, key_id: str, after: Any, limit: int) -> Sequence[tuple[Any, str]]:
        """Id and sealed secret of the next rows that another key than `key_id` has sealed, by id."""
        query = select(place.id, place.value).where(place.value != "", ~place.value.startswith(f"{key_id}:", autoescape=True))
        query = query if after is None else query.where(place.id > after)
        return [(row[0], row[1]) for row in await self._session.execute(query.order_by(place.id).limit(limit))]

    async def replace(self, place: Place, row_id: Any, before: str, after: str) -> bool:
        """Whether it was still the same secret."""
        values: dict[str, Any] = {place.column: place.wrapped(after)}
        if "updated_at" in place.table.c:
            # Nothing that a person would call a change.
            values["updated_at"] = place.table.c.updated_at
        statement = update(place.table).where(place.id == row_id, place.value == before).values(values).returning(place.id)
        return (await self._session.execute(statement)).first() is not None

    async def number_key(self) -> str:
        """Fingerprint of the key that erased people's numbers are hashed with; empty before the first rotation."""
        return await self._session.scalar(select(Installation.number_key).where(Installation.id == 1)) or ""

    async def note_number_key(self, fingerprint: str) -> None:
        await self._session.merge(Installation(id=1, number_key=fingerprint))
