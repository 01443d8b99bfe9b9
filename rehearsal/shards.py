"""Keeps the carrier's processes alive: starts them, starts a crashed one again, and ends them together."""

import asyncio
import sys

import structlog

from rehearsal.settings import Settings

RESTART_S = 1.0
GRACE_S = 8.0
_log = structlog.get_logger(__name__)


async def supervise(settings: Settings, stop: asyncio.Event) -> None:
    """Run `settings.processes` shards until `stop`."""
    async with asyncio.TaskGroup() as shards:
        for index in range(settings.processes):
            shards.create_task(_keep_alive(settings, index, stop))


async def _keep_alive(settings: Settings, index: int, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        shard = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rehearsal.carrier", "--shard", stdin=asyncio.subprocess.PIPE, env=settings.shard_environment()
        )
        exiting = asyncio.create_task(shard.wait())
        await asyncio.wait({exiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _end(shard, exiting)
            return
        _log.error("carrier_shard_exited", shard=index, code=shard.returncode)
        await asyncio.wait({stopping}, timeout=RESTART_S)


async def _end(shard: asyncio.subprocess.Process, exiting: asyncio.Task[int]) -> None:
    assert shard.stdin
    shard.stdin.close()  # end of input asks a shard to hang up and leave
    _, late = await asyncio.wait({exiting}, timeout=GRACE_S)
    if late:
        shard.kill()
        await exiting
