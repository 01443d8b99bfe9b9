"""One unit of work: one transaction, the instant it belongs to, who does it, and the nudges to send once it is true."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.live_feed import LiveEvent
from control_plane.kit.queue import Nudges, Queue


@dataclass(slots=True)
class Unit:
    """What services are handed. They never commit; whoever opened the unit does."""

    session: AsyncSession
    now: datetime
    actor: str
    """`key:<id>`, `system` or `call:<id>`, for the audit trail."""
    nudges: Nudges = field(default_factory=Nudges)
    live: list[LiveEvent] = field(default_factory=list)
    """What those who listen are told once it is true."""
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def once_committed(self, tell: Callable[[], None]) -> None:
        """Call `tell` when what was written here is true: for metrics and traces, which cannot be taken back."""
        self._afterwards.append(tell)

    async def committed(self, queue: Queue) -> None:
        """Whoever commits says so here. Listeners hear of it before what it sets in motion can happen."""
        told, self._afterwards = self._afterwards, []
        for tell in told:
            tell()
        happened, self.live = self.live, []
        await queue.publish(happened)
        await queue.send(self.nudges.drain())


@asynccontextmanager
async def open_unit(sessions: Sessions, queue: Queue, clock: Clock, *, actor: str) -> AsyncIterator[Unit]:
    """A unit that commits at the end, then sends its nudges; any exception rolls it back and sends none."""
    session = sessions()
    unit = Unit(session, clock.now(), actor)
    try:
        yield unit
        await session.commit()
    except BaseException:
        async with session:  # Its end rolls back, even if whoever waits for it is cancelled.
            raise
    # With the commit it has given its connection back, so there is nothing to wait for.
    session.sync_session.close()
    await unit.committed(queue)
