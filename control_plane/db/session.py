"""Engine and sessions. A transaction opens at the edge of a request or task and nowhere else."""

import uuid

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from control_plane.kit.number_hash import NumberHasher

Sessions = async_sessionmaker[AsyncSession]
_HASHER = "number_hasher"


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose sessions speak UTC: psycopg otherwise answers in the server's zone (facts/stack §3)."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
        # Errors are logged, and parameters are people's numbers and words.
        hide_parameters=True,
        # Compiling a plan costs more than any of our statements takes.
        connect_args={"options": "-c timezone=UTC -c jit=off", "prepare_threshold": 5, "connect_timeout": 10},
    )


def create_sessions(engine: AsyncEngine, number_secret: str) -> Sessions:
    """Sessions that recognise the numbers of erased people, which takes the installation's key (`Settings.number_secret`)."""
    return async_sessionmaker(engine, expire_on_commit=False, info={_HASHER: NumberHasher(number_secret)})


def number_hash(session: AsyncSession, workspace_id: uuid.UUID, e164: str) -> str:
    """The number as the rows of erased people know it (kit/number_hash)."""
    return session.info[_HASHER].of(workspace_id, e164)
