"""One unit of work: one transaction, the instant it belongs to, who does it, and the nudges to send once it is true."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.session import Sessions
from control_plane.kit.clock import Clock
from control_plane.kit.queue import Nudges, Queue


@dataclass(slots=True)
class Unit:
    """What services are handed. They never commit; whoever opened the unit does."""

    session: AsyncSession
    now: datetime
    actor: str
    """`key:<id>`, `system` or `call:<id>`, for the audit trail."""
    nudges: Nudges = field(default_factory=Nudges)


@asynccontextmanager
async def open_unit(sessions: Sessions, queue: Queue, clock: Clock, *, actor: str) -> AsyncIterator[Unit]:
    """A unit that commits at the end, then sends its nudges; any exception rolls it back and sends none."""
    async with sessions() as session:
        unit = Unit(session, clock.now(), actor)
        async with session.begin():
            yield unit
    await queue.send(unit.nudges.drain())
