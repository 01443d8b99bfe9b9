"""From the commit that frees a slot to the commit that queues the next call, through the real Redis and arq.

Four slots are kept full. An agent's report frees one of them; the nudge goes through Redis to an arq worker, whose tick claims. Both
ends are read on this process's clock: when the report's transaction has been committed, and when the claim's has.
"""

import asyncio
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arq import func
from arq.worker import Worker
from sqlalchemy import select

from benchmarks.stage import Stage, database, stage
from control_plane.calls.reducer import Testimony, hear
from control_plane.db.models import Call
from control_plane.dialer.claim import tick
from control_plane.domain.call_state import Fact
from control_plane.kit.live_feed import LiveEvent
from control_plane.kit.queue import ArqQueue, Nudge
from control_plane.kit.redis import connect, decode_task, encode_task
from control_plane.local.redis import EmbeddedRedis

SLOTS, ENDS = 4, 100
BURST = 2
"""Calls that end right after each other: the second nudge meets a tick that is running."""


@dataclass
class WatchedQueue:
    """The real queue; notes when a claim's nudges leave, which is right after its commit."""

    inner: ArqQueue
    claimed: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    async def send(self, nudges: list[Nudge]) -> None:
        for _ in (nudge for nudge in nudges if nudge.task == "dispatch_call"):
            self.claimed.put_nowait(time.perf_counter())
        await self.inner.send([nudge for nudge in nudges if nudge.task == "tick"])

    async def publish(self, events: list[LiveEvent]) -> None:
        await self.inner.publish(events)


@dataclass(frozen=True)
class Refill:
    p50_ms: float
    p95_ms: float
    most_ms: float


async def measure(contacts: int = 5_000) -> Refill:
    with TemporaryDirectory(prefix="callwright-bench-") as folder, database() as url:
        server = EmbeddedRedis(Path(folder), durable=False)
        redis = connect(server.start())
        queue = WatchedQueue(ArqQueue(redis))
        try:
            async with stage(url, contacts, slots=SLOTS, calls_per_second=1000, queue=queue) as made:
                return await _with_worker(made, queue, redis)
        finally:
            await redis.aclose(close_connection_pool=True)
            server.stop()


async def _with_worker(made: Stage, queue: WatchedQueue, redis: Any) -> Refill:
    async def run(ctx: dict[str, object]) -> None:
        await tick(made.dialer)

    worker = Worker(
        functions=[func(run, name="tick", keep_result=0)],
        redis_pool=redis,
        poll_delay=0.02,
        keep_result=0,
        handle_signals=False,
        job_serializer=encode_task,
        job_deserializer=decode_task,
    )
    working = asyncio.create_task(worker.async_run())
    try:
        await queue.inner.send([Nudge("tick")])
        for _ in range(SLOTS):
            await queue.claimed.get()
        spans = sorted([span for _ in range(ENDS // BURST) for span in await _end_some(made, queue)])
    finally:
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        with suppress(asyncio.CancelledError):
            # A tick that was under way dies with its worker.
            await worker.close()
    ms = [span * 1000 for span in spans]
    return Refill(statistics.median(ms), ms[int(len(ms) * 0.95)], ms[-1])


async def _end_some(made: Stage, queue: WatchedQueue) -> list[float]:
    async with made.dialer.sessions() as session:
        calls = list(await session.scalars(select(Call.id).where(Call.holds_slot).order_by(Call.id).limit(BURST)))
    freed = []
    for n, call_id in enumerate(calls):
        await asyncio.sleep(0.01 * n)
        async with made.dialer.unit() as unit:
            await hear(unit, call_id, Testimony("task", "bench", "released", unit.now, Fact.RELEASED))
        freed.append(time.perf_counter())
    return [await asyncio.wait_for(queue.claimed.get(), 5) - at for at in freed]
