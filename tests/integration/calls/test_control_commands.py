"""`callwright halt` and `callwright resume` as processes, beside a database that others use."""

import asyncio
import json
import uuid
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from sqlalchemy import select

from control_plane.calls.control_repository import ControlRepository
from control_plane.db.models import AuditEntry, Installation, Workspace
from control_plane.dialer import place
from control_plane.telephony.port import Answered
from sip_config.naming import room_name
from tests.fixtures import programs
from tests.integration.dialer.conftest import Bench, bench

__all__ = ["bench"]

PATIENCE_S = 120


@pytest.fixture
def environment(database: str, tmp_path: Path) -> dict[str, str]:
    """Only the database can be reached."""
    return programs.environment(database, tmp_path)


async def callwright(environment: dict[str, str], *arguments: str) -> tuple[int | None, str]:
    """Exit code, and what was said."""
    command = (*programs.CALLWRIGHT, *arguments)
    process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=programs.ROOT, stdout=PIPE, stderr=PIPE)
    said, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return process.returncode, (said or errors).decode().strip()


async def test_the_installation_is_halted_and_goes_on_from_the_shell(bench: Bench, environment: dict[str, str]) -> None:
    await bench.make_world("+12025550101")
    assert await callwright(environment, "halt", "--reason", "drill") == (0, "Nothing more is dialled; live calls go on.")
    async with bench.dialer.sessions() as session:
        assert await session.scalar(select(Installation.halted_reason).where(Installation.is_halted)) == "drill"
    assert await bench.tick() == 0
    assert await callwright(environment, "resume", "--reason", "over") == (0, "Dialling goes on.")
    assert await bench.tick() == 1
    of_all = {"workspace_id": None, "reason": "drill"}
    _, said = await callwright(environment, "halt", "--reason", "drill", "--json")
    assert json.loads(said) == of_all | {"is_halted": True, "end_live_calls": False}
    _, said = await callwright(environment, "resume", "--reason", "drill", "--json")
    assert json.loads(said) == of_all | {"is_halted": False}


async def test_one_workspace_is_halted_with_its_calls_and_goes_on_from_the_shell(bench: Bench, environment: dict[str, str]) -> None:
    world = await bench.make_world("+12025550101", "+12025550102", slots=1)
    call, _ = await bench.ready_call()
    bench.telephony.answer(room_name(str(call.id)), Answered())
    await place.place(bench.dialer, call.id)
    mine = ("--workspace", str(world.workspace.id))
    code, said = await callwright(environment, "halt", "--reason", "wrong list", *mine, "--end-live-calls")
    assert (code, said) == (0, "Nothing more is dialled; live calls are being ended.")
    async with bench.dialer.sessions() as session:
        assert await session.scalar(select(Workspace.is_halted))
        assert await ControlRepository(session).asked_to_end() == [call.id]
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.action == "workspace.halted"))
        assert (entry.actor, entry.after["reason"]) == ("command line", "wrong list")
    await bench.sweep()
    assert room_name(str(call.id)) not in bench.telephony.room_of
    assert (await callwright(environment, "resume", "--reason", "mended", *mine))[0] == 0
    async with bench.dialer.sessions() as session:
        assert not await session.scalar(select(Workspace.is_halted))


async def test_a_workspace_that_is_not_there_is_said_in_a_sentence(bench: Bench, environment: dict[str, str]) -> None:
    code, said = await callwright(environment, "halt", "--reason", "x", "--workspace", str(uuid.UUID(int=1)))
    assert (code, said.startswith("callwright: ")) == (1, True)
