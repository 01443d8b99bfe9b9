"""Programs as processes. `callwright api`: it serves, or it says in one sentence why it does not and leaves with exit code 78."""

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import httpx
import pytest

from control_plane.local.processes import free_port, is_port_free
from tests.fixtures import programs
from tests.fixtures.services import LiveKitService

PATIENCE_S = 60


@pytest.fixture
def environment(database: str, redis_url: str, livekit: LiveKitService, tmp_path: Path) -> dict[str, str]:
    told = {**livekit.env, "CALLWRIGHT_REDIS_URL": redis_url, "CALLWRIGHT_BOOTSTRAP_API_KEY": "cw_bootstrap"}
    return programs.environment(database, tmp_path, **told)


async def run(environment: dict[str, str], *arguments: str) -> Process:
    command = (*programs.CALLWRIGHT, *arguments)
    return await asyncio.create_subprocess_exec(*command, env=environment, cwd=programs.ROOT, stdout=PIPE, stderr=PIPE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"CALLWRIGHT_DATABASE_URL": ""}, "CALLWRIGHT_DATABASE_URL is not set"),
        ({"CALLWRIGHT_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"}, "The database at CALLWRIGHT_DATABASE_URL cannot be reached"),
        ({"CALLWRIGHT_DATABASE_URL": "mysql://u@h/x"}, "CALLWRIGHT_DATABASE_URL must begin with postgresql://"),
        ({"CALLWRIGHT_REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis at CALLWRIGHT_REDIS_URL cannot be reached"),
        ({"CALLWRIGHT_ENCRYPTION_KEY": "short"}, "CALLWRIGHT_ENCRYPTION_KEY is not a key"),
        ({"LIVEKIT_URL": "ws://127.0.0.1:1"}, "LiveKit at LIVEKIT_URL (ws://127.0.0.1:1) cannot be reached"),
        ({"LIVEKIT_URL": "livekit.example.com"}, "LIVEKIT_URL must begin with ws://"),
        ({"LIVEKIT_API_SECRET": "x" * 40}, "LiveKit refuses LIVEKIT_API_KEY and LIVEKIT_API_SECRET"),
    ],
)
async def test_a_wrong_setting_is_one_sentence_and_exit_code_78(environment: dict[str, str], change: dict[str, str], sentence: str) -> None:
    process = await run(environment | change, "api", "--port", str(free_port()))
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    (line,) = errors.decode().splitlines()
    assert process.returncode == 78
    assert line.startswith(f"callwright: {sentence}")


async def test_the_api_serves_with_the_bootstrap_key_and_ends_on_sigterm(environment: dict[str, str]) -> None:
    port = free_port()
    process = await run(environment, "api", "--port", str(port))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert await answer(client, process)
            headers = {"Authorization": "Bearer cw_bootstrap"}
            assert (await client.get("/api/v1/workspace", headers=headers)).json()["name"] == "Default"
            ready = (await client.get("/health/ready")).json()
            lines = {line["name"]: line for line in ready["dependencies"]}
            assert ready["ready"]
            assert lines["carrier"]["detail"].startswith("SIMULATED")
            assert not lines["agent_workers"]["ok"]
            async with client.stream("GET", "/api/v1/stream", headers=headers, timeout=PATIENCE_S) as stream:
                told = stream.aiter_lines()
                assert await anext(told) == "retry: 3000"
                process.send_signal(signal.SIGTERM)
                # The server ends the stream, which would go on for minutes; it does not break it off.
                assert [line async for line in told if line.startswith("event: ")] == ["event: ready"]
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert process.returncode == 0
        assert "cw_bootstrap" not in errors.decode()
        logged = [json.loads(line) for line in errors.decode().splitlines()]
        assert [line["route"] for line in logged if line["event"] == "request"] == ["/api/v1/workspace", "/api/v1/stream"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_server_that_is_killed_leaves_nobody_behind_who_answers(environment: dict[str, str]) -> None:
    port = free_port()
    process = await run(environment, "api", "--port", str(port))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert await answer(client, process)
    finally:
        process.kill()
        await process.wait()
    async with asyncio.timeout(PATIENCE_S):
        while not is_port_free(port):
            await asyncio.sleep(0.1)


async def test_an_agent_worker_is_started_by_the_command_line_and_says_what_it_lacks(environment: dict[str, str]) -> None:
    process = await run(environment | {"CALLWRIGHT_API_URL": "http://127.0.0.1:1"}, "agent-worker")
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert (process.returncode, errors.decode()) == (78, "agent_worker: CALLWRIGHT_AGENT_KEY is not set.\n")


async def test_a_key_made_on_the_command_line_opens_the_first_workspace(environment: dict[str, str]) -> None:
    process = await run(environment, "keys", "create", "--role", "viewer")
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0
    assert out.decode().startswith("cw_")


async def test_a_program_reads_the_key_and_the_schema_as_json(environment: dict[str, str]) -> None:
    key, schema = await told(environment, "keys", "create", "--json"), await told(environment, "migrate", "--json")
    assert (key["key"][:3], key["role"], key["name"]) == ("cw_", "manager", "Command line")
    assert schema["before"] == schema["now"] is not None
    assert (await told(environment, "keys", "new", "--json"))["key"].startswith("cw_")
    assert (await told(environment, "keys", "encryption", "--json")).keys() == {"key"}


async def told(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    process = await run(environment, *arguments)
    out, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0, errors
    return json.loads(out)


async def answer(client: httpx.AsyncClient, process: Process) -> bool:
    """Whether the server answers before patience or the process ends."""
    async with asyncio.timeout(PATIENCE_S):
        while process.returncode is None:
            try:
                return (await client.get("/health/live")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    return False
