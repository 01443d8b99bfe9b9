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


async def test_each_side_is_to_notice_within_a_minute_that_the_other_is_gone(database: str) -> None:
    """What they ask of TCP; over a socket, as here, it says nothing and nobody can be gone without a word."""
    engine = create_engine(database)
    try:
        async with engine.connect() as connection:
            rows = await connection.execute(text("select name, reset_val::int from pg_settings where name ~ '^tcp_'"))
            asked = {row.name: row.reset_val for row in rows}
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            mine = {name: int(value) for name, value in driver.info.get_parameters().items() if name.startswith(("keepalives_", "tcp_"))}
    finally:
        await engine.dispose()
    assert asked == {"tcp_keepalives_idle": 20, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3, "tcp_user_timeout": 50_000}
    assert mine == {name.removeprefix("tcp_") if "keepalives" in name else name: value for name, value in asked.items()}


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
