"""Room for vectors, where PostgreSQL has pgvector: what passages mean to a model (knowledge).

No migration makes it, because a server may not have the extension, or get it later: it is made by whoever migrates, as soon as it can be.
All models share one table and one index for each length. A vector is filled up with zeros to the next of these lengths, which changes no
angle, so that every model has an index without anybody making one while the platform runs.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

log = get_logger(__name__)
TABLE = "knowledge_vector"
LENGTHS = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4000)
"""The longest is the most that HNSW takes of `halfvec` (pgvector)."""
OLDEST = (0, 8)
"""Of pgvector: the first whose index goes on looking until enough of what it finds passes the other conditions (iterative scans)."""
_MAKE = (
    f"""
    create table {TABLE} (
        embedding_id uuid not null references knowledge_embedding (id) on delete cascade,
        chunk_id uuid not null references knowledge_chunk (id) on delete cascade,
        dimensions smallint not null,
        vector halfvec not null,
        primary key (embedding_id, chunk_id)
    )
    """,
    f"create index ix_{TABLE}_chunk_id on {TABLE} (chunk_id)",
    *(
        f"create index ix_{TABLE}_{length} on {TABLE} using hnsw ((vector::halfvec({length})) halfvec_cosine_ops)"
        f" where dimensions = {length}"
        for length in LENGTHS
    ),
)


LOOK = text(
    f"""
    select to_regclass('{TABLE}') is not null, to_regtype('halfvec') is not null, e.extversion, n.nspname
    from (values (1)) one left join pg_extension e on e.extname = 'vector' left join pg_namespace n on n.oid = e.extnamespace
    """  # noqa: S608
)
"""What there is of it, for `Room`."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a connection sees of pgvector and of our table."""

    has_table: bool
    has_type: bool
    version: str | None
    schema: str | None

    @property
    def lacks(self) -> str:
        """Why vectors cannot be kept, and what to do, in a clause; empty when they can."""
        if self.version is None:
            return "this PostgreSQL has no pgvector 0.8 or newer; install it, then run `callwright migrate`."
        if not is_new_enough(self.version):
            return (
                f"this PostgreSQL's pgvector is {self.version}, and it takes 0.8 or newer; install that, have a superuser say"
                " `alter extension vector update` in this database, then run `callwright migrate`."
            )
        if not self.has_type:
            return (
                f"PostgreSQL's pgvector lies in the schema {self.schema!r}, where our connections do not look; add it to the user's"
                " search_path (`alter role … set search_path = …`), or have a superuser move it (`alter extension vector set schema …`),"
                " then run `callwright migrate`."
            )
        return "" if self.has_table else "there is no table for vectors yet; run `callwright migrate`."


class VectorsFailed(Exception):
    """PostgreSQL refused a statement about vectors; the text names the error, without anybody's words."""


@asynccontextmanager
async def set_apart(session: AsyncSession) -> AsyncIterator[None]:
    """For statements about vectors, which depend on what others do to an extension: the transaction outlives one that fails. Raises
    `VectorsFailed`."""
    try:
        async with session.begin_nested():
            yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise VectorsFailed(type(error.orig).__name__) from error


def prepare_vectors(connection: Connection) -> bool:
    """Whether there is room for vectors now; else the log says why not. Never raises for a server whose pgvector cannot be used."""
    room = _look(connection)
    if room.version is None:
        _try(connection, "create extension vector")
        room = _look(connection)
    if room.version is not None and is_new_enough(room.version) and room.has_type and not room.has_table:
        _try(connection, *_MAKE)
        room = _look(connection)
    if room.lacks:
        log.warning("no_room_for_vectors", why=room.lacks)
    return not room.lacks


def _look(connection: Connection) -> Room:
    return Room(*connection.execute(LOOK).one())


def _try(connection: Connection, *statements: str) -> None:
    """All of them, or none."""
    try:
        with connection.begin_nested():
            for statement in statements:
                connection.execute(text(statement))
    except DBAPIError as error:
        log.warning("vectors_not_prepared", error=type(error.orig).__name__)


def is_new_enough(version: str | None) -> bool:
    """Whether this version of pgvector does."""
    parts = (version or "0").split(".")[:2]
    return tuple(int(part) if part.isdigit() else 0 for part in parts) >= OLDEST
