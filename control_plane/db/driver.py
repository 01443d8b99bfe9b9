"""Statements past SQLAlchemy, straight to the driver, within the session's own transaction.

A session and its connection take longer to hand a statement on and to dress up its rows than PostgreSQL takes to answer most of ours. Only
what is asked for every call of a dialer goes this way: text that is made once, plain values in, plain rows out.
"""

import re
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.session import has_news

Row = tuple[Any, ...]
Asked = tuple[bytes, Mapping[str, Any]]
"""A statement as `sent` makes it, and its values: plain ones, lists that PostgreSQL can read (or JSON, as text)."""
_LINE_END = re.compile(r"\s*\n\s*")
LONGEST = 4096
"""Bytes of a statement that psycopg remembers as it has read it."""
_IN_USE = "callwright_connection_in_use"
LET_GO_BY_THE_SILENT = "set_config('idle_in_transaction_session_timeout', '5s', true)"
"""Selected along with a lock for which many wait: a transaction that then asks nothing for so long loses its connection, and the lock with
it. Its process stands still, which PostgreSQL would never learn, or its host has gone, which it would within a minute
(`session.CONNECTED_AS`)."""
AWAY: tuple[type[SQLAlchemyError], ...] = (OperationalError, InterfaceError, InternalError, NoneFree)
"""A database that is in the way of what was right: a deadlock, a restart, a transaction that was silent too long, no free connection."""


def sent(statement: str) -> bytes:
    """A statement with `:names` as the driver takes it; made once, when a module is read. No literal and no comment may go over a line's
    end. Raises ValueError for one whose names the driver would read anew each time."""
    made = _LINE_END.sub(" ", str(text(statement).compile(dialect=dialect.dialect()))).strip().encode()
    if len(made) > LONGEST:
        raise ValueError(f"A statement of {len(made)} bytes is more than the {LONGEST} that the driver remembers.")
    return made


def name_of(error: SQLAlchemyError) -> str:
    """As the driver calls it, for the log."""
    return type(error.orig if isinstance(error, DBAPIError) else error).__name__


async def rows_of(session: AsyncSession, statement: bytes, given: Mapping[str, Any]) -> Sequence[Row]:
    """The statement's rows; none where it gives none. What the session has not written yet is written first, unless it is in
    `no_autoflush`. Raises SQLAlchemy's errors."""
    connection = await _connection(session)
    try:
        return await _fetched(await connection.execute(statement, given))
    except psycopg.Error as error:
        raise _as_known(statement, error) from error


async def rows_of_each(session: AsyncSession, *asked: Asked) -> list[Sequence[Row]]:
    """Several statements in one message, each on a snapshot younger than the end of the one before; the rows of each."""
    connection = await _connection(session)
    try:
        async with _one_message(connection):
            cursors = [await connection.execute(statement, given) for statement, given in asked]
        return [await _fetched(cursor) for cursor in cursors]
    except psycopg.Error as error:
        raise _as_known(asked[-1][0], error) from error


class _OneMessage(psycopg.AsyncPipeline):
    """As psycopg's own, but for a request for answers behind the message, whose end asks for them already. PostgreSQL would answer it with
    nothing, and from then on take no silence of the transaction for one (`LET_GO_BY_THE_SILENT`)."""

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        try:
            yield from self._communicate_gen()
        finally:
            yield from send(self.pgconn)
            yield from self._fetch_gen(flush=False)


def _one_message(connection: psycopg.AsyncConnection[Row]) -> AbstractAsyncContextManager[psycopg.AsyncPipeline]:
    connection._pipeline = _OneMessage(connection)
    return connection.pipeline()


async def _fetched(cursor: psycopg.AsyncCursor[Row]) -> Sequence[Row]:
    return await cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else ()


async def standing(session: AsyncSession) -> Callable[[], bool]:
    """Tells at any moment, without asking the database, whether the session's connection still stands: with it go its locks. A database
    that ends, or ends the connection, closes its side before anybody else is given what was locked."""
    connection = await _connection(session)
    return lambda: not has_news(connection)


async def _connection(session: AsyncSession) -> psycopg.AsyncConnection[Row]:
    """That of the session's transaction, which is begun if need be. It stays the same until the end, and is asked for once."""
    own = session.sync_session
    if own.autoflush and (own.new or own.dirty or own.deleted):
        await session.flush()
    transaction = own.get_transaction()
    known, connection = own.info.get(_IN_USE, (_nobody, None))
    if transaction is None or known() is not transaction:
        made: Any = (await session.connection()).sync_connection
        connection = made.connection.driver_connection
        own.info[_IN_USE] = (weakref.ref(own.get_transaction()), connection)
    return connection


def _nobody() -> None:
    return None


def _as_known(statement: bytes, error: psycopg.Error) -> BaseException:
    """As the session would have put it, the values hidden: they are people's numbers and words."""
    return DBAPIError.instance(statement.decode(), None, error, psycopg.Error, hide_parameters=True)
