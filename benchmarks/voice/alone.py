"""One call at a time: answers, processor and memory of a call that has the machine for itself."""

import asyncio
import time

from benchmarks.voice.ground import HEARTBEAT_EVERY_S, Ground, ground, script
from benchmarks.voice.load import cpu_s, memory_mb
from benchmarks.voice.taken import Taken
from rehearsal.scripts import Script
from sip_config.contract import EventKind

SETTLING_S = 4.0
"""The next job's process is started meanwhile, which is no part of a talking call."""


async def measure(turns: int) -> tuple[Taken, Taken]:
    """Ours and the minimal agent, call by call in turns, so that whatever else the machine does meets both."""
    ours, minimal = Taken(), Taken()
    async with ground(slots=1) as stood_on:
        while min(len(ours.waits_s), len(minimal.waits_s)) < turns:
            await _one_call(stood_on, script(), ours, is_ours=True)
            await _one_call(stood_on, script(), minimal, is_ours=False)
            print(f"{len(ours.waits_s)} and {len(minimal.waits_s)} of {turns} turns", flush=True)
    return ours, minimal


async def _one_call(stood_on: Ground, asking: Script, taken: Taken, *, is_ours: bool) -> None:
    set_up, worker = stood_on.set_up, stood_on.worker(is_ours=is_ours)
    order = set_up.order(heartbeat_every_s=HEARTBEAT_EVERY_S)
    kept = await set_up.dispatch(order) if is_ours else None
    if kept is None:
        await stood_on.send_minimal(order)
    await asyncio.sleep(SETTLING_S)
    before, began = cpu_s(worker), time.monotonic()
    heard = await set_up.be_callee(order, asking, asking.behaviour(1))
    taken.cpu_s += cpu_s(worker) - before
    taken.talked_s += time.monotonic() - began
    taken.memory_mb = max(taken.memory_mb, memory_mb(worker))
    taken.heard(heard)
    print(f"{'ours' if is_ours else 'minimal'}: the callee spoke {len(heard.callee)} times, the agent {len(heard.agent)} times", flush=True)
    if kept is not None:
        await asyncio.wait_for(kept.reported.wait(), 90)
        assert EventKind.FIRST_AUDIO in kept.kinds()
    else:
        await stood_on.close_minimal(order)
