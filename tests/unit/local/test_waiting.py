"""A start that takes its time says what it is waiting for."""

import asyncio
from pathlib import Path

from control_plane.local.waiting import Waiting, sentence

LOGS = Path("/data/logs")


def test_what_is_waited_for_is_said_once_each_with_where_to_look() -> None:
    assert sentence(["api"], 10.2, LOGS) == "Still waiting for api (10 s; logs: /data/logs) …"
    assert sentence(["postgres", "postgres", "models", "agent-worker-1"], 60, LOGS) == (
        "Still waiting for postgres, models and agent-worker-1 (60 s; logs: /data/logs) …"
    )


async def test_it_is_told_while_it_lasts_and_not_when_nothing_is_waited_for() -> None:
    waiting, said, told = Waiting(), [], asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        told.set()

    telling = asyncio.create_task(waiting.tell(say, LOGS, every_s=0.001))
    try:
        with waiting.on("api"), waiting.on("carrier"):
            await asyncio.wait_for(told.wait(), 30)
        assert said[0].startswith("Still waiting for api and carrier (0 s")
        assert waiting.names == ()
        before = len(said)
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert len(said) == before
    finally:
        telling.cancel()
