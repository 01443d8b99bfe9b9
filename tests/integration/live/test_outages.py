"""Redis comes and goes: nothing fails, and nobody takes a gap for silence."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from control_plane.kit.live_feed import LivePublisher
from control_plane.kit.redis import connect
from control_plane.local.redis import EmbeddedRedis
from control_plane.settings import Settings
from tests.fixtures.api import Api, settings_for
from tests.integration.live.conftest import Live, marks


@pytest.fixture
def redis_alone(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A server of the test's own, to be stopped and started."""
    server = EmbeddedRedis(tmp_path / "redis", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(database: str, redis_alone: EmbeddedRedis, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path, redis_url=redis_alone.url())


@pytest.fixture
async def alone(api: Api, settings: Settings) -> AsyncIterator[Live]:
    async with AsyncExitStack() as stack:
        redis = connect(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        publisher = LivePublisher(redis, ask_again_after_s=0)
        api.queue.publish = publisher.publish  # type: ignore[method-assign]
        made = Live(api, [api.app], publisher)
        yield made
        for listening in made.opened:
            await listening.close()


async def test_a_redis_that_was_away_costs_listeners_events_which_they_are_told(alone: Live, redis_alone: EmbeddedRedis) -> None:
    listening = await alone.listen()
    await alone.happens(1)
    assert marks((await listening.until("contact.updated"))[1:]) == [1]
    redis_alone.stop()
    made = await alone.api.manager.post("/contacts", json={"name": "Ada", "phones": [{"e164": "+12025550101"}]})
    assert made.status_code == 201
    refused = await alone.listen()
    assert await refused.ended() == []
    assert (refused.status, refused.retry_ms) == (200, 5000)
    redis_alone.start()
    assert (await listening.next()).type == "reset"
    await alone.happens(2)
    heard = await listening.until("contact.updated")
    assert marks(heard[-1:]) == [2]
    assert {each.type for each in heard[:-1]} <= {"reset"}


async def test_events_that_only_their_publisher_lost_leave_a_gap_that_is_told(alone: Live, redis_alone: EmbeddedRedis) -> None:
    listening = await alone.listen()
    known = (await listening.next()).id
    lost = connect("redis://127.0.0.1:1/0")
    cut_off, working = LivePublisher(lost, ask_again_after_s=0), alone.publisher
    alone.api.queue.publish = cut_off.publish  # type: ignore[method-assign]
    await alone.happens(1)
    cut_off._redis = working._redis
    await alone.happens(2)
    expected = ["reset", "contact.updated"]
    assert [each.type for each in await listening.until("contact.updated")] == expected
    again = await alone.listen(after=known)
    assert [each.type for each in await again.until("contact.updated")] == ["ready", *expected]
    await lost.aclose()


async def test_a_reader_that_was_held_up_goes_on_where_it_was(alone: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    listening = await alone.listen()
    await alone.happens(1)
    assert marks((await listening.until("contact.updated"))[1:]) == [1]
    reader = alone.api.app.state.live._reader
    wait, failures = reader.wait, [TimeoutError("the process was stopped for a while")]

    async def fails_once(*args: Any) -> Any:
        if failures:
            # As a process finds it that was suspended: what happened meanwhile is there, and its connection is not.
            await alone.happens(2)
            raise failures.pop()
        return await wait(*args)

    monkeypatch.setattr(reader, "wait", fails_once)
    await alone.happens(3)
    heard = await listening.until("contact.updated")
    heard += await listening.until("contact.updated")
    assert {each.type for each in heard} == {"contact.updated"}
    assert sorted(marks(heard)) == [2, 3]
