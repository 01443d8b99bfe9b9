"""A connection that the database has given up is noticed before it is used; one that still stands is not asked."""

import psycopg
from sqlalchemy import text

from control_plane.db.session import create_engine

_OTHERS = "select pg_terminate_backend(pid, 30000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
"""Ends the other connections and waits (30 s, in ms) until their processes are gone: without the time it only asks them to go."""
_STATEMENTS = "select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


async def test_a_connection_that_the_database_ended_is_replaced_before_anybody_meets_it(database: str) -> None:
    engine = create_engine(database)
    try:
        async with engine.connect() as connection:
            assert await connection.scalar(text("select 1")) == 1
        with psycopg.connect(database.replace("+psycopg", "", 1), autocommit=True) as other:
            assert other.execute(_OTHERS).fetchall() == [(True,)]
        async with engine.connect() as connection:
            assert await connection.scalar(text("select 2")) == 2
    finally:
        await engine.dispose()


async def test_a_connection_that_still_stands_is_not_asked_whether_it_does(database: str) -> None:
    engine = create_engine(database)
    try:
        async with engine.connect() as connection:
            await connection.scalar(text("select 'the last statement'"))
            await connection.rollback()
        async with engine.connect():
            with psycopg.connect(database.replace("+psycopg", "", 1), autocommit=True) as other:
                seen = other.execute(_STATEMENTS).fetchall()
    finally:
        await engine.dispose()
    assert seen == [("ROLLBACK",)]
