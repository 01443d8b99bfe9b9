"""`Idempotency-Key`: sent twice, done once."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from control_plane.db.models import Assistant, IdempotencyRecord
from control_plane.local.processes import free_port
from control_plane.workspaces.tasks import forget_old_answers
from tests.fixtures.api import Api

BODY = {"name": "Ada", "system_prompt": "Be kind."}


async def count(api: Api) -> int:
    async with api.sessions() as session:
        return await session.scalar(select(func.count()).select_from(Assistant)) or 0


async def test_the_same_key_and_body_get_the_first_answer_even_at_the_same_time(api: Api) -> None:
    key = {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(api.manager.post("/assistants", json=BODY, headers=key) for _ in range(100)))
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert sum(answer.headers.get("idempotency-replayed") == "true" for answer in answers) == 99
    assert await count(api) == 1


async def test_an_answer_that_a_killed_process_never_gave_is_given_by_the_next(api: Api) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fakes.dying_api", env=environment(api, port))
    key = {"Idempotency-Key": "one", "Authorization": "Bearer cw_manager"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        try:
            await answering(client, process)
            with pytest.raises(httpx.HTTPError):
                await client.post("/api/v1/assistants", json=BODY, headers=key)
            assert await process.wait() == -signal.SIGKILL
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    assert await count(api) == 1
    again = await api.manager.post("/assistants", json=BODY, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"], await count(api)) == (201, "true", 1)
    assert (await api.manager.get(f"/assistants/{again.json()['id']}")).json() == again.json()


def environment(api: Api, port: int) -> dict[str, str]:
    """Of an API process on the test's database, with its encryption key."""
    values = {
        "API_PORT": str(port),
        "CALLWRIGHT_DATABASE_URL": api.settings.database_url,
        "CALLWRIGHT_REDIS_URL": api.settings.redis_url,
        "LIVEKIT_URL": api.settings.livekit_url,
        "LIVEKIT_API_KEY": api.settings.livekit_api_key,
        "LIVEKIT_API_SECRET": api.settings.livekit_api_secret,
        "CALLWRIGHT_ENCRYPTION_KEY": api.settings.encryption_key,
        "CALLWRIGHT_STORAGE_URL": api.settings.storage_url,
    }
    return dict(os.environ) | values


async def answering(client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    """Wait until the process serves requests."""
    while process.returncode is None:
        try:
            await client.get("/health/live")
        except httpx.TransportError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError(f"the API ended with {process.returncode}")


async def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    key = {"Idempotency-Key": "one"}
    await api.manager.post("/assistants", json=BODY, headers=key)
    answer = await api.manager.post("/assistants", json=BODY | {"name": "Bea"}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert await count(api) == 1


async def test_a_failed_request_leaves_its_key_free(api: Api) -> None:
    key = {"Idempotency-Key": "one"}
    wrong = BODY | {"voicemail": {"mode": "leave_message"}}
    assert (await api.manager.post("/assistants", json=wrong, headers=key)).status_code == 400
    assert (await api.manager.post("/assistants", json=BODY, headers=key)).status_code == 201


async def test_a_key_counts_in_its_own_workspace_only_and_its_answer_is_kept_sealed(api: Api) -> None:
    key = {"Idempotency-Key": "one"}
    mine = (await api.owner.post("/api-keys", json={"name": "CI", "role": "viewer"}, headers=key)).json()
    theirs = (await api.stranger.post("/api-keys", json={"name": "CI", "role": "viewer"}, headers=key)).json()
    again = (await api.owner.post("/api-keys", json={"name": "CI", "role": "viewer"}, headers=key)).json()
    assert mine == again != theirs
    async with api.sessions() as session:
        stored = repr([row.answer for row in await session.scalars(select(IdempotencyRecord))])
    assert mine["key"] not in stored


async def test_answers_are_forgotten_after_a_day_and_not_before(api: Api) -> None:
    ctx = {"sessions": api.app.state.sessions, "clock": api.clock}
    key = {"Idempotency-Key": "one"}
    await api.manager.post("/assistants", json=BODY, headers=key)
    for hours, made in ((23, 1), (2, 2)):
        api.clock.advance(timedelta(hours=hours))
        await forget_old_answers(ctx)
        await api.manager.post("/assistants", json=BODY, headers=key)
        assert await count(api) == made


async def test_a_key_that_is_too_long_is_refused(api: Api) -> None:
    answer = await api.manager.post("/assistants", json=BODY, headers={"Idempotency-Key": "x" * 256})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
