"""What a carrier sees of a trunk's pace: several placing workers, one row, the port's second implementation noting each INVITE."""

import asyncio
import multiprocessing
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, update

from benchmarks.stage import Stage, database, stage
from control_plane.db.models import Call, Trunk
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer import place
from control_plane.dialer.claim import tick
from control_plane.dialer.context import Dialer
from control_plane.kit.clock import SystemClock
from control_plane.kit.queue import RememberingQueue
from control_plane.telephony.port import Dial, DialResult, Leg, Refused
from tests.fakes.telephony import FakeTelephony

NO_ANSWER = Refused(480, "Temporarily Unavailable", "resource_exhausted")


class Noting(FakeTelephony):
    """Nobody is at home; `sent_at` is CLOCK_MONOTONIC, which all processes of a machine share."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_at: list[float] = []

    async def legs(self, room: str) -> tuple[Leg, ...]:
        return (Leg("agent", is_agent=True, is_phone=False, call_status=""),)

    async def dial(self, order: Dial) -> DialResult:
        self.sent_at.append(time.monotonic())
        return NO_ANSWER


@dataclass(frozen=True)
class Pace:
    wanted_per_second: float
    workers: int
    sent: int
    most_in_a_second: int
    used: float


async def measure(per_second: float, seconds: float, workers: int) -> Pace:
    calls = int(per_second * seconds)
    with database() as url:
        async with stage(url, calls, slots=calls, calls_per_second=99_999) as made:
            ready = await _ready(made, calls)
            async with made.dialer.sessions.begin() as session:
                await session.execute(update(Trunk).values(calls_per_second=Decimal(str(per_second))))
            with multiprocessing.get_context("spawn").Pool(workers) as pool:
                parts = [(url, ready[n::workers]) for n in range(workers)]
                sent = sorted(at for part in await asyncio.to_thread(pool.map, place_some, parts) for at in part)
    most = max(sum(1 for at in sent[i:] if at < begin + 1.0) for i, begin in enumerate(sent))
    used = (len(sent) - 1) / (sent[-1] - sent[0]) / per_second
    return Pace(per_second, workers, len(sent), most, used)


async def _ready(made: Stage, calls: int) -> Sequence[uuid.UUID]:
    claimed = 0
    while claimed < calls and (more := await tick(made.dialer)):
        claimed += more
    async with made.dialer.sessions.begin() as session:
        now = datetime.now(UTC)
        await session.execute(update(Call).values(state="ready", ready_at=now, lease_until=now + timedelta(minutes=5)))
        return list(await session.scalars(select(Call.id).order_by(Call.id)))


def place_some(part: tuple[str, Sequence[uuid.UUID]]) -> list[float]:
    """One worker process: places its calls all at once, as many `ready` calls would be."""
    return asyncio.run(_place_some(*part))


async def _place_some(url: str, calls: Sequence[uuid.UUID]) -> list[float]:
    engine = create_engine(url)
    telephony = Noting()
    dialer = Dialer(create_sessions(engine, "benchmark"), RememberingQueue(), SystemClock(), telephony)
    try:
        await asyncio.gather(*(place.place(dialer, call) for call in calls))
    finally:
        await engine.dispose()
    return telephony.sent_at
