"""Room for vectors, where PostgreSQL has pgvector: what passages mean to a model (knowledge).

No migration makes it, because a server may not have the extension, or get it later: it is made by whoever migrates, as soon as it can be.
All models share one table and one index for each length. A vector is filled up with zeros to the next of these lengths, which changes no
angle, so that every model has an index without anybody making one while the platform runs.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

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


def prepare_vectors(connection: Connection) -> bool:
    """Whether there is room for vectors now. Never raises for a server that has no pgvector, or does not let us have it."""
    if connection.scalar(text("select to_regclass(:name)"), {"name": TABLE}) is not None:
        return True
    if _version(connection) is None:
        try:
            with connection.begin_nested():
                connection.execute(text("create extension vector"))
        except DBAPIError:
            return False
    if not is_new_enough(_version(connection)):
        return False
    for statement in _MAKE:
        connection.execute(text(statement))
    return True


def is_new_enough(version: str | None) -> bool:
    """Whether this version of pgvector does."""
    parts = (version or "0").split(".")[:2]
    return tuple(int(part) if part.isdigit() else 0 for part in parts) >= OLDEST


def _version(connection: Connection) -> str | None:
    return connection.scalar(text("select extversion from pg_extension where extname = 'vector'"))
