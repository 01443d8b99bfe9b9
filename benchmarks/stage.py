"""An embedded PostgreSQL (and Redis) of the benchmark's own, with one running campaign of as many contacts as asked for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from control_plane.db.migrate import migrate
from control_plane.db.models import Call, Enrollment
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer.context import Dialer
from control_plane.kit.clock import SystemClock
from control_plane.kit.ids import new_id_texts
from control_plane.kit.queue import Queue, RememberingQueue
from control_plane.local.postgres import EmbeddedPostgres
from tests.factories import rows
from tests.fakes.telephony import FakeTelephony

LOAD_CHUNK = 50_000
# One contact in a thousand fictional numbers each: the same number is live in one call only, and ends before its next turn.
FICTIONAL = [f"+1{area}55501{last:02d}" for area in range(202, 990) if area % 100 != 11 for last in range(100)]
_CONTACT = "copy contact (id, workspace_id, name, attributes) from stdin"
_PHONE = "copy contact_phone (id, workspace_id, contact_id, e164, time_zones) from stdin"
_ENROLLMENT = "copy enrollment (id, workspace_id, campaign_id, contact_id, due_at, attempts_by_result, waiting_reasons) from stdin"


@dataclass(frozen=True, slots=True)
class Stage:
    dialer: Dialer
    engine: AsyncEngine
    url: str
    world: rows.World


@contextmanager
def database() -> Iterator[str]:
    """URL of an empty, migrated, durable database that goes with the benchmark."""
    with TemporaryDirectory(prefix="callwright-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg", durable=True)
        try:
            url = server.start()
            migrate(url)
            yield url
        finally:
            server.stop()
            server.destroy()


@asynccontextmanager
async def stage(url: str, contacts: int, *, slots: int, calls_per_second: float, queue: Queue | None = None) -> AsyncIterator[Stage]:
    """A warm dialer over a running rehearsal campaign; nobody is called, because the telephony is the port's second implementation."""
    engine = create_engine(url)
    sessions = create_sessions(engine, "benchmark")
    async with sessions.begin() as session:
        world = await rows.world(session, calls_per_second=calls_per_second, lines=100_000)
        await rows.agent_worker(session, slots=slots, heartbeat_at=datetime.now(UTC) + timedelta(hours=1))
    await asyncio.to_thread(load, url, world, contacts)
    dialer = Dialer(sessions, queue or RememberingQueue(), SystemClock(), FakeTelephony(), ramp=timedelta(0))
    try:
        yield Stage(dialer, engine, url, world)
    finally:
        await engine.dispose()


def load(url: str, world: rows.World, contacts: int) -> None:
    """Contacts with one number each, all of them due."""
    workspace, due = world.workspace.id, datetime(2026, 1, 1, tzinfo=UTC)
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        for first in range(0, contacts, LOAD_CHUNK):
            count = min(contacts, first + LOAD_CHUNK) - first
            # Ascending, as an import and a campaign's start give them.
            people, phones, enrollments = (new_id_texts(count) for _ in range(3))
            copy(connection, _CONTACT, ((person, workspace, "Sam", "{}") for person in people))
            numbers = (FICTIONAL[(first + i) % len(FICTIONAL)] for i in range(count))
            rows_of_phones = zip(phones, people, numbers, strict=True)
            copy(connection, _PHONE, ((i, workspace, p, n, ["America/New_York"]) for i, p, n in rows_of_phones))
            rows_of_enrollments = zip(enrollments, people, strict=True)
            copy(connection, _ENROLLMENT, ((i, workspace, world.campaign.id, p, due, "{}", []) for i, p in rows_of_enrollments))
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze contact, contact_phone, enrollment")
        # Else the server writes the load to disk for minutes beside what is measured.
        connection.execute("checkpoint")


def copy(connection: psycopg.Connection, statement: str, table: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor().copy(statement) as into:
        for row in table:
            into.write_row(row)


async def end_calls(made: Stage) -> None:
    """All calls that hold a slot are over, as if they had been reported; their contacts are done."""
    async with made.dialer.sessions.begin() as session:
        over = update(Call).where(Call.holds_slot).values(state="ended", holds_slot=False, holds_number=False, lease_until=None)
        await session.execute(over.execution_options(synchronize_session=False))
        done = update(Enrollment).where(Enrollment.state == "claimed").values(state="done")
        await session.execute(done.execution_options(synchronize_session=False))
