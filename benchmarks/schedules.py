"""Due schedules per second, among many that are not due: found, turned into runs, and each given its next time.

The runs' calls are no part of it: they are made one by one, by the service that makes single calls, as fast as lines and slots allow.
"""

import asyncio
import statistics
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
from sqlalchemy import func, select

from benchmarks.processor import cpu_of, server_of
from benchmarks.stage import LOAD_CHUNK, copy, database
from control_plane.db.models import ScheduleRun
from control_plane.db.session import Sessions, create_engine, create_sessions
from control_plane.domain.recurrence import Recurrence
from control_plane.kit.clock import SettableClock
from control_plane.kit.queue import RememberingQueue
from control_plane.schedules.plans import plain_plan
from control_plane.schedules.tasks import claim_schedules
from tests.factories import rows

SCHEDULES, DUE = 1_000_000, 20_000
MINUTE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday. Those that are due are due then; all others on later days."""
IDLE_TICKS = 50
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland")
_COLUMNS = "id, workspace_id, name, assistant_id, phone_number, plan, attempts, request, next_run_at"


@dataclass(frozen=True, slots=True)
class Claimed:
    """`seconds` from the begin of the first claim to the commit of the last, with the processor time of this process and of all of
    PostgreSQL's in it; `idle_ms` for a tick that finds nothing, median, and
    `idle_few_ms` for one among a thousandth of the schedules."""

    schedules: int
    runs: int
    seconds: float
    cpu_seconds: float
    postgres_cpu_seconds: float
    idle_ms: float
    idle_few_ms: float


async def measure(schedules: int = SCHEDULES, due: int = DUE) -> Claimed:
    """One worker, so many schedules, so many of them due in one minute. The processor time is read from Linux's /proc."""
    with database() as url:
        engine = create_engine(url)
        sessions = create_sessions(engine, "benchmark")
        async with sessions.begin() as session:
            world = await rows.world(session)
        owner = (world.workspace.id, world.assistant.id)
        await asyncio.to_thread(load, url, *owner, schedules // 1000, 0)
        few = await _idle(sessions)
        await asyncio.to_thread(load, url, *owner, schedules - schedules // 1000 - due, due)
        many = await _idle(sessions)
        async with sessions() as session:
            server = await server_of(session)
        begun, cpu, postgres = time.perf_counter(), time.process_time(), cpu_of(server)
        await claim_schedules(_ctx(sessions, MINUTE))
        spent = time.perf_counter() - begun, time.process_time() - cpu, cpu_of(server) - postgres
        async with sessions() as session:
            runs = await session.scalar(select(func.count()).select_from(ScheduleRun)) or 0
        await engine.dispose()
    return Claimed(schedules, runs, *spent, many, few)


def load(url: str, workspace: uuid.UUID, assistant: uuid.UUID, later: int, due: int) -> None:
    """Weekly schedules in four zones, `due` of them due at `MINUTE` and the others spread over the days after it."""
    plans = [msgspec.json.encode(plain_plan(Recurrence(zone, cron=f"{i % 60} 9 * * 1"))).decode() for zone in ZONES for i in range(60)]

    def row(number: int) -> tuple[object, ...]:
        at = MINUTE if number < due else MINUTE + timedelta(days=1, seconds=number % 500_000)
        return (uuid.uuid4(), workspace, "Check-in", assistant, "+12025550101", plans[number % len(plans)], '{"max_total": 1}', "{}", at)

    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        for first in range(0, later + due, LOAD_CHUNK):
            last = min(later + due, first + LOAD_CHUNK)
            copy(connection, f"copy schedule ({_COLUMNS}) from stdin", (row(number) for number in range(first, last)))
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze schedule")


async def _idle(sessions: Sessions) -> float:
    """Milliseconds of a tick before anything is due."""
    spent = []
    for _ in range(IDLE_TICKS):
        begun = time.perf_counter()
        await claim_schedules(_ctx(sessions, MINUTE - timedelta(minutes=1)))
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _ctx(sessions: Sessions, now: datetime) -> dict[str, object]:
    return {"sessions": sessions, "queue": RememberingQueue(), "clock": SettableClock(now)}


def section(claimed: Claimed) -> str:
    """The rows of the page."""
    return (
        f"| {claimed.runs:,} schedules due in one minute among {claimed.schedules:,}, claimed by one worker; processor time |"
        f" {claimed.seconds:.1f} s, {claimed.cpu_seconds:.1f} + {claimed.postgres_cpu_seconds:.1f} s | ≤ 10 s |\n"
        f"| a tick that finds no schedule due, among {claimed.schedules // 1000:,} and among {claimed.schedules:,}, median |"
        f" {claimed.idle_few_ms:.1f} ms, {claimed.idle_ms:.1f} ms | the same |"
    )


if __name__ == "__main__":
    print(section(asyncio.run(measure(*map(int, sys.argv[1:])))))
