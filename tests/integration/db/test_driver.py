"""Statements that go past SQLAlchemy behave as those that do not: within the transaction, with what is pending, with its errors."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.db.driver import rows_of, rows_of_each, sent
from control_plane.db.models import Workspace
from control_plane.db.session import create_engine, create_sessions
from control_plane.kit.ids import new_id

_COUNT = sent("select count(*) from workspace where name = :name")
_ADD = sent("insert into workspace (id, name) values (:id, :name)")
_LOCK = sent("select pg_advisory_xact_lock(:key)")
_END_OTHERS = "select pg_terminate_backend(pid, 30000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database)
    yield engine
    await engine.dispose()


async def test_what_the_session_has_not_written_yet_is_written_first_unless_it_is_not_to_be(engine: AsyncEngine) -> None:
    async with create_sessions(engine, "key")() as session, session.begin():
        session.add(Workspace(id=new_id(), name="new"))
        with session.no_autoflush:
            assert await rows_of(session, _COUNT, {"name": "new"}) == [(0,)]
        assert await rows_of(session, _COUNT, {"name": "new"}) == [(1,)]


async def test_they_are_taken_back_with_the_transaction_and_fail_with_the_session_s_errors(engine: AsyncEngine) -> None:
    sessions, mine = create_sessions(engine, "key"), {"id": new_id(), "name": "twice"}

    async def add_twice() -> None:
        async with sessions() as session, session.begin():
            assert await rows_of(session, _ADD, mine) == ()
            await rows_of(session, _ADD, mine)

    with pytest.raises(IntegrityError):
        await add_twice()
    async with sessions() as session:
        assert await rows_of(session, _COUNT, {"name": "twice"}) == [(0,)]


async def test_a_connection_that_was_lost_meanwhile_is_an_error_once_and_is_replaced(engine: AsyncEngine, database: str) -> None:
    sessions = create_sessions(engine, "key")

    async def lose_it() -> None:
        async with sessions() as session, session.begin():
            await rows_of(session, _COUNT, {"name": ""})
            with psycopg.connect(database.replace("+psycopg", "", 1), autocommit=True) as other:
                other.execute(_END_OTHERS)
            await rows_of(session, _COUNT, {"name": ""})

    with pytest.raises(OperationalError):
        await lose_it()
    async with sessions() as session:
        assert await rows_of(session, _COUNT, {"name": ""}) == [(0,)]


async def test_the_second_statement_of_a_message_sees_what_was_committed_while_the_first_waited(engine: AsyncEngine, database: str) -> None:
    url = database.replace("+psycopg", "", 1)
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watch:
        other.execute("select pg_advisory_xact_lock(7)")
        async with create_sessions(engine, "key")() as session, session.begin():
            asked = asyncio.create_task(rows_of_each(session, (_LOCK, {"key": 7}), (_COUNT, {"name": "meanwhile"})))
            while not watch.execute("select 1 from pg_locks where locktype = 'advisory' and not granted").fetchall():
                await asyncio.sleep(0.01)
            other.execute("insert into workspace (id, name) values (gen_random_uuid(), 'meanwhile')")
            other.commit()
            assert (await asked)[-1] == [(1,)]
