"""A campaign's figures for those who watch it: read once for all of them, and at most so often."""

import asyncio
import uuid
from collections.abc import Callable
from contextvars import Context

from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from control_plane.campaigns.reports import CampaignReports
from control_plane.db.session import Sessions
from control_plane.db.unit import Unit
from control_plane.domain.errors import NotFound
from control_plane.kit.clock import Clock
from control_plane.live import frames

log = get_logger(__name__)

EVERY_S = 3.0
"""Calls of a fast campaign move many times a second; nobody reads figures so often."""
_CAMPAIGN = "campaign:"
Tell = Callable[[uuid.UUID, str, bytes], None]


class Progress:
    def __init__(self, sessions: Sessions, clock: Clock, every_s: float = EVERY_S) -> None:
        self._sessions = sessions
        self._clock = clock
        self._every_s = every_s
        self._due: set[tuple[uuid.UUID, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def touch(self, space: uuid.UUID, topic: str, tell: Tell, *, after_s: float | None = None) -> None:
        """Something happened under `topic`; if that is a campaign, its figures are told soon, or `after_s`."""
        if not topic.startswith(_CAMPAIGN) or (space, topic) in self._due:
            return
        self._due.add((space, topic))
        waits_s = self._every_s if after_s is None else after_s
        task = asyncio.create_task(self._later(space, topic, waits_s, tell), name="campaign counters", context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _later(self, space: uuid.UUID, topic: str, waits_s: float, tell: Tell) -> None:
        await asyncio.sleep(waits_s)
        # What happens from here on may not be in the figures, so it asks for others.
        self._due.discard((space, topic))
        counters = await self.counters(space, uuid.UUID(topic.removeprefix(_CAMPAIGN)))
        if counters is not None:
            tell(space, topic, counters)

    async def counters(self, workspace_id: uuid.UUID, campaign_id: uuid.UUID) -> bytes | None:
        """The figures of `GET /campaigns/{id}/status` at this instant; None when they cannot be had."""
        try:
            async with self._sessions() as session:
                unit = Unit(session, self._clock.now(), "system")
                return frames.counters(await CampaignReports(unit, workspace_id).status(campaign_id))
        except (NotFound, SQLAlchemyError, OSError) as error:
            log.warning("campaign_counters_not_read", error=type(error).__name__)
            return None

    async def close(self) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
