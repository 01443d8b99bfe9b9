"""Nudges: names of tasks with an id, sent after the transaction that made them worth sending.

The row is the queue (architecture §2.1), so a nudge may be lost, repeated or late without harm: whoever receives it reloads the row
and looks at its state first, and a sweep finds the rows whose nudge never came.
"""

from typing import Protocol

import msgspec
from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix
from redis.exceptions import RedisError
from structlog import get_logger

from control_plane.kit.live_feed import LiveEvent, LivePublisher

log = get_logger(__name__)


class Nudge(msgspec.Struct, frozen=True):
    """Task `task` should look at row `subject`; `subject` is empty for tasks that look at everything."""

    task: str
    subject: str = ""


class Queue(Protocol):
    async def send(self, nudges: list[Nudge]) -> None:
        """Hand the nudges to the task workers. Never raises: a lost nudge only delays."""
        ...

    async def publish(self, events: list[LiveEvent]) -> None:
        """Tell those who listen at this moment. Never raises: who may have missed something is told to read anew."""
        ...


class Nudges:
    """Collects nudges during one transaction; whoever opened the transaction sends them after its commit."""

    def __init__(self) -> None:
        self._pending: dict[Nudge, None] = {}

    def add(self, task: str, subject: object = "") -> None:
        self._pending[Nudge(task, str(subject))] = None

    def drain(self) -> list[Nudge]:
        pending, self._pending = list(self._pending), {}
        return pending


MOST_AT_ONCE = 4
"""Ids per nudge. One more than the runs of it that can be under way at once is enough; ticks of several workers queue for one lock."""


class ArqQueue:
    """The queue on Redis. The task id is the nudge itself, so a waiting nudge is not doubled.

    arq also refuses an id whose task is running (facts/stack §4.5), although that run may have looked at the rows before they changed.
    Such a nudge is sent under the next id, so that after each commit a run begins.
    """

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._publisher = LivePublisher(redis)

    async def send(self, nudges: list[Nudge]) -> None:
        for nudge in nudges:
            try:
                await self._enqueue(nudge)
            except (RedisError, OSError) as error:
                log.warning("nudge_not_sent", task=nudge.task, error=type(error).__name__)

    async def publish(self, events: list[LiveEvent]) -> None:
        await self._publisher.publish(events)

    async def _enqueue(self, nudge: Nudge) -> None:
        arguments = (nudge.subject,) if nudge.subject else ()
        for place in range(MOST_AT_ONCE):
            job_id = f"{nudge.task}:{nudge.subject}" + (f":{place}" if place else "")
            if await self._redis.enqueue_job(nudge.task, *arguments, _job_id=job_id) is not None:
                return
            if await self._redis.exists(in_progress_key_prefix + job_id):
                continue
            # It waits, and will begin after this moment; or it has just ended, and its id is free again.
            await self._redis.enqueue_job(nudge.task, *arguments, _job_id=job_id)
            return


class RememberingQueue:
    """A queue that keeps what it is given; a task runner for tests can take it out again."""

    def __init__(self) -> None:
        self.sent: list[Nudge] = []
        self.published: list[LiveEvent] = []

    async def send(self, nudges: list[Nudge]) -> None:
        self.sent.extend(nudges)

    async def publish(self, events: list[LiveEvent]) -> None:
        self.published.extend(events)
