"""Engine and sessions. A transaction opens at the edge of a request or task and nowhere else."""

import select
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
import psycopg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from control_plane.kit.clock import monotonic
from control_plane.kit.number_hash import NumberHasher

_AT_THE_SERVER = {
    "timezone": "UTC",
    # Compiling a plan costs more than any of our statements takes.
    "jit": "off",
    # A host that is gone without a word keeps its rows locked until the server knows: after these 50 s instead of hours. Not over sockets.
    "tcp_keepalives_idle": "20s",
    "tcp_keepalives_interval": "10s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "50s",
}
CONNECTED_AS: Mapping[str, Any] = {
    "options": " ".join(f"-c {name}={value}" for name, value in _AT_THE_SERVER.items()),
    "prepare_threshold": 5,
    "connect_timeout": 10,
    # So that a server that is gone is noticed as soon.
    **{"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 50_000},
}
Sessions = async_sessionmaker[AsyncSession]
_HASHER = "number_hasher"
_RESTED = "callwright_resting_since"
_TRUSTED_S = 30.0
"""How long a connection may rest unseen: something between here and the database may have forgotten it."""


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose sessions speak UTC: psycopg otherwise answers in the server's zone (facts/stack §3)."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        # Few connections that know their statements and tables already, instead of all in turn.
        pool_use_lifo=True,
        json_deserializer=msgspec.json.decode,
        # Errors are logged, and parameters are people's numbers and words.
        hide_parameters=True,
        connect_args=CONNECTED_AS,
    )
    _ask_when_in_doubt(engine)
    return engine


def _ask_when_in_doubt(engine: AsyncEngine) -> None:
    """Before a connection is used: ask the database whether it still stands, but only where that is in doubt.

    `pool_pre_ping` asks always, which is a third of what a short request asks for. A database that went away has closed its end, and that
    can be seen without asking: nothing comes in on a connection at rest.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def rests(_: Any, record: Any) -> None:
        record.info[_RESTED] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def is_used(connection: Any, record: Any, _: Any) -> None:
        since = record.info.get(_RESTED)
        if since is None or (monotonic() - since < _TRUSTED_S and not has_news(connection.driver_connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def has_news(connection: Any) -> bool:
    """Whether the other side has closed the driver's connection, or said something unasked."""
    try:
        watch = select.poll()
        watch.register(connection, select.POLLIN)
        return bool(watch.poll(0))
    except (OSError, ValueError, psycopg.Error):
        return True


def create_sessions(engine: AsyncEngine, number_secret: str) -> Sessions:
    """Sessions that recognise the numbers of erased people, which takes the installation's key (`Settings.number_secret`)."""
    return async_sessionmaker(engine, expire_on_commit=False, info={_HASHER: NumberHasher(number_secret)})


def looking(sessions: Sessions) -> Sessions:
    """Sessions for single look-ups: each statement stands for itself, without asking the database for a begin and an end around it."""
    engine: AsyncEngine = sessions.kw["bind"]
    return async_sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)


def number_hash(session: AsyncSession, workspace_id: uuid.UUID, e164: str) -> str:
    """The number as the rows of erased people know it (kit/number_hash)."""
    return session.info[_HASHER].of(workspace_id, e164)
