"""No key asks more often than it may, whichever process it asks, and Redis' absence stops nobody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from control_plane.app import create_app
from control_plane.kit.rate_limit import RateLimiter
from tests.fixtures.api import Api, running

# So few per minute that none is added while a test runs.
SLOW = {"rate_limit_per_minute": 1, "rate_limit_burst": 5, "call_starts_per_minute": 3}
PATIENT = 60.0
"""Seconds: a machine that stands still must not look like a Redis that is gone."""


@pytest.fixture
async def processes(api: Api, redis_url: str) -> AsyncIterator[list[Api]]:
    """Two API processes' worth of application, each with its own connection to the same Redis."""
    settings = replace(api.settings, redis_url=redis_url, **SLOW)
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            app = create_app(settings, engine=api.engine, clock=api.clock, queue=api.queue)
            await stack.enter_async_context(running(app))
            app.state.rate_limiter.patience_s = app.state.call_limiter.patience_s = PATIENT
            made.append(replace(api, app=app, settings=settings))
        yield made


async def test_a_key_may_ask_so_often_over_all_processes_and_is_told_when_again(api: Api, processes: list[Api]) -> None:
    clients = [process.client("cw_viewer") for process in processes]
    answers = [await client.get("/workspace") for _ in range(8) for client in clients]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (sum(answer.status_code == 200 for answer in answers), len(refused)) == (5, 11)
    for answer in refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["title"]) == ("rate_limited", "Too many requests")
        seconds = int(answer.headers["retry-after"])
        assert 1 <= seconds <= 60
        assert answer.json()["detail"] == f"This key asks more often than it may; try again in {seconds} seconds."


async def test_starting_calls_has_a_limit_of_its_own_and_all_else_goes_on(processes: list[Api]) -> None:
    for process in processes:
        process.app.state.rate_limiter = RateLimiter(Redis.from_url("redis://127.0.0.1:1"), per_minute=0, burst=1)
    async with processes[0].client("cw_manager") as one, processes[1].client("cw_manager") as other:
        answers = [await client.post("/calls", json={}) for _ in range(3) for client in (one, other)]
        assert [answer.status_code for answer in answers] == [400] * 3 + [429] * 3
        assert answers[-1].json()["detail"].startswith("This key starts calls faster than it may; try again in ")
        assert {(await one.get("/calls")).status_code, (await other.get("/campaigns")).status_code} == {200}


async def test_each_key_has_a_limit_of_its_own_which_its_tokens_share(processes: list[Api]) -> None:
    process = processes[0]
    async with process.client("cw_manager") as manager, process.client("cw_viewer") as viewer:
        token = (await manager.post("/auth/token")).json()["access_token"]
        async with process.client(token) as bearer:
            statuses = [(await client.get("/workspace")).status_code for client in (bearer, manager, bearer, manager, bearer, manager)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        assert (await viewer.get("/workspace")).status_code == 200


async def test_a_request_too_many_does_nothing(processes: list[Api]) -> None:
    process = processes[0]
    async with process.client("cw_manager") as manager, process.client("cw_viewer") as viewer:
        made = [(await manager.post("/contact-lists", json={"name": "x"})).status_code for _ in range(7)]
        assert made == [201] * 5 + [429] * 2
        assert len((await viewer.get("/contact-lists")).json()["items"]) == 5


async def test_health_metrics_and_agent_workers_get_through_always(processes: list[Api]) -> None:
    async with processes[0].client("cw_agent", "") as client:
        for method, path in (("GET", "/health/live"), ("GET", "/metrics"), ("POST", "/internal/workers/heartbeat")):
            assert {(await client.request(method, path)).status_code for _ in range(12)} & {429} == set(), path


async def test_without_redis_nobody_is_stopped_and_it_is_not_asked_at_every_request(api: Api) -> None:
    limiter = RateLimiter(Redis.from_url("redis://127.0.0.1:1"), per_minute=1, burst=1)
    assert [await limiter.wait_s("x") for _ in range(50)] == [0.0] * 50
    assert {(await api.viewer.get("/workspace")).status_code for _ in range(20)} == {200}


async def test_of_many_who_ask_at_the_same_moment_no_more_get_through(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as other:
        limiters = [RateLimiter(redis, per_minute=1, burst=5, patience_s=PATIENT) for redis in (one, other)]
        waits = await asyncio.gather(*(limiter.wait_s("x") for limiter in limiters for _ in range(20)))
    assert sum(wait == 0 for wait in waits) == 5


async def test_what_was_used_up_comes_back_at_the_pace(redis_url: str) -> None:
    """A thousand a second, by Redis' clock: whatever time the machine takes, waiting as told is enough."""
    async with Redis.from_url(redis_url) as redis:
        limiter = RateLimiter(redis, per_minute=60_000, burst=1, patience_s=PATIENT)
        waits = []
        for _ in range(20):
            wait = await limiter.wait_s("x")
            waits.append(wait)
            if wait:
                await asyncio.sleep(wait)
                assert await limiter.wait_s("x") == 0.0
        assert all(0 <= wait <= 0.001 for wait in waits)
        never = RateLimiter(redis, per_minute=0, burst=1)
        assert [await never.wait_s("y") for _ in range(3)] == [0.0] * 3
