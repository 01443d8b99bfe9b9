"""Counts the hours whose calls have changed. May run twice at once or never: figures are right all the same, only slower to read."""

from datetime import timedelta
from typing import Any

from psycopg.errors import SerializationFailure
from sqlalchemy.exc import OperationalError

from control_plane.analytics.counting_repository import CountingRepository
from control_plane.db.session import Sessions
from control_plane.kit.clock import monotonic

MOST_HOURS = 500
AT_MOST = timedelta(seconds=40)
"""The next run, a minute later, goes on."""


async def count_changed_hours(ctx: dict[str, Any]) -> None:
    sessions: Sessions = ctx["sessions"]
    until = monotonic() + AT_MOST.total_seconds()
    async with sessions() as session:
        changed = await CountingRepository(session).changed(MOST_HOURS)
    for workspace_id, hour in changed:
        if monotonic() > until:
            return
        async with sessions() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            try:
                await CountingRepository(session).count(workspace_id, hour)
                await session.commit()
            except OperationalError as error:
                if not isinstance(error.orig, SerializationFailure):
                    raise
                # Another task worker counts this hour.
                await session.rollback()
