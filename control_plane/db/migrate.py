"""Brings a database to the newest schema."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from control_plane.db.vectors import prepare_vectors

MIGRATION_LOCK = 0x63_61_6C_6C  # "call": several processes may start at once, one of them migrates


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the database at `url` (with the driver named)."""
    config = Config()
    config.set_main_option("script_location", str(files("control_plane.db") / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def migrate(url: str) -> tuple[str | None, str | None]:
    """Apply every missing migration, and make room for vectors where the server can hold any; waits for another process that does so.
    Returns the schema's revision before and now, None where there is none."""
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            before = _revision(connection)
            command.upgrade(alembic_config(url), "head")
            prepare_vectors(connection)
            connection.commit()
            now = _revision(connection)
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
    engine.dispose()
    return before, now


def _revision(connection: Connection) -> str | None:
    """In a transaction of its own: one that stayed open would hold up migrations that wait for all others."""
    try:
        return MigrationContext.configure(connection).get_current_revision()
    finally:
        connection.commit()
