"""Mapped rows that are locked, read and written by one plain statement each.

To load a row of many columns, and to find out what was changed in it, takes a session longer than PostgreSQL takes for both. These are the
session's own rows all the same: who asks it for one is given the same, and what is changed and not written here its next flush writes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar, cast

import msgspec
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient, make_transient_to_detached
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import JSON

from control_plane.db.base import Base
from control_plane.db.driver import rows_of, sent

_DIALECT = postgresql.dialect()
M = TypeVar("M", bound=Base)


class Rows(Generic[M]):
    """Rows of one table, found by their `id`; it has an `updated_at`."""

    def __init__(self, model: type[M], *, key_share: bool = False) -> None:
        """`key_share`: who only names a locked row need not wait for it."""
        self._model, self._key_share = model, key_share
        self._table = cast(Any, model.__table__)
        self._names = tuple(self._table.c.keys())
        strength = "no key update" if key_share else "update"
        self._lock = sent(f"select {', '.join(self._names)} from {self._table.name} where id = :id for {strength}")  # noqa: S608
        self._update = cache(self._made_update)

    async def lock(self, session: AsyncSession, key: Any) -> M | None:
        """The row as it is now, locked until the transaction ends."""
        if identity_key(self._model, key) in session.identity_map:
            strength = {"key_share": True} if self._key_share else True
            return await session.get(self._model, key, with_for_update=strength, populate_existing=True)
        found = await rows_of(session, self._lock, {"id": key})
        return self._known(session, found[0]) if found else None

    async def write(self, session: AsyncSession, row: M) -> None:
        """Write what was changed in the row, and nothing else that the session has."""
        state = cast(Any, inspect(row))
        if not state.persistent:
            return await session.flush()
        changed = tuple(name for name, before in sorted(state.committed_state.items()) if state.dict[name] != before)
        if not changed:
            return None
        given = {name: self._sent(name, state.dict[name]) for name in changed}
        with session.no_autoflush:
            ((state.dict["updated_at"],),) = await rows_of(session, self._update(changed), given | {"id": row.id})  # type: ignore[attr-defined]
        make_transient(row)
        return _keep(session, row)

    def _known(self, session: AsyncSession, values: Sequence[Any]) -> M:
        row = cast(Any, inspect(self._model)).class_manager.new_instance()
        row.__dict__.update(zip(self._names, values, strict=True))
        _keep(session, row)
        return row

    def _made_update(self, changed: tuple[str, ...]) -> bytes:
        to = ", ".join(f"{name} = {f'cast(:{name} as jsonb)' if self._is_json(name) else f':{name}'}" for name in changed)
        return sent(f"update {self._table.name} set {to}, updated_at = now() where id = :id returning updated_at")  # noqa: S608

    def _sent(self, name: str, value: Any) -> Any:
        return msgspec.json.encode(value).decode() if self._is_json(name) and value is not None else value

    def _is_json(self, name: str) -> bool:
        return isinstance(self._table.c[name].type, JSON)


def _keep(session: AsyncSession, row: Base) -> None:
    """As if the session had just read it."""
    make_transient_to_detached(row)
    session.add(row)


def insert_of(model: type[Base], columns: str, rows: str) -> str:
    """INSERT of any number of rows as one parameter, so that the statement is the same each time and is prepared once. A condition or
    ON CONFLICT may follow."""
    names = columns.split()
    table = model.__table__
    typed = ", ".join(f"{name} {table.c[name].type.compile(dialect=_DIALECT)}" for name in names)
    listed = ", ".join(names)
    return f"insert into {model.__tablename__} ({listed}) select {listed} from json_to_recordset(cast(:{rows} as json)) as r({typed})"  # noqa: S608


def as_json(rows: Sequence[object]) -> str:
    """Rows as `insert_of` takes them."""
    return msgspec.json.encode(rows).decode()
