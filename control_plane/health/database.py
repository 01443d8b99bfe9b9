"""Whether the database can be used, for processes and commands that are about to."""

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from control_plane.db.session import create_engine
from control_plane.settings import Settings, SettingsError

PATIENCE_S = 5.0


def require_database(settings: Settings) -> None:
    """Raises `SettingsError` with one sentence when it cannot be used."""
    asyncio.run(reach_database(settings))


async def reach_database(settings: Settings) -> None:
    """As `require_database`, within a running event loop."""
    engine = create_engine(settings.sqlalchemy_url, pool_size=1)
    try:
        async with asyncio.timeout(PATIENCE_S), engine.connect() as connection:
            await connection.execute(text("select 1"))
    except (OperationalError, OSError, TimeoutError) as error:
        raise SettingsError(
            "The database at CALLWRIGHT_DATABASE_URL cannot be reached; is it running, and is the password right?"
        ) from error
    finally:
        await engine.dispose()
