"""Alembic's entry: migrations run in one transaction each, over the synchronous side of the same driver."""

from alembic import context
from sqlalchemy import create_engine, pool

import control_plane.db.models  # noqa: F401  (registers the tables)
from control_plane.db.base import Base
from control_plane.db.vectors import TABLE


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether a model describes it: the table of vectors is there only where PostgreSQL has pgvector."""
    return not (kind == "table" and name == TABLE)


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_type=True,
            include_name=is_ours,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
