"""Nudges through the real arq and Redis: none is swallowed because the same task happens to be running."""

import asyncio

import pytest
from arq import func
from arq.worker import Worker

from control_plane.kit.queue import ArqQueue, Nudge
from control_plane.kit.redis import connect, decode_task, encode_task


class Watched:
    """A task that says when it begins and ends when it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.has_begun = asyncio.Event()
        self.may_end = asyncio.Event()

    async def run(self, ctx: dict[str, object]) -> None:
        self.begun += 1
        self.has_begun.set()
        await self.may_end.wait()


@pytest.fixture
async def redis(redis_url: str):
    client = connect(redis_url)
    yield client
    await client.aclose(close_connection_pool=True)


def worker_of(redis, watched: Watched, *, burst: bool) -> Worker:
    return Worker(
        functions=[func(watched.run, name="tick", keep_result=0)],
        redis_pool=redis,
        burst=burst,
        poll_delay=0.01,
        keep_result=0,
        handle_signals=False,
        job_serializer=encode_task,
        job_deserializer=decode_task,
    )


async def test_a_nudge_during_the_run_of_its_task_makes_it_run_again(redis) -> None:
    queue, watched = ArqQueue(redis), Watched()
    worker = worker_of(redis, watched, burst=True)
    await queue.send([Nudge("tick")])
    working = asyncio.create_task(worker.async_run())
    await watched.has_begun.wait()
    await queue.send([Nudge("tick")])
    watched.may_end.set()
    await working
    assert watched.begun == 2


async def test_nudges_that_wait_are_not_doubled_however_often_they_come(redis) -> None:
    queue, watched = ArqQueue(redis), Watched()
    worker = worker_of(redis, watched, burst=True)
    await queue.send([Nudge("tick")])
    working = asyncio.create_task(worker.async_run())
    await watched.has_begun.wait()
    watched.has_begun.clear()
    await queue.send([Nudge("tick")])
    await watched.has_begun.wait()
    for _ in range(20):
        await queue.send([Nudge("tick")])
    watched.may_end.set()
    await working
    assert watched.begun <= 4
