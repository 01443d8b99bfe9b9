"""What deploy/backup saved while calls were under way is restored elsewhere and goes on, without dialling anybody twice."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from control_plane.db.models import Installation
from control_plane.db.session import create_engine, create_sessions
from control_plane.dialer import place
from control_plane.local.postgres import EmbeddedPostgres
from control_plane.telephony.port import Answered
from sip_config.contract import EventKind
from sip_config.naming import room_name
from tests.fakes.telephony import FakeTelephony
from tests.fixtures import programs
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]

SCRIPTS = programs.ROOT / "deploy" / "backup"
TALKS, READY, WAITS = "+12025550101", "+12025550102", "+12025550103"


@pytest.fixture
def environment(database: str, postgres: EmbeddedPostgres, tmp_path: Path) -> dict[str, str]:
    """As for `callwright`, with PostgreSQL's own programs; nothing but the database is reached."""
    storage = tmp_path / "storage"
    storage.mkdir()
    (storage / "call.ogg").write_bytes(b"sound")
    search = f"{Path(sys.executable).parent}:{postgres._files.bin}:{os.environ['PATH']}"
    told = {"PATH": search, "PYTHONPATH": str(programs.ROOT), "CALLWRIGHT_STORAGE_URL": f"file://{storage}"}
    return programs.environment(database, tmp_path, **told)


async def run(environment: dict[str, str], *command: str) -> tuple[int, str]:
    """Exit code, and what was said."""
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, cwd=programs.ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.fixture
async def elsewhere(bench: Bench, empty_database: str) -> AsyncIterator[Bench]:
    """A dialer over an empty database, in a world where what was under way at the backup is over."""
    engine = create_engine(empty_database)
    try:
        telephony = FakeTelephony()
        dialer = replace(bench.dialer, sessions=create_sessions(engine, "restored"), telephony=telephony)
        yield Bench(dialer, telephony, bench.queue, engine)
    finally:
        await engine.dispose()


async def test_a_backup_of_calls_under_way_is_restored_and_goes_on(
    bench: Bench, elsewhere: Bench, environment: dict[str, str], empty_database: str, tmp_path: Path
) -> None:
    await bench.make_world(TALKS, READY, WAITS, max_concurrent_calls=2)
    await bench.claim_all()
    talks, ready = await bench.calls()
    for call in (talks, ready):
        await bench.agent_says(await bench.dispatch(call), EventKind.READY)
    bench.telephony.answer(room_name(str(talks.id)), Answered())
    await place.place(bench.dialer, talks.id)

    folder = tmp_path / "backup"
    code, said = await run(environment, str(SCRIPTS / "backup.sh"), str(folder))
    assert code == 0, said
    there = environment | {"CALLWRIGHT_DATABASE_URL": empty_database, "CALLWRIGHT_STORAGE_URL": f"file://{tmp_path / 'restored'}"}
    code, said = await run(there, str(SCRIPTS / "restore.sh"), str(folder))
    assert code == 0, said
    assert (tmp_path / "restored" / "call.ogg").read_bytes() == b"sound"

    # Nobody is dialled before a person has looked.
    async with elsewhere.dialer.sessions() as session:
        assert "restored from the backup of" in str(await session.scalar(select(Installation.halted_reason).where(Installation.is_halted)))
    assert await elsewhere.tick() == 0
    code, said = await run(there, sys.executable, "-m", "control_plane.cli", "resume", "--reason", "looked")
    assert code == 0, said

    await elsewhere.let_leases_expire()
    for _ in range(3):
        await elsewhere.sweep()
        await elsewhere.let_leases_expire()
    calls = {call.id: call for call in await elsewhere.calls()}
    assert calls[talks.id].state in ("ended", "lost")
    assert calls[ready.id].state == "released"
    await elsewhere.claim_all()
    made = [call for call in await elsewhere.calls() if call.id not in calls]
    assert [call.to_e164 for call in made] == [WAITS]
    # Whose agent was ready waits for another, without an attempt used; who talked has had theirs.
    of = {each.id: (each.state, each.attempts) for each in await elsewhere.enrollments()}
    assert (of[ready.enrollment_id], of[talks.enrollment_id]) == (("waiting", 0), ("waiting", 1))
    assert elsewhere.telephony.sent == []


async def test_a_database_that_is_in_use_is_not_restored_over(bench: Bench, environment: dict[str, str], tmp_path: Path) -> None:
    await bench.make_world(WAITS)
    folder = tmp_path / "backup"
    assert (await run(environment, str(SCRIPTS / "backup.sh"), str(folder)))[0] == 0
    code, said = await run(environment, str(SCRIPTS / "restore.sh"), str(folder))
    assert (code, said) == (1, "restore.sh: the database has tables already; give it an empty one.")
    code, said = await run(environment, str(SCRIPTS / "backup.sh"), str(folder))
    assert code == 1
    assert "never written over another" in said
