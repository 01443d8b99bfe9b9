"""What every task of the dialer is handed."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from structlog import get_logger

from control_plane.calls.repository import database_now
from control_plane.db.session import Sessions
from control_plane.db.unit import Unit, open_unit
from control_plane.dialer.database_clock import DatabaseClock
from control_plane.domain.breaker import BreakerRules
from control_plane.domain.pacing import PUNCTUAL, RAMP
from control_plane.kit.clock import Clock
from control_plane.kit.queue import Queue
from control_plane.telephony.port import Telephony

log = get_logger(__name__)


SEND_WITHIN = timedelta(seconds=1)
"""The last look before the INVITE holds for so long (issue 4: no INVITE later than 1 s after the commit that forbids it).

A process that was stopped or starved between look and send finds it stale when it goes on, and sends nothing.
"""
VERDICT_HOLDS = timedelta(seconds=5)
"""After that the gate's whole verdict would have to be asked for again (facts/dialer §1.4)."""
LINING_UP = 2
"""So many calls of a process find out at a time what they have to wait in. However many become ready at once, as after a restart, those
whose turn is near find a connection to the database."""
CLAIMING = 2
"""So many claims of a process wait for the claim's lock at a time: the one that goes on as soon as another is over. More would only take
connections from those who dial while the lock cannot be had, and a process that stands still would hold it for each of them in turn."""


@dataclass(slots=True)
class Dialer:
    """The dialer's ports, and the dials of this process that are waiting for an answer."""

    sessions: Sessions
    queue: Queue
    clock: Clock
    telephony: Telephony
    breaker: BreakerRules = field(default_factory=BreakerRules)
    ramp: timedelta = RAMP
    """How long a cold campaign takes to use all of its slots."""
    punctual: timedelta = PUNCTUAL
    """How late after its turn an INVITE may leave without moving the turn."""
    send_within: timedelta = SEND_WITHIN
    """How old the last look may be when the INVITE leaves."""
    is_stopping: bool = False
    """The process was told to end: what has not been dialled yet is left to the others."""
    verdict_holds: timedelta = VERDICT_HOLDS
    """How old the gate's verdict may be then."""
    waiting: set[asyncio.Task[None]] = field(default_factory=set)
    placing: set[uuid.UUID] = field(default_factory=set)
    """Calls of this process that wait for their turn: a second nudge for one of them has nothing to add."""
    lines: defaultdict[uuid.UUID, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One per trunk, first come first served: of all that wait here only the first asks the trunk's row for its turn."""
    lining_up: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LINING_UP))
    """Passed by calls that find out what they have to wait in."""
    claiming: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CLAIMING))
    """Passed by claims."""
    database_clock: DatabaseClock = field(default_factory=DatabaseClock)
    last_turns: dict[uuid.UUID, Any] = field(default_factory=dict)
    """The last turn (`turns.MyTurn`) that each trunk gave to this process."""

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """One transaction on the database's clock, which all processes share; its nudges leave after the commit."""
        async with open_unit(self.sessions, self.queue, self.clock, actor="system") as unit:
            unit.now = await database_now(unit.session)
            yield unit

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run `work` beside the task that asked for it: waiting for a phone to be answered is no task for arq (facts/stack §4)."""
        task = asyncio.create_task(work, name=name)
        self.waiting.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.waiting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The sweep finds the call by its lease; here the mistake only must not vanish.
            log.error("dial_task_failed", task=task.get_name(), exc_info=error)
